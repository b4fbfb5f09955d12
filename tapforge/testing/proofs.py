"""What is proven of every system: each proof is one function.

A system is held to them by `tapforge prove`, and by the test that `tapforge.testing.plugin` makes.
"""

from __future__ import annotations

import difflib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from tapforge.facts import postgres
from tapforge.lang.inputs import declared_inputs
from tapforge.rules.resource import Resource
from tapforge.rules.run import Violation
from tapforge.testing import free_text, secrets
from tapforge.testing.case import SUFFIX, Case, Name, Subject, scope_of
from tapforge.testing.proof import proof

_DESTROY = "tapforge.rules.catalogue.destroy"


@proof("resolves", over="pair")
def resolves(case: Case) -> Iterator[str]:
    """Every environment that the inputs allow is accepted by all modules, at any length of suffix.

    What the system's own variables take must not be refused further in, where the message speaks of
    names that whoever writes the environment has never seen.
    """
    # Whoever runs the proof tells what is refused; of what is not, this asks whether it is something.
    for configuration in (case.configuration, case.configuration_beside):
        if not configuration.resources:
            yield f"{configuration.name} has no resources, expected some"


@proof("rules")
def rules(case: Case) -> Iterator[str]:
    """No rule is broken that nobody accepted.

    What is wrong with a destroy is told by the proof of the form that the environment has.
    """
    told = _about_destroying(case) if case.configuration.destroyable is not None else []
    return (_line(each) for each in case.violations if each not in told)


@proof("destroyable", when=lambda case: case.configuration.destroyable is True)
def destroyable(case: Case) -> Iterator[str]:
    """In the destroyable form nothing stops a destroy, and nothing is left behind by it."""
    return map(_line, _about_destroying(case))


@proof("protected", when=lambda case: case.configuration.destroyable is False)
def protected(case: Case) -> Iterator[str]:
    """In the protected form nothing loses data."""
    return map(_line, _about_destroying(case))


def _about_destroying(case: Case) -> list[Violation]:
    return [each for each in case.violations if each.rule.check.__module__ == _DESTROY]


def _line(violation: Violation) -> str:
    place = violation.address or violation.configuration
    return f"{place}: {violation.message} [{violation.rule.id}]"


@proof("names-apart", over="pair")
def names_apart(case: Case) -> Iterator[str]:
    """Two environments with different suffixes share no name."""
    taken: dict[Any, Name] = {}
    for name in case.names:
        if scope := scope_of(name):
            taken[scope, name.text.lower()] = name
    one, other = (_suffix(case.subject, each) for each in (case.variables, case.beside))
    for name in case.names_beside:
        scope = scope_of(name)
        if scope and (twin := taken.get((scope, name.text.lower()))):
            yield (
                f'{name.resource.address}: {name.place} is "{name.text}" with the suffix "{other}",'
                f' as is that of {twin.resource.address} with "{one}"; end it in the suffix'
            )


def _suffix(subject: Subject, variables: dict[str, Any]) -> str:
    default = declared_inputs(subject.system.inputs)[SUFFIX].default
    return str(variables.get(SUFFIX, default))


@proof("names-legal", over="pair")
def names_legal(case: Case) -> Iterator[str]:
    """Every name is legal, at the longest suffix too."""
    for name in (*case.names, *case.names_beside):
        for problem in name.rule.problems(name.text) if "${" not in name.text else ():
            yield f"{name.resource.address}: {name.place}: {problem}"


_GROUPS = {
    "aws_rds_cluster": ("db_cluster_parameter_group_name", "aws_rds_cluster_parameter_group"),
    "aws_rds_cluster_instance": ("db_parameter_group_name", "aws_db_parameter_group"),
    "aws_db_instance": ("parameter_group_name", "aws_db_parameter_group"),
}


@proof("family")
def family(case: Case) -> Iterator[str]:
    """The family of every parameter group is the engine and the major version of who uses it."""
    for database in case.configuration.of(*_GROUPS):
        engine, version = database.known("engine"), database.known("engine_version")
        if engine not in postgres.ENGINES or version is None:
            continue
        argument, type_ = _GROUPS[database.type]
        expected = postgres.family(engine, version)
        for group in case.configuration.targets(database.given(argument), type_):
            yield from _other_family(group, expected, database)


def _other_family(group: Resource, expected: str, database: Resource) -> Iterator[str]:
    found = group.given("family")
    if found != expected:
        yield (
            f'{group.address}: family is {found!r}, expected "{expected}" as {database.address} has'
            f" the version {database.given('engine_version')}; derive it from the version"
        )


def _has_text(case: Case) -> bool:
    return any(case.variables.get(f.name) for f in free_text.fields(case.subject.system))


@proof("text-survives", when=_has_text)
def text_survives(case: Case) -> Iterator[str]:
    """Whatever text a user gives comes out unchanged."""
    return free_text.changes(case.subject.system, case.variables, case.resolution)


@proof("no-secrets")
def no_secrets(case: Case) -> Iterator[str]:
    """No environment puts a secret where whoever reads the plan or the state sees it."""
    fields = declared_inputs(case.subject.system.inputs).values()
    hidden = [str(case.variables.get(each.name) or "") for each in fields if each.sensitive]
    # A short text stands anywhere by accident.
    return secrets.in_configuration(case.configuration, [each for each in hidden if len(each) > 7])


@proof("no-secrets-rendered", over="system")
def no_secrets_rendered(subject: Subject) -> Iterator[str]:
    """No secret is written into the rendered modules."""
    for module in (subject.system, *subject.system.modules().values()):
        for field in declared_inputs(module.inputs).values():
            if field.sensitive and field.default and isinstance(field.default, str):
                place = f"{module.name}: variable {field.name}"
                yield f"{place} is sensitive and has a default; take it out"
    for path, text in subject.rendered.items():
        for number, line in enumerate(text.splitlines(), 1):
            if what := secrets.looks_like(line):
                yield f"{path}:{number}: looks like {what}, expected none"


@proof("deterministic", over="system")
def deterministic(subject: Subject) -> Iterator[str]:
    """Rendering gives the same bytes in every process."""
    one, other = (_rendered_with_hash_seed(subject, seed) for seed in ("1", "2"))
    for path in sorted(one.keys() | other.keys()):
        lines = [each.get(path, "").splitlines() for each in (one, other)]
        if lines[0] != lines[1]:
            differing = list(difflib.unified_diff(lines[0], lines[1], n=0, lineterm=""))[3:5]
            yield f"{path}: differs from process to process: {' / '.join(differing)}"


def _rendered_with_hash_seed(subject: Subject, seed: str) -> dict[str, str]:
    """Render in a process whose sets and dictionaries of text are ordered otherwise."""
    root, name = str(subject.project.root), subject.system.name
    done = subprocess.run(
        [sys.executable, "-m", "tapforge.testing.rendering", root, name],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode().strip())
    files: dict[str, str] = json.loads(done.stdout)
    return files
