"""How an expression survives an f-string, and how damage to it is found."""
# ruff: noqa: ARG005, FLY002, PLW0108, PT014

import sys

import pytest

from tapforge.lang.expression import Symbol, hcl, parse
from tapforge.lang.marker import DamagedReferenceError, has_marker, mark, split

region = Symbol("var.region", "string")
name = Symbol("var.NAME", "string")


def test_a_marker_stands_for_one_expression():
    """The same expression has the same marker, another one another."""
    assert f"{region}" == f"{region}" == f"{Symbol('var.region', 'string')}"
    assert f"{region}" != f"{name}"
    pieces = split(f"a-{region}-{name}")
    assert [p if isinstance(p, str) else hcl(p) for p in pieces] == [
        "a-",
        "var.region",
        "-",
        "var.NAME",
    ]


def test_references_of_one_name_and_two_types_are_kept_apart():
    """Two modules may have a variable of the same name, a number in one of them."""
    assert hcl(f"{Symbol('var.size', 'number')}") == "tostring(var.size)"
    assert hcl(f"{Symbol('var.size', 'string')}") == "var.size"


@pytest.mark.parametrize("text", ["", "plain", "é", "${x}", "tF0123456789abcdef", "\ufffd"])
def test_plain_text_has_no_marker(text):
    """Whatever a user writes is taken for text."""
    assert not has_marker(text)
    assert parse(text) is text


@pytest.mark.parametrize(
    "keep",
    [
        lambda t: f"{t}",
        lambda t: f"<{t}>",
        lambda t: t + "-x",
        lambda t: "-".join([t, t]),
        lambda t: "%s" % t,  # noqa: UP031
        lambda t: "{}".format(t),  # noqa: UP032
        lambda t: t * 2,
        lambda t: t.strip(),
        lambda t: t.replace("nothing", "else"),
        lambda t: (t + "suffix").removesuffix("suffix"),
        lambda t: t.center(200),
        lambda t: t.ljust(200),
        lambda t: t.split("-")[0],
        lambda t: str(t),
    ],
)
def test_what_keeps_the_marker_whole_keeps_the_reference(keep):
    """Joining, padding and cutting beside it."""
    assert "var.region" in hcl(keep(f"{region}"))


@pytest.mark.parametrize(
    "alter",
    [
        str.upper,
        str.lower,
        str.title,
        str.capitalize,
        str.swapcase,
        lambda t: t[1:],
        lambda t: t[:-1],
        lambda t: t[:10],
        lambda t: t[::-1],
        lambda t: t[0],
        lambda t: t[5:] + t[:5],
        lambda t: t.replace("t", "x"),
        lambda t: t.replace("\udc54", ""),
        lambda t: t.translate({ord("F"): "f"}),
        lambda t: t.strip("\udc54"),
        lambda t: t.removeprefix("\udc54tF"),
        lambda t: t.split("F")[1],
        lambda t: t.partition("t")[2],
        lambda t: "-".join(t),
        lambda t: t.zfill(40)[:-3],
        lambda t: t.expandtabs()[2:],
        lambda t: "\udc54tF0123456789abcdef\udc46",
        lambda t: f"{t[:8]}{t}",
    ],
)
def test_what_alters_the_marker_is_found(alter):
    """Every method of text that cuts or changes it; a forged marker as well."""
    with pytest.raises(DamagedReferenceError) as caught:
        hcl(alter(f"{region}"))
    assert "holds a damaged reference" in str(caught.value)
    assert "format a reference into a string whole" in str(caught.value)


@pytest.mark.parametrize("alter", [str.upper, str.lower, lambda t: t[:12], lambda t: t[1:]])
def test_the_damaged_reference_is_named_when_its_token_is_left(alter):
    """So that the place in the program can be found."""
    with pytest.raises(DamagedReferenceError, match=r"damaged reference to <var\.region>"):
        hcl(f"name-{alter(f'{region}')}")


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "\udc54"])
def test_lone_surrogates_are_refused(text):
    """They are no Unicode text, and Terraform could not hold them."""
    with pytest.raises(DamagedReferenceError, match="not valid Unicode"):
        parse(text)


def test_methods_that_only_look_see_text():
    """Nothing keeps Python from measuring a formatted reference; the rules say so."""
    assert isinstance(f"{region}", str)
    assert len(f"{region}") == len(mark(region, "var.region"))
    assert not f"{region}".isascii()
    assert sys.intern(f"{region}") == f"{region}"
