"""``tapforge resolve``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

from tapforge.cli.arguments import environment_option, system_argument
from tapforge.lang.errors import Problem, TapforgeError, closest
from tapforge.lang.expression import Expression, hcl
from tapforge.lang.inputs import declared_inputs, declared_outputs
from tapforge.lang.resolve import Instance, Resolution, resolve
from tapforge.lang.value import is_number, number_text
from tapforge.rules.resource import KEY
from tapforge.systems.environment import load
from tapforge.systems.project import find

if TYPE_CHECKING:
    from tapforge.systems.system import System

_WIDTH = 100
_NUMBER = re.compile(r"(\d+)")
_KEY = re.compile(f"{KEY}$")
_NOUNS = {"resource": "resource", "data": "data source", "ephemeral": "ephemeral resource"}
_LATER, _SECRET = "(known after apply)", "(sensitive value)"


class AddressError(TapforgeError):
    """The system has nothing at an address."""


@click.command(short_help="Show what a system means in an environment, computed without Terraform.")
@system_argument
@environment_option
@click.option(
    "--address",
    "addresses",
    multiple=True,
    help="Show only what is there: an instance, all of a resource, or all of a module. May be repeated.",
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help='Print JSON: what is known in "values", null where something is not, and what that'
    ' refers to in "unknown", by its path.',
)
@click.pass_obj
def command(
    folder: Path, system: str, environment: str, *, addresses: Sequence[str], as_json: bool
) -> None:
    """Show every resource instance that SYSTEM means in an environment.

    Counts and for_each are expanded, names and values are what they will be; what only AWS can know is
    marked with what it refers to. Nothing is run: no Terraform, no provider, no credentials.
    """
    project = find(folder)
    chosen = project.system(system)
    variables = load(project, chosen, environment).variables
    found = _Shown(chosen, resolve(chosen, variables), addresses)
    if as_json:
        click.echo(json.dumps({"system": system, "environment": environment, **found.data()}))
        return
    for line in found.lines(f"{system} ({environment})"):
        click.echo(line)


@attrs.frozen(eq=False)
class _Hidden:
    """A value that is known, and that nobody should see."""


class _Shown:
    """What a system came to, as it is shown.

    Args:
        system: The system.
        resolution: What it came to.
        addresses: What is asked for; everything if there is none.
    """

    def __init__(
        self, system: System[Any, Any], resolution: Resolution, addresses: Sequence[str]
    ) -> None:
        declared = declared_inputs(system.inputs)
        self._secrets = [
            value
            for name, value in resolution.inputs.items()
            if declared[name].sensitive and isinstance(value, str) and value
        ]
        instances = sorted(resolution.instances, key=_order)
        self._instances = _at(instances, addresses) if addresses else instances
        outputs = declared_outputs(system.outputs)
        self._outputs = {
            name: _Hidden() if outputs[name].sensitive else self._open(value)
            for name, value in resolution.outputs.items()
            if not addresses
        }

    def _values(self, instance: Instance) -> dict[str, Any]:
        attributes = instance.model._tf_block.attributes  # noqa: SLF001
        secret = {name for name, attribute in attributes.items() if attribute.sensitive}
        return {
            name: _Hidden() if name in secret else self._open(value)
            for name, value in sorted(instance.values.items())
        }

    def _open(self, value: Any) -> Any:
        """Hide texts that a sensitive input is in."""
        if isinstance(value, Mapping):
            return {key: self._open(value[key]) for key in sorted(value)}
        if isinstance(value, (list, tuple)):
            return [self._open(item) for item in value]
        if isinstance(value, (set, frozenset)):
            return [self._open(item) for item in sorted(value)]
        text = hcl(value) if isinstance(value, Expression) else str(value)
        return _Hidden() if any(secret in text for secret in self._secrets) else value

    def data(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        resources = []
        for instance in self._instances:
            values, unknown, hidden = _parted(self._values(instance))
            resources.append(
                {
                    "address": instance.address,
                    "mode": instance.mode,
                    "type": instance.type,
                    "name": instance.name,
                    "values": values,
                    "unknown": unknown,
                    "sensitive": hidden,
                }
            )
        values, unknown, hidden = _parted(self._outputs)
        outputs = {"values": values, "unknown": unknown, "sensitive": hidden}
        return {"resources": resources, "outputs": outputs}

    def lines(self, title: str) -> Iterator[str]:
        """Give it as text."""
        modes = [each.mode for each in self._instances]
        counts = [
            _plural(modes.count(mode), noun) for mode, noun in _NOUNS.items() if mode in modes
        ]
        yield f"{click.style(title, bold=True)}: {', '.join(counts)}"
        for instance in self._instances:
            yield ""
            yield click.style(instance.address, fg="cyan", bold=True)
            yield from _members(self._values(instance), "  ")
        if self._outputs:
            yield ""
            yield click.style("outputs", fg="cyan", bold=True)
            yield from _members(self._outputs, "  ")


def _order(instance: Instance) -> list[Any]:
    # Numbers by their size: the tenth after the second.
    return [int(part) if part.isdigit() else part for part in _NUMBER.split(instance.address)]


def _at(instances: Sequence[Instance], addresses: Sequence[str]) -> list[Instance]:
    wanted = {address: tuple(f"{address}{end}" for end in (".", "[")) for address in addresses}
    chosen: dict[str, list[Instance]] = {
        address: [each for each in instances if f"{each.address}.".startswith(begins)]
        for address, begins in wanted.items()
    }
    problems = [
        Problem(f'address "{address}"', "there is nothing at it", _hint(address, instances))
        for address, found in chosen.items()
        if not found
    ]
    if problems:
        raise AddressError(problems)
    kept = {each.address for found in chosen.values() for each in found}
    return [each for each in instances if each.address in kept]


def _hint(address: str, instances: Sequence[Instance]) -> str:
    known = [each.address for each in instances]
    resources = [_KEY.sub("", each) for each in known]
    modules = [
        each.rpartition(".")[0]
        for each in re.findall(r"(?m)^(?:module\.[^.]+\.)+", "\n".join(known))
    ]
    names = dict.fromkeys((*known, *resources, *modules))
    return closest(address, names) or f"there are: {', '.join([*names][:3])} and more"


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# --- JSON -------------------------------------------------------------------------------------------


def _parted(values: Any) -> tuple[Any, dict[str, str], list[str]]:
    """Part what is known from what is not: null is in its place, and its path tells what it is."""
    unknown: dict[str, str] = {}
    hidden: list[str] = []

    def part(value: Any, place: str) -> Any:
        if isinstance(value, Expression):
            unknown[place] = hcl(value)
            return None
        if isinstance(value, _Hidden):
            hidden.append(place)
            return None
        if isinstance(value, Mapping):
            return {
                key: part(item, f"{place}.{key}" if place else key) for key, item in value.items()
            }
        if isinstance(value, list):
            return [part(item, f"{place}[{index}]") for index, item in enumerate(value)]
        if is_number(value) and not isinstance(value, int):
            return float(value)
        return value

    return part(values, ""), unknown, hidden


# --- text -------------------------------------------------------------------------------------------


def _members(values: Mapping[str, Any], indent: str) -> Iterator[str]:
    names = list(map(_name, values))
    width = max(map(len, names), default=0)
    for name, value in zip(names, values.values(), strict=True):
        first, *rest = _value(value, indent)
        yield f"{indent}{name:{width}} = {first}"
        yield from rest


def _value(value: Any, indent: str) -> Iterator[str]:
    """Write a value: on one line if it is short, else with a line for each member."""
    line = _line(value)
    if len(click.unstyle(line)) + len(indent) <= _WIDTH and line:
        yield line
        return
    inner = f"{indent}  "
    if isinstance(value, Mapping):
        yield "{"
        yield from _members(value, inner)
        yield f"{indent}}}"
    elif isinstance(value, list):
        yield "["
        for item in value:
            first, *rest = _value(item, inner)
            yield f"{inner}{first}"
            yield from rest
        yield f"{indent}]"
    else:
        yield _scalar(value)


def _line(value: Any) -> str:
    """Write a value on one line; nothing if it has members that have members."""
    items = (
        value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    )
    if any(isinstance(item, (Mapping, list)) and item for item in items):
        return ""
    if isinstance(value, Mapping):
        members = [f"{_name(name)} = {_line(item)}" for name, item in value.items()]
        return f"{{ {', '.join(members)} }}" if members else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_line, value))}]"
    return _scalar(value)


def _name(key: str) -> str:
    return key if re.fullmatch(r"[\w-]+", key) else json.dumps(key, ensure_ascii=False)


def _scalar(value: Any) -> str:
    if isinstance(value, Expression):
        return f"{click.style(_LATER, fg='yellow')} {hcl(value)}"
    if isinstance(value, _Hidden):
        return click.style(_SECRET, fg="yellow")
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    return number_text(value) if is_number(value) else json.dumps(value, ensure_ascii=False)
