"""Classes of DMS replication instances."""

import datetime as dt

import pytest

from tapforge.facts import dms


def test_figures_of_a_class() -> None:
    """The class that the migration takes by default."""
    found = dms.get("dms.r6i.large")
    assert found == dms.ReplicationClass("dms.r6i.large", vcpu=2, memory_mib=16384)
    assert dms.get("dms.r9.large") is None


def test_classes_for_a_need() -> None:
    """Two processors and 8 GiB leave out the small and the compute-optimised large classes."""
    offered = dms.offered(min_vcpu=2, min_memory_mib=8192)
    assert {"dms.t3.large", "dms.c5.xlarge", "dms.r5.large", "dms.r6i.large"} <= set(offered)
    assert not {"dms.t3.medium", "dms.c5.large", "dms.c6i.large", "dms.c4.xlarge"} & set(offered)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dms.t3.medium", "2 vCPU and 4096 MiB; at least 2 vCPU and 8192 MiB are needed; take"),
        ("dms.r6i.lage", "did you mean dms.r6i.large"),
        ("large", "expected a name such as dms.r6i.large"),
    ],
)
def test_wrong_class_is_refused(name: str, words: str) -> None:
    """Too small, misspelt and meaningless classes each get advice."""
    assert words in (dms.check(name, min_vcpu=2, min_memory_mib=8192) or "")


def test_advice_is_the_smallest_fitting_class() -> None:
    """The advice costs no more than it must."""
    assert (dms.check("dms.t3.micro", 2, 8192) or "").endswith("take dms.t3.large")


@pytest.mark.parametrize("name", ["dms.r6i.large", "dms.r7i.large"])
def test_fitting_and_newer_classes_pass(name: str) -> None:
    """A family that is newer than the table is not judged."""
    assert dms.check(name, min_vcpu=2, min_memory_mib=8192) is None


def test_engines_of_endpoints() -> None:
    """PostgreSQL may be either end, and DMS leaves TLS to the endpoint."""
    found = dms.endpoint_engine("postgres")
    assert found == dms.EndpointEngine(
        "postgres", ("source", "target"), True, True, ("postgres", "aurora-postgresql")
    )
    assert dms.endpoint_engine("postgresql") is None


@pytest.mark.parametrize(
    ("name", "words"),
    [("postgresql", "did you mean postgres"), ("zzz", "expected a name such as aurora-postgresql")],
)
def test_wrong_engine_of_an_endpoint_is_refused(name: str, words: str) -> None:
    """A misspelt and a meaningless engine each get advice."""
    assert words in (dms.check_endpoint_engine(name) or "")
    assert dms.check_endpoint_engine("aurora-postgresql") is None


def test_problems_of_settings() -> None:
    """Names that read like known ones, values out of a list or range, and what DMS sets itself."""
    settings = {
        "TargetMetaData": {},
        "Logging": {"CloudWatchLogStream": "a"},
        "FullLoadSettings": {"CommitRate": 0, "TargetTablePrepMode": "DROP", "Whatever": 1},
    }
    assert list(dms.setting_problems(settings)) == [
        dms.SettingProblem("TargetMetaData", None, "TargetMetadata"),
        dms.SettingProblem("Logging.CloudWatchLogStream", "a", "nothing: DMS sets it itself"),
        dms.SettingProblem("FullLoadSettings.CommitRate", 0, "at least 1"),
        dms.SettingProblem(
            "FullLoadSettings.TargetTablePrepMode",
            "DROP",
            "DO_NOTHING, DROP_AND_CREATE or TRUNCATE_BEFORE_LOAD",
        ),
    ]


@pytest.mark.parametrize(
    ("name", "day", "blocked"),
    [
        ("3.5.3", "2026-02-27", False),
        ("3.5.3", "2026-02-28", True),
        ("2.4.0", "2024-09-30", True),
    ],
)
def test_ends_of_versions(name: str, day: str, blocked: bool) -> None:
    """From a day on no instance is made with a version; what came before all ended with the oldest."""
    version = dms.engine_version(name)
    assert version is not None
    assert version.blocked(dt.date.fromisoformat(day)) is blocked
    assert dms.engine_version("9.9.9") is dms.engine_version("newest") is None
