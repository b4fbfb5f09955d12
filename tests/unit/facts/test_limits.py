"""Values and ranges of single arguments."""

import pytest

from tapforge.facts import limits


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("monitoring_interval", 60),
        ("performance_insights_retention_period", 7),
        ("performance_insights_retention_period", 341),
        ("performance_insights_retention_period", 731),
        ("database_insights_mode", "advanced"),
        ("rds_backup_retention_period", 0),
        ("aurora_backup_retention_period", 35),
        ("serverlessv2_min_capacity", 0.5),
        ("secret_recovery_window_in_days", 0),
        ("gp3_provisioned_allocated_storage", 400),
        ("log_retention_in_days", 7),
    ],
)
def test_allowed_value_passes(name: str, value: float | str) -> None:
    """Values out of the documents are right."""
    assert limits.check(name, value) is None


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("monitoring_interval", 20, "is 20 s; expected 0, 1, 5, 10, 15, 30 or 60; take 15"),
        ("performance_insights_retention_period", 94, "take 93"),
        ("database_insights_mode", "advance", "expected standard or advanced; take advanced"),
        ("database_insights_mode", "zzz", "expected standard or advanced"),
        ("database_insights_advanced_retention_period", 7, "take 465"),
        ("aurora_backup_retention_period", 0, "expected a number from 1 to 35"),
        ("route53_weight", 256, "expected a number from 0 to 255"),
        ("route53_weight", "1", "is '1'; expected a number from 0 to 255"),
        ("route53_weight", 1.5, "expected a multiple of 1"),
        ("serverlessv2_min_capacity", 0.7, "expected a multiple of 0.5"),
        ("gp3_provisioned_allocated_storage", 100, "is 100 GiB; expected a number from 400"),
        ("secret_recovery_window_in_days", 5, "take 7"),
        ("monitoring_interval", True, "expected 0, 1"),
    ],
)
def test_wrong_value_is_refused_with_advice(name: str, value: float | str, words: str) -> None:
    """The message says what is allowed and what is nearest."""
    assert words in (limits.check(name, value) or "")


@pytest.mark.parametrize("name", limits.names())
def test_limit_accepts_its_own_values(name: str) -> None:
    """A limit is a list or a range, and its own values pass."""
    limit = limits.get(name)
    assert bool(limit.values) is (limit.min is None)
    ends = [end for end in (limit.min, limit.max) if end is not None]
    assert [limit.problem(value) for value in (*limit.values, *ends)] == [None] * (
        len(limit.values) + len(ends)
    )


def test_excluded_password_characters() -> None:
    """A generated password must not have what RDS refuses."""
    assert set(limits.text("secret_password_exclude_characters")) >= set("/@\"' ")


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("kms_deletion_window_in_days", 7, 30),
        ("secret_recovery_window_in_days", 0, 30),
        ("database_insights_advanced_retention_period", 465, 731),
    ],
)
def test_ends(name: str, least: float, most: float) -> None:
    """Of a range and of a list."""
    assert (limits.least(name), limits.most(name)) == (least, most)


def test_an_open_end_is_an_error() -> None:
    """Nothing is made up: neither where there is no end, nor where there are words."""
    with pytest.raises(ValueError, match="backup_cold_storage has no such end"):
        limits.most("backup_cold_storage")
    with pytest.raises(ValueError, match="alarm_statistic has no such end"):
        limits.least("alarm_statistic")
