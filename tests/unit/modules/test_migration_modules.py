"""What a migration is made of: replication, peering, weighted names, and the function that switches."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tapforge.cutover import databases, settings
from tapforge.cutover.checkpoint import Checkpoint, from_json
from tapforge.facts import dms as facts
from tapforge.lang.expression import hcl
from tapforge.lang.inputs import declared_inputs, problems
from tapforge.lang.module import Module
from tapforge.lang.resolve import ResolveError, resolve
from tapforge.modules.cutover import PINS, CutoverInputs, cutover
from tapforge.modules.cutover_dns import CutoverDnsInputs, cutover_dns
from tapforge.modules.dms import DmsInputs, dms
from tapforge.modules.dms_account import dms_account
from tapforge.modules.peering import PeeringInputs, peering
from tapforge.systems.aurora_migration import SENTINEL

ROOT = Path(__file__).parents[3]


def right(module: Module[Any, Any], **more: Any) -> dict[str, Any]:
    """Give inputs that are right: the examples of those that must be given."""
    fields = declared_inputs(module.inputs).values()
    return {field.name: field.example for field in fields if field.required} | more


def resolved(module: Module[Any, Any], **more: Any) -> dict[str, dict[str, Any]]:
    """Give the values of each resource by its address."""
    return {each.address: each.values for each in resolve(module, right(module, **more)).instances}


# --- roles of the account ---------------------------------------------------------------------------


def test_the_roles_of_the_account_are_found_and_not_made() -> None:
    """An environment that is destroyed must not take them from all others."""
    made = resolved(dms_account)
    assert [address for address in made if address.startswith("aws_iam_role.")] == []
    assert made["data.aws_iam_role.vpc[0]"]["name"] == "dms-vpc-role"
    assert made["data.aws_iam_role.logs[0]"]["name"] == "dms-cloudwatch-logs-role"


def test_the_roles_of_the_account_are_made_where_that_is_asked_for() -> None:
    """Under the names that DMS takes them by, with AWS's own policies."""
    made = resolved(dms_account, create=True)
    assert made["aws_iam_role.vpc[0]"]["name"] == "dms-vpc-role"
    assert made["aws_iam_role.logs[0]"]["name"] == "dms-cloudwatch-logs-role"
    assert "data.aws_iam_role.vpc[0]" not in made
    policies = {
        hcl(values["policy_arn"]).rpartition("service-role/")[2].rstrip('"')
        for address, values in made.items()
        if address.startswith("aws_iam_role_policy_attachment.")
    }
    assert policies == {"AmazonDMSVPCManagementRole", "AmazonDMSCloudWatchLogsRole"}


# --- DMS --------------------------------------------------------------------------------------------


def test_dms_refuses_roles_of_other_names() -> None:
    """It would not find them, whatever their ARN."""
    arn = "arn:aws:iam::123456789012:role/my-dms-role"
    with pytest.raises(ResolveError, match="DMS works with roles that are called dms-vpc-role"):
        resolved(dms, vpc_role_arn=arn)


@pytest.mark.parametrize(
    ("name", "taken"),
    [("dms.r6i.large", True), ("dms.t3.medium", False), ("db.r6i.large", False)],
    ids=["large-enough", "too-small", "of-a-database"],
)
def test_a_replication_instance_is_large_enough(name: str, taken: bool) -> None:
    """Two processors and 8 GB at least."""
    assert (problems(DmsInputs, right(dms, instance_class=name)) == []) is taken


def test_the_settings_and_mappings_of_tasks_are_those_that_dms_takes() -> None:
    """Known names and values; each table once, each rule with an id of its own."""
    made = resolved(dms, tables=["public.%", "ledger.entries"])
    for direction in ("forward", "reverse"):
        task = made[f"aws_dms_replication_task.{direction}"]
        given = json.loads(task["replication_task_settings"])
        assert list(facts.setting_problems(given)) == []
        assert given["ValidationSettings"]["EnableValidation"] is True
        assert given["Logging"]["EnableLogging"] is True
        rules = json.loads(task["table_mappings"])["rules"]
        assert [rule["rule-id"] for rule in rules] == ["1", "2", "1000"]
        assert rules[1]["object-locator"] == {"schema-name": "ledger", "table-name": "entries"}
        assert rules[2]["rule-action"] == "exclude"
        assert rules[2]["object-locator"] == {"schema-name": "%", "table-name": "awsdms_%"}


def test_what_writes_to_either_side_for_dms_is_a_replica() -> None:
    """So that triggers and foreign keys, and the guard of the cutover, are silent for it."""
    made = resolved(dms)
    targets = [
        values
        for address, values in made.items()
        if address.startswith("aws_dms_endpoint.") and values["endpoint_type"] == "target"
    ]
    assert {values["engine_name"] for values in targets} == {"aurora-postgresql", "postgres"}
    for values in targets:
        (settings,) = values["postgres_settings"]
        assert settings["after_connect_script"] == "SET session_replication_role='replica'"


