"""The bastion module: a machine from which people reach a database, by Session Manager alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapforge import aws
from tapforge.aws import data
from tapforge.lang import functions as fn
from tapforge.lang.expression import conditional, ge
from tapforge.lang.inputs import Valid, inputs, output, outputs, variable
from tapforge.lang.meta import Lifecycle
from tapforge.lang.module import Body, module
from tapforge.modules import valid
from tapforge.modules.parts.inputs import OutsideInputs
from tapforge.modules.parts.network import client_group
from tapforge.modules.parts.roles import service_role

# Graviton: the attributes after the generation begin with g, as in t4g or c7gn; the first was a1.
# Amazon EC2 Instance Types Guide, Naming conventions.
_GRAVITON = r"^(a1|[a-z]+[0-9]+g[a-z]*)\."
_CLIENT = "^postgresql([0-9]+)$"
_IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-"
# The snapshot that Amazon Linux 2023 starts from is that large.
_VOLUME_GB = 8


def _boot(package: str) -> str:
    # Nothing says that the NAT gateway, minutes in the making, is there before the machine.
    return (
        "#!/bin/bash\n"
        "for attempt in {1..60}; do\n"
        f"  dnf install -y {package} && exit 0\n"
        "  sleep 10\n"
        "done\n"
        "exit 1\n"
    )


def _client_major(package: str) -> float:
    return fn.tonumber(fn.regex(_CLIENT, package)[0])


def client_package(server_version: Callable[[Any], str]) -> tuple[Valid, ...]:
    """The package brings a client that is no older than the server.

    Args:
        server_version: Given all inputs, tells the server's version.
    """

    def major(inputs: Any) -> str:
        return fn.element(fn.split(".", server_version(inputs)), 0)

    return (
        valid.pattern(_CLIENT, "a package of Amazon Linux 2023 such as postgresql17"),
        Valid(
            # What is no such package is told by the rule above.
            lambda value, inputs: fn.try_(
                ge(_client_major(value), fn.tonumber(major(inputs))), True
            ),
            lambda value, inputs: (
                f"{value} is older than the server, {server_version(inputs)}: pg_dump refuses that; take"
                f" postgresql{major(inputs)} or newer."
            ),
        ),
    )


@inputs
class BastionInputs(OutsideInputs):
    """The machine, its place and what it reaches."""

    destroyable: bool = variable(
        "Whether `terraform destroy` overrides a protection that somebody put on the machine.",
        default=True,
    )
    subnet_id: str = variable(
        "Id of a private subnet from which HTTPS reaches Systems Manager and the packages.",
        example="subnet-0123456789abcdef0",
    )
    server_version: str = variable(
        "PostgreSQL version of the server.",
        valid=[valid.pattern(r"^[0-9]+(\.[0-9a-z-]+)*$", "a version such as 17.5")],
        example="17.5",
    )
    client_package: str = variable(
        "Package of the PostgreSQL client, no older than the server.",
        default="postgresql17",
        valid=client_package(lambda inputs: inputs.server_version),
    )
    instance_type: str = variable(
        "Type of the machine; its processor decides the image.",
        default="t3.micro",
        valid=[
            valid.pattern(r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$", "an instance type such as t4g.micro")
        ],
    )
    kms_key_arn: str | None = variable(
        "ARN of the key that encrypts the disk; null leaves it to the account's default.",
        default=None,
        valid=[valid.kms_key_arn],
    )


@outputs
class BastionOutputs:
    """The machine."""

    instance_id: str = output("Id of the machine, as `aws ssm start-session` takes it.")
    security_group_id: str = output("Id of the machine's security group.")
    role_name: str = output("Name of the machine's role.")
    image_id: str = output("Id of the image it was made from.")


@module("bastion")
def bastion(m: Body, v: BastionInputs) -> BastionOutputs:
    """A machine with a PostgreSQL client, without ingress, public address or key pair."""
    suffix = v.environment_suffix
    name = f"{v.name}-bastion-{suffix}"
    partition = m.add(data.Partition("current"))
    processor = conditional(valid.matches(_GRAVITON, v.instance_type), "arm64", "x86_64")
    image = m.add(
        data.SsmParameter("image", name=f"{_IMAGE}{processor}"),
        comment="Amazon Linux 2023, as AWS publishes it in each region.",
    )
    group = client_group(
        m,
        v,
        stem=f"{v.name}-bastion",
        description=f"What {name} reaches; nothing reaches it",
    )
    made = service_role(
        m,
        "main",
        service="ec2.amazonaws.com",
        name=name,
        description=f"What {name} may do",
        destroyable=v.destroyable,
        account_id=None,
        partition=partition.partition,
        policies={
            "session_manager": "AmazonSSMManagedInstanceCore",
            "cloudwatch": "CloudWatchAgentServerPolicy",
        },
    )
    profile = m.add(
        aws.IamInstanceProfile("main", name=name, role=made.role.name, tags={"Name": name})
    )
    machine = m.add(
        aws.Instance(
            "main",
            ami=image.insecure_value,
            instance_type=v.instance_type,
            subnet_id=v.subnet_id,
            vpc_security_group_ids=[group.id],
            associate_public_ip_address=False,
            iam_instance_profile=profile.name,
            monitoring=True,
            force_destroy=v.destroyable,
            metadata_options=aws.Instance.MetadataOptions(
                http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
            ),
            root_block_device=aws.Instance.RootBlockDevice(
                encrypted=True,
                kms_key_id=v.kms_key_arn,
                volume_type="gp3",
                volume_size=_VOLUME_GB,
                delete_on_termination=True,
                tags={"Name": name},
            ),
            user_data=_boot(v.client_package),
            user_data_replace_on_change=True,
            tags={"Name": name},
            lifecycle=Lifecycle(ignore_changes=["ami"]),
            depends_on=list(made.attachments),
        ),
        comment="AWS publishes images often: a new one replaces the machine when somebody asks for it.",
        accept={"checkov:CKV_AWS_135": "Machines of today are EBS-optimized by themselves."},
    )
    return BastionOutputs(
        instance_id=machine.id,
        security_group_id=group.id,
        role_name=made.role.name,
        image_id=machine.ami,
    )
