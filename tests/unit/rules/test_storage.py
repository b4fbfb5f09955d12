"""Buckets and volumes, beyond the examples of the rules."""

from typing import Any

import pytest

from tapforge.rules.catalogue import storage as catalogue

UNKNOWN = "${random_id.main.hex}"
ID = "${aws_s3_bucket.main.id}"
DENY = (
    '{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::orders", '
    '"arn:aws:s3:::orders/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}'
)
ALLOW = '{"Effect": "Allow", "Principal": {"AWS": "1"}, "Action": "s3:GetObject", "Resource": "*"}'


def bucket(**arguments: Any) -> dict[str, Any]:
    """Return the bucket `orders`."""
    return {"aws_s3_bucket": {"main": {"bucket": "orders", **arguments}}}


def beside(type_: str, **arguments: Any) -> dict[str, Any]:
    """Return the bucket, and a resource of its own for an aspect of it."""
    companion = {f"aws_s3_bucket_{type_}": {"main": {"bucket": ID, **arguments}}}
    return {**bucket(), **companion}


def policy(*statements: str) -> str:
    """Return a policy."""
    return f'{{"Version": "2012-10-17", "Statement": [{", ".join(statements)}]}}'


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        *[({}, 4), ({"block_public_acls": True}, 3), (dict.fromkeys(catalogue._BLOCKS, True), 0)],
        (dict.fromkeys(catalogue._BLOCKS, UNKNOWN), 0),
    ],
    ids=["none", "one", "all", "unknown"],
)
@pytest.mark.parametrize("of", ["bucket", "account"])
def test_public_access_block(findings, of: str, arguments: dict[str, Any], found: int) -> None:
    """What is left out is false."""
    resources = {f"aws_s3_{of}_public_access_block": {"main": arguments}}
    assert len(findings(catalogue.s3_public_access_block, resources)) == found


@pytest.mark.parametrize(
    ("resources", "missing"),
    [
        (bucket(), True),
        (beside("public_access_block"), False),
        (beside("public_access_block", bucket="orders"), False),
        (beside("public_access_block", bucket="another"), True),
        (beside("public_access_block", bucket=UNKNOWN), False),
        ({**bucket(), "aws_s3_account_public_access_block": {"main": {}}}, False),
    ],
    ids=["none", "by reference", "by name", "of another", "perhaps", "of the account"],
)
def test_public_access_block_missing(findings, resources: dict[str, Any], missing: bool) -> None:
    """One that may be of the bucket counts, and so does that of the account."""
    assert bool(findings(catalogue.s3_public_access_block_missing, resources)) is missing


def versioning(status: Any, **arguments: Any) -> dict[str, Any]:
    """Return the bucket with a resource for its versions."""
    return beside("versioning", versioning_configuration=[{"status": status}], **arguments)


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        (bucket(), "no versioning, expected versioning that is enabled"),
        (versioning("Enabled"), None),
        (versioning("Suspended"), 'status is "Suspended", expected Enabled'),
        (versioning("Disabled"), 'status is "Disabled"'),
        (versioning(UNKNOWN), None),
        (versioning("Suspended", bucket=UNKNOWN), None),
        (bucket(versioning=[{"enabled": True}]), None),
        (bucket(versioning=[{"enabled": False}]), "versioning[0].enabled is false, expected true"),
        (bucket(versioning=[{}]), "versioning[0].enabled is not set, expected true"),
        ({**versioning("Enabled"), **bucket(versioning=[{"enabled": False}])}, None),
    ],
    ids=str,
)
def test_versioning(findings, resources: dict[str, Any], words: str | None) -> None:
    """The resource counts before the block inside the bucket, which the provider fills in."""
    messages = findings(catalogue.s3_versioning, resources)
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    "source",
    [
        {"aws_s3_bucket_logging": {"x": {"bucket": "web", "target_bucket": ID}}},
        {"aws_lb": {"x": {"access_logs": [{"bucket": ID, "enabled": True}]}}},
        {"aws_lb": {"x": {"access_logs": {"bucket": "orders"}}}},
    ],
    ids=["of a bucket", "of a load balancer", "by name"],
)
def test_logs_need_no_versions(findings, source: dict[str, Any]) -> None:
    """They are written once."""
    assert findings(catalogue.s3_versioning, {**bucket(), **source}) == []


