"""Two names of the private zone, each with a weighted record for either side."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tapforge.cutover.checkpoint import Weights
from tapforge.cutover.errors import Problem, RefusedError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOOK_AGAIN = 0.5
_INSYNC_SECONDS = 60.0


class WeightedNames:
    """The weighted records of names in one zone.

    Args:
        client: A boto3 client of Route 53.
        zone_id: The private zone.
        old: Set identifier of the old side's records.
        new: Set identifier of the new side's records.
    """

    def __init__(self, client: Any, zone_id: str, old: str, new: str) -> None:
        self._client = client
        self._zone = zone_id
        self._sides = (old, new)

    def weights(self, name: str) -> tuple[int, int]:
        """Read the weights of a name as they are, whoever set them."""
        old, new = self._records(name)
        return int(old["Weight"]), int(new["Weight"])

    def ttl(self, name: str) -> int:
        """Return for how many seconds resolvers may keep a name's answer."""
        return max(int(record["TTL"]) for record in self._records(name))

    def shift(self, wanted: Mapping[str, Weights]) -> bool:
        """Set the weights of names, all in one batch: nobody sees half of it.

        Each record is deleted as it was read and made anew, so the batch fails as a whole where
        somebody else changed one since.

        Returns:
            Whether anything was changed.
        """
        changes = []
        for name, weights in wanted.items():
            for record, weight in zip(self._records(name), (weights.old, weights.new), strict=True):
                if int(record["Weight"]) != weight:
                    changes.append({"Action": "DELETE", "ResourceRecordSet": record})
                    changes.append(
                        {"Action": "CREATE", "ResourceRecordSet": {**record, "Weight": weight}}
                    )
        if not changes:
            return False
        change = self._client.change_resource_record_sets(
            HostedZoneId=self._zone,
            ChangeBatch={"Changes": changes, "Comment": "tapforge cutover"},
        )["ChangeInfo"]
        self._wait(change)
        return True

    def _wait(self, change: dict[str, Any]) -> None:
        """Wait until every name server of the zone answers with the new records."""
        end = time.monotonic() + _INSYNC_SECONDS
        while change["Status"] != "INSYNC":
            if time.monotonic() > end:
                raise UnreachableError(
                    Problem("Route 53", f"change {change['Id']} is not in sync", "wait, try again")
                )
            time.sleep(_LOOK_AGAIN)
            change = self._client.get_change(Id=change["Id"])["ChangeInfo"]

    def _records(self, name: str) -> list[dict[str, Any]]:
        """Read both records of a name, the old side's first."""
        wanted = name.rstrip(".").lower() + "."
        found = {}
        listed = self._client.list_resource_record_sets(
            HostedZoneId=self._zone, StartRecordName=wanted, StartRecordType="CNAME", MaxItems="10"
        )["ResourceRecordSets"]
        for record in listed:
            if record["Name"].lower() == wanted and "Weight" in record:
                found[record.get("SetIdentifier", "")] = record
        if set(found) != set(self._sides):
            there = ", ".join(sorted(found)) or "none"
            raise RefusedError(
                Problem(
                    wanted,
                    f"has the weighted records {there}; expected {' and '.join(self._sides)}",
                    "apply the system that declares them",
                )
            )
        return [found[side] for side in self._sides]
