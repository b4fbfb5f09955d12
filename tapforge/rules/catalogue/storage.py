"""Storage: S3 buckets and EBS volumes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tapforge.rules import policies
from tapforge.rules.resource import Block, Configuration, Finding, Resource
from tapforge.rules.rule import rule

_BUCKET = "${aws_s3_bucket.main.id}"
_MAIN = {"aws_s3_bucket": {"main": {"bucket": "orders-123456789012-dev"}}}
_BLOCKS = (
    "block_public_acls",
    "block_public_policy",
    "ignore_public_acls",
    "restrict_public_buckets",
)
_BLOCKED = dict.fromkeys(_BLOCKS, True)


def _with(type_: str, **arguments: Any) -> dict[str, Any]:
    return {"resource": {**_MAIN, type_: {"main": {"bucket": _BUCKET, **arguments}}}}


def _companions(
    bucket: Resource, configuration: Configuration, type_: str
) -> list[Resource] | None:
    """Give the resources of a type that belong to a bucket; None if one may that is not known to."""
    found = list(configuration.users(bucket, "bucket", type_))
    return found if found or configuration.all_traced("bucket", type_) else None


@rule(
    "s3-public-access-block",
    on=("aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"),
    severity="error",
    source="Amazon S3 User Guide: Blocking public access; AWS Security Hub S3.1, S3.8. The provider "
    "takes false for what is left out",
    fix="set all four arguments to true",
    good=_with("aws_s3_bucket_public_access_block", **_BLOCKED),
    bad=_with("aws_s3_bucket_public_access_block", **{**_BLOCKED, "block_public_policy": False}),
)
def s3_public_access_block(block: Resource) -> Iterator[Finding]:
    """A block of public access blocks all four ways.

    Each of the four closes another one; S3 sets them all on a new bucket, and this resource takes back
    those that it does not name.
    """
    for argument in _BLOCKS:
        if block.known(argument, default=False) is False:
            yield block.finding(argument, block.given(argument), "true")


@rule(
    "s3-public-access-block-missing",
    on=("aws_s3_bucket",),
    severity="warning",
    source="Amazon S3 User Guide: Blocking public access; on by itself for buckets made since April 2023",
    fix="add aws_s3_bucket_public_access_block with all four arguments true",
    good=_with("aws_s3_bucket_public_access_block", **_BLOCKED),
    bad={"resource": _MAIN},
)
def s3_public_access_block_missing(
    bucket: Resource, configuration: Configuration
) -> Iterator[Finding]:
    """A bucket's block of public access is written down.

    Otherwise an older bucket has none, and nobody sees when somebody takes it away.
    """
    if configuration.of("aws_s3_account_public_access_block"):
        return
    if _companions(bucket, configuration, "aws_s3_bucket_public_access_block") == []:
        found = "no aws_s3_bucket_public_access_block for this bucket"
        yield Finding(bucket, "", found, "one with all four arguments true")


@rule(
    "s3-versioning",
    on=("aws_s3_bucket",),
    severity="warning",
    source="Amazon S3 User Guide: Using versioning in S3 buckets; AWS Security Hub S3.14",
    fix='add aws_s3_bucket_versioning with status = "Enabled"',
    good=_with("aws_s3_bucket_versioning", versioning_configuration=[{"status": "Enabled"}]),
    bad=_with("aws_s3_bucket_versioning", versioning_configuration=[{"status": "Suspended"}]),
)
def s3_versioning(bucket: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A bucket keeps the versions of its objects, unless it holds access logs.

    Without versions whatever overwrites or deletes an object, by mistake or on purpose, does so for good.
    """
    separate = _companions(bucket, configuration, "aws_s3_bucket_versioning")
    if separate is None or bucket.address in configuration.once(_log_buckets):
        return
    if separate:
        blocks = [(r, b, "status") for r in separate for b in r.blocks("versioning_configuration")]
    else:
        blocks = [(bucket, block, "enabled") for block in bucket.blocks("versioning")]
        if not blocks and not _is_unsure(bucket, "versioning"):
            yield Finding(bucket, "", "no versioning", "versioning that is enabled")
    for resource, block, argument in blocks:
        value = block.known(argument, default=False)
        if value not in ("Enabled", True, None):
            expected = "Enabled" if separate else "true"
            yield resource.finding(f"{block.place}{argument}", block.given(argument), expected)


def _is_unsure(block: Resource, name: str) -> bool:
    """Tell whether there are blocks of a kind that only Terraform will know.

    A plan has what was left out as unknown too, and does not show it among what is written.
    """
    return block.unknown(name) and block.writes(name)


