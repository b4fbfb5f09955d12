"""What an apply gives to computed attributes: values that could be AWS's own.

One table of attribute names says what they look like; what the table does not know follows from
the type. The same type and configuration always give the same values.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import attrs

from tapforge.local.schema_provider.objects import UNKNOWN, Object, Schema, is_dynamic, is_unknown
from tapforge.local.schema_provider.policy_document import render

ACCOUNT_ID = "123456789012"
"""The account that AWS's documentation uses in its examples."""

DEFAULT_REGION = "us-east-1"
"""The region of a provider that is configured without one."""


def known(value: Any) -> Any:
    """Give a value without the type it carries; None if it is not known yet."""
    if is_dynamic(value):
        value = value[1]
    return None if is_unknown(value) else value


@attrs.frozen
class Settings:
    """What a provider was configured with, as far as values depend on it.

    Attributes:
        region: AWS's region.
        default_tags: Tags of every resource.
    """

    region: str = DEFAULT_REGION
    default_tags: Mapping[str, str] = attrs.field(factory=dict)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Settings:
        """Read the provider's configuration; what is not known yet counts as not given."""
        region, blocks = known(config.get("region")), known(config.get("default_tags"))
        tags: dict[str, str] = {}
        for block in blocks if isinstance(blocks, list) else ():
            tags |= known(block.get("tags")) or {}
        return cls(region if region and isinstance(region, str) else DEFAULT_REGION, tags)


_DERIVED = {"tags_all": "tags"}  # the one computed attribute that every resource of AWS derives


def outdated(block: Schema, prior: Object | None, proposed: Object) -> Object:
    """Forget values that were derived from another attribute that changes now."""
    attributes = block.get("attributes", {})
    forgotten = {
        name: UNKNOWN
        for name, base in _DERIVED.items()
        if prior and name in attributes and proposed.get(base) != prior.get(base)
    }
    return {**proposed, **forgotten}


@attrs.frozen
class Subject:
    """The object whose computed values are made.

    Attributes:
        kind: Whether it is a resource, a data source or an ephemeral resource.
        type_name: Its type, such as `aws_rds_cluster`.
        config: What is configured or planned for it.
        settings: Those of its provider.
        ordinal: Tells objects with the same configuration apart.
    """

    kind: Literal["resource", "data", "ephemeral"]
    type_name: str
    config: Mapping[str, Any]
    settings: Settings
    ordinal: int = 0

    def fill(self, name: str, attribute: Schema, siblings: Mapping[str, Any]) -> Any:
        """Make the value of an attribute of this object, or of `siblings` inside it."""
        place = _Place(self, name, siblings)
        nested = attribute.get("nested_type")
        if attribute.get("optional") and not place.makers():
            # What one may give and did not is mostly empty.
            empty = _EMPTY.get(nested["nesting_mode"] if nested else attribute["type"][0])
            if empty is not None:
                return empty
        return _nested(place, nested) if nested else _of_type(place, attribute["type"])


@attrs.frozen
class _Place:
    """Where a value is made: the attribute `name` of `siblings`, a part of `subject`."""

    subject: Subject
    name: str
    siblings: Mapping[str, Any]
    index: int = 0

    @property
    def noun(self) -> str:
        """The subject's type without its provider: `rds_cluster`."""
        return self.subject.type_name.partition("_")[2] or self.subject.type_name

    @property
    def service(self) -> str:
        """What AWS calls the service of the subject's type, as far as its first word tells."""
        first, _, _ = self.noun.partition("_")
        return {"db": "rds", "lb": "elasticloadbalancing"}.get(first, first)

    @property
    def region(self) -> str:
        """The region the subject is in."""
        return known(self.subject.config.get("region")) or self.subject.settings.region

    def digest(self) -> str:
        """64 hexadecimal digits that are this object's own."""
        seed = (self.subject.type_name, self.subject.config, self.subject.ordinal, self.index)
        text = json.dumps(seed, sort_keys=True, default=repr)
        return hashlib.sha256(text.encode()).hexdigest()

    def given(self, *names: str) -> str | None:
        """The first of the attributes `names` that is configured."""
        values = (known(self.subject.config.get(name)) for name in names)
        return next((str(value) for value in values if value not in (None, "")), None)

    def own_id(self) -> str:
        """What AWS calls the subject by: an id of its kind, or the name it was given."""
        return _known_id(self, self.noun) or self.given(*_NAMES) or self.digest()[:17]

    def makers(self) -> list[Callable[[_Place], Any]]:
        """What the table has for this place, the best first."""
        key = f"{self.subject.type_name}.{self.name}"
        return [make for pattern, make in _TABLE if re.search(pattern, key)]

    def host(self) -> str:
        """A host name; each attribute of an object has its own."""
        part = re.sub(r"_?(endpoint|address|dns_name|ur[il])s?$", "", self.name)
        label = "-".join(filter(None, (part, self.digest()[:12])))
        host = f"{self.own_id()}.{label}.{self.region}.{self.service}.amazonaws.com"
        return host.replace("_", "-").replace("/", "-")


