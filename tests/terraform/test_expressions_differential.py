"""Operators, conditions, loops and text mean in Python what they mean to the real Terraform.

Trees of expressions are drawn once and built three times over one pool of values: with all of them
known, with all of them references, and with some of each; and the references are bound to all of the
values, and to some. Terraform evaluates what was rendered; all of it has to come to the same value.
"""
# ruff: noqa: ARG005

from __future__ import annotations

import math
import os
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from tapforge.lang import functions as fn
from tapforge.lang.bind import bind
from tapforge.lang.expression import (
    Failure,
    Symbol,
    and_,
    conditional,
    eq,
    find_failure,
    for_list,
    for_map,
    ge,
    gt,
    hcl,
    le,
    let,
    lt,
    ne,
    not_,
    or_,
)
from tapforge.lang.expression import known as is_known
from tapforge.lang.value import equal
from tapforge.local.console import Value, evaluate

pytestmark = pytest.mark.terraform

PROVE = os.environ.get("HYPOTHESIS_PROFILE") == "prove"
TREES = 3000 if PROVE else 500

Leaf = Callable[[str, int], Any]
Tree = Callable[[Leaf], Any]

POOL: dict[str, list[Any]] = {
    "number": [0, 1, 2, 3, 7, 64, 1000, 0.5, 2.25, -1],
    "string": ["", "a", "B", "é", "10", "true", "${x}", "%{y}", '"q"\\', "a\nb", "$", "50%"],
    "bool": [True, False],
    "numbers": [[], [1, 2, 3], [3, 1], [7, 7]],
    "strings": [["a"], ["b", "a"], ["a", "é", "B"], []],
    # Both sides of a condition: of an empty list Python does not know the type.
    "words": [["x"], ["a", "b"]],
    "map": [{}, {"b": 1, "a": 2}, {"é": 3, "a b": 4, "for": 5}],
    "set": [set(), {"b", "a", "é"}],
}
TYPES: dict[str, Any] = {
    "number": "number",
    "string": "string",
    "bool": "bool",
    "numbers": ["list", "number"],
    "strings": ["list", "string"],
    "words": ["list", "string"],
    "map": ["map", "number"],
    "set": ["set", "string"],
}
CONSTRAINTS = {
    "numbers": "list(number)",
    "strings": "list(string)",
    "words": "list(string)",
    "map": "map(number)",
    "set": "set(string)",
}


def known(kind: str, index: int) -> Any:
    """Give a value of the pool itself."""
    return POOL[kind][index]


def reference(kind: str, index: int) -> Any:
    """Give the reference to a value of the pool."""
    return Symbol(f"var.{kind}_{index}", TYPES[kind])


def mixed(kind: str, index: int) -> Any:
    """Give the one or the other."""
    return reference(kind, index) if (index + len(kind)) % 2 else known(kind, index)


def grow(random: Random, kind: str, depth: int = 4) -> Tree:
    """Grow a tree of a kind: a value of the pool, or a function of other trees."""
    kind = random.choice(ANYTHING) if kind == "anything" else kind
    if kind not in GRAMMAR or (kind in POOL and (depth <= 0 or random.random() < 0.25)):
        name, index = (
            kind.removeprefix("one "),
            random.randrange(len(POOL[kind.removeprefix("one ")])),
        )
        return lambda give: give(name, index)
    function, *parts = random.choice(GRAMMAR[kind])
    grown = [grow(random, part, depth - 1) for part in parts]
    return lambda give: function(*(tree(give) for tree in grown))


def _nested(outer: Any, inner: Any) -> Any:
    """Loop in a loop, in which both variables have one name."""

    def products(item: Any) -> Any:
        n = item
        return for_list(inner, lambda item: item * n)

    return fn.flatten(for_list(outer, products))


