"""Gaps of moto's server as a whole."""

import pytest
from botocore.exceptions import ClientError


@pytest.mark.gap("protocol.unimplemented_actions")
@pytest.mark.parametrize(
    ("service", "action", "arguments"),
    [
        ("rds", "modify_certificates", {}),
        ("ec2", "cancel_bundle_task", {"BundleId": "bun-1"}),
        ("dms", "describe_certificates", {}),
        ("backup", "list_backup_plan_versions", {"BackupPlanId": "plan"}),
    ],
)
def test_an_action_that_moto_lacks_says_so_and_is_not_retried(aws, service, action, arguments):
    """HTTP 501 in the protocol's own error format, which SDKs do not retry and do understand."""
    client = aws.boto3_client(service)

    with pytest.raises(ClientError) as caught:
        getattr(client, action)(**arguments)

    answer = caught.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert answer["Error"]["Code"] == "NotImplemented"
    assert "the emulator does not implement this" in answer["Error"]["Message"]


def test_the_log_names_the_missing_action(aws):
    """Whoever looks for the cause of a failed apply finds it in the emulator's log."""
    with pytest.raises(ClientError):
        aws.boto3_client("rds").modify_certificates()

    assert "modify_certificates action has not been implemented" in aws.log.read_text()
