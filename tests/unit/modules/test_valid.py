"""The rules of inputs: what each takes, refuses and says."""

from types import SimpleNamespace
from typing import Any

import pytest

from tapforge.facts import instance_classes, names, postgres, regions
from tapforge.lang.expression import Expression, find_failure
from tapforge.lang.inputs import Valid
from tapforge.modules import valid

AURORA = "aurora-postgresql"


def reason(rules: Valid | tuple[Valid, ...], value: Any, **inputs: Any) -> str:
    """Give the message of the first rule that refuses a value, or nothing."""
    view = SimpleNamespace(**inputs)
    for rule in (rules,) if isinstance(rules, Valid) else rules:
        holds = rule.condition(value, view)
        assert isinstance(holds, bool), f"{value!r} is not decided: {holds!r}"
        if not holds:
            message = rule.message(value, view)
            assert isinstance(message, str)
            assert not isinstance(message, Expression)
            assert find_failure(message) is None
            return message
    return ""


@pytest.mark.parametrize("text", ["dev", "a", "1", "a1-b2-c3", "a" * 20, "man", "an1", "pr-123"])
def test_suffixes(text: str) -> None:
    """Groups of lower-case letters and digits, up to 20 characters."""
    assert reason(valid.suffix, text) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", '"" has 0 characters: expected 1 to 20.'),
        ("a" * 21, f'"{"a" * 21}" has 21 characters: expected 1 to 20.'),
        ("Dev", '"Dev" is not valid: expected lower-case letters and digits, in groups joined by'),
        ("dev-", '"dev-" is not valid'),
        ("-dev", '"-dev" is not valid'),
        ("a--b", '"a--b" is not valid'),
        ("a_b", '"a_b" is not valid'),
        ("a.b", '"a.b" is not valid'),
        ("dév", '"dév" is not valid'),
        ("dev\n", '"dev\n" is not valid'),
        (
            "eu-an",
            '"eu-an" can\'t end names: S3 reserves the endings -an and -s3alias for its own.',
        ),
        ("s3alias", '"s3alias" can\'t end names'),
    ],
)
def test_suffixes_that_no_name_may_end_in(text: str, expected: str) -> None:
    """Each with what is wrong."""
    assert reason(valid.suffix, text).startswith(expected)


def test_no_suffix_makes_a_bucket_that_s3_reserves() -> None:
    """Whatever stands before it."""
    bucket = names.rule("s3_bucket")
    for suffix in (
        "dev",
        "an",
        "s3alias",
        "x-an",
        "x-s3alias",
        "mrap",
        "x-s3",
        "table-s3",
        "ol-s3",
    ):
        if not reason(valid.suffix, suffix):
            assert bucket.accepts(f"tap-bucket-{suffix}"), suffix


@pytest.mark.parametrize("text", ["", "1a", "a-", "A", "a" * 21, "a--b"])
def test_stems_begin_with_a_letter(text: str) -> None:
    """And go on as suffixes do."""
    assert reason(valid.stem, "aurora-postgres") == ""
    assert reason(valid.stem, text)


def test_regions() -> None:
    """Those that AWS has, in all its partitions."""
    for name in regions.names():
        assert reason(valid.region, name) == ""
    assert reason(valid.region, "us-east-9") == (
        'AWS has no region "us-east-9": expected one such as us-east-1 or eu-central-1.'
    )


@pytest.mark.parametrize(
    "tags",
    [{}, {"a": ""}, {"é" * 127: "é" * 256}, {"my-aws:x": "a\nb"}, {"A b+c-d=e._:/@": "x"}],
)
def test_tags(tags: dict[str, str]) -> None:
    """Text of any language, counted by characters."""
    assert reason(valid.tags, tags) == ""


@pytest.mark.parametrize(
    "tags",
    [{"": "x"}, {"a" * 128: "x"}, {"aws:x": "x"}, {"AwS:x": "x"}, {"a": "x" * 257}, {"a\nb": "x"}],
)
def test_tags_that_aws_refuses(tags: dict[str, str]) -> None:
    """One is enough."""
    assert reason(valid.tags, {"good": "x"} | tags).startswith(
        "A tag's key has 1 to 127 characters"
    )


def test_versions() -> None:
    """Those that can be created today; the message lists those of the same major version."""
    for version in postgres.creatable(AURORA):
        assert reason(valid.creatable(AURORA), version) == ""
    assert reason(valid.creatable(AURORA), "15.7").startswith(
        "AWS does not create aurora-postgresql 15.7 (any more). Of the same major version it creates:"
        " 15.10, "
    )
    assert reason(valid.creatable(AURORA), "15.7").endswith("15.19. Take 15.19.")
    for text in ("", "x", "99.1", "."):
        assert reason(valid.creatable(AURORA), text).endswith("it creates: none. Take 18.6.")


