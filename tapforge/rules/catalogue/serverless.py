"""Aurora Serverless: capacities, and who has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tapforge.facts import instance_classes, limits, postgres
from tapforge.rules.databases import advice, databases, limit
from tapforge.rules.resource import Block, Configuration, Finding, Resource
from tapforge.rules.rule import rule

_CLUSTER = "aws_rds_cluster"
_SCALING = "serverlessv2_scaling_configuration"
_MIN, _MAX, _PAUSE = "min_capacity", "max_capacity", "seconds_until_auto_pause"


def _example(
    version: str = "16.9", class_: str = "db.serverless", **scaling: Any
) -> dict[str, Any]:
    cluster: dict[str, Any] = {"engine": "aurora-postgresql", "engine_version": version}
    if scaling:
        cluster[_SCALING] = [scaling]
    member = {"cluster_identifier": f"${{{_CLUSTER}.main.id}}", "instance_class": class_}
    return {
        "resource": {_CLUSTER: {"main": cluster}, "aws_rds_cluster_instance": {"writer": member}}
    }


def _capacity(block: Block, argument: str) -> float | None:
    value = block.known(argument)
    return value if isinstance(value, (int, float)) else None


@rule(
    "serverless-capacity",
    on=(_CLUSTER,),
    severity="error",
    source="botocore 1.44.5 rds ServerlessV2ScalingConfiguration",
    fix="take halves from 0 to 256 for the least, from 1 to 256 for the most capacity",
    good=_example(min_capacity=0.5, max_capacity=8),
    bad=_example(min_capacity=16, max_capacity=8),
)
def serverless_capacity(cluster: Resource) -> Iterator[Finding]:
    """Capacities of Aurora Serverless v2 are halves in its range, the least not above the most.

    RDS refuses others when the cluster is made.
    """
    for block in cluster.blocks(_SCALING):
        yield from limit(cluster, block, _MIN, "serverlessv2_min_capacity")
        yield from limit(cluster, block, _MAX, "serverlessv2_max_capacity")
        least, most = _capacity(block, _MIN), _capacity(block, _MAX)
        if least is not None and most is not None and least > most:
            expected = f"at most max_capacity, which is {most:g}"
            yield cluster.finding(f"{block.place}{_MIN}", least, expected)


@rule(
    "serverless-pause",
    on=(_CLUSTER,),
    severity="error",
    source="Amazon Aurora User Guide aurora-serverless-v2-auto-pause; botocore 1.44.5 rds "
    "ServerlessV2ScalingConfiguration.SecondsUntilAutoPause",
    fix="set min_capacity to 0 and the time to 300 to 86400 seconds, or leave the time out",
    good=_example(min_capacity=0, max_capacity=8, seconds_until_auto_pause=3600),
    bad=_example(min_capacity=0.5, max_capacity=8, seconds_until_auto_pause=3600),
)
def serverless_pause(cluster: Resource) -> Iterator[Finding]:
    """The time until a pause is given where the least capacity is 0, between 5 minutes and a day.

    Elsewhere nothing ever pauses, and RDS refuses the time.
    """
    for block in cluster.blocks(_SCALING):
        seconds, least = _capacity(block, _PAUSE), _capacity(block, _MIN)
        if not seconds:
            continue
        yield from limit(cluster, block, _PAUSE, "serverlessv2_seconds_until_auto_pause")
        if least:
            expected = f"none, as min_capacity is {least:g} and not 0"
            yield cluster.finding(f"{block.place}{_PAUSE}", seconds, expected)


@rule(
    "serverless-version",
    on=(_CLUSTER,),
    severity="error",
    source=limits.get("serverlessv2_capacity_without_pause").source,
    fix="upgrade the engine, or keep to 0.5 to 128",
    good=_example("14.24", min_capacity=0, max_capacity=8),
    bad=_example("14.6", min_capacity=0, max_capacity=8),
)
def serverless_version(cluster: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A capacity of 0 or above 128 is asked of a version that has it.

    Older versions neither pause nor grow beyond 128 ACUs, and RDS refuses such a cluster.
    """
    database = databases(configuration).get(cluster)
    if database.major is None or postgres.pauses(database.version or ""):
        return
    for block in cluster.blocks(_SCALING):
        for argument in (_MIN, _MAX):
            value = _capacity(block, argument)
            problem = (
                None
                if value is None
                else limits.check("serverlessv2_capacity_without_pause", value)
            )
            # What is wrong in any version is told by another rule.
            if problem and not limits.check(f"serverlessv2_{argument}", value or 0):
                expected, fix = advice(problem)
                expected = f"{expected}, as in Aurora PostgreSQL {database.version}"
                yield cluster.finding(f"{block.place}{argument}", value, expected, fix)


@rule(
    "serverless-configuration",
    on=("aws_rds_cluster_instance",),
    severity="error",
    source="Amazon Aurora User Guide: Creating a DB cluster that uses Aurora Serverless v2",
    fix="add serverlessv2_scaling_configuration to the cluster",
    good=_example(min_capacity=0.5, max_capacity=8),
    bad=_example(),
)
def serverless_configuration(instance: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A serverless instance is in a cluster that says how far it may scale.

    RDS refuses the instance when the cluster is there already.
    """
    if instance.known("instance_class") != instance_classes.SERVERLESS:
        return
    cluster = databases(configuration).get(instance).cluster
    if cluster and not cluster.blocks(_SCALING) and not cluster.unknown(_SCALING):
        expected = f"a class, or {_SCALING} at {cluster.address}"
        yield instance.finding("instance_class", instance.given("instance_class"), expected)


@rule(
    "serverless-unused",
    on=(_CLUSTER,),
    severity="note",
    source="Amazon Aurora User Guide: Managing Aurora Serverless v2 DB clusters",
    fix="give the instances the class db.serverless, or leave the block out",
    good=_example(min_capacity=0.5, max_capacity=8),
    bad=_example(class_="db.r6g.large", min_capacity=0.5, max_capacity=8),
)
def serverless_unused(cluster: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A cluster that says how far it may scale has a serverless instance.

    The other classes do not scale, whatever the cluster says.
    """
    servers = databases(configuration)
    classes = [each.resource.given("instance_class") for each in servers.instances(cluster)]
    if not cluster.blocks(_SCALING) or not classes or not servers.instances_are_known:
        return
    if all(isinstance(each, str) and each != instance_classes.SERVERLESS for each in classes):
        found = "a configuration that no instance uses"
        yield Finding(cluster, _SCALING, found, f"an instance of {instance_classes.SERVERLESS}")


@rule(
    "serverless-v1",
    on=(_CLUSTER,),
    severity="error",
    source="Amazon Aurora User Guide: Aurora Serverless v1 has ended on 31 March 2025",
    fix="take engine_mode provisioned, serverlessv2_scaling_configuration and the class db.serverless",
    good=_example(min_capacity=0.5, max_capacity=8),
    bad={
        "resource": {
            _CLUSTER: {"main": {"engine": "aurora-postgresql", "engine_mode": "serverless"}}
        }
    },
)
def serverless_v1(cluster: Resource) -> Iterator[Finding]:
    """No cluster is of the first Aurora Serverless.

    It is gone, and such a cluster can't be made any more.
    """
    if cluster.known("engine_mode") == "serverless":
        yield cluster.finding(
            "engine_mode", "serverless", '"provisioned", with serverless instances'
        )
