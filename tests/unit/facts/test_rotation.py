"""The function that rotates a password, and the characters it leaves out."""

import string

from tapforge.facts import limits, rotation


def test_every_partition_has_its_own_publisher() -> None:
    """In an ARN of that partition."""
    found = rotation.applications()
    assert found.keys() == {"aws", "aws-cn", "aws-us-gov"}
    for partition, arn in found.items():
        assert arn.split(":")[1] == partition
        assert arn.endswith(":applications/SecretsManagerRDSPostgreSQLRotationSingleUser")
    assert len({arn.split(":")[4] for arn in found.values()}) == 3


def test_passwords_have_letters_and_digits_alone() -> None:
    """RDS refuses some of the other characters, and so do connection strings."""
    assert set(rotation.punctuation()) == set(string.punctuation)
    refused = limits.text("secret_password_exclude_characters")
    assert set(refused.strip()) <= set(rotation.punctuation())
