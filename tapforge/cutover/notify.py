"""Telling people: one SNS message for every step, refusal and page."""

from __future__ import annotations

from typing import Any

_SUBJECT = 100
"""Characters that SNS takes in a subject, printable ASCII."""


class Topic:
    """An SNS topic.

    Args:
        client: A boto3 client of SNS.
        arn: The topic's ARN.
    """

    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn

    def tell(self, subject: str, message: str) -> None:
        """Publish a message."""
        printable = subject.encode("ascii", "replace").decode().replace("\n", " ")
        self._client.publish(
            TopicArn=self._arn, Subject=printable[:_SUBJECT], Message=message or subject
        )
