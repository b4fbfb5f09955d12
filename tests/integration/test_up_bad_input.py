"""What `up` and `down` refuse: a clear message, exit code 2, and nothing left behind."""

import json
import os
import platform
import shutil
import socket
import sys
from pathlib import Path

import pytest

from tapforge.cli import main
from tapforge.lang.errors import Problem
from tapforge.local.emulator import Emulator
from tapforge.local.program import find_terraform
from tapforge.local.run import _Run
from tapforge.local.run_directory import Record, RunDirectory
from tapforge.local.terraform import Terraform, TerraformFailedError
from tapforge.systems.project import find

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.terraform,
    pytest.mark.skipif(
        (sys.platform, platform.machine()) != ("linux", "x86_64"),
        reason="the packaged provider is for Linux on x86-64",
    ),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with the systems of this one; the provider is unpacked once for all."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "env", tmp_path / "env")
    provider = ROOT / ".tapforge/provider"
    provider.mkdir(parents=True, exist_ok=True)
    (tmp_path / ".tapforge").mkdir()
    (tmp_path / ".tapforge/provider").symlink_to(provider)
    return tmp_path


def fail(*_: object, **__: object) -> None:
    """Fail as Terraform does."""
    raise TerraformFailedError(Problem("terraform init", "no space left"))


def run(project: Path, *arguments: str) -> int:
    """Run a command and give its exit code."""
    with pytest.raises(SystemExit) as ended:
        main(["--chdir", str(project), *arguments])
    return int(ended.value.code or 0)


@pytest.mark.parametrize(
    ("system", "environment", "message"),
    [
        ("aurora-dem", "dev", 'system "aurora-dem": there is no such system; did you mean'),
        ("aurora-demo", "dv", "env/dv/aurora-demo.tfvars.json: there is no such file; did you"),
        ("aurora-demo", "../env/dev", 'environment "../env/dev": is no name of a folder'),
    ],
)
def test_unknown_names_are_refused(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    system: str,
    environment: str,
    message: str,
) -> None:
    """With the closest valid one, by both commands."""
    for command in ("up", "down"):
        assert run(project, command, system, "--env", environment) == 2
        assert message in capsys.readouterr().err
    assert not (project / ".tapforge/run").exists()


