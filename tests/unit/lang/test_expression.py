"""Expressions as Python values: what is written, what folds, what is refused."""
# ruff: noqa: ARG005, B002, C416, FURB171, PIE804, PLW0108, RUF005

from decimal import Decimal
from functools import partial

import pytest

from tapforge.lang import functions as fn
from tapforge.lang.errors import ArgumentError, UnknownValueError, ValueNotAllowedError
from tapforge.lang.expression import (
    Access,
    Call,
    Conditional,
    Expression,
    Failure,
    Named,
    Operation,
    Symbol,
    Template,
    TypeConstraint,
    and_,
    conditional,
    count,
    describe,
    each,
    eq,
    find_failure,
    for_list,
    for_map,
    ge,
    gt,
    hcl,
    known,
    le,
    let,
    lt,
    ne,
    not_,
    or_,
    parse,
    path,
    plain,
    reference,
    roots,
    set_elements,
    splat,
    static_type,
    terraform,
)

text = Symbol("var.text", "string")
number = Symbol("var.number", "number")
other = Symbol("var.other", "number")
flag = Symbol("var.flag", "bool")
words = Symbol("var.words", ["list", "string"])
numbers = Symbol("var.numbers", ["list", "number"])
tags = Symbol("var.tags", ["map", "string"])
names = Symbol("var.names", ["set", "string"])
box = Symbol("var.box", ["object", {"name": "string", "sizes": ["list", "number"], "from": "bool"}])
free = Symbol("var.free")
failure = fn.cidrhost("x", 1)


class Block:
    """Something that refers to itself, as models and module calls do."""

    def _tf_reference(self):
        return Symbol("aws_vpc.main", ["object", {"id": "string"}])


class Nested:
    """Something that is an object, as nested blocks are."""

    def __init__(self, value):
        self.value = value

    def _tf_object(self):
        return {"value": self.value}


