"""The database modules on the real Terraform: what it refuses and plans is what Python says."""

from typing import Any

import pytest

from tapforge.lang.inputs import problems
from tapforge.lang.module import Module
from tapforge.lang.resolve import resolve
from tapforge.local.many import Planned, judge, plan_many
from tapforge.modules.aurora import aurora
from tapforge.modules.postgres import postgres
from tapforge.modules.proxy import proxy
from tapforge.modules.rotation import rotation

pytestmark = pytest.mark.terraform

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop-AbCdEf"
KEY = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
AROUND: dict[str, Any] = {
    "name": "shop",
    "environment_suffix": "dev",
    "vpc_id": "vpc-1",
    "subnet_ids": ["subnet-1", "subnet-2", "subnet-3"],
}
DATABASE: dict[str, Any] = AROUND | {
    "client_cidrs": ["10.0.0.0/16"],
    "database_name": "shop",
    "master_username": "postgresadmin",
    "availability_zones": ["us-east-1a", "us-east-1b", "us-east-1c"],
}
BESIDE: dict[str, Any] = {"secret_arn": SECRET, "database_security_group_id": "sg-0db"}
MODULES: dict[str, Module[Any, Any]] = {
    "aurora": aurora,
    "postgres": postgres,
    "proxy": proxy,
    "rotation": rotation,
}
GIVEN: dict[str, dict[str, Any]] = {
    "aurora": DATABASE | {"cluster_name": "shop-db", "engine_version": "16.9"},
    "postgres": DATABASE
    | {
        "primary_name": "shop-primary",
        "engine_version": "17.5",
        "instance_class": "db.m5.large",
    },
    "proxy": AROUND
    | BESIDE
    | {"client_cidrs": ["10.0.0.0/16"], "cluster_identifier": "shop-db-dev"},
    "rotation": AROUND | BESIDE,
}
GENERATED = {"credentials": "generated"}

BAD: dict[str, tuple[str, dict[str, Any]]] = {
    "replicas beyond the zones": ("postgres", GENERATED | {"replica_count": 4}),
    "managed with replicas": ("postgres", {"replica_count": 1}),
    "Multi-AZ in one zone": ("postgres", {"availability_zones": ["us-east-1a", "us-east-1a"]}),
    "class not offered": ("aurora", {"instance_class": "db.m5.large"}),
    "iops below 400 GB": ("postgres", {"iops": 12000}),
    "throughput below 400 GB": ("postgres", {"storage_throughput": 500}),
    "throughput beyond the iops": (
        "postgres",
        {"allocated_storage_gb": 400, "storage_throughput": 4000, "iops": 12000},
    ),
    "windows overlap": ("postgres", {"backup_window": "04:30-05:30"}),
    "everybody": ("postgres", {"client_cidrs": ["10.0.0.0/8", "0.0.0.0/0"]}),
    "nobody": ("aurora", {"client_cidrs": []}),
    "no security group": ("proxy", {"client_security_groups": {"app": "10.0.0.0/8"}}),
    "unknown parameter": ("postgres", {"parameters": {"shared_bufers": "1GB"}}),
    "parameter of the other level": ("aurora", {"instance_parameters": {"rds.force_ssl": "1"}}),
    "size of a time": ("aurora", {"cluster_parameters": {"wal_sender_timeout": "1GB"}}),
    "part of a page": ("postgres", {"parameters": {"shared_buffers": "12kB"}}),
    "more than the memory": ("postgres", {"parameters": {"shared_buffers": "1048576"}}),
    "more than the memory, with units": (
        "postgres",
        {"parameters": {"effective_cache_size": "24GB", "work_mem": "16MB"}},
    ),
    "version not created": ("aurora", {"engine_version": "15.7"}),
    "existing secret that is not named": ("aurora", {"credentials": "existing"}),
    "part of a secret's ARN": ("rotation", {"secret_arn": SECRET[:-7]}),
    "schedule of nobody": ("aurora", GENERATED | {"managed_rotation_days": 30}),
    "advanced mode of a week": ("aurora", {"database_insights_mode": "advanced"}),
    "alias for a key": ("postgres", {"kms_key_arn": "alias/shop"}),
    "expired authority": ("postgres", {"ca_cert_identifier": "rds-ca-2019"}),
    "auto scaling of nothing": ("aurora", {"reader_maximum": 3}),
}
GOOD: dict[str, tuple[str, dict[str, Any]]] = {
    "a cluster": ("aurora", {}),
    "a cluster with all of it": (
        "aurora",
        GENERATED
        | {
            "reader_count": 2,
            "reader_maximum": 4,
            "kms_key_arn": KEY,
            "monitoring_interval": 0,
            "performance_insights_retention_days": 465,
            "database_insights_mode": "advanced",
            "client_security_groups": {"app": "sg-0a"},
            "instance_parameters": {"work_mem": "16MB", "statement_timeout": "5min"},
        },
    ),
    "a managed password on a schedule": ("aurora", {"managed_rotation_days": 30}),
    "an existing password": ("aurora", {"credentials": "existing", "secret_arn": SECRET}),
    "an instance": ("postgres", {"multi_az": False, "availability_zones": ["us-east-1a"]}),
    "an instance with all of it": (
        "postgres",
        GENERATED
        | {
            "replica_count": 3,
            "destroyable": False,
            "kms_key_arn": KEY,
            "allocated_storage_gb": 400,
            "iops": 12000,
            "storage_throughput": 3000,
            "parameters": {
                "shared_buffers": "1GB",
                "effective_cache_size": "3GB",
                "work_mem": "16MB",
                "max_connections": "{DBInstanceClassMemory/9531392}",
            },
        },
    ),
    "a proxy": ("proxy", {"kms_key_arn": KEY}),
    "a rotation": ("rotation", {"kms_key_arn": KEY}),
}


