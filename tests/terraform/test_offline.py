"""The offline plan, on the real Terraform and the schema of the AWS provider."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tapforge.local import offline
from tapforge.local.offline import (
    NotSettledError,
    RootNotFoundError,
    offline_cycle,
    offline_plan,
    offline_terraform,
)
from tapforge.local.terraform import Terraform, TerraformFailedError

pytestmark = pytest.mark.terraform

AWS = {"required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 6.0"}}}
MODULE = {
    "terraform": AWS,
    "variable": {"suffix": {"type": "string"}},
    "data": {
        "aws_availability_zones": {"this": {}},
        "aws_caller_identity": {"this": {}},
        "aws_partition": {"this": {}},
        "aws_region": {"this": {}},
        "aws_iam_policy_document": {
            "trust": {
                "statement": {
                    "actions": ["sts:AssumeRole"],
                    "principals": {"type": "Service", "identifiers": ["rds.amazonaws.com"]},
                }
            }
        },
    },
    "resource": {
        "aws_subnet": {
            "this": {
                "count": 3,
                "vpc_id": "${aws_vpc.this.id}",
                "cidr_block": "${cidrsubnet(aws_vpc.this.cidr_block, 8, count.index)}",
                "availability_zone": "${data.aws_availability_zones.this.names[count.index]}",
            }
        },
        "aws_vpc": {"this": {"cidr_block": "10.0.0.0/16", "tags": {"Name": "${var.suffix}"}}},
        "aws_db_subnet_group": {
            "this": {"name": "group-${var.suffix}", "subnet_ids": "${aws_subnet.this[*].id}"}
        },
        "aws_iam_role": {
            "this": {
                "name": "role-${var.suffix}",
                "assume_role_policy": "${data.aws_iam_policy_document.trust.json}",
            }
        },
        "aws_rds_cluster": {
            "this": {
                "cluster_identifier": "cluster-${var.suffix}",
                "engine": "aurora-postgresql",
                "db_subnet_group_name": "${aws_db_subnet_group.this.name}",
                "manage_master_user_password": True,
                "timeouts": {"create": "2h"},
            }
        },
    },
    "output": {
        "endpoint": {"value": "${aws_rds_cluster.this.endpoint}"},
        "secret_arn": {"value": "${aws_rds_cluster.this.master_user_secret[0].secret_arn}"},
        "where": {
            "value": "${data.aws_partition.this.partition}/${data.aws_region.this.region}/"
            "${data.aws_caller_identity.this.account_id}"
        },
        "trust": {"value": "${data.aws_iam_policy_document.trust.json}"},
    },
}
ROOT = {
    "terraform": {**AWS, "backend": {"s3": {}}},
    "provider": {"aws": {"region": "${var.region}"}},
    "variable": {"region": {"type": "string"}, "suffix": {"type": "string"}},
    "module": {"db": {"source": "../../modules/db", "suffix": "${var.suffix}"}},
    "output": {
        name: {"value": f"${{module.db.{name}}}"}
        for name in ("endpoint", "secret_arn", "where", "trust")
    },
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A rendered project: a root, a module beside it, an environment."""
    for path, document in {
        "terraform/demo/main.tf.json": ROOT,
        "modules/db/main.tf.json": MODULE,
        "env/dev/demo.tfvars.json": {"region": "eu-central-1", "suffix": "dev"},
        "env/prod/demo.tfvars.json": {"suffix": "prod"},
        "terraform/demo/.terraform.lock.hcl": "",
        "terraform/demo/terraform.tfstate": "not ours",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(
            document if isinstance(document, str) else json.dumps(document)
        )
    return tmp_path


@pytest.fixture
def untouched(project: Path) -> Iterator[None]:
    """Nothing under the project is written, changed or removed."""

    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}

    before = files()
    yield
    assert files() == before


@pytest.mark.usefixtures("untouched")
def test_a_rendered_root_is_planned_as_it_is(project: Path, tmp_path_factory: Any) -> None:
    """Backend, modules, environment and all; the plan file can be kept."""
    out = tmp_path_factory.mktemp("out") / "demo.tfplan"

    plan = offline_plan(
        project / "terraform/demo", var_files=[project / "env/dev/demo.tfvars.json"], out=out
    )

    changes = {change["address"]: change for change in plan.document["resource_changes"]}
    assert len(changes) == 7
    cluster = changes["module.db.aws_rds_cluster.this"]
    assert cluster["provider_name"] == "registry.terraform.io/hashicorp/aws"
    assert cluster["change"]["after"]["cluster_identifier"] == "cluster-dev"
    assert cluster["change"]["after_unknown"]["endpoint"] is True
    assert out.stat().st_size > 0
    assert plan.warnings == ()


@pytest.mark.usefixtures("untouched")
def test_a_rendered_root_lives_a_whole_life(project: Path) -> None:
    """Plan, apply, an empty second plan, destroy; values look like AWS's."""
    cycle = offline_cycle(
        project / "terraform/demo",
        var_files=[project / "env/dev/demo.tfvars.json", project / "env/prod/demo.tfvars.json"],
    )

    assert cycle.outputs["endpoint"].startswith("cluster-prod.")
    assert cycle.outputs["endpoint"].endswith(".eu-central-1.rds.amazonaws.com")
    assert cycle.outputs["secret_arn"].startswith(
        "arn:aws:secretsmanager:eu-central-1:123456789012:"
    )
    assert cycle.outputs["where"] == "aws/eu-central-1/123456789012"
    assert json.loads(cycle.outputs["trust"])["Statement"][0]["Principal"] == {
        "Service": "rds.amazonaws.com"
    }


