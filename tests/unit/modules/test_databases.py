"""What the modules around databases come to for given inputs."""

from collections.abc import Mapping
from typing import Any

import pytest

from tapforge.lang.errors import ArgumentError
from tapforge.lang.module import Module
from tapforge.lang.resolve import Instance, resolve
from tapforge.modules.aurora import AuroraInputs, aurora
from tapforge.modules.postgres import PostgresInputs, postgres
from tapforge.modules.proxy import proxy
from tapforge.modules.rotation import rotation

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop-AbCdEf"
KEY = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
AROUND: dict[str, Any] = {
    "name": "shop",
    "environment_suffix": "dev",
    "vpc_id": "vpc-1",
    "subnet_ids": ["subnet-1", "subnet-2", "subnet-3"],
    "client_cidrs": ["10.0.0.0/16"],
}
DATABASE: dict[str, Any] = AROUND | {
    "database_name": "shop",
    "master_username": "postgresadmin",
    "availability_zones": ["us-east-1a", "us-east-1b", "us-east-1c"],
}
AURORA: dict[str, Any] = DATABASE | {"cluster_name": "shop-db", "engine_version": "16.9"}
POSTGRES: dict[str, Any] = DATABASE | {
    "primary_name": "shop-primary",
    "replica_name": "shop-replica",
    "engine_version": "17.5",
    "instance_class": "db.m5.large",
}
BESIDE: dict[str, Any] = {"secret_arn": SECRET, "database_security_group_id": "sg-db"}
PROXY: dict[str, Any] = AROUND | BESIDE | {"cluster_identifier": "shop-db-dev"}
ROTATION: dict[str, Any] = {k: v for k, v in AROUND.items() if k != "client_cidrs"} | BESIDE


def instances(
    module: Module[Any, Any], given: Mapping[str, Any], **more: Any
) -> dict[str, Instance]:
    """Give what a module comes to, by address."""
    return {each.address: each for each in resolve(module, {**given, **more}).instances}


def values(found: Mapping[str, Instance], address: str) -> dict[str, Any]:
    """Give the arguments of one instance."""
    return found[address].values


def of_type(found: Mapping[str, Instance], type_: str) -> list[str]:
    """Give the addresses of a type."""
    return [address for address, each in found.items() if each.type == type_]


# --- postgres ---------------------------------------------------------------------------------------


def test_replicas_are_like_their_primary_and_each_in_its_own_zone() -> None:
    """They take nothing that the primary hands down, and leave no snapshot."""
    found = instances(postgres, POSTGRES, replica_count=3, credentials="generated")
    primary = values(found, "aws_db_instance.primary")
    replicas = [values(found, f"aws_db_instance.replica[{n}]") for n in range(3)]
    assert [r["availability_zone"] for r in replicas] == POSTGRES["availability_zones"]
    assert [r["identifier"] for r in replicas] == [f"shop-replica-{n}-dev" for n in (1, 2, 3)]
    inherited = {"username", "password_wo", "db_name", "engine", "kms_key_id", "allocated_storage"}
    inherited |= {"db_subnet_group_name", "backup_window", "final_snapshot_identifier"}
    for replica in replicas:
        assert not (inherited | {"database_insights_mode"}) & replica.keys()
        assert (replica["skip_final_snapshot"], replica["multi_az"]) == (True, False)
        assert replica["backup_retention_period"] == 0
        for name in ("instance_class", "maintenance_window", "monitoring_interval", "storage_type"):
            assert replica[name] == primary[name]
    assert "availability_zone" not in primary
    assert primary["backup_retention_period"] > 0


def test_every_instance_has_its_log_group_first() -> None:
    """By the name that RDS would give it."""
    found = instances(postgres, POSTGRES, replica_count=2, credentials="generated")
    assert [values(found, a)["name"] for a in of_type(found, "aws_cloudwatch_log_group")] == [
        "/aws/rds/instance/shop-primary-dev/postgresql",
        "/aws/rds/instance/shop-replica-1-dev/postgresql",
        "/aws/rds/instance/shop-replica-2-dev/postgresql",
    ]
    document = postgres.body.document.json()["resource"]["aws_db_instance"]
    assert "aws_cloudwatch_log_group.primary" in document["primary"]["depends_on"]
    assert document["replica"]["depends_on"] == ["aws_cloudwatch_log_group.replica"]


