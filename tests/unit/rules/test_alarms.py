"""Alarms, beyond the examples of the rules."""

from typing import Any

import pytest

from tapforge.rules import alarms
from tapforge.rules.catalogue import alarms as catalogue

UNKNOWN = "${random_id.main.hex}"
ABOVE, BELOW = "GreaterThanThreshold", "LessThanThreshold"
AT_LEAST, AT_MOST = "GreaterThanOrEqualToThreshold", "LessThanOrEqualToThreshold"
GIB = 1024**3
DMS = {"namespace": "AWS/DMS", "metric_name": "CDCLatencySource"}


def alarm(**arguments: Any) -> dict[str, Any]:
    """Return an alarm on the CPU of the instance `orders`."""
    base = {
        "alarm_name": "orders-cpu",
        "namespace": "AWS/RDS",
        "metric_name": "CPUUtilization",
        "dimensions": {"DBInstanceIdentifier": "orders"},
        "statistic": "Average",
        "comparison_operator": ABOVE,
        "threshold": 80,
        "period": 300,
        "evaluation_periods": 3,
        "alarm_actions": ["arn:aws:sns:us-east-1:123456789012:alarms"],
    }
    return {"aws_cloudwatch_metric_alarm": {"main": {**base, **arguments}}}


def math(*metrics: dict[str, Any], **arguments: Any) -> dict[str, Any]:
    """Return an alarm on what is computed from metrics."""
    queries = [{"id": f"m{number}", "metric": [each]} for number, each in enumerate(metrics)]
    computed = {"id": "e", "expression": "m0 + 1", "return_data": True}
    plain = dict.fromkeys(("namespace", "metric_name", "dimensions", "statistic", "period"))
    return alarm(**plain, metric_query=[*queries, computed], **arguments)


def instance(**arguments: Any) -> dict[str, Any]:
    """Return the RDS instance `orders`."""
    base = {"engine": "postgres", "engine_version": "16.9", "identifier": "orders"}
    return {"aws_db_instance": {"main": {**base, **arguments}}}


def cluster(*classes: str) -> dict[str, Any]:
    """Return the cluster of Aurora `orders`, with instances of some classes."""
    members = {
        f"n{number}": {
            "cluster_identifier": "${aws_rds_cluster.main.id}",
            "identifier": f"orders-{number}",
            "instance_class": class_,
        }
        for number, class_ in enumerate(classes)
    }
    whole = {"engine": "aurora-postgresql", "cluster_identifier": "orders"}
    return {"aws_rds_cluster": {"main": whole}, "aws_rds_cluster_instance": members}


OF_CLUSTER = {"DBClusterIdentifier": "orders"}
OF_MEMBER = {"DBInstanceIdentifier": "orders-0"}


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        (alarm(), None),
        (alarm(metric_name="FreeStorage"), "did you mean FreeLocalStorage or FreeStorageSpace?"),
        (alarm(metric_name="cpuutilization"), "expected a metric of AWS/RDS"),
        (alarm(namespace="aws/rds"), 'namespace is "aws/rds", expected "AWS/RDS"'),
        (alarm(namespace="Orders", metric_name="Anything"), None),
        (alarm(metric_name=UNKNOWN), None),
        (alarm(namespace=UNKNOWN), None),
        (math({"namespace": "AWS/RDS", "metric_name": "CPUUtilization"}), None),
        (
            math({"namespace": "AWS/RDS", "metric_name": "Cpu"}),
            "metric_query[0].metric[0].metric_name",
        ),
    ],
    ids=str,
)
def test_alarm_metric(findings, resources: dict[str, Any], words: str | None) -> None:
    """Names have upper and lower case; other namespaces have any metrics."""
    messages = findings(catalogue.alarm_metric, resources)
    assert (words in messages[0]) if words else not messages


REPLICA = {"replicate_source_db": "elsewhere"}


