"""What Terraform says of many environments at once: a start of Terraform costs more than an environment.

`judge` asks for the verdict on values alone, which is cheap; `plan_many` plans every resource, offline.
"""

from __future__ import annotations

import enum
import itertools
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import attrs

from tapforge.lang.errors import Problem
from tapforge.lang.inputs import declared_inputs
from tapforge.lang.json_syntax import Json, dumps
from tapforge.lang.module import FACTS, Module
from tapforge.local.diagnostics import Diagnostic, errors_of
from tapforge.local.offline import offline_terraform
from tapforge.local.program import TerraformProgram
from tapforge.local.schema_provider import SchemaSource
from tapforge.local.terraform import Terraform, TerraformFailedError
from tapforge.systems.system import System, called

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741

# Terraform's time grows faster than the number of calls, or of instances, that it looks at at once.
_JUDGED_AT_ONCE = 40
_PLANNED_AT_ONCE = 25
# A collection of garbage less often takes a third off Terraform's time, for some 300 MB.
_TUNED = {"GOGC": "400"}
_CALL = "environment"
_PENDING = "terraform_data.tapforge_pending"
_INSTANCE = re.compile(rf'module\.{_CALL}\["(\d+)"\]\.?')


class Unknown(enum.Enum):
    """What stands where a value is known only after apply."""

    UNKNOWN = "known only after apply"


UNKNOWN = Unknown.UNKNOWN


@attrs.frozen
class Planned:
    """What Terraform plans for one environment.

    Attributes:
        resources: The attributes of each instance of a resource or data source, by its address in the
            module; `UNKNOWN` where only the provider will know.
        outputs: The module's outputs, likewise.
        problems: What Terraform refuses, each at the address of the variable, resource or output; if
            there is anything, nothing is planned.
    """

    resources: dict[str, dict[str, Any]]
    outputs: dict[str, Any]
    problems: tuple[Problem, ...] = ()


# --- verdicts ---------------------------------------------------------------------------------------


def judge(
    module: Module[Any, Any],
    environments: Iterable[Mapping[str, Any]],
    *,
    program: TerraformProgram | None = None,
) -> list[dict[str, list[str]]]:
    """Ask Terraform whether it takes values for the variables of a module.

    Nothing but the variables is looked at. Variables that the module does not have are passed over, as
    Terraform does in a file of variables, and those that are missing have their defaults.

    Args:
        module: The module, or system.
        environments: The values of each environment, as JSON has them.
        program: The Terraform to run; by default the one that is found.

    Returns:
        For each environment its complaints, by variable, in the order of the variable's validations.

    Raises:
        TerraformFailedError: Terraform complains of something else than the values.
    """
    documents = module.body.document.files("")
    files = {n: documents[n] for n in ("variables.tf.json", FACTS) if n in documents}
    return _in_batches(
        environments, _JUDGED_AT_ONCE, lambda batch: _judge(files, module, batch, program)
    )


def _judge(
    files: Mapping[str, Json],
    module: Module[Any, Any],
    environments: Sequence[Mapping[str, Any]],
    program: TerraformProgram | None,
) -> list[dict[str, list[str]]]:
    # Terraform places a complaint at the argument, so that each is written: the defaults too.
    defaults = _defaults(module)
    cases = [
        {name: values.get(name, default) for name, default in defaults.items()}
        for values in environments
    ]
    with tempfile.TemporaryDirectory(prefix="tapforge-judge-") as name:
        root = Path(name)
        _write(root / "module", files)
        lines: dict[int, tuple[int, str]] = {}
        # By way of a variable: constants would be judged earlier, some of them.
        text = ['{"variable": {"cases": {}}, "module": {']
        for number, values in enumerate(cases):
            # A folder for each, so that complaints about the rules themselves can be told apart;
            # Terraform sees through symbolic links.
            shutil.copytree(root / "module", root / f"case_{number}", copy_function=os.link)
            text.append(f'"case_{number}": {{"source": "./case_{number}"')
            for variable in values:
                text.append(f', "{variable}": "${{var.cases[{number}].{variable}}}"')
                lines[len(text)] = number, variable
            text.append("}," if number + 1 < len(cases) else "}")
        text.append("}}\n")
        (root / "main.tf.json").write_text("\n".join(text), "utf-8")
        _write_variables(root, cases, "cases")
        terraform = Terraform(root, run_dir=root, program=program, environment=_TUNED)
        terraform.init()
        done = terraform.stream("plan", "-refresh=false", "-lock=false")
    found: list[dict[str, list[str]]] = [{} for _ in cases]
    for error in errors_of(done.diagnostics):
        place = _variable(error, lines)
        if place is None:
            done.check()
            raise TerraformFailedError([Problem("terraform plan", str(error))], done.diagnostics)
        case, variable = place
        found[case].setdefault(variable, []).append(_message(error))
    return found


