"""DB instance classes: figures, and who takes them."""

import pytest

from tapforge.facts import instance_classes, postgres, regions
from tapforge.facts._data import load


def test_figures_of_a_class() -> None:
    """The class of the first system."""
    found = instance_classes.get("db.r6g.large")
    assert found is not None
    assert (found.vcpu, found.memory_mib, found.architecture) == (2, 16384, "arm64")
    assert (found.aurora_max_connections, found.aurora_temp_storage_gib) == (1722, 32)
    assert found.family == "db.r6g"
    assert found.engines == ("aurora-postgresql", "postgres")


def test_temporary_storage_of_the_small_class() -> None:
    """An alarm at 10 GB of free local storage would never be silent on db.t3.medium."""
    found = instance_classes.get("db.t3.medium")
    assert found is not None
    assert found.burstable
    assert found.aurora_temp_storage_gib == 7.5


def test_temporary_storage_is_more_than_the_memory() -> None:
    """Where AWS gives a figure: so that the memory may stand for it where there is none."""
    known = map(instance_classes.get, instance_classes.offered("aurora-postgresql"))
    given = [each for each in known if each and each.aurora_temp_storage_gib]
    assert len(given) > 25
    for each in given:
        assert (each.aurora_temp_storage_gib or 0) * 1024 > 1.7 * (each.memory_mib or 0), each.name


def test_serverless_has_no_fixed_size() -> None:
    """Aurora Serverless v2 is offered for Aurora and has neither processors nor memory."""
    found = instance_classes.get(instance_classes.SERVERLESS)
    assert found is not None
    assert found.vcpu is found.memory_mib is None
    assert found.family == "db.serverless"
    assert instance_classes.check("aurora-postgresql", "16.9", "db.serverless") is None
    assert instance_classes.closest("postgres", "db.serverless") is None


def test_families_of_aurora() -> None:
    """Aurora has no general-purpose family and no small burstable class."""
    offered = instance_classes.offered("aurora-postgresql")
    assert len(offered) == 86
    assert not any(name.startswith("db.m") for name in offered)
    assert "db.t3.small" not in offered
    assert "db.r4.large" not in offered
    assert "db.m5.large" in instance_classes.offered("postgres")


def test_sizes_ascend_within_a_family() -> None:
    """Lists read from small to large."""
    sizes = [n for n in instance_classes.offered("postgres") if n.startswith("db.m5.")]
    assert sizes[:4] == ["db.m5.large", "db.m5.xlarge", "db.m5.2xlarge", "db.m5.4xlarge"]


def test_old_minor_takes_fewer_classes() -> None:
    """Aurora 14.6 is older than the seventh generation."""
    assert "db.r7g.large" in instance_classes.offered("aurora-postgresql", "14.17")
    assert "db.r7g.large" not in instance_classes.offered("aurora-postgresql", "14.6")
    limitless = instance_classes.offered("aurora-postgresql", "16.8-limitless")
    assert limitless == ("db.serverless",)


def test_region_sells_fewer_classes() -> None:
    """Tel Aviv has no r6g; an unknown region removes nothing."""
    everywhere = instance_classes.offered("aurora-postgresql")
    assert "db.r6g.large" not in instance_classes.offered(
        "aurora-postgresql", region="il-central-1"
    )
    assert instance_classes.offered("aurora-postgresql", region="us-east-1") == everywhere
    assert instance_classes.offered("aurora-postgresql", region="us-iso-east-1") == everywhere


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("aurora-postgresql", "16.9", "db.m5.large"), "Aurora PostgreSQL; take db.r5.large"),
        (("aurora-postgresql", "16.9", "db.r6g.lage"), "not a DB instance class; take db.r6g."),
        (("aurora-postgresql", "14.6", "db.r7g.large"), "PostgreSQL 14.6; take db.r6g.large"),
        (
            ("aurora-postgresql", "16.9", "db.r6g.large", "il-central-1"),
            "in il-central-1; take db.r7g.large",
        ),
        (
            ("aurora-postgresql", "14.6", "db.r8g.large", "il-central-1"),
            "PostgreSQL 14.6 in il-central-1",
        ),
        (("aurora-postgresql", None, "r6g.large"), "take db.r6g.large"),
        (("postgres", "17.5", "db.t2.micro"), "RDS for PostgreSQL; take db.t3.micro"),
        (("postgres", "17.5", "nonsense"), "take one of the families db.m5,"),
    ],
)
def test_refusal_names_a_class_to_take(arguments: tuple, words: str) -> None:
    """The message names the nearest class that is offered and the families there are."""
    assert words in (instance_classes.check(*arguments) or "")