def test_no_task_is_started_by_terraform() -> None:
    """The function decides when, and from which slot the way back begins."""
    made = resolved(dms)
    for direction, kind in (("forward", "full-load-and-cdc"), ("reverse", "cdc")):
        task = made[f"aws_dms_replication_task.{direction}"]
        assert (task["migration_type"], task["start_replication_task"]) == (kind, False)


def test_endpoints_have_secrets_and_tls_and_nothing_else_to_connect_by() -> None:
    """With a certificate they check who answers."""
    arn = "arn:aws:dms:us-east-1:123456789012:cert:ONPREM"
    made = resolved(dms, source_certificate_arn=arn)
    endpoints = {a: v for a, v in made.items() if a.startswith("aws_dms_endpoint.")}
    assert len(endpoints) == 4
    for values in endpoints.values():
        old = values["engine_name"] == "postgres"
        assert values["ssl_mode"] == ("verify-full" if old else "require")
        assert values.get("certificate_arn") == (arn if old else None)
        assert values["secrets_manager_arn"].endswith("old-AbCdEf" if old else "new-AbCdEf")
        assert {"username", "password", "server_name", "port"} & values.keys() == set()


def test_the_role_of_the_secrets_reads_these_two_and_their_keys() -> None:
    """Nothing else, and DMS of this region alone takes it."""
    key = "arn:aws:kms:us-east-1:123456789012:key/1"
    made = resolved(dms, secret_key_arns=[key])
    secrets, keys = made["data.aws_iam_policy_document.secrets"]["statement"]
    given = right(dms)
    assert set(secrets["resources"]) == {given["source_secret_arn"], given["target_secret_arn"]}
    assert (keys["actions"], keys["resources"]) == (["kms:Decrypt", "kms:DescribeKey"], [key])
    (trust,) = made["data.aws_iam_policy_document.secrets_trust"]["statement"]
    (principal,) = trust["principals"][0]["identifiers"]
    assert hcl(principal) == '"dms.${data.aws_region.current.region}.amazonaws.com"'
    assert len(resolved(dms)["data.aws_iam_policy_document.secrets"]["statement"]) == 1


@pytest.mark.parametrize(
    "tables", [[], ["public"], ["a.b.c"], ['public."x"']], ids=["none", "bare", "deep", "quoted"]
)
def test_a_table_is_a_schema_and_a_name(tables: list[str]) -> None:
    """Anything else selects nothing, and DMS does not say so."""
    assert problems(DmsInputs, right(dms, tables=tables)) != []


# --- peering ----------------------------------------------------------------------------------------


def test_every_route_table_of_both_sides_leads_across() -> None:
    """One that is left out is a client that finds nothing."""
    here, there = ["rtb-1", "rtb-2", "rtb-3"], ["rtb-8", "rtb-9"]
    made = resolved(peering, route_table_ids=here, peer_route_table_ids=there)
    routes = [values for address, values in made.items() if address.startswith("aws_route.")]
    assert {(each["route_table_id"], each["destination_cidr_block"]) for each in routes} == {
        *((table, "10.1.0.0/16") for table in here),
        *((table, "10.0.0.0/16") for table in there),
    }


def test_clients_may_send_and_the_database_admits_them() -> None:
    """A rule at either group, on PostgreSQL's port alone."""
    made = resolved(peering, client_security_groups={"api": "sg-1", "jobs": "sg-2"})
    for name, group in (("api", "sg-1"), ("jobs", "sg-2")):
        out = made[f'aws_vpc_security_group_egress_rule.client["{name}"]']
        into = made[f'aws_vpc_security_group_ingress_rule.database["{name}"]']
        assert (out["security_group_id"], into["referenced_security_group_id"]) == (group, group)
        assert {out["from_port"], out["to_port"], into["from_port"], into["to_port"]} == {5432}


@pytest.mark.parametrize("cidr", ["10.0.0.0/16", "10.0.128.0/20"], ids=["the-same", "inside"])
def test_blocks_of_peers_are_apart(cidr: str) -> None:
    """AWS refuses to peer VPCs that overlap."""
    (found,) = problems(PeeringInputs, right(peering, peer_vpc_cidr=cidr))
    assert "VPCs that overlap can't be peered" in str(found)


# --- names ------------------------------------------------------------------------------------------


