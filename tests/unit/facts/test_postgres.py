"""Versions, families, dates and reserved words of PostgreSQL on RDS and Aurora."""

import datetime as dt

import pytest

from tapforge.facts import postgres


@pytest.mark.parametrize("engine", postgres.ENGINES)
def test_creatable_versions_ascend_by_number(engine: str) -> None:
    """16.10 comes after 16.9."""
    ordinary = [v for v in postgres.creatable(engine) if "-" not in v]
    numbers = [tuple(map(int, version.split("."))) for version in ordinary]
    assert numbers == sorted(numbers)
    assert {first for first, _ in numbers} == set(postgres.majors(engine)) == set(range(13, 19))


@pytest.mark.parametrize("engine", postgres.ENGINES)
def test_no_version_is_creatable_and_deprecated(engine: str) -> None:
    """A version is one or the other."""
    assert not set(postgres.creatable(engine)) & set(postgres.deprecated(engine))


def test_limitless_versions_stand_apart() -> None:
    """Aurora Limitless Database needs another cluster, so its versions are asked for by name."""
    assert "16.8-limitless" in postgres.creatable("aurora-postgresql", limitless=True)
    assert "16.8-limitless" not in postgres.creatable("aurora-postgresql")
    assert postgres.creatable("postgres", limitless=True) == ()


@pytest.mark.parametrize(
    ("engine", "number", "version"),
    [
        ("aurora-postgresql", 15, "15.19"),
        ("aurora-postgresql", 16, "16.15"),
        ("postgres", 13, "13.23"),
        ("postgres", 14, "14.24"),
        ("postgres", 17, "17.11"),
    ],
)
def test_newest_version_of_a_major(engine: str, number: int, version: str) -> None:
    """The newest ordinary version, without patch releases and Limitless."""
    assert postgres.newest(engine, number) == version


@pytest.mark.parametrize(
    ("version", "number"), [("16.9", 16), ("16", 16), ("16.8-limitless", 16), ("13.23-rds.1", 13)]
)
def test_major_of_a_version(version: str, number: int) -> None:
    """The major version is the first number."""
    assert postgres.major(version) == number


@pytest.mark.parametrize("version", ["", "9.6", "16.", "16.9.1", "v16", "16.9 "])
def test_malformed_version_raises(version: str) -> None:
    """What is no version is not taken for one."""
    with pytest.raises(ValueError, match=r"expected MAJOR\.MINOR"):
        postgres.major(version)


def test_family_follows_engine_and_major() -> None:
    """The family is derived from engine and version."""
    assert postgres.family("aurora-postgresql", "16.9") == "aurora-postgresql16"
    assert postgres.family("postgres", "17.5") == "postgres17"


def test_family_of_an_unknown_major_raises() -> None:
    """There is no family for a major version that the engine does not have."""
    with pytest.raises(ValueError, match="no major version 12; expected 13 to 18"):
        postgres.family("aurora-postgresql", "12.9")


def test_unknown_engine_raises() -> None:
    """An engine is one of two."""
    with pytest.raises(ValueError, match="aurora-postgresql, postgres"):
        postgres.creatable("mysql")


@pytest.mark.parametrize(
    ("engine", "version", "words"),
    [
        ("aurora-postgresql", "15.7", "deprecated and can no longer be created; take 15.19"),
        ("aurora-postgresql", "15.99", "not among the versions that could be created on 2026"),
        ("aurora-postgresql", "16", "names no minor version; take 16.15"),
        ("aurora-postgresql", "12.9", "expected a version of 13 to 18; take 13.23"),
        ("postgres", "19.1", "expected a version of 13 to 18; take 18.6"),
        ("postgres", "latest", "expected MAJOR.MINOR"),
    ],
)
def test_wrong_version_names_the_right_one(engine: str, version: str, words: str) -> None:
    """The message says which version to take."""
    assert words in (postgres.check_version(engine, version) or "")


@pytest.mark.parametrize("engine", postgres.ENGINES)
def test_every_creatable_version_passes(engine: str) -> None:
    """The list and the check agree."""
    for limitless in (False, True):
        for version in postgres.creatable(engine, limitless=limitless):
            assert postgres.check_version(engine, version) is None
    for version in postgres.deprecated(engine):
        assert "deprecated" in (postgres.check_version(engine, version) or "")


def test_end_of_support_is_a_note_from_the_day_after() -> None:
    """Version 14 of RDS has standard support until the end of February 2027."""
    end = postgres.support("postgres", 14).end_of_standard_support
    assert end == dt.date(2027, 2, 28)
    assert postgres.check_support("postgres", "14.24", end) is None
    note = postgres.check_support("postgres", "14.24", end + dt.timedelta(days=1))
    assert note is not None
    assert "Extended Support" in note
    assert "take 18.6" in note


@pytest.mark.parametrize("engine", postgres.ENGINES)
def test_dates_are_in_order(engine: str) -> None:
    """A version is released before its support ends, and older ones end first."""
    supports = [postgres.support(engine, number) for number in postgres.majors(engine)]
    assert all(each.release < each.end_of_standard_support for each in supports)
    ends = [each.end_of_standard_support for each in supports]
    assert ends == sorted(ends)


def test_reserved_words_grow_with_the_major() -> None:
    """PostgreSQL 16 reserved system_user."""
    assert len(postgres.reserved_words(13)) == 77
    assert set(postgres.reserved_words(16)) - set(postgres.reserved_words(15)) == {"system_user"}
    assert postgres.reserved_words() == postgres.reserved_words(18)
    assert "user" in postgres.reserved_words()
    assert "name" not in postgres.reserved_words()


@pytest.mark.parametrize(
    ("engine", "version", "words"),
    [
        ("aurora-postgresql", "15.7", "is deprecated and can no longer be created; take 15.19"),
        ("postgres", "11.22", "expected a version of 13 to 18"),
        ("postgres", "11", "expected a version of 13 to 18"),
        ("aurora-postgresql", "16.5", "take 16.15"),
        ("postgres", "16.x", "is not a PostgreSQL version"),
        ("postgres", "9.6.24", "is not a PostgreSQL version"),
    ],
)
def test_what_aws_would_refuse_to_create(engine: str, version: str, words: str) -> None:
    """A version that ended or never was is refused, with the one to take."""
    assert words in (postgres.check_creation(engine, version) or "")


@pytest.mark.parametrize("version", ["16", "16.9", "16.99", "19.1", "19", "16.12-rds.20270101"])
def test_what_aws_may_create_beyond_the_list(version: str) -> None:
    """A major version alone, and what may have come since the list was made."""
    assert postgres.check_creation("postgres", version) is None


@pytest.mark.parametrize(
    ("version", "pauses"),
    [
        *[("13.9", False), ("13.15", True), ("14.6", False), ("15.7", True), ("16.3", True)],
        *[("16.8-limitless", True), ("17.4", True), ("16", True), ("12.9", False), ("12", False)],
    ],
)
def test_recent_versions_pause(version: str, pauses: bool) -> None:
    """Each major version pauses from a minor one on, and new ones from the first."""
    assert postgres.pauses(version) is pauses
