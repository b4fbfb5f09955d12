"""What every resource, data source and ephemeral resource takes besides its provider's arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar, cast

import attrs

from tapforge.lang.errors import ArgumentError, Problem
from tapforge.lang.expression import Access, Call, Symbol, set_elements
from tapforge.lang.json_syntax import Json, expression, literal, traversal

T = TypeVar("T")


@attrs.frozen(kw_only=True, eq=False)
class Condition:
    """A ``precondition``, ``postcondition``, ``assert`` or ``validation``.

    Attributes:
        condition: True when all is well.
        error_message: What Terraform says when it is not; whole sentences.
    """

    condition: bool
    error_message: str

    def _tf_body(self) -> dict[str, Json]:
        return {
            "condition": expression(self.condition),
            "error_message": expression(self.error_message),
        }


Event = Literal[
    "before_create",
    "after_create",
    "before_update",
    "after_update",
    "before_destroy",
    "after_destroy",
]


@attrs.frozen(kw_only=True, eq=False)
class ActionTrigger:
    """When Terraform invokes actions of a provider (Terraform 1.14 or newer).

    Attributes:
        events: What happens to the object.
        actions: The `tapforge.lang.blocks.Action` blocks to invoke, in this order.
        condition: Invoke them only if it is true.
    """

    events: Sequence[Event]
    actions: Sequence[Any]
    condition: bool | None = None

    def _tf_body(self) -> dict[str, Json]:
        return without_empty(
            {
                "events": list(self.events),
                "condition": expression(self.condition),
                "actions": [traversal(action) for action in self.actions],
            }
        )


@attrs.frozen(kw_only=True, eq=False)
class Lifecycle:
    """How Terraform creates, replaces and destroys an object.

    Attributes:
        create_before_destroy: Create the replacement first.
        prevent_destroy: Refuse a plan that destroys the object. A constant: Terraform takes no reference.
        ignore_changes: Names of arguments (``tags``, ``tags["x"]``) that others may change, or "all".
        replace_triggered_by: Objects, or attributes of them, whose change replaces this one.
        precondition: Checked before the object is planned.
        postcondition: Checked after it is applied; ``self`` is the object.
        action_trigger: See `ActionTrigger`.
        destroy: False in a `Removed` block forgets the object without destroying it.
    """

    create_before_destroy: bool | None = None
    prevent_destroy: bool | None = None
    ignore_changes: Sequence[str] | Literal["all"] = ()
    replace_triggered_by: Sequence[Any] = ()
    precondition: Sequence[Condition] = ()
    postcondition: Sequence[Condition] = ()
    action_trigger: Sequence[ActionTrigger] = ()
    destroy: bool | None = None

    def __attrs_post_init__(self) -> None:
        ignored = self.ignore_changes
        if isinstance(ignored, str) and ignored != "all":
            raise ArgumentError(
                Problem(
                    "lifecycle.ignore_changes",
                    f'takes a list of names or "all", not the text "{ignored}"',
                    f'give ["{ignored}"]',
                )
            )

    def _tf_body(self) -> dict[str, Json]:
        ignored = self.ignore_changes
        return without_empty(
            {
                "create_before_destroy": literal(self.create_before_destroy),
                "prevent_destroy": literal(self.prevent_destroy),
                "destroy": literal(self.destroy),
                "ignore_changes": ignored if ignored == "all" else [literal(n) for n in ignored],
                "replace_triggered_by": [traversal(target) for target in self.replace_triggered_by],
                "precondition": [condition._tf_body() for condition in self.precondition],
                "postcondition": [condition._tf_body() for condition in self.postcondition],
                "action_trigger": [trigger._tf_body() for trigger in self.action_trigger],
            }
        )


@attrs.frozen(kw_only=True, eq=False)
class Connection:
    """How a provisioner reaches the object."""

    type: Literal["ssh", "winrm"] = "ssh"
    arguments: Mapping[str, Any] = attrs.field(factory=dict)

    def _tf_body(self) -> dict[str, Json]:
        return {"type": literal(self.type)} | {k: expression(v) for k, v in self.arguments.items()}


@attrs.frozen(eq=False)
class Provisioner:
    """A command or file that Terraform runs or copies after creating, or before destroying."""

    type: Literal["file", "local-exec", "remote-exec"]
    arguments: Mapping[str, Any] = attrs.field(kw_only=True)
    when: Literal["create", "destroy"] | None = attrs.field(default=None, kw_only=True)
    on_failure: Literal["continue", "fail"] | None = attrs.field(default=None, kw_only=True)
    connection: Connection | None = attrs.field(default=None, kw_only=True)

    def _tf_body(self) -> dict[str, Json]:
        return without_empty(
            {key: expression(value) for key, value in self.arguments.items()}
            | {
                "when": self.when,
                "on_failure": self.on_failure,
                "connection": self.connection and self.connection._tf_body(),
            }
        )


@attrs.frozen(eq=False)
class Dynamic:
    """As many nested blocks as a collection has elements that only Terraform will know.

    Made by `dynamic`; stands wherever a list of nested blocks may stand.
    """

    for_each: Any
    content: Any
    iterator: str
    labels: Sequence[str] = ()

    def _tf_dynamic(self, block_type: str, content: Json) -> Json:
        """Write the block, given its type and its content in JSON."""
        body: dict[str, Json] = {"for_each": expression(self.for_each)}
        if self.iterator != block_type:
            body["iterator"] = self.iterator
        if self.labels:
            body["labels"] = [expression(label) for label in self.labels]
        return body | {"content": content}


def dynamic(for_each: Any, content: Callable[[Any], T]) -> list[T]:
    """Make one nested block for each element of a collection.

    Args:
        for_each: A list, set or map.
        content: Given the element at hand (``.key``, ``.value``), makes the block. The name of its
            parameter becomes the block's iterator.
    """
    iterator = next(iter(inspect.signature(content).parameters))
    element = Symbol(iterator, ["object", {"key": "dynamic", "value": "dynamic"}])
    return cast("list[T]", Dynamic(for_each, content(element), iterator))


@attrs.frozen(kw_only=True, eq=False)
class Meta:
    """The meta-arguments of one block.

    Attributes:
        count: How many instances; inside the block ``count.index`` tells them apart.
        for_each: A map, or set of strings: one instance an element, ``each.key`` and ``each.value``.
        depends_on: Blocks that no argument refers to but that must come first.
        provider: The provider configuration, where it is not the default one.
        lifecycle: See `Lifecycle`.
        provisioner: See `Provisioner`.
        connection: See `Connection`.
    """

    count: Any = None
    for_each: Any = None
    depends_on: Sequence[Any] = ()
    provider: Any = None
    lifecycle: Lifecycle | None = None
    provisioner: Sequence[Provisioner] = ()
    connection: Connection | None = None

    def __attrs_post_init__(self) -> None:
        if self.count is not None and self.for_each is not None:
            raise ArgumentError(
                Problem("count, for_each", "a block takes one of them", "leave one out")
            )

    def _tf_head(self) -> dict[str, Json]:
        """Write what stands before a block's own arguments."""
        head = {
            "count": expression(self.count),
            "for_each": _for_each(self.for_each),
            "provider": None if self.provider is None else traversal(self.provider),
        }
        # An empty for_each says that there is no instance, so it stays.
        return {name: value for name, value in head.items() if value is not None}

    def _tf_tail(self) -> dict[str, Json]:
        """Write what stands after a block's own arguments."""
        return without_empty(
            {
                "connection": self.connection and self.connection._tf_body(),
                "provisioner": [{p.type: p._tf_body()} for p in self.provisioner],
                "lifecycle": self.lifecycle and self.lifecycle._tf_body(),
                "depends_on": [dependency(target) for target in self.depends_on],
            }
        )


