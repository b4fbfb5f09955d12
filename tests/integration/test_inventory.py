"""What somebody has made in an account, asked of the emulator."""

from collections.abc import Iterator
from typing import Any

import pytest

from tapforge.live.inventory import KINDS, inventory
from tapforge.local.emulator import Emulator


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """Return an emulator in which nobody has made anything."""
    with Emulator.start(tmp_path_factory.mktemp("inventory")) as running:
        yield running


def test_an_account_of_nobody_has_nothing(emulator: Emulator) -> None:
    """What AWS makes by itself is not counted: default VPC and groups, roles, keys, parameters."""
    image = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    emulator.boto3_client("ssm").get_parameter(Name=image)
    assert inventory(emulator.boto3_client) == []


def test_what_is_made_is_found_until_it_is_deleted(emulator: Emulator) -> None:
    """What AWS keeps for a while after that is not counted."""
    ec2, kms, s3 = map(emulator.boto3_client, ("ec2", "kms", "s3"))
    queue = emulator.boto3_client("sqs").create_queue(QueueName="work")["QueueUrl"]
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    image = ec2.describe_images()["Images"][0]["ImageId"]
    instance = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0][
        "InstanceId"
    ]
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    s3.create_bucket(Bucket="things")
    emulator.boto3_client("logs").create_log_group(logGroupName="log")

    expected = {
        ("queue", queue),
        ("KMS key", key),
        ("instance", instance),
        ("VPC", vpc),
        ("bucket", "things"),
        ("log group", "log"),
    }
    assert set(inventory(emulator.boto3_client)) == expected

    ec2.terminate_instances(InstanceIds=[instance])
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert set(inventory(emulator.boto3_client)) == {
        each for each in expected if each[0] not in ("instance", "KMS key")
    }


def test_only_snapshots_that_somebody_made_are_counted(emulator: Emulator) -> None:
    """Automated ones go with their cluster."""
    rds = emulator.boto3_client("rds")
    rds.create_db_cluster(
        DBClusterIdentifier="c",
        Engine="aurora-postgresql",
        MasterUsername="someone",
        MasterUserPassword="something",
    )
    rds.create_db_cluster_snapshot(DBClusterIdentifier="c", DBClusterSnapshotIdentifier="mine")

    snapshots = [name for kind, name in inventory(emulator.boto3_client) if "snapshot" in kind]

    assert snapshots == ["mine"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_can_be_listed(emulator: Emulator, kind: Any) -> None:
    """The operation and its answer are as boto3 knows them, to the names of the members."""
    service = emulator.boto3_client(kind.service)
    operation = service.meta.method_to_api_mapping[kind.operation]
    shape = service.meta.service_model.operation_model(operation).output_shape
    for key in kind.items.split("."):
        shape = shape.members[key].member

    assert (kind.id in shape.members) if kind.id else shape.type_name == "string"


def test_the_kinds_have_names_of_their_own() -> None:
    """A message would be of no use otherwise."""
    assert len({kind.name for kind in KINDS}) == len(KINDS)
