"""Calls of Terraform's functions: values, failures and expressions."""

import inspect
import subprocess
import sys
from enum import StrEnum

import pytest

from tapforge.lang import functions as fn
from tapforge.lang.call import call, remembered
from tapforge.lang.errors import UnknownValueError
from tapforge.lang.expression import Expression, Failure, Named, Symbol, hcl


class Color(StrEnum):
    """Text of one's own kind is text."""

    RED = "red"


text = Symbol("var.text", "string")
number = Symbol("var.number", "number")
words = Symbol("var.words", ["list", "string"])
names = Symbol("var.names", ["set", "string"])
tags = Symbol("var.tags", ["map", "string"])
free = Symbol("var.free")


@pytest.mark.parametrize("name", fn.__all__)
def test_every_wrapper_writes_its_call(name):
    """With references for its arguments, each function is written under its own name."""
    wrapper = getattr(fn, name)
    parameters = inspect.signature(wrapper).parameters.values()
    arguments = [Symbol(f"var.a{i}") for i, _ in enumerate(parameters)]
    if name == "convert":
        arguments[1] = ["list", "string"]
    written = ", ".join("list(string)" if isinstance(a, list) else hcl(a) for a in arguments)
    assert hcl(wrapper(*arguments)) == f"{name.rstrip('_')}({written})"


@pytest.mark.parametrize("name", fn.__all__)
def test_every_wrapper_says_where_it_is_described(name):
    """Its documentation ends in the page of Terraform's own."""
    page = f"https://developer.hashicorp.com/terraform/language/functions/{name.rstrip('_')}"
    assert page in getattr(fn, name).__doc__


def test_arguments_have_no_names():
    """Terraform's have none either."""
    with pytest.raises(TypeError):
        fn.upper(str="a")
    with pytest.raises(TypeError):
        fn.upper()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (fn.upper("é"), "É"),
        (fn.join("", ["e", "\u0301"]), "é"),
        (fn.length({"a": [1, ("b", None)]}), 1),
        (fn.jsonencode({"a": [Named("local.x", 1)]}), '{"a":[1]}'),
        (fn.contains(Named("local.x", ["a"]), "a"), True),
        (fn.length(frozenset("ab")), 2),
        (fn.merge({"é": 1}, {"a": {"b": True}}), {"é": 1, "a": {"b": True}}),
        (fn.can(1), True),
        (fn.can(fn.tonumber("x")), False),
        (fn.can([fn.tonumber("x")]), False),
        (fn.try_(fn.tonumber("x"), 5), 5),
        (fn.try_(1, free), 1),
        (fn.convert("5", "number"), 5),
        (fn.nonsensitive("a"), "a"),
        (fn.upper(Color.RED), "RED"),
        (fn.contains(["red"], Color.RED), True),
    ],
)
def test_known_arguments_give_a_value(value, expected):
    """Named values count as what they are."""
    assert value == expected


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (fn.upper(text), "upper(var.text)"),
        (fn.upper(f"{text}-é"), 'upper("${var.text}-é")'),
        (fn.join(",", ["a", text]), 'join(",", ["a", var.text])'),
        (fn.merge({"a": text}, {}), "merge({a = var.text}, {})"),
        (fn.merge({f"{text}": 1}), "merge({(var.text) = 1})"),
        (fn.file("a.txt"), 'file("a.txt")'),
        (fn.sensitive("a"), 'sensitive("a")'),
        (fn.setunion([None], ["a"]), 'setunion([null], ["a"])'),
        (fn.setunion({"b", "a"}, words), 'setunion(toset(["a", "b"]), var.words)'),
        (fn.can(text), "can(var.text)"),
        (fn.try_(fn.tonumber("x"), text, 1), "try(var.text, 1)"),
        (fn.convert(text, ["set", "number"]), "convert(var.text, set(number))"),
        (fn.templatestring(text, {"a": 1}), "templatestring(var.text, {a = 1})"),
        (fn.lookup(Named("local.x", {}), text, ""), 'lookup(local.x, var.text, "")'),
        (fn.timestamp(), "timestamp()"),
    ],
)
def test_other_calls_stay_expressions(value, written):
    """Unknown arguments, functions that depend on time and place, what Python can't be sure of."""
    assert isinstance(value, Expression)
    assert hcl(value) == written