def dependency(target: Any) -> str:
    """Write the address of a whole object, as ``depends_on`` takes it.

    Raises:
        ArgumentError: it is an attribute of an object, or the configuration of a provider.
    """
    address = traversal(target)
    if getattr(target, "_tf_path", ("",))[0] == "provider":
        raise ArgumentError(
            Problem(
                f"depends_on: {address}",
                "Terraform waits for objects, not for a provider",
                "leave it out",
            )
        )
    whole = target
    while isinstance(whole, Access) and not isinstance(whole._step, str):
        whole = whole._base
    # An output of a module counts as an object.
    if isinstance(whole, Access) and not address.startswith("module."):
        raise ArgumentError(
            Problem(
                f"depends_on: {address}",
                "Terraform waits for whole objects, not for an attribute",
                "give the block itself",
            )
        )
    return address


def _for_each(value: Any) -> Json:
    if isinstance(value, (list, tuple, set, frozenset)):
        # A JSON array is a tuple, which for_each does not take.
        elements = set_elements(value) if isinstance(value, (set, frozenset)) else value
        return expression(Call("toset", (elements,)))
    return expression(value)


def without_empty(body: Mapping[str, Any]) -> dict[str, Json]:
    """Leave out what is None or empty: Terraform reads some empty blocks as errors, some as losses."""
    return {k: v for k, v in body.items() if v is not None and v not in ((), [], {})}
