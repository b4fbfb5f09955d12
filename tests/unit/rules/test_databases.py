"""Database servers as rules read them."""

from typing import Any

import pytest

from tapforge.lang.expression import Access, Expression, Symbol
from tapforge.rules import databases as servers
from tapforge.rules.databases import Databases
from tapforge.rules.example import configuration
from tapforge.rules.resource import Block, Configuration, Resource, Unknown

UNKNOWN = "${random_id.main.hex}"
REFERENCE = Access(Symbol("aws_db_instance.main"), "identifier")


def read(**resources: Any) -> tuple[Configuration, Databases]:
    """Return a configuration and its databases; types are without the leading aws_."""
    given = {f"aws_{type_}": named for type_, named in resources.items()}
    made = configuration({"resource": given})
    return made, servers.databases(made)


def one(made: Configuration, address: str) -> Resource:
    """Return the resource at an address."""
    return next(each for each in made.resources if each.address == f"aws_{address}")


@pytest.mark.parametrize(
    ("value", "present"),
    [
        *[("a", True), (0, True), (False, True), (REFERENCE, True), ([1], True)],
        *[(None, False), ("", False), ([], False), ({}, False)],
    ],
    ids=repr,
)
def test_present(value: Any, present: bool) -> None:
    """The provider writes empty values for what was not given; 0 and false are values."""
    assert servers.present(Block({"it": value}), "it") is present


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        *[("a", "a", True), ("a", "b", False), ("a", Unknown(), None), (Unknown(), "a", None)],
        (REFERENCE, Access(Symbol("aws_db_instance.main"), "identifier"), True),
        (REFERENCE, Access(Symbol("aws_db_instance.main"), "arn"), None),
        (REFERENCE, Access(Symbol("aws_db_instance.other"), "identifier"), False),
        (Unknown(), Unknown(), None),
        (Unknown(["a.b"]), Unknown(["a.b"]), True),
    ],
    ids=repr,
)
def test_same(left: Any, right: Any, same: bool | None) -> None:
    """Different resources have different values; of what a value comes from may be unknown."""
    assert servers.same(left, right) is same


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (REFERENCE, "identifier"),
        (Access(REFERENCE, "x"), "identifier.x"),
        (Unknown(["aws_db_instance.main"]), ""),
        (Unknown(["aws_db_instance.main", "aws_db_instance.other"]), ""),
        *[("orders", ""), (None, "")],
    ],
    ids=repr,
)
def test_attribute(value: Any, name: str) -> None:
    """A plan tells what a value comes from, and not which attribute it is."""
    assert servers.attribute(value) == name


def test_advice() -> None:
    """What was expected and what to do are told apart; either may be missing."""
    assert servers.advice("it is 20 s; expected 0, 1 or 5; take 15") == ("0, 1 or 5", "take 15")
    assert servers.advice("it is 20; expected a number") == ("a number", "")
    assert servers.advice("it is wrong") == ("", "")


@pytest.mark.parametrize(
    ("own", "provider", "variables", "region"),
    [
        ({"region": "eu-west-1"}, "", {"aws_region": "us-east-1"}, "eu-west-1"),
        ({}, "", {"aws_region": "us-east-1"}, "us-east-1"),
        ({}, "", {"region": "us-east-1"}, "us-east-1"),
        ({}, "aws.replica", {"region": "us-east-1"}, None),
        ({"region": "nowhere-1"}, "", {}, None),
        ({"region": Unknown()}, "", {"aws_region": "us-east-1"}, None),
        ({}, "", {"aws_region": Unknown()}, None),
        ({}, "", {}, None),
    ],
    ids=repr,
)
def test_region(own, provider: str, variables, region: str | None) -> None:
    """A resource says it, or the root's variables for the default provider."""
    resource = Resource(own, address="aws_x.y", type="aws_x", name="y", provider=provider)
    assert servers.region(resource, Configuration((resource,), variables)) == region


@pytest.mark.parametrize(
    ("arn", "region"),
    [
        ("arn:aws:rds:eu-west-1:123456789012:db:orders", "eu-west-1"),
        ("arn:aws-us-gov:rds:us-gov-west-1:123456789012:cluster:orders", "us-gov-west-1"),
        *[("arn:aws:s3:::bucket", None), ("orders", None), (Unknown(), None), (None, None)],
    ],
    ids=repr,
)
def test_arn_region(arn: Any, region: str | None) -> None:
    """Only ARNs of databases have one."""
    assert servers.arn_region(arn) == region


@pytest.mark.parametrize(
    ("name", "family"),
    [
        *[("postgres16", ("postgres", 16)), ("aurora-postgresql15", ("aurora-postgresql", 15))],
        *[("postgres9.6", None), ("postgres99", None), ("mysql8.0", None), ("None", None)],
    ],
)
def test_family(name: str, family: tuple[str, int] | None) -> None:
    """Families of other engines, and of majors that are gone, are not known."""
    assert servers.family(name) == family