def _log_buckets(configuration: Configuration) -> frozenset[str]:
    """Give the addresses of the buckets that access logs go to."""
    inline = [b for each in configuration.of("aws_s3_bucket") for b in each.blocks("logging")]
    balancers = [
        block
        for each in configuration.of("aws_lb", "aws_alb", "aws_elb")
        for name in ("access_logs", "connection_logs")
        for block in each.blocks(name)
    ]
    targets = [
        *(e.given("target_bucket") for e in (*configuration.of("aws_s3_bucket_logging"), *inline)),
        *(each.given("bucket") for each in balancers),
    ]
    return frozenset(each.address for each in configuration.targets(targets, "aws_s3_bucket"))


_SSE = "aws_s3_bucket_server_side_encryption_configuration"
_INLINE_SSE = "server_side_encryption_configuration"


def _encrypted(**rule_: Any) -> dict[str, Any]:
    kms = {
        "sse_algorithm": "aws:kms",
        "kms_master_key_id": "arn:aws:kms:us-east-1:123456789012:key/a",
    }
    default = {"apply_server_side_encryption_by_default": [kms]}
    return _with(_SSE, rule=[{**default, **rule_}])


def _encryption(
    bucket: Resource, configuration: Configuration
) -> list[tuple[Resource, Block]] | None:
    """Give the rules of encryption of a bucket with the resources that hold them; None if unknown."""
    separate = _companions(bucket, configuration, _SSE)
    outer = bucket.blocks(_INLINE_SSE)
    unknown = any(each.unknown("rule") for each in (*outer, *(separate or ())))
    if separate is None or unknown or _is_unsure(bucket, _INLINE_SSE):
        return None
    inline = [(bucket, each) for block in outer for each in block.blocks("rule")]
    return [(each, block) for each in separate for block in each.blocks("rule")] or inline


