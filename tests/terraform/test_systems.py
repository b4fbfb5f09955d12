"""Every system of this project in each of its environments, on the real Terraform."""

import json
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tapforge.facts import destroy, names
from tapforge.handoff.render import attachments, tree
from tapforge.handoff.tree import differences, write
from tapforge.lang.document import Document
from tapforge.lang.inputs import declared_inputs, inputs, problems, references, variable
from tapforge.lang.json_syntax import dumps
from tapforge.lang.module import Module
from tapforge.local.diagnostics import errors_of
from tapforge.local.offline import OfflineCycle, offline_cycle, offline_plan
from tapforge.local.terraform import Terraform
from tapforge.modules import valid
from tapforge.systems.environment import load
from tapforge.systems.project import find
from tapforge.systems.system import System, SystemInputs

pytestmark = pytest.mark.terraform

ROOT = Path(__file__).parents[2]
PROJECT = find(ROOT)
ENVIRONMENTS = [(s, e) for s in PROJECT.systems for e in PROJECT.environments(s)]
LONGEST = "a2345-7890-23456-890"
KEPT = {"postgres_database_name", "postgres_master_username"}
"""Kinds of names that may be the same in every environment, as they lie within one database."""


def everything() -> dict[str, str | bytes]:
    """What the systems render to: text, and what modules lay beside it."""
    return {**tree(PROJECT), **attachments(PROJECT)}


def test_what_is_committed_is_what_the_systems_render_to() -> None:
    """`tapforge render --check` has nothing to say."""
    assert [(d.kind, d.path) for d in differences(ROOT, everything())] == []


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the systems render to, in a place of its own."""
    folder = tmp_path_factory.mktemp("rendered")
    write(folder, everything())
    return folder


@cache
def _life(rendered: Path, system: str, environment: str) -> OfflineCycle:
    values = load(PROJECT, PROJECT.system(system), environment)
    return offline_cycle(rendered / "terraform" / system, var_files=[values.variables_file])


@pytest.fixture(params=ENVIRONMENTS, ids="-".join)
def life(request: pytest.FixtureRequest, rendered: Path) -> OfflineCycle:
    """The life of a system in one environment: validate, plan, apply, plan again, destroy."""
    return _life(rendered, *request.param)


def resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the managed resources of a module and those it calls."""
    for resource in module.get("resources", ()):
        if resource["mode"] == "managed":
            yield resource
    for child in module.get("child_modules", ()):
        yield from resources(child)


def applied(life: OfflineCycle) -> list[dict[str, Any]]:
    """Give the resources after the apply."""
    return list(resources(life.state["values"]["root_module"]))


def names_of(found: list[dict[str, Any]]) -> Iterator[tuple[str, names.NameRule, str]]:
    """Give the address, the rule and the text of every name."""
    for resource in found:
        for argument, value in resource.get("values", {}).items():
            rule = names.for_argument(resource["type"], argument)
            if rule is not None and value is not None:
                yield f"{resource['address']}.{argument}", rule, value


def test_it_lives_and_leaves_nothing(life: OfflineCycle) -> None:
    """It is valid, applies, has nothing more to do, and is destroyed whole."""
    assert life.plan.warnings == ()
    assert {
        change["change"]["actions"][0] for change in life.plan.document["resource_changes"]
    } <= {
        "create",
        "read",
    }
    assert len(applied(life)) > 10


def test_every_output_has_a_value(life: OfflineCycle) -> None:
    """None is null or empty."""
    assert life.outputs
    assert [name for name, value in life.outputs.items() if value in (None, "", [])] == []


def test_every_name_is_legal(life: OfflineCycle) -> None:
    """By the rule of its kind."""
    assert [p for _, rule, name in names_of(applied(life)) for p in rule.problems(name)] == []


def test_every_resource_is_tagged(life: OfflineCycle) -> None:
    """With a name of its environment, and with what every resource has."""
    suffix = life.plan.document["variables"]["environment_suffix"]["value"]
    configuration = life.plan.document["configuration"]["provider_config"]["aws"]
    assert "Environment" in json.dumps(configuration["expressions"]["default_tags"])
    tagged = [r for r in applied(life) if r["values"].get("tags")]
    assert len(tagged) > 5
    for resource in tagged:
        if (f"{resource['type']}.name", resource["values"].get("name")) in names.account_wide():
            continue  # AWS fixes it for all environments
        assert suffix in resource["values"]["tags"]["Name"], resource["address"]


def _of_a_primary(resource: dict[str, Any], rule: destroy.DestroyRule) -> bool:
    """Tell what a read replica has no say in: it takes no final snapshot."""
    taken = rule.argument in ("skip_final_snapshot", "final_snapshot_identifier")
    return taken and bool(resource["values"].get("replicate_source_db"))


