"""Identity, beyond the examples of its rules."""

import json
from typing import Any

import attrs
import pytest

from tapforge.lang import functions as fn
from tapforge.lang.expression import Symbol
from tapforge.rules import run
from tapforge.rules.catalogue import identity
from tapforge.rules.example import configuration
from tapforge.rules.rule import Rule

UNKNOWN = "${aws_unknown.main.value}"
ARN = "arn:aws:s3:::orders/*"
ACCOUNT = {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def found(rule: Rule, resources: dict[str, Any], data: dict[str, Any] | None = None) -> list[str]:
    """Return what a rule finds, place by place."""
    made = configuration({"resource": resources, "data": data or {}})
    return [f"{each.address} {each.message}" for each in run.check(made, [rule])]


def check(messages: list[str], words: str | None) -> None:
    """Assert that there is one message with some words, or none."""
    assert len(messages) == (words is not None), messages
    assert not words or words in messages[0]


def text(*statements: Any) -> str:
    """Return the text of a policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def policy(**statement: Any) -> dict[str, Any]:
    """Return an IAM policy with one statement that allows."""
    return {"aws_iam_policy": {"main": {"policy": text({"Effect": "Allow", **statement})}}}


def role(*statements: Any, **principal: Any) -> dict[str, Any]:
    """Return a role that trusts principals."""
    trusted = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    return {"aws_iam_role": {"main": {"assume_role_policy": text(*(statements or [trusted]))}}}


ALLOWED = {"Action": "s3:GetObject", "Resource": ARN}


@pytest.mark.parametrize(
    ("statement", "all_", "service", "resource", "others"),
    [
        (ALLOWED, None, None, None, None),
        ({**ALLOWED, "Action": "*"}, '"*"', None, '"*"', None),
        ({**ALLOWED, "Action": ["s3:GetObject", "*:*"]}, '"*:*"', None, None, None),
        ({**ALLOWED, "Action": "rds:*", "Resource": "*"}, None, '"rds:*"', None, None),
        ({**ALLOWED, "Action": "*", "Effect": "Deny"}, None, None, None, None),
        ({**ALLOWED, "Action": "s3:Get*", "Resource": "*"}, None, None, "more", None),
        (
            {"Action": "kms:Decrypt", "Resource": ["arn:aws:s3:::a", "arn:aws:kms:*:*:*"]},
            *(None, None, '"arn:aws:kms:*:*:*" with kms:Decrypt', None),
        ),
        ({"Action": "kms:Decrypt", "Resource": "*", "Condition": ACCOUNT}, None, None, None, None),
        ({"Action": "ec2:DescribeInstances", "Resource": "*"}, None, None, None, None),
        ({"Action": "s3:ListAllMyBuckets", "Resource": "*"}, None, None, None, None),
        ({"NotAction": "iam:*", "Resource": ARN}, None, None, None, '"iam:*" in a statement'),
        ({"Action": "s3:GetObject", "NotResource": [ARN]}, None, None, None, "in resources"),
        ({"NotAction": "iam:*", "Resource": "*", "Effect": "Deny"}, None, None, None, None),
    ],
    ids=[
        *("least", "everything", "everything in a list", "service", "denied", "wildcard in a name"),
        *("ARN of wildcards", "condition", "descriptions", "lists", "not action", "not resource"),
        "not action, denied",
    ],
)
def test_what_a_policy_allows(
    statement: dict[str, Any],
    all_: str | None,
    service: str | None,
    resource: str | None,
    others: str | None,
) -> None:
    """Each way to allow too much is told by a rule of its own."""
    resources = policy(**statement)
    check(found(identity.iam_action_wildcard, resources), all_)
    check(found(identity.iam_service_wildcard, resources), service)
    if all_ is None:
        check(found(identity.iam_resource_wildcard, resources), resource)
    check(found(identity.iam_not_action, resources), others)


STAR = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.mark.parametrize(
    ("resources", "number"),
    [
        ({"aws_iam_role_policy": {"a": {"policy": text(ALLOWED | {"Effect": "Allow"}, STAR)}}}, 1),
        ({"aws_iam_group_policy": {"a": {"policy": text(STAR)}}}, 1),
        ({"aws_ssoadmin_permission_set_inline_policy": {"a": {"inline_policy": text(STAR)}}}, 1),
        ({"aws_iam_role": {"a": {"inline_policy": [{"policy": text(STAR)}, {"policy": ""}]}}}, 1),
        ({"aws_iam_role": {"a": {"inline_policy": [{"name": "empty"}]}}}, 0),
        ({"aws_iam_role": {"a": {"inline_policy": UNKNOWN}}}, 0),
        ({"aws_iam_policy": {"a": {"policy": UNKNOWN}}}, 0),
        ({"aws_iam_policy": {"a": {"policy": "no JSON"}}}, 0),
    ],
    ids=[
        *("one of two statements", "group", "permission set", "inline blocks", "inline, none"),
        *("inline, unknown", "unknown", "no JSON"),
    ],
)
def test_where_policies_are(resources: dict[str, Any], number: int) -> None:
    """Wherever somebody's rights are written, they are read."""
    assert len(found(identity.iam_action_wildcard, resources)) == number


def test_a_document_is_told_of_at_its_own_place() -> None:
    """The finding is in the data source, and names the resource that uses it."""
    document = {"statement": [{"actions": ["*"], "resources": ["*"]}]}
    reference = "${data.aws_iam_policy_document.main.json}"
    (message,) = found(
        identity.iam_action_wildcard,
        {"aws_iam_policy": {"main": {"policy": reference}}},
        {"aws_iam_policy_document": {"main": document}},
    )
    assert message.startswith(
        'data.aws_iam_policy_document.main statement[0].actions is "*" for aws_iam_policy.main,'
    )


@pytest.mark.parametrize(
    ("principal", "condition", "words"),
    [
        ({"AWS": "*"}, None, 'assume_role_policy.Statement[0].Principal is "*"'),
        ({"AWS": "*"}, {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, None),
        ({"AWS": "*"}, {"Bool": {"aws:SecureTransport": "true"}}, '"*"'),
        ({"AWS": "arn:aws:iam::123456789012:root"}, None, None),
        ("*", None, '"*"'),
    ],
    ids=["everybody", "an organization", "everybody by TLS", "an account", "star alone"],
)
def test_trust_in_everybody(principal: Any, condition: Any, words: str | None) -> None:
    """A condition on who is asking limits it, one on how does not."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    statement |= {"Condition": condition} if condition else {}
    check(found(identity.trust_anyone, role(statement)), words)


@pytest.mark.parametrize(
    ("services", "words"),
    [
        (["lambda.amazonaws.com", "edgelambda.amazonaws.com"], None),
        (["dms.amazonaws.com", "dms.us-east-1.amazonaws.com"], None),
        (["ec2.amazonaws.com", "ec2.amazonaws.com.cn"], None),
        (["rds.amazonaws.com", "monitoring.rds.amazonaws.com"], "rds and monitoring.rds"),
        (["ec2.amazonaws.com", "odd.example.com"], "ec2 and odd.example.com"),
    ],
    ids=["the edge", "regional name", "China", "two", "an odd one"],
)
def test_services_that_share_a_role(services: list[str], words: str | None) -> None:
    """Names of one service are one service."""
    check(found(identity.trust_one_service, role(Service=services)), words)


def test_services_in_two_statements_share_a_role() -> None:
    """The finding is at the last of them."""
    each = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    two = [{**each, "Principal": {"Service": f"{s}.amazonaws.com"}} for s in ("ec2", "lambda")]
    check(found(identity.trust_one_service, role(*two)), "Statement[1].Principal is ec2 and lambda")


@pytest.mark.parametrize(
    ("service", "condition", "words"),
    [
        ("monitoring.rds.amazonaws.com", None, "none on the source of monitoring.rds"),
        ("monitoring.rds.amazonaws.com", ACCOUNT, None),
        ("ec2.amazonaws.com", None, None),
        ("lambda.amazonaws.com", None, None),
    ],
    ids=["without", "with", "EC2", "Lambda"],
)
def test_sources_of_trust(service: str, condition: Any, words: str | None) -> None:
    """Asked only where the service tells for whom it acts."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    statement |= {"Condition": condition} if condition else {}
    check(found(identity.trust_source, role(statement)), words)


@pytest.mark.parametrize(
    ("type_", "argument"),
    [
        ("aws_s3_bucket_policy", "policy"),
        ("aws_kms_key", "policy"),
        ("aws_secretsmanager_secret_policy", "policy"),
        ("aws_cloudwatch_log_resource_policy", "policy_document"),
    ],
)
@pytest.mark.parametrize(
    ("statement", "public"),
    [
        ({"Principal": "*"}, True),
        ({"Principal": "*", "Condition": ACCOUNT}, False),
        ({"Principal": "*", "Effect": "Deny"}, False),
        ({"Principal": {"AWS": "123456789012"}}, False),
    ],
    ids=["everybody", "condition", "denied", "account"],
)
def test_policies_of_resources(
    type_: str, argument: str, statement: dict[str, Any], public: bool
) -> None:
    """Everybody is too many, wherever the policy is."""
    value = text({"Effect": "Allow", "Action": "x:Y", "Resource": "*", **statement})
    messages = found(identity.policy_public, {type_: {"main": {argument: value}}})
    assert bool(messages) is public


def test_a_policy_without_principals_is_not_public() -> None:
    """Neither are policies that are not there, or not known."""
    for value in (None, "", UNKNOWN, text({"Effect": "Allow", "Action": "*"})):
        assert found(identity.policy_public, {"aws_sns_topic": {"main": {"policy": value}}}) == []


def test_everybody_but_some() -> None:
    """NotPrincipal with Deny is what it is for."""
    for effect, words in (("Allow", "NotPrincipal is a statement that allows"), ("Deny", None)):
        statement = {"Effect": effect, "Action": "*", "NotPrincipal": {"AWS": "123456789012"}}
        bucket = {"aws_s3_bucket_policy": {"main": {"policy": text(statement)}}}
        check(found(identity.policy_not_principal, bucket), words)
        check(found(identity.policy_not_principal, role(statement)), words)


@pytest.mark.parametrize(
    ("service", "condition", "words"),
    [
        ("s3.amazonaws.com", None, "none on the source of s3.amazonaws.com"),
        ("s3.amazonaws.com", {"ArnLike": {"aws:SourceArn": UNKNOWN}}, None),
        ("events.amazonaws.com", None, None),
    ],
    ids=["without", "with", "a service that does not tell"],
)
def test_sources_of_services(service: str, condition: Any, words: str | None) -> None:
    """Asked only where the service tells for whom it acts."""
    statement = {"Effect": "Allow", "Action": "sns:Publish", "Principal": {"Service": service}}
    statement |= {"Condition": condition} if condition else {}
    resources = {"aws_sns_topic_policy": {"main": {"policy": text(statement)}}}
    check(found(identity.policy_service_source, resources), words)


def test_policies_of_users() -> None:
    """Each is told, whatever it allows."""
    check(found(identity.iam_user_policy, {"aws_iam_user_policy": {"a": {}}}), "of one user")


@pytest.mark.parametrize(
    ("arn", "words"),
    [
        ("arn:aws:iam::aws:policy/AdministratorAccess", "policy_arn is"),
        ("arn:aws-us-gov:iam::aws:policy/IAMFullAccess", "policy_arn is"),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", None),
        ("arn:aws:iam::123456789012:policy/AdministratorAccess", None),
        (UNKNOWN, None),
    ],
    ids=["administrator", "IAM", "reader", "one's own", "unknown"],
)
def test_administrators(arn: str, words: str | None) -> None:
    """Only AWS's own policies are known by their names."""
    for type_ in ("aws_iam_role_policy_attachment", "aws_iam_user_policy_attachment"):
        check(found(identity.iam_administrator, {type_: {"a": {"policy_arn": arn}}}), words)


@pytest.mark.parametrize(
    ("type_", "argument"),
    [
        ("aws_iam_role", "managed_policy_arns"),
        ("aws_iam_role_policy_attachments_exclusive", "policy_arns"),
        ("aws_iam_user_policy_attachments_exclusive", "policy_arns"),
        ("aws_iam_group_policy_attachments_exclusive", "policy_arns"),
        ("aws_ssoadmin_managed_policy_attachment", "managed_policy_arn"),
    ],
)
def test_administrators_by_argument(type_: str, argument: str) -> None:
    """Lists of policies that are all that somebody has, and sets of permissions, name them too."""
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    value = [UNKNOWN, administrator] if argument.endswith("s") else administrator
    resources = {type_: {"a": {argument: value}}}
    check(found(identity.iam_administrator, resources), f"{argument} is")


CONFIG = "arn:aws:iam::aws:policy/service-role/AWS_ConfigRole"
RECORDER = {"aws_config_configuration_recorder": {"a": {"role_arn": "${aws_iam_role.main.arn}"}}}


def with_policy(arn: Any, **resources: Any) -> dict[str, Any]:
    """Return a role for Config or monitoring with one managed policy."""
    attachment = {"role": "${aws_iam_role.main.name}", "policy_arn": arn}
    return {**resources, "aws_iam_role_policy_attachment": {"a": attachment}}


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        ({**RECORDER, **with_policy(CONFIG)}, None),
        (RECORDER, "role_arn is a role with no managed policies"),
        (
            {**RECORDER, **with_policy("arn:aws:iam::aws:policy/ReadOnlyAccess")},
            "a role with ReadOnlyAccess",
        ),
        ({**RECORDER, **with_policy("arn:aws:iam::123456789012:policy/own")}, None),
        ({**RECORDER, **with_policy(UNKNOWN)}, None),
        (with_policy("arn:aws:iam::aws:policy/service-role/AWSConfigRole"), "policy_arn is"),
        ({"aws_config_configuration_recorder": {"a": {"role_arn": "arn:aws:iam::1:role/x"}}}, None),
    ],
    ids=["right", "none", "another", "own", "unknown", "the old one", "a role made elsewhere"],
)
def test_roles_of_config(resources: dict[str, Any], words: str | None) -> None:
    """It is wrong only if all its policies are AWS's, and the right one is not among them."""
    trusted = role(Service="config.amazonaws.com")
    check(found(identity.config_role, {**trusted, **resources}), words)


