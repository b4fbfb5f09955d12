"""Values of parameters: ranges, units, switches and formulas."""

import pytest

from tapforge.facts import parameter_values, parameters


def known(name: str, engine: str = "postgres", major: int = 17) -> parameters.Parameter:
    """Return a parameter that must exist."""
    found = parameters.get(engine, major, name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("shared_buffers", "1GB", 131072),
        ("effective_cache_size", "3GB", 393216),
        ("work_mem", "16MB", 16384),
        ("maintenance_work_mem", "256MB", 262144),
        ("max_wal_size", "2GB", 2048),
        ("track_activity_query_size", "4kB", 4096),
        ("shared_buffers", "1.5GB", 196608),
        ("shared_buffers", " 64 MB ", 8192),
        ("statement_timeout", "5min", 300000),
        ("statement_timeout", "0.25s", 250),
        ("checkpoint_timeout", "1h", 3600),
        ("log_rotation_age", "1d", 1440),
        ("shared_buffers", 131072, 131072),
        ("shared_buffers", "131072", 131072),
        ("max_connections", 100, 100),
        ("log_temp_files", -1, -1),
    ],
)
def test_quantity_in_the_parameters_own_unit(name: str, value: float | str, number: int) -> None:
    """Sizes and times are counted in the unit of the parameter, which may be 8 kB."""
    assert parameter_values.convert(value, known(name)) == number


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("shared_buffers", "1KB", '"KB" is not one of B, kB, MB, GB or TB; write kB'),
        ("shared_buffers", "1min", '"min" is not one of B, kB, MB, GB or TB'),
        ("statement_timeout", "1m", '"m" is not one of us, ms, s, min, h or d'),
        ("shared_buffers", "100kB", "not a whole number of 8kB; take 12 or 13, counted in 8kB"),
        ("max_connections", "1.5", "not a whole number; take 1 or 2"),
        ("max_connections", "1kB", 'has no unit; found "1kB"'),
        ("shared_buffers", "much", "expected a number such as 64MB"),
        ("statement_timeout", "", "expected a number such as 30s"),
        ("max_connections", "many", "expected a number such as 10"),
    ],
)
def test_wrong_quantity_raises_with_advice(name: str, value: str, words: str) -> None:
    """The message names the parameter, what was found and what to write."""
    with pytest.raises(ValueError, match=name) as caught:
        parameter_values.convert(value, known(name))
    assert words in str(caught.value)
    assert str(caught.value).startswith(name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("work_mem", "64"),
        ("work_mem", "2147483647"),
        ("max_connections", "LEAST({DBInstanceClassMemory/9531392},5000)"),
        ("shared_buffers", "{DBInstanceClassMemory/32768}"),
        ("autovacuum_vacuum_cost_limit", "GREATEST({log(DBInstanceClassMemory/2)*600},200)"),
        ("checkpoint_completion_target", "0.9"),
        ("seq_page_cost", "1e3"),
        ("track_io_timing", "0"),
        ("log_statement", "ddl"),
        ("log_statement", "DDL"),
        ("application_name", "anything"),
        ("shared_preload_libraries", "pg_stat_statements, auto_explain"),
    ],
)
def test_right_value_passes(name: str, value: str) -> None:
    """Ranges include their ends, formulas stay as they are, words may be in capitals."""
    assert parameter_values.check_value(known(name), value) is None


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("work_mem", "63", "work_mem is 63 (counted in kB); expected a number from 64 to 21474"),
        ("work_mem", "16MB", "expected an integer (counted in kB); write 16384"),
        ("work_mem", "{AvailabilityZone/2}", "expected an integer"),
        ("seq_page_cost", "-1", "expected a number from 0"),
        ("checkpoint_completion_target", "high", "expected a number"),
        ("track_io_timing", "on", "expected 0 or 1; write 1"),
        ("track_io_timing", "maybe", 'is "maybe"; expected 0 or 1'),
        ("log_statement", "dll", "one of none, ddl, mod, all; did you mean ddl or all?"),
        ("log_statement", "xyz", "one of none, ddl, mod, all"),
        ("shared_preload_libraries", "pg_stat_statement", "did you mean pg_stat_statements?"),
    ],
)
def test_wrong_value_is_refused_with_advice(name: str, value: str, words: str) -> None:
    """The message says what the parameter may be."""
    assert words in (parameter_values.check_value(known(name), value) or "")


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("shared_buffers", "1GB", "131072"),
        ("shared_buffers", "{DBInstanceClassMemory/32768}", "{DBInstanceClassMemory/32768}"),
        ("work_mem", 16384, "16384"),
        ("track_io_timing", True, "1"),
        ("track_io_timing", "off", "0"),
        ("synchronous_commit", False, "off"),
        ("log_statement", "ddl", "ddl"),
        ("checkpoint_completion_target", 0.9, "0.9"),
        ("application_name", "tap", "tap"),
    ],
)
def test_value_as_the_group_has_it(name: str, value: float | str, text: str) -> None:
    """Python values become the text that RDS reads."""
    assert parameter_values.write(value, known(name)) == text


def test_connections_are_all_logged_in_every_version() -> None:
    """The switch of 17 and the list of 18 mean the same True."""
    written = [
        parameter_values.write(True, known("log_connections", "aurora-postgresql", major))
        for major in (17, 18)
    ]
    assert written == ["1", "all"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("work_mem", "1kB"), ("track_io_timing", "maybe"), ("log_statement", True), ("port", "x")],
)
def test_value_that_cannot_be_written_raises(name: str, value: float | str) -> None:
    """A value out of range or of another type is not written."""
    with pytest.raises(ValueError, match=name):
        parameter_values.write(value, known(name))


def test_bytes_of_a_size() -> None:
    """The 8 GB that a kB figure in shared_buffers would mean."""
    assert parameter_values.in_bytes(known("shared_buffers"), "1048576") == 8 * 1024**3
    assert parameter_values.in_bytes(known("work_mem"), "16384") == 16 * 1024**2
    assert parameter_values.in_bytes(known("shared_buffers"), "{DBInstanceClassMemory/4}") is None
    assert parameter_values.in_bytes(known("statement_timeout"), "5") is None
    assert parameter_values.in_bytes(known("wal_buffers"), "-1") is None


@pytest.mark.parametrize(
    ("formula", "number"),
    [
        ("100", 100),
        ("-1", -1),
        ("{DBInstanceClassMemory/32768}", 2**33 / 2**15),
        ("{DBInstanceClassMemory*3/32768}", 3 * 2**18),
        ("LEAST({DBInstanceClassMemory/9531392},5000)", 2**33 / 9531392),
        ("GREATEST({DBInstanceClassMemory/63963136*1024},65536)", 2**33 / 63963136 * 1024),
        ("SUM({DBInstanceClassMemory/12038},-50003)", 2**33 / 12038 - 50003),
        ("{DBInstanceVCPU*2}", None),
        ("LEAST()", None),
        ("{1/0}", None),
        ("16MB", None),
        ("on", None),
    ],
)
def test_a_formula_comes_to_a_number_on_a_class(formula: str, number: float | None) -> None:
    """On 8 GiB; what is no formula of the memory, or no number, comes to nothing."""
    assert parameter_values.evaluate(formula, 8 * 1024**3) == number
