"""Destroying, beyond the examples of its rules."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tapforge.facts import destroy
from tapforge.rules.catalogue import destroy as catalogue
from tapforge.rules.rule import Rule

Findings = Callable[..., list[str]]
UNKNOWN = "${random_id.main.hex}"
SECRET = "aws_secretsmanager_secret"


def one(type_: str, **arguments: Any) -> dict[str, Any]:
    """Return one resource."""
    return {type_: {"main": arguments}}


@pytest.mark.parametrize("form", [True, False], ids=["destroyable", "protected"])
@pytest.mark.parametrize(
    "row",
    [each for each in destroy.rules() if each.concern == "protection"],
    ids=lambda each: f"{each.resource_type}.{each.argument}",
)
def test_deletion_protection_of_every_type(
    findings: Findings, row: destroy.DestroyRule, form: bool
) -> None:
    """Each has the value of the form, another one is found, and without a form none is."""
    rule = catalogue.deletion_protection
    on = True if row.protected is None else row.protected
    right, wrong = (
        one(row.resource_type, **{str(row.argument): value})
        for value in ((row.destroyable, on) if form else (on, row.destroyable))
    )
    # Instances and templates may do without in the protected form.
    asked = form or row.protected is not None
    assert not findings(rule, right, destroyable=form)
    assert bool(findings(rule, wrong, destroyable=form)) is asked
    assert not findings(rule, wrong)
    unknown = one(row.resource_type, **{str(row.argument): UNKNOWN})
    assert not findings(rule, unknown, destroyable=form)


PROTECTED = {"final_snapshot_identifier": "shop-final-20260101", "skip_final_snapshot": False}


@pytest.mark.parametrize(
    ("rule", "resources", "form", "words"),
    [
        (catalogue.deletion_protection, one("aws_db_instance"), True, None),
        (catalogue.deletion_protection, one("aws_db_instance"), False, "expected true"),
        (
            catalogue.deletion_protection,
            one("aws_db_instance", replicate_source_db="shop"),
            False,
            None,
        ),
        (
            catalogue.deletion_protection,
            one("aws_db_instance", replicate_source_db="shop", deletion_protection=True),
            True,
            "expected false",
        ),
        (catalogue.final_snapshot, one("aws_rds_cluster"), True, "skip_final_snapshot is not set"),
        (catalogue.final_snapshot, one("aws_rds_cluster", **PROTECTED), False, None),
        (
            catalogue.final_snapshot,
            one("aws_rds_cluster", **PROTECTED, replication_source_identifier=UNKNOWN),
            False,
            None,
        ),
        (
            catalogue.final_snapshot,
            one("aws_rds_cluster", skip_final_snapshot=True),
            False,
            "expected false",
        ),
        (
            catalogue.final_snapshot,
            one("aws_memorydb_cluster"),
            False,
            "final_snapshot_name is not",
        ),
        (catalogue.final_snapshot, one("aws_memorydb_cluster"), True, None),
        (
            catalogue.final_snapshot,
            one("aws_memorydb_cluster", final_snapshot_name="last"),
            True,
            "no final snapshot",
        ),
        # Memcached keeps nothing, and a node what its group keeps.
        (catalogue.final_snapshot, one("aws_elasticache_cluster", engine="memcached"), False, None),
        (
            catalogue.final_snapshot,
            one("aws_elasticache_cluster", replication_group_id="a"),
            False,
            None,
        ),
        (catalogue.final_snapshot, one("aws_ebs_volume", final_snapshot=True), True, "expected"),
        (catalogue.final_snapshot, one("aws_ebs_volume", final_snapshot=True), False, None),
        (catalogue.final_snapshot, one("aws_ebs_volume"), None, None),
        (catalogue.final_snapshot_identifier, one("aws_db_instance"), None, "expected a name"),
        (catalogue.final_snapshot_identifier, one("aws_db_instance"), True, None),
        (
            catalogue.final_snapshot_identifier,
            one("aws_db_instance", skip_final_snapshot=True),
            None,
            None,
        ),
        (
            catalogue.final_snapshot_identifier,
            one("aws_db_instance", skip_final_snapshot=UNKNOWN),
            None,
            None,
        ),
        (
            catalogue.final_snapshot_identifier,
            one("aws_db_instance", final_snapshot_identifier=UNKNOWN),
            None,
            None,
        ),
        (
            catalogue.final_snapshot_identifier,
            one("aws_db_instance", final_snapshot_identifier=""),
            None,
            "expected a name",
        ),
        (
            catalogue.final_snapshot_identifier,
            one("aws_db_instance", replicate_source_db=UNKNOWN),
            None,
            None,
        ),
        (
            catalogue.replica_final_snapshot,
            one("aws_db_instance", replicate_source_db=UNKNOWN),
            None,
            None,
        ),
        (catalogue.replica_final_snapshot, one("aws_db_instance"), None, None),
        (
            catalogue.replica_final_snapshot,
            one("aws_db_instance", replicate_source_db="a", skip_final_snapshot=UNKNOWN),
            None,
            None,
        ),
        (catalogue.forced_deletion, one("aws_s3_bucket", force_destroy=True), False, "expected"),
        (catalogue.forced_deletion, one("aws_s3_bucket"), False, None),
        (catalogue.forced_deletion, one("aws_s3_bucket"), None, None),
        (catalogue.forced_deletion, one("aws_s3_bucket", force_destroy=UNKNOWN), True, None),
        (catalogue.forced_deletion, one("aws_instance"), True, None),
        (
            catalogue.forced_deletion,
            one("aws_instance", disable_api_termination=True),
            True,
            "force_destroy is not set",
        ),
        (catalogue.secret_recovery_window, one(SECRET), None, None),
        (catalogue.secret_recovery_window, one(SECRET), False, None),
        (
            catalogue.secret_recovery_window,
            one(SECRET, recovery_window_in_days=0),
            False,
            "7 to 30",
        ),
        (catalogue.secret_recovery_window, one(SECRET, recovery_window_in_days=7), True, "0 in a"),
        (catalogue.key_deletion_window, one("aws_kms_key"), True, "expected 7"),
        (catalogue.key_deletion_window, one("aws_kms_key"), False, None),
        (catalogue.deletion_window_range, one("aws_kms_key"), None, None),
        (
            catalogue.deletion_window_range,
            one("aws_kms_key", deletion_window_in_days=30),
            None,
            None,
        ),
        (
            catalogue.deletion_window_range,
            one("aws_kms_key", deletion_window_in_days=31),
            None,
            "expected 7 to 30",
        ),
        (catalogue.deletion_window_range, one(SECRET, recovery_window_in_days=0), None, None),
        (
            catalogue.deletion_window_range,
            one(SECRET, recovery_window_in_days=6),
            None,
            "expected 0, or 7 to 30",
        ),
        (catalogue.automated_backups, one("aws_db_instance"), False, "expected false"),
        (catalogue.automated_backups, one("aws_db_instance"), True, None),
        (
            catalogue.automated_backups,
            one("aws_db_instance", replicate_source_db="a"),
            False,
            None,
        ),
        (
            catalogue.left_behind,
            one("aws_instance", root_block_device=[{"delete_on_termination": False}]),
            True,
            "root_block_device[0].delete_on_termination is false",
        ),
        (catalogue.left_behind, one("aws_instance", root_block_device=UNKNOWN), True, None),
        (
            catalogue.left_behind,
            one("aws_cloudwatch_log_group", skip_destroy=True),
            False,
            None,
        ),
        (
            catalogue.prevent_destroy,
            one("aws_vpc", lifecycle={"prevent_destroy": None}),
            True,
            None,
        ),
        (
            catalogue.prevent_destroy,
            one("aws_vpc", lifecycle={"prevent_destroy": True}),
            False,
            None,
        ),
        (catalogue.function_interfaces, one("aws_lambda_function"), True, None),
        (
            catalogue.function_interfaces,
            one("aws_lambda_function", vpc_config=[{"subnet_ids": []}]),
            True,
            None,
        ),
        (
            catalogue.function_interfaces,
            one("aws_lambda_function", vpc_config=[{"subnet_ids": UNKNOWN}]),
            True,
            "expected true",
        ),
        (
            catalogue.function_interfaces,
            one("aws_lambda_function", vpc_config=[{"subnet_ids": UNKNOWN}]),
            None,
            None,
        ),
    ],
)
def test_forms(
    findings: Findings,
    rule: Rule,
    resources: dict[str, Any],
    form: bool | None,
    words: str | None,
) -> None:
    """What each form of a configuration asks for; without one, only what a destroy can't do."""
    found = findings(rule, resources, **({} if form is None else {"destroyable": form}))
    assert (words in found[0]) if words else not found