@pytest.mark.parametrize(
    ("resources", "metric", "words"),
    [
        (instance(), "FreeStorageSpace", None),
        (instance(), "VolumeBytesUsed", "it is of the engine postgres"),
        (instance(engine="mysql"), "BinLogDiskUsage", None),
        (instance(), "BinLogDiskUsage", "it is of the engine postgres"),
        (instance(), "ReplicaLag", "it is no read replica"),
        (instance(**REPLICA), "ReplicaLag", None),
        (instance(replicate_source_db=UNKNOWN), "ReplicaLag", None),
        (
            instance(instance_class="db.m6g.large"),
            "CPUCreditBalance",
            "db.m6g.large has no credits",
        ),
        (instance(instance_class="db.t4g.micro"), "CPUCreditBalance", None),
        (instance(instance_class=UNKNOWN), "CPUCreditBalance", None),
        (instance(storage_type="gp3"), "BurstBalance", "its storage is gp3"),
        (instance(storage_type="gp2"), "BurstBalance", None),
        (instance(), "BurstBalance", None),
        ({}, "ReplicaLag", None),
    ],
    ids=str,
)
def test_alarm_metric_of_an_instance(findings, resources, metric: str, words: str | None) -> None:
    """An alarm on what a server never publishes has no data, and where it is unknown it may."""
    period = {"period": 300, "metric_name": metric}
    messages = findings(catalogue.alarm_metric_engine, {**resources, **alarm(**period)})
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("resources", "dimensions", "metric", "words"),
    [
        (cluster("db.r6g.large"), OF_MEMBER, "FreeStorageSpace", "engine aurora-postgresql"),
        (cluster("db.r6g.large"), OF_MEMBER, "FreeLocalStorage", None),
        (cluster("db.r6g.large"), OF_CLUSTER, "AuroraReplicaLag", "it has no reader"),
        (cluster("db.r6g.large", "db.r6g.large"), OF_CLUSTER, "AuroraReplicaLag", None),
        (cluster("db.r6g.large"), OF_CLUSTER, "ACUUtilization", "db.r6g.large is not serverless"),
        (cluster("db.r6g.large", "db.serverless"), OF_CLUSTER, "ACUUtilization", None),
        (cluster(UNKNOWN), OF_CLUSTER, "ACUUtilization", None),
        (cluster("db.r6g.large"), {}, "ACUUtilization", None),
        (cluster("db.r6g.large"), UNKNOWN, "ACUUtilization", None),
    ],
    ids=str,
)
def test_alarm_metric_of_a_cluster(findings, resources, dimensions, metric: str, words) -> None:
    """A cluster publishes what any of its instances does."""
    resources = {**resources, **alarm(metric_name=metric, dimensions=dimensions)}
    messages = findings(catalogue.alarm_metric_engine, resources)
    assert (words in messages[0]) if words else not messages


INSTANCE, TASK = "ReplicationInstanceIdentifier", "ReplicationTaskIdentifier"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, None),
        ({"dimensions": {}}, None),
        ({"dimensions": UNKNOWN}, None),
        ({"dimensions": {"DBClusterIdentifier": "orders", "Role": "WRITER"}}, None),
        ({"dimensions": {"DBInstanceID": "orders"}}, "did you mean DBInstanceIdentifier"),
        ({"metric_name": "VolumeBytesUsed"}, "expected DBClusterIdentifier for VolumeBytesUsed"),
        ({"metric_name": "VolumeBytesUsed", "dimensions": OF_CLUSTER}, None),
        ({"metric_name": "ClientConnections"}, "expected ProxyName for ClientConnections"),
        ({"metric_name": "ClientConnections", "dimensions": {"ProxyName": "a"}}, None),
        ({"metric_name": "NoSuchMetric"}, None),
        ({"namespace": "Orders", "dimensions": {"Anything": "a"}}, None),
        ({**DMS, "dimensions": {INSTANCE: "a", TASK: "B"}}, None),
        ({**DMS, "dimensions": {INSTANCE: "a"}}, f"expected {INSTANCE} and {TASK} for"),
        ({**DMS, "dimensions": {"ReplicationConfigIdentifier": "a"}}, None),
        ({**DMS, "dimensions": {}}, "dimensions is no dimension, expected"),
        ({**DMS, "metric_name": "FreeMemory", "dimensions": {INSTANCE: "a"}}, None),
        ({**DMS, "metric_name": "FreeMemory", "dimensions": {INSTANCE: "a", TASK: "B"}}, "alone"),
        ({**DMS, "metric_name": "SwapUsage", "dimensions": {INSTANCE: "a", TASK: "B"}}, None),
        (
            {**DMS, "metric_name": "FreeMemory", "dimensions": {TASK: "B"}},
            f"expected {INSTANCE} for",
        ),
    ],
    ids=str,
)
def test_alarm_dimension(findings, arguments: dict[str, Any], words: str | None) -> None:
    """RDS sums up over all databases where none is named; DMS does not."""
    messages = findings(catalogue.alarm_dimension, alarm(**arguments))
    assert (words in messages[0]) if words else not messages


