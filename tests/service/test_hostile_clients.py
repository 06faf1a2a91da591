"""Clients that are broken or mean no good: whatever they do, others are served, and nothing of them stays behind."""

from __future__ import annotations

import os
import resource
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from grpc_health.v1 import health_pb2

from tests.service.conftest import Serve
from tests.service.example_calls import about, ask, creation
from tests.service.operating import (
    CONNECTORS,
    SERVING,
    begin,
    begin_job,
    eventually,
    health,
    held,
    lines,
    status,
    works,
)
from tests.service.running import PATIENCE, Service

# HTTP/2, as it is on the wire.
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING = 0, 1, 3, 4, 6
END_STREAM, END_HEADERS = 1, 4
CANCEL = struct.pack("!I", 8)
GET = b"/flyteidl2.connector.AsyncConnectorService/GetTask"
# Memory that allocators keep for the next time.
SLACK_KILOBYTES = 60_000


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """Return a frame."""
    return (
        struct.pack("!I", len(payload))[1:]
        + struct.pack("!BBI", kind, flags, stream)
        + payload
    )


def header(name: bytes, value: bytes) -> bytes:
    """Return a header field as HPACK has it, without its tables."""
    assert max(len(name), len(value)) < 127
    return bytes([0, len(name)]) + name + bytes([len(value)]) + value


def headers(stream: int, path: bytes = GET, **other: bytes) -> bytes:
    """Return the frame that begins a call."""
    fields = {
        b":method": b"POST",
        b":scheme": b"http",
        b":path": path,
        b":authority": b"localhost",
        b"content-type": b"application/grpc",
        b"te": b"trailers",
        **{name.replace("_", "-").encode(): value for name, value in other.items()},
    }
    block = b"".join(header(name, value) for name, value in fields.items() if value)
    return frame(HEADERS, END_HEADERS, stream, block)


def message(claimed: int, content: bytes) -> bytes:
    """Return a message of gRPC that claims to have so many bytes."""
    return struct.pack("!BI", 0, claimed) + content


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all of this, which has seen some calls already."""
    running = Service(tmp_path_factory.mktemp("hostile"), modules=(CONNECTORS,))
    try:
        running.wait_until_healthy()
        for _ in range(20):
            assert works(running)
        yield running
        running.stop()
    finally:
        running.kill()


@pytest.fixture(autouse=True)
def unharmed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Check after each test that the service serves, and holds no more than before."""
    if "service" not in request.fixturenames:
        yield
        return
    service: Service = request.getfixturevalue("service")
    before, written = held(service.process.pid), len(service.log())
    yield
    assert works(service)
    eventually(
        lambda: held(service.process.pid).descriptors <= before.descriptors + 4,
        "connections are closed",
    )
    after = held(service.process.pid)
    assert after.kilobytes <= before.kilobytes + SLACK_KILOBYTES
    new = service.log()[written:]
    assert "Traceback" not in new, new


