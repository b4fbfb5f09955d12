"""The cutover module: the function that moves applications from one database to another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from tapforge import aws
from tapforge import cutover as package
from tapforge.aws import data
from tapforge.cutover.checkpoint import Checkpoint
from tapforge.cutover.settings import variable as setting
from tapforge.lang import functions as fn
from tapforge.lang.expression import and_, conditional, eq, for_list, gt, le, ne, not_, splat
from tapforge.lang.inputs import Valid, inputs, output, outputs, variable
from tapforge.lang.meta import Lifecycle, dynamic
from tapforge.lang.module import Body, module
from tapforge.modules import valid
from tapforge.modules.cutover_dns import NEW, OLD
from tapforge.modules.parts.accepted import RETENTION
from tapforge.modules.parts.bundle import bundle
from tapforge.modules.parts.inputs import OutsideInputs
from tapforge.modules.parts.network import client_group, reach
from tapforge.modules.parts.roles import service_role

FUNCTION = "function.zip"
"""The file of the function's code, beside the module's own."""

PINS = {
    "asn1crypto": "1.5.1",
    "boto3": "1.44.5",
    "botocore": "1.44.5",
    "jmespath": "1.1.0",
    "pg8000": "1.31.6",
    "python-dateutil": "2.9.0.post0",
    "s3transfer": "0.19.3",
    "scramp": "1.5.0",
    "six": "1.17.0",
    "urllib3": "2.8.0",
}
"""What the function is bundled with: boto3 and a PostgreSQL driver, with what these need."""

SERVICES = ("cloudwatch", "dms", "rds", "route53", "secretsmanager", "sns", "ssm")
"""The services of AWS that the function asks."""

_TIMEOUT = 900
# An invocation that ended is not taken for one that is still at work, nor the other way round.
_LEASE = _TIMEOUT + 60
_AUTHORITIES = "/opt/authorities.pem"

reader_steps = Valid(
    lambda value, _: and_(
        fn.alltrue(for_list(value, lambda step: and_(gt(step, 0), le(step, 100)))),
        eq(fn.jsonencode(value), fn.jsonencode(_rising(value))),
    ),
    lambda value, _: (
        f"{fn.jsonencode(value)}: expected rising shares of 100, such as 10, 50, 100; none where reads"
        " move together with writes."
    ),
    {"items": {"minimum": 1, "maximum": 100}, "uniqueItems": True},
)
"""How the readers' name moves, step by step."""


def _rising(steps: list[int]) -> list[int]:
    """Give the whole shares that are among some, in their order, each once."""
    return for_list(
        fn.range(1, 101), lambda share: share, when=lambda share: fn.contains(steps, share)
    )


