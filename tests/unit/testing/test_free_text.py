"""Users' own text, and what becomes of it."""

from typing import Any

import pytest

from tapforge import aws
from tapforge.lang import functions as fn
from tapforge.lang.expression import eq
from tapforge.lang.inputs import Valid, inputs, output, outputs, variable
from tapforge.lang.module import Body
from tapforge.lang.resolve import resolve
from tapforge.modules import valid
from tapforge.systems.system import System, SystemInputs, system
from tapforge.testing import free_text


@inputs
class WordInputs(SystemInputs):
    """Text of all kinds."""

    motto: str = variable("Any text.", default="x")
    words: list[str] = variable("Any words.", default=[])
    notes: dict[str, str] = variable("Any notes.", default={})
    code: str = variable("No free text.", default="a", valid=[valid.pattern("^[a-z]$", "a letter")])
    number: int = variable("No text.", default=1)
    token: str | None = variable("A secret.", default=None, sensitive=True)


@outputs
class WordOutputs:
    """Text of some."""

    motto: str = output("The motto.")


def of(make: Any, told: Any = lambda v: v.motto) -> System[Any, Any]:
    """Make a system that makes a value and an output of the inputs."""

    @system("words")
    def words(s: Body, v: WordInputs) -> WordOutputs:
        """Words."""
        s.add(aws.SsmParameter("a", name="/a", type="String", value=make(v)))
        s.add(aws.SsmParameter("b", name="/b", type="String", value="fixed", tags=v.notes))
        return WordOutputs(motto=told(v))

    return words


PLAIN = of(lambda v: v.motto)
TEXT = 'a"${b}\\\n%{c} é'


def test_only_inputs_that_take_any_text_are_given_one() -> None:
    """Alone, in lists and in maps; not where it breaks a rule."""
    names = ["default_tags", "motto", "words", "notes", "token"]
    assert [field.name for field in free_text.fields(PLAIN)] == names
    note = {"note": TEXT}
    words = {"motto": TEXT, "words": [TEXT], "notes": note, "default_tags": note}
    assert free_text.worded(PLAIN, TEXT) == words
    assert "default_tags" not in free_text.worded(PLAIN, "x" * 300)  # no tag is so long
    assert free_text.worded(PLAIN, "") == {}


def test_an_input_that_depends_on_another_is_given_none() -> None:
    """What the other will be is not known yet: a parameter must be one of the version that is drawn."""

    @inputs
    class PairInputs(WordInputs):
        name: str = variable(
            "The motto's own.",
            default="x",
            valid=[Valid(lambda value, v: eq(value, v.motto), lambda *_: "is another")],
        )

    @system("pair")
    def pair(_: Body, v: PairInputs) -> WordOutputs:
        """A pair."""
        return WordOutputs(motto=v.name)

    assert "name" in {field.name for field in free_text.fields(pair)}
    assert "name" not in free_text.worded(pair, TEXT)


def test_secrets_are_given_a_text_that_is_no_accident() -> None:
    """Where the environment gives one."""
    assert free_text.secreted(PLAIN, {"token": "0"}) == {"token": free_text.SECRET}
    for variables in ({"token": None}, {"motto": "0"}):
        assert free_text.secreted(PLAIN, dict(variables)) == variables


def changes(of: System[Any, Any], **variables: Any) -> list[str]:
    """Say what becomes of text."""
    return list(free_text.changes(of, variables, resolve(of, variables)))


@pytest.mark.parametrize(
    "make",
    [
        lambda v: v.motto,
        lambda v: f"<{v.motto}|{v.words}>" if isinstance(v.motto, str) else f"<{v.motto}>",
        lambda v: fn.jsonencode({"motto": v.motto, "all": [v.words, v.notes]}),
        lambda v: fn.join(", ", v.words),
        lambda v: v.code,
    ],
    ids=["itself", "template", "json", "joined", "none"],
)
def test_text_that_survives(make: Any) -> None:
    """In templates and JSON too."""
    assert changes(of(make), motto=TEXT, words=[TEXT, "b"], notes={"k": TEXT}) == []


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda v: fn.upper(v.motto), ["aws_ssm_parameter.a.value: "]),
        (lambda v: fn.replace(v.motto, "$", ""), ["aws_ssm_parameter.a.value: "]),
        (lambda v: fn.substr(v.motto, 0, 3), ["aws_ssm_parameter.a.value: "]),
        (lambda v: f"{fn.trimspace(v.motto)} ", []),
    ],
    ids=["upper", "replace", "substr", "unchanged"],
)
def test_text_that_is_changed(make: Any, found: list[str]) -> None:
    """The place is told, what stands there, and what should."""
    told = changes(of(make), motto=TEXT)
    assert [line[: len(start)] for line, start in zip(told, found, strict=True)] == found
    assert all("expected" in line for line in told)


def test_outputs_are_looked_at() -> None:
    """As resources are."""
    told = changes(of(lambda v: v.code, lambda v: fn.title(v.motto)), motto="ab")
    assert told == ['output.motto: "Ab", expected "ab"']


def test_an_environment_without_text_has_nothing_to_lose() -> None:
    """Nothing is computed for it."""
    assert changes(PLAIN, number=3) == []
    assert changes(PLAIN, words=[], token=None) == []


def test_a_size_may_be_counted_in_another_unit() -> None:
    """It is a number, and what it means is the same."""
    counted = of(lambda v: fn.replace(v.motto, "1GB", "1024MB"))
    assert changes(counted, motto="1GB") == []
    assert changes(counted, motto="about 1GB") != []
