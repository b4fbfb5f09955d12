"""Hypothesis strategies for values that the rules of this project's inputs ask for.

Each gives values that hold its rules by construction, beside the values of other inputs where the rules
compare with these.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

import attrs
from hypothesis import assume
from hypothesis import strategies as st

from tapforge.facts import instance_classes, postgres
from tapforge.facts import parameters as known_parameters
from tapforge.lang.inputs import Valid
from tapforge.modules import notifications, parameters, valid

_DAY, _WEEK = 24 * 60, 7 * 24 * 60
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Drawn = st.SearchStrategy[Any]


def suffixes() -> st.SearchStrategy[str]:
    """Draw environment suffixes, up to the longest."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789-"
    return st.text(letters, min_size=1, max_size=valid.SUFFIX_LENGTH).map(_suffix)


def _suffix(text: str) -> str:
    joined = re.sub("-+", "-", text).strip("-") or "a"
    # S3 reserves the endings -an and -s3alias.
    return re.sub("(^|-)(an|s3alias)$", r"\1a", joined)


_ADDRESS = st.integers(0, 2**32 - 1)


@st.composite
def networks(draw: st.DrawFn, /, minimum: int = 16, maximum: int = 28) -> str:
    """Draw IPv4 blocks by their network addresses.

    Args:
        draw: Given by hypothesis.
        minimum: The shortest prefix, of the largest block.
        maximum: The longest prefix.
    """
    prefix = draw(st.integers(minimum, maximum))
    address = draw(_ADDRESS) >> (32 - prefix) << (32 - prefix)
    return f"{_dotted(address)}/{prefix}"


@st.composite
def subnets_of(draw: st.DrawFn, /, network: str, minimum: int = 2, maximum: int = 6) -> list[str]:
    """Draw blocks inside a block that do not overlap.

    Args:
        draw: Given by hypothesis.
        network: The block; at least two /28 fit into it.
        minimum: How many at least.
        maximum: How many at most.
    """
    address, _, length = network.partition("/")
    room = 28 - int(length)
    count = draw(st.integers(minimum, min(maximum, 2**room)))
    bits = draw(st.integers((count - 1).bit_length(), min(room, 8)))
    prefix = int(length) + bits
    first = int.from_bytes(map(int, address.split(".")))
    return [
        f"{_dotted(first + (place << (32 - prefix)))}/{prefix}"
        for place in draw(_different(count, 2**bits - 1))
    ]


@functools.cache
def _different(count: int, most: int) -> st.SearchStrategy[list[int]]:
    """Draw so many numbers up to one; a strategy that is there already is quicker than another."""
    return st.lists(st.integers(0, most), min_size=count, max_size=count, unique=True)


def _dotted(address: int) -> str:
    return ".".join(map(str, address.to_bytes(4)))


def tags() -> st.SearchStrategy[dict[str, str]]:
    """Draw tags, in any alphabet that AWS takes."""
    letters = st.characters(
        categories=("L", "N"), include_characters=" _.:/=+-@", max_codepoint=0x2FF
    )
    keys = st.text(letters, min_size=1, max_size=127).filter(lambda k: k[:4].lower() != "aws:")
    return st.dictionaries(keys, st.text(letters, max_size=256), max_size=4)


@st.composite
def backup_windows(draw: st.DrawFn, /) -> str:
    """Draw daily windows of half an hour to half a day."""
    start, length = draw(_MINUTE), draw(_HALF_A_DAY)
    return f"{_clock(start)}-{_clock(start + length)}"


_MINUTE, _HALF_A_DAY = st.integers(0, _DAY - 1), st.integers(30, _DAY // 2)
_DAY_OF_WEEK = st.integers(0, 6)


@st.composite
def maintenance_windows(draw: st.DrawFn, /, backup: str) -> str:
    """Draw weekly windows that leave a daily one alone.

    Args:
        draw: Given by hypothesis.
        backup: The daily window.
    """
    start, end = (int(text[:2]) * 60 + int(text[3:]) for text in backup.split("-"))
    free = (start - end) % _DAY
    assume(free >= 30)
    length = draw(st.integers(30, free))
    begin = draw(st.integers(0, free - length)) + end + draw(_DAY_OF_WEEK) * _DAY
    return f"{_moment(begin)}-{_moment(begin + length)}"


_MAILBOX = st.text("abcdefghijklmnopqrstuvwxyz0123456789.+_-'", min_size=1, max_size=20)


def emails() -> st.SearchStrategy[list[str]]:
    """Draw lists of e-mail addresses."""
    return st.lists(_MAILBOX.map(lambda name: f"{name}@example.com"), max_size=3)


_HEX = st.text("0123456789abcdef", min_size=17, max_size=17)
_TAIL = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=6, max_size=6)


def secrets(region: str) -> st.SearchStrategy[str]:
    """Draw full ARNs of secrets in a region."""
    arn = f"arn:aws:secretsmanager:{region}:123456789012:secret:"
    return _TAIL.map(lambda tail: f"{arn}shop-{tail}")