@inputs
class CutoverInputs(OutsideInputs):
    """What the function moves, and when it dares to; outside is the old database."""

    destroyable: bool = variable(
        "Whether `terraform destroy` removes the function's log too; if not, it is protected.",
        default=True,
    )
    subnet_ids: list[str] = variable(
        "Ids of private subnets from which AWS's services are reached.",
        valid=[valid.subnet_ids],
        example=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    )
    kms_key_arn: str = variable(
        "ARN of the key that encrypts settings, log and messages.",
        valid=[valid.kms_key_arn],
        example="arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
    )
    topic_arn: str = variable(
        "ARN of the topic that hears of every step, and of every change of a task.",
        example="arn:aws:sns:eu-central-1:123456789012:shop-cutover-dev",
    )
    alarm_arns: list[str] = variable(
        "ARNs of the alarms that are a bad signal.",
        default=[],
        example=["arn:aws:cloudwatch:eu-central-1:123456789012:alarm:shop-lag-dev"],
    )
    zone_id: str = variable("Id of the private zone.", example="Z0123456789ABCDEFGHIJ")
    zone_arn: str = variable(
        "ARN of the private zone.", example="arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHIJ"
    )
    writer_name: str = variable(
        "Name that applications write to.", example="writer.shop-dev.internal"
    )
    reader_name: str = variable(
        "Name that applications read from.", example="reader.shop-dev.internal"
    )
    target_security_group_id: str = variable(
        "Id of the new database's security group.", example="sg-0123456789abcdef0"
    )
    source_secret_arn: str = variable(
        "Full ARN of the secret by which the function reaches the old database: host, port, dbname,"
        " username, password.",
        valid=[valid.secret_arn],
        example="arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-old-AbCdEf",
    )
    target_secret_arn: str = variable(
        "Full ARN of the secret by which the function reaches the new database: host, port, dbname,"
        " username, password.",
        valid=[valid.secret_arn],
        example="arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-new-AbCdEf",
    )
    secret_key_arns: list[str] = variable(
        "ARNs of the keys of these secrets; none for AWS's own key of Secrets Manager.", default=[]
    )
    source_replication_role: str = variable(
        "Role of the old database that replication connects as.", example="dms"
    )
    target_replication_role: str = variable(
        "Role of the new database that replication connects as.", example="dms"
    )
    target_cluster_arn: str = variable(
        "ARN of the new database's Aurora cluster.",
        example="arn:aws:rds:eu-central-1:123456789012:cluster:shop-dev",
    )
    target_cluster_identifier: str = variable(
        "Identifier of the new database's Aurora cluster.", example="shop-dev"
    )
    schemas: list[str] = variable("Schemas that move.", default=["public"])
    forward_task_arn: str = variable(
        "ARN of the task from the old database to the new one.",
        example="arn:aws:dms:eu-central-1:123456789012:task:FORWARD",
    )
    reverse_task_arn: str = variable(
        "ARN of the task from the new database back to the old one.",
        example="arn:aws:dms:eu-central-1:123456789012:task:REVERSE",
    )
    reverse_slot: str = variable("Slot that the task back reads.", default="tapforge_reverse")
    reverse_plugin: Literal["test_decoding", "pglogical"] = variable(
        "Output plugin of that slot.", default="test_decoding"
    )
    reader_steps: list[int] = variable(
        "Percent of the reads on the new database, step by step, before writes move.",
        default=[10, 50, 100],
        valid=[reader_steps],
    )
    max_lag_seconds: int = variable(
        "Lag up to which a cutover begins.", default=5, valid=[valid.between(1, 60)]
    )
    healthy_minutes: int = variable(
        "Minutes that everything was well before a cutover begins.",
        default=10,
        valid=[valid.between(1, 1440)],
    )
    max_transaction_seconds: int = variable(
        "Age from which an open transaction on the old database holds a cutover up.",
        default=30,
        valid=[valid.between(1, 3600)],
    )
    drain_seconds: int = variable(
        "How long the last changes may take to arrive before the old database writes again.",
        default=60,
        valid=[valid.between(1, 600)],
    )
    sequence_margin: int = variable(
        "How far sequences jump on the side that opens.",
        default=1000,
        valid=[valid.between(1, 1_000_000)],
    )
    prove_reverse: bool = variable(
        "Whether the task back must run before applications write to the new database.",
        default=True,
    )
    authorities_layer_arn: str | None = variable(
        f"ARN of a layer of Lambda with the file {_AUTHORITIES.rpartition('/')[2]}: the certificates of"
        " the authorities of both databases' servers. Null where the system's authorities do.",
        default=None,
        valid=[valid.layer_arn],
    )
    runtime: str = variable(
        "Runtime of the function.",
        default="python3.13",
        valid=[valid.pattern("^python3[.]1[1-9]$", "Python 3.11 or newer, such as python3.13")],
    )
    log_retention_days: int = variable(
        "Days that CloudWatch keeps the function's log.",
        default=90,
        valid=[valid.limit("log_retention_in_days")],
    )


@outputs
class CutoverOutputs:
    """The function, its checkpoint and what calls it."""

    function_name: str = output("Name of the function.")
    function_arn: str = output("ARN of the function.")
    role_arn: str = output("ARN of the function's role.")
    security_group_id: str = output("Id of the function's security group.")
    log_group_name: str = output("CloudWatch log group of the function.")
    snapshot_identifier: str = output(
        "Snapshot of the cluster that somebody takes after the load, before writes move."
    )
    state_parameter: str = output("Name of the parameter with the checkpoint.")
    rule_names: list[str] = output("Names of the EventBridge rules that call the function.")


