"""The emulator's process: `python -m tapforge.local.emulator.server --port 0 --root DIRECTORY`.

It binds 127.0.0.1 only, writes its record when it can answer, and ends when it is told to (SIGTERM)
or when its record is gone or belongs to another: a deleted checkout leaves nothing running.
"""

from __future__ import annotations

import argparse
import errno
import json
import logging
import os
import secrets
import signal
import socket
import sys
import threading
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tapforge
from tapforge.lang.errors import TapforgeError
from tapforge.local.emulator.record import ACCOUNT, HEALTH_PATH, PORT_TAKEN, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from werkzeug.serving import BaseWSGIServer

WATCH_SECONDS = 2.0
"""How often the server looks whether its record is still there."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until it is told to stop.

    Args:
        arguments: The command line; by default this process's.

    Returns:
        The exit status: 0, `PORT_TAKEN`, or 1 when moto is not as the patches expect it.
    """
    options = _parser().parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(message)s")
    try:
        listener = _bind(options.port)
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        sys.stderr.write(f"port {options.port}: {os.strerror(error.errno)}\n")
        return PORT_TAKEN
    port = listener.getsockname()[1]
    _set_environment(port)
    os.chdir("/")
    try:
        application = _application(options.without, patched=not options.without_patches)
    except TapforgeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    record = Record(
        pid=os.getpid(),
        port=port,
        token=secrets.token_hex(16),
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        version=tapforge.__version__,
        moto=version("moto"),
    )
    _serve(application, listener, record, options.root)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tapforge.local.emulator.server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument(
        "--root", type=lambda given: Path(given).absolute(), required=True, help="run directory"
    )
    parser.add_argument(
        "--without-patches", action="store_true", help="plain moto, to see which gaps it has"
    )
    parser.add_argument(
        "--without", action="append", default=[], metavar="GAP", help="leave one gap of moto open"
    )
    return parser


def _bind(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def _set_environment(port: int) -> None:
    """Set what moto reads from the environment, and keep the user's AWS settings away from it."""
    for name in [each for each in os.environ if each.startswith(("AWS_", "MOTO_"))]:
        del os.environ[name]
    os.environ.update(
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        MOTO_ACCOUNT_ID=ACCOUNT,
        MOTO_IAM_LOAD_MANAGED_POLICIES="true",
        MOTO_PORT=str(port),
    )


def _application(left_open: Collection[str], *, patched: bool) -> Callable[..., Iterable[bytes]]:
    """Return moto as a WSGI application, with the patches of all gaps that are not left open."""
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        create_backend_app,
    )

    from tapforge.local.emulator.patches import close_gaps

    if patched:
        close_gaps(left_open)
    application: Callable[..., Iterable[bytes]] = DomainDispatcherApplication(create_backend_app)
    return application


def _serve(
    application: Callable[..., Iterable[bytes]],
    listener: socket.socket,
    record: Record,
    run_dir: Path,
) -> None:
    from moto.moto_server.werkzeug_app import MotoRequestHandler
    from werkzeug.serving import make_server

    # One line for each of thousands of requests says nothing; its errors do.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    identity = json.dumps({"token": record.token, "root": str(run_dir)}).encode()

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != HEALTH_PATH:
            return application(environ, start_response)
        start_response(
            "200 OK",
            [("Content-Type", "application/json"), ("Content-Length", str(len(identity)))],
        )
        return [identity]

    with listener:
        server = make_server(
            "127.0.0.1",
            record.port,
            answer,
            threaded=True,
            request_handler=MotoRequestHandler,
            fd=listener.fileno(),
        )
        for ending in (signal.SIGTERM, signal.SIGINT):
            signal.signal(ending, lambda *_: _shut_down(server))
        record.write(run_dir)
        threading.Thread(target=_watch, args=(server, record, run_dir), daemon=True).start()
        try:
            server.serve_forever(poll_interval=0.1)
        finally:
            record.remove(run_dir)


def _shut_down(server: BaseWSGIServer) -> None:
    # shutdown() waits for serve_forever(), which runs in the thread that gets the signal.
    threading.Thread(target=server.shutdown, daemon=True).start()


def _watch(server: BaseWSGIServer, record: Record, run_dir: Path) -> None:
    while Record.read(run_dir) == record:
        time.sleep(WATCH_SECONDS)
    server.shutdown()


if __name__ == "__main__":
    sys.exit(main())
