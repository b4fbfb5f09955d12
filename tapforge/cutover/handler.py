"""The Lambda function: events of EventBridge and commands of an operator in, an answer out."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from tapforge.cutover.aws import aws_errors
from tapforge.cutover.backups import Backups
from tapforge.cutover.databases import Access, Database
from tapforge.cutover.dns import WeightedNames
from tapforge.cutover.errors import Problem, RefusedError
from tapforge.cutover.machine import Answer, Machine
from tapforge.cutover.notify import Topic
from tapforge.cutover.parameters import ParameterStore
from tapforge.cutover.phases import Phase
from tapforge.cutover.replication import DmsTask
from tapforge.cutover.run import Parts
from tapforge.cutover.settings import Settings, from_environment

if TYPE_CHECKING:
    from collections.abc import Callable

COMMANDS = ("status", "advance", "rollback", "names", "observe")
TASK_EVENT = "DMS Replication Task State Change"
_KEYS = ("host", "port", "dbname", "username", "password")


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take one event; the entry point."""
    parts = None
    try:
        parts = connect(from_environment())
        machine = Machine(parts, str(context.aws_request_id), log)
        return answer(machine, event)
    except RefusedError as error:
        log({"refused": "start", "problems": [str(problem) for problem in error.problems]})
        return Answer(ok=False, phase="unknown", problems=error.problems).to_dict()
    finally:
        if parts:
            parts.old.close()
            parts.new.close()


def answer(machine: Machine, event: dict[str, Any]) -> dict[str, Any]:
    """Do what an event asks for.

    Raises:
        RefusedError: It asks for nothing that is known.
    """
    if event.get("detail-type") == TASK_EVENT:
        detail, resources = event.get("detail", {}), event.get("resources") or [""]
        return machine.task_changed(str(detail.get("eventType", "")), str(resources[0])).to_dict()
    command = event.get("command")
    if command == "status":
        return machine.status()
    if command == "rollback":
        return machine.rollback().to_dict()
    if command == "names":
        return machine.names().to_dict()
    if command == "observe":
        return machine.observe().to_dict()
    if command == "advance":
        return machine.advance(_phase(event.get("to"))).to_dict()
    raise RefusedError(
        Problem(
            "event",
            f"asks for {command!r}",
            f"expected an event of a DMS task, or a command: {', '.join(COMMANDS)}",
        )
    )


def connect(settings: Settings, client: Callable[[str], Any] | None = None) -> Parts:
    """Make everything that the machine works with.

    Args:
        settings: What the environment decided.
        client: Makes a client of an AWS service; boto3's own by default.
    """
    client = client or _client
    secrets, dms, cloudwatch = client("secretsmanager"), client("dms"), client("cloudwatch")
    return Parts(
        settings=settings,
        store=ParameterStore(client("ssm"), settings.state_parameter, settings.lease_seconds),
        old=Database(
            _access(
                secrets,
                settings,
                "old side",
                settings.old_secret_arn,
                settings.old_replication_role,
            )
        ),
        new=Database(
            _access(
                secrets,
                settings,
                "new side",
                settings.new_secret_arn,
                settings.new_replication_role,
            )
        ),
        forward=DmsTask(dms, cloudwatch, settings.forward_task_arn, "forward task"),
        reverse=DmsTask(dms, cloudwatch, settings.reverse_task_arn, "reverse task", cdc_only=True),
        names=WeightedNames(
            client("route53"), settings.zone_id, settings.old_identifier, settings.new_identifier
        ),
        backups=Backups(client("rds"), settings.new_cluster, settings.snapshot),
        topic=Topic(client("sns"), settings.topic_arn),
    )


def log(record: dict[str, Any]) -> None:
    """Write one line of the structured log."""
    sys.stdout.write(json.dumps(record, default=str) + "\n")


def _client(service: str) -> Any:
    retries = {"mode": "standard", "total_max_attempts": 5}
    return boto3.client(service, config=Config(connect_timeout=3, read_timeout=10, retries=retries))


def _phase(name: Any) -> Phase | None:
    if name is None:
        return None
    try:
        return Phase(str(name).upper())
    except ValueError:
        raise RefusedError(
            Problem("to", f"is {name!r}", f"expected one of {', '.join(Phase)}")
        ) from None


def _access(secrets: Any, settings: Settings, side: str, arn: str, role: str) -> Access:
    with aws_errors():
        text = secrets.get_secret_value(SecretId=arn)["SecretString"]
    place = f"secret of the {side}"
    try:
        secret = json.loads(text)
        missing = [key for key in _KEYS if not secret.get(key)]
    except (ValueError, AttributeError):
        raise RefusedError(
            Problem(place, "is no JSON object", f"give it the keys {', '.join(_KEYS)}")
        ) from None
    if missing:
        raise RefusedError(Problem(place, f"lacks {', '.join(missing)}", "add them"))
    return Access(
        side=side,
        host=str(secret["host"]),
        port=int(secret["port"]),
        database=str(secret["dbname"]),
        user=str(secret["username"]),
        password=str(secret["password"]),
        replication_role=role,
        schemas=settings.schemas,
        tls=settings.tls,
        ca_file=settings.ca_file,
    )
