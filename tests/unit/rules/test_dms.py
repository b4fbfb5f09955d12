"""AWS DMS, beyond the examples of its rules."""

import json
from typing import Any

import pytest

from tapforge.lang.expression import Call
from tapforge.rules import run
from tapforge.rules.catalogue import dms as catalogue
from tapforge.rules.example import configuration
from tapforge.rules.resource import Configuration, Resource, Unknown
from tapforge.rules.rule import Rule

UNKNOWN = "${random_id.main.hex}"
TASK = "aws_dms_replication_task"
ENDPOINT = "aws_dms_endpoint"
INSTANCE = "aws_dms_replication_instance"


def found(rule: Rule, resources: dict[str, Any], variables: dict[str, Any] | None = None) -> str:
    """Return what a rule finds, in one text."""
    variable = {name: {"default": value} for name, value in (variables or {}).items()}
    example = configuration({"variable": variable, "resource": resources})
    return "\n".join(f"{each.address} {each.message}" for each in run.check(example, [rule]))


def holds(text: str, words: str | None) -> bool:
    """Return whether a text has words; None stands for no text at all."""
    return (words in text) if words else not text


def endpoint(**arguments: Any) -> dict[str, Any]:
    """Return one endpoint, of PostgreSQL unless another engine is given."""
    return {ENDPOINT: {"main": {"engine_name": "postgres", **arguments}}}


def task(settings: Any = None, type_: str = TASK, **arguments: Any) -> dict[str, Any]:
    """Return one task that copies from `main` to `new`."""
    ends = {f"{s}_endpoint_arn": f"${{{ENDPOINT}.{n}.endpoint_arn}}" for s, n in SIDES.items()}
    kind = "replication_type" if type_ == "aws_dms_replication_config" else "migration_type"
    body = {kind: "full-load-and-cdc", **ends, **arguments}
    if settings is not None:
        text = settings if isinstance(settings, str) else json.dumps(settings)
        body["replication_settings" if "config" in type_ else "replication_task_settings"] = text
    return {type_: {"main": body}}


SIDES = {"source": "main", "target": "new"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dms.r6i.large", None),
        ("dms.r9x.large", None),
        ("dms.r6i.lage", 'is "dms.r6i.lage", expected a class of DMS; did you mean dms.r6i.large?'),
        ("t2", 'is "t2", expected a name such as dms.r6i.large; choose a class that DMS has'),
        (UNKNOWN, None),
        (None, None),
    ],
)
def test_classes(name: str | None, words: str | None) -> None:
    """A family that is newer than the table is not judged."""
    resources = {INSTANCE: {"main": {"replication_instance_class": name}}}
    assert holds(found(catalogue.dms_instance_class, resources), words)


@pytest.mark.parametrize(
    ("version", "wrong"),
    [
        ("3.6.1", False),
        ("4.0.0", False),
        ("3.5", False),
        ("3.5.2", True),
        ("3.4.7", True),
        ("2.4.5", True),
        (UNKNOWN, False),
        (None, False),
    ],
)
def test_versions(version: str | None, wrong: bool) -> None:
    """What is older than the table has ended, what is newer is not known."""
    resources = {INSTANCE: {"main": {"engine_version": version}}}
    assert bool(found(catalogue.dms_instance_version, resources)) is wrong


@pytest.mark.parametrize(
    ("rule", "arguments", "wrong"),
    [
        (catalogue.dms_instance_public, {}, False),
        (catalogue.dms_instance_public, {"publicly_accessible": UNKNOWN}, False),
        (catalogue.dms_instance_zone, {"multi_az": True, "availability_zone": ""}, False),
        (catalogue.dms_instance_zone, {"multi_az": True, "availability_zone": UNKNOWN}, False),
        (catalogue.dms_instance_zone, {"availability_zone": "us-east-1a"}, False),
        (
            catalogue.dms_instance_zone,
            {
                "multi_az": True,
                "availability_zone": "us-east-1a",
                "replication_instance_arn": "arn:aws:dms:us-east-1:123456789012:rep:A",
            },
            False,
        ),
    ],
)
def test_instances(rule: Rule, arguments: dict[str, Any], wrong: bool) -> None:
    """What is left out or unknown is no finding: Terraform's default is a private address."""
    assert bool(found(rule, {INSTANCE: {"main": arguments}})) is wrong


