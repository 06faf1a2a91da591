"""`ConnectorService.run` and `run.aio` within an application: what they raise, how they end, what they leave alone."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import threading
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from flyte.connectors import ConnectorService
from tests.service.operating import run
from tests.service.running import free_port

# What scripts of these tests begin with: ports, and calls of a service in the same process.
BEGINNING = """
    import asyncio, json, os, signal, socket, sys, threading, time
    from flyte.connectors import ConnectorService
    from flyte_runtime.service.failures import CannotServe
    from tests.service import operated_connectors
    from tests.service.example_calls import creation, about
    from tests.service.operating import (
        NOT_SERVING, begin, begin_job, eventually, health, held, is_listening, lines, status
    )
    from tests.service.running import free_port
    import grpc

    port, page = free_port(), free_port()
    arguments = dict(port=port, prometheus_port=page, worker=2, timeout=None, modules=None)

    def channel():
        return grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.use_local_subchannel_pool", 1)])

    def call():
        eventually(lambda: is_listening("127.0.0.1", port), "it listens")
        with channel() as opened:
            return status(begin(opened, "GetTask", about("GetTask", "quick")))

    async def called():
        assert await asyncio.to_thread(call) == "OK"
"""


def script(folder: Path, source: str, **environment: str) -> list[str]:
    """Run a script to its end, and return the lines it printed."""
    text = dedent(BEGINNING) + dedent(source)
    command = (sys.executable, "-X", "dev", "-W", "error", "-c", text)
    ended = run(folder, command=command, environment=environment)
    assert ended.code == 0, ended.stderr
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended.stdout.splitlines()


# What is raised


def arguments(**changes: Any) -> dict[str, Any]:
    """Return what `run` is to be called with."""
    return {
        "port": free_port(),
        "prometheus_port": free_port(),
        "worker": 1,
        "timeout": 1,
        "modules": None,
        **changes,
    }


WRONG: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "no worker": ({"worker": 0}, ValueError, "worker must be at least 1, got 0"),
    "a port out of range": (
        {"port": 70_000},
        ValueError,
        "port must be from 1 to 65535, got 70000",
    ),
    "a port of text": ({"port": "80"}, TypeError, "port must be an int, got str"),
    "a port that is true": ({"port": True}, TypeError, "port must be an int, got bool"),
    "one port for both": (
        {"port": 8000, "prometheus_port": 8000},
        ValueError,
        "port and prometheus_port must differ, both are 8000; one port cannot serve both",
    ),
    "no timeout": ({"timeout": 0}, ValueError, "timeout must be at least 1, got 0"),
    "a timeout of a half": (
        {"timeout": 0.5},
        TypeError,
        "timeout must be an int, got float",
    ),
    "modules as one text": (
        {"modules": "module"},
        TypeError,
        "modules must be a list of module names, got str",
    ),
    "a module that is no name": (
        {"modules": ["a b"]},
        ValueError,
        "modules: 'a b' is not the name of a module",
    ),
    "a module that is no text": (
        {"modules": [1]},
        TypeError,
        "modules must be a list of module names, got one of type int",
    ),
    "a module that is not there": (
        {"modules": ["nothing_like_it"]},
        RuntimeError,
        "cannot import 'nothing_like_it', which is to register connectors:"
        " ModuleNotFoundError: No module named 'nothing_like_it'",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_arguments(what: str) -> None:
    """A wrong argument is refused before anything is begun, blocking or awaited."""
    changes, kind, message = WRONG[what]
    with pytest.raises(kind) as blocking:
        ConnectorService.run(**arguments(**changes))
    with pytest.raises(kind) as awaited:
        asyncio.run(ConnectorService.run.aio(**arguments(**changes)))
    assert str(blocking.value) == str(awaited.value) == message


@pytest.mark.parametrize("name", ["port", "prometheus_port"])
def test_taken_ports(name: str) -> None:
    """A port that somebody listens on is a RuntimeError that names it, and nothing stays behind."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        before = threading.active_count()
        for _ in range(3):
            with pytest.raises(RuntimeError, match=f"port {number}: Address already"):
                ConnectorService.run(**arguments(**{name: number}))
        assert threading.active_count() == before


# Life within an application


def test_run_blocks_until_the_timeout(tmp_path: Path) -> None:
    """`run` serves and returns None when its time is over, and can be called again, also from another thread."""
    printed = script(
        tmp_path,
        """
        arguments["timeout"] = 3
        calls = threading.Thread(target=lambda: print(call()))
        calls.start()
        print(ConnectorService.run(**arguments))
        calls.join()
        other = threading.Thread(target=lambda: print(ConnectorService.run(**arguments)))
        other.start()
        print(call())
        other.join()
        """,
    )
    assert printed == ["OK", "None"] * 2