def test_everything_is_destroyable_or_everything_is_protected(life: OfflineCycle) -> None:
    """One flag decides; no resource is left half-way."""
    destroyable = life.plan.document["variables"]["destroyable"]["value"]
    decided, wrong = [], []
    for resource in applied(life):
        for rule in destroy.for_type(resource["type"]):
            if not rule.argument or "." in rule.argument or _of_a_primary(resource, rule):
                continue
            place = f"{resource['address']}.{rule.argument}"
            value = resource["values"].get(rule.argument)
            wanted = rule.destroyable if destroyable else rule.protected
            decided.append(place)
            if rule.required_when_protected and not destroyable:
                good = bool(value)
            else:
                good = (rule.default if value is None else value) == (
                    rule.default if wanted is None else wanted
                )
            if not good:
                wrong.append(f"{place}: {value}, not {wanted}")
    assert wrong == []
    assert len(decided) > 5


@pytest.mark.parametrize("system", PROJECT.systems)
def test_two_environments_share_no_name(system: str, rendered: Path) -> None:
    """So that both can live in one account."""
    seen: dict[tuple[str, str], str] = {}
    for environment in PROJECT.environments(system):
        for place, rule, name in names_of(applied(_life(rendered, system, environment))):
            if rule.suffixed and rule.kind not in KEPT and not rule.kind.endswith("_description"):
                other = seen.setdefault((rule.kind, name), environment)
                assert other == environment, f"{place}: {name}"


@pytest.mark.parametrize("system", PROJECT.systems)
def test_every_name_is_legal_with_the_longest_suffix(
    system: str, rendered: Path, tmp_path: Path
) -> None:
    """And with every input that makes names longer at its most."""
    file = tmp_path / "long.tfvars.json"
    given = {"environment_suffix": LONGEST, "destroyable": False, "reader_count": 15}
    declared = declared_inputs(PROJECT.system(system).inputs)
    examples = {field.name: field.example for field in declared.values() if field.required}
    longest = {name: value for name, value in given.items() if name in declared}
    file.write_text(json.dumps(examples | longest))
    assert len(LONGEST) == valid.SUFFIX_LENGTH
    assert problems(SystemInputs, {"environment_suffix": LONGEST}) == []
    plan = offline_plan(rendered / "terraform" / system, var_files=[file])
    found = list(names_of(list(resources(plan.document["planned_values"]["root_module"]))))
    assert [p for _, rule, name in found for p in rule.problems(name)] == []
    assert any(LONGEST in name for _, _, name in found)


def test_the_usage_of_every_readme_works(rendered: Path, tmp_path: Path) -> None:
    """It can be copied into a root module as it stands."""
    shutil.copytree(rendered / "modules", tmp_path / "modules")
    usages = [
        readme.read_text("utf-8").partition("```hcl\n")[2].partition("```")[0]
        for readme in sorted((tmp_path / "modules").glob("*/README.md"))
    ]
    (tmp_path / "main.tf").write_text("\n".join(usages), "utf-8")
    plan = offline_plan(tmp_path)
    assert plan.warnings == ()
    calls = plan.document["configuration"]["root_module"]["module_calls"]
    assert sorted(call["source"] for call in calls.values()) == sorted(
        f"./modules/{name}" for name in PROJECT.modules()
    )


# --- the same verdict in Python and in Terraform ----------------------------------------------------

BAD: dict[str, dict[str, Any]] = {
    "suffix with capitals": {"environment_suffix": "Dev"},
    "suffix of 21 characters": {"environment_suffix": "a" * 21},
    "suffix with a trailing hyphen": {"environment_suffix": "dev-"},
    "empty suffix": {"environment_suffix": ""},
    "suffix with two hyphens": {"environment_suffix": "a--b"},
    "suffix with a line break": {"environment_suffix": "dev\n"},
    "suffix in another alphabet": {"environment_suffix": "dév"},
    "suffix that S3 reserves": {"environment_suffix": "eu-an"},
    "unknown region": {"aws_region": "us-east-9"},
    "empty region": {"aws_region": ""},
    "reserved tag": {"default_tags": {"AWS:x": "y"}},
    "long tag": {"default_tags": {"a": "é" * 257}},
    "network that is none": {"vpc_cidr": "10.0.0.0"},
    "network with host bits": {"vpc_cidr": "10.0.0.1/16"},
    "network too large": {"vpc_cidr": "10.0.0.0/8"},
    "subnet too small": {"subnet_cidrs": ["10.0.1.0/29", "10.0.2.0/24"]},
    "subnets overlap": {"subnet_cidrs": ["10.0.1.0/24", "10.0.1.128/25"]},
    "subnet outside": {"subnet_cidrs": ["10.1.1.0/24", "10.0.2.0/24"]},
    "one subnet": {"subnet_cidrs": ["10.0.1.0/24"]},
    "subnet that is none": {"subnet_cidrs": ["here", "10.0.2.0/24"]},
    "network moved away from its subnets": {"vpc_cidr": "192.168.0.0/16"},
    "class that is not offered": {"engine_version": "16.9", "instance_class": "db.m5.large"},
    "class that is none": {"instance_class": "large"},
    "class of a newer version": {"engine_version": "14.6", "instance_class": "db.r8g.large"},
    "version that is not created": {"engine_version": "15.7"},
    "version that is none": {"engine_version": "latest"},
    "too many readers": {"reader_count": 16},
    "half a reader": {"reader_count": 1.5},
    "no backups": {"backup_retention_days": 0},
    "backup window that is none": {"backup_window": "3-4"},
    "short backup window": {"backup_window": "03:00-03:15"},
    "backup over maintenance": {"backup_window": "04:30-05:00"},
    "maintenance window that is none": {"maintenance_window": "daily"},
    "maintenance for a day": {"maintenance_window": "sat:06:00-sun:06:00"},
    "maintenance over backup": {"maintenance_window": "tue:22:00-wed:03:30"},
}
GOOD: dict[str, dict[str, Any]] = {
    "nothing": {},
    "longest suffix": {"environment_suffix": LONGEST},
    "tags": {"default_tags": {"é ü": "a\nb ${x} %{y}", "a" * 127: "é" * 256}},
    "network": {"vpc_cidr": "172.16.0.0/26", "subnet_cidrs": ["172.16.0.0/28", "172.16.0.16/28"]},
    "windows": {"backup_window": "23:45-00:15", "maintenance_window": "sun:23:00-sun:23:45"},
    "class and version": {"engine_version": "14.6", "instance_class": "db.r6g.large"},
}