@pytest.mark.parametrize(
    ("name", "noted"),
    [
        ("shop-final", True),
        ("shop-prod-2", True),
        ("shop-final-20260103", False),
        ("shop-final-2026-01", False),
        ("shop-final-a1b2c3d4", False),
        (UNKNOWN, False),
        ("", False),
        (None, False),
    ],
)
def test_fixed_names_of_snapshots(findings: Findings, name: str | None, noted: bool) -> None:
    """A date, a time or a random ending makes it another one the next time."""
    resources = one("aws_db_instance", final_snapshot_identifier=name)
    rule = catalogue.fixed_final_snapshot
    assert bool(findings(rule, resources)) is noted
    assert not findings(rule, resources, destroyable=True)
    skipped = one("aws_db_instance", final_snapshot_identifier=name, skip_final_snapshot=True)
    assert not findings(rule, skipped)


OLD_LOCK = [{"object_lock_enabled": "Enabled"}]
COMPLIANCE = [{"default_retention": [{"mode": "COMPLIANCE", "days": 1}]}]
GOVERNANCE = [{"default_retention": [{"mode": "GOVERNANCE", "days": 1}]}]


@pytest.mark.parametrize(
    ("resources", "locked", "for_ever"),
    [
        (one("aws_s3_bucket"), False, False),
        (one("aws_s3_bucket", object_lock_enabled=UNKNOWN), False, False),
        (one("aws_s3_bucket", object_lock_enabled=True), True, False),
        (one("aws_s3_bucket", object_lock_configuration=OLD_LOCK), True, False),
        (
            one("aws_s3_bucket", object_lock_configuration=[{**OLD_LOCK[0], "rule": COMPLIANCE}]),
            True,
            True,
        ),
        (one("aws_s3_bucket_object_lock_configuration", rule=COMPLIANCE), True, True),
        (one("aws_s3_bucket_object_lock_configuration", rule=GOVERNANCE), True, False),
        (one("aws_backup_vault_lock_configuration", min_retention_days=7), True, False),
        (one("aws_backup_vault_lock_configuration", changeable_for_days=3), True, True),
        (one("aws_backup_vault_lock_configuration", changeable_for_days=UNKNOWN), True, False),
        (one("aws_backup_logically_air_gapped_vault", min_retention_days=7), True, True),
    ],
)
def test_locks(findings: Findings, resources: dict[str, Any], locked: bool, for_ever: bool) -> None:
    """A lock keeps a destroyable configuration; one for ever is noted in any other."""
    assert bool(findings(catalogue.locked_data, resources, destroyable=True)) is locked
    assert not findings(catalogue.locked_data, resources)
    assert bool(findings(catalogue.irreversible_lock, resources)) is for_ever
    assert not findings(catalogue.irreversible_lock, resources, destroyable=True)


