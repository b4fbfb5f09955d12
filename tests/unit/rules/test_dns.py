"""Route 53, beyond the examples of its rules."""

from typing import Any

import pytest

from tapforge.rules import run
from tapforge.rules.catalogue import dns as catalogue
from tapforge.rules.example import configuration
from tapforge.rules.rule import Rule

UNKNOWN = "${random_id.main.hex}"
RECORD = "aws_route53_record"
ZONE = {"aws_route53_zone": {"main": {"name": "Shop.internal.", "vpc": [{"vpc_id": "vpc-1"}]}}}
IN_ZONE = {"zone_id": "${aws_route53_zone.main.zone_id}"}


def found(rule: Rule, *records: dict[str, Any], **resources: Any) -> str:
    """Return what a rule finds in records r0, r1 and so on, in one text."""
    numbered = {f"r{index}": each for index, each in enumerate(records)}
    example = configuration({"resource": {**ZONE, **resources, RECORD: numbered}})
    return "\n".join(f"{each.address} {each.message}" for each in run.check(example, [rule]))


def record(type_: str = "CNAME", **arguments: Any) -> dict[str, Any]:
    """Return a simple record that is right but for the arguments."""
    body = {"zone_id": "Z1", "name": "db.shop.internal", "ttl": 30, "records": ["old.internal"]}
    return {**body, "type": type_, **arguments}


def share(weight: Any, name: str | None = "old", **arguments: Any) -> dict[str, Any]:
    """Return a weighted record."""
    blocks = [{"weight": weight}]
    return record(set_identifier=name, weighted_routing_policy=blocks, **arguments)


@pytest.mark.parametrize(
    ("rule", "one", "words"),
    [
        (catalogue.record_policy, record(), None),
        (catalogue.record_policy, record(set_identifier=""), None),
        (catalogue.record_policy, record(set_identifier="a"), "none without a routing policy"),
        (catalogue.record_policy, share(1, UNKNOWN), None),
        (catalogue.record_policy, share(1, None), "as weighted_routing_policy is given"),
        (
            catalogue.record_policy,
            record(multivalue_answer_routing_policy=True),
            "as multivalue_answer_routing_policy is given",
        ),
        (
            catalogue.record_policy,
            share(1, latency_routing_policy=[{"region": "us-east-1"}]),
            "weighted_routing_policy is a second policy",
        ),
        (catalogue.record_policy, record(failover_routing_policy=UNKNOWN), None),
        (catalogue.record_weight, share(0), None),
        (catalogue.record_weight, share(255), None),
        (catalogue.record_weight, share(-1), "expected a number from 0 to 255"),
        (catalogue.record_weight, share(UNKNOWN), None),
        (catalogue.record_value, record(ttl=0), None),
        (catalogue.record_value, record(ttl=UNKNOWN, records=UNKNOWN), None),
        (catalogue.record_value, record(records=[]), "as it is no alias"),
        (catalogue.record_value, record(records=None, ttl=None, alias=[{"name": "a"}]), None),
        (catalogue.record_value, record(records=None, alias=[{}]), "ttl is 30, expected none"),
        (catalogue.record_value, record(records=None, ttl=None, alias=UNKNOWN), None),
        (catalogue.record_cutover, share(1, ttl=60), None),
        (catalogue.record_cutover, share(1, ttl=61), "60"),
        (catalogue.record_cutover, share(1, ttl=UNKNOWN), None),
        (catalogue.record_cutover, record(ttl=3600), None),
        (catalogue.record_port, record("TXT", records=["a:5432"]), None),
        (catalogue.record_port, record("AAAA", records=["fd00::5432"]), None),
        (catalogue.record_port, record(records=["a.b.c:5432"]), "a name without a port"),
        (catalogue.record_port, record(records=["${aws_db_instance.a.endpoint}"]), "its address"),
        (catalogue.record_port, record(records=["${aws_rds_cluster.a.endpoint}"]), None),
        (catalogue.record_port, record(records=UNKNOWN), None),
    ],
)
def test_one_record(rule: Rule, one: dict[str, Any], words: str | None) -> None:
    """Policies, weights, values and ports of a record."""
    databases: dict[str, Any] = {"aws_db_instance": {"a": {}}, "aws_rds_cluster": {"a": {}}}
    text = found(rule, one, **databases)
    assert (words in text) if words else not text


