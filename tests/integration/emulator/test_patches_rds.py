"""Gaps of moto's RDS and Aurora."""

import pytest
from botocore.exceptions import ClientError

PASSWORD = "not-a-secret"


@pytest.fixture
def rds(aws):
    """Return a client of RDS."""
    return aws.boto3_client("rds")


def _create_instance(rds, name, **options):
    given = {
        "Engine": "postgres",
        "EngineVersion": "17.5",
        "DBInstanceClass": "db.m5.large",
        "AllocatedStorage": 100,
        "MasterUsername": "tap",
        "MasterUserPassword": PASSWORD,
        "VpcSecurityGroupIds": ["sg-1"],
    }
    return rds.create_db_instance(DBInstanceIdentifier=name, **(given | options))["DBInstance"]


def _describe(rds, name):
    return rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


def _create_cluster(rds, **options):
    given = {"MasterUsername": "tap", "MasterUserPassword": PASSWORD, "EngineVersion": "16.9"}
    return rds.create_db_cluster(
        DBClusterIdentifier="cluster", Engine="aurora-postgresql", **(given | options)
    )["DBCluster"]


def _describe_cluster(rds):
    return rds.describe_db_clusters(DBClusterIdentifier="cluster")["DBClusters"][0]


@pytest.fixture
def groups(rds):
    """Make a parameter group of each kind, with one parameter set."""
    parameter = {"ParameterName": "log_statement", "ParameterValue": "ddl"}
    forced = {"ParameterName": "rds.force_ssl", "ParameterValue": "1"}
    rds.create_db_parameter_group(
        DBParameterGroupName="group", DBParameterGroupFamily="postgres17", Description="d"
    )
    rds.modify_db_parameter_group(
        DBParameterGroupName="group", Parameters=[parameter | {"ApplyMethod": "immediate"}]
    )
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="group",
        DBParameterGroupFamily="aurora-postgresql16",
        Description="d",
    )
    rds.modify_db_cluster_parameter_group(
        DBClusterParameterGroupName="group", Parameters=[forced | {"ApplyMethod": "immediate"}]
    )


@pytest.mark.gap("rds.parameter_source")
@pytest.mark.usefixtures("groups")
def test_parameters_of_a_group_are_set_by_the_user(rds):
    """What was set comes with Source=user, and asking for that source finds it."""
    (parameter,) = rds.describe_db_parameters(DBParameterGroupName="group", Source="user")[
        "Parameters"
    ]

    assert parameter["Source"] == "user"
    assert parameter["IsModifiable"] is True
    assert parameter["ParameterValue"] == "ddl"
    assert (
        rds.describe_db_parameters(DBParameterGroupName="group", Source="system")["Parameters"]
        == []
    )


@pytest.mark.gap("rds.parameter_source")
@pytest.mark.usefixtures("groups")
def test_parameters_of_a_cluster_group_are_set_by_the_user(rds):
    """The same for the group of a cluster, with any source or none asked for."""
    (parameter,) = rds.describe_db_cluster_parameters(DBClusterParameterGroupName="group")[
        "Parameters"
    ]

    assert parameter["Source"] == "user"
    assert parameter["ParameterName"] == "rds.force_ssl"


@pytest.mark.gap("rds.parameter_reset")
@pytest.mark.usefixtures("groups")
def test_a_parameter_can_be_taken_out_of_a_group(rds):
    """ResetDBParameterGroup forgets the parameters that it names, and those only."""
    rds.modify_db_parameter_group(
        DBParameterGroupName="group",
        Parameters=[
            {"ParameterName": "work_mem", "ParameterValue": "4096", "ApplyMethod": "immediate"}
        ],
    )

    answer = rds.reset_db_parameter_group(
        DBParameterGroupName="group",
        Parameters=[{"ParameterName": "work_mem", "ApplyMethod": "immediate"}],
    )

    assert answer["DBParameterGroupName"] == "group"
    left = rds.describe_db_parameters(DBParameterGroupName="group")["Parameters"]
    assert [parameter["ParameterName"] for parameter in left] == ["log_statement"]


