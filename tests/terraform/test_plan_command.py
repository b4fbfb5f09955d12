"""`tapforge plan`, on the real Terraform."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tapforge.cli import main

pytestmark = pytest.mark.terraform

ROOT = Path(__file__).parents[2]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the systems of this one, rendered."""
    root = tmp_path / "project"
    root.mkdir()
    shutil.copy(ROOT / "pyproject.toml", root)
    for folder in ("env", "modules", "terraform"):
        shutil.copytree(ROOT / folder, root / folder)
    return root


@pytest.fixture
def plan(project: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Plan in the project; give exit code, output and errors."""

    def ran(system: str, environment: str, *options: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(
                [
                    "--chdir",
                    str(project),
                    "plan",
                    system,
                    "--env",
                    environment,
                    "--offline",
                    *options,
                ]
            )
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return int(str(ended.value.code)), out, err

    return ran


def test_a_plan_is_shown_and_kept(plan: Run, project: Path, tmp_path: Path) -> None:
    """Line by line, with a total; as Terraform's own file and as its JSON."""
    before = sorted(project.rglob("*"))
    code, out, err = plan(
        *("aurora-demo", "dev", "--json", str(tmp_path / "plan.json")),
        *("--out", str(tmp_path / "plan.tfplan")),
    )
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert "  + module.aurora.aws_rds_cluster.main" in lines
    assert lines[-1] == f"Plan: {len(lines) - 1} to create"
    document = json.loads((tmp_path / "plan.json").read_text())
    assert document["variables"]["environment_suffix"] == {"value": "dev"}
    assert (tmp_path / "plan.tfplan").read_bytes().startswith(b"PK")
    assert sorted(project.rglob("*")) == before


def test_a_plan_goes_to_standard_output_alone(plan: Run) -> None:
    """For a program that reads it."""
    code, out, err = plan("aurora-demo", "prod", "--json", "-")
    assert (code, err) == (0, "")
    assert json.loads(out)["variables"]["destroyable"] == {"value": False}


@pytest.mark.parametrize(
    ("system", "environment", "expected"),
    [
        (
            "aurora-demu",
            "dev",
            'system "aurora-demu": there is no such system; did you mean "aurora-demo"?',
        ),
        (
            "aurora-demo",
            "def",
            "env/def/aurora-demo.tfvars.json: there is no such file; did you mean",
        ),
    ],
)
def test_what_is_not_there_exits_with_2(
    plan: Run, system: str, environment: str, expected: str
) -> None:
    """With what was probably meant."""
    code, out, err = plan(system, environment)
    assert (code, out) == (2, "")
    assert f"error: {expected}" in err


def test_an_environment_that_is_wrong_exits_with_2(plan: Run, project: Path) -> None:
    """Before Terraform starts, with every problem."""
    file = project / "env/dev/aurora-demo.tfvars.json"
    file.write_text('{"environment_suffix": "Dev", "reader_count": "one"}')
    code, out, err = plan("aurora-demo", "dev")
    assert (code, out) == (2, "")
    assert [line.partition(": ")[2].split(": ")[1] for line in err.splitlines()] == [
        "reader_count",
        "environment_suffix",
    ]


def test_a_root_that_was_not_rendered_exits_with_2(plan: Run, project: Path) -> None:
    """And says what to do."""
    shutil.rmtree(project / "terraform")
    code, _, err = plan("aurora-demo", "dev")
    assert code == 2
    assert "write them with `tapforge render`" in err


def test_what_terraform_refuses_exits_with_2(plan: Run, project: Path) -> None:
    """In Terraform's words, with the place in the document."""
    file = project / "modules/network/main.tf.json"
    file.write_text(file.read_text().replace("aws_vpc.main.id", "aws_vpc.nowhere.id"))
    code, _, err = plan("aurora-demo", "dev")
    assert code == 2
    assert "modules/network/main.tf.json:" in err
    assert 'A managed resource "aws_vpc" "nowhere" has not been declared' in err


def test_what_terraform_warns_of_is_told(plan: Run, project: Path) -> None:
    """Beside the plan, not in it."""
    file = project / "modules/network/outputs.tf.json"
    document = json.loads(file.read_text())
    document["output"]["vpc_id"]["deprecated"] = "Take vpc_arn."
    file.write_text(json.dumps(document, indent=2))
    code, out, err = plan("aurora-demo", "dev")
    assert code == 0
    assert out.endswith(" to create\n")
    assert err.startswith("warning: ")
    assert "Take vpc_arn." in err


def test_a_place_that_cant_be_written_exits_with_2(plan: Run, tmp_path: Path) -> None:
    """With its name."""
    code, _, err = plan("aurora-demo", "dev", "--json", str(tmp_path / "no/plan.json"))
    assert code == 2
    assert f"error: {tmp_path}/no/plan.json: No such file or directory" in err
