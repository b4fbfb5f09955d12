"""Identity: what policies allow, whom roles trust, and keys."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tapforge.facts import iam
from tapforge.rules import policies, roles
from tapforge.rules.policies import Condition, Policy, Statement, texts
from tapforge.rules.resource import Configuration, Finding, Resource
from tapforge.rules.rule import rule

_IDENTITY = {
    "aws_iam_policy": "policy",
    "aws_iam_role_policy": "policy",
    "aws_iam_user_policy": "policy",
    "aws_iam_group_policy": "policy",
    "aws_iam_role": "inline_policy",
    "aws_ssoadmin_permission_set_inline_policy": "inline_policy",
}
_OF_RESOURCES = {
    "aws_s3_bucket_policy": "policy",
    "aws_s3_bucket": "policy",
    "aws_sns_topic_policy": "policy",
    "aws_sns_topic": "policy",
    "aws_sqs_queue_policy": "policy",
    "aws_sqs_queue": "policy",
    "aws_kms_key_policy": "policy",
    "aws_kms_key": "policy",
    "aws_secretsmanager_secret_policy": "policy",
    "aws_secretsmanager_secret": "policy",
    "aws_backup_vault_policy": "policy",
    "aws_cloudwatch_event_bus_policy": "policy",
    "aws_cloudwatch_log_resource_policy": "policy_document",
    "aws_dynamodb_resource_policy": "policy",
    "aws_ecr_repository_policy": "policy",
    "aws_efs_file_system_policy": "policy",
}
_SHOWN = 4


def _policy(type_: str, argument: str, **statement: Any) -> dict[str, Any]:
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}
    return {"resource": {type_: {"main": {argument: json.dumps(policy)}}}}


def _allow(action: str, resource: str = "arn:aws:s3:::orders/*") -> dict[str, Any]:
    return _policy("aws_iam_policy", "policy", Action=action, Resource=resource)


def _policies(resource: Resource, configuration: Configuration) -> Iterator[Policy]:
    """Give the policies that say what somebody may do."""
    argument = _IDENTITY[resource.type]
    if resource.type != "aws_iam_role":
        yield policies.read(configuration, resource, argument)
        return
    for block in resource.blocks(argument):
        place = f"{block.place}policy"
        yield policies.read_value(configuration, resource, place, block.given("policy"))


def _allowing(resource: Resource, configuration: Configuration) -> Iterator[Statement]:
    for policy in _policies(resource, configuration):
        yield from policy.allowing


def _found(
    resource: Resource, statement: Statement, element: str, found: str, expected: str
) -> Finding:
    """Make a finding where the statement is written: in a document of its own, or in the resource."""
    if statement.resource is not resource:
        found = f"{found} for {resource.address}"
    return Finding(statement.resource, statement.at(element), found, expected)


@rule(
    "iam-action-wildcard",
    on=_IDENTITY,
    severity="error",
    source="AWS IAM User Guide: Security best practices in IAM; AWS Security Hub IAM.1",
    fix="name the actions that are needed",
    good=_allow("s3:GetObject"),
    bad=_allow("*"),
)
def iam_action_wildcard(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """No policy allows every action.

    Whoever gets hold of its user or role owns the account, or all that the statement's resources reach.
    """
    for statement in _allowing(resource, configuration):
        for action in texts(statement.actions):
            if action in ("*", "*:*"):
                yield _found(resource, statement, "actions", f'"{action}"', "the actions needed")


@rule(
    "iam-service-wildcard",
    on=_IDENTITY,
    severity="warning",
    source="AWS IAM User Guide: Grant least privilege; AWS Security Hub IAM.21",
    fix="name the actions that are needed",
    good=_allow("s3:GetObject"),
    bad=_allow("s3:*"),
)
def iam_service_wildcard(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """No policy allows every action of a service.

    All actions of a service include those that delete its data and change who may reach it.
    """
    for statement in _allowing(resource, configuration):
        for action in texts(statement.actions):
            if action.endswith(":*") and action != "*:*":
                yield _found(resource, statement, "actions", f'"{action}"', "the actions needed")


_EVERY_RESOURCE = re.compile(r"\*|arn:[^:]*:[^:]*:\*?:\*?:\*")


@rule(
    "iam-resource-wildcard",
    on=_IDENTITY,
    severity="warning",
    source="AWS IAM User Guide: Grant least privilege; actions with resource types in the "
    "AWS Service Authorization Reference",
    fix="give the ARNs of the resources that are meant",
    good=_allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:orders-*"),
    bad=_allow("secretsmanager:GetSecretValue", "*"),
)
def iam_resource_wildcard(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """An action that AWS can limit to resources is limited to some.

    With "*" a role that reads one secret reads all of them. Actions that take no resource, lists and
    descriptions may have "*", and so may a statement with a condition.
    """
    for statement in _allowing(resource, configuration):
        every = [each for each in texts(statement.resources) if _EVERY_RESOURCE.fullmatch(each)]
        if not every or statement.conditions or statement.principals:
            continue
        actions = [
            narrow
            for action in texts(statement.actions)
            if not action.endswith(":*")
            for narrow in iam.narrowable(action)
        ]
        if actions:
            more = f" and {len(actions) - _SHOWN} more" if len(actions) > _SHOWN else ""
            named = ", ".join(actions[:_SHOWN])
            found = f'"{every[0]}" with {named}{more}'
            yield _found(resource, statement, "resources", found, "the resources that are meant")


@rule(
    "iam-not-action",
    on=_IDENTITY,
    severity="warning",
    source="AWS IAM User Guide: IAM JSON policy elements: NotAction, NotResource",
    fix="name what is allowed in actions and resources, or use Deny",
    good=_allow("s3:GetObject"),
    bad=_policy("aws_iam_policy", "policy", NotAction="iam:*", Resource="arn:aws:s3:::orders/*"),
)
def iam_not_action(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """Nothing is allowed by naming what is not.

    Allow with NotAction or NotResource allows everything else, and each service that AWS ever adds.
    """
    for statement in _allowing(resource, configuration):
        for element, other in (("not_actions", "actions"), ("not_resources", "resources")):
            values = getattr(statement, element)
            if values:
                named = ", ".join(f'"{each}"' for each in texts(values)) or "a value"
                found = f"{named} in a statement that allows"
                yield _found(resource, statement, element, found, f"what is allowed, in {other}")


_TRUST = "assume_role_policy"


def _assumed(**statement: Any) -> dict[str, Any]:
    return _policy("aws_iam_role", _TRUST, Action="sts:AssumeRole", **statement)


def _trusted(*services: str, **more: Any) -> dict[str, Any]:
    service = services[0] if len(services) == 1 else list(services)
    return _assumed(Principal={"Service": service}, **more)


_SAME_ACCOUNT = {"StringEquals": {"aws:SourceAccount": "123456789012"}}


@rule(
    "policy-not-principal",
    on=(*_OF_RESOURCES, "aws_iam_role"),
    severity="error",
    source="AWS IAM User Guide: IAM JSON policy elements: NotPrincipal; never with Allow",
    fix="name who is allowed in principals",
    good=_trusted("ec2.amazonaws.com"),
    bad=_assumed(NotPrincipal={"AWS": "arn:aws:iam::123456789012:user/eve"}),
)
def policy_not_principal(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """Nobody is allowed by naming who is not.

    Allow with NotPrincipal allows everybody else, people without any AWS account among them.
    """
    argument = _OF_RESOURCES.get(resource.type, _TRUST)
    for statement in policies.read(configuration, resource, argument).allowing:
        if statement.not_principals:
            found = "a statement that allows all but some"
            yield _found(resource, statement, "not_principals", found, "principals")


@rule(
    "trust-anyone",
    on=("aws_iam_role",),
    severity="error",
    source="AWS IAM User Guide: IAM JSON policy elements: Principal; anonymous users",
    fix="name the accounts, roles or the service that may assume the role",
    good=_trusted("ec2.amazonaws.com"),
    bad=_assumed(Principal={"AWS": "*"}),
)
def trust_anyone(role: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A role does not trust everybody.

    With "*" every user of every AWS account can assume it.
    """
    for statement in policies.read(configuration, role, _TRUST).allowing:
        if statement.anyone and not statement.restricted:
            yield _found(role, statement, "principals", '"*"', "the accounts or services meant")