_NAMES = (
    *("identifier", "name", "cluster_identifier", "bucket", "function_name", "alarm_name"),
    *("dashboard_name", "domain_name", "replication_instance_id", "replication_task_id"),
    *("endpoint_id", "replication_subnet_group_id", "secret_id", "role", "rule"),
)

# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
_PREFIXES = {
    "sgr": r"(vpc_)?security_group_(ingress_|egress_)?rule",
    "sg": r"(default_|vpc_)?security_group",
    "rtb": r"((main|default|vpc_main)_)?route_table",
    "acl": r"(default_)?network_acl",
    "vpce": r"vpc_endpoint",
    "pcx": r"vpc_peering_connection(_accepter)?|peering_connection",
    "vpc": r"((default|peer|accepter|requester)_)?vpc",
    "subnet": r"(default_)?subnet",
    "igw": r"(internet_)?gateway",
    "nat": r"nat_gateway",
    "eipalloc": r"eip|allocation",
    "eni": r"((primary_)?network_)interface",
    "i": r"instance",
    "vol": r"(ebs_)?volume",
    "ami": r"ami|image",
    "lt": r"launch_template",
    "fl": r"flow_log",
    "dopt": r"(vpc_)?dhcp_options",
    "pl": r"(managed_)?prefix_list",
    "tgw": r"transit_gateway",
}

_ARNS = {
    r"rds_cluster": "rds:{region}:{account}:cluster:{id}",
    r"rds_cluster_instance|db_instance": "rds:{region}:{account}:db:{id}",
    r"rds_cluster_parameter_group": "rds:{region}:{account}:cluster-pg:{id}",
    r"db_parameter_group": "rds:{region}:{account}:pg:{id}",
    r"db_subnet_group": "rds:{region}:{account}:subgrp:{id}",
    r"(master_user_)?secret|secretsmanager_secret(_version|_rotation)?": (
        "secretsmanager:{region}:{account}:secret:{id}-{hex6}"
    ),
    r"(.*_)?kms_key|kms_external_key|kms_replica_key": "kms:{region}:{account}:key/{uuid}",
    r"kms_alias": "kms:{region}:{account}:{id}",
    r"(.*_)?s3_bucket|bucket": "s3:::{id}",
    r"(.*_)?role": "iam::{account}:role/{id}",
    r"(.*_)?(iam|managed)_policy": "iam::{account}:policy/{id}",
    r"(iam_)?instance_profile": "iam::{account}:instance-profile/{id}",
    r"caller_identity": "iam::{account}:user/tapforge",
    r"route53_zone": "route53:::hostedzone/{id}",
    r"(sns_)?topic": "sns:{region}:{account}:{id}",
    r"(sqs_)?queue": "sqs:{region}:{account}:{id}",
    r"lambda_function": "lambda:{region}:{account}:function:{id}",
    r"(cloudwatch_)?log_group": "logs:{region}:{account}:log-group:{id}",
    r"cloudwatch_(metric|composite)_alarm": "cloudwatch:{region}:{account}:alarm:{id}",
    r"cloudwatch_event_rule": "events:{region}:{account}:rule/{id}",
    r"(ssm_)?parameter": "ssm:{region}:{account}:parameter/{id}",
    r"(acm_)?certificate": "acm:{region}:{account}:certificate/{uuid}",
    "|".join(_PREFIXES.values()): "ec2:{region}:{account}:{kind}/{id}",
}


