"""Examples of rules, written in Terraform's native syntax."""

from textwrap import dedent
from typing import Any

import pytest

from tapforge.rules import registry
from tapforge.rules.native import native

RULES = registry.rules()


def body(values: dict[str, Any], type_: str = "aws_db_instance") -> str:
    """Return the arguments of a resource as they are written."""
    head, *lines, tail = native({"resource": {type_: {"main": values}}}).splitlines()
    assert head == f'resource "{type_}" "main" {{'
    assert tail == "}"
    return dedent("\n".join(lines))


def test_a_configuration_in_full() -> None:
    """Variables, resources and data sources in this order, blocks after arguments."""
    example = {
        "data": {"aws_region": {"here": {}}},
        "variable": {"environment_suffix": {"default": "dev"}},
        "resource": {
            "aws_security_group": {
                "db": {
                    "ingress": [{"from_port": 5432, "cidr_blocks": ["10.0.0.0/16"]}, {}],
                    "vpc_id": "${aws_vpc.main.id}",
                    "revoke_rules_on_delete": True,
                    "tags": {"Name": "db", "a b": None},
                    "lifecycle": {"prevent_destroy": True},
                }
            }
        },
    }
    assert native(example) == dedent(
        """\
        variable "environment_suffix" {
          default = "dev"
        }

        data "aws_region" "here" {}

        resource "aws_security_group" "db" {
          vpc_id                 = aws_vpc.main.id
          revoke_rules_on_delete = true
          tags = {
            Name  = "db"
            "a b" = null
          }

          ingress {
            from_port   = 5432
            cidr_blocks = ["10.0.0.0/16"]
          }

          ingress {}

          lifecycle {
            prevent_destroy = true
          }
        }"""
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", '"plain"'),
        ('a "quote"', r'"a \"quote\""'),
        ("a-${var.suffix}-b", '"a-${var.suffix}-b"'),
        ("${var.name}", "var.name"),
        ("{not JSON", '"{not JSON"'),
        ('{"a": [1]}', "jsonencode({\n  a = [1]\n})"),
        ("[]", "jsonencode([])"),
        ([], "[]"),
        ({}, "{}"),
        (1.5, "1.5"),
        (["x" * 40, "y" * 40], f'[\n  "{"x" * 40}",\n  "{"y" * 40}",\n]'),
        ([["a", {"b": 1}]], '[\n  [\n    "a",\n    {\n      b = 1\n    },\n  ],\n]'),
    ],
    ids=[
        *("text", "quotes", "template", "reference", "a brace", "JSON", "JSON list", "empty list"),
        *("empty map", "number", "long list", "nested"),
    ],
)
def test_values(value: Any, written: str) -> None:
    """Each as terraform fmt leaves it."""
    assert body({"identifier": value}) == f"identifier = {written}"


def test_the_schema_tells_a_block_from_a_map() -> None:
    """A mapping is a block where the provider has one, and a map where it has an argument."""
    function = {"environment": {"variables": {"A": "1"}}}
    assert body(function, "aws_lambda_function") == dedent(
        """\
        environment {
          variables = {
            A = "1"
          }
        }"""
    )


def test_a_type_that_is_not_known_has_arguments_only() -> None:
    """Blocks of such a type are lists of mappings."""
    assert body({"a": {"b": 1}, "c": [{"d": 1}]}, "other_thing") == dedent(
        """\
        a = {
          b = 1
        }

        c {
          d = 1
        }"""
    )


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_example_can_be_written(rule: Any) -> None:
    """Good and bad examples differ in this syntax too."""
    assert native(rule.good) != native(rule.bad)
