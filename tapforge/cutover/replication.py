"""A DMS task: how it does, and starting and stopping it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tapforge.cutover.errors import Problem, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MINUTES = 5
_MOVING = frozenset({"starting", "stopping", "modifying", "testing", "moving"})
_LOADED = "Table completed"
_BROKEN = frozenset({"Table error", "Table is being reloaded", "Table cancelled"})
# https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Validating.html
_VALIDATED = "Validated"
_DIFFERENT = frozenset({"Mismatched records", "Suspended records", "Table error", "Error"})


@dataclass(frozen=True)
class Health:
    """How a task does.

    Attributes:
        status: `running`, `stopped`, `failed`, `ready` and so on.
        source_lag: Seconds by CDCLatencySource; None without a data point.
        target_lag: Seconds by CDCLatencyTarget; None without a data point.
        incoming: Changes that wait to be applied; None without a data point.
        unloaded: Tables whose load has not ended.
        broken: Tables in error.
        unvalidated: Tables that are not validated, with their state.
        different: Those of them that are known to be another than their source.
    """

    status: str
    source_lag: float | None = None
    target_lag: float | None = None
    incoming: float | None = None
    unloaded: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    unvalidated: tuple[str, ...] = ()
    different: tuple[str, ...] = ()

    @property
    def lag(self) -> float | None:
        """The larger of both latencies."""
        known = [lag for lag in (self.source_lag, self.target_lag) if lag is not None]
        return max(known, default=None)


class DmsTask:
    """A replication task of DMS.

    Args:
        client: A boto3 client of DMS.
        metrics: A boto3 client of CloudWatch.
        arn: The task's ARN.
        name: What messages call it, such as `forward task`.
        cdc_only: The task has no full load.
    """

    def __init__(
        self, client: Any, metrics: Any, arn: str, name: str, *, cdc_only: bool = False
    ) -> None:
        self._client = client
        self._metrics = metrics
        self.arn = arn
        self.name = name
        self._cdc_only = cdc_only

    def status(self) -> str:
        """Return what the task does now; an event may tell of what was."""
        return str(self._describe()["Status"])

    def health(self) -> Health:
        """Look at status, latencies and tables."""
        task = self._describe()
        tables = self._tables()
        dimensions = [
            {
                "Name": "ReplicationInstanceIdentifier",
                "Value": self._instance(task["ReplicationInstanceArn"]),
            },
            {"Name": "ReplicationTaskIdentifier", "Value": self.arn.rpartition(":")[2]},
        ]
        source, target, incoming = (
            self._latest(metric, dimensions)
            for metric in ("CDCLatencySource", "CDCLatencyTarget", "CDCIncomingChanges")
        )
        return Health(
            str(task["Status"]),
            source,
            target,
            incoming,
            unloaded=tuple(
                name for name, state, _ in tables if not self._cdc_only and state != _LOADED
            ),
            broken=tuple(f"{name} ({state})" for name, state, _ in tables if state in _BROKEN),
            unvalidated=tuple(
                f"{name} ({state})" for name, _, state in tables if state != _VALIDATED
            ),
            different=tuple(
                f"{name} ({state})" for name, _, state in tables if state in _DIFFERENT
            ),
        )

    def unconnected(self) -> Iterator[Problem]:
        """Complain of endpoints that DMS did not reach when it last tried."""
        task = self._describe()
        instance = task["ReplicationInstanceArn"]
        for side in ("Source", "Target"):
            endpoint = task[f"{side}EndpointArn"]
            filters = [{"Name": "endpoint-arn", "Values": [endpoint]}]
            tried = [
                each["Status"]
                for each in self._client.describe_connections(Filters=filters)["Connections"]
                if each["ReplicationInstanceArn"] == instance
            ]
            if "successful" not in tried:
                found = ", ".join(tried) or "not tested"
                yield Problem(
                    f"{self.name}, {side.lower()} endpoint",
                    f"the connection is {found}, expected successful",
                    f"aws dms test-connection --replication-instance-arn {instance}"
                    f" --endpoint-arn {endpoint}",
                )

    def load(self) -> None:
        """Start from the beginning: empty the target's tables, load, then follow."""
        status = self.status()
        if status not in {"running", "starting"}:
            self._start("start-replication" if status == "ready" else "reload-target")

    def resume(self) -> None:
        """Go on from where the task stopped."""
        if self.status() not in {"running", "starting"}:
            self._start("resume-processing")

    def follow(self, lsn: str) -> None:
        """Start to follow changes from a position of the source's log."""
        if self.status() not in {"running", "starting"}:
            self._start("start-replication", CdcStartPosition=lsn)

    def stop(self) -> None:
        """Ask it to stop."""
        if self.status() in {"running", "starting"}:
            self._client.stop_replication_task(ReplicationTaskArn=self.arn)

    def _start(self, kind: str, **more: str) -> None:
        status = self.status()
        if status in _MOVING:
            raise RefusedError(
                Problem(self.name, f"is {status}", "wait until it has ended that, and try again")
            )
        self._client.start_replication_task(
            ReplicationTaskArn=self.arn, StartReplicationTaskType=kind, **more
        )

    def _describe(self) -> dict[str, Any]:
        filters = [{"Name": "replication-task-arn", "Values": [self.arn]}]
        try:
            found: list[dict[str, Any]] = self._client.describe_replication_tasks(
                Filters=filters, WithoutSettings=True
            )["ReplicationTasks"]
        except self._client.exceptions.ResourceNotFoundFault:
            found = []
        if not found:
            raise RefusedError(
                Problem(
                    self.name, f"{self.arn} does not exist", "apply the system that declares it"
                )
            )
        return found[0]

    def _tables(self) -> list[tuple[str, str, str]]:
        pages = self._client.get_paginator("describe_table_statistics").paginate(
            ReplicationTaskArn=self.arn
        )
        return [
            (
                f"{table['SchemaName']}.{table['TableName']}",
                table.get("TableState", ""),
                table.get("ValidationState", "Not enabled"),
            )
            for page in pages
            for table in page["TableStatistics"]
        ]

    def _instance(self, arn: str) -> str:
        filters = [{"Name": "replication-instance-arn", "Values": [arn]}]
        found = self._client.describe_replication_instances(Filters=filters)
        return str(found["ReplicationInstances"][0]["ReplicationInstanceIdentifier"])

    def _latest(self, metric: str, dimensions: list[dict[str, str]]) -> float | None:
        now = datetime.now(UTC)
        points = self._metrics.get_metric_statistics(
            Namespace="AWS/DMS",
            MetricName=metric,
            Dimensions=dimensions,
            StartTime=now - timedelta(minutes=_MINUTES),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=["Maximum"],
        )["Datapoints"]
        latest = max(points, key=lambda point: point["Timestamp"], default=None)
        return None if latest is None else float(latest["Maximum"])
