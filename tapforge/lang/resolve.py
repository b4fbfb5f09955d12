"""What a module comes to for given inputs: every instance of every object, without Terraform.

A module is compiled once, from the document that is rendered too; each set of inputs then runs through
it. What the provider decides stays unknown: an expression over the object's full address.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, Literal, cast

import attrs

from tapforge.lang.bind import Bound, Object, Scope, Unknown, always, compiled, constant
from tapforge.lang.blocks import Check, Local, ModuleCall, Output
from tapforge.lang.converter import Converter, converter, plain_class
from tapforge.lang.document import Entry, address_of
from tapforge.lang.errors import Problem, TapforgeError
from tapforge.lang.expression import Access, Call, Expression, Failure, Symbol, addresses
from tapforge.lang.identity import Memory, apart
from tapforge.lang.inputs import declared_inputs, take
from tapforge.lang.meta import Condition, Dynamic, Meta
from tapforge.lang.model import Model
from tapforge.lang.module import Module
from tapforge.lang.schema import Attribute, Field
from tapforge.lang.value import RefusedError, boolean, sequence

Mode = Literal["resource", "data", "ephemeral"]


class ResolveError(TapforgeError):
    """Terraform would refuse the inputs: a validation or precondition fails, or an expression does."""


# Not frozen, as there are many of them: attrs makes those half as fast.
@attrs.define(eq=False)
class Instance:
    """One instance of an object.

    Attributes:
        address: Its full address: ``module.db.aws_rds_cluster.main[0]``.
        mode: What it is: ``resource``, ``data`` or ``ephemeral``.
        type: Its type.
        name: Its label.
        model: The block it is an instance of.
        values: By argument, those that are not null: plain values, expressions where they are
            unknown, lists of mappings for blocks.
        lifecycle: What its lifecycle block says of destroying and of changes by others.
        accepted: Why it may break rules, by the rule's id.
        shown: What it is shown as by whoever reads instances, and what beside it that depends on.
    """

    address: str
    mode: Mode
    type: str
    name: str
    model: Model = attrs.field(repr=False)
    values: dict[str, Any] = attrs.field(repr=False)
    lifecycle: Mapping[str, Any] = attrs.field(repr=False)
    accepted: Mapping[str, str] = attrs.field(repr=False)
    shown: tuple[Any, Any] | None = attrs.field(init=False, repr=False, default=None)


@attrs.frozen(eq=False)
class Resolution:
    """What a module comes to.

    Attributes:
        instances: Every instance of resources, data sources and ephemeral resources, in the order in
            which their blocks depend on each other. Resolutions share what is the same in them: whoever
            wants to change a value changes a copy.
        inputs: The value of each input, defaults included.
        outputs: The value of each output.
    """

    instances: list[Instance]
    inputs: dict[str, Any]
    outputs: dict[str, Any]


@attrs.frozen(eq=False)
class _Run:
    instances: list[Instance]
    problems: list[Problem]
    validate: bool


_Make = Callable[[Scope, str, _Run], Any]

_KEPT = 100
"""How many instances of a module are remembered."""


def resolve(
    module: Module[Any, Any], inputs: Mapping[str, Any], *, validate: bool = True
) -> Resolution:
    """Compute what a module means for given inputs.

    Args:
        module: The module, or a system.
        inputs: Values by input; those left out take their defaults.
        validate: Whether to hold the inputs, also those of the modules it calls, to their validations.

    Raises:
        ResolveError: everything that Terraform would refuse.
    """
    run = _Run([], [], validate)
    values, outputs = _evaluate(module, inputs, "", run)
    if run.problems:
        raise ResolveError(run.problems)
    # Inputs are what somebody changes to resolve anew.
    return Resolution(run.instances, apart(values), outputs)


def _evaluate(
    module: Module[Any, Any], inputs: Mapping[str, Any], prefix: str, run: _Run
) -> tuple[dict[str, Any], dict[str, Any]]:
    program = _program(module)
    place = prefix.rstrip(".")
    values, found = take(module.inputs, inputs, place, validate=run.validate)
    if found:
        run.problems.extend(found)
        # Unknown outputs keep what refers to them from being reported too.
        return {}, dict.fromkeys(program.outputs, Symbol(place))
    scope: Scope = dict(zip(program.variables, values.values(), strict=True))
    instances, problems = run.instances, run.problems
    for step, memory in zip(program.steps, program.memories_in(prefix, run), strict=True):
        # Many environments have most values in common, so that most blocks come to the same again.
        read = step.read(scope)
        made = memory.get(read)
        if made is not None:
            scope[step.address] = made[0]
            instances += made[1]
            continue
        first, wrong = len(instances), len(problems)
        scope[step.address] = value = step.make(scope, prefix, run)
        if len(problems) == wrong:
            memory.put(read, value, instances[first:] or ())
    return values, {name: make(scope) for name, make in program.outputs.items()}


@attrs.frozen(eq=False)
class _Step:
    """How to find out what a block comes to.

    Attributes:
        address: The block's.
        read: Gives the values of all that it reads.
        make: Gives its value in the scope, adds its instances, and reports what is wrong.
    """

    address: str
    read: Callable[[Scope], tuple[Any, ...]]
    make: _Make


@attrs.frozen(eq=False)
class _Program:
    variables: list[str]
    steps: list[_Step]
    outputs: dict[str, Bound]
    _memories: dict[tuple[str, bool], list[Memory]] = attrs.field(init=False, factory=dict)

    def memories_in(self, prefix: str, run: _Run) -> list[Memory]:
        """Give what is remembered of each step in an instance of the module."""
        key = prefix, run.validate
        if key not in self._memories:
            if len(self._memories) == _KEPT:
                self._memories.clear()
            self._memories[key] = [Memory() for _ in self.steps]
        return self._memories[key]


@functools.cache
def _program(module: Module[Any, Any]) -> _Program:
    body = module.body
    outputs = {block.name: always(block.value) for block in body.document.of(Output)}
    steps: list[_Step] = []
    variables = [f"var.{name}" for name in declared_inputs(module.inputs)]
    known = set(variables)
    for address, entry, roots in _ordered(body.document.entries):
        make = _maker(entry, module)
        if make:
            steps.append(_Step(address, _reader(sorted(known & roots)), make))
            known.add(address)
    return _Program(variables, steps, outputs)


def _reader(addresses: Sequence[str]) -> Callable[[Scope], tuple[Any, ...]]:
    # Of one address alone it would give the value, and no tuple.
    return operator.itemgetter(*addresses, *addresses[:1]) if addresses else lambda _: ()


def _ordered(entries: Iterable[Entry]) -> list[tuple[str, Entry, set[str]]]:
    """Give each entry after those it refers to, with its address and what it refers to."""
    by_address = {address_of(entry.block): entry for entry in entries}
    roots = {
        address: {root._address for root in entry.roots} - {address}
        for address, entry in by_address.items()
    }
    graph = {address: found & by_address.keys() for address, found in roots.items()}
    try:
        order = TopologicalSorter(graph).static_order()
        return [(address, by_address[address], roots[address]) for address in order]
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        fix = "take one of the references out"
        raise ResolveError(Problem(circle, "these refer to each other in a circle", fix)) from None


def _maker(entry: Entry, module: Module[Any, Any]) -> _Make | None:
    match entry.block:
        case Local() as local:
            return _local(local)
        case Model() as model:
            return _object(model, entry.accepted)
        case ModuleCall() as call:
            called = module.body.calls.get(call.source.rpartition("/")[2])
            return _call(call, called) if called else None
        case Output(precondition=conditions) as block if conditions:
            return _conditions(f"output.{block.name}", conditions)
        case Check():
            return None  # it warns and stops nothing
    return None


def _local(local: Local) -> _Make:
    make = always(local.value)
    return lambda scope, _prefix, _run: make(scope)


# --- instances --------------------------------------------------------------------------------------


_Keys = Callable[[Scope, _Run], Sequence[tuple[Any, Any]]]


def _repeated(meta: Meta, place: str) -> tuple[str, _Keys] | None:
    """Compile count and for_each.

    Returns:
        What an instance calls itself, ``count`` or ``each``; and what gives the key of every instance,
        and what it knows by that name.
    """
    if meta.count is not None:
        number = always(meta.count)

        def by_number(scope: Scope, run: _Run) -> Sequence[tuple[int, Any]]:
            value = number(scope)
            if isinstance(value, Expression):
                run.problems.append(_unknown_number(place, "count", value))
                return ()
            return [(index, {"index": index}) for index in range(int(value))]

        return "count", by_number
    if meta.for_each is not None:
        collection = always(meta.for_each)

        def by_key(scope: Scope, run: _Run) -> Sequence[tuple[str, Any]]:
            value = collection(scope)
            if isinstance(value, Expression):
                run.problems.append(_unknown_number(place, "for_each", value))
                return ()
            return [(key, {"key": key, "value": item}) for key, item in _items(value)]

        return "each", by_key
    return None


def _differs(value: Any, repeated: tuple[str, _Keys] | None) -> bool:
    """Tell whether an argument may be another one in each instance; one that stands alone has its own."""
    return not repeated or repeated[0] in addresses(value)


def _unknown_number(place: str, argument: str, value: Expression) -> Problem:
    if isinstance(value, Failure):
        return Problem(f"{place}.{argument}", value._reason)
    fix = "make it depend on inputs alone"
    return Problem(f"{place}.{argument}", f"{value!r} is known only after apply", fix)


def _items(collection: Any) -> list[tuple[Any, Any]]:
    if isinstance(collection, Mapping):
        return [(key, collection[key]) for key in sorted(collection)]
    return [(item, item) for item in sequence(collection)]


def _key(key: Any) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'["{escaped}"]'


def _object(model: Model, accepted: Mapping[str, str]) -> _Make:
    address, repeated = model._tf_address, _repeated(model._tf_meta, model._tf_address)
    common, own = _bodies(model, address, repeated)
    computed = {
        name: attribute.type
        for name, attribute in model._tf_block.attributes.items()
        if attribute.computed
    }
    mode, type_, label = cast("Mode", model._tf_kind), model._tf_type, model._tf_label
    block = model._tf_meta.lifecycle
    conditions = _conditions(address, block.precondition) if block else None
    told = ("prevent_destroy", "ignore_changes")
    unknown = functools.lru_cache(maxsize=1000)(lambda full: Unknown(full, computed))
    lifecycle = {name: getattr(block, name) for name in told} if block else {}

    def shared(scope: Scope, prefix: str, run: _Run) -> dict[str, Any]:
        return common.fill(scope, f"{prefix}{address}", run)

    def one(key: str, values: dict[str, Any], scope: Scope, prefix: str, run: _Run) -> Object:
        full = f"{prefix}{address}{key}"
        values = values | own.fill(scope, full, run)
        if conditions:
            conditions(scope, prefix, run)
        run.instances.append(Instance(full, mode, type_, label, model, values, lifecycle, accepted))
        return Object(values, unknown(full))

    return _instances(repeated, shared, one)


def _instances(
    repeated: tuple[str, _Keys] | None,
    shared: Callable[[Scope, str, _Run], dict[str, Any]],
    one: Callable[[str, dict[str, Any], Scope, str, _Run], Any],
) -> _Make:
    """Compile the instances of an object, or of a module call.

    Args:
        repeated: See `_repeated`.
        shared: Gives the arguments that all instances have in common.
        one: Makes an instance of those.
    """
    if repeated is None:
        return lambda scope, prefix, run: one("", {}, scope, prefix, run)
    itself, keys = repeated

    def several(scope: Scope, prefix: str, run: _Run) -> Any:
        made = {}
        pairs = keys(scope, run)
        values = shared(scope, prefix, run) if pairs else {}
        for key, known in pairs:
            scope[itself] = known
            made[key] = one(_key(key), values, scope, prefix, run)
        return list(made.values()) if itself == "count" else made

    return several


@attrs.frozen(eq=False)
class _Fixed:
    """What is the same in every scope."""

    value: Any


@attrs.frozen(eq=False)
class _Body:
    """The arguments of a block: those that are fixed, and how the others are made and converted."""

    fixed: dict[str, Any]
    open: list[tuple[str, Bound, Converter, type | None]]

    def fill(self, scope: Scope, full: str, run: _Run) -> dict[str, Any]:
        values = self.fixed.copy()
        for name, make, convert, class_ in self.open:
            try:
                value = make(scope)
                kind = value.__class__
                if kind is not class_ and kind is not Access:
                    value = convert(value)
            except RefusedError as refusal:
                run.problems.append(Problem(f"{full}.{name}", str(refusal)))
                continue
            if value is not None:
                values[name] = value
        return values

    def add(self, field: Field, value: Any, place: str) -> None:
        """Compile an argument."""
        made = _argument(field, value, place)
        if isinstance(made, _Fixed):
            self.fixed[field.name] = made.value
        else:
            self.open.append((field.name, *made))


def _bodies(model: Model, address: str, repeated: tuple[str, _Keys] | None) -> tuple[_Body, _Body]:
    """Compile the arguments of a block: those that all its instances have in common, and the others."""
    common, own = _Body({}, []), _Body({}, [])
    for field, value in model._tf_given():
        (own if _differs(value, repeated) else common).add(field, value, address)
    return common, own


def _argument(
    field: Field, value: Any, place: str
) -> tuple[Bound, Converter, type | None] | _Fixed:
    if not isinstance(field, Attribute):
        blocks = _blocks(field.nesting, value, place)
        return blocks if isinstance(blocks, _Fixed) else (blocks, converter(None), None)
    make, convert = compiled(value), converter(field.type)
    if make is None:
        return _Fixed(convert(constant(value)))
    return make, convert, plain_class(field.type)


def _blocks(nesting: str, value: Any, place: str) -> Bound | _Fixed:
    if nesting == "map" and isinstance(value, Mapping):
        made = {key: _always(_nested(item, place)) for key, item in value.items()}
        return lambda scope: {key: make(scope) for key, make in made.items()}
    items = list(value) if isinstance(value, (list, tuple)) else [value]
    single = nesting in ("single", "group")
    contents = [
        _generated(item, place) if isinstance(item, Dynamic) else _one(_nested(item, place))
        for item in items
    ]
    fixed = [content for content in contents if isinstance(content, _Fixed)]
    if len(fixed) == len(contents):
        blocks = [block for content in fixed for block in content.value]
        return _Fixed(blocks[0] if single else blocks)
    makers = [_always(content) for content in contents]

    def make_all(scope: Scope) -> Any:
        found: list[Any] = []
        for make in makers:
            made = make(scope)
            if isinstance(made, Expression):
                return made
            found.extend(made)
        return found[0] if single else found

    return make_all


def _always(content: Bound | _Fixed) -> Bound:
    if isinstance(content, _Fixed):
        value = content.value
        return lambda _: value
    return content


def _one(content: Bound | _Fixed) -> Bound | _Fixed:
    if isinstance(content, _Fixed):
        return _Fixed([content.value])
    return lambda scope: [content(scope)]


def _nested(item: Any, place: str) -> Bound | _Fixed:
    body = _Body({}, [])
    for field, value in item._tf_given():
        body.add(field, value, place)
    if not body.open:
        return _Fixed(body.fixed)
    unheard = _Run([], [], validate=False)

    def make(scope: Scope) -> dict[str, Any]:
        values = body.fill(scope, place, unheard)
        if unheard.problems:
            reason = str(unheard.problems.pop())
            unheard.problems.clear()
            raise RefusedError(reason)
        return values

    return make


def _generated(item: Dynamic, place: str) -> Bound:
    collection, content, iterator = (
        always(item.for_each),
        _always(_nested(item.content, place)),
        item.iterator,
    )

    def make(scope: Scope) -> Any:
        value = collection(scope)
        if isinstance(value, Expression):
            if isinstance(value, Failure):
                raise RefusedError(value._reason)
            return Call("unknown", (value,))
        inner = scope.copy()
        found = []
        pairs = enumerate(value) if isinstance(value, (list, tuple)) else _items(value)
        for key, each in pairs:
            inner[iterator] = {"key": key, "value": each}
            found.append(content(inner))
        return found

    return make


# --- modules and conditions -------------------------------------------------------------------------


def _call(call: ModuleCall, module: Module[Any, Any]) -> _Make:
    address = f"module.{call.label}"
    repeated = _repeated(call.meta, address)
    common: dict[str, Bound] = {}
    own: dict[str, Bound] = {}
    for name, value in call.inputs.items():
        (own if _differs(value, repeated) else common)[name] = always(value)

    def shared(scope: Scope, _prefix: str, _run: _Run) -> dict[str, Any]:
        return {name: make(scope) for name, make in common.items()}

    def one(
        key: str, inputs: dict[str, Any], scope: Scope, prefix: str, run: _Run
    ) -> dict[str, Any]:
        inputs = inputs | {name: make(scope) for name, make in own.items()}
        return _evaluate(module, inputs, f"{prefix}{address}{key}.", run)[1]

    return _instances(repeated, shared, one)


def _conditions(address: str, conditions: Iterable[Condition]) -> _Make | None:
    makers = [(always(each.condition), always(each.error_message)) for each in conditions]
    if not makers:
        return None

    def hold(scope: Scope, prefix: str, run: _Run) -> None:
        for condition, message in makers:
            value = condition(scope)
            if isinstance(value, Failure):
                run.problems.append(Problem(f"{prefix}{address}", value._reason))
            elif not isinstance(value, Expression) and not boolean(value):
                run.problems.append(Problem(f"{prefix}{address}", str(message(scope))))

    return hold
