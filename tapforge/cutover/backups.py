"""Where the new side can be restored to, should everything else fail: looked at before writes move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tapforge.cutover.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator


class Backups:
    """The backups of an Aurora cluster.

    Args:
        client: A boto3 client of RDS.
        cluster: The cluster's identifier; empty where nobody backs the new side up by RDS.
        snapshot: The snapshot that somebody took of it after the load.
    """

    def __init__(self, client: Any, cluster: str, snapshot: str) -> None:
        self._client = client
        self._cluster = cluster
        self._snapshot = snapshot

    def problems(self, minutes: float) -> Iterator[Problem]:
        """Complain where the cluster can't be restored.

        Args:
            minutes: How long ago the latest time is, at most, that it can be restored to.
        """
        if not self._cluster:
            return
        place = f"cluster {self._cluster}"
        clusters = self._client.describe_db_clusters(DBClusterIdentifier=self._cluster)
        cluster = clusters["DBClusters"][0]
        latest: datetime | None = cluster.get("LatestRestorableTime")
        if latest is None or latest < datetime.now(UTC) - timedelta(minutes=minutes):
            yield Problem(
                place,
                f"can be restored up to {latest or 'no time'}, and {minutes:g} minutes are expected "
                "at most",
                "see that it is backed up (backup_retention_days), and wait",
            )
        if self._snapshot:
            yield from self._of_snapshot(place)

    def _of_snapshot(self, place: str) -> Iterator[Problem]:
        take = (
            f"aws rds create-db-cluster-snapshot --db-cluster-identifier {self._cluster}"
            f" --db-cluster-snapshot-identifier {self._snapshot}"
        )
        try:
            found = self._client.describe_db_cluster_snapshots(
                DBClusterSnapshotIdentifier=self._snapshot
            )["DBClusterSnapshots"]
        except self._client.exceptions.DBClusterSnapshotNotFoundFault:
            found = []
        if not found:
            yield Problem(place, f"has no snapshot {self._snapshot}", take)
        elif (status := found[0]["Status"]) != "available":
            yield Problem(place, f"snapshot {self._snapshot} is {status}", "wait")