@pytest.mark.gap("rds.parameter_reset")
@pytest.mark.usefixtures("groups")
def test_all_parameters_can_be_taken_out_of_a_cluster_group(rds):
    """ResetAllParameters empties the group."""
    rds.reset_db_cluster_parameter_group(
        DBClusterParameterGroupName="group", ResetAllParameters=True
    )

    assert (
        rds.describe_db_cluster_parameters(DBClusterParameterGroupName="group")["Parameters"] == []
    )


def test_resetting_an_unknown_group_is_an_error(rds):
    """The error is the one that AWS gives."""
    with pytest.raises(ClientError, match="DBParameterGroupNotFound"):
        rds.reset_db_parameter_group(DBParameterGroupName="other", ResetAllParameters=True)


@pytest.mark.gap("rds.performance_insights")
def test_an_instance_keeps_its_performance_insights(rds):
    """Key and retention are kept as given."""
    _create_instance(
        rds,
        "db",
        EnablePerformanceInsights=True,
        PerformanceInsightsKMSKeyId="alias/aws/rds",
        PerformanceInsightsRetentionPeriod=31,
    )

    instance = _describe(rds, "db")
    assert instance["PerformanceInsightsEnabled"] is True
    assert instance["PerformanceInsightsKMSKeyId"] == "alias/aws/rds"
    assert instance["PerformanceInsightsRetentionPeriod"] == 31


@pytest.mark.gap("rds.performance_insights")
def test_performance_insights_of_a_cluster_member_last_seven_days_by_default(rds):
    """The default retention of 7 days shows on members of a cluster too."""
    _create_cluster(rds)
    _create_instance_of_cluster(rds, EnablePerformanceInsights=True)

    assert _describe(rds, "writer")["PerformanceInsightsRetentionPeriod"] == 7


@pytest.mark.gap("rds.performance_insights")
def test_performance_insights_can_be_switched_on_and_off(rds):
    """ModifyDBInstance changes what the instance shows."""
    _create_instance(rds, "db")
    assert _describe(rds, "db")["PerformanceInsightsEnabled"] is False

    rds.modify_db_instance(DBInstanceIdentifier="db", EnablePerformanceInsights=True)
    assert _describe(rds, "db")["PerformanceInsightsEnabled"] is True
    assert _describe(rds, "db")["PerformanceInsightsRetentionPeriod"] == 7

    rds.modify_db_instance(DBInstanceIdentifier="db", EnablePerformanceInsights=False)
    assert _describe(rds, "db")["PerformanceInsightsEnabled"] is False


def _create_instance_of_cluster(rds, **options):
    return rds.create_db_instance(
        DBInstanceIdentifier="writer",
        DBClusterIdentifier="cluster",
        Engine="aurora-postgresql",
        DBInstanceClass="db.r6g.large",
        **options,
    )


@pytest.mark.gap("rds.touching_windows")
def test_windows_may_touch(rds):
    """Maintenance may begin in the minute in which the backup window ends."""
    instance = _create_instance(
        rds,
        "db",
        PreferredBackupWindow="03:00-04:00",
        PreferredMaintenanceWindow="sun:04:00-sun:05:00",
    )

    assert instance["PreferredBackupWindow"] == "03:00-04:00"


def test_windows_may_not_overlap(rds):
    """One minute in common is still refused."""
    with pytest.raises(ClientError, match="must not overlap"):
        _create_instance(
            rds,
            "db",
            PreferredBackupWindow="03:00-04:01",
            PreferredMaintenanceWindow="sun:04:00-sun:05:00",
        )


@pytest.fixture
def primary(rds):
    """Make an instance with everything that a replica does not inherit."""
    return _create_instance(
        rds,
        "primary",
        MultiAZ=True,
        CopyTagsToSnapshot=True,
        EnableIAMDatabaseAuthentication=True,
        EnablePerformanceInsights=True,
        EnableCloudwatchLogsExports=["postgresql"],
        MaxAllocatedStorage=500,
        MonitoringInterval=60,
        MonitoringRoleArn="arn:aws:iam::123456789012:role/monitoring",
        BackupRetentionPeriod=7,
        DeletionProtection=True,
        ManageMasterUserPassword=True,
        Tags=[{"Key": "Name", "Value": "primary"}],
    )


