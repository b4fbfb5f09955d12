"""Any text that a user puts into a string comes out of the real Terraform as exactly that text."""

from __future__ import annotations

import os
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tapforge.lang import functions as fn
from tapforge.lang.expression import Symbol, conditional, for_list, for_map
from tapforge.lang.json_syntax import dumps, expression, literal
from tapforge.local.terraform import Terraform

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.terraform

PROVE = os.environ.get("HYPOTHESIS_PROFILE") == "prove"
TEXTS = 3000 if PROVE else 400

# What means something to Terraform's templates, to its quoted strings, to JSON or to f-strings.
PIECES = (
    *("${", "%{", "$${", "%%{", "$", "%", "{", "}", "~}", "${~", "%{ if true }", "%{ endif }"),
    *('"', "'", "\\", "\\n", "\\u0041", "\n", "\r\n", "\r", "\t", "\0", "\x7f", "\x1b", "\u2028"),
    *("${var.x}", "${path.module}", "x", "é", "\u00e9\u0327", "👩\u200d🚀", "\ufeff", "\U0010ffff"),
    *("//", "/*", "#", "<<EOT", "{{", "%s", " ", "=", "[", "]", "tF0", "&", "<"),
)
texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
).map(lambda text: unicodedata.normalize("NFC", text))

known: Any = Symbol("var.known", "string")
number: Any = Symbol("var.number", "number")
items: Any = Symbol("var.items", ["list", "string"])
entries: Any = Symbol("var.entries", ["map", "string"])
VARIABLES = {"known": "<ref>", "number": 7, "items": ["a"], "entries": {"k": "v"}}


def positions(text: str, other: str) -> dict[str, tuple[Any, Any]]:
    """Give, for each place that a text may have in an expression, what is written and what it is."""
    return {
        "value": (text, text),
        "list": ([text, [other]], [text, [other]]),
        "map value": ({"a": text}, {"a": text}),
        "map key": ({text: "a", f"{text}-": other}, {text: "a", f"{text}-": other}),
        "after a reference": (f"{known}{text}", f"<ref>{text}"),
        "before a reference": (f"{text}{known}", f"{text}<ref>"),
        "between references": (
            f"{text}{known}{other}{number}{text}",
            f"{text}<ref>{other}7{text}",
        ),
        "key with a reference": ({f"{text}{known}": other}, {f"{text}<ref>": other}),
        "argument": (fn.join("", [text, known, other]), f"{text}<ref>{other}"),
        "text in an argument": (
            fn.join(text, [f"{known}{text}", other]),
            f"<ref>{text * 2}{other}",
        ),
        "map in an argument": (
            fn.merge(entries, {text: f"{known}{other}", f"{text}2": text}),
            {"k": "v"} | {text: f"<ref>{other}", f"{text}2": text},
        ),
        "condition": (conditional(fn.can(known), f"{text}", other), text),
        "loop": (for_list(items, lambda item: [text, f"{item}{text}"]), [[text, f"a{text}"]]),
        "loop over maps": (
            for_map(entries, lambda key, value: (f"{text}{key}", f"{value}{other}")),
            {f"{text}k": f"v{other}"},
        ),
        "encoded": (fn.jsondecode(fn.jsonencode([text, known])), [text, "<ref>"]),
    }


def drawn(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """Draw values, the same in every run unless it is to prove more."""
    found: list[Any] = []

    @settings(max_examples=count, derandomize=not PROVE, database=None, phases=[Phase.generate])
    @given(strategy)
    def draw(value: Any) -> None:
        found.append(value)

    draw()
    return found


def apply(root: Path, document: dict[str, Any]) -> Terraform:
    """Apply a document as the project writes it."""
    (root / "main.tf.json").write_text(dumps(document), encoding="utf-8")
    terraform = Terraform(root, run_dir=root)
    terraform.apply()
    return terraform


def test_text_survives_in_expressions(tmp_path: Path) -> None:
    """Values, keys, arguments, f-strings, conditions and loops keep every text as it is."""
    pairs = drawn(st.tuples(texts, texts), TEXTS)
    asked = [(place, *both) for pair in pairs for place, both in positions(*pair).items()]
    terraform = apply(
        tmp_path,
        {
            "variable": {name: {"default": value} for name, value in VARIABLES.items()},
            "output": {"all": {"value": [expression(written) for _, written, _ in asked]}},
        },
    )
    answers = terraform.output_json()["all"]["value"]
    wrong = [
        f"{place}: {expected!r} came out as {answer!r}"
        for (place, _, expected), answer in zip(asked, answers, strict=True)
        if answer != expected
    ]
    assert not wrong, "\n".join(wrong)


def test_text_survives_in_constants(tmp_path: Path) -> None:
    """Defaults and descriptions of variables, where nothing is a template, keep every text."""
    constants = drawn(texts, TEXTS)
    terraform = apply(
        tmp_path,
        {
            "variable": {
                f"v{i}": {
                    "default": literal({"value": text, text: ["a"]}),
                    "description": literal(text),
                }
                for i, text in enumerate(constants)
            },
            "output": {
                "all": {"value": [expression(Symbol(f"var.v{i}")) for i in range(len(constants))]}
            },
        },
    )
    expected = [{"value": text, text: ["a"]} for text in constants]
    assert terraform.output_json()["all"]["value"] == expected
    plan = tmp_path / "saved.tfplan"
    terraform.plan("-refresh=false", out=plan)
    variables = terraform.show_json(plan)["configuration"]["root_module"]["variables"]
    described = [variables[f"v{i}"].get("description", "") for i in range(len(constants))]
    assert described == constants


def test_text_survives_in_a_resource(tmp_path: Path) -> None:
    """Arguments of a resource keep every text in the state."""
    pairs = drawn(st.tuples(texts, texts), TEXTS // 4)
    terraform = apply(
        tmp_path,
        {
            "resource": {
                "terraform_data": {
                    f"r{i}": {"input": expression({"a": text, text: [f"{number}{other}"]})}
                    for i, (text, other) in enumerate(pairs)
                }
            },
            "variable": {"number": {"default": 7}},
        },
    )
    resources = terraform.show_json()["values"]["root_module"]["resources"]
    outputs = {resource["name"]: resource["values"]["output"] for resource in resources}
    for i, (text, other) in enumerate(pairs):
        assert outputs[f"r{i}"] == {"a": text, text: [f"7{other}"]}