def _variable(error: Diagnostic, lines: Mapping[int, tuple[int, str]]) -> tuple[int, str] | None:
    if error.filename == "main.tf.json":
        return lines.get(error.line)
    folder, _, _ = error.filename.partition("/")
    kind, _, block = error.context.partition(".")
    if folder.startswith("case_") and kind == "variable":
        return int(folder.removeprefix("case_")), block.partition(".")[0]
    return None


def _message(error: Diagnostic) -> str:
    """Give the text of the rule that is broken, or what Terraform itself says."""
    text, checked, _ = error.detail.rpartition("\n\nThis was checked by the ")
    return text if checked else f"{error.summary}: {error.detail}"


# --- plans ------------------------------------------------------------------------------------------


def plan_many(
    module: Module[Any, Any],
    environments: Iterable[Mapping[str, Any]],
    *,
    schemas: Mapping[str, SchemaSource] | None = None,
    program: TerraformProgram | None = None,
) -> list[Planned]:
    """Plan a module in many environments, offline.

    What data sources find is unknown: they are read when the plan is applied.

    Args:
        module: The module, or system.
        environments: The values of each environment, as JSON has them; those that are missing have
            their defaults.
        schemas: The schemas by the provider's address; by default that of `tapforge.aws`.
        program: The Terraform to run; by default the one that is found.

    Raises:
        TerraformFailedError: Terraform complains of something that belongs to no environment.
    """
    defaults = _defaults(module)
    with tempfile.TemporaryDirectory(prefix="tapforge-many-") as name:
        folder = Path(name)
        documents = _files(module)
        providers = _without_root(documents, _home(module))
        _write(folder, documents | {"many/main.tf.json": _root(module, defaults, providers)})
        for path, content in _attachments(module).items():
            (folder / path).write_bytes(content)
        with offline_terraform(
            folder / "many", schemas=schemas, program=program, environment=_TUNED
        ) as terraform:
            return _in_batches(
                [defaults | dict(values) for values in environments],
                _PLANNED_AT_ONCE,
                lambda batch: _plan(terraform, batch),
            )


def _root(
    module: Module[Any, Any], variables: Iterable[str], providers: Mapping[str, Json]
) -> dict[str, Json]:
    # One call with many instances costs Terraform a third of many calls.
    call = {
        "source": f"../{_home(module)}",
        "for_each": "${var.environments}",
        **{name: f"${{each.value.{name}}}" for name in variables},
    }
    return {
        **providers,
        "variable": {"environments": {}},
        "module": {_CALL: call},
        "output": {_CALL: {"value": f"${{module.{_CALL}}}", "sensitive": True}},
    }


def _without_root(documents: dict[str, dict[str, Json]], home: str) -> dict[str, Json]:
    """Take out of a module what only a root may have; let data sources wait for the apply.

    Returns:
        The provider configurations, and what they need, for the root.
    """
    taken: dict[str, Json] = {}
    for path, document in documents.items():
        if path.rpartition("/")[0] == home:
            document.get("terraform", {}).pop("backend", None)
            if providers := document.pop("provider", None):
                taken["provider"] = {name: {} for name in providers}
            if required := document.get("terraform", {}).get("required_providers"):
                taken["terraform"] = {"required_providers": required}
        for block in (b for of_type in document.get("data", {}).values() for b in of_type.values()):
            block["depends_on"] = [*block.get("depends_on", ()), _PENDING]
            type_, label = _PENDING.split(".")
            document.setdefault("resource", {}).setdefault(type_, {}).setdefault(label, {})
    return taken


def _plan(terraform: Terraform, environments: Sequence[Mapping[str, Any]]) -> list[Planned]:
    found: dict[int, Planned] = {}
    saved = terraform.working_dir / "many.tfplan"
    # What is wrong in one environment can keep Terraform from looking at another: asked again then.
    while waiting := [number for number in range(len(environments)) if number not in found]:
        _write_variables(
            terraform.working_dir,
            {str(number): environments[number] for number in waiting},
            "environments",
        )
        options = ("-refresh=false", "-lock=false", f"-out={saved}")
        done = terraform.stream("plan", *options)
        if done.exit_code == 0:
            found |= _planned(terraform.show_json(saved), waiting)
            continue
        refused = _refused(done.diagnostics, terraform.show_json(saved))
        if not refused:
            done.check()
        for number, problems in refused.items():
            found[number] = Planned({}, {}, tuple(problems))
    return [found[number] for number in range(len(environments))]


