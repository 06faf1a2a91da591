"""How a service ends: what signals and the timeout do to running calls, to new ones and to watchers of its health."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2

from tests.service.conftest import Serve
from tests.service.example_calls import about, creation
from tests.service.operating import (
    CONNECTORS,
    NOT_SERVING,
    SERVING,
    begin,
    begin_job,
    eventually,
    health,
    lines,
    status,
)
from tests.service.running import PATIENCE, Service

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@pytest.fixture
def start(serve: Serve) -> Callable[..., Service]:
    """Start services with connectors that wait to be released."""

    def start(*options: str, **more: Any) -> Service:
        return serve(*options, modules=(CONNECTORS,), **more)

    return start


def told(service: Service, number: int) -> None:
    """Tell a service to stop, and wait until it has heard it."""
    with service.channel() as channel:
        assert health(channel) == SERVING
        service.process.send_signal(number)
        eventually(lambda: health(channel) == NOT_SERVING, "health says NOT_SERVING")


def ended(service: Service) -> int:
    """Wait for the end of a service."""
    return service.process.wait(PATIENCE)


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("task_type", ["waiting", "blocking"])
def test_running_calls_finish_and_new_ones_are_refused(
    start: Callable[..., Service], tmp_path: Path, number: int, task_type: str
) -> None:
    """After a signal health says so, a running call is answered, a new one UNAVAILABLE, and the exit code is 0."""
    service = start()
    with service.channel() as channel:
        running = begin_job(channel, task_type)
        eventually(lambda: lines(tmp_path / "begun"), "the call runs")
        told(service, number)
        refused = begin_job(channel, "quick", "late")
        assert status(refused) == "UNAVAILABLE"
        assert refused.details() == "the service is shutting down"
        (tmp_path / "release").touch()
        assert b"job" in running.result().resource_meta
    assert ended(service) == 0
    assert lines(tmp_path / "created") == ["job"]


def test_watchers_are_told(start: Callable[..., Service], tmp_path: Path) -> None:
    """Whoever watches the health of any of the services hears of the end before it comes."""
    service = start()
    names = ["", "flyteidl2.connector.AsyncConnectorService"]
    with service.channel() as channel:
        watched = [
            begin(channel, "Watch", health_pb2.HealthCheckRequest(service=name))
            for name in names
        ]
        assert [next(one).status for one in watched] == [SERVING, SERVING]
        running = begin_job(channel, "waiting")
        eventually(lambda: lines(tmp_path / "begun"), "the call runs")
        told(service, signal.SIGTERM)
        assert [next(one).status for one in watched] == [NOT_SERVING, NOT_SERVING]
        (tmp_path / "release").touch()
        assert status(running) == "OK"
        assert ended(service) == 0


def test_watchers_do_not_delay_the_end(start: Callable[..., Service]) -> None:
    """A service that only has watchers ends long before its grace period does."""
    service = start("--grace-period", "100000")
    with service.channel() as channel:
        watched = begin(channel, "Watch", health_pb2.HealthCheckRequest())
        next(watched)
        service.stop()


def test_reflection_does_not_delay_the_end(start: Callable[..., Service]) -> None:
    """A client that keeps its reflection stream open is no call that is waited for."""
    from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

    service = start("--grace-period", "100000")
    done = threading.Event()

    def questions() -> Any:
        yield reflection_pb2.ServerReflectionRequest(list_services="")
        done.wait(PATIENCE)

    with service.channel() as channel:
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        next(stub.ServerReflectionInfo(questions()))
        try:
            service.stop()
        finally:
            done.set()


@pytest.mark.parametrize("task_type", ["waiting", "blocking"])
def test_the_grace_period_is_the_limit(
    start: Callable[..., Service], tmp_path: Path, task_type: str
) -> None:
    """A call that takes longer is cut off, and the service says so; the exit code is still 0."""
    service = start("--grace-period", "1")
    with service.channel() as channel:
        running = begin_job(channel, task_type)
        eventually(lambda: lines(tmp_path / "begun"), "the call runs")
        service.process.send_signal(signal.SIGTERM)
        assert status(running) in ("UNAVAILABLE", "CANCELLED")
    assert ended(service) == 0
    assert "calls were cut off" in service.log()
    assert "the grace period of 1 s" in service.log()
    assert "Traceback" not in service.log()


def test_an_endless_stream_is_cut_off(start: Callable[..., Service]) -> None:
    """A stream of logs that never ends is no reason not to."""
    service = start("--grace-period", "1")
    with service.channel() as channel:
        stream = begin(channel, "GetTaskLogs", about("GetTaskLogs", "quick"))
        next(stream)
        service.process.send_signal(signal.SIGTERM)
        with pytest.raises(grpc.RpcError):
            list(stream)
    assert ended(service) == 0
    assert "calls were cut off" in service.log()


def test_blocked_threads_of_connectors(
    start: Callable[..., Service], tmp_path: Path
) -> None:
    """A thread that a call has left behind when it was cancelled does not keep the process from ending."""
    service = start()
    with service.channel() as channel:
        left = begin(channel, "GetTask", about("GetTask", "threading"))
        eventually(lambda: lines(tmp_path / "begun"), "the call runs")
        left.cancel()
        service.stop()


@pytest.mark.parametrize("second", SIGNALS)
def test_a_second_signal_cuts_nothing_off(
    start: Callable[..., Service], tmp_path: Path, second: int
) -> None:
    """Ctrl-C reaches a command and whoever started it, who passes it on: the running call is still answered."""
    service = start()
    with service.channel() as channel:
        running = begin_job(channel, "waiting")
        eventually(lambda: lines(tmp_path / "begun"), "the call runs")
        told(service, signal.SIGINT)
        service.process.send_signal(second)
        service.process.send_signal(second)
        assert health(channel) == NOT_SERVING
        (tmp_path / "release").touch()
        assert running.result().resource_meta
    assert ended(service) == 0


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_connectors_are_loaded(tmp_path: Path, number: int) -> None:
    """A module that takes long to import is not waited for."""
    (tmp_path / "slow_module.py").write_text(
        "import pathlib, time\n"
        "try:\n"
        "    pathlib.Path('begun').touch()\n"
        "    time.sleep(100_000)\n"
        "except Exception:\n"
        "    pass\n"
    )
    service = Service(tmp_path, modules=("slow_module",))
    try:
        eventually((tmp_path / "begun").exists, "the module is being imported")
        service.process.send_signal(number)
        assert ended(service) == 0
        assert service.log() == ""
    finally:
        service.kill()


def test_the_timeout_ends_the_service(
    start: Callable[..., Service], tmp_path: Path
) -> None:
    """After so many seconds the service ends as it does after a signal: a running call is answered."""
    service = start("--timeout", "2")
    with service.channel() as channel:
        running = begin_job(channel, "waiting")
        eventually(lambda: lines(tmp_path / "begun"), "the call runs")
        eventually(lambda: health(channel) == NOT_SERVING, "the timeout is over")
        (tmp_path / "release").touch()
        assert running.result().resource_meta
    assert ended(service) == 0


class Client(threading.Thread):
    """Creates jobs one after another until it is told that the service has gone."""

    def __init__(self, service: Service, number: int) -> None:
        """Know its own number, to call jobs apart."""
        super().__init__()
        self.outcomes: dict[str, str] = {}
        self._service, self._number = service, number

    def run(self) -> None:
        """Call until one call is refused."""
        with self._service.channel() as channel:
            for count in range(100_000):
                name = f"{self._number}-{count}"
                call = begin(channel, "CreateTask", creation("quick", name))
                self.outcomes[name] = status(call)
                if self.outcomes[name] != "OK":
                    return


@pytest.mark.parametrize("options", [(), ("--processes", "2")])
def test_no_accepted_call_is_lost_under_load(
    start: Callable[..., Service], tmp_path: Path, options: tuple[str, ...]
) -> None:
    """Each call is answered or UNAVAILABLE, and those that were answered are those whose jobs were created, once."""
    service = start(*options)
    clients = [Client(service, number) for number in range(24)]
    for client in clients:
        client.start()
    eventually(lambda: len(lines(tmp_path / "created")) > 500, "there is load")
    service.stop()
    for client in clients:
        client.join(PATIENCE)
    outcomes = {
        name: how for client in clients for name, how in client.outcomes.items()
    }
    assert set(outcomes.values()) == {"OK", "UNAVAILABLE"}
    answered = {name for name, how in outcomes.items() if how == "OK"}
    created = Counter(lines(tmp_path / "created"))
    assert set(created) == answered
    assert set(created.values()) == {1}