@module("cutover")
def cutover(m: Body, v: CutoverInputs) -> CutoverOutputs:
    """The cutover function, the checkpoint that it alone writes, and the events that call it."""
    suffix = v.environment_suffix
    name = f"{v.name}-cutover-{suffix}"
    checkpoint = m.add(
        aws.SsmParameter(
            "state",
            name=f"/{v.name}-{suffix}/cutover/state",
            description="How far the migration is; the cutover function alone writes it",
            type="String",
            value=Checkpoint().to_json(),
            tags={"Name": f"{v.name}-cutover-state-{suffix}"},
            lifecycle=Lifecycle(ignore_changes=["value"]),
        ),
        comment=(
            "The value is where a migration begins; Parameter Store keeps its versions. An apply in the"
            " middle of a migration must not set it back."
        ),
        accept={"checkov:CKV2_AWS_34": "It says how far the migration is, and holds no secret."},
    )
    group = client_group(
        m,
        v,
        stem=f"{v.name}-cutover",
        description=f"The function {name}: nobody calls it by network",
    )
    reach(
        m,
        group,
        v.target_security_group_id,
        who=f"the function {name}",
        stem=f"{v.name}-cutover",
        suffix=suffix,
    )
    log = m.add(
        aws.CloudwatchLogGroup(
            "function",
            name=f"/aws/lambda/{name}",
            retention_in_days=v.log_retention_days,
            kms_key_id=v.kms_key_arn,
            skip_destroy=False,
            deletion_protection_enabled=not_(v.destroyable),
            tags={"Name": f"/aws/lambda/{name}"},
        ),
        accept=RETENTION,
        comment="Lambda would make this group itself, keep its log for ever and leave it behind.",
    )
    role, grant = _role(m, v, name, checkpoint, log)
    code = m.attach(
        FUNCTION,
        lambda notice: bundle(
            notice, Path(package.__file__).parent, PINS, SERVICES, extra="cutover"
        ),
    )
    layers: Any = [v.authorities_layer_arn]
    function = m.add(
        aws.LambdaFunction(
            "main",
            function_name=name,
            description=f"Moves applications of {v.name}-{suffix} from one database to another",
            role=role.arn,
            runtime=v.runtime,
            architectures=["arm64"],
            handler="tapforge.cutover.handler.handle",
            filename=code,
            source_code_hash=fn.filebase64sha256(code),
            timeout=_TIMEOUT,
            memory_size=512,
            kms_key_arn=v.kms_key_arn,
            layers=fn.compact(layers),
            vpc_config=aws.LambdaFunction.VpcConfig(
                subnet_ids=v.subnet_ids, security_group_ids=[group.id]
            ),
            # Else its network interfaces hold subnets and group for the better part of an hour.
            replace_security_groups_on_destroy=conditional(v.destroyable, True, None),
            environment=aws.LambdaFunction.Environment(
                variables=_settings(v, checkpoint.name),
            ),
            logging_config=aws.LambdaFunction.LoggingConfig(log_format="Text", log_group=log.name),
            tags={"Name": name},
            depends_on=[grant],
        ),
        comment=f"{FUNCTION} holds Python alone, not compressed: any tool opens and makes it.",
        accept={
            "checkov:CKV_AWS_50": "Its log has a line for each step: tracing needs one more library.",
            "checkov:CKV_AWS_115": "Its claim on the checkpoint lets one work; others say so at once.",
            "checkov:CKV_AWS_116": "It looks for itself every minute: no event is missed for long.",
            "checkov:CKV_AWS_272": "Its bytes are those of pinned versions, and the plan has their hash.",
        },
    )
    rules = _events(m, v, function)
    return CutoverOutputs(
        function_name=function.function_name,
        function_arn=function.arn,
        role_arn=role.arn,
        security_group_id=group.id,
        log_group_name=log.name,
        snapshot_identifier=_snapshot(v),
        state_parameter=checkpoint.name,
        rule_names=rules,
    )


def _snapshot(v: CutoverInputs) -> str:
    return f"{v.name}-before-cutover-{v.environment_suffix}"


