"""Destroying: nothing in the way of what may go, nothing lost of what must stay."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tapforge.facts import destroy, limits
from tapforge.facts.destroy import DestroyRule
from tapforge.lang.expression import Expression
from tapforge.rules import documents
from tapforge.rules.resource import Block, Configuration, Finding, Resource
from tapforge.rules.rule import Example, rule

_PROTECTION = destroy.of_concern("protection")
_SNAPSHOT = destroy.of_concern("snapshot")
_CONTENTS = destroy.of_concern("contents")
_WINDOW = destroy.of_concern("window")
_BACKUPS = destroy.of_concern("backups")
_RESIDUE = destroy.of_concern("residue")
_SOURCES = ("replicate_source_db", "replication_source_identifier", "replication_group_id")
_SECRET = "aws_secretsmanager_secret"  # noqa: S105 - a resource type
_WHEN = {
    True: "in a destroyable configuration",
    False: "in a configuration that is not destroyable",
}
_STATE = (
    "Terraform destroys with the values of its state: a change needs an apply before the destroy."
)


def _example(type_: str, destroyable: bool | None = None, /, **arguments: Any) -> Example:
    example = {"resource": {type_: {"main": arguments}}}
    if destroyable is None:
        return example
    return {"variable": {"destroyable": {"default": destroyable}}, **example}


# --- the two forms ------------------------------------------------------------------------------------


def _places(resource: Resource, row: DestroyRule) -> Iterator[tuple[Block, str]]:
    block, _, argument = (row.argument or "").rpartition(".")
    for place in resource.blocks(block) if block else (resource,):
        yield place, argument


def _differences(
    resource: Resource, rows: Sequence[DestroyRule], *, destroyable: bool
) -> Iterator[Finding]:
    """Find the arguments that have another value than a form of the configuration asks for."""
    for row in rows:
        wanted = row.destroyable if destroyable else row.protected
        # What is None may be anything; what needs a text of one's own has a rule of its own.
        if wanted is None or not _matters(resource, row):
            continue
        for place, argument in _places(resource, row):
            value = place.known(argument, row.default)
            # What is left out is off, as far as the provider's own value is not known.
            fits = value == wanted or (value is None and not wanted)
            if not fits and not place.unknown(argument):
                yield resource.finding(
                    f"{place.place}{argument}",
                    place.given(argument),
                    f"{_text(wanted)} {_WHEN[destroyable]}",
                )


def _matters(resource: Resource, row: DestroyRule) -> bool:
    return not row.only_with or any(_is_given(resource, each) for each in row.only_with)


def _is_given(block: Block, argument: str) -> bool:
    value = block.given(argument)
    return isinstance(value, Expression) or bool(value)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_copy(resource: Resource) -> bool:
    """Tell whether a database holds what another one holds too, or nothing that can be kept."""
    cache = resource.known("engine") == "memcached"
    return cache or any(_is_given(resource, each) for each in _SOURCES)


@rule(
    "deletion-protection",
    on=_PROTECTION,
    severity="error",
    source="botocore 1.44.5 rds DeletionProtection, and the like of other services; " + _STATE,
    fix="set it by the variable destroyable, and apply that before a destroy",
    good=_example("aws_rds_cluster", False, deletion_protection=True),
    bad=_example("aws_rds_cluster", False, deletion_protection=False),
)
def deletion_protection(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """Deletion protection is on where the configuration guards its data, and off where it may go.

    It is checked where a configuration says by a variable destroyable which of the two it is. Where it
    may go, AWS refuses the deletion in the middle of the destroy; where not, one command takes it all.
    """
    form = configuration.destroyable
    if form is not None and (form or not _is_copy(resource)):
        yield from _differences(resource, _PROTECTION[resource.type], destroyable=form)


@rule(
    "final-snapshot",
    on=_SNAPSHOT,
    severity="error",
    source="botocore 1.44.5 rds DeleteDBInstance and DeleteDBCluster, SkipFinalSnapshot",
    fix="set it by the variable destroyable",
    good=_example("aws_rds_cluster", True, skip_final_snapshot=True),
    bad=_example("aws_rds_cluster", True, skip_final_snapshot=False),
)
def final_snapshot(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A last snapshot is taken where the configuration guards its data, and not where it may go.

    A snapshot that nobody wants is left behind and paid for, and its name is taken at the next destroy.
    """
    form = configuration.destroyable
    rows = _SNAPSHOT[resource.type]
    if form is None or (not form and _is_copy(resource)):
        return
    yield from _differences(resource, rows, destroyable=form)
    if any(not row.required_when_protected for row in rows):
        return
    for row in rows:
        argument = row.argument or ""
        if form and resource.known(argument):
            expected = f"no final snapshot {_WHEN[True]}"
            yield resource.finding(argument, resource.given(argument), expected)
        if not form and not _is_given(resource, argument):
            yield resource.finding(argument, None, f"a name {_WHEN[False]}")