# --- misuse -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("misuse", "use", "fix"),
    [
        (lambda x: bool(x), "tested for truth", "conditional("),
        (lambda x: 1 if x else 2, "tested for truth", "count and for_each"),
        (lambda x: x and True, "tested for truth", "and_()"),
        (lambda x: not x, "tested for truth", "not_()"),
        (lambda x: list(x), "iterated", "for_list()"),
        (lambda x: [*x], "iterated", "for_each"),
        (lambda x: dict(**{"a": 1}, b=[i for i in x]), "iterated", "for_map()"),
        (lambda x: len(x), "len()", "length()"),
        (lambda x: list(reversed(x)), "len()", "length()"),
        (lambda x: "a" in x, '"in"', "contains()"),
        (lambda x: x == "a", "compared", "eq()"),
        (lambda x: x != "a", "compared", "ne()"),
        (lambda x: x < 1, "compared", "lt()"),
        (lambda x: x <= 1, "compared", "le()"),
        (lambda x: x > 1, "compared", "gt()"),
        (lambda x: x >= 1, "compared", "ge()"),
        (lambda x: x in ["a"], "compared", "eq()"),
        (lambda x: sorted([x, x]), "compared", "lt()"),
        (lambda x: int(x), "Python number", "tonumber()"),
        (lambda x: float(x), "Python number", "tonumber()"),
        (lambda x: [1, 2][x], "Python number", "tonumber()"),
        (lambda x: range(x), "Python number", "tonumber()"),
        (lambda x: round(x), "Python number", "tonumber()"),
        (lambda x: round(x, 2), "Python number", "tonumber()"),
        (lambda x: x[1:2], "sliced", "slice()"),
        (lambda x: x[-1], "from its end", "element()"),
        (lambda x: x // 2, "divided with //", "floor("),
        (lambda x: 2 // x, "divided with //", "floor("),
        (lambda x: x**2, "raised with **", "pow()"),
        (lambda x: 2**x, "raised with **", "pow()"),
        (lambda x: abs(x), "abs()", "function abs()"),
        (lambda x: x & 1, "&", "and_()"),
        (lambda x: {} | x, "|", "merge()"),
        (lambda x: x ^ x, "^", "or_()"),
        (lambda x: ~x, "~", "not_()"),
        (lambda x: x.upper(), "called", "as their argument"),
        (lambda x: x + "a", "added to text", "f-string"),
        (lambda x: "a" + x, "added to text", "f-string"),
        (lambda x: [1] + x, "Python list", "concat()"),
        (lambda x: x * True, "Python bool", "with numbers"),
        (lambda x: x - None, "Python NoneType", "with numbers"),
        (lambda x: f"{x:>8}", '":>8"', "format()"),
    ],
)
def test_python_can_not_ask_for_the_value(misuse, use, fix):
    """The line that asks fails, names the reference, and says what to write instead."""
    with pytest.raises(UnknownValueError) as caught:
        misuse(free)
    message = str(caught.value)
    assert message.startswith("var.free")
    assert use in message
    assert fix in message


@pytest.mark.parametrize("value", [flag, lt(number, 1), not_(flag), conditional(flag, flag, None)])
def test_a_bool_is_not_written_into_text(value):
    """Python writes True where Terraform writes true: the place has to say tostring()."""
    with pytest.raises(UnknownValueError, match=r"tostring\(\)"):
        f"{value}"
    assert hcl(f"<{fn.tostring(value)}>").startswith('"<${tostring(')


def test_a_quotient_is_not_written_into_text():
    """Python writes 3.0 where Terraform writes 3."""
    with pytest.raises(UnknownValueError, match=r"tostring\(\)"):
        f"{number / 2}"
    assert hcl(f"{number * 2}!") == '"${var.number * 2}!"'


@pytest.mark.parametrize("misuse", [bool, list, len, lambda x: x == 1])
def test_asking_for_a_failure_tells_why_it_failed(misuse):
    """What Terraform would refuse gives Terraform's reason, not that the value is unknown."""
    with pytest.raises(UnknownValueError, match=r'cidrhost\("x", 1\): invalid CIDR address: x'):
        misuse(failure)


def test_infinite_numbers_are_refused():
    """Terraform can't hold them."""
    with pytest.raises(ValueError, match="no number inf"):
        number + float("inf")
    for value in (float("nan"), Decimal("Infinity")):
        with pytest.raises(ValueNotAllowedError, match="Terraform has no value"):
            hcl([value])


def test_private_names_are_no_attributes():
    """What Python itself looks for on objects is not taken for a reference."""
    assert not hasattr(free, "_anything")
    assert not hasattr(free, "__deepcopy__")


def test_an_expression_is_no_base_of_its_own():
    """Each kind of expression writes itself."""
    with pytest.raises(NotImplementedError):
        Expression()._hcl()
    assert list(Expression()._parts()) == []


# --- references -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "written", "type_"),
    [
        (box.name, "var.box.name", "string"),
        (box.sizes[0], "var.box.sizes[0]", "number"),
        (box.from_, "var.box.from", "bool"),
        (box["name"], 'var.box["name"]', "string"),
        (tags.Owner, "var.tags.Owner", "string"),
        (tags["a b"], 'var.tags["a b"]', "string"),
        (tags[text], "var.tags[var.text]", "string"),
        (words[number], "var.words[var.number]", "string"),
        (free.a.b[0]["c"], 'var.free.a.b[0]["c"]', None),
        (Symbol("x", ["tuple", ["string", "bool"]])[1], "x[1]", "bool"),
        (Symbol("x", ["tuple", ["string"]])[number], "x[var.number]", None),
        (Symbol("x", "dynamic").a, "x.a", None),
        (each.key, "each.key", "string"),
        (each.value.name, "each.value.name", None),
        (count.index, "count.index", "number"),
        (path.module, "path.module", "string"),
        (terraform.workspace, "terraform.workspace", "string"),
        (Access(number + 1, "x"), "(var.number + 1).x", None),
    ],
)
def test_attributes_and_elements_are_typed_references(value, written, type_):
    """Each step of a reference knows its type as far as the schema tells it."""
    assert hcl(value) == written
    assert repr(value) == f"<{written}>"
    assert value._type == type_


