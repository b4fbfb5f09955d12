"""The native form of the rules' examples, before the real Terraform."""

from pathlib import Path

import pytest

from tapforge.local.terraform import Terraform
from tapforge.rules import registry
from tapforge.rules.native import native

pytestmark = pytest.mark.terraform


def test_terraform_fmt_has_nothing_to_change(tmp_path: Path) -> None:
    """Each example is valid syntax, laid out as Terraform lays it out."""
    examples = tmp_path / "examples"
    examples.mkdir()
    for rule in registry.rules().values():
        for name, example in (("good", rule.good), ("bad", rule.bad)):
            (examples / f"{rule.id}-{name}.tf").write_text(f"{native(example)}\n", "utf-8")

    done = Terraform(examples, run_dir=tmp_path).run("fmt", "-check", "-diff")

    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")