_NAMED_SNAPSHOT = {
    type_: next(row.argument for row in rows if row.required_when_protected)
    for type_, rows in _SNAPSHOT.items()
    if len(rows) > 1 and any(row.required_when_protected for row in rows)
}


def _takes_snapshot(database: Resource) -> bool:
    return database.known("skip_final_snapshot", False) is False


@rule(
    "final-snapshot-identifier",
    on=_NAMED_SNAPSHOT,
    severity="error",
    source="botocore 1.44.5 rds DeleteDBInstance: FinalDBSnapshotIdentifier must be specified when"
    " SkipFinalSnapshot is off; hashicorp/terraform-provider-aws#14449",
    fix="give it a name that is new each time, or set skip_final_snapshot to true",
    good=_example("aws_db_instance", final_snapshot_identifier="shop-final-20260103"),
    bad=_example("aws_db_instance", skip_final_snapshot=False),
)
def final_snapshot_identifier(
    database: Resource, configuration: Configuration
) -> Iterator[Finding]:
    """A database that is not told to skip its final snapshot has a name for it.

    The provider finds that out at the destroy alone, when the instances of a cluster are gone already.
    Skipping is off unless it is set.
    """
    argument = _NAMED_SNAPSHOT[database.type] or ""
    # A destroyable configuration takes no snapshot, which final-snapshot says.
    if configuration.destroyable or _is_copy(database) or not _takes_snapshot(database):
        return
    if not _is_given(database, argument):
        yield database.finding(argument, None, "a name, as the final snapshot is not skipped")


@rule(
    "unguarded-database",
    on=("aws_db_instance", "aws_rds_cluster"),
    severity="note",
    source="Amazon RDS User Guide: Deleting a DB instance; AWS Security Hub RDS.7 and RDS.8",
    fix="set deletion_protection to true, or take a final snapshot",
    good=_example("aws_db_instance", skip_final_snapshot=True, deletion_protection=True),
    bad=_example("aws_db_instance", skip_final_snapshot=True, deletion_protection=False),
)
def unguarded_database(database: Resource, configuration: Configuration) -> Iterator[Finding]:
    """Something stands between a database and the end of its data: protection, or a last snapshot.

    A replacement is a destroy too, and one changed argument can ask for it. A configuration that says by
    a variable destroyable which form it has is left to other rules.
    """
    if configuration.destroyable is not None or _is_copy(database):
        return
    unprotected = database.known("deletion_protection", False) is False
    if unprotected and database.known("skip_final_snapshot", False) is True:
        expected = "a final snapshot, as deletion_protection is off"
        yield database.finding("skip_final_snapshot", True, expected)


@rule(
    "replica-final-snapshot",
    on=("aws_db_instance",),
    severity="error",
    source="botocore 1.44.5 rds DeleteDBInstance: SkipFinalSnapshot must be on for a read replica",
    fix="set skip_final_snapshot to true on the replica: its source has the data",
    good=_example(
        "aws_db_instance", replicate_source_db="shop-primary-dev", skip_final_snapshot=True
    ),
    bad=_example(
        "aws_db_instance", replicate_source_db="shop-primary-dev", skip_final_snapshot=False
    ),
)
def replica_final_snapshot(database: Resource) -> Iterator[Finding]:
    """A read replica skips its final snapshot.

    RDS takes none of a replica, and the destroy fails, whether the snapshot has a name or not.
    """
    source = database.given("replicate_source_db")
    # An unknown source may be null yet.
    if isinstance(source, str) and source and _takes_snapshot(database):
        found = database.given("skip_final_snapshot")
        yield database.finding("skip_final_snapshot", found, "true on a read replica")


# Dates, times and random endings: what makes a name another one the next time.
_CHANGING = re.compile(r"\d{6,}|\d{4}-\d{2}|-(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{6,}$", re.IGNORECASE)


