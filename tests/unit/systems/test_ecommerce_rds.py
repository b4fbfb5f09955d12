"""What ecommerce-rds takes, and what it comes to."""

import json
from pathlib import Path
from typing import Any

import pytest

from tapforge.cli import main
from tapforge.lang.expression import hcl
from tapforge.rules.resource import Configuration
from tapforge.systems.ecommerce_rds import ecommerce_rds
from tapforge.systems.resolve import resolve

ROOT = Path(__file__).parents[3]
FILE = "env/bad/ecommerce-rds.tfvars.json"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop-AbCdEf"
WRONG: dict[str, Any] = {
    "environment_suffix": "prod",
    "destroyable": True,
    "zone_count": 1,
    "replica_count": 3,
    "engine_version": "17.1",
    "instance_class": "db.t3.micro",
    "iops": 12000,
    "backup_window": "04:30-05:30",
    "client_cidrs": ["0.0.0.0/0"],
    "alarm_emails": ["nobody"],
    "parameters": {"shared_bufers": "1GB", "effective_cache_size": "3GB"},
    "credentials": "existing",
    "secret_arn": SECRET,
    "bastion_package": "postgresql16",
    "storage_alarm_gib": 200,
    "connections_alarm": 200,
}
TOLD = {
    "destroyable": 'true for "prod": the data of production must stay; give false, or',
    "zone_count": "1 zones: expected 2 to 6",
    "multi_az": "Multi-AZ with 1 availability zone: the standby is in another zone; take two zones",
    "replica_count": "3 read replicas in 1 availability zones: each replica has a zone of its own",
    "engine_version": "AWS does not create postgres 17.1 (any more). Of the same major version it",
    "iops": "12000 IOPS on 100 GB: below 400 GB gp3 has 3000 IOPS and 125 MB/s",
    "maintenance_window": '"sun:04:00-sun:06:00" overlaps the daily backup window "04:30-05:30"',
    "client_cidrs": '["0.0.0.0/0"]: expected IPv4 blocks by their network addresses, and never the',
    "alarm_emails": '["nobody"]: expected e-mail addresses such as oncall@example.com',
    "secret_arn": f"{SECRET} is a secret of us-east-1, and everything else is in us-east-2: replicate",
    "bastion_package": "postgresql16 is older than the server, 17.1: pg_dump refuses that; take",
    "storage_alarm_gib": "200 GiB of 100 GB: no more than that is ever free, so that the alarm would",
    "connections_alarm": "200 connections: db.t3.micro takes 112, its memory of 1073741824 bytes by",
}
PARAMETERS = (
    "postgres 17 has no instance parameter shared_bufers.",
    "effective_cache_size 3GB (counted in 8kB) is 3072 MiB: that is too much of the 1024 MiB of",
)


def told(folder: Path, capsys: pytest.CaptureFixture[str], **wrong: Any) -> list[str]:
    """Bring an environment up, and give the errors that are told instead."""
    (folder / "env/bad").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(
        '[tool.tapforge]\nsystems = ["tapforge.systems.shipped"]\n'
    )
    (folder / FILE).write_text(json.dumps(wrong))
    backend = {"key": "bad/ecommerce-rds/terraform.tfstate"}
    (folder / "env/bad/ecommerce-rds.s3.tfbackend.json").write_text(json.dumps(backend))
    with pytest.raises(SystemExit) as ended:
        main(["--chdir", str(folder), "up", "ecommerce-rds", "--env", "bad"])
    assert ended.value.code == 2
    # Neither Terraform nor an AWS was started: both keep what they need there.
    assert not (folder / ".tapforge").exists()
    lines = capsys.readouterr().err.splitlines()
    start = f"error: {FILE}: "
    assert [line for line in lines if not line.startswith(start)] == []
    return [line.removeprefix(start) for line in lines]


def test_all_errors_of_a_file_are_told_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with its place, the value, the rule and the way out, before Terraform starts."""
    found = told(tmp_path, capsys, **WRONG)
    expected = [
        *(f"{name}: {start}" for name, start in TOLD.items()),
        *(f"parameters: {start}" for start in PARAMETERS),
    ]
    assert [s for s in expected if not any(line.startswith(s) for line in found)] == []
    assert [line for line in found if not line.startswith(tuple(expected))] == []


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        pytest.param(
            {"instance_class": "db.r5.tiny"},
            "instance_class: AWS does not offer db.r5.tiny for postgres.",
            id="class of no engine",
        ),
        pytest.param(
            {"credentials": "managed"},
            "credentials: managed credentials and 2 read replicas: RDS manages no password",
            id="managed with replicas",
        ),
        pytest.param(
            {"parameters": {"rds.logical_replication_slots": "1"}},
            "parameters: postgres 17 has no instance parameter rds.logical_replication_slots.",
            id="unknown parameter",
        ),
        pytest.param(
            {"backup_retention_days": 1, "destroyable": False},
            "backup_retention_days: 1 days of backups are too few for data that must stay",
            id="protected with few backups",
        ),
    ],
)
def test_one_error_is_told_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: dict[str, Any], expected: str
) -> None:
    """Nothing else is blamed for it."""
    (line,) = told(tmp_path, capsys, **wrong)
    assert line.startswith(expected)


# --- what it comes to -------------------------------------------------------------------------------


def made(**variables: Any) -> Configuration:
    """Resolve the system."""
    return resolve(ecommerce_rds, variables)


def addresses(found: Configuration, type_: str) -> list[str]:
    """Give the addresses of the resources of a type."""
    return sorted(each.address for each in found.resources if each.type == type_)


@pytest.mark.parametrize(("nat_gateways", "number"), [("per-zone", 3), ("one", 1)])
def test_there_is_a_way_out_for_each_zone_unless_one_is_asked_for(
    nat_gateways: str, number: int
) -> None:
    """Whatever the number of zones."""
    found = made(zone_count=3, nat_gateways=nat_gateways)
    assert len(addresses(found, "aws_nat_gateway")) == number


@pytest.mark.parametrize(
    ("credentials", "rotates"), [("generated", True), ("existing", False), ("managed", False)]
)
def test_only_a_password_that_is_made_here_is_rotated_by_a_function(
    credentials: str, rotates: bool
) -> None:
    """RDS rotates its own, and whoever made another rotates that."""
    secret = SECRET.replace("us-east-1", "us-east-2")
    given = {"credentials": credentials, "replica_count": 0, "secret_arn": secret}
    found = made(**given)
    type_ = "aws_serverlessapplicationrepository_cloudformation_stack"
    assert bool(addresses(found, type_)) is rotates
    assert bool(addresses(found, "aws_secretsmanager_secret")) is rotates


def test_every_replica_has_its_zone_and_its_alarm() -> None:
    """As many of each as there are replicas."""
    found = made(zone_count=3, replica_count=3)
    replicas = [
        each
        for each in found.resources
        if each.address.startswith("module.database.aws_db_instance.replica")
    ]
    assert len({hcl(each.values["availability_zone"]) for each in replicas}) == 3
    lags = [each for each in addresses(found, "aws_cloudwatch_metric_alarm") if "lag" in each]
    assert lags == [
        f"module.replica_lag_alarm[{number}].aws_cloudwatch_metric_alarm.main"
        for number in range(3)
    ]


def test_a_number_of_connections_that_is_set_is_not_reckoned_with() -> None:
    """The class says how many there are only where the parameters do not."""
    found = made(
        instance_class="db.t3.micro", parameters={"max_connections": "500"}, connections_alarm=400
    )
    (alarm,) = [each for each in found.resources if "connections_alarm" in each.address]
    assert alarm.values["threshold"] == 400
