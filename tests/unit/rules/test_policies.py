"""Policy documents, whichever way they are written."""

import json
from typing import Any

import attrs
import pytest

from tapforge.lang import functions as fn
from tapforge.lang.expression import Access, Symbol, parse
from tapforge.rules import policies
from tapforge.rules.example import configuration
from tapforge.rules.policies import Policy
from tapforge.rules.resource import Resource, Unknown

UNKNOWN = Access(Symbol("aws_s3_bucket.main"), "arn")
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"}


def policy(*statements: Any) -> dict[str, Any]:
    """Return a policy as people write it for jsonencode()."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def read(value: Any, **documents: dict[str, Any]) -> Policy:
    """Read a policy from the argument of a resource, beside some policy documents."""
    made = configuration({"data": {"aws_iam_policy_document": documents}})
    holder = Resource(
        {"policy": value}, address="aws_iam_policy.a", type="aws_iam_policy", name="a"
    )
    made = attrs.evolve(made, resources=(*made.resources, holder))
    found = policies.read(made, holder, "policy")
    assert policies.read(made, holder, "policy") is found
    return found


def facts(found: Policy) -> list[Any]:
    """Return what a policy says, without where it says so."""
    return [attrs.astuple(each, recurse=False)[2:9] for each in found.statements]


DOCUMENT = {"statement": [{"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::a/*"]}]}
REFERENCE = Access(Symbol("data.aws_iam_policy_document.main"), "json")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(json.dumps(policy(READ)), id="text"),
        pytest.param(json.dumps({"Statement": READ}), id="one statement without a list"),
        pytest.param(
            json.dumps(
                policy({**READ, "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::a/*"]})
            ),
            id="lists",
        ),
        pytest.param(REFERENCE, id="reference to a document"),
        pytest.param(Unknown(["data.aws_iam_policy_document.main"]), id="reference in a plan"),
    ],
)
def test_all_ways_to_write_a_policy_are_read_alike(value: Any) -> None:
    """Text, single values for lists, and policy documents give the same statement."""
    found = read(value, main=DOCUMENT)
    assert found.complete
    assert facts(found) == facts(read(json.dumps(policy(READ))))


def test_jsonencode_of_what_is_partly_unknown_is_read() -> None:
    """The unknown parts stay unknown, and the rest is there."""
    found = read(fn.jsonencode(policy({**READ, "Resource": [UNKNOWN, "arn:aws:s3:::b"]})))
    (statement,) = found.statements
    assert found.complete
    assert policies.texts(statement.resources) == ["arn:aws:s3:::b"]
    assert statement.at("resources") == "policy.Statement[0].Resource"


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("no JSON", id="no JSON"),
        pytest.param("[]", id="no object"),
        pytest.param("{}", id="no statements"),
        pytest.param(UNKNOWN, id="something else that is unknown"),
        pytest.param(Unknown(), id="unknown without a trace"),
        pytest.param(fn.jsonencode(UNKNOWN), id="jsonencode of what is unknown"),
        pytest.param(fn.replace(REFERENCE, "a", "b"), id="a document that a function changes"),
        pytest.param(
            Unknown(["data.aws_iam_policy_document.main", "local.more"]), id="more than a document"
        ),
        pytest.param(json.dumps(policy(READ, "junk")), id="a statement that is none"),
        pytest.param(5, id="a number"),
    ],
)
def test_what_can_not_be_read_is_not_complete(value: Any) -> None:
    """Nobody can say that such a policy lacks something."""
    assert not read(value, main=DOCUMENT).complete


@pytest.mark.parametrize("value", [None, ""], ids=["unset", "empty"])
def test_no_policy_is_complete(value: Any) -> None:
    """There is nothing in it, and that is known."""
    assert read(value) == policies._NONE


def test_documents_are_put_together() -> None:
    """Statements of source and override documents count, in lists and alone, old names too."""
    document = {
        **DOCUMENT,
        "source_policy_documents": [
            json.dumps(policy(READ)),
            "${data.aws_iam_policy_document.b.json}",
        ],
        "override_json": json.dumps(policy({**READ, "Effect": "Deny"})),
    }
    found = read(REFERENCE, main=document, b=DOCUMENT)
    assert found.complete
    assert [each.effect for each in found.statements] == ["Allow", "Allow", "Allow", "Deny"]
    assert len(found.allowing) == 3


@pytest.mark.parametrize(
    "document",
    [
        {**DOCUMENT, "source_policy_documents": [UNKNOWN]},
        {**DOCUMENT, "override_policy_documents": UNKNOWN},
        {"statement": UNKNOWN},
    ],
    ids=["source", "override", "statements"],
)
def test_a_document_with_unknown_parts_is_not_complete(document: dict[str, Any]) -> None:
    """There may be more statements."""
    assert not read(REFERENCE, main=document).complete


def test_a_document_in_full() -> None:
    """Effect, principals with their kinds, and conditions with keys in lower case."""
    block = {
        "effect": "Deny",
        "not_actions": ["iam:*"],
        "not_resources": ["arn:aws:s3:::a"],
        "principals": [
            {"type": "AWS", "identifiers": ["*", UNKNOWN]},
            {"type": "Service", "identifiers": ["ec2.amazonaws.com"]},
        ],
        "not_principals": [{"type": UNKNOWN, "identifiers": ["123456789012"]}],
        "condition": [
            {"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]},
            {"test": UNKNOWN, "variable": UNKNOWN, "values": UNKNOWN},
        ],
    }
    (statement,) = read(REFERENCE, main={"statement": [block]}).statements
    assert not statement.allows
    assert statement.anyone
    assert not statement.principals_are_known
    assert statement.services == ["ec2.amazonaws.com"]
    assert statement.not_principals == (("", "123456789012"),)
    assert statement.not_actions == ("iam:*",)
    assert statement.at("not_actions") == "statement[0].not_actions"
    assert [c.variable for c in statement.conditions] == ["aws:securetransport", ""]
    # A condition that nobody can read may limit who is allowed.
    assert statement.restricted
    assert statement.names_source


def test_an_effect_that_is_unknown_allows_nothing() -> None:
    """It is taken neither for Allow nor for Deny."""
    found = read(REFERENCE, main={"statement": [{"effect": UNKNOWN, "actions": ["*"]}]})
    assert found.statements[0].effect is None
    assert found.allowing == []


@pytest.mark.parametrize(
    ("principal", "anyone"),
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": ["123456789012", "*"]}, True),
        ({"AWS": "arn:aws:iam::123456789012:root"}, False),
        ({"Service": "*"}, False),
        ({"Federated": "accounts.google.com"}, False),
        ("someone", False),
        (None, False),
    ],
    ids=["star", "AWS", "among others", "root", "service", "federated", "no principal", "none"],
)
def test_anyone(principal: Any, anyone: bool) -> None:
    """Everybody is "*", alone or as an AWS principal."""
    (statement,) = read(json.dumps(policy({**READ, "Principal": principal}))).statements
    assert statement.anyone is anyone


@pytest.mark.parametrize(
    ("condition", "restricted", "names_source"),
    [
        ({"StringEquals": {"aws:SourceAccount": "123456789012"}}, True, True),
        ({"ArnLike": {"AWS:SourceArn": ["arn:aws:s3:::a"]}}, True, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, True, True),
        ({"StringEquals": {"kms:EncryptionContext:aws:s3:arn": "a"}}, True, True),
        ({"StringEquals": {"sts:ExternalId": "x"}}, True, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, False, False),
        ({"StringEquals": {"kms:ViaService": "rds.us-east-1.amazonaws.com"}}, False, False),
        ({"Bool": "odd"}, True, True),
        ("odd", True, True),
        ({}, False, False),
        (None, False, False),
    ],
    ids=[
        *("account", "ARN", "organization", "context", "external id", "TLS", "via service"),
        *("odd test", "odd condition", "empty", "none"),
    ],
)
def test_conditions(condition: Any, restricted: bool, names_source: bool) -> None:
    """Some say who is asking, some for whom, and some no more than how."""
    (statement,) = read(json.dumps(policy({**READ, "Condition": condition}))).statements
    assert statement.restricted is restricted
    assert statement.names_source is names_source


DENY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


@pytest.mark.parametrize(
    ("statement", "denies"),
    [
        (DENY, True),
        ({**DENY, "Action": "*"}, True),
        ({**DENY, "Action": ["S3:*"]}, True),
        ({**DENY, "Principal": {"AWS": "*"}}, True),
        ({**DENY, "Condition": {"Bool": {"AWS:SecureTransport": [False]}}}, True),
        ({**DENY, "Action": "s3:GetObject"}, False),
        ({**DENY, "Principal": {"AWS": "123456789012"}}, False),
        ({**DENY, "Effect": "Allow"}, False),
        ({**DENY, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, False),
        ({**DENY, "Condition": None}, False),
    ],
    ids=[
        *("as AWS writes it", "all actions", "capitals", "AWS principal", "a truth value"),
        *("one action", "one account", "allow", "with TLS", "no condition"),
    ],
)
def test_denies_plain_text(statement: dict[str, Any], denies: bool) -> None:
    """Everybody is denied all actions of the service without TLS."""
    assert policies.denies_plain_text(read(json.dumps(policy(READ, statement))), "s3:*") is denies


@pytest.mark.parametrize(
    ("value", "end"),
    [
        ("arn:aws:iam::aws:policy/A", "arn:aws:iam::aws:policy/A"),
        (
            parse(f"arn:{Symbol('data.aws_partition.p').partition}:iam::aws:policy/A"),
            ":iam::aws:policy/A",
        ),
        (parse(f"a-{UNKNOWN}"), ""),
        (UNKNOWN, ""),
        (None, ""),
    ],
    ids=["text", "template", "reference at the end", "reference", "nothing"],
)
def test_the_end_of_a_text(value: Any, end: str) -> None:
    """What stands behind the last reference of a template is known."""
    assert policies.ending(value) == end
