"""The bastion."""

from typing import Any

import pytest

from tapforge.lang.errors import ArgumentError
from tapforge.lang.expression import hcl
from tapforge.lang.resolve import resolve
from tapforge.modules.bastion import BastionInputs, bastion

INPUTS: dict[str, Any] = {
    "name": "shop",
    "environment_suffix": "dev",
    "vpc_id": "vpc-1",
    "subnet_id": "subnet-1",
    "database_cidrs": ["10.0.20.0/24", "10.0.21.0/24"],
    "server_version": "17.5",
}


def made(**given: Any) -> dict[str, dict[str, Any]]:
    """Give what the module makes, by address."""
    return {i.address: i.values for i in resolve(bastion, INPUTS | given).instances}


def test_nothing_reaches_the_machine() -> None:
    """No ingress, no public address, no key pair; sessions come by Systems Manager."""
    found = made()
    machine = found["aws_instance.main"]
    assert not [address for address in found if "ingress" in address]
    assert machine["associate_public_ip_address"] is False
    assert "key_name" not in machine
    policies = [
        hcl(values["policy_arn"]).rpartition("/")[2].strip('"')
        for address, values in found.items()
        if address.startswith("aws_iam_role_policy_attachment.")
    ]
    assert sorted(policies) == ["AmazonSSMManagedInstanceCore", "CloudWatchAgentServerPolicy"]
    assert hcl(machine["iam_instance_profile"]) == '"shop-bastion-dev"'


def test_the_machine_reaches_https_and_the_database() -> None:
    """The one everywhere, as addresses of AWS change, the other in its subnets."""
    rules = {
        (values["cidr_ipv4"], values["from_port"], values["to_port"], values["ip_protocol"])
        for address, values in made(database_port=6432).items()
        if "egress" in address
    }
    assert rules == {
        ("0.0.0.0/0", 443, 443, "tcp"),
        ("10.0.20.0/24", 6432, 6432, "tcp"),
        ("10.0.21.0/24", 6432, 6432, "tcp"),
    }


@pytest.mark.parametrize("destroyable", [True, False])
def test_the_machine_is_hardened(destroyable: bool) -> None:
    """Metadata by token alone, an encrypted disk that goes with it, detailed monitoring."""
    machine = made(destroyable=destroyable)["aws_instance.main"]
    (metadata,) = machine["metadata_options"]
    assert metadata["http_tokens"] == "required"
    (disk,) = machine["root_block_device"]
    assert (disk["encrypted"], disk["delete_on_termination"]) == (True, True)
    assert machine["monitoring"] is True
    assert machine["instance_type"] == "t3.micro"
    assert machine["force_destroy"] is destroyable


def test_the_client_is_installed_at_boot() -> None:
    """As soon as there is a way out; a change of the package makes a new machine."""
    machine = made(client_package="postgresql18")["aws_instance.main"]
    assert machine["user_data"].splitlines()[:3] == [
        "#!/bin/bash",
        "for attempt in {1..60}; do",
        "  dnf install -y postgresql18 && exit 0",
    ]
    assert machine["user_data_replace_on_change"] is True


@pytest.mark.parametrize(
    ("instance_type", "processor"),
    [
        *((type_, "x86_64") for type_ in ("t3.micro", "t3a.nano", "g5.xlarge", "g4dn.xlarge")),
        *((type_, "arm64") for type_ in ("t4g.micro", "c7gn.large", "m6gd.large", "a1.medium")),
    ],
)
def test_the_processor_decides_the_image(instance_type: str, processor: str) -> None:
    """Graviton takes images of its own."""
    image = made(instance_type=instance_type)["data.aws_ssm_parameter.image"]
    assert image["name"].endswith(f"al2023-ami-kernel-default-{processor}")


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        pytest.param(
            {"client_package": "postgresql16"},
            r"postgresql16 is older than the server, 17\.5: .* take postgresql17 or newer",
            id="client older than the server",
        ),
        pytest.param(
            {"client_package": "postgresql17; reboot"},
            "expected a package of Amazon Linux 2023",
            id="a command",
        ),
        pytest.param({"server_version": "latest"}, "expected a version", id="no version"),
        pytest.param({"instance_type": "micro"}, "expected an instance type", id="no type"),
        pytest.param({"database_cidrs": []}, "no database is reached", id="no database"),
        pytest.param({"database_cidrs": ["0.0.0.0/0"]}, "expected IPv4 blocks", id="everywhere"),
    ],
)
def test_wrong_inputs_are_errors_when_they_are_written(
    wrong: dict[str, Any], expected: str
) -> None:
    """In Python as in Terraform."""
    BastionInputs(**INPUTS)
    with pytest.raises(ArgumentError, match=expected):
        BastionInputs(**INPUTS | wrong)