@pytest.mark.parametrize(
    ("access", "message"),
    [
        (lambda: box.nam, 'var.box has no attribute "nam"; did you mean "name"?'),
        (lambda: box.zzzz, 'var.box has no attribute "zzzz"; it has from, name, sizes'),
        (lambda: text.upper, "functions, such as upper(), take it as their argument"),
        (lambda: text.nonesuch, "var.text is a string, without attributes; only objects and maps"),
        (lambda: words.id, "var.words is a list(string), without attributes; take one element"),
        (lambda: names.id, r"[0].id, or splat(...).id for all"),
        (lambda: number.real, "var.number is a number, without attributes"),
    ],
)
def test_attributes_that_do_not_exist_are_an_error(access, message):
    """At the line that wrote them, with the closest valid name."""
    with pytest.raises(AttributeError) as caught:
        access()
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("access", "message"),
    [
        (lambda: names[0], "var.names is a set: its elements have no order; use one() or tolist()"),
        (lambda: text[0], "var.text is a string: it has no elements"),
        (lambda: box[0], "it has no elements"),
    ],
)
def test_elements_that_do_not_exist_are_an_error(access, message):
    """A set has none that could be asked for, a string none at all."""
    with pytest.raises(TypeError) as caught:
        access()
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("collection", "written", "type_"),
    [
        (Symbol("x", ["list", ["object", {"id": "string"}]]), "x[*].id", "string"),
        (Symbol("x", ["map", ["object", {"id": "string"}]]), "values(x)[*].id", "string"),
        (free, "var.free[*].id", None),
        (Block(), "aws_vpc.main[*].id", None),
    ],
)
def test_a_splat_asks_every_element(collection, written, type_):
    """What is asked of a splat is asked of each element; of a map's, of its values."""
    value = splat(collection).id
    assert hcl(value) == written
    assert value._type == type_


def test_blocks_and_objects_stand_in_expressions():
    """A model is written as the reference to it, a nested block as an object."""
    assert hcl([Block(), Nested(number)]) == "[aws_vpc.main, {value = var.number}]"
    assert reference(Block())._hcl() == "aws_vpc.main"
    assert reference(number) is number
    assert not known(Block())
    assert known(Nested(1))
    assert not known(Nested(number))


def test_references_are_found_wherever_they_stand():
    """References in lists, maps, keys, text, functions, conditions, loops and blocks."""
    value = {
        f"{text}-k": [number, (other, {flag})],
        "a": fn.join(f"{words[0]}", [tags.x]),
        "b": conditional(box.from_, free, Block()),
        "c": for_list(names, lambda n: n, when=lambda n: eq(n, each.key)),
        "d": "plain",
        "e": lt(None, 1),
    }
    assert {root._address for root in roots(value)} == {
        *("var.text", "var.number", "var.other", "var.flag", "var.words", "var.tags", "var.box"),
        *("var.free", "aws_vpc.main", "var.names", "n", "each"),
    }


# --- text -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "null"),
        (True, "true"),
        (5, "5"),
        (-5, "-5"),
        (1.5, "1.5"),
        (1e21, "1e+21"),
        (Decimal("1E+2"), "100"),
        (Decimal("0.10"), "0.10"),
        ("a", '"a"'),
        ('a"b\\\n\r\t', '"a\\"b\\\\\\n\\r\\t"'),
        ("\0\x1b\x7f", '"\\u0000\\u001b\\u007f"'),
        ("${x} %{y} $ % $${", '"$${x} %%{y} $ % $$${"'),
        ("é", '"é"'),
        ([1, "a", [True]], '[1, "a", [true]]'),
        ((1, 2), "[1, 2]"),
        (
            {"a": 1, "b-c": 2, "d e": 3, "for": 4, "é": 5},
            '{a = 1, b-c = 2, "d e" = 3, "for" = 4, "é" = 5}',
        ),
        ({"${x}": 1}, '{"$${x}" = 1}'),
        ({f"{text}": 1, f"a-{text}": 2}, '{(var.text) = 1, "a-${var.text}" = 2}'),
        ({"b", "a", "B"}, 'toset(["B", "a", "b"])'),
        (frozenset((2, 10, 1)), "toset([1, 2, 10])"),
        (range(2), "[0, 1]"),
        (Named("local.table", {"a": 1}), "local.table"),
        (TypeConstraint(["list", "string"]), "list(string)"),
    ],
)
def test_values_are_written_in_native_syntax(value, written):
    """Every Python value has its literal; text is data and never a template."""
    assert hcl(value) == written


