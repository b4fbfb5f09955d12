"""Gaps of moto's CloudWatch."""

from __future__ import annotations

from typing import Any

from tapforge.local.emulator.patches import add, gap


@gap("PutCompositeAlarm is not implemented, though moto keeps and describes such alarms.")
def composite_alarms() -> None:
    """Store a composite alarm the way moto stores the others, with its rule."""
    from moto.cloudwatch.responses import CloudWatchResponse

    def put_composite_alarm(self: Any) -> Any:
        return self.put_metric_alarm()

    add(CloudWatchResponse, put_composite_alarm=put_composite_alarm)