@rule(
    "s3-encryption",
    on=("aws_s3_bucket",),
    severity="note",
    source="Amazon S3 User Guide: Default encryption; SSE-S3 for every bucket since January 2023",
    fix="add aws_s3_bucket_server_side_encryption_configuration, to keep the choice in the code",
    good=_encrypted(bucket_key_enabled=True),
    bad={"resource": _MAIN},
)
def s3_encryption(bucket: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A bucket says how it encrypts.

    S3 encrypts with a key of its own where nothing is said, so that no data is at risk: this is for the
    reader, who otherwise can't tell whether a key of yours was meant.
    """
    if _encryption(bucket, configuration) == []:
        yield Finding(bucket, "", "nothing about encryption", "AES256, or aws:kms with a key")


@rule(
    "s3-bucket-key",
    on=("aws_s3_bucket",),
    severity="note",
    source="Amazon S3 User Guide: Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys",
    fix="set bucket_key_enabled = true",
    good=_encrypted(bucket_key_enabled=True),
    bad=_encrypted(bucket_key_enabled=False),
)
def s3_bucket_key(bucket: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A bucket that encrypts with KMS uses a bucket key.

    Without one S3 asks KMS for every object, which costs up to a hundred times as many requests.
    """
    for resource, each in _encryption(bucket, configuration) or ():
        defaults = each.blocks("apply_server_side_encryption_by_default")
        by_kms = any(default.known("sse_algorithm") == "aws:kms" for default in defaults)
        if by_kms and each.known("bucket_key_enabled", default=False) is False:
            place = f"{each.place}bucket_key_enabled"
            yield resource.finding(place, each.given("bucket_key_enabled"), "true")


def _policy(*statements: str) -> dict[str, Any]:
    text = f'{{"Version": "2012-10-17", "Statement": [{", ".join(statements)}]}}'
    return _with("aws_s3_bucket_policy", policy=text)


_DENY = (
    '{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::b", '
    '"arn:aws:s3:::b/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}'
)
_ALLOW = (
    '{"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "s3:GetObject", '
    '"Resource": "arn:aws:s3:::b/*"}'
)


@rule(
    "s3-tls-only",
    on=("aws_s3_bucket",),
    severity="warning",
    source="Amazon S3 User Guide: Security best practices; AWS Config rule s3-bucket-ssl-requests-only; "
    "AWS Security Hub S3.5",
    fix='add a bucket policy that denies s3:* to everybody where "aws:SecureTransport" is "false"',
    good=_policy(_ALLOW, _DENY),
    bad=_policy(_ALLOW),
)
def s3_tls_only(bucket: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A bucket refuses requests without TLS.

    S3 answers plain HTTP too, and then data and signatures can be read on the way.
    """
    separate = _companions(bucket, configuration, "aws_s3_bucket_policy")
    if separate is None:
        return
    holders = separate or ([] if bucket.left_out("policy") else [bucket])
    read = [policies.read(configuration, each, "policy") for each in holders]
    if any(not each.complete for each in read):
        return
    if not any(policies.denies_plain_text(each, "s3:*") for each in read):
        holder = holders[0] if holders else bucket
        found = "no statement that denies requests without TLS"
        yield Finding(holder, "policy" if holders else "", found, "one for s3:*")


_ACL = "aws_s3_bucket_acl"
_OWNERSHIP = "aws_s3_bucket_ownership_controls"


def _owned(owner: str) -> dict[str, Any]:
    acl = {"bucket": _BUCKET, "acl": "log-delivery-write"}
    ownership = {"bucket": _BUCKET, "rule": [{"object_ownership": owner}]}
    return {"resource": {**_MAIN, _ACL: {"main": acl}, _OWNERSHIP: {"main": ownership}}}


@rule(
    "s3-acl-ownership",
    on=(_ACL,),
    severity="error",
    source="Amazon S3 User Guide: Controlling ownership of objects and disabling ACLs for your bucket; "
    "hashicorp/terraform-provider-aws#28353: AccessControlListNotSupported",
    fix="leave the ACL out, or let aws_s3_bucket_ownership_controls say BucketOwnerPreferred before it",
    good=_owned("BucketOwnerPreferred"),
    bad=_owned("BucketOwnerEnforced"),
)
def s3_acl_ownership(acl: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A bucket with an access control list takes such lists.

    New buckets have had none since April 2023: S3 refuses every list, a private one too, until the
    ownership of objects is said to be another than BucketOwnerEnforced.
    """
    for bucket in configuration.targets(acl.given("bucket"), "aws_s3_bucket"):
        # A bucket that is there already may be of a time when lists were usual.
        ownership = _companions(bucket, configuration, _OWNERSHIP)
        if isinstance(bucket.given("arn"), str) or ownership is None:
            continue
        rules = [rule_ for each in ownership for rule_ in each.blocks("rule")]
        owners = [rule_.known("object_ownership") for rule_ in rules]
        if not ownership or "BucketOwnerEnforced" in owners:
            found = f"a list for {bucket.address}, whose objects all belong to its owner"
            yield Finding(acl, "", found, "a bucket that takes access control lists")


_PUBLIC_ACLS = ("public-read", "public-read-write", "authenticated-read")
_EVERYBODY = ("/global/AllUsers", "/global/AuthenticatedUsers")


@rule(
    "s3-public-acl",
    on=("aws_s3_bucket", "aws_s3_bucket_acl", "aws_s3_object", "aws_s3_object_copy"),
    severity="error",
    source="Amazon S3 User Guide: Access control list overview; canned ACLs and predefined groups",
    fix="leave ACLs out, and give access by policy to those who need it",
    good=_with("aws_s3_bucket_acl", acl="private"),
    bad=_with("aws_s3_bucket_acl", acl="public-read"),
)
def s3_public_acl(resource: Resource) -> Iterator[Finding]:
    """No access control list opens a bucket or an object to everybody.

    AuthenticatedUsers are the users of every AWS account, and not those of yours.
    """
    acl = resource.known("acl")
    if acl in _PUBLIC_ACLS:
        yield resource.finding("acl", acl, "private")
    grantees = resource.blocks("grant")
    for control in resource.blocks("access_control_policy"):
        grantees += [who for grant in control.blocks("grant") for who in grant.blocks("grantee")]
    for grantee in grantees:
        uri = grantee.known("uri")
        if isinstance(uri, str) and uri.endswith(_EVERYBODY):
            yield resource.finding(f"{grantee.place}uri", uri, "a grantee of your own")


@rule(
    "ebs-encryption",
    on=("aws_ebs_volume", "aws_instance", "aws_launch_template"),
    severity="error",
    source="Amazon EBS User Guide: Amazon EBS encryption; AWS Security Hub EC2.3, EC2.7",
    fix="set encrypted = true, or aws_ebs_encryption_by_default for the account",
    good={"resource": {"aws_ebs_volume": {"data": {"encrypted": True}}}},
    bad={"resource": {"aws_ebs_volume": {"data": {"encrypted": False}}}},
)
def ebs_encryption(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """Volumes are encrypted.

    A snapshot of a volume without encryption can be read by whoever it is shared with, and a volume can't
    be encrypted later.
    """
    defaults = configuration.of("aws_ebs_encryption_by_default")
    if any(each.known("enabled", default=True) is not False for each in defaults):
        return
    for volume in _volumes(resource):
        encrypted = volume.known("encrypted", default=False)
        # The provider writes text in launch templates, and "" for what is left out.
        if encrypted in (False, "false", "") and volume.left_out("snapshot_id"):
            found = None if volume.left_out("encrypted") else False
            yield resource.finding(f"{volume.place}encrypted", found, "true")


def _volumes(resource: Resource) -> Iterator[Block]:
    """Give what describes a volume that a resource makes."""
    if resource.type == "aws_ebs_volume":
        yield resource
        return
    if resource.type == "aws_instance":
        root = resource.blocks("root_block_device")
        if resource.left_out("root_block_device") and resource.left_out("launch_template"):
            root = [Block({}, "root_block_device.")]
        yield from (*root, *resource.blocks("ebs_block_device"))
        return
    for mapping in resource.blocks("block_device_mappings"):
        yield from mapping.blocks("ebs")