@pytest.mark.parametrize("value", [object(), 1j, {1: 2}, {None: 1}])
def test_values_that_terraform_lacks_are_refused(value):
    """With the value and what is wrong with it."""
    with pytest.raises(
        ValueNotAllowedError, match=r"no value for a Python|keys of Terraform's maps"
    ):
        hcl(value if not isinstance(value, bytes) else [object()])


def test_text_that_terraform_would_change_is_refused():
    """Terraform normalises strings to NFC, so that another form would not survive."""
    with pytest.raises(ValueNotAllowedError, match="form NFC"):
        hcl("e\u0301")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (number + 1, "var.number + 1"),
        (1 + number, "1 + var.number"),
        (number - (other - 1), "var.number - (var.other - 1)"),
        (number - other - 1, "var.number - var.other - 1"),
        (1 - number, "1 - var.number"),
        ((number + 1) * 2, "(var.number + 1) * 2"),
        (2 * number + 1, "2 * var.number + 1"),
        (number / other, "var.number / var.other"),
        (6 / number % 4, "6 / var.number % 4"),
        (7 % (number % 2), "7 % (var.number % 2)"),
        (-number, "-var.number"),
        (-(number + 1), "-(var.number + 1)"),
        (-(-number), "-(-var.number)"),
        (+number, "0 + var.number"),
        (number - (-1), "var.number - (-1)"),
        (number * -1.5, "var.number * (-1.5)"),
        (not_(flag), "!var.flag"),
        (not_(and_(flag, box.from_)), "!(var.flag && var.box.from)"),
        (and_(or_(flag, lt(number, 1)), flag), "(var.flag || var.number < 1) && var.flag"),
        (or_(and_(flag, flag), flag), "var.flag && var.flag || var.flag"),
        (eq(eq(number, 1), flag), "var.number == 1 == var.flag"),
        (eq(flag, eq(number, 1)), "var.flag == (var.number == 1)"),
        (ne(text, "a"), 'var.text != "a"'),
        (le(number, other + 1), "var.number <= var.other + 1"),
        (gt(number, 1), "var.number > 1"),
        (ge(number, 1), "var.number >= 1"),
        (conditional(flag, number, None), "var.flag ? var.number : null"),
        (conditional(flag, 1, 2) + 1, "(var.flag ? 1 : 2) + 1"),
        (conditional(flag, conditional(flag, 1, 2), 3), "var.flag ? (var.flag ? 1 : 2) : 3"),
        (Access(Conditional(flag, box, box), "name"), "(var.flag ? var.box : var.box).name"),
        (fn.join(", ", words), 'join(", ", var.words)'),
        (fn.join(f"{text}-", [f"{text}", number]), 'join("${var.text}-", [var.text, var.number])'),
    ],
)
def test_operators_are_written_with_the_parentheses_they_need(value, written):
    """As Terraform's precedence asks for, and no more."""
    assert hcl(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (f"{text}", "var.text"),
        (f"a{text}", '"a${var.text}"'),
        (f"{text}{number}", '"${var.text}${var.number}"'),
        (f"${{{text}}}", '"$${${var.text}}"'),
        (f"${text}", '"${"$"}${var.text}"'),
        (f"a$${text}$", '"a${"$$"}${var.text}$"'),
        (f"%{text}", '"%${var.text}"'),
        (f'"{text}\n', '"\\"${var.text}\\n"'),
        (f"{fn.upper(f'x-{text}')}!", '"${upper("x-${var.text}")}!"'),
        ("%s-%s" % (text, number), '"${var.text}-${var.number}"'),  # noqa: UP031
        ("{}".format(text) + "-x", '"${var.text}-x"'),  # noqa: UP032
        ("-".join([f"{text}", "b"]), '"${var.text}-b"'),
        (str(text), "var.text"),
    ],
)
def test_text_with_references_is_a_template(value, written):
    """f-strings and their like keep what they were given."""
    assert isinstance(value, str)
    assert hcl(value) == written


