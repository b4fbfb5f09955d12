"""The dashboard module: the metrics of a system on one page."""

from __future__ import annotations

from tapforge import aws
from tapforge.lang import functions as fn
from tapforge.lang.expression import for_list, gt
from tapforge.lang.inputs import inputs, output, outputs, variable
from tapforge.lang.module import Body, module
from tapforge.modules import valid

# A dashboard is 24 wide.
_WIDTH, _HEIGHT, _ACROSS, _STATES = 12, 6, 2, 2


@inputs
class DashboardInputs:
    """What the page is called and shows."""

    name: str = variable(
        "Begins the dashboard's name.", valid=valid.stem_up_to(60), example="shop-db"
    )
    environment_suffix: str = variable("Ends every name.", valid=valid.suffix, example="dev")
    region: str = variable("Region of the metrics.", valid=[valid.region], example="us-east-1")
    graphs: dict[str, list[list[str]]] = variable(
        "What is shown, by title: each line is namespace, metric, and names and values of dimensions.",
        example={"CPU": [["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "shop-db-dev"]]},
    )
    alarm_arns: list[str] = variable("ARNs of the alarms whose state is shown first.", default=[])


@outputs
class DashboardOutputs:
    """The dashboard."""

    name: str = output("Name of the dashboard.")


@module("dashboard")
def dashboard(m: Body, v: DashboardInputs) -> DashboardOutputs:
    """A CloudWatch dashboard: the state of alarms, and below it a graph for each title."""
    titles = fn.keys(v.graphs)
    states = for_list(
        ["Alarms"],
        lambda title: {
            "type": "alarm",
            "x": 0,
            "y": 0,
            "width": _WIDTH * _ACROSS,
            "height": _STATES,
            "properties": {"title": title, "alarms": v.alarm_arns},
        },
        # CloudWatch refuses a list without alarms.
        when=lambda _: gt(fn.length(v.alarm_arns), 0),
    )
    graphs = for_list(
        titles,
        lambda index, title: {
            "type": "metric",
            "x": index % _ACROSS * _WIDTH,
            "y": _STATES + fn.floor(index / _ACROSS) * _HEIGHT,
            "width": _WIDTH,
            "height": _HEIGHT,
            "properties": {
                "title": title,
                "region": v.region,
                "view": "timeSeries",
                "stat": "Average",
                "period": 60,
                "metrics": fn.element(fn.values(v.graphs), index),
            },
        },
    )
    made = m.add(
        aws.CloudwatchDashboard(
            "main",
            dashboard_name=f"{v.name}-{v.environment_suffix}",
            dashboard_body=fn.jsonencode({"widgets": fn.concat(states, graphs)}),
        )
    )
    return DashboardOutputs(name=made.dashboard_name)
