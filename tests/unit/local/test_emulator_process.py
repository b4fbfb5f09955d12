"""The emulator's process: started, found, stopped, and never left behind."""

import http.server
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import attrs
import pytest

from tapforge.local.emulator import Emulator, EmulatorError, holder, process, record, server

PLAIN = ["--without-patches"]  # starts in half the time


def _start(run_dir, **options):
    return Emulator.start(run_dir, arguments=PLAIN, **options)


@pytest.fixture
def emulator(tmp_path):
    """Return a running emulator."""
    with _start(tmp_path / "run") as running:
        yield running


@pytest.fixture
def spawned(monkeypatch):
    """Return the pids of the servers that a test starts."""
    pids = []
    spawn = process._spawn

    def recording(*arguments):
        pids.append(spawn(*arguments))
        return pids[-1]

    monkeypatch.setattr(process, "_spawn", recording)
    return pids


def _wait_until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


@pytest.fixture
def listener():
    """Return a socket that listens on a free port and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_it_answers_as_the_account_on_loopback_only(emulator):
    """A started emulator serves AWS; nothing outside this machine reaches it."""
    assert emulator.boto3_client("sts").get_caller_identity()["Account"] == emulator.account
    assert emulator.url == f"http://127.0.0.1:{emulator.record.port}"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", emulator.record.port), timeout=1)


def test_any_region_and_credentials_work(emulator):
    """The credentials are constants; a client of each region is made once."""
    assert (emulator.access_key, emulator.secret_key) == ("test", "test")
    client = emulator.boto3_client("sqs", "eu-west-1")
    client.create_queue(QueueName="q")
    assert client is emulator.boto3_client("sqs", "eu-west-1")
    assert len(client.list_queues()["QueueUrls"]) == 1
    assert "QueueUrls" not in emulator.boto3_client("sqs").list_queues()


def test_reset_forgets_everything(emulator):
    """After a reset there is nothing of what was made."""
    sqs = emulator.boto3_client("sqs")
    sqs.create_queue(QueueName="q")

    emulator.reset()

    assert "QueueUrls" not in sqs.list_queues()


def test_the_record_says_who_serves(emulator):
    """Process, port and versions are in a file that only its owner can read."""
    written = record.Record.read(emulator.run_dir)

    assert written == emulator.record
    assert record.is_alive(written.pid)
    assert written.moto == "5.2.5"
    assert written.started.startswith("20")
    assert record.record_path(emulator.run_dir).stat().st_mode & 0o077 == 0


def test_a_second_start_finds_the_first(emulator):
    """State is kept: whoever starts it again gets the one that runs."""
    again = _start(emulator.run_dir)

    assert again == emulator
    assert _start(emulator.run_dir, port=emulator.record.port) == emulator
    assert Emulator.running(emulator.run_dir) == emulator


def test_two_starts_at_once_give_one_emulator(tmp_path, spawned):
    """The second waits for the first."""
    with ThreadPoolExecutor() as threads:
        first, second = threads.map(_start, [tmp_path, tmp_path])

    with first:
        assert first == second
        assert len(spawned) == 1


def test_another_port_than_that_of_the_running_one_is_refused(emulator):
    """The message says where it runs and what becomes of its resources."""
    with pytest.raises(EmulatorError) as caught:
        _start(emulator.run_dir, port=1)

    message = str(caught.value)
    assert message.startswith("port 1: was asked for")
    assert f"runs on port {emulator.record.port}" in message
    assert "its resources are gone then" in message


def test_stop_leaves_nothing_but_the_log(tmp_path):
    """Process and record are gone; stopping twice is harmless."""
    emulator = _start(tmp_path)

    emulator.stop()
    emulator.stop()

    assert not record.is_alive(emulator.record.pid)
    assert Emulator.running(tmp_path) is None
    assert {path.name for path in tmp_path.iterdir()} == {"emulator.log", "emulator.lock"}


def test_it_outlives_the_process_that_started_it(tmp_path):
    """`up` starts it, `down` finds it by its record."""
    program = (
        "import sys; from pathlib import Path; from tapforge.local.emulator import Emulator\n"
        f"Emulator.start(Path(sys.argv[1]), arguments={PLAIN})"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)

    emulator = Emulator.running(tmp_path)

    assert emulator is not None
    assert os.getsid(emulator.record.pid) == emulator.record.pid
    emulator.stop()
    assert _wait_until(lambda: not record.is_alive(emulator.record.pid))


def test_the_users_aws_settings_do_not_matter(tmp_path, monkeypatch):
    """A profile that does not exist, a proxy, a port in MOTO_PORT: none of it is looked at."""
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "999999999999")

    with _start(tmp_path) as emulator:
        identity = emulator.boto3_client("sts").get_caller_identity()

    assert identity["Account"] == "123456789012"


def test_no_record_means_none_runs(tmp_path):
    """Neither a missing directory nor an unreadable record is an emulator."""
    assert Emulator.running(tmp_path / "none") is None
    record.record_path(tmp_path).write_text("{")
    assert Emulator.running(tmp_path) is None


def test_a_record_of_an_ended_process_is_removed(emulator):
    """Killed from outside, it is recognised as gone, and a new one can start."""
    os.kill(emulator.record.pid, signal.SIGKILL)
    assert _wait_until(lambda: not record.is_alive(emulator.record.pid))

    assert Emulator.running(emulator.run_dir) is None
    assert not record.record_path(emulator.run_dir).exists()
    with _start(emulator.run_dir) as again:
        assert again.record.pid != emulator.record.pid


class _Other(http.server.BaseHTTPRequestHandler):
    """Another program, which answers everything with the same text."""

    text = b""

    def do_GET(self):
        """Answer."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.text)))
        self.end_headers()
        self.wfile.write(self.text)

    def log_message(self, *_):
        """Keep quiet."""


