"""Parameters: which exist where, at which level, and how they are applied."""

import pytest

from tapforge.facts import parameters, postgres
from tapforge.facts._data import load


def known(engine: str, major: int, name: str) -> parameters.Parameter:
    """Return a parameter that must exist."""
    found = parameters.get(engine, major, name)
    assert found is not None
    return found


def test_a_parameter_of_the_server() -> None:
    """Type, unit, range and sources of work_mem."""
    work_mem = known("postgres", 17, "work_mem")
    assert (work_mem.type, work_mem.unit, work_mem.min, work_mem.max) == (
        "integer",
        "kB",
        64,
        2147483647,
    )
    assert work_mem.levels == ("instance",)
    assert "pg_settings" in work_mem.source
    assert "rds-user-guide" in work_mem.source


def test_a_zero_minimum_is_a_minimum() -> None:
    """Zero is a bound like any other."""
    assert known("postgres", 17, "statement_timeout").min == 0
    assert known("postgres", 17, "seq_page_cost").min == 0


def test_level_on_aurora() -> None:
    """Forced SSL lies in the cluster group, libraries and logging in the instance group."""
    assert known("aurora-postgresql", 16, "rds.force_ssl").levels == ("cluster",)
    libraries = known("aurora-postgresql", 16, "shared_preload_libraries")
    assert libraries.levels == ("cluster", "instance")
    assert libraries.level == "instance"
    assert known("aurora-postgresql", 16, "log_connections").level == "instance"
    assert known("aurora-postgresql", 16, "autovacuum").level == "cluster"
    assert known("postgres", 16, "rds.force_ssl").level == "instance"


@pytest.mark.parametrize(
    "name",
    ["log_checkpoints", "jit", "checkpoint_timeout", "max_wal_size", "wal_level", "lock_timeout"],
)
def test_parameters_that_aurora_lacks(name: str) -> None:
    """Aurora replaces checkpoints and WAL files by its storage."""
    assert parameters.get("aurora-postgresql", 16, name) is None
    message = parameters.check("aurora-postgresql", 16, "instance", name, "1")
    assert len(message) == 1
    assert "Aurora PostgreSQL 16 does not offer" in message[0]


def test_log_checkpoints_exists_on_rds() -> None:
    """What Aurora lacks, RDS may have."""
    assert parameters.check("postgres", 16, "instance", "log_checkpoints", "1") == []


def test_static_parameters_wait_for_a_reboot() -> None:
    """The apply method follows from PostgreSQL's context, which changes with the version."""
    assert known("postgres", 17, "shared_buffers").apply_method == "pending-reboot"
    assert known("postgres", 17, "work_mem").apply_method == "immediate"
    assert known("postgres", 17, "autovacuum_max_workers").apply_method == "pending-reboot"
    assert known("postgres", 18, "autovacuum_max_workers").apply_method == "immediate"
    assert known("aurora-postgresql", 16, "rds.logical_replication").static
    assert not known("aurora-postgresql", 16, "rds.force_ssl").static


def test_minimum_that_changes_with_the_version() -> None:
    """maintenance_work_mem may be smaller since 17."""
    assert known("postgres", 16, "maintenance_work_mem").min == 1024
    assert known("postgres", 17, "maintenance_work_mem").min == 64


def test_type_that_changes_with_the_version() -> None:
    """log_connections was a switch until 17 and is a list since 18."""
    assert known("aurora-postgresql", 17, "log_connections").type == "bool"
    assert known("aurora-postgresql", 18, "log_connections").type == "list"
    check = parameters.check
    assert check("aurora-postgresql", 17, "instance", "log_connections", "1") == []
    refused = check("aurora-postgresql", 18, "instance", "log_connections", "1")
    assert "elements out of all, receipt, authentication" in refused[0]
    good = "receipt,authorization"
    assert check("aurora-postgresql", 18, "instance", "log_connections", good) == []