MIGRATION = {
    "aws_dms_replication_task": {"main": {"replication_task_id": "move"}},
    "aws_dms_replication_instance": {"main": {"replication_instance_id": "mover"}},
}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DBInstanceIdentifier", "orders-0", None),
        ("DBInstanceIdentifier", "elsewhere", None),
        ("DBInstanceIdentifier", UNKNOWN, None),
        ("DBInstanceIdentifier", "${aws_db_instance.main.identifier}", None),
        ("DBInstanceIdentifier", "${aws_rds_cluster_instance.n0.id}", None),
        ("DBInstanceIdentifier", "orders", "the identifier of an instance, and not of a cluster"),
        ("DBInstanceIdentifier", "${aws_db_instance.main.id}", "as id is the resource id since"),
        ("DBInstanceIdentifier", "${aws_db_instance.main.address}", "attribute address, expected"),
        ("DBInstanceIdentifier", "${aws_rds_cluster.main.id}", "and not of a cluster"),
        ("DBInstanceIdentifier", "orders.abc.us-east-1.rds.amazonaws.com", "of an instance"),
        ("DBClusterIdentifier", "orders", None),
        ("DBClusterIdentifier", "${aws_rds_cluster.main.cluster_identifier}", None),
        ("DBClusterIdentifier", "${aws_rds_cluster_instance.n0.cluster_identifier}", None),
        ("DBClusterIdentifier", "${aws_rds_cluster_instance.n0.id}", "and not of an instance"),
        ("DBClusterIdentifier", "${aws_rds_cluster.main.arn}", "the identifier of a cluster"),
        ("EngineName", "postgres", None),
        ("EngineName", "arn:aws:rds", None),
    ],
)
def test_alarm_dimension_value(findings, name: str, value: Any, words: str | None) -> None:
    """What leads to another kind of database, or to no identifier, has no data."""
    own = instance(identifier="orders-rds")
    resources = {**cluster("db.r6g.large"), **own, **alarm(dimensions={name: value})}
    messages = findings(catalogue.alarm_dimension_value, resources)
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (TASK, "ABCDEF", None),
        (TASK, UNKNOWN, None),
        (
            TASK,
            "${aws_dms_replication_task.main.replication_task_id}",
            "the last part of the task's",
        ),
        (TASK, "${aws_dms_replication_task.main.replication_task_arn}", "and no ARN"),
        (TASK, "arn:aws:dms:us-east-1:123456789012:task:ABC", "an identifier, and no ARN"),
        (INSTANCE, "${aws_dms_replication_instance.main.replication_instance_id}", None),
        (INSTANCE, "${aws_dms_replication_instance.main.replication_instance_arn}", "and no ARN"),
        ("ReplicationConfigIdentifier", "arn:aws:dms", None),
    ],
)
def test_alarm_dimension_value_of_a_migration(findings, name: str, value: Any, words) -> None:
    """A task's dimension is the end of its ARN, and not the name that it was given."""
    resources = {**MIGRATION, **alarm(**DMS, dimensions={name: value})}
    messages = findings(catalogue.alarm_dimension_value, resources)
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        *[({"unit": "Percent"}, False), ({"unit": "Count"}, True), ({"unit": ""}, False)],
        *[({}, False), ({"unit": UNKNOWN}, False), ({"unit": "Furlongs"}, False)],
        *[({"metric_name": "AuroraReplicaLag", "unit": "Seconds"}, True)],
        ({"namespace": "Orders", "unit": "Count"}, False),
    ],
    ids=str,
)
def test_alarm_unit(findings, arguments: dict[str, Any], wrong: bool) -> None:
    """A unit that CloudWatch has not at all is told by another rule."""
    assert bool(findings(catalogue.alarm_unit, alarm(**arguments))) is wrong


