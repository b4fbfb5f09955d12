"""Patterns of EventBridge."""

from typing import Any

import pytest

from tapforge.facts import event_patterns


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ({"source": ["aws.dms"]}, []),
        ({"source": [{"prefix": "aws."}], "detail": {"any": {"thing": [1, None, True]}}}, []),
        ({"$or": [{"source": ["a"]}, {"detail-type": ["b"]}]}, []),
        ({}, [""]),
        ({"detailType": ["a"]}, ["detailType"]),
        ({"source": "aws.dms"}, ["source"]),
        ({"source": []}, ["source"]),
        ({"source": [{"startsWith": "aws."}]}, ["source"]),
        ({"detail": {"$or": [{"a": "b"}, {"c": ["d"]}, "e"]}}, ["detail.$or[0].a"]),
        ({"source": ["aws.dms"], "detail": {"eventType": ["A"]}}, []),
        (
            {"source": ["aws.dms"], "detail": {"sourceIdentifier": ["A"]}},
            ["detail.sourceIdentifier"],
        ),
        ({"source": ["aws.dms", "mine"], "detail": {"sourceIdentifier": ["A"]}}, []),
        ({"source": [{"prefix": "aws."}], "detail": {"sourceIdentifier": ["A"]}}, []),
        ({"source": [object()], "resources": object(), "detail": object()}, []),
    ],
)
def test_problems(pattern: dict[str, Any], found: list[str]) -> None:
    """What EventBridge refuses, and what can never match; what is not known is not judged."""
    assert [each.path for each in event_patterns.problems(pattern)] == found


def test_field_that_reads_like_another() -> None:
    """The nearest field is told."""
    (problem,) = event_patterns.problems({"detail_type": ["a"]})
    assert problem.expected == "detail-type"
    assert event_patterns.source()
