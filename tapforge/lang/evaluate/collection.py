"""Functions of lists, sets, maps and objects."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tapforge.lang.evaluate.text import graphemes
from tapforge.lang.value import (
    RefusedError,
    UnfoldedError,
    as_set,
    convert,
    equal,
    mapping,
    sequence,
    string,
    strings,
    type_of,
    unified,
    unify,
    whole,
)

_SETS = (set, frozenset)
_CONTAINERS = (list, tuple, set, frozenset, Mapping)


def _ordered(value: Any) -> list[Any]:
    """Give the elements of a list or tuple; a set has no order to speak of."""
    if isinstance(value, _SETS):
        raise RefusedError("must be a list or tuple, not a set")
    return sequence(value)


def _chunklist(values: Any, size: Any) -> list[list[Any]]:
    items, size = unified(values), whole(size)
    if size < 0:
        raise RefusedError("the size argument must be positive")
    step = size or len(items) or 1
    return [items[start : start + step] for start in range(0, len(items), step)]


def _coalesce(*values: Any) -> Any:
    if not values:
        raise RefusedError("at least one argument is required")
    type_ = _common(value for value in values if value is not None)
    for value in values:
        if value is not None and not (type_ == "string" and value == ""):
            return convert(value, type_)
    raise RefusedError("no non-null, non-empty-string arguments")


def _common(values: Iterable[Any]) -> Any:
    types = list(map(type_of, values))
    try:
        return unify(types)
    except RefusedError:
        if all(isinstance(type_, str) for type_ in types):
            raise
        # A map may take what an object does not.
        raise UnfoldedError from None


def _coalescelist(*values: Any) -> list[Any]:
    if not values:
        raise RefusedError("at least one argument is required")
    if any(value is None for value in values):
        raise UnfoldedError
    for items in [_ordered(value) for value in values]:
        if items:
            return items
    raise RefusedError("no non-empty arguments")


def _compact(values: Any) -> list[str]:
    return [item for item in strings(values) if item]


def _concat(*values: Any) -> list[Any]:
    if not values:
        raise RefusedError("at least one argument is required")
    items = [item for value in values for item in _ordered(value)]
    try:
        converted = unified(items)
    except RefusedError:
        raise UnfoldedError from None
    # Joined tuples keep their elements as they are, joined lists convert them to one type.
    if not equal(converted, items):
        raise UnfoldedError
    return items


def _contains(values: Any, value: Any) -> bool:
    items, value = sequence(values), _searched(value)
    if value.__class__ is str:
        return value in items  # nothing else is equal to text
    return any(equal(item, value) for item in items)


def _searched(value: Any) -> Any:
    if value is None:
        raise RefusedError("argument must not be null")
    if isinstance(value, _CONTAINERS):
        # A list never equals a tuple, a map never an object, and a Python value may be either.
        raise UnfoldedError
    return value


def _distinct(values: Any) -> list[Any]:
    result: list[Any] = []
    for item in unified(values):
        if not any(equal(item, other) for other in result):
            result.append(item)
    return result


def _element(values: Any, index: Any) -> Any:
    items, index = _ordered(values), whole(index)
    if not items:
        raise RefusedError("cannot use element function with an empty list")
    return items[index % len(items)]


def _flatten(values: Any) -> list[Any]:
    return list(_leaves(sequence(values)))


def _leaves(items: list[Any]) -> Any:
    for item in items:
        if isinstance(item, (list, tuple, *_SETS)):
            yield from _leaves(sequence(item))
        else:
            yield item


def _index(values: Any, value: Any) -> int:
    items, value = _ordered(values), _searched(value)
    for position, item in enumerate(items):
        if equal(item, value):
            return position
    raise RefusedError("item not found" if items else "cannot search an empty list")


def _keys(value: Any) -> list[str]:
    return sorted(mapping(value))


def _length(value: Any) -> int:
    if isinstance(value, _CONTAINERS):
        return len(sequence(value)) if isinstance(value, _SETS) else len(value)
    if isinstance(value, str):
        return len(graphemes(value))
    if value is None:
        raise RefusedError("argument must not be null")
    type_of(value)
    raise RefusedError("argument must be a string, a collection type, or a structural type")


_UNIFORM: tuple[set[type], ...] = ({str}, {int})


def _lookup(values: Any, key: Any, *default: Any) -> Any:
    if len(default) > 1:
        raise RefusedError("takes two or three arguments")
    items, key = mapping(values), string(key)
    if not default:
        if key not in items:
            raise RefusedError(f'no element has the key "{key}"')
        return items[key]
    # A map's default has the type of its elements, an object's may have any.
    if {*map(type, items.values()), type(default[0])} in _UNIFORM:
        return items.get(key, default[0])
    types = [type_of(item) for item in (*items.values(), *default) if item is not None]
    if any(type_ != types[0] for type_ in types):
        raise UnfoldedError
    return items.get(key, default[0])


def _matchkeys(values: Any, keys: Any, searched: Any) -> list[Any]:
    items, names, wanted = unified(values), unified(keys), unified(searched)
    if len(items) != len(names):
        raise RefusedError("length of keys and values should be equal")
    type_ = unify(map(type_of, (*names, *wanted)))
    wanted = [convert(item, type_) for item in wanted]
    return [
        item
        for item, name in zip(items, names, strict=True)
        if any(equal(convert(name, type_), other) for other in wanted)
    ]


def _merge(*values: Any) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for value in values:
        if value is None:
            continue
        if not isinstance(value, Mapping) and None in values:
            # A null written out keeps Terraform from checking the types.
            raise UnfoldedError
        result.update(mapping(value))
    return result


def _one(values: Any) -> Any:
    items = sequence(values)
    if len(items) > 1:
        raise RefusedError("must have either zero or one elements")
    return items[0] if items else None


def _reverse(values: Any) -> list[Any]:
    return sequence(values)[::-1]


def _setproduct(*values: Any) -> list[list[Any]]:
    if len(values) < 2:
        raise RefusedError("at least two arguments are required")
    if any(isinstance(value, _SETS) for value in values):
        # The product is a set of tuples then, in the order of Terraform's hashes.
        raise UnfoldedError
    return [list(combination) for combination in itertools.product(*map(unified, values))]


def _setunion(first: Any, *others: Any) -> set[Any]:
    return _combine(set.union, first, *others)


def _setintersection(first: Any, *others: Any) -> set[Any]:
    return _combine(set.intersection, first, *others)


def _setsubtract(first: Any, second: Any) -> set[Any]:
    return _combine(set.difference, first, second)


def _combine(operation: Callable[..., set[Any]], *values: Any) -> set[Any]:
    lists = [unified(value) for value in values]
    type_ = unify(type_of(item) for items in lists for item in items)
    return operation(*(as_set(convert(item, type_) for item in items) for items in lists))


def _slice(values: Any, start: Any, end: Any) -> list[Any]:
    items, start, end = _ordered(values), whole(start), whole(end)
    if not 0 <= start <= end <= len(items):
        raise RefusedError("the indexes must lie within the list, start before end")
    return items[start:end]


def _sort(values: Any) -> list[str]:
    items = strings(values)
    present = [item for item in items if item is not None]
    if len(present) < len(items):
        raise RefusedError("a null string cannot be sorted")
    return sorted(present)


def _transpose(values: Any) -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for key, items in sorted(mapping(values).items()):
        for item in strings(items):
            if item is None:
                raise RefusedError("input must not contain null string")
            result.setdefault(item, []).append(key)
    return result


def _values(value: Any) -> list[Any]:
    return [item for _, item in sorted(mapping(value).items(), key=lambda entry: entry[0])]


def _zipmap(keys: Any, values: Any) -> dict[str, Any]:
    names, items = strings(keys), _ordered(values)
    if None in names:
        raise RefusedError("keys list has null value")
    if len(names) != len(items):
        raise RefusedError("number of keys does not match number of values")
    return dict(zip(names, items, strict=True))  # type: ignore[arg-type]


FUNCTIONS = {
    "chunklist": _chunklist,
    "coalesce": _coalesce,
    "coalescelist": _coalescelist,
    "compact": _compact,
    "concat": _concat,
    "contains": _contains,
    "distinct": _distinct,
    "element": _element,
    "flatten": _flatten,
    "index": _index,
    "keys": _keys,
    "length": _length,
    "lookup": _lookup,
    "matchkeys": _matchkeys,
    "merge": _merge,
    "one": _one,
    "reverse": _reverse,
    "setintersection": _setintersection,
    "setproduct": _setproduct,
    "setsubtract": _setsubtract,
    "setunion": _setunion,
    "slice": _slice,
    "sort": _sort,
    "transpose": _transpose,
    "values": _values,
    "zipmap": _zipmap,
}
