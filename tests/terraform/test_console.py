"""Expressions asked of the real Terraform."""

import pytest

from tapforge.local.console import ConsoleError, Failure, Value, console, evaluate
from tapforge.local.terraform import TerraformFailedError

pytestmark = pytest.mark.terraform


def test_values_come_back_as_python_has_them() -> None:
    """Every kind of value has its Python equal, null and huge integers included."""
    asked = {
        "1 + 1": 2,
        "1 / 4": 0.25,
        "123456789012345678901234567890": 123456789012345678901234567890,
        "null": None,
        '"é$${x}"': "é${x}",
        'toset(["b", "a"])': ["a", "b"],
        "{ a = 1, b = null }": {"a": 1, "b": None},
        "sensitive(true)": True,
        "[\n  1,\n]": [1],
    }

    assert console(list(asked)) == list(asked.values())


def test_variables_and_other_blocks_can_be_referred_to() -> None:
    """Variables have the types that are asked for; resources have been created."""
    values = console(
        ["var.ports[0]", "local.name", "terraform_data.this.output", "var.free"],
        {"ports": ["5432"], "name": "${literal}", "free": {"a": 1}},
        types={"ports": "list(number)"},
        document={
            "locals": {"name": "${var.name}-x"},
            "resource": {"terraform_data": {"this": {"input": "made"}}},
        },
    )

    assert values == [5432, "${literal}-x", "made", {"a": 1}]


def test_every_failing_expression_is_named_and_the_others_do_not_matter() -> None:
    """The error has one problem for each expression without a value."""
    with pytest.raises(ConsoleError) as caught:
        console(["1", "1 + true", "nonesuch()", "2", "var.none", "upper("])

    assert [problem.place for problem in caught.value.problems] == [
        "1 + true",
        "nonesuch()",
        "var.none",
        "upper(",
    ]
    assert 'no function named "nonesuch"' in str(caught.value)


def test_values_of_a_document_are_templates_with_types() -> None:
    """`evaluate` takes values as a document has them and says their types."""
    template, literal, number, failure = evaluate(
        [{"${var.k}": ["${2}"]}, "$${x} 50%", 7, "${tonumber(var.k)}"], {"k": "key"}
    )

    assert template == Value({"key": [2]}, ["object", {"key": ["tuple", ["number"]]}])
    assert literal == Value("${x} 50%", "string")
    assert number == Value(7, "number")
    assert isinstance(failure, Failure)
    assert str(failure).startswith("Invalid function argument: Invalid value for")


def test_nothing_asked_is_nothing_answered() -> None:
    """No expression, no Terraform."""
    assert console([]) == []


def test_a_wrong_variable_is_an_error_of_its_own() -> None:
    """An error outside the values ends the whole question."""
    with pytest.raises(TerraformFailedError, match=r"Invalid value for input variable"):
        console(["1"], {"x": "a"}, types={"x": "number"})
