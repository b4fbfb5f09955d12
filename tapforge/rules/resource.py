"""Resources as rules read them: a system resolved in Python, or the plan of any configuration."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Sized
from typing import Any, Literal, TypeVar

import attrs

from tapforge.facts.sensitive import is_sensitive
from tapforge.lang.expression import Call, Expression, Symbol, addresses

T = TypeVar("T")
Mode = Literal["resource", "data", "ephemeral"]
KEY = r"\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\]"
"""What follows the name of one instance of several in an address, as a regular expression."""

_KEY = re.compile(KEY)


def declared(address: str) -> str:
    """Give the address of what the configuration declares, without the keys of instances."""
    return _KEY.sub("", address)


class Unknown(Call):
    """A value that only AWS, or Terraform's apply, will know.

    Args:
        origins: The addresses of what the value is computed from, as far as they are known; what is
            no resource's address says that there may be more.
    """

    __slots__ = ()

    def __init__(self, origins: Iterable[str] = ()) -> None:
        super().__init__("unknown", tuple(map(Symbol, origins)))


class Sensitive(Call):
    """A value that was given and that nobody may see: rules do not get it, so reports can't show it.

    Args:
        origins: As of `Unknown`.
    """

    __slots__ = ()

    def __init__(self, origins: Iterable[str] = ()) -> None:
        super().__init__("sensitive", tuple(map(Symbol, origins)))


class Secret(Sensitive):
    """A sensitive value that reads like a secret, and not like a placeholder or what leads to one."""

    __slots__ = ()


def unknown(value: Any) -> bool:
    """Tell whether a value can't be had: only AWS or the apply will know it, or it is secret."""
    return isinstance(value, Expression)


# Not frozen, as there are many of them: attrs makes those half as fast.
@attrs.define(eq=False)
class Block:
    """The arguments of a resource, or of a block inside it.

    Attributes:
        values: By argument: a plain value, an expression where it is unknown, a list of mappings for
            blocks of a kind. What is null or was not given is not in it, or None.
        place: The path of this block inside its resource, as ``root_block_device[0].``; "" for itself.
    """

    values: Mapping[str, Any] = attrs.field(repr=False)
    place: str = ""

    def given(self, argument: str) -> Any:
        """Give what was given for an argument: a plain value, an expression, or None."""
        return self.values.get(argument)

    def known(self, argument: str, default: Any = None) -> Any:
        """Give an argument's plain value; `default` if it is unset, None if it is unknown.

        Args:
            argument: The argument.
            default: What AWS or the provider takes for an argument that was left out.
        """
        value = self.values.get(argument)
        if value is None:
            return default
        return None if isinstance(value, Expression) else value

    def unknown(self, argument: str) -> bool:
        """Tell whether the argument was given a value that is not known yet."""
        return isinstance(self.values.get(argument), Expression)

    def sensitive(self, argument: str) -> bool:
        """Tell whether the argument was given a value that is known and hidden."""
        return isinstance(self.values.get(argument), Sensitive)

    def unset(self, argument: str) -> bool:
        """Tell whether the argument was left out."""
        return self.values.get(argument) is None

    def left_out(self, argument: str) -> bool:
        """Tell whether the argument was not given: the provider writes "" and [] for some of those."""
        value = self.values.get(argument)
        if value is None:
            return True
        return not isinstance(value, Expression) and isinstance(value, Sized) and not value

    def blocks(self, name: str) -> list[Block]:
        """Give the blocks of a kind, in order; none if only Terraform will know them."""
        value = self.values.get(name)
        if value is None or isinstance(value, (str, Expression)):
            return []
        if isinstance(value, Mapping):
            return [Block(value, f"{self.place}{name}.")]
        if not isinstance(value, Sequence):
            return []
        return [
            Block(item, f"{self.place}{name}[{index}].")
            for index, item in enumerate(value)
            if isinstance(item, Mapping)
        ]


@attrs.frozen(eq=False)
class Finding:
    """One place where a rule is broken.

    Attributes:
        resource: The resource; None where the whole configuration is meant.
        attribute: The path of the argument inside it, or "".
        found: What is there, in words or as the value.
        expected: What should be, in words.
        fix: What to do here, where that is more than the rule's own fix says.
    """

    resource: Resource | None
    attribute: str
    found: str
    expected: str
    fix: str = ""