@pytest.mark.parametrize("engine", postgres.ENGINES)
def test_every_offered_class_passes(engine: str) -> None:
    """The list and the check agree, and every offered class has figures."""
    for name in instance_classes.offered(engine):
        assert instance_classes.check(engine, None, name) is None
        found = instance_classes.get(name)
        assert found is not None
        assert (found.memory_mib or 0) > 0 or name == "db.serverless"


def test_unknown_class_has_no_figures() -> None:
    """A class that never was is not made up."""
    assert instance_classes.get("db.z9.large") is None


def test_multi_az_cluster_takes_classes_with_local_disks() -> None:
    """A Multi-AZ DB cluster needs local NVMe storage."""
    offered = instance_classes.offered_multi_az_cluster()
    assert len(offered) == 99
    assert "db.m6gd.large" in offered
    assert "db.r6g.large" not in offered


def test_limits_speak_of_versions_and_families_that_exist() -> None:
    """A version limit names creatable versions and known families."""
    families = {name.rpartition(".")[0] for name in instance_classes.names()}
    for limit in load("instance_classes")["version_limits"]:
        versions = postgres.creatable(limit["engine"]) + postgres.creatable(
            limit["engine"], limitless=True
        )
        assert set(limit["versions"]) <= set(versions)
        assert set(limit.get("without_families", ())) <= families


def test_absences_speak_of_regions_and_classes_that_exist() -> None:
    """The table of regions names known regions, families and classes."""
    known = set(instance_classes.names())
    known |= {name.rpartition(".")[0] for name in known}
    absent = load("instance_class_regions")["absent"]
    assert set(absent) <= set(regions.names())
    assert {name for row in absent.values() for names in row.values() for name in names} <= known


@pytest.mark.parametrize(
    ("name", "newer"),
    [
        ("db.r9g.large", True),
        ("db.m12i.metal-24xl", False),
        ("db.z1d.large", True),
        ("db.r6g.large", False),
        ("db.r6g.lage", False),
        ("db.r5q.large", False),
        ("large", False),
    ],
)
def test_a_family_newer_than_the_table(name: str, newer: bool) -> None:
    """Only a well-formed name of a generation that may have come since is left alone."""
    assert instance_classes.unheard_of(name) is newer


def test_generations() -> None:
    """A class has a generation, and an engine a newest one of each kind."""
    assert instance_classes.generation("db.m5.large") == 5
    assert instance_classes.generation("db.serverless") is None
    assert instance_classes.generation("db.m5.lage") is None
    newest = instance_classes.newest_generation("postgres", "db.m5.large")
    assert newest is not None
    assert newest >= 8
    assert instance_classes.newest_generation("aurora-postgresql", "db.m5.large") is None


@pytest.mark.parametrize(
    ("engine", "name", "connections"),
    [
        ("aurora-postgresql", "db.t3.medium", 420),
        ("aurora-postgresql", "db.r7g.large", 1802),
        ("postgres", "db.m5.large", 901),
        ("postgres", "db.r6g.16xlarge", 5000),
        ("postgres", "db.nothing", None),
        ("aurora-postgresql", "db.serverless", None),
    ],
)
def test_connections_by_default(engine: str, name: str, connections: int | None) -> None:
    """The documented figure where there is one, else what the formula comes to."""
    assert instance_classes.max_connections(engine, name) == connections


@pytest.mark.parametrize("name", ["db.serverless", "large"])
def test_what_has_no_kind_has_no_generation(name: str) -> None:
    """Serverless capacity, and what is no class, are of no generation."""
    assert instance_classes.newest_generation("aurora-postgresql", name) is None
    assert instance_classes.generation(name) is None


@pytest.mark.parametrize("engine", postgres.ENGINES)
def test_the_formula_of_connections(engine: str) -> None:
    """Its two numbers come to the same as the formula, for every class that has no figure of its own."""
    memory, most = instance_classes.connection_memory(engine)
    computed = 0
    for name in instance_classes.offered(engine):
        found = instance_classes.get(name)
        if found and found.memory_bytes and not found.aurora_max_connections:
            computed += 1
            expected = min(found.memory_bytes // memory, most)
            assert instance_classes.max_connections(engine, name) == expected, name
    assert computed
