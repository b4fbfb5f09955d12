"""Ask Terraform itself what expressions mean: many in one process, as Python values.

`terraform console` prints HCL for people, and of piped lines only the last: so the expressions
become outputs of a root without providers, and the answers are read from its state.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from tapforge.lang.errors import Problem, TapforgeError
from tapforge.local.diagnostics import Diagnostic, errors_of
from tapforge.local.terraform import Terraform

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tapforge.local.program import TerraformProgram

_DOCUMENT = "main.tf.json"


@attrs.frozen
class Value:
    """What an expression came to.

    Attributes:
        value: The value as JSON has it: sets are lists, an integer is an `int` of any size.
        type: Its type in Terraform's JSON form, such as `"string"` or `["list", "number"]`.
    """

    value: Any
    type: Any


@attrs.frozen
class Failure:
    """Why an expression has no value.

    Attributes:
        errors: Terraform's errors, at least one.
    """

    errors: tuple[Diagnostic, ...]

    def __str__(self) -> str:
        return "\n".join(map(str, self.errors))


class ConsoleError(TapforgeError):
    """Expressions have no value; one problem for each of them."""


def console(
    expressions: Sequence[str],
    variables: Mapping[str, Any] | None = None,
    *,
    types: Mapping[str, str] | None = None,
    document: Mapping[str, Any] | None = None,
    program: TerraformProgram | None = None,
) -> list[Any]:
    """Evaluate expressions, such as `cidrsubnet(var.cidr, 8, 1)`, with the real Terraform.

    Args:
        expressions: In Terraform's native syntax, without `${}`.
        variables: Values of the root's variables, as an environment file would have them.
        types: Type constraints of variables, such as `"list(string)"`; `any` for the others.
        document: Further blocks of the root, such as `locals` or a `terraform_data` resource.
        program: The Terraform to run; by default the one that is found.

    Returns:
        One value for each expression; those of `terraform_data` resources are known too.

    Raises:
        ConsoleError: Expressions have no value: one problem for each of them.
        TerraformFailedError: The error lies in `variables`, `types` or `document`.
    """
    templates = ["${" + expression + "}" for expression in expressions]
    outcomes = evaluate(templates, variables, types=types, document=document, program=program)
    failures = [
        Problem(expression, str(outcome))
        for expression, outcome in zip(expressions, outcomes, strict=True)
        if isinstance(outcome, Failure)
    ]
    if failures:
        raise ConsoleError(failures)
    return [outcome.value for outcome in outcomes if isinstance(outcome, Value)]


def evaluate(
    values: Sequence[Any],
    variables: Mapping[str, Any] | None = None,
    *,
    types: Mapping[str, str] | None = None,
    document: Mapping[str, Any] | None = None,
    program: TerraformProgram | None = None,
) -> list[Value | Failure]:
    """Evaluate values as they stand in a Terraform JSON document, templates included.

    One value that fails does not spoil the others: they are asked again without it, so that a
    batch takes one Terraform process for each round of errors, and one more.

    Args:
        values: Such as `"${var.name}-x"`, `{"a": ["${1 + 1}"]}` or plain data.
        variables: As for `console`.
        types: As for `console`.
        document: As for `console`.
        program: As for `console`.

    Returns:
        For each of `values` what it came to, or why it has no value.

    Raises:
        TerraformFailedError: The error lies in `variables`, `types` or `document`.
    """
    types = types or {}
    root: dict[str, Any] = dict(document or {})
    if variables:
        root["variable"] = {
            name: {"type": types.get(name, "any")} for name in variables
        } | root.get("variable", {})
    outcomes: dict[int, Value | Failure] = {}
    with tempfile.TemporaryDirectory(prefix="tapforge-console-") as name:
        directory = Path(name)
        (directory / "terraform.tfvars.json").write_text(json.dumps(variables or {}))
        terraform = Terraform(directory, run_dir=directory, program=program)
        while len(outcomes) < len(values):
            asked = [index for index in range(len(values)) if index not in outcomes]
            lines = _write(directory / _DOCUMENT, root, {index: values[index] for index in asked})
            done = terraform.stream("apply", "-auto-approve", "-lock=false", "-backup=-")
            if done.exit_code == 0:
                outcomes |= _read(directory / "terraform.tfstate", asked)
            else:
                outcomes |= _failures(errors_of(done.diagnostics), lines)
                if not any(index in outcomes for index in asked):
                    done.check()
    return [outcomes[index] for index in range(len(values))]


def _write(path: Path, root: Mapping[str, Any], values: Mapping[int, Any]) -> dict[int, int]:
    """Write the document, each value on a line of its own; return which value has which line."""
    head = json.dumps(dict(root))[1:-1]
    # One tuple: null keeps its place in it, and thousands of outputs would take seconds more.
    # Sensitive, as a value may be.
    output = '"output": {"values": {"sensitive": true, "value": [\n'
    path.write_text(
        "{"
        + (f"{head}, " if head else "")
        + output
        + ",\n".join(map(json.dumps, values.values()))
        + "\n]}}}\n"
    )
    return dict(enumerate(values, start=2))


def _read(state: Path, asked: Sequence[int]) -> dict[int, Value | Failure]:
    output = json.loads(state.read_text())["outputs"]["values"]
    _, types = output["type"]
    return {
        index: Value(value, type_)
        for index, value, type_ in zip(asked, output["value"], types, strict=True)
    }


def _failures(errors: Iterable[Diagnostic], lines: Mapping[int, int]) -> dict[int, Value | Failure]:
    found: dict[int, list[Diagnostic]] = {}
    for error in errors:
        if error.filename == _DOCUMENT and error.line in lines:
            unplaced = attrs.evolve(error, filename="", line=0, context="")
            found.setdefault(lines[error.line], []).append(unplaced)
    return {index: Failure(tuple(errors)) for index, errors in found.items()}
