"""What hashicorp/aws 3.39.0 has otherwise than the provider that the models are made from.

Whatever is not here is left as it is; arguments that the old provider does not know are left out and
listed, and a type that it does not know is refused. The rows are applied in this order.
"""

from __future__ import annotations

from typing import Any

from tapforge.local.lowering import dms, s3
from tapforge.local.lowering.rows import (
    Body,
    Constant,
    Derived,
    EphemeralAsData,
    Folded,
    Joined,
    Needing,
    Renamed,
    Retyped,
    Row,
    Secret,
    Valued,
    Without,
    WriteOnly,
    in_list,
    is_equal,
)

PASSWORD = "embedded-aws-only"  # noqa: S105 - guards nothing: the emulator runs no database
"""The password where RDS would make one."""

RANDOM_PASSWORD = "GuardsNothingInAnEmbeddedAwsOnly"  # noqa: S105 - as above
"""The password where a generator would make one: 32 letters, as the systems ask for."""

_SPLIT = "version 4.0 split aws_s3_bucket into resources of their own"
_MANAGED = "RDS keeps master passwords in Secrets Manager since 2022; a secret is made in its stead"
_RULES = "one rule, one resource came with version 4.56; the old resource takes lists"


def _rule(direction: str) -> Any:
    names = {
        "cidr_ipv4": "cidr_blocks",
        "cidr_ipv6": "ipv6_cidr_blocks",
        "prefix_list_id": "prefix_list_ids",
    }

    def body(new: Body) -> Body:
        old: Body = {"type": direction, "protocol": new.pop("ip_protocol")}
        # All protocols have no ports, which the old resource wants to be told.
        old |= {port: new.pop(port, 0) for port in ("from_port", "to_port")}
        old |= {names[name]: in_list(new.pop(name)) for name in names if name in new}
        if "referenced_security_group_id" in new:
            old["source_security_group_id"] = new.pop("referenced_security_group_id")
        return old | new

    return body


TABLE: tuple[Row, ...] = (
    # Buckets
    Folded("aws_s3_bucket_versioning", "aws_s3_bucket", "bucket", s3.versioning, _SPLIT),
    Folded(
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket",
        "bucket",
        s3.encryption,
        _SPLIT,
    ),
    Folded(
        "aws_s3_bucket_lifecycle_configuration", "aws_s3_bucket", "bucket", s3.lifecycle, _SPLIT
    ),
    Folded("aws_s3_bucket_logging", "aws_s3_bucket", "bucket", s3.logging, _SPLIT),
    Folded("aws_s3_bucket_cors_configuration", "aws_s3_bucket", "bucket", s3.cors, _SPLIT),
    Folded("aws_s3_bucket_acl", "aws_s3_bucket", "bucket", s3.acl, _SPLIT),
    Retyped("aws_s3_object", "aws_s3_bucket_object", "version 4.0 renamed it"),
    Derived("aws_s3_bucket", "bucket_region", "{}.region"),
    # Security groups
    Retyped(
        "aws_vpc_security_group_ingress_rule",
        "aws_security_group_rule",
        _RULES,
        name="ingress_{}",
        body=_rule("ingress"),
        attributes={"security_group_rule_id": "id"},
    ),
    Retyped(
        "aws_vpc_security_group_egress_rule",
        "aws_security_group_rule",
        _RULES,
        name="egress_{}",
        body=_rule("egress"),
        attributes={"security_group_rule_id": "id"},
    ),
    Without("aws_security_group_rule", "tags", "rules have tags since 2021; the old resource none"),
    # Addresses
    Renamed("aws_eip", "domain", "vpc", "it was a truth value", value=is_equal("vpc")),
    # Databases
    Secret(
        "aws_rds_cluster",
        "master_username",
        "master_password",
        "cluster_identifier",
        PASSWORD,
        _MANAGED,
    ),
    Secret("aws_db_instance", "username", "password", "identifier", PASSWORD, _MANAGED),
    Renamed("aws_db_instance", "db_name", "name", "version 4.0 renamed it"),
    Valued(
        "aws_db_instance",
        "storage_type",
        {"^gp3$": None},
        "gp3 came to RDS in 2022, and is what RDS takes where nothing is said",
    ),
    Derived("aws_db_instance", "engine_version_actual", "{}.engine_version"),
    Derived("aws_rds_cluster", "engine_version_actual", "{}.engine_version"),
    Derived("aws_rds_cluster_instance", "engine_version_actual", "{}.engine_version"),
    Without(
        "aws_rds_cluster_instance",
        "performance_insights_retention_period",
        "the old resource can't set it; AWS's own default is 7 days",
    ),
    Needing(
        "aws_secretsmanager_secret_rotation",
        "rotation_lambda_arn",
        "the old provider knows no secret that RDS rotates itself; here its schedule is not set",
    ),
    # Logs
    Without(
        "aws_cloudwatch_log_group",
        "deletion_protection_enabled",
        "log groups can be protected since 2025; the emulator has no such protection",
    ),
    Without(
        "aws_cloudwatch_log_group",
        "skip_destroy",
        "the old resource always deletes the group",
    ),
    # Replication
    Joined(
        "aws_dms_endpoint",
        dms.ARGUMENTS,
        "extra_connection_attributes",
        dms.attributes,
        "settings and secrets of endpoints came with version 4; before, they stood in one text",
    ),
    Without(
        "aws_dms_replication_task",
        "start_replication_task",
        "the old resource never starts a task",
    ),
    # Functions
    Valued(
        "aws_lambda_function",
        "runtime",
        {
            r"^python3\.(9|1[0-9])$": "python3.8",
            r"^nodejs(1[6-9]|2[0-9])\.x$": "nodejs14.x",
        },
        "the old provider refuses newer runtimes; the emulator runs Python with its own",
    ),
    # Names and ARNs
    Derived("aws_region", "region", "{}.name", kind="data"),
    Derived("aws_iam_policy_document", "minified_json", "{}.json", kind="data"),
    Derived("aws_ssm_parameter", "insecure_value", "nonsensitive({}.value)", kind="data"),
    Derived("aws_sqs_queue", "url", "{}.id"),
    Derived("aws_secretsmanager_secret_version", "secret_arn", "{}.arn"),
    Derived("aws_route53_zone", "arn", '"arn:aws:route53:::hostedzone/${{}.zone_id}"'),
    Derived("aws_route53_health_check", "arn", '"arn:aws:route53:::healthcheck/${{}.id}"'),
    # Secrets that are in no state
    Constant(
        "aws_secretsmanager_random_password",
        "random_password",
        RANDOM_PASSWORD,
        "ephemeral resources came with version 5.79; in the emulator no password guards anything",
    ),
    EphemeralAsData("the old provider has no ephemeral resources; the state here holds no secret"),
    WriteOnly("the old provider has no write-only arguments; the state here holds no secret"),
)
"""The rows; a new one needs nothing else but its test."""
