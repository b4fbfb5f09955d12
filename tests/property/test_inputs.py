"""Inputs of systems and modules, over whatever may be given for them."""

import contextlib
import ipaddress
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tapforge.facts import names, windows
from tapforge.lang.expression import Expression, Failure
from tapforge.lang.inputs import declared_inputs, json_schema, problems, take
from tapforge.modules import valid
from tapforge.systems.environment import backend_schema, load, variables_schema
from tapforge.systems.project import Project, find
from tapforge.systems.system import BackendInputs, System
from tapforge.testing import strategies
from tapforge.testing import values as values_of_rules

PROJECT = find(Path(__file__).parents[2])
SYSTEMS = list(PROJECT.systems.values())
CLASSES = {
    **{module.name: module.inputs for module in (*SYSTEMS, *PROJECT.modules().values())},
    "backend": BackendInputs,
}

systems = pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
classes = pytest.mark.parametrize("class_", CLASSES.values(), ids=CLASSES)

# Text that rules look at, and some that they never thought of.
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-10, 4000)
    | st.floats(-2, 40, allow_nan=False)
    | st.text("aZ09./:-_ \n$={}éß漢", max_size=24)
    | st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}", fullmatch=True),
    lambda values: (
        st.lists(values, max_size=7)
        | st.dictionaries(st.text("aAwWsS:é\n", max_size=6), values, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def damaged(draw: st.DrawFn, class_: type) -> dict[str, Any]:
    """Draw inputs of which some were changed a little, or altogether."""
    values = draw(strategies.inputs_of(class_))
    declared = declared_inputs(class_)
    for name in draw(st.lists(st.sampled_from(sorted(declared)), max_size=3)):
        values[name] = draw(anything | changed(values.get(name, "")))
    return values


@st.composite
def changed(draw: st.DrawFn, value: Any) -> Any:
    """Draw a value with one character more, less or another."""
    if isinstance(value, list) and value:
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], draw(changed(value[place])), *value[place + 1 :]]
    if not isinstance(value, str):
        return value
    start = draw(st.integers(0, len(value)))
    end = draw(st.integers(start, min(len(value), start + 1)))
    return value[:start] + draw(st.text("aZ09./:-\né", max_size=1)) + value[end:]


def schema_of(class_: type) -> Draft202012Validator:
    """Give the JSON Schema of some inputs."""
    schema = json_schema(declared_inputs(class_).values(), title="", description="")
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


# --- environments -----------------------------------------------------------------------------------


@systems
@given(data=st.data())
def test_drawn_environments_are_right(system: System[Any, Any], data: st.DataObject) -> None:
    """For Python and for the schema that editors use, before and after they were a file."""
    values = data.draw(strategies.environments(system))
    assert problems(system.inputs, values) == []
    assert json.loads(json.dumps(values)) == values
    validator = Draft202012Validator(variables_schema(system))
    assert list(validator.iter_errors({"$schema": "x"} | values)) == []


@systems
def test_no_input_is_always_the_same(system: System[Any, Any]) -> None:
    """Each is given, and takes several values, but where one is known to be right and no rule is."""
    found: dict[str, set[str]] = {name: set() for name in declared_inputs(system.inputs)}

    @settings(max_examples=800, database=None, phases=[Phase.generate], derandomize=True)
    @given(strategies.environments(system))
    def draw(values: dict[str, Any]) -> None:
        for name, value in values.items():
            found[name].add(json.dumps(value))

    draw()
    fixed = {name for name, values in found.items() if len(values) < 2}
    assert fixed <= {"backup_copy_region", "secret_arn"}