def test_defaults_that_changed() -> None:
    """SSL is forced by default on RDS since 15 and on Aurora since 17."""
    default = {
        engine: [known(engine, major, "rds.force_ssl").default for major in range(13, 19)]
        for engine in postgres.ENGINES
    }
    assert default["postgres"] == ["0", "0", "1", "1", "1", "1"]
    assert default["aurora-postgresql"] == ["0", "0", "0", "0", "1", "1"]
    assert known("postgres", 16, "work_mem").default is None


def test_aurora_narrows_ranges() -> None:
    """The API of Aurora allows less than the server."""
    assert known("aurora-postgresql", 16, "max_connections").min == 6
    assert known("postgres", 16, "max_connections").min == 1
    assert known("aurora-postgresql", 14, "log_rotation_age").max == 1440
    assert known("aurora-postgresql", 14, "synchronous_commit").values == ("local", "on", "off")
    assert known("aurora-postgresql", 14, "force_parallel_mode").type == "bool"


@pytest.mark.parametrize(
    ("engine", "major", "name", "words"),
    [
        ("postgres", 16, "transaction_timeout", "came with PostgreSQL 17"),
        ("aurora-postgresql", 13, "idle_session_timeout", "came with PostgreSQL 14"),
        ("postgres", 18, "ssl_ecdh_curve", "renamed it to ssl_groups"),
        ("postgres", 16, "force_parallel_mode", "renamed it to debug_parallel_query"),
        ("postgres", 17, "old_snapshot_threshold", "went with PostgreSQL 17"),
        ("postgres", 17, "wal_level", "set rds.logical_replication = 1"),
        ("postgres", 17, "work_memm", "did you mean work_mem?"),
        ("postgres", 17, "apg_ccm_enabled", "does not offer"),
        ("aurora-postgresql", 17, "qqqqqqqq", "leave it out"),
    ],
)
def test_missing_parameter_says_why(engine: str, major: int, name: str, words: str) -> None:
    """Too new, too old, on another engine, or misspelt: each has its own advice."""
    assert parameters.get(engine, major, name) is None
    assert words in parameters.check(engine, major, "instance", name, "1")[0]


def test_wrong_level_names_the_right_resource() -> None:
    """A cluster parameter in the instance group is moved, and the reverse."""
    check = parameters.check
    up = check("aurora-postgresql", 16, "instance", "rds.force_ssl", "1")
    assert up[0].endswith("move it to the aws_rds_cluster_parameter_group")
    down = check("aurora-postgresql", 16, "cluster", "work_mem", "16384")
    assert down[0].endswith("move it to the aws_db_parameter_group")


def test_undocumented_parameter_is_not_judged_by_level() -> None:
    """Nobody has published where Aurora keeps the parameters of newer versions."""
    timeout = known("aurora-postgresql", 17, "transaction_timeout")
    assert not timeout.documented
    for level in ("cluster", "instance"):
        arguments = ("aurora-postgresql", 17, level, "transaction_timeout", "0")
        assert parameters.check(*arguments) == []


def test_all_problems_are_reported() -> None:
    """Level, value and whether it can be changed do not hide each other."""
    problems = parameters.check("aurora-postgresql", 16, "cluster", "hot_standby_feedback", "on")
    assert len(problems) == 3
    assert "cannot be changed on Aurora PostgreSQL 16" in problems[0]


def test_fixed_parameters_are_not_listed() -> None:
    """A list of parameters to choose from leaves out what RDS does not let change."""
    assert not known("postgres", 17, "data_directory").modifiable
    assert "data_directory" not in parameters.names("postgres", 17)


def test_lists_are_sorted_and_split_by_level() -> None:
    """Each documented parameter of Aurora belongs in one group; the others may be in both."""
    every = parameters.names("aurora-postgresql", 17)
    cluster = parameters.names("aurora-postgresql", 17, "cluster")
    instance = parameters.names("aurora-postgresql", 17, "instance")
    assert list(every) == sorted(every)
    assert set(cluster) | set(instance) == set(every)
    both = set(cluster) & set(instance)
    assert "transaction_timeout" in both
    assert not any(known("aurora-postgresql", 17, name).documented for name in both)
    assert parameters.names("postgres", 17, "cluster") == ()


