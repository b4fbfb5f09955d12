"""The offline plan: Terraform plans a rendered document as it is, against a provider's schema.

No credentials, no network, no download. What is computed is unknown in the plan, and believable if
it is applied. Terraform checks everything that the language and the schema say; what the real
provider checks beyond that, it does not.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

from tapforge.lang.errors import Problem, TapforgeError
from tapforge.lang.provider_package import pack_of
from tapforge.local.diagnostics import Diagnostic, errors_of
from tapforge.local.mirror import only_from
from tapforge.local.program import TerraformProgram, find_terraform
from tapforge.local.schema_provider import SchemaProviders, SchemaSource, subset, used_types
from tapforge.local.terraform import Terraform, TerraformFailedError

_OVERRIDE = "zz_tapforge_offline_override.tf.json"
_NOT_TAKEN_OVER = (
    *(".terraform", ".terraform.lock.hcl", ".terraform.tfstate.lock.info"),
    *("terraform.tfstate", "terraform.tfstate.backup", "terraform.tfstate.d"),
)


class RootNotFoundError(TapforgeError):
    """There is no root module where one was expected."""


class NotSettledError(TapforgeError):
    """After an apply Terraform still has something to do, or after a destroy something is left."""


@attrs.frozen
class OfflinePlan:
    """A plan that was made offline.

    Attributes:
        document: The plan, as ``terraform show -json`` writes it.
        warnings: What Terraform had to say besides.
    """

    document: Mapping[str, Any]
    warnings: tuple[Diagnostic, ...] = ()


@attrs.frozen
class OfflineCycle:
    """A root that was planned, applied, found settled and destroyed offline.

    Attributes:
        plan: The first plan.
        state: The state after the apply, as ``terraform show -json`` writes it.
        outputs: The values of the root's outputs after the apply, sensitive ones included.
    """

    plan: OfflinePlan
    state: Mapping[str, Any]
    outputs: Mapping[str, Any]


def offline_plan(
    root: Path,
    *,
    var_files: Iterable[Path] = (),
    schemas: Mapping[str, SchemaSource] | None = None,
    out: Path | None = None,
    program: TerraformProgram | None = None,
) -> OfflinePlan:
    """Validate a root module and plan its creation, offline.

    Args:
        root: The root module's directory; nothing is written into it.
        var_files: Files with values of its variables; a later one wins.
        schemas: The schemas by the provider's address; by default that of `tapforge.aws`.
        out: Where to write Terraform's plan file.
        program: The Terraform to run; by default the one that is found.

    Raises:
        TerraformFailedError: The document is not valid or cannot be planned.
        RootNotFoundError: `root` is no root module.
        TerraformNotFoundError: There is no Terraform.
    """
    with offline_terraform(root, schemas=schemas, program=program) as terraform:
        return _plan(terraform, tuple(var_files), out)


def offline_cycle(
    root: Path,
    *,
    var_files: Iterable[Path] = (),
    schemas: Mapping[str, SchemaSource] | None = None,
    program: TerraformProgram | None = None,
) -> OfflineCycle:
    """Take a root module through its whole life, offline.

    Validate, plan, apply, plan again, destroy.

    Args:
        root: As for `offline_plan`.
        var_files: As for `offline_plan`.
        schemas: As for `offline_plan`.
        program: As for `offline_plan`.

    Raises:
        NotSettledError: The second plan has changes, or the destroy leaves something.
        TerraformFailedError: A command failed.
        RootNotFoundError: `root` is no root module.
        TerraformNotFoundError: There is no Terraform.
    """
    var_files = tuple(var_files)
    with offline_terraform(root, schemas=schemas, program=program) as terraform:
        saved = terraform.working_dir / "first.tfplan"
        plan = _plan(terraform, var_files, saved)
        terraform.apply(plan=saved)
        state, outputs = terraform.show_json(), terraform.output_json()
        again = terraform.working_dir / "second.tfplan"
        if terraform.plan(var_files=var_files, out=again):
            raise NotSettledError(_changes(terraform.show_json(again)))
        terraform.destroy(var_files=var_files)
        left = terraform.run("state", "list").check().stdout.split()
        if left:
            raise NotSettledError(Problem(address, "it is still there") for address in left)
    return OfflineCycle(plan, state, {name: output["value"] for name, output in outputs.items()})


@contextmanager
def offline_terraform(
    root: Path,
    *,
    schemas: Mapping[str, SchemaSource] | None = None,
    program: TerraformProgram | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Terraform]:
    """Initialise Terraform offline, for any of its commands.

    It works on the root's own files, seen from a directory of its own where their backend is a
    local file; state, locks and plans stay there and go with it.

    Args:
        root: As for `offline_plan`.
        schemas: As for `offline_plan`.
        program: As for `offline_plan`.
        environment: Variables to set for Terraform.

    Raises:
        TerraformFailedError: A module cannot be had, or another provider is needed.
        RootNotFoundError: `root` is no root module.
        TerraformNotFoundError: There is no Terraform.
    """
    root = root.resolve()
    if not any((*root.glob("*.tf.json"), *root.glob("*.tf"))):
        problem = "it is no root module: there are no *.tf.json files"
        raise RootNotFoundError(Problem(str(root), problem, "write them with `tapforge render`"))
    used = used_types(root)
    sources = aws_schemas() if schemas is None else schemas
    documents = {address: subset(source, used) for address, source in sources.items()}
    with (
        tempfile.TemporaryDirectory(prefix="tapforge-offline-") as name,
        SchemaProviders(documents) as providers,
    ):
        program = program or find_terraform()
        run_dir = Path(name)
        working_dir = _view(root, run_dir / "view")
        (working_dir / _OVERRIDE).write_text('{"terraform": {"backend": {"local": {}}}}\n')

        def terraform(providers: Mapping[str, str]) -> Terraform:
            return Terraform(
                working_dir,
                run_dir=run_dir,
                program=program,
                environment={**(environment or {}), **providers},
                settings=only_from(run_dir / "no-providers"),
            )

        terraform(providers.announcement()).init()
        yield terraform(providers.environment())


def aws_schemas() -> dict[str, SchemaSource]:
    """The schemas that `tapforge.aws` is made of, by the provider's address."""
    pack = pack_of(Path(__file__).parents[1] / "aws")
    return {pack.address: pack}


