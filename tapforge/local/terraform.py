"""Terraform's commands in one working directory, with typed answers.

Short commands go through python-terraform. Commands that take long are started here: what
python-terraform offers for following a command (`capture_output=False`) prints on our own streams,
and its `synchronous=False` passes itself on as an unknown option of Terraform.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from tapforge.lang.errors import Problem, TapforgeError
from tapforge.local.diagnostics import Diagnostic, errors_of
from tapforge.local.packages import import_package
from tapforge.local.program import TerraformProgram, find_terraform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Message = Mapping[str, Any]
    """One line of Terraform's `-json` output: its machine-readable user interface."""

# Neither AWS_* nor TF_*: what a run may use is given to it, never picked up by chance.
_INHERITED = (
    *("HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "SSH_AUTH_SOCK", "TMPDIR", "USER"),
    *("SSL_CERT_DIR", "SSL_CERT_FILE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
)

_CHANGES = 2  # exit code of `plan -detailed-exitcode`


class TerraformFailedError(TapforgeError):
    """A Terraform command failed; one problem for each of its errors.

    Attributes:
        diagnostics: Terraform's errors and warnings; empty if it died without any.
    """

    def __init__(self, problems: Iterable[Problem], diagnostics: Sequence[Diagnostic] = ()) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(problems)


@attrs.frozen
class Completed:
    """A command that has ended.

    Attributes:
        arguments: What Terraform was called with.
        exit_code: 0 for success; 2 for changes, if `-detailed-exitcode` was among the arguments.
        stdout: What it printed; empty for a streamed command.
        stderr: What it printed there.
        diagnostics: The errors and warnings among its `-json` messages.
    """

    arguments: tuple[str, ...]
    exit_code: int
    stdout: str = ""
    stderr: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()

    def check(self, *allowed: int) -> Completed:
        """Return this command if it ended with 0 or one of `allowed`.

        Raises:
            TerraformFailedError: It ended otherwise.
        """
        if self.exit_code in (0, *allowed):
            return self
        place = f"terraform {self.arguments[0]}"
        errors = errors_of(self.diagnostics)
        said = [str(error) for error in errors] or [
            _plain(self.stderr or self.stdout) or f"it ended with exit code {self.exit_code}"
        ]
        raise TerraformFailedError([Problem(place, text) for text in said], self.diagnostics)


class Terraform:
    """Terraform in one working directory, kept apart from the user's own settings.

    Neither `~/.terraformrc` nor the caller's `AWS_*` and `TF_*` variables reach it; it never asks
    for input and calls home to nobody.

    Args:
        working_dir: The root module's directory.
        run_dir: A directory of ours for the launcher and Terraform's settings; it must exist.
        program: The Terraform to run; by default the one that `find_terraform` finds.
        environment: Variables to set for Terraform, such as `TF_REATTACH_PROVIDERS`.
        settings: Text of Terraform's CLI configuration file; by default nothing but silence.

    Attributes:
        launcher: An executable that runs this Terraform by hand, in the same environment.
    """

    def __init__(
        self,
        working_dir: Path,
        *,
        run_dir: Path,
        program: TerraformProgram | None = None,
        environment: Mapping[str, str] | None = None,
        settings: str = "",
    ) -> None:
        self.working_dir = working_dir
        self.launcher = run_dir.absolute() / "terraform"
        settings_file = run_dir.absolute() / "terraform.rc"
        settings_file.write_text(f"disable_checkpoint = true\n{settings}")
        (program or find_terraform()).write_launcher(
            self.launcher,
            {
                **{name: os.environ[name] for name in _INHERITED if name in os.environ},
                "CHECKPOINT_DISABLE": "1",
                "TF_CLI_CONFIG_FILE": str(settings_file),
                "TF_IN_AUTOMATION": "1",
                "TF_INPUT": "0",
                **(environment or {}),
            },
        )
        self._driver = _driver(working_dir, self.launcher)

    def run(self, *arguments: str) -> Completed:
        """Run one command to its end, whatever its exit code.

        Args:
            arguments: Such as `"state", "list"`.
        """
        exit_code, stdout, stderr = self._driver.cmd(*arguments)
        return Completed(arguments, exit_code, stdout, stderr, _diagnostics_in(stdout))

    def init(self, *options: str) -> None:
        """Install modules and providers and set the backend up.

        Raises:
            TerraformFailedError: A module, a provider or the backend cannot be had.
        """
        self.run("init", "-json", *options).check()

    def validate(self) -> tuple[Diagnostic, ...]:
        """Check the document, without plan or credentials.

        Returns:
            Errors and warnings; the document is valid if there is no error among them.
        """
        done = self.run("validate", "-json")
        try:
            found = json.loads(done.stdout)["diagnostics"]
        except (ValueError, KeyError):
            done.check()
            raise
        return tuple(map(Diagnostic.from_json, found))

    def plan(
        self,
        *options: str,
        var_files: Iterable[Path] = (),
        out: Path | None = None,
        on_message: Callable[[Message], None] | None = None,
    ) -> bool:
        """Plan what an apply would change.

        Args:
            options: Further options, such as `-destroy`.
            var_files: Files with values of the root's variables; a later one wins.
            out: Where to write the plan.
            on_message: Called with each message while Terraform works.

        Returns:
            Whether there is anything to change, outputs included.

        Raises:
            TerraformFailedError: The plan failed.
        """
        saved = [] if out is None else [f"-out={out.absolute()}"]
        given = ["-detailed-exitcode", *_var_files(var_files), *saved, *options]
        return self.stream("plan", *given, on_message=on_message).check(_CHANGES).exit_code != 0

    def apply(
        self,
        *options: str,
        var_files: Iterable[Path] = (),
        plan: Path | None = None,
        on_message: Callable[[Message], None] | None = None,
    ) -> None:
        """Apply the document, or a saved plan, without asking.

        Args:
            options: Further options.
            var_files: Files with values of the root's variables; a saved plan has its own.
            plan: A plan written by `plan`.
            on_message: Called with each message while Terraform works.

        Raises:
            TerraformFailedError: The apply failed; the state holds what was done until then.
        """
        saved = ["-auto-approve"] if plan is None else [str(plan.absolute())]
        given = [*_var_files(var_files), *options, *saved]
        self.stream("apply", *given, on_message=on_message).check()

    def destroy(
        self,
        *options: str,
        var_files: Iterable[Path] = (),
        on_message: Callable[[Message], None] | None = None,
    ) -> None:
        """Destroy everything in the state, without asking.

        Raises:
            TerraformFailedError: The destroy failed; the state holds what is left.
        """
        given = ["-auto-approve", *_var_files(var_files), *options]
        self.stream("destroy", *given, on_message=on_message).check()

    def show_json(self, plan: Path | None = None) -> dict[str, Any]:
        """The state, or a saved plan, in Terraform's own JSON format.

        Raises:
            TerraformFailedError: There is no such plan, or it is damaged.
        """
        saved = [] if plan is None else [str(plan.absolute())]
        shown: dict[str, Any] = json.loads(self.run("show", "-json", *saved).check().stdout)
        return shown

    def output_json(self) -> dict[str, Any]:
        """The root's outputs in the state: for each name its `value`, `type` and `sensitive`.

        Raises:
            TerraformFailedError: The state cannot be read.
        """
        outputs: dict[str, Any] = json.loads(self.run("output", "-json").check().stdout)
        return outputs

    def stream(
        self, *arguments: str, on_message: Callable[[Message], None] | None = None
    ) -> Completed:
        """Run a command that knows `-json` and hand its messages on as they come.

        An interrupt (Ctrl-C) asks Terraform to stop in good order and waits for it; a second one
        makes it stop at once.

        Args:
            arguments: Such as `"plan", "-out=FILE"`, without `-json`.
            on_message: Called with each message while Terraform works.
        """
        command, *options = arguments
        with tempfile.TemporaryFile("w+") as stderr:
            # A session of its own: the terminal must not interrupt Terraform beside us.
            process = subprocess.Popen(
                [self.launcher, command, "-json", *options],
                cwd=self.working_dir,
                env={},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                start_new_session=True,
            )
            rest: list[str] = []
            diagnostics: list[Diagnostic] = []
            try:
                for line in process.stdout or ():
                    message = _message(line)
                    if message is None:
                        rest.append(line)
                        continue
                    if message.get("type") == "diagnostic":
                        diagnostics.append(Diagnostic.from_json(message["diagnostic"]))
                    if on_message:
                        on_message(message)
            except BaseException:
                _stop(process)
                raise
            finally:
                exit_code = process.wait()
                if process.stdout:
                    process.stdout.close()
            stderr.seek(0)
            return Completed(arguments, exit_code, "".join(rest), stderr.read(), tuple(diagnostics))


def _driver(working_dir: Path, launcher: Path) -> Any:
    python_terraform = import_package("python_terraform", "python-terraform")
    # The deprecated name that it logs failed commands by warns about itself each time.
    python_terraform.log.warn = python_terraform.log.warning
    return python_terraform.Terraform(
        working_dir=str(working_dir),
        terraform_bin_path=str(launcher),
        is_env_vars_included=False,  # the launcher sets the environment
    )


def _var_files(paths: Iterable[Path]) -> list[str]:
    return [f"-var-file={path.absolute()}" for path in paths]


def _stop(process: subprocess.Popen[str]) -> None:
    """Ask Terraform to stop and wait; what it still says is dropped, or it would wait for us."""
    while process.poll() is None:
        try:
            process.send_signal(signal.SIGINT)
            for _ in process.stdout or ():
                pass
            process.wait()
        except KeyboardInterrupt:
            continue


def _plain(text: str) -> str:
    """Text that Terraform printed for people, without its colours and boxes."""
    return "\n".join(
        line.strip("│╷╵ ") for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()
    ).strip()


def _message(line: str) -> Message | None:
    if not line.startswith("{"):
        return None
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def _diagnostics_in(stdout: str) -> tuple[Diagnostic, ...]:
    messages = map(_message, stdout.splitlines())
    return tuple(
        Diagnostic.from_json(message["diagnostic"])
        for message in messages
        if message and message.get("type") == "diagnostic"
    )
