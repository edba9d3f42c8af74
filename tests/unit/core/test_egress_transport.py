"""Sending over real sockets and real TLS: which address is connected to, under which name, and for how long."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from infra.local.catcher.answers import Answer as Scripted
from infra.local.catcher.catcher import Catcher

from auspex.core.egress import Destination, EgressError, EgressRules
from auspex.core.egress_transport import Answer, Sender, connect_by_system
from auspex.core.limits import EGRESS_RESPONSE_BYTES_MAX

NAME = "hooks.example.com"
PUBLIC_ADDRESS = "93.184.215.14"
HOOK = Destination("https", NAME, 443, "/in?x=1")
OK = b"HTTP/1.1 204 No Content\r\nX-Own: yes\r\n\r\n"
LOCAL = EgressRules(loopback=True)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of NAME, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


@dataclass(slots=True)
class TlsServer:
    """Answers one request after the other with the given bytes, and remembers names and requests."""

    port: int
    names: list[str | None] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)


def whole_request(connection: ssl.SSLSocket) -> bytes:
    """Read head and body of a request that states its length."""
    content = connection.recv(65_536)
    while b"\r\n\r\n" not in content:
        content += connection.recv(65_536)
    head, _, body = content.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


Reply = Callable[[ssl.SSLSocket], None]


def reply_with(content: bytes) -> Reply:
    return lambda connection: connection.sendall(content)


@contextmanager
def tls_server(certificate: Path, reply: Reply) -> Iterator[TlsServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0))
    server = TlsServer(listener.getsockname()[1])
    context.sni_callback = lambda _socket, name, _context: server.names.append(name)

    def serve() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(plain, server_side=True) as connection:
                    server.requests.append(whole_request(connection))
                    reply(connection)
            except OSError:
                plain.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


class Road:
    """Leads a public address to a server of the test, and remembers which addresses were connected to."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connected: list[tuple[str, int]] = []

    def __call__(self, address: str, port: int, seconds: float) -> httpcore.NetworkStream:
        self.connected.append((address, port))
        return connect_by_system("127.0.0.1", self.port, seconds)


def post(sender: Sender, destination: Destination = HOOK, *, body: bytes = b"{}", seconds: float = 10) -> Answer:
    return sender.post(destination, headers={"content-type": "application/json"}, body=body, seconds=seconds)


def refusal(sender: Sender, destination: Destination = HOOK, *, seconds: float = 10) -> str:
    with pytest.raises(EgressError) as refused:
        post(sender, destination, seconds=seconds)
    return refused.value.kind


def test_the_checked_address_is_connected_to_under_the_names_identity(certificate: Path) -> None:
    with tls_server(certificate, reply_with(OK)) as server:
        road = Road(server.port)
        sender = Sender(EgressRules(), resolve=lambda _h, _p: [PUBLIC_ADDRESS], connect=road, tls=trusting(certificate))
        answer = post(sender, body=b'{"n":1}')
    assert (answer.status, answer.headers["x-own"]) == (204, "yes")
    assert road.connected == [(PUBLIC_ADDRESS, 443)]
    assert server.names == [NAME]
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /in?x=1 HTTP/1.1\r\n")
    assert b"\r\nhost: hooks.example.com\r\n" in head
    assert body == b'{"n":1}'


def test_a_name_that_changes_its_mind_after_the_check_leads_nowhere_else(certificate: Path) -> None:
    """DNS rebinding: the first lookup is public, every later one is this machine."""
    answers = iter([[PUBLIC_ADDRESS]])
    lookups: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        lookups.append(host)
        return next(answers, ["127.0.0.1"])

    with tls_server(certificate, reply_with(OK)) as server:
        road = Road(server.port)
        sender = Sender(EgressRules(), resolve=rebinding, connect=road, tls=trusting(certificate))
        assert post(sender).status == 204
        assert (lookups, road.connected) == ([NAME], [(PUBLIC_ADDRESS, 443)])
        assert refusal(sender) == "address-refused"
    assert len(road.connected) == 1
    assert len(server.requests) == 1