ANYTHING = ("number", "string", "bool")
_WHOLE = (fn.length, "strings")
# What makes a kind of value, of which other kinds; "one" of a kind is always one of the pool.
GRAMMAR: dict[str, list[tuple[Any, ...]]] = {
    "whole": [_WHOLE],
    "number": [
        (lambda a, b: a + b, "number", "number"),
        (lambda a, b: a - b, "number", "number"),
        (lambda a, b: (a + 1) * b, "whole", "number"),
        (lambda a: -(a * a + 1), "number"),
        (lambda a, b: a % (b + 1), "whole", "whole"),
        (lambda a: a / 4, "number"),
        (conditional, "bool", "number", "number"),
        (fn.max, "number", "number"),
        (lambda a: fn.sum(fn.concat(a, [1])), "numbers"),
        (lambda m: fn.lookup(m, "a", 0), "one map"),
        (lambda a: fn.concat(a, [5])[0], "numbers"),
        (lambda a, b: fn.element(fn.concat(a, [5, 6]), b), "numbers", "whole"),
        (lambda a, b: fn.merge(a, {"b": b})["b"], "one map", "number"),
        (lambda a, b: let({"x": a, "y": b}, lambda n: n.x - n.y), "number", "number"),
        _WHOLE,
    ],
    "bool": [
        *((compare, "number", "number") for compare in (lt, le, gt, ge)),
        *((compare, "anything", "anything") for compare in (eq, ne)),
        (lt, "string", "number"),
        (and_, "bool", "bool"),
        (and_, "bool", "bool", "bool"),
        (or_, "bool", "bool"),
        (not_, "bool"),
        (conditional, "bool", "bool", "bool"),
        (fn.contains, "strings", "string"),
        (lambda a: fn.can(fn.tonumber(a)), "string"),
        (lambda a: eq(a, None), "string"),
    ],
    "string": [
        (lambda a, b: f"{a}{b}", "string", "string"),
        (lambda a, b: f"${{{a}}}-{b}$", "string", "string"),
        (lambda a, b, c: f"{a}$${b}%{c}", "string", "string", "string"),
        (lambda a: f"{a}", "string"),
        (lambda a: f"{a}", "whole"),
        (lambda a, b: f"{a}:{b}", "whole", "string"),
        (lambda a: f"{fn.tostring(a)}", "bool"),
        # Terraform's numbers have a negative zero; sums don't come to it.
        (lambda a: f"<{fn.tostring(a + 0)}>", "number"),
        (conditional, "bool", "string", "string"),
        (conditional, "bool", "string", "number"),
        (conditional, "bool", "number", "string"),
        (fn.upper, "string"),
        (lambda a: fn.join("${", a), "strings"),
        (lambda a, b: fn.try_(fn.regex("^[a-z]$", a), b), "string", "string"),
        (lambda a: fn.jsonencode(for_list(a, lambda n: n + 0)), "numbers"),
        (fn.jsonencode, "one map"),
        (fn.jsonencode, "one set"),
    ],
    "numbers": [
        (lambda a, b: for_list(a, lambda n: n * 2 + b), "numbers", "number"),
        (lambda a: for_list(a, lambda i, n: n - i), "numbers"),
        (lambda a, b: for_list(a, lambda n: n, when=lambda n: gt(n, b)), "numbers", "one number"),
        (lambda a: for_list(a, lambda key, n: n), "one map"),
        (lambda a, b: [a, b], "number", "number"),
        (
            lambda a, b: fn.flatten(for_list(a, lambda n: for_list(b, lambda n: n))),
            "numbers",
            "numbers",
        ),
        (_nested, "numbers", "numbers"),
        (fn.concat, "numbers", "numbers"),
        (conditional, "bool", "numbers", "numbers"),
    ],
    "strings": [
        (lambda a, b: for_list(a, lambda s: f"{s}{b}"), "strings", "string"),
        (lambda a: for_list(a, lambda i, s: f"{i}={s}"), "strings"),
        (lambda a: for_list(a, lambda s: s), "one set"),
        (lambda a: for_list(a, lambda one, other: f"{one}{other}"), "one set"),
        (lambda a: for_list(a, lambda key, n: f"{key}"), "one map"),
        (lambda a, b: for_list(a, lambda s: s, when=lambda s: b), "strings", "one bool"),
        (fn.reverse, "strings"),
        (lambda a, b: fn.compact([a, b]), "string", "string"),
        (fn.keys, "one map"),
        (lambda a, b: fn.slice(fn.concat(a, [b, b]), 1, 2), "strings", "string"),
        (lambda a: fn.sort(fn.distinct(a)), "strings"),
        (lambda a, b: [a, b], "string", "string"),
    ],
    "object": [
        (lambda a, b: for_map(a, lambda i, s: (f"{s}{i}", b)), "strings", "number"),
        (
            lambda a, b: for_map(a, lambda s: (s, b), when=lambda s: ne(s, b)),
            "one set",
            "one string",
        ),
        (lambda a, b: for_map(a, lambda i, s: (i, f"{s}{b}")), "strings", "string"),
        (lambda a, b, c: {"x": a, "for": b, "$": c, "a.b": [a]}, "string", "number", "bool"),
        (lambda a, b: {f"{a}k": b}, "string", "number"),
        (fn.merge, "one map", "one map"),
        (lambda a, b, c: {"x": conditional(a, b, c)}, "bool", "one numbers", "one words"),
        (lambda a, b, c: {"x": conditional(a, [b], c)}, "bool", "number", "one words"),
        (lambda a, b, c: {"x": conditional(a, b, {"y": c})}, "bool", "one map", "string"),
        (lambda a, b, c: {"x": conditional(a, {"y": b}, {"z": c})}, "bool", "number", "string"),
    ],
}


