"""The JSON of the data source aws_iam_policy_document, from its configuration.

After the data source's documentation: defaults, `*` principals, `&{}` for IAM's own variables, and
documents that are merged by `sid`.
https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any


def render(config: Mapping[str, Any], *, indent: int | None = 2) -> str:
    """Render a policy document.

    Args:
        config: The data source's configuration, all of it known.
        indent: Blanks by which levels are indented; None for one line.
    """
    document: dict[str, Any] = {"Version": config.get("version") or "2012-10-17"}
    if config.get("policy_id"):
        document["Id"] = config["policy_id"]
    statements = [
        *_statements_of(config.get("source_policy_documents")),
        *map(_statement, config.get("statement") or ()),
    ]
    for statement in _statements_of(config.get("override_policy_documents")):
        sid = statement.get("Sid")
        same = [i for i, other in enumerate(statements) if sid and other.get("Sid") == sid]
        if same:
            statements[same[0]] = statement
        else:
            statements.append(statement)
    document["Statement"] = statements
    separators = (",", ":") if indent is None else None
    return json.dumps(document, indent=indent, separators=separators, ensure_ascii=False)


def _statements_of(documents: Iterable[str | None] | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for text in documents or ():
        statements = json.loads(text or "{}").get("Statement", [])
        found.extend(statements if isinstance(statements, list) else [statements])
    return found


def _statement(block: Mapping[str, Any]) -> dict[str, Any]:
    statement = {
        "Sid": block.get("sid"),
        "Effect": block.get("effect") or "Allow",
        "Action": _one_or_many(block.get("actions")),
        "NotAction": _one_or_many(block.get("not_actions")),
        "Resource": _one_or_many(block.get("resources")),
        "NotResource": _one_or_many(block.get("not_resources")),
        "Principal": _principals(block.get("principals")),
        "NotPrincipal": _principals(block.get("not_principals")),
        "Condition": _conditions(block.get("condition")),
    }
    return {key: value for key, value in statement.items() if value}


def _principals(blocks: Iterable[Mapping[str, Any]] | None) -> Any:
    principals: dict[str, list[str]] = {}
    for block in blocks or ():
        principals.setdefault(block["type"], []).extend(block["identifiers"])
    if principals == {"*": ["*"]}:
        return "*"
    return {kind: _one_or_many(names) for kind, names in sorted(principals.items())}


def _conditions(blocks: Iterable[Mapping[str, Any]] | None) -> Any:
    conditions: dict[str, dict[str, list[str]]] = {}
    for block in blocks or ():
        test = conditions.setdefault(block["test"], {})
        # The order of a condition's values has no meaning, but theirs in the block is kept.
        test.setdefault(block["variable"], []).extend(map(_unescaped, block["values"]))
    return {
        test: {
            variable: values[0] if len(values) == 1 else values
            for variable, values in variables.items()
        }
        for test, variables in conditions.items()
    }


def _one_or_many(values: Iterable[str] | None) -> Any:
    """IAM takes one name or a list; the data source writes the list sorted."""
    names = sorted({_unescaped(value) for value in values or ()})
    return names[0] if len(names) == 1 else names


def _unescaped(value: str) -> str:
    return value.replace("&{", "${")
