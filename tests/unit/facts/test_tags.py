"""Tags: what services take, and which ones the systems carry."""

import pytest

from tapforge.facts import tags


@pytest.mark.parametrize(
    ("resource_type", "text", "refused"),
    [
        ("aws_db_instance", "Größe + Web_1.2:/=@-", ""),
        ("aws_db_instance", "a, b", ","),
        ("aws_iam_role", "(shop)", "("),
        ("aws_rds_cluster", "a\tb", "\t"),
        ("aws_vpc", "a, (b)", ""),
    ],
)
def test_characters_that_a_service_refuses(resource_type: str, text: str, refused: str) -> None:
    """RDS and IAM take few special characters, EC2 takes all."""
    assert tags.refused_character(resource_type, text) == refused


def test_services_are_named() -> None:
    """A message can say whose rule it is."""
    assert tags.service("aws_db_instance") == "RDS"
    assert tags.service("aws_vpc") == ""
    assert "botocore" in tags.source()
    assert tags.maximum() == 50


def test_tags_of_the_house() -> None:
    """Every resource has the four; what has no other name is titled."""
    assert tags.required() == ("Environment", "System", "ManagedBy", "Repository")
    assert "aws_vpc" in tags.titled()
