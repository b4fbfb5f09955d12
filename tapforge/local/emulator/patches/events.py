"""Gaps of moto's EventBridge."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from tapforge.local.emulator.patches import gap, wrap

if TYPE_CHECKING:
    from collections.abc import Callable


@gap("An event for a rule whose target is a function or a topic fails with HTTP 500.")
def function_and_topic_targets() -> None:
    """Invoke the functions and publish to the topics; moto serves the other kinds of target."""
    from moto.awslambda.models import lambda_backends
    from moto.events.models import Rule
    from moto.sns.models import sns_backends
    from moto.utilities.arns import parse_arn

    def send(target: dict[str, Any], event: Any) -> None:
        arn = parse_arn(target["Arn"])
        text = _text(target, event)
        if arn.service == "lambda":
            lambda_backends[arn.account][arn.region].get_function(target["Arn"]).invoke(
                text, {}, {}
            )
        else:
            sns_backends[arn.account][arn.region].publish(text, arn=target["Arn"])

    @wrap(Rule, "send_to_targets")
    def send_to_targets(
        original: Callable[..., None],
        self: Any,
        original_event: Any,
        transform_input: bool = True,
    ) -> None:
        if self.state != "ENABLED" or not self.event_pattern.matches_event(original_event):
            return
        ours = [each for each in self.targets if parse_arn(each["Arn"]).service in _OURS]
        for target in ours:
            send(target, original_event)
        # A copy, as other threads may be sending events by the same rule.
        rest = copy.copy(self)
        rest.targets = [each for each in self.targets if each not in ours]
        original(rest, original_event, transform_input)


_OURS = {"lambda", "sns"}


def _text(target: dict[str, Any], event: Any) -> str:
    """Return what a target gets: its constant input, its part of the event, or the whole event.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html
    """
    from jsonpath_ng.ext.parser import parse
    from moto.core.utils import iso_8601_datetime_without_milliseconds, utcfromtimestamp
    from moto.events.utils import EventTemplateParser

    if "Input" in target:
        return str(target["Input"])
    sent = {key: value for key, value in event.items() if key != "ingestion-time"}
    sent["time"] = iso_8601_datetime_without_milliseconds(utcfromtimestamp(int(sent["time"])))
    if "InputPath" in target:
        return json.dumps(parse(target["InputPath"]).find(sent)[0].value)
    if transformer := target.get("InputTransformer"):
        sent = EventTemplateParser.parse(
            transformer["InputTemplate"], transformer.get("InputPathsMap", {}), event | sent
        )
    return json.dumps(sent)
