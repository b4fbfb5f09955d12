"""Parameter groups, beyond the examples of their rules."""

from typing import Any

import pytest

from tapforge.rules import run
from tapforge.rules.catalogue import parameters as catalogue
from tapforge.rules.example import configuration
from tapforge.rules.rule import Rule

UNKNOWN = "${random_id.main.hex}"


def found(rule: Rule, resources: dict[str, Any]) -> list[str]:
    """Return what a rule finds, place by place."""
    violations = run.check(configuration({"resource": resources}), [rule])
    return [f"{each.address} {each.message}" for each in violations]


def instance(**arguments: Any) -> dict[str, Any]:
    """Return an RDS instance with 8 GiB of memory that uses the group `main`."""
    return {
        "aws_db_instance": {
            "main": {
                "engine": "postgres",
                "engine_version": "16.9",
                "instance_class": "db.m6g.large",
                "parameter_group_name": "${aws_db_parameter_group.main.name}",
                **arguments,
            }
        }
    }


def group(family: str = "postgres16", *, type_: str = "aws_db_parameter_group", **values: Any):
    """Return a parameter group with a value for each parameter."""
    blocks = [{"name": name.replace("__", "."), "value": value} for name, value in values.items()]
    return {type_: {"main": {"name": "main", "family": family, "parameter": blocks}}}


def cluster_group(family: str = "aurora-postgresql16", **values: Any) -> dict[str, Any]:
    """Return a cluster parameter group."""
    return group(family, type_="aws_rds_cluster_parameter_group", **values)


CLUSTER = {
    "aws_rds_cluster": {
        "main": {
            "engine": "aurora-postgresql",
            "engine_version": "16.9",
            "db_cluster_parameter_group_name": "main",
        }
    }
}
MEMBER = {
    "cluster_identifier": "${aws_rds_cluster.main.id}",
    "instance_class": "db.t3.medium",
    "db_parameter_group_name": "main",
}


@pytest.mark.parametrize(
    ("arguments", "family", "words"),
    [
        ({}, "postgres16", None),
        ({}, "postgres15", "expected postgres16, as aws_db_instance.main runs postgres 16.9"),
        ({"engine_version": "16"}, "postgres16", None),
        ({"engine_version": UNKNOWN}, "postgres15", None),
        ({"engine_version": "11.22"}, "postgres11", None),
        ({"engine_version": "sixteen"}, "postgres11", None),
        ({"engine": "mysql", "engine_version": "8.0"}, "mysql8.0", None),
        ({"engine_version": None}, "postgres15", None),
        ({}, UNKNOWN, None),
        ({"parameter_group_name": "default.postgres16"}, "postgres15", None),
        (
            {"parameter_group_name": "default.postgres14"},
            "postgres16",
            "expected default.postgres16",
        ),
        ({"parameter_group_name": ""}, "postgres14", None),
    ],
)
def test_family_of_an_instance(arguments: dict[str, Any], family: str, words: str | None) -> None:
    """It follows from engine and version where both are known."""
    messages = found(catalogue.parameter_group_family, {**instance(**arguments), **group(family)})
    assert (words in messages[0]) if words else not messages


def test_family_of_an_aurora_instance_follows_its_cluster() -> None:
    """An instance without engine and version has those of its cluster."""
    resources = {
        **CLUSTER,
        "aws_rds_cluster_instance": {"a": MEMBER},
        **group("aurora-postgresql14"),
    }
    (message,) = found(catalogue.parameter_group_family, resources)
    assert "expected aurora-postgresql16, as aws_rds_cluster_instance.a runs" in message


@pytest.mark.parametrize(
    ("family", "wrong"),
    [
        ("postgres16", False),
        ("postgres9.6", False),
        ("postgres19", False),
        ("aurora-postgresql17", False),
        ("mysql8.0", False),
        ("postgresql16", True),
        ("aurora-postgres16", True),
        ("postgres16.9", True),
        ("postgres", True),
        ("Postgres16", True),
        (UNKNOWN, False),
    ],
)
def test_names_of_families(family: str, wrong: bool) -> None:
    """Engine and major version; other engines and newer majors are left alone."""
    assert bool(found(catalogue.parameter_group_family_name, group(family))) is wrong