@pytest.mark.parametrize(
    ("rule", "records", "wrong"),
    [
        (catalogue.records_policies, [share(1), share(2, "new")], False),
        (catalogue.records_policies, [share(1), record(name="other.shop.internal")], False),
        (catalogue.records_policies, [share(1), record("A")], False),
        (catalogue.records_policies, [share(1), record(zone_id="Z2")], False),
        (catalogue.records_policies, [share(1), record(zone_id=UNKNOWN)], False),
        (catalogue.records_policies, [share(1), record(name=UNKNOWN)], False),
        (catalogue.records_policies, [share(1), record(name="DB.shop.internal.")], True),
        (
            catalogue.records_policies,
            [share(1), record(failover_routing_policy=[{"type": "PRIMARY"}])],
            True,
        ),
        (catalogue.records_policies, [share(1), record(cidr_routing_policy=UNKNOWN)], False),
        (catalogue.duplicate_record, [share(1), share(2, "new")], False),
        (catalogue.duplicate_record, [record(), record(zone_id="Z2")], False),
        # A name may be written with and without the name of its zone.
        (catalogue.duplicate_record, [record(**IN_ZONE), record(name="db", **IN_ZONE)], True),
        (catalogue.duplicate_record, [record(**IN_ZONE), record()], False),
        # Validations of certificates: those of a name and of all below it ask for the same record.
        (
            catalogue.duplicate_record,
            [record(allow_overwrite=True), record(allow_overwrite=True)],
            False,
        ),
        (catalogue.duplicate_record, [record(), record(allow_overwrite=True)], False),
        (
            catalogue.duplicate_record,
            [record(allow_overwrite=True), record(allow_overwrite=True, records=["b.internal"])],
            True,
        ),
        (
            catalogue.duplicate_record,
            [record(allow_overwrite=True), record(allow_overwrite=True, records=UNKNOWN)],
            False,
        ),
        (catalogue.cname_alone, [record(), record("A", name="other.shop.internal")], False),
        (catalogue.cname_alone, [record(), record("TXT")], True),
        (catalogue.cname_alone, [record(), record("TXT", zone_id="Z2")], False),
        (catalogue.cname_alone, [record(name="shop.internal", **IN_ZONE)], True),
        (catalogue.cname_alone, [record(name="", zone_id="Z9")], True),
        (catalogue.cname_alone, [record("A", name="shop.internal", **IN_ZONE)], False),
        (catalogue.cname_alone, [record(name="shop.internal")], False),
        (catalogue.cname_alone, [record(records=UNKNOWN)], False),
        (catalogue.record_weights_zero, [share(0), share(1, "new")], False),
        (catalogue.record_weights_zero, [share(0), share(UNKNOWN, "new")], False),
        (catalogue.record_weights_zero, [share(0)], False),
        (
            catalogue.record_weights_zero,
            [share(0), share(0, "new", health_check_id="a")],
            False,
        ),
        (catalogue.record_weights_zero, [share(0), share(0, "new", zone_id="Z2")], False),
        (catalogue.record_ttls, [share(1), share(2, "new", ttl=UNKNOWN)], False),
        (catalogue.record_ttls, [share(1), share(2, "new", ttl=None, alias=[{}])], False),
        (catalogue.record_ttls, [share(1), record("A", ttl=300)], False),
    ],
)
def test_sets_of_records(rule: Rule, records: list[dict[str, Any]], wrong: bool) -> None:
    """Records are one set by zone, name and type, as far as those are known."""
    assert bool(found(rule, *records)) is wrong


def leads(weight: Any, reference: str, name: str = "old") -> dict[str, Any]:
    """Return a weighted record that leads to an attribute of a database."""
    return share(weight, name, records=[f"${{{reference}}}"])


CLUSTERS = {"aws_rds_cluster": {"a": {"engine": "aurora-postgresql"}, "b": {}}}
INSTANCES = {"aws_db_instance": {"a": {}, "b": {}, "replica": {"replicate_source_db": "a"}}}


@pytest.mark.parametrize(
    ("records", "wrong"),
    [
        ([leads(1, "aws_rds_cluster.a.endpoint"), leads(1, "aws_rds_cluster.b.endpoint")], True),
        ([leads(100, "aws_rds_cluster.a.endpoint"), leads(0, "aws_rds_cluster.b.endpoint")], False),
        ([leads(1, "aws_rds_cluster.a.endpoint"), leads(1, "aws_rds_cluster.a.endpoint")], False),
        (
            [
                leads(1, "aws_rds_cluster.a.reader_endpoint"),
                leads(1, "aws_rds_cluster.b.reader_endpoint"),
            ],
            False,
        ),
        ([leads(1, "aws_db_instance.a.address"), leads(1, "aws_db_instance.b.address")], True),
        ([leads(1, "aws_db_instance.a.address"), leads(1, "aws_rds_cluster.a.endpoint")], True),
        (
            [leads(1, "aws_db_instance.a.address"), leads(1, "aws_db_instance.replica.address")],
            False,
        ),
        ([leads(1, "aws_db_instance.a.address"), share(1, "new")], False),
        ([leads(1, "aws_db_instance.a.address"), share(1, "new", records=UNKNOWN)], False),
        ([leads(UNKNOWN, "aws_db_instance.a.address"), share(1, "new")], False),
    ],
)
def test_split_writers(records: list[dict[str, Any]], wrong: bool) -> None:
    """Two databases that take writes may not both have a weight above 0."""
    assert bool(found(catalogue.split_writers, *records, **CLUSTERS, **INSTANCES)) is wrong


@pytest.mark.parametrize(
    ("zone", "wrong"),
    [
        ({"name": "shop.internal"}, True),
        ({"name": "shop.local", "vpc": []}, True),
        ({"name": "shop.local", "vpc": UNKNOWN}, False),
        ({"name": "shop.example.com"}, False),
        ({"name": UNKNOWN}, False),
    ],
)
def test_private_zones(zone: dict[str, Any], wrong: bool) -> None:
    """A domain for private use is none for a public zone."""
    assert bool(found(catalogue.private_zone, aws_route53_zone={"main": zone})) is wrong