def _settings(v: CutoverInputs, parameter: str) -> dict[str, str]:
    given: dict[str, Any] = {
        "state_parameter": parameter,
        "topic_arn": v.topic_arn,
        "zone_id": v.zone_id,
        "writer_name": v.writer_name,
        "reader_name": v.reader_name,
        "old_identifier": OLD,
        "new_identifier": NEW,
        "old_secret_arn": v.source_secret_arn,
        "new_secret_arn": v.target_secret_arn,
        "old_replication_role": v.source_replication_role,
        "new_replication_role": v.target_replication_role,
        "new_cluster": v.target_cluster_identifier,
        "snapshot": _snapshot(v),
        "schemas": fn.join(",", v.schemas),
        "forward_task_arn": v.forward_task_arn,
        "reverse_task_arn": v.reverse_task_arn,
        "reverse_slot": v.reverse_slot,
        "reverse_plugin": v.reverse_plugin,
        "ca_file": conditional(eq(v.authorities_layer_arn, None), "", _AUTHORITIES),
        "reader_steps": fn.join(",", for_list(v.reader_steps, lambda step: f"{step}")),
        "max_lag_seconds": f"{v.max_lag_seconds}",
        "healthy_minutes": f"{v.healthy_minutes}",
        "max_transaction_seconds": f"{v.max_transaction_seconds}",
        "drain_seconds": f"{v.drain_seconds}",
        "lease_seconds": str(_LEASE),
        "sequence_margin": f"{v.sequence_margin}",
        "prove_reverse": fn.tostring(v.prove_reverse),
    }
    return {setting(name): value for name, value in given.items()}


def _events(m: Body, v: CutoverInputs, function: aws.LambdaFunction) -> list[str]:
    """Add the rules that call the function: a task's state changes, an alarm does, a minute is over."""
    suffix = v.environment_suffix
    changes: dict[str, Any] = {
        "source": ["aws.dms"],
        "detail-type": ["DMS Replication Task State Change"],
        "resources": [v.forward_task_arn, v.reverse_task_arn],
        "detail": {"type": ["REPLICATION_TASK"]},
    }
    alarms: dict[str, Any] = {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "resources": v.alarm_arns,
        "detail": {"state": {"value": ["ALARM"]}},
    }
    has_alarms = conditional(ne(fn.length(v.alarm_arns), 0), 1, 0)
    names: list[Any] = []
    look = {"input": json.dumps({"command": "observe"})}
    for label, purpose, when, asks, number in (
        ("tasks", "A task of DMS", {"event_pattern": fn.jsonencode(changes)}, {}, None),
        ("alarms", "An alarm", {"event_pattern": fn.jsonencode(alarms)}, look, has_alarms),
        ("clock", "Every minute", {"schedule_expression": "rate(1 minute)"}, look, None),
    ):
        rule_name = f"{v.name}-cutover-{label}-{suffix}"
        repeated: dict[str, Any] = {} if number is None else {"count": number}
        arguments: dict[str, Any] = {**when, **repeated}
        asked: dict[str, Any] = {**asks, **repeated}
        added = m.add(
            aws.CloudwatchEventRule(
                label,
                name=rule_name,
                description=f"{purpose} calls the cutover function",
                tags={"Name": rule_name},
                **arguments,
            )
        )
        rule = added if number is None else added[0]
        m.add(
            aws.LambdaPermission(
                label,
                statement_id=f"{label}-{suffix}",
                action="lambda:InvokeFunction",
                function_name=function.function_name,
                principal="events.amazonaws.com",
                source_arn=rule.arn,
                **repeated,
            )
        )
        m.add(
            aws.CloudwatchEventTarget(
                label, rule=rule.name, target_id="function", arn=function.arn, **asked
            )
        )
        names.append([rule.name] if number is None else splat(added).name)
        if label == "tasks":
            m.add(
                aws.CloudwatchEventTarget(
                    "told", rule=rule.name, target_id="topic", arn=v.topic_arn
                ),
                comment="People hear of it even where the function can't run.",
            )
    listed: list[str] = fn.concat(*names)
    return listed


