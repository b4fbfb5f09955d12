"""Uses of the models that are wrong; type checkers find each line that says so, and no other."""

from tapforge import aws
from tapforge.aws import data

vpc = aws.Vpc("main", cidr_block="10.0.0.0/16")
aws.Vpc("misspelt", cidr_blok="10.0.0.0/16")  # error
aws.RdsCluster("missing")  # error
aws.Vpc(cidr_block="10.0.0.0/16")  # error
aws.Vpc("mistyped", cidr_block=16)  # error
aws.DbSubnetGroup("text_for_list", subnet_ids="subnet-1")  # error
aws.DbSubnetGroup("list_of_numbers", subnet_ids=[1])  # error
aws.Vpc("list_for_text", cidr_block=["10.0.0.0/16"])  # error
aws.Vpc("list_for_map", tags=["a"])  # error
aws.Vpc("computed", arn="arn:aws:ec2:::vpc/a")  # error
aws.RdsCluster("dict_for_block", engine="x", scaling_configuration={"min_capacity": 1})  # error
aws.RdsCluster("other_block", engine="x", timeouts=aws.Vpc("x"))  # error
aws.RdsClusterParameterGroup.Parameter(name="missing")  # error
aws.RdsCluster.Timeouts(creat="2h")  # error
aws.NoSuchType("x")  # error
data.NoSuchType("x")  # error
aws.Vpc("provider", provider="aws.west")  # error
aws.Vpc("lifecycle", lifecycle={"prevent_destroy": True})  # error
aws.Vpc("dependency", depends_on=vpc)  # error
aws.Vpc("meta", depend_on=[])  # error
data.AvailabilityZones("provisioner", provisioner=[])  # error
number: int = vpc.cidr_block  # error
list(vpc)  # error
