"""Backups and windows, beyond the examples of the rules."""

from typing import Any

import pytest

from tapforge.rules.catalogue import backup as catalogue

UNKNOWN = "${random_id.main.hex}"
DAYS = "backup_retention_period"


def instance(**arguments: Any) -> dict[str, Any]:
    """Return an RDS instance."""
    return {"aws_db_instance": {"main": {"engine": "postgres", **arguments}}}


def cluster(**arguments: Any) -> dict[str, Any]:
    """Return a cluster of Aurora."""
    return {"aws_rds_cluster": {"main": {"engine": "aurora-postgresql", **arguments}}}


@pytest.mark.parametrize(
    ("resources", "out_of_range", "off", "short"),
    [
        (instance(**{DAYS: 35}), False, False, False),
        (instance(**{DAYS: 36}), True, False, False),
        (instance(**{DAYS: 7}), False, False, False),
        (instance(**{DAYS: 6}), False, False, True),
        (instance(**{DAYS: 0}), False, True, False),
        (instance(), False, True, False),
        (instance(**{DAYS: UNKNOWN}), False, False, False),
        (instance(replicate_source_db="orders"), False, False, False),
        (instance(replicate_source_db="orders", **{DAYS: 1}), False, False, False),
        (instance(engine="mysql"), False, False, False),
        (cluster(), False, False, True),
        (cluster(**{DAYS: 0}), True, False, False),
        (cluster(**{DAYS: 1}), False, False, True),
        (cluster(**{DAYS: 35}), False, False, False),
        (cluster(engine="aurora-mysql", **{DAYS: 90}), False, False, False),
    ],
    ids=str,
)
def test_backup_retention(findings, resources, out_of_range, off, short) -> None:
    """An instance keeps none where nothing is said, a cluster a day; a week is long enough."""
    assert bool(findings(catalogue.backup_retention_range, resources)) is out_of_range
    assert bool(findings(catalogue.backups_off, resources)) is off
    assert bool(findings(catalogue.backup_retention_short, resources)) is short


@pytest.mark.parametrize("rule", [catalogue.backups_off, catalogue.backup_retention_short], ids=str)
def test_what_may_go_needs_no_backups(findings, rule) -> None:
    """A configuration that is destroyable keeps what it likes."""
    resources = {**instance(), **cluster()}
    assert len(findings(rule, resources, destroyable=False)) == 1
    assert findings(rule, resources, destroyable=True) == []


@pytest.mark.parametrize(
    ("window", "words"),
    [
        *[("03:00-04:00", None), ("23:45-00:15", None), ("03:00-03:30", None), ("", None)],
        *[(None, None), (UNKNOWN, None)],
        ("03:00-03:29", '"03:00-03:29", expected 30 minutes or more'),
        ("03:00-03:00", "30 minutes or more"),
        ("3:00-4:00", "expected hh24:mi-hh24:mi in UTC, such as 03:00-04:00"),
        ("mon:03:00-mon:04:00", "expected hh24:mi-hh24:mi"),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    ("type_", "argument"),
    [("aws_db_instance", "backup_window"), ("aws_rds_cluster", "preferred_backup_window")],
)
def test_backup_window(findings, type_: str, argument: str, window: Any, words: Any) -> None:
    """Midnight may lie inside."""
    messages = findings(catalogue.backup_window, {type_: {"main": {argument: window}}})
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("window", "words"),
    [
        *[("mon:04:00-mon:05:00", None), ("Mon:04:00-Mon:05:00", None), ("", None)],
        *[("sun:23:45-mon:00:15", None), ("mon:04:00-tue:03:59", None), (UNKNOWN, None)],
        ("mon:04:00-mon:04:29", "expected 30 minutes or more"),
        ("mon:04:00-tue:04:00", "expected less than a day"),
        ("mon:05:00-mon:04:00", "expected less than a day"),
        ("04:00-05:00", "expected ddd:hh24:mi-ddd:hh24:mi in UTC"),
    ],
    ids=str,
)
@pytest.mark.parametrize("type_", ["aws_rds_cluster_instance", "aws_dms_replication_instance"])
def test_maintenance_window(findings, type_: str, window: Any, words: str | None) -> None:
    """RDS keeps days in lower case, and takes capitals."""
    resources = {type_: {"main": {"preferred_maintenance_window": window}}}
    messages = findings(catalogue.maintenance_window, resources)
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("backup", "maintenance", "wrong"),
    [
        *[
            ("03:00-04:00", "mon:04:00-mon:05:00", False),
            ("05:00-06:00", "mon:04:00-mon:05:00", False),
        ],
        *[
            ("03:00-04:01", "mon:04:00-mon:05:00", True),
            ("04:00-05:00", "Sun:04:00-Sun:05:00", True),
        ],
        *[("23:30-00:30", "tue:00:00-tue:01:00", True), ("03:00", "mon:03:00-mon:04:00", False)],
        *[(UNKNOWN, "mon:03:00-mon:04:00", False), ("03:00-04:00", None, False)],
        ("03:00-04:00", "mon:03:00", False),
    ],
)
def test_windows_overlap(findings, backup: Any, maintenance: Any, wrong: bool) -> None:
    """One may begin when the other ends; what is no window is told elsewhere."""
    resources = instance(backup_window=backup, maintenance_window=maintenance)
    assert bool(findings(catalogue.windows_overlap, resources)) is wrong


