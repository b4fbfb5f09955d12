"""Gaps of moto's Lambda."""

from __future__ import annotations

import atexit
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tapforge.local.emulator.patches import add, gap, wrap

if TYPE_CHECKING:
    from collections.abc import Callable

_BOOTSTRAP = Path(__file__).with_name("_lambda_bootstrap.py")

_RUNNING: set[subprocess.Popen[str]] = set()


@gap("`dead_letter_config` of a function is lost: permanent drift.")
def dead_letter_config() -> None:
    """Keep it, and show it when there is one."""
    from moto.awslambda.models import LambdaFunction

    add(LambdaFunction, tapforge_dead_letter=None)

    @wrap(LambdaFunction, "__init__")
    def create(
        original: Callable[..., None],
        self: Any,
        account_id: str,
        spec: dict[str, Any],
        region: str,
        version: str | int = 1,
    ) -> None:
        original(self, account_id, spec, region, version)
        self.tapforge_dead_letter = spec.get("DeadLetterConfig")

    @wrap(LambdaFunction, "update_configuration")
    def update(
        original: Callable[..., dict[str, Any]], self: Any, config_updates: dict[str, Any]
    ) -> dict[str, Any]:
        if "DeadLetterConfig" in config_updates:
            self.tapforge_dead_letter = config_updates["DeadLetterConfig"]
        return original(self, config_updates)

    @wrap(LambdaFunction, "get_configuration")
    def shown(
        original: Callable[..., dict[str, Any]],
        self: Any,
        on_create: bool = False,
    ) -> dict[str, Any]:
        configuration = original(self, on_create)
        if (self.tapforge_dead_letter or {}).get("TargetArn"):
            configuration["DeadLetterConfig"] = self.tapforge_dead_letter
        return configuration


@gap("Functions run in Docker only: without it an invocation answers `error running docker`.")
def execution() -> None:
    """Run Python functions in a child process of this server, with this Python, without a sandbox."""
    from moto.awslambda.models import LambdaFunction

    @wrap(LambdaFunction, "_invoke_lambda")
    def invoke(
        _: Callable[..., Any],
        self: Any,
        event: Any = None,
    ) -> tuple[str, bool, str]:
        self.logs_backend.ensure_log_group(self.logs_group_name)
        if not (self.run_time or "").startswith("python"):
            raise NotImplementedError(f"running a function of runtime {self.run_time}")
        if event == "{}":  # moto parses the event, but not this default of its own
            event = {}
        with tempfile.TemporaryDirectory(prefix="tapforge-lambda-") as directory:
            result, failed, logs = _run(self, event, Path(directory))
        self.save_logs(logs)
        return result, failed, logs

    atexit.register(_stop_running)


def _run(function: Any, event: Any, directory: Path) -> tuple[str, bool, str]:
    """Run a function once; return its JSON result, whether it failed, and its log."""
    from moto.awslambda.utils import get_backend

    layers: Any = get_backend(function.account_id, function.region)
    for layer in function.layers:
        _unpack(layers.layers_versions_by_arn(layer["Arn"]).code_bytes, directory / "opt")
    _unpack(function.code_bytes, directory / "task")
    request = str(uuid4())
    result = directory / "result.json"
    process = subprocess.Popen(
        [sys.executable, "-P", str(_BOOTSTRAP), str(result), request, function.function_arn],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=directory / "task",
        env=_environment(function, directory),
    )
    _RUNNING.add(process)
    try:
        log, _ = process.communicate(json.dumps(event), timeout=int(function.timeout))
    except subprocess.TimeoutExpired:
        process.kill()
        log, _ = process.communicate()
        message = f"{request} Task timed out after {int(function.timeout)}.00 seconds"
        return json.dumps({"errorMessage": message}), True, f"{log}{message}\n"
    finally:
        _RUNNING.discard(process)
    if not result.exists():
        message = f"RequestId: {request} Error: Runtime exited with status {process.returncode}"
        answer = {"errorType": "Runtime.ExitError", "errorMessage": message}
        return json.dumps(answer), True, log
    return result.read_text(), process.returncode != 0, log


def _environment(function: Any, directory: Path) -> dict[str, str]:
    """Return what Lambda sets, with the emulator in the place of AWS, and nothing of the user's.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    task, layers = directory / "task", directory / "opt" / "python"
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": f"{task}{os.pathsep}{layers}",
        "TMPDIR": str(directory),
        "TZ": ":UTC",
        "LAMBDA_TASK_ROOT": str(task),
        "_HANDLER": str(function.handler),
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_VERSION": str(function.version),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_LOG_GROUP_NAME": function.logs_group_name,
        "TAPFORGE_LAMBDA_TIMEOUT": str(int(function.timeout)),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{os.environ['MOTO_PORT']}",
        **{name: str(value) for name, value in function.environment_vars.items()},
    }


def _unpack(archive: bytes, into: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        file.extractall(into)


def _stop_running() -> None:
    for process in list(_RUNNING):
        process.kill()
