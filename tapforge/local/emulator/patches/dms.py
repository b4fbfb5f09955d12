"""Gaps of moto's Database Migration Service."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tapforge.local.emulator.patches import add, gap, stored, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@gap(
    "Dates of tasks and instances are ISO strings, which the Go SDK cannot read: it repeats the "
    "request, and creating an instance fails with ResourceAlreadyExistsFault."
)
def timestamps() -> None:
    """Send seconds since 1970, as the protocol AWS JSON 1.1 has them."""
    from moto.dms.models import FakeReplicationInstance, FakeReplicationTask

    def shown(original: Callable[..., dict[str, Any]], self: Any) -> dict[str, Any]:
        return _with_epochs(original(self))

    wrap(FakeReplicationTask, "to_dict")(shown)
    wrap(FakeReplicationInstance, "to_dict")(shown)


@gap("A new task stays `creating` and a new endpoint too: waiting for either never ends.")
def creation_ends() -> None:
    """Show the state after creation from the second look on."""
    from moto.dms.models import Endpoint, FakeReplicationTask

    def becoming(state: str) -> Callable[..., dict[str, Any]]:
        def shown(original: Callable[..., dict[str, Any]], self: Any) -> dict[str, Any]:
            description = original(self)
            if self.status == "creating":
                self.status = state
            return description

        return shown

    wrap(FakeReplicationTask, "to_dict")(becoming("ready"))
    wrap(Endpoint, "to_dict")(becoming("active"))


@gap(
    "A task that is created without settings has none, where AWS fills in its defaults: the provider "
    "crashes on the missing text, and takes down whatever else it was doing."
)
def task_settings() -> None:
    """Show an empty JSON object: a text that can be read and claims nothing.

    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.html
    """
    from moto.dms.models import FakeReplicationTask

    @wrap(FakeReplicationTask, "to_dict")
    def shown(original: Callable[..., dict[str, Any]], self: Any) -> dict[str, Any]:
        self.replication_task_settings = self.replication_task_settings or "{}"
        return original(self)


@gap(
    "A subnet group shows a made-up VPC and subnet instead of its own, and its tags are kept under "
    "a key that nobody asks for: drift on `subnet_ids` and `tags`."
)
def subnet_groups() -> None:
    """Show the subnets that were given, from EC2, and keep the tags by ARN."""
    from moto.dms.models import DatabaseMigrationServiceBackend, FakeReplicationSubnetGroup
    from moto.dms.responses import DatabaseMigrationServiceResponse
    from moto.ec2.models import ec2_backends

    add(FakeReplicationSubnetGroup, tapforge_subnets=())

    def place(group: Any, backend: Any, subnet_ids: list[str]) -> None:
        ec2 = ec2_backends[backend.account_id][backend.region_name]
        group.tapforge_subnets = [ec2.get_subnet(subnet_id) for subnet_id in subnet_ids]

    @wrap(DatabaseMigrationServiceBackend, "create_replication_subnet_group")
    def create(
        original: Callable[..., Any],
        self: Any,
        replication_subnet_group_identifier: str,
        replication_subnet_group_description: str,
        subnet_ids: list[str],
        tags: list[dict[str, str]] | None = None,
    ) -> Any:
        group = original(
            self,
            replication_subnet_group_identifier,
            replication_subnet_group_description,
            subnet_ids,
        )
        place(group, self, subnet_ids)
        arn = f"arn:{self.partition}:dms:{self.region_name}:{self.account_id}:subgrp:"
        _tag_anew(self.tagger, arn + replication_subnet_group_identifier, tags)
        return group

    def modify_replication_subnet_group(self: Any) -> str:
        request = json.loads(self.body)
        group = _of(
            self.dms_backend.replication_subnet_groups,
            request["ReplicationSubnetGroupIdentifier"],
            "Replication subnet group",
        )
        place(group, self.dms_backend, request["SubnetIds"])
        group.description = request.get("ReplicationSubnetGroupDescription", group.description)
        return json.dumps({"ReplicationSubnetGroup": group.to_dict()})

    add(
        DatabaseMigrationServiceResponse,
        modify_replication_subnet_group=modify_replication_subnet_group,
    )

    @wrap(FakeReplicationSubnetGroup, "to_dict")
    def shown(original: Callable[..., dict[str, Any]], self: Any) -> dict[str, Any]:
        return original(self) | {
            "VpcId": self.tapforge_subnets[0].vpc_id,
            "Subnets": [
                {
                    "SubnetIdentifier": subnet.id,
                    "SubnetAvailabilityZone": {"Name": subnet.availability_zone},
                    "SubnetStatus": "Active",
                }
                for subnet in self.tapforge_subnets
            ],
        }


@gap(
    "A replication instance shows a made-up subnet group, no zone when none was asked for, and a "
    "standby zone that does not exist: drift, and a wrong VPC for whoever reads it."
)
def instance_placement() -> None:
    """Show the subnet group itself, and zones of the region."""
    from moto.dms.models import FakeReplicationInstance, dms_backends

    @wrap(FakeReplicationInstance, "to_dict")
    def shown(original: Callable[..., dict[str, Any]], self: Any) -> dict[str, Any]:
        description = original(self)
        backend = dms_backends[self.arn.split(":")[4]][self.region]
        group = backend.replication_subnet_groups.get(self.replication_subnet_group_identifier)
        if group is not None:
            description["ReplicationSubnetGroup"] = group.to_dict()
        zone = description["AvailabilityZone"] = self.availability_zone or f"{self.region}a"
        if self.multi_az:
            description["SecondaryAvailabilityZone"] = next(
                other for other in (f"{self.region}a", f"{self.region}b") if other != zone
            )
        return description


@gap(
    "Describing something that does not exist answers an empty list instead of "
    "ResourceNotFoundFault: the provider cannot tell that a deletion has ended."
)
def not_found() -> None:
    """Raise the fault when filters are given and nothing matches."""
    from moto.dms.exceptions import ResourceNotFoundFault
    from moto.dms.models import DatabaseMigrationServiceBackend

    def found(what: str) -> Callable[..., Any]:
        def describe(original: Callable[..., Any], self: Any, *given: Any, **options: Any) -> Any:
            matching = original(self, *given, **options)
            if options.get("filters") and not matching:
                raise ResourceNotFoundFault(f"{what} could not be found.")
            return matching

        return describe

    for action, what in {
        "describe_endpoints": "Endpoint",
        "describe_replication_instances": "Replication instance",
        "describe_replication_subnet_groups": "Replication subnet group",
        "describe_replication_tasks": "Replication task",
    }.items():
        wrap(DatabaseMigrationServiceBackend, action)(found(what))


@gap("AddTagsToResource and RemoveTagsFromResource are not implemented: tags cannot change.")
def tag_changes() -> None:
    """Change the tags in moto's own store of them."""
    from moto.dms.responses import DatabaseMigrationServiceResponse

    def add_tags_to_resource(self: Any) -> str:
        request = json.loads(self.body)
        self.dms_backend.tagger.tag_resource(request["ResourceArn"], request["Tags"])
        return "{}"

    def remove_tags_from_resource(self: Any) -> str:
        request = json.loads(self.body)
        self.dms_backend.tagger.untag_resource_using_names(
            request["ResourceArn"], request["TagKeys"]
        )
        return "{}"

    add(
        DatabaseMigrationServiceResponse,
        add_tags_to_resource=add_tags_to_resource,
        remove_tags_from_resource=remove_tags_from_resource,
    )