def test_a_number_alone_in_an_f_string_is_text():
    """Python makes text of it, so Terraform has to."""
    assert hcl(f"{number}") == "tostring(var.number)"
    assert hcl(eq(f"{number}", "5")) == 'tostring(var.number) == "5"'


def test_plain_values_are_not_parsed():
    """What holds no reference is given back as it is."""
    for value in ("a", "é", 1, None, [f"{text}"]):
        assert parse(value) is value
    assert isinstance(parse(f"a{text}"), Template)


# --- folding ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (eq(1, 1.0), True),
        (eq(True, 1), False),
        (eq("1", 1), False),
        (eq(0.1, Decimal("0.1")), True),
        (eq([1, {"a": True}], (1.0, {"a": True})), True),
        (eq([True], [1]), False),
        (eq({"a": 1}, {"b": 1}), False),
        (eq([1], [1, 2]), False),
        (eq(None, None), True),
        (ne("a", "b"), True),
        (lt("10", 9), False),
        (lt(1, 2), True),
        (le(2, 2), True),
        (gt(0.3, 0.1), True),
        (ge(1, 2), False),
        (and_(), True),
        (or_(), False),
        (and_("true", True), True),
        (or_(False, "1"), True),
        (not_("false"), True),
        (and_(flag, False), False),
        (or_(flag, True), True),
        (and_(failure, False), False),
        (or_(None, True), True),
        (conditional(True, 1, 2), 1),
        (conditional("false", 1, 2), 2),
        (conditional(True, 1, "a"), "1"),
        (conditional(False, "a", 1), "1"),
        (conditional(True, [1], ["a"]), ["1"]),
        (conditional(True, [1], [2, 3]), [1]),
        (conditional(True, {"a": 1}, {"b": "x"}), {"a": "1"}),
        (conditional(True, {"a": 1}, {"b": 2}), {"a": 1}),
        (conditional(True, [], ["a"]), []),
        (conditional(True, None, 1), None),
        (conditional(True, 1, number), 1),
        (conditional(True, 1, text), "1"),
        (conditional(True, True, flag), True),
        (conditional(True, "a", failure), "a"),
        (conditional(True, {"a": "x"}, {"b": "y"}), {"a": "x"}),
        (conditional(True, ("a", 1), ("b", 2)), ("a", 1)),
        (conditional(True, [1], words), ["1"]),
        (conditional(True, {"a": 1}, tags), {"a": "1"}),
        (conditional(True, [{"a": 1}], [{"a": 2}]), [{"a": 1}]),
    ],
)
def test_known_operands_fold_as_in_terraform(value, expected):
    """Conversions, equality by type, short cuts, and one type for both sides of a condition."""
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (and_(flag, True, flag), "var.flag && var.flag"),
        (and_(True, flag), "var.flag"),
        (or_(False, flag, False), "var.flag"),
        (and_(flag, failure), 'var.flag && cidrhost("x", 1)'),
        (and_(flag, None), "var.flag && tobool(null)"),
        (conditional(True, number, "a"), 'true ? var.number : "a"'),
        (conditional(True, 1, free), "true ? 1 : var.free"),
        (conditional(False, 1, [None, ["a"], number]), 'false ? 1 : [null, ["a"], var.number]'),
        (conditional(True, {"a"}, ["b"]), 'true ? toset(["a"]) : ["b"]'),
        (eq([number], [1]), "[var.number] == [1]"),
        (lt(10**200, 1), f"{10**200} < 1"),
    ],
)
def test_what_is_not_certain_stays_with_terraform(value, written):
    """Known parts that decide nothing fall away; what may be of another type is left as it is."""
    assert hcl(value) == written