@pytest.mark.parametrize(
    ("family", "name", "words"),
    [
        ("postgres16", "work_mem", None),
        ("postgres16", "WORK_MEM", None),
        ("postgres16", "work_men", "did you mean work_mem"),
        ("postgres16", "transaction_timeout", "came with PostgreSQL 17"),
        ("postgres17", "old_snapshot_threshold", "went with PostgreSQL 17"),
        ("aurora-postgresql16", "wal_level", "does not offer"),
        ("postgres16", "nothing_like_it", "has no parameter"),
        ("postgres16", "rds.force_sll", "did you mean rds.force_ssl"),
        ("postgres16", "rds.brand_new_feature", None),
        ("postgres16", "pg_stat_monitor.pgsm_max", None),
        ("postgres16", UNKNOWN, None),
        ("postgres12", "nothing_like_it", None),
        ("mysql8.0", "innodb_buffer_pool_size", None),
        (UNKNOWN, "nothing_like_it", None),
    ],
)
def test_parameters_of_a_family(family: str, name: str, words: str | None) -> None:
    """What PostgreSQL does not have is sure; of AWS's own and of libraries there may be more."""
    resources = group(family)
    resources["aws_db_parameter_group"]["main"]["parameter"] = [{"name": name, "value": "1"}]
    messages = found(catalogue.parameter_exists, resources)
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("resources", "wrong"),
    [
        (cluster_group(rds__force_ssl="1"), False),
        (cluster_group(shared_preload_libraries="pg_stat_statements"), False),
        (group("aurora-postgresql16", rds__force_ssl="1"), True),
        (group("aurora-postgresql16", work_mem="64"), False),
        # A Multi-AZ DB cluster of RDS has no instance groups.
        (cluster_group("postgres16", work_mem="64"), False),
        (group("postgres16", rds__force_ssl="1"), False),
    ],
)
def test_levels(resources: dict[str, Any], wrong: bool) -> None:
    """Only what the group of a level can't hold is wrong."""
    assert bool(found(catalogue.parameter_level, resources)) is wrong


@pytest.mark.parametrize(
    ("resources", "noted"),
    [
        (cluster_group(work_mem="64"), True),
        (cluster_group(shared_preload_libraries="pgaudit"), False),
        (cluster_group(rds__force_ssl="1"), False),
        (cluster_group("postgres16", work_mem="64"), False),
        (group("aurora-postgresql16", work_mem="64"), False),
    ],
)
def test_choice_of_level(resources: dict[str, Any], noted: bool) -> None:
    """A parameter that both groups can hold is noted in the cluster's, if AWS does not set it there."""
    assert bool(found(catalogue.parameter_level_choice, resources)) is noted


@pytest.mark.parametrize(
    ("family", "name", "value", "words"),
    [
        ("postgres16", "log_statement", "ddl", None),
        ("postgres16", "log_statement", "dll", "expected one of none, ddl, mod, all"),
        ("postgres16", "rds.force_ssl", "on", "expected 0 or 1; write 1"),
        ("postgres16", "rds.force_ssl", 1, None),
        ("postgres16", "rds.force_ssl", True, None),
        ("postgres16", "shared_buffers", "1GB", "write 131072"),
        ("postgres16", "shared_buffers", "{DBInstanceClassMemory/32768}", None),
        ("postgres16", "max_connections", "LEAST({DBInstanceClassMemory/9531392},5000)", None),
        ("postgres16", "work_mem", "1", "expected a number from 64 to"),
        ("aurora-postgresql18", "log_connections", "1", "expected elements out of all, receipt"),
        ("postgres16", "work_mem", UNKNOWN, None),
        ("postgres12", "work_mem", "1", None),
    ],
)
def test_values(family: str, name: str, value: Any, words: str | None) -> None:
    """A value has the type, range, words and unit of its parameter."""
    resources = group(family, **{name.replace(".", "__"): value})
    messages = found(catalogue.parameter_value, resources)
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("name", "family", "method", "rule", "wrong"),
    [
        ("max_connections", "postgres16", None, catalogue.parameter_apply_method, True),
        ("max_connections", "postgres16", UNKNOWN, catalogue.parameter_apply_method, False),
        (
            "max_connections",
            "postgres16",
            "pending-reboot",
            catalogue.parameter_apply_method,
            False,
        ),
        ("autovacuum_max_workers", "postgres17", None, catalogue.parameter_apply_method, True),
        ("autovacuum_max_workers", "postgres18", None, catalogue.parameter_apply_method, False),
        ("some.library", "postgres16", None, catalogue.parameter_apply_method, False),
        ("work_mem", "postgres16", None, catalogue.parameter_apply_delay, False),
        ("work_mem", "postgres16", "pending-reboot", catalogue.parameter_apply_delay, True),
        ("work_mem", UNKNOWN, "pending-reboot", catalogue.parameter_apply_delay, False),
        ("work_mem", "postgres16", None, catalogue.parameter_apply_word, False),
        ("work_mem", "mysql8.0", "now", catalogue.parameter_apply_word, True),
    ],
)
def test_apply_methods(name: str, family: str, method: str | None, rule: Rule, wrong: bool) -> None:
    """What is left out counts as the provider's "immediate"."""
    resources = group(family)
    block = {"name": name, "value": "1", "apply_method": method}
    resources["aws_db_parameter_group"]["main"]["parameter"] = [block]
    assert bool(found(rule, resources)) is wrong