@pytest.mark.gap("rds.read_replicas")
@pytest.mark.usefixtures("primary")
def test_a_replica_has_only_what_was_asked_for_it(rds):
    """Options of the source that AWS does not hand down are off on the replica."""
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier="replica", SourceDBInstanceIdentifier="primary"
    )

    replica = _describe(rds, "replica")
    assert replica["ReadReplicaSourceDBInstanceIdentifier"] == "primary"
    assert replica["MultiAZ"] is False
    assert replica["CopyTagsToSnapshot"] is False
    assert replica["IAMDatabaseAuthenticationEnabled"] is False
    assert replica["DeletionProtection"] is False
    assert replica["PerformanceInsightsEnabled"] is False
    assert replica["MonitoringInterval"] == 0
    assert replica["BackupRetentionPeriod"] == 0
    assert replica["TagList"] == []
    assert not replica.get("EnabledCloudwatchLogsExports")
    assert {"MaxAllocatedStorage", "MonitoringRoleArn", "MasterUserSecret"}.isdisjoint(replica)


@pytest.mark.gap("rds.read_replicas")
@pytest.mark.usefixtures("primary")
def test_a_replica_has_all_that_was_asked_for_it(rds):
    """Options of the request are the replica's own."""
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier="replica",
        SourceDBInstanceIdentifier="primary",
        EnablePerformanceInsights=True,
        EnableCloudwatchLogsExports=["upgrade"],
        CopyTagsToSnapshot=True,
        MaxAllocatedStorage=300,
        MonitoringInterval=30,
        MonitoringRoleArn="arn:aws:iam::123456789012:role/other",
        Tags=[{"Key": "Name", "Value": "replica"}],
    )

    replica = _describe(rds, "replica")
    assert replica["EnabledCloudwatchLogsExports"] == ["upgrade"]
    assert replica["PerformanceInsightsRetentionPeriod"] == 7
    assert replica["CopyTagsToSnapshot"] is True
    assert replica["MaxAllocatedStorage"] == 300
    assert replica["MonitoringInterval"] == 30
    assert replica["MonitoringRoleArn"] == "arn:aws:iam::123456789012:role/other"
    assert replica["TagList"] == [{"Key": "Name", "Value": "replica"}]


@pytest.mark.gap("rds.read_replicas")
@pytest.mark.usefixtures("primary")
def test_a_change_to_a_replica_leaves_its_source_alone(rds):
    """Log exports of the replica are not those of the source, and its deletion keeps the secret."""
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier="replica", SourceDBInstanceIdentifier="primary"
    )

    rds.modify_db_instance(
        DBInstanceIdentifier="replica",
        CloudwatchLogsExportConfiguration={"EnableLogTypes": ["upgrade"]},
    )

    assert _describe(rds, "replica")["EnabledCloudwatchLogsExports"] == ["upgrade"]
    assert _describe(rds, "primary")["EnabledCloudwatchLogsExports"] == ["postgresql"]
    assert _describe(rds, "primary")["ReadReplicaDBInstanceIdentifiers"] == ["replica"]
    rds.delete_db_instance(DBInstanceIdentifier="replica", SkipFinalSnapshot=True)
    assert _describe(rds, "primary")["ReadReplicaDBInstanceIdentifiers"] == []


@pytest.mark.usefixtures("primary")
def test_deleting_a_replica_keeps_the_password_of_its_source(aws, rds):
    """The secret that RDS manages belongs to the source."""
    secret = _describe(rds, "primary")["MasterUserSecret"]["SecretArn"]
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier="replica", SourceDBInstanceIdentifier="primary"
    )

    rds.delete_db_instance(DBInstanceIdentifier="replica", SkipFinalSnapshot=True)

    assert aws.boto3_client("secretsmanager").describe_secret(SecretId=secret)["ARN"] == secret


