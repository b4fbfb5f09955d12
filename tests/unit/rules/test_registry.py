"""All rules are found: those that come with tapforge, and those of installed packages."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tapforge.rules import registry
from tapforge.rules.registry import RuleError, get, rules

RULE = '''
"""Boxes."""
from tapforge.rules.rule import rule

@rule("{id}", severity="warning", source="", fix="", good={{}}, bad={{}}, on=("box_crate",))
def found(resource, configuration):
    """A lid is closed."""
    return ()
'''
Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a package as an installer leaves it: a module, and its metadata beside it."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)

    def installed(name: str, text: str, *, entry: str | None = None) -> None:
        (tmp_path / f"{name}.py").write_text(text)
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[tapforge.rules]\n{name} = {entry or name}\n")
        rules.cache_clear()

    yield installed
    for name in set(sys.modules) - before:
        del sys.modules[name]
    rules.cache_clear()


def test_rules_are_found_in_order() -> None:
    """By id, in alphabetical order, each under its own."""
    found = rules()

    assert list(found) == sorted(found)
    assert all(id_ == each.id for id_, each in found.items())


def test_an_unknown_rule_is_answered_with_the_closest() -> None:
    """Or with the way to a list."""
    assert get("publicly-accessible").severity == "error"
    with pytest.raises(RuleError, match='did you mean "publicly-accessible"'):
        get("publicly-accesible")
    with pytest.raises(RuleError, match="`tapforge explain` lists them"):
        get("zzzzzz")


def test_an_installed_package_adds_rules(install: Install) -> None:
    """By the module that its entry point names."""
    install("acme_rules", RULE.format(id="acme-lid"))

    assert get("acme-lid").title == "A lid is closed."
    assert "publicly-accessible" in rules()


def test_a_rule_may_be_imported_from_another_module(install: Install) -> None:
    """The same rule in two modules is one."""
    install("acme_rules", RULE.format(id="acme-lid"))
    install("acme_more", "from acme_rules import found")

    assert get("acme-lid").on == ("box_crate",)


def test_one_id_for_two_rules_is_refused(install: Install) -> None:
    """The message names both places."""
    install("acme_rules", RULE.format(id="publicly-accessible"))

    with pytest.raises(RuleError) as raised:
        rules()

    assert "rule publicly-accessible: it is made in tapforge.rules.catalogue." in str(raised.value)
    assert "and in acme_rules; rename one of the two" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "entry", "message"),
    [
        pytest.param("raise ValueError('oops')", None, "ValueError: oops", id="fails"),
        pytest.param("", "acme_gone", "No module named 'acme_gone'", id="missing"),
        pytest.param("def x(:", None, "SyntaxError", id="syntax"),
    ],
)
def test_a_package_that_can_not_be_imported_is_named(
    install: Install, text: str, entry: str | None, message: str
) -> None:
    """With what it raised, and what to do."""
    install("acme_bad", text, entry=entry)

    with pytest.raises(RuleError) as raised:
        rules()

    said = str(raised.value)
    assert said.startswith("entry point acme_bad of acme_bad: its rules can't be imported: ")
    assert message in said
    assert said.endswith("correct or uninstall the package")


def test_the_group_is_the_documented_one() -> None:
    """Packages out there name it."""
    page = Path(__file__).parents[3] / "docs/checking.md"

    assert f'[project.entry-points."{registry.GROUP}"]' in page.read_text()
