"""What a second plan would change, read from the plan's JSON."""

from typing import Any

import pytest

from tapforge.local.drift import Drift, Gap, drift_of


def plan(*changes: dict[str, Any], **outputs: Any) -> dict[str, Any]:
    """Write a plan with these changes of one bucket."""
    resources = [
        {
            "address": "aws_s3_bucket.main",
            "mode": "managed",
            "type": "aws_s3_bucket",
            "change": change,
        }
        for change in changes
    ]
    return {"resource_changes": resources, "output_changes": outputs}


UPDATE = {
    "actions": ["update"],
    "before": {"acl": "public", "tags": {}, "id": "b"},
    "after": {"acl": "private", "tags": {"a": "b"}},
    "after_unknown": {"id": True, "tags": {}},
}


def test_each_attribute_that_differs_is_told() -> None:
    """With what is there and what the document asks for, known or not."""
    assert list(map(str, drift_of(plan(UPDATE)))) == [
        "aws_s3_bucket.main.acl: found 'public', expected 'private'",
        "aws_s3_bucket.main.id: found 'b', expected '(known after apply)'",
        "aws_s3_bucket.main.tags: found {}, expected {'a': 'b'}",
    ]


def test_a_known_gap_is_not_counted() -> None:
    """Only of that type and attribute."""
    gaps = [Gap("aws_s3_bucket", "acl", "it forgets it"), Gap("aws_vpc", "tags", "so does this")]

    assert [each.attribute for each in drift_of(plan(UPDATE), gaps)] == ["id", "tags"]


@pytest.mark.parametrize(
    ("change", "drift"),
    [
        (
            {"actions": ["create"], "before": None, "after": {"acl": "x"}},
            Drift("aws_s3_bucket.main", "", "nothing", "create"),
        ),
        (
            {"actions": ["delete"], "before": {"acl": "x"}, "after": None},
            Drift("aws_s3_bucket.main", "", "it", "delete"),
        ),
    ],
)
def test_a_whole_resource_can_drift(change: dict[str, Any], drift: Drift) -> None:
    """One that is gone, or one too many."""
    assert drift_of(plan(change)) == [drift]


def test_outputs_drift_too() -> None:
    """Terraform calls that a change, so it is told."""
    drift = drift_of(
        plan(
            a={"actions": ["update"], "before": 1, "after": 2, "after_unknown": False},
            b={"actions": ["update"], "before": 1, "after_unknown": True},
            c={"actions": ["no-op"], "before": 1, "after": 1},
        )
    )

    assert drift == [
        Drift("output.a", "", 1, 2),
        Drift("output.b", "", 1, "(known after apply)"),
    ]


def test_reading_and_leaving_alone_is_no_drift() -> None:
    """Data sources are read in every plan."""
    unchanged = {"actions": ["no-op"], "before": {}, "after": {}}
    read = {"actions": ["read"], "before": None, "after": {}}
    document = plan(unchanged, read)
    document["resource_changes"].append({"mode": "data", "change": {"actions": ["update"]}})

    assert drift_of(document) == []