@contextmanager
def connection(port: int) -> Iterator[socket.socket]:
    """Connect, and be gone afterwards."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connected:
        yield connected


def say(service: Service, *words: bytes) -> bytes:
    """Send something, and return what the service answers until it closes or falls silent."""
    with connection(service.port) as connected:
        try:
            connected.sendall(b"".join(words))
            connected.settimeout(0.3)
            answer = b""
            while received := connected.recv(65536):
                answer += received
        except OSError:
            # Closed, or silent.
            pass
        return answer


BEGINNING = PREFACE + frame(SETTINGS, 0, 0)
WHOLE = frame(DATA, END_STREAM, 1, message(0, b""))

BROKEN = {
    "nothing": [],
    "zeros": [bytes(100_000)],
    "HTTP/1.1": [b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"],
    "TLS": [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(512)],
    "half a preface": [PREFACE[:10]],
    "a preface and garbage": [PREFACE, b"\xff" * 10_000],
    "half a frame": [BEGINNING, headers(1)[:20]],
    "headers without end": [BEGINNING, frame(HEADERS, 0, 1, header(b":path", GET))],
    "headers that are none": [BEGINNING, frame(HEADERS, END_HEADERS, 1, b"\xff" * 90)],
    "no path": [BEGINNING, headers(1, b""), WHOLE],
    "an even stream": [BEGINNING, headers(2)],
    "data without a call": [BEGINNING, frame(DATA, 0, 1, message(1, b"x"))],
    "a call without a message": [BEGINNING, headers(1), frame(DATA, END_STREAM, 1)],
    "half a message": [BEGINNING, headers(1), frame(DATA, 1, 1, message(100, b"x"))],
    "half a message that goes on": [
        BEGINNING,
        headers(1),
        frame(DATA, 0, 1, message(100, b"x")),
    ],
    "a message that claims 4 GB": [
        BEGINNING,
        headers(1),
        frame(DATA, 0, 1, message(2**32 - 1, b"x" * 1000)),
    ],
    "a compressed message": [
        BEGINNING,
        headers(1),
        frame(DATA, END_STREAM, 1, b"\x01\x00\x00\x00\x03abc"),
    ],
    "a message that does not unpack": [
        BEGINNING,
        headers(1, grpc_encoding=b"gzip"),
        frame(DATA, END_STREAM, 1, b"\x01\x00\x00\x00\x03abc"),
    ],
    "another content type": [
        BEGINNING,
        headers(1, content_type=b"application/json"),
        WHOLE,
    ],
    "no content type": [BEGINNING, headers(1, content_type=b""), WHOLE],
    "GET": [BEGINNING, headers(1).replace(b"POST", b"GETT"), WHOLE],
    "a deadline that is none": [BEGINNING, headers(1, grpc_timeout=b"soon"), WHOLE],
    "a deadline in the past": [BEGINNING, headers(1, grpc_timeout=b"0n"), WHOLE],
}


@pytest.mark.parametrize("what", BROKEN)
def test_broken_bytes(service: Service, what: str) -> None:
    """Bytes that are no gRPC end their own connection at most."""
    say(service, *BROKEN[what])


def test_random_bytes(service: Service) -> None:
    """So do random ones, alone and after a proper beginning."""
    for _ in range(20):
        say(service, os.urandom(5000))
        say(service, BEGINNING, headers(1), os.urandom(500))


def test_broken_bytes_for_the_metrics_page(service: Service) -> None:
    """The metrics page stands the same, and clients that leave before they are answered."""
    for words in BROKEN.values():
        with connection(service.metrics_port) as connected:
            connected.sendall(b"".join(words))
    for _ in range(50):
        with connection(service.metrics_port) as connected:
            connected.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            _leave_abruptly(connected)
    assert "flyte_connector_requests" in service.metrics()


# Messages


@pytest.mark.parametrize("data", [b"\xff" * 50, b"\x0a\xff\xff\xff\xff\x0f", b"\x0a"])
@pytest.mark.parametrize("method", ["CreateTask", "GetTask", "ListConnectors"])
def test_invalid_protobuf(service: Service, method: str, data: bytes) -> None:
    """A request that is no message is refused."""
    path = "/flyteidl2.connector.AsyncConnectorService/" + method
    if method == "ListConnectors":
        path = path.replace("Async", "").replace("Service", "MetadataService")
    with service.channel() as channel:
        call = channel.unary_unary(path).future(data, timeout=PATIENCE)
        assert status(call) in ("INTERNAL", "INVALID_ARGUMENT")


@pytest.mark.parametrize(
    "path", ["/", "/a", "//", "/flyteidl2.connector.AsyncConnectorService/", "/ä/b"]
)
def test_unknown_methods(service: Service, path: str) -> None:
    """A method that does not exist is UNIMPLEMENTED."""
    with service.channel() as channel:
        call = channel.unary_unary(path.encode()).future(b"", timeout=PATIENCE)
        assert status(call) == "UNIMPLEMENTED"


def test_no_metadata_of_a_job(service: Service) -> None:
    """An empty resource_meta is refused."""
    with service.channel() as channel:
        refusal = ask(channel, about("GetTask", "quick", b""))
    assert refusal.status == "INVALID_ARGUMENT"


def test_huge_requests(service: Service) -> None:
    """Requests of 100 MB are refused, also several at a time, and not kept."""
    request = creation("quick", output_prefix="x" * 100_000_000)
    with service.channel() as channel:
        calls = [begin(channel, "CreateTask", request) for _ in range(3)]
        del request
        assert {status(call) for call in calls} == {"RESOURCE_EXHAUSTED"}


def test_the_largest_message(serve: Serve) -> None:
    """How large a message may be is an option."""
    service = serve("--max-message-bytes", "100000", modules=(CONNECTORS,))
    with service.channel() as channel:
        fits = creation("quick", output_prefix="x" * 90_000)
        assert status(begin(channel, "CreateTask", fits)) == "OK"
        fits.output_prefix *= 2
        assert status(begin(channel, "CreateTask", fits)) == "RESOURCE_EXHAUSTED"


# Connections and streams that are left open


def test_open_connections(service: Service) -> None:
    """Thousands of connections that say nothing, or half of the preface, keep nobody out."""
    # As many as this system lets a process have, with some to spare.
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as stack:
        for number in range(min(3000, allowed - 300)):
            connected = stack.enter_context(connection(service.port))
            connected.sendall(PREFACE[: number % len(PREFACE)])
        assert works(service)


def test_open_connections_to_the_metrics_page(service: Service) -> None:
    """Nor do connections to the metrics page."""
    with ExitStack() as stack:
        for _ in range(300):
            connected = stack.enter_context(connection(service.metrics_port))
            connected.sendall(b"GET /metr")
        assert works(service)
        assert "flyte_connector_requests" in service.metrics()
    eventually(
        lambda: held(service.process.pid).threads < 300, "their threads have ended"
    )


def test_slow_preface(service: Service) -> None:
    """A client that sends its preface byte by byte delays only itself."""
    with connection(service.port) as connected:
        for byte in PREFACE:
            connected.sendall(bytes([byte]))
            with service.channel() as channel:
                assert health(channel) == SERVING


@pytest.mark.parametrize(
    "path",
    [GET, b"/grpc.health.v1.Health/Check", b"/grpc.health.v1.Health/Watch"],
    ids=["call", "health", "watch"],
)
def test_calls_that_never_send_their_message(service: Service, path: bytes) -> None:
    """Calls that stop after their headers, more than may run at a time, keep nobody out."""
    with ExitStack() as stack:
        for _ in range(3):
            connected = stack.enter_context(connection(service.port))
            begun = b"".join(headers(1 + 2 * call, path) for call in range(95))
            connected.sendall(BEGINNING + begun)
        with service.channel() as channel:
            for _ in range(10):
                assert health(channel) == SERVING


# A setting: the client has no room for data.
NO_WINDOW = struct.pack("!HI", 4, 0)


def test_a_watcher_that_does_not_read(serve: Serve) -> None:
    """A watcher of health that has no room for an answer delays no other, and not the end."""
    service = serve(modules=(CONNECTORS,))
    watch = headers(1, b"/grpc.health.v1.Health/Watch")
    with connection(service.port) as connected:
        settings = frame(SETTINGS, 0, 0, NO_WINDOW)
        connected.sendall(PREFACE + settings + watch + WHOLE)
        # It is being answered once its settings have been acknowledged.
        connected.recv(1000)
        for _ in range(10):
            assert works(service)
        service.stop()


def test_watchers_that_come_and_go(service: Service) -> None:
    """Watchers that leave while others come lock nobody out."""
    watch = headers(1, b"/grpc.health.v1.Health/Watch")
    for _ in range(200):
        with connection(service.port) as connected:
            connected.sendall(BEGINNING + watch + WHOLE)
    with service.channel() as channel:
        for _ in range(100):
            watched = begin(channel, "Watch", health_pb2.HealthCheckRequest())
            assert next(watched).status == SERVING
            watched.cancel()
    assert works(service)


def test_reflection_streams_that_stay_open(service: Service) -> None:
    """Clients that hold hundreds of reflection streams keep nobody out."""
    path = b"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
    with ExitStack() as stack:
        for _ in range(3):
            connected = stack.enter_context(connection(service.port))
            begun = b"".join(headers(1 + 2 * call, path) for call in range(95))
            connected.sendall(BEGINNING + begun)
        assert works(service)


def test_cancelled_streams(service: Service) -> None:
    """Thousands of calls that are begun and reset at once do no harm."""
    for _ in range(10):
        flood = b"".join(
            headers(stream) + frame(RST_STREAM, 0, stream, CANCEL)
            for stream in range(1, 1001, 2)
        )
        say(service, BEGINNING, flood)


def test_pings_and_settings_without_end(service: Service) -> None:
    """A flood of pings and settings ends with its connection."""
    say(service, BEGINNING, frame(PING, 0, 0, bytes(8)) * 5000)
    say(service, BEGINNING, frame(SETTINGS, 0, 0) * 5000)


# Clients that vanish


def _leave_abruptly(connected: socket.socket) -> None:
    """Close so that the other side is told nothing but that the connection is gone."""
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize("task_type", ["waiting", "blocking"])
def test_clients_that_vanish_during_calls(
    serve: Serve, tmp_path: Path, task_type: str
) -> None:
    """Jobs that were being created are created, and the service says that nobody was told."""
    service = serve(modules=(CONNECTORS,))
    request = creation(task_type, "orphan").SerializeToString()
    path = GET.replace(b"GetTask", b"CreateTask")
    call = headers(1, path), frame(DATA, 1, 1, message(len(request), request))
    with connection(service.port) as connected:
        connected.sendall(BEGINNING + b"".join(call))
        eventually(lambda: lines(tmp_path / "begun"), "the call runs")
        _leave_abruptly(connected)
    # The connection is gone for the system at once, for the service a moment later.
    time.sleep(0.5)
    (tmp_path / "release").touch()
    eventually(lambda: "the caller left" in service.log(), "the service says so")
    assert lines(tmp_path / "created") == ["orphan"]
    assert works(service)


def test_clients_that_vanish_during_streams(service: Service) -> None:
    """A stream of logs that nobody listens to any more ends."""
    request = about("GetTaskLogs", "quick").SerializeToString()
    path = GET.replace(b"GetTask", b"GetTaskLogs")
    call = headers(1, path), frame(DATA, 1, 1, message(len(request), request))
    for _ in range(50):
        with connection(service.port) as connected:
            connected.sendall(BEGINNING + b"".join(call))
            connected.recv(1000)
            _leave_abruptly(connected)
    eventually(lambda: _in_flight(service) == 0, "the streams have ended")


def _in_flight(service: Service) -> float:
    name = "flyte_connector_requests_in_flight "
    (line,) = (one for one in service.metrics().splitlines() if one.startswith(name))
    return float(line.removeprefix(name))


# Limits


def test_too_many_calls(serve: Serve, tmp_path: Path) -> None:
    """Calls above the limit are RESOURCE_EXHAUSTED, health is answered, and those below it are, too."""
    service = serve("--max-calls", "8", modules=(CONNECTORS,))
    with service.channel() as channel:
        running = [begin_job(channel, "waiting", f"job-{i}") for i in range(8)]
        eventually(lambda: len(lines(tmp_path / "begun")) == 8, "all of them run")
        for _ in range(20):
            refused = begin_job(channel, "quick", "more")
            assert status(refused) == "RESOURCE_EXHAUSTED"
            assert refused.details() == (
                "failed to create: the service works on 8 calls already"
            )
            assert health(channel) == SERVING
        (tmp_path / "release").touch()
        assert {status(call) for call in running} == {"OK"}
    assert works(service)


def test_more_blocking_calls_than_workers(serve: Serve, tmp_path: Path) -> None:
    """Blocking calls wait for a worker, and keep neither health nor other connectors waiting."""
    service = serve("--worker", "2", modules=(CONNECTORS,))
    with service.channel() as channel:
        running = [begin_job(channel, "blocking", f"job-{i}") for i in range(20)]
        eventually(lambda: len(lines(tmp_path / "begun")) == 2, "two of them run")
        assert works(service)
        assert len(lines(tmp_path / "begun")) == 2
        (tmp_path / "release").touch()
        assert {status(call) for call in running} == {"OK"}


def test_pings_during_long_calls() -> None:
    """A client that pings every ten seconds, with calls and without, is told off by nobody."""
    # Waiting for pings to be taken amiss would take longer than all other tests together.
    from flyte_runtime.service import server
    from flyte_runtime.service.settings import Settings

    options = dict(server._options(Settings()))
    for name in (
        "grpc.http2.min_ping_interval_without_data_ms",
        "grpc.http2.min_recv_ping_interval_without_data_ms",
    ):
        assert options[name] <= 10_000
    assert options["grpc.keepalive_permit_without_calls"] == 1


def test_connections_at_once(service: Service) -> None:
    """Two hundred clients that come at the same moment are all answered."""
    answers: list[str] = []
    together = threading.Barrier(40)

    def work() -> None:
        together.wait(PATIENCE)
        for _ in range(5):
            with service.channel() as channel:
                answers.append(
                    status(begin(channel, "GetTask", about("GetTask", "quick")))
                )

    threads = [threading.Thread(target=work) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert answers == ["OK"] * 200
