"""aurora-migration on the embedded AWS: made, cut over behind Terraform's back, applied, and gone."""

import json
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tapforge.cutover.checkpoint import Checkpoint, Weights
from tapforge.cutover.dns import WeightedNames
from tapforge.cutover.phases import Phase
from tapforge.live.verify import verify
from tapforge.systems import environment, project

SYSTEM = "aurora-migration"
# What D8 does is shown with the function itself.
REQUIREMENTS = {f"D{number}" for number in range(1, 13)} | {*("X4", "X6", "X8", "X9", "X10", "X11")}
# What an operator changes after a cutover.
CHANGED = {
    "ttl": 30,
    "healthy_minutes": 5,
    "backup_retention_days": 14,
    "alarm_emails": ["payments-oncall@example.com"],
}

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.skipif(
        (sys.platform, platform.machine()) != ("linux", "x86_64"),
        reason="the packaged provider is for Linux on x86-64",
    ),
]


def test_it_comes_up_is_cut_over_stays_so_and_goes_without_a_trace(
    folder: Path, life: Callable[[str], Any]
) -> None:
    """All of it in one run, since the provider's own waits take minutes."""
    system = life(SYSTEM)
    made = system.up()
    assert {check["requirement"] for check in made["checks"]} >= REQUIREMENTS
    assert made["changes"]["created"] > 100
    outputs, client = made["outputs"], system.emulator.boto3_client

    what_is_otherwise_is_found(folder, outputs, client)
    the_function_runs_and_says_what_it_lacks(outputs, client)
    cut_over(outputs, client)

    changed = system.up(**CHANGED)
    assert changed["changes"]["destroyed"] == 0
    names = weighted(outputs, client)
    assert [names.weights(outputs[each]) for each in ("writer_name", "reader_name")] == [
        (0, 100),
        (0, 100),
    ]
    found = client("ssm").get_parameter(Name=outputs["state_parameter"])["Parameter"]["Value"]
    assert json.loads(found)["phase"] == "SOAK"
    system.down()


def weighted(outputs: dict[str, Any], client: Any) -> WeightedNames:
    """Return the names as the function sees them."""
    return WeightedNames(client("route53"), outputs["zone_id"], "onprem", "aurora")


def the_function_runs_and_says_what_it_lacks(outputs: dict[str, Any], client: Any) -> None:
    """Its bundle starts, and understands what it is told; the old database's secret is nowhere here."""
    called = client("lambda").invoke(
        FunctionName=outputs["cutover_function_name"], Payload=json.dumps({"command": "status"})
    )
    answer = json.loads(called["Payload"].read())
    assert "FunctionError" not in called, answer
    assert answer["ok"] is False
    assert "AWS GetSecretValue" in json.dumps(answer["problems"])


def cut_over(outputs: dict[str, Any], client: Any) -> None:
    """Leave what the function leaves: the weights of both names, and the checkpoint."""
    new = Weights(0, 100)
    switched = {outputs["writer_name"]: new, outputs["reader_name"]: new}
    assert weighted(outputs, client).shift(switched)
    checkpoint = Checkpoint(phase=Phase.SOAK, writer=new, reader=new)
    client("ssm").put_parameter(
        Name=outputs["state_parameter"], Value=checkpoint.to_json(), Type="String", Overwrite=True
    )


def what_is_otherwise_is_found(folder: Path, outputs: dict[str, Any], client: Any) -> None:
    """The checks fail, those and no others, when something is not as required."""
    found = project.find(folder)
    made = found.system(SYSTEM)
    values = environment.load(found, made, "dev").variables

    def failing(**more: Any) -> list[str]:
        given = made.inputs(**values | more)
        return [each.what for each in verify(SYSTEM, given, outputs, client) if not each.ok]

    assert failing() == []
    assert failing(ttl=20) == [
        "writer_name: seconds that resolvers keep it",
        "reader_name: seconds that resolvers keep it",
    ]
    assert failing(schemas=["ledger"]) == ["task forward: tables", "task reverse: tables"]
    assert failing(reader_count=1) == ["cluster: readers", "instances: number of zones"]
    assert failing(production_vpc_cidr="10.9.0.0/16") == ["routes: from here"]