@pytest.mark.gap("rds.scaling_configuration")
def test_a_provisioned_cluster_has_no_scaling_configuration(rds):
    """The field belongs to Aurora Serverless v1."""
    assert "ScalingConfigurationInfo" not in _create_cluster(rds)


def test_a_serverless_cluster_has_its_scaling_configuration(rds):
    """There it is shown."""
    cluster = _create_cluster(rds, EngineMode="serverless", EngineVersion="13.9")

    assert cluster["ScalingConfigurationInfo"]["MaxCapacity"] == 16


@pytest.mark.gap("rds.cluster_changes")
def test_log_exports_of_a_cluster_can_change(rds):
    """ModifyDBCluster adds and removes log types."""
    _create_cluster(rds, EnableCloudwatchLogsExports=["postgresql"])

    rds.modify_db_cluster(
        DBClusterIdentifier="cluster",
        CloudwatchLogsExportConfiguration={
            "EnableLogTypes": ["instance"],
            "DisableLogTypes": ["postgresql"],
        },
    )

    assert _describe_cluster(rds)["EnabledCloudwatchLogsExports"] == ["instance"]


@pytest.mark.gap("rds.cluster_changes")
def test_iam_authentication_of_a_cluster_can_change(rds):
    """ModifyDBCluster switches it on and off, and other changes leave it."""
    _create_cluster(rds)

    rds.modify_db_cluster(DBClusterIdentifier="cluster", EnableIAMDatabaseAuthentication=True)
    rds.modify_db_cluster(DBClusterIdentifier="cluster", BackupRetentionPeriod=9)

    assert _describe_cluster(rds)["IAMDatabaseAuthenticationEnabled"] is True
    assert _describe_cluster(rds)["BackupRetentionPeriod"] == 9


@pytest.mark.gap("rds.cluster_changes")
def test_changing_an_unknown_cluster_is_an_error(rds):
    """The fault is the one that AWS gives."""
    with pytest.raises(ClientError, match="DBClusterNotFoundFault"):
        rds.modify_db_cluster(DBClusterIdentifier="none", BackupRetentionPeriod=9)


@pytest.fixture
def endpoint(rds):
    """Make a cluster with a custom endpoint."""
    _create_cluster(rds)
    return rds.create_db_cluster_endpoint(
        DBClusterIdentifier="cluster",
        DBClusterEndpointIdentifier="Reports",
        EndpointType="READER",
        ExcludedMembers=["writer"],
        Tags=[{"Key": "Name", "Value": "reports"}],
    )


def _endpoints(rds, **asked):
    return rds.describe_db_cluster_endpoints(**asked)["DBClusterEndpoints"]


@pytest.mark.gap("rds.cluster_endpoints")
def test_a_custom_endpoint_is_kept(rds, request):
    """It has a name under the cluster's, the members given, and becomes available."""
    created = request.getfixturevalue("endpoint")

    (shown,) = _endpoints(rds, DBClusterEndpointIdentifier="reports")
    assert created["Status"] == "creating"
    assert shown["Status"] == "available"
    assert shown["EndpointType"] == "CUSTOM"
    assert shown["CustomEndpointType"] == "READER"
    assert shown["ExcludedMembers"] == ["writer"]
    assert shown["DBClusterEndpointArn"] == (
        "arn:aws:rds:us-east-1:123456789012:cluster-endpoint:reports"
    )
    unique = _describe_cluster(rds)["Endpoint"].split(".cluster-")[1].partition(".")[0]
    assert shown["Endpoint"] == f"reports.cluster-custom-{unique}.us-east-1.rds.amazonaws.com"
    assert _endpoints(rds, DBClusterIdentifier="cluster") == [shown]
    assert _endpoints(rds, DBClusterIdentifier="other") == []


@pytest.mark.gap("rds.cluster_endpoints")
def test_a_custom_endpoint_can_change_and_go(rds, request):
    """Members and kind can change; after its deletion nothing is described."""
    request.getfixturevalue("endpoint")

    rds.modify_db_cluster_endpoint(
        DBClusterEndpointIdentifier="reports", EndpointType="ANY", StaticMembers=["reader"]
    )

    (shown,) = _endpoints(rds)
    assert (shown["CustomEndpointType"], shown["StaticMembers"]) == ("ANY", ["reader"])
    rds.modify_db_cluster_endpoint(DBClusterEndpointIdentifier="reports", ExcludedMembers=["a"])
    assert _endpoints(rds)[0]["CustomEndpointType"] == "ANY"
    gone = rds.delete_db_cluster_endpoint(DBClusterEndpointIdentifier="reports")
    assert gone["Status"] == "deleting"
    assert _endpoints(rds) == []