@gap("ModifyEndpoint and ModifyReplicationTask are not implemented: neither can change.")
def modifications() -> None:
    """Set the fields that the request names and that moto keeps."""
    from botocore import xform_name
    from moto.dms.responses import DatabaseMigrationServiceResponse

    def change(resource: Any, request: Mapping[str, Any]) -> None:
        for key, value in request.items():
            field = xform_name(key)
            if hasattr(resource, field):
                setattr(resource, field, value)

    def modify_endpoint(self: Any) -> str:
        request = json.loads(self.body)
        endpoints = {each.endpoint_arn: each for each in self.dms_backend.endpoints.values()}
        endpoint = _of(endpoints, request["EndpointArn"], "Endpoint")
        change(endpoint, request)
        return json.dumps({"Endpoint": endpoint.to_dict()})

    def modify_replication_task(self: Any) -> str:
        request = json.loads(self.body)
        tasks = self.dms_backend.replication_tasks
        task = _of(tasks, request["ReplicationTaskArn"], "Replication task")
        change(task, request)
        return json.dumps({"ReplicationTask": task.to_dict()})

    add(
        DatabaseMigrationServiceResponse,
        modify_endpoint=modify_endpoint,
        modify_replication_task=modify_replication_task,
    )


@gap(
    "Extra connection attributes of an endpoint are a text and nothing else, where DMS shows them as the "
    "settings that they are: nobody can tell what an endpoint does."
)
def connection_attributes() -> None:
    """Show those of PostgreSQL among its settings.

    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """
    from moto.dms.models import Endpoint

    def value(text: str) -> Any:
        if text in {"true", "false"}:
            return text == "true"
        return int(text) if text.isdecimal() else text

    @wrap(Endpoint, "to_dict")
    def shown(original: Callable[..., dict[str, Any]], self: Any) -> dict[str, Any]:
        description = original(self)
        if self.engine_name in {"postgres", "aurora-postgresql"}:
            pairs = (
                pair.partition("=")
                for pair in (self.extra_connection_attributes or "").split(";")
                if pair
            )
            given = {f"{name[:1].upper()}{name[1:]}": value(text) for name, _, text in pairs}
            settings = {**(self.postgre_sql_settings or {}), **given}
            if settings:
                description["PostgreSQLSettings"] = settings
        return description