def _known_id(place: _Place, noun: str) -> str | None:
    """An id of a kind that is known by its form, such as `vpc-0123456789abcdef0`."""
    singular = noun.removesuffix("s")
    digest = place.digest()
    for prefix, pattern in _PREFIXES.items():
        if re.fullmatch(pattern, singular):
            return f"{prefix}-{digest[:17]}"
    if re.fullmatch(r"(route53_|hosted_|.*_hosted_|canonical_hosted_)?zone", singular):
        return f"Z{digest[:13].upper()}"
    if re.fullmatch(r"kms_(external_|replica_)?key|key", singular):
        return str(uuid.UUID(digest[:32]))
    if re.fullmatch(r"(.*_)?(account|owner|registry|catalog)|caller_identity", singular):
        return ACCOUNT_ID
    return None


def _id(place: _Place) -> str:
    if place.name in ("id", "ids"):
        return place.own_id()
    noun = re.sub(r"_ids?$", "", place.name)
    return _known_id(place, noun) or place.digest()[:17]


def _arn(place: _Place) -> str:
    noun = re.sub(r"_?(arns?|id)$", "", place.name) or place.noun
    known_arns = (template for pattern, template in _ARNS.items() if re.fullmatch(pattern, noun))
    template = next(known_arns, place.service + ":{region}:{account}:{kind}/{id}")
    digest = place.digest()
    return "arn:aws:" + template.format(
        region=place.region,
        account=ACCOUNT_ID,
        kind=noun.replace("_", "-"),
        id=place.own_id(),
        hex6=digest[:6],
        uuid=uuid.UUID(digest[:32]),
    )


def _zones(place: _Place) -> list[str]:
    return [place.region + letter for letter in "abc"]


def _zone_ids(place: _Place) -> list[str]:
    """Zone ids shorten the region: `use1-az1` is a zone of us-east-1."""
    area, _, rest = place.region.partition("-")
    short = area + re.sub(r"([a-z])[a-z]*-", r"\1", rest)
    return [f"{short}-az{index}" for index in (1, 2, 3)]


def _name(place: _Place) -> str:
    return (place.given("name_prefix") or "tf-") + place.digest()[:12]


def _word(place: _Place) -> str:
    return f"tf_{place.digest()[:12]}"


def _all_tags(place: _Place) -> dict[str, str]:
    return {**place.subject.settings.default_tags, **(known(place.siblings.get("tags")) or {})}


def _secret(place: _Place) -> str:
    host = f"db.{place.region}.rds.amazonaws.com"
    user = {"username": "postgres", "password": place.digest()[:32]}
    return json.dumps({**user, "engine": "postgres", "host": host, "port": 5432})


def _outputs(place: _Place) -> dict[str, str]:
    """What the applications that rotate secrets put out."""
    function = place.given("name") or place.digest()[:12]
    arn = f"arn:aws:lambda:{place.region}:{ACCOUNT_ID}:function:{function}"
    return {"RotationLambdaARN": arn}


def _family(place: _Place) -> str:
    version = _engine_version(place)
    return f"{place.given('engine') or 'postgres'}{version.partition('.')[0]}"


def _engine_version(place: _Place) -> str:
    return place.given("engine_version", "version") or "17.5"


def _port(place: _Place) -> int:
    return 5432 if re.match(r"rds_|db_|dms_", place.noun) else 443


_EMPTY: Mapping[str, Any] = {"list": [], "set": [], "map": {}}
_DOCUMENT = '{"Version":"2012-10-17","Statement":[]}'

