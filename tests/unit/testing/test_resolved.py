"""What users' tests ask of a system without Terraform."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import tapforge.testing
from tapforge import aws
from tapforge.lang.inputs import inputs, output, outputs, variable
from tapforge.lang.module import Body, module
from tapforge.lang.resolve import ResolveError
from tapforge.systems.aurora_demo import aurora_demo
from tapforge.systems.project import ProjectError
from tapforge.testing import AddressError, Resolved, resolve, unknown

ROOT = Path(__file__).parents[3]
READER = "module.aurora.aws_rds_cluster_instance.reader"


@pytest.fixture
def prod() -> Resolved:
    """The demo in production, with two readers."""
    return resolve("aurora-demo", {"reader_count": 2}, environment="prod", folder=ROOT)


def test_a_resource_is_had_by_its_address(prod: Resolved) -> None:
    """With its values, what is unknown, and its blocks."""
    cluster = prod["module.aurora.aws_rds_cluster.main"]
    assert cluster.known("cluster_identifier") == "aurora-postgres-prod"
    assert unknown(cluster.given("vpc_security_group_ids")[0])
    group = prod["module.aurora.aws_rds_cluster_parameter_group.main"]
    assert [each.known("name") for each in group.blocks("parameter")] == ["rds.force_ssl"]
    assert "module.aurora.data.aws_partition.current" in prod


def test_instances_of_a_resource_are_had_in_order(prod: Resolved) -> None:
    """By the address without a key; those of a type all over the system."""
    names = [each.known("identifier") for each in prod.instances(READER)]
    assert names == ["aurora-postgres-prod-instance-2", "aurora-postgres-prod-instance-3"]
    assert len(prod.of("aws_rds_cluster_instance")) == 3
    assert prod.instances("aws_vpc.nothing") == []
    assert len(prod) == len(list(prod)) == len(prod.configuration.resources)


def test_values_go_before_the_environment_before_defaults(prod: Resolved) -> None:
    """All of them are told; outputs, too."""
    assert prod.inputs["environment_suffix"] == "prod"
    assert prod.inputs["reader_count"] == 2
    assert prod.inputs["aws_region"] == "us-east-1"
    assert prod.outputs["cluster_port"] == 5432
    assert unknown(prod.outputs["cluster_endpoint"])


def test_an_address_where_nothing_is_is_told(prod: Resolved) -> None:
    """With the closest, or with the instances of the resource; other questions of a mapping work."""
    with pytest.raises(AddressError) as caught:
        prod[READER]
    assert str(caught.value) == (
        f'aurora-demo (prod): address "{READER}": there is no such resource;'
        f" one of: {READER}[0], {READER}[1]"
    )
    with pytest.raises(KeyError, match=r'did you mean "module\.network\.aws_vpc\.main"\?'):
        prod["module.network.aws_vpc.mian"]
    assert prod.get("aws_vpc.main") is None
    assert "aws_vpc.main" not in prod


def test_a_system_needs_no_project() -> None:
    """Nor any values, where all have defaults."""
    resolved = resolve(aurora_demo)
    assert resolved.inputs["environment_suffix"] == "dev"
    assert resolved.configuration.name == "aurora-demo"


@inputs
class VpcInputs:
    """Inputs of a small module."""

    cidr: str = variable("The block.", example="10.0.0.0/16")


@outputs
class VpcOutputs:
    """Outputs of a small module."""

    vpc_id: str = output("The VPC.")


@module("vpc")
def vpc(m: Body, v: VpcInputs) -> VpcOutputs:
    """A network."""
    return VpcOutputs(vpc_id=m.add(aws.Vpc("main", cidr_block=v.cidr)).id)


def test_a_module_is_resolved_alone() -> None:
    """It has inputs as a system has, and no environments."""
    assert resolve(vpc, {"cidr": "10.1.0.0/16"})["aws_vpc.main"].values == {
        "cidr_block": "10.1.0.0/16"
    }
    with pytest.raises(ResolveError, match=r"cidr: has no value; give one: The block\."):
        resolve(vpc)
    with pytest.raises(TypeError, match="module vpc has no environments, only systems have"):
        resolve(vpc, environment="dev", folder=ROOT)


def test_a_system_that_is_not_there_is_told() -> None:
    """As on the command line."""
    with pytest.raises(ProjectError, match='did you mean "aurora-demo"'):
        resolve("aurora-dmo", folder=ROOT)


def test_the_package_imports_what_is_asked_for() -> None:
    """Since pytest imports it in every project: neither the systems nor hypothesis."""
    script = "import sys, tapforge.testing; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"hypothesis", "attrs", "tapforge.systems", "tapforge.rules"} & set(loaded)
    for name in tapforge.testing.__all__:
        assert getattr(tapforge.testing, name).__doc__
    with pytest.raises(AttributeError, match="has no attribute 'resolver'"):
        _ = tapforge.testing.resolver


def test_the_example_in_the_documentation_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs as it is written."""
    monkeypatch.chdir(ROOT)
    text = tapforge.testing.__doc__ or ""
    code = "\n".join(line[4:] for line in re.findall(r"(?m)^    .*$|^$", text))
    namespace: dict[str, object] = {}
    exec(code, namespace)  # noqa: S102
    namespace["test_the_writer_is_private"]()