@pytest.mark.parametrize(
    ("operator", "threshold", "most", "always"),
    [
        *[(ABOVE, 99, 100, None), (ABOVE, 100, 100, False), (ABOVE, -1, 100, True)],
        *[(ABOVE, 0, 100, None), (AT_LEAST, 100, 100, None), (AT_LEAST, 101, 100, False)],
        *[(AT_LEAST, 0, 100, True), (AT_LEAST, 1, 100, None), (BELOW, 0, 100, False)],
        *[(BELOW, 1, 100, None), (BELOW, 100, 100, None), (BELOW, 101, 100, True)],
        *[(AT_MOST, 0, 100, None), (AT_MOST, -1, 100, False), (AT_MOST, 100, 100, True)],
        *[(ABOVE, 10**12, None, None), (BELOW, 10**12, None, None), (BELOW, 0, None, False)],
        *[(AT_LEAST, 10**12, None, None), (AT_MOST, 10**12, None, None)],
        ("GreaterThanUpperThreshold", 200, 100, None),
    ],
)
def test_when_an_alarm_fires(operator: str, threshold: float, most: Any, always: Any) -> None:
    """Both ends belong to the range; without an end there is always more."""
    assert alarms.fires(operator, threshold, 0, most) is always


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"threshold": 99.9}, None),
        ({"threshold": 100}, "100 %, and greater than that holds never, expected"),
        (
            {"threshold": 0, "comparison_operator": AT_LEAST},
            "0 %, and greater than or equal to that",
        ),
        ({"threshold": 150, "statistic": "Sum"}, None),
        ({"threshold": 150, "statistic": UNKNOWN}, None),
        ({"threshold": 150, "statistic": None, "extended_statistic": "p99"}, "holds never"),
        ({"threshold": 150, "comparison_operator": UNKNOWN}, None),
        ({"threshold": UNKNOWN}, None),
        ({"threshold": 150, "namespace": "Orders"}, None),
        ({"metric_name": "ReplicaLag", "threshold": -1}, None),
        ({"metric_name": "ReplicaLag", "threshold": -2}, "from -1 on, can be on both sides of"),
        ({"metric_name": "DatabaseConnections", "threshold": 10**6}, None),
    ],
    ids=str,
)
def test_alarm_threshold(findings, arguments: dict[str, Any], words: str | None) -> None:
    """The range is the metric's own; a sum over a period has another."""
    messages = findings(catalogue.alarm_threshold, alarm(**arguments))
    assert (words in messages[0]) if words else not messages


def test_what_is_computed_has_another_range(findings) -> None:
    """A threshold is compared with the result, and not with the metrics that go into it."""
    cpu = {"namespace": "AWS/RDS", "metric_name": "CPUUtilization"}
    for rule in (catalogue.alarm_threshold, catalogue.alarm_scale, catalogue.alarm_capacity):
        assert findings(rule, {**instance(), **math(cpu, threshold=150)}) == []


LARGE = {"instance_class": "db.m6g.large"}
GROUP = {"parameter_group_name": "${aws_db_parameter_group.main.name}"}


def group(value: str) -> dict[str, Any]:
    """Return a parameter group that sets max_connections."""
    setting = {"name": "max_connections", "value": value, "apply_method": "pending-reboot"}
    return {"aws_db_parameter_group": {"main": {"family": "postgres16", "parameter": [setting]}}}


