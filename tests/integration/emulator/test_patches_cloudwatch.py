"""Gaps of moto's CloudWatch."""

import pytest


@pytest.mark.gap("cloudwatch.composite_alarms")
def test_a_composite_alarm_is_kept(aws):
    """It is described with its rule and actions, among the composite alarms only."""
    cloudwatch = aws.boto3_client("cloudwatch")

    cloudwatch.put_composite_alarm(
        AlarmName="both",
        AlarmRule='ALARM("cpu") AND ALARM("memory")',
        AlarmActions=["arn:aws:sns:us-east-1:123456789012:topic"],
        ActionsEnabled=False,
        Tags=[{"Key": "Name", "Value": "both"}],
    )

    described = cloudwatch.describe_alarms(AlarmNames=["both"], AlarmTypes=["CompositeAlarm"])
    (alarm,) = described["CompositeAlarms"]
    assert described["MetricAlarms"] == []
    assert alarm["AlarmRule"] == 'ALARM("cpu") AND ALARM("memory")'
    assert alarm["AlarmActions"] == ["arn:aws:sns:us-east-1:123456789012:topic"]
    assert alarm["ActionsEnabled"] is False
    cloudwatch.delete_alarms(AlarmNames=["both"])
    assert cloudwatch.describe_alarms()["CompositeAlarms"] == []
