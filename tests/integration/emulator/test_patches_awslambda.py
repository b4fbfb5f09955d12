"""Gaps of moto's Lambda."""

import base64
import io
import json
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from tapforge.local.emulator import Emulator
from tapforge.local.emulator.record import is_alive


def _archive(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, text in files.items():
            file.writestr(f"{name.replace('__', '/')}.py", text)
    return buffer.getvalue()


@pytest.fixture
def function(aws, lambda_role):
    """Return a function that makes a function from the text of a handler."""

    def make(text, **options):
        given = {
            "FunctionName": "function",
            "Runtime": "python3.12",
            "Role": lambda_role,
            "Handler": "index.handler",
            "Code": {"ZipFile": _archive(index=text)},
        }
        aws.boto3_client("lambda").create_function(**(given | options))

    return make


def _invoke(aws, event=None):
    answer = aws.boto3_client("lambda").invoke(
        FunctionName="function", Payload=json.dumps(event), LogType="Tail"
    )
    log = base64.b64decode(answer.get("LogResult", "")).decode()
    return json.loads(answer["Payload"].read()), answer.get("FunctionError"), log


@pytest.mark.gap("awslambda.dead_letter_config")
def test_a_function_keeps_its_dead_letter_queue(aws, function):
    """It is shown when it was given at creation, and after a change."""
    client = aws.boto3_client("lambda")
    queue, other = ({"TargetArn": f"arn:aws:sqs:us-east-1:123456789012:{name}"} for name in "ab")
    function("", DeadLetterConfig=queue)
    assert client.get_function_configuration(FunctionName="function")["DeadLetterConfig"] == queue

    client.update_function_configuration(FunctionName="function", DeadLetterConfig=other)

    assert client.get_function_configuration(FunctionName="function")["DeadLetterConfig"] == other


def test_a_function_without_dead_letter_queue_shows_none(aws, function):
    """Nothing changes where there is none."""
    function("")

    configuration = aws.boto3_client("lambda").update_function_configuration(
        FunctionName="function", Timeout=5
    )

    assert "DeadLetterConfig" not in configuration
    assert configuration["Timeout"] == 5


@pytest.mark.gap("awslambda.execution")
def test_a_function_runs(aws, function):
    """Its result is the answer, what it prints is its log, and its context tells who it is."""
    function(
        """
def handler(event, context):
    print("got", event)
    left = context.get_remaining_time_in_millis()
    return {"sum": sum(event), "arn": context.invoked_function_arn, "in_time": 0 < left <= 3000}
"""
    )

    result, error, log = _invoke(aws, [1, 2])

    assert error is None
    assert result == {
        "sum": 3,
        "arn": "arn:aws:lambda:us-east-1:123456789012:function:function",
        "in_time": True,
    }
    assert "got [1, 2]" in log
    (group,) = aws.boto3_client("logs").describe_log_groups()["logGroups"]
    assert group["logGroupName"] == "/aws/lambda/function"


@pytest.mark.gap("awslambda.execution")
def test_a_function_without_event_gets_an_empty_one(aws, function):
    """An invocation without a payload passes an empty object."""
    function("def handler(event, context): return event")

    answer = aws.boto3_client("lambda").invoke(FunctionName="function")

    assert json.loads(answer["Payload"].read()) == {}


@pytest.mark.gap("awslambda.execution")
def test_a_function_calls_the_emulator_and_sees_nothing_of_the_user(aws, function, monkeypatch):
    """boto3 inside it talks to this emulator; its environment is Lambda's and what was given."""
    monkeypatch.setenv("AWS_PROFILE", "production")
    function(
        """
import boto3, os
def handler(event, context):
    names = sorted(name for name in os.environ if name.startswith("AWS_") or name == "STAGE")
    return boto3.client("sts").get_caller_identity()["Account"], os.environ["STAGE"], names
""",
        Timeout=30,
        Environment={"Variables": {"STAGE": "dev"}},
    )

    (account, stage, names), error, log = _invoke(aws)

    assert error is None, log
    assert (account, stage) == ("123456789012", "dev")
    assert "AWS_PROFILE" not in names


@pytest.mark.gap("awslambda.execution")
def test_an_exception_is_the_answer(aws, function):
    """Type, message and stack are in the payload, and the log has the traceback."""
    function("def handler(event, context): raise LookupError('no lag known')")

    result, error, log = _invoke(aws)

    assert error
    assert result["errorType"] == "LookupError"
    assert result["errorMessage"] == "no lag known"
    assert "index.py" in result["stackTrace"][-1]
    assert "LookupError: no lag known" in log


@pytest.mark.gap("awslambda.execution")
def test_a_function_that_ends_its_process_fails(aws, function):
    """There is an answer even when the function leaves no time for one."""
    function("import os\ndef handler(event, context): os._exit(7)")

    result, error, _ = _invoke(aws)

    assert error
    assert result["errorType"] == "Runtime.ExitError"
    assert "status 7" in result["errorMessage"]


@pytest.mark.gap("awslambda.execution")
def test_a_function_is_stopped_at_its_timeout(aws, function):
    """After its timeout it is killed; what it printed is kept."""
    function(
        """
import time
def handler(event, context):
    print("waiting", flush=True)
    time.sleep(60)
""",
        Timeout=1,
    )

    result, error, log = _invoke(aws)

    assert error
    assert "Task timed out after 1.00 seconds" in result["errorMessage"]
    assert "waiting" in log


@pytest.mark.gap("awslambda.execution")
def test_a_function_imports_from_its_layers(aws, function):
    """A layer's `python` directory is importable."""
    layer = aws.boto3_client("lambda").publish_layer_version(
        LayerName="shared", Content={"ZipFile": _archive(python__shared="VALUE = 42")}
    )["LayerVersionArn"]
    function(
        "import shared\ndef handler(event, context): return shared.VALUE",
        Layers=[layer],
    )

    assert _invoke(aws)[0] == 42


def test_a_running_function_ends_with_the_emulator(tmp_path):
    """Stopping the emulator leaves no function behind."""
    pid = tmp_path / "pid"
    text = f"""
import os, time
from pathlib import Path
def handler(event, context):
    Path("{tmp_path / "new"}").write_text(str(os.getpid()))
    Path("{tmp_path / "new"}").rename("{pid}")
    time.sleep(60)
"""
    with Emulator.start(tmp_path / "run") as emulator, ThreadPoolExecutor() as threads:
        role = emulator.boto3_client("iam").create_role(
            RoleName="function", AssumeRolePolicyDocument='{"Statement": []}'
        )["Role"]["Arn"]
        emulator.boto3_client("lambda").create_function(
            FunctionName="function",
            Runtime="python3.12",
            Role=role,
            Handler="index.handler",
            Timeout=60,
            Code={"ZipFile": _archive(index=text)},
        )
        invocation = threads.submit(_invoke, emulator)
        while not pid.exists() and not invocation.done():
            time.sleep(0.05)

        emulator.stop()

        # Whether the answer or the end of the server comes first, the invocation has failed.
        assert invocation.exception(timeout=30) or invocation.result()[1]
    end = time.monotonic() + 10
    while is_alive(int(pid.read_text())) and time.monotonic() < end:
        time.sleep(0.05)
    assert not is_alive(int(pid.read_text()))


def test_other_runtimes_are_refused_by_name(aws, function):
    """Only Python functions run here, and the error says which runtime it was."""
    function("", Runtime="nodejs22.x")

    with pytest.raises(ClientError, match=r"NotImplemented.*nodejs22\.x"):
        _invoke(aws)
