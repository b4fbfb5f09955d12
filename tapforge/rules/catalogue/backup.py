"""Backups: what RDS keeps by itself, when it works, and plans of AWS Backup."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

from tapforge.facts import limits, schedules, windows
from tapforge.rules.databases import SERVERS, advice, databases, is_copy, limit, present
from tapforge.rules.resource import Block, Configuration, Finding, Resource
from tapforge.rules.rule import rule

_RETENTION = "backup_retention_period"
_LASTING = limits.least("lasting_backup_retention_period")
_BACKUP = {
    "aws_db_instance": "backup_window",
    "aws_rds_cluster": "preferred_backup_window",
    "aws_rds_cluster_instance": "preferred_backup_window",
}
_MAINTENANCE = {
    "aws_db_instance": "maintenance_window",
    "aws_rds_cluster": "preferred_maintenance_window",
    "aws_rds_cluster_instance": "preferred_maintenance_window",
    "aws_dms_replication_instance": "preferred_maintenance_window",
}


def _instance(**arguments: Any) -> dict[str, Any]:
    return {"resource": {"aws_db_instance": {"main": {"engine": "postgres", **arguments}}}}


@rule(
    "backup-retention-range",
    on=SERVERS,
    severity="error",
    source=limits.get("rds_backup_retention_period").source
    + "; "
    + limits.get("aurora_backup_retention_period").source,
    fix="take 7 to 35 days; for longer there is AWS Backup",
    good=_instance(backup_retention_period=35),
    bad=_instance(backup_retention_period=90),
)
def backup_retention_range(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """Automated backups are kept for 35 days at most, and a cluster keeps them for a day at least.

    RDS refuses other numbers.
    """
    database = databases(configuration).get(resource)
    if not database.postgres:
        return
    instance = resource.type == "aws_db_instance"
    name = "rds_backup_retention_period" if instance else "aurora_backup_retention_period"
    yield from limit(resource, resource, _RETENTION, name)


@rule(
    "backups-off",
    on=("aws_db_instance",),
    severity="error",
    source="Amazon RDS User Guide: Backup retention period; hashicorp/aws aws_db_instance, whose default "
    "is 0",
    fix="set backup_retention_period to 7 or more",
    good=_instance(backup_retention_period=7),
    bad=_instance(backup_retention_period=0),
)
def backups_off(database: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A database has automated backups.

    Without them there is no way back to yesterday, nor to a minute before a mistake. The provider turns
    them off where nothing is said; a configuration that says by a variable destroyable that all may go
    is left alone.
    """
    if configuration.destroyable or is_copy(database):
        return
    if (
        database.known(_RETENTION, default=0) == 0
        and databases(configuration).get(database).postgres
    ):
        yield database.finding(_RETENTION, database.given(_RETENTION), f"{_LASTING} days or more")


