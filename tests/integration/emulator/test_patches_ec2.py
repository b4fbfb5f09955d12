"""Gaps of moto's EC2."""

import pytest
from botocore.exceptions import ClientError


def _run_instance(aws, **arguments):
    ec2 = aws.boto3_client("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    given = {"ImageId": image, "MinCount": 1, "MaxCount": 1} | arguments
    return ec2.run_instances(**given)["Instances"][0]["InstanceId"]


def _describe(aws, instance):
    reservations = aws.boto3_client("ec2").describe_instances(InstanceIds=[instance])
    return reservations["Reservations"][0]["Instances"][0]


@pytest.mark.gap("ec2.detailed_monitoring")
def test_monitoring_can_be_switched_on_and_off(aws):
    """MonitorInstances and UnmonitorInstances change what the instance shows."""
    ec2 = aws.boto3_client("ec2")
    instance = _run_instance(aws)

    answer = ec2.monitor_instances(InstanceIds=[instance])

    assert answer["InstanceMonitorings"] == [
        {"InstanceId": instance, "Monitoring": {"State": "enabled"}}
    ]
    assert _describe(aws, instance)["Monitoring"] == {"State": "enabled"}
    ec2.unmonitor_instances(InstanceIds=[instance])
    assert _describe(aws, instance)["Monitoring"] == {"State": "disabled"}


@pytest.mark.gap("ec2.groups_of_first_interface")
def test_an_instance_has_the_groups_of_its_first_interface(aws, network):
    """Groups that come with the network interface are the instance's own."""
    vpc, (subnet, _) = network
    group = aws.boto3_client("ec2").create_security_group(
        GroupName="bastion", Description="bastion", VpcId=vpc
    )["GroupId"]

    instance = _run_instance(
        aws,
        NetworkInterfaces=[
            {
                "DeviceIndex": 0,
                "SubnetId": subnet,
                "Groups": [group],
                "AssociatePublicIpAddress": True,
            }
        ],
    )

    assert [each["GroupId"] for each in _describe(aws, instance)["SecurityGroups"]] == [group]


def _interface(aws, network, *, public):
    _, (subnet, _) = network
    given = {"DeviceIndex": 0, "SubnetId": subnet, "AssociatePublicIpAddress": public}
    instance = _run_instance(aws, NetworkInterfaces=[given])
    (interface,) = _describe(aws, instance)["NetworkInterfaces"]
    return interface


@pytest.mark.gap("ec2.no_public_address")
def test_an_interface_without_a_public_address_has_no_association(aws, network):
    """The provider takes an association, even an empty one, for a public address."""
    assert "Association" not in _interface(aws, network, public=False)


def test_an_interface_is_associated_with_its_public_address(aws, network):
    """As an instance with one shows."""
    assert _interface(aws, network, public=True)["Association"]["PublicIp"]


def test_groups_of_the_instance_itself_stay(aws, network):
    """An instance that names its groups keeps just those."""
    vpc, (subnet, _) = network
    group = aws.boto3_client("ec2").create_security_group(
        GroupName="bastion", Description="bastion", VpcId=vpc
    )["GroupId"]

    instance = _run_instance(aws, SubnetId=subnet, SecurityGroupIds=[group])

    assert [each["GroupId"] for each in _describe(aws, instance)["SecurityGroups"]] == [group]


def _volume(aws, instance):
    (mapping,) = _describe(aws, instance)["BlockDeviceMappings"]
    volumes = aws.boto3_client("ec2").describe_volumes(VolumeIds=[mapping["Ebs"]["VolumeId"]])
    return volumes["Volumes"][0]


@pytest.mark.gap("ec2.size_of_root_device")
def test_a_root_device_without_a_size_has_that_of_its_image(aws):
    """Type and encryption can be chosen without saying how large the device is."""
    ec2 = aws.boto3_client("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]
    of_image = image["BlockDeviceMappings"][0]

    instance = _run_instance(
        aws,
        ImageId=image["ImageId"],
        BlockDeviceMappings=[
            {
                "DeviceName": of_image["DeviceName"],
                "Ebs": {"VolumeType": "gp3", "Encrypted": True},
            }
        ],
    )

    volume = _volume(aws, instance)
    assert volume["Size"] == of_image["Ebs"]["VolumeSize"]
    assert (volume["VolumeType"], volume["Encrypted"]) == ("gp3", True)


def test_the_size_of_a_device_is_what_was_asked_for(aws):
    """A size that is given is kept, and a device that the image does not have needs one."""
    sized = {"DeviceName": "/dev/sdb", "Ebs": {"VolumeSize": 33}}

    assert _volume(aws, _run_instance(aws, BlockDeviceMappings=[sized]))["Size"] == 33
    with pytest.raises(ClientError, match="MissingParameter"):
        _run_instance(
            aws, BlockDeviceMappings=[{"DeviceName": "/dev/sdb", "Ebs": {"VolumeType": "gp3"}}]
        )


@pytest.mark.gap("ec2.any_image")
def test_any_image_id_is_an_amazon_linux(aws):
    """An AMI that moto does not ship can be looked up and started."""
    images = aws.boto3_client("ec2").describe_images(ImageIds=["ami-0a1b2c3d4e5f60718"])["Images"]

    assert [image["ImageId"] for image in images] == ["ami-0a1b2c3d4e5f60718"]
    assert images[0]["Architecture"] == "x86_64"
    assert images[0]["VirtualizationType"] == "hvm"
    assert _describe(aws, _run_instance(aws, ImageId="ami-0a1b2c3d4e5f60718"))["ImageId"] == (
        "ami-0a1b2c3d4e5f60718"
    )


def test_what_is_no_image_id_is_still_refused(aws):
    """A malformed id is an error, and a known image stays what it is."""
    ec2 = aws.boto3_client("ec2")

    with pytest.raises(ClientError, match="InvalidAMIID"):
        ec2.describe_images(ImageIds=["ami-UPPER"])
    known = ec2.describe_images(Owners=["amazon"])["Images"][0]
    assert ec2.describe_images(ImageIds=[known["ImageId"]])["Images"] == [known]