@pytest.mark.parametrize(
    ("resources", "wrong"),
    [
        *[(instance(), True), (cluster(copy_tags_to_snapshot=False), True)],
        *[(cluster(copy_tags_to_snapshot=True), False), (instance(replicate_source_db="a"), False)],
        *[(instance(copy_tags_to_snapshot=UNKNOWN), False), (instance(engine="mysql"), False)],
    ],
    ids=str,
)
def test_snapshot_tags(findings, resources: dict[str, Any], wrong: bool) -> None:
    """It is off by default, and a copy is not snapshotted."""
    assert bool(findings(catalogue.snapshot_tags, resources)) is wrong


def plan(**rule: Any) -> dict[str, Any]:
    """Return a backup plan of one rule."""
    return {"aws_backup_plan": {"main": {"name": "orders", "rule": [rule]}}}


COPY = {"destination_vault_arn": "arn:aws:backup:eu-west-1:123456789012:backup-vault:a"}


@pytest.mark.parametrize(
    ("cold", "deleted", "wrong"),
    [
        *[(30, 120, False), (30, 119, True), (0, 30, False), (None, 30, False), (30, None, False)],
        *[(30, 0, False), (30, -1, False), (UNKNOWN, 30, False), (30, UNKNOWN, False)],
    ],
)
def test_backup_cold_storage(findings, cold: Any, deleted: Any, wrong: bool) -> None:
    """Ninety days are enough, in the vault and in a copy; 0 stands for never."""
    lifecycle = {"cold_storage_after": cold, "delete_after": deleted}
    for resources, place in (
        (plan(lifecycle=[lifecycle]), "rule[0].lifecycle[0].delete_after"),
        (plan(copy_action=[{**COPY, "lifecycle": [lifecycle]}]), "copy_action[0].lifecycle[0]"),
    ):
        messages = findings(catalogue.backup_cold_storage, resources)
        assert (place in messages[0]) if wrong else not messages


