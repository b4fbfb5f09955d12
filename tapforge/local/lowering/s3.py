"""The parts of a bucket: resources of their own today, blocks of `aws_s3_bucket` in the old provider."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapforge.local.lowering.rows import Body, is_equal

_enabled = is_equal("Enabled")


def versioning(body: Body) -> Body:
    """Give the block for `aws_s3_bucket_versioning`."""

    def convert(configuration: Body) -> Body:
        out = {"enabled": _enabled(configuration.pop("status"))}
        if "mfa_delete" in configuration:
            out["mfa_delete"] = _enabled(configuration.pop("mfa_delete"))
        return out | configuration

    return _blocks(body, "versioning_configuration", "versioning", convert)


def encryption(body: Body) -> Body:
    """Give the block for `aws_s3_bucket_server_side_encryption_configuration`."""
    return {"server_side_encryption_configuration": [body]}


def logging(body: Body) -> Body:
    """Give the block for `aws_s3_bucket_logging`."""
    return {"logging": [body]}


def cors(body: Body) -> Body:
    """Give the blocks for `aws_s3_bucket_cors_configuration`."""
    return _blocks(body, "cors_rule", "cors_rule", dict)


def acl(body: Body) -> Body:
    """Give the argument for `aws_s3_bucket_acl`."""
    return body


def lifecycle(body: Body) -> Body:
    """Give the blocks for `aws_s3_bucket_lifecycle_configuration`."""
    return _blocks(body, "rule", "lifecycle_rule", _lifecycle_rule)


def _lifecycle_rule(rule: Body) -> Body:
    out: Body = {"enabled": _enabled(rule.pop("status"))}
    for found in _each(rule.pop("filter", None)):
        both = (_each(found.pop("and", None)) or [{}])[0]
        prefix = found.pop("prefix", both.pop("prefix", None))
        if prefix is not None:
            rule.setdefault("prefix", prefix)
        tags = {each["key"]: each["value"] for each in _each(found.pop("tag", None))}
        if tags or "tags" in both:
            out["tags"] = both.pop("tags", tags)
        # What is left is not known to the old provider, and is listed as such.
        out |= {f"filter.{name}": value for name, value in (found | both).items()}
    for upload in _each(rule.pop("abort_incomplete_multipart_upload", None)):
        out["abort_incomplete_multipart_upload_days"] = upload["days_after_initiation"]
    for name in ("noncurrent_version_expiration", "noncurrent_version_transition"):
        if name in rule:
            out[name] = [
                {
                    ("days" if key == "noncurrent_days" else key): value
                    for key, value in each.items()
                }
                for each in _each(rule.pop(name))
            ]
    return rule | out


def _blocks(body: Body, name: str, was: str, convert: Callable[[Body], Body]) -> Body:
    """Convert the blocks `name`, written out or by `dynamic`; the rest of the body goes along."""
    rest = {key: value for key, value in body.items() if key not in (name, "dynamic")}
    if name in body:
        rest[was] = [convert(dict(block)) for block in _each(body[name])]
    for dynamic in _each(body.get("dynamic", {}).get(name)):
        # Its iterator keeps the name by which the content knows it.
        rest["dynamic"] = {
            was: {"iterator": name} | dynamic | {"content": convert(dict(dynamic["content"]))}
        }
    return rest


def _each(blocks: Any) -> list[Body]:
    """One block, or any number of them, as a list."""
    if blocks is None:
        return []
    return list(blocks) if isinstance(blocks, list) else [blocks]
