"""Draws what proofs look at."""

from __future__ import annotations

import functools
import unicodedata
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from tapforge.lang.inputs import Input, declared_inputs
from tapforge.testing import free_text
from tapforge.testing.case import SUFFIX, Case, Subject
from tapforge.testing.strategies import holds, inputs_beside, of_input

_LETTERS = "${}%\"\\\n\t '`<>&#/:~aZ0éß漢😀"
"""What templates, JSON, shells and HTML give a meaning to, and letters of some alphabets."""


@st.composite
def cases(draw: st.DrawFn, /, subject: Subject) -> Case:
    """Draw environments of a system.

    Args:
        draw: Given by hypothesis.
        subject: The system.
    """
    system = subject.system
    field = declared_inputs(system.inputs)[SUFFIX]
    words = draw(_words) if free_text.fields(system) else ""
    given = free_text.worded(system, words)
    variables = free_text.secreted(system, inputs_beside(draw, system.inputs, given))
    suffix = lengthened(field, draw(of_input(field)))
    assume(suffix != variables.get(SUFFIX, field.default))
    return Case(subject, variables, variables | {SUFFIX: suffix})


# Terraform keeps text in the composed form of its letters.
_words = st.text(_LETTERS, max_size=20).map(functools.partial(unicodedata.normalize, "NFC"))


def case(subject: Subject, variables: dict[str, Any], beside: dict[str, Any] | None = None) -> Case:
    """Make the case of a given environment.

    Args:
        subject: The system.
        variables: The environment.
        beside: Another; without it, the same with another suffix.
    """
    field = declared_inputs(subject.system.inputs)[SUFFIX]
    if beside is None:
        beside = variables | {SUFFIX: _other(field, variables.get(SUFFIX, field.default))}
    return Case(subject, variables, beside)


def _other(field: Input, suffix: str) -> str:
    longest = (lengthened(field, each) for each in ("b", "c"))
    return next(each for each in longest if each != suffix)


def lengthened(field: Input, suffix: str) -> str:
    """Give a suffix the greatest length that its input takes, as far as the input tells it."""
    longest = min(
        (rule.schema["maxLength"] for rule in field.valid if "maxLength" in rule.schema),
        default=len(suffix),
    )
    longer = suffix.rjust(longest, "x")
    return longer if holds(field, longer) else suffix