SIZED = [each for each in instance_classes.offered(AURORA) if each != instance_classes.SERVERLESS]


def test_classes() -> None:
    """Those of the engine that have a size; the message lists those of the same."""
    for name in SIZED:
        assert reason(valid.offered(AURORA), name, engine_version="16.9") == ""
    message = reason(valid.offered(AURORA), "db.m5.large", engine_version="16.9")
    assert message.startswith(
        "AWS does not offer db.m5.large for aurora-postgresql. Of the same size it offers: db.r5.large,"
    )
    for text in ("", "db", "db.r6g.nano", "db.serverless"):
        assert reason(valid.offered(AURORA), text, engine_version="16.9").endswith("offers: none.")


def test_classes_of_a_version() -> None:
    """The verdict of the facts, for every class and version."""
    rules = valid.offered(AURORA)
    for version in postgres.creatable(AURORA):
        taken = [name for name in SIZED if not reason(rules, name, engine_version=version)]
        offered = instance_classes.offered(AURORA, version)
        assert taken == [name for name in SIZED if name in offered], version
    assert reason(rules, "db.r8g.large", engine_version="14.6") == (
        "AWS does not offer db.r8g.large for aurora-postgresql 14.6: take a class of another family, or a"
        " newer version."
    )


def test_classes_in_a_region() -> None:
    """The verdict of the facts, for every class and region."""
    rule = valid.sold(AURORA)
    for region in ("us-east-1", *instance_classes.absent(AURORA)):
        taken = [name for name in SIZED if not reason(rule, name, aws_region=region)]
        offered = instance_classes.offered(AURORA, None, region)
        assert taken == [name for name in SIZED if name in offered], region
    assert reason(rule, "db.x2g.large", aws_region="af-south-1") == (
        "AWS does not sell db.x2g.large for aurora-postgresql in af-south-1: take a class of another"
        " family, or another region."
    )


@pytest.mark.parametrize(
    ("days", "destroyable", "right"), [(1, True, True), (6, False, False), (7, False, True)]
)
def test_backups_of_data_that_must_stay(days: int, destroyable: bool, right: bool) -> None:
    """A week at least; what may be destroyed needs none so long."""
    message = reason(valid.kept_backups, days, destroyable=destroyable)
    assert (message == "") is right
    assert right or "6 days of backups are too few" in message


@pytest.mark.parametrize(
    ("suffix", "destroyable", "accepted", "right"),
    [
        ("dev", True, "", True),
        ("prod", False, "", True),
        ("prod", True, "", False),
        ("production", True, "", False),
        ("prod-eu", True, "prod", False),
        ("prod-eu", True, "prod-eu", True),
        ("product-a", True, "", True),
    ],
)
def test_production_is_protected(
    suffix: str, destroyable: bool, accepted: str, right: bool
) -> None:
    """Until somebody names it as one whose data may be lost: a destroy needs an apply before."""
    message = reason(
        valid.protected_production,
        destroyable,
        environment_suffix=suffix,
        data_loss_accepted=accepted,
    )
    assert (message == "") is right
    assert (
        right
        or f'give false, or, to take it down for good, data_loss_accepted = "{suffix}"' in (message)
    )


@pytest.mark.parametrize("cidr", ["10.0.0.0/16", "10.0.0.0/28", "192.168.1.16/28"])
def test_blocks_of_a_vpc(cidr: str) -> None:
    """Network addresses with /16 to /28."""
    assert reason(valid.vpc_cidr, cidr) == ""


@pytest.mark.parametrize(
    "cidr",
    [
        *("", "x", "10.0.0.0", "10.0.0.0/15", "10.0.0.0/29", "10.0.0.1/16", "10.0.0/16", "::/16"),
        *("256.0.0.0/16", "10.0.0.0/16\n", "010.0.0.0/16", "10.0.0.0/016", "10.0.0.0/16/16"),
    ],
)
def test_what_is_no_block_of_a_vpc(cidr: str) -> None:
    """Never an exception, whatever it is."""
    assert "is no CIDR block of a VPC" in reason(valid.vpc_cidr, cidr)


