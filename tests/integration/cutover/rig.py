"""Two servers, the embedded AWS, applications that never rest, and the function between them."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from tapforge.cutover.checkpoint import Checkpoint
from tapforge.cutover.databases import Database
from tapforge.cutover.handler import connect
from tapforge.cutover.machine import Answer, Machine
from tapforge.cutover.replication import DmsTask, Health
from tapforge.cutover.run import Parts
from tapforge.cutover.settings import Settings
from tapforge.local.emulator import Emulator
from tests.integration.cutover.servers import DATABASE, PASSWORD, Server

ZONE = "db.internal"
WRITER, READER = f"writer.{ZONE}", f"reader.{ZONE}"
HOSTS = {"old": "old.example.com", "new": "new.example.com"}
TABLES = ("account", "payment", "insisted")
TTL = 1

_TABLES = """
CREATE TABLE account (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE payment (id bigserial PRIMARY KEY, token text NOT NULL UNIQUE,
  account_id int REFERENCES account, at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE insisted (token text PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp());
GRANT ALL ON ALL TABLES IN SCHEMA public TO application;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO application;
"""


class NativeTask(DmsTask):
    """A task whose control path is DMS's, and whose data path is PostgreSQL's own replication."""

    source: Server
    target: Server
    slot: str
    pretended = ""
    pretended_health: dict[str, Any] = {}  # noqa: RUF012 - replaced, never changed

    def status(self) -> str:
        """Return DMS's word, unless a test pretends another."""
        return self.pretended or super().status()

    def health(self) -> Health:
        """Return DMS's word, with the tables as far as the servers really are."""
        loading = self.target.sql(
            "SELECT srrelid::regclass::text FROM pg_subscription_rel WHERE srsubstate <> 'r'"
        )
        found = super().health()
        return replace(
            found,
            status=self.pretended or found.status,
            **{
                "unloaded": (*found.unloaded, *(name for (name,) in loading)),
                **self.pretended_health,
            },
        )

    def load(self) -> None:
        """Empty the target, copy everything, follow."""
        super().load()
        self._drop()
        # PostgreSQL reads from a slot what was published when it was written, which DMS does not ask.
        tables = ", ".join((*TABLES, "tapforge_cutover.sentinel"))
        for server in (self.source, self.target):
            server.sql(
                "DROP PUBLICATION IF EXISTS everything",
                f"CREATE PUBLICATION everything FOR TABLE {tables}",
            )
        # What DMS keeps for itself in the schemas that move.
        self.source.sql(
            "CREATE TABLE IF NOT EXISTS awsdms_ddl_audit (c_key bigserial PRIMARY KEY, c_name text)",
            "CREATE TABLE IF NOT EXISTS awsdms_heartbeat (hb_key int PRIMARY KEY, hb_at timestamptz)",
            "INSERT INTO awsdms_heartbeat VALUES (1, now()) ON CONFLICT DO NOTHING",
        )
        self.target.sql("CREATE TABLE IF NOT EXISTS awsdms_apply_exceptions (error text)")
        self.target.sql(
            "SET session_replication_role = replica",
            # One by one, as DMS does it.
            *[f"TRUNCATE {table}" for table in (*TABLES, "tapforge_cutover.sentinel")],
            "RESET session_replication_role",
        )
        self._subscribe("copy_data = true, create_slot = true")

    def follow(self, lsn: str) -> None:
        """Follow the slot that the function made."""
        super().follow(lsn)
        self._drop()
        self._subscribe("copy_data = false, create_slot = false")

    def resume(self) -> None:
        """Go on."""
        super().resume()
        self.target.sql(f"ALTER SUBSCRIPTION {self.slot} ENABLE")

    def stop(self) -> None:
        """Stand still."""
        if self.target.sql(f"SELECT 1 FROM pg_subscription WHERE subname = '{self.slot}'"):
            self.target.sql(f"ALTER SUBSCRIPTION {self.slot} DISABLE")
        super().stop()

    def _subscribe(self, options: str) -> None:
        self.target.sql(
            f"CREATE SUBSCRIPTION {self.slot} CONNECTION 'host=127.0.0.1 port={self.source.port} "
            f"user=dms password={PASSWORD} dbname={DATABASE}' PUBLICATION everything "
            f"WITH ({options}, slot_name = '{self.slot}', origin = none)"
        )

    def _drop(self) -> None:
        if not self.target.sql(f"SELECT 1 FROM pg_subscription WHERE subname = '{self.slot}'"):
            return
        self.target.sql(
            f"ALTER SUBSCRIPTION {self.slot} DISABLE",
            f"ALTER SUBSCRIPTION {self.slot} SET (slot_name = NONE)",
            f"DROP SUBSCRIPTION {self.slot}",
        )
        self.source.sql(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
            f"WHERE slot_name = '{self.slot}' AND NOT active"
        ) if self.slot == "forward" else None


def native(parts: Parts, old: Server, new: Server) -> Parts:
    """Let the servers' own replication be the data path of the tasks."""
    for task, source, target, slot in (
        (parts.forward, old, new, "forward"),
        (parts.reverse, new, old, "reverse"),
    ):
        task.__class__ = NativeTask
        task.source, task.target, task.slot = source, target, slot  # type: ignore[attr-defined]
    return parts


class Rig:
    """Everything a cutover needs, made anew by `reset`."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self.aws = emulator
        self.folder = folder
        self.old, self.new = Server(), Server()
        self.settings: Settings
        self.logged: list[dict[str, Any]] = []
        self._made = 0
        self._opened: list[Database] = []
        for server in (self.old, self.new):
            server.sql(
                f"CREATE ROLE application LOGIN PASSWORD '{PASSWORD}'",
                f"CREATE ROLE cutover SUPERUSER LOGIN PASSWORD '{PASSWORD}'",
                f"CREATE ROLE dms REPLICATION SUPERUSER LOGIN PASSWORD '{PASSWORD}'",
                database="postgres",
            )

    def remove(self) -> None:
        """Stop both servers and remove what they wrote."""
        self.close()
        for server in (self.old, self.new):
            server.remove()

    def reset(self, **changes: Any) -> None:
        """Begin anew: empty databases but for a few rows, and an AWS as Terraform leaves it."""
        self._made += 1
        self.close()
        for server in (self.new, self.old):
            self._empty(server)
        self.old.sql("INSERT INTO account SELECT n, 'holder ' || n FROM generate_series(1, 500) n")
        self.old.sql("SELECT setval('payment_id_seq', 41)")
        self.settings = self._apply(**changes)
        self.logged.clear()

    def parts(self) -> Parts:
        """Connect as an invocation does, but for the data path of the tasks."""
        parts = native(connect(self.settings, self.aws.boto3_client), self.old, self.new)
        self._opened += [parts.old, parts.new]
        return parts

    def close(self) -> None:
        """Close what invocations left open."""
        while self._opened:
            self._opened.pop().close()

    def machine(self, parts: Parts | None = None, owner: str = "test") -> Machine:
        """Return a machine as a new invocation has it."""
        return Machine(
            parts or self.parts(),
            owner,
            lambda record: self.logged.append({**record, "time": time.time()}),
        )

    def lag(self, source: float = 0.0, target: float = 0.0) -> None:
        """Publish latencies as DMS does."""
        dimensions = [
            {"Name": "ReplicationInstanceIdentifier", "Value": "migration"},
            {"Name": "ReplicationTaskIdentifier", "Value": self.settings.forward_task_arn[-26:]},
        ]
        dimensions[1]["Value"] = self.settings.forward_task_arn.rpartition(":")[2]
        self.aws.boto3_client("cloudwatch").put_metric_data(
            Namespace="AWS/DMS",
            MetricData=[
                {
                    "MetricName": name,
                    "Dimensions": dimensions,
                    "Value": value,
                    "Unit": "Seconds",
                    "Timestamp": datetime.now(UTC),
                }
                for name, value in (
                    ("CDCLatencySource", source),
                    ("CDCLatencyTarget", target),
                    ("CDCIncomingChanges", 0.0),
                )
            ],
        )

    def ready(self) -> None:
        """Go on as far as READY."""
        if self.checkpoint().phase == "PREPARED":
            self.advance("FULL_LOAD")
        self.lag()
        self.until_loaded()
        self.advance("CDC")
        self.observe()
        self.advance("READY")

    def until_loaded(self) -> None:
        """Wait until the tables are copied."""
        task = self.parts().forward
        until(lambda: not task.health().unloaded)

    def advance(self, to: str | None = None) -> Answer:
        """Advance, and see that it was done."""
        answer = self.machine().advance(None if to is None else _phase(to))
        assert answer.ok, answer
        assert to in (None, answer.phase)
        return answer

    def rollback(self) -> Answer:
        """Roll back, and see that it was done."""
        answer = self.machine().rollback()
        assert answer.ok, answer
        return answer

    def observe(self) -> Answer:
        """Let the function look once."""
        answer = self.machine().observe()
        assert answer.ok, answer
        return answer

    def checkpoint(self) -> Checkpoint:
        """Read the checkpoint."""
        return self.parts().store.read()

    def parts_of(self, first: str, last: str) -> dict[str, float]:
        """Return how long each phase took to reach, from after the first to the last."""
        reached = {line["phase"]: line["time"] for line in self.logged if "did" in line}
        names = list(reached)
        span = names[names.index(first) : names.index(last) + 1]
        return {b: reached[b] - reached[a] for a, b in itertools.pairwise(span)}

    def claims(self) -> list[str]:
        """List the claims that are left."""
        found = self.aws.boto3_client("ssm").get_parameters_by_path(
            Path=f"{self.settings.state_parameter}/claim", Recursive=True
        )
        return [parameter["Name"] for parameter in found["Parameters"]]

    def weights(self, name: str = WRITER) -> tuple[int, int]:
        """Read the weights of a name."""
        return self.parts().names.weights(name)

    def told(self) -> list[str]:
        """Take the subjects of what people were told since the last call."""
        sqs = self.aws.boto3_client("sqs")
        url = sqs.get_queue_url(QueueName=self._name("told"))["QueueUrl"]
        subjects = []
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                subjects.append(json.loads(message["Body"])["Subject"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return subjects

    def _name(self, stem: str) -> str:
        return f"{stem}-{self._made}"

    def _empty(self, server: Server) -> None:
        rows = server.sql(
            "SELECT 1 FROM pg_database WHERE datname = 'payments'", database="postgres"
        )
        if rows:
            for (name,) in server.sql("SELECT subname FROM pg_subscription"):
                server.sql(
                    f"ALTER SUBSCRIPTION {name} DISABLE",
                    f"ALTER SUBSCRIPTION {name} SET (slot_name = NONE)",
                    f"DROP SUBSCRIPTION {name}",
                )
            until(lambda: _slots_dropped(server))
            server.forget()
            server.sql(f"DROP DATABASE {DATABASE} WITH (FORCE)", database="postgres")
        server.sql(
            f"CREATE DATABASE {DATABASE}", f"ALTER DATABASE {DATABASE} OWNER TO cutover",
            database="postgres",
        )  # fmt: skip
        server.sql(_TABLES)

    def _apply(self, **changes: Any) -> Settings:
        """Make in AWS what the system declares."""
        state = f"/tap/{self._name('dev')}/migration/state"
        self.aws.boto3_client("ssm").put_parameter(
            Name=state, Value=Checkpoint().to_json(), Type="String"
        )
        sns, sqs = self.aws.boto3_client("sns"), self.aws.boto3_client("sqs")
        topic = sns.create_topic(Name=self._name("cutover"))["TopicArn"]
        queue = sqs.create_queue(QueueName=self._name("told"))["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
        secrets = self.aws.boto3_client("secretsmanager")
        arns = [
            secrets.create_secret(
                Name=self._name(side),
                SecretString=json.dumps(
                    {
                        "host": "127.0.0.1",
                        "port": server.port,
                        "dbname": DATABASE,
                        "username": "cutover",
                        "password": PASSWORD,
                    }
                ),
            )["ARN"]
            for side, server in (("old", self.old), ("new", self.new))
        ]
        forward, reverse = (self.task(name) for name in ("forward", "reverse"))
        chosen: dict[str, Any] = {
            "state_parameter": state,
            "topic_arn": topic,
            "zone_id": self._zone(),
            "writer_name": WRITER,
            "reader_name": READER,
            "old_secret_arn": arns[0],
            "new_secret_arn": arns[1],
            "old_replication_role": "dms",
            "new_replication_role": "dms",
            "forward_task_arn": forward,
            "reverse_task_arn": reverse,
            "reverse_slot": "reverse",
            "reverse_plugin": "pgoutput",
            "new_cluster": self._cluster(),
            "snapshot": self._name("before-cutover"),
            "tls": "none",
            "reader_steps": (50, 100),
            "healthy_minutes": 0.0,
            "drain_seconds": 10.0,
            "task_seconds": 10.0,
            "patience_seconds": 5.0,
            "lease_seconds": 30.0,
        }
        return Settings(**{**chosen, **changes})

    def _zone(self) -> str:
        route53 = self.aws.boto3_client("route53")
        zone: str = route53.create_hosted_zone(Name=ZONE, CallerReference=self._name("zone"))[
            "HostedZone"
        ]["Id"].rpartition("/")[2]
        changes = [
            {
                "Action": "CREATE",
                "ResourceRecordSet": {
                    "Name": name,
                    "Type": "CNAME",
                    "TTL": TTL,
                    "SetIdentifier": identifier,
                    "Weight": weight,
                    "ResourceRecords": [{"Value": HOSTS[side]}],
                },
            }
            for name in (WRITER, READER)
            for side, identifier, weight in (("old", "onprem", 100), ("new", "aurora", 0))
        ]
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
        return zone

    def _cluster(self) -> str:
        """Make the Aurora cluster that the new side stands for, as far as its backups go."""
        rds, name = self.aws.boto3_client("rds"), self._name("payments")
        rds.create_db_cluster(
            DBClusterIdentifier=name,
            Engine="aurora-postgresql",
            MasterUsername="migration",
            MasterUserPassword=PASSWORD,
        )
        rds.create_db_cluster_snapshot(
            DBClusterIdentifier=name, DBClusterSnapshotIdentifier=self._name("before-cutover")
        )
        return name

    def task(self, name: str, *, connected: bool = True) -> str:
        """Make a task of DMS, whose endpoints were reached."""
        dms = self.aws.boto3_client("dms")
        if not dms.describe_replication_instances()["ReplicationInstances"]:
            dms.create_replication_instance(
                ReplicationInstanceIdentifier="migration",
                ReplicationInstanceClass="dms.r6i.large",
            )
        instance = dms.describe_replication_instances()["ReplicationInstances"][0]
        rules = [
            {
                "rule-type": "selection",
                "rule-action": "include",
                "rule-id": str(number),
                "rule-name": table,
                "object-locator": {"schema-name": "public", "table-name": table},
            }
            for number, table in enumerate(TABLES, 1)
        ]
        endpoints = [
            dms.create_endpoint(
                EndpointIdentifier=self._name(f"{name}-{side}"),
                EndpointType=side,
                EngineName="postgres",
            )["Endpoint"]["EndpointArn"]
            for side in ("source", "target")
        ]
        reached = {"ReplicationInstanceArn": instance["ReplicationInstanceArn"]}
        for endpoint in endpoints if connected else ():
            dms.test_connection(**reached, EndpointArn=endpoint)
            dms.describe_connections()  # it takes a look until they are successful
        task = dms.create_replication_task(
            ReplicationTaskIdentifier=self._name(name),
            SourceEndpointArn=endpoints[0],
            TargetEndpointArn=endpoints[1],
            ReplicationInstanceArn=instance["ReplicationInstanceArn"],
            MigrationType="full-load-and-cdc" if name == "forward" else "cdc",
            TableMappings=json.dumps({"rules": rules}),
            ReplicationTaskSettings="{}",
        )["ReplicationTask"]
        return str(task["ReplicationTaskArn"])


class Applications:
    """The applications, as a process that runs while the `with` block does."""

    def __init__(self, rig: Rig, rate: int = 200) -> None:
        self._rig = rig
        self._rate = rate
        self.log = rig.folder / f"traffic-{time.monotonic_ns()}.log"
        self._process: subprocess.Popen[str]

    def __enter__(self) -> Self:
        config = {
            "url": self._rig.aws.url,
            "zone": self._rig.settings.zone_id,
            "writer": WRITER,
            "reader": READER,
            "hosts": {HOSTS["old"]: self._rig.old.port, HOSTS["new"]: self._rig.new.port},
            "database": DATABASE,
            "password": PASSWORD,
            "writers": 4,
            "rate": self._rate,
            "log": str(self.log),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.cutover.traffic", json.dumps(config)],
            cwd=Path(__file__).parents[3],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"
        until(lambda: len(self.acknowledged("paid")) > 5)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=20)

    def acknowledged(self, kind: str) -> list[dict[str, Any]]:
        """Return what servers acknowledged so far, in the order of its end."""
        text = self.log.read_text()
        lines = [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]
        return sorted(
            (line for line in lines if line["kind"] == kind), key=lambda line: line["ended"]
        )

    def until_paid(self, side: str, since: float) -> dict[str, Any]:
        """Wait until a side acknowledged a payment that began after a moment; the first."""

        def first() -> dict[str, Any] | None:
            return next(
                (
                    line
                    for line in self.acknowledged("paid")
                    if line["host"] == HOSTS[side] and line["ended"] > since
                ),
                None,
            )

        until(lambda: first() is not None)
        found = first()
        assert found
        return found

    def prove(self, rig: Rig, serving: str, turns: int) -> None:
        """Prove that nothing was lost or handed out twice, and that one side wrote at a time.

        Args:
            rig: Where they ran.
            serving: The side that serves at the end.
            turns: How often the function moved the writes from a side to the other.
        """
        server = getattr(rig, serving)
        paid, insisted = self.acknowledged("paid"), self.acknowledged("insisted")
        for table, acknowledged in (("payment", paid), ("insisted", insisted)):
            there = {token for (token,) in server.sql(f"SELECT token FROM {table}")}
            missing = [line for line in acknowledged if line["token"] not in there]
            assert not missing, f"{len(missing)} of {len(acknowledged)} {table}: {missing[:3]}"
        twice = [id_ for id_, count in Counter(line["id"] for line in paid).items() if count > 1]
        assert not twice
        found = self.turns()
        assert found == turns, f"{found} turns, expected {turns}"

    def turns(self) -> int:
        """Count how often the side changed that acknowledged writes, of whatever kind."""
        lines = [*self.acknowledged("paid"), *self.acknowledged("insisted")]
        lines.sort(key=lambda line: line["ended"])
        return sum(a["host"] != b["host"] for a, b in itertools.pairwise(lines))


def until(holds: Any, seconds: float = 20.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.02)


def _slots_dropped(server: Server) -> bool:
    server.sql(
        "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active_pid > 0",
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active",
    )
    return not server.sql("SELECT 1 FROM pg_replication_slots")


def _phase(name: str) -> Any:
    from tapforge.cutover.phases import Phase

    return Phase(name)
