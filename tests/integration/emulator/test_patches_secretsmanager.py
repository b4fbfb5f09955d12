"""Versions of a secret, and the labels they have."""

import pytest


@pytest.mark.gap("secretsmanager.staging_labels")
def test_a_version_keeps_its_own_label_when_another_becomes_current(aws):
    """It is read by its label until another version gets that."""
    secrets = aws.boto3_client("secretsmanager")
    arn = secrets.create_secret(Name="shop")["ARN"]
    secrets.put_secret_value(SecretId=arn, SecretString="one", VersionStages=["INITIAL"])
    secrets.put_secret_value(
        SecretId=arn, SecretString="two", VersionStages=["AWSCURRENT", "CONNECTION"]
    )
    secrets.put_secret_value(SecretId=arn, SecretString="three")

    def labelled(stage):
        return secrets.get_secret_value(SecretId=arn, VersionStage=stage)["SecretString"]

    assert labelled("INITIAL") == "one"
    assert labelled("CONNECTION") == "two"
    assert labelled("AWSPREVIOUS") == "two"
    assert labelled("AWSCURRENT") == "three"

    secrets.put_secret_value(
        SecretId=arn, SecretString="four", VersionStages=["AWSCURRENT", "CONNECTION"]
    )

    versions = secrets.list_secret_version_ids(SecretId=arn, IncludeDeprecated=True)["Versions"]
    assert sorted(sorted(version["VersionStages"]) for version in versions) == [
        [],
        ["AWSCURRENT", "CONNECTION"],
        ["AWSPREVIOUS"],
        ["INITIAL"],
    ]


ROTATION = (
    "arn:aws:serverlessrepo:us-east-1:297356227824:applications/"
    "SecretsManagerRDSPostgreSQLRotationSingleUser"
)


@pytest.mark.gap("secretsmanager.current_value")
def test_a_secret_is_read_as_it_is_until_a_rotation_is_over(aws):
    """The version that a rotation has begun holds nothing yet."""
    created = aws.boto3_client("serverlessrepo").create_cloud_formation_change_set(
        ApplicationId=ROTATION,
        StackName="rotation",
        ParameterOverrides=[{"Name": "functionName", "Value": "rotation"}],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_RESOURCE_POLICY"],
    )
    aws.boto3_client("cloudformation").execute_change_set(
        ChangeSetName=created["ChangeSetId"], StackName=created["StackId"]
    )
    function = aws.boto3_client("lambda").get_function(FunctionName="rotation")
    secrets = aws.boto3_client("secretsmanager")
    arn = secrets.create_secret(Name="shop", SecretString="one")["ARN"]
    secrets.rotate_secret(
        SecretId=arn,
        RotationLambdaARN=function["Configuration"]["FunctionArn"],
        RotationRules={"AutomaticallyAfterDays": 30},
    )
    assert secrets.get_secret_value(SecretId=arn)["SecretString"] == "one"