def _planned(plan: Mapping[str, Any], numbers: Iterable[int]) -> dict[int, Planned]:
    resources: dict[int, dict[str, dict[str, Any]]] = {number: {} for number in numbers}
    for change in plan.get("resource_changes", ()):
        number, address = _inside(change["address"])
        if not address.endswith(_PENDING):
            resources[number][address] = _merged(
                change["change"]["after"], change["change"]["after_unknown"]
            )
    outputs = plan["output_changes"][_CALL]
    values = _merged(outputs["after"], outputs["after_unknown"])
    return {number: Planned(resources[number], values[str(number)]) for number in resources}


def _refused(
    diagnostics: tuple[Diagnostic, ...], plan: Mapping[str, Any]
) -> dict[int, list[Problem]]:
    found: dict[int, list[Problem]] = {}
    told = set()
    for check in plan.get("checks", ()):
        # A check block warns, and stops nothing.
        kind = check["address"]["kind"]
        for instance in check.get("instances", ()) if kind != "check" else ():
            for problem in instance.get("problems", ()):
                number, address = _inside(instance["address"]["to_display"])
                found.setdefault(number, []).append(Problem(address, problem["message"]))
                told.add(problem["message"])
    for error in errors_of(diagnostics):
        message = _message(error)
        if message in told or error.detail in told:
            continue
        place = _INSTANCE.search(f"{error.address} {error.detail}")
        if place is None:
            raise TerraformFailedError([Problem("terraform plan", str(error))], diagnostics)
        found.setdefault(int(place[1]), []).append(
            Problem(_INSTANCE.sub("", error.address), _INSTANCE.sub("", message))
        )
    return found


def _inside(address: str) -> tuple[int, str]:
    place = _INSTANCE.match(address)
    if place is None:
        raise ValueError(f"{address} is in no environment")
    return int(place[1]), address[place.end() :]


def _merged(value: Any, unknown: Any) -> Any:
    if unknown is True:
        return UNKNOWN
    if isinstance(unknown, dict) and unknown:
        value = value or {}
        return {key: _merged(value.get(key), unknown.get(key)) for key in {**value, **unknown}}
    if isinstance(unknown, list) and unknown:
        pairs = itertools.zip_longest(value or (), unknown)
        return [_merged(item, unknown_item) for item, unknown_item in pairs]
    return value


# --- files ------------------------------------------------------------------------------------------


def _in_batches(items: Iterable[I], size: int, work: Callable[[Sequence[I]], list[O]]) -> list[O]:
    given = list(items)
    batches = [given[start : start + size] for start in range(0, len(given), size)]
    return [made for batch in batches for made in work(batch)]


def _home(module: Module[Any, Any]) -> str:
    return f"{'terraform' if isinstance(module, System) else 'modules'}/{module.name}"


def _files(module: Module[Any, Any]) -> dict[str, dict[str, Json]]:
    """Render a module and all that it calls, without the texts for people."""
    modules = {_home(module): module}
    modules |= {_home(each): each for each in called(module.body).values()}
    return {
        f"{home}/{name}": document
        for home, each in modules.items()
        for name, document in each.body.document.files("").items()
    }


def _attachments(module: Module[Any, Any]) -> dict[str, bytes]:
    """Make the files that a module and all that it calls lay beside their own."""
    modules = [module, *called(module.body).values()]
    return {
        f"{_home(each)}/{name}": make("")
        for each in modules
        for name, make in each.body.attachments.items()
    }


def _defaults(module: Module[Any, Any]) -> dict[str, Any]:
    """Give what each variable has if nothing is given: null, which it refuses, if something must be."""
    fields = declared_inputs(module.inputs).values()
    return {field.name: None if field.required else field.default for field in fields}


def _write(folder: Path, documents: Mapping[str, Json]) -> None:
    for name, document in documents.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dumps(document), "utf-8")


def _write_variables(folder: Path, values: Any, name: str) -> None:
    # Numbers of all digits, as a file has them.
    (folder / "terraform.tfvars.json").write_text(json.dumps({name: values}), "utf-8")
