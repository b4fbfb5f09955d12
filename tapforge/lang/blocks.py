"""The blocks of Terraform's language that no provider defines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import attrs

from tapforge.lang.errors import ArgumentError, Problem
from tapforge.lang.expression import Expression, Symbol, Type, describe
from tapforge.lang.json_syntax import Json, expression, literal, traversal
from tapforge.lang.meta import (
    Condition,
    Lifecycle,
    Meta,
    Provisioner,
    dependency,
    without_empty,
)

_RESERVED_VARIABLES = frozenset(
    {"source", "version", "providers", "count", "for_each", "depends_on", "lifecycle", "locals"}
    | {"provider", "ignore_nested_deprecations", "_"}
)


def address(value: Any) -> str:
    """Write an address that need not be declared: a block, a reference, or the address as text."""
    return value if isinstance(value, str) else traversal(value)


class Block:
    """A block of a document. `_tf_path` says where it stands, `_tf_body` what it says."""

    __slots__ = ()

    @property
    def _tf_path(self) -> tuple[str, ...]:
        raise NotImplementedError

    def _tf_body(self) -> dict[str, Json]:
        raise NotImplementedError

    # One for all: attrs would write, and compile at every start, one for each.
    def __repr__(self) -> str:
        return f"<{'.'.join(self._tf_path)}>"

    def _tf_values(self) -> Iterable[Any]:
        """Give every value the block was given, to find the references in them."""
        return [getattr(self, field.name) for field in attrs.fields(cast("Any", type(self)))]


@attrs.frozen(eq=False, repr=False)
class Variable(Block):
    """An input of a module.

    Attributes:
        name: What the caller calls it.
        type: Its type, as in `tapforge.lang.expression.Type`; None takes any.
        description: What it means, for whoever sets it.
        default: A constant; without one the caller must give a value.
        sensitive: Terraform shows no value that derives from it.
        ephemeral: It is never written to plan or state.
        nullable: Whether null is a value; if not, null means the default.
        const: It may stand where Terraform takes constants (Terraform 1.15 or newer).
        deprecated: What to do instead of giving it (Terraform 1.15 or newer).
        validation: What must hold; may refer to other variables.
    """

    name: str
    type: Type = attrs.field(default=None, kw_only=True)
    description: str = attrs.field(default="", kw_only=True)
    # attrs would read the bare constant as "there is no default".
    default: Any = attrs.field(factory=lambda: attrs.NOTHING, kw_only=True)
    sensitive: bool | None = attrs.field(default=None, kw_only=True)
    ephemeral: bool | None = attrs.field(default=None, kw_only=True)
    nullable: bool | None = attrs.field(default=None, kw_only=True)
    const: bool | None = attrs.field(default=None, kw_only=True)
    deprecated: str | None = attrs.field(default=None, kw_only=True)
    validation: Sequence[Condition] = attrs.field(default=(), kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.name in _RESERVED_VARIABLES:
            raise ArgumentError(
                Problem(f"variable {self.name}", "the name is Terraform's own", "take another one")
            )

    @property
    def _tf_path(self) -> tuple[str, ...]:
        return ("variable", self.name)

    def _tf_reference(self) -> Expression:
        return Symbol(f"var.{self.name}", self.type)

    def _tf_values(self) -> Iterable[Any]:
        return self.validation

    def _tf_body(self) -> dict[str, Json]:
        head = without_empty(
            {
                "type": self.type and describe(self.type),
                "description": literal(self.description) or None,
            }
        )
        default = {} if self.default is attrs.NOTHING else {"default": literal(self.default)}
        tail = without_empty(
            {
                "sensitive": literal(self.sensitive),
                "ephemeral": literal(self.ephemeral),
                "nullable": literal(self.nullable),
                "const": literal(self.const),
                "deprecated": literal(self.deprecated),
                "validation": [condition._tf_body() for condition in self.validation],
            }
        )
        return head | default | tail


@attrs.frozen(eq=False, repr=False)
class Local(Block):
    """A named expression of a module."""

    name: str
    value: Any

    @property
    def _tf_path(self) -> tuple[str, ...]:
        return ("locals", self.name)

    def _tf_reference(self) -> Expression:
        return Symbol(f"local.{self.name}", getattr(self.value, "_type", None))

    def _tf_body(self) -> Json:
        return expression(self.value)


@attrs.frozen(eq=False, repr=False)
class Output(Block):
    """What a module gives to its caller.

    Attributes:
        name: What the caller calls it.
        value: Its value.
        description: What it means.
        sensitive: Terraform shows no value that derives from it.
        ephemeral: It is never written to plan or state; not for a root module.
        deprecated: What to use instead (Terraform 1.15 or newer); not for a root module.
        precondition: What must hold before the value is given.
        depends_on: Blocks that the value does not refer to but that must come first.
    """

    name: str
    value: Any = attrs.field(kw_only=True)
    description: str = attrs.field(default="", kw_only=True)
    sensitive: bool | None = attrs.field(default=None, kw_only=True)
    ephemeral: bool | None = attrs.field(default=None, kw_only=True)
    deprecated: str | None = attrs.field(default=None, kw_only=True)
    precondition: Sequence[Condition] = attrs.field(default=(), kw_only=True)
    depends_on: Sequence[Any] = attrs.field(default=(), kw_only=True)

    @property
    def _tf_path(self) -> tuple[str, ...]:
        return ("output", self.name)

    def _tf_body(self) -> dict[str, Json]:
        head = {"description": literal(self.description)} if self.description else {}
        return (
            head
            | {"value": expression(self.value)}
            | without_empty(
                {
                    "sensitive": literal(self.sensitive),
                    "ephemeral": literal(self.ephemeral),
                    "deprecated": literal(self.deprecated),
                    "precondition": [condition._tf_body() for condition in self.precondition],
                    "depends_on": [dependency(target) for target in self.depends_on],
                }
            )
        )


@attrs.frozen(eq=False, repr=False)
class ModuleCall(Block):
    """A call of a module.

    Attributes:
        label: The name of the call.
        source: Where the module is: a relative path, a registry address, a URL. A constant.
        inputs: The module's variables; None is null, which a variable that is not nullable takes for
            its default.
        version: Which versions of a registry module. A constant.
        providers: Which provider configurations the module gets, by the names it knows them.
        meta: ``count``, ``for_each`` and ``depends_on``.
        outputs: The types of the module's outputs, where they are known.
    """

    label: str
    source: str = attrs.field(kw_only=True)
    inputs: Mapping[str, Any] = attrs.field(factory=dict, kw_only=True)
    version: str | None = attrs.field(default=None, kw_only=True)
    providers: Mapping[str, Any] = attrs.field(factory=dict, kw_only=True)
    meta: Meta = attrs.field(factory=Meta, kw_only=True)
    outputs: Mapping[str, Type] | None = attrs.field(default=None, kw_only=True)

    @property
    def _tf_path(self) -> tuple[str, ...]:
        return ("module", self.label)

    def _tf_reference(self) -> Expression:
        type_: Type = None if self.outputs is None else ["object", dict(self.outputs)]
        if self.meta.count is not None:
            type_ = ["list", type_]
        elif self.meta.for_each is not None:
            type_ = ["map", type_]
        return Symbol(f"module.{self.label}", type_)

    def _tf_values(self) -> Iterable[Any]:
        return (self.inputs, self.providers, self.meta)

    def _tf_body(self) -> dict[str, Json]:
        head = without_empty({"source": literal(self.source), "version": literal(self.version)})
        inputs = {k: expression(v) for k, v in self.inputs.items()}
        providers = {k: traversal(v) for k, v in self.providers.items()}
        tail = without_empty({"providers": providers}) | self.meta._tf_tail()
        return head | self.meta._tf_head() | inputs | tail


@attrs.frozen(eq=False, repr=False)
class Moved(Block):
    """An object has a new address; Terraform keeps it instead of replacing it."""

    from_: Any
    to: Any

    @property
    def _tf_path(self) -> tuple[str, ...]:
        return ("moved",)

    def _tf_values(self) -> Iterable[Any]:
        return (self.to,)

    def _tf_body(self) -> dict[str, Json]:
        return {"from": address(self.from_), "to": address(self.to)}


@attrs.frozen(eq=False, repr=False)
class Removed(Block):
    """An object is no longer managed here; ``lifecycle.destroy`` says whether it goes on living."""

    from_: Any
    lifecycle: Lifecycle
    provisioner: Sequence[Provisioner] = ()

    @property
    def _tf_path(self) -> tuple[str, ...]:
        return ("removed",)

    def _tf_values(self) -> Iterable[Any]:
        return ()

    def _tf_body(self) -> dict[str, Json]:
        return {
            "from": address(self.from_),
            "lifecycle": self.lifecycle._tf_body(),
        } | without_empty({"provisioner": [{p.type: p._tf_body()} for p in self.provisioner]})


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Import(Block):
    """An object that exists already comes under Terraform's care.

    Attributes:
        to: The resource that takes it.
        id: The provider's id of the object; or give `identity`.
        identity: The provider's identity of the object, an object of attributes.
        for_each: One import an element.
        provider: The provider configuration to read with, where it is not the default one.
    """

    to: Any
    id: Any = None
    identity: Mapping[str, Any] | None = None
    for_each: Any = None
    provider: Any = None

    @property
    def _tf_path(self) -> tuple[str, ...]:
        return ("import",)

    def _tf_body(self) -> dict[str, Json]:
        meta = Meta(for_each=self.for_each, provider=self.provider)
        arguments = {"to": address(self.to), "id": expression(self.id)}
        return meta._tf_head() | without_empty(arguments | {"identity": expression(self.identity)})


@attrs.frozen(eq=False, repr=False)
class Check(Block):
    """Assertions over what was applied; they warn and never stop a run.

    Attributes:
        label: The name of the check.
        assertions: What must hold.
        data: A data source that only this check reads.
    """

    label: str
    assertions: Sequence[Condition]
    data: Any = None

    @property
    def _tf_path(self) -> tuple[str, ...]:
        return ("check", self.label)

    def _tf_values(self) -> Iterable[Any]:
        return (self.assertions, *(self.data._tf_values() if self.data is not None else ()))

    def _tf_body(self) -> dict[str, Json]:
        body: dict[str, Json] = {}
        if self.data is not None:
            _, type_, label = self.data._tf_path
            body["data"] = {type_: {label: self.data._tf_body()}}
        return body | {"assert": [condition._tf_body() for condition in self.assertions]}


@attrs.frozen(eq=False, repr=False)
class Action(Block):
    """Something a provider does that changes no object's lifecycle, for ``lifecycle.action_trigger``."""

    type: str
    label: str
    config: Mapping[str, Any] = attrs.field(factory=dict, kw_only=True)
    meta: Meta = attrs.field(factory=Meta, kw_only=True)

    @property
    def _tf_path(self) -> tuple[str, ...]:
        return ("action", self.type, self.label)

    def _tf_reference(self) -> Expression:
        return Symbol(f"action.{self.type}.{self.label}")

    def _tf_body(self) -> dict[str, Json]:
        config = {key: expression(value) for key, value in self.config.items() if value is not None}
        return self.meta._tf_head() | without_empty({"config": config}) | self.meta._tf_tail()