def test_inline_logging_names_the_bucket_of_logs(findings) -> None:
    """As the provider had it before version 4."""
    resources = bucket()
    resources["aws_s3_bucket"]["web"] = {"bucket": "web", "logging": [{"target_bucket": ID}]}
    messages = findings(catalogue.s3_versioning, resources)
    assert [each.split()[0] for each in messages] == ["aws_s3_bucket.web"]


KMS = {"sse_algorithm": "aws:kms", "kms_master_key_id": "arn:aws:kms:us-east-1:1:key/a"}
SSE = "server_side_encryption_configuration"


def encryption(algorithm: dict[str, Any], **rule: Any) -> list[dict[str, Any]]:
    """Return the rule of encryption."""
    return [{"apply_server_side_encryption_by_default": [algorithm], **rule}]


@pytest.mark.parametrize(
    ("resources", "silent", "costly"),
    [
        (bucket(), True, False),
        (beside(SSE, rule=encryption({"sse_algorithm": "AES256"})), False, False),
        (beside(SSE, rule=encryption(KMS)), False, True),
        (beside(SSE, rule=encryption(KMS, bucket_key_enabled=True)), False, False),
        (beside(SSE, rule=encryption(KMS, bucket_key_enabled=UNKNOWN)), False, False),
        (beside(SSE, rule=encryption({"sse_algorithm": UNKNOWN})), False, False),
        (beside(SSE, bucket=UNKNOWN, rule=encryption(KMS)), False, False),
        (bucket(**{SSE: [{"rule": encryption(KMS)}]}), False, True),
        (bucket(**{SSE: [{"rule": encryption({"sse_algorithm": "AES256"})}]}), False, False),
    ],
    ids=str,
)
def test_encryption(findings, resources: dict[str, Any], silent: bool, costly: bool) -> None:
    """A bucket says how, and saves requests where it is a key of its own."""
    assert bool(findings(catalogue.s3_encryption, resources)) is silent
    assert bool(findings(catalogue.s3_bucket_key, resources)) is costly


@pytest.mark.parametrize(
    ("resources", "place"),
    [
        (bucket(), "aws_s3_bucket.main no statement"),
        (beside("policy", policy=policy(DENY)), None),
        (beside("policy", policy=policy(ALLOW, DENY)), None),
        (
            beside("policy", policy=policy(ALLOW)),
            "aws_s3_bucket_policy.main policy is no statement",
        ),
        (beside("policy", policy=UNKNOWN), None),
        (beside("policy", bucket=UNKNOWN, policy=policy(ALLOW)), None),
        (bucket(policy=policy(DENY)), None),
        (bucket(policy=policy(ALLOW)), "aws_s3_bucket.main policy is no statement"),
        (bucket(policy=UNKNOWN), None),
        (beside("policy", policy="no JSON"), None),
    ],
    ids=[
        *("none", "denied", "denied too", "allowed", "unknown", "perhaps of another"),
        *("inline", "inline without", "inline unknown", "unreadable"),
    ],
)
def test_tls_only(findings, resources: dict[str, Any], place: str | None) -> None:
    """A policy that can't be read may deny it."""
    messages = findings(catalogue.s3_tls_only, resources)
    assert (place in messages[0]) if place else not messages


EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"
OWNER = {"id": "abc", "type": "CanonicalUser"}


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        (bucket(acl="private"), None),
        (bucket(acl="log-delivery-write"), None),
        (bucket(acl="authenticated-read"), 'acl is "authenticated-read"'),
        (bucket(acl=UNKNOWN), None),
        ({"aws_s3_object": {"main": {"acl": "public-read-write"}}}, "aws_s3_object.main acl"),
        (bucket(grant=[{"uri": EVERYBODY, "permissions": ["READ"]}]), "grant[0].uri"),
        (bucket(grant=[OWNER]), None),
        (
            beside("acl", access_control_policy=[{"grant": [{"grantee": [{"uri": EVERYBODY}]}]}]),
            "access_control_policy[0].grant[0].grantee[0].uri",
        ),
        (beside("acl", access_control_policy=[{"grant": [{"grantee": [OWNER]}]}]), None),
        (beside("acl", access_control_policy=[{"grant": [{"grantee": [{"uri": UNKNOWN}]}]}]), None),
    ],
    ids=str,
)
def test_public_acl(findings, resources: dict[str, Any], words: str | None) -> None:
    """Canned or written out, for a bucket or an object."""
    messages = findings(catalogue.s3_public_acl, resources)
    assert (words in messages[0]) if words else not messages


ARN = "arn:aws:s3:::orders-dev"


