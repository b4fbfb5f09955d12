"""How a database stands in the network: who may reach it, and in which subnets it lives."""

from __future__ import annotations

from collections.abc import Mapping

from tapforge import aws
from tapforge.lang import functions as fn
from tapforge.lang.expression import each
from tapforge.lang.module import Body
from tapforge.modules.parts.inputs import PORT, ClientInputs, DatabaseInputs, OutsideInputs

HTTPS = 443


def security_group(
    m: Body,
    label: str,
    v: ClientInputs,
    *,
    stem: str,
    description: str,
    accept: Mapping[str, str] | None = None,
) -> aws.SecurityGroup:
    """Add a security group that admits the clients of a database to PostgreSQL's port.

    Args:
        m: The module.
        label: The group's name in the module.
        v: The module's inputs.
        stem: Begins the names of the group and its rules.
        description: Whose clients they are.
        accept: Rules that the group may break, with the reasons.
    """
    suffix = v.environment_suffix
    group = m.add(
        aws.SecurityGroup(
            label,
            name=f"{stem}-{suffix}",
            description=description,
            vpc_id=v.vpc_id,
            revoke_rules_on_delete=True,
            tags={"Name": f"{stem}-{suffix}"},
        ),
        accept=accept,
    )
    m.add(
        aws.VpcSecurityGroupIngressRule(
            "postgresql",
            for_each=fn.toset(v.client_cidrs),
            security_group_id=group.id,
            description="PostgreSQL from inside",
            cidr_ipv4=each.value,
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            tags={"Name": f"{stem}-postgresql-{suffix}"},
        )
    )
    m.add(
        aws.VpcSecurityGroupIngressRule(
            "postgresql_of_group",
            for_each=v.client_security_groups,
            security_group_id=group.id,
            description=f"PostgreSQL from {each.key}",
            referenced_security_group_id=each.value,
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            tags={"Name": f"{stem}-{each.key}-{suffix}"},
        )
    )
    return group


def client_group(m: Body, v: OutsideInputs, *, stem: str, description: str) -> aws.SecurityGroup:
    """Add the security group of what connects to a database: no ingress, HTTPS and PostgreSQL out.

    The database is named by its subnets' blocks: it names this group, and two groups that name each
    other in one apply are a cycle.

    Args:
        m: The module.
        v: The module's inputs.
        stem: Begins the names of the group and its rules.
        description: Whose group it is.
    """
    name = f"{stem}-{v.environment_suffix}"
    group = m.add(
        aws.SecurityGroup(
            "main",
            name=name,
            description=description,
            vpc_id=v.vpc_id,
            revoke_rules_on_delete=True,
            tags={"Name": name},
        ),
        accept={"checkov:CKV2_AWS_5": "Its members may be made elsewhere, such as applications."},
    )
    m.add(
        aws.VpcSecurityGroupEgressRule(
            "https",
            security_group_id=group.id,
            description="HTTPS, above all to services of AWS",
            cidr_ipv4="0.0.0.0/0",
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            tags={"Name": f"{stem}-https-{v.environment_suffix}"},
        )
    )
    m.add(
        aws.VpcSecurityGroupEgressRule(
            "postgresql",
            for_each=fn.toset(v.database_cidrs),
            security_group_id=group.id,
            description="PostgreSQL",
            cidr_ipv4=each.value,
            ip_protocol="tcp",
            from_port=v.database_port,
            to_port=v.database_port,
            tags={"Name": f"{stem}-postgresql-{v.environment_suffix}"},
        )
    )
    return group


def reach(
    m: Body,
    group: aws.SecurityGroup,
    database_group_id: str,
    *,
    who: str,
    stem: str,
    suffix: str,
) -> tuple[aws.VpcSecurityGroupEgressRule, aws.VpcSecurityGroupIngressRule]:
    """Add the rules by which a group of its own reaches the database's: one on either side.

    Args:
        m: The module.
        group: The group.
        database_group_id: Id of the database's group.
        who: Who is in the group.
        stem: Begins the Name tags.
        suffix: Ends them.
    """
    out = m.add(
        aws.VpcSecurityGroupEgressRule(
            "database",
            security_group_id=group.id,
            description="The database",
            referenced_security_group_id=database_group_id,
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            tags={"Name": f"{stem}-to-database-{suffix}"},
        )
    )
    in_ = m.add(
        aws.VpcSecurityGroupIngressRule(
            "database",
            security_group_id=database_group_id,
            description=f"PostgreSQL from {who}",
            referenced_security_group_id=group.id,
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            tags={"Name": f"{stem}-at-database-{suffix}"},
        )
    )
    return out, in_


def subnet_group(m: Body, v: DatabaseInputs, database: str) -> aws.DbSubnetGroup:
    """Add the subnet group of a database."""
    name = f"{v.name}-subnet-group-{v.environment_suffix}"
    return m.add(
        aws.DbSubnetGroup(
            "main",
            name=name,
            description=f"Private subnets of {database}",
            subnet_ids=v.subnet_ids,
            tags={"Name": name},
        )
    )
