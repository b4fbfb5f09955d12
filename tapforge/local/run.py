"""The embedded run: a system applied by Terraform to an AWS on this machine, and destroyed again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import attrs

from tapforge.facts import regions
from tapforge.lang.errors import Problem
from tapforge.lang.inputs import declared_inputs
from tapforge.lang.module import Body
from tapforge.local.drift import Drift, drift_of
from tapforge.local.emulator import Emulator
from tapforge.local.lowering import Change, Lowered, ProviderSchema, lower
from tapforge.local.program import TerraformProgram, find_terraform
from tapforge.local.provider import (
    Origin,
    emulated,
    install,
    packaged_settings,
    registry_settings,
)
from tapforge.local.run_directory import HOME, Record, RunDirectory, RunError
from tapforge.local.state import backend_settings, make_bucket, remove_bucket
from tapforge.local.terraform import Terraform
from tapforge.systems.environment import Environment
from tapforge.systems.system import BackendInputs, System

_HEADER = "Made by tapforge for one run on this machine: changes are lost."

Client = Callable[[str], Any]
"""Gives the boto3 client of a service, such as `rds`."""

Leftovers = Callable[[Client], Sequence[tuple[str, str]]]
"""Lists what is in an account, each thing by its kind and name."""


class Watcher(Protocol):
    """Follows a run."""

    def begin(self, phase: str) -> None:
        """A phase begins, and the one before it is done."""

    def message(self, message: Mapping[str, Any]) -> None:
        """Terraform says something, in its machine-readable form."""

    def note(self, text: str) -> None:
        """Something happened that a person should know."""


@attrs.frozen
class Applied:
    """What `up` did.

    Attributes:
        directory: Where.
        emulator: The AWS that holds the resources.
        client: Gives boto3 clients of it.
        outputs: The outputs, each with its `value`, `type` and `sensitive`.
        changes: What the documents had to have otherwise for the packaged provider.
        drift: What a second plan would change.
    """

    directory: RunDirectory
    emulator: Emulator
    client: Client
    outputs: dict[str, Any]
    changes: tuple[Change, ...]
    drift: list[Drift]


@attrs.frozen
class Destroyed:
    """What `down` did.

    Attributes:
        found: What it found: nothing, a run that had applied nothing, one whose emulator had
            ended with all in it, or a run.
        left: What is left in the emulator though Terraform destroyed all it knows of; then the
            emulator still runs.
    """

    found: Literal["nothing", "unapplied", "ended", "run"]
    left: tuple[tuple[str, str], ...] = ()


def up(
    system: System[Any, Any],
    environment: Environment,
    *,
    root: Path,
    watcher: Watcher,
    provider: Origin = "packaged",
    port: int = 0,
) -> Applied:
    """Apply a system in one environment to an emulator, and plan it again.

    The emulator stays until `down`; called again, it changes only what differs. When nothing was
    applied yet, a failure or an interrupt leaves nothing running.

    Args:
        system: The system.
        environment: Its environment.
        root: The project's folder.
        watcher: Follows the run.
        provider: Where the AWS provider comes from.
        port: The emulator's port on 127.0.0.1; 0 takes a free one.

    Raises:
        LoweringError: The packaged provider can't do what the system asks for.
        TerraformNotFoundError: There is no Terraform that can run here.
        PlatformNotSupportedError: The packaged provider does not run here.
        EmulatorError: The emulator can't start.
        RunError: Somebody else works on this run, it was applied otherwise before, or its
            directory can't be written.
        TerraformFailedError: A command of Terraform failed.
    """
    directory = RunDirectory.of(root, environment.name, system.name)
    with directory.locked():
        watcher.begin("prepare")
        run = _Run(directory, provider, find_terraform(), root)
        lowered = run.lowered(system)
        watcher.begin("start the emulator")
        emulator = Emulator.start(directory.path, port=port)
        last = directory.record
        applied = last is not None and last.applied and last.token == emulator.record.token
        if last and last.applied and not applied:
            watcher.note("the emulator of the last `up` had ended with all in it: all is made anew")
        region, *others = _regions(system.inputs(**environment.variables))
        backend = _backend(environment)
        token = emulator.record.token
        record = Record(provider, region, backend, token, applied=applied, other_regions=others)
        try:
            if last and applied:
                _check_unchanged(directory, last, record)
            run.write(system, lowered, environment.variables, backend, emulator)
            directory.keep(record)
            s3 = emulator.boto3_client("s3", backend["region"])
            make_bucket(s3, backend["bucket"], backend["region"])
            watcher.begin("init")
            terraform = run.terraform(emulator)
            terraform.init("-reconfigure", f"-backend-config={directory.backend_file}")
            directory.keep(attrs.evolve(record, applied=True))
            applied = True
        except BaseException:
            if not applied:
                emulator.stop()
            raise
        watcher.begin("apply")
        terraform.apply(var_files=[directory.variables_file], on_message=watcher.message)
        watcher.begin("plan again")
        drift = _plan_again(directory, terraform)
        return Applied(
            directory,
            emulator,
            _client(emulator, record.region),
            terraform.output_json(),
            lowered.changes,
            drift,
        )


def down(
    directory: RunDirectory, *, root: Path, watcher: Watcher, leftovers: Leftovers
) -> Destroyed:
    """Destroy what `up` applied, and see that nothing is left.

    Only then is the state's bucket removed, the emulator stopped and the run's directory removed.

    Args:
        directory: The run's directory.
        root: The project's folder.
        watcher: Follows the run.
        leftovers: Lists what is in the emulator.

    Raises:
        EmulatorError: The emulator does not answer.
        RunError: Somebody else works on this run.
        TerraformFailedError: Terraform can't destroy something; the emulator still runs.
    """
    if not directory.exists():
        return Destroyed("nothing")
    with directory.locked():
        record = directory.record
        emulator = Emulator.running(directory.path)
        if record is None or not record.applied:
            discard(directory)
            return Destroyed("unapplied")
        if emulator is None or record.token != emulator.record.token:
            discard(directory)
            return Destroyed("ended")
        watcher.begin("prepare")
        run = _Run(directory, record.provider, find_terraform(), root)
        terraform = run.terraform(emulator)
        watcher.begin("destroy")
        terraform.destroy(var_files=[directory.variables_file], on_message=watcher.message)
        watcher.begin("look for leftovers")
        known = terraform.run("state", "list").check().stdout.split()
        there = dict.fromkeys(
            each
            for region in (record.region, *record.other_regions)
            for each in leftovers(_client(emulator, region))
        )
        left = [
            *(("in the state", address) for address in known),
            *(each for each in there if each[1] != record.backend["bucket"]),
        ]
        if left:
            return Destroyed("run", tuple(left))
        watcher.begin("stop the emulator")
        remove_bucket(
            emulator.boto3_client("s3", record.backend["region"]), record.backend["bucket"]
        )
        discard(directory)
        return Destroyed("run")


def discard(directory: RunDirectory) -> None:
    """Stop the emulator with whatever it holds, and remove the run's directory."""
    if emulator := Emulator.running(directory.path):
        emulator.stop()
    directory.remove()


