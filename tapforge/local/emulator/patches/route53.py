"""Gaps of moto's Route 53."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapforge.local.emulator.patches import add, gap, wrap, wrap_property

if TYPE_CHECKING:
    from collections.abc import Callable

_WITHOUT_ENDPOINT = {"CLOUDWATCH_METRIC", "CALCULATED", "RECOVERY_CONTROL"}
_ENDPOINT_KEYS = {
    "IPAddress",
    "Port",
    "RequestInterval",
    "FailureThreshold",
    "MeasureLatency",
}


@gap(
    "A zone created with a VPC is public unless HostedZoneConfig.PrivateZone is sent, which the "
    "provider does not do: drift on `vpc`, and the second apply fails."
)
def private_zones() -> None:
    """Make a zone with a VPC private, as CreateHostedZone does.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html
    """
    from moto.route53.responses import Route53

    @wrap(Route53, "create_hosted_zone")
    def create_hosted_zone(original: Callable[..., Any], self: Any) -> Any:
        if self.params.get("VPC"):
            config = self.params.get("HostedZoneConfig") or {}
            self.params["HostedZoneConfig"] = {**config, "PrivateZone": True}
        return original(self)


@gap(
    "A weighted record is deleted under every name of the zone that has its set identifier, whatever "
    "its weight is by now, and made again in the same batch it is refused: weights can't be changed "
    "on the condition that nobody else changed them."
)
def change_batches() -> None:
    """Delete only what is exactly as given, create only what is not there, and all or nothing.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
    """
    from moto.route53.models import RecordSet, Route53Backend

    @wrap(Route53Backend, "change_resource_record_sets")
    def change(
        original: Callable[..., None], self: Any, zoneid: str, change_list: list[dict[str, Any]]
    ) -> None:
        weighted = [each for each in change_list if "Weight" in each["ResourceRecordSet"]]
        if len(weighted) != len(change_list):
            original(self, zoneid, change_list)
            return
        zone = self.get_hosted_zone(zoneid)
        records = {_key(record): record for record in zone.rrsets}
        for each in change_list:
            action = each["Action"]
            given = dict(each["ResourceRecordSet"])
            given["Name"] = given["Name"].rstrip(".") + "."
            given["ResourceRecords"] = [one["Value"] for one in given.get("ResourceRecords", [])]
            record = RecordSet(given)  # type: ignore[abstract]
            found = records.get(_key(record))
            if action == "CREATE" and found is not None:
                raise _refused(record, "it already exists")
            if action == "DELETE":
                if found is None or _values(found) != _values(record):
                    raise _refused(record, "it was not found with these values")
                del records[_key(record)]
            else:
                records[_key(record)] = record
        zone.rrsets = list(records.values())

    def _key(record: Any) -> tuple[Any, ...]:
        return record.name, record.type, record.set_identifier

    def _values(record: Any) -> tuple[Any, ...]:
        return int(record.ttl), int(record.weight), record.records

    def _refused(record: Any, why: str) -> Exception:
        from moto.route53.exceptions import Route53ClientError

        message = (
            f"Tried to change resource record set [name='{record.name}', {record.type}] but {why}"
        )
        return Route53ClientError("InvalidChangeBatch", message)


@gap(
    "Health checks of an alarm lose the alarm and what missing data means, and show the port of an "
    "endpoint they do not have: the health check is replaced on every apply."
)
def alarm_health_checks() -> None:
    """Keep the fields of an alarm and show only the fields that the type has."""
    from moto.route53.models import HealthCheck
    from moto.route53.responses import Route53

    add(HealthCheck, tapforge_alarm=None)

    def keep(health_check: Any, config: Any) -> None:
        given = {
            key: config[key]
            for key in ("AlarmIdentifier", "InsufficientDataHealthStatus")
            if key in config
        }
        health_check.tapforge_alarm = {**(health_check.tapforge_alarm or {}), **given}

    @wrap(Route53, "create_health_check")
    def create_health_check(original: Callable[..., Any], self: Any) -> Any:
        result = original(self)
        keep(result.result["HealthCheck"], self.params["HealthCheckConfig"])
        return result

    @wrap(Route53, "update_health_check")
    def update_health_check(original: Callable[..., Any], self: Any) -> Any:
        result = original(self)
        keep(result.result["HealthCheck"], self.params)
        return result

    @wrap_property(HealthCheck, "health_check_config")
    def health_check_config(original: Callable[..., Any], self: Any) -> dict[str, Any]:
        hidden = _ENDPOINT_KEYS if self.type_ in _WITHOUT_ENDPOINT else set()
        shown = {key: value for key, value in original(self).items() if key not in hidden}
        return shown | (self.tapforge_alarm or {})
