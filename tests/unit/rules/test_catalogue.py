"""Every rule that comes with tapforge, by its own examples."""

import re

import pytest

from tapforge.rules import example, registry, run
from tapforge.rules.rule import SEVERITIES, Rule

RULES = registry.rules()


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
class TestEachRule:
    def test_the_good_example_holds_it(self, rule: Rule) -> None:
        """Nothing is found in it."""
        found = run.check(example.configuration(rule.good), [rule])
        assert [f"{each.address}: {each.message}" for each in found] == []

    def test_the_bad_example_breaks_it(self, rule: Rule) -> None:
        """Something is found, and the message says what is there, what should be and what to do."""
        found = run.check(example.configuration(rule.bad), [rule])
        assert found
        for each in found:
            assert re.fullmatch(r".+, expected .+; .+", each.message, re.DOTALL)
            assert ".." not in each.message
            assert each.finding.resource or not rule.on

    def test_it_says_what_it_is_for(self, rule: Rule) -> None:
        """The id is words with hyphens; title, description, source and fix are there."""
        assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)+", rule.id)
        assert rule.severity in SEVERITIES
        assert rule.title.endswith(".")
        assert rule.description
        assert rule.source
        assert rule.fix
        assert not rule.fix.endswith(".")

    def test_it_leaves_alone_what_is_unknown(self, rule: Rule) -> None:
        """Resources that are given nothing, or only unknown values, break no rule's function."""
        for change in (lambda _: {}, _unknown):
            resources = rule.bad.get("resource", {})
            changed = {
                type_: {name: change(body) for name, body in named.items()}
                for type_, named in resources.items()
            }
            run.check(example.configuration({**rule.bad, "resource": changed}), [rule])


def _unknown(body):
    # Terraform takes nothing but literals in a lifecycle block.
    return body | dict.fromkeys(body.keys() - {"lifecycle"}, "${aws_unknown.main.value}")
