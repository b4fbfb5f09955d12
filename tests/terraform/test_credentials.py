"""Master passwords on the real Terraform: the same everywhere they belong, and nowhere else."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from tapforge.lang.json_syntax import dumps
from tapforge.lang.module import Module
from tapforge.local.offline import offline_terraform
from tapforge.local.terraform import Terraform, TerraformFailedError
from tapforge.modules.aurora import aurora
from tapforge.modules.postgres import postgres

pytestmark = pytest.mark.terraform

COMMON = {
    "name": "shop",
    "environment_suffix": "dev",
    "vpc_id": "vpc-0123456789abcdef0",
    "subnet_ids": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    "client_cidrs": ["10.0.0.0/16"],
    "database_name": "shop",
    "master_username": "postgresadmin",
}
ZONES = ["us-east-1a", "us-east-1b"]
GIVEN: dict[str, dict[str, Any]] = {
    "aurora": COMMON | {"cluster_name": "shop-db", "engine_version": "16.9"},
    "postgres": COMMON
    | {
        "primary_name": "shop-primary",
        "engine_version": "17.5",
        "availability_zones": ZONES,
        "replica_count": 2,
    },
}
MODULES: dict[str, Module[Any, Any]] = {"aurora": aurora, "postgres": postgres}
DATABASE = {"aurora": "aws_rds_cluster", "postgres": "aws_db_instance"}
SECRET_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:given-AbCdEf"


@attrs.frozen
class Run:
    """A root that calls one module, and what the provider was told meanwhile."""

    terraform: Terraform
    folder: Path
    kind: str

    @property
    def notes(self) -> list[dict[str, Any]]:
        """What the provider wrote down."""
        record = self.folder / "record"
        return [json.loads(line) for line in record.read_text("utf-8").splitlines()]

    def apply(self, **given: Any) -> None:
        """Apply with these inputs, and see that nothing is left to do."""
        file = self.variables(given)
        plan = self.terraform.working_dir / "saved.tfplan"
        self.terraform.plan(var_files=[file], out=plan)
        self.terraform.apply(plan=plan)
        (self.folder / "plans").mkdir(exist_ok=True)
        number = len(list((self.folder / "plans").iterdir()))
        (self.folder / "plans" / f"{number}.json").write_text(
            json.dumps(self.terraform.show_json(plan)), "utf-8"
        )
        assert not self.terraform.plan(var_files=[file], out=plan)

    def variables(self, given: dict[str, Any]) -> Path:
        """Write the inputs to a file."""
        file = self.folder / "given.tfvars.json"
        file.write_text(json.dumps({"given": {"credentials": "generated"} | given}), "utf-8")
        return file

    def passwords(self) -> dict[str, str]:
        """Give the newest password of the database and of each version of the secret, by place."""
        found: dict[str, str] = {}
        for note in self.notes:
            told = note.get("told", {})
            if "secret_string_wo" in told:
                secret = json.loads(told["secret_string_wo"])
                found["connection" if "host" in secret else "initial"] = secret["password"]
            elif note.get("type") == DATABASE[self.kind]:
                (found["database"],) = told.values()
        return found

    def resources(self) -> list[dict[str, Any]]:
        """Give the module's resources in the state."""
        (module,) = self.terraform.show_json()["values"]["root_module"]["child_modules"]
        found: list[dict[str, Any]] = module["resources"]
        return found

    def made(self) -> list[str]:
        """Give every password that was ever made."""
        return [note["made"] for note in self.notes if "made" in note]


