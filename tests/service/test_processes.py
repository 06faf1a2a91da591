"""Several processes on one port: together they are one service."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.service.conftest import Serve
from tests.service.example_calls import about
from tests.service.operating import (
    CONNECTORS,
    begin,
    begin_job,
    eventually,
    is_listening,
    lines,
    status,
)
from tests.service.running import PATIENCE, Service

OPTIONS = ("--processes", "3")


@pytest.fixture
def start(serve: Serve) -> Callable[..., Service]:
    """Start services of three processes."""

    def start(*options: str) -> Service:
        service = serve(*OPTIONS, *options, modules=(CONNECTORS,))
        eventually(lambda: len(members(service)) == 3, "all have been started")
        eventually(lambda: service.log().count("listening on") == 3, "all listen")
        return service

    return start


def members(service: Service) -> list[int]:
    """Return the processes that a service consists of."""
    pid = service.process.pid
    return [
        int(word)
        for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    ]


def runs(pid: int) -> bool:
    """Tell whether a process is there that has not ended; it may be nobody's business to bury it."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def answering(service: Service) -> int:
    """Return the process that answers a client that comes now."""
    with service.channel() as channel:
        found = begin(channel, "GetTask", about("GetTask", "quick")).result()
    return int(found.resource.message)


def sample(service: Service, name: str) -> float:
    """Return the value of a metric, labels added up."""
    lines = service.metrics().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


def test_all_of_them_answer(start: Callable[..., Service]) -> None:
    """Connections are spread over all processes, and one page has the metrics of all."""
    service = start()
    seen: list[int] = []
    eventually(
        lambda: seen.append(answering(service)) or len(set(seen)) == 3, "all answer"
    )
    assert set(seen) == set(members(service))
    calls = "flyte_connector_requests_success_total{"
    eventually(lambda: sample(service, calls) == len(seen), "all are counted")
    latency = "flyte_connector_request_latency_seconds_count"
    assert sample(service, latency) == len(seen)
    names = []
    for number in range(6):
        with service.channel() as channel:
            names.append(status(begin_job(channel, "quick", str(number))))
    assert names == ["OK"] * 6
    # What connectors count themselves is added up as well.
    assert sample(service, "operated_jobs_total") == 6


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_all_of_them_drain(
    start: Callable[..., Service], tmp_path: Path, number: int
) -> None:
    """A signal reaches each process, running calls are answered, and the exit code is 0."""
    service = start()
    channels = [service.channel() for _ in range(8)]
    try:
        running = [
            begin_job(channel, "waiting", f"job-{index}")
            for index, channel in enumerate(channels)
        ]
        eventually(lambda: len(lines(tmp_path / "begun")) == 8, "all calls run")
        service.process.send_signal(number)
        (tmp_path / "release").touch()
        assert [status(call) for call in running] == ["OK"] * 8
    finally:
        for channel in channels:
            channel.close()
    assert service.process.wait(PATIENCE) == 0


def test_one_that_is_killed(start: Callable[..., Service], tmp_path: Path) -> None:
    """If one process is killed, the others finish their calls, and the service ends with exit code 1 and says why."""
    service = start()
    with service.channel() as channel:
        running = begin_job(channel, "waiting")
        eventually(lambda: lines(tmp_path / "begun"), "the call runs")
        asked = begin(channel, "GetTask", about("GetTask", "quick")).result()
        others = set(members(service)) - {int(asked.resource.message)}
        os.kill(others.pop(), signal.SIGKILL)
        (tmp_path / "release").touch()
        assert status(running) == "OK"
    assert service.process.wait(PATIENCE) == 1
    assert service.log().splitlines()[-1] == (
        "c0: error: a process of the service was killed by SIGKILL"
    )


def test_none_outlives_the_one_that_started_it(start: Callable[..., Service]) -> None:
    """If that one is killed, the others end, and leave the port to a service that is started then."""
    service = start()
    started = members(service)
    service.kill()
    eventually(lambda: not any(map(runs, started)), "all have ended")
    assert not is_listening("127.0.0.1", service.port)


def test_the_timeout_ends_all(start: Callable[..., Service]) -> None:
    """The timeout holds for the service as a whole."""
    service = start("--timeout", "2")
    assert service.process.wait(PATIENCE) == 0


def test_nothing_is_left_behind(
    start: Callable[..., Service], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder in which processes leave their counts goes with the service."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    service = start()
    assert list(folder.iterdir())
    service.stop()
    assert not list(folder.iterdir())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_they_start(tmp_path: Path, number: int) -> None:
    """A signal that comes before the first process serves ends it, and nothing more is started."""
    (tmp_path / "slow_module.py").write_text(
        "import pathlib, time\npathlib.Path('begun').touch()\ntime.sleep(100_000)\n"
    )
    service = Service(tmp_path, *OPTIONS, modules=("slow_module",))
    try:
        eventually((tmp_path / "begun").exists, "the module is being imported")
        service.process.send_signal(number)
        assert service.process.wait(PATIENCE) == 0
        assert service.log() == ""
    finally:
        service.kill()


def test_a_module_that_fails(tmp_path: Path) -> None:
    """What fails in the first process is not tried in the others."""
    service = Service(tmp_path, *OPTIONS, modules=("nothing_like_it",))
    try:
        assert service.process.wait(PATIENCE) == 1
        first, last = service.log().splitlines()
        assert first.startswith("c0: error: cannot import 'nothing_like_it'")
        assert last == "c0: error: a process of the service ended with exit code 1"
    finally:
        service.kill()