@attrs.frozen
class _Run:
    """What a run is made of.

    Attributes:
        directory: Where.
        provider: Where the AWS provider comes from.
        program: The Terraform that runs.
        root: The project's folder.
    """

    directory: RunDirectory
    provider: Origin
    program: TerraformProgram
    root: Path

    def lowered(self, system: System[Any, Any]) -> Lowered:
        """Give the modules of a system as the provider understands them."""
        modules = {body.document.name: body.document.files(_HEADER) for body in _bodies(system)}
        if self.provider == "registry":
            return Lowered(modules, ())
        return lower(modules, self._installed()[1])

    def write(
        self,
        system: System[Any, Any],
        lowered: Lowered,
        variables: Mapping[str, Any],
        backend: Mapping[str, Any],
        emulator: Emulator,
    ) -> None:
        """Write everything that Terraform reads."""
        directory = self.directory
        keys = emulator.access_key, emulator.secret_key
        settings = (
            registry_settings(*keys)
            if self.provider == "registry"
            else packaged_settings(self._installed()[1], emulator.url, *keys)
        )
        path = f"terraform/{directory.system}"
        directory.write_modules(
            lowered.modules | {path: emulated(lowered.modules[path], settings)},
            {
                f"{body.document.name}/{name}": make(_HEADER)
                for body in _bodies(system)
                for name, make in body.attachments.items()
            },
        )
        directory.write(directory.changes_file, [attrs.asdict(each) for each in lowered.changes])
        directory.write(directory.variables_file, dict(variables))
        directory.write(directory.backend_file, backend_settings(backend, emulator.url, *keys))

    def terraform(self, emulator: Emulator) -> Terraform:
        """Give the Terraform that works in the root module."""
        environment = {"TF_DATA_DIR": str(self.directory.data)}
        settings = ""
        if self.provider == "registry":
            environment["AWS_ENDPOINT_URL"] = emulator.url
        else:
            settings = self._installed()[0]
        return Terraform(
            self.directory.root,
            run_dir=self.directory.path,
            program=self.program,
            environment=environment,
            settings=settings,
        )

    def _installed(self) -> tuple[str, ProviderSchema]:
        return install(self.root / HOME / "provider", self.program)


def _bodies(system: System[Any, Any]) -> list[Body]:
    return [system.body, *(each.body for each in system.modules().values())]


def _check_unchanged(directory: RunDirectory, last: Record, now: Record) -> None:
    """Refuse to go on where the state would be another one, or not be understood."""
    place = f"{directory.environment}/{directory.system}"
    fix = "destroy that one first with `tapforge down`"
    if last.provider != now.provider:
        raise RunError(Problem(place, f"was applied with the {last.provider} provider", fix))
    if last.backend != now.backend:
        raise RunError(Problem(place, f"was applied with its state in {last.state}", fix))


def _backend(environment: Environment) -> dict[str, Any]:
    """Give where the state is, with what the environment leaves to the defaults."""
    given = BackendInputs(**environment.backend)
    return {name: getattr(given, name) for name in declared_inputs(BackendInputs)}


def _regions(inputs: Any) -> list[str]:
    """Give the regions that an environment names, the one of its resources first."""
    given = attrs.asdict(inputs, recurse=False).values()
    named = {each for each in given if isinstance(each, str) and each in regions.names()}
    return [inputs.aws_region, *sorted(named - {inputs.aws_region})]


def _client(emulator: Emulator, region: str) -> Client:
    return lambda service: emulator.boto3_client(service, region)


def _plan_again(directory: RunDirectory, terraform: Terraform) -> list[Drift]:
    plan = directory.path / "again.tfplan"
    try:
        if not terraform.plan(var_files=[directory.variables_file], out=plan):
            return []
        return drift_of(terraform.show_json(plan))
    finally:
        plan.unlink(missing_ok=True)