def group(**arguments: Any) -> Resource:
    """Return an instance parameter group."""
    type_ = arguments.pop("type_", "aws_db_parameter_group")
    return Resource(arguments, address=f"{type_}.main", type=type_, name="main")


def test_a_group_has_settings_by_lower_case_name() -> None:
    """Values are texts as AWS has them; an unknown one is None, and immediate is the default."""
    blocks = [
        {"name": "Work_Mem", "value": 16384},
        {"name": "autovacuum", "value": True, "apply_method": "pending-reboot"},
        {"name": "jit", "value": Unknown(), "apply_method": Unknown()},
    ]
    read = servers.parameter_group(group(family="postgres16", parameter=blocks))
    assert [(each.name, each.value, each.method) for each in read.settings] == [
        ("work_mem", "16384", "immediate"),
        ("autovacuum", "1", "pending-reboot"),
        ("jit", None, None),
    ]
    assert (read.engine, read.major, read.level, read.complete) == (
        "postgres",
        16,
        "instance",
        True,
    )
    assert read.setting("jit") is read.settings[2]
    assert read.setting("fsync") is None


@pytest.mark.parametrize(
    ("arguments", "level", "complete", "engine"),
    [
        ({"family": "aurora-postgresql16"}, "cluster", True, "aurora-postgresql"),
        ({"family": "postgres16"}, "instance", True, "postgres"),
        ({"family": Unknown()}, "cluster", True, ""),
        ({"family": "postgres16", "parameter": Unknown()}, "instance", False, "postgres"),
        (
            {"family": "postgres16", "parameter": [{"name": Unknown()}]},
            "instance",
            False,
            "postgres",
        ),
    ],
    ids=repr,
)
def test_a_cluster_group(
    arguments: dict[str, Any], level: str, complete: bool, engine: str
) -> None:
    """That of a Multi-AZ cluster holds parameters of instances; what is unknown may be any."""
    read = servers.parameter_group(group(type_="aws_rds_cluster_parameter_group", **arguments))
    assert (read.level, read.complete, read.engine) == (level, complete, engine)
    names = [each.name for _, each, _ in servers.settings(read.resource)]
    assert names == []


def test_a_finding_about_a_parameter_tells_its_name() -> None:
    """The place has only a number."""
    resource = group(family="postgres16", parameter=[{"name": "work_mem", "value": "1GB"}])
    ((read, setting, parameter),) = servers.settings(resource)
    assert parameter.name == "work_mem"
    finding = read.finding(setting, "value", "1GB", "a number")
    assert (finding.attribute, finding.found) == ("parameter[0].value", '"1GB" (work_mem)')
    assert read.finding(setting, "name", "work_mem", "another").found == '"work_mem"'
    assert read.finding(setting, "value", "1 GiB", "less").found == "1 GiB (work_mem)"


AURORA = {"engine": "aurora-postgresql", "engine_version": "16.9", "cluster_identifier": "orders"}
MEMBER = {"cluster_identifier": "${aws_rds_cluster.main.id}"}
PRIMARY = {"engine": "postgres", "engine_version": "16.9", "identifier": "orders"}


@pytest.mark.parametrize(
    ("own", "engine", "version", "major"),
    [
        ({}, "aurora-postgresql", "16.9", 16),
        ({"engine": "aurora-mysql"}, "aurora-mysql", "16.9", None),
        ({"engine_version": "15.19"}, "aurora-postgresql", "15.19", 15),
        ({"engine": UNKNOWN, "engine_version": UNKNOWN}, None, None, None),
        ({"engine_version": "sixteen"}, "aurora-postgresql", "sixteen", None),
    ],
    ids=repr,
)
def test_an_instance_has_what_its_cluster_has(own, engine, version, major) -> None:
    """Unless it says otherwise, or what nobody knows."""
    made, known = read(
        rds_cluster={"main": AURORA}, rds_cluster_instance={"one": {**MEMBER, **own}}
    )
    found = known.get(one(made, "rds_cluster_instance.one"))
    assert (found.engine, found.version, found.major) == (engine, version, major)
    assert found.cluster is one(made, "rds_cluster.main")
    assert [each.resource for each in known.instances(found.cluster)] == [found.resource]
    assert known.get(found.resource) is found


@pytest.mark.parametrize(
    "source",
    [
        "${aws_db_instance.main.identifier}",
        "${aws_db_instance.main.arn}",
        "orders",
        "arn:aws:rds:us-east-1:123456789012:db:orders",
    ],
)
def test_a_replica_has_what_its_source_has(source: str) -> None:
    """By reference, by name and by ARN."""
    made, known = read(db_instance={"main": PRIMARY, "copy": {"replicate_source_db": source}})
    replica = known.get(one(made, "db_instance.copy"))
    assert (replica.engine, replica.version, replica.replica) == ("postgres", "16.9", True)
    assert replica.postgres == "postgres"
    assert [each.resource for each in known.replicas(one(made, "db_instance.main"))] == [
        replica.resource
    ]


