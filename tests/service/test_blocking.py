"""Nothing that a connector does keeps the service, or another connector, from answering."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import grpc
import pytest
from flyteidl2.connector import connector_pb2 as pb
from flyteidl2.core.execution_pb2 import TaskExecution
from grpc_health.v1 import health_pb2, health_pb2_grpc

from flyte_runtime.service.calls import when_left
from tests.service import client
from tests.service.blocking_connectors import AT_ONCE
from tests.service.conftest import Serve
from tests.service.example_calls import Refusal, about, ask, ask_all, creation
from tests.service.running import PATIENCE, Service, run_service

BLOCKING = ["blocking-functions", "blocking-coroutines", "blocking-threads"]
MODULES = ("tests.service.example_connectors", "tests.service.blocking_connectors")


@pytest.fixture(scope="module")
def blocking_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with connectors that block, and few threads for that."""
    folder = tmp_path_factory.mktemp("blocking")
    with run_service(folder, "--worker", "3", modules=MODULES) as running:
        yield running


@pytest.fixture(scope="module")
def blocking_channel(blocking_service: Service) -> Iterator[grpc.Channel]:
    """A connection to that service."""
    with blocking_service.channel() as channel:
        yield channel


@contextmanager
def _blocked(
    channel: grpc.Channel, released: Path, requests: list[Any]
) -> Iterator[list[Future[Any]]]:
    """Make calls that block until the block ends."""
    with ThreadPoolExecutor(len(requests)) as threads:
        calls = [threads.submit(ask_all, channel, request) for request in requests]
        try:
            yield calls
        finally:
            released.touch()


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _gauge(service: Service, name: str) -> int:
    found = re.search(
        rf"^flyte_connector_requests_{name} (\S+)", service.metrics(), re.MULTILINE
    )
    assert found is not None
    return int(float(found[1]))


def _inside(channel: grpc.Channel) -> tuple[int, int]:
    now, most = ask(channel, about("GetTask", "counting")).resource.message.split()
    return int(now), int(most)


def _is_serving(channel: grpc.Channel) -> bool:
    stub = health_pb2_grpc.HealthStub(channel)
    answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=PATIENCE)
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


@pytest.mark.parametrize(
    "method", ["CreateTask", "GetTask", "DeleteTask", "GetTaskLogs"]
)
@pytest.mark.parametrize("task_type", BLOCKING)
def test_a_blocked_call_delays_nothing(
    blocking_service: Service,
    blocking_channel: grpc.Channel,
    tmp_path: Path,
    task_type: str,
    method: str,
) -> None:
    """While a call blocks its thread or its loop, health, metrics, other connectors and its own other calls answer."""
    channel, released = blocking_channel, tmp_path / "released"
    blocking = (
        creation(task_type, str(released))
        if method == "CreateTask"
        else about(method, task_type, str(released))
    )
    with _blocked(channel, released, [blocking]) as calls:
        _wait_until(lambda: _inside(channel)[0] == 1)
        assert _is_serving(channel)
        assert _gauge(blocking_service, "in_flight") >= 1
        for other in ("echo", "plain", *BLOCKING):
            answer = ask(channel, about("GetTask", other, AT_ONCE))
            assert not isinstance(answer, Refusal)
        assert not isinstance(ask(channel, creation(task_type, AT_ONCE)), Refusal)
        assert not calls[0].done()
    assert not isinstance(calls[0].result(PATIENCE), Refusal)


@pytest.mark.parametrize("task_type", ["blocking-functions", "blocking-threads"])
def test_no_more_calls_block_than_there_are_workers(
    serve: Serve, tmp_path: Path, task_type: str
) -> None:
    """With two workers the third blocking call waits, which the metrics show; all are answered in the end."""
    service, released = serve("--worker", "2", modules=MODULES), tmp_path / "released"
    requests = [about("GetTask", task_type, str(released))] * 6
    with service.channel() as channel:
        with _blocked(channel, released, requests) as calls:
            _wait_until(lambda: _inside(channel)[0] == 2)
            if task_type == "blocking-functions":
                _wait_until(lambda: _gauge(service, "queued") == 4)
            assert _is_serving(channel)
            assert not isinstance(ask(channel, about("GetTask", "echo")), Refusal)
        for call in calls:
            assert not isinstance(call.result(PATIENCE), Refusal)
        assert _inside(channel) == (0, 2)
        _wait_until(lambda: _gauge(service, "queued") == 0)


