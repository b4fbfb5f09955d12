"""Where in a Terraform JSON document templates stand, and where bare references."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_LITERAL = (
    "//",
    "provider",
    "providers",
    "alias",
    "source",
    "version",
    "iterator",
    "ignore_changes",
)
_REFERENCES = ("depends_on", "replace_triggered_by")
_BODIES = {"resource": 2, "data": 2, "ephemeral": 2, "module": 1, "provider": 1, "output": 1}
"""How many labels stand between a kind of block and its body."""

Text = Callable[[str], str]


def map_expressions(document: dict[str, Any], template: Text, reference: Text) -> dict[str, Any]:
    """Rewrite all expressions of a file.

    Args:
        document: The file, in Terraform's JSON syntax.
        template: Rewrites a string that is a template.
        reference: Rewrites a bare reference, as in `depends_on`.
    """
    return {kind: _top(kind, value, template, reference) for kind, value in document.items()}


def _top(kind: str, value: Any, template: Text, reference: Text) -> Any:
    if kind in _BODIES:
        return _labelled(value, _BODIES[kind], lambda body: _body(body, template, reference))
    match kind:
        case "locals":
            return {k: v if k == "//" else _value(v, template) for k, v in value.items()}
        case "variable":
            return {name: _variable(each, template) for name, each in value.items()}
        case "check":
            return _value(value, template)
        case "moved" | "removed" | "import":
            return [
                {
                    key: reference(each) if key in ("from", "to") else each
                    for key, each in block.items()
                }
                for block in value
            ]
    return value


def _labelled(value: Any, labels: int, body: Callable[[Any], Any]) -> Any:
    if labels:
        return {label: _labelled(each, labels - 1, body) for label, each in value.items()}
    return [body(each) for each in value] if isinstance(value, list) else body(value)


def _body(body: dict[str, Any], template: Text, reference: Text) -> dict[str, Any]:
    out = {}
    for key, value in body.items():
        if key in _LITERAL:
            out[key] = value
        elif key in _REFERENCES:
            out[key] = [reference(each) for each in value]
        elif key == "lifecycle":
            out[key] = _body(value, template, reference)
        elif key == "dynamic":
            out[key] = {
                label: {k: v if k in _LITERAL else _value(v, template) for k, v in each.items()}
                for label, each in value.items()
            }
        else:
            out[key] = _value(value, template)
    return out


def _variable(variable: dict[str, Any], template: Text) -> dict[str, Any]:
    validation = variable.get("validation")
    return variable | ({"validation": _value(validation, template)} if validation else {})


def _value(value: Any, template: Text) -> Any:
    if isinstance(value, str):
        return template(value)
    if isinstance(value, list):
        return [_value(item, template) for item in value]
    if isinstance(value, dict):
        return {template(key): _value(item, template) for key, item in value.items()}
    return value