@attrs.define(eq=False)
class Resource(Block):
    """One instance of a resource or data source.

    Attributes:
        address: As Terraform writes it: ``module.db.aws_rds_cluster.main[0]``.
        mode: What it is.
        type: Its type, ``aws_rds_cluster``.
        name: Its label.
        lifecycle: The arguments of its lifecycle block, where they are known: plans do not show them.
        accepted: Reasons for breaking rules, by the rule's id.
        written: The arguments that the configuration shows; None where all values are written there,
            for a plan has those too that the provider fills in.
        provider: The provider configuration it belongs to, ``aws.replica``, where it is told; "" for
            the default one.
    """

    address: str = attrs.field(kw_only=True)
    mode: Mode = attrs.field(kw_only=True, default="resource")
    type: str = attrs.field(kw_only=True)
    name: str = attrs.field(kw_only=True)
    lifecycle: Mapping[str, Any] = attrs.field(kw_only=True, factory=dict)
    accepted: Mapping[str, str] = attrs.field(kw_only=True, factory=dict)
    written: Collection[str] | None = attrs.field(kw_only=True, default=None, repr=False)
    provider: str = attrs.field(kw_only=True, default="")
    _computed: dict[Callable[[Resource], Any], Any] | None = attrs.field(
        init=False, repr=False, default=None
    )

    def once(self, compute: Callable[[Resource], T]) -> T:
        """Give what a function computes of this resource: it is called the first time only.

        Args:
            compute: A function that many rules ask.
        """
        if self._computed is None:
            self._computed = {}
        if compute not in self._computed:
            self._computed[compute] = compute(self)
        result: T = self._computed[compute]
        return result

    def writes(self, argument: str) -> bool:
        """Tell whether an argument is written, and not filled in by the provider or null.

        A plan shows no dynamic blocks; those of what is not there yet are nobody else's.
        """
        if self.written is None or argument in self.written:
            return self.values.get(argument) is not None
        return bool(self.blocks(argument)) and not isinstance(self.values.get("id"), str)

    def finding(self, attribute: str, found: object, expected: str, fix: str = "") -> Finding:
        """Make a finding about an argument of this resource.

        Args:
            attribute: Its path, such as ``engine_version`` or ``f"{block.place}value"``; "" for none.
            found: What is there: a value, or None for what was left out.
            expected: What should be, in words.
            fix: What to do here, where that is more than the rule's own fix says.
        """
        if isinstance(found, str) and is_sensitive(self.kind, attribute):
            found = Sensitive()
        return Finding(self, attribute, _words(found), expected, fix)

    @property
    def kind(self) -> str:
        """Its type, as `Configuration.of` takes it: ``data.aws_vpc`` for a data source."""
        return self.type if self.mode == "resource" else f"{self.mode}.{self.type}"

    @property
    def module(self) -> str:
        """The address of the module instance it is in; "" in the root."""
        return self.address.removesuffix(self._local()).removesuffix(".")

    def _local(self) -> str:
        return self.address[self.address.rindex(f"{self.kind}.{self.name}") :]


def _words(found: object) -> str:
    if found is None:
        return "not set"
    if isinstance(found, Sensitive):
        return "sensitive"
    if isinstance(found, Expression):
        return "known only after apply"
    if isinstance(found, bool):
        return "true" if found else "false"
    return f'"{found}"' if isinstance(found, str) else str(found)


def _today() -> dt.date:
    return dt.datetime.now(tz=dt.UTC).date()


_PARTS = {"aws_secretsmanager_secret_version": "secret_id"}
"""Resources that are referred to in place of what they are a part of, and the argument that names it."""


