"""Typed wrappers made from the metadata of functions."""

import io
import json
import sys

import pytest

from tapforge.codegen import functions

METADATA = {
    "format_version": "1.0",
    "function_signatures": {
        "core::upper": {"return_type": "string", "parameters": [{"name": "s", "type": "string"}]},
        "upper": {"return_type": "string", "parameters": [{"name": "s", "type": "string"}]},
        "pick": {
            "return_type": "dynamic",
            "parameters": [{"name": "inputMap", "type": ["map", "number"]}],
            "variadic_parameter": {"name": "from", "type": ["list", "bool"]},
        },
        "all": {
            "return_type": ["set", "string"],
            "variadic_parameter": {"name": "sets", "type": ["set", "dynamic"]},
        },
        "now": {"return_type": "string"},
        "length": {"return_type": "number", "parameters": [{"name": "value", "type": "dynamic"}]},
        "try": {"return_type": "dynamic"},
    },
}


@pytest.fixture(scope="module")
def text():
    """Generate the module."""
    return functions.generate(METADATA)


@pytest.mark.parametrize(
    "signature",
    [
        "def upper(s: str, /) -> str:",
        "def pick(input_map: Mapping[str, float], /, *from_: Sequence[bool]) -> Any:",
        "def all(*sets: Iterable[Any]) -> set[str]:",
        "def now() -> str:",
    ],
)
def test_signatures_are_typed_by_value(text, signature):
    """Parameters are positional and take what the value is; names become Python's."""
    assert signature in text


@pytest.mark.parametrize(
    "body",
    [
        'return call("upper", (s,), "string")',
        'return call("pick", (input_map, *from_))',
        'return call("all", sets, ["set", "string"])',
        'return call("now", (), "string")',
    ],
)
def test_bodies_call_by_name_with_the_type_of_the_result(text, body):
    """Each wrapper gives the arguments on as they are."""
    assert body in text


def test_more_precise_types_than_the_metadata_has_are_kept(text):
    """The length of something is a whole number."""
    assert "def length(value: str | Collection[Any], /) -> int:" in text


def test_second_names_and_functions_written_by_hand_are_not_generated(text):
    """``core::upper`` is ``upper``; ``try`` looks at expressions and is exported from elsewhere."""
    assert "core" not in text
    assert "def try" not in text
    assert '    "try_",\n' in text


def test_text_is_python_and_refers_to_the_documentation(text):
    """The module compiles; every function names its page."""
    compile(text, "functions.py", "exec")
    assert "https://developer.hashicorp.com/terraform/language/functions/pick" in text


def test_command_reads_metadata_and_writes_the_module(monkeypatch, capsys, text):
    """Standard input to standard output, so that a shell can join it to Terraform."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(METADATA)))
    functions.main()
    assert capsys.readouterr().out == text