@attrs.frozen(eq=False)
class RequiredProvider:
    """A provider a module needs: where it comes from and which versions will do."""

    source: str
    version: str | None = None
    configuration_aliases: Sequence[str] = ()

    def _tf_body(self) -> dict[str, Json]:
        return without_empty(
            {
                "source": literal(self.source),
                "version": literal(self.version),
                "configuration_aliases": [literal(alias) for alias in self.configuration_aliases],
            }
        )


@attrs.frozen(eq=False)
class Backend:
    """Where state is kept. Constants only; the rest comes from ``terraform init -backend-config``."""

    type: str
    arguments: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Settings(Block):
    """The ``terraform`` block.

    Attributes:
        required_version: Which versions of Terraform will do.
        required_providers: The providers, by the names the module gives them.
        backend: Where state is kept, unless `cloud` says it.
        cloud: HCP Terraform; an empty mapping leaves all of it to the environment.
        provider_meta: What the module tells providers about itself.
        experiments: Features of the language that are not settled.
    """

    required_version: str | None = None
    required_providers: Mapping[str, RequiredProvider] = attrs.field(factory=dict)
    backend: Backend | None = None
    cloud: Mapping[str, Any] | None = None
    provider_meta: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)
    experiments: Sequence[str] = ()

    @property
    def _tf_path(self) -> tuple[str, ...]:
        return ("terraform",)

    def _tf_values(self) -> Iterable[Any]:
        return ()

    def _tf_body(self) -> dict[str, Json]:
        backend = self.backend
        body = without_empty(
            {
                "required_version": literal(self.required_version),
                "required_providers": {
                    name: provider._tf_body() for name, provider in self.required_providers.items()
                },
                "experiments": list(self.experiments),
                "backend": backend and {backend.type: literal(backend.arguments)},
                "provider_meta": literal(self.provider_meta),
            }
        )
        # Empty, it says that the environment configures it.
        return body if self.cloud is None else body | {"cloud": literal(self.cloud)}


__all__ = [
    "Action",
    "Backend",
    "Block",
    "Check",
    "Import",
    "Local",
    "ModuleCall",
    "Moved",
    "Output",
    "Removed",
    "RequiredProvider",
    "Settings",
    "Variable",
]
