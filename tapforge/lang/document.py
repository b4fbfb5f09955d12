"""A Terraform module as one value: its blocks, checked against each other, and its files."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

import attrs

from tapforge.lang.blocks import Block, Check, Local, ModuleCall, Output, Settings, Variable
from tapforge.lang.errors import Problem, TapforgeError, closest
from tapforge.lang.expression import Symbol, roots
from tapforge.lang.json_syntax import Json

B = TypeVar("B")

_OBJECTS = ("resource", "data", "ephemeral")
_LISTED = ("moved", "removed", "import")
_FILES = {
    "terraform": "versions.tf.json",
    "provider": "providers.tf.json",
    "variable": "variables.tf.json",
    "output": "outputs.tf.json",
}
MAIN = "main.tf.json"
"""The file of whatever has no file of its own."""

_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\.tf\.json")
_OVERRIDE = re.compile(r"(^|_)override\.tf\.json$")
_NAME = re.compile(r"[^\W\d][\w-]*")
_ORDER = ("terraform", "provider", "variable", "locals", "data", "ephemeral", "resource", "action")


@attrs.frozen(eq=False)
class Entry:
    """A block of a document, with what is said about it.

    Attributes:
        block: The block.
        comment: Why it is as it is.
        file: The file it is written to.
        accepted: Why it may break rules, by the rule's id.
    """

    block: Any
    comment: str
    file: str
    accepted: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def remark(self) -> str:
        """What is written beside the block: the comment, and what is accepted for which reason."""
        if not self.accepted:
            return self.comment
        accepted = (f"Accepts {rule}: {reason}" for rule, reason in self.accepted.items())
        sentences = filter(None, (self.comment, *accepted))
        return " ".join(s if s.endswith((".", "!", "?")) else f"{s}." for s in sentences)

    @functools.cached_property
    def roots(self) -> list[Symbol]:
        """The root of every reference in the block."""
        return [root for value in self.block._tf_values() for root in roots(value)]


class DocumentError(TapforgeError, ValueError):
    """Blocks of one document that do not fit together."""


class Document:
    """The blocks of one module.

    Attributes:
        name: How messages name the document.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._entries: list[Entry] = []

    def add(
        self,
        block: B,
        *,
        comment: str = "",
        file: str = MAIN,
        accept: Mapping[str, str] | None = None,
    ) -> B:
        """Add a block, and give it back.

        Args:
            block: A model, or a block of `tapforge.lang.blocks`.
            comment: Why it is as it is; written beside it.
            file: The file it is written to, where its kind has none.
            accept: Rules that a resource or data source may break: the reason by the rule's id;
                written beside it too.

        Raises:
            DocumentError: the block's name is none in Terraform; or Terraform would not read the file,
                or read it as an override of others; or something is accepted without a reason, or of
                a block that no rule looks at.
        """
        if not _FILE.fullmatch(file) or _OVERRIDE.search(file):
            raise DocumentError(
                Problem(
                    f"{self.name}: {file}",
                    "Terraform does not read a file of this name as a part of the module",
                    "end it in .tf.json, and not in override.tf.json",
                )
            )
        kind, *labels = cast("Any", block)._tf_path
        if wrong := [label for label in labels if not _NAME.fullmatch(label)]:
            raise DocumentError(
                Problem(
                    f"{self.name}: {kind}",
                    f'"{label}" is no name in Terraform',
                    "begin with a letter or _, go on with letters, digits, _ and -",
                )
                for label in wrong
            )
        if accept and (problems := _acceptance_problems(self.name, block, accept)):
            raise DocumentError(problems)
        self._entries.append(Entry(block, comment, _FILES.get(kind, file), dict(accept or {})))
        return block

    def __iter__(self) -> Iterator[Any]:
        return (entry.block for entry in self._entries)

    @property
    def entries(self) -> Sequence[Entry]:
        """The blocks with what is said about them, in the order they were added."""
        return self._entries

    def of(self, *types: type[B]) -> list[B]:
        """Give the blocks of some types, in the order they were added."""
        return [block for block in self if isinstance(block, types)]

    def objects(self) -> list[tuple[str, str]]:
        """Give the kind (resource, data, ephemeral) and the address of every object of a provider."""
        return [(b._tf_path[0], address_of(b)) for b in self if b._tf_path[0] in _OBJECTS]

    def roots(self) -> list[Symbol]:
        """Give the root of every reference in the document."""
        return [root for entry in self._entries for root in entry.roots]

    def check(self) -> None:
        """Hold the document together.

        Raises:
            DocumentError: two blocks have one address, or a reference leads nowhere; all of them.
        """
        problems = self._repetitions()
        addresses = {address for block in self for address in _declared(block)}
        for entry in self._entries:
            place = f"{self.name}: {address_of(entry.block) or entry.block._tf_path[0]}"
            for target in sorted({root._address for root in entry.roots}):
                if "." in target and target not in addresses:
                    hint = closest(target, addresses) or "add the block it refers to"
                    problems.append(
                        Problem(place, f"refers to {target}, which is not declared", hint)
                    )
        if problems:
            raise DocumentError(problems)

    def _repetitions(self) -> list[Problem]:
        counts = Counter(address_of(block) for block in self)
        return [
            Problem(f"{self.name}: {address}", "is declared twice", "rename one, or leave it out")
            for address, count in counts.items()
            if address and count > 1
        ]

    def json(self) -> dict[str, Json]:
        """Write the document as one JSON value in Terraform's JSON syntax.

        Raises:
            DocumentError: two blocks have one address.
        """
        if problems := self._repetitions():
            raise DocumentError(problems)
        return _json(self._entries)

    def files(self, header: str) -> dict[str, dict[str, Json]]:
        """Write the document as files in the standard module structure.

        Args:
            header: The root comment of every file.

        Returns:
            What each file holds, by its name.

        Raises:
            DocumentError: see `check`.
        """
        self.check()
        files: dict[str, list[Entry]] = {}
        for entry in self._entries:
            files.setdefault(entry.file, []).append(entry)
        for name in ("variables.tf.json", "outputs.tf.json"):
            files.get(name, []).sort(key=lambda entry: entry.block._tf_path)
        return {name: {"//": header} | _json(files[name]) for name in sorted(files)}