def test_an_object_of_its_own_kind_is_chosen_as_it_is():
    """Blocks are given to one side of a condition as they are."""
    block = Block()
    assert conditional(True, block, "x") is block
    chosen = conditional(True, text, "x")
    assert chosen is text
    table = Named("local.table", {"a": "x"})
    assert conditional(True, table, {"b": "y"}) is table


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (lt(None, 1), "must not be null"),
        (lt("x", 1), "a number is required"),
        (not_(5), "bool required"),
        (and_(5, False), "bool required"),
        (or_(True, "x"), "a bool is required"),
        (and_(None, True), "must not be null"),
        (conditional(None, 1, 2), "must not be null"),
        (conditional(True, 1, True), "same type"),
        (not_(failure), "invalid CIDR"),
        (and_(failure, True), "invalid CIDR"),
        (lt(failure, 1), "invalid CIDR"),
        (eq(failure, number), "invalid CIDR"),
        (conditional(failure, 1, 2), "invalid CIDR"),
        (failure + 1, "invalid CIDR"),
        (for_list(["a"], lambda x: x, when=lambda x: failure), "invalid CIDR"),
        (for_map([failure], lambda x: (x, x)), None),
        (for_list([failure], lambda x: x), "invalid CIDR"),
        (for_list(failure, lambda x: x), "invalid CIDR"),
        (for_list(["a"], lambda x: x, when=lambda x: None), "must not be null"),
    ],
)
def test_what_terraform_refuses_is_a_failure(value, reason):
    """It is passed on as a value, so that can() and try() may ask for it."""
    assert isinstance(value, Failure)
    assert reason is None or reason in value._reason
    assert fn.can(value) is False
    assert fn.try_(value, "else") == "else"


@pytest.mark.parametrize(
    "value",
    [
        ["a", failure],
        {"a": failure},
        f"x{failure}",
        fn.upper(f"{failure}{text}"),
        Access(failure, "x"),
        for_list(Call("x", (failure,)), lambda x: x),
        -failure,
    ],
)
def test_failures_are_found_in_what_terraform_evaluates(value):
    """Wherever they stand."""
    assert find_failure(value) is not None
    assert fn.can(value) is False


@pytest.mark.parametrize(
    "value",
    [
        1,
        "a",
        conditional(flag, failure, 1),
        or_(flag, failure),
        Call("can", (failure,)),
        fn.try_(words[0], failure),
        for_list(words, lambda _: failure),
    ],
)
def test_failures_are_not_seen_where_terraform_may_not_get_to(value):
    """A side that is not chosen, what the other side decides, what can() and try() catch."""
    assert find_failure(value) is None


@pytest.mark.parametrize(
    ("left", "right"), [(words, ["a"]), ([], words), (tags, {"a": "b"}), (free, {"a"})]
)
def test_a_collection_is_not_compared_with_one_written_out(left, right):
    """Terraform says false whatever is in them: a list never equals a tuple."""
    for compare in (eq, ne):
        with pytest.raises(UnknownValueError, match=r"jsonencode\(\)"):
            compare(left, right)
    assert hcl(eq(words, words)) == "var.words == var.words"


def test_named_values_fold_and_are_written_by_their_name():
    """A table that the module has as a local is known, and referred to where it stays."""
    table = Named("local.table", {"a": "x", "b": "y"})
    assert known(table)
    assert plain([table, {table.__class__.__name__: table}, {1}]) == [
        {"a": "x", "b": "y"},
        {"Named": {"a": "x", "b": "y"}},
        {1},
    ]
    assert fn.lookup(table, "a", "") == "x"
    assert fn.length([table]) == 1
    assert hcl(fn.lookup(table, text, "")) == 'lookup(local.table, var.text, "")'
    assert eq(table, {"a": "x", "b": "y"}) is True
    assert for_list(table, lambda key, value: f"{key}{value}") == ["ax", "by"]
    assert hcl(for_list(table, lambda key, value: f"{value}{text}")) == (
        '[for key, value in local.table : "${value}${var.text}"]'
    )
    assert hcl(for_map(table, lambda key, value: (key, text))) == (
        "{for key, value in local.table : key => var.text}"
    )