def test_cancelling_drains(tmp_path: Path) -> None:
    """A cancelled `run.aio` answers running calls, refuses new ones, then raises CancelledError."""
    printed = script(
        tmp_path,
        """
        from pathlib import Path

        def stop_in_between(opened):
            eventually(lambda: health(opened) == NOT_SERVING, "it drains")
            print(status(begin_job(opened, "quick", "late")))
            Path("release").touch()

        async def main():
            service = asyncio.create_task(ConnectorService.run.aio(**arguments))
            await called()
            with channel() as opened:
                running = begin_job(opened, "waiting")
                await asyncio.to_thread(eventually, lambda: lines(Path("begun")), "it runs")
                service.cancel()
                await asyncio.to_thread(stop_in_between, opened)
                print(await asyncio.to_thread(status, running))
                try:
                    await service
                except asyncio.CancelledError:
                    print("cancelled")
            print(is_listening("127.0.0.1", port), is_listening("127.0.0.1", page))

        asyncio.run(main())
        """,
    )
    assert printed == ["UNAVAILABLE", "OK", "cancelled", "False False"]


def test_the_loop_of_the_application_goes_on(tmp_path: Path) -> None:
    """While the service runs, starts and drains, other tasks of the application's event loop run."""
    printed = script(
        tmp_path,
        """
        async def main():
            longest, before = 0.0, time.perf_counter()
            service = asyncio.create_task(ConnectorService.run.aio(**arguments))
            await called()
            before, count = time.perf_counter(), 0

            async def tick():
                nonlocal count
                while True:
                    count += 1
                    await asyncio.sleep(0)

            ticking = asyncio.create_task(tick())
            with channel() as opened:
                running = begin_job(opened, "waiting")
                await asyncio.to_thread(eventually, lambda: os.path.exists("begun"), "it runs")
                service.cancel()
                await asyncio.to_thread(
                    eventually, lambda: health(opened) == NOT_SERVING, "it drains"
                )
                before = count
                await asyncio.sleep(0.05)
                print(count > before + 10)
                open("release", "w").close()
                await asyncio.wait([service])
            ticking.cancel()

        asyncio.run(main())
        """,
    )
    assert printed == ["True"]


def test_signal_handlers_are_restored(tmp_path: Path) -> None:
    """While it runs, SIGTERM ends `run.aio`; before and after, the handlers are the application's, however it set them."""
    printed = script(
        tmp_path,
        """
        def handler(number, frame):
            print("handler", number)

        signal.signal(signal.SIGTERM, handler)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

        async def main():
            for _ in range(2):
                service = asyncio.create_task(ConnectorService.run.aio(**arguments))
                await called()
                os.kill(os.getpid(), signal.SIGTERM)
                print(await service)
            print(signal.getsignal(signal.SIGTERM) is handler)
            print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, print, "loop")
            service = asyncio.create_task(ConnectorService.run.aio(**arguments))
            await called()
            os.kill(os.getpid(), signal.SIGTERM)
            await service
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(0.1)

        asyncio.run(main())
        os.kill(os.getpid(), signal.SIGTERM)
        """,
    )
    assert printed == ["None", "None", "True", "True", "loop", f"handler {15}"]


def test_without_the_main_thread(tmp_path: Path) -> None:
    """In another thread, where signals cannot be heard, it runs and can be cancelled."""
    printed = script(
        tmp_path,
        """
        before = signal.getsignal(signal.SIGTERM)

        async def main():
            service = asyncio.create_task(ConnectorService.run.aio(**arguments))
            await called()
            print(signal.getsignal(signal.SIGTERM) is before)
            service.cancel()
            await asyncio.wait([service])
            print(service.cancelled())

        thread = threading.Thread(target=asyncio.run, args=(main(),))
        thread.start()
        thread.join()
        """,
    )
    assert printed == ["True", "True"]


def test_nothing_accumulates(tmp_path: Path) -> None:
    """Services one after another in one process leave neither threads nor open files behind."""
    (line,) = script(
        tmp_path,
        """
        import gc

        async def once():
            service = asyncio.create_task(ConnectorService.run.aio(**arguments))
            await called()
            service.cancel()
            await asyncio.wait([service])

        def left():
            gc.collect()
            return held(os.getpid())[:2]

        asyncio.run(once())
        before = left()
        for _ in range(3):
            asyncio.run(once())
        eventually(lambda: left()[1] <= before[1] + 2, "threads have ended")
        print(json.dumps([before, left()]))
        """,
    )
    (descriptors, _), (descriptors_after, _) = json.loads(line)
    assert descriptors_after <= descriptors + 2


def test_environment_variables(tmp_path: Path) -> None:
    """What has no parameter is read from the environment; parameters win."""
    printed = script(
        tmp_path,
        """
        async def main():
            service = asyncio.create_task(ConnectorService.run.aio(**arguments))
            await asyncio.to_thread(
                eventually, lambda: is_listening("127.0.0.1", port), "it listens"
            )
            print(await asyncio.to_thread(call))
            service.cancel()
            await asyncio.wait([service])

        asyncio.run(main())
        """,
        FLYTE_CONNECTOR_TOKEN="secret",
        FLYTE_CONNECTOR_PORT="1",
        FLYTE_CONNECTOR_WORKER="many",
        FLYTE_CONNECTOR_PROCESSES="3",
    )
    assert printed == ["UNAUTHENTICATED"]


def test_a_wrong_environment_variable(tmp_path: Path) -> None:
    """A variable that makes no sense is a ValueError that names it."""
    printed = script(
        tmp_path,
        """
        try:
            ConnectorService.run(**arguments)
        except ValueError as error:
            print(error)
        """,
        FLYTE_CONNECTOR_MAX_CALLS="many",
    )
    assert printed == ["FLYTE_CONNECTOR_MAX_CALLS must be an integer, got 'many'"]