def test_what_belongs_to_a_loop_is_kept_between_calls(
    blocking_channel: grpc.Channel,
) -> None:
    """Locks, queues, events and tasks of a connector's own serve all its calls, one after the other and together."""
    channel = blocking_channel
    requests = [
        request
        for number in range(20)
        for request in (
            creation("loop-bound", f"name {number}"),
            about("GetTask", "loop-bound", f"job {number}"),
            about("DeleteTask", "loop-bound", f"job {number}"),
        )
    ]
    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(lambda request: ask(channel, request), requests))
    assert [one for one in answers if isinstance(one, Refusal)] == []
    messages = [one.resource.message for one in answers[1::3]]
    assert messages == [f"JOB {number}" for number in range(20)]


def test_what_a_job_began_goes_on(
    blocking_channel: grpc.Channel, tmp_path: Path
) -> None:
    """Tasks that create leaves behind run on between calls, until they end or delete cancels them."""
    jobs = [str(tmp_path / name) for name in ("ends", "is deleted")]

    def phases() -> list[int]:
        requests = [about("GetTask", "background", job) for job in jobs]
        return [ask(blocking_channel, one).resource.phase for one in requests]

    for job in jobs:
        ask(blocking_channel, creation("background", job))
    assert phases() == [TaskExecution.RUNNING] * 2
    Path(jobs[0]).touch()
    ask(blocking_channel, about("DeleteTask", "background", jobs[1]))
    _wait_until(lambda: phases() == [TaskExecution.SUCCEEDED, TaskExecution.ABORTED])


def test_what_belongs_to_a_thread_is_kept_between_calls(
    blocking_channel: grpc.Channel,
) -> None:
    """Coroutines of a connector that says so run in one thread, so that it may keep a SQLite connection."""
    channel = blocking_channel
    assert not isinstance(ask(channel, creation("thread-bound")), Refusal)
    for _ in range(5):
        answer = ask(channel, about("GetTask", "thread-bound"))
        assert not isinstance(answer, Refusal), answer.details


@pytest.mark.parametrize(
    "task_type", ["endless", "endless-at-once", "stalling", "endless-function"]
)
def test_logs_end_when_nobody_reads_them(
    blocking_service: Service,
    blocking_channel: grpc.Channel,
    tmp_path: Path,
    task_type: str,
) -> None:
    """A client that leaves in the middle of a stream ends the generator behind it, its cleaning up included."""
    closed = tmp_path / "closed"
    stream = blocking_channel.unary_stream(
        client.path("GetTaskLogs"),
        request_serializer=pb.GetTaskLogsRequest.SerializeToString,
        response_deserializer=pb.GetTaskLogsResponse.FromString,
    )
    answers = stream(about("GetTaskLogs", task_type, str(closed)), timeout=PATIENCE)
    assert list(next(answers).body.results) == ["line"]
    assert not closed.exists()
    answers.cancel()
    _wait_until(closed.exists)
    _wait_until(lambda: _gauge(blocking_service, "in_flight") == 0)


@pytest.mark.parametrize("there", [True, False])
def test_a_client_may_have_left_already(there: bool) -> None:
    """What is to end with a client ends at once if it has left, for gRPC does not tell that a second time."""
    context, left = Mock(), Mock()
    context.add_callback.return_value = there
    when_left(context)(left)
    context.add_callback.assert_called_once_with(left)
    assert left.called is not there


def test_watchers_of_health_starve_nobody(
    blocking_service: Service, blocking_channel: grpc.Channel
) -> None:
    """Far more watchers than there are threads leave calls and checks as they are, and each is answered."""
    request = health_pb2.HealthCheckRequest()
    with ExitStack() as stack:
        watches = []
        for _ in range(5):
            channel = stack.enter_context(blocking_service.channel())
            stub = health_pb2_grpc.HealthStub(channel)
            watches += [stub.Watch(request, timeout=PATIENCE) for _ in range(50)]
        for watch in watches:
            assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
        assert _is_serving(blocking_channel)
        for _ in range(20):
            answer = ask(blocking_channel, about("GetTask", "echo"))
            assert not isinstance(answer, Refusal)
        assert _gauge(blocking_service, "in_flight") == 0
        for watch in watches:
            watch.cancel()