@pytest.mark.parametrize(
    ("copies", "multi_az", "destroyable", "noted"),
    [
        ("cdc", None, None, True),
        ("cdc", UNKNOWN, None, False),
        ("cdc", False, True, False),
        ("cdc", False, False, True),
        ("full-load", False, None, False),
        (UNKNOWN, False, None, False),
    ],
)
def test_standby(copies: str, multi_az: Any, destroyable: bool | None, noted: bool) -> None:
    """A load alone, and what may go, need no standby."""
    arn = f"${{{INSTANCE}.main.replication_instance_arn}}"
    resources = {
        INSTANCE: {"main": {"multi_az": multi_az}},
        TASK: {"main": {"migration_type": copies, "replication_instance_arn": arn}},
    }
    text = found(catalogue.dms_instance_standby, resources, {"destroyable": destroyable})
    assert bool(text) is noted


@pytest.mark.parametrize(
    ("rule", "arguments", "words"),
    [
        (catalogue.dms_endpoint_engine, {"endpoint_type": "both"}, "expected source or target"),
        (
            catalogue.dms_endpoint_engine,
            {"engine_name": "postgresql"},
            "expected an engine of DMS; did",
        ),
        (catalogue.dms_endpoint_engine, {"engine_name": "zzz"}, "a name such as aurora-postgresql"),
        (
            catalogue.dms_endpoint_engine,
            {"engine_name": "redshift", "endpoint_type": "source"},
            "an engine that can be a source",
        ),
        (catalogue.dms_endpoint_engine, {"engine_name": UNKNOWN}, None),
        (catalogue.dms_endpoint_engine, {"endpoint_type": UNKNOWN}, None),
        (catalogue.dms_endpoint_tls, {}, "expected require, verify-ca or verify-full"),
        (catalogue.dms_endpoint_tls, {"ssl_mode": "none"}, 'is "none"'),
        (catalogue.dms_endpoint_tls, {"ssl_mode": "tls"}, "expected none, require"),
        (catalogue.dms_endpoint_tls, {"ssl_mode": "require"}, None),
        (catalogue.dms_endpoint_tls, {"ssl_mode": UNKNOWN}, None),
        (catalogue.dms_endpoint_tls, {"engine_name": "s3"}, None),
        (catalogue.dms_endpoint_tls, {"engine_name": "zzz"}, None),
        (catalogue.dms_endpoint_certificate, {"ssl_mode": "verify-ca"}, "with verify-ca"),
        (
            catalogue.dms_endpoint_certificate,
            {"ssl_mode": "verify-full", "certificate_arn": UNKNOWN},
            None,
        ),
        (catalogue.dms_endpoint_credentials, {"secrets_manager_arn": "a"}, "role_arn is not set"),
        (catalogue.dms_endpoint_credentials, {"username": "a", "password": "b"}, None),
        (
            catalogue.dms_endpoint_credentials,
            {"secrets_manager_arn": "a", "secrets_manager_access_role_arn": "b", "port": 5432},
            "port is 5432, expected none beside secrets_manager_arn",
        ),
        (
            catalogue.dms_endpoint_credentials,
            # The provider writes these for what was left out.
            {
                "secrets_manager_arn": "a",
                "secrets_manager_access_role_arn": "b",
                "port": 0,
                "username": "",
            },
            None,
        ),
        (
            catalogue.dms_endpoint_credentials,
            {
                "secrets_manager_arn": UNKNOWN,
                "secrets_manager_access_role_arn": UNKNOWN,
                "port": 5432,
            },
            None,
        ),
        (catalogue.dms_endpoint_password, {"password": "", "username": "a"}, None),
        (
            catalogue.dms_endpoint_password,
            {"postgres_settings": [{"password": UNKNOWN}]},
            "postgres_settings[0].password is set",
        ),
        (catalogue.dms_extra_attributes, {"extra_connection_attributes": ""}, None),
        (catalogue.dms_extra_attributes, {"extra_connection_attributes": UNKNOWN}, None),
        (catalogue.dms_extra_attributes, {"extra_connection_attributes": "a=1;b=x y=z;"}, None),
        (catalogue.dms_extra_attributes, {"extra_connection_attributes": "a=1,b"}, None),
        (catalogue.dms_extra_attributes, {"extra_connection_attributes": "a"}, "name=value"),
        (catalogue.dms_extra_attributes, {"extra_connection_attributes": "a=1;A=2"}, "A once"),
    ],
)
def test_endpoints(rule: Rule, arguments: dict[str, Any], words: str | None) -> None:
    """Engines, TLS, credentials and extra attributes of one endpoint."""
    assert holds(found(rule, endpoint(**arguments)), words)