def _role(
    m: Body,
    v: CutoverInputs,
    name: str,
    checkpoint: aws.SsmParameter,
    log: aws.CloudwatchLogGroup,
) -> tuple[aws.IamRole, aws.IamRolePolicy]:
    account = m.add(data.CallerIdentity("current"))
    partition = m.add(data.Partition("current"))
    region = m.add(data.Region("current"))
    document = data.IamPolicyDocument
    here = f"{region.region}:{account.account_id}"
    role = service_role(
        m,
        "function",
        service="lambda.amazonaws.com",
        name=name,
        description=f"The function {name}",
        destroyable=v.destroyable,
        account_id=None,
        partition=partition.partition,
        policies={},
    ).role
    interfaces = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    ]
    names = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
    types = "route53:ChangeResourceRecordSetsRecordTypes"
    keys: Any = dynamic(
        conditional(eq(fn.length(v.secret_key_arns), 0), [], [v.secret_key_arns]),
        lambda keys: document.Statement(
            sid="DecryptSecrets", actions=["kms:Decrypt"], resources=keys.value
        ),
    )
    policy = m.add(
        document(
            "function",
            statement=[
                document.Statement(
                    sid="Checkpoint",
                    actions=[
                        "ssm:DeleteParameter",
                        "ssm:GetParameter",
                        "ssm:GetParameterHistory",
                        "ssm:PutParameter",
                    ],
                    resources=[checkpoint.arn, f"{checkpoint.arn}/claim/*"],
                ),
                document.Statement(
                    sid="KeepCheckpoint",
                    effect="Deny",
                    actions=["ssm:DeleteParameter"],
                    resources=[checkpoint.arn],
                ),
                document.Statement(
                    sid="ReadNames",
                    actions=["route53:ListResourceRecordSets"],
                    resources=[v.zone_arn],
                ),
                document.Statement(
                    sid="SwitchNames",
                    actions=["route53:ChangeResourceRecordSets"],
                    resources=[v.zone_arn],
                    condition=[
                        document.Condition(
                            test="ForAllValues:StringEquals",
                            variable=names,
                            values=[v.writer_name, v.reader_name],
                        ),
                        document.Condition(
                            test="ForAllValues:StringEquals", variable=types, values=["CNAME"]
                        ),
                    ],
                ),
                document.Statement(
                    sid="WaitForNames",
                    actions=["route53:GetChange"],
                    resources=[f"arn:{partition.partition}:route53:::change/*"],
                ),
                document.Statement(
                    sid="RunTasks",
                    actions=[
                        "dms:DescribeTableStatistics",
                        "dms:StartReplicationTask",
                        "dms:StopReplicationTask",
                    ],
                    resources=[v.forward_task_arn, v.reverse_task_arn],
                ),
                document.Statement(
                    sid="Look",
                    actions=[
                        "cloudwatch:GetMetricStatistics",
                        "dms:DescribeConnections",
                        "dms:DescribeReplicationInstances",
                        "dms:DescribeReplicationTasks",
                    ],
                    resources=["*"],
                ),
                document.Statement(
                    sid="SeeBackups",
                    actions=["rds:DescribeDBClusterSnapshots", "rds:DescribeDBClusters"],
                    resources=[
                        v.target_cluster_arn,
                        f"arn:{partition.partition}:rds:{here}:cluster-snapshot:{_snapshot(v)}",
                    ],
                ),
                document.Statement(
                    sid="ReadSecrets",
                    actions=["secretsmanager:GetSecretValue"],
                    resources=[v.source_secret_arn, v.target_secret_arn],
                ),
                document.Statement(sid="Tell", actions=["sns:Publish"], resources=[v.topic_arn]),
                document.Statement(
                    sid="UseKey",
                    actions=["kms:Decrypt", "kms:GenerateDataKey"],
                    resources=[v.kms_key_arn],
                ),
                document.Statement(
                    sid="Log",
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[f"{log.arn}:*"],
                ),
                document.Statement(
                    sid="NetworkInterfacesOfLambda", actions=interfaces, resources=["*"]
                ),
                document.Statement(
                    sid="NotTheCodeItself",
                    effect="Deny",
                    actions=interfaces,
                    resources=["*"],
                    condition=[
                        document.Condition(
                            test="ArnEquals",
                            variable="lambda:SourceFunctionArn",
                            values=[f"arn:{partition.partition}:lambda:{here}:function:{name}"],
                        )
                    ],
                ),
                keys,
            ],
        ),
        comment="Lambda itself needs network interfaces, and names no narrower resource for them.",
    )
    grant = m.add(
        aws.IamRolePolicy("function", name=name, role=role.id, policy=policy.json),
        accept={
            "checkov:CKV_AWS_290": "Lambda needs network interfaces, and names no narrower resource."
        },
    )
    return role, grant