@pytest.mark.parametrize(
    ("cidrs", "expected"),
    [
        (["10.0.0.0/24", "10.0.1.0/24"], ""),
        (["10.0.0.0/17", "10.0.128.0/18", "10.0.192.0/18"], ""),
        (["10.0.0.0/24"], "expected 2 to 6 subnets, each in its own zone."),
        ([f"10.0.{n}.0/24" for n in range(7)], "expected 2 to 6 subnets"),
        ([], "expected 2 to 6 subnets"),
        (["10.0.0.0/29", "10.0.1.0/24"], "holds something that is no CIDR block of a subnet"),
        (["x", "10.0.1.0/24"], "holds something that is no CIDR block of a subnet"),
        (["10.1.0.0/24", "10.0.1.0/24"], "does not lie in the VPC's block 10.0.0.0/16"),
        (["10.0.1.0/24", "10.0.1.0/24"], "some overlap; give every subnet a block of its own"),
        (["10.0.0.0/23", "10.0.5.0/24", "10.0.1.0/24"], "some overlap"),
        (["10.0.0.0/16", "10.0.1.0/24"], "some overlap"),
    ],
)
def test_blocks_of_subnets(cidrs: list[str], expected: str) -> None:
    """Valid, inside the VPC's, apart from each other, in two zones or more."""
    found = reason(valid.zone_subnets, cidrs, vpc_cidr="10.0.0.0/16")
    assert expected in found
    assert bool(found) == bool(expected)


def test_a_vpc_that_is_no_block_is_not_blamed_on_its_subnets() -> None:
    """It is told by its own rule."""
    assert reason(valid.zone_subnets, ["10.0.0.0/24", "10.0.1.0/24"], vpc_cidr="x") == ""


@pytest.mark.parametrize(
    "cidrs", [["10.0.0.0/8"], ["192.0.2.1/32", "10.0.0.0/16"], ["128.0.0.0/1"]]
)
def test_clients(cidrs: list[str]) -> None:
    """Networks of any size, and single addresses."""
    assert reason(valid.client_cidrs, cidrs, client_security_groups={}) == ""


@pytest.mark.parametrize(
    "cidrs",
    [["0.0.0.0/0"], ["::/0"], ["2001:db8::/32"], ["10.0.0.1/8"], ["x"], ["10.0.0.0/33"]],
)
def test_clients_that_are_everybody(cidrs: list[str]) -> None:
    """The provider would refuse some of them, and nobody should want the others."""
    assert "expected IPv4 blocks by their network addresses, and never the whole" in reason(
        valid.client_cidrs, cidrs, client_security_groups={"app": "sg-1"}
    )


def test_somebody_connects() -> None:
    """Blocks, or security groups, or both."""
    assert reason(valid.client_cidrs, [], client_security_groups={"app": "sg-1"}) == ""
    assert reason(valid.client_cidrs, [], client_security_groups={}) == (
        "nobody may connect: give IPv4 blocks here, or client_security_groups."
    )


def test_security_groups_of_clients() -> None:
    """Each by a name that can be a part of an address."""
    rules = valid.client_security_groups
    assert reason(rules, {}) == ""
    assert reason(rules, {"app-1": "sg-0123456789abcdef0"}) == ""
    assert "expected names of lower-case letters" in reason(rules, {"App": "sg-1"})
    assert reason(rules, {"app": "10.0.0.0/8"}).endswith("such as sg-0123456789abcdef0.")


def test_subnets_of_another_module() -> None:
    """Two or more."""
    assert reason(valid.subnet_ids, ["a", "b"]) == ""
    assert reason(valid.subnet_ids, ["a"]) == "1 subnets: expected 2 or more, in different zones."


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ("03:00-04:00", ""),
        ("23:45-00:15", ""),
        ("03:00-03:29", "is shorter than the 30 minutes that RDS asks for"),
        ("03:00-03:00", "is shorter than the 30 minutes"),
        ("3:00-4:00", "is no daily window: expected hh24:mi-hh24:mi in UTC"),
        ("24:00-24:30", "is no daily window"),
        ("03:00-04:00\n", "is no daily window"),
        ("", "is no daily window"),
    ],
)
def test_backup_windows(window: str, expected: str) -> None:
    """Half an hour or more, over midnight too."""
    found = reason(valid.backup_window, window)
    assert expected in found
    assert bool(found) == bool(expected)


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ("mon:04:00-mon:05:00", ""),
        ("sun:23:45-mon:00:15", ""),
        ("tue:00:00-tue:03:00", ""),
        ("mon:04:00-mon:04:20", "is shorter than 30 minutes, or not shorter than a day"),
        ("mon:04:00-tue:04:00", "is shorter than 30 minutes, or not shorter than a day"),
        ("mon:04:00-mon:04:00", "is shorter than 30 minutes"),
        ("mon:03:30-mon:04:30", 'overlaps the daily backup window "03:00-04:00": RDS refuses that'),
        ("mon:20:00-tue:03:01", "overlaps the daily backup window"),
        ("Mon:04:00-mon:05:00", "is no weekly window: expected ddd:hh24:mi-ddd:hh24:mi in UTC"),
        ("", "is no weekly window"),
    ],
)
def test_maintenance_windows(window: str, expected: str) -> None:
    """Half an hour to a day, never while a backup is made."""
    found = reason(valid.maintenance_window, window, backup_window="03:00-04:00")
    assert expected in found
    assert bool(found) == bool(expected)