@pytest.mark.gap("rds.cluster_endpoints")
def test_a_custom_endpoint_has_tags(rds, request):
    """Tags are listed, added and removed by its ARN."""
    arn = request.getfixturevalue("endpoint")["DBClusterEndpointArn"]

    rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "Team", "Value": "data"}])
    rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["Name"])

    assert rds.list_tags_for_resource(ResourceName=arn)["TagList"] == [
        {"Key": "Team", "Value": "data"}
    ]


@pytest.mark.gap("rds.cluster_endpoints")
def test_wrong_calls_for_custom_endpoints_fail_as_on_aws(rds, request):
    """An unknown endpoint, an unknown cluster, a name twice."""
    request.getfixturevalue("endpoint")
    given = {"EndpointType": "READER", "DBClusterEndpointIdentifier": "reports"}

    with pytest.raises(ClientError, match="DBClusterEndpointNotFoundFault"):
        rds.delete_db_cluster_endpoint(DBClusterEndpointIdentifier="other")
    with pytest.raises(ClientError, match="DBClusterNotFoundFault"):
        rds.create_db_cluster_endpoint(DBClusterIdentifier="other", **given)
    with pytest.raises(ClientError, match="DBClusterEndpointAlreadyExistsFault"):
        rds.create_db_cluster_endpoint(DBClusterIdentifier="cluster", **given)


def test_tags_of_a_cluster_are_listed_as_before(rds):
    """Resources that moto knows keep their tags."""
    arn = _create_cluster(rds, Tags=[{"Key": "Name", "Value": "c"}])["DBClusterArn"]

    assert rds.list_tags_for_resource(ResourceName=arn)["TagList"] == [
        {"Key": "Name", "Value": "c"}
    ]


@pytest.mark.gap("rds.engine_versions")
@pytest.mark.parametrize(
    ("engine", "version", "family"),
    [
        ("aurora-postgresql", "16.9", "aurora-postgresql16"),
        ("postgres", "17.5", "postgres17"),
    ],
)
def test_the_version_that_is_asked_for_exists(rds, engine, version, family):
    """Version and family are derived from the request."""
    (described,) = rds.describe_db_engine_versions(Engine=engine, EngineVersion=version)[
        "DBEngineVersions"
    ]

    assert described["EngineVersion"] == version
    assert described["DBParameterGroupFamily"] == family
    assert described["Status"] == "available"


@pytest.mark.parametrize("asked", [{}, {"Engine": "postgres"}, {"Engine": "mysql"}])
def test_which_versions_there_are_is_not_guessed(rds, asked):
    """Without a version of PostgreSQL in the request there is no answer to derive."""
    with pytest.raises(ClientError, match="NotImplemented"):
        rds.describe_db_engine_versions(**asked)


def _storage_types(rds, **given):
    """Make an instance and a replica of it, and give their types of storage."""
    _create_instance(rds, "primary", **given)
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier="replica", SourceDBInstanceIdentifier="primary"
    )
    return [_describe(rds, name)["StorageType"] for name in ("primary", "replica")]


@pytest.mark.gap("rds.storage_default")
def test_storage_of_which_nothing_is_said_is_gp3(rds):
    """A replica has what its source has."""
    assert _storage_types(rds) == ["gp3", "gp3"]


@pytest.mark.parametrize(
    ("given", "expected"), [({"StorageType": "gp2"}, "gp2"), ({"Iops": 3000}, "io1")]
)
def test_storage_that_is_asked_for_is_what_it_was(rds, given, expected):
    """A type is taken as it is, and IOPS ask for the type that has them."""
    assert _storage_types(rds, **given) == [expected, expected]
