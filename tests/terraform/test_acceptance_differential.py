"""Python takes an environment exactly when the real Terraform does, and both say the same about it."""

import json
import os
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from tapforge.facts import instance_classes, postgres, regions
from tapforge.lang.blocks import Variable
from tapforge.lang.inputs import Input, declared_inputs, problems
from tapforge.lang.module import Module
from tapforge.local.many import judge
from tapforge.systems.project import find
from tapforge.testing import strategies

pytestmark = pytest.mark.terraform

PROVE = os.environ.get("HYPOTHESIS_PROFILE") == "prove"
ENVIRONMENTS = 4000 if PROVE else 120
PROJECT = find(Path(__file__).parents[2])

Drawn = Callable[[st.SearchStrategy[Any], int], list[Any]]

# --- wrong values -----------------------------------------------------------------------------------

_NAMES = (
    "",
    " ",
    "dev",
    "a" * 20,
    "a" * 21,
    "A",
    "a_b",
    "-a",
    "a-",
    "a--b",
    "x-an",
    "an",
    "s3alias",
)
_LETTERS = (
    "é",
    "e\N{COMBINING DIAERESIS}",  # and no "ë": a file has no key twice
    "漢字",
    "\N{GRINNING FACE}",
    "a\nb",
    "a\n",
    "\t",
    "\0",
)
_SYNTAX = (
    "${x}",
    "%{if true}",
    "$${x}",
    '"',
    "\\",
    "\x7f",
    "null",
    "true",
    "false",
    "TRUE",
    "True",
)
_NUMERALS = (
    "1",
    "0",
    "7",
    "1.50",
    "1e1",
    " 3",
    "+3",
    "-0",
    "0x10",
    ".5",
    "5.",
    "yes",
    "inf",
    "NaN",
)
_TEXTS = st.sampled_from((*_NAMES, *_LETTERS, *_SYNTAX, *_NUMERALS))
_BORDERS = (-1, -0.0, 0, 0.5, 1, 1.0, 1.5, 2, 7, 14, 15, 15.000001, 16, 34, 35, 36)
_DIGITS = (1e15, 2**53 + 1, 2**64, 1e22, 1e100, 1e-7, 0.1, 123456789012345678901234567890)
_NUMBERS = st.sampled_from((*_BORDERS, *_DIGITS))
_SCALARS = st.none() | st.booleans() | _NUMBERS | _TEXTS
_ANYTHING = st.recursive(
    _SCALARS,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(_TEXTS, values, max_size=3),
    max_leaves=5,
)
_HOSTS = ("10.0.0.0", "10.0.1.0", "10.0.0.16", "10.0.0.1", "172.16.0.0", "255.255.255.255")
_NO_HOSTS = (
    "10.0.0",
    "10.0.0.256",
    "010.0.0.0",
    "10.0.0.0.0",
    "::",
    "fd00::",
    "1.2.3.4\n",
    "",
    "x",
)
_LENGTHS = (*range(34), "016", "+16", "1 6", "", "-1", "16/16", "\N{ARABIC-INDIC DIGIT THREE}")
_ADDRESSES = st.builds(
    "{}/{}".format, st.sampled_from((*_HOSTS, *_NO_HOSTS)), st.sampled_from(_LENGTHS)
)
_CLOCK = st.sampled_from(
    ("00:00", "00:29", "00:30", "03:00", "03:30", "04:00", "23:30", "23:59", "24:00", "3:00")
)
_DAY = st.sampled_from(("mon:", "tue:", "sat:", "sun:", "Mon:", "day:", ""))
_WINDOWS = st.builds("{}-{}".format, _CLOCK, _CLOCK) | st.builds(
    "{}{}-{}{}".format, _DAY, _CLOCK, _DAY, _CLOCK
)
_ENGINES = ("aurora-postgresql", "postgres")
_VERSIONS = st.sampled_from(
    [*(v for e in _ENGINES for v in postgres.creatable(e)), "16", "16.", "16.9 ", 16.9, 17, 18.3]
)
_CLASSES = st.sampled_from(
    [*(c for e in _ENGINES for c in instance_classes.offered(e)), "db", "db.", "db..large"]
)
_REGIONS = st.sampled_from(regions.names())
_LIKELY = _TEXTS | _NUMBERS | _ADDRESSES | _WINDOWS | _VERSIONS | _CLASSES | _REGIONS


_ENDS, _LENGTHS_OF = {"minimum", "maximum"}, {"minLength", "maxLength"}


