"""Who is let in, over real connections: TLS, client certificates, bearer tokens, and the addresses that are listened on."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import grpc
import pytest
import trustme
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from tests.service.example_calls import about
from tests.service.operating import (
    CONNECTORS,
    SERVING,
    begin,
    eventually,
    health,
    is_listening,
    status,
)
from tests.service.running import Service

TOKEN = "a-token-that-nobody-guesses"
OPEN_DOOR = "may call the connectors: set a token or tls_client_ca"


class Files(NamedTuple):
    """Certificates, as files."""

    authority: trustme.CA
    others: trustme.CA
    options: list[str]
    client_options: list[str]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Certificates of two authorities, of which the service trusts the first."""
    folder = tmp_path_factory.mktemp("certificates")
    authority, others = trustme.CA(), trustme.CA()
    issued = authority.issue_cert("localhost", "127.0.0.1", "::1")
    chain, key, trusted = folder / "chain.pem", folder / "key.pem", folder / "ca.pem"
    for part in issued.cert_chain_pems:
        part.write_to_path(chain, append=True)
    issued.private_key_pem.write_to_path(key)
    authority.cert_pem.write_to_path(trusted)
    options = ["--tls-certificate", str(chain), "--tls-key", str(key)]
    return Files(
        authority, others, options, [*options, "--tls-client-ca", str(trusted)]
    )


Start = Callable[..., Service]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start services, and wait until they listen."""
    started: list[Service] = []

    def start(*options: str, **more: Any) -> Service:
        service = Service(tmp_path, *options, modules=(CONNECTORS,), **more)
        started.append(service)
        eventually(
            lambda: "listening on" in service.log() or service.process.poll(),
            "it listens",
        )
        return service

    try:
        yield start
        for service in started:
            service.stop()
    finally:
        for service in started:
            service.kill()


def secure(
    service: Service, trusted: trustme.CA, own: trustme.LeafCert | None = None
) -> grpc.Channel:
    """Return a connection of a client that trusts an authority, maybe with a certificate of its own."""
    chain = own and b"".join(part.bytes() for part in own.cert_chain_pems)
    credentials = grpc.ssl_channel_credentials(
        trusted.cert_pem.bytes(),
        own and own.private_key_pem.bytes(),
        chain,
    )
    return grpc.secure_channel(f"localhost:{service.port}", credentials)


def outcome(channel: grpc.Channel, **options: Any) -> str:
    """Call a connector, and return how the call ended."""
    with channel:
        request = about("GetTask", "quick")
        return status(begin(channel, "GetTask", request, **options))


def test_tls(start: Start, files: Files) -> None:
    """With a certificate, clients that trust it are served, and no others."""
    service = start(*files.options)
    assert outcome(secure(service, files.authority)) == "OK"
    assert outcome(secure(service, files.others)) == "UNAVAILABLE"
    assert outcome(service.channel()) == "UNAVAILABLE"


def test_client_certificates(start: Start, files: Files) -> None:
    """With an authority for clients, those with its certificate are served, and no others, not even for health."""
    service = start(*files.client_options)
    ours = files.authority.issue_cert("client.example")
    theirs = files.others.issue_cert("client.example")
    assert outcome(secure(service, files.authority, ours)) == "OK"
    assert outcome(secure(service, files.authority, theirs)) == "UNAVAILABLE"
    assert outcome(secure(service, files.authority)) == "UNAVAILABLE"
    with secure(service, files.authority) as channel, pytest.raises(grpc.RpcError):
        health(channel)


def _bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", token),)


@pytest.mark.parametrize("given", ["option", "file", "environment"])
def test_bearer_token(start: Start, tmp_path: Path, given: str) -> None:
    """With a token, calls that carry it are answered, and no others; the token is not logged."""
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    options = {"option": ["--token", TOKEN], "file": ["--token-file", str(file)]}
    environment = {"FLYTE_CONNECTOR_TOKEN": TOKEN} if given == "environment" else {}
    service = start(*options.get(given, []), environment=environment)
    good = _bearer(f"Bearer {TOKEN}")
    assert outcome(service.channel(), metadata=good) == "OK"
    wrong = ["Bearer", "Bearer ", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", ""]
    for token in wrong:
        refused = outcome(service.channel(), metadata=_bearer(token))
        assert refused == "UNAUTHENTICATED", token
    assert outcome(service.channel()) == "UNAUTHENTICATED"
    assert TOKEN not in service.log()


def test_health_needs_no_token(start: Start) -> None:
    """Probes of a platform are answered without one; reflection and unknown methods are not."""
    service = start("--token", TOKEN)
    with service.channel() as channel:
        assert health(channel) == SERVING
        questions = [reflection_pb2.ServerReflectionRequest(list_services="")]
        ask = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo
        assert status(ask(iter(questions))) == "UNAUTHENTICATED"
        (answer,) = ask(iter(questions), metadata=_bearer(f"Bearer {TOKEN}"))
        names = {one.name for one in answer.list_services_response.service}
        assert "flyteidl2.connector.AsyncConnectorService" in names
        unknown = channel.unary_unary("/a/b").future(b"")
        assert status(unknown) == "UNAUTHENTICATED"


def test_token_and_certificates_together(start: Start, files: Files) -> None:
    """A call needs both where both are asked for."""
    service = start(*files.client_options, "--token", TOKEN)
    ours = files.authority.issue_cert("client.example")
    good = _bearer(f"Bearer {TOKEN}")
    assert outcome(secure(service, files.authority, ours), metadata=good) == "OK"
    assert outcome(secure(service, files.authority, ours)) == "UNAUTHENTICATED"
    assert outcome(secure(service, files.authority), metadata=good) == "UNAVAILABLE"


# Addresses


def _own_address() -> str | None:
    """Return an address of this machine that is not a loopback address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Sends nothing, but tells the way it would go.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address: str = probe.getsockname()[0]
    return None if address.startswith("127.") else address


