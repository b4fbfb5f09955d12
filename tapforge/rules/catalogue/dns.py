"""Route 53: records that answer as they are meant to, and zones that only those see who should."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import attrs

from tapforge.facts import dns, limits
from tapforge.lang.expression import Expression
from tapforge.rules.databases import attribute, databases, limit, present
from tapforge.rules.resource import Configuration, Finding, Resource
from tapforge.rules.rule import Example, rule

_RECORD = "aws_route53_record"
_ZONES = ("aws_route53_zone", "data.aws_route53_zone")
_WEIGHTED = "weighted_routing_policy"
_POLICIES = (
    *("cidr_routing_policy", "failover_routing_policy", "geolocation_routing_policy"),
    *("geoproximity_routing_policy", "latency_routing_policy", _WEIGHTED),
)
_MULTIVALUE = "multivalue_answer_routing_policy"
_API = "botocore 1.44.5 route53 ResourceRecordSet"


# --- what records are one set -------------------------------------------------------------------------


@attrs.frozen(eq=False)
class _Set:
    """The records of one name and type in one zone.

    Attributes:
        records: The records.
        apex: Whether their name is the zone's own; None where that is not known.
    """

    records: list[Resource]
    apex: bool | None


_Key = tuple[str, str, str]


def _sets(configuration: Configuration) -> dict[_Key, _Set]:
    """Give the records whose zone, name and type are known, by those."""
    found: dict[_Key, _Set] = {}
    for record in configuration.of(_RECORD):
        zone, domain = _zone(configuration, record)
        name, type_ = record.known("name"), record.known("type")
        if zone and isinstance(name, str) and isinstance(type_, str):
            # The provider puts the zone's name behind a name that lacks it.
            name = name.lower().rstrip(".")
            relative = name.removesuffix(domain).rstrip(".") if domain else name
            apex = relative == "" if domain or not name else None
            key = (zone, relative, type_)
            found.setdefault(key, _Set([], apex)).records.append(record)
    return found


def _zone(configuration: Configuration, record: Resource) -> tuple[str, str]:
    """Give what a record's zone is known by, and its name; "" where that is not known."""
    value = record.given("zone_id")
    zones = configuration.targets(value, *_ZONES)
    if len(zones) == 1:
        name = zones[0].known("name")
        return zones[0].address, name.lower().rstrip(".") if isinstance(name, str) else ""
    return (value if isinstance(value, str) else ""), ""


def _policies(record: Resource) -> set[str] | None:
    """Give the routing policies of a record; None where they are not known."""
    if any(record.unknown(each) for each in (*_POLICIES, _MULTIVALUE)):
        return None
    found = {each for each in _POLICIES if record.blocks(each)}
    return found | {_MULTIVALUE} if record.known(_MULTIVALUE) else found


def _weight(record: Resource) -> Any:
    return next((block.given("weight") for block in record.blocks(_WEIGHTED)), None)


def _weighted(configuration: Configuration) -> Iterator[list[Resource]]:
    """Give the sets of which every record has a weight."""
    for each in configuration.once(_sets).values():
        if all(record.blocks(_WEIGHTED) for record in each.records):
            yield each.records


def _record(type_: str = "CNAME", **arguments: Any) -> dict[str, Any]:
    body = {"zone_id": "Z123", "name": "db.shop.internal", "type": type_, "ttl": 30}
    return {**body, "records": ["old.shop.internal"], **arguments}


def _share(weight: int, name: str = "old", **arguments: Any) -> dict[str, Any]:
    return _record(set_identifier=name, weighted_routing_policy=[{"weight": weight}], **arguments)


def _records(**records: dict[str, Any]) -> Example:
    return {"resource": {_RECORD: records}}


# --- one record ---------------------------------------------------------------------------------------


