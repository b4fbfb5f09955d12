"""The runbook, run: each of its commands, in its order, by roles with no more than it gives them."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tapforge.cutover.checkpoint import Weights
from tapforge.cutover.errors import RefusedError
from tapforge.cutover.phases import Phase
from tests.integration.cutover import programs
from tests.integration.cutover.rig import READER, WRITER, Rig
from tests.integration.cutover.servers import BINARIES, DATABASE, PASSWORD, Server

PROVE = os.environ.get("HYPOTHESIS_PROFILE") == "prove"
ROOT = Path(__file__).parents[3]
RUNBOOK = ROOT / "docs/migration.md"
AUTHORITY = "old-authority.pem"
SETTINGS = "Before you begin"
EDITED = "When something was edited by hand"
ROLES = ("dms", "cutover", "payments_owner")


class Block(NamedTuple):
    """A block of commands: its section, and the side that SQL is for."""

    section: str
    language: str
    side: str
    text: str


def blocks() -> list[Block]:
    """Read the blocks of the runbook, each under the heading of the second order that it is in."""
    found = []
    for section in re.split(r"^## ", RUNBOOK.read_text(), flags=re.MULTILINE)[1:]:
        heading = section.partition("\n")[0]
        for language, side, text in re.findall(
            r"^```(\w+) ?(\w*)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL
        ):
            found.append(Block(heading, language, side, text))
    return found


class Operator:
    """Somebody with a shell, who does what the runbook says."""

    def __init__(self, rig: Rig, folder: Path) -> None:
        self.rig = rig
        self.folder = folder
        self.environment = {**os.environ, **self._environment()}
        for name in ("tapforge", "aws"):
            self._program(name, f'exec {sys.executable} -m {programs.__name__} {name} "$@"')
        for name in ("psql", "pg_dump"):
            self._program(name, f'exec {BINARIES / name} "$@"')
        # Nothing is downloaded: whatever is asked for is this certificate.
        (folder / AUTHORITY).write_text("-----BEGIN CERTIFICATE-----\n")
        self._program(
            "curl", 'while [ "$1" != --output ]; do shift; done; cp "$OLD_AUTHORITY" "$2"'
        )

    def follow(self, *sections: str) -> list[str]:
        """Run the blocks of sections; what they said."""
        said = []
        for block in blocks():
            if block.section in sections and block.language != "mermaid":
                said.append(self.run(block))
                if block.side == "new" and "CREATE ROLE" in block.text:
                    self._be_aurora()
        return said

    def run(self, block: Block) -> str:
        """Run one block, and see that it ends well."""
        if block.language == "sql":
            url = "$OLD" if block.side == "old" else "$NEW"
            (self.folder / "block.sql").write_text(block.text)
            command = (
                "psql --no-psqlrc --set ON_ERROR_STOP=1 --set dms_password=$DMS_PASSWORD "
                f'--set cutover_password=$CUTOVER_PASSWORD --file block.sql "{url}"'
            )
        else:
            (settings,) = (each.text for each in blocks() if each.section == SETTINGS)
            command = settings.replace("cd terraform/aurora-migration\n", "") + block.text
        ran = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ran.returncode == 0, f"{block.text}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    def _environment(self) -> dict[str, str]:
        rig, settings = self.rig, self.rig.settings
        dms = rig.aws.boto3_client("dms")
        endpoints = dms.describe_endpoints()["Endpoints"]
        instance = dms.describe_replication_instances()["ReplicationInstances"][0]
        outputs = {
            "cutover_function_name": "migration-cutover",
            "state_parameter": settings.state_parameter,
            "forward_task_arn": settings.forward_task_arn,
            "reverse_task_arn": settings.reverse_task_arn,
            "replication_instance_arn": instance["ReplicationInstanceArn"],
            "cluster_identifier": settings.new_cluster,
            "snapshot_identifier": settings.snapshot,
            "zone_id": settings.zone_id,
            "endpoint_arns": {
                each["EndpointIdentifier"]: each["EndpointArn"] for each in endpoints
            },
        }
        url = f"postgresql://postgres:{PASSWORD}@127.0.0.1"
        cases = "".join(f"{name}) printf %s '{value}';;\n" for name, value in outputs.items())
        self._program("terraform", f'case "$3" in\n{cases}esac')
        return {
            **settings.to_environment(),
            programs.PORTS: json.dumps([rig.old.port, rig.new.port]),
            "OLD_AUTHORITY": str(self.folder / AUTHORITY),
            "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "OLD": f"{url}:{rig.old.port}/{DATABASE}",
            "NEW": f"{url}:{rig.new.port}/{DATABASE}",
            "OLD_HOST": "127.0.0.1",
            "OLD_PORT": str(rig.old.port),
            "DMS_PASSWORD": PASSWORD,
            "CUTOVER_PASSWORD": PASSWORD,
            "LOOK": "0.3",
            "AWS_ENDPOINT_URL": rig.aws.url,
            "AWS_ACCESS_KEY_ID": rig.aws.access_key,
            "AWS_SECRET_ACCESS_KEY": rig.aws.secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    def _program(self, name: str, command: str) -> None:
        file = self.folder / name
        file.write_text(f"#!/bin/sh\n{command}\n")
        file.chmod(0o755)

    def _be_aurora(self) -> None:
        """Give what RDS lets members of its own roles do, and applications what they have."""
        as_administrator(
            self.rig.new,
            "ALTER ROLE dms SUPERUSER REPLICATION",
            "ALTER ROLE cutover REPLICATION",
            "ALTER DEFAULT PRIVILEGES FOR ROLE payments_owner GRANT ALL ON TABLES TO application",
            "ALTER DEFAULT PRIVILEGES FOR ROLE payments_owner GRANT ALL ON SEQUENCES TO application",
        )


def as_administrator(server: Server, *statements: str) -> Any:
    """Run statements as the superuser that is there from the beginning."""
    connection = server.connect()
    try:
        return [connection.run(statement) for statement in statements][-1]
    finally:
        connection.close()


def bare(rig: Rig) -> None:
    """Leave an old side that belongs to an owner, and an empty new one; roles are the runbook's."""
    for server in (rig.old, rig.new):
        server.forget()
        without_roles(server)
    as_administrator(
        rig.old,
        "CREATE ROLE payments_owner",
        f"ALTER DATABASE {DATABASE} OWNER TO payments_owner",
        *[
            f"ALTER TABLE {table} OWNER TO payments_owner"
            for table in ("account", "payment", "insisted")
        ],
    )
    as_administrator(
        rig.new,
        "DROP SCHEMA public CASCADE",
        "CREATE SCHEMA public",
        "GRANT USAGE ON SCHEMA public TO PUBLIC",
        "CREATE ROLE rds_superuser",
        "CREATE ROLE rds_replication",
    )