@pytest.mark.parametrize(
    ("resources", "wrong"),
    [
        (group(auto_explain__log_analyze="1"), True),
        (group(auto_explain__log_analyze="1", shared_preload_libraries=UNKNOWN), False),
        (group(auto_explain__log_analyze="1", shared_preload_libraries="pgaudit"), True),
        (group(cron__database_name="postgres", shared_preload_libraries="pg_cron"), False),
        (group(pg_stat_statements__track="all"), False),
        (group("postgres12", auto_explain__log_analyze="1"), False),
        # The cluster's group may load what the instances' group sets.
        (
            {
                **group("aurora-postgresql16", auto_explain__log_analyze="1"),
                **cluster_group(shared_preload_libraries="auto_explain, pgaudit"),
                **CLUSTER,
                "aws_rds_cluster_instance": {"a": MEMBER},
            },
            False,
        ),
        (
            {
                **group("aurora-postgresql16", auto_explain__log_analyze="1"),
                "aws_rds_cluster_instance": {"a": {**MEMBER, "cluster_identifier": "else"}},
            },
            True,
        ),
        (
            {
                **group(auto_explain__log_analyze="1"),
                "aws_rds_cluster": {
                    "main": {
                        **CLUSTER["aws_rds_cluster"]["main"],
                        "db_cluster_parameter_group_name": "made-elsewhere",
                    }
                },
                "aws_rds_cluster_instance": {"a": MEMBER},
            },
            False,
        ),
    ],
)
def test_libraries(resources: dict[str, Any], wrong: bool) -> None:
    """A library may be loaded by any group that the same server uses."""
    assert bool(found(catalogue.parameter_library, resources)) is wrong


@pytest.mark.parametrize(
    ("values", "unit", "memory"),
    [
        # 8 GiB of memory: a quarter, all of it in pages that were meant as kB, and too much in any unit.
        ({"shared_buffers": "262144"}, None, None),
        ({"shared_buffers": "1048576"}, "1048576 x 8 kB = 8 GiB", None),
        ({"shared_buffers": "99999999999"}, None, "expected at most 6 GiB of the 8 GiB"),
        ({"effective_cache_size": "3145728"}, "if kB was meant, write 393216", None),
        ({"effective_cache_size": "786432"}, None, None),
        ({"work_mem": "16384"}, None, None),
        ({"work_mem": "67108864"}, "if B was meant, write 65536", None),
        ({"maintenance_work_mem": "8388609"}, "if B was meant, write 8192", None),
        ({"shared_buffers": "{DBInstanceClassMemory/32768}"}, None, None),
        ({"shared_buffers": "{DBInstanceClassMemory/10000}"}, None, "= 6.554 GiB"),
        ({"shared_buffers": "{DBInstanceVCPU*1000}"}, None, None),
        ({"shared_buffers": UNKNOWN}, None, None),
        ({"temp_file_limit": "99999999"}, None, None),
        ({"wal_buffers": "-1"}, None, None),
    ],
)
def test_memory(values: dict[str, Any], unit: str | None, memory: str | None) -> None:
    """Sizes fit the class of the instance; one that was meant in another unit is told as that."""
    resources = {**instance(), **group(**values)}
    for rule, words in ((catalogue.parameter_unit, unit), (catalogue.parameter_memory, memory)):
        messages = found(rule, resources)
        assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    "arguments",
    [
        {"instance_class": UNKNOWN},
        {"instance_class": "db.nothing.large"},
        {"engine": "mysql"},
        {"parameter_group_name": "else"},
    ],
)
def test_memory_of_an_unknown_server(arguments: dict[str, Any]) -> None:
    """Without a known class nothing is too large."""
    values = {"shared_buffers": "99999999", "max_connections": "99999", "work_mem": "9999999"}
    resources = {**instance(**arguments), **group(**values)}
    memory_sum, connections = catalogue.parameter_memory_sum, catalogue.parameter_connections
    for rule in (catalogue.parameter_unit, catalogue.parameter_memory, memory_sum, connections):
        assert found(rule, resources) == []