@rule(
    "record-policy",
    on=(_RECORD,),
    severity="error",
    source=f"{_API}.SetIdentifier",
    fix="give each record of the set one routing policy and a set_identifier of its own",
    good=_records(main=_share(100)),
    bad=_records(main={**_share(100), "set_identifier": None}),
)
def record_policy(record: Resource) -> Iterator[Finding]:
    """A record has at most one routing policy, and a set identifier if it has one.

    Route 53 refuses any other combination.
    """
    policies = _policies(record)
    if policies is None:
        return
    if len(policies) > 1:
        yield Finding(record, sorted(policies)[1], "a second policy", "one routing policy")
    if policies and not present(record, "set_identifier"):
        yield record.finding("set_identifier", None, f"a text, as {min(policies)} is given")
    if not policies and record.known("set_identifier"):
        found = record.given("set_identifier")
        yield record.finding("set_identifier", found, "none without a routing policy")


@rule(
    "record-weight",
    on=(_RECORD,),
    severity="error",
    source=limits.get("route53_weight").source,
    fix="choose weights that stand to each other as the shares should",
    good=_records(main=_share(255)),
    bad=_records(main=_share(256)),
)
def record_weight(record: Resource) -> Iterator[Finding]:
    """The weight of a record is a whole number from 0 to 255.

    It is no percentage: what counts is its share in the sum.
    """
    for block in record.blocks(_WEIGHTED):
        yield from limit(record, block, "weight", "route53_weight")


@rule(
    "record-value",
    on=(_RECORD,),
    severity="error",
    source=f"{_API}.ResourceRecords, TTL and AliasTarget",
    fix="give records and ttl, or an alias and neither of them",
    good=_records(main=_record()),
    bad=_records(main={**_record(), "ttl": None}),
)
def record_value(record: Resource) -> Iterator[Finding]:
    """A record has values and a time to live, or is an alias.

    An alias takes the time to live of what it stands for.
    """
    if record.unknown("alias"):
        return
    alias = bool(record.blocks("alias"))
    for argument in ("records", "ttl"):
        if alias and record.known(argument) not in (None, [], (), 0):
            yield record.finding(argument, record.given(argument), "none beside an alias")
        # A time to live of 0 is one.
        if not alias and record.left_out(argument):
            expected = "a value, as it is no alias"
            yield record.finding(argument, record.given(argument), expected)


_PORT = re.compile(r"[^:]+:\d{2,5}\.?")


