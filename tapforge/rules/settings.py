"""What a project says of rules: the table ``[tool.tapforge.rules]`` of its ``pyproject.toml``.

Example:
    .. code-block:: toml

        [tool.tapforge.rules]
        select = ["*"]
        ignore = ["name-*"]
        severity = { "backup-retention" = "error" }
        accept = [
            { rule = "nat-gateway-count", address = "module.network.*", reason = "one is enough here" },
        ]
"""

from __future__ import annotations

import fnmatch
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from tapforge.lang.errors import Problem, TapforgeError, closest
from tapforge.rules.rule import SEVERITIES, Rule, Severity
from tapforge.rules.run import Acceptance

_KEYS = ("select", "ignore", "severity", "accept")
_ACCEPTANCE = ("rule", "address", "reason")
_WRITE = 'write { rule = "...", address = "...", reason = "..." }'


class SettingsError(TapforgeError):
    """The table says something that can't be."""


@attrs.frozen
class Settings:
    """Which rules a project is held to, and where it may break them.

    Attributes:
        select: Ids of the rules to check; ``*`` stands for any text.
        ignore: Ids of those to leave out, likewise.
        severities: Other severities than the rules' own, by ids, likewise; a later one wins.
        acceptances: Where rules may be broken.
    """

    select: tuple[str, ...] = ("*",)
    ignore: tuple[str, ...] = ()
    severities: Mapping[str, Severity] = attrs.field(factory=dict)
    acceptances: tuple[Acceptance, ...] = ()

    def choose(self, rules: Mapping[str, Rule]) -> list[Rule]:
        """Give the rules to check, with the severities that they have here."""
        return [
            self._weighed(rule)
            for id_, rule in rules.items()
            if _any(self.select, id_) and not _any(self.ignore, id_)
        ]

    def _weighed(self, rule: Rule) -> Rule:
        severity = rule.severity
        for pattern, other in self.severities.items():
            if fnmatch.fnmatchcase(rule.id, pattern):
                severity = other
        return rule if severity == rule.severity else attrs.evolve(rule, severity=severity)


def _any(patterns: tuple[str, ...], id_: str) -> bool:
    return any(fnmatch.fnmatchcase(id_, pattern) for pattern in patterns)


def find(start: Path, rules: Mapping[str, Rule]) -> Settings:
    """Read the settings of the project that a folder belongs to, if it belongs to one.

    Args:
        start: The folder; its parents are searched too.
        rules: All rules there are, by id.

    Raises:
        SettingsError: everything that is wrong with them.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if file.is_file():
            try:
                document = tomllib.loads(file.read_text("utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise SettingsError(Problem(str(file), f"is no TOML: {error}")) from None
            tool = document.get("tool", {}).get("tapforge")
            if isinstance(tool, dict):
                return read(tool.get("rules", {}), f"{file}: tool.tapforge.rules", rules)
    return Settings()


def read(table: Any, place: str, rules: Mapping[str, Rule]) -> Settings:
    """Read the table.

    Args:
        table: What stands there.
        place: What messages call it.
        rules: All rules there are, by id.

    Raises:
        SettingsError: everything that is wrong with it.
    """
    if problems := list(_problems(table, place, rules)):
        raise SettingsError(problems)
    return Settings(
        select=tuple(table.get("select", ("*",))),
        ignore=tuple(table.get("ignore", ())),
        severities=dict(table.get("severity", {})),
        acceptances=tuple(Acceptance(**each) for each in table.get("accept", ())),
    )


def _problems(table: Any, place: str, rules: Mapping[str, Rule]) -> Iterator[Problem]:
    if not isinstance(table, Mapping):
        yield Problem(place, "is no table", f"write [tool.tapforge.rules] with {', '.join(_KEYS)}")
        return
    yield from _unknown_keys(table, place, _KEYS)
    for key in ("select", "ignore"):
        ids = table.get(key, [])
        if isinstance(ids, list) and all(isinstance(each, str) for each in ids):
            for each in ids:
                yield from _unknown_rule(each, f"{place}.{key}", rules)
        else:
            yield Problem(f"{place}.{key}", "is no list of ids", f'write {key} = ["rule-id"]')
    yield from _severity_problems(table.get("severity", {}), f"{place}.severity", rules)
    accept = table.get("accept", [])
    if not isinstance(accept, list):
        yield Problem(f"{place}.accept", "is no list of tables", f"{_WRITE} for each")
        return
    for index, each in enumerate(accept):
        yield from _acceptance_problems(each, f"{place}.accept[{index}]", rules)


def _severity_problems(table: Any, place: str, rules: Mapping[str, Rule]) -> Iterator[Problem]:
    if not isinstance(table, Mapping):
        yield Problem(place, "is no table", 'write severity = { "rule-id" = "warning" }')
        return
    for id_, severity in table.items():
        yield from _unknown_rule(id_, place, rules)
        if severity not in SEVERITIES:
            hint = closest(str(severity), SEVERITIES) or f"there are: {', '.join(SEVERITIES)}"
            yield Problem(f"{place}.{id_}", f"there is no severity {severity!r}", hint)


def _acceptance_problems(each: Any, place: str, rules: Mapping[str, Rule]) -> Iterator[Problem]:
    if not isinstance(each, Mapping):
        yield Problem(place, "is no table", _WRITE)
        return
    yield from _unknown_keys(each, place, _ACCEPTANCE)
    for key in _ACCEPTANCE:
        value = each.get(key)
        if not isinstance(value, str):
            yield Problem(place, f"lacks the text {key}", _WRITE)
        elif key == "reason" and not value.strip():
            yield Problem(f"{place}.reason", "is empty", "say why the rule may be broken there")
        elif key == "rule":
            yield from _unknown_rule(value, f"{place}.rule", rules, exact=True)


def _unknown_keys(table: Mapping[str, Any], place: str, keys: tuple[str, ...]) -> Iterator[Problem]:
    for key in table:
        if key not in keys:
            hint = closest(key, keys) or f"there are: {', '.join(keys)}"
            yield Problem(place, f'there is no key "{key}"', hint)


def _unknown_rule(
    id_: str, place: str, rules: Mapping[str, Rule], *, exact: bool = False
) -> Iterator[Problem]:
    if not (id_ in rules if exact else fnmatch.filter(rules, id_)):
        hint = closest(id_, rules) or "`tapforge explain` lists the rules"
        yield Problem(place, f'there is no rule "{id_}"', hint)
