"""A module: a function over declared inputs that adds blocks to a body and gives outputs.

Called with references it renders the Terraform module; called with plain values it says what the
module means for them.
"""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar, cast, overload

import attrs

from tapforge.lang import functions as fn
from tapforge.lang.blocks import (
    Backend,
    Check,
    Local,
    ModuleCall,
    Output,
    RequiredProvider,
    Settings,
)
from tapforge.lang.document import MAIN, Document, DocumentError
from tapforge.lang.errors import ArgumentError, Problem
from tapforge.lang.expression import (
    Access,
    Expression,
    Named,
    Type,
    conditional,
    known,
    path,
    splat,
)
from tapforge.lang.inputs import declared_inputs, declared_outputs, references
from tapforge.lang.meta import Meta

B = TypeVar("B")
I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741


FACTS = "facts.tf.json"
"""The file of the tables that a module's rules ask."""

# Write-only arguments and ephemeral values came with Terraform 1.11; state locks in S3 with 1.10.
REQUIRED_VERSION = ">= 1.11.0"


class Body:
    """What a module's function fills: resources, data sources, locals, calls of other modules."""

    def __init__(self, name: str, modules_path: str = "..") -> None:
        self.document = Document(name)
        self.calls: dict[str, Module[Any, Any]] = {}
        self.waits: dict[str, Sequence[Any]] = {}
        self.attachments: dict[str, Callable[[str], bytes]] = {}
        self._modules_path = modules_path

    def add(
        self,
        block: B,
        *,
        comment: str = "",
        accept: Mapping[str, str] | None = None,
    ) -> B:
        """Add a block, and give it back.

        Args:
            block: A model, or a block of `tapforge.lang.blocks`.
            comment: Why it is as it is; rendered beside it.
            accept: Rules that a resource or data source may break: the reason by the rule's id;
                rendered beside it, and shown by `tapforge check`.

        Raises:
            DocumentError: something is accepted without a reason, or of a block that no rule looks at.
        """
        return self.document.add(block, comment=comment, accept=accept)

    def local(self, name: str, value: B, *, comment: str = "", file: str = MAIN) -> B:
        """Name an expression, and give the reference to it.

        Args:
            name: The local's name.
            value: The expression.
            comment: Why it is as it is; rendered beside it.
            file: The file it is written to.
        """
        local = self.document.add(Local(name, value), comment=comment, file=file)
        return cast("B", local._tf_reference())

    def wait(self, output: str, blocks: Sequence[Any]) -> None:
        """Let whoever uses an output of the module wait for blocks that its value does not refer to.

        Args:
            output: The output's name.
            blocks: What must be there first, such as the route of a subnet.
        """
        self.waits[output] = blocks

    def attach(self, name: str, content: Callable[[str], bytes]) -> str:
        """Lay a file beside the module's own, and give the path to it.

        Args:
            name: The file's name.
            content: Makes what it holds, given the line that says where the file came from: that
                must stand near its start, or no later rendering writes over it.
        """
        self.attachments[name] = content
        return f"{path.module}/{name}"

    @overload
    def call(
        self,
        label: str,
        module: Module[I, O],
        inputs: I,
        *,
        comment: str = ...,
        depends_on: Sequence[Any] = ...,
        providers: Mapping[str, Any] | None = ...,
        when: bool | None = ...,
        count: None = ...,
    ) -> O: ...

    @overload
    def call(
        self,
        label: str,
        module: Module[I, O],
        inputs: I,
        *,
        comment: str = ...,
        depends_on: Sequence[Any] = ...,
        providers: Mapping[str, Any] | None = ...,
        when: None = ...,
        count: int,
    ) -> Any: ...

    def call(
        self,
        label: str,
        module: Module[I, O],
        inputs: I,
        *,
        comment: str = "",
        depends_on: Sequence[Any] = (),
        providers: Mapping[str, Any] | None = None,
        when: bool | None = None,
        count: int | None = None,
    ) -> Any:
        """Call a module, and give its outputs.

        Args:
            label: The name of the call.
            module: The module.
            inputs: Its inputs; those left at their defaults are not written.
            comment: Why; rendered beside the call.
            depends_on: What no input refers to but must come first.
            providers: Provider configurations for the module, by the names it knows them.
            when: Whether to call it at all; if not, each output is null.
            count: How often to call it, ``count.index`` in the inputs telling the calls apart; each
                output is then the list of the calls' outputs, of which `element()` takes one.

        Raises:
            ArgumentError: it is to be called on a condition and a number of times.
            DocumentError: another module of the same name is called too.
        """
        place = f"{self.document.name}: module.{label}"
        if when is not None and count is not None:
            raise ArgumentError(
                Problem(
                    place,
                    "is called on a condition and a number of times",
                    "give the count alone: conditional(condition, number, 0)",
                )
            )
        if self.calls.setdefault(module.name, module) is not module:
            raise DocumentError(
                Problem(
                    place, f'another module is called "{module.name}" too', "rename one of them"
                )
            )
        types = {o.name: o.type for o in declared_outputs(module.outputs).values()}
        number = count if when is None else conditional(when, 1, 0)
        call = self.document.add(
            ModuleCall(
                label,
                source=f"{self._modules_path}/{module.name}",
                inputs=given(inputs),
                providers=providers or {},
                meta=Meta(count=number, depends_on=depends_on),
                outputs=types,
            ),
            comment=comment,
        )
        reference = call._tf_reference()
        return module.outputs(
            **{n: _output(reference, n, t, when, count) for n, t in types.items()}
        )


