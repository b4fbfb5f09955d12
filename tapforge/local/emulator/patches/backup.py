"""Gaps of moto's AWS Backup."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tapforge.local.emulator.patches import add, gap, stored, wrap

if TYPE_CHECKING:
    from collections.abc import Callable


@gap("A deleted plan keeps its name: creating it again fails with AlreadyExistsException.")
def names_of_deleted_plans() -> None:
    """Forget the deleted plans when a new one is created."""
    from moto.backup.models import BackupBackend

    @wrap(BackupBackend, "create_backup_plan")
    def create_backup_plan(
        original: Callable[..., Any],
        self: Any,
        backup_plan: dict[str, Any],
        backup_plan_tags: dict[str, str],
        creator_request_id: str,
    ) -> Any:
        for deleted in [plan for plan in self.plans.values() if plan.deletion_date is not None]:
            del self.plans[deleted.backup_plan_id]
        return original(self, backup_plan, backup_plan_tags, creator_request_id)


@gap("Backup selections are not implemented: a plan cannot say what it backs up.")
def selections() -> None:
    """Create, read, list and delete the selections of a plan."""
    from moto.backup.exceptions import ResourceNotFoundException
    from moto.backup.responses import BackupResponse

    def of_plan(self: Any) -> dict[str, Any]:
        backend = self.backup_backend
        plan = backend.get_backup_plan(_segment(self.path, "plans"), None)
        kept: dict[str, Any] = stored(backend, "selections").setdefault(plan.backup_plan_id, {})
        return kept

    def create_backup_selection(self: Any) -> str:
        request = json.loads(self.body)
        selection = {
            "BackupPlanId": _segment(self.path, "plans"),
            "SelectionId": str(uuid4()),
            "BackupSelection": request["BackupSelection"],
            "CreationDate": time.time(),
            "CreatorRequestId": request.get("CreatorRequestId"),
        }
        of_plan(self)[selection["SelectionId"]] = selection
        shown = ("BackupPlanId", "SelectionId", "CreationDate")
        return json.dumps({key: selection[key] for key in shown})

    def get_backup_selection(self: Any) -> str:
        try:
            return json.dumps(of_plan(self)[_segment(self.path, "selections")])
        except KeyError:
            raise ResourceNotFoundException(msg="Cannot find Backup selection") from None

    def list_backup_selections(self: Any) -> str:
        listed = [
            {
                "SelectionName": selection["BackupSelection"]["SelectionName"],
                "IamRoleArn": selection["BackupSelection"]["IamRoleArn"],
                **{
                    key: selection[key]
                    for key in ("BackupPlanId", "SelectionId", "CreationDate", "CreatorRequestId")
                },
            }
            for selection in of_plan(self).values()
        ]
        return json.dumps({"BackupSelectionsList": listed})

    def delete_backup_selection(self: Any) -> str:
        of_plan(self).pop(_segment(self.path, "selections"), None)
        return "{}"

    add(
        BackupResponse,
        create_backup_selection=create_backup_selection,
        get_backup_selection=get_backup_selection,
        list_backup_selections=list_backup_selections,
        delete_backup_selection=delete_backup_selection,
    )


def _segment(path: str, after: str) -> str:
    """Return the part of a path that follows the part `after`."""
    segments = path.split("/")
    return segments[segments.index(after) + 1]
