"""Applications: they write and read all the time, by the names, and note what was acknowledged.

Runs as a program of its own: `python -m tests.integration.cutover.traffic CONFIG`. Each line of its
log is one transaction that a server acknowledged. It ends when its standard input does.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any

from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

from tapforge.local.emulator.client import boto3_client

_FAILURES = (DatabaseError, InterfaceError, OSError)


class Resolver:
    """Answers a name as Route 53 would, and keeps the answer for its TTL."""

    def __init__(self, url: str, zone: str) -> None:
        self._client = boto3_client(url, "route53")
        self._zone = zone
        self._kept: dict[str, tuple[float, str]] = {}

    def resolve(self, name: str) -> str:
        """Return one of the name's values, drawn by weight."""
        until, value = self._kept.get(name, (0.0, ""))
        if time.monotonic() < until:
            return value
        listed = self._client.list_resource_record_sets(
            HostedZoneId=self._zone, StartRecordName=name, StartRecordType="CNAME"
        )["ResourceRecordSets"]
        records = [each for each in listed if each["Name"] == f"{name}." and "Weight" in each]
        weights = [each["Weight"] for each in records]
        if not any(weights):
            raise AssertionError(f"{name} has the weights {weights}")
        record = random.choices(records, weights)[0]  # noqa: S311
        value = record["ResourceRecords"][0]["Value"]
        self._kept[name] = (time.monotonic() + record["TTL"], value)
        return str(value)


class Applications:
    """Threads that write, read, and try both sides against every rule."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config
        self._end = threading.Event()
        self._log = Path(config["log"]).open("w", buffering=1)  # noqa: SIM115 - open as long as we run
        self._write = threading.Lock()

    def run(self) -> None:
        """Work until the standard input ends."""
        threads = [
            *[
                threading.Thread(target=self._repeat, args=(self._pay, self._config["writer"]))
                for _ in range(self._config["writers"])
            ],
            threading.Thread(target=self._repeat, args=(self._look, self._config["reader"])),
            *[
                threading.Thread(target=self._insist, args=(host,))
                for host in self._config["hosts"]
            ],
        ]
        for thread in threads:
            thread.start()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()
        self._end.set()
        for thread in threads:
            thread.join()

    def _repeat(self, transaction: Any, name: str) -> None:
        """Do one transaction after the other, at a steady rate."""
        resolver = Resolver(self._config["url"], self._config["zone"])
        connection, host = None, ""
        pause = self._config["writers"] / self._config["rate"]
        due = time.monotonic()
        while not self._end.is_set():
            due = max(due + pause, time.monotonic())
            try:
                if connection is None:
                    host = resolver.resolve(name)
                    connection = self._connect(host, "application")
                transaction(connection, host)
            except _FAILURES:
                connection = _closed(connection)
                due = time.monotonic() + 0.02
            self._end.wait(max(0.0, due - time.monotonic()))

    def _pay(self, connection: Connection, host: str) -> None:
        token, began = uuid.uuid4().hex, time.time()
        rows = connection.run(
            "INSERT INTO payment (token) VALUES (:token) RETURNING id, extract(epoch FROM at)::float8",
            token=token,
        )
        self._note(kind="paid", host=host, token=token, id=rows[0][0], began=began)

    def _look(self, connection: Connection, host: str) -> None:
        began = time.time()
        connection.run("SELECT count(*) FROM account")
        self._note(kind="read", host=host, began=began)

    def _insist(self, host: str) -> None:
        """Write to a side directly, as a superuser who overrides every setting."""
        connection = None
        while not self._end.is_set():
            try:
                if connection is None:
                    connection = self._connect(host, "postgres")
                    connection.run("SET default_transaction_read_only = off")
                token, began = uuid.uuid4().hex, time.time()
                connection.run("INSERT INTO insisted (token) VALUES (:token)", token=token)
                self._note(kind="insisted", host=host, token=token, began=began)
            except _FAILURES:
                connection = _closed(connection)
            self._end.wait(0.02)

    def _connect(self, host: str, user: str) -> Connection:
        port = self._config["hosts"][host]
        return Connection(
            user, host="127.0.0.1", port=port, database=self._config["database"],
            password=self._config["password"], timeout=5,
        )  # fmt: skip

    def _note(self, **acknowledged: Any) -> None:
        line = json.dumps({**acknowledged, "ended": time.time()}) + "\n"
        with self._write:
            self._log.write(line)


def _closed(connection: Connection | None) -> None:
    if connection is not None:
        try:
            connection.close()
        except _FAILURES:
            return


if __name__ == "__main__":
    Applications(json.loads(sys.argv[1])).run()