@pytest.mark.parametrize(
    ("arn", "owner", "wrong"),
    [
        (None, None, True),
        (UNKNOWN, None, True),
        (ARN, None, False),
        (None, "BucketOwnerEnforced", True),
        (None, "BucketOwnerPreferred", False),
        (None, "ObjectWriter", False),
        (None, UNKNOWN, False),
    ],
    ids=["new", "new in a plan", "there", "enforced", "preferred", "writer", "unknown"],
)
def test_lists_of_buckets_that_take_none(
    findings, arn: str | None, owner: str | None, wrong: bool
) -> None:
    """A new bucket takes no list until its ownership is said; an old one may."""
    resources = {
        "aws_s3_bucket": {"main": {"arn": arn}},
        "aws_s3_bucket_acl": {"main": {"bucket": ID, "acl": "private"}},
    }
    if owner:
        rules = [{"object_ownership": owner}]
        resources["aws_s3_bucket_ownership_controls"] = {"main": {"bucket": ID, "rule": rules}}
    assert bool(findings(catalogue.s3_acl_ownership, resources)) is wrong


@pytest.mark.parametrize(
    "resources",
    [
        {"aws_s3_bucket_acl": {"main": {"bucket": "made-elsewhere"}}},
        {
            "aws_s3_bucket": {"main": {}},
            "aws_s3_bucket_acl": {"main": {"bucket": ID}},
            "aws_s3_bucket_ownership_controls": {"main": {"bucket": UNKNOWN}},
        },
    ],
    ids=["another bucket", "ownership of an unknown one"],
)
def test_lists_of_buckets_that_may_take_them(findings, resources: dict[str, Any]) -> None:
    """Nothing is found where it is not sure."""
    assert findings(catalogue.s3_acl_ownership, resources) == []


def template(**ebs: Any) -> dict[str, Any]:
    """Return a launch template with a volume."""
    mapping = {"device_name": "/dev/xvda", "ebs": [ebs]}
    return {"aws_launch_template": {"main": {"block_device_mappings": [mapping]}}}


ROOT = "root_block_device"


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        ({"aws_ebs_volume": {"main": {}}}, "encrypted is not set, expected true"),
        ({"aws_ebs_volume": {"main": {"encrypted": False}}}, "encrypted is false, expected true"),
        ({"aws_ebs_volume": {"main": {"encrypted": True}}}, None),
        ({"aws_ebs_volume": {"main": {"encrypted": UNKNOWN}}}, None),
        ({"aws_ebs_volume": {"main": {"snapshot_id": "snap-1"}}}, None),
        ({"aws_ebs_volume": {"main": {"snapshot_id": UNKNOWN}}}, None),
        ({"aws_instance": {"main": {}}}, "root_block_device.encrypted is not set"),
        ({"aws_instance": {"main": {ROOT: [{"encrypted": True}]}}}, None),
        ({"aws_instance": {"main": {ROOT: [{}]}}}, "root_block_device[0].encrypted is not set"),
        ({"aws_instance": {"main": {ROOT: UNKNOWN}}}, None),
        ({"aws_instance": {"main": {"launch_template": [{"id": "lt-1"}]}}}, None),
        (
            {"aws_instance": {"main": {ROOT: [{"encrypted": True}], "ebs_block_device": [{}]}}},
            "ebs_block_device[0].encrypted is not set",
        ),
        (template(encrypted="true"), None),
        (template(encrypted=True), None),
        (template(encrypted="false"), "block_device_mappings[0].ebs[0].encrypted is false"),
        (template(encrypted=""), "ebs[0].encrypted is not set"),
        (template(snapshot_id="snap-1"), None),
        ({"aws_launch_template": {"main": {}}}, None),
    ],
    ids=str,
)
def test_ebs_encryption(findings, resources: dict[str, Any], words: str | None) -> None:
    """A volume is as its snapshot is, and a template's values are texts."""
    messages = findings(catalogue.ebs_encryption, resources)
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(("enabled", "wrong"), [(None, 0), (True, 0), (UNKNOWN, 0), (False, 1)])
def test_encryption_by_default(findings, enabled: Any, wrong: int) -> None:
    """What the account encrypts need not say so."""
    default = {"aws_ebs_encryption_by_default": {"main": {"enabled": enabled}}}
    resources = {**default, "aws_ebs_volume": {"main": {}}}
    assert len(findings(catalogue.ebs_encryption, resources)) == wrong