@rule(
    "fixed-final-snapshot",
    on=_NAMED_SNAPSHOT,
    severity="note",
    source="botocore 1.44.5 rds DeleteDBInstance: DBSnapshotAlreadyExists",
    fix="put something new into it, such as the time or random_id, kept by ignore_changes",
    good=_example("aws_db_instance", final_snapshot_identifier="${terraform_data.final.output}"),
    bad=_example("aws_db_instance", final_snapshot_identifier="shop-final"),
)
def fixed_final_snapshot(database: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The name of a final snapshot is another one each time.

    The first destroy takes a snapshot of that name. When everything is made and destroyed again the
    name is taken, and the destroy fails.
    """
    argument = _NAMED_SNAPSHOT[database.type] or ""
    name = database.known(argument)
    if configuration.destroyable or not isinstance(name, str) or not _takes_snapshot(database):
        return
    if name and not _CHANGING.search(name):
        yield database.finding(argument, name, "a name that no earlier snapshot can have")


@rule(
    "forced-deletion",
    on=_CONTENTS,
    severity="error",
    source="provider documentation of force_destroy, force_delete and the like; " + _STATE,
    fix="set it by the variable destroyable, and apply that before a destroy",
    good=_example("aws_s3_bucket", True, bucket="shop-dev", force_destroy=True),
    bad=_example("aws_s3_bucket", True, bucket="shop-dev"),
)
def forced_deletion(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """What holds data is deleted with its contents where it may go, and only when it is empty elsewhere.

    A bucket with objects, a backup vault with recovery points, a zone with records of others or a role
    with policies of others blocks the destroy of a configuration that is called destroyable.
    """
    form = configuration.destroyable
    if form is None:
        return
    # Where another value than the provider's own is not known to be needed, none is asked for.
    rows = [row for row in _CONTENTS[resource.type] if not form or row.default is not None]
    yield from _differences(resource, rows, destroyable=form)


@rule(
    "secret-recovery-window",
    on=(_SECRET,),
    severity="error",
    source="botocore 1.44.5 secretsmanager DeleteSecret, RecoveryWindowInDays",
    fix="set recovery_window_in_days by the variable destroyable: 0 or 7 to 30",
    good=_example(_SECRET, True, name="shop/dev/master", recovery_window_in_days=0),
    bad=_example(_SECRET, True, name="shop/dev/master"),
)
def secret_recovery_window(secret: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A secret goes at once where it may go, and can be recovered where it must stay.

    For as long as a deleted secret can be recovered, 30 days if nothing is said, its name is taken:
    the environment can't be made again.
    """
    form = configuration.destroyable
    rows = _WINDOW[_SECRET]
    if form:
        yield from _differences(secret, rows, destroyable=True)
    elif form is False and secret.known("recovery_window_in_days") == 0:
        yield secret.finding("recovery_window_in_days", 0, f"7 to 30 {_WHEN[False]}")


@rule(
    "key-deletion-window",
    on=sorted(_WINDOW.keys() - {_SECRET}),
    severity="error",
    source="botocore 1.44.5 kms ScheduleKeyDeletion, PendingWindowInDays",
    fix="set it by the variable destroyable: the shortest window, or none",
    good=_example("aws_kms_key", True, deletion_window_in_days=7),
    bad=_example("aws_kms_key", True, deletion_window_in_days=30),
)
def key_deletion_window(key: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A key waits for its deletion no longer than it must where everything may go.

    It stays in the account until then, and whoever destroys often collects keys.
    """
    if configuration.destroyable:
        yield from _differences(key, _WINDOW[key.type], destroyable=True)


_LIMITS = {
    "deletion_window_in_days": limits.get("kms_deletion_window_in_days"),
    "recovery_window_in_days": limits.get("secret_recovery_window_in_days"),
}


@rule(
    "deletion-window-range",
    on=("aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key", _SECRET),
    severity="error",
    source="; ".join(each.source for each in _LIMITS.values()),
    fix="choose a number of days that AWS accepts",
    good=_example("aws_kms_key", deletion_window_in_days=7),
    bad=_example("aws_kms_key", deletion_window_in_days=1),
)
def deletion_window_range(resource: Resource) -> Iterator[Finding]:
    """The time before a key or secret is deleted for good is one that AWS accepts.

    7 to 30 days, and 0 for a secret; anything else is refused at the destroy.
    """
    for argument, limit in _LIMITS.items():
        days = resource.known(argument)
        if isinstance(days, int) and limit.problem(days):
            expected = "0, or 7 to 30" if limit.values else "7 to 30"
            yield resource.finding(argument, days, expected)


@rule(
    "automated-backups",
    on=_BACKUPS,
    severity="error",
    source="botocore 1.44.5 rds DeleteDBInstance and DeleteDBCluster, DeleteAutomatedBackups",
    fix="set delete_automated_backups by the variable destroyable",
    good=_example("aws_db_instance", False, delete_automated_backups=False),
    bad=_example("aws_db_instance", False, delete_automated_backups=True),
)
def automated_backups(database: Resource, configuration: Configuration) -> Iterator[Finding]:
    """Automated backups outlive a database that must stay, and go with one that may go.

    They are deleted with the database unless it is told otherwise, and with them every point in time
    that one could go back to.
    """
    form = configuration.destroyable
    if form is not None and (form or not _is_copy(database)):
        yield from _differences(database, _BACKUPS[database.type], destroyable=form)


@rule(
    "left-behind",
    on=_RESIDUE,
    severity="error",
    source="provider documentation of skip_destroy, retain_stack, delete_on_termination and the like",
    fix="leave it out, so that a destroy deletes it",
    good=_example("aws_cloudwatch_log_group", True, name="/shop/dev", skip_destroy=False),
    bad=_example("aws_cloudwatch_log_group", True, name="/shop/dev", skip_destroy=True),
)
def left_behind(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A destroyable configuration leaves nothing behind.

    What a destroy only forgets costs on, and is in the way when the environment is made again.
    """
    if configuration.destroyable:
        yield from _differences(resource, _RESIDUE[resource.type], destroyable=True)


@rule(
    "prevent-destroy",
    on=("*",),
    severity="error",
    source="developer.hashicorp.com Terraform language: the lifecycle meta-argument",
    fix="take prevent_destroy out: it can't be a variable, so it belongs into what never goes",
    good=_example("aws_rds_cluster", True, skip_final_snapshot=True),
    bad=_example("aws_rds_cluster", True, lifecycle={"prevent_destroy": True}),
)
def prevent_destroy(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A destroyable configuration has no resource that Terraform is told never to destroy.

    Terraform refuses to plan the destroy of anything then. Plans do not show it, resolved systems do.
    """
    if configuration.destroyable and resource.lifecycle.get("prevent_destroy") is True:
        yield resource.finding("lifecycle.prevent_destroy", True, f"none {_WHEN[True]}")


@rule(
    "function-interfaces",
    on=("aws_lambda_function",),
    severity="warning",
    source="provider documentation of aws_lambda_function: replace_security_groups_on_destroy",
    fix="set replace_security_groups_on_destroy and replacement_security_group_ids",
    good=_example(
        "aws_lambda_function",
        True,
        vpc_config=[{"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]}],
        replace_security_groups_on_destroy=True,
    ),
    bad=_example(
        "aws_lambda_function",
        True,
        vpc_config=[{"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]}],
    ),
)
def function_interfaces(function: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A function in a VPC lets go of its security groups when it is destroyed.

    Lambda keeps the function's network interfaces for up to 45 minutes, and the security group and the
    subnets can't be deleted for as long.
    """
    inside = any(_is_given(place, "subnet_ids") for place in function.blocks("vpc_config"))
    argument = "replace_security_groups_on_destroy"
    if configuration.destroyable and inside and function.known(argument, False) is False:
        yield function.finding(argument, function.given(argument), f"true {_WHEN[True]}")


# --- what can't be undone -----------------------------------------------------------------------------


# What each resource locks, and the argument that makes the lock one for ever.
_LOCKED = {
    "aws_s3_bucket_object_lock_configuration": ("bucket", ""),
    "aws_backup_vault_lock_configuration": ("backup_vault_name", "changeable_for_days"),
    "aws_backup_logically_air_gapped_vault": ("name", "min_retention_days"),
}


def _locks(resource: Resource) -> Iterator[tuple[str, object]]:
    """Find what locks data: the argument and its value."""
    if resource.type != "aws_s3_bucket":
        argument, _ = _LOCKED[resource.type]
        yield argument, resource.given(argument)
    elif resource.known("object_lock_enabled", False) is True:
        yield "object_lock_enabled", True
    for lock in resource.blocks("object_lock_configuration"):
        if lock.known("object_lock_enabled"):
            yield f"{lock.place}object_lock_enabled", lock.known("object_lock_enabled")


def _locks_for_ever(resource: Resource) -> Iterator[tuple[str, object]]:
    """Find what makes a lock one that nobody can lift."""
    _, argument = _LOCKED.get(resource.type, ("", ""))
    if resource.known(argument):
        yield argument, resource.known(argument)
    for lock in (resource, *resource.blocks("object_lock_configuration")):
        for each in lock.blocks("rule"):
            for retention in each.blocks("default_retention"):
                if retention.known("mode") == "COMPLIANCE":
                    yield f"{retention.place}mode", "COMPLIANCE"


@rule(
    "locked-data",
    on=("aws_s3_bucket", *_LOCKED),
    severity="error",
    source="docs.aws.amazon.com: S3 Object Lock, AWS Backup Vault Lock",
    fix="make no lock where the configuration is destroyable",
    good=_example("aws_s3_bucket", True, bucket="shop-dev", object_lock_enabled=False),
    bad=_example("aws_s3_bucket", True, bucket="shop-dev", object_lock_enabled=True),
)
def locked_data(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A destroyable configuration locks no data.

    Objects and recovery points under a lock can't be deleted before their time, and with them stay the
    bucket and the vault.
    """
    if configuration.destroyable:
        for argument, value in _locks(resource):
            yield resource.finding(argument, value, f"no lock {_WHEN[True]}")


@rule(
    "irreversible-lock",
    on=("aws_s3_bucket", *_LOCKED),
    severity="note",
    source="docs.aws.amazon.com: S3 Object Lock compliance mode, AWS Backup Vault Lock compliance mode",
    fix="make sure that the time is meant, or use governance mode",
    good=_example("aws_backup_vault_lock_configuration", backup_vault_name="shop"),
    bad=_example(
        "aws_backup_vault_lock_configuration", backup_vault_name="shop", changeable_for_days=3
    ),
)
def irreversible_lock(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A lock that nobody can lift is meant.

    In compliance mode neither the root user nor AWS deletes what is locked before its time: every test
    of it is paid for until then.
    """
    if configuration.destroyable:
        return  # locked-data says so
    for argument, value in _locks_for_ever(resource):
        yield resource.finding(argument, value, "a lock that an administrator can lift")


# --- one form, nobody saying which --------------------------------------------------------------------


@rule(
    "halfway-destroyable",
    severity="warning",
    source="house rule: a configuration is destroyable as a whole, or guarded as a whole",
    fix="take the final snapshot and leave a recovery window, or switch the protection off",
    good={
        "resource": {
            "aws_db_instance": {
                "orders": {"deletion_protection": True, "final_snapshot_identifier": "orders-1"},
                "events": {"deletion_protection": True, "final_snapshot_identifier": "events-1"},
            }
        }
    },
    bad={
        "resource": {
            "aws_db_instance": {
                "orders": {"deletion_protection": True, "final_snapshot_identifier": "orders-1"},
                "events": {"deletion_protection": False, "skip_final_snapshot": True},
            }
        }
    },
)
def halfway_destroyable(configuration: Configuration) -> Iterator[Finding]:
    """A configuration that guards some of its data loses none of the rest without asking.

    Deletion protection makes a destroy stop halfway, when the databases without it are gone and no
    snapshot was taken. A variable destroyable decides for all, and takes this rule's place.
    """
    if configuration.destroyable is not None:
        return
    guarded = next(filter(_is_guarded, configuration.of(*_SNAPSHOT)), None)
    if guarded is None:
        return
    lost = [
        (resource, argument, value)
        for resource in configuration.of(*_SNAPSHOT, _SECRET)
        for argument, value in (("skip_final_snapshot", True), ("recovery_window_in_days", 0))
        if not _is_copy(resource) and resource.known(argument) is value
    ]
    for resource, argument, value in lost[:1]:
        others = f", and {len(lost) - 1} more like it" if len(lost) > 1 else ""
        whose = "it" if resource is guarded else guarded.address
        expected = f"nothing that loses data{others}, as {whose} is protected from deletion"
        yield resource.finding(argument, value, expected)


def _is_guarded(resource: Resource) -> bool:
    return any(
        row.protected is not None and resource.known(row.argument or "") == row.protected
        for row in _PROTECTION.get(resource.type, ())
    )


# --- what AWS makes by itself, and leaves -------------------------------------------------------------


def _undeclared(
    resource: Resource, attribute: str, found: str, name: str, configuration: Configuration
) -> Iterator[Finding]:
    """Find a log group that a service will make itself, as nobody declares it."""
    groups = configuration.once(_log_groups)
    # A group whose name is not known yet may be the one.
    if name in groups or None in groups:
        return
    expected = f"an aws_cloudwatch_log_group named {name} beside it"
    yield resource.finding(attribute, found, expected)


def _log_groups(configuration: Configuration) -> frozenset[str | None]:
    return frozenset(each.known("name") for each in configuration.of("aws_cloudwatch_log_group"))


_EXPORT = {"identifier": "shop-dev", "enabled_cloudwatch_logs_exports": ["postgresql"]}
_LOG = "/aws/rds/instance/shop-dev/postgresql"
_DECLARE = "declare the log group with a retention, and let the {} depend on it"


@rule(
    "database-log-group",
    on=("aws_db_instance", "aws_rds_cluster"),
    severity="warning",
    source="awsdocs/amazon-rds-user-guide USER_LogAccess.Concepts.PostgreSQL;"
    " awsdocs/amazon-aurora-user-guide AuroraPostgreSQL.CloudWatch",
    fix=_DECLARE.format("database"),
    good={
        "resource": {
            "aws_db_instance": {"main": _EXPORT},
            "aws_cloudwatch_log_group": {"main": {"name": _LOG, "retention_in_days": 7}},
        }
    },
    bad={"resource": {"aws_db_instance": {"main": _EXPORT}}},
)
def database_log_group(database: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The log groups that a database exports to are declared.

    RDS makes those that are missing, keeps what is in them for ever, and leaves them when the database
    is destroyed.
    """
    cluster = database.type == "aws_rds_cluster"
    identifier = database.known("cluster_identifier" if cluster else "identifier")
    attribute = "enabled_cloudwatch_logs_exports"
    exports = database.known(attribute)
    if not isinstance(identifier, str) or not identifier or not isinstance(exports, list):
        return
    for export in exports:
        if isinstance(export, str):
            name = f"/aws/rds/{'cluster' if cluster else 'instance'}/{identifier}/{export}"
            yield from _undeclared(database, attribute, export, name, configuration)


@rule(
    "function-log-group",
    on=("aws_lambda_function",),
    severity="warning",
    source="docs.aws.amazon.com AWS Lambda: log groups and retention",
    fix=_DECLARE.format("function"),
    good={
        "resource": {
            "aws_lambda_function": {"main": {"function_name": "shop-dev"}},
            "aws_cloudwatch_log_group": {"main": {"name": "/aws/lambda/shop-dev"}},
        }
    },
    bad={"resource": {"aws_lambda_function": {"main": {"function_name": "shop-dev"}}}},
)
def function_log_group(function: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The log group of a function is declared.

    Lambda makes it at the first call if its role allows that, keeps what is in it for ever, and leaves
    it when the function is destroyed.
    """
    name = function.known("function_name")
    if not isinstance(name, str) or not name:
        return
    # A group that is named is for whoever named it to declare, here or elsewhere.
    if not any(_is_given(place, "log_group") for place in function.blocks("logging_config")):
        group = f"/aws/lambda/{name}"
        yield from _undeclared(function, "function_name", name, group, configuration)


_TASK = {
    "replication_instance_arn": "${aws_dms_replication_instance.main.replication_instance_arn}",
    "replication_task_settings": '{"Logging": {"EnableLogging": true}}',
}
_REPLICATION: dict[str, Any] = {
    "aws_dms_replication_instance": {"main": {"replication_instance_id": "shop-dev"}},
    "aws_dms_replication_task": {"main": _TASK},
}


@rule(
    "replication-log-group",
    on=("aws_dms_replication_instance",),
    severity="warning",
    source="docs.aws.amazon.com AWS DMS security-iam-awsmanpol: log-group:dms-tasks-*",
    fix=_DECLARE.format("replication instance"),
    good={
        "resource": {
            **_REPLICATION,
            "aws_cloudwatch_log_group": {"main": {"name": "dms-tasks-shop-dev"}},
        }
    },
    bad={"resource": _REPLICATION},
)
def replication_log_group(instance: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The log group of a replication instance whose tasks write a log is declared.

    DMS makes it itself otherwise, and leaves it when the instance is destroyed.
    """
    identifier = instance.known("replication_instance_id")
    if not isinstance(identifier, str):
        return
    tasks = configuration.users(instance, "replication_instance_arn", "aws_dms_replication_task")
    if any(map(_writes_log, tasks)):
        name = f"dms-tasks-{identifier.lower()}"
        attribute = "replication_instance_id"
        yield from _undeclared(instance, attribute, identifier, name, configuration)


def _writes_log(task: Resource) -> bool:
    settings = documents.content(task.given("replication_task_settings"))
    return documents.part(settings, "Logging", "EnableLogging") is True
