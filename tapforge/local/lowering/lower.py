"""Lowering: the rendered modules, in what an older version of the provider understands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from tapforge.lang.errors import Problem, TapforgeError
from tapforge.local.lowering.draft import Block, Change, Draft, Files, Reference
from tapforge.local.lowering.elsewhere import with_aliases
from tapforge.local.lowering.positions import map_expressions
from tapforge.local.lowering.rows import Row
from tapforge.local.lowering.schema import BlockSchema, ProviderSchema
from tapforge.local.lowering.table import TABLE
from tapforge.local.lowering.template import (
    TemplateError,
    Traversal,
    rewrite_expression,
    rewrite_template,
)

SOURCE = "hashicorp/aws"
_META = {"//", "count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "alias"}
_META |= {"connection"}


class LoweringError(TapforgeError):
    """Something in the modules can't be said to the old provider."""


@attrs.frozen
class Lowered:
    """The lowered modules.

    Attributes:
        modules: The files of each module by its path, such as `modules/aurora`.
        changes: What they have otherwise than the rendered ones.
    """

    modules: dict[str, dict[str, dict[str, Any]]]
    changes: tuple[Change, ...]


def lower(
    modules: Mapping[str, Files], old: ProviderSchema, table: Iterable[Row] = TABLE
) -> Lowered:
    """Lower modules to an older provider.

    Args:
        modules: The files of each module by its path; they are not touched.
        old: The schema of the older provider.
        table: What is otherwise there.

    Raises:
        LoweringError: All that can't be lowered.
    """
    aliased, moved = with_aliases(modules)
    drafts = [_lower_module(path, files, old, table) for path, files in aliased.items()]
    problems = [problem for draft, _ in drafts for problem in draft.problems]
    if problems:
        raise LoweringError(problems)
    return Lowered(
        {draft.path: files for draft, files in drafts},
        (*moved, *(change for draft, _ in drafts for change in draft.changes)),
    )


def _lower_module(
    path: str, files: Files, old: ProviderSchema, table: Iterable[Row]
) -> tuple[Draft, dict[str, dict[str, Any]]]:
    draft = Draft(path, files, old)
    for row in table:
        row.apply(draft)
    for block in draft.ours():
        schema = draft.schema(block)
        if schema is None:
            draft.refuse(
                block.address,
                f"{SOURCE} {old.version} has no {block.kind} type {block.type}",
                "run it with `--provider registry`, or add a row to the table of the lowering",
            )
            continue
        _fit(draft, block.address, block.body, schema, "")
        _fit_ignored(block, schema)
    for document in draft.rest.values():
        _lower_rest(draft, document)
    lowered = {
        name: map_expressions(document, *_rewriters(draft))
        for name, document in draft.files().items()
    }
    for document in lowered.values():
        _tidy_dependencies(document)
    if not draft.problems:
        _check_references(draft, lowered)
    return draft, lowered


def _tidy_dependencies(document: dict[str, Any]) -> None:
    """Let no resource depend on itself or twice on another, after two became one."""
    for type_name, bodies in document.get("resource", {}).items():
        for name, body in bodies.items():
            if "depends_on" in body:
                others = dict.fromkeys(body.pop("depends_on"))
                others.pop(f"{type_name}.{name}", None)
                if others:
                    body["depends_on"] = list(others)


def _fit(draft: Draft, address: str, body: dict[str, Any], schema: BlockSchema, path: str) -> None:
    """Leave out of a body what the old provider does not know in it."""
    known = schema.arguments()
    for name in list(body):
        if name == "dynamic":
            for label, dynamic in list(body[name].items()):
                nested = schema.nested(label)
                if nested is None:
                    del body[name][label]
                    _leave_out(draft, address, f"{path}{label}")
                else:
                    _fit(draft, address, dynamic["content"], nested, f"{path}{label}.")
        elif name not in known and (path or name not in _META):
            del body[name]
            _leave_out(draft, address, f"{path}{name}")
        elif nested := schema.nested(name):
            blocks = body[name] if isinstance(body[name], list) else [body[name]]
            for block in blocks:
                if isinstance(block, dict):
                    _fit(draft, address, block, nested, f"{path}{name}.")
    for name in sorted(schema.required() - body.keys()):
        draft.refuse(
            address, f"{SOURCE} {draft.old.version} requires {path}{name}, which is not given"
        )


