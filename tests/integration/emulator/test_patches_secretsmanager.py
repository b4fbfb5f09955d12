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