# The first pattern found in `TYPE.ATTRIBUTE` whose value is of the attribute's type decides.
_TABLE: tuple[tuple[str, Callable[[_Place], Any]], ...] = (
    (r"^aws_iam_policy_document\.json$", lambda place: render(place.subject.config)),
    (
        r"^aws_iam_policy_document\.minified",
        lambda place: render(place.subject.config, indent=None),
    ),
    # A route leads to one thing, and what it leads to is configured.
    (r"^aws_route\.(instance|instance_owner|network_interface)_id$", lambda _: ""),
    (r"^aws_serverlessapplicationrepository_cloudformation_stack\.outputs$", _outputs),
    (r"^aws_partition\.(id|partition)$", lambda _: "aws"),
    (r"\.dns_suffix$", lambda _: "amazonaws.com"),
    (r"\.reverse_dns_prefix$", lambda _: "com.amazonaws"),
    (r"^aws_region\.(id|name)$|[._]region(_name)?$", lambda place: place.region),
    (r"^aws_availability_zones\.(id|group_names)$", lambda place: place.region),
    (r"^aws_availability_zones\.names$|availability_zones?$", _zones),
    (r"^aws_availability_zones\.zone_ids$|availability_zone_ids?$", _zone_ids),
    (r"^aws_rds_cluster_endpoint\.endpoint$|\.dns_name$", lambda place: place.host()),
    (r"^aws_db_instance\.endpoint$", lambda place: f"{place.host()}:{_port(place)}"),
    (r"\.(parameter_group_)?family$", _family),
    (r"engine_version|^aws_rds_engine_version\.version", _engine_version),
    (r"\.tags_all$", _all_tags),
    (r"secret_string$", _secret),
    (r"password$", lambda place: place.digest()[:32]),
    (r"[._](policy|json|document|definition)$", lambda _: _DOCUMENT),
    (
        r"^aws_(secretsmanager_secret|sns_topic|acm_certificate|iam_policy)\.id$|kms_key_id$|arns?$",
        _arn,
    ),
    (r"(account|owner)(_ids?)?$", lambda _: ACCOUNT_ID),
    (r"[._]ids?$", _id),
    (r"_prefix$", lambda _: ""),
    # What a replica has from its source: names of PostgreSQL, which have no hyphens.
    (r"^aws_(db_instance|rds_cluster)\.(db_name|database_name|(master_)?username)$", _word),
    (r"^aws_db_instance\.(db_subnet_group|option_group)_name$", _name),
    (r"\.names?$", _name),
    (r"(_at|_time|_date|timestamp|date_created|last_modified)$", lambda _: "2026-01-01T00:00:00Z"),
    (r"ipv6_cidr", lambda _: "2001:db8::/56"),
    (r"cidr_blocks?$", lambda _: "10.0.0.0/16"),
    (r"ipv6_address", lambda place: f"2001:db8::{place.digest()[:4]}"),
    (r"public_ips?$", lambda place: f"203.0.113.{int(place.digest()[:2], 16)}"),
    (r"_ips?$|ip_address", lambda place: f"10.0.0.{int(place.digest()[:2], 16)}"),
    (r"ur[il]s?$", lambda place: f"https://{place.host()}"),
    (r"(endpoint|address|domain|domain_name|hostname|fqdn|host)$", lambda place: place.host()),
    (r"port$", _port),
    (r"\.(status|state)$", lambda _: "available"),
    (r"version$", lambda _: "1"),
    (r"\.description$", lambda _: ""),
)


def _of_type(place: _Place, type_: Any) -> Any:
    for make in place.makers():
        value = make(place)
        if isinstance(value, list) and type_ == "string":
            value = value[0]
        if _fits(value, type_):
            return value
    match type_:
        case "string":
            return f"{place.name}-{place.digest()[:8]}".replace("_", "-")
        case "number":
            return 1
        case "bool":
            return False
        case "dynamic":
            return [b'"string"', _of_type(place, "string")]
        case ["list" | "set", of]:
            # One each is enough to index; a query is asked for more.
            count = 3 if place.subject.kind == "data" and isinstance(of, str) else 1
            return _distinct(_of_type(attrs.evolve(place, index=i), of) for i in range(count))
        case ["map", _]:
            return {}
        case ["object", attributes, *_]:
            return {
                name: _of_type(attrs.evolve(place, name=name), of)
                for name, of in attributes.items()
            }
        case ["tuple", types]:
            return [_of_type(place, of) for of in types]
        case _:
            raise AssertionError(type_)


def _nested(place: _Place, nested: Schema) -> Any:
    # Terraform takes anything else in it for configuration that has been removed since.
    value = {
        name: place.subject.fill(name, attribute, place.siblings)
        if attribute.get("computed")
        else None
        for name, attribute in nested["attributes"].items()
    }
    match nested["nesting_mode"]:
        case "list" | "set":
            return [value]
        case "map":
            return {}
        case _:
            return value


def _fits(value: Any, type_: Any) -> bool:
    match type_:
        case "string":
            return isinstance(value, str)
        case "number":
            return isinstance(value, int)
        case ["list" | "set", "string"]:
            return isinstance(value, list)
        case ["map", "string"]:
            return isinstance(value, dict)
        case _:
            return False


def _distinct(values: Iterable[Any]) -> list[Any]:
    """A set has no element twice."""
    return list({repr(value): value for value in values}.values())