@pytest.mark.parametrize(
    ("continuous", "lifecycle", "words"),
    [
        *[(True, [{"delete_after": 35}], None), (True, [{"delete_after": UNKNOWN}], None)],
        (True, [{"delete_after": 36}], "delete_after is 36, expected a number from 1 to 35"),
        (
            True,
            [{"delete_after": 35, "cold_storage_after": 1}],
            "cold_storage_after is 1, expected none",
        ),
        (True, None, "rule[0].lifecycle is no lifecycle, expected delete_after of 1 to 35 days"),
        *[(True, UNKNOWN, None), (False, None, None), (None, [{"delete_after": 365}], None)],
        (UNKNOWN, [{"delete_after": 365}], None),
    ],
    ids=str,
)
def test_backup_continuous(findings, continuous: Any, lifecycle: Any, words: str | None) -> None:
    """Snapshots may be kept for as long as one likes."""
    resources = plan(enable_continuous_backup=continuous, lifecycle=lifecycle)
    messages = findings(catalogue.backup_continuous, resources)
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        *[("cron(0 5 ? * * *)", None), ("cron(0 5 ? * MON-FRI *)", None), (None, None), ("", None)],
        (UNKNOWN, None),
        ("0 5 * * *", "is none of rate(...), cron(...)"),
        ("cron(0 5 * * * *)", 'needs "?"'),
        ("cron(0 25 * * ? *)", 'has "25" for the hours'),
    ],
)
def test_backup_schedule(findings, schedule: Any, words: str | None) -> None:
    """The default is AWS's own."""
    messages = findings(catalogue.backup_schedule, plan(schedule=schedule))
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        *[(60, 120, None), (60, None, None), (None, 30, None), (0, 0, None), (UNKNOWN, 60, None)],
        (59, 600, "start_window is 59, expected a number from 60 to"),
        (60, 119, "completion_window is 119, expected 120 minutes or more"),
    ],
)
def test_backup_job_window(findings, start: Any, end: Any, words: str | None) -> None:
    """An hour each."""
    resources = plan(start_window=start, completion_window=end)
    messages = findings(catalogue.backup_job_window, resources)
    assert (words in messages[0]) if words else not messages


def selection(**arguments: Any) -> dict[str, Any]:
    """Return a backup selection of the plan `main`."""
    base = {"name": "orders", "plan_id": "${aws_backup_plan.main.id}"}
    return {"aws_backup_selection": {"main": {**base, **arguments}}}


@pytest.mark.parametrize(
    ("resources", "unused"),
    [
        (plan(), True),
        ({**plan(), **selection()}, False),
        ({**plan(), **selection(plan_id="${local.plans.main}")}, False),
        ({**plan(), **selection(plan_id="another")}, True),
    ],
    ids=["alone", "selected", "perhaps selected", "another is selected"],
)
def test_backup_plan_unused(findings, resources: dict[str, Any], unused: bool) -> None:
    """A selection that may be of this plan is one."""
    assert bool(findings(catalogue.backup_plan_unused, resources)) is unused


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "a selection of nothing"),
        ({"resources": [], "selection_tag": []}, "a selection of nothing"),
        ({"resources": ["arn:aws:rds:*:*:cluster:*"]}, None),
        ({"resources": UNKNOWN}, None),
        ({"not_resources": ["arn:aws:s3:::*"]}, None),
        ({"condition": [{"string_equals": [{"key": "a", "value": "b"}]}]}, None),
        ({"resources": [f"arn:{number}" for number in range(500)]}, None),
        ({"resources": [f"arn:{number}" for number in range(501)]}, "501 ARNs, expected a number"),
    ],
    ids=["none", "empty", "ARNs", "unknown", "all but", "condition", "most", "too many"],
)
def test_backup_selection_empty(findings, arguments: dict[str, Any], words: str | None) -> None:
    """Each way to select is one."""
    messages = findings(catalogue.backup_selection_empty, selection(**arguments))
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"min_retention_days": 7, "max_retention_days": 7, "changeable_for_days": 3}, None),
        ({"changeable_for_days": 2}, "changeable_for_days is 2, expected a number from 3 to 36500"),
        ({"max_retention_days": 36501}, "expected a number from 1 to 36500"),
        ({"min_retention_days": 8, "max_retention_days": 7}, "at most max_retention_days"),
        ({"min_retention_days": 0, "max_retention_days": 0, "changeable_for_days": 0}, None),
        ({"min_retention_days": UNKNOWN, "max_retention_days": 1}, None),
        ({}, None),
    ],
    ids=str,
)
def test_backup_vault_lock(findings, arguments: dict[str, Any], words: str | None) -> None:
    """The provider writes 0 for what was left out."""
    resources = {"aws_backup_vault_lock_configuration": {"main": arguments}}
    messages = findings(catalogue.backup_vault_lock, resources)
    assert (words in messages[0]) if words else not messages