def without_roles(server: Server) -> None:
    """Drop the roles that the runbook makes, and those that stand in for Aurora's."""
    for role in (*ROLES, "rds_superuser", "rds_replication"):
        connection = server.connect()
        if connection.run("SELECT 1 FROM pg_roles WHERE rolname = :role", role=role):
            connection.run(f"REASSIGN OWNED BY {role} TO postgres")
            connection.run(f"DROP OWNED BY {role}")
            connection.run(f"DROP ROLE {role}")
        connection.close()


@pytest.fixture
def operator(rig: Rig, tmp_path: Path) -> Iterator[Operator]:
    """Begin where the runbook begins; the clock calls the function all the time."""
    rig.reset(healthy_minutes=0.0)
    bare(rig)
    iam = rig.aws.boto3_client("iam")
    for role in ("dms-vpc-role", "dms-cloudwatch-logs-role"):
        with suppress(iam.exceptions.EntityAlreadyExistsException):
            iam.create_role(RoleName=role, AssumeRolePolicyDocument="{}")
    rig.aws.boto3_client("rds").delete_db_cluster_snapshot(
        DBClusterSnapshotIdentifier=rig.settings.snapshot
    )
    secrets = rig.aws.boto3_client("secretsmanager")
    for user in ("dms", "cutover"):
        with suppress(secrets.exceptions.ResourceNotFoundException):
            secrets.delete_secret(SecretId=f"payments/old-{user}", ForceDeleteWithoutRecovery=True)
    end = threading.Event()

    def clock() -> None:
        while not end.wait(0.3):
            rig.lag()
            with suppress(RefusedError, OSError):
                rig.machine(owner="the clock").observe()
            rig.close()

    thread = threading.Thread(target=clock)
    operator = Operator(rig, tmp_path)
    thread.start()
    yield operator
    end.set()
    thread.join()
    for server in (rig.old, rig.new):
        server.forget()
        as_administrator(
            server,
            "SET default_transaction_read_only = off",
            "ALTER ROLE dms LOGIN SUPERUSER REPLICATION",
            "ALTER ROLE cutover LOGIN SUPERUSER",
            f"ALTER DATABASE {DATABASE} OWNER TO postgres",
        )