@pytest.mark.parametrize(
    ("resources", "metric", "operator", "threshold", "words"),
    [
        (instance(**LARGE), "FreeableMemory", BELOW, 8 * GIB, None),
        (
            instance(**LARGE),
            "FreeableMemory",
            BELOW,
            9 * GIB,
            "9 GiB, and less than that holds always, expected less than 8589934592 bytes = 8 GiB, as",
        ),
        (instance(instance_class="db.m99.large"), "FreeableMemory", BELOW, 10**15, None),
        (instance(instance_class=UNKNOWN), "FreeableMemory", BELOW, 10**15, None),
        (instance(engine="mysql", **LARGE), "FreeableMemory", BELOW, 10**15, None),
        (instance(allocated_storage=20), "FreeStorageSpace", BELOW, 20 * GIB, None),
        (
            instance(allocated_storage=20),
            "FreeStorageSpace",
            BELOW,
            21 * GIB,
            "has 20 GiB of storage",
        ),
        (
            instance(allocated_storage=20, max_allocated_storage=50),
            *("FreeStorageSpace", BELOW, 51 * GIB, "has 50 GiB of storage at most"),
        ),
        (
            instance(allocated_storage=20, max_allocated_storage=50),
            *("FreeStorageSpace", BELOW, 21 * GIB, None),
        ),
        (
            instance(allocated_storage=20, max_allocated_storage=UNKNOWN),
            *("FreeStorageSpace", BELOW, 21 * GIB, None),
        ),
        (instance(allocated_storage=UNKNOWN), "FreeStorageSpace", BELOW, 10**15, None),
        (instance(**LARGE), "DatabaseConnections", ABOVE, 900, None),
        (
            instance(**LARGE),
            *(
                "DatabaseConnections",
                ABOVE,
                901,
                "901, and greater than that holds never, expected",
            ),
        ),
        (
            {**instance(**LARGE, **GROUP), **group("200")},
            *("DatabaseConnections", ABOVE, 200, "less than 200, as max_connections is 200"),
        ),
        ({**instance(**LARGE, **GROUP), **group("2000")}, "DatabaseConnections", ABOVE, 1500, None),
        (
            {**instance(**LARGE, **GROUP), **group(UNKNOWN)},
            "DatabaseConnections",
            ABOVE,
            5000,
            None,
        ),
        ({**instance(**LARGE, **GROUP), **group("many")}, "DatabaseConnections", ABOVE, 5000, None),
        (instance(**LARGE), "FreeLocalStorage", BELOW, 10**15, None),
        (instance(**LARGE), "SwapUsage", BELOW, 10**15, None),
        (instance(**LARGE), "FreeableMemory", BELOW, 0, None),
        ({}, "FreeableMemory", BELOW, 10**15, None),
    ],
    ids=str,
)
def test_alarm_capacity_of_an_instance(  # noqa: PLR0917 - one row of a table
    findings, resources, metric: str, operator: str, threshold: float, words: str | None
) -> None:
    """The message has the arithmetic."""
    arguments = {"metric_name": metric, "comparison_operator": operator, "threshold": threshold}
    messages = findings(catalogue.alarm_capacity, {**resources, **alarm(**arguments)})
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("classes", "dimensions", "metric", "threshold", "words"),
    [
        (["db.t3.medium"], OF_MEMBER, "FreeLocalStorage", 7 * GIB, None),
        (
            *(["db.t3.medium"], OF_MEMBER, "FreeLocalStorage", 10 * GIB),
            "8053063680 bytes = 7.5 GiB, as db.t3.medium has 7.5 GiB of local storage",
        ),
        (["db.t3.medium", "db.t3.medium"], OF_CLUSTER, "FreeLocalStorage", 10 * GIB, "always"),
        (["db.t3.medium", "db.r6g.large"], OF_CLUSTER, "FreeLocalStorage", 10 * GIB, None),
        (["db.t3.medium", UNKNOWN], OF_CLUSTER, "FreeLocalStorage", 10 * GIB, None),
        (["db.r8g.large"], OF_MEMBER, "FreeLocalStorage", 10**15, None),
        (["db.serverless"], OF_MEMBER, "FreeableMemory", 10**15, None),
        (["db.r6g.large"], {"DBClusterIdentifier": "elsewhere"}, "FreeableMemory", 10**15, None),
        (["db.r6g.large"], {"DatabaseClass": "db.r6g.large"}, "FreeableMemory", 10**15, None),
    ],
    ids=str,
)
def test_alarm_capacity_of_a_cluster(  # noqa: PLR0917 - one row of a table
    findings, classes, dimensions, metric: str, threshold: float, words: str | None
) -> None:
    """An alarm on a cluster is bad where it is on all of its instances."""
    arguments = {"metric_name": metric, "comparison_operator": BELOW, "threshold": threshold}
    resources = {**cluster(*classes), **alarm(**arguments, dimensions=dimensions)}
    messages = findings(catalogue.alarm_capacity, resources)
    assert (words in messages[0]) if words else not messages


def test_a_cluster_with_instances_that_may_be_elsewhere_is_not_judged(findings) -> None:
    """Another class may be among them."""
    resources = cluster("db.t3.medium")
    resources["aws_rds_cluster_instance"]["other"] = {"cluster_identifier": "${local.cluster.name}"}
    arguments = {"metric_name": "FreeLocalStorage", "threshold": 10 * GIB, "dimensions": OF_CLUSTER}
    resources |= alarm(comparison_operator=BELOW, **arguments)
    assert findings(catalogue.alarm_capacity, resources) == []