@pytest.fixture(params=["aurora", "postgres"])
def run(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Call one of the database modules with generated credentials."""
    kind: str = request.param
    module = MODULES[kind]
    folder = tmp_path / "rendered" / "modules" / kind
    folder.mkdir(parents=True)
    for name, document in module.body.document.files("").items():
        (folder / name).write_text(dumps(document), "utf-8")
    root = tmp_path / "rendered" / "terraform"
    root.mkdir()
    overridden = ("credentials", "password_version", "secret_arn", "managed_rotation_days")
    defaults = {"password_version": 1, "secret_arn": None, "managed_rotation_days": 0}
    call = {"source": f"../modules/{kind}"} | GIVEN[kind]
    call |= {
        n: f"${{lookup(var.given, {json.dumps(n)}, {json.dumps(defaults.get(n))})}}"
        for n in overridden
    }
    if kind == "postgres":
        call["replica_count"] = '${var.given.credentials == "managed" ? 0 : 2}'
    document = {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
        "provider": {"aws": {"region": "us-east-1"}},
        "variable": {"given": {}},
        "module": {kind: call},
    }
    (root / "main.tf.json").write_text(json.dumps(document, indent=1), "utf-8")
    monkeypatch.syspath_prepend(Path(__file__).parent)
    monkeypatch.setattr("tapforge.local.schema_provider.process._PROGRAM", "recording_provider")
    monkeypatch.setenv("WRITE_ONLY_RECORD", str(tmp_path / "record"))
    monkeypatch.setenv("FAIL_ON", str(tmp_path / "fail"))
    with offline_terraform(root) as terraform:
        yield Run(terraform, tmp_path, kind)


def contents(file: Path) -> list[bytes]:
    """Give what a file holds, and what is packed in a plan."""
    if not file.is_file():
        return []
    if not zipfile.is_zipfile(file):
        return [file.read_bytes()]
    with zipfile.ZipFile(file) as packed:
        return [packed.read(name) for name in packed.namelist()]


def test_a_generated_password_is_nowhere_but_where_it_belongs(run: Run) -> None:
    """The database and both versions of the secret have one; no file, plan or state has any."""
    run.apply()

    passwords = run.passwords()
    assert passwords.keys() == {"database", "initial", "connection"}
    assert len(set(passwords.values())) == 1
    assert passwords["database"] in run.made()
    # Every run makes one, of which only the first is written.
    assert len(set(run.made())) > 1
    read = 0
    for folder in (run.folder / "rendered", run.folder / "plans", run.terraform.working_dir):
        for file in folder.rglob("*"):
            for content in contents(file):
                read += 1
                assert [p for p in run.made() if p.encode() in content] == [], file
    assert read > 5
    assert [p for p in run.made() if p in json.dumps(run.terraform.show_json())] == []


def test_the_secret_says_how_to_connect(run: Run) -> None:
    """As applications and the rotation's function expect it."""
    run.apply()

    strings = [n["told"]["secret_string_wo"] for n in run.notes if "told" in n and n.get("version")]
    first, second = map(json.loads, strings)
    assert first.keys() == {"engine", "username", "password", "dbname", "port"}
    assert second.keys() - first.keys() in (
        {"host", "dbClusterIdentifier"},
        {"host", "dbInstanceIdentifier"},
    )
    assert (second["engine"], second["username"], second["dbname"], second["port"]) == (
        "postgres",
        "postgresadmin",
        "shop",
        5432,
    )


def test_a_higher_version_is_a_new_password_everywhere(run: Run) -> None:
    """And the same version writes nothing."""
    run.apply()
    before, written = run.passwords(), sum("told" in note for note in run.notes)
    run.apply()
    assert sum("told" in note for note in run.notes) == written

    run.apply(password_version=2)

    after = run.passwords()
    assert len(set(after.values())) == 1
    assert after.keys() == before.keys()
    assert after["database"] != before["database"]


def test_a_run_that_fails_half_way_is_made_good_by_the_next(run: Run) -> None:
    """The password that the secret got first is the one that the database gets later."""
    (run.folder / "fail").write_text(DATABASE[run.kind], "utf-8")
    with pytest.raises(TerraformFailedError, match="throttled"):
        run.apply()
    assert run.passwords().keys() == {"initial"}
    (run.folder / "fail").unlink()

    run.apply()

    assert len(set(run.passwords().values())) == 1
    assert run.passwords().keys() == {"database", "initial", "connection"}


def test_an_existing_secret_is_read_and_not_written(run: Run) -> None:
    """Its password goes to the database alone."""
    run.apply(credentials="existing", secret_arn=SECRET_ARN)

    assert run.passwords().keys() == {"database"}
    assert run.passwords()["database"] not in json.dumps(run.terraform.show_json())
    assert not [r for r in run.resources() if r["type"].startswith("aws_secretsmanager")]


def test_a_secret_of_another_region_is_refused(run: Run) -> None:
    """Before anything is made."""
    file = run.variables(
        {"credentials": "existing", "secret_arn": SECRET_ARN.replace("us-east-1", "us-west-2")}
    )
    with pytest.raises(TerraformFailedError, match="is not of us-east-1"):
        run.terraform.plan(var_files=[file], out=run.terraform.working_dir / "x.tfplan")


def test_a_managed_password_is_never_seen(run: Run) -> None:
    """RDS makes it, and rotates it as it is told."""
    run.apply(credentials="managed", managed_rotation_days=30)

    assert not (run.folder / "record").exists()
    (rotation,) = [
        r["values"] for r in run.resources() if r["type"] == "aws_secretsmanager_secret_rotation"
    ]
    assert rotation["rotation_rules"][0]["automatically_after_days"] == 30
    assert rotation["rotation_lambda_arn"] is None
