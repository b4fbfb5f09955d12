"""Gaps of moto's Database Migration Service."""

import http.client
import json
import time

import pytest
from botocore.exceptions import ClientError

ARN = "arn:aws:dms:us-east-1:123456789012"


@pytest.fixture
def dms(aws):
    """Return a client of DMS."""
    return aws.boto3_client("dms")


def _raw(aws, action):
    """Return an answer as it goes over the wire; boto3 reads more kinds of date than the Go SDK."""
    connection = http.client.HTTPConnection("127.0.0.1", aws.record.port, timeout=10)
    scope = "test/20260101/us-east-1/dms/aws4_request"
    connection.request(
        "POST",
        "/",
        "{}",
        {
            "X-Amz-Target": f"AmazonDMSv20160101.{action}",
            "Content-Type": "application/x-amz-json-1.1",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        },
    )
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def _create_instance(dms, **options):
    return dms.create_replication_instance(
        ReplicationInstanceIdentifier="instance",
        ReplicationInstanceClass="dms.r6i.large",
        **options,
    )["ReplicationInstance"]


def _create_endpoint(dms, kind="source"):
    return dms.create_endpoint(
        EndpointIdentifier=kind,
        EndpointType=kind,
        EngineName="postgres",
        ServerName="db.example.com",
        Port=5432,
        DatabaseName="payments",
        Username="dms",
        Password="not-a-secret",
    )["Endpoint"]


def _create_task(dms, settings="{}", mappings='{"rules": []}'):
    given = {"ReplicationTaskSettings": settings} if settings else {}
    return dms.create_replication_task(
        ReplicationTaskIdentifier="task",
        SourceEndpointArn=f"{ARN}:endpoint:SOURCE",
        TargetEndpointArn=f"{ARN}:endpoint:TARGET",
        ReplicationInstanceArn=f"{ARN}:rep:INSTANCE",
        MigrationType="full-load-and-cdc",
        TableMappings=mappings,
        **given,
    )["ReplicationTask"]


@pytest.mark.gap("dms.timestamps")
def test_the_dates_of_an_instance_are_numbers(aws, dms):
    """Seconds since 1970, of now; nothing is null."""
    _create_instance(dms)

    (instance,) = _raw(aws, "DescribeReplicationInstances")["ReplicationInstances"]

    assert instance["InstanceCreateTime"] == pytest.approx(time.time(), abs=60)
    assert None not in instance.values()


@pytest.mark.gap("dms.timestamps")
def test_the_dates_of_a_task_are_numbers(aws, dms):
    """Also those inside its statistics, once it has started."""
    dms.start_replication_task(
        ReplicationTaskArn=_create_task(dms)["ReplicationTaskArn"],
        StartReplicationTaskType="start-replication",
    )

    (task,) = _raw(aws, "DescribeReplicationTasks")["ReplicationTasks"]

    assert task["ReplicationTaskCreationDate"] == pytest.approx(time.time(), abs=60)
    assert task["ReplicationTaskStats"]["StartDate"] == pytest.approx(time.time(), abs=60)
    assert "StopDate" not in task["ReplicationTaskStats"]


@pytest.mark.gap("dms.creation_ends")
def test_a_task_becomes_ready(dms):
    """It is being created when it is created, and ready when it is looked at."""
    assert _create_task(dms)["Status"] == "creating"

    (task,) = dms.describe_replication_tasks()["ReplicationTasks"]

    assert task["Status"] == "ready"


@pytest.mark.gap("dms.creation_ends")
def test_an_endpoint_becomes_active(dms):
    """The same for an endpoint, whose state is then `active`."""
    assert _create_endpoint(dms)["Status"] == "creating"

    (endpoint,) = dms.describe_endpoints()["Endpoints"]

    assert endpoint["Status"] == "active"


@pytest.mark.gap("dms.task_settings")
def test_a_task_without_settings_shows_some(dms):
    """There is always a JSON text to read."""
    assert _create_task(dms, settings=None)["ReplicationTaskSettings"] == "{}"


def test_the_settings_of_a_task_are_kept(dms):
    """What was given is shown."""
    assert _create_task(dms, '{"Logging": {}}')["ReplicationTaskSettings"] == '{"Logging": {}}'


def _create_group(dms, subnets, **options):
    return dms.create_replication_subnet_group(
        ReplicationSubnetGroupIdentifier="group",
        ReplicationSubnetGroupDescription="d",
        SubnetIds=subnets,
        **options,
    )["ReplicationSubnetGroup"]


def _ids(group):
    return [subnet["SubnetIdentifier"] for subnet in group["Subnets"]]


@pytest.mark.gap("dms.subnet_groups")
def test_a_subnet_group_shows_its_own_subnets(dms, network):
    """Its VPC, subnets and zones are those of EC2."""
    vpc, subnets = network

    group = _create_group(dms, subnets)

    assert group["VpcId"] == vpc
    assert _ids(group) == subnets
    assert group["Subnets"][0]["SubnetAvailabilityZone"] == {"Name": "us-east-1b"}