@pytest.mark.parametrize(
    ("principal", "wrong"),
    [
        ({"Service": "dms.eu-west-1.amazonaws.com"}, False),
        ({"Service": "dms.amazonaws.com"}, True),
        ({"Service": "dms.amazonaws.com.cn"}, True),
        ({"Service": ["dms.amazonaws.com", "dms.us-east-1.amazonaws.com"]}, False),
        ({"AWS": "arn:aws:iam::123456789012:root"}, True),
    ],
)
def test_role_of_a_secret(principal: dict[str, Any], wrong: bool) -> None:
    """Some statement trusts the principal that has the region in its name."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    role = {"assume_role_policy": json.dumps({"Statement": statement})}
    resources = {
        **endpoint(secrets_manager_access_role_arn="${aws_iam_role.main.arn}"),
        "aws_iam_role": {"main": role},
    }
    assert bool(found(catalogue.dms_secret_role, resources)) is wrong


def test_unknown_trust_of_a_role_is_not_judged() -> None:
    """A policy that can't be read may trust anybody."""
    resources = {
        **endpoint(secrets_manager_access_role_arn="${aws_iam_role.main.arn}"),
        "aws_iam_role": {"main": {"assume_role_policy": UNKNOWN}},
    }
    assert not found(catalogue.dms_secret_role, resources)


LIMITED = {"SupportLobs": True, "LimitedSizeLobMode": True, "LobMaxSize": 64}
FULL = {"FullLobMode": True, "LimitedSizeLobMode": False, "LobChunkSize": 64}


@pytest.mark.parametrize("type_", [TASK, "aws_dms_replication_config"])
@pytest.mark.parametrize(
    ("rule", "settings", "words"),
    [
        (catalogue.dms_task_settings, "{", "no JSON: "),
        (catalogue.dms_task_settings, "[]", "no object, expected a JSON object"),
        (catalogue.dms_task_settings, "", None),
        (catalogue.dms_task_settings, "[" * 100_000, "no JSON: "),
        (catalogue.dms_task_settings, {"TargetMetaData": {}}, "expected TargetMetadata"),
        (catalogue.dms_task_settings, {"BrandNewThings": {"A": 1}}, None),
        (catalogue.dms_task_settings, {"TargetMetadata": {"LobMaxSiz": 1}}, "expected LobMaxSize"),
        (catalogue.dms_task_settings, {"TargetMetadata": {"QuiteNew": 1}}, None),
        (catalogue.dms_task_settings, {"TargetMetadata": None, "TTSettings": {"A": 1}}, None),
        (catalogue.dms_task_settings, {"FullLoadSettings": {"CommitRate": 0}}, "at least 1"),
        (catalogue.dms_task_settings, {"FullLoadSettings": {"CommitRate": 50001}}, "at most 50000"),
        (catalogue.dms_task_settings, {"FullLoadSettings": {"CommitRate": "10000"}}, None),
        (
            catalogue.dms_task_settings,
            {"ErrorBehavior": {"TableErrorPolicy": "LOG_ERROR"}},
            'is "LOG_ERROR", expected SUSPEND_TABLE or STOP_TASK',
        ),
        (
            catalogue.dms_task_settings,
            {"Logging": {"CloudWatchLogGroup": "dms-tasks-a"}},
            "expected nothing: DMS sets it itself",
        ),
        (catalogue.dms_lob_mode, {"TargetMetadata": LIMITED}, None),
        (catalogue.dms_lob_mode, {"TargetMetadata": FULL}, None),
        (catalogue.dms_lob_mode, {"TargetMetadata": {"BatchApplyEnabled": True}}, None),
        (catalogue.dms_lob_mode, {"TargetMetadata": LIMITED | {"SupportLobs": False}}, None),
        (catalogue.dms_lob_mode, {"TargetMetadata": LIMITED | {"FullLobMode": True}}, "both of"),
        (
            catalogue.dms_lob_mode,
            {"TargetMetadata": FULL | {"FullLobMode": False}},
            "neither of",
        ),
        (
            catalogue.dms_lob_mode,
            {"TargetMetadata": LIMITED | {"LobMaxSize": 0}},
            "LobMaxSize is 0",
        ),
        (catalogue.dms_lob_mode, {"TargetMetadata": FULL | {"LobChunkSize": 0}}, "LobChunkSize is"),
        (
            catalogue.dms_lob_mode,
            {"TargetMetadata": FULL | {"BatchApplyEnabled": True}},
            "expected false with FullLobMode",
        ),
        (catalogue.dms_lob_mode, {"TargetMetadata": 1}, None),
        (catalogue.dms_task_log, {}, "EnableLogging is off"),
        (catalogue.dms_task_log, None, "EnableLogging is off"),
        (catalogue.dms_task_log, UNKNOWN, None),
        (catalogue.dms_task_log, "no JSON", None),
        (catalogue.dms_task_log, {"Logging": {"EnableLogging": True}}, None),
    ],
)
def test_settings(type_: str, rule: Rule, settings: Any, words: str | None) -> None:
    """Settings are read alike for tasks and for serverless replications."""
    assert holds(found(rule, task(settings, type_)), words)