def test_parameters_are_counted_in_their_units() -> None:
    """Whatever is asked for, nobody connects without TLS."""
    found = instances(
        postgres,
        POSTGRES,
        parameters={
            "shared_buffers": "1GB",
            "work_mem": "16MB",
            "maintenance_work_mem": "256MB",
            "effective_cache_size": "3GB",
            "rds.force_ssl": "0",
        },
    )
    group = values(found, "aws_db_parameter_group.main")
    assert group["family"] == "postgres17"
    assert {p["name"]: (p["value"], p["apply_method"]) for p in group["parameter"]} == {
        "shared_buffers": ("131072", "pending-reboot"),
        "work_mem": ("16384", "immediate"),
        "maintenance_work_mem": ("262144", "immediate"),
        "effective_cache_size": ("393216", "immediate"),
        "rds.force_ssl": ("1", "immediate"),
    }


@pytest.mark.parametrize("destroyable", [True, False])
def test_every_instance_is_destroyable_or_protected(*, destroyable: bool) -> None:
    """By one flag."""
    found = instances(
        postgres, POSTGRES, destroyable=destroyable, replica_count=1, credentials="generated"
    )
    for address in of_type(found, "aws_db_instance"):
        instance = values(found, address)
        assert instance["deletion_protection"] is not destroyable
        assert instance["delete_automated_backups"] is destroyable
    primary = values(found, "aws_db_instance.primary")
    assert primary["skip_final_snapshot"] is destroyable
    assert ("final_snapshot_identifier" in primary) is not destroyable
    secret = values(found, "aws_secretsmanager_secret.master[0]")
    assert secret["recovery_window_in_days"] == (0 if destroyable else 30)