@pytest.mark.parametrize("text", [b'{"token": "other"}', b"<html>", b"[]"])
def test_a_record_whose_port_another_program_has_is_removed(tmp_path, monkeypatch, text):
    """A living process with that number is not enough: it has to know the token."""
    monkeypatch.setattr(_Other, "text", text)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Other) as other:
        threading.Thread(target=other.serve_forever).start()
        _record(os.getpid(), other.server_port).write(tmp_path)

        found = Emulator.running(tmp_path)
        other.shutdown()

    assert found is None
    assert record.Record.read(tmp_path) is None


def _record(pid, port):
    return record.Record(
        pid=pid, port=port, token="token", started="2026-01-01", version="0", moto="5"
    )


def test_a_port_that_nobody_has_is_no_emulator(tmp_path, listener):
    """The process lives, but nobody listens on the port."""
    port = listener.getsockname()[1]
    listener.close()
    _record(os.getpid(), port).write(tmp_path)

    assert Emulator.running(tmp_path) is None


def test_one_that_does_not_answer_is_not_taken_for_gone(tmp_path, listener, monkeypatch):
    """It may be busy: the message says what it is and how to get rid of it."""
    monkeypatch.setattr(process, "ANSWER_SECONDS", 0.1)
    _record(os.getpid(), listener.getsockname()[1]).write(tmp_path)

    with pytest.raises(EmulatorError, match="does not answer on port") as caught:
        Emulator.running(tmp_path)

    assert str(record.record_path(tmp_path)) in str(caught.value)
    assert record.Record.read(tmp_path) is not None


def test_a_taken_port_names_its_holder(tmp_path, listener, monkeypatch):
    """The message has the port, the program that listens on it, and what to do."""
    monkeypatch.setattr(process, "ANSWER_SECONDS", 0.1)
    port = listener.getsockname()[1]

    with pytest.raises(EmulatorError) as caught:
        _start(tmp_path, port=port)

    message = str(caught.value)
    assert message.startswith(f"port {port}: is taken by `")
    assert f"(pid {os.getpid()})" in message
    assert "leave the port out to take a free one" in message


def test_a_port_taken_by_another_emulator_names_its_directory(emulator, tmp_path):
    """Which checkout it belongs to is said, so that it can be stopped there."""
    with pytest.raises(EmulatorError) as caught:
        _start(tmp_path / "second", port=emulator.record.port)

    assert f"is taken by the emulator of {emulator.run_dir}" in str(caught.value)
    assert Emulator.running(emulator.run_dir) == emulator


