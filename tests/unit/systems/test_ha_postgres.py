"""What an environment of ha-postgres may say, and what it comes to."""

from typing import Any

import pytest

from tapforge.facts import postgres
from tapforge.lang.inputs import declared_inputs, problems
from tapforge.rules.resource import Resource
from tapforge.systems.ha_postgres import HaPostgresInputs, ha_postgres
from tapforge.systems.resolve import resolve


def meant(address: str, **variables: Any) -> Resource:
    """Give one resource that the system means."""
    found = resolve(ha_postgres, variables).resources
    return next(each for each in found if each.address == address)


def test_the_version_is_the_newest_14_and_its_end_is_told() -> None:
    """By the facts: a newer list of versions moves both."""
    version = declared_inputs(HaPostgresInputs)["engine_version"]
    life = postgres.support("postgres", 14)

    assert version.default == postgres.newest("postgres", 14)
    assert str(life.end_of_standard_support) in version.description
    assert str(life.community_end_of_life) in version.description


@pytest.mark.parametrize(
    ("class_", "percent", "connections"),
    [("db.r6g.xlarge", 80, 2883), ("db.t4g.micro", 80, 89), ("db.r6g.16xlarge", 50, 2500)],
)
def test_too_many_connections_are_a_share_of_what_the_class_takes(
    class_: str, percent: int, connections: int
) -> None:
    """RDS's default is a connection for each 9,531,392 bytes, and 5000 at most."""
    alarm = meant(
        "module.connections_alarm.aws_cloudwatch_metric_alarm.main",
        instance_class=class_,
        connections_alarm_percent=percent,
    )
    assert alarm.values["threshold"] == connections


def test_too_little_is_a_share_of_what_there_is() -> None:
    """Of storage, and of memory."""
    storage = meant("module.storage_alarm.aws_cloudwatch_metric_alarm.main")
    memory = meant("module.memory_alarm.aws_cloudwatch_metric_alarm.main")

    assert storage.values["threshold"] == 100 * 1024**3 / 10
    assert memory.values["threshold"] == 32 * 1024**3 // 20


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param({"engine_version": "14.7"}, "Take 14.24", id="version-that-is-not-created"),
        pytest.param({"instance_class": "db.r6g.huge"}, "does not offer", id="class-that-is-none"),
        pytest.param({"zone_count": 1}, "expected 2 to 6", id="one-zone"),
        pytest.param(
            {"maintenance_window": "sun:03:30-sun:04:30"}, "overlaps", id="windows-overlap"
        ),
        pytest.param({"alarm_emails": ["oncall"]}, "e-mail", id="address-that-is-none"),
        pytest.param({"parameters": {"no_such": "1"}}, "no instance parameter no_such", id="name"),
        pytest.param(
            {"parameters": {"shared_buffers": "30GB"}}, "that is too much", id="more-than-memory"
        ),
        pytest.param(
            {"destroyable": False, "backup_retention_days": 1}, "too few", id="prod-unprotected"
        ),
        pytest.param({"cpu_alarm_percent": 100}, "out of range", id="alarm-that-never-fires"),
    ],
)
def test_what_is_wrong_is_said_before_terraform_starts(given: dict[str, Any], words: str) -> None:
    """One problem, at the input that holds it."""
    (found,) = problems(HaPostgresInputs, given)
    assert words in found.message


def test_all_that_is_wrong_is_said_together() -> None:
    """Not one after the other."""
    wrong = {"zone_count": 1, "cpu_alarm_percent": 0, "engine_version": "14.7"}
    assert len(problems(HaPostgresInputs, wrong)) == len(wrong)
