"""The systems of a project in their environments, as rules read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tapforge.lang.errors import Problem, TapforgeError, closest
from tapforge.rules.resource import Configuration
from tapforge.systems.environment import load
from tapforge.systems.project import Project, ProjectError, find
from tapforge.systems.resolve import resolve


def resolved(
    folder: Path, system: str | None, environment: str | None
) -> list[tuple[Configuration, str]]:
    """Resolve systems of a project, each with the file that it is rendered to.

    Args:
        folder: The project's folder, or one below it.
        system: Which system; all if None.
        environment: In which environment; in all it has if None.

    Raises:
        ProjectError: everything that stands in the way.
    """
    project = find(folder)
    found: list[tuple[Configuration, str]] = []
    problems: list[Problem] = []
    for name, environments in _chosen(project, system, environment).items():
        chosen = project.system(name)
        for each in environments:
            try:
                values = load(project, chosen, each)
                configuration = resolve(chosen, values.variables, environment=each)
            except TapforgeError as error:
                problems += error.problems
            else:
                found.append((configuration, f"terraform/{name}/main.tf.json"))
    if problems:
        raise ProjectError(problems)
    return found


def _chosen(
    project: Project, system: str | None, environment: str | None
) -> Mapping[str, Sequence[str]]:
    """Give the environments to check, by system."""
    if system:
        project.system(system)
        names = [environment] if environment else project.environments(system)
        chosen = {system: names}
    else:
        every = {name: project.environments(name) for name in project.systems}
        chosen = {
            name: [each for each in names if environment in (None, each)]
            for name, names in every.items()
        }
        if environment and not any(chosen.values()):
            names = sorted({each for names in every.values() for each in names})
            hint = closest(environment, names) or f"there are: {', '.join(names) or 'none'}"
            problem = "no system has an environment of that name"
            raise ProjectError(Problem(f'environment "{environment}"', problem, hint))
    if not any(chosen.values()):
        place = f"system {system}" if system else str(project.root)
        fix = f"write {project.root}/env/ENVIRONMENT/{system or 'SYSTEM'}.tfvars.json"
        raise ProjectError(Problem(place, "has no environment that could be checked", fix))
    return chosen