@pytest.mark.gap("dms.subnet_groups")
def test_a_subnet_group_has_its_own_tags(dms, network):
    """They are found by its ARN, and those of an earlier group of the name are not."""
    _, subnets = network
    _create_group(dms, subnets, Tags=[{"Key": "Old", "Value": "1"}])
    dms.delete_replication_subnet_group(ReplicationSubnetGroupIdentifier="group")

    _create_group(dms, subnets, Tags=[{"Key": "New", "Value": "2"}])

    tags = dms.list_tags_for_resource(ResourceArn=f"{ARN}:subgrp:group")["TagList"]
    assert [(tag["Key"], tag["Value"]) for tag in tags] == [("New", "2")]


@pytest.mark.gap("dms.subnet_groups")
def test_a_subnet_group_can_change(dms, network):
    """ModifyReplicationSubnetGroup changes subnets and description."""
    _, subnets = network
    _create_group(dms, subnets)

    dms.modify_replication_subnet_group(
        ReplicationSubnetGroupIdentifier="group",
        ReplicationSubnetGroupDescription="other",
        SubnetIds=subnets[:1],
    )

    (group,) = dms.describe_replication_subnet_groups()["ReplicationSubnetGroups"]
    assert _ids(group) == subnets[:1]
    assert group["ReplicationSubnetGroupDescription"] == "other"


@pytest.mark.gap("dms.subnet_groups")
def test_changing_an_unknown_subnet_group_is_an_error(dms, network):
    """The fault is the one that AWS gives."""
    with pytest.raises(ClientError, match="ResourceNotFoundFault"):
        dms.modify_replication_subnet_group(
            ReplicationSubnetGroupIdentifier="none", SubnetIds=network[1]
        )


@pytest.mark.gap("dms.instance_placement")
def test_an_instance_shows_its_subnet_group_and_zones(dms, network):
    """The group is shown with its own description, and the standby has another zone of the region."""
    _create_group(dms, network[1])
    _create_instance(dms, ReplicationSubnetGroupIdentifier="group", MultiAZ=True)

    (instance,) = dms.describe_replication_instances()["ReplicationInstances"]

    assert instance["ReplicationSubnetGroup"]["ReplicationSubnetGroupDescription"] == "d"
    assert instance["AvailabilityZone"] == "us-east-1a"
    assert instance["SecondaryAvailabilityZone"] == "us-east-1b"


@pytest.mark.gap("dms.instance_placement")
def test_an_instance_has_a_zone_without_asking(dms):
    """A zone of its region is chosen; an instance alone has no standby."""
    instance = _create_instance(dms)

    assert instance["AvailabilityZone"] == "us-east-1a"
    assert "SecondaryAvailabilityZone" not in instance


@pytest.mark.gap("dms.not_found")
@pytest.mark.parametrize(
    ("action", "filtered"),
    [
        ("describe_endpoints", "endpoint-id"),
        ("describe_replication_instances", "replication-instance-id"),
        ("describe_replication_subnet_groups", "replication-subnet-group-id"),
        ("describe_replication_tasks", "replication-task-id"),
    ],
)
def test_what_does_not_exist_is_not_found(dms, action, filtered):
    """A filter that nothing matches raises ResourceNotFoundFault; no filter lists nothing."""
    describe = getattr(dms, action)

    with pytest.raises(ClientError, match="ResourceNotFoundFault"):
        describe(Filters=[{"Name": filtered, "Values": ["none"]}])
    assert [] in describe().values()


@pytest.mark.gap("dms.tag_changes")
def test_tags_can_change(dms):
    """Tags are added, changed and removed by ARN."""
    arn = _create_endpoint(dms)["EndpointArn"]

    dms.add_tags_to_resource(
        ResourceArn=arn, Tags=[{"Key": "A", "Value": "1"}, {"Key": "B", "Value": "2"}]
    )
    dms.remove_tags_from_resource(ResourceArn=arn, TagKeys=["A"])

    (tag,) = dms.list_tags_for_resource(ResourceArn=arn)["TagList"]
    assert (tag["Key"], tag["Value"]) == ("B", "2")


@pytest.mark.gap("dms.modifications")
def test_an_endpoint_can_change(dms):
    """ModifyEndpoint changes what it names, the engine's settings included."""
    arn = _create_endpoint(dms)["EndpointArn"]

    dms.modify_endpoint(
        EndpointArn=arn,
        ServerName="other.example.com",
        PostgreSQLSettings={"SecretsManagerSecretId": "secret"},
    )

    (endpoint,) = dms.describe_endpoints()["Endpoints"]
    assert endpoint["ServerName"] == "other.example.com"
    assert endpoint["PostgreSQLSettings"] == {"SecretsManagerSecretId": "secret"}
    assert endpoint["DatabaseName"] == "payments"


