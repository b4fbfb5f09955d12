"""A rule is explained so that nobody needs to look further, and the page of all is up to date."""

import json
from pathlib import Path

import pytest

from tapforge.rules import explanation
from tapforge.rules.registry import get, rules
from tapforge.rules.rule import Rule, rule

PAGE = Path(__file__).parents[3] / "docs/rules.md"


def plain(text: str, **_: object) -> str:
    """Colour nothing."""
    return text


@rule(
    "lid",
    severity="note",
    source="the handbook",
    fix="close it",
    good={"resource": {"box_crate": {"main": {"lid": "closed", "size": [1, 2]}}}},
    bad={"resource": {"box_crate": {"main": {"lid": [{"open": True}]}}}, "variable": {"v": {}}},
)
def lid(_: object) -> tuple[()]:
    """A lid | is closed.

    Rain gets in.

    And cats.
    """
    return ()


def test_a_rule_is_explained_in_full() -> None:
    """What it demands, why, what to do, where it is from, and examples as they are written."""
    assert explanation.text(lid, plain) == (
        """\
lid (note)
A lid | is closed.

Rain gets in.

And cats.

Fix
  close it

Source
  the handbook

Looks at
  the configuration

Good
  resource "box_crate" "main" {
    lid  = "closed"
    size = [1, 2]
  }

Bad
  variable "v" {}

  resource "box_crate" "main" {
    lid {
      open = true
    }
  }"""
    )


def test_every_rule_can_be_explained() -> None:
    """On a terminal, and for programs."""
    for each in rules().values():
        assert each.fix in " ".join(explanation.text(each, plain).split())
        assert json.loads(json.dumps(explanation.data(each)))["id"] == each.id


def test_a_page_has_topics() -> None:
    """A table for each, then the rules in full."""
    page = explanation.markdown([lid, get("publicly-accessible")])

    head, *_ = (__doc__ or "").split("\n")
    assert f"\n**{head.removesuffix('.')}**\n\n| rule | severity |" in page
    assert "| [`lid`](#lid) | note | A lid \\| is closed. |" in page
    assert (
        "\n### lid\n\nA lid | is closed.\n\nRain gets in.\n\nAnd cats.\n\n- Severity: note" in page
    )
    assert "- Looks at: the configuration\n" in page
    assert "- Looks at: `aws_db_instance`, `aws_rds_cluster_instance`\n" in page


def test_links_lead_to_rules() -> None:
    """Each id stands once in a table and once as a heading."""
    page = explanation.markdown(rules().values())

    for id_ in rules():
        assert page.count(f"](#{id_})") == 1
        assert page.count(f"\n### {id_}\n") == 1


def test_the_page_is_up_to_date() -> None:
    """`docs/rules.md` is what the rules say."""
    current = PAGE.read_text("utf-8") == explanation.markdown(rules().values())

    assert current, "docs/rules.md is stale: run `make render`"


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        pytest.param(("*",), "every resource", id="every"),
        pytest.param((), "the configuration", id="whole"),
        pytest.param(("aws_vpc", "data.aws_vpc"), "aws_vpc, data.aws_vpc", id="types"),
    ],
)
def test_what_a_rule_looks_at_is_said(on: tuple[str, ...], expected: str) -> None:
    """In words."""
    made = Rule("x", "note", "T.", "", "s", "f", on, {}, {}, lid.check)

    assert f"Looks at\n  {expected}\n" in explanation.text(made, plain)
    assert "- Looks at: " in explanation.markdown([made])
