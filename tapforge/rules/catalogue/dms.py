"""AWS DMS: replication instances, endpoints, and the tasks that copy data between them."""

from __future__ import annotations

import collections
import json
from collections.abc import Iterator, Mapping
from typing import Any

from tapforge.facts import dms, limits, regions
from tapforge.lang.expression import Expression
from tapforge.rules import documents, policies
from tapforge.rules.databases import Database, databases, exists, limit, present
from tapforge.rules.resource import Block, Configuration, Finding, Resource
from tapforge.rules.rule import Example, rule

_INSTANCE = "aws_dms_replication_instance"
_ENDPOINT = "aws_dms_endpoint"
# What copies data, and the arguments for its settings and for what it copies.
_TASKS = {
    "aws_dms_replication_task": ("replication_task_settings", "migration_type"),
    "aws_dms_replication_config": ("replication_settings", "replication_type"),
}
_SIDES = {"source": "source_endpoint_arn", "target": "target_endpoint_arn"}
_LOADS, _CAPTURES = ("full-load", "full-load-and-cdc"), ("cdc", "full-load-and-cdc")
_GUIDE = "docs.aws.amazon.com AWS DMS User Guide"


def _one(type_: str, **arguments: Any) -> Example:
    return {"resource": {type_: {"main": arguments}}}


def _advice(problem: str, what: str) -> tuple[str, str]:
    """Take what was expected out of what a fact says is wrong, and the question after a misspelling."""
    text = problem.partition("; ")[2]
    meant = text.removeprefix("expected ")
    return (what, text) if meant == text else (meant, "")


# --- replication instances ----------------------------------------------------------------------------


@rule(
    "dms-instance-class",
    on=(_INSTANCE,),
    severity="error",
    source=dms.source(),
    fix="choose a class that DMS has",
    good=_one(_INSTANCE, replication_instance_class="dms.r6i.large"),
    bad=_one(_INSTANCE, replication_instance_class="db.r6i.large"),
)
def dms_instance_class(instance: Resource) -> Iterator[Finding]:
    """A replication instance has a class that DMS has.

    Classes of databases begin with db., those of DMS with dms.; the creation fails with any other.
    """
    name = instance.known("replication_instance_class")
    problem = dms.check(name) if isinstance(name, str) else None
    if problem:
        expected, fix = _advice(problem, "a class of DMS")
        yield instance.finding("replication_instance_class", name, expected, fix)


