"""The notifications module: an SNS topic that AWS services publish to, and who hears of it."""

from __future__ import annotations

from tapforge import aws
from tapforge.aws import data
from tapforge.facts import subscriptions
from tapforge.lang import functions as fn
from tapforge.lang.expression import each
from tapforge.lang.inputs import inputs, output, outputs, variable
from tapforge.lang.module import Body, module
from tapforge.modules import valid

emails = valid.each_matches(
    subscriptions.EMAIL_PATTERN, "e-mail addresses such as oncall@example.com"
)
"""E-mail addresses; SNS sends each a question that must be answered before anything else comes."""


@inputs
class NotificationsInputs:
    """What the topic is called and who hears of what is published."""

    name: str = variable(
        "What the topic is for; begins its name.", valid=valid.stem, example="shop-alarms"
    )
    environment_suffix: str = variable("Ends every name.", valid=valid.suffix, example="dev")
    kms_key_arn: str = variable(
        "ARN of the key that encrypts messages; its policy must let the publishers use it.",
        example="arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    )
    publishers: list[str] = variable(
        "Services that publish, by their principals.",
        default=["cloudwatch.amazonaws.com"],
        valid=[
            valid.each_matches(r"^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com$", "service principals")
        ],
    )
    emails: list[str] = variable("E-mail addresses that are told.", default=[], valid=[emails])


@outputs
class NotificationsOutputs:
    """The topic."""

    topic_arn: str = output("ARN of the topic.")
    topic_name: str = output("Name of the topic.")


@module("notifications")
def notifications(m: Body, v: NotificationsInputs) -> NotificationsOutputs:
    """An encrypted SNS topic that services of this account publish to, over TLS alone."""
    account = m.add(data.CallerIdentity("current"))
    name = f"{v.name}-{v.environment_suffix}"
    topic = m.add(
        aws.SnsTopic("main", name=name, kms_master_key_id=v.kms_key_arn, tags={"Name": name})
    )
    document = data.IamPolicyDocument
    policy = m.add(
        document(
            "main",
            statement=[
                document.Statement(
                    sid="PublishFromThisAccount",
                    actions=["sns:Publish"],
                    resources=[topic.arn],
                    principals=[document.Principals(type="Service", identifiers=v.publishers)],
                    condition=[
                        document.Condition(
                            test="StringEquals",
                            variable="aws:SourceAccount",
                            values=[account.account_id],
                        )
                    ],
                ),
                document.Statement(
                    sid="DenyWithoutTls",
                    effect="Deny",
                    actions=["sns:Publish"],
                    resources=[topic.arn],
                    principals=[document.Principals(type="*", identifiers=["*"])],
                    condition=[
                        document.Condition(
                            test="Bool", variable="aws:SecureTransport", values=["false"]
                        )
                    ],
                ),
            ],
        )
    )
    m.add(aws.SnsTopicPolicy("main", arn=topic.arn, policy=policy.json))
    m.add(
        aws.SnsTopicSubscription(
            "email",
            for_each=fn.toset(v.emails),
            topic_arn=topic.arn,
            protocol="email",
            endpoint=each.value,
        )
    )
    return NotificationsOutputs(topic_arn=topic.arn, topic_name=topic.name)