def test_the_next_address_is_tried_when_one_does_not_answer(certificate: Path) -> None:
    with tls_server(certificate, reply_with(OK)) as server:
        road = Road(server.port)

        def first_is_dead(address: str, port: int, seconds: float) -> httpcore.NetworkStream:
            if address == "9.9.9.9":
                raise httpcore.ConnectTimeout("silent")
            return road(address, port, seconds)

        sender = Sender(
            EgressRules(), resolve=lambda _h, _p: ["9.9.9.9", "8.8.8.8"], connect=first_is_dead,
            tls=trusting(certificate),
        )  # fmt: skip
        assert post(sender).status == 204
    assert road.connected == [("8.8.8.8", 443)]


def test_a_certificate_of_another_name_or_nobody_is_refused(certificate: Path) -> None:
    with tls_server(certificate, reply_with(OK)) as server:
        road = Road(server.port)
        trusted = Sender(EgressRules(), resolve=lambda _h, _p: ["8.8.8.8"], connect=road, tls=trusting(certificate))
        assert refusal(trusted, Destination("https", "other.example.com", 443, "/")) == "tls-failed"
        assert refusal(Sender(EgressRules(), resolve=lambda _h, _p: ["8.8.8.8"], connect=road)) == "tls-failed"
    assert server.requests == []


def test_a_redirect_is_an_answer_and_is_not_followed(catcher: Catcher) -> None:
    other = f"{catcher.url}/elsewhere"
    catcher.receiver.answers.arm(Scripted(status=307, location=other))
    answer = post(Sender(LOCAL), Destination("http", "127.0.0.1", catcher.receiver.port, "/in"))
    assert (answer.status, answer.headers["location"]) == (307, other)
    assert [caught["path"] for caught in catcher.received.requests()] == ["/in"]


def test_proxies_of_the_environment_have_no_say(catcher: Catcher, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert post(Sender(LOCAL), Destination("http", "localhost", catcher.receiver.port, "/in")).status == 200


def test_a_slow_drip_ends_at_the_deadline(certificate: Path) -> None:
    stop = threading.Event()

    def drip(connection: ssl.SSLSocket) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nx-long: " + b"a" * 500:
            if stop.wait(0.05):
                return
            connection.send(bytes([byte]))

    with tls_server(certificate, drip) as server:
        sender = Sender(
            EgressRules(), resolve=lambda _h, _p: ["8.8.8.8"], connect=Road(server.port), tls=trusting(certificate)
        )
        started = time.monotonic()
        assert refusal(sender, seconds=0.6) == "timeout"
        assert time.monotonic() - started < 5
        stop.set()


def test_silence_ends_at_the_deadline(catcher: Catcher) -> None:
    catcher.receiver.answers.arm(Scripted(delay_seconds=30))
    assert (
        refusal(Sender(LOCAL), Destination("http", "127.0.0.1", catcher.receiver.port, "/"), seconds=0.3) == "timeout"
    )


def test_a_name_that_does_not_resolve_in_time_is_left_behind() -> None:
    released = threading.Event()

    def slow(_host: str, _port: int) -> list[str]:
        released.wait(30)
        return []

    assert refusal(Sender(EgressRules(), resolve=slow), seconds=0.2) == "timeout"
    released.set()


def test_an_endless_body_is_read_up_to_the_cap(certificate: Path) -> None:
    sent = 0

    def flood(connection: ssl.SSLSocket) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
        while sent < 50_000_000:
            sent += connection.send(b"x" * 16_384)

    with tls_server(certificate, flood) as server:
        sender = Sender(
            EgressRules(), resolve=lambda _h, _p: ["8.8.8.8"], connect=Road(server.port), tls=trusting(certificate)
        )
        assert post(sender).status == 200
    assert EGRESS_RESPONSE_BYTES_MAX <= sent < 50_000_000


@pytest.mark.parametrize("content", [b"this is no HTTP\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 50_000])
def test_an_answer_that_is_no_http_is_told_apart(certificate: Path, content: bytes) -> None:
    with tls_server(certificate, reply_with(content)) as server:
        sender = Sender(
            EgressRules(), resolve=lambda _h, _p: ["8.8.8.8"], connect=Road(server.port), tls=trusting(certificate)
        )
        assert refusal(sender) in {"protocol-error", "connection-failed"}


def test_a_closed_port_is_a_failed_connection(catcher: Catcher) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert (
            refusal(Sender(LOCAL), Destination("http", "127.0.0.1", unused.getsockname()[1], "/"))
            == "connection-failed"
        )