def _acceptance_problems(name: str, block: Any, accept: Mapping[str, str]) -> list[Problem]:
    kind = block._tf_path[0]
    place = f"{name}: {address_of(block) or kind}"
    if kind not in _OBJECTS:
        return [Problem(place, "rules look at resources and data sources alone", "accept it there")]
    return [
        Problem(place, f'accepts "{rule}" without a reason', "say why it may be so")
        for rule, reason in accept.items()
        if not (isinstance(reason, str) and reason.strip())
    ]


def _json(entries: Iterable[Entry]) -> dict[str, Json]:
    out: dict[str, Json] = {}
    for entry in entries:
        kind, *labels = entry.block._tf_path
        body = entry.block._tf_body()
        if entry.comment and kind == "locals":
            # A local has no block of its own for a comment to stand in.
            comments = out.setdefault(kind, {})
            comment = f"{labels[0]}: {entry.comment}"
            comments["//"] = f"{comments['//']} {comment}" if "//" in comments else comment
        elif entry.remark:
            body = {"//": entry.remark} | body
        if kind in _LISTED:
            out.setdefault(kind, []).append(body)
        elif kind == "provider":
            out.setdefault(kind, {}).setdefault(labels[0], []).append(body)
        elif not labels:
            out.setdefault(kind, {}).update(body)
        else:
            place = out
            for group in (kind, *labels[:-1]):
                place = place.setdefault(group, {})
            place[labels[-1]] = body
    for name, configurations in out.get("provider", {}).items():
        if len(configurations) == 1:
            out["provider"][name] = configurations[0]
    order = {kind: index for index, kind in enumerate(_ORDER)}
    return dict(sorted(out.items(), key=lambda item: order.get(item[0], len(order))))


def _declared(block: Any) -> Iterator[str]:
    """Give every address that a block makes known."""
    yield address_of(block)
    if isinstance(block, Check) and block.data is not None:
        yield address_of(block.data)
    if isinstance(block, Settings):
        for provider in block.required_providers.values():
            yield from provider.configuration_aliases


def address_of(block: Any) -> str:
    """Give a block's address: how others refer to it. Lists of blocks have none."""
    match block:
        case Variable():
            return f"var.{block.name}"
        case Local():
            return f"local.{block.name}"
        case Output():
            return f"output.{block.name}"
        case ModuleCall():
            return f"module.{block.label}"
        case Settings():
            return "terraform {}"
    kind, *labels = block._tf_path
    if kind == "resource":
        return ".".join(labels)
    if kind == "provider":
        # A model of a provider configuration knows its alias.
        return str(block._tf_reference()._hcl())
    return "" if kind in _LISTED else ".".join((kind, *labels))


__all__ = ["Block", "Document", "DocumentError"]