def test_all_weight_is_on_the_old_side_and_terraform_never_looks_again() -> None:
    """Both names, from the first day; the zone is private, and all VPCs see it."""
    made = resolve(cutover_dns, right(cutover_dns))
    values = {each.address: each.values for each in made.instances}
    weights = {
        (record["name"], record["set_identifier"]): record["weighted_routing_policy"][0]["weight"]
        for address, record in values.items()
        if address.startswith("aws_route53_record.")
    }
    assert weights == {
        (f"{name}.shop-dev.internal", side): weight
        for name in ("writer", "reader")
        for side, weight in (("onprem", 100), ("aurora", 0))
    }
    records = [each for each in made.instances if each.type == "aws_route53_record"]
    assert all(each.lifecycle["ignore_changes"] == ["weighted_routing_policy"] for each in records)
    zone = values["aws_route53_zone.main"]
    assert [vpc["vpc_id"] for vpc in zone["vpc"]] == right(cutover_dns)["vpc_ids"]


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ({"ttl": 5}, True),
        ({"ttl": 30}, True),
        ({"ttl": 4}, False),
        ({"ttl": 31}, False),
        ({"old_writer": "192.168.10.4"}, False),
        ({"old_writer": "db1.example.com:5432"}, False),
        ({"old_writer": "db1"}, False),
        ({"vpc_ids": []}, False),
    ],
    ids=["short", "long", "too-short", "too-long", "address", "port", "no-domain", "public"],
)
def test_names_are_ones_that_clients_follow(given: dict[str, Any], taken: bool) -> None:
    """Within half a minute, to a host name, and nobody outside sees them."""
    assert (problems(CutoverDnsInputs, right(cutover_dns, **given)) == []) is taken


# --- the function -----------------------------------------------------------------------------------


def told(**more: Any) -> dict[str, str]:
    """Give what the function is told, texts for what only an apply decides."""
    (environment,) = resolved(cutover, **more)["aws_lambda_function.main"]["environment"]
    return {name: str(value) for name, value in environment["variables"].items()}


def test_the_function_understands_what_it_is_told() -> None:
    """Each variable is a setting, those without a default are there, and the values come back."""
    found = settings.from_environment(
        told(schemas=["public", "ledger"], reader_steps=[5, 50], prove_reverse=False)
    )
    assert found.schemas == ("public", "ledger")
    assert found.reader_steps == (5, 50)
    assert found.prove_reverse is False
    assert (found.max_lag_seconds, found.healthy_minutes) == (5.0, 10.0)
    known = settings.Settings.__dataclass_fields__
    assert {name.removeprefix(settings.PREFIX).lower() for name in told()} <= known.keys()


def test_an_invocation_is_over_before_it_counts_as_gone() -> None:
    """Else two would be at work at once."""
    made = resolved(cutover)["aws_lambda_function.main"]
    lease = settings.from_environment(told()).lease_seconds
    assert made["timeout"] < lease


def test_the_defaults_of_system_and_function_agree() -> None:
    """Whoever reads one need not read the other."""
    found, fields = settings.from_environment(told()), declared_inputs(CutoverInputs)
    of_function = {each.name: each for each in settings.Settings.__dataclass_fields__.values()}
    for name in ("schemas", "reverse_slot", "reverse_plugin", "reader_steps", "max_lag_seconds"):
        default = of_function[name].default
        assert getattr(found, name) == default
        assert fields[name].default == (list(default) if isinstance(default, tuple) else default)


def test_the_checkpoint_begins_where_a_migration_begins() -> None:
    """It is what the function itself would write, and Terraform never sets it back."""
    made = resolve(cutover, right(cutover))
    (parameter,) = [each for each in made.instances if each.type == "aws_ssm_parameter"]
    assert from_json(parameter.values["value"], "state") == Checkpoint()
    assert parameter.lifecycle["ignore_changes"] == ["value"]


def test_the_rules_match_the_events_that_the_function_takes() -> None:
    """Of both tasks and the alarms; without alarms there is no rule for them."""
    made = resolved(cutover)
    tasks = json.loads(made["aws_cloudwatch_event_rule.tasks"]["event_pattern"])
    assert tasks == {
        "source": ["aws.dms"],
        "detail-type": ["DMS Replication Task State Change"],
        "resources": [right(cutover)[f"{way}_task_arn"] for way in ("forward", "reverse")],
        "detail": {"type": ["REPLICATION_TASK"]},
    }
    assert "aws_cloudwatch_event_rule.alarms[0]" not in made
    alarm = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:lag"
    alarms = resolved(cutover, alarm_arns=[alarm])["aws_cloudwatch_event_rule.alarms[0]"]
    assert json.loads(alarms["event_pattern"])["resources"] == [alarm]
    clock = made["aws_cloudwatch_event_target.clock"]
    assert json.loads(clock["input"]) == {"command": "observe"}


@pytest.mark.parametrize(
    ("steps", "taken"),
    [
        ([10, 50, 100], True),
        ([], True),
        ([100], True),
        ([50, 10], False),
        ([10, 10], False),
        ([0, 50], False),
        ([50, 101], False),
    ],
    ids=["rising", "none", "at-once", "falling", "twice", "nothing", "more-than-all"],
)
def test_readers_move_by_rising_shares(steps: list[int], taken: bool) -> None:
    """Of 100, each once."""
    assert (problems(CutoverInputs, right(cutover, reader_steps=steps)) == []) is taken


def test_the_function_is_bundled_with_what_the_project_installs() -> None:
    """Version by version, so that what is tested is what runs."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    pinned = document["project"]["optional-dependencies"]["cutover"]
    assert {f"{name}=={version}" for name, version in PINS.items()} <= set(pinned)


def test_the_sentinel_is_replicated() -> None:
    """The drain is proven by its row on the other side."""
    assert f"{databases.SCHEMA}.{databases.SENTINEL}" == SENTINEL
