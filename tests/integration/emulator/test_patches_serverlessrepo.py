"""The AWS Serverless Application Repository, which moto does not have."""

import pytest
from botocore.exceptions import ClientError

APPLICATION = (
    "arn:aws:serverlessrepo:us-east-1:297356227824:applications/"
    "SecretsManagerRDSPostgreSQLRotationSingleUser"
)
OVERRIDES = [
    {"Name": "functionName", "Value": "rotation"},
    {"Name": "endpoint", "Value": "https://secretsmanager.us-east-1.amazonaws.com"},
]


@pytest.fixture
def repository(aws):
    """Return a client of the repository."""
    return aws.boto3_client("serverlessrepo")


def _deploy(aws, repository, **options):
    """Create the change set of an application and execute it, as the provider does."""
    created = repository.create_cloud_formation_change_set(
        ApplicationId=APPLICATION,
        StackName="rotation",
        ParameterOverrides=OVERRIDES,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_RESOURCE_POLICY"],
        **options,
    )
    cloudformation = aws.boto3_client("cloudformation")
    cloudformation.execute_change_set(
        ChangeSetName=created["ChangeSetId"], StackName=created["StackId"]
    )
    return created, cloudformation.describe_stacks(StackName=created["StackId"])["Stacks"][0]


@pytest.mark.gap("serverlessrepo.applications")
def test_an_application_becomes_a_stack_with_its_function(aws, repository):
    """The function has the name that was given, and the stack outputs its ARN."""
    created, stack = _deploy(
        aws, repository, SemanticVersion="1.1.60", Tags=[{"Key": "Name", "Value": "rotation"}]
    )

    assert created["SemanticVersion"] == "1.1.60"
    assert stack["StackName"] == "serverlessrepo-rotation"
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert stack["Capabilities"] == ["CAPABILITY_IAM", "CAPABILITY_RESOURCE_POLICY"]
    assert {tag["Key"]: tag["Value"] for tag in stack["Tags"]} == {
        "Name": "rotation",
        "serverlessrepo:applicationId": APPLICATION,
        "serverlessrepo:semanticVersion": "1.1.60",
    }
    function = aws.boto3_client("lambda").get_function(FunctionName="rotation")
    assert stack["Outputs"][0]["OutputKey"] == "RotationLambdaARN"
    assert stack["Outputs"][0]["OutputValue"] == function["Configuration"]["FunctionArn"]


@pytest.mark.gap("serverlessrepo.applications")
def test_a_second_change_set_updates_the_stack(aws, repository):
    """The same stack name is an update of that stack; another version is a change."""
    _, first = _deploy(aws, repository)

    created, second = _deploy(aws, repository, SemanticVersion="1.1.61")

    assert created["StackId"] == first["StackId"]
    assert second["StackStatus"] == "UPDATE_COMPLETE"
    assert second["Outputs"] == first["Outputs"]
    changed = {tag["Key"]: tag["Value"] for tag in second["Tags"]}
    assert changed["serverlessrepo:semanticVersion"] == "1.1.61"


@pytest.mark.gap("serverlessrepo.applications")
def test_an_application_has_the_parameters_of_its_stacks(aws, repository):
    """What the provider compares a stack's parameters with; without stacks there are none."""
    before = repository.get_application(ApplicationId=APPLICATION)
    _deploy(aws, repository)

    after = repository.get_application(ApplicationId=APPLICATION, SemanticVersion="1.1.60")

    assert before["Version"]["ParameterDefinitions"] == []
    names = [each["Name"] for each in after["Version"]["ParameterDefinitions"]]
    assert names == ["endpoint", "functionName"]
    assert after["Version"]["SemanticVersion"] == "1.1.60"


@pytest.mark.gap("serverlessrepo.applications")
def test_other_actions_say_that_they_are_missing(repository):
    """The error is the emulator's own and names the request."""
    with pytest.raises(ClientError, match=r"NotImplemented.*/policy"):
        repository.get_application_policy(ApplicationId=APPLICATION)
