"""checkov over the plan of every system in each environment: where it finds fault, the code says why."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tapforge.local.offline import offline_terraform
from tapforge.rules.resource import Resource
from tapforge.systems.environment import load
from tapforge.systems.project import find
from tapforge.systems.resolve import resolve

ROOT = Path(__file__).parents[2]
CHECKOV = ROOT / ".tapforge/checkov/bin/checkov"
PROJECT = find(ROOT)
ENVIRONMENTS = [(s, e) for s in PROJECT.systems for e in PROJECT.environments(s)]
OWN = "checkov:"
KEY = re.compile(r"\[[^]]*\]")
OPTIONS = ("--framework", "terraform_plan", "--skip-download", "--quiet", "--compact", "-o", "json")

pytestmark = [
    pytest.mark.terraform,
    pytest.mark.skipif(not CHECKOV.is_file(), reason="`make scan` installs checkov"),
]


def settled_plan(system: str, environment: str) -> dict[str, Any]:
    """Plan a system anew after an apply: nothing is unknown that checkov would take for not given."""
    variables = [load(PROJECT, PROJECT.system(system), environment).variables_file]
    with offline_terraform(ROOT / "terraform" / system) as terraform:
        first, second = (terraform.working_dir / f"{name}.tfplan" for name in ("first", "second"))
        terraform.plan(var_files=variables, out=first)
        terraform.apply(plan=first)
        terraform.plan(var_files=variables, out=second)
        return terraform.show_json(second)


def managed(module: dict[str, Any]) -> Iterator[str]:
    """Give the addresses of the resources of a module and those it calls."""
    for resource in module.get("resources", ()):
        if resource["mode"] == "managed":
            yield resource["address"]
    for child in module.get("child_modules", ()):
        yield from managed(child)


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return checkov's report over all plans, and how many resources these have."""
    folder, number = tmp_path_factory.mktemp("plans"), 0
    files = []
    for environment in ENVIRONMENTS:
        plan = settled_plan(*environment)
        number += len(list(managed(plan["planned_values"]["root_module"])))
        files += ["-f", f"{'-'.join(environment)}.json"]
        (folder / files[-1]).write_text(json.dumps(plan), "utf-8")
    command = [str(CHECKOV), *files, *OPTIONS]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("{"), done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["summary"]["parsing_errors"] == 0
    return report | {"resources": number}


def resources(system: str, environment: str) -> tuple[Resource, ...]:
    """Give the resources of a system in an environment, with what the code accepts of them."""
    made = PROJECT.system(system)
    return resolve(made, load(PROJECT, made, environment).variables).resources


def accepted(system: str, environment: str) -> set[tuple[str, str]]:
    """Give the checks that the code accepts, each with the resource."""
    return {
        (rule.removeprefix(OWN), resource.address)
        for resource in resources(system, environment)
        for rule in resource.accepted
        if rule.startswith(OWN)
    }


def failed(report: dict[str, Any], system: str, environment: str) -> set[tuple[str, str]]:
    """Give the checks that failed in an environment, each with the resource."""
    return {
        (check["check_id"], check["resource_address"])
        for check in report["results"]["failed_checks"]
        if check["file_path"] == f"/{system}-{environment}.json"
    }


def test_checkov_saw_every_resource(scan: dict[str, Any]) -> None:
    """And has something to say of most."""
    assert scan["summary"]["resource_count"] == scan["resources"]
    assert scan["summary"]["passed"] > scan["resources"]


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids="-".join)
def test_each_failed_check_has_a_reason_beside_the_resource(
    scan: dict[str, Any], environment: tuple[str, str]
) -> None:
    """`m.add(..., accept={"checkov:CKV_AWS_18": "why it may be so"})`."""
    assert sorted(failed(scan, *environment) - accepted(*environment)) == []


def test_each_reason_is_needed(scan: dict[str, Any]) -> None:
    """By a resource of that type in one environment at least: several share the code of one."""

    def types(found: set[tuple[str, str]]) -> set[tuple[str, str]]:
        return {(check, KEY.sub("", address).split(".")[-2]) for check, address in found}

    given = set().union(*(types(accepted(*each)) for each in ENVIRONMENTS))
    needed = set().union(*(types(failed(scan, *each)) for each in ENVIRONMENTS))
    assert sorted(given - needed) == []
