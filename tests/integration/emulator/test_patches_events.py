"""Gaps of moto's EventBridge."""

import io
import json
import zipfile

import pytest

HANDLER = """
import boto3, json
def handler(event, context):
    boto3.client("ssm").put_parameter(
        Name="seen", Value=json.dumps(event), Type="String", Overwrite=True
    )
"""
EVENT = {
    "Source": "aws.dms",
    "DetailType": "DMS Replication Task State Change",
    "Detail": '{"eventType": "REPLICATION_TASK_STOPPED"}',
}


@pytest.fixture
def events(aws):
    """Return a client of EventBridge, in which a rule matches events of DMS."""
    client = aws.boto3_client("events")
    client.put_rule(Name="rule", EventPattern='{"source": ["aws.dms"]}')
    return client


@pytest.fixture
def function(aws, lambda_role):
    """Return the ARN of a function that keeps the event it got."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("index.py", HANDLER)
    return aws.boto3_client("lambda").create_function(
        FunctionName="function",
        Runtime="python3.12",
        Role=lambda_role,
        Handler="index.handler",
        Timeout=30,
        Code={"ZipFile": buffer.getvalue()},
    )["FunctionArn"]


@pytest.fixture
def queue(aws):
    """Return the ARN of a queue."""
    sqs = aws.boto3_client("sqs")
    url = sqs.create_queue(QueueName="queue")["QueueUrl"]
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]


@pytest.fixture
def topic(aws, queue):
    """Return the ARN of a topic that fills the queue."""
    sns = aws.boto3_client("sns")
    arn = sns.create_topic(Name="topic")["TopicArn"]
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue)
    return arn


def _send(events, target, **options):
    events.put_targets(Rule="rule", Targets=[{"Id": "1", "Arn": target, **options}])
    assert events.put_events(Entries=[EVENT])["FailedEntryCount"] == 0


def _seen_by_function(aws):
    parameter = aws.boto3_client("ssm").get_parameter(Name="seen")
    return json.loads(parameter["Parameter"]["Value"])


def _messages(aws):
    sqs = aws.boto3_client("sqs")
    url = sqs.get_queue_url(QueueName="queue")["QueueUrl"]
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in received]


@pytest.mark.gap("events.function_and_topic_targets")
def test_a_function_gets_the_event(aws, events, function):
    """The whole event, its time in ISO 8601, nothing of moto's own in it."""
    _send(events, function)

    event = _seen_by_function(aws)
    assert event["source"] == "aws.dms"
    assert event["detail"] == {"eventType": "REPLICATION_TASK_STOPPED"}
    assert event["time"].endswith("Z")
    assert "ingestion-time" not in event


@pytest.mark.gap("events.function_and_topic_targets")
def test_a_topic_gets_the_event(aws, events, topic):
    """The event is the message."""
    _send(events, topic)

    (message,) = _messages(aws)
    assert json.loads(message["Message"])["detail-type"] == EVENT["DetailType"]


@pytest.mark.gap("events.function_and_topic_targets")
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"Input": '{"fixed": true}'}, {"fixed": True}),
        ({"InputPath": "$.detail"}, {"eventType": "REPLICATION_TASK_STOPPED"}),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"type": "$.detail.eventType"},
                    "InputTemplate": '{"was": "<type>"}',
                }
            },
            {"was": "REPLICATION_TASK_STOPPED"},
        ),
    ],
    ids=["Input", "InputPath", "InputTransformer"],
)
def test_a_target_gets_the_input_it_names(aws, events, function, options, expected):
    """A constant, a part of the event, or a text made of its parts."""
    _send(events, function, **options)

    assert _seen_by_function(aws) == expected


@pytest.mark.gap("events.function_and_topic_targets")
def test_other_targets_of_the_rule_get_the_event_too(aws, events, topic, queue):
    """What moto sends to a queue it still sends."""
    events.put_targets(Rule="rule", Targets=[{"Id": "2", "Arn": queue}])

    _send(events, topic)

    bodies = _messages(aws)
    assert len(bodies) == 2
    assert any(body.get("source") == "aws.dms" for body in bodies)


def test_nothing_is_sent_when_the_rule_does_not_apply(aws, events, topic):
    """A disabled rule and an event that does not match reach no target."""
    events.put_targets(Rule="rule", Targets=[{"Id": "1", "Arn": topic}])

    events.put_events(Entries=[EVENT | {"Source": "aws.rds"}])
    events.disable_rule(Name="rule")
    events.put_events(Entries=[EVENT])

    assert _messages(aws) == []
