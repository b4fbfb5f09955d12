"""The program in which a Python Lambda function runs."""

import io
import json
import sys

import pytest

from tapforge.local.emulator.patches import _lambda_bootstrap as bootstrap

HANDLER = """
def echo(event, context):
    left = context.get_remaining_time_in_millis()
    return [event, context.aws_request_id, context.function_name, 0 < left <= 3000]

def fail(event, context):
    raise LookupError("no lag known")

def not_json(event, context):
    return {1, 2}
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that runs a handler and gives the exit status and the result."""
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "functions.py").write_text(HANDLER)
    monkeypatch.syspath_prepend(tmp_path)
    for name, value in {
        "FUNCTION_NAME": "function",
        "FUNCTION_VERSION": "1",
        "FUNCTION_MEMORY_SIZE": "128",
        "LOG_GROUP_NAME": "/aws/lambda/function",
    }.items():
        monkeypatch.setenv(f"AWS_LAMBDA_{name}", value)
    monkeypatch.setenv("TAPFORGE_LAMBDA_TIMEOUT", "3")

    def invoke(handler, event):
        result = tmp_path / "result.json"
        monkeypatch.setenv("_HANDLER", handler)
        monkeypatch.setattr(sys, "argv", ["bootstrap", str(result), "request", "arn:function"])
        monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(event)))
        return bootstrap.main(), json.loads(result.read_text())

    yield invoke
    for name in ("package", "package.functions"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("handler", ["package/functions.echo", "package.functions.echo"])
def test_the_handler_gets_event_and_context(run, handler):
    """A module in a directory is named with slashes or dots, as on AWS."""
    assert run(handler, {"lag": 3}) == (0, [{"lag": 3}, "request", "function", True])


def test_an_exception_becomes_the_result(run, capsys):
    """Status 1; type, message and stack as Lambda gives them; the traceback goes to the log."""
    status, result = run("package.functions.fail", None)

    assert status == 1
    assert (result["errorType"], result["errorMessage"]) == ("LookupError", "no lag known")
    assert any("functions.py" in line for line in result["stackTrace"])
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("handler", "error"),
    [
        ("package.functions.not_json", "TypeError"),
        ("package.functions.none", "AttributeError"),
        ("nowhere.handler", "ModuleNotFoundError"),
    ],
)
def test_a_function_that_cannot_answer_fails(run, handler, error):
    """A result that is no JSON, a handler or a module that does not exist."""
    status, result = run(handler, None)

    assert (status, result["errorType"]) == (1, error)