def test_a_backup_window_that_is_none_is_not_blamed_on_the_other() -> None:
    """It is told by its own rule."""
    assert reason(valid.maintenance_window, "mon:04:00-mon:05:00", backup_window="x") == ""


def test_limits() -> None:
    """Ranges and lists of the facts; one without an end makes no rule."""
    assert reason(valid.limit("aurora_reader_count"), 15) == ""
    assert reason(valid.limit("aurora_reader_count"), 16) == "16 is out of range: expected 0 to 15."
    assert reason(valid.limit("monitoring_interval"), 30) == ""
    assert (
        reason(valid.limit("monitoring_interval"), 31) == "31 is none of: 0, 1, 5, 10, 15, 30, 60."
    )
    with pytest.raises(ValueError, match="the limit gp3_provisioned_allocated_storage is open"):
        valid.limit("gp3_provisioned_allocated_storage")


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("postgres_database_name", "tapdb", ""),
        (
            "postgres_database_name",
            "tap-db",
            "expected letters, digits and underscores, a letter first",
        ),
        ("postgres_database_name", "Tap", "PostgreSQL folds unquoted names to lower case"),
        ("postgres_database_name", "template1", "is reserved: choose another database name."),
        ("postgres_database_name", "Select", "folds unquoted names"),
        ("postgres_database_name", "select", "is reserved"),
        ("postgres_database_name", "a" * 64, "has 64 characters: expected 1 to 63."),
        ("postgres_master_username", "pg_admin", "PostgreSQL reserves the prefix pg_"),
        ("postgres_master_username", "rdsadmin", "is reserved: choose another master user name."),
        ("s3_bucket", "a-bucket", ""),
        ("s3_bucket", "a.bucket", "a full stop breaks TLS"),
        ("s3_bucket", "xn--a", "S3 reserves the prefixes"),
        ("s3_bucket", "1.2.3.4", "it must not look like an IP address"),
    ],
)
def test_names(kind: str, text: str, expected: str) -> None:
    """The rules of the facts, those that are discouraged included."""
    found = reason(valid.name(kind), text)
    assert expected in found
    assert bool(found) == bool(expected)


def test_characters_are_counted_as_aws_counts_them() -> None:
    """Terraform's own length would count a letter and its accents as one."""
    rule = valid.characters(1, 3)
    assert reason(rule, "e\N{COMBINING MACRON BELOW}x") == ""
    assert reason(rule, "e\N{COMBINING MACRON BELOW}" * 2).endswith(
        "is too short or long: expected 1 to 3 characters."
    )
    assert reason(rule, "")
    assert reason(valid.name("route53_set_identifier"), "é" * 129)


@pytest.mark.parametrize(("number", "good"), [(0, False), (1024, True), (1025, False)], ids=str)
def test_characters_are_counted_beyond_what_one_repetition_counts(
    number: int, *, good: bool
) -> None:
    """Terraform's regular expressions count to 1000 at most."""
    assert valid.characters(1, 1024).condition("a" * number, None) is good


def test_blocks_overlap_or_lie_within() -> None:
    """In either order."""
    assert valid.overlap("10.0.0.0/8", "10.1.0.0/16") is True
    assert valid.overlap("10.1.0.0/16", "10.0.0.0/8") is True
    assert valid.overlap("10.0.0.0/16", "10.1.0.0/16") is False
    assert valid.within("10.1.0.0/16", "10.0.0.0/8") is True
    assert valid.within("10.0.0.0/8", "10.1.0.0/16") is False


# --- databases --------------------------------------------------------------------------------------

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/db-AbCdEf"


def zones(inputs: Any) -> int:
    """Give the number of zones."""
    return int(inputs.zone_count)


