"""An example of any block of a provider: valid by the schema, and nothing more is meant by it."""

from __future__ import annotations

from typing import Any, TypeVar

from tapforge.lang.expression import Type
from tapforge.lang.model import (
    Model,
    NestedObject,
    ProviderConfiguration,
    fields,
    nested_class,
)
from tapforge.lang.schema import Attribute, Field

B = TypeVar("B", bound=Model | ProviderConfiguration)

_SCALARS = {"string": "example", "number": 1, "bool": True, "dynamic": "example"}


def example(class_: type[B], label: str = "example", *, whole: bool = False, **given: Any) -> B:
    """Make a block with made-up arguments, for tests to which it does not matter which.

    Args:
        class_: The class of the block: ``aws.RdsCluster``, ``aws.data.Vpc``, ``aws.Provider``.
        label: Its name in Terraform; a provider's configuration has none.
        whole: Give every argument there is, in every nested block, not just the required ones.
        given: Arguments that do matter.
    """
    labels = (label,) if issubclass(class_, Model) else ()
    return class_(*labels, **(_arguments(class_, whole=whole) | given))


def _arguments(class_: type[Any], *, whole: bool) -> dict[str, Any]:
    return {
        name: _value(field, nested_class(class_, field), whole=whole)
        for name, field in fields(class_).items()
        if field.settable and (whole or field.required)
    }


def _value(field: Field, class_: type[NestedObject] | None, *, whole: bool) -> Any:
    object_ = class_(**_arguments(class_, whole=whole)) if class_ else None
    if isinstance(field, Attribute):
        return _attribute(field.type, object_)
    if field.nesting == "map":
        return {"example": object_}
    return object_ if field.single else [object_] * max(1, field.min_items)


def _attribute(type_: Type, object_: NestedObject | None) -> Any:
    match type_:
        case str():
            return _SCALARS[type_]
        case ["list" | "set", element]:
            return [_attribute(element, object_)]
        case ["map", element]:
            return {"example": _attribute(element, object_)}
        case ["tuple", elements]:
            return [_attribute(element, None) for element in elements]
    return object_
