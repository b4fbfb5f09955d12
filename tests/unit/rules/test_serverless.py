"""Aurora Serverless, beyond the examples of the rules."""

from typing import Any

import pytest

from tapforge.rules.catalogue import serverless as catalogue

UNKNOWN = "${random_id.main.hex}"
SCALING = "serverlessv2_scaling_configuration"


def cluster(
    scaling: dict[str, Any] | None, *classes: str, version: str = "16.9", **arguments: Any
) -> dict[str, Any]:
    """Return a cluster that scales, and instances of some classes in it."""
    whole = {"engine": "aurora-postgresql", "engine_version": version, **arguments}
    if scaling is not None:
        whole[SCALING] = [scaling]
    members = {
        f"n{number}": {"cluster_identifier": "${aws_rds_cluster.main.id}", "instance_class": class_}
        for number, class_ in enumerate(classes)
    }
    return {"aws_rds_cluster": {"main": whole}, "aws_rds_cluster_instance": members}


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [
        *[(0, 1, None), (0.5, 256, None), (8, 8, None), (256, 256, None)],
        (0.7, 8, f"{SCALING}[0].min_capacity is 0.7, expected a multiple of 0.5"),
        (-1, 8, "expected a number from 0 to 256"),
        (0, 0.5, "max_capacity is 0.5, expected a number from 1 to 256"),
        (0.5, 256.5, "from 1 to 256"),
        (8.5, 8, "expected at most max_capacity, which is 8"),
        *[(UNKNOWN, 8, None), (300, UNKNOWN, "from 0 to 256")],
    ],
)
def test_serverless_capacity(findings, least: Any, most: Any, words: str | None) -> None:
    """Both ends, half steps, and the order of the two."""
    resources = cluster({"min_capacity": least, "max_capacity": most})
    messages = findings(catalogue.serverless_capacity, resources)
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("least", "seconds", "words"),
    [
        *[(0, 300, None), (0, 86400, None), (0, None, None), (0.5, None, None), (0.5, 0, None)],
        (0, 299, "expected a number from 300 to 86400"),
        (0, 86401, "expected a number from 300 to 86400"),
        (1, 300, "expected none, as min_capacity is 1 and not 0"),
        *[(UNKNOWN, 300, None), (1, UNKNOWN, None)],
    ],
)
def test_serverless_pause(findings, least: Any, seconds: Any, words: str | None) -> None:
    """Only what can shrink to nothing pauses."""
    scaling = {"min_capacity": least, "max_capacity": 8, "seconds_until_auto_pause": seconds}
    messages = findings(catalogue.serverless_pause, cluster(scaling))
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("version", "least", "most", "found"),
    [
        *[("13.9", 0, 8, 1), ("13.23", 0, 8, 0), ("14.6", 0.5, 129, 1), ("14.6", 0.5, 128, 0)],
        *[("14.6", 0, 256, 2), ("17.4", 0, 256, 0), ("16", 0, 256, 0), (UNKNOWN, 0, 256, 0)],
        ("14.6", 0, 300, 1),
    ],
)
def test_serverless_version(findings, version: str, least: Any, most: Any, found: int) -> None:
    """Old versions neither pause nor grow beyond 128; what no version takes is told elsewhere."""
    resources = cluster({"min_capacity": least, "max_capacity": most}, version=version)
    assert len(findings(catalogue.serverless_version, resources)) == found


SOME = {"min_capacity": 0.5, "max_capacity": 8}


@pytest.mark.parametrize(
    ("resources", "missing", "unused"),
    [
        (cluster(SOME, "db.serverless"), 0, 0),
        (cluster(SOME, "db.serverless", "db.r6g.large"), 0, 0),
        (cluster(SOME, "db.r6g.large", "db.r6g.large"), 0, 1),
        (cluster(SOME, UNKNOWN), 0, 0),
        (cluster(SOME), 0, 0),
        (cluster(None, "db.serverless", "db.serverless"), 2, 0),
        (cluster(None, "db.r6g.large"), 0, 0),
        (cluster(None, "db.serverless", **{SCALING: UNKNOWN}), 0, 0),
    ],
    ids=str,
)
def test_who_scales(findings, resources: dict[str, Any], missing: int, unused: int) -> None:
    """The cluster says how far, and a serverless instance does it."""
    assert len(findings(catalogue.serverless_configuration, resources)) == missing
    assert len(findings(catalogue.serverless_unused, resources)) == unused


def test_an_instance_of_another_cluster_is_not_judged(findings) -> None:
    """What is elsewhere may scale."""
    member = {"cluster_identifier": "orders-prod", "instance_class": "db.serverless"}
    resources = {"aws_rds_cluster_instance": {"main": member}}
    assert findings(catalogue.serverless_configuration, resources) == []


@pytest.mark.parametrize(("mode", "wrong"), [("serverless", 1), ("provisioned", 0), (None, 0)])
def test_serverless_v1(findings, mode: str | None, wrong: int) -> None:
    """The first generation is gone."""
    assert len(findings(catalogue.serverless_v1, cluster(None, engine_mode=mode))) == wrong