@pytest.mark.parametrize(
    ("rules", "value", "inputs", "expected"),
    [
        (valid.secret_arn, SECRET, {}, ""),
        (valid.secret_arn, SECRET.removesuffix("-AbCdEf"), {}, "expected the full ARN of a secret"),
        (valid.secret_arn, "shop/db", {}, "expected the full ARN of a secret"),
        (valid.secret_of_region, SECRET, {"aws_region": "us-east-1"}, ""),
        (
            valid.secret_of_region,
            SECRET,
            {"aws_region": "us-east-2"},
            (
                f"{SECRET} is a secret of us-east-1, and everything else is in us-east-2: replicate the"
                " secret there, and give the ARN of the replica."
            ),
        ),
        (valid.secret_of_region, "shop", {"aws_region": "us-east-2"}, ""),
        (valid.credentials, "managed", {"secret_arn": None}, ""),
        (valid.credentials, "existing", {"secret_arn": SECRET}, ""),
        (
            valid.credentials,
            "existing",
            {"secret_arn": None},
            "existing credentials are read from a secret: give its ARN as secret_arn.",
        ),
        (valid.unmanaged_with_replicas, "managed", {"replica_count": 0}, ""),
        (valid.unmanaged_with_replicas, "generated", {"replica_count": 2}, ""),
        (
            valid.unmanaged_with_replicas,
            "managed",
            {"replica_count": 2},
            (
                "managed credentials and 2 read replicas: RDS manages no password of a database that has"
                ' replicas; take "generated" or "existing".'
            ),
        ),
        (valid.managed_rotation, 30, {"credentials": "managed"}, ""),
        (valid.managed_rotation, 0, {"credentials": "generated"}, ""),
        (valid.managed_rotation, 30, {"credentials": "generated"}, "by the module rotation"),
        (valid.managed_rotation, 1001, {"credentials": "managed"}, "expected 0 to 1000"),
        (valid.kms_key_arn, "alias/shop", {}, "expected the ARN of a KMS key, no alias"),
        (valid.performance_insights_retention, 0, {}, ""),
        (valid.performance_insights_retention, 8, {}, "8 is none of: 0, 7, 31"),
        (valid.database_insights, "standard", {"performance_insights_retention_days": 0}, ""),
        (valid.database_insights, "advanced", {"performance_insights_retention_days": 465}, ""),
        (
            valid.database_insights,
            "advanced",
            {"performance_insights_retention_days": 7},
            "raise performance_insights_retention_days to 465 or more",
        ),
        (valid.replicas(zones), 2, {"zone_count": 2}, ""),
        (
            valid.replicas(zones),
            3,
            {"zone_count": 2},
            (
                "3 read replicas in 2 availability zones: each replica has a zone of its own; take fewer"
                " replicas, or more zones."
            ),
        ),
        (valid.replicas(zones), 16, {"zone_count": 16}, "expected 0 to 15"),
        (valid.multi_az(zones), True, {"zone_count": 2}, ""),
        (valid.multi_az(zones), False, {"zone_count": 1}, ""),
        (
            valid.multi_az(zones),
            True,
            {"zone_count": 1},
            "Multi-AZ with 1 availability zone: the standby is in another zone",
        ),
        (valid.gp3_iops, 12000, {"allocated_storage_gb": 400}, ""),
        (
            valid.gp3_iops,
            12000,
            {"allocated_storage_gb": 399},
            (
                "12000 IOPS on 399 GB: below 400 GB gp3 has 3000 IOPS and 125 MB/s, and RDS takes"
                " neither; leave it out, or allocate 400 GB or more."
            ),
        ),
        (valid.gp3_iops, 3000, {"allocated_storage_gb": 400}, "expected 12000 to 64000"),
        (valid.gp3_throughput, 3000, {"allocated_storage_gb": 400, "iops": 12000}, ""),
        (valid.gp3_throughput, 500, {"allocated_storage_gb": 400, "iops": None}, ""),
        (
            valid.gp3_throughput,
            3001,
            {"allocated_storage_gb": 400, "iops": None},
            "3001 MB/s at 12000 IOPS",
        ),
        (
            valid.gp3_throughput,
            500,
            {"allocated_storage_gb": 100, "iops": None},
            "500 MB/s on 100 GB",
        ),
        (valid.certificate_authority, "rds-ca-rsa2048-g1", {}, ""),
        (valid.certificate_authority, "rds-ca-2019", {}, "rds-ca-2019 has expired"),
        (valid.reader_maximum, 0, {"reader_count": 0}, ""),
        (valid.reader_maximum, 5, {"reader_count": 2}, ""),
        (valid.reader_maximum, 1, {"reader_count": 2}, "at most 1 readers, and 2 to begin with"),
        (valid.reader_maximum, 1, {"reader_count": 0}, "raise reader_count"),
    ],
)
def test_databases(rules: Any, value: Any, inputs: dict[str, Any], expected: str) -> None:
    """What RDS takes together, and what to do about what it does not."""
    found = reason(rules, value, **inputs)
    assert expected in found
    assert bool(expected) == bool(found)