def test_memory_of_the_smallest_member_counts() -> None:
    """A cluster's group is for all its instances."""
    members = {"a": {**MEMBER, "instance_class": "db.r6g.16xlarge"}, "b": MEMBER}
    resources = {
        **CLUSTER,
        **cluster_group(shared_buffers="524288"),
        "aws_rds_cluster_instance": members,
    }
    (message,) = found(catalogue.parameter_unit, resources)
    assert "the 4 GiB of db.t3.medium" in message


@pytest.mark.parametrize(
    ("values", "noted", "warned"),
    [
        ({"max_connections": "200", "work_mem": "16384"}, False, False),
        ({"max_connections": "200", "work_mem": "65536"}, True, False),
        ({"max_connections": "1802"}, False, False),
        ({"max_connections": "1803", "work_mem": UNKNOWN}, False, True),
        ({"max_connections": "LEAST({DBInstanceClassMemory/9531392},5000)"}, False, False),
        ({"max_connections": UNKNOWN, "work_mem": "65536"}, False, False),
    ],
)
def test_connections(values: dict[str, Any], noted: bool, warned: bool) -> None:
    """Sessions times their memory, and sessions alone, fit 8 GiB."""
    resources = {**instance(), **group(**values)}
    assert bool(found(catalogue.parameter_memory_sum, resources)) is noted
    assert bool(found(catalogue.parameter_connections, resources)) is warned


@pytest.mark.parametrize(
    ("resources", "warned"),
    [
        (instance(engine_version="14.24", parameter_group_name=None), True),
        (instance(engine_version="14.24", parameter_group_name=""), True),
        (instance(engine_version="14.24", parameter_group_name="default.postgres14"), True),
        (instance(engine_version="14.24", parameter_group_name="made-elsewhere"), False),
        (instance(engine_version="14.24", parameter_group_name=UNKNOWN), False),
        (instance(engine_version="15.19", parameter_group_name=None), False),
        (instance(engine_version=UNKNOWN, parameter_group_name=None), False),
        (instance(engine_version="11.22", parameter_group_name=None), False),
        ({**instance(engine_version="14.24"), **group("postgres14", work_mem="64")}, True),
        ({**instance(engine_version="14.24"), **group("postgres14", rds__force_ssl="0")}, False),
        (
            {**instance(engine_version="14.24"), **group("postgres14", rds__force_ssl=UNKNOWN)},
            False,
        ),
        ({**CLUSTER, **cluster_group()}, True),
        ({**CLUSTER, **cluster_group(rds__force_ssl="1")}, False),
        ({"aws_db_instance": {"a": {"engine": "mysql", "engine_version": "8.0.35"}}}, False),
    ],
)
def test_tls_by_default(resources: dict[str, Any], warned: bool) -> None:
    """What nobody set is off before 15 on RDS, before 17 on Aurora."""
    assert bool(found(catalogue.force_ssl_unset, resources)) is warned


@pytest.mark.parametrize(
    ("values", "number"),
    [
        ({"log_statement": "all", "log_min_duration_statement": "0"}, 2),
        ({"log_statement": "mod", "log_min_duration_statement": "1000"}, 0),
        ({"log_statement": UNKNOWN}, 0),
    ],
)
def test_logged_statements(values: dict[str, Any], number: int) -> None:
    """Every statement is logged by its kind or by its duration."""
    assert len(found(catalogue.statement_log, group(**values))) == number
