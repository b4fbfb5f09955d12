"""The README of a rendered module: what it builds, what it takes and gives."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tapforge.lang.blocks import ModuleCall, Settings
from tapforge.lang.expression import describe, hcl
from tapforge.lang.inputs import Input, declared_inputs, declared_outputs
from tapforge.lang.module import Body, Module

_LONG = 50
"""Characters of a default value from which on it stands on lines of its own."""

_NOTHING = {"string": "...", "number": 1, "bool": True}


def readme(module: Module[Any, Any], body: Body, *, root: bool) -> str:
    """Write the README of a module.

    What terraform-docs would write stands between its markers, in its headings and columns, so that
    whoever takes the module over may go on with terraform-docs.

    Args:
        module: The module.
        body: What it renders.
        root: Whether it is a root module, applied rather than called.
    """
    (settings,) = body.document.of(Settings)
    inputs = sorted(declared_inputs(module.inputs).values(), key=lambda field: field.name)
    outputs = sorted(declared_outputs(module.outputs).values(), key=lambda field: field.name)
    objects = sorted(
        (address, "data source" if kind == "data" else kind)
        for kind, address in body.document.objects()
    )
    calls = sorted((call.label, call.source) for call in body.document.of(ModuleCall))
    providers = [(n, f"`{p.version}`") for n, p in settings.required_providers.items()]
    tables = [
        _section(
            "Requirements",
            ("Name", "Version"),
            [("terraform", f"`{settings.required_version}`"), *providers],
        ),
        _section("Providers", ("Name", "Version"), providers),
        _section("Modules", ("Name", "Source"), calls),
        _section("Resources", ("Name", "Type"), objects),
        _section(
            "Inputs",
            ("Name", "Description", "Type", "Default", "Required"),
            (
                (
                    field.name,
                    field.description,
                    f"`{describe(field.type)}`",
                    _default(field),
                    "yes" if field.required else "no",
                )
                for field in inputs
            ),
        ),
        _section(
            "Outputs",
            ("Name", "Description"),
            ((o.name, o.description + (" Sensitive." if o.sensitive else "")) for o in outputs),
        ),
    ]
    return "\n".join(
        [
            f"# {module.name}\n\n{module.description}\n",
            _apply(module.name) if root else _usage(module.name, inputs),
            "<!-- BEGIN_TF_DOCS -->",
            *tables,
            "<!-- END_TF_DOCS -->\n",
        ]
    )


def _apply(name: str) -> str:
    files = f"../../env/$environment/{name}"
    return (
        "## Apply\n\n"
        "An environment is a folder below `env/`, with the values of the inputs and the place of the"
        " state. In this folder:\n\n"
        "```sh\n"
        "environment=dev\n"
        f'terraform init -reconfigure -backend-config="{files}.s3.tfbackend.json"\n'
        f'terraform apply -var-file="{files}.tfvars.json"\n'
        "```\n"
    )


def _usage(name: str, inputs: Iterable[Input]) -> str:
    required = [field for field in inputs if field.required]
    width = max(len(argument) for argument in ("source", *(field.name for field in required)))
    lines = [f'  {"source":<{width}} = "./modules/{name}"']
    lines += [f"  {field.name:<{width}} = {hcl(_example(field))}" for field in required]
    body = "\n".join(lines)
    label = name.replace("-", "_")
    return f'## Usage\n\n```hcl\nmodule "{label}" {{\n{body}\n}}\n```\n'


def _example(field: Input) -> Any:
    if field.example is not None:
        return field.example
    if isinstance(field.type, str):
        return _NOTHING.get(field.type)
    return {} if field.type[0] == "map" else []


def _default(field: Input) -> str:
    if field.required:
        return "n/a"
    text = json.dumps(field.default, ensure_ascii=False)
    if len(text) <= _LONG:
        return f"`{text}`"
    lines = json.dumps(field.default, ensure_ascii=False, indent=2)
    import html  # noqa: PLC0415 - only a long default needs its tables

    return f"<pre>{html.escape(lines, quote=False)}</pre>"


def _section(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    rows = list(rows)
    if not rows:
        return f"## {title}\n\nNo {title.lower()}.\n"
    lines = [head, ("---",) * len(head), *rows]
    return f"## {title}\n\n" + "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br/>")
