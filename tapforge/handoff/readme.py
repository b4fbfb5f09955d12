"""The README of a rendered module: what it builds, what it takes and gives."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tapforge.lang.blocks import ModuleCall, Settings
from tapforge.lang.expression import describe
from tapforge.lang.inputs import Input, declared_inputs, declared_outputs
from tapforge.lang.module import Body, Module


def readme(module: Module[Any, Any], body: Body, *, root: bool) -> str:
    """Write the README of a module, in the headings that terraform-docs uses.

    Args:
        module: The module.
        body: What it renders.
        root: Whether it is a root module, applied rather than called.
    """
    (settings,) = body.document.of(Settings)
    inputs = sorted(declared_inputs(module.inputs).values(), key=lambda field: field.name)
    outputs = sorted(declared_outputs(module.outputs).values(), key=lambda field: field.name)
    resources = sorted(
        (address, "data source" if kind == "data" else kind)
        for kind, address in body.document.objects()
    )
    calls = sorted((call.label, call.source) for call in body.document.of(ModuleCall))
    sections = [
        f"# {module.name}\n\n{module.description}\n",
        _apply(module.name) if root else _usage(module.name, inputs),
        "## Requirements\n\n"
        + _table(
            ("Name", "Version"),
            [
                ("terraform", f"`{settings.required_version}`"),
                *((n, f"`{p.version}`") for n, p in settings.required_providers.items()),
            ],
        ),
    ]
    if calls:
        sections.append("## Modules\n\n" + _table(("Name", "Source"), calls))
    if resources:
        sections.append("## Resources\n\n" + _table(("Name", "Type"), resources))
    sections.append(
        "## Inputs\n\n"
        + _table(
            ("Name", "Description", "Type", "Default"),
            ((f.name, f.description, f"`{describe(f.type)}`", _default(f)) for f in inputs),
        )
    )
    sections.append(
        "## Outputs\n\n"
        + _table(("Name", "Description"), ((o.name, o.description) for o in outputs))
    )
    return "\n".join(sections)


def _apply(name: str) -> str:
    files = f"../../env/dev/{name}"
    return (
        "## Apply\n\n"
        "```sh\n"
        f"terraform init -backend-config={files}.s3.tfbackend.json\n"
        f"terraform apply -var-file={files}.tfvars.json\n"
        "```\n"
    )


def _usage(name: str, inputs: Iterable[Input]) -> str:
    required = [field for field in inputs if field.required]
    width = max((len(field.name) for field in required), default=6)
    lines = [f'  {"source":<{width}} = "./modules/{name}"']
    lines += [f"  {field.name:<{width}} = {_example(field)}" for field in required]
    body = "\n".join(lines)
    label = name.replace("-", "_")
    return f'## Usage\n\n```hcl\nmodule "{label}" {{\n{body}\n}}\n```\n'


def _example(field: Input) -> str:
    if field.example is not None:
        return json.dumps(field.example)
    return {"string": '"..."', "number": "1", "bool": "true"}.get(str(field.type), "[...]")


def _default(field: Input) -> str:
    return "required" if field.required else f"`{json.dumps(field.default)}`"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines
    )