# --- loops ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (for_list(["b", "a"], lambda x: x * 2), ["bb", "aa"]),
        (for_list(["b", "a"], lambda i, x: (i, x)), [(0, "b"), (1, "a")]),
        (for_list({"b": 1, "a": 2}, lambda v: v), [2, 1]),
        (for_list({"b": 1, "a": 2}, lambda k, v: k), ["a", "b"]),
        (for_list({"b", "a", "B"}, lambda x: x), ["B", "a", "b"]),
        (for_list({2, 10}, lambda k, v: k + v), [4, 20]),
        (for_list(range(3), lambda x: x, when=lambda x: ne(x, 1)), [0, 2]),
        (for_list([1, 2], lambda x, n=5: x + n), [6, 7]),
        (for_list([1], partial(lambda n, x: x + n, 5)), [6]),
        (for_map(["a", "b"], lambda i, x: (x, i)), {"a": 0, "b": 1}),
        (for_map([1, 2.0, True], lambda i, x: (x, i)), {"1": 0, "2": 1, "true": 2}),
        (for_map({"a": 1}, lambda k, v: (k, v), when=lambda k, v: gt(v, 1)), {}),
        (let({"x": 1, "y": 2}, lambda n: n.x + n.y), 3),
    ],
)
def test_loops_over_known_collections_unroll(value, expected):
    """In Terraform's order, with its keys."""
    assert value == expected


def test_loops_over_lists_with_references_unroll():
    """How many elements there are is known, whatever they are."""
    assert hcl(for_list([text, "a"], lambda x: fn.upper(x))) == '[upper(var.text), "A"]'
    assert hcl(for_map({"k": text}, lambda k, v: (f"{k}{v}", v))) == ('{"k${var.text}" = var.text}')


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (for_list(words, lambda w: fn.upper(w)), "[for w in var.words : upper(w)]"),
        (
            for_list(tags, lambda k, v: f"{k}={v}", when=lambda k, v: ne(v, "")),
            '[for k, v in var.tags : "${k}=${v}" if v != ""]',
        ),
        (
            for_list(["a"], lambda w: w, when=lambda w: eq(w, text)),
            '[for w in ["a"] : w if w == var.text]',
        ),
        (for_map(words, lambda w: (w, 1)), "{for w in var.words : w => 1}"),
        (
            for_map(words, lambda i, w: (f"{w}-{i}", i), when=lambda i, w: lt(i, 3)),
            '{for i, w in var.words : "${w}-${i}" => i if i < 3}',
        ),
        (for_map({f"{text}": 1}, lambda k, v: (k, v)), "{for k, v in {(var.text) = 1} : k => v}"),
        (for_list({text}, lambda x: x), "[for x in toset([var.text]) : x]"),
        (for_list(Block(), lambda x: x.id), "[for x in aws_vpc.main : x.id]"),
        (
            let({"x": number, "y": 1}, lambda n: n.x + n.y),
            "[for n in [{x = var.number, y = 1}] : n.x + n.y][0]",
        ),
        (for_list(words, lambda null: null), "[for null_2 in var.words : null_2]"),
        (
            for_list(words, lambda var: f"{var}{text}"),
            '[for var_2 in var.words : "${var_2}${var.text}"]',
        ),
    ],
)
def test_loops_over_unknown_collections_are_written(value, written):
    """The parameters name the variables; a name that means something else is changed."""
    assert hcl(value) == written


def test_a_loop_never_hides_the_variable_of_a_loop_around_it():
    """Two callbacks may use the same name without knowing of each other."""

    def pairs(outer):
        return for_list(words, lambda item: f"{outer}{item}")

    assert hcl(for_list(numbers, lambda item: pairs(item))) == (
        '[for item in var.numbers : [for item_2 in var.words : "${item}${item_2}"]]'
    )
    assert hcl(for_list(words, lambda item: item)) == "[for item in var.words : item]"


