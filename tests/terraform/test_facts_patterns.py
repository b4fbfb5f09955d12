"""Name rules and windows mean the same in Terraform's regular expressions as in Python's."""

import re
from itertools import product

import pytest

from tapforge.facts import names, postgres, windows
from tapforge.local.console import console

pytestmark = pytest.mark.terraform

PIECES = [
    *("", "a", "A", "0", "-", "_", ".", "/", " ", ":", "@", "é", "\n", "--", "..", "aws", "ssm"),
    *("alias/", "aws:", "aws/", "sg-", "pg_", "default", "xn--", "-an", ".mrap", "10.0.0.1"),
    *("-abc123", "a" * 49, "a" * 62),
]
SAMPLES = [*map("".join, product(PIECES, repeat=2)), "a." * 127 + "ab", "a." * 127 + "a", "/a" * 16]


ACCEPTED = """[for r in var.rules : [for n in var.names :
  length(n) >= r.min && length(n) <= r.max
  && length(regexall(r.pattern, n)) > 0
  && alltrue([for f in r.forbidden : length(regexall(f, n)) == 0])
  && !contains(r.reserved, lower(n))
]]"""


def test_name_rules_mean_the_same_in_terraform() -> None:
    """Lengths, patterns, forbidden patterns and reserved words judge every sample alike."""
    rules = [names.rule(kind) for kind in names.kinds()]
    words = list(postgres.reserved_words())
    plain = [
        {
            "min": rule.min,
            "max": rule.max,
            "pattern": rule.pattern,
            "forbidden": [clause.pattern for clause in rule.forbidden],
            "reserved": [*rule.reserved, *(words if rule.sql_identifier else [])],
        }
        for rule in rules
    ]
    judged = console([ACCEPTED], {"names": SAMPLES, "rules": plain})[0]
    differing = [
        (rule.kind, name)
        for rule, row in zip(rules, judged, strict=True)
        for name, accepted in zip(SAMPLES, row, strict=True)
        if accepted is not rule.accepts(name)
    ]
    assert differing == []


def test_notes_mean_the_same_in_terraform() -> None:
    """Discouraged patterns find the same names."""
    lines = [name for name in SAMPLES if "\n" not in name]
    clauses = [clause for kind in names.kinds() for clause in names.rule(kind).discouraged]
    found = console(
        ["[for p in var.patterns : [for n in var.names : length(regexall(p, n)) > 0]]"],
        {"names": lines, "patterns": [clause.pattern for clause in clauses]},
    )[0]
    expected = [[bool(re.search(clause.pattern, n)) for n in lines] for clause in clauses]
    assert found == expected


def test_windows_mean_the_same_in_terraform() -> None:
    """The two patterns of windows judge well and badly written windows alike."""
    texts = ["03:00-04:00", "3:00-4:00", "24:00-01:00", "mon:04:00-mon:05:00", "Mon:04:00-05:00"]
    patterns = [windows.BACKUP_PATTERN, windows.MAINTENANCE_PATTERN]
    found = console(
        ["[for p in var.patterns : [for t in var.texts : length(regexall(p, t)) > 0]]"],
        {"texts": texts, "patterns": patterns},
    )[0]
    assert found == [[bool(re.fullmatch(p, text)) for text in texts] for p in patterns]