def _output(call: Expression, name: str, type_: Type, when: Any, count: Any) -> Any:
    if when is None and count is None:
        return Access(call, name, type_)
    of_each = Access(splat(call), name, type_)
    return of_each if when is None else fn.one(cast("list[Any]", of_each))


def given(inputs: Any) -> dict[str, Any]:
    """Give the inputs whose value is not the declared default."""
    values = {}
    for field in declared_inputs(type(inputs)).values():
        value = getattr(inputs, field.name)
        if not (known(value) and value == field.default):
            values[field.name] = value
    return values


@attrs.frozen(eq=False)
class Module(Generic[I, O]):
    """A reusable module.

    Attributes:
        name: Its folder below ``modules/``.
        function: Fills the body and gives the outputs.
        inputs: The class of its inputs.
        outputs: The class of its outputs.
        description: What it builds.
    """

    name: str
    function: Callable[[Body, I], O]
    inputs: type[I]
    outputs: type[O]
    description: str

    @functools.cached_property
    def body(self) -> Body:
        """The module in full, over references to its variables.

        Raises:
            DocumentError: its blocks do not fit together.
        """
        body = Body(f"modules/{self.name}", "..")
        self.fill(body)
        body.add(settings(body.document, ">= {}"))
        return body

    def fill(self, body: Body) -> None:
        """Add the variables, whatever the function adds, and the outputs."""
        values = references(self.inputs)
        for field in declared_inputs(self.inputs).values():
            body.add(field.variable(values))
        result = self.function(body, values)
        for declared in declared_outputs(self.outputs).values():
            body.add(
                Output(
                    declared.name,
                    value=getattr(result, declared.name),
                    description=declared.description,
                    sensitive=declared.sensitive or None,
                    depends_on=body.waits.get(declared.name, ()),
                )
            )
        tables: dict[str, Any] = {}
        for root in body.document.roots():
            if not isinstance(root, Named):
                continue
            if tables.setdefault(root._address, root._value) != root._value:
                raise DocumentError(
                    Problem(
                        f"{body.document.name}: {root._address}",
                        "stands for two different tables",
                        "give each a name of its own",
                    )
                )
        for address, value in sorted(tables.items()):
            body.local(address.removeprefix("local."), value, file=FACTS)


def module(name: str) -> Callable[[Callable[[Body, I], O]], Module[I, O]]:
    """Make a function a module; its annotations give the classes of inputs and outputs.

    Args:
        name: The folder below ``modules/``.
    """

    def decorate(function: Callable[[Body, I], O]) -> Module[I, O]:
        return Module(name, function, *interface(function))

    return decorate


def interface(function: Callable[[Body, I], O]) -> tuple[type[I], type[O], str]:
    """Read the classes of inputs and outputs, and the description, off a module's function.

    Raises:
        TypeError: the function is not annotated as one.
    """
    hints = typing.get_type_hints(function)
    given_by = hints.pop("return", None)
    if given_by is None or len(hints) != 2:
        name = function.__name__
        raise TypeError(f"{name} is no module: annotate it {name}(m: Body, v: Inputs) -> Outputs")
    _, takes = hints.values()
    return takes, given_by, inspect.cleandoc(function.__doc__ or "")


def settings(document: Document, constraint: str, backend: Backend | None = None) -> Settings:
    """Give the ``terraform`` block of a document: the providers that its models come from.

    Args:
        document: The module.
        constraint: The version constraint, with ``{}`` for the version the models were made from.
        backend: Where a root module keeps its state.
    """
    blocks = [block.data if isinstance(block, Check) else block for block in document]
    packs = {block._tf_provider for block in blocks if hasattr(block, "_tf_provider")}
    # Terraform's own provider is part of the program: nothing to require.
    used = [pack for pack in packs if not pack.address.startswith("terraform.io/builtin/")]
    return Settings(
        required_version=REQUIRED_VERSION,
        required_providers={
            pack.name: RequiredProvider(
                pack.address.removeprefix("registry.terraform.io/"),
                constraint.format(pack.version),
            )
            for pack in sorted(used, key=lambda pack: pack.name)
        },
        backend=backend,
    )