MONITORING = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
MONITORED = {"aws_rds_cluster_instance": {"a": {"monitoring_role_arn": "${aws_iam_role.main.arn}"}}}
SUFFIX = Symbol("data.aws_partition.current").dns_suffix


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        ({**role(Service="monitoring.rds.amazonaws.com"), **with_policy(MONITORING)}, None),
        (role(Service="monitoring.rds.amazonaws.com"), "a role with no managed policies"),
        ({**role(Service="rds.amazonaws.com"), **with_policy(MONITORING)}, "is trust in rds."),
        ({**role(AWS="123456789012"), **with_policy(MONITORING)}, "is trust in no service"),
        ({**role(Service="monitoring.rds.amazonaws.com"), **with_policy(UNKNOWN)}, None),
        (
            {"aws_iam_role": {"main": {"assume_role_policy": UNKNOWN}}, **with_policy(MONITORING)},
            None,
        ),
    ],
    ids=["right", "no policy", "another service", "no service", "unknown policy", "unknown trust"],
)
def test_roles_of_monitoring(resources: dict[str, Any], words: str | None) -> None:
    """Both the trust and the policy have to be right."""
    check(found(identity.monitoring_role, {**MONITORED, **resources}), words)


def test_a_monitoring_role_may_trust_a_principal_that_is_not_known() -> None:
    """Modules write the service with the suffix of the partition."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    statement["Principal"] = {"Service": f"monitoring.rds.{SUFFIX}"}
    made = configuration({"resource": {**MONITORED, **role(), **with_policy(MONITORING)}})
    trust = {"assume_role_policy": fn.jsonencode({"Statement": [statement]})}
    resources = tuple(
        attrs.evolve(each, values=trust) if each.type == "aws_iam_role" else each
        for each in made.resources
    )
    made = attrs.evolve(made, resources=resources)
    assert run.check(made, [identity.monitoring_role]) == []


EVENTS = {"principal": "events.amazonaws.com"}
BUCKET = {"principal": "s3.amazonaws.com", "source_arn": "arn:aws:s3:::orders-dev"}


@pytest.mark.parametrize(
    ("permission", "source", "account"),
    [
        (EVENTS, "source_arn is not set", None),
        ({**EVENTS, "source_arn": UNKNOWN}, None, None),
        ({**EVENTS, "source_arn": ""}, "source_arn is not set", None),
        ({**EVENTS, "source_account": "123456789012"}, None, None),
        ({"principal": "arn:aws:iam::123456789012:role/caller"}, None, None),
        ({"principal": "123456789012"}, None, None),
        ({"principal": "*"}, "the caller behind *", None),
        ({"principal": "*", "principal_org_id": "o-1"}, None, None),
        ({"principal": "*", "function_url_auth_type": "NONE"}, None, None),
        ({"principal": UNKNOWN}, None, None),
        (BUCKET, None, "source_account is not set"),
        ({**BUCKET, "source_arn": UNKNOWN}, None, "source_account is not set"),
        ({**BUCKET, "source_account": UNKNOWN}, None, None),
        ({"principal": "s3.amazonaws.com"}, "the caller behind s3", None),
    ],
    ids=[
        *("events", "unknown source", "filled in", "account", "a role", "an account", "everybody"),
        *("organization", "function URL", "unknown", "bucket", "unknown bucket", "its account"),
        "any bucket",
    ],
)
def test_permissions_of_functions(
    permission: dict[str, Any], source: str | None, account: str | None
) -> None:
    """A service is asked for its source, and a bucket for its account too."""
    resources = {"aws_lambda_permission": {"main": permission}}
    check(found(identity.lambda_permission_source, resources), source)
    check(found(identity.lambda_permission_account, resources), account)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ({}, "enable_key_rotation is not set"),
        ({"enable_key_rotation": True}, None),
        ({"enable_key_rotation": UNKNOWN}, None),
        ({"customer_master_key_spec": "RSA_2048"}, None),
        ({"key_usage": "SIGN_VERIFY"}, None),
        ({"key_usage": UNKNOWN}, None),
        ({"custom_key_store_id": "cks-1"}, None),
        ({"custom_key_store_id": UNKNOWN}, None),
        ({"custom_key_store_id": "", "enable_key_rotation": False}, "is false"),
    ],
    ids=[
        *("unset", "on", "unknown", "asymmetric", "for signing", "unknown usage", "key store"),
        *("unknown key store", "filled in"),
    ],
)
def test_rotation_of_keys(key: dict[str, Any], words: str | None) -> None:
    """Only what KMS can rotate."""
    check(found(identity.kms_key_rotation, {"aws_kms_key": {"main": key}}), words)


GITHUB = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::123456789012:oidc-provider/{GITHUB}"
SUB, AUD = f"{GITHUB}:sub", {f"{GITHUB}:aud": "sts.amazonaws.com"}


@pytest.mark.parametrize(
    ("principal", "conditions", "wrong"),
    [
        (PROVIDER, {}, True),
        (PROVIDER, {"StringEquals": AUD}, True),
        (PROVIDER, {"StringEquals": {**AUD, SUB: "repo:acme/infra:ref:refs/heads/main"}}, False),
        (PROVIDER, {"StringEquals": AUD, "StringLike": {SUB: ["repo:acme/*"]}}, False),
        (PROVIDER, {"StringLike": {SUB: "*"}}, True),
        (PROVIDER, {"StringLike": {SUB: ["repo:*"]}}, True),
        (PROVIDER, {"StringEquals": {f"{GITHUB}:repository": "acme/infra"}}, False),
        (f"{PROVIDER}/acme", {"StringEquals": AUD}, True),
        (
            "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/A",
            {},
            False,
        ),
        ("cognito-identity.amazonaws.com", {}, False),
    ],
    ids=[
        *("nothing", "audience", "subject", "some subjects", "every subject", "every repository"),
        *("another claim", "an enterprise", "a cluster of one's own", "Cognito"),
    ],
)
def test_subjects_of_tokens(principal: str, conditions: dict[str, Any], wrong: bool) -> None:
    """Asked where strangers get tokens of the same provider."""
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": principal},
        "Condition": conditions,
    }
    assert bool(found(identity.trust_token_subject, role(statement))) is wrong


@pytest.mark.parametrize(
    ("mode", "url", "wrong"),
    [
        ("resource", f"https://{GITHUB}", True),
        ("data", f"https://{GITHUB}", True),
        ("data", "https://login.acme.example", False),
        ("resource", UNKNOWN, False),
    ],
    ids=["resource", "data source", "one's own", "unknown"],
)
def test_providers_of_tokens_by_reference(mode: str, url: str, wrong: bool) -> None:
    """The provider's URL tells who it is."""
    prefix = "data." if mode == "data" else ""
    provider = {"aws_iam_openid_connect_provider": {"ci": {"url": url}}}
    trusted = {
        "actions": ["sts:AssumeRoleWithWebIdentity"],
        "principals": [
            {
                "type": "Federated",
                "identifiers": [f"${{{prefix}aws_iam_openid_connect_provider.ci.arn}}"],
            }
        ],
    }
    data = {"aws_iam_policy_document": {"trust": {"statement": [trusted]}}}
    trust = {"assume_role_policy": "${data.aws_iam_policy_document.trust.json}"}
    resources = {"aws_iam_role": {"ci": trust}, **(provider if mode == "resource" else {})}
    data |= provider if mode == "data" else {}
    assert bool(found(identity.trust_token_subject, resources, data)) is wrong