def _leave_out(draft: Draft, address: str, argument: str) -> None:
    draft.left_out(address, argument, f"{SOURCE} {draft.old.version} does not know it")


def _fit_ignored(block: Block, schema: BlockSchema) -> None:
    ignored = block.body.get("lifecycle", {}).get("ignore_changes")
    if isinstance(ignored, list):
        known = schema.names()
        block.body["lifecycle"]["ignore_changes"] = [
            each for each in ignored if each.partition(".")[0].partition("[")[0] in known
        ]


def _lower_rest(draft: Draft, document: dict[str, Any]) -> None:
    """Lower what is no resource: the provider's version and settings, ephemeral values."""
    for required in document.get("terraform", {}).get("required_providers", {}).values():
        if isinstance(required, dict) and required.get("source") == SOURCE:
            required["version"] = draft.old.version
    configurations = document.get("provider", {}).get("aws", [])
    for configuration in configurations if isinstance(configurations, list) else [configurations]:
        _fit(draft, "provider.aws", configuration, draft.old.configuration(), "")
    if "moved" in document:
        document["moved"] = [each for each in document["moved"] if not _left_behind(draft, each)]
    for kind in ("variable", "output"):
        for name, block in document.get(kind, {}).items():
            if block.pop("ephemeral", False):
                prefix = "var" if kind == "variable" else kind
                reason = "what was write-only is not, so ephemeral values can't go there"
                draft.left_out(f"{prefix}.{name}", "ephemeral", reason)


def _left_behind(draft: Draft, moved: Mapping[str, str]) -> bool:
    """Leave a `moved` block out whose resource is another one in the lowered module."""
    found: list[Reference] = []

    def note(traversal: Traversal) -> None:
        if reference := Reference.of(traversal):
            found.append(reference)

    rewrite_expression(moved["to"], note)
    left = any(draft.moves(reference) for reference in found)
    if left:
        draft.left_out(moved["to"], "moved", "it is another resource here, and is made anew")
    return left


def _rewriters(draft: Draft) -> tuple[Any, Any]:
    def replace(traversal: Traversal) -> str | None:
        if traversal.root.startswith("provider::aws::"):
            draft.refuse(traversal.root, f"{SOURCE} {draft.old.version} has no functions")
        reference = Reference.of(traversal)
        if reference is None or not draft.declares(reference):
            return None
        return draft.redirected(reference)

    def guarded(rewrite: Any) -> Any:
        def text(value: str) -> str:
            try:
                return str(rewrite(value, replace))
            except TemplateError as error:
                draft.refuse("a template", str(error), "correct it; Terraform would refuse it too")
                return value

        return text

    return guarded(rewrite_template), guarded(rewrite_expression)


def _check_references(draft: Draft, files: Mapping[str, Any]) -> None:
    """Refuse references to attributes that the old provider lacks."""
    blocks = {block.address: block for block in draft.blocks}
    missing: set[tuple[str, str]] = set()

    def check(traversal: Traversal) -> None:
        reference = Reference.of(traversal)
        block = blocks.get(reference.address) if reference else None
        schema = draft.schema(block) if block else None
        if reference and schema and reference.attribute not in {"", *schema.names()}:
            missing.add((reference.address, reference.attribute))

    for document in files.values():
        map_expressions(
            document,
            lambda text: rewrite_template(text, check),
            lambda text: rewrite_expression(text, check),
        )
    for address, attribute in sorted(missing):
        draft.refuse(
            address,
            f"its attribute {attribute} is referred to, and {SOURCE} {draft.old.version} lacks it",
        )


__all__ = ["Change", "Lowered", "LoweringError", "Problem", "lower"]
