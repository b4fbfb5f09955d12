"""Parameter groups in a module: which parameters a version has, and when they take effect."""

from types import SimpleNamespace

import pytest

from tapforge.facts import parameters as facts
from tapforge.lang.expression import Symbol
from tapforge.modules import parameters

AURORA = "aurora-postgresql"
LEVELS = ("cluster", "instance")


def reason(level: parameters.Level, given: dict[str, str], version: str = "16.9") -> str:
    """Give the message of the rule for parameters, or nothing."""
    (rule,) = parameters.valid(AURORA, level)
    inputs = SimpleNamespace(engine_version=version)
    holds = rule.condition(given, inputs)
    assert isinstance(holds, bool)
    return "" if holds else rule.message(given, inputs)


@pytest.mark.parametrize("level", LEVELS)
def test_every_parameter_of_the_facts_is_known(level: parameters.Level) -> None:
    """In exactly the versions that have it at this level."""
    for name, by_major in facts.static_by_major(AURORA, level).items():
        for major in range(13, 19):
            known = not reason(level, {name: "x"}, f"{major}.1")
            assert known == (major in by_major), f"{name} {major}"


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_static_waits_for_a_reboot(level: parameters.Level) -> None:
    """AWS refuses `immediate` for it."""
    for name, by_major in facts.static_by_major(AURORA, level).items():
        for major, static in by_major.items():
            method = parameters.apply_method(AURORA, level, name, str(major))
            assert method == ("pending-reboot" if static else "immediate"), f"{name} {major}"


def test_unknown_parameters_are_all_named() -> None:
    """With the level they were looked for at."""
    assert reason("instance", {}) == ""
    assert reason("cluster", {"rds.force_ssl": "1"}) == ""
    assert reason("cluster", {"nonesuch": "1", "rds.force_ssl": "1", "log_checkpoints": "1"}) == (
        "aurora-postgresql 16 has no cluster parameter log_checkpoints and no nonesuch."
    )


def test_an_unknown_name_is_left_to_terraform() -> None:
    """The table travels as a local of the module."""
    method = parameters.apply_method(
        AURORA, "cluster", Symbol("p").key, Symbol("local.major", "string")
    )
    assert repr(method) == (
        '<contains(split(" ", lookup(local.cluster_parameters, p.key, "")), "${local.major}-static")'
        ' ? "pending-reboot" : "immediate">'
    )