def _ids_of(vpc: str | None, prefix: str) -> st.SearchStrategy[list[str]]:
    """Draw ids of what a VPC has; none where there is no VPC."""
    if vpc is None:
        return st.just([])
    return st.lists(_HEX.map(lambda text: f"{prefix}-{text}"), min_size=1, max_size=3, unique=True)


def route_tables(vpc: str | None) -> st.SearchStrategy[list[str]]:
    """Draw ids of the route tables of a VPC; none where there is no VPC."""
    return _ids_of(vpc, "rtb")


def security_groups(vpc: str | None) -> st.SearchStrategy[dict[str, str]]:
    """Draw ids of security groups of a VPC, by names; none where there is no VPC."""
    return _ids_of(vpc, "sg").map(
        lambda ids: {f"application-{number}": id_ for number, id_ in enumerate(ids)}
    )


def _clock(minute: int) -> str:
    return f"{minute % _DAY // 60:02}:{minute % 60:02}"


def _moment(minute: int) -> str:
    return f"{_DAYS[minute % _WEEK // _DAY]}:{_clock(minute)}"


_VPC = "production_vpc_id"
_of_vpc = valid.of_vpc(_VPC)


@attrs.frozen(eq=False)
class Known:
    """Rules, and the strategy whose values hold them all.

    Attributes:
        rules: The rules.
        make: Gives the strategy, for the values of the inputs that are asked.
        asks: Those inputs.
    """

    rules: tuple[Valid, ...]
    make: Callable[..., Drawn]
    asks: tuple[str, ...] = ()


@functools.cache
def known() -> list[Known]:
    """Give what is known of this project's rules; of two that fit an input, the first counts."""
    return [
        Known(valid.suffix, suffixes),
        Known((valid.tags,), tags),
        Known((valid.vpc_cidr,), lambda: networks(maximum=26)),
        Known(
            valid.client_cidrs,
            lambda: st.lists(networks(minimum=1, maximum=32), min_size=1, max_size=4),
        ),
        Known(
            valid.named_clients,
            lambda: st.lists(networks(minimum=24, maximum=32), max_size=4),
        ),
        Known(valid.zone_subnets, subnets_of, ("vpc_cidr",)),
        Known(valid.subnet_cidrs, subnets_of, ("vpc_cidr",)),
        Known((notifications.emails,), emails),
        Known((valid.secret_arn, valid.secret_of_region), secrets, ("aws_region",)),
        Known((valid.secret_arn,), lambda: secrets("eu-central-1")),
        Known((_of_vpc, valid.route_table_ids), route_tables, (_VPC,)),
        Known((_of_vpc, *valid.client_security_groups), security_groups, (_VPC,)),
        Known(valid.backup_window, backup_windows),
        Known(valid.maintenance_window, maintenance_windows, ("backup_window",)),
        *(
            Known(
                parameters.valid(engine, level),
                functools.partial(_settings, engine, level),
                ("engine_version",),
            )
            for engine in postgres.ENGINES
            for level in _LEVELS[engine]
        ),
        *(
            Known(
                valid.offered(engine),
                functools.partial(_classes, engine),
                ("engine_version",),
            )
            for engine in postgres.ENGINES
        ),
    ]


@functools.cache
def _classes(engine: str, version: str) -> Drawn:
    classes = instance_classes.offered(engine, version)
    return st.sampled_from([each for each in classes if each != instance_classes.SERVERLESS])


# RDS for PostgreSQL has no clusters with parameters of their own.
_LEVELS: dict[str, tuple[parameters.Level, ...]] = {
    engine: ("cluster", "instance") if engine.startswith("aurora") else ("instance",)
    for engine in postgres.ENGINES
}
_TIMES = ("ms", "s", "min")


def _settings(engine: str, level: parameters.Level, version: str) -> Drawn:
    """Draw parameters of a version that are numbers and times, with units and without."""
    return _settings_of(engine, level, int(version.partition(".")[0]))


@functools.cache
def _settings_of(engine: str, level: parameters.Level, major: int) -> Drawn:
    names = known_parameters.names(engine, major, level)
    found = filter(None, (known_parameters.get(engine, major, name) for name in names))
    drawn = [st.tuples(st.just(each.name), _setting(each)) for each in found if _is_free(each)]
    return st.lists(st.one_of(drawn), max_size=3).map(dict)


def _is_free(parameter: known_parameters.Parameter) -> bool:
    """Tell whether no rule judges a parameter by more than its bounds and its level."""
    return (
        parameter.documented
        and parameter.type == "integer"
        and parameter.unit in (None, *_TIMES)
        and parameter.name not in (*known_parameters.of_memory(), "max_connections")
        and known_parameters.library(parameter.name) is None
    )


def _setting(parameter: known_parameters.Parameter) -> st.SearchStrategy[str]:
    least, most = (None if each is None else int(each) for each in (parameter.min, parameter.max))
    numbers = st.integers(least, most).map(str)
    if parameter.unit is None:
        return numbers
    return st.tuples(numbers, st.sampled_from(("", parameter.unit))).map("".join)