def of_module(cases: dict[str, tuple[str, dict[str, Any]]], module: str) -> dict[str, Any]:
    """Give the whole inputs of the cases of one module."""
    return {name: GIVEN[of] | more for name, (of, more) in cases.items() if of == module}


@pytest.fixture(scope="module")
def refused() -> dict[str, dict[str, list[str]]]:
    """What Terraform says about each bad case, by variable."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, module in MODULES.items():
        cases = of_module(BAD, name)
        if cases:
            found |= zip(cases, judge(module, cases.values()), strict=True)
    return found


@pytest.mark.parametrize("name", BAD)
def test_terraform_refuses_what_python_refuses(
    refused: dict[str, dict[str, list[str]]], name: str
) -> None:
    """At the same input, in the same words."""
    of, more = BAD[name]
    said = problems(MODULES[of].inputs, GIVEN[of] | more, "x")
    assert said
    assert {(p.place, p.message) for p in said} <= {
        (f"x: {variable}", message)
        for variable, messages in refused[name].items()
        for message in messages
    }


@pytest.fixture(scope="module")
def planned() -> dict[str, Planned]:
    """What Terraform plans in each good case."""
    found: dict[str, Planned] = {}
    for name, module in MODULES.items():
        cases = of_module(GOOD, name)
        found |= zip(cases, plan_many(module, cases.values()), strict=True)
    return found


@pytest.mark.parametrize("name", GOOD)
def test_terraform_plans_what_python_resolves(planned: dict[str, Planned], name: str) -> None:
    """The same resources, and of parameters and zones the same values."""
    of, more = GOOD[name]
    assert planned[name].problems == ()
    instances = resolve(MODULES[of], GIVEN[of] | more).instances
    resources = {each.address: each.values for each in instances if each.mode == "resource"}
    planned_too = {a for a in planned[name].resources if not a.startswith("data.")}
    assert resources.keys() == planned_too
    for address, values in resources.items():
        theirs = planned[name].resources[address]
        for argument in ("parameter", "availability_zone", "iops", "skip_final_snapshot"):
            mine = values.get(argument)
            if isinstance(mine, (str, bool, int)):
                assert theirs[argument] == mine, f"{address}.{argument}"
            elif mine:
                key = lambda parameter: parameter["name"]  # noqa: E731
                assert sorted(theirs[argument], key=key) == sorted(mine, key=key)
