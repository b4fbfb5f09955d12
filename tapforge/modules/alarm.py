"""The alarm module: one CloudWatch alarm on one metric, whose threshold makes sense."""

from __future__ import annotations

from typing import Literal

from tapforge import aws
from tapforge.facts import limits
from tapforge.lang import functions as fn
from tapforge.lang.expression import and_, conditional, eq, ge, gt, le, lt, or_
from tapforge.lang.inputs import Valid, inputs, output, outputs, variable
from tapforge.lang.module import Body, module
from tapforge.modules import valid

_SHORT = list(limits.get("alarm_high_resolution_period").numbers)
_SHORT_TEXT = ", ".join(map(str, _SHORT))
_MINUTE = limits.least("alarm_period")
_LONGEST = limits.most("alarm_time")

_reachable = Valid(
    lambda value, inputs: or_(
        eq(inputs.capacity, 0), and_(gt(value, 0), lt(value, inputs.capacity))
    ),
    lambda value, inputs: (
        f"{inputs.metric_name} goes from 0 to {inputs.capacity} there, so that an alarm at {value} fires"
        " always or never: take a threshold between the two."
    ),
)
"""The threshold lies within what the metric can be at all."""


@inputs
class AlarmInputs:
    """What is watched, and when that is bad."""

    name: str = variable(
        "Begins the alarm's name.", valid=valid.stem_up_to(60), example="shop-db-cpu"
    )
    environment_suffix: str = variable("Ends every name.", valid=valid.suffix, example="dev")
    description: str = variable(
        "What it means when it fires, and what to do; for whoever is woken by it.",
        valid=[valid.characters(1, 1024)],
        example="The database works at its limit.",
    )
    namespace: str = variable("Namespace of the metric.", default="AWS/RDS")
    metric_name: str = variable("The metric.", example="CPUUtilization")
    dimensions: dict[str, str] = variable(
        "Whose metric it is.", example={"DBInstanceIdentifier": "shop-db-dev"}
    )
    statistic: str = variable(
        "What is made of the values in a period.",
        default="Average",
        valid=[valid.limit("alarm_statistic")],
    )
    breach: Literal["above", "below"] = variable(
        "On which side of the threshold it is bad.",
        default="above",
    )
    threshold: float = variable(
        "The threshold, in the metric's own unit.", valid=[_reachable], example=80
    )
    period: int = variable(
        "Seconds over which the statistic is made.",
        default=300,
        valid=[
            Valid(
                lambda value, _: or_(
                    fn.contains(_SHORT, value), and_(ge(value, _MINUTE), eq(value % _MINUTE, 0))
                ),
                lambda value, _: (
                    f"{value} is no period: expected {_SHORT_TEXT} or a multiple of {_MINUTE} seconds."
                ),
            )
        ],
    )
    evaluation_periods: int = variable(
        "Periods in a row that must be bad.",
        default=1,
        valid=[
            Valid(
                lambda value, inputs: and_(ge(value, 1), le(value * inputs.period, _LONGEST)),
                lambda value, inputs: (
                    f"{value} periods of {inputs.period} s: expected one or more, a day at most."
                ),
            )
        ],
    )
    treat_missing_data: str = variable(
        "What a period without data counts as.",
        default="missing",
        valid=[valid.limit("alarm_treat_missing_data")],
    )
    capacity: float = variable(
        "The most that the metric can be, in its own unit: such as the memory of the class that is"
        " watched. 0 where nobody knows.",
        default=0,
    )
    action_arns: list[str] = variable(
        "ARNs of topics that are told when it fires and when it is over.", default=[]
    )


@outputs
class AlarmOutputs:
    """The alarm."""

    name: str = output("Name of the alarm.")
    arn: str = output("ARN of the alarm.")


@module("alarm")
def alarm(m: Body, v: AlarmInputs) -> AlarmOutputs:
    """A CloudWatch alarm on one metric."""
    name = f"{v.name}-{v.environment_suffix}"
    made = m.add(
        aws.CloudwatchMetricAlarm(
            "main",
            alarm_name=name,
            alarm_description=v.description,
            namespace=v.namespace,
            metric_name=v.metric_name,
            dimensions=v.dimensions,
            statistic=v.statistic,
            comparison_operator=conditional(
                eq(v.breach, "above"), "GreaterThanThreshold", "LessThanThreshold"
            ),
            threshold=v.threshold,
            period=v.period,
            evaluation_periods=v.evaluation_periods,
            treat_missing_data=v.treat_missing_data,
            alarm_actions=v.action_arns,
            ok_actions=v.action_arns,
            tags={"Name": name},
        ),
        accept={
            "alarm-without-action": "Whom it tells is the caller's choice, as is nobody.",
            "alarm-missing-data": "What no data means the caller knows: not all tasks run all the time.",
        },
    )
    return AlarmOutputs(name=made.alarm_name, arn=made.arn)
