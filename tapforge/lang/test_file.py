"""A test file of ``terraform test`` (``*.tftest.json``): runs in their order, mocks and overrides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import attrs

from tapforge.lang.blocks import address
from tapforge.lang.errors import ArgumentError, Problem
from tapforge.lang.json_syntax import Json, expression, literal, traversal
from tapforge.lang.meta import Condition, without_empty

Phase = Literal["plan", "apply"]


@attrs.frozen(eq=False, kw_only=True)
class Override:
    """Fixed values in place of what a provider, data source or module would give.

    Attributes:
        kind: What is overridden.
        target: The block, or its address as text.
        values: The values: of computed attributes, or of a module's outputs.
        during: Whether the values stand from the plan on, or only after the apply.
    """

    kind: Literal["resource", "data", "module"]
    target: Any
    values: Mapping[str, Any] = attrs.field(factory=dict)
    during: Phase | None = None

    def _tf_body(self) -> dict[str, Json]:
        values = "outputs" if self.kind == "module" else "values"
        return {"target": address(self.target)} | without_empty(
            {values: expression(self.values), "override_during": self.during}
        )


@attrs.frozen(eq=False)
class MockProvider:
    """A provider that needs neither credentials nor network and makes values up.

    Attributes:
        name: The provider's local name.
        alias: The alias it stands for.
        resources: Computed values of resources, by type.
        data: Computed values of data sources, by type.
        source: A folder with shared mocks.
        during: Whether made-up values stand from the plan on, or only after the apply.
    """

    name: str
    alias: str | None = attrs.field(default=None, kw_only=True)
    resources: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict, kw_only=True)
    data: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict, kw_only=True)
    source: str | None = attrs.field(default=None, kw_only=True)
    during: Phase | None = attrs.field(default=None, kw_only=True)

    def _tf_body(self) -> dict[str, Json]:
        return without_empty(
            {
                "alias": literal(self.alias),
                "source": literal(self.source),
                "override_during": self.during,
                "mock_resource": {
                    t: {"defaults": expression(v)} for t, v in self.resources.items()
                },
                "mock_data": {t: {"defaults": expression(v)} for t, v in self.data.items()},
            }
        )


@attrs.frozen(eq=False)
class Run:
    """One plan or apply, and what must hold after it.

    Attributes:
        label: Its name; later runs refer to its outputs by ``run.<label>.<output>``.
        command: What Terraform does.
        variables: Values of the module's variables.
        assertions: What must hold.
        expect_failures: Blocks whose own conditions must fail, or their addresses as text.
        module: A folder with another module to run instead.
        providers: Provider configurations, by the names the module knows them.
        plan_options: ``mode``, ``refresh``; ``replace`` and ``target`` with blocks, or addresses as text.
        overrides: See `Override`.
        parallel: Whether it may run beside others.
        state_key: Runs with the same key share their state.
    """

    label: str
    command: Phase = attrs.field(default="apply", kw_only=True)
    variables: Mapping[str, Any] = attrs.field(factory=dict, kw_only=True)
    assertions: Sequence[Condition] = attrs.field(default=(), kw_only=True)
    expect_failures: Sequence[Any] = attrs.field(default=(), kw_only=True)
    module: str | None = attrs.field(default=None, kw_only=True)
    providers: Mapping[str, Any] = attrs.field(factory=dict, kw_only=True)
    plan_options: Mapping[str, Any] = attrs.field(factory=dict, kw_only=True)
    overrides: Sequence[Override] = attrs.field(default=(), kw_only=True)
    parallel: bool | None = attrs.field(default=None, kw_only=True)
    state_key: str | None = attrs.field(default=None, kw_only=True)

    def _tf_body(self) -> dict[str, Json]:
        options = {
            name: [address(target) for target in value]
            if isinstance(value, (list, tuple))
            else value
            for name, value in self.plan_options.items()
        }
        return without_empty(
            {
                "command": self.command,
                "parallel": literal(self.parallel),
                "state_key": literal(self.state_key),
                "module": self.module and {"source": literal(self.module)},
                "plan_options": literal(options),
                "providers": {k: traversal(v) for k, v in self.providers.items()},
                "variables": {k: expression(v) for k, v in self.variables.items()},
                **overrides(self.overrides),
                "assert": [condition._tf_body() for condition in self.assertions],
                "expect_failures": [address(target) for target in self.expect_failures],
            }
        )


@attrs.frozen(eq=False, kw_only=True)
class TestFile:
    """A whole test file.

    Attributes:
        runs: In the order Terraform runs them.
        variables: Values for every run.
        mock_providers: See `MockProvider`.
        overrides: For every run.
        parallel: Whether runs may go on beside each other.
    """

    __test__ = False  # Nothing for pytest to collect.

    runs: Sequence[Run]
    variables: Mapping[str, Any] = attrs.field(factory=dict)
    mock_providers: Sequence[MockProvider] = ()
    overrides: Sequence[Override] = ()
    parallel: bool | None = None

    def __attrs_post_init__(self) -> None:
        labels = [run.label for run in self.runs]
        if twice := sorted({label for label in labels if labels.count(label) > 1}):
            raise ArgumentError(Problem(f"run {name}", "is declared twice") for name in twice)

    def json(self, header: str) -> dict[str, Json]:
        """Write the file; `header` is its root comment.

        Runs stand in a list: Terraform runs them in the order of the file, which the keys of an object
        would leave to whoever formats it.
        """
        mocks: dict[str, list[Json]] = {}
        for mock in self.mock_providers:
            mocks.setdefault(mock.name, []).append(mock._tf_body())
        return {"//": header} | without_empty(
            {
                "test": without_empty({"parallel": literal(self.parallel)}),
                "mock_provider": mocks,
                **overrides(self.overrides),
                "variables": {k: expression(v) for k, v in self.variables.items()},
                "run": [{run.label: run._tf_body()} for run in self.runs],
            }
        )


def overrides(items: Sequence[Override]) -> dict[str, list[Json]]:
    """Write overrides, grouped as the language has them."""
    out: dict[str, list[Json]] = {}
    for item in items:
        out.setdefault(f"override_{item.kind}", []).append(item._tf_body())
    return out