@pytest.mark.parametrize(
    "value",
    [
        fn.cidrhost("x", 1),
        fn.upper(fn.cidrhost("x", 1)),
        fn.join(",", [text, fn.cidrhost("x", 1)]),
        fn.upper(f"{text}{fn.cidrhost('x', 1)}"),
        fn.merge({"a": fn.cidrhost("x", 1)}, tags),
        fn.convert([fn.cidrhost("x", 1)], ["list", "string"]),
        fn.jsonencode({"a": {"b": [fn.cidrhost("x", 1)]}}),
    ],
)
def test_a_failure_is_passed_on(value):
    """Through every function, up to the one that asks whether there is a value."""
    assert isinstance(value, Failure)
    assert hcl(value) == 'cidrhost("x", 1)'
    assert fn.can(value) is False
    with pytest.raises(UnknownValueError, match="invalid CIDR address: x"):
        bool(value)


def test_try_fails_when_everything_does():
    """As in Terraform."""
    value = fn.try_(fn.tonumber("x"), fn.tonumber("y"))
    assert isinstance(value, Failure)
    assert hcl(value) == 'try(tonumber("x"), tonumber("y"))'


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (fn.upper(text), "string"),
        (fn.length(words), "number"),
        (fn.split(",", text), ["list", "string"]),
        (fn.split(",", text)[0], "string"),
        (fn.element(words, number), "string"),
        (fn.one(names), "string"),
        (fn.one(free), None),
        (fn.lookup(tags, text, ""), "string"),
        (fn.reverse(words), ["list", "string"]),
        (fn.reverse(names), None),
        (fn.slice(words, 0, number), ["list", "string"]),
        (fn.values(tags), ["list", "string"]),
        (fn.distinct(words), ["list", "string"]),
        (fn.tolist(names), ["list", "string"]),
        (fn.tolist(free), ["list", "dynamic"]),
        (fn.concat(words, words), ["list", "string"]),
        (fn.concat(words, free), None),
        (fn.coalesce(text, "a"), "string"),
        (fn.coalesce(text, 1), None),
        (fn.try_(number, 1), "number"),
        (fn.merge(tags, tags), ["map", "string"]),
        (fn.sensitive(number), "number"),
        (fn.convert(text, "number"), "number"),
        (fn.jsondecode(text), None),
    ],
)
def test_results_have_a_type(value, type_):
    """The function's own, or that of its arguments or their elements."""
    assert value._type == type_


def test_evaluators_are_loaded_when_they_are_used():
    """Importing the functions imports none of what they calculate with."""
    program = (
        "import sys; from tapforge.lang import functions;"
        "loaded = lambda: [m for m in sys.modules if m.startswith('tapforge.lang.evaluate.')];"
        "print(loaded()); functions.md5('a'); print(loaded())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n['tapforge.lang.evaluate.digest']\n"


def test_unknown_functions_stay_calls():
    """A provider's function is written as it is named."""
    assert hcl(call("provider::aws::arn_parse", ("a",))) == 'provider::aws::arn_parse("a")'


def test_a_table_is_told_from_another_of_the_same_name():
    """Though what a function came to for it is remembered."""
    for value in ("1", "2"):
        table = Named("local.table", {"a": value})
        assert fn.lookup(table, "a", "none") == value
        assert fn.lookup(table, "a", "none") == value


def test_a_list_that_is_remembered_is_nobodys():
    """Whoever changes what a function gave changes nothing for the next."""
    fn.split(",", "a,b").append("c")
    assert fn.split(",", "a,b") == ["a", "b"]


def test_a_function_of_known_text_is_asked_once():
    """And each time for what only Terraform will know, or may take for something else."""
    asked = []

    @remembered
    def initial(word, count):
        """Give the first letters."""
        asked.append((word, count))
        return fn.substr(word, 0, count)

    assert [initial("shop", 1), initial("shop", 1), initial("shop", 2)] == ["s", "s", "sh"]
    assert asked == [("shop", 1), ("shop", 2)]
    assert hcl(initial(text, 1)) == hcl(initial(text, 1)) == "substr(var.text, 0, 1)"
    assert initial(f"{text}-", 1) is not initial(f"{text}-", 1)
    assert len(asked) == 6
    assert initial.__doc__ == "Give the first letters."