@rule(
    "dms-instance-version",
    on=(_INSTANCE,),
    severity="error",
    source=f"{_GUIDE} CHAP_ReleaseNotes",
    fix="choose a version of the replication engine that instances are still made with",
    good=_one(_INSTANCE, engine_version="3.6.1"),
    bad=_one(_INSTANCE, engine_version="3.4.7"),
)
def dms_instance_version(instance: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A replication instance has a version of the engine that AWS still makes instances with.

    Some four months before the end of a version no new instance gets it, and afterwards DMS upgrades
    those that have it, in the middle of a migration.
    """
    name = instance.known("engine_version")
    version = dms.engine_version(name) if isinstance(name, str) else None
    if version and version.blocked(configuration.today):
        found = f'"{name}" (not for new instances since {version.creation_blocked})'
        yield Finding(instance, "engine_version", found, "a newer version, or none for the default")


@rule(
    "dms-instance-public",
    on=(_INSTANCE,),
    severity="error",
    source="botocore 1.44.5 dms CreateReplicationInstance, PubliclyAccessible; Security Hub DMS.1",
    fix="set publicly_accessible to false, and reach databases by VPN, peering or Direct Connect",
    good=_one(_INSTANCE, publicly_accessible=False),
    bad=_one(_INSTANCE, publicly_accessible=True),
)
def dms_instance_public(instance: Resource) -> Iterator[Finding]:
    """A replication instance has no public address.

    It holds the credentials of both databases, and all of the data passes through it.
    """
    if instance.known("publicly_accessible") is True:
        yield instance.finding("publicly_accessible", True, "false")


@rule(
    "dms-instance-zone",
    on=(_INSTANCE,),
    severity="error",
    source="botocore 1.44.5 dms CreateReplicationInstance, MultiAZ",
    fix="leave availability_zone out, or set multi_az to false",
    good=_one(_INSTANCE, multi_az=True),
    bad=_one(_INSTANCE, multi_az=True, availability_zone="us-east-1a"),
)
def dms_instance_zone(instance: Resource) -> Iterator[Finding]:
    """A replication instance in several Availability Zones names none of them.

    DMS refuses the two together.
    """
    zone = instance.known("availability_zone")
    # What the provider has read back of a running instance is the zone that it is in now.
    if instance.known("multi_az") is True and zone and not exists(instance):
        yield instance.finding("availability_zone", zone, "none with multi_az")


@rule(
    "dms-instance-standby",
    on=(_INSTANCE,),
    severity="note",
    source=f"{_GUIDE} CHAP_BestPractices: Improving the performance and availability of a migration",
    fix="set multi_az, at least from the first load to the cutover",
    good={
        "resource": {
            _INSTANCE: {"main": {"multi_az": True}},
            "aws_dms_replication_task": {
                "main": {
                    "migration_type": "cdc",
                    "replication_instance_arn": "${aws_dms_replication_instance.main.id}",
                }
            },
        }
    },
    bad={
        "resource": {
            _INSTANCE: {"main": {"multi_az": False}},
            "aws_dms_replication_task": {
                "main": {
                    "migration_type": "cdc",
                    "replication_instance_arn": "${aws_dms_replication_instance.main.id}",
                }
            },
        }
    },
)
def dms_instance_standby(instance: Resource, configuration: Configuration) -> Iterator[Finding]:
    """An instance that replicates for long has a standby.

    Without one the loss of its zone stops the replication, and the source keeps its log until it is
    back. A configuration that is destroyable needs none.
    """
    if configuration.destroyable or instance.known("multi_az", False) is not False:
        return
    tasks = configuration.users(instance, "replication_instance_arn", "aws_dms_replication_task")
    if any(task.known("migration_type") in _CAPTURES for task in tasks):
        yield instance.finding(
            "multi_az", instance.given("multi_az"), "true, as it captures changes"
        )


# --- endpoints ----------------------------------------------------------------------------------------


def _endpoint(**arguments: Any) -> Example:
    given = {"endpoint_type": "source", "engine_name": "postgres", "ssl_mode": "require"}
    return _one(_ENDPOINT, **given, **arguments)


@rule(
    "dms-endpoint-engine",
    on=(_ENDPOINT,),
    severity="error",
    source="botocore 1.44.5 dms CreateEndpoint, EngineName and EndpointType",
    fix="choose an engine that DMS has for that side",
    good=_endpoint(),
    bad=_one(_ENDPOINT, endpoint_type="source", engine_name="postgresql", ssl_mode="require"),
)
def dms_endpoint_engine(endpoint: Resource) -> Iterator[Finding]:
    """An endpoint has an engine that DMS calls so, and that may be on its side.

    DMS says postgres and aurora-postgresql; Redshift, DynamoDB or Kinesis can only be a target.
    """
    yield from limit(endpoint, endpoint, "endpoint_type", "dms_endpoint_type")
    name, side = endpoint.known("engine_name"), endpoint.known("endpoint_type")
    if not isinstance(name, str):
        return
    engine = dms.endpoint_engine(name)
    if engine is None:
        problem = dms.check_endpoint_engine(name) or ""
        expected, fix = _advice(problem, "an engine of DMS")
        yield endpoint.finding("engine_name", name, expected, fix)
    elif side in _SIDES and side not in engine.types:
        yield endpoint.finding("engine_name", name, f"an engine that can be a {side}")


@rule(
    "dms-endpoint-tls",
    on=(_ENDPOINT,),
    severity="error",
    source="botocore 1.44.5 dms CreateEndpoint, SslMode: the default is none",
    fix="set ssl_mode to require, or to verify-full with a certificate",
    good=_endpoint(),
    bad=_one(_ENDPOINT, endpoint_type="source", engine_name="postgres"),
)
def dms_endpoint_tls(endpoint: Resource) -> Iterator[Finding]:
    """An endpoint connects to its database over TLS.

    DMS encrypts nothing unless it is told to: password and data cross the network in plain text, and a
    PostgreSQL that forces TLS refuses the connection.
    """
    yield from limit(endpoint, endpoint, "ssl_mode", "dms_ssl_mode")
    engine = dms.endpoint_engine(str(endpoint.known("engine_name")))
    if engine and engine.tls and endpoint.known("ssl_mode", "none") == "none":
        found = endpoint.given("ssl_mode")
        yield endpoint.finding("ssl_mode", found, "require, verify-ca or verify-full")


@rule(
    "dms-endpoint-certificate",
    on=(_ENDPOINT,),
    severity="error",
    source=f"{_GUIDE} CHAP_Security.SSL: verify-ca and verify-full require a certificate",
    fix="import the certificate as aws_dms_certificate and give its ARN, or set ssl_mode to require",
    good=_endpoint(),
    bad=_one(_ENDPOINT, engine_name="postgres", ssl_mode="verify-full"),
)
def dms_endpoint_certificate(endpoint: Resource) -> Iterator[Finding]:
    """An endpoint that checks its database's certificate has one to check it by.

    DMS refuses the endpoint otherwise.
    """
    mode = endpoint.known("ssl_mode")
    if mode in ("verify-ca", "verify-full") and not present(endpoint, "certificate_arn"):
        yield endpoint.finding("certificate_arn", None, f"a certificate with {mode}")


_PLAIN = ("username", "password", "server_name", "port")
_SECRET = ("secrets_manager_arn", "secrets_manager_access_role_arn")
_BY_SECRET = {"secrets_manager_arn": "arn:secret", "secrets_manager_access_role_arn": "arn:role"}


@rule(
    "dms-endpoint-credentials",
    on=(_ENDPOINT,),
    severity="error",
    source="botocore 1.44.5 dms PostgreSQLSettings: SecretsManagerAccessRoleArn; provider documentation",
    fix="give secret and role together and nothing else, or user, password, server and port",
    good=_endpoint(**_BY_SECRET),
    bad=_endpoint(**_BY_SECRET, username="dms", server_name="db.shop.internal", port=5432),
)
def dms_endpoint_credentials(endpoint: Resource) -> Iterator[Finding]:
    """An endpoint has its credentials from a secret and a role that reads it, or plain, and not both.

    DMS refuses a secret without a role, and a secret beside a user or a server.
    """
    given = [each for each in _SECRET if present(endpoint, each)]
    if len(given) == 1:
        (missing,) = set(_SECRET) - set(given)
        yield endpoint.finding(missing, None, f"an ARN, as {given[0]} is given")
    # Terraform alone may know whether an expression is null.
    if not any(isinstance(endpoint.known(each), str) for each in given):
        return
    both = [each for each in _PLAIN if endpoint.known(each) not in (None, "", 0)]
    if both:
        expected = "none beside secrets_manager_arn"
        yield endpoint.finding(both[0], endpoint.given(both[0]), expected)


@rule(
    "dms-endpoint-password",
    on=(_ENDPOINT,),
    severity="warning",
    source=f"{_GUIDE} security_iam_secretsmanager; provider: password is written to the state",
    fix="put it into Secrets Manager, and give secrets_manager_arn and its role",
    good=_endpoint(**_BY_SECRET),
    bad=_endpoint(username="dms", password="${random_password.dms.result}"),  # noqa: S106 - an example
)
def dms_endpoint_password(endpoint: Resource) -> Iterator[Finding]:
    """An endpoint has no password of its own.

    It stands in the state as plain text, and a rotation does not change it.
    """
    for block in (endpoint, *endpoint.blocks("postgres_settings")):
        if present(block, "password"):
            yield Finding(endpoint, f"{block.place}password", "set", "none, but a secret")


def _trusting(service: str) -> Example:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    return {
        "resource": {
            _ENDPOINT: {
                "main": {
                    "engine_name": "postgres",
                    "ssl_mode": "require",
                    "secrets_manager_arn": "arn:secret",
                    "secrets_manager_access_role_arn": "${aws_iam_role.dms.arn}",
                }
            },
            "aws_iam_role": {"dms": {"assume_role_policy": json.dumps({"Statement": [statement]})}},
        }
    }


@rule(
    "dms-secret-role",
    on=(_ENDPOINT,),
    severity="error",
    source=f"{_GUIDE} security_iam_secretsmanager: the regional service principal of DMS",
    fix="trust dms.REGION.amazonaws.com, with the region put together from the provider's",
    good=_trusting("dms.us-east-1.amazonaws.com"),
    bad=_trusting("dms.amazonaws.com"),
)
def dms_secret_role(endpoint: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The role that reads an endpoint's secret trusts DMS in its region.

    The principal has the region in its name. With dms.amazonaws.com, which other roles of DMS trust,
    the test of the connection fails.
    """
    argument = "secrets_manager_access_role_arn"
    for role in configuration.targets(endpoint.given(argument), "aws_iam_role"):
        trust = policies.read(configuration, role, "assume_role_policy")
        trusted = [each for statement in trust.allowing for _, each in statement.principals]
        regional = [each for each in trusted if not isinstance(each, str) or _regional(each)]
        if trust.complete and trusted and not regional:
            found = ", ".join(f'"{each}"' for each in trusted)
            expected = f"dms.REGION.amazonaws.com, as {endpoint.address} reads a secret by it"
            yield Finding(role, "assume_role_policy", found, expected)


def _regional(principal: str) -> bool:
    service, _, rest = principal.partition(".")
    return service == "dms" and rest.partition(".")[0] in regions.names()


@rule(
    "dms-extra-attributes",
    on=(_ENDPOINT,),
    severity="error",
    source="botocore 1.44.5 dms CreateEndpoint, ExtraConnectionAttributes",
    fix="write name=value, separated by semicolons without spaces",
    good=_endpoint(extra_connection_attributes="heartbeatEnable=true;captureDDLs=N"),
    bad=_endpoint(extra_connection_attributes="heartbeatEnable=true; captureDDLs=N"),
)
def dms_extra_attributes(endpoint: Resource) -> Iterator[Finding]:
    """Extra connection attributes are pairs of name and value, each once, with nothing between them.

    What DMS can't read it leaves out without a word, or it refuses the endpoint.
    """
    argument = "extra_connection_attributes"
    text = endpoint.known(argument)
    if not isinstance(text, str):
        return
    seen: dict[str, str] = {}
    for pair in filter(None, text.split(";")):
        name, equals, _value = pair.partition("=")
        if not equals or not name or name != name.strip():
            yield endpoint.finding(argument, pair, "name=value without spaces around the name")
        elif seen.setdefault(name.lower(), pair) is not pair:
            yield endpoint.finding(argument, pair, f"{name} once")


# --- tasks --------------------------------------------------------------------------------------------


def _ends(task: Resource, configuration: Configuration, side: str) -> list[Resource]:
    return configuration.targets(task.given(_SIDES[side]), _ENDPOINT)


def _setting(task: Resource, group: str, key: str, default: Any) -> Any:
    """Give a setting of a task; None or an expression if it is not known."""
    argument = _TASKS[task.type][0]
    if not present(task, argument):
        return default
    settings = documents.content(task.given(argument))
    return documents.part(settings, group, key, default=default)


def _copies(task: Resource) -> Any:
    return task.known(_TASKS[task.type][1])


def _task(settings: Mapping[str, Any] | None = None, **arguments: Any) -> dict[str, Any]:
    body = {"migration_type": "full-load-and-cdc", **arguments}
    if settings is not None:
        body["replication_task_settings"] = json.dumps(settings)
    return body


def _task_example(settings: Mapping[str, Any] | None = None, **arguments: Any) -> Example:
    return {"resource": {"aws_dms_replication_task": {"main": _task(settings, **arguments)}}}


@rule(
    "dms-migration-type",
    on=_TASKS,
    severity="error",
    source=limits.get("dms_migration_type").source,
    fix="write full-load, cdc or full-load-and-cdc",
    good=_task_example(),
    bad=_task_example(migration_type="full-load-cdc"),
)
def dms_migration_type(task: Resource) -> Iterator[Finding]:
    """A task copies what is there, captures what changes, or both.

    The creation fails with any other word.
    """
    yield from limit(task, task, _TASKS[task.type][1], "dms_migration_type")


@rule(
    "dms-full-load-only",
    on=_TASKS,
    severity="note",
    source=f"{_GUIDE} CHAP_Tasks.Creating",
    fix="use full-load-and-cdc, or make sure that nobody writes to the source meanwhile",
    good=_task_example(),
    bad=_task_example(migration_type="full-load"),
)
def dms_full_load_only(task: Resource) -> Iterator[Finding]:
    """A task that loads data captures the changes too.

    What is written to the source while it loads is not on the target otherwise.
    """
    if _copies(task) == "full-load":
        argument = _TASKS[task.type][1]
        yield task.finding(argument, "full-load", "full-load-and-cdc")


@rule(
    "dms-start-position",
    on=_TASKS,
    severity="error",
    source="botocore 1.44.5 dms CreateReplicationTask, CdcStartTime and CdcStartPosition",
    fix="give one of the two, to a task that captures changes",
    good=_task_example(cdc_start_position="checkpoint:V1#27"),
    bad=_task_example(cdc_start_position="checkpoint:V1#27", cdc_start_time="2026-03-08T12:12:12"),
)
def dms_start_position(task: Resource) -> Iterator[Finding]:
    """A task that captures changes starts at a time or at a position, and not at both.

    DMS refuses both together, and either of them for a task that only loads.
    """
    given = [each for each in ("cdc_start_position", "cdc_start_time") if task.known(each)]
    if len(given) > 1:
        yield task.finding(given[1], task.given(given[1]), f"none beside {given[0]}")
    elif given and _copies(task) == "full-load":
        yield task.finding(given[0], task.given(given[0]), "none with full-load")


def _between(source: str, target: str) -> Example:
    def side(name: str, type_: str) -> dict[str, Any]:
        return {"endpoint_type": type_, "engine_name": name, "ssl_mode": "require"}

    ends: dict[str, Any] = {
        "source_endpoint_arn": "${aws_dms_endpoint.old.endpoint_arn}",
        "target_endpoint_arn": "${aws_dms_endpoint.new.endpoint_arn}",
    }
    return {
        "resource": {
            "aws_dms_replication_task": {"main": _task(**ends)},
            _ENDPOINT: {
                "old": side("postgres", source),
                "new": side("aurora-postgresql", target),
            },
        }
    }


@rule(
    "dms-task-endpoints",
    on=_TASKS,
    severity="error",
    source="botocore 1.44.5 dms CreateReplicationTask, SourceEndpointArn and TargetEndpointArn",
    fix="give the source as source_endpoint_arn and the target as target_endpoint_arn",
    good=_between("source", "target"),
    bad=_between("target", "source"),
)
def dms_task_endpoints(task: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A task reads from a source endpoint and writes to a target endpoint.

    Swapped they would copy the new, empty database over the old one; DMS refuses it.
    """
    for side, argument in _SIDES.items():
        for endpoint in _ends(task, configuration, side):
            other = endpoint.known("endpoint_type", side)
            if other in _SIDES and other != side:
                found = f"{endpoint.address}, a {other} endpoint"
                yield Finding(task, argument, found, f"a {side} endpoint")


@rule(
    "dms-task-settings",
    on=_TASKS,
    severity="error",
    source=dms.settings_source(),
    fix="write it as the user guide of DMS does",
    good=_task_example({"FullLoadSettings": {"TargetTablePrepMode": "DO_NOTHING"}}),
    bad=_task_example({"FullLoadSettings": {"TargetTablePrepMode": "NOTHING"}}),
)
def dms_task_settings(task: Resource) -> Iterator[Finding]:
    """The settings of a task are JSON that DMS accepts.

    It is text to Terraform: a misspelt name or value shows when the task is made, or never.
    """
    argument = _TASKS[task.type][0]
    yield from documents.faults(task, argument)
    settings = documents.content(task.given(argument))
    if not isinstance(settings, Mapping):
        return
    for problem in dms.setting_problems(settings):
        path = f"{argument}.{problem.path}"
        if problem.found is None:
            yield Finding(task, path, "no setting of DMS", problem.expected)
        else:
            yield task.finding(path, problem.found, problem.expected)


@rule(
    "dms-lob-mode",
    on=_TASKS,
    severity="error",
    source=f"{_GUIDE} CHAP_Tasks.CustomizingTasks.TaskSettings.TargetMetadata",
    fix="set LimitedSizeLobMode with LobMaxSize, or FullLobMode with LobChunkSize",
    good=_task_example(
        {"TargetMetadata": {"SupportLobs": True, "LimitedSizeLobMode": True, "LobMaxSize": 32}}
    ),
    bad=_task_example(
        {"TargetMetadata": {"SupportLobs": True, "LimitedSizeLobMode": True, "LobMaxSize": 0}}
    ),
)
def dms_lob_mode(task: Resource) -> Iterator[Finding]:
    """A task that copies large objects has one mode for them, and the size that belongs to it.

    Changes are applied in batches in the limited mode alone.
    """
    argument = _TASKS[task.type][0]
    metadata = documents.part(documents.content(task.given(argument)), "TargetMetadata")
    if not isinstance(metadata, Mapping) or metadata.get("SupportLobs", True) is not True:
        return
    place = f"{argument}.TargetMetadata"
    full, limited = metadata.get("FullLobMode"), metadata.get("LimitedSizeLobMode")
    if full is limited and isinstance(full, bool):
        found = f"{'both' if full else 'neither'} of FullLobMode and LimitedSizeLobMode"
        yield Finding(task, place, found, "one of them")
    elif limited is True and _zero(metadata.get("LobMaxSize")):
        yield task.finding(f"{place}.LobMaxSize", 0, "the size in kB of the largest object")
    elif full is True and _zero(metadata.get("LobChunkSize")):
        yield task.finding(f"{place}.LobChunkSize", 0, "the size in kB of a piece, such as 64")
    if full is True and limited is not True and metadata.get("BatchApplyEnabled") is True:
        yield task.finding(f"{place}.BatchApplyEnabled", True, "false with FullLobMode")


def _zero(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value == 0


_FAILS = "failtasksonlobtruncation=true"


def _lob_example(**settings: Any) -> Example:
    source = {"engine_name": "postgres", "ssl_mode": "require", "postgres_settings": [settings]}
    task = _task(source_endpoint_arn="${aws_dms_endpoint.old.endpoint_arn}")
    return {
        "resource": {"aws_dms_replication_task": {"main": task}, _ENDPOINT: {"old": source}},
    }


@rule(
    "dms-lob-truncation",
    on=_TASKS,
    severity="warning",
    source="botocore 1.44.5 dms PostgreSQLSettings, FailTasksOnLobTruncation",
    fix="set fail_tasks_on_lob_truncation in postgres_settings of the source",
    good=_lob_example(fail_tasks_on_lob_truncation=True),
    bad=_lob_example(fail_tasks_on_lob_truncation=False),
)
def dms_lob_truncation(task: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A task stops at a large object that does not fit, and does not cut it.

    The limited mode is the default, with 32 kB: longer text, JSON and bytea lose their ends silently.
    """
    if _setting(task, "TargetMetadata", "SupportLobs", True) is not True:
        return
    if _setting(task, "TargetMetadata", "LimitedSizeLobMode", True) is not True:
        return
    for source in _ends(task, configuration, "source"):
        if source.known("engine_name") in ("postgres", "aurora-postgresql") and not _stops(source):
            expected = "fail_tasks_on_lob_truncation set to true"
            found = f"without it, and {task.address} cuts large objects"
            yield Finding(source, "postgres_settings", found, expected)


def _stops(source: Resource) -> bool:
    """Tell whether a source stops a task that would cut an object, or may do so."""
    extra = source.given("extra_connection_attributes")
    if source.unknown("postgres_settings") or isinstance(extra, Expression):
        return True
    # What is unknown is a text too, and none that reads so.
    settings = [
        block.given("fail_tasks_on_lob_truncation") for block in source.blocks("postgres_settings")
    ]
    return _FAILS in str(extra).lower() or any(
        isinstance(each, Expression) or each is True for each in settings
    )


def _with_settings(settings: Mapping[str, Any]) -> Example:
    example = _between("source", "target")
    task = example["resource"]["aws_dms_replication_task"]["main"]
    body = {**task, "replication_task_settings": json.dumps(settings)}
    resources = {**example["resource"], "aws_dms_replication_task": {"main": body}}
    return {"resource": resources}


@rule(
    "dms-validation",
    on=_TASKS,
    severity="warning",
    source=f"{_GUIDE} CHAP_Validating",
    fix="set EnableValidation in ValidationSettings",
    good=_with_settings({"ValidationSettings": {"EnableValidation": True}}),
    bad=_with_settings({"ValidationSettings": {"EnableValidation": False}}),
)
def dms_validation(task: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A task between two databases compares what it has written with what it has read.

    It does not unless it is told to, and rows that a target has changed or refused are found by nobody.
    """
    if _setting(task, "ValidationSettings", "EnableValidation", False) is not False:
        return
    engines = [
        dms.endpoint_engine(str(endpoint.known("engine_name")))
        for side in _SIDES
        for endpoint in _ends(task, configuration, side)
    ]
    if len(engines) == len(_SIDES) and all(engine and engine.database for engine in engines):
        path = f"{_TASKS[task.type][0]}.ValidationSettings.EnableValidation"
        yield Finding(task, path, "off", "true")


@rule(
    "dms-task-log",
    on=_TASKS,
    severity="warning",
    source=f"{_GUIDE} CHAP_Tasks.CustomizingTasks.TaskSettings.Logging; Security Hub DMS.7 and DMS.8",
    fix="set EnableLogging in Logging",
    good=_task_example({"Logging": {"EnableLogging": True}}),
    bad=_task_example({"Logging": {"EnableLogging": False}}),
)
def dms_task_log(task: Resource) -> Iterator[Finding]:
    """A task writes a log.

    It does not unless it is told to, and nothing says then why a table was left out.
    """
    if _setting(task, "Logging", "EnableLogging", False) is False:
        yield Finding(task, f"{_TASKS[task.type][0]}.Logging.EnableLogging", "off", "true")


@rule(
    "dms-target-preparation",
    on=_TASKS,
    severity="note",
    source=f"{_GUIDE} CHAP_Tasks.CustomizingTasks.TaskSettings.FullLoad; CHAP_BestPractices",
    fix="make the schema with pg_dump first, and set DO_NOTHING or TRUNCATE_BEFORE_LOAD",
    good=_task_example({"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}}),
    bad=_task_example({"FullLoadSettings": {"TargetTablePrepMode": "DROP_AND_CREATE"}}),
)
def dms_target_preparation(task: Resource) -> Iterator[Finding]:
    """A task loads into tables that were made for it.

    DROP_AND_CREATE makes tables with primary keys alone: defaults, further indexes, foreign keys and
    sequences of the tables that were there are gone.
    """
    mode = _setting(task, "FullLoadSettings", "TargetTablePrepMode", None)
    if _is(mode, "DROP_AND_CREATE") and _copies(task) in _LOADS:
        path = f"{_TASKS[task.type][0]}.FullLoadSettings.TargetTablePrepMode"
        yield task.finding(path, mode, "DO_NOTHING or TRUNCATE_BEFORE_LOAD")


def _select(**changes: Any) -> dict[str, Any]:
    return {
        "rule-type": "selection",
        "rule-id": "1",
        "rule-name": "all",
        "object-locator": {"schema-name": "public", "table-name": "%"},
        "rule-action": "include",
        **changes,
    }


def _mapped(*selections: dict[str, Any]) -> Example:
    return _task_example(table_mappings=json.dumps({"rules": list(selections)}))


@rule(
    "dms-table-mappings",
    on=_TASKS,
    severity="error",
    source=f"{_GUIDE} CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation",
    fix="write the rules as the user guide of DMS does",
    good=_mapped(_select()),
    bad=_mapped(_select(**{"rule-action": "included"})),
)
def dms_table_mappings(task: Resource) -> Iterator[Finding]:
    """The table mappings of a task are rules that DMS accepts, one of which selects tables.

    Each has a type, an id and a name of its own, and the tables it is about.
    """
    yield from documents.faults(task, "table_mappings")
    rules = documents.part(documents.content(task.given("table_mappings")), "rules", default=[])
    if not isinstance(rules, (list, tuple)):
        return
    if present(task, "table_mappings") and not rules:
        yield Finding(task, "table_mappings.rules", "none", "a rule of the type selection")
        return
    every = [each for each in rules if isinstance(each, Mapping)]
    for key in ("rule-id", "rule-name"):
        values = [str(each[key]) for each in every if isinstance(each.get(key), (str, int))]
        for value in [v for v, times in collections.Counter(values).items() if times > 1]:
            yield Finding(task, f"table_mappings.rules.{key}", f'"{value}" twice', "it once")
    types = [each.get("rule-type") if isinstance(each, Mapping) else each for each in rules]
    if (
        types
        and not any(isinstance(each, Expression) for each in types)
        and "selection" not in types
    ):
        yield Finding(task, "table_mappings.rules", "no selection", "a rule of the type selection")
    for index, each in enumerate(rules):
        if isinstance(each, Mapping):
            yield from _mapping_faults(task, f"table_mappings.rules[{index}].", each)


def _is(value: Any, text: str) -> bool:
    return isinstance(value, str) and value == text


def _mapping_faults(task: Resource, place: str, each: Mapping[str, Any]) -> Iterator[Finding]:
    type_, action = each.get("rule-type"), each.get("rule-action")
    selects = _is(type_, "selection")
    choices = [("rule-type", type_, dms.mapping_types())]
    if selects:
        choices.append(("rule-action", action, dms.selection_actions()))
    for key, value, allowed in choices:
        if not isinstance(value, Expression) and value not in allowed:
            yield task.finding(f"{place}{key}", value, f"one of {', '.join(allowed)}")
    if not selects:
        return
    locator = each.get("object-locator", {})
    for key in ("schema-name", "table-name") if isinstance(locator, Mapping) else ():
        name = locator.get(key)
        if not isinstance(name, Expression) and not name:
            yield task.finding(f"{place}object-locator.{key}", name, "a name, or % for all")
        elif _is(action, "explicit") and isinstance(name, str) and "%" in name:
            expected = "a whole name with the action explicit"
            yield task.finding(f"{place}object-locator.{key}", name, expected)


# --- sources ------------------------------------------------------------------------------------------


def _capturing(configuration: Configuration, source: Resource) -> bool:
    """Tell whether a task captures the changes of a source."""
    tasks = configuration.users(source, _SIDES["source"], *_TASKS)
    return any(_copies(task) in _CAPTURES for task in tasks)


def _servers(configuration: Configuration, endpoint: Resource) -> Iterator[tuple[Database, str]]:
    """Give the PostgreSQL databases that an endpoint connects to."""
    for place in (endpoint, *endpoint.blocks("postgres_settings")):
        value = place.given("server_name")
        for server in configuration.targets(value, "aws_db_instance", "aws_rds_cluster"):
            database = databases(configuration).get(server)
            if database.postgres:
                yield database, f"{place.place}server_name"


def _captured(database: dict[str, Any], **more: Any) -> Example:
    task = _task(source_endpoint_arn="${aws_dms_endpoint.old.endpoint_arn}")
    source = {"engine_name": "postgres", "server_name": "${aws_db_instance.old.address}"}
    return {
        "resource": {
            "aws_dms_replication_task": {"main": task},
            _ENDPOINT: {"old": {**source, "ssl_mode": "require"}},
            "aws_db_instance": {
                "old": {"engine": "postgres", "engine_version": "16.9", **database}
            },
            **more,
        }
    }


def _logical(value: str) -> Example:
    parameter = {"name": "rds.logical_replication", "value": value}
    group = {"family": "postgres16", "parameter": [{**parameter, "apply_method": "pending-reboot"}]}
    return _captured(
        {"parameter_group_name": "${aws_db_parameter_group.old.name}"},
        aws_db_parameter_group={"old": group},
    )


@rule(
    "dms-logical-replication",
    on=(_ENDPOINT,),
    severity="error",
    source=f"{_GUIDE} CHAP_Source.PostgreSQL: rds.logical_replication",
    fix="set rds.logical_replication to 1 in its parameter group, and reboot it",
    good=_logical("1"),
    bad=_logical("0"),
)
def dms_logical_replication(endpoint: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A database whose changes are captured replicates logically.

    It is off by default and takes a reboot: the task fails at its start otherwise.
    """
    if not _capturing(configuration, endpoint):
        return
    for database, place in _servers(configuration, endpoint):
        value = databases(configuration).parameter(database, "rds.logical_replication")
        if value is None or (isinstance(value, str) and value == "0"):
            found = f"{database.resource.address}, where it is off"
            yield Finding(endpoint, place, found, "a server with rds.logical_replication = 1")


@rule(
    "dms-source-replica",
    on=(_ENDPOINT,),
    severity="warning",
    source=f"{_GUIDE} CHAP_Source.PostgreSQL: limitations, read replicas",
    fix="capture the changes of the primary",
    good=_logical("1"),
    bad=_captured({"replicate_source_db": "shop-primary-dev"}),
)
def dms_source_replica(endpoint: Resource, configuration: Configuration) -> Iterator[Finding]:
    """Changes are captured from a primary, and not from a read replica.

    DMS makes a replication slot and writes its heartbeat there, which a replica refuses.
    """
    if _capturing(configuration, endpoint):
        for database, place in _servers(configuration, endpoint):
            if isinstance(database.resource.known("replicate_source_db"), str) and database.replica:
                yield Finding(endpoint, place, database.resource.address, "the primary")


@rule(
    "dms-heartbeat",
    on=(_ENDPOINT,),
    severity="note",
    source="botocore 1.44.5 dms PostgreSQLSettings, HeartbeatEnable",
    fix="set heartbeat_enable in postgres_settings",
    good=_captured(
        {},
        aws_dms_endpoint={
            "old": _endpoint(postgres_settings=[{"heartbeat_enable": True}])["resource"][_ENDPOINT][
                "main"
            ]
        },
    ),
    bad=_captured({}),
)
def dms_heartbeat(endpoint: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A PostgreSQL whose changes are captured gets a heartbeat.

    Its slot keeps the log of the whole server while the tables of the task are idle, until the storage
    is full.
    """
    if endpoint.known("engine_name") not in ("postgres", "aurora-postgresql"):
        return
    extra = endpoint.given("extra_connection_attributes")
    if isinstance(extra, Expression) or "heartbeatenable" in str(extra).lower():
        return
    if endpoint.unknown("postgres_settings") or not _capturing(configuration, endpoint):
        return
    blocks: list[Block] = endpoint.blocks("postgres_settings")
    if all(block.known("heartbeat_enable", False) is False for block in blocks):
        yield Finding(endpoint, "postgres_settings", "no heartbeat", "heartbeat_enable set to true")
