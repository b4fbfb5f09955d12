"""Values in Terraform's JSON syntax, by position."""

import json
from decimal import Decimal

import pytest

from tapforge.lang import functions as fn
from tapforge.lang.errors import ValueNotAllowedError
from tapforge.lang.expression import Access, Named, Symbol, conditional, splat
from tapforge.lang.json_syntax import dumps, expression, literal, traversal

text = Symbol("var.text", "string")
number = Symbol("var.number", "number")
vpc = Symbol("aws_vpc.main", ["object", {"id": "string", "tags": ["map", "string"]}])


class Block:
    """Something that refers to itself."""

    def _tf_reference(self):
        return vpc


class Nested:
    """Something that is an object."""

    def _tf_object(self):
        return {"id": text, "size": 1}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (10**30, 10**30),
        (0.1, 0.1),
        (Decimal(5), 5),
        (Decimal("1E+3"), 1000),
        (Decimal("0.1234567890123456789"), "${0.1234567890123456789}"),
        ("plain", "plain"),
        ("é", "é"),
        ("$ % $$ 50%% {}", "$ % $$ 50%% {}"),
        ("${x} %{y}", "$${x} %%{y}"),
        ("$${x}", "$$${x}"),
        ("${aws:username}", "$${aws:username}"),
        (text, "${var.text}"),
        (f"{text}", "${var.text}"),
        (f"a-{text}-${{b}}", "a-${var.text}-$${b}"),
        (f"${text}", '${"$"}${var.text}'),
        (f"%{text}", "%${var.text}"),
        (number + 1, "${var.number + 1}"),
        (conditional(text, 1, 2), "${var.text ? 1 : 2}"),
        (fn.join("${", [text]), '${join("$${", [var.text])}'),
        ({"a": [text, {"b": 1}]}, {"a": ["${var.text}", {"b": 1}]}),
        ({"${k}": 1, f"{text}-k": 2, text: 3}, {"$${k}": 1, "${var.text}-k": 2, "${var.text}": 3}),
        ((1, 2), [1, 2]),
        ({"b", "a"}, ["a", "b"]),
        (frozenset((10, 9)), [9, 10]),
        ({"a", text}, ["a", "${var.text}"]),
        (Block(), "${aws_vpc.main}"),
        (Nested(), {"id": "${var.text}", "size": 1}),
        ([Block()], ["${aws_vpc.main}"]),
        (Named("local.x", "y"), "${local.x}"),
        ("a\r\nb${", "a\r\nb$${"),
        ("a\rb", "a\rb"),
        ("$\r${x}", '${"$\\r"}$${x}'),
        (f"\r{text}", '${"\\r"}${var.text}'),
        ("\ufeffa", '${"\\ufeff"}a'),
        (f"\ufeff{text}", '${"\\ufeff"}${var.text}'),
        ("a\ufeff", "a\ufeff"),
    ],
)
def test_expressions_are_templates(value, written):
    """Text is data: what a template would read otherwise is escaped; only references are live."""
    assert expression(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        (False, False),
        (1.5, 1.5),
        (Decimal(2), 2),
        ("${x} %{y} $$", "${x} %{y} $$"),
        ({"${k}": ["${v}", ("a",)]}, {"${k}": ["${v}", ["a"]]}),
    ],
)
def test_literals_are_written_as_they_are(value, written):
    """Where Terraform reads no templates an escape would stay in the text."""
    assert literal(value) == written


@pytest.mark.parametrize("value", [text, f"a{text}", [f"{text}"], {"a": number}, {f"{text}": 1}])
def test_literals_hold_no_references(value):
    """Terraform takes a constant there."""
    with pytest.raises(ValueNotAllowedError, match="only a constant here"):
        literal(value)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (vpc, "aws_vpc.main"),
        (Block(), "aws_vpc.main"),
        (vpc.tags["a"], 'aws_vpc.main.tags["a"]'),
        (Symbol("module.x")["k"].y[0], 'module.x["k"].y[0]'),
    ],
)
def test_traversals_are_bare_addresses(value, written):
    """Of a block, or of a part of one."""
    assert traversal(value) == written


@pytest.mark.parametrize(
    "value", ["aws_vpc.main", number + 1, splat(vpc), Access(fn.one([text]), "x")]
)
def test_only_references_are_traversals(value):
    """Neither text nor what is calculated."""
    with pytest.raises(ValueNotAllowedError, match="takes only a reference here"):
        traversal(value)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), Decimal("NaN"), object(), b"x", 1j, {1: 2}, {None: 1}]
)
def test_what_terraform_has_no_value_for_is_refused(value):
    """In expressions and in constants alike."""
    with pytest.raises(ValueNotAllowedError):
        expression(value)
    if not isinstance(value, dict):
        with pytest.raises(ValueNotAllowedError):
            literal(value)


@pytest.mark.parametrize("write", [expression, literal])
def test_text_that_terraform_would_change_is_refused(write):
    """It normalises all text to form NFC; better told than changed."""
    for value in ("e\u0301", ["e\u0301"], {"e\u0301": 1}):
        with pytest.raises(ValueNotAllowedError, match="form NFC"):
            write(value)
    with pytest.raises(ValueNotAllowedError, match="form NFC"):
        expression(f"{text}e\u0301")


def test_a_document_is_written_stably():
    """Indented by two, in the given order, with Unicode as it is and a line feed at the end."""
    document = {"b": "é", "a": [1, {"c": None}]}
    assert dumps(document) == (
        '{\n  "b": "é",\n  "a": [\n    1,\n    {\n      "c": null\n    }\n  ]\n}\n'
    )
    assert json.loads(dumps(document)) == document
    with pytest.raises(ValueError, match="Out of range"):
        dumps({"a": float("nan")})
