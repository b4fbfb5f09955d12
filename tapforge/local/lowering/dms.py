"""What endpoints of DMS had in one text: settings and secrets."""

from __future__ import annotations

from typing import Any

# https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html, and CHAP_Target
_NAMES = {
    "secrets_manager_access_role_arn": "secretsManagerAccessRoleArn",
    "secrets_manager_arn": "secretsManagerSecretId",
    "after_connect_script": "afterConnectScript",
    "capture_ddls": "captureDdls",
    "fail_tasks_on_lob_truncation": "failTasksOnLobTruncation",
    "heartbeat_enable": "heartbeatEnable",
    "heartbeat_frequency": "heartbeatFrequency",
    "map_boolean_as_boolean": "mapBooleanAsBoolean",
    "plugin_name": "pluginName",
    "slot_name": "slotName",
}
ARGUMENTS = ("secrets_manager_access_role_arn", "secrets_manager_arn", "postgres_settings")


def attributes(given: dict[str, Any]) -> str:
    """Give the extra connection attributes of an endpoint: pairs with semicolons between them."""
    settings = given.pop("postgres_settings", {})
    (block,) = settings if isinstance(settings, list) else (settings,)
    every = {**given, **block}
    return ";".join(f"{_NAMES.get(name, name)}={_text(value)}" for name, value in every.items())


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