@gap("Event subscriptions are not implemented: `aws_dms_event_subscription` fails.")
def event_subscriptions() -> None:
    """Create, change, describe and delete them; nothing is published to them."""
    from moto.dms.exceptions import ResourceAlreadyExistsFault
    from moto.dms.responses import DatabaseMigrationServiceResponse

    def change(subscription: dict[str, Any], request: Mapping[str, Any]) -> None:
        for key, shown in {
            "SnsTopicArn": "SnsTopicArn",
            "SourceType": "SourceType",
            "SourceIds": "SourceIdsList",
            "EventCategories": "EventCategoriesList",
            "Enabled": "Enabled",
        }.items():
            if key in request:
                subscription[shown] = request[key]

    def create_event_subscription(self: Any) -> str:
        request = json.loads(self.body)
        subscriptions = stored(self.dms_backend, "event_subscriptions")
        name = request["SubscriptionName"]
        if name in subscriptions:
            raise ResourceAlreadyExistsFault(
                "The resource you are attempting to create already exists."
            )
        subscription = subscriptions[name] = {
            "CustomerAwsId": self.current_account,
            "CustSubscriptionId": name,
            "Status": "active",
            "SubscriptionCreationTime": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}",
            "SourceIdsList": [],
            "EventCategoriesList": [],
            "Enabled": True,
        }
        change(subscription, request)
        arn = f"arn:{self.partition}:dms:{self.region}:{self.current_account}:es:{name}"
        _tag_anew(self.dms_backend.tagger, arn, request.get("Tags"))
        return json.dumps({"EventSubscription": subscription | {"Status": "creating"}})

    def modify_event_subscription(self: Any) -> str:
        request = json.loads(self.body)
        subscription = named(self, request["SubscriptionName"])
        change(subscription, request)
        return json.dumps({"EventSubscription": subscription})

    def delete_event_subscription(self: Any) -> str:
        subscription = named(self, json.loads(self.body)["SubscriptionName"])
        del stored(self.dms_backend, "event_subscriptions")[subscription["CustSubscriptionId"]]
        return json.dumps({"EventSubscription": subscription | {"Status": "deleting"}})

    def describe_event_subscriptions(self: Any) -> str:
        name = json.loads(self.body).get("SubscriptionName")
        every = stored(self.dms_backend, "event_subscriptions")
        listed = [named(self, name)] if name else list(every.values())
        return json.dumps({"EventSubscriptionsList": listed})

    def named(self: Any, name: str) -> dict[str, Any]:
        subscription: dict[str, Any] = _of(
            stored(self.dms_backend, "event_subscriptions"), name, "Event subscription"
        )
        return subscription

    add(
        DatabaseMigrationServiceResponse,
        create_event_subscription=create_event_subscription,
        modify_event_subscription=modify_event_subscription,
        delete_event_subscription=delete_event_subscription,
        describe_event_subscriptions=describe_event_subscriptions,
    )


@gap("DescribeTableStatistics is not implemented: nobody learns how far a task is with its tables.")
def table_statistics() -> None:
    """Show the tables that the mappings name: loaded and validated once the task was started."""
    from moto.dms.responses import DatabaseMigrationServiceResponse

    def describe_table_statistics(self: Any) -> str:
        arn = json.loads(self.body)["ReplicationTaskArn"]
        task = _of(self.dms_backend.replication_tasks, arn, "Replication task")
        rules = json.loads(task.table_mappings or "{}").get("rules", [])
        named = [rule["object-locator"] for rule in rules if rule["rule-type"] == "selection"]
        started = task.status in {"running", "stopped"}
        tables = [
            {
                "SchemaName": table["schema-name"],
                "TableName": table["table-name"],
                "TableState": "Table completed" if started else "Before load",
                "ValidationState": "Validated" if started else "Pending records",
            }
            for table in named
            if "%" not in table["table-name"]
        ]
        return json.dumps({"ReplicationTaskArn": arn, "TableStatistics": tables})

    add(DatabaseMigrationServiceResponse, describe_table_statistics=describe_table_statistics)


def _tag_anew(tagger: Any, arn: str, tags: list[dict[str, str]] | None) -> None:
    """Tag a new resource; an earlier one of the same name leaves its tags behind in moto."""
    tagger.delete_all_tags_for_resource(arn)
    tagger.tag_resource(arn, tags or [])


def _of(resources: Mapping[str, Any], key: str, what: str) -> Any:
    from moto.dms.exceptions import ResourceNotFoundFault

    if key not in resources:
        raise ResourceNotFoundFault(f"{what} could not be found.")
    return resources[key]


def _with_epochs(description: Mapping[str, Any]) -> dict[str, Any]:
    """Return a description without nulls, its ISO dates as seconds since 1970."""
    shown: dict[str, Any] = {}
    for key, value in description.items():
        if isinstance(value, dict):
            shown[key] = _with_epochs(value)
        elif isinstance(value, str) and key.endswith(("Date", "CreateTime")):
            # moto's own clock is UTC and says nothing about its zone.
            shown[key] = datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp()
        elif value is not None:
            shown[key] = value
    return shown
