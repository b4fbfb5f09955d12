"""The encryption key."""

from typing import Any

import pytest

from tapforge.lang.errors import ArgumentError
from tapforge.lang.expression import hcl
from tapforge.lang.resolve import resolve
from tapforge.modules.encryption_key import EncryptionKeyInputs, encryption_key


def made(**given: Any) -> dict[str, dict[str, Any]]:
    """Give what the module makes, by address."""
    found = resolve(encryption_key, {"name": "shop", "environment_suffix": "dev", **given})
    return {i.address: i.values for i in found.instances}


def statements(**given: Any) -> dict[str, dict[str, Any]]:
    """Give the statements of the key's policy, by their ids."""
    document = made(**given)["data.aws_iam_policy_document.main"]
    return {statement["sid"]: statement for statement in document["statement"]}


@pytest.mark.parametrize(
    ("destroyable", "days"),
    [pytest.param(True, 7, id="destroyable"), pytest.param(False, 30, id="protected")],
)
def test_the_key_rotates_and_goes_in_time(destroyable: bool, days: int) -> None:
    """The alias ends in the suffix."""
    found = made(destroyable=destroyable)
    key = found["aws_kms_key.main"]
    assert (key["deletion_window_in_days"], key["enable_key_rotation"]) == (days, True)
    assert found["aws_kms_alias.main"]["name"] == "alias/shop-dev"
    assert made(rotation=False)["aws_kms_key.main"]["enable_key_rotation"] is False


def test_only_the_account_uses_a_key_that_no_service_needs() -> None:
    """By IAM policies."""
    (only,) = statements().values()
    (principal,) = only["principals"]
    assert principal["type"] == "AWS"
    assert hcl(principal["identifiers"][0]).endswith(':root"')


def test_services_use_the_key_for_this_account_alone() -> None:
    """Each in a statement of its own, with the actions it needs."""
    found = statements(services=["cloudwatch", "events.rds", "cloudwatch"])
    assert sorted(found) == ["AccountDecidesByIam", "UseCloudwatch", "UseEventsrds"]
    alarms = found["UseCloudwatch"]
    assert alarms["actions"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert alarms["principals"] == [
        {"type": "Service", "identifiers": ["cloudwatch.amazonaws.com"]}
    ]
    (condition,) = alarms["condition"]
    assert (condition["test"], condition["variable"]) == ("StringEquals", "aws:SourceAccount")
    (principal,) = found["UseEventsrds"]["principals"]
    assert principal["identifiers"] == ["events.rds.amazonaws.com"]


def test_log_groups_are_told_by_their_arns() -> None:
    """CloudWatch Logs has a principal in each region."""
    logs = statements(services=["logs"])["UseLogs"]
    (principal,) = logs["principals"]
    assert hcl(principal["identifiers"][0]) == (
        '"logs.${data.aws_region.current.region}.amazonaws.com"'
    )
    (condition,) = logs["condition"]
    assert (condition["test"], condition["variable"]) == (
        "ArnLike",
        "kms:EncryptionContext:aws:logs:arn",
    )


def test_a_service_without_a_statement_is_refused() -> None:
    """With those there are."""
    with pytest.raises(
        ArgumentError, match=r"\[\"lambda\"\]: the key has no statement for that; expected b"
    ):
        EncryptionKeyInputs(name="shop", environment_suffix="dev", services=["logs", "lambda"])