def test_a_port_taken_by_nobody_to_be_seen_says_so(tmp_path, listener, monkeypatch):
    """Another user's program cannot be named."""
    monkeypatch.setattr(process, "ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(process, "holder_of", lambda _: "")

    with pytest.raises(EmulatorError, match="a program that cannot be seen from here"):
        _start(tmp_path, port=listener.getsockname()[1])


def test_it_ends_when_its_directory_is_deleted(emulator):
    """A deleted checkout leaves no process."""
    shutil.rmtree(emulator.run_dir)

    assert _wait_until(lambda: not record.is_alive(emulator.record.pid))


def test_it_ends_when_its_record_is_anothers(emulator):
    """Two servers never share a run directory, and the record of the other stays."""
    other = attrs.evolve(emulator.record, token="other")
    other.write(emulator.run_dir)

    assert _wait_until(lambda: not record.is_alive(emulator.record.pid))
    assert record.Record.read(emulator.run_dir) == other


def test_an_interrupted_start_leaves_nothing(tmp_path, spawned, monkeypatch):
    """Ctrl-C while it starts ends it."""

    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(process, "_identity", interrupt)

    with pytest.raises(KeyboardInterrupt):
        _start(tmp_path)

    assert not record.is_alive(*spawned)


def test_a_start_that_takes_too_long_leaves_nothing(tmp_path, spawned):
    """The message says how long was waited and where the log is."""
    with pytest.raises(EmulatorError, match=r"within 0\.05 seconds.*emulator\.log"):
        _start(tmp_path, timeout=0.05)

    assert not record.is_alive(*spawned)


def test_a_server_that_ends_at_once_says_why(tmp_path):
    """The last line of its log is in the message."""
    with pytest.raises(EmulatorError, match=r"ended with status 2: .*--nonsense"):
        Emulator.start(tmp_path, arguments=["--nonsense"])


def test_a_busy_server_is_asked_again(tmp_path, monkeypatch):
    """One answer that does not come in time is not the end of the start."""
    identity, calls = process._identity, []

    def slow_at_first(port):
        calls.append(port)
        if len(calls) == 1:
            raise TimeoutError
        return identity(port)

    monkeypatch.setattr(process, "_identity", slow_at_first)

    with _start(tmp_path):
        assert len(calls) == 2


def test_a_process_that_does_not_listen_to_reason_is_killed():
    """SIGTERM first; after the patience has gone, SIGKILL."""
    program = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as stubborn:
        stubborn.stdout.readline()

        process._end(stubborn.pid, patience=0.1)

        assert not record.is_alive(stubborn.pid)


def test_an_ended_process_nobody_waits_for_is_not_alive():
    """In many containers nobody buries the orphans."""
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        assert _wait_until(lambda: record._awaits_burial(ended.pid))
    assert not record._awaits_burial(ended.pid)


def test_a_process_of_another_user_is_alive(monkeypatch):
    """That it may not be signalled means that it exists."""

    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)

    assert record.is_alive(os.getppid())


def test_the_holder_of_a_port_is_found(listener):
    """It is named by command and process id; a free port has none."""
    port = listener.getsockname()[1]

    assert holder.holder_of(port).endswith(f"(pid {os.getpid()})")
    listener.close()
    assert holder.holder_of(port) == ""


def test_without_proc_nobody_is_named(listener, monkeypatch, tmp_path):
    """Other systems than Linux do not tell."""
    monkeypatch.setattr(holder, "Path", lambda _: tmp_path / "none")

    assert holder.holder_of(listener.getsockname()[1]) == ""


def test_a_moto_of_another_shape_ends_the_start(tmp_path):
    """The server says which patch no longer fits, and what to install."""
    program = (
        "import sys, moto.rds.models; del moto.rds.models.DBInstance.update\n"
        "from tapforge.local.emulator.server import main\n"
        "sys.exit(main(['--root', sys.argv[1]]))"
    )

    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1
    assert "rds.performance_insights" in ended.stderr
    assert "DBInstance has no function update" in ended.stderr
    assert "install moto==5.2.5" in ended.stderr
    assert record.Record.read(tmp_path) is None


def test_an_unusual_socket_error_is_not_hidden(monkeypatch, tmp_path):
    """Only a taken or forbidden port is the caller's to solve."""

    def fail(_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(server, "_bind", fail)

    with pytest.raises(OSError, match="Input/output error"):
        server.main(["--root", str(tmp_path)])