@pytest.mark.parametrize(
    ("settings", "source", "warned"),
    [
        (None, {}, True),
        ({"TargetMetadata": LIMITED}, {"postgres_settings": [{}]}, True),
        ({"TargetMetadata": FULL}, {}, False),
        ({"TargetMetadata": {"SupportLobs": False}}, {}, False),
        (UNKNOWN, {}, False),
        (None, {"postgres_settings": [{"fail_tasks_on_lob_truncation": UNKNOWN}]}, False),
        (None, {"postgres_settings": UNKNOWN}, False),
        (None, {"extra_connection_attributes": "failTasksOnLobTruncation=true"}, False),
        (None, {"extra_connection_attributes": UNKNOWN}, False),
        (None, {"extra_connection_attributes": "heartbeatEnable=true"}, True),
        (None, {"engine_name": "oracle"}, False),
    ],
)
def test_cut_objects(settings: Any, source: dict[str, Any], warned: bool) -> None:
    """PostgreSQL as a source says itself that nothing may be cut."""
    resources = {**task(settings), **endpoint(**source)}
    assert bool(found(catalogue.dms_lob_truncation, resources)) is warned


@pytest.mark.parametrize(
    ("settings", "target", "warned"),
    [
        (None, "aurora-postgresql", True),
        ({"ValidationSettings": {"EnableValidation": True}}, "aurora-postgresql", False),
        (UNKNOWN, "aurora-postgresql", False),
        (None, "kinesis", False),
        (None, UNKNOWN, False),
    ],
)
def test_validation(settings: Any, target: str, warned: bool) -> None:
    """Rows are compared where both sides are databases."""
    ends = {"main": {"engine_name": "postgres"}, "new": {"engine_name": target}}
    resources = {**task(settings), ENDPOINT: ends}
    assert bool(found(catalogue.dms_validation, resources)) is warned


@pytest.mark.parametrize(
    ("rule", "arguments", "words"),
    [
        (catalogue.dms_migration_type, {"migration_type": UNKNOWN}, None),
        (catalogue.dms_full_load_only, {"migration_type": "cdc"}, None),
        (catalogue.dms_start_position, {"migration_type": "cdc", "cdc_start_time": "now"}, None),
        (
            catalogue.dms_start_position,
            {"migration_type": "full-load", "cdc_start_time": "2026-03-08T12:12:12"},
            "expected none with full-load",
        ),
    ],
)
def test_what_is_copied(rule: Rule, arguments: dict[str, Any], words: str | None) -> None:
    """Types of migration, and where a capture starts."""
    assert holds(found(rule, task(**arguments)), words)


def selection(**changes: Any) -> dict[str, Any]:
    """Return a selection rule that is right but for the changes."""
    return {
        "rule-type": "selection",
        "rule-id": "1",
        "rule-name": "one",
        "object-locator": {"schema-name": "public", "table-name": "%"},
        "rule-action": "include",
    } | {name.replace("_", "-"): value for name, value in changes.items()}


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([selection()], None),
        ([selection(), selection(rule_id=2, rule_name="two")], None),
        ([selection(), selection(rule_name="two")], '"1" twice'),
        ([selection(), selection(rule_id="2")], '"one" twice'),
        ([], "rules is none, expected a rule of the type selection"),
        ([selection(rule_type="transformation")], "no selection"),
        ([selection(rule_type="select")], "expected one of selection"),
        ([selection(rule_action="keep")], "expected one of include, exclude, explicit"),
        ([selection(object_locator={"schema-name": "public"})], "table-name is not set"),
        (
            [selection(rule_action="explicit")],
            "expected a whole name with the action explicit",
        ),
        ([selection(rule_action="explicit", object_locator="all")], None),
        ("all", None),
        (["all"], "no selection"),
    ],
)
def test_table_mappings(rules: Any, words: str | None) -> None:
    """Ids and names once, a selection, and tables that it names."""
    resources = task(table_mappings=json.dumps({"rules": rules}))
    assert holds(found(catalogue.dms_table_mappings, resources), words)