@pytest.mark.parametrize("engine", postgres.ENGINES)
@pytest.mark.parametrize("level", ["cluster", "instance"])
def test_the_whole_table_agrees_with_single_answers(engine: str, level: parameters.Level) -> None:
    """A module that carries the table says the same as the functions."""
    table = parameters.static_by_major(engine, level)
    assert list(table) == sorted(table)
    answers = {
        (name, major): known(engine, major, name).static
        for major in postgres.majors(engine)
        for name in parameters.names(engine, major, level)
    }
    assert answers == {(n, m): static for n, row in table.items() for m, static in row.items()}


def test_names_are_lower_case() -> None:
    """AWS writes every name in lower case, PostgreSQL does not."""
    assert known("aurora-postgresql", 16, "DateStyle").name == "datestyle"
    assert all(name == name.lower() for name in load("parameters")["parameters"])


def test_closest_names() -> None:
    """The nearest names, several when they are as near."""
    assert parameters.closest("postgres", 17, "log_conections") == ("log_connections",)
    assert parameters.closest("postgres", 17, "xyzzy") == ()


def test_unknown_version_raises() -> None:
    """There are no facts about a version that the engine does not have."""
    with pytest.raises(ValueError, match="no major version 12"):
        parameters.get("postgres", 12, "work_mem")


@pytest.mark.parametrize("engine", postgres.ENGINES)
@pytest.mark.parametrize("major", range(13, 19))
def test_every_record_makes_a_parameter(engine: str, major: int) -> None:
    """Units stand only on numbers, ranges are in order, enums have values."""
    for name in parameters.names(engine, major):
        found = known(engine, major, name)
        assert found.source
        if found.unit:
            assert found.type in ("integer", "real"), name
        if found.min is not None and found.max is not None:
            assert found.min <= found.max, name
        if found.type == "enum":
            assert found.values, name
        if found.type in ("bool", "integer", "real"):
            assert not found.values, name


def test_records_cite_sources_that_exist() -> None:
    """Every source is used, and every citation leads somewhere."""
    table = load("parameters")
    cited = {key for entry in table["parameters"].values() for key in entry["source"].split()}
    assert cited == set(table["sources"])


def test_the_logging_parameters_of_the_demo_system() -> None:
    """The two groups of the first system are right as it writes them."""
    cluster = {"rds.force_ssl": "1", "log_autovacuum_min_duration": "1000"}
    instance = {
        "shared_preload_libraries": "pg_stat_statements,auto_explain",
        "pg_stat_statements.track": "all",
        "auto_explain.log_min_duration": "1000",
        "auto_explain.log_format": "json",
        "log_statement": "ddl",
        "log_min_duration_statement": "1000",
        "log_connections": "1",
        "log_disconnections": "1",
        "log_lock_waits": "1",
        "log_temp_files": "0",
    }
    for level, group in (("cluster", cluster), ("instance", instance)):
        for name, value in group.items():
            assert parameters.check("aurora-postgresql", 16, level, name, value) == [], name


@pytest.mark.parametrize(
    ("name", "library"),
    [
        ("auto_explain.log_min_duration", "auto_explain"),
        ("cron.database_name", "pg_cron"),
        ("pg_stat_statements.track", None),
        ("rds.force_ssl", None),
        ("work_mem", None),
    ],
)
def test_the_library_of_a_parameter(name: str, library: str | None) -> None:
    """A parameter of a library means nothing until that is loaded; some always are."""
    assert parameters.library(name) == library


def test_parameters_of_memory_are_sizes() -> None:
    """Each of them exists on every engine, and counts in a unit of memory."""
    for engine in postgres.ENGINES:
        units = {known(engine, 16, name).unit for name in parameters.of_memory()}
        assert units == {"8kB", "kB"}


@pytest.mark.parametrize(
    ("name", "core"),
    [("work_mem", True), ("nothing", True), ("rds.new", False), ("apg_new", False), ("a.b", False)],
)
def test_the_parameters_that_are_all_known(name: str, core: bool) -> None:
    """AWS and libraries may have more parameters than the list."""
    assert parameters.is_core(name) is core