def test_everything_wrong_with_an_environment_is_told_first(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is started."""
    file = project / "env/dev/aurora-demo.tfvars.json"
    file.write_text(json.dumps({"environment_suffix": "Dev", "vpc_cidr": 1, "nope": True}))

    assert run(project, "up", "aurora-demo", "--env", "dev") == 2

    err = capsys.readouterr().err
    assert all(name in err for name in ("environment_suffix", "vpc_cidr", "nope"))
    assert not (project / ".tapforge/run").exists()


def test_a_port_that_is_taken_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By whom, and nothing is left running; `down` removes what the attempt left."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(project, "up", "aurora-demo", "--env", "dev", "--port", str(port)) == 2

    err = capsys.readouterr().err
    assert f"port {port}: is taken by" in err
    assert f"(pid {os.getpid()})" in err
    assert Emulator.running(project / ".tapforge/run/dev/aurora-demo") is None

    assert run(project, "down", "aurora-demo", "--env", "dev") == 0
    assert "nothing was applied" in capsys.readouterr().out
    assert not (project / ".tapforge/run").exists()


def test_an_outputs_file_that_cannot_be_written_is_told_first(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And not after the minutes that the outputs take."""
    file = project / "nowhere/flat-outputs.json"

    assert run(project, "up", "aurora-demo", "--env", "dev", "--outputs-file", str(file)) == 2

    assert f"{file}: can't be written: No such file or directory" in capsys.readouterr().err
    assert not (project / ".tapforge/run").exists()


def test_a_terraform_that_is_none_is_told(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With how to get one."""
    monkeypatch.setenv("TAPFORGE_TERRAFORM", "/nowhere/terraform")

    assert run(project, "up", "aurora-demo", "--env", "dev") == 2

    err = capsys.readouterr().err
    assert "TAPFORGE_TERRAFORM: /nowhere/terraform does not answer" in err
    assert "pip install 'tapforge[local]'" in err


def test_a_run_directory_that_cannot_be_made_is_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file stands where it should be."""
    (project / ".tapforge/run").write_text("mine")

    assert run(project, "up", "aurora-demo", "--env", "dev") == 2

    assert "can't be written: " in capsys.readouterr().err
    assert (project / ".tapforge/run").read_text() == "mine"


def test_terraform_that_fails_before_applying_leaves_nothing_running(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its errors are told, and the exit code is that of a failure."""
    monkeypatch.setattr(Terraform, "init", fail)

    assert run(project, "up", "aurora-demo", "--env", "dev", "--json") == 1

    out, err = capsys.readouterr()
    assert json.loads(out) == {"ok": False, "errors": ["terraform init: no space left"]}
    assert "error: terraform init: no space left" in err
    assert Emulator.running(project / ".tapforge/run/dev/aurora-demo") is None


def test_resources_that_are_gone_with_their_emulator_are_told(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise it would be a surprise that all is made anew."""
    monkeypatch.setattr(Terraform, "init", fail)
    directory = RunDirectory.of(project, "dev", "aurora-demo")
    directory.path.mkdir(parents=True)
    directory.keep(Record("packaged", "us-east-1", {"bucket": "b", "key": "k"}, "t", applied=True))

    assert run(project, "up", "aurora-demo", "--env", "dev") == 1

    assert "the emulator of the last `up` had ended with all in it" in capsys.readouterr().err
    assert run(project, "down", "aurora-demo", "--env", "dev") == 0
    assert "nothing was applied" in capsys.readouterr().out


def test_what_terraform_cannot_destroy_stays(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its errors are told, and how to be rid of it all the same."""
    monkeypatch.setattr(Terraform, "destroy", fail)
    directory = RunDirectory.of(project, "dev", "aurora-demo")
    with Emulator.start(directory.path) as emulator:
        directory.root.mkdir(parents=True)
        token = emulator.record.token
        directory.keep(Record("packaged", "us-east-1", {"bucket": "b"}, token, applied=True))

        assert run(project, "down", "aurora-demo", "--env", "dev", "--json") == 1

        out, err = capsys.readouterr()
        assert json.loads(out) == {"ok": False, "errors": ["terraform init: no space left"]}
        assert "--force forgets the AWS" in err
        assert Emulator.running(directory.path) is not None


def test_todays_provider_gets_what_is_rendered(project: Path) -> None:
    """Unlowered, from the registry, and with the emulator's address in its environment."""
    directory = RunDirectory.of(project, "dev", "aurora-demo")
    system = find(project).system("aurora-demo")
    with Emulator.start(directory.path) as emulator:
        prepared = _Run(directory, "registry", find_terraform(), project)
        lowered = prepared.lowered(system)
        prepared.write(system, lowered, {"environment_suffix": "dev"}, {"bucket": "b"}, emulator)
        terraform = prepared.terraform(emulator)

        assert lowered.changes == ()
        bucket = json.loads((directory.modules / "modules/private-bucket/main.tf.json").read_text())
        assert "aws_s3_bucket_versioning" in bucket["resource"]
        provider = json.loads((directory.root / "providers.tf.json").read_text())["provider"]["aws"]
        assert provider["s3_use_path_style"] is True
        assert "endpoints" not in provider
        assert f"export AWS_ENDPOINT_URL={emulator.url}\n" in terraform.launcher.read_text()
        settings = (directory.path / "terraform.rc").read_text()
        assert "filesystem_mirror" not in settings


def test_taking_nothing_down_is_no_failure(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As text and as JSON."""
    assert run(project, "down", "aurora-demo", "--env", "dev") == 0
    assert capsys.readouterr().out == "aurora-demo in dev: nothing is up\n"
    assert run(project, "down", "aurora-demo", "--env", "dev", "--json") == 0
    assert json.loads(capsys.readouterr().out)["found"] == "nothing"


def test_a_run_whose_emulator_ended_is_cleaned_up(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its resources were in it, so there is nothing to destroy."""
    directory = RunDirectory.of(project, "dev", "aurora-demo")
    directory.path.mkdir(parents=True)
    directory.keep(Record("packaged", "us-east-1", {"bucket": "b", "key": "k"}, "t", applied=True))

    assert run(project, "down", "aurora-demo", "--env", "dev") == 0

    assert "its emulator had ended with all in it" in capsys.readouterr().out
    assert not directory.exists()


def test_force_forgets_a_run(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever its emulator holds."""
    directory = RunDirectory.of(project, "dev", "aurora-demo")
    emulator = Emulator.start(directory.path)
    record = Record("packaged", "us-east-1", {"bucket": "b"}, emulator.record.token, applied=True)
    directory.keep(record)

    assert run(project, "down", "aurora-demo", "--env", "dev", "--force") == 0

    assert "forgotten, emulator stopped" in capsys.readouterr().out
    assert Emulator.running(directory.path) is None
    assert not directory.exists()


@pytest.mark.parametrize(
    ("provider", "backend", "message"),
    [
        ("registry", {}, "was applied with the registry provider"),
        ("packaged", {"bucket": "elsewhere"}, "was applied with its state in s3://elsewhere/"),
    ],
)
def test_what_was_applied_otherwise_is_not_gone_on_with(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    provider: str,
    backend: dict[str, str],
    message: str,
) -> None:
    """Its state would not be found, or not be understood; the emulator is left alone."""
    directory = RunDirectory.of(project, "dev", "aurora-demo")
    with Emulator.start(directory.path) as emulator:
        given = json.loads((project / "env/dev/aurora-demo.s3.tfbackend.json").read_text())
        token = emulator.record.token
        directory.keep(Record(provider, "us-east-1", given | backend, token, applied=True))

        assert run(project, "up", "aurora-demo", "--env", "dev") == 2

        assert message in capsys.readouterr().err
        assert Emulator.running(directory.path) is not None
