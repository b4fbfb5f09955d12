"""Uses of the models that are right; type checkers find nothing in this file."""

from typing import assert_type

from tapforge import aws
from tapforge.aws import data, ephemeral
from tapforge.aws.data import AvailabilityZones
from tapforge.lang.expression import each, splat
from tapforge.lang.meta import Lifecycle, Provisioner, dynamic

west = aws.Provider(
    alias="west", region="us-west-2", default_tags=aws.Provider.DefaultTags(tags={"a": "b"})
)
zones = data.AvailabilityZones("zones", state="available", provider=west)
assert_type(zones, AvailabilityZones)
assert_type(zones.names[0], str)

vpc = aws.Vpc("main", cidr_block="10.0.0.0/16", enable_dns_hostnames=True, tags={"Name": "main"})
subnets = aws.Subnet("private", vpc_id=vpc.id, cidr_block="10.0.0.0/24", count=2)
assert_type(subnets[0], aws.Subnet)
assert_type(subnets[0].vpc_id, str)
assert_type(vpc.tags, dict[str, str])

group = aws.DbSubnetGroup("main", subnet_ids=[subnets[0].id, subnets[1].id])
aws.DbSubnetGroup("tuple", subnet_ids=(subnets[0].id,))
aws.DbSubnetGroup("set", subnet_ids={"subnet-1"})
aws.DbSubnetGroup("splat", subnet_ids=splat(subnets).id)
aws.DbSubnetGroup("same", subnet_ids=group.subnet_ids)

firewall = aws.SecurityGroup("main", vpc_id=vpc.id, name=None)
aws.VpcSecurityGroupIngressRule(
    "clients",
    security_group_id=firewall.id,
    ip_protocol="tcp",
    from_port=5432,
    cidr_ipv4=each.value,
    for_each={"office": "10.1.0.0/16"},
)
aws.SecurityGroup("inline", ingress=[aws.SecurityGroup.Ingress(from_port=1, to_port=2, self_=True)])

parameters = aws.RdsClusterParameterGroup(
    "main",
    family="aurora-postgresql16",
    parameter=[aws.RdsClusterParameterGroup.Parameter(name="a", value="b")],
    lifecycle=Lifecycle(create_before_destroy=True),
)
aws.RdsClusterParameterGroup(
    "dynamic",
    family="aurora-postgresql16",
    parameter=dynamic(
        {"a": "b"},
        lambda parameter: aws.RdsClusterParameterGroup.Parameter(
            name=parameter.key, value=parameter.value
        ),
    ),
)

cluster = aws.RdsCluster(
    "main",
    engine="aurora-postgresql",
    db_subnet_group_name=group.name,
    db_cluster_parameter_group_name=parameters.name,
    vpc_security_group_ids=[firewall.id],
    serverlessv2_scaling_configuration=aws.RdsCluster.Serverlessv2ScalingConfiguration(
        min_capacity=0.5, max_capacity=4
    ),
    timeouts=aws.RdsCluster.Timeouts(create="2h"),
    depends_on=[group],
)
assert_type(cluster.master_user_secret[0].secret_arn, str)
assert_type(cluster.serverlessv2_scaling_configuration[0].max_capacity, int)
assert_type(cluster.vpc_security_group_ids, set[str])
port: int = cluster.port

aws.RdsClusterInstance(
    "readers",
    cluster_identifier=cluster.id,
    engine=cluster.engine,
    instance_class="db.r6g.large",
    count=2,
    provisioner=[Provisioner("local-exec", arguments={"command": "true"})],
)
filter_ = aws.S3BucketLifecycleConfiguration.Filter(
    and_=aws.S3BucketLifecycleConfiguration.And(prefix="a")
)
password = ephemeral.SecretsmanagerRandomPassword("main", password_length=30)
assert_type(password.random_password, str)
