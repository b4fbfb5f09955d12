"""TLS to a real server: the function talks to nobody whose certificate does not prove who it is."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tapforge.cutover.databases import Access, Database
from tapforge.cutover.errors import RefusedError, UnreachableError
from tests.integration.cutover.servers import PASSWORD, Server

HOST = "localhost"


class Authority:
    """Somebody who signs certificates."""

    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._own = _certificate(self._name, self._name, self._key, self._key, None)

    def pem(self) -> bytes:
        """Return its own certificate."""
        return self._own.public_bytes(serialization.Encoding.PEM)

    def sign(self, host: str) -> tuple[bytes, bytes]:
        """Return a certificate of a host, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        signed = _certificate(subject, self._name, key, self._key, host)
        return signed.public_bytes(serialization.Encoding.PEM), key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey,
    host: str | None,
) -> x509.Certificate:
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False
        )
    )
    if host:
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        made = made.add_extension(names, critical=False)
    return made.sign(by, hashes.SHA256())


class TlsFront:
    """Stands before a server, as its binaries here know no TLS: speaks it as PostgreSQL does.

    Args:
        port: The server's.
        certificate: What it shows, and its private key, as PEM; None refuses TLS.
        folder: Where they are kept for it.
    """

    def __init__(self, port: int, certificate: tuple[bytes, bytes] | None, folder: Path) -> None:
        self._server = port
        self._context = None
        if certificate:
            file = folder / "server.pem"
            file.write_bytes(b"".join(certificate))
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(file)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        # https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
        assert connection.recv(8) == struct.pack("!ii", 8, 80877103)
        with connection, suppress(OSError):
            connection.sendall(b"S" if self._context else b"N")
            if not self._context:
                return
            with (
                self._context.wrap_socket(connection, server_side=True) as encrypted,
                socket.create_connection(("127.0.0.1", self._server)) as server,
            ):
                back = threading.Thread(target=_pour, args=(server, encrypted), daemon=True)
                back.start()
                _pour(encrypted, server)
                back.join()


def _pour(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def authority() -> Authority:
    """Return who signs the server's certificate."""
    return Authority("of the databases")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Start a server."""
    server = Server()
    yield server
    server.remove()


@pytest.fixture
def access(server: Server, authority: Authority, tmp_path: Path) -> Iterator[Access]:
    """Say how a server with a certificate is reached: as the function's settings have it."""
    file = tmp_path / "authorities.pem"
    file.write_bytes(Authority("of something else").pem() + authority.pem())
    front = TlsFront(server.port, authority.sign(HOST), tmp_path)
    yield Access(
        side="old side",
        host=HOST,
        port=front.port,
        database="postgres",
        user="postgres",
        password=PASSWORD,
        replication_role="dms",
        schemas=("public",),
        ca_file=str(file),
    )
    front.close()


def test_a_server_that_proves_who_it_is_is_talked_to_encrypted(access: Access) -> None:
    """One of the authorities signed its certificate, which names the host."""
    database = Database(access)
    assert database.one("SELECT current_user::text") == "postgres"
    assert isinstance(database._connection._usock, ssl.SSLSocket)
    database.close()


@pytest.mark.parametrize("known", ["another authority", "those of the system"])
def test_a_certificate_of_a_stranger_is_refused(access: Access, tmp_path: Path, known: str) -> None:
    """Before a password is sent; it is no matter of waiting."""
    other = tmp_path / "other.pem"
    other.write_bytes(Authority("of something else").pem())
    file = str(other) if known == "another authority" else ""

    with pytest.raises(RefusedError, match="not to be trusted") as refused:
        Database(replace(access, ca_file=file)).now()

    assert not isinstance(refused.value, UnreachableError)
    (problem,) = refused.value.problems
    assert problem.place == f"old side ({HOST}:{access.port})"
    assert "authorities' file" in problem.fix


def test_a_certificate_of_another_host_is_refused(access: Access) -> None:
    """Its authority is the right one, and it is somebody else's."""
    with pytest.raises(RefusedError, match=r"not valid for '127\.0\.0\.1'"):
        Database(replace(access, host="127.0.0.1")).now()


def test_a_server_without_tls_is_refused(access: Access, server: Server, tmp_path: Path) -> None:
    """Nobody reads the password on the way."""
    plain = TlsFront(server.port, None, tmp_path)
    with pytest.raises(RefusedError, match="Server refuses SSL"):
        Database(replace(access, port=plain.port)).now()
    plain.close()