@rule(
    "backup-retention-short",
    on=SERVERS,
    severity="warning",
    source="Amazon RDS User Guide: Backup retention period; AWS Security Hub RDS.11",
    fix="set it to 7 or more",
    good=_instance(backup_retention_period=7),
    bad=_instance(backup_retention_period=1),
)
def backup_retention_short(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """Automated backups are kept for a week at least.

    A mistake of Friday is found on Monday. A cluster keeps one day where nothing is said; a configuration
    that says by a variable destroyable that all may go is left alone.
    """
    if configuration.destroyable or is_copy(resource):
        return
    default = 0 if resource.type == "aws_db_instance" else 1
    days = resource.known(_RETENTION, default=default)
    if not isinstance(days, (int, float)) or not 0 < days < _LASTING:
        return
    if databases(configuration).get(resource).postgres:
        yield resource.finding(_RETENTION, resource.given(_RETENTION), f"{_LASTING} days or more")


_CLOCKS = re.compile(windows.BACKUP_PATTERN)
_DAYS = re.compile(windows.MAINTENANCE_PATTERN)


@functools.lru_cache(maxsize=1024)
def _backup_problem(window: str) -> str | None:
    """Say what a daily window should be, where it is wrong."""
    if not _CLOCKS.fullmatch(window):
        return "hh24:mi-hh24:mi in UTC, such as 03:00-04:00"
    if windows.backup_minutes(window) < windows.MINIMUM_MINUTES:
        return f"{windows.MINIMUM_MINUTES} minutes or more"
    return None


@functools.lru_cache(maxsize=1024)
def _maintenance_problem(window: str) -> str | None:
    """Say what a weekly window should be, where it is wrong."""
    if not _DAYS.fullmatch(window):
        return "ddd:hh24:mi-ddd:hh24:mi in UTC, such as mon:04:00-mon:05:00"
    minutes = windows.maintenance_minutes(window)
    if minutes < windows.MINIMUM_MINUTES:
        return f"{windows.MINIMUM_MINUTES} minutes or more"
    return "less than a day" if minutes >= windows.DAY_MINUTES else None


_overlap = functools.lru_cache(maxsize=1024)(windows.overlap)


def _window(resource: Resource, arguments: dict[str, str]) -> str:
    """Give a window in lower case, as RDS and the provider keep it; "" for none that is known."""
    value = resource.known(arguments[resource.type])
    return value.lower() if isinstance(value, str) else ""


@rule(
    "backup-window",
    on=_BACKUP,
    severity="error",
    source="botocore 1.44.5 rds CreateDBInstance, CreateDBCluster: PreferredBackupWindow",
    fix="write it as 03:00-04:00, in UTC",
    good=_instance(backup_window="03:00-04:00"),
    bad=_instance(backup_window="03:00-03:15"),
)
def backup_window(resource: Resource) -> Iterator[Finding]:
    """A backup window is two times of the day, half an hour apart or more.

    RDS refuses anything else.
    """
    window = _window(resource, _BACKUP)
    problem = _backup_problem(window) if window else None
    if problem:
        yield resource.finding(_BACKUP[resource.type], window, problem)


@rule(
    "maintenance-window",
    on=_MAINTENANCE,
    severity="error",
    source="botocore 1.44.5 rds CreateDBInstance, dms CreateReplicationInstance: "
    "PreferredMaintenanceWindow",
    fix="write it as mon:04:00-mon:05:00, in UTC",
    good=_instance(maintenance_window="mon:04:00-mon:05:00"),
    bad=_instance(maintenance_window="monday:04:00-monday:05:00"),
)
def maintenance_window(resource: Resource) -> Iterator[Finding]:
    """A maintenance window is two times of the week, from half an hour to a day apart.

    RDS and DMS refuse anything else.
    """
    window = _window(resource, _MAINTENANCE)
    problem = _maintenance_problem(window) if window else None
    if problem:
        yield resource.finding(_MAINTENANCE[resource.type], window, problem)


@rule(
    "windows-overlap",
    on=SERVERS,
    severity="error",
    source="botocore 1.44.5 rds CreateDBInstance, PreferredBackupWindow: must not conflict with the "
    "preferred maintenance window",
    fix="move one of the two",
    good=_instance(backup_window="03:00-04:00", maintenance_window="mon:04:00-mon:05:00"),
    bad=_instance(backup_window="03:00-04:30", maintenance_window="mon:04:00-mon:05:00"),
)
def windows_overlap(resource: Resource) -> Iterator[Finding]:
    """The backup window and the maintenance window do not overlap.

    Backups run on every day of the week, so that the time of the day alone counts. RDS refuses the two.
    """
    backup, maintenance = _window(resource, _BACKUP), _window(resource, _MAINTENANCE)
    if (
        not backup
        or not maintenance
        or _backup_problem(backup)
        or _maintenance_problem(maintenance)
    ):
        return
    if _overlap(backup, maintenance):
        argument = _BACKUP[resource.type]
        expected = f'a time of the day apart from the maintenance window "{maintenance}"'
        yield resource.finding(argument, backup, expected)


@rule(
    "snapshot-tags",
    on=SERVERS,
    severity="note",
    source="AWS Security Hub RDS.16, RDS.17",
    fix="set copy_tags_to_snapshot to true",
    good=_instance(copy_tags_to_snapshot=True),
    bad=_instance(copy_tags_to_snapshot=False),
)
def snapshot_tags(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """Snapshots have the tags of their database.

    Otherwise nobody knows whose they are and what they cost, and rules that go by tags miss them.
    """
    value = resource.known("copy_tags_to_snapshot", default=False)
    if value is False and not is_copy(resource) and databases(configuration).get(resource).postgres:
        yield resource.finding(
            "copy_tags_to_snapshot", resource.given("copy_tags_to_snapshot"), "true"
        )


# --- AWS Backup -----------------------------------------------------------------------------------------

_PLAN = "aws_backup_plan"
_COLD = limits.get("backup_cold_storage")
_COLD_DAYS = limits.least("backup_cold_storage")


def _plan(**arguments: Any) -> dict[str, Any]:
    each = {"rule_name": "daily", "target_vault_name": "orders-dev", **arguments}
    return {"resource": {_PLAN: {"main": {"name": "orders-dev", "rule": [each]}}}}


def _lifecycles(plan: Resource) -> Iterator[Block]:
    for each in plan.blocks("rule"):
        yield from each.blocks("lifecycle")
        for copy in each.blocks("copy_action"):
            yield from copy.blocks("lifecycle")


def _days(block: Block, argument: str) -> float | None:
    """Give a number of days; None for 0 and less, which the provider writes for what was left out."""
    value = block.known(argument)
    return value if isinstance(value, (int, float)) and value > 0 else None


@rule(
    "backup-cold-storage",
    on=(_PLAN,),
    severity="error",
    source=_COLD.source,
    fix="raise delete_after, or leave cold_storage_after out",
    good=_plan(lifecycle={"cold_storage_after": 30, "delete_after": 120}),
    bad=_plan(lifecycle={"cold_storage_after": 30, "delete_after": 60}),
)
def backup_cold_storage(plan: Resource) -> Iterator[Finding]:
    """What goes into cold storage stays there for 90 days at least.

    AWS Backup refuses a plan that deletes it earlier.
    """
    for block in _lifecycles(plan):
        cold, deleted = _days(block, "cold_storage_after"), _days(block, "delete_after")
        if cold and deleted and deleted < cold + _COLD_DAYS:
            least = f"{cold + _COLD_DAYS:g} or more, {_COLD_DAYS} days"
            expected = f"{least} after cold_storage_after = {cold:g}"
            yield plan.finding(f"{block.place}delete_after", deleted, expected)


@rule(
    "backup-continuous",
    on=(_PLAN,),
    severity="error",
    source=limits.get("continuous_backup_retention").source,
    fix="set delete_after to 35 or less, without cold_storage_after",
    good=_plan(enable_continuous_backup=True, lifecycle={"delete_after": 35}),
    bad=_plan(enable_continuous_backup=True, lifecycle={"delete_after": 90}),
)
def backup_continuous(plan: Resource) -> Iterator[Finding]:
    """Continuous backups are kept for 35 days at most, and not in cold storage.

    AWS Backup refuses others; for longer times a second rule makes snapshots.
    """
    for each in plan.blocks("rule"):
        if each.known("enable_continuous_backup") is not True:
            continue
        lifecycles = each.blocks("lifecycle")
        if not lifecycles and not each.unknown("lifecycle"):
            place = f"{each.place}lifecycle"
            yield Finding(plan, place, "no lifecycle", "delete_after of 1 to 35 days")
        for block in lifecycles:
            days, cold = _days(block, "delete_after"), _days(block, "cold_storage_after")
            problem = limits.check("continuous_backup_retention", days) if days else None
            if problem:
                yield plan.finding(f"{block.place}delete_after", days, *advice(problem))
            if cold:
                expected = "none for continuous backups"
                yield plan.finding(f"{block.place}cold_storage_after", cold, expected)


@rule(
    "backup-schedule",
    on=(_PLAN,),
    severity="error",
    source="botocore 1.44.5 backup BackupRuleInput.ScheduleExpression; Amazon EventBridge User Guide: "
    "cron expressions",
    fix='write six fields in UTC, such as cron(0 5 * * ? *), with "?" for one of the two days',
    good=_plan(schedule="cron(0 5 * * ? *)"),
    bad=_plan(schedule="cron(0 5 * * *)"),
)
def backup_schedule(plan: Resource) -> Iterator[Finding]:
    """A backup plan's schedule is one that AWS Backup understands.

    It refuses the five fields that cron has elsewhere.
    """
    for each in plan.blocks("rule"):
        schedule = each.known("schedule")
        problem = schedules.check(schedule) if isinstance(schedule, str) and schedule else None
        if problem:
            yield Finding(plan, f"{each.place}schedule", problem, "a schedule of AWS Backup")


@rule(
    "backup-job-window",
    on=(_PLAN,),
    severity="error",
    source=limits.get("backup_start_window").source
    + "; AWS Backup Developer Guide: the completion window includes the start window",
    fix="leave both out, which gives 8 hours to start and 7 days to end",
    good=_plan(start_window=60, completion_window=180),
    bad=_plan(start_window=30, completion_window=180),
)
def backup_job_window(plan: Resource) -> Iterator[Finding]:
    """A backup job has an hour at least to start, and an hour more to end.

    AWS Backup refuses shorter windows.
    """
    hour = limits.least("backup_start_window")
    for each in plan.blocks("rule"):
        start, end = _days(each, "start_window"), _days(each, "completion_window")
        if start:
            yield from limit(plan, each, "start_window", "backup_start_window")
        if start and end and end < start + hour:
            expected = f"{start + hour:g} minutes or more, an hour after start_window"
            yield plan.finding(f"{each.place}completion_window", end, expected)


def _selected(selection: dict[str, Any] | None) -> dict[str, Any]:
    resources: dict[str, Any] = {**_plan()["resource"]}
    if selection is not None:
        base = {"name": "orders", "plan_id": f"${{{_PLAN}.main.id}}"}
        resources["aws_backup_selection"] = {"main": {**base, **selection}}
    return {"resource": resources}


_TAG = {"type": "STRINGEQUALS", "key": "Backup", "value": "daily"}


@rule(
    "backup-plan-unused",
    on=(_PLAN,),
    severity="warning",
    source="AWS Backup Developer Guide: Assigning resources to a backup plan",
    fix="add aws_backup_selection with the plan's id",
    good=_selected({"selection_tag": [_TAG]}),
    bad=_selected(None),
)
def backup_plan_unused(plan: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A backup plan is told what to back up.

    Without a selection it runs every night, reports no failure, and backs up nothing.
    """
    if not configuration.may_be_used(plan, "plan_id", "aws_backup_selection"):
        yield Finding(plan, "", "no aws_backup_selection for this plan", "one")


@rule(
    "backup-selection-empty",
    on=("aws_backup_selection",),
    severity="error",
    source="botocore 1.44.5 backup BackupSelection: Resources, ListOfTags, Conditions",
    fix="name the ARNs, or a tag that the databases have",
    good=_selected({"selection_tag": [_TAG]}),
    bad=_selected({}),
)
def backup_selection_empty(selection: Resource) -> Iterator[Finding]:
    """A backup selection selects something, by at most 500 ARNs.

    An empty one backs up nothing, and a longer one is refused.
    """
    ways = ("resources", "not_resources", "selection_tag", "condition")
    if not any(present(selection, each) for each in ways):
        yield Finding(selection, "", "a selection of nothing", "resources, or a selection_tag")
    resources = selection.known("resources", default=())
    if resources is not None:
        problem = limits.check("backup_selection_resources", len(resources))
        if problem:
            yield Finding(selection, "resources", f"{len(resources)} ARNs", advice(problem)[0])


_LOCK = "aws_backup_vault_lock_configuration"
_LOCK_LIMITS = {
    "min_retention_days": "backup_vault_lock_retention",
    "max_retention_days": "backup_vault_lock_retention",
    "changeable_for_days": "backup_vault_lock_changeable",
}


def _lock(**arguments: Any) -> dict[str, Any]:
    return {"resource": {_LOCK: {"main": {"backup_vault_name": "orders-dev", **arguments}}}}


@rule(
    "backup-vault-lock",
    on=(_LOCK,),
    severity="error",
    source=limits.get("backup_vault_lock_changeable").source,
    fix="take 3 days or more to change it, and a minimum below the maximum",
    good=_lock(min_retention_days=7, max_retention_days=365),
    bad=_lock(min_retention_days=365, max_retention_days=30),
)
def backup_vault_lock(lock: Resource) -> Iterator[Finding]:
    """The lock of a vault has times that AWS Backup takes, the least not above the most.

    With the least above the most, no backup at all would be allowed into the vault.
    """
    for argument, name in _LOCK_LIMITS.items():
        if _days(lock, argument):
            yield from limit(lock, lock, argument, name)
    least, most = _days(lock, "min_retention_days"), _days(lock, "max_retention_days")
    if least and most and least > most:
        expected = f"at most max_retention_days, which is {most:g}"
        yield lock.finding("min_retention_days", least, expected)