@pytest.mark.gap("dms.modifications")
def test_a_task_can_change(dms):
    """ModifyReplicationTask changes mappings, settings and type."""
    arn = _create_task(dms)["ReplicationTaskArn"]

    dms.modify_replication_task(
        ReplicationTaskArn=arn, MigrationType="cdc", TableMappings='{"rules": [1]}'
    )

    (task,) = dms.describe_replication_tasks()["ReplicationTasks"]
    assert (task["MigrationType"], task["TableMappings"]) == ("cdc", '{"rules": [1]}')
    assert task["ReplicationTaskSettings"] == "{}"


@pytest.mark.gap("dms.event_subscriptions")
def test_an_event_subscription_is_kept_and_can_change_and_go(dms):
    """All four actions, and an error for a name that does not exist."""
    created = dms.create_event_subscription(
        SubscriptionName="events",
        SnsTopicArn="arn:aws:sns:us-east-1:123456789012:topic",
        SourceType="replication-task",
        EventCategories=["failure"],
        Tags=[{"Key": "Name", "Value": "events"}],
    )["EventSubscription"]

    dms.modify_event_subscription(SubscriptionName="events", Enabled=False)

    (shown,) = dms.describe_event_subscriptions(SubscriptionName="events")["EventSubscriptionsList"]
    assert (created["Status"], shown["Status"]) == ("creating", "active")
    assert shown["EventCategoriesList"] == ["failure"]
    assert shown["Enabled"] is False
    (tag,) = dms.list_tags_for_resource(ResourceArn=f"{ARN}:es:events")["TagList"]
    assert (tag["Key"], tag["Value"]) == ("Name", "events")
    dms.delete_event_subscription(SubscriptionName="events")
    assert dms.describe_event_subscriptions()["EventSubscriptionsList"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundFault"):
        dms.describe_event_subscriptions(SubscriptionName="events")


@pytest.mark.gap("dms.event_subscriptions")
def test_the_name_of_an_event_subscription_is_unique(dms):
    """A second one of the name is refused."""
    given = {"SubscriptionName": "events", "SnsTopicArn": "arn:aws:sns:us-east-1:1:topic"}
    dms.create_event_subscription(**given)

    with pytest.raises(ClientError, match="ResourceAlreadyExistsFault"):
        dms.create_event_subscription(**given)


@pytest.mark.gap("dms.table_statistics")
def test_a_started_task_shows_its_tables_as_loaded_and_validated(dms):
    """Those that its mappings name; before the start none is."""
    table = {"schema-name": "public", "table-name": "payment"}
    rule = {"rule-type": "selection", "rule-action": "include", "object-locator": table}
    arn = _create_task(dms, mappings=json.dumps({"rules": [rule]}))["ReplicationTaskArn"]
    before = dms.describe_table_statistics(ReplicationTaskArn=arn)["TableStatistics"]
    dms.start_replication_task(ReplicationTaskArn=arn, StartReplicationTaskType="start-replication")
    after = dms.describe_table_statistics(ReplicationTaskArn=arn)["TableStatistics"]

    shown = {"SchemaName": "public", "TableName": "payment"}
    states = ("TableState", "ValidationState")
    assert before == [shown | dict(zip(states, ("Before load", "Pending records"), strict=True))]
    assert after == [shown | dict(zip(states, ("Table completed", "Validated"), strict=True))]


@pytest.mark.gap("dms.connection_attributes")
def test_extra_attributes_are_settings_of_an_endpoint(dms):
    """Those of PostgreSQL, with their types; a text may hold equals signs."""
    dms.create_endpoint(
        EndpointIdentifier="old",
        EndpointType="source",
        EngineName="postgres",
        ExtraConnectionAttributes=(
            "heartbeatEnable=true;heartbeatFrequency=5;slotName=back;"
            "afterConnectScript=SET session_replication_role='replica'"
        ),
    )

    (endpoint,) = dms.describe_endpoints()["Endpoints"]
    assert endpoint["PostgreSQLSettings"] == {
        "AfterConnectScript": "SET session_replication_role='replica'",
        "HeartbeatEnable": True,
        "HeartbeatFrequency": 5,
        "SlotName": "back",
    }


def test_an_endpoint_without_extra_attributes_has_no_settings(dms):
    """And one of another engine has none of PostgreSQL."""
    _create_endpoint(dms)
    dms.create_endpoint(
        EndpointIdentifier="other",
        EndpointType="source",
        EngineName="mysql",
        ExtraConnectionAttributes="eventsPollInterval=5",
    )

    found = dms.describe_endpoints()["Endpoints"]
    assert [each for each in found if "PostgreSQLSettings" in each] == []
