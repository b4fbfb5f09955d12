"""Gaps of moto's S3."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tapforge.local.emulator.patches import gap, wrap

if TYPE_CHECKING:
    from collections.abc import Callable


@gap(
    "A bucket policy's statement with a Condition counts as a Deny that always applies: a bucket "
    "that refuses plain HTTP refuses every object call."
)
def conditional_statements() -> None:
    """Leave out the statements whose Condition nobody evaluates here."""
    from moto.iam.access_control import IAMPolicy, PermissionResult
    from moto.s3.models import FakeBucket

    @wrap(FakeBucket, "get_permission")
    def get_permission(_: Callable[..., Any], self: Any, action: str, resource: str) -> Any:
        if self.policy is None:
            return PermissionResult.NEUTRAL
        policy = json.loads(self.policy)
        statements = policy["Statement"]
        if isinstance(statements, dict):
            statements = [statements]
        policy["Statement"] = [one for one in statements if not one.get("Condition")]
        return IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource)