def test_a_replica_of_itself_has_an_end() -> None:
    """A mistake is no reason to run for ever."""
    loop = {"replicate_source_db": "${aws_db_instance.main.identifier}"}
    made, known = read(db_instance={"main": loop})
    assert known.get(one(made, "db_instance.main")).engine is None


@pytest.mark.parametrize(
    ("cluster", "known"), [("${aws_rds_cluster.main.id}", True), ("${local.cluster.id}", False)]
)
def test_members_that_may_be_of_any_cluster(cluster: str, known: bool) -> None:
    """One that can't be followed may be in each."""
    member = {"cluster_identifier": cluster}
    _, found = read(rds_cluster={"main": AURORA}, rds_cluster_instance={"one": member})
    assert found.instances_are_known is known


@pytest.mark.parametrize(
    ("class_", "own"), [("db.r6g.large", "db.r6g.large"), (UNKNOWN, None), (None, None)], ids=repr
)
def test_the_class_is_its_own(class_: Any, own: str | None) -> None:
    """An unknown one is none."""
    made, known = read(db_instance={"main": {**PRIMARY, "instance_class": class_}})
    assert known.get(one(made, "db_instance.main")).instance_class == own


def parameters(value: Any, name: str = "work_mem", family: str = "postgres16") -> dict[str, Any]:
    """Return a parameter group that sets one parameter."""
    return {"family": family, "name": "main", "parameter": [{"name": name, "value": value}]}


@pytest.mark.parametrize(
    ("group", "value", "expected"),
    [
        ("${aws_db_parameter_group.main.name}", "8192", "8192"),
        ("main", "8192", "8192"),
        ("${aws_db_parameter_group.main.name}", UNKNOWN, Expression),
        ("elsewhere", "8192", Expression),
        (UNKNOWN, "8192", Expression),
        *[("default.postgres16", "8192", None), (None, "8192", None), ("", "8192", None)],
    ],
)
def test_the_value_of_a_parameter(group: Any, value: str, expected: Any) -> None:
    """A group that is not in the configuration may set anything; a default one nothing."""
    database = {**PRIMARY, "parameter_group_name": group}
    made, known = read(
        db_instance={"main": database}, db_parameter_group={"main": parameters(value)}
    )
    found = known.parameter(known.get(one(made, "db_instance.main")), "work_mem")
    assert isinstance(found, expected) if expected is Expression else found == expected


def test_an_instance_group_counts_before_the_cluster_group() -> None:
    """A parameter in both has the instance's value, and one in neither has none."""
    cluster = {**AURORA, "db_cluster_parameter_group_name": "main"}
    own = {**MEMBER, "db_parameter_group_name": "main", "instance_class": "db.r6g.large"}
    other = {**MEMBER, "instance_class": "db.t3.medium"}
    made, known = read(
        rds_cluster={"main": cluster},
        rds_cluster_instance={"own": own, "other": other},
        db_parameter_group={"main": parameters("1", family="aurora-postgresql16")},
        rds_cluster_parameter_group={"main": parameters("2", family="aurora-postgresql16")},
    )
    values = [
        known.parameter(known.get(one(made, f"rds_cluster_instance.{name}")), "work_mem")
        for name in ("own", "other")
    ]
    assert values == ["1", "2"]
    database = known.get(one(made, "rds_cluster_instance.own"))
    assert known.parameter(database, "fsync") is None
    groups, sure = known.groups(database)
    assert [each.resource.type for each in groups] == [
        "aws_db_parameter_group",
        "aws_rds_cluster_parameter_group",
    ]
    assert sure
    whole = one(made, "rds_cluster_parameter_group.main")
    assert [each.resource.address for each in known.using(whole)] == ["aws_rds_cluster.main"]
    assert known.classes(whole) == [
        ("aurora-postgresql", "db.t3.medium", 4 * 1024**3),
        ("aurora-postgresql", "db.r6g.large", 16 * 1024**3),
    ]


@pytest.mark.parametrize(
    "database",
    [
        {"engine": "mysql", "instance_class": "db.t3.medium"},
        {"engine": "postgres", "instance_class": "db.serverless"},
        {"engine": "postgres", "instance_class": UNKNOWN},
    ],
    ids=repr,
)
def test_classes_without_memory_of_their_own(database: dict[str, Any]) -> None:
    """Other engines and serverless capacity give no measure."""
    user = {**database, "parameter_group_name": "main"}
    made, known = read(db_instance={"main": user}, db_parameter_group={"main": parameters("1")})
    assert known.classes(one(made, "db_parameter_group.main")) == []


def test_all_databases() -> None:
    """Instances, clusters, and the instances of clusters."""
    _, known = read(
        rds_cluster={"main": AURORA},
        rds_cluster_instance={"one": MEMBER},
        db_instance={"main": PRIMARY},
    )
    assert {each.resource.address for each in known.all} == {
        "aws_db_instance.main",
        "aws_rds_cluster.main",
        "aws_rds_cluster_instance.one",
    }