GUARDED = {"deletion_protection": True}
LOST = {"skip_final_snapshot": True}


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        ({"aws_db_instance": {"a": GUARDED, "b": LOST}}, "as aws_db_instance.a is protected"),
        ({"aws_db_instance": {"a": GUARDED | LOST}}, "as it is protected"),
        ({"aws_db_instance": {"a": GUARDED, "b": LOST, "c": LOST}}, "and 1 more like it"),
        ({"aws_db_instance": {"a": LOST, "b": LOST}}, None),
        ({"aws_db_instance": {"a": GUARDED, "b": LOST | {"replicate_source_db": "a"}}}, None),
        ({"aws_db_instance": {"a": GUARDED, "b": {"skip_final_snapshot": UNKNOWN}}}, None),
        (
            {"aws_rds_cluster": {"a": GUARDED}, SECRET: {"a": {"recovery_window_in_days": 0}}},
            "recovery_window_in_days is 0",
        ),
        ({"aws_lb": {"a": {"enable_deletion_protection": True}}, **one(SECRET)}, None),
    ],
)
def test_halfway(findings: Findings, resources: dict[str, Any], words: str | None) -> None:
    """What guards some of its data loses none of the rest; replicas hold nothing of their own."""
    found = findings(catalogue.halfway_destroyable, resources)
    assert (words in found[0]) if words else not found
    assert not findings(catalogue.halfway_destroyable, resources, destroyable=True)


