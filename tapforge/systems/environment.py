"""An environment of a system: two JSON files, read by Python and by stock Terraform alike."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs

from tapforge.lang.errors import Problem, TapforgeError, closest
from tapforge.lang.inputs import declared_inputs, json_schema, take
from tapforge.lang.json_syntax import Json
from tapforge.lang.value import normalized
from tapforge.systems.project import Project
from tapforge.systems.system import BackendInputs, System


class EnvironmentFileError(TapforgeError):
    """An environment's files are missing or say something that a system does not take."""


@attrs.frozen
class Environment:
    """What one environment says about one system, checked.

    Attributes:
        name: The environment.
        variables_file: Its values for the system's variables.
        backend_file: Where it keeps the system's state.
        variables: The values, in the types of the variables; without those left to their defaults.
        backend: The backend's values.
    """

    name: str
    variables_file: Path
    backend_file: Path
    variables: dict[str, Any]
    backend: dict[str, Any]


def variables_schema(system: System[Any, Any]) -> dict[str, Json]:
    """Give the JSON Schema of ``env/<environment>/<system>.tfvars.json``."""
    schema = json_schema(
        declared_inputs(system.inputs).values(),
        title=f"An environment of {system.name}",
        description=system.description,
    )
    # Terraform passes this key over in a file of variables.
    pointer = {"$schema": {"type": "string", "description": "Where this schema is."}}
    return schema | {"properties": pointer | schema["properties"]}


def backend_schema() -> dict[str, Json]:
    """Give the JSON Schema of ``env/<environment>/<system>.s3.tfbackend.json``."""
    return json_schema(
        declared_inputs(BackendInputs).values(),
        title="Where an environment keeps the state of a system",
        description=(BackendInputs.__doc__ or "").strip().splitlines()[0],
    )


def load(project: Project, system: System[Any, Any], name: str) -> Environment:
    """Read and check an environment.

    Raises:
        EnvironmentFileError: everything that is wrong with its files.
    """
    folder = project.root / "env" / name
    variables_file = folder / f"{system.name}.tfvars.json"
    backend_file = folder / f"{system.name}.s3.tfbackend.json"
    found: list[Problem] = []
    variables = _variables(project, system, variables_file, found)
    backend, wrong = _read(project, system, backend_file)
    found += wrong
    if not wrong:
        backend = _taken(BackendInputs, backend, backend_file, found)
    if found:
        raise EnvironmentFileError(_relative(problem, project.root) for problem in found)
    return Environment(name, variables_file, backend_file, variables, backend)


def load_variables(project: Project, system: System[Any, Any], file: Path) -> dict[str, Any]:
    """Read and check a file with values for the variables of a system, wherever it is.

    Raises:
        EnvironmentFileError: everything that is wrong with it.
    """
    found: list[Problem] = []
    variables = _variables(project, system, file, found)
    if found:
        raise EnvironmentFileError(found)
    return variables


def _variables(
    project: Project, system: System[Any, Any], file: Path, found: list[Problem]
) -> dict[str, Any]:
    variables, wrong = _read(project, system, file)
    # Editors complete the file by it, and Terraform passes it over. In a backend's file it would not.
    variables.pop("$schema", None)
    found += wrong
    return variables if wrong else _taken(system.inputs, variables, file, found)


def _taken(cls: type, given: dict[str, Any], file: Path, found: list[Problem]) -> dict[str, Any]:
    taken, wrong = take(cls, given, str(file))
    found += wrong
    return {name: taken[name] for name in given if name in taken}


def _relative(problem: Problem, root: Path) -> Problem:
    return attrs.evolve(problem, place=problem.place.removeprefix(f"{root}/"))


def _read(
    project: Project, system: System[Any, Any], file: Path
) -> tuple[dict[str, Any], list[Problem]]:
    try:
        text = file.read_text("utf-8")
        # All digits of a number are kept, as Terraform keeps them.
        value = json.loads(
            text, parse_constant=_refuse, parse_float=Decimal, object_pairs_hook=_once
        )
    except FileNotFoundError:
        environment, names = file.parent.name, project.environments(system.name)
        if environment in names:
            hint = "every environment has one: write it like those of the others"
        else:
            hint = closest(environment, names) or (
                f"environments of {system.name}: {', '.join(names) or 'none'}"
            )
        return {}, [Problem(str(file), "there is no such file", hint)]
    except OSError as error:
        return {}, [Problem(str(file), f"can't be read: {error.strerror}")]
    except UnicodeDecodeError:
        return {}, [Problem(str(file), "is no text in UTF-8", "save it as such")]
    except json.JSONDecodeError as error:
        place = f"{file}:{error.lineno}:{error.colno}"
        return {}, [Problem(place, f"is no JSON: {error.msg}", "correct the file there")]
    except (ValueError, RecursionError) as error:
        return {}, [Problem(str(file), f"is no JSON that Terraform reads: {error}")]
    if not isinstance(value, dict):
        return {}, [
            Problem(str(file), "is no JSON object", "write { ... } with a key for each input")
        ]
    return value, []


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of which no key is given twice; Terraform takes letters however composed as one."""
    found: set[str] = set()
    for key, _ in pairs:
        if (composed := normalized(key)) in found:
            raise ValueError(f'an object has the key "{composed}" twice')
        found.add(composed)
    return dict(pairs)


def _refuse(constant: str) -> None:
    raise ValueError(f"it has no number {constant}")