def paid(server: Server, token: str) -> None:
    """Write as an application does."""
    connection = server.connect(user="application")
    connection.run("INSERT INTO payment (token, account_id) VALUES (:token, 7)", token=token)
    connection.close()


def tokens(server: Server) -> list[str]:
    """Return what applications wrote."""
    rows = as_administrator(server, "SELECT token FROM payment ORDER BY id")
    return list(itertools.chain.from_iterable(rows))


def test_the_runbook_leads_to_aurora(operator: Operator) -> None:
    """From two roles too few to a clean end; what was written on the way is there."""
    rig = operator.rig
    paid(rig.old, "before")
    operator.follow("Preparation")
    operator.follow("Load")
    assert rig.checkpoint().phase is Phase.READY
    paid(rig.old, "while it followed")
    *_, sessions = operator.follow("Go or no-go")
    assert "application_name" in sessions
    (*_, said) = operator.follow("Cutover")
    assert "phase: SOAK" in said
    assert rig.weights(WRITER) == rig.weights(READER) == (0, 100)
    paid(rig.new, "after")

    done = "".join(operator.follow("Clean-up"))

    assert "phase: COMMITTED" in done
    assert done.count("(0 rows)") == 2, "a slot is left"
    assert tokens(rig.new) == ["before", "while it followed", "after"]


@pytest.mark.skipif(not PROVE, reason="takes a minute: `make prove` runs it")
def test_the_runbook_leads_back(operator: Operator) -> None:
    """From READY, and from SOAK with what Aurora took; what is edited by hand is put right."""
    rig = operator.rig
    operator.follow("Preparation")
    operator.follow("Load")
    assert "phase: CDC" in operator.follow("Rollback")[0]

    operator.run(Block("", "sh", "", 'tapforge cutover advance --to READY --function "$FUNCTION"'))
    weights, checkpoint = (each for each in blocks() if each.section == EDITED)
    rig.parts().names.shift({WRITER: Weights(50, 50), READER: Weights(20, 80)})
    assert "names put back: writer 100/0, readers 100/0" in operator.run(weights)
    ssm, name = rig.aws.boto3_client("ssm"), rig.settings.state_parameter
    ssm.put_parameter(Name=name, Value='{"phase": "SOAK"}', Type="String", Overwrite=True)
    assert "phase: READY" in operator.run(checkpoint)

    operator.follow("Cutover")
    paid(rig.new, "on the new side")
    back = operator.run(next(each for each in blocks() if each.section == "Rollback"))
    assert "phase: PREPARED" in back
    assert tokens(rig.old) == ["on the new side"]
    paid(rig.old, "back again")
