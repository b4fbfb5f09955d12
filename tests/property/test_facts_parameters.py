"""Conversion of sizes and times, and answers about any parameter."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from tapforge.facts import parameter_values, parameters, postgres

BYTES = {"B": 1, "kB": 1024, "8kB": 8192, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}
SIZES = ["shared_buffers", "work_mem", "max_wal_size", "track_activity_query_size"]
engines = st.sampled_from(postgres.ENGINES)
majors = st.sampled_from(postgres.majors("postgres"))


@given(
    name=st.sampled_from(SIZES),
    number=st.integers(0, 10**6),
    unit=st.sampled_from(["B", "kB", "MB", "GB", "TB"]),
)
def test_conversion_keeps_the_size_or_raises(name: str, number: int, unit: str) -> None:
    """A converted size is the same number of bytes; what is no whole number is refused."""
    parameter = parameters.get("postgres", 17, name)
    assert parameter is not None
    size = number * BYTES[unit]
    step = BYTES[parameter.unit or ""]
    try:
        converted = parameter_values.convert(f"{number}{unit}", parameter)
    except ValueError:
        assert size % step
    else:
        assert converted * step == size
        assert parameter_values.in_bytes(parameter, str(converted)) == size


@given(engine=engines, major=majors, data=st.data())
def test_what_is_written_is_right(engine: postgres.Engine, major: int, data: st.DataObject) -> None:
    """A value that can be written passes the check in the group where it belongs."""
    name = data.draw(st.sampled_from(parameters.names(engine, major)))
    parameter = parameters.get(engine, major, name)
    assert parameter is not None
    value = data.draw(st.one_of(st.booleans(), st.integers(-10, 10**6), st.sampled_from(["on"])))
    with suppress(ValueError):
        text = parameter_values.write(value, parameter)
        assert parameters.check(engine, major, parameter.level, name, text) == []


@given(
    engine=engines,
    major=majors,
    level=st.sampled_from(["cluster", "instance"]),
    name=st.text("abcdefgl_.", max_size=12),
    value=st.text(max_size=12),
)
def test_any_setting_is_judged_without_failing(
    engine: postgres.Engine, major: int, level: parameters.Level, name: str, value: str
) -> None:
    """A wrong name or value is a message and never an exception."""
    problems = parameters.check(engine, major, level, name, value)
    assert all(isinstance(problem, str) and problem for problem in problems)