def test_storage_below_400_gb_has_its_baseline() -> None:
    """And more from there on."""
    plain = values(instances(postgres, POSTGRES), "aws_db_instance.primary")
    assert plain["storage_type"] == "gp3"
    assert not {"iops", "storage_throughput"} & plain.keys()
    fast = values(
        instances(
            postgres, POSTGRES, allocated_storage_gb=400, iops=20000, storage_throughput=1000
        ),
        "aws_db_instance.primary",
    )
    assert (fast["iops"], fast["storage_throughput"]) == (20000, 1000)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (
            {"replica_count": 4, "credentials": "generated"},
            "4 read replicas in 3 availability zones",
        ),
        ({"replica_count": 1}, "managed credentials and 1 read replicas"),
        ({"availability_zones": ["a", "a"]}, "Multi-AZ with 1 availability zone"),
        ({"instance_class": "db.r5.micro"}, "AWS does not offer db.r5.micro"),
        ({"iops": 12000}, "below 400 GB gp3"),
        ({"backup_window": "04:30-05:30"}, "overlaps the daily backup window"),
        ({"client_cidrs": ["0.0.0.0/0"]}, "never the whole internet"),
        ({"parameters": {"shared_bufers": "1"}}, "has no instance parameter shared_bufers"),
        (
            {"parameters": {"shared_buffers": "1048576"}},
            "is 8192 MiB: that is too much of the 8192",
        ),
        ({"engine_version": "17.4"}, r"creates: 17\.5, .*\. Take 17\.11\."),
        ({"credentials": "existing"}, "give its ARN as secret_arn"),
        ({"backup_retention_days": 0}, "expected 1 to 35"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_wrong_inputs_of_postgres(wrong: dict[str, Any], expected: str) -> None:
    """Each rule alone, when they are written."""
    PostgresInputs(**POSTGRES)
    with pytest.raises(ArgumentError, match=expected) as caught:
        PostgresInputs(**(POSTGRES | wrong))
    assert len(caught.value.problems) == 1


# --- aurora -----------------------------------------------------------------------------------------


def test_readers_are_in_other_zones() -> None:
    """The writer is in the first; without zones AWS chooses."""
    found = instances(aurora, AURORA, reader_count=3)
    placed = [
        values(found, a).get("availability_zone")
        for a in of_type(found, "aws_rds_cluster_instance")
    ]
    assert placed == ["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1a"]
    free = instances(aurora, AURORA, reader_count=1, availability_zones=[])
    for address in of_type(free, "aws_rds_cluster_instance"):
        assert "availability_zone" not in values(free, address)


def test_readers_scale_between_two_numbers() -> None:
    """With the CPU of the readers; off by default."""
    found = instances(aurora, AURORA, reader_count=2, reader_maximum=5, reader_target_cpu=60)
    target = values(found, "aws_appautoscaling_target.readers[0]")
    assert (target["min_capacity"], target["max_capacity"]) == (2, 5)
    assert target["scalable_dimension"] == "rds:cluster:ReadReplicaCount"
    policy = values(found, "aws_appautoscaling_policy.readers[0]")
    assert policy["name"] == "shop-readers-cpu-dev"
    (tracking,) = policy["target_tracking_scaling_policy_configuration"]
    assert tracking["target_value"] == 60
    assert "ReaderAverageCPU" in str(tracking["predefined_metric_specification"])
    assert not of_type(instances(aurora, AURORA, reader_count=2), "aws_appautoscaling_target")


def test_monitoring_that_is_off_has_no_role() -> None:
    """RDS refuses one without the other."""
    found = instances(aurora, AURORA, monitoring_interval=0)
    assert not of_type(found, "aws_iam_role")
    writer = values(found, "aws_rds_cluster_instance.writer")
    assert writer["monitoring_interval"] == 0
    assert "monitoring_role_arn" not in writer
    on = instances(aurora, AURORA)
    assert of_type(on, "aws_iam_role") == ["aws_iam_role.monitoring[0]"]


def test_one_key_encrypts_all_of_it() -> None:
    """Storage, Performance Insights and the secret."""
    found = instances(
        aurora, AURORA, kms_key_arn=KEY, credentials="generated", database_insights_mode="standard"
    )
    assert values(found, "aws_rds_cluster.main")["kms_key_id"] == KEY
    assert (
        values(found, "aws_rds_cluster_instance.writer")["performance_insights_kms_key_id"] == KEY
    )
    assert values(found, "aws_secretsmanager_secret.master[0]")["kms_key_id"] == KEY
    managed = values(instances(aurora, AURORA, kms_key_arn=KEY), "aws_rds_cluster.main")
    assert managed["master_user_secret_kms_key_id"] == KEY


def test_performance_insights_can_be_off_or_advanced() -> None:
    """The advanced mode asks the cluster too."""
    off = instances(aurora, AURORA, performance_insights_retention_days=0)
    writer = values(off, "aws_rds_cluster_instance.writer")
    assert writer["performance_insights_enabled"] is False
    assert "performance_insights_retention_period" not in writer
    advanced = instances(
        aurora,
        AURORA,
        performance_insights_retention_days=465,
        database_insights_mode="advanced",
    )
    cluster = values(advanced, "aws_rds_cluster.main")
    assert cluster["performance_insights_enabled"] is True
    assert cluster["performance_insights_retention_period"] == 465


def test_clients_may_be_security_groups() -> None:
    """Known by their names before they are made."""
    found = instances(
        aurora, AURORA, client_cidrs=[], client_security_groups={"app": "sg-1", "bastion": "sg-2"}
    )
    rules = [values(found, a) for a in of_type(found, "aws_vpc_security_group_ingress_rule")]
    assert [(r["referenced_security_group_id"], r["from_port"]) for r in rules] == [
        ("sg-1", 5432),
        ("sg-2", 5432),
    ]
    assert not of_type(found, "aws_vpc_security_group_egress_rule")


def test_wrong_inputs_of_aurora() -> None:
    """Together they would all be told."""
    with pytest.raises(ArgumentError, match="at most 1 readers, and 2 to begin with"):
        AuroraInputs(**AURORA, reader_count=2, reader_maximum=1)


@pytest.mark.parametrize(
    ("credentials", "secrets", "versions", "read"),
    [("managed", 0, 0, 0), ("existing", 0, 0, 1), ("generated", 1, 2, 1)],
)
@pytest.mark.parametrize("database", ["aurora", "postgres"])
def test_credentials_make_no_more_than_they_need(
    database: str, credentials: str, secrets: int, versions: int, read: int
) -> None:
    """What is read is ephemeral."""
    module: Module[Any, Any] = aurora if database == "aurora" else postgres
    given = AURORA if database == "aurora" else POSTGRES
    found = instances(module, given, credentials=credentials, secret_arn=SECRET)
    modes = {a: each.mode for a, each in found.items() if "secretsmanager" in each.type}
    types = [(found[a].type.removeprefix("aws_secretsmanager_"), m) for a, m in modes.items()]
    assert types.count(("secret", "resource")) == secrets
    assert types.count(("secret_version", "resource")) == versions
    assert types.count(("secret_version", "ephemeral")) == read
    assert types.count(("random_password", "ephemeral")) == secrets
    assert not types.count(("secret_version", "data"))


def test_a_managed_secret_rotates_as_it_is_told() -> None:
    """Without a function."""
    found = instances(aurora, AURORA, managed_rotation_days=30)
    schedule = values(found, "aws_secretsmanager_secret_rotation.managed[0]")
    assert schedule["rotation_rules"] == [{"automatically_after_days": 30}]
    assert "rotation_lambda_arn" not in schedule
    assert not of_type(instances(aurora, AURORA), "aws_secretsmanager_secret_rotation")


# --- rotation ---------------------------------------------------------------------------------------


def test_the_function_is_aws_s_own_and_reaches_two_places() -> None:
    """The database, and Secrets Manager."""
    found = instances(
        rotation, ROTATION, days=30, secrets_manager_cidrs=["10.0.0.0/16"], kms_key_arn=KEY
    )
    stack = values(found, "aws_serverlessapplicationrepository_cloudformation_stack.rotation")
    assert set(stack["capabilities"]) == {"CAPABILITY_IAM", "CAPABILITY_RESOURCE_POLICY"}
    out = [values(found, a) for a in of_type(found, "aws_vpc_security_group_egress_rule")]
    assert {
        (r["to_port"], r.get("cidr_ipv4"), r.get("referenced_security_group_id")) for r in out
    } == {
        (443, "10.0.0.0/16", None),
        (5432, None, "sg-db"),
    }
    (in_,) = of_type(found, "aws_vpc_security_group_ingress_rule")
    assert values(found, in_)["security_group_id"] == "sg-db"
    schedule = values(found, "aws_secretsmanager_secret_rotation.main")
    assert schedule["rotation_rules"] == [{"automatically_after_days": 30}]
    assert schedule["rotate_immediately"] is False
    assert values(found, "aws_cloudwatch_log_group.rotation")["name"] == (
        "/aws/lambda/shop-rotation-dev"
    )


def test_new_passwords_have_no_punctuation_either() -> None:
    """And the key is named where the secret has one."""
    text = rotation.body.document.json()["resource"][
        "aws_serverlessapplicationrepository_cloudformation_stack"
    ]["rotation"]["parameters"]
    assert "!\\\"#$%&'()*+,-./:;<=>?@[\\\\]^_`{|}~" in text
    assert "var.kms_key_arn == null ? {} : {kmsKeyArn = var.kms_key_arn}" in text
    table = rotation.body.document.json()["locals"]["rotation_applications"]
    assert table["aws"].endswith(":applications/SecretsManagerRDSPostgreSQLRotationSingleUser")


# --- proxy ------------------------------------------------------------------------------------------


def test_the_proxy_takes_tls_only_and_reads_one_secret() -> None:
    """With its key, by way of Secrets Manager."""
    found = instances(proxy, PROXY, kms_key_arn=KEY)
    made = values(found, "aws_db_proxy.main")
    assert made["require_tls"] is True
    assert made["engine_family"] == "POSTGRESQL"
    (auth,) = made["auth"]
    assert auth["secret_arn"] == SECRET
    read, decrypt = values(found, "data.aws_iam_policy_document.proxy")["statement"]
    assert read["resources"] == [SECRET]
    assert (decrypt["actions"], decrypt["resources"]) == (["kms:Decrypt"], [KEY])
    assert decrypt["condition"][0]["variable"] == "kms:ViaService"
    without = values(instances(proxy, PROXY), "data.aws_iam_policy_document.proxy")
    assert len(without["statement"]) == 1


def test_the_proxy_stands_between_clients_and_cluster() -> None:
    """Clients reach it, it reaches the cluster, and the cluster admits it."""
    found = instances(proxy, PROXY)
    into = {a: values(found, a) for a in of_type(found, "aws_vpc_security_group_ingress_rule")}
    assert {a: r.get("cidr_ipv4") for a, r in into.items()} == {
        'aws_vpc_security_group_ingress_rule.postgresql["10.0.0.0/16"]': "10.0.0.0/16",
        "aws_vpc_security_group_ingress_rule.database": None,
    }
    assert into["aws_vpc_security_group_ingress_rule.database"]["security_group_id"] == "sg-db"
    (out,) = of_type(found, "aws_vpc_security_group_egress_rule")
    assert values(found, out)["referenced_security_group_id"] == "sg-db"
    assert values(found, "aws_db_proxy_target.cluster")["db_cluster_identifier"] == "shop-db-dev"
