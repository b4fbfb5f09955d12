"""How patches are applied to moto, and that each is tested."""

import re
from pathlib import Path

import pytest

from tapforge.local.emulator import patches

INTEGRATION = Path(__file__).parents[2] / "integration" / "emulator"


class Moto:
    """A class as moto has them."""

    def describe(self, name, marker=None):
        """Return what it got."""
        return [name, marker]

    @property
    def status(self):
        """Return a state."""
        return "creating"

    kind = "db"


@pytest.fixture
def owner():
    """Return a class of its own for each test."""
    return type("Owner", (), dict(vars(Moto)))


def test_every_gap_is_named_once_and_says_why():
    """The names are those of services and of functions."""
    gaps = patches.known_gaps()

    assert len(gaps) > 20
    for name, gap in gaps.items():
        assert re.fullmatch(r"[a-z0-9]+\.[a-z_]+", name), name
        assert gap.reason.endswith("."), name


def test_every_gap_has_a_test_that_fails_without_its_patch():
    """The names in the tests are exactly those of the patches, file by file."""
    tested = {
        name
        for file in INTEGRATION.glob("test_patches_*.py")
        for name in re.findall(r'mark\.gap\("([^"]+)"\)', file.read_text())
        if name.startswith(f"{file.stem.removeprefix('test_patches_')}.")
    }

    assert tested == set(patches.known_gaps())


def test_protocol_sees_all_other_patches():
    """What another patch leaves unimplemented is answered as such too."""
    assert list(patches.known_gaps())[-1].startswith("protocol.")


def test_a_wrapped_function_gets_the_original(owner):
    """It can call it, and keeps its name."""

    @patches.wrap(owner, "describe")
    def describe(original, self, name, marker=None):
        return [*original(self, name, marker), "more"]

    assert owner().describe("a", marker="b") == ["a", "b", "more"]
    assert owner.describe.__name__ == "describe"


def test_a_wrapper_of_any_arguments_fits_any_original(owner):
    """`*arguments` promises nothing about them."""

    @patches.wrap(owner, "describe")
    def describe(original, self, *arguments, **options):
        return original(self, *arguments, **options)

    assert owner().describe("a") == ["a", None]


def test_a_wrapped_property_gets_the_original(owner):
    """The getter is handed over, not its value."""

    @patches.wrap_property(owner, "status")
    def status(original, self):
        return f"not {original(self)}"

    assert owner().status == "not creating"


def test_members_can_be_added(owner):
    """Functions, properties and plain values."""
    patches.add(owner, create=lambda _: "made", region="us-east-1")

    assert (owner().create(), owner().region) == ("made", "us-east-1")


def _wrap_missing(owner):
    patches.wrap(owner, "create")


def _wrap_a_value(owner):
    patches.wrap(owner, "kind")


def _wrap_other_parameters(owner):
    @patches.wrap(owner, "describe")
    def describe(original, self, name):
        return original(self, name)


def _wrap_property_missing(owner):
    patches.wrap_property(owner, "describe")


def _add_existing(owner):
    patches.add(owner, describe=None)


@pytest.mark.parametrize(
    ("patch", "found"),
    [
        (_wrap_missing, "has no function create"),
        (_wrap_a_value, "has no function kind"),
        (_wrap_other_parameters, r"describe now takes \(self, name, marker\)"),
        (_wrap_property_missing, "has no property describe"),
        (_add_existing, "has its own describe now"),
    ],
)
def test_a_moto_that_changed_is_an_error_that_says_what(owner, monkeypatch, patch, found):
    """Patch, place, what is there instead, and what to install are in the message."""
    gap = patches.Gap("service.gap", "A reason.", lambda: patch(owner))
    monkeypatch.setattr(patches, "known_gaps", lambda: {"service.gap": gap})

    with pytest.raises(patches.MotoChangedError, match=found) as caught:
        patches.close_gaps()

    message = str(caught.value)
    assert message.startswith("moto 5.")
    assert "the emulator's patch service.gap" in message
    assert "install moto==5.2.5" in message


def test_a_moved_module_is_an_error_that_says_what(monkeypatch):
    """Also when the import is what fails."""

    def close():
        from moto.rds import no_such_thing  # noqa: F401

    gap = patches.Gap("service.gap", "A reason.", close)
    monkeypatch.setattr(patches, "known_gaps", lambda: {"service.gap": gap})

    with pytest.raises(patches.MotoChangedError, match="no_such_thing"):
        patches.close_gaps()


def test_a_gap_can_be_left_open(monkeypatch):
    """Then its patch is not applied."""
    closed = []
    gap = patches.Gap("service.gap", "A reason.", lambda: closed.append("gap"))
    monkeypatch.setattr(patches, "known_gaps", lambda: {"service.gap": gap})

    patches.close_gaps(["service.gap"])

    assert closed == []
    patches.close_gaps()
    assert closed == ["gap"]