@attrs.define(eq=False)
class Configuration:
    """All resources of one root module in one environment.

    Attributes:
        resources: The resources and data sources.
        variables: The values of the root's variables, as far as they are known.
        name: What reports call it: a system and its environment, or the plan's file.
        today: The day that rules about the ends of versions look at.
    """

    resources: tuple[Resource, ...]
    variables: Mapping[str, Any] = attrs.field(factory=dict)
    name: str = ""
    today: dt.date = attrs.field(factory=_today)
    # Fields, as a cached property would slow every attribute of the class down.
    _by_type: dict[str, list[Resource]] = attrs.field(init=False, repr=False, factory=dict)
    _of_types: dict[tuple[str, ...], list[Resource]] = attrs.field(
        init=False, repr=False, factory=dict
    )
    _by_address: dict[str, list[Resource]] = attrs.field(init=False, repr=False, factory=dict)
    _referred: dict[Expression, list[Resource]] = attrs.field(init=False, repr=False, factory=dict)
    _named: dict[str, dict[str, list[Resource]]] = attrs.field(init=False, repr=False, factory=dict)
    _users: dict[tuple[str, str, tuple[str, ...]], dict[str, list[Resource]]] = attrs.field(
        init=False, repr=False, factory=dict
    )
    _traced: dict[tuple[str, tuple[str, ...]], bool] = attrs.field(
        init=False, repr=False, factory=dict
    )
    _computed: dict[Callable[[Configuration], Any], Any] = attrs.field(
        init=False, repr=False, factory=dict
    )

    def _addressed(self) -> dict[str, list[Resource]]:
        """Give the resources by their addresses, and the instances of several by that of all."""
        found = self._by_address
        if not found:
            for resource in self.resources:
                found.setdefault(resource.address, []).append(resource)
                if "[" in resource.address:
                    found.setdefault(declared(resource.address), []).append(resource)
        return found

    def _typed(self) -> dict[str, list[Resource]]:
        """Give the resources by their types, as `of` takes them."""
        found = self._by_type
        if not found:
            for resource in self.resources:
                found.setdefault(resource.kind, []).append(resource)
        return found

    def of(self, *types: str) -> Sequence[Resource]:
        """Give the resources of some types; data sources are called ``data.aws_vpc``."""
        found = self._of_types.get(types)
        if found is None:
            by_type = self._typed()
            found = [r for type_ in types if type_ in by_type for r in by_type[type_]]
            self._of_types[types] = found
        return found

    @property
    def kinds(self) -> frozenset[str]:
        """The types of its resources, as `of` takes them."""
        return frozenset(self._typed())

    def once(self, compute: Callable[[Configuration], T]) -> T:
        """Give what a function computes of this configuration: it is called the first time only.

        Args:
            compute: A function, or a class, that many rules ask.
        """
        if compute not in self._computed:
            self._computed[compute] = compute(self)
        result: T = self._computed[compute]
        return result

    @property
    def destroyable(self) -> bool | None:
        """The form that the configuration says it has; None where it says nothing."""
        value = self.variables.get("destroyable")
        return value if isinstance(value, bool) else None

    @property
    def suffix(self) -> str:
        """The environment suffix, which ends every name; "" where the configuration takes none."""
        value = self.variables.get("environment_suffix")
        return value if isinstance(value, str) else ""

    def targets(self, value: Any, *types: str) -> list[Resource]:
        """Find the resources that an argument's value leads to.

        Args:
            value: What the argument was given: an id, name or ARN, or an expression that refers to one;
                or a list of those.
            types: The types that are looked for.

        Returns:
            The resources of these types that the expression refers to, or that are called so.
        """
        if isinstance(value, Expression):
            return [r for r in self._references(value) if r.kind in types]
        if isinstance(value, str):
            return [r for type_ in types for r in self._called(type_).get(value, ())]
        if isinstance(value, Iterable) and not isinstance(value, Mapping):
            every = (r for item in value for r in self.targets(item, *types))
            return list({r.address: r for r in every}.values())
        return []

    def _references(self, value: Expression) -> list[Resource]:
        """Give all that an expression refers to, each once."""
        found = self._referred.get(value)
        if found is None:
            by_address = self._addressed()
            named = [r for each in addresses(value) for r in by_address.get(each, ())]
            wholes = (w for r in named if r.type in _PARTS for w in self._whole(r))
            found = self._referred[value] = list({r.address: r for r in (*named, *wholes)}.values())
        return found

    def _whole(self, part: Resource) -> list[Resource]:
        """Give what a resource is a part of, whose ARN and name it hands on."""
        value = part.given(_PARTS[part.type])
        return self._references(value) if isinstance(value, Expression) else []

    def _called(self, type_: str) -> dict[str, list[Resource]]:
        """Give the resources of a type by what others may call them."""
        found = self._named.get(type_)
        if found is None:
            found = self._named[type_] = {}
            for resource in self._typed().get(type_, ()):
                for name in _identities(resource):
                    found.setdefault(name, []).append(resource)
        return found

    def traced(self, value: Any) -> bool:
        """Tell whether `targets` finds all that an argument's value may lead to.

        It does not where a plan does not tell what an unknown value is computed from: a local value, an
        element of all outputs of a module, a dynamic block.

        Args:
            value: What the argument was given.
        """
        if isinstance(value, Expression):
            by_address = self._addressed()
            return all(each in by_address for each in addresses(value))
        if isinstance(value, Iterable) and not isinstance(value, (str, Mapping)):
            return all(map(self.traced, value))
        return True

    def may_be_used(self, target: Resource, argument: str, *types: str) -> bool:
        """Tell whether a resource of some types leads, or could lead, to a resource.

        Args:
            target: The resource.
            argument: The argument of the others.
            types: Their types.
        """
        if self._led(target.kind, argument, types).get(target.address):
            return True
        return not self.all_traced(argument, *types)

    def users(self, target: Resource, argument: str, *types: str) -> Iterable[Resource]:
        """Find the resources of some types whose argument leads to a resource.

        Args:
            target: The resource.
            argument: The argument of the others.
            types: Their types.
        """
        return self._led(target.kind, argument, types).get(target.address, ())

    def _led(self, kind: str, argument: str, types: tuple[str, ...]) -> dict[str, list[Resource]]:
        """Give the resources whose argument leads to one of a kind, by the address of that one."""
        key = (kind, argument, types)
        found = self._users.get(key)
        if found is None:
            found = self._users[key] = {}
            for resource in self.of(*types):
                for target in self.targets(resource.values.get(argument), kind):
                    found.setdefault(target.address, []).append(resource)
        return found

    def all_traced(self, argument: str, *types: str) -> bool:
        """Tell whether `traced` holds of an argument of every resource of some types.

        Args:
            argument: The argument.
            types: The types.
        """
        key = (argument, types)
        if key not in self._traced:
            given = (resource.values.get(argument) for resource in self.of(*types))
            self._traced[key] = all(map(self.traced, given))
        return self._traced[key]


_IDENTITIES = (
    *("id", "arn", "name", "identifier", "cluster_identifier", "bucket", "function_name"),
    *("key_id", "replication_instance_arn", "endpoint_arn", "url"),
)


def _identities(resource: Resource) -> set[str]:
    """Give what other resources may call this one by."""
    return {v for a in _IDENTITIES if isinstance(v := resource.values.get(a), str)}
