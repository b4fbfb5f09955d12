"""The proxy module: RDS Proxy before an Aurora cluster."""

from __future__ import annotations

from typing import Any, cast

import attrs

from tapforge import aws
from tapforge.aws import data
from tapforge.lang import functions as fn
from tapforge.lang.expression import not_
from tapforge.lang.inputs import inputs, output, outputs, variable
from tapforge.lang.meta import dynamic
from tapforge.lang.module import Body, module
from tapforge.modules import valid
from tapforge.modules.parts.accepted import RETENTION
from tapforge.modules.parts.inputs import PORT, ClientInputs
from tapforge.modules.parts.network import reach, security_group
from tapforge.modules.parts.roles import service_role


@inputs
class ProxyInputs(ClientInputs):
    """Which cluster it stands before, as whom it connects, and who may connect to it."""

    destroyable: bool = variable(
        "Whether `terraform destroy` removes the proxy's log.", default=True
    )
    cluster_identifier: str = variable("Identifier of the Aurora cluster.", example="shop-db-dev")
    secret_arn: str = variable(
        "Full ARN of the secret with the user and password that it connects with.",
        valid=[valid.secret_arn],
        example="arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-AbCdEf",
    )
    kms_key_arn: str | None = variable(
        "KMS key of the secret; AWS's own if null.",
        default=None,
        valid=[valid.kms_key_arn],
        example="arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
    )
    database_security_group_id: str = variable(
        "Id of the cluster's security group; it gets a rule that admits the proxy.",
        example="sg-0123456789abcdef0",
    )
    idle_client_timeout: int = variable(
        "Seconds after which an idle client is disconnected.",
        default=1800,
        valid=[valid.between(1, 28_800)],
    )
    max_connections_percent: int = variable(
        "Share of the cluster's connections that the proxy may take, in percent.",
        default=90,
        valid=[valid.between(1, 100)],
    )
    log_retention_days: int = variable(
        "Days that CloudWatch keeps the proxy's log.",
        default=7,
        valid=[valid.limit("log_retention_in_days")],
    )


@outputs
class ProxyOutputs:
    """How to reach the proxy."""

    name: str = output("Name of the proxy.")
    arn: str = output("ARN of the proxy.")
    endpoint: str = output("Host name of the proxy; it leads to the writer.")
    port: int = output("Port of the proxy.")
    security_group_id: str = output("Id of the proxy's security group.")
    role_arn: str = output("ARN of the role that reads the secret.")


@module("proxy")
def proxy(m: Body, v: ProxyInputs) -> ProxyOutputs:
    """RDS Proxy: it keeps connections to the cluster, takes none without TLS, and reads one secret."""
    suffix = v.environment_suffix
    name = f"{v.name}-proxy-{suffix}"
    role = _role(m, v, name)
    group = _security_group(m, v, name)
    log = m.add(
        aws.CloudwatchLogGroup(
            "proxy",
            name=f"/aws/rds/proxy/{name}",
            retention_in_days=v.log_retention_days,
            skip_destroy=False,
            deletion_protection_enabled=not_(v.destroyable),
            tags={"Name": f"/aws/rds/proxy/{name}"},
        ),
        comment="RDS would make this group itself, keep its log for ever and leave it behind.",
        accept={
            **RETENTION,
            "checkov:CKV_AWS_158": "It tells of connections, and holds no statement.",
        },
    )
    made = m.add(
        aws.DbProxy(
            "main",
            name=name,
            engine_family="POSTGRESQL",
            require_tls=True,
            debug_logging=False,
            idle_client_timeout=v.idle_client_timeout,
            role_arn=role.role.arn,
            vpc_subnet_ids=v.subnet_ids,
            vpc_security_group_ids=[group.id],
            auth=[
                aws.DbProxy.Auth(
                    auth_scheme="SECRETS",
                    client_password_auth_type="POSTGRES_SCRAM_SHA_256",  # noqa: S106 - a kind
                    iam_auth="DISABLED",
                    secret_arn=v.secret_arn,
                )
            ],
            tags={"Name": name},
            depends_on=[log, role.policy],
        )
    )
    targets = m.add(
        aws.DbProxyDefaultTargetGroup(
            "main",
            db_proxy_name=made.name,
            connection_pool_config=aws.DbProxyDefaultTargetGroup.ConnectionPoolConfig(
                max_connections_percent=v.max_connections_percent
            ),
        )
    )
    m.add(
        aws.DbProxyTarget(
            "cluster",
            db_proxy_name=made.name,
            target_group_name=targets.name,
            db_cluster_identifier=v.cluster_identifier,
        )
    )
    return ProxyOutputs(
        name=made.name,
        arn=made.arn,
        endpoint=made.endpoint,
        port=PORT,
        security_group_id=group.id,
        role_arn=role.role.arn,
    )


@attrs.frozen(eq=False)
class _Role:
    role: aws.IamRole
    policy: aws.IamRolePolicy


def _role(m: Body, v: ProxyInputs, name: str) -> _Role:
    """Add the role that reads the secret, and nothing else."""
    account = m.add(data.CallerIdentity("current"))
    partition = m.add(data.Partition("current"))
    region = m.add(data.Region("current"))
    made = service_role(
        m,
        "proxy",
        service="rds.amazonaws.com",
        name=f"{v.name}-proxy-role-{v.environment_suffix}",
        description=f"The proxy {name} reads its secret",
        destroyable=v.destroyable,
        account_id=account.account_id,
        partition=partition.partition,
        policies={},
    )
    document = data.IamPolicyDocument

    def decrypt(key: Any) -> data.IamPolicyDocument.Statement:
        return document.Statement(
            sid="DecryptSecret",
            actions=["kms:Decrypt"],
            resources=[key.value],
            condition=[
                document.Condition(
                    test="StringEquals",
                    variable="kms:ViaService",
                    values=[f"secretsmanager.{region.region}.{partition.dns_suffix}"],
                )
            ],
        )

    # A for_each that is unknown until the key is made makes one statement then.
    keys: Any = fn.compact(cast("list[str]", [v.kms_key_arn]))
    key: Any = dynamic(keys, decrypt)
    read = m.add(
        document(
            "proxy",
            statement=[
                document.Statement(
                    sid="ReadSecret",
                    actions=["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
                    resources=[v.secret_arn],
                ),
                key,
            ],
        )
    )
    policy = m.add(
        aws.IamRolePolicy(
            "proxy",
            name=f"{v.name}-proxy-secret-{v.environment_suffix}",
            role=made.role.id,
            policy=read.json,
        )
    )
    return _Role(made.role, policy)


def _security_group(m: Body, v: ProxyInputs, name: str) -> aws.SecurityGroup:
    """Add the proxy's security group, and the rules between it, its clients and the cluster."""
    suffix = v.environment_suffix
    group = security_group(
        m,
        "proxy",
        v,
        stem=f"{v.name}-proxy-sg",
        description=f"PostgreSQL clients of {name}",
        accept={"checkov:CKV2_AWS_5": "The proxy has it, where checkov does not look."},
    )
    reach(
        m,
        group,
        v.database_security_group_id,
        who=f"the proxy {name}",
        stem=f"{v.name}-proxy",
        suffix=suffix,
    )
    return group