@pytest.mark.parametrize(
    ("metric", "threshold", "words"),
    [
        ("FreeStorageSpace", 10, "10 bytes, expected a number of bytes, 10 GiB being 10737418240"),
        ("FreeStorageSpace", 1024**2, None),
        ("FreeableMemory", 512, "512 bytes, expected a number of bytes"),
        ("SwapUsage", 256, None),
        ("ReadLatency", 20, "20 s, expected a number of seconds, 20 ms being 0.02"),
        ("WriteLatency", 0.02, None),
        ("ReplicaLag", 60000, "60000 s, expected a number of seconds, 60000 ms being 60"),
        ("ReplicaLag", 3600, None),
        ("AuroraReplicaLag", 1, "1 ms, expected a number of milliseconds, 1 s being 1000"),
        ("AuroraReplicaLagMaximum", 60, None),
        ("CommitLatency", 2, None),
        ("EngineUptime", 86400, None),
        ("CPUUtilization", 80, None),
        ("NoSuchMetric", 1, None),
    ],
)
def test_alarm_scale(findings, metric: str, threshold: float, words: str | None) -> None:
    """What can only be meant in another unit is told with the right number."""
    messages = findings(catalogue.alarm_scale, alarm(metric_name=metric, threshold=threshold))
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        *[(alarm(period=60), None), (alarm(period=3600, evaluation_periods=168), None)],
        (alarm(period=90), "expected 10, 20, 30 or a multiple of 60"),
        (alarm(period=30), "expected 60 or more, as CPUUtilization has a value every 60 s"),
        (alarm(namespace="Orders", period=10), None),
        (alarm(namespace="Orders", period=15), "expected 10, 20, 30 or a multiple of 60"),
        (alarm(metric_name="CPUCreditBalance", period=60), "expected 300 or more"),
        (alarm(period=300, evaluation_periods=288), None),
        (
            alarm(period=300, evaluation_periods=289),
            "289 x 300 s = 86700 s, expected 86400 s at most",
        ),
        (alarm(period=3600, evaluation_periods=169), "expected 604800 s at most"),
        *[(alarm(period=UNKNOWN), None), (alarm(evaluation_periods=UNKNOWN), None)],
        *[(alarm(period=0), None), (alarm(period=None), None)],
        (math({"metric_name": "CPUUtilization", "period": 90}), "metric_query[0].metric[0].period"),
    ],
    ids=str,
)
def test_alarm_period(findings, resources: dict[str, Any], words: str | None) -> None:
    """A day, or a week of hours, is the most that CloudWatch looks back."""
    messages = findings(catalogue.alarm_period, resources)
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"treat_missing_data": "notBreaching", "unit": "Percent"}, None),
        ({"treat_missing_data": "notbreaching"}, "take notBreaching"),
        ({"statistic": "Avg"}, "expected SampleCount, Average, Sum, Minimum or Maximum"),
        ({"comparison_operator": ">"}, "comparison_operator is"),
        ({"unit": "GB"}, "unit is"),
        ({"evaluation_periods": -1}, "expected a number from 1"),
        ({"datapoints_to_alarm": 3}, None),
        ({"datapoints_to_alarm": 4}, "expected at most evaluation_periods, which is 3"),
        ({"datapoints_to_alarm": 0, "unit": ""}, None),
        ({"statistic": UNKNOWN, "evaluation_periods": UNKNOWN, "datapoints_to_alarm": 4}, None),
    ],
    ids=str,
)
def test_alarm_word(findings, arguments: dict[str, Any], words: str | None) -> None:
    """Words have their own case; the provider writes 0 and nothing for what was left out."""
    messages = findings(catalogue.alarm_word, alarm(**arguments))
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        (alarm(), None),
        (alarm(statistic=""), "statistic is not set, expected Average, Maximum or another"),
        (alarm(extended_statistic="p99"), "none beside statistic"),
        (alarm(statistic=UNKNOWN), None),
        (alarm(statistic=UNKNOWN, extended_statistic="p99"), None),
        (alarm(extended_statistic=UNKNOWN), None),
        *[
            (alarm(statistic=None, extended_statistic=each), None)
            for each in ("p99", "p99.9", "p100", "tm90", "IQM", "TM(10%:90%)", "PR(0:100)", UNKNOWN)
        ],
        (alarm(statistic=None, extended_statistic="99"), "expected a percentile such as p99"),
        (alarm(statistic=None, extended_statistic="p101"), "expected a percentile such as p99"),
        (math({"metric_name": "CPUUtilization", "stat": "Average"}), None),
    ],
    ids=str,
)
def test_alarm_statistic(findings, resources: dict[str, Any], words: str | None) -> None:
    """What is computed has none of its own."""
    messages = findings(catalogue.alarm_statistic, resources)
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        *[({}, True), ({"treat_missing_data": "breaching"}, False)],
        *[({"treat_missing_data": "ignore"}, True), ({"treat_missing_data": UNKNOWN}, False)],
        ({"insufficient_data_actions": ["arn:aws:sns:us-east-1:123456789012:alarms"]}, False),
        ({"metric_name": "FreeMemory"}, False),
        ({"metric_name": "CDCIncomingChanges"}, False),
    ],
    ids=str,
)
def test_alarm_missing_data(findings, arguments: dict[str, Any], wrong: bool) -> None:
    """A stopped task has no lag; whoever is told of missing data knows."""
    assert bool(findings(catalogue.alarm_missing_data, alarm(**{**DMS, **arguments}))) is wrong
    assert findings(catalogue.alarm_missing_data, alarm()) == []


