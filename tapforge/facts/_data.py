"""Reads the data files beside the code, each once and only when asked for."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

# Below this ratio difflib itself calls two words not close.
_SIMILAR = 0.6

DIRECTORY = Path(__file__).with_name("data")


@functools.cache
def load(name: str) -> dict[str, Any]:
    """Return the content of `data/<name>.json`, which the caller must not change."""
    content: dict[str, Any] = json.loads((DIRECTORY / f"{name}.json").read_bytes())
    return content


def nearest(word: str, words: Iterable[str]) -> tuple[str, ...]:
    """Return the entries of `words` that read most like `word`: several when they are as near."""
    from difflib import SequenceMatcher  # noqa: PLC0415 - only wrong input needs it

    matcher = SequenceMatcher(b=word)
    ratios = {}
    for candidate in words:
        matcher.set_seq1(candidate)
        if matcher.quick_ratio() >= _SIMILAR:
            ratios[candidate] = matcher.ratio()
    best = max(ratios.values(), default=0.0)
    return tuple(each for each, ratio in ratios.items() if ratio == best >= _SIMILAR)


def did_you_mean(word: str, words: Iterable[str]) -> str | None:
    """Return the question after a misspelt `word`, or None when nothing in `words` is near."""
    near = nearest(word, words)
    return f"did you mean {any_of(near)}?" if near else None


def any_of(values: Iterable[object]) -> str:
    """Return `values` as the words of a message: `a, b or c`."""
    *head, last = map(str, values)
    return f"{', '.join(head)} or {last}" if head else last
