"""References are found in templates token by token."""

import pytest

from tapforge.local.lowering.template import (
    TemplateError,
    Traversal,
    as_expression,
    as_operand,
    rewrite_expression,
    rewrite_template,
    sole_expression,
)


def found(text: str) -> list[str]:
    """The traversals in a template, in the order they end."""
    seen: list[str] = []
    rewritten = rewrite_template(text, lambda traversal: seen.append(str(traversal)))
    assert rewritten == text
    return seen


@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("aws_vpc.main.id", []),
        ("${aws_vpc.main.id}", ["aws_vpc.main.id"]),
        ("$${aws_vpc.main.id} %%{ if a.b }", []),
        ("a ${a.b} c ${d.e}", ["a.b", "d.e"]),
        ('${"aws_vpc.main.id"}', []),
        ('${"x ${a.b} \\" ${c.d}"}', ["a.b", "c.d"]),
        ('${"$${a.b}"}', []),
        ("${a.b[count.index].c}", ["count.index", "a.b[count.index].c"]),
        ('${a.b["${c.d}"].e}', ["c.d", 'a.b["${c.d}"].e']),
        ("${a.b[*].c} ${a.b.*.c} ${a.b.0.c}", ["a.b[*].c", "a.b.*.c", "a.b.0.c"]),
        ("${f(a.b, [c.d], {e = f.g})}", ["f", "a.b", "c.d", "e", "f.g"]),
        ("${(a.b).c.d}", ["a.b"]),
        ("${f(a.b)[0].aws_vpc.main}", ["f", "a.b"]),
        (
            "${[for k, v in a.b : v.c if v.d > 1e5]}",
            ["for", "k", "v", "in", "a.b", "v.c", "if", "v.d"],
        ),
        ("%{ if a.b }${c.d}%{ else }e.f%{ endif }", ["if", "a.b", "c.d", "else", "endif"]),
        ("${a.b # c.d\n}${e.f /* g.h */}", ["a.b", "e.f"]),
        ("${provider::aws::arn_parse(a.b)}", ["provider::aws::arn_parse", "a.b"]),
        ("${~ a.b ~}", ["a.b"]),
        ("${a.b == 1.5 ? -2 : f(c...)}", ["a.b", "f", "c"]),
        ("${a-b.c-d}", ["a-b.c-d"]),
    ],
)
def test_references_are_told_from_text(text: str, references: list[str]) -> None:
    """Strings, escapes, comments and attributes of brackets hold none."""
    assert found(text) == references


def test_replacements_stand_where_the_reference_stood() -> None:
    """What is inside an index is replaced before the whole."""

    def replace(traversal: Traversal) -> str | None:
        return {"count.index": "0", "a.b[0].c": "new.c"}.get(str(traversal))

    text = '$${a.b} ${a.b[count.index].c}-${"x${count.index}"} ${other.d}'
    assert rewrite_template(text, replace) == '$${a.b} ${new.c}-${"x${0}"} ${other.d}'
    assert rewrite_expression("a.b[count.index].c", replace) == "new.c"


@pytest.mark.parametrize("text", ["${a.b", '${"a}', "${f(a}", "${a[1}", "%{ if a.b"])
def test_what_is_no_template_is_refused(text: str) -> None:
    """A bracket or quote that does not end is told."""
    with pytest.raises(TemplateError, match=r"is missing in|does not end in"):
        rewrite_template(text, lambda _: None)


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("${a.b}", "a.b"),
        ("${~ a.b ~}", "a.b"),
        ("${a.b}${c.d}", None),
        ("${a.b} ", None),
        ("a.b", None),
        ('${"}"}', '"}"'),
    ],
)
def test_a_sole_expression_is_told_from_a_template(text: str, expression: str | None) -> None:
    """Only a string that is exactly one interpolation keeps its type in Terraform."""
    assert sole_expression(text) == expression


@pytest.mark.parametrize(
    ("value", "expression"),
    [
        ("${a.b}", "a.b"),
        ('say "${a.b}"\n', '"say \\"${a.b}\\"\\n"'),
        ("$${x}", '"$${x}"'),
        (["a", 1, True, None], '["a", 1, true, null]'),
        ({"k-${a.b}": "${c.d}"}, '{("k-${a.b}") = c.d}'),
    ],
)
def test_json_values_are_written_in_the_native_syntax(value: object, expression: str) -> None:
    """Each kind of value has its own form."""
    assert as_expression(value) == expression


@pytest.mark.parametrize(
    ("value", "operand"),
    [("${a ? b : c}", "(a ? b : c)"), ("${a.b}", "a.b"), ("a b", '"a b"'), (True, "true")],
)
def test_operands_are_in_brackets_where_needed(value: object, operand: str) -> None:
    """An operator beside it must not tear it apart."""
    assert as_operand(value) == operand