@pytest.mark.parametrize(
    ("value", "wrong"), [(None, False), ("", False), (UNKNOWN, False), ("{", True), ("{}", True)]
)
def test_no_table_mappings(value: str | None, wrong: bool) -> None:
    """Mappings that are left out are the provider's to ask for."""
    assert bool(found(catalogue.dms_table_mappings, task(table_mappings=value))) is wrong


def test_settings_with_unknown_parts() -> None:
    """A document of jsonencode() is read as far as it is known."""
    locator = {"schema-name": Unknown(), "table-name": "%"}
    rules = [selection(rule_id=Unknown(), object_locator=locator), Unknown()]
    values = {
        "migration_type": "cdc",
        "replication_task_settings": jsonencode(
            {"Logging": {"EnableLogging": Unknown()}, "FullLoadSettings": {"CommitRate": 0}}
        ),
        "table_mappings": jsonencode({"rules": rules}),
    }
    resource = Resource(values, address=f"{TASK}.main", type=TASK, name="main")
    rules_ = [
        catalogue.dms_task_log,
        catalogue.dms_table_mappings,
        catalogue.dms_validation,
        catalogue.dms_task_settings,
    ]
    (violation,) = run.check(Configuration((resource,)), rules_)
    assert violation.finding.attribute == "replication_task_settings.FullLoadSettings.CommitRate"


def jsonencode(value: Any) -> Any:
    """Return the call that resolving leaves where a part is not known."""
    return Call("jsonencode", (value,))


def captured(server: dict[str, Any], copies: str = "cdc", **source: Any) -> dict[str, Any]:
    """Return a task that copies from an RDS instance."""
    settings = {"server_name": "${aws_db_instance.main.address}", **source}
    return {
        **task(migration_type=copies),
        **endpoint(**settings),
        "aws_db_instance": {"main": {"engine": "postgres", "engine_version": "16.9", **server}},
    }


@pytest.mark.parametrize(
    ("resources", "wrong"),
    [
        (captured({}), True),
        (captured({}, copies="full-load"), False),
        (captured({"engine": "mysql"}), False),
        (captured({"parameter_group_name": "made-elsewhere"}), False),
        (captured({"parameter_group_name": UNKNOWN}), False),
        (captured({}, server_name="db.shop.internal"), False),
    ],
)
def test_logical_replication(resources: dict[str, Any], wrong: bool) -> None:
    """Off by default; a group of somebody else's may have it on."""
    assert bool(found(catalogue.dms_logical_replication, resources)) is wrong


@pytest.mark.parametrize(
    ("resources", "wrong"),
    [
        (captured({"replicate_source_db": "shop-primary"}), True),
        (captured({"replicate_source_db": UNKNOWN}), False),
        (captured({"replicate_source_db": ""}), False),
        (captured({"replicate_source_db": "shop-primary"}, copies="full-load"), False),
    ],
)
def test_replicas_as_sources(resources: dict[str, Any], wrong: bool) -> None:
    """A load alone may be taken from a replica."""
    assert bool(found(catalogue.dms_source_replica, resources)) is wrong


@pytest.mark.parametrize(
    ("source", "noted"),
    [
        ({}, True),
        ({"postgres_settings": [{"heartbeat_enable": False}]}, True),
        ({"postgres_settings": [{"heartbeat_enable": UNKNOWN}]}, False),
        ({"postgres_settings": UNKNOWN}, False),
        ({"extra_connection_attributes": "heartbeatEnable=Y"}, False),
        ({"extra_connection_attributes": UNKNOWN}, False),
        ({"engine_name": "oracle"}, False),
    ],
)
def test_heartbeat(source: dict[str, Any], noted: bool) -> None:
    """It is set in the settings or among the extra attributes."""
    assert bool(found(catalogue.dms_heartbeat, captured({}, **source))) is noted