def values(kind: str) -> list[Any]:
    """Give the pool's values as JSON has them."""
    return [sorted(v) if isinstance(v, set) else v for v in POOL[kind]]


VARIABLES = {f"{kind}_{i}": value for kind in POOL for i, value in enumerate(values(kind))}
CONSTRAINT = {
    f"{kind}_{i}": CONSTRAINTS.get(kind, kind) for kind in POOL for i in range(len(POOL[kind]))
}


SCOPE: dict[str, Any] = {
    f"var.{kind}_{i}": value for kind in POOL for i, value in enumerate(POOL[kind])
}
# What `mixed` gives as references is not in it: so the rest stays open.
PART = {
    f"var.{kind}_{i}": mixed(kind, i)
    for kind in POOL
    for i in range(len(POOL[kind]))
    if mixed(kind, i) is POOL[kind][i]
}


@pytest.mark.parametrize("kind", sorted(set(GRAMMAR) - {"whole"}))
def test_expressions_mean_the_same_known_and_unknown(kind: str) -> None:
    """What folds in Python, what is rendered of references, and what these are bound to: one value."""
    expected: list[tuple[str, Any]] = []
    folded = 0
    random = Random(None if PROVE else kind)  # noqa: S311
    for tree in (grow(random, kind) for _ in range(TREES)):
        result, open_ = tree(known), tree(reference)
        question = f"try([{hcl(open_)}], null)"
        bound = bind(open_, SCOPE)
        expected += [(question, _outcome(each)) for each in (result, bound) if _decided(each)]
        if not _decided(result):
            continue
        folded += is_known(result)
        part = bind(open_, PART)
        for built in (tree(mixed), part if find_failure(part) is None else open_):
            expected.append((f"try([{hcl(built)}], null)", _outcome(result)))
    questions = dict.fromkeys(question for question, _ in expected)
    answers = evaluate(
        ["${" + question + "}" for question in questions], VARIABLES, types=CONSTRAINT
    )
    came_to = dict(zip(questions, answers, strict=True))
    wrong = []
    for question, result in expected:
        answer = came_to[question]
        if not isinstance(answer, Value):
            wrong.append(f"{question} can't be asked: {answer}")
        elif answer.value is None:
            if not isinstance(result, Failure):
                wrong.append(f"{question} is refused, not {result!r}")
        elif isinstance(result, Failure) or not _alike(result, answer.value[0]):
            wrong.append(f"{question} is {answer.value[0]!r}, not {result!r}")
    assert not wrong, "\n".join(wrong)
    assert folded > TREES / 2


def _decided(result: Any) -> bool:
    return find_failure(result) is not None or is_known(result)


def _outcome(result: Any) -> Any:
    failure = find_failure(result)
    return result if failure is None else failure


def _alike(result: Any, value: Any) -> bool:
    if isinstance(result, (float, Decimal)) and isinstance(value, (int, float)):
        # Python calculates with floats of 53 bits, Terraform with 512, and both are read as floats.
        return math.isclose(result, value, rel_tol=1e-12)
    return equal(result, value)