@rule(
    "record-port",
    on=(_RECORD,),
    severity="error",
    source="provider documentation of aws_db_instance: endpoint is address:port",
    fix="take the attribute address, which has no port",
    good=_records(main=_record(records=["${aws_db_instance.main.address}"])),
    bad=_records(main=_record(records=["shop.abc.us-east-1.rds.amazonaws.com:5432"])),
)
def record_port(record: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A CNAME leads to a name without a port.

    The endpoint of an RDS instance has one, that of an Aurora cluster has none. Nobody can connect to
    what is behind it.
    """
    values = record.known("records")
    if record.known("type") != "CNAME" or not isinstance(values, (list, tuple)):
        return
    for index, value in enumerate(values):
        place = f"records[{index}]"
        if isinstance(value, str) and _PORT.fullmatch(value):
            yield record.finding(place, value, "a name without a port")
        elif attribute(value) == "endpoint":
            for each in configuration.targets(value, "aws_db_instance"):
                yield Finding(record, place, f"{each.address}.endpoint", "its address")


# --- sets of records ----------------------------------------------------------------------------------


@rule(
    "records-policies",
    severity="error",
    source=f"{_API}.Weight: no records of other policies with the same name and type",
    fix="give all records of the name and type the same routing policy",
    good=_records(old=_share(100), new=_share(0, "new")),
    bad=_records(old=_share(100), new=_record()),
)
def records_policies(configuration: Configuration) -> Iterator[Finding]:
    """All records of a name and type have the same routing policy.

    Route 53 refuses others beside them, and a simple record can't become a weighted one in place: what
    shall be switched by weights has them from the first day.
    """
    for each in configuration.once(_sets).values():
        first, *others = each.records
        policies = _policies(first)
        for record in others:
            own = _policies(record)
            if policies is not None and own is not None and own != policies:
                found = f"{_words(own)} beside {first.address}, {_words(policies)}"
                yield Finding(record, "", found, "one routing policy for both")


def _words(policies: set[str]) -> str:
    return " and ".join(sorted(policies)) or "a simple record"


@rule(
    "duplicate-record",
    severity="error",
    source="botocore 1.44.5 route53 ChangeResourceRecordSets: a record that exists can't be created",
    fix="put all values into one record, or give both a routing policy and a set_identifier",
    good=_records(a=_record("A", records=["10.0.0.1", "10.0.0.2"])),
    bad=_records(a=_record("A", records=["10.0.0.1"]), b=_record("A", records=["10.0.0.2"])),
)
def duplicate_record(configuration: Configuration) -> Iterator[Finding]:
    """A name and type has one simple record in a zone.

    The second is refused, or silently replaces the first. Two that may overwrite each other and are
    the same do no harm: validations of certificates are asked for so.
    """
    for each in configuration.once(_sets).values():
        simple = [record for record in each.records if _policies(record) == set()]
        for record in simple[1:]:
            if _overwrites(simple[0], record) and _alike(simple[0], record):
                continue
            expected = f"another name or type: {simple[0].address} has the same"
            yield record.finding("name", record.given("name"), expected)


def _overwrites(*records: Resource) -> bool:
    return any(each.known("allow_overwrite") is True for each in records)


def _alike(one: Resource, other: Resource) -> bool:
    """Tell whether two records have, or may have, the same values."""
    values = [each.known("records") for each in (one, other)]
    plain = [each for each in values if isinstance(each, (list, tuple, set))]
    known = [set(each) for each in plain if all(isinstance(value, str) for value in each)]
    return len(known) < len(values) or known[0] == known[1]


@rule(
    "cname-alone",
    severity="error",
    source="RFC 1034 section 3.6.2 and RFC 1912 section 2.4; botocore 1.44.5 route53 ResourceRecord",
    fix="use an alias or another name, with one value",
    good=_records(main=_record(records=["old.shop.internal"])),
    bad=_records(main=_record(records=["old.shop.internal", "new.shop.internal"])),
)
def cname_alone(configuration: Configuration) -> Iterator[Finding]:
    """A CNAME has one value, stands alone at its name, and not at the name of the zone.

    The zone's own name has its SOA and NS records already.
    """
    sets = configuration.once(_sets)
    others = {key[:2]: each.records[0] for key, each in sets.items() if key[2] != "CNAME"}
    for (zone, name, type_), each in sets.items():
        if type_ != "CNAME":
            continue
        for record in each.records:
            values = record.known("records")
            if isinstance(values, (list, tuple, set)) and len(values) > 1:
                yield Finding(record, "records", f"{len(values)} values", "one value")
        first = each.records[0]
        if each.apex:
            yield first.finding("name", first.given("name"), "a name below the zone's own")
        elif (zone, name) in others:
            expected = f"a name of its own: {others[zone, name].address} has the same"
            yield first.finding("name", first.given("name"), expected)


@rule(
    "record-weights-zero",
    severity="error",
    source=f"{_API}.Weight: all 0 routes to all with equal probability",
    fix="give the side that shall answer a weight above 0",
    good=_records(old=_share(100), new=_share(0, "new")),
    bad=_records(old=_share(0), new=_share(0, "new")),
)
def record_weights_zero(configuration: Configuration) -> Iterator[Finding]:
    """Not all weights of a name are 0.

    Then Route 53 answers with all of them alike: half of the writes go to the database that shall have
    none.
    """
    for records in _weighted(configuration):
        zero = all(_same(_weight(record), 0) for record in records)
        # Health checks change what a weight of 0 means.
        if zero and len(records) > 1 and not any(present(r, "health_check_id") for r in records):
            first = records[0]
            expected = "one of them above 0"
            place = f"{_WEIGHTED}[0].weight"
            yield Finding(first, place, f"0, as for all {len(records)} records", expected)


def _same(value: Any, number: int) -> bool:
    return isinstance(value, (int, float)) and value == number


@rule(
    "record-ttls",
    severity="error",
    source=f"{_API}.TTL: all of a weighted group must have the same",
    fix="give all records of the name the same ttl",
    good=_records(old=_share(100), new=_share(0, "new")),
    bad=_records(old=_share(100), new=_share(0, "new", ttl=60)),
)
def record_ttls(configuration: Configuration) -> Iterator[Finding]:
    """All weighted records of a name have the same time to live.

    Route 53 takes one for all of them, and every plan shows a difference for the others.
    """
    for records in _weighted(configuration):
        known = [(r, r.known("ttl")) for r in records if r.known("ttl") is not None]
        for record, ttl in known[1:]:
            first, wanted = known[0]
            if ttl != wanted:
                yield record.finding("ttl", ttl, f"{wanted}, as of {first.address}")


@rule(
    "record-cutover",
    on=(_RECORD,),
    severity="warning",
    source=limits.get("route53_cutover_ttl").source,
    fix="set ttl to 60 or less, well before the weights are changed",
    good=_records(main=_share(100, ttl=30)),
    bad=_records(main=_share(100, ttl=300)),
)
def record_cutover(record: Resource) -> Iterator[Finding]:
    """A weighted record lives no longer than a minute in caches.

    Clients follow a change of the weights only when their answer has expired, also the change back.
    """
    if record.blocks(_WEIGHTED):
        yield from limit(record, record, "ttl", "route53_cutover_ttl")


_OLD_NEW: dict[str, Any] = {
    "aws_rds_cluster": {
        "old": {"engine": "aurora-postgresql"},
        "new": {"engine": "aurora-postgresql"},
    }
}


def _split(endpoint: str) -> Example:
    old, new = (f"${{aws_rds_cluster.{name}.{endpoint}}}" for name in ("old", "new"))
    records = {"old": _share(90, records=[old]), "new": _share(10, "new", records=[new])}
    return {"resource": {**_OLD_NEW, _RECORD: records}}


@rule(
    "split-writers",
    severity="error",
    source=f"{_API}.Weight; weights are drawn for each query, not for each client",
    fix="weight readers alone, and switch the name of the writer as a whole: 100 and 0, then 0 and 100",
    good=_split("reader_endpoint"),
    bad=_split("endpoint"),
)
def split_writers(configuration: Configuration) -> Iterator[Finding]:
    """A name that weights divide leads to no more than one database that takes writes.

    Under one-way replication what is written on the other side is lost, or conflicts.
    """
    for records in _weighted(configuration):
        answering = [r for r in records if isinstance(w := _weight(r), (int, float)) and w > 0]
        writers = [(r, w) for r in answering for w in _writers(configuration, r)]
        for record, writer in writers[1:]:
            if writer is not writers[0][1]:
                found = f"{writer.address}, beside {writers[0][1].address} with a weight above 0"
                yield Finding(record, "records", found, "one database that takes writes")


def _writers(configuration: Configuration, record: Resource) -> Iterator[Resource]:
    """Give the databases whose address for writes a record leads to."""
    values = record.known("records")
    for value in values if isinstance(values, (list, tuple)) else ():
        # A plan does not tell the attribute, and so not the reader from the writer.
        kind = {"endpoint": ("aws_rds_cluster",), "address": ("aws_db_instance",)}
        for each in configuration.targets(value, *kind.get(attribute(value), ())):
            if not databases(configuration).get(each).replica:
                yield each


# --- zones --------------------------------------------------------------------------------------------


@rule(
    "private-zone",
    on=("aws_route53_zone",),
    severity="warning",
    source=f"docs.aws.amazon.com Route 53: private hosted zones; {dns.source()}",
    fix="add a vpc block, which makes the zone private",
    good={"resource": {"aws_route53_zone": {"main": {"name": "shop.internal", "vpc": [{}]}}}},
    bad={"resource": {"aws_route53_zone": {"main": {"name": "shop.internal"}}}},
)
def private_zone(zone: Resource) -> Iterator[Finding]:
    """A zone of a domain for private use belongs to a VPC.

    Without one it is public: no server leads to it, and all its records are open to whoever asks the
    zone's own name servers.
    """
    name = zone.known("name")
    if not isinstance(name, str) or isinstance(zone.given("vpc"), Expression):
        return
    domain = dns.private_domain(name)
    if domain and zone.left_out("vpc"):
        yield Finding(zone, "vpc", "not set", f"a VPC, as .{domain} is for private use")