@st.composite
def changed(draw: st.DrawFn, value: Any) -> Any:
    """Draw a value that differs from another a little, or is written as another type."""
    match value:
        case dict() if value and draw(st.booleans()):
            key = draw(st.sampled_from(sorted(value)))
            return {**value, draw(st.just(key) | changed(key)): draw(changed(value[key]))}
        case list() if value and draw(st.booleans()):
            place = draw(st.integers(0, len(value) - 1))
            return [
                *value[:place],
                *draw(st.lists(changed(value[place]), max_size=2)),
                *value[place + 1 :],
            ]
        case str() if draw(st.booleans()):
            start = draw(st.integers(0, len(value)))
            end = draw(st.integers(start, min(len(value), start + 1)))
            return value[:start] + draw(st.text("aZ09./:-_\né ", max_size=1)) + value[end:]
        case bool() | int() | float() if draw(st.booleans()):
            return json.dumps(value)
        case int() if draw(st.booleans()):
            return value + draw(st.integers(-2, 2))
    return draw(
        _LIKELY
        | st.lists(_LIKELY | _SCALARS, max_size=7)
        | st.dictionaries(_TEXTS, _LIKELY | _SCALARS, max_size=3)
        | _ANYTHING
    )


def borders(field: Input) -> st.SearchStrategy[Any]:
    """Draw values at the limits that the rules of an input tell, on both sides; as text, too."""
    schema: dict[str, Any] = {}
    for rule in field.valid:
        schema |= rule.schema
    numbers = [
        schema[key] + step for key in _ENDS & schema.keys() for step in (-1, -0.5, 0, 0.5, 1)
    ]
    lengths = [schema[key] + step for key in _LENGTHS_OF & schema.keys() for step in (-1, 0, 1)]
    texts = [letter * length for length in lengths for letter in ("a", "é") if length >= 0]
    listed = schema.get("enum", [])
    written = [json.dumps(each) for each in (*numbers, *listed)]
    return (
        st.sampled_from([*numbers, *texts, *listed, *written])
        if numbers or texts or listed
        else _ANYTHING
    )


@st.composite
def environments(draw: st.DrawFn, module: Module[Any, Any]) -> dict[str, Any]:
    """Draw values for the variables of a module: right ones, and ones of which a few were changed."""
    declared = declared_inputs(module.inputs)
    # Drawn first: what is drawn last is often the simplest, which would be no change at all.
    names = draw(st.lists(st.sampled_from(sorted(declared)), max_size=2, unique=True))
    values = draw(strategies.inputs_of(module.inputs))
    for name in names:
        field = declared[name]
        values[name] = draw(changed(values.get(name, field.default)) | borders(field))
    return values


# --- both verdicts ----------------------------------------------------------------------------------


def asks(module: Module[Any, Any]) -> dict[str, set[str]]:
    """Give the other variables that the validations of each variable ask, or that those ask in turn."""
    asked = {
        block.name: set(re.findall(r"\bvar\.(\w+)", json.dumps(block._tf_body())))
        for block in module.body.document.of(Variable)
    }
    for _ in asked:
        asked = {name: others.union(*map(asked.get, others)) for name, others in asked.items()}
    return {name: others - {name} for name, others in asked.items()}


OWN_WORDS = ("Invalid value for input variable: ", "Required variable not set: ")
"""How Terraform begins when it is no rule that refuses a value."""
UNCOUNTED = "or is no number"
"""How Python ends when it is no rule that refuses a number."""


def disagreement(
    values: dict[str, Any],
    said: dict[str, str],
    heard: dict[str, list[str]],
    asked: dict[str, set[str]],
) -> str:
    """Say how Python and Terraform disagree about an environment; nothing if they don't."""
    found = []
    for name in said.keys() | heard.keys():
        if name not in said:
            found.append(f"{name}: only Terraform says {heard[name]}")
        elif name not in heard:
            # Terraform does not come to a variable that asks another one that is wrong.
            if not asked[name] & heard.keys():
                found.append(f"{name}: only Python says {said[name]!r}")
        elif said[name].endswith(UNCOUNTED):
            continue  # "inf" is a number to Terraform, which its rules refuse
        elif not heard[name][0].startswith(OWN_WORDS) and heard[name][0] != said[name]:
            found.append(f"{name}: Python says {said[name]!r}, Terraform {heard[name][0]!r}")
    shown = {name: values.get(name, "(default)") for name in said.keys() | heard.keys()}
    return "\n  ".join([f"{shown!r:.300}", *found]) if found else ""


MODULES: dict[str, Module[Any, Any]] = {**PROJECT.systems, **PROJECT.modules()}


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_both_give_the_same_verdict_in_the_same_words(
    module: Module[Any, Any], drawn: Drawn
) -> None:
    """About values in every type, right and wrong: the same variables, the same messages."""
    given = drawn(environments(module), ENVIRONMENTS)
    wrong, refused = [], 0
    asked = asks(module)
    for values, heard in zip(given, judge(module, given), strict=True):
        said = {}
        read = json.loads(json.dumps(values), parse_float=Decimal)
        for problem in problems(module.inputs, read, "x"):
            said.setdefault(re.match(r"x: (\w+)", problem.place)[1], problem.message)
        refused += bool(heard)
        wrong.append(disagreement(values, said, heard, asked))
    wrong = sorted(filter(None, wrong), key=len)
    assert not wrong, f"{len(wrong)} of {len(given)}:\n" + "\n".join(wrong[:20])
    assert len(given) / 10 < refused < len(given) * 9 / 10