def verdicts(
    folder: Path, module: Module[Any, Any], cases: dict[str, dict[str, Any]]
) -> dict[str, set[str]]:
    """Give Terraform's complaints about each case: a call of a module of nothing but the inputs."""
    files = module.body.document.files("")
    (folder / "inputs").mkdir(parents=True)
    for name in {"variables.tf.json", "facts.tf.json"} & files.keys():
        (folder / "inputs" / name).write_text(dumps(files[name]), "utf-8")
    # Terraform places its complaint at the argument, so each is given, the defaults too.
    defaults = {field.name: field.default for field in declared_inputs(module.inputs).values()}
    calls = {f"case_{number}": defaults | case for number, case in enumerate(cases.values())}
    root = {
        # By way of a variable: constants would be judged earlier, some of them.
        "variable": {"cases": {}},
        "module": {
            call: {"source": "./inputs"} | {name: f"${{var.cases.{call}.{name}}}" for name in case}
            for call, case in calls.items()
        },
    }
    (folder / "main.tf.json").write_text(json.dumps(root, indent=1), "utf-8")
    (folder / "terraform.tfvars.json").write_text(json.dumps({"cases": calls}), "utf-8")
    terraform = Terraform(folder, run_dir=folder)
    terraform.init()
    found: dict[str, set[str]] = {name: set() for name in cases}
    named = dict(zip(calls, cases, strict=True))
    for diagnostic in terraform.stream("plan").diagnostics:
        assert diagnostic.severity == "error", diagnostic
        call = diagnostic.context.removeprefix("module.")
        message = diagnostic.detail.rpartition("\n\nThis was checked by the validation rule at ")[0]
        found[named[call]].add(message)
    return found


@pytest.fixture(scope="module")
def aurora_demo() -> System[Any, Any]:
    """The system whose inputs are tried."""
    return PROJECT.system("aurora-demo")


@pytest.fixture(scope="module")
def refused(
    tmp_path_factory: pytest.TempPathFactory, aurora_demo: System[Any, Any]
) -> dict[str, set[str]]:
    """Terraform's complaints about each case."""
    return verdicts(tmp_path_factory.mktemp("verdicts"), aurora_demo, BAD | GOOD)


@pytest.mark.parametrize("name", BAD)
def test_what_python_refuses_terraform_refuses_too(
    refused: dict[str, set[str]], aurora_demo: System[Any, Any], name: str
) -> None:
    """In the same words."""
    said = [problem.message for problem in problems(aurora_demo.inputs, BAD[name])]
    assert said
    assert set(said) <= refused[name]


@pytest.mark.parametrize("name", GOOD)
def test_what_python_takes_terraform_takes_too(
    refused: dict[str, set[str]], aurora_demo: System[Any, Any], name: str
) -> None:
    """Without a word."""
    assert problems(aurora_demo.inputs, GOOD[name]) == []
    assert refused[name] == set()


@inputs
class NullableInputs:
    """Inputs that may be null."""

    label: str | None = variable("A label.", default="x", valid=valid.stem)
    days: int | None = variable("Days.", default=None, valid=[valid.between(1, 3)])


def test_null_passes_every_rule_without_a_warning(tmp_path: Path) -> None:
    """Terraform evaluates the message of a rule that holds, too."""
    fields = declared_inputs(NullableInputs).values()
    document = Document("inputs")
    for field in fields:
        document.add(field.variable(references(NullableInputs)))
    (tmp_path / "main.tf.json").write_text(dumps(document.json()), "utf-8")
    terraform = Terraform(tmp_path, run_dir=tmp_path)
    done = terraform.stream("plan", "-var=label=null")
    assert (done.exit_code, done.diagnostics) == (0, ())
    wrong = terraform.stream("plan", "-var=days=4", "-var=label=A")
    said = {e.detail.rpartition("\n\n")[0] for e in errors_of(wrong.diagnostics)}
    assert said == {p.message for p in problems(NullableInputs, {"days": 4, "label": "A"})}