@systems
@given(data=st.data())
def test_an_environment_survives_its_file(
    system: System[Any, Any], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What is written is what is read."""
    root = tmp_path_factory.getbasetemp() / "survives"
    (root / "env/x").mkdir(parents=True, exist_ok=True)
    variables = data.draw(strategies.environments(system))
    backend = data.draw(strategies.inputs_of(BackendInputs))
    (root / f"env/x/{system.name}.tfvars.json").write_text(json.dumps(variables), "utf-8")
    (root / f"env/x/{system.name}.s3.tfbackend.json").write_text(json.dumps(backend), "utf-8")
    found = load(Project(root, {system.name: system}), system, "x")
    assert (found.variables, found.backend) == (variables, backend)
    assert list(Draft202012Validator(backend_schema()).iter_errors(backend)) == []


# --- rules ------------------------------------------------------------------------------------------


@classes
@given(data=st.data())
def test_drawn_inputs_are_right(class_: type, data: st.DataObject) -> None:
    """Of modules as of systems; they can be made."""
    values = data.draw(strategies.inputs_of(class_))
    made = class_(**values)
    assert {name: getattr(made, name) for name in values} == values


@classes
@given(data=st.data())
def test_the_schema_takes_whatever_python_takes(class_: type, data: st.DataObject) -> None:
    """Once it is written in the type of its input; it may take more, and never less."""
    values = data.draw(damaged(class_))
    taken, found = take(class_, values)
    if not found:
        written = {name: taken[name] for name in values}
        assert [error.message for error in schema_of(class_).iter_errors(written)] == []


@classes
@given(data=st.data())
def test_every_rule_decides_what_is_known(class_: type, data: st.DataObject) -> None:
    """Python never leaves to Terraform what it was told; and a message is text."""
    values = data.draw(damaged(class_))
    declared = declared_inputs(class_)
    taken, found = take(class_, values)
    wrong = {problem.place.split(": ")[1].partition("[")[0] for problem in found}
    view = SimpleNamespace(**{n: v for n, v in taken.items() if n not in wrong})
    for name in vars(view).keys() & values.keys():
        if taken[name] is None:
            continue  # no rule is asked about null, where that is a value
        for rule in declared[name].valid:
            with contextlib.suppress(AttributeError):  # it asks an input that is wrong
                held = rule.condition(taken[name], view)
                assert held is True, f"{name}: {held!r}"


@classes
@given(data=st.data())
def test_every_problem_is_readable(class_: type, data: st.DataObject) -> None:
    """Text without the marks of references, and never an exception."""
    for problem in problems(class_, data.draw(damaged(class_)), "file"):
        assert str(problem).startswith("file: ")
        assert str(problem).encode()


def holds(rules: valid.Valid | tuple[valid.Valid, ...], value: Any, inputs: Any = None) -> bool:
    """Tell whether a value passes some rules."""
    for rule in (rules,) if isinstance(rules, valid.Valid) else rules:
        found = rule.condition(value, inputs)
        if isinstance(found, Failure) or found is False:
            return False
        assert not isinstance(found, Expression), f"{value!r}: {found!r}"
    return True


@given(
    cidr=values_of_rules.networks(8, 32)
    | changed("10.0.0.0/16")
    | st.text("0123456789./", max_size=19)
)
def test_a_vpc_s_block_is_what_the_standard_library_takes(cidr: str) -> None:
    """With /16 to /28."""
    try:
        expected = "/" in cidr and 16 <= ipaddress.IPv4Network(cidr).prefixlen <= 28
        expected = expected and len(cidr.partition("/")[2]) == 2 and cidr.count(".") == 3
    except ValueError:
        expected = False
    assert holds(valid.vpc_cidr, cidr) == expected


@given(one=values_of_rules.networks(), other=values_of_rules.networks(), data=st.data())
def test_blocks_overlap_and_lie_within_each_other(
    one: str, other: str, data: st.DataObject
) -> None:
    """As the standard library has it; of some blocks near each other too."""
    near = data.draw(
        values_of_rules.subnets_of(one, 1, 1) if not one.endswith("/28") else st.just([one])
    )
    for left, right in ((one, other), (one, near[0]), (near[0], one)):
        first, second = ipaddress.IPv4Network(left), ipaddress.IPv4Network(right)
        assert valid.overlap(left, right) == first.overlaps(second)
        assert valid.within(left, right) == first.subnet_of(second)


@given(
    backup=values_of_rules.backup_windows() | changed("03:00-04:00"),
    maintenance=values_of_rules.maintenance_windows("00:00-00:30") | changed("mon:04:00-mon:05:00"),
)
def test_windows_are_judged_as_the_facts_judge_them(backup: str, maintenance: str) -> None:
    """Each alone, and both together; text that is no window is refused and never an exception."""
    daily = (
        bool(re.fullmatch(windows.BACKUP_PATTERN, backup)) and windows.backup_minutes(backup) >= 30
    )
    assert holds(valid.backup_window, backup) == daily
    assume(daily)  # what a wrong one overlaps is nobody's question
    expected = (
        bool(re.fullmatch(windows.MAINTENANCE_PATTERN, maintenance))
        and 30 <= windows.maintenance_minutes(maintenance) < 24 * 60
        and not windows.overlap(backup, maintenance)
    )
    found = holds(valid.maintenance_window, maintenance, SimpleNamespace(backup_window=backup))
    assert found == expected


# There are many kinds, and each asks little.
@pytest.mark.parametrize("kind", names.kinds())
@settings(max_examples=settings.default.max_examples // 4)
@given(data=st.data())
def test_names_are_judged_as_the_facts_judge_them(kind: str, data: st.DataObject) -> None:
    """For every kind of name; what the facts advise against is refused."""
    rule = names.rule(kind)
    text = data.draw(
        st.text("aZ09-_./: \né", max_size=12)
        | st.sampled_from(["select", "postgres", "aws:x", "/aws/x", "xn--a", "sg-1", "a" * 70])
        | st.from_regex(rule.pattern, fullmatch=True).map(lambda text: text[: rule.max])
    )
    expected = rule.accepts(text) and not rule.notes(text)
    assert holds(valid.name(kind), text) == expected
