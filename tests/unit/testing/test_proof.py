"""Proofs are written as functions, and found by name."""

from pathlib import Path

import pytest

from tapforge.testing.proof import Proof, ProofError, chosen, proof, proofs
from tapforge.testing.proofs import rules


def test_the_docstring_is_the_statement() -> None:
    """Its first paragraph; what follows is for the reader of the code."""

    @proof("is-fine", over="pair")
    def is_fine(_case: object) -> list[str]:
        """All is fine.

        Really.
        """
        return []

    assert isinstance(is_fine, Proof)
    assert (is_fine.name, is_fine.statement, is_fine.over) == ("is-fine", "All is fine.", "pair")


def test_a_proof_says_what_it_states() -> None:
    """Without a docstring it is none."""
    with pytest.raises(TypeError, match="proof silent: the function's docstring says what holds"):
        proof("silent")(lambda _: [])


def test_a_project_has_its_own(known: dict[str, Proof]) -> None:
    """Beside those of every project."""
    assert {"rules", "deterministic", "text-survives", "few-shelves"} <= known.keys()
    assert known["rules"] is rules
    assert all(each.statement.endswith(".") for each in known.values())


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ('"one"', "tool.tapforge.proofs: is no list of modules; write proofs = "),
        ("[1]", "tool.tapforge.proofs: is no list of modules"),
        ('["no_such_proofs"]', 'there is no Python module "no_such_proofs"; correct the name'),
        ('["twice_proofs"]', 'proof "rules" of twice_proofs: there is another of that name'),
    ],
    ids=["text", "number", "missing", "twice"],
)
def test_what_can_not_be_loaded_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, message: str
) -> None:
    """With what to do about it."""
    (tmp_path / "pyproject.toml").write_text(f"[tool.tapforge]\nproofs = {setting}\n")
    (tmp_path / "twice_proofs.py").write_text(
        "from tapforge.testing.proof import proof\n"
        "@proof('rules')\ndef rules(case):\n    'Again.'\n    return []\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ProofError, match=message):
        proofs(tmp_path)


def test_a_module_that_lacks_another_is_not_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is somebody else's mistake, and shown as it is."""
    (tmp_path / "pyproject.toml").write_text('[tool.tapforge]\nproofs = ["lacking_proofs"]\n')
    (tmp_path / "lacking_proofs.py").write_text("import no_such_package\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        proofs(tmp_path)


def test_proofs_are_chosen_by_name(known: dict[str, Proof]) -> None:
    """Each once, in the order they are named; all if none is."""
    assert chosen(known, ["rules", "family", "rules"]) == [known["rules"], known["family"]]
    assert chosen(known, []) == list(known.values())
    with pytest.raises(ProofError) as caught:
        chosen(known, ["rulse", "zzz"])
    near, far = caught.value.problems
    assert 'did you mean "rules"?' in str(near)
    assert "there are: resolves, rules," in str(far)
