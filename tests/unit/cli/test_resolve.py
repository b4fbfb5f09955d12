"""`tapforge resolve`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tapforge.cli import main

Run = Callable[..., Any]
DEMO = ("resolve", "aurora-demo", "--env", "dev")
SUBNET = "module.network.aws_subnet.isolated"


def test_every_resource_is_shown_with_its_values(run: Run) -> None:
    """Known ones as they will be, aligned; of unknown ones what they refer to."""
    done = run(*DEMO)
    assert done.code == 0
    assert done.out.startswith("aurora-demo (dev): 24 resources, 10 data sources\n\nmodule.")
    assert (
        f"""
{SUBNET}[0]
  availability_zone = (known after apply) module.network.data.aws_availability_zones.available.names[0]
  cidr_block        = "10.0.1.0/24"
  tags              = {{ Name = "aurora-subnet-1-dev" }}
  vpc_id            = (known after apply) module.network.aws_vpc.main.id
"""
        in done.out
    )
    assert "\noutputs\n  vpc_id                        = (known after apply) module." in done.out


def test_an_address_chooses_what_is_shown(run: Run) -> None:
    """One instance, those of a resource, or those of a module; outputs are of none."""
    one = run(*DEMO, "--address", f"{SUBNET}[1]").out
    assert one.startswith(f"aurora-demo (dev): 1 resource\n\n{SUBNET}[1]\n")
    both = run(*DEMO, "--address", SUBNET, "--address", "module.aurora.data.aws_partition.current")
    assert both.out.startswith("aurora-demo (dev): 2 resources, 1 data source\n")
    assert both.out.endswith(
        "\nmodule.network.aws_subnet.isolated[1]\n" + one.partition("[1]\n")[2]
    )
    module = run(*DEMO, "--address", "module.bucket", "--json").json()
    assert {each["address"].partition(".aws")[0] for each in module["resources"]} == {
        "module.bucket",
        "module.bucket.data",
    }
    assert module["outputs"] == {"values": {}, "unknown": {}, "sensitive": []}


def test_an_address_where_nothing_is_exits_with_2(run: Run) -> None:
    """Each is told, with the closest that there is."""
    wrong = ("module.buckt", f"{SUBNET}s", "x")
    done = run(*DEMO, *(part for each in wrong for part in ("--address", each)))
    assert done.code == 2
    assert done.err.splitlines() == [
        'error: address "module.buckt": there is nothing at it; did you mean "module.bucket"?',
        f'error: address "{SUBNET}s": there is nothing at it; did you mean "{SUBNET}"?',
        (
            'error: address "x": there is nothing at it; there are:'
            " module.aurora.aws_cloudwatch_log_group.postgresql,"
            " module.aurora.aws_db_parameter_group.main, module.aurora.aws_db_subnet_group.main and more"
        ),
    ]


def test_json_keeps_the_unknown_apart(run: Run) -> None:
    """A value is null where it is not known, and its path says what it refers to."""
    found = run(*DEMO, "--json").json()
    assert (found["system"], found["environment"]) == ("aurora-demo", "dev")
    resources = {each["address"]: each for each in found["resources"]}
    assert resources[f"{SUBNET}[0]"] == {
        "address": f"{SUBNET}[0]",
        "mode": "resource",
        "type": "aws_subnet",
        "name": "isolated",
        "values": {
            "availability_zone": None,
            "cidr_block": "10.0.1.0/24",
            "tags": {"Name": "aurora-subnet-1-dev"},
            "vpc_id": None,
        },
        "unknown": {
            "availability_zone": "module.network.data.aws_availability_zones.available.names[0]",
            "vpc_id": "module.network.aws_vpc.main.id",
        },
        "sensitive": [],
    }
    policy = resources["module.bucket.data.aws_iam_policy_document.tls_only"]
    assert policy["values"]["statement"][0]["resources"] == [None, None]
    assert policy["unknown"] == {
        "statement[0].resources[0]": "module.bucket.aws_s3_bucket.main.arn",
        "statement[0].resources[1]": '"${module.bucket.aws_s3_bucket.main.arn}/*"',
    }
    assert found["outputs"]["values"]["cluster_port"] == 5432
    assert found["outputs"]["unknown"]["vpc_id"] == "module.network.aws_vpc.main.id"


def test_what_terraform_would_refuse_exits_with_2(run: Run, project: Path) -> None:
    """Every problem of the environment, each in its line."""
    file = project / "env/dev/aurora-demo.tfvars.json"
    values = json.loads(file.read_text()) | {"reader_count": "16", "aws_region": "mars"}
    file.write_text(json.dumps(values))
    done = run(*DEMO)
    assert done.code == 2
    assert len(done.err.splitlines()) == 2
    assert "env/dev/aurora-demo.tfvars.json: reader_count: " in done.err
    assert 'aws_region: AWS has no region "mars"' in done.err
    assert run("resolve", "aurora-demo", "--env", "nowhere").code == 2


VAULT = '''
from tapforge import aws
from tapforge.aws import ephemeral
from tapforge.lang.inputs import inputs, output, outputs, variable
from tapforge.lang.module import Body
from tapforge.systems.system import SystemInputs, system


@inputs
class VaultInputs(SystemInputs):
    """Inputs."""

    key: str = variable("A key.", sensitive=True, default="hunter2")
    names: set[str] = variable("Names.", default=[])


@outputs
class VaultOutputs:
    """Outputs."""

    copy: str = output("The key.", sensitive=True)
    ratio: float = output("A number.")
    names: set[str] = output("Names.")
    nothing: str | None = output("Nothing.")


@system("vault")
def vault(s: Body, v: VaultInputs) -> VaultOutputs:
    """Keeps secrets."""
    s.add(ephemeral.SecretsmanagerRandomPassword("new", password_length=20))
    key = s.add(aws.SsmParameter("key", name="key", type="SecureString", value=v.key))
    s.add(
        aws.Vpc(
            "main",
            cidr_block="10.0.0.0/16",
            tags={"of key": f"it is {v.key}!", "long": "x" * 90, "both": f"{key.arn}{v.key}"},
        )
    )
    return VaultOutputs(copy=v.key, ratio=0.5, names=v.names, nothing=None)
'''


def test_secrets_are_not_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither sensitive arguments and outputs, nor texts that a sensitive input is in."""
    (tmp_path / "pyproject.toml").write_text('[tool.tapforge]\nsystems = ["vault_of_test"]\n')
    (tmp_path / "vault_of_test.py").write_text(VAULT)
    folder = tmp_path / "env" / "dev"
    folder.mkdir(parents=True)
    (folder / "vault.tfvars.json").write_text('{"names": ["b", "a"]}')
    (folder / "vault.s3.tfbackend.json").write_text('{"key": "dev/vault.tfstate"}')

    def shown(*options: str) -> str:
        with pytest.raises(SystemExit, match="0"):
            main(["--chdir", str(tmp_path), "resolve", "vault", "--env", "dev", *options])
        text = capsys.readouterr().out
        assert "hunter2" not in text
        return text

    assert (
        shown()
        == f"""\
vault (dev): 2 resources, 1 ephemeral resource

aws_ssm_parameter.key
  name  = "key"
  type  = "SecureString"
  value = (sensitive value)

aws_vpc.main
  cidr_block = "10.0.0.0/16"
  tags       = {{
    both     = (sensitive value)
    long     = "{"x" * 90}"
    "of key" = (sensitive value)
  }}

ephemeral.aws_secretsmanager_random_password.new
  password_length = 20

outputs
  copy    = (sensitive value)
  ratio   = 0.5
  names   = ["a", "b"]
  nothing = null
"""
    )
    found = json.loads(shown("--json"))
    tags = found["resources"][1]
    assert tags["sensitive"] == ["tags.both", "tags.of key"]
    assert tags["values"]["tags"] == {"both": None, "long": "x" * 90, "of key": None}
    assert found["outputs"] == {
        "values": {"copy": None, "ratio": 0.5, "names": ["a", "b"], "nothing": None},
        "unknown": {},
        "sensitive": ["copy"],
    }