_SERVICE = re.compile(r"(.*?)(?:\.[a-z]{2}(?:-[a-z]+)+-[0-9])?\.amazonaws\.com(?:\.cn)?")
# Functions at the edge are assumed by two services by design.
_SAME_SERVICE = {"edgelambda": "lambda"}


@rule(
    "trust-one-service",
    on=("aws_iam_role",),
    severity="warning",
    source="AWS IAM User Guide: Grant least privilege; one role for each service",
    fix="make a role for each service",
    good=_trusted("ec2.amazonaws.com"),
    bad=_trusted("ec2.amazonaws.com", "lambda.amazonaws.com"),
)
def trust_one_service(role: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A role is assumed by one service.

    Each service that shares a role gets what only the other needs.
    """
    services: dict[str, Statement] = {}
    for statement in policies.read(configuration, role, _TRUST).allowing:
        for principal in statement.services:
            match = _SERVICE.fullmatch(principal)
            name = match[1] if match else principal
            services.setdefault(_SAME_SERVICE.get(name, name), statement)
    if len(services) > 1:
        *_, last = services.values()
        yield _found(role, last, "principals", " and ".join(services), "one service")


@rule(
    "trust-source",
    on=("aws_iam_role",),
    severity="warning",
    source="AWS IAM User Guide: The confused deputy problem; the services that set the keys say so in "
    "their own guides",
    fix="add a condition StringEquals on aws:SourceAccount with the id of your account",
    good=_trusted("monitoring.rds.amazonaws.com", Condition=_SAME_ACCOUNT),
    bad=_trusted("monitoring.rds.amazonaws.com"),
)
def trust_source(role: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A role that a service assumes says for which account, where the service tells it.

    Otherwise somebody in another account may have the service use your role: a confused deputy.
    """
    for statement in policies.read(configuration, role, _TRUST).allowing:
        for principal in statement.services:
            if iam.names_its_source(principal, "trust") and not statement.names_source:
                found = f"none on the source of {principal}"
                yield _found(role, statement, "condition", found, "aws:SourceAccount")


_OIDC = ("aws_iam_openid_connect_provider", "data.aws_iam_openid_connect_provider")
_ANY_SUBJECT = re.compile(r"([a-z_]+:)?\*")


def _federated(**condition: Any) -> dict[str, Any]:
    return _policy(
        *("aws_iam_role", _TRUST),
        Principal={
            "Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
        },
        Action="sts:AssumeRoleWithWebIdentity",
        Condition={"StringLike": condition},
    )


@rule(
    "trust-token-subject",
    on=("aws_iam_role",),
    severity="error",
    source="AWS IAM User Guide: Identity-provider controls for shared OIDC providers; the providers' own "
    "pages on AWS, as the table of issuers says",
    fix="add a condition on the token's sub, such as repo:acme/infra:ref:refs/heads/main",
    good=_federated(**{"token.actions.githubusercontent.com:sub": "repo:acme/infra:*"}),
    bad=_federated(**{"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}),
)
def trust_token_subject(role: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A role that trusts a provider of tokens for everybody says whose token it takes.

    GitHub, GitLab, HCP Terraform and Buildkite give tokens of the same audience to all their customers:
    without a condition on the subject a stranger's pipeline assumes the role. IAM refuses to make or
    change such a role; one that was made before stays open.
    """
    for statement in policies.read(configuration, role, _TRUST).allowing:
        issuers = {
            issuer
            for kind, who in statement.principals
            if kind == "Federated"
            for issuer in _issuers(who, configuration)
        }
        shared = sorted(issuers & iam.shared_issuers())
        if shared and not any(map(_tells_subject, statement.conditions)):
            found = f"none on the subject of tokens of {shared[0]}"
            yield _found(role, statement, "condition", found, f"{shared[0]}:sub")


def _issuers(principal: Any, configuration: Configuration) -> Iterator[str]:
    """Give the host of the provider that a principal is."""
    if isinstance(principal, str):
        yield principal.rpartition(":oidc-provider/")[2].partition("/")[0]
    for provider in configuration.targets(principal, *_OIDC):
        yield str(provider.known("url")).removeprefix("https://").partition("/")[0]


def _tells_subject(condition: Condition) -> bool:
    """Tell whether a condition is on more than the audience, and not true of every subject."""
    every = any(_ANY_SUBJECT.fullmatch(each) for each in texts(condition.values))
    return not condition.variable.endswith(":aud") and not every


def _topic(**statement: Any) -> dict[str, Any]:
    action = {"Action": "sns:Publish", "Resource": "*"}
    return _policy("aws_sns_topic_policy", "policy", **action, **statement)


@rule(
    "policy-public",
    on=_OF_RESOURCES,
    severity="error",
    source="AWS IAM User Guide: IAM JSON policy elements: Principal; AWS Security Hub S3.2, SNS.4, "
    "SQS.3, KMS.5",
    fix="name the principals, or add a condition such as aws:SourceAccount or aws:PrincipalOrgID",
    good=_topic(Principal="*", Condition=_SAME_ACCOUNT),
    bad=_topic(Principal="*"),
)
def policy_public(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The policy of a bucket, topic, queue, key or secret does not allow everybody.

    "*" without a condition on who is asking is the whole internet.
    """
    argument = _OF_RESOURCES[resource.type]
    for statement in policies.read(configuration, resource, argument).allowing:
        if statement.anyone and not statement.restricted:
            expected = "principals by name, or a condition on who is asking"
            yield _found(resource, statement, "principals", '"*"', expected)


@rule(
    "policy-service-source",
    on=_OF_RESOURCES,
    severity="warning",
    source="AWS IAM User Guide: The confused deputy problem; Amazon SNS Developer Guide: Example cases "
    "for Amazon SNS access control",
    fix="add a condition on aws:SourceArn or aws:SourceAccount",
    good=_topic(Principal={"Service": "cloudwatch.amazonaws.com"}, Condition=_SAME_ACCOUNT),
    bad=_topic(Principal={"Service": "cloudwatch.amazonaws.com"}),
)
def policy_service_source(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A policy that lets a service in says for whom, where the service tells it.

    Without that an alarm or a bucket in anybody's account may write to your topic or queue.
    """
    argument = _OF_RESOURCES[resource.type]
    for statement in policies.read(configuration, resource, argument).allowing:
        for principal in statement.services:
            if iam.names_its_source(principal, "resource") and not statement.names_source:
                found = f"none on the source of {principal}"
                yield _found(resource, statement, "condition", found, "aws:SourceArn")


def _attached(name: str) -> dict[str, Any]:
    arn = f"arn:aws:iam::aws:policy/{name}"
    attachment = {"role": "${aws_iam_role.main.name}", "policy_arn": arn}
    return {
        "resource": {
            **_trusted("config.amazonaws.com", Condition=_SAME_ACCOUNT)["resource"],
            "aws_iam_role_policy_attachment": {"main": attachment},
        }
    }


def _names(resource: Resource) -> Iterator[str]:
    arns = policies.many(resource.given(roles.ATTACHMENTS[resource.type]))
    yield from map(roles.managed_name, arns)


@rule(
    "iam-administrator",
    on=roles.ATTACHMENTS,
    severity="error",
    source="AWS IAM User Guide: Security best practices in IAM; AWS Managed Policy Reference: "
    "AdministratorAccess, IAMFullAccess",
    fix="attach a policy of the actions that are needed",
    good=_attached("service-role/AWS_ConfigRole"),
    bad=_attached("AdministratorAccess"),
)
def iam_administrator(resource: Resource) -> Iterator[Finding]:
    """Nobody gets all rights, or the right to give them to themselves.

    AdministratorAccess allows every action; IAMFullAccess allows to attach it.
    """
    for name in _names(resource):
        if name in ("AdministratorAccess", "IAMFullAccess"):
            argument = roles.ATTACHMENTS[resource.type]
            yield resource.finding(argument, name, "a policy of what is needed")


@rule(
    "iam-user-policy",
    on=("aws_iam_user_policy",),
    severity="warning",
    source="AWS IAM User Guide: Managed policies and inline policies; AWS Security Hub IAM.2",
    fix="use a role, or attach a managed policy to a group",
    good=_allow("s3:GetObject"),
    bad=_policy(
        *("aws_iam_user_policy", "policy"), Action="s3:GetObject", Resource="arn:aws:s3:::orders/*"
    ),
)
def iam_user_policy(policy: Resource) -> Iterator[Finding]:
    """Users have no policies of their own.

    A user lives long and has keys that last; what users may do is looked for at groups and roles.
    """
    found = "a policy of one user"
    yield Finding(policy, "", found, "a policy of a group, or a role in place of the user")


_NO_CONFIG_POLICIES = (
    *("AWS_ConfigRole", "service-role/ConfigRole", "ConfigRole"),
    *("service-role/AWSConfigRole", "AWSConfigRole"),
)
_CONFIG_POLICY = "service-role/AWS_ConfigRole"


@rule(
    "config-role",
    on=(*roles.ATTACHMENTS, "aws_config_configuration_recorder"),
    severity="error",
    source="AWS Config Developer Guide: AWS managed policies; AWS_ConfigRole replaced "
    "AWSConfigRole in 2022",
    fix="attach arn:aws:iam::aws:policy/service-role/AWS_ConfigRole, or use the service-linked role",
    good=_attached(_CONFIG_POLICY),
    bad=_attached("AWS_ConfigRole"),
)
def config_role(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The role of AWS Config has the managed policy that exists: service-role/AWS_ConfigRole.

    IAM refuses the names that look like it, and without the policy the recorder records nothing.
    """
    if resource.type != "aws_config_configuration_recorder":
        for name in _names(resource):
            if name in _NO_CONFIG_POLICIES:
                yield resource.finding(roles.ATTACHMENTS[resource.type], name, _CONFIG_POLICY)
        return
    for role in configuration.targets(resource.given("role_arn"), "aws_iam_role"):
        names = roles.managed_policies(configuration, role)
        if names is not None and _CONFIG_POLICY not in names:
            named = ", ".join(sorted(names)) or "no managed policies"
            yield Finding(resource, "role_arn", f"a role with {named}", _CONFIG_POLICY)


_MONITORED = ("aws_db_instance", "aws_rds_cluster", "aws_rds_cluster_instance")
_MONITORING = "monitoring.rds.amazonaws.com"
_MONITORING_POLICY = "service-role/AmazonRDSEnhancedMonitoringRole"


def _monitored(service: str) -> dict[str, Any]:
    found = _trusted(service, Condition=_SAME_ACCOUNT)["resource"]
    database = {"monitoring_interval": 60, "monitoring_role_arn": "${aws_iam_role.main.arn}"}
    attachment = {
        "role": "${aws_iam_role.main.name}",
        "policy_arn": f"arn:aws:iam::aws:policy/{_MONITORING_POLICY}",
    }
    return {
        "resource": {
            **found,
            "aws_db_instance": {"main": database},
            "aws_iam_role_policy_attachment": {"main": attachment},
        }
    }


@rule(
    "monitoring-role",
    severity="error",
    source="Amazon RDS User Guide: Setting up and enabling Enhanced Monitoring; the IAM role",
    fix="let the role trust monitoring.rds.amazonaws.com, and attach AmazonRDSEnhancedMonitoringRole",
    good=_monitored(_MONITORING),
    bad=_monitored("rds.amazonaws.com"),
)
def monitoring_role(configuration: Configuration) -> Iterator[Finding]:
    """The role for Enhanced Monitoring trusts monitoring.rds.amazonaws.com and may write its log.

    RDS refuses a database whose role it can't assume, after everything else is made.
    """
    arns = [each.given("monitoring_role_arn") for each in configuration.of(*_MONITORED)]
    found = {r.address: r for arn in arns for r in configuration.targets(arn, "aws_iam_role")}
    for role in found.values():
        trust = policies.read(configuration, role, _TRUST)
        trusted = [service for statement in trust.allowing for service in statement.services]
        known = trust.complete and all(each.principals_are_known for each in trust.allowing)
        if known and _MONITORING not in trusted:
            who = ", ".join(trusted) or "no service"
            yield Finding(role, _TRUST, f"trust in {who}", f"trust in {_MONITORING}")
        names = roles.managed_policies(configuration, role)
        if names is not None and _MONITORING_POLICY not in names:
            named = ", ".join(sorted(names)) or "no managed policies"
            yield Finding(role, "", f"a role with {named}", _MONITORING_POLICY)


def _permission(**arguments: Any) -> dict[str, Any]:
    permission = {
        "action": "lambda:InvokeFunction",
        "function_name": "cutover-dev",
        "principal": "events.amazonaws.com",
        **arguments,
    }
    return {"resource": {"aws_lambda_permission": {"main": permission}}}


_SOURCES = ("source_arn", "source_account", "principal_org_id", "event_source_token")


@rule(
    "lambda-permission-source",
    on=("aws_lambda_permission",),
    severity="error",
    source="AWS Lambda Developer Guide: Granting Lambda function access to AWS services; source_arn and "
    "source_account",
    fix="set source_arn to the rule, topic, bucket or API that calls the function",
    good=_permission(source_arn="arn:aws:events:us-east-1:123456789012:rule/cutover-dev"),
    bad=_permission(),
)
def lambda_permission_source(permission: Resource) -> Iterator[Finding]:
    """A service may invoke a function for one source only.

    Otherwise a rule, topic or bucket in anybody's account can invoke it.
    """
    principal = permission.known("principal")
    if not isinstance(principal, str) or not all(map(permission.left_out, _SOURCES)):
        return
    anyone = principal == "*" and permission.known("function_url_auth_type", "") == ""
    if anyone or ".amazonaws.com" in principal:
        yield permission.finding("source_arn", None, f"the caller behind {principal}")


@rule(
    "lambda-permission-account",
    on=("aws_lambda_permission",),
    severity="warning",
    source="AWS Lambda Developer Guide: Granting Lambda function access to AWS services; cfn-lint 1.58.0 "
    "aws_lambda_permission/permission_source_account",
    fix="set source_account to the id of your account",
    good=_permission(
        principal="s3.amazonaws.com",
        source_arn="arn:aws:s3:::orders-dev",
        source_account="123456789012",
    ),
    bad=_permission(principal="s3.amazonaws.com", source_arn="arn:aws:s3:::orders-dev"),
)
def lambda_permission_account(permission: Resource) -> Iterator[Finding]:
    """A bucket that invokes a function is named with its account.

    A bucket's ARN has no account in it: once you delete the bucket, anybody can take its name.
    """
    by_s3 = permission.known("principal") == "s3.amazonaws.com"
    if by_s3 and not permission.left_out("source_arn") and permission.left_out("source_account"):
        yield permission.finding("source_account", None, "the id of your account")


@rule(
    "kms-key-rotation",
    on=("aws_kms_key",),
    severity="warning",
    source="AWS KMS Developer Guide: Rotating AWS KMS keys; AWS Security Hub KMS.4",
    fix="set enable_key_rotation = true",
    good={"resource": {"aws_kms_key": {"main": {"enable_key_rotation": True}}}},
    bad={"resource": {"aws_kms_key": {"main": {"enable_key_rotation": False}}}},
)
def kms_key_rotation(key: Resource) -> Iterator[Finding]:
    """A symmetric key is rotated every year.

    KMS keeps the old material to decrypt with, so rotation costs nothing and breaks nothing.
    """
    spec = key.known("customer_master_key_spec", "SYMMETRIC_DEFAULT")
    usage = key.known("key_usage", "ENCRYPT_DECRYPT")
    # Material in a key store of one's own, or of keys that sign, can't be rotated by KMS.
    symmetric = (spec, usage) == ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")
    if not symmetric or not key.left_out("custom_key_store_id"):
        return
    if key.known("enable_key_rotation", default=False) is False:
        yield key.finding("enable_key_rotation", key.given("enable_key_rotation"), "true")
