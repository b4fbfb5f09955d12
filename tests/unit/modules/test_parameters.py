"""Parameter groups in a module: which parameters a version has, and when they take effect."""

from types import SimpleNamespace

import pytest

from tapforge.facts import parameter_values
from tapforge.facts import parameters as facts
from tapforge.lang.expression import Symbol
from tapforge.modules import parameters

AURORA = "aurora-postgresql"
LEVELS = ("cluster", "instance")


def reason(
    level: parameters.Level,
    given: dict[str, str],
    version: str = "16.9",
    instance_class: str = "db.t3.medium",
) -> str:
    """Give the message of the first rule for parameters that refuses them, or nothing."""
    inputs = SimpleNamespace(engine_version=version, instance_class=instance_class)
    for rule in parameters.valid(AURORA, level):
        holds = rule.condition(given, inputs)
        assert isinstance(holds, bool)
        if not holds:
            return rule.message(given, inputs)
    return ""


@pytest.mark.parametrize("level", LEVELS)
def test_every_parameter_of_the_facts_is_known(level: parameters.Level) -> None:
    """In exactly the versions that have it at this level."""
    for name, by_major in facts.static_by_major(AURORA, level).items():
        for major in range(13, 19):
            known = not reason(level, {name: "x"}, f"{major}.1")
            assert known == (major in by_major), f"{name} {major}"


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_static_waits_for_a_reboot(level: parameters.Level) -> None:
    """AWS refuses `immediate` for it."""
    for name, by_major in facts.static_by_major(AURORA, level).items():
        for major, static in by_major.items():
            method = parameters.apply_method(AURORA, level, name, str(major))
            assert method == ("pending-reboot" if static else "immediate"), f"{name} {major}"


def test_unknown_parameters_are_all_named() -> None:
    """With the level they were looked for at."""
    assert reason("instance", {}) == ""
    assert reason("cluster", {"rds.force_ssl": "1"}) == ""
    assert reason("cluster", {"nonesuch": "1", "rds.force_ssl": "1", "log_checkpoints": "1"}) == (
        "aurora-postgresql 16 has no cluster parameter log_checkpoints and no nonesuch."
    )


def test_an_unknown_name_is_left_to_terraform() -> None:
    """The table travels as a local of the module."""
    method = parameters.apply_method(
        AURORA, "cluster", Symbol("p").key, Symbol("local.major", "string")
    )
    assert repr(method) == (
        '<contains(split(" ", lookup(local.cluster_parameters, p.key, "")), "${local.major}-static")'
        ' ? "pending-reboot" : "immediate">'
    )


# --- sizes and times --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("shared_buffers", "1GB", "131072"),
        ("effective_cache_size", "3GB", "393216"),
        ("work_mem", "16MB", "16384"),
        ("work_mem", "1.5MB", "1536"),
        ("maintenance_work_mem", "256MB", "262144"),
        ("max_wal_size", "2GB", "2048"),
        ("track_activity_query_size", "4kB", "4096"),
        ("statement_timeout", "5min", "300000"),
        ("checkpoint_timeout", "1h", "3600"),
        ("log_rotation_age", "1d", "1440"),
        ("work_mem", "16384", "16384"),
        ("log_temp_files", "-1", "-1"),
        ("shared_buffers", "{DBInstanceClassMemory/32768}", "{DBInstanceClassMemory/32768}"),
        ("shared_preload_libraries", "pg_stat_statements", "pg_stat_statements"),
        ("log_line_prefix", "8kB", "8kB"),
        ("nonesuch", "1GB", "1GB"),
    ],
)
def test_sizes_and_times_are_counted_in_the_parameter_s_own_unit(
    name: str, given: str, expected: str
) -> None:
    """Which is 8 kB for some; whatever is no size or time stays."""
    assert parameters.written(name, given) == expected


def test_it_counts_as_the_facts_do() -> None:
    """Every parameter that has a unit, in the versions that have it."""
    for name, unit in facts.units().items():
        for value in ("1GB", "64MB", "2h", "90min"):
            for major in range(13, 19):
                parameter = facts.get("postgres", major, name)
                if parameter is None or value.endswith("B") != unit.endswith("B"):
                    continue
                assert parameter.unit == unit
                expected = str(parameter_values.convert(value, parameter))
                assert parameters.written(name, value) == expected, f"{name} {value}"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"shared_buffers": "5min"}, 'shared_buffers is "5min", and counts in 8kB: '),
        ({"work_mem": "100B"}, 'work_mem is "100B", and counts in kB: expected a whole number'),
        ({"statement_timeout": "1GB"}, 'statement_timeout is "1GB", and counts in ms: '),
        ({"work_mem": "1B", "temp_buffers": "1kB"}, "counts in 8kB: expected a whole number of"),
    ],
    ids=["time for a size", "part of a kB", "size for a time", "two"],
)
def test_quantities_that_are_none_of_the_parameter(given: dict[str, str], expected: str) -> None:
    """Each is named with what it counts in."""
    assert expected in reason("instance", given)


@pytest.mark.parametrize(
    ("given", "class_", "expected"),
    [
        # What was meant as kB, where the unit is 8 kB.
        (
            {"shared_buffers": "1048576"},
            "db.r5.large",
            "",
        ),
        (
            {"shared_buffers": "1048576"},
            "db.t3.large",
            (
                "shared_buffers 1048576 (counted in 8kB) is 8192 MiB: that is too much of the 8192 MiB of"
                " db.t3.large; take less, or a larger class."
            ),
        ),
        ({"effective_cache_size": "3145728"}, "db.r5.large", "effective_cache_size 3145728"),
        ({"shared_buffers": "3GB"}, "db.t3.medium", ""),
        ({"shared_buffers": "3073MB"}, "db.t3.medium", "is 3073 MiB: that is too much"),
        ({"work_mem": "4GB"}, "db.t3.medium", ""),
        ({"work_mem": "5GB"}, "db.t3.medium", "work_mem 5GB (counted in kB) is 5120 MiB"),
        ({"shared_buffers": "{DBInstanceClassMemory/32768}"}, "db.t3.medium", ""),
        ({"shared_buffers": "900GB"}, "db.serverless", ""),
        ({"max_connections": "99999"}, "db.t3.medium", ""),
    ],
)
def test_no_parameter_takes_the_memory_of_its_instance(
    given: dict[str, str], class_: str, expected: str
) -> None:
    """shared_buffers takes three quarters at most; a class without a size takes what it needs."""
    found = reason("instance", given, instance_class=class_)
    assert expected in found
    assert bool(expected) == bool(found)
