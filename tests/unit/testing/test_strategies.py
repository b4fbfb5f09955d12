"""Strategies that are derived from declarations of one's own."""

import ipaddress
from typing import Any, Literal

import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from tapforge.lang.errors import ArgumentError
from tapforge.lang.expression import ge
from tapforge.lang.inputs import Valid, inputs, one_of, problems, variable
from tapforge.modules import parameters, valid
from tapforge.testing import strategies
from tapforge.testing import values as values_of_rules

even = Valid(
    lambda value, _: value % 2 == 0, lambda value, _: f"{value} is odd.", {"type": "integer"}
)
few = Valid(lambda value, _: len(value) < 5, lambda _value, _: "too many.", {"maxProperties": 4})
opaque = Valid(lambda value, _: "x" in value, lambda value, _: f"{value} has no x.")


@inputs
class MixedInputs:
    """Something of everything."""

    choice: Literal["a", "b"] = variable("A choice.")
    share: float = variable("A share.", valid=[valid.between(0, 1)])
    pair: int = variable("An even number.", valid=[valid.between(0, 10), even])
    flag: bool = variable("A flag.")
    guard: bool = variable(
        "A flag that another must allow.",
        default=True,
        valid=[Valid(lambda value, beside: beside.flag or value, lambda _value, _: "no.")],
    )
    maybe: int | None = variable("A number or none.", valid=[one_of(1, 2)])
    note: str = variable("A note.", valid=[valid.length(1, 9)])
    code: str = variable(
        "A code.", valid=[valid.pattern("^[A-Za-z]+$", "letters"), valid.length(2, 4)]
    )
    hosts: list[str] = variable("Hosts.", valid=[valid.subnet_ids])
    labels: dict[str, str] = variable("Labels.", valid=[valid.tags])
    ports: dict[str, int] = variable(
        "Ports.",
        default={},
        valid=[few],
    )
    odd: str = variable("Only code can tell.", valid=[opaque], example="x1")
    id: str = variable("Any id.", example="id-1")
    free: Any | None = variable("Anything.")


@given(values=strategies.inputs_of(MixedInputs))
def test_values_of_every_type_are_right(values: dict[str, Any]) -> None:
    """Whatever the rules are; what only code can tell is what the declaration shows."""
    assert problems(MixedInputs, values) == []
    assert (values["odd"], values["id"]) == ("x1", "id-1")


@pytest.mark.parametrize(
    "wanted",
    [
        lambda values: values["maybe"] is None,
        lambda values: values.get("guard") is False,
        lambda values: values["maybe"] == 2,
        lambda values: "ports" not in values,
        lambda values: len(values.get("ports", {})) > 1,
        lambda values: len(values["hosts"]) > 2,
        lambda values: len(values["code"]) == 4,
    ],
)
def test_everything_that_is_right_is_drawn(wanted: Any) -> None:
    """Null and values, defaults left out and given, short and long."""
    assert wanted(find(strategies.inputs_of(MixedInputs), wanted))


@given(values=strategies.inputs_of(MixedInputs, id=st.sampled_from(["a", "b"]), odd=st.just("xx")))
def test_an_input_may_be_drawn_otherwise(values: dict[str, Any]) -> None:
    """For rules that can't be read off a declaration."""
    assert values["id"] in ("a", "b")
    assert values["odd"] == "xx"


@given(network=values_of_rules.networks(20, 24), data=st.data())
def test_networks_have_subnets(network: str, data: st.DataObject) -> None:
    """Inside, apart from each other, as many as are asked for."""
    assert 20 <= ipaddress.IPv4Network(network).prefixlen <= 24
    subnets = [
        ipaddress.IPv4Network(s) for s in data.draw(values_of_rules.subnets_of(network, 3, 5))
    ]
    assert 3 <= len(subnets) <= 5
    assert all(subnet.subnet_of(ipaddress.IPv4Network(network)) for subnet in subnets)
    assert not any(a.overlaps(b) for i, a in enumerate(subnets) for b in subnets[:i])


@pytest.mark.parametrize("suffix", ["a", "a-b", "a" * 20, "1"])
def test_suffixes_of_all_forms_are_drawn(suffix: str) -> None:
    """Up to the longest."""

    def alike(text: str) -> bool:
        return len(text) == len(suffix) and ("-" in text) == ("-" in suffix)

    assert alike(find(values_of_rules.suffixes(), alike))


def test_a_strategy_for_no_input_is_refused() -> None:
    """With the input that was probably meant."""
    with pytest.raises(
        ArgumentError, match="MixedInputs: ode: there is no such input; did you mean"
    ):
        inputs_drawn(ode=st.just("x"))


def inputs_drawn(**given: st.SearchStrategy[Any]) -> dict[str, Any]:
    """Draw inputs once."""
    return find(strategies.inputs_of(MixedInputs, **given), lambda _: True)


@inputs
class WindowInputs:
    """Inputs of which some must fit others, and some have more to hold than is known."""

    engine_version: str = variable(
        "A version.", default="16.9", valid=[valid.creatable("aurora-postgresql")]
    )
    instance_class: str = variable(
        "A class.", default="db.r6g.large", valid=valid.offered("aurora-postgresql")
    )
    environment_suffix: str = variable(
        "A suffix.", default="dev", valid=[*valid.suffix, valid.length(1, 3)]
    )
    least: int = variable("A number.", default=1, valid=[valid.between(0, 9)])
    most: int = variable(
        "One not below it.",
        default=5,
        valid=[
            valid.between(0, 9),
            Valid(lambda value, v: ge(value, v.least), lambda _value, _: "too small."),
        ],
    )


@given(values=strategies.inputs_of(WindowInputs))
def test_inputs_that_must_fit_others_do(values: dict[str, Any]) -> None:
    """Where the rule is known it is drawn so; what only code can tell is tried."""
    assert problems(WindowInputs, values) == []


@pytest.mark.parametrize(
    "wanted",
    [
        lambda values: values == {},
        lambda values: values.get("engine_version", "16.9") != "16.9",
        lambda values: values.get("instance_class", "db.r6g.large") != "db.r6g.large",
        lambda values: len(values.get("environment_suffix", "")) == 3,
        lambda values: values.get("least", 1) > 5 and values.get("most", 5) > 7,
    ],
)
def test_inputs_that_must_fit_others_still_vary(wanted: Any) -> None:
    """Defaults, and what is far from them."""
    assert wanted(find(strategies.inputs_of(WindowInputs), wanted))


@inputs
class MemoryInputs:
    """Inputs of which the default of one does not suit every value of another."""

    engine_version: str = variable(
        "A version.", default="16.9", valid=[valid.creatable("postgres")]
    )
    instance_class: str = variable(
        "A class.", default="db.r6g.large", valid=valid.offered("postgres")
    )
    parameters: dict[str, str] = variable(
        "Parameters.",
        default={"shared_buffers": "4GB"},
        valid=parameters.valid("postgres", "instance"),
    )


@given(values=strategies.inputs_of(MemoryInputs))
def test_a_default_that_does_not_suit_is_not_left_in_place(values: dict[str, Any]) -> None:
    """Another value is given then: a class with less memory is drawn all the same."""
    assert problems(MemoryInputs, values) == []


def test_what_a_default_does_not_suit_is_drawn() -> None:
    """With a value that suits it."""
    small = find(
        strategies.inputs_of(MemoryInputs),
        lambda values: values.get("instance_class") == "db.t4g.micro",
    )
    assert small["parameters"] != {"shared_buffers": "4GB"}