def composite(rule: str) -> dict[str, Any]:
    """Return an alarm that is made of others."""
    actions = {"alarm_actions": ["arn:aws:sns:us-east-1:123456789012:alarms"]}
    return {"aws_cloudwatch_composite_alarm": {"all": {"alarm_rule": rule, **actions}}}


SILENT = {"alarm_actions": []}


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        (alarm(), None),
        (alarm(**SILENT), "alarm_actions is not set, expected an action"),
        (alarm(**SILENT, ok_actions=[UNKNOWN]), None),
        (alarm(alarm_actions=UNKNOWN), None),
        (alarm(actions_enabled=False), "actions_enabled is false, expected true"),
        (alarm(actions_enabled=UNKNOWN), None),
        ({**alarm(**SILENT), **composite("ALARM(orders-cpu)")}, None),
        ({**alarm(**SILENT), **composite("ALARM(other)")}, "alarm_actions is not set"),
        ({**alarm(**SILENT), **composite("${aws_cloudwatch_metric_alarm.main.arn}")}, None),
        ({**alarm(**SILENT), **composite("${local.rule.text}")}, None),
        ({"aws_cloudwatch_composite_alarm": {"all": {"alarm_name": "all"}}}, "not set"),
    ],
    ids=str,
)
def test_alarm_without_action(findings, resources: dict[str, Any], words: str | None) -> None:
    """A part of a composite alarm may be silent, also where it only may be one."""
    messages = findings(catalogue.alarm_without_action, resources)
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("protocol", "endpoint", "words"),
    [
        *[("email", "on.call+db@example.co.uk", None), ("email-json", "a@example.com", None)],
        *[("email", "oncall@localhost", "an e-mail address"), ("email", "a b@c.d", "an e-mail")],
        *[("https", "https://a.example", None), ("https", "http://a.example", "begins with https")],
        *[("http", "http://a.example", None), ("sms", "+12065550100", None)],
        *[("sms", "call me", "a phone number"), ("sqs", "https://queue", "the ARN of a queue")],
        ("sqs", "arn:aws:sqs:us-east-1:123456789012:q", None),
        ("lambda", "arn:aws:lambda:us-east-1:123456789012:function:f", None),
        ("lambda", "f", "the ARN of a function"),
        *[("firehose", "f", "the ARN of a delivery stream"), ("application", "a", "the ARN of a")],
        ("mail", "oncall@example.com", "expected application, email"),
        *[("email", UNKNOWN, None), (UNKNOWN, "oncall", None), ("email", None, None)],
    ],
)
def test_sns_endpoint(findings, protocol: str, endpoint: Any, words: str | None) -> None:
    """Each protocol has endpoints of its own."""
    resources = {
        "aws_sns_topic_subscription": {"main": {"protocol": protocol, "endpoint": endpoint}}
    }
    messages = findings(catalogue.sns_endpoint, resources)
    assert (words in messages[0]) if words else not messages
    assert bool(findings(catalogue.sns_plain_http, resources)) is (protocol == "http")
