"""Ends of runtimes and images."""

import datetime as dt

import pytest

from tapforge.facts import runtimes

DAY = dt.date(2026, 11, 1)


@pytest.mark.parametrize(
    ("name", "ended", "blocked"),
    [
        ("python2.7", True, True),
        ("nodejs14.x", True, True),
        ("python3.9", True, False),
        ("python3.10", True, False),
        ("python3.13", False, False),
        ("nodejs24.x", False, False),
        ("dotnet9", False, False),
    ],
)
def test_lambda_runtime_ends_on_its_days(name: str, ended: bool, blocked: bool) -> None:
    """Support ends first, and creation is refused later."""
    runtime = runtimes.lambda_runtime(name)
    assert runtime
    assert (runtime.ended(DAY), runtime.blocked(DAY)) == (ended, blocked)


def test_the_first_day_counts() -> None:
    """A runtime is deprecated on the day that AWS names."""
    runtime = runtimes.lambda_runtime("python3.9")
    assert runtime
    assert not runtime.ended(dt.date(2025, 12, 14))
    assert runtime.ended(dt.date(2025, 12, 15))


def test_successors_have_no_successor() -> None:
    """The advice after an end is the newest of its kind, and lives."""
    for name in ("python3.8", "nodejs12.x", "java8", "go1.x", "ruby2.7", "dotnet6"):
        runtime = runtimes.lambda_runtime(name)
        assert runtime
        successor = runtimes.lambda_runtime(runtime.successor)
        assert successor
        assert not successor.successor
        assert not successor.ended(runtimes.as_of())


def test_what_is_newer_than_the_tables_is_not_known() -> None:
    """A runtime of tomorrow is not called wrong."""
    assert runtimes.lambda_runtime("python4.0") is None
    assert runtimes.synthetics_runtime("syn-nodejs-puppeteer-99.0") is None


def test_synthetics_runtimes_end_and_are_refused_at_once() -> None:
    """No canary can be made with a deprecated runtime."""
    runtime = runtimes.synthetics_runtime("syn-nodejs-puppeteer-7.0")
    assert runtime
    assert runtime.ended(DAY)
    assert runtime.blocked(DAY)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("amzn2-ami-hvm-*-x86_64-gp2", "Amazon Linux 2"),
        ("/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2", "Amazon Linux 2"),
        ("/aws/service/ami-amazon-linux-latest/amzn-ami-hvm-x86_64-gp2", "Amazon Linux 1"),
        ("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64", None),
        ("ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-*", None),
    ],
)
def test_image_is_known_by_its_name(name: str, title: str | None) -> None:
    """The name of an image, or of the parameter that holds its id, tells its generation."""
    image = runtimes.image(name)
    assert (image.title if image else None) == title