def test_an_invalid_root_is_told_with_all_its_errors(project: Path) -> None:
    """Validation comes first, and names the place in the rendered file."""
    module = project / "modules/db/main.tf.json"
    document = json.loads(module.read_text())
    document["resource"]["aws_iam_role"]["this"]["nam"] = "x"
    document["resource"]["aws_rds_cluster"]["this"]["port"] = "many"
    module.write_text(json.dumps(document))

    with pytest.raises(TerraformFailedError) as caught:
        offline_plan(project / "terraform/demo")

    assert len(caught.value.problems) == 2
    assert '"nam"' in str(caught.value)
    assert "terraform validate: " in str(caught.value)
    assert "modules/db/main.tf.json:1" in str(caught.value)


def test_what_has_no_instance_is_validated_too(project: Path) -> None:
    """A resource that this environment does not have must be right all the same."""
    root = project / "terraform/demo/none.tf.json"
    root.write_text('{"resource": {"aws_sns_topic": {"none": {"count": 0, "nam": "x"}}}}')

    with pytest.raises(TerraformFailedError, match=r'terraform validate: .*"nam"'):
        offline_plan(project / "terraform/demo", var_files=[project / "env/dev/demo.tfvars.json"])


def test_a_missing_variable_is_an_error_of_the_plan(project: Path) -> None:
    """What only a plan can find is found."""
    with pytest.raises(TerraformFailedError, match=r'variable "region" is not set'):
        offline_plan(project / "terraform/demo", var_files=[project / "env/prod/demo.tfvars.json"])


def test_another_provider_is_not_downloaded(project: Path) -> None:
    """A provider without a schema is an error that names it."""
    root = project / "terraform/demo/random.tf.json"
    root.write_text('{"resource": {"random_id": {"this": {"byte_length": 1}}}}')

    with pytest.raises(TerraformFailedError, match="hashicorp/random"):
        offline_plan(project / "terraform/demo")


def test_a_folder_without_documents_is_no_root(tmp_path: Path) -> None:
    """The error says what is missing and how to get it."""
    with pytest.raises(RootNotFoundError, match=r"no \*\.tf\.json files; .*tapforge render"):
        offline_plan(tmp_path)


def test_hcl_beside_json_is_read_too(project: Path) -> None:
    """A root that a team has gone on with in HCL plans just as well."""
    (project / "terraform/demo/more.tf").write_text(
        'resource "aws_sns_topic" "more" {\n  name = "more"\n}\n'
    )

    plan = offline_plan(
        project / "terraform/demo", var_files=[project / "env/dev/demo.tfvars.json"]
    )

    assert "aws_sns_topic.more" in {c["address"] for c in plan.document["resource_changes"]}


def test_terraform_test_runs_offline(project: Path) -> None:
    """Any command of Terraform works, on files of the root that are links to it."""
    (project / "terraform/demo/names.tftest.json").write_text(
        json.dumps(
            {
                "variables": {"region": "eu-central-1", "suffix": "test"},
                "run": [
                    {
                        "names": {
                            "command": "apply",
                            "assert": [
                                {
                                    "condition": '${startswith(output.endpoint, "cluster-test.")}',
                                    "error_message": "wrong name",
                                }
                            ],
                        }
                    }
                ],
            }
        )
    )

    with offline_terraform(project / "terraform/demo") as terraform:
        done = terraform.stream("test")

    assert done.check().exit_code == 0


def test_a_root_that_never_settles_is_an_error(project: Path) -> None:
    """A second plan with changes names them."""
    root = project / "terraform/demo/clock.tf.json"
    root.write_text(
        json.dumps(
            {
                "resource": {"aws_sns_topic": {"clock": {"name": "${timestamp()}"}}},
                "output": {"clock": {"value": "${timestamp()}"}},
            }
        )
    )

    with pytest.raises(NotSettledError) as caught:
        offline_cycle(project / "terraform/demo", var_files=[project / "env/dev/demo.tfvars.json"])

    assert [problem.place for problem in caught.value.problems] == [
        "aws_sns_topic.clock",
        "output.clock",
    ]
    assert "would update again" in str(caught.value)


def test_what_a_destroy_leaves_is_an_error(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each resource that is still there is named."""
    monkeypatch.setattr(Terraform, "destroy", lambda *_, **__: None)

    with pytest.raises(NotSettledError, match=r"module\.db\.aws_vpc\.this: it is still there"):
        offline_cycle(project / "terraform/demo", var_files=[project / "env/dev/demo.tfvars.json"])


def test_a_parent_that_cannot_be_listed_is_passed_through(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Home directories that only let through are no obstacle."""
    real = Path.iterdir

    def iterdir(path: Path) -> Iterator[Path]:
        if path == project.parent:
            raise PermissionError
        return real(path)

    monkeypatch.setattr(offline.Path, "iterdir", iterdir)

    plan = offline_plan(
        project / "terraform/demo", var_files=[project / "env/dev/demo.tfvars.json"]
    )

    assert len(plan.document["resource_changes"]) == 7
