"""What a project says of rules in its pyproject.toml counts, or is refused with a way out."""

from pathlib import Path
from typing import Any

import pytest

from tapforge.rules.rule import Rule, rule
from tapforge.rules.run import Acceptance
from tapforge.rules.settings import Settings, SettingsError, find, read


def made(id_: str, severity: str) -> Rule:
    """Make a rule that finds nothing."""

    @rule(id_, severity=severity, source="", fix="", good={}, bad={})  # type: ignore[arg-type]
    def nothing(_: object) -> tuple[()]:
        """Title."""
        return ()

    return nothing


RULES = {
    each.id: each for each in (made("a-one", "error"), made("a-two", "note"), made("b", "warning"))
}


def chosen(table: dict[str, Any]) -> dict[str, str]:
    """Give the severities of the rules that a table chooses."""
    return {each.id: each.severity for each in read(table, "place", RULES).choose(RULES)}


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        pytest.param({}, {"a-one": "error", "a-two": "note", "b": "warning"}, id="all"),
        pytest.param({"select": ["a-*"]}, {"a-one": "error", "a-two": "note"}, id="select"),
        pytest.param({"select": ["a-*"], "ignore": ["a-one"]}, {"a-two": "note"}, id="ignore"),
        pytest.param({"select": []}, {}, id="none"),
        pytest.param(
            {"ignore": ["b"], "severity": {"a-*": "warning", "a-two": "error"}},
            {"a-one": "warning", "a-two": "error"},
            id="a-later-severity-wins",
        ),
    ],
)
def test_rules_are_chosen(table: dict[str, Any], expected: dict[str, str]) -> None:
    """By ids and patterns, with the severities that they have here."""
    assert chosen(table) == expected


def test_acceptances_are_read() -> None:
    """With their reasons."""
    table = {"accept": [{"rule": "b", "address": "module.x.*", "reason": "why not"}]}

    assert read(table, "place", RULES).acceptances == (Acceptance("b", "module.x.*", "why not"),)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        pytest.param([], "place: is no table; write [tool.tapforge.rules]", id="table"),
        pytest.param({"selct": []}, 'there is no key "selct"; did you mean "select"?', id="key"),
        pytest.param(
            {"select": "b"}, 'place.select: is no list of ids; write select = ["', id="list"
        ),
        pytest.param({"ignore": [1]}, "place.ignore: is no list of ids", id="ids"),
        pytest.param(
            {"select": ["a-on"]}, 'there is no rule "a-on"; did you mean "a-one"?', id="select"
        ),
        pytest.param({"ignore": ["zzz"]}, "`tapforge explain` lists the rules", id="ignore"),
        pytest.param(
            {"severity": []}, "place.severity: is no table; write severity =", id="no-map"
        ),
        pytest.param({"severity": {"x": "note"}}, 'there is no rule "x"', id="severity-rule"),
        pytest.param(
            {"severity": {"b": "warn"}}, "there is no severity 'warn'; did you mean", id="severity"
        ),
        pytest.param({"severity": {"b": 1}}, "there are: error, warning, note", id="number"),
        pytest.param({"accept": {}}, "place.accept: is no list of tables; write {", id="accept"),
        pytest.param({"accept": ["b"]}, "place.accept[0]: is no table", id="acceptance"),
        pytest.param(
            {"accept": [{"rule": "b", "address": "*"}]},
            "place.accept[0]: lacks the text reason",
            id="no-reason",
        ),
        pytest.param(
            {"accept": [{"rule": "b", "address": "*", "reason": " "}]},
            "place.accept[0].reason: is empty; say why",
            id="empty-reason",
        ),
        pytest.param(
            {"accept": [{"rule": "a-*", "address": "*", "reason": "x"}]},
            'place.accept[0].rule: there is no rule "a-*"',
            id="pattern-of-rules",
        ),
        pytest.param(
            {"accept": [{"rule": "b", "adress": "*", "reason": "x"}]},
            'there is no key "adress"; did you mean "address"?',
            id="misspelt-address",
        ),
    ],
)
def test_what_can_not_be_is_refused(table: Any, message: str) -> None:
    """Each message says where it stands and what to write."""
    with pytest.raises(SettingsError) as raised:
        read(table, "place", RULES)

    assert message in str(raised.value)


def test_all_problems_are_told_at_once() -> None:
    """None hides another."""
    with pytest.raises(SettingsError) as raised:
        read({"select": ["x"], "ignore": 1, "severity": {"b": "bad"}, "more": 1}, "place", RULES)

    assert len(raised.value.problems) == 4


def test_they_are_found_from_below(tmp_path: Path) -> None:
    """The nearest pyproject.toml that speaks of tapforge counts; others are passed over."""
    below = tmp_path / "a/b"
    below.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[tool.tapforge.rules]\nselect = ["b"]\n')
    (tmp_path / "a/pyproject.toml").write_text("[tool.other]\n")

    assert find(below, RULES) == Settings(select=("b",))


def test_a_project_without_the_table_has_all_rules(tmp_path: Path) -> None:
    """Settings of a project above do not reach into it."""
    (tmp_path / "pyproject.toml").write_text('[tool.tapforge.rules]\nselect = ["b"]\n')
    (tmp_path / "a").mkdir()
    (tmp_path / "a/pyproject.toml").write_text("[tool.tapforge]\n")

    assert find(tmp_path / "a", RULES) == Settings()


@pytest.mark.parametrize("text", [b"[tool", b'a = "\xff"'], ids=["syntax", "encoding"])
def test_a_broken_file_is_named(tmp_path: Path, text: bytes) -> None:
    """What is no TOML can't be passed over."""
    (tmp_path / "pyproject.toml").write_bytes(text)

    with pytest.raises(SettingsError, match=r"pyproject\.toml: is no TOML"):
        find(tmp_path, RULES)


def test_a_problem_names_the_file(tmp_path: Path) -> None:
    """And the table in it."""
    file = tmp_path / "pyproject.toml"
    file.write_text('[tool.tapforge.rules]\nselect = "b"\n')

    with pytest.raises(SettingsError) as raised:
        find(tmp_path, RULES)

    assert str(raised.value).startswith(f"{file}: tool.tapforge.rules.select: ")
