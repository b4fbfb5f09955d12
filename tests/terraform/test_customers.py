"""HCL that was not made with tapforge is checked: what a reviewer would find, and nothing else.

The customers are ways in which PostgreSQL on AWS is published: one file, modules with switches, one of
the provider's early days; and one that is made with care, where nothing is to be found. Each finding in
`findings.json` was read and judged; a new one is either a false alarm, which is mended in the rule, or
is judged and written there.
"""

import datetime as dt
import json
import platform
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest

from tapforge.local.emulator import Emulator
from tapforge.local.offline import offline_plan
from tapforge.local.program import find_terraform
from tapforge.local.provider import install, packaged_settings
from tapforge.local.terraform import Terraform
from tapforge.rules import plan, registry, run

pytestmark = pytest.mark.terraform

ROOT = Path(__file__).parents[2]
CUSTOMERS = ROOT / "tests/data/customers"
EXPECTED: dict[str, dict[str, list[str]]] = json.loads((CUSTOMERS / "findings.json").read_text())
NEW = {"careful"}
"""What asks for more than the provider of 2021 has."""

SYSTEM = {
    "dev": ROOT / "env/dev/aurora-demo.tfvars.json",
    "prod": ROOT / "env/prod/aurora-demo.tfvars.json",
}


DAY_OF_REVIEW = dt.date(2026, 11, 21)
"""Versions grow old: what was found is what was to be found on this day."""


def findings(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Check a plan: the addresses by rule, each once."""
    # As a file, so that it is read as a customer's is.
    configuration = attrs.evolve(
        plan.parse(json.dumps(document).encode(), "plan.json"), today=DAY_OF_REVIEW
    )
    found: dict[str, list[str]] = {}
    for violation in run.check(configuration, registry.rules().values()):
        places = found.setdefault(violation.rule.id, [])
        if violation.address not in places:
            places.append(violation.address)
    return found


def test_every_customer_is_reviewed() -> None:
    """A folder without expected findings would be passed over."""
    assert set(EXPECTED) == {each.name for each in CUSTOMERS.iterdir() if each.is_dir()}


@pytest.mark.parametrize("customer", EXPECTED)
def test_the_offline_plan_of_a_customer_has_the_findings(customer: str) -> None:
    """Against today's schema, as written, without credentials."""
    assert findings(offline_plan(CUSTOMERS / customer).document) == EXPECTED[customer]


@pytest.mark.parametrize("environment", SYSTEM)
def test_the_plan_of_a_good_system_has_none(environment: str) -> None:
    """What holds when it is resolved holds when it is planned."""
    document = offline_plan(
        ROOT / "terraform/aurora-demo", var_files=[SYSTEM[environment]]
    ).document

    assert findings(document) == {}


Plan = Callable[[str], Mapping[str, Any]]


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plan]:
    """Plan a customer with the official provider of 2021, which asks an AWS on this machine."""
    folder = tmp_path_factory.mktemp("customers")
    program = find_terraform()
    settings, schema = install(ROOT / ".tapforge/provider", program)
    emulator = Emulator.start(folder)
    keys = emulator.access_key, emulator.secret_key
    aws = packaged_settings(schema, emulator.url, *keys)

    def planned(customer: str) -> Mapping[str, Any]:
        root, run_dir = folder / customer, folder / f"{customer}.run"
        shutil.copytree(CUSTOMERS / customer, root)
        run_dir.mkdir()
        (root / "emulator_override.tf.json").write_text(json.dumps({"provider": {"aws": aws}}))
        terraform = Terraform(root, run_dir=run_dir, program=program, settings=settings)
        terraform.init()
        saved = run_dir / "plan.tfplan"
        terraform.plan(out=saved)
        return terraform.show_json(saved)

    yield planned
    emulator.stop()


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="the packaged provider is for Linux on x86-64",
)
@pytest.mark.parametrize("customer", sorted(set(EXPECTED) - NEW))
def test_the_plan_of_a_real_provider_has_the_same(customer: str, embedded: Plan) -> None:
    """Its defaults are filled in, and its blocks stand in another order: the findings are those."""
    assert findings(embedded(customer)) == EXPECTED[customer]
