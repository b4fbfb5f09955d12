"""Checks that several systems have alike, of what one module makes for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tapforge.facts import ports
from tapforge.live.checks import Check
from tapforge.live.deployed import Deployed

PORT = ports.number("PostgreSQL")


def bucket_checks(
    requirement: str,
    name: Callable[[Deployed], str],
    key_arn: Callable[[Deployed], str | None],
    what: str = "bucket",
) -> tuple[Check, ...]:
    """Give the checks of a private bucket, whose name is the output `bucket_name`.

    Args:
        requirement: The requirement's id.
        name: What it must be called.
        key_arn: ARN of the KMS key that must encrypt it; None for AES256.
        what: What the checks call it.
    """
    return (
        Check(requirement, f"{what}: name", lambda d: d.outputs["bucket_name"], name),
        Check(
            requirement,
            f"{what}: versioning",
            lambda d: d.versioning(d.outputs["bucket_name"]),
            lambda _: "Enabled",
        ),
        Check(
            requirement,
            f"{what}: encryption",
            lambda d: d.encryption(d.outputs["bucket_name"]),
            lambda d: ("aws:kms" if key_arn(d) else "AES256", key_arn(d)),
        ),
        Check(
            "X6",
            f"{what}: open to the public",
            lambda d: d.open_to_public(d.outputs["bucket_name"]),
            lambda _: [],
        ),
        Check(
            "X5",
            f"{what}: refuses plain text",
            lambda d: d.refuses_plain_text(d.outputs["bucket_name"]),
            lambda _: True,
        ),
    )


def alarm_checks(
    requirement: str,
    stem: str,
    metric: str,
    threshold: Callable[[Deployed], float],
    dimensions: Callable[[Deployed], Mapping[str, str]],
    **more: Any,
) -> tuple[Check, ...]:
    """Give the checks of an alarm.

    Args:
        requirement: The requirement's id.
        stem: Begins the alarm's name.
        metric: What it watches.
        threshold: The threshold it must have.
        dimensions: Whose metric it must be.
        more: What else it must have, by CloudWatch's names, such as `EvaluationPeriods`.
    """

    def read(d: Deployed, name: str) -> Any:
        return d.alarm(d.named(stem))[name]

    fixed = {"MetricName": metric, **more}
    return (
        Check(
            requirement,
            f"alarm {stem}: {', '.join(fixed)}",
            lambda d: {name: read(d, name) for name in fixed},
            lambda _: fixed,
        ),
        Check(requirement, f"alarm {stem}: threshold", lambda d: read(d, "Threshold"), threshold),
        Check(
            requirement,
            f"alarm {stem}: dimensions",
            lambda d: {each["Name"]: each["Value"] for each in read(d, "Dimensions")},
            dimensions,
        ),
    )