@pytest.mark.parametrize("collection", ["text", 5, None, b"x", f"{text}-"])
def test_only_collections_are_looped_over(collection):
    """Terraform has no loop over text, which Python would take letter by letter."""
    if isinstance(collection, str) and not known(collection):
        assert hcl(for_list(collection, lambda x: x)) == '[for x in "${var.text}-" : x]'
        return
    for loop in (for_list, for_map):
        with pytest.raises(ArgumentError, match="no loop over a"):
            loop(collection, lambda x: (x, x))


def test_keys_of_a_map_are_distinct_strings():
    """Terraform refuses two elements of one key, and a key that is null."""
    with pytest.raises(ArgumentError, match="'1': is the key of two elements"):
        for_map([1, "1"], lambda x: (x, x))
    with pytest.raises(ArgumentError, match="None: can't be the key"):
        for_map([None], lambda x: (x, x))


def test_the_elements_of_a_set_stand_in_terraforms_order():
    """Numbers by value, text by code point, what is unknown last and by its text."""
    assert set_elements({10, 9}) == [9, 10]
    assert set_elements({"b", "a", "Z", "é"}) == ["Z", "a", "b", "é"]
    assert [hcl(e) for e in set_elements({number, "b", text, 1})] == [
        '"1"',
        '"b"',
        "var.number",
        "var.text",
    ]
    assert set_elements({(2, 1), (1, 2)}) == [(1, 2), (2, 1)]
    assert set_elements({True, 2}) == [2, True]


# --- types ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (text, "string"),
        (free, None),
        (each.value, None),
        (f"{number}-", "string"),
        (number + 1, "number"),
        (eq(number, 1), "bool"),
        (None, "dynamic"),
        ([1, "a"], ["tuple", ["number", "string"]]),
        ({"a": True}, ["object", {"a": "bool"}]),
        ({1, 2}, ["set", "number"]),
        ([number], ["tuple", ["number"]]),
        ([free], None),
        ({"a": number}, ["object", {"a": "number"}]),
        ({"a": free}, None),
        ({text: 1}, None),
        ({1, number}, None),
        (object(), None),
        (Named("local.x", ["a"]), ["tuple", ["string"]]),
        (conditional(flag, 1, 2), "number"),
        (conditional(flag, 1, None), "number"),
        (conditional(flag, None, None), None),
        (conditional(flag, 1, free), None),
        (Symbol("x", ["tuple", ["string", "dynamic"]]), None),
        (Symbol("x", ["object", {"a": "string"}]), ["object", {"a": "string"}]),
        (Symbol("x", ["list", "dynamic"]), None),
        (splat(Symbol("x", ["list", ["object", {"id": "string"}]])).id, ["list", "string"]),
    ],
)
def test_types_are_known_as_far_as_they_are_certain(value, type_):
    """Of values and expressions alike; None where something in it is not known."""
    assert static_type(value) == type_


@pytest.mark.parametrize(
    ("type_", "written"),
    [
        (None, "any"),
        ("dynamic", "any"),
        ("string", "string"),
        (["list", ["map", "number"]], "list(map(number))"),
        (["tuple", ["string", "bool"]], "tuple([string, bool])"),
        (["object", {"a": "string", "b": "bool"}], "object({ a = string, b = bool })"),
        (
            ["object", {"a": "string", "b": "bool"}, ["b"]],
            "object({ a = string, b = optional(bool) })",
        ),
    ],
)
def test_types_are_written_as_terraform_does(type_, written):
    """For variables and for messages."""
    assert describe(type_) == written


def test_what_is_no_type_is_refused():
    """A JSON type has two or three parts."""
    with pytest.raises(TypeError, match="no Terraform type"):
        describe(["list"])


def test_an_operation_knows_how_tightly_it_binds_when_it_fails():
    """A failure is written like the expression that fails."""
    assert hcl(Failure(Operation("+", (1, 2), "number"), "") * 2) != ""
    assert hcl(Access(lt("x", 1), "y")) == '("x" < 1).y'
