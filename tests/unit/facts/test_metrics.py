"""CloudWatch metrics of RDS, Aurora and DMS."""

import pytest

from tapforge.facts import metrics


def test_a_metric_has_its_unit_and_range() -> None:
    """A lag of Aurora is in milliseconds, one of RDS in seconds; a percentage ends at 100."""
    found = [metrics.get("AWS/RDS", name) for name in ("AuroraReplicaLag", "ReplicaLag")]
    assert [each and each.unit for each in found] == ["Milliseconds", "Seconds"]
    cpu = metrics.get("AWS/RDS", "CPUUtilization")
    assert cpu is not None
    assert (cpu.min, cpu.max, cpu.worse, cpu.engines) == (0, 100, "high", None)


@pytest.mark.parametrize(
    ("namespace", "name"), [("AWS/EC2", "CPUUtilization"), ("AWS/RDS", "DiskUsage")]
)
def test_an_unknown_metric_is_none(namespace: str, name: str) -> None:
    """Neither other namespaces nor other names are known."""
    assert metrics.get(namespace, name) is None


def test_engines_have_metrics_of_their_own() -> None:
    """What only MySQL publishes is on no PostgreSQL engine, and storage that grows is never full."""
    aurora, rds = (metrics.names("AWS/RDS", each) for each in ("aurora-postgresql", "postgres"))
    assert "FreeStorageSpace" in set(rds) - set(aurora)
    assert "AuroraReplicaLag" in set(aurora) - set(rds)
    assert "BinLogDiskUsage" in set(metrics.names("AWS/RDS")) - {*aurora, *rds}


@pytest.mark.parametrize(
    ("namespace", "name", "words"),
    [
        ("AWS/RDS", "FreeStorage", "did you mean FreeLocalStorage or FreeStorageSpace?"),
        ("AWS/RDS", "zzz", "AWS/RDS has no metric zzz in AWS's documents"),
        ("AWS/DMS", "CDCLatency", "did you mean CDCLatency"),
    ],
)
def test_a_wrong_name_gets_advice(namespace: str, name: str, words: str) -> None:
    """The message names the metric that was meant, where one is near."""
    assert words in (metrics.check(namespace, name) or "")


@pytest.mark.parametrize("namespace", metrics.namespaces())
def test_right_names_pass(namespace: str) -> None:
    """Each namespace takes its own metrics and dimensions, and names its source."""
    assert {metrics.check(namespace, name) for name in metrics.names(namespace)} == {None}
    own = metrics.dimensions(namespace)
    assert {metrics.check_dimension(namespace, name) for name in own} == {None}
    assert len(metrics.source(namespace)) > 15


def test_dimensions_are_checked() -> None:
    """A misspelt dimension gets advice; another namespace's is not judged."""
    assert "did you mean DBInstanceIdentifier?" in (
        metrics.check_dimension("AWS/RDS", "DBInstanceId") or ""
    )
    assert metrics.check_dimension("AWS/RDS", "zzz") == "AWS/RDS has no dimension zzz"
    assert metrics.check_dimension("AWS/EC2", "InstanceId") is None
    assert metrics.check("AWS/EC2", "zzz") is None