def _plan(terraform: Terraform, var_files: tuple[Path, ...], out: Path | None) -> OfflinePlan:
    saved = out or terraform.working_dir / "offline.tfplan"
    # At once, as neither waits for the other: a plan alone would pass over what has no instances.
    with ThreadPoolExecutor(1) as pool:
        validating = pool.submit(terraform.validate)
        try:
            terraform.plan(var_files=var_files, out=saved)
        except TerraformFailedError:
            _check(validating.result())
            raise
        warnings = _check(validating.result())
    return OfflinePlan(terraform.show_json(saved), warnings)


def _check(diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    if errors := errors_of(diagnostics):
        problems = [Problem("terraform validate", str(error)) for error in errors]
        raise TerraformFailedError(problems, diagnostics)
    return diagnostics


def _view(root: Path, directory: Path) -> Path:
    """Lay out links in `directory` through which `root` and all around it is seen unchanged.

    The directories on the way to `root` are real, so that relative paths out of it lead where they
    lead from the root itself, and so that new files of Terraform stay in the view.

    Returns:
        The root's place in the view.
    """
    place = directory
    for parent in reversed(root.parents):
        place.mkdir(parents=True)
        child = root.relative_to(parent).parts[0]
        _link(parent, place, without=(child,))
        place /= child
    place.mkdir(parents=True)
    _link(root, place, without=_NOT_TAKEN_OVER)
    return place


def _link(directory: Path, place: Path, without: Iterable[str]) -> None:
    try:
        entries = list(directory.iterdir())
    except PermissionError:
        return  # whoever may not list it had no relative path through it to a module
    for entry in entries:
        if entry.name not in without:
            (place / entry.name).symlink_to(entry)


def _changes(plan: Mapping[str, Any]) -> Iterator[Problem]:
    for resource in plan.get("resource_changes", ()):
        change = resource["change"]
        actions = ", ".join(change["actions"])
        if actions not in ("no-op", "read"):
            before, after = change["before"] or {}, change["after"] or {}
            names = {*before, *after, *(change.get("after_unknown") or {})}
            changed = sorted(n for n in names if before.get(n) != after.get(n))
            yield Problem(resource["address"], f"would {actions} again ({', '.join(changed)})")
    for name, change in plan.get("output_changes", {}).items():
        if change["actions"] != ["no-op"]:
            yield Problem(f"output.{name}", f"would {', '.join(change['actions'])} again")