EXPORT = {"identifier": "shop", "enabled_cloudwatch_logs_exports": ["postgresql", "upgrade"]}


@pytest.mark.parametrize(
    ("database", "groups", "missing"),
    [
        (one("aws_db_instance", **EXPORT), {}, 2),
        (one("aws_db_instance", **EXPORT), {"a": "/aws/rds/instance/shop/postgresql"}, 1),
        (one("aws_db_instance", **EXPORT), {"a": UNKNOWN}, 0),
        (one("aws_db_instance", **EXPORT | {"identifier": UNKNOWN}), {}, 0),
        (one("aws_db_instance", **EXPORT | {"identifier": ""}), {}, 0),
        (one("aws_db_instance", identifier="shop", enabled_cloudwatch_logs_exports=[]), {}, 0),
        (
            one("aws_db_instance", identifier="shop", enabled_cloudwatch_logs_exports=[UNKNOWN]),
            {},
            0,
        ),
        (
            one(
                "aws_rds_cluster",
                cluster_identifier="shop",
                enabled_cloudwatch_logs_exports=["postgresql"],
            ),
            {"a": "/aws/rds/instance/shop/postgresql"},
            1,
        ),
    ],
)
def test_log_groups_of_databases(
    findings: Findings, database: dict[str, Any], groups: dict[str, str], missing: int
) -> None:
    """Each export has a group; one whose name is not known may be any of them."""
    declared = {name: {"name": group} for name, group in groups.items()}
    resources = {**database, "aws_cloudwatch_log_group": declared}
    assert len(findings(catalogue.database_log_group, resources)) == missing


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        ({"function_name": "a"}, True),
        ({"function_name": "a", "logging_config": [{"log_group": "/shop"}]}, False),
        ({"function_name": "a", "logging_config": [{"log_group": ""}]}, True),
        ({"function_name": UNKNOWN}, False),
        ({}, False),
    ],
)
def test_log_groups_of_functions(
    findings: Findings, arguments: dict[str, Any], missing: bool
) -> None:
    """A function that names its group leaves it to others."""
    resources = one("aws_lambda_function", **arguments)
    assert bool(findings(catalogue.function_log_group, resources)) is missing


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        (json.dumps({"Logging": {"EnableLogging": True}}), True),
        (json.dumps({"Logging": {"EnableLogging": False}}), False),
        (json.dumps({"Logging": True}), False),
        (json.dumps([]), False),
        ("no JSON", False),
        (None, False),
        (UNKNOWN, False),
    ],
)
def test_log_groups_of_replications(
    findings: Findings, settings: str | None, missing: bool
) -> None:
    """DMS writes a log where a task says so."""
    arn = "${aws_dms_replication_instance.main.replication_instance_arn}"
    task = {"replication_instance_arn": arn, "replication_task_settings": settings}
    instance = {"main": {"replication_instance_id": "Shop-DMS"}}
    resources = {
        "aws_dms_replication_instance": instance,
        "aws_dms_replication_task": {"main": task},
    }
    found = findings(catalogue.replication_log_group, resources)
    assert ("named dms-tasks-shop-dms" in found[0]) if missing else not found
    unnamed = {**resources, "aws_dms_replication_instance": {"main": {}}}
    assert not findings(catalogue.replication_log_group, unnamed)