OTHERS = [address for address in ("127.0.0.2", _own_address()) if address]


def test_only_this_machine_by_default(start: Start) -> None:
    """Neither calls nor metrics are served on another address than the loopback one, and no warning is needed."""
    service = start()
    for port in (service.port, service.metrics_port):
        assert is_listening("127.0.0.1", port)
        assert not any(is_listening(address, port) for address in OTHERS)
    assert OPEN_DOOR not in service.log()


@pytest.mark.parametrize("given", ["option", "environment"])
def test_all_addresses(start: Start, given: str) -> None:
    """Another address is listened on if asked for, with a warning that everyone may call."""
    service = (
        start("--host", "0.0.0.0")
        if given == "option"
        else start(environment={"FLYTE_CONNECTOR_HOST": "0.0.0.0"})
    )
    for port in (service.port, service.metrics_port):
        assert all(is_listening(address, port) for address in ["127.0.0.1", *OTHERS])
    warning = f"anyone who reaches 0.0.0.0:{service.port} {OPEN_DOOR}"
    eventually(lambda: warning in service.log(), "the warning")


def test_no_warning_about_a_door_with_a_lock(start: Start, files: Files) -> None:
    """Where a token or a client certificate is needed there is nothing to warn of."""
    for options in (["--token", TOKEN], files.client_options):
        service = start("--host", "0.0.0.0", *options)
        assert OPEN_DOOR not in service.log()


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6")
@pytest.mark.parametrize("host", ["::1", "::"])
def test_ipv6(start: Start, host: str) -> None:
    """An IPv6 address is listened on, for metrics as well."""
    service = start("--host", host)
    assert outcome(grpc.insecure_channel(f"[::1]:{service.port}")) == "OK"
    assert is_listening("::1", service.metrics_port)
    assert is_listening("127.0.0.1", service.port) == (host == "::")
    assert f"listening on [{host}]:{service.port}" in service.log()
    assert f"http://[{host}]:{service.metrics_port}/metrics" in service.log()
