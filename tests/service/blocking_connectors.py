"""Connectors that block, and connectors that keep what belongs to their event loop.

A job that blocks does so until a file appears whose path is its name, so that tests decide when.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

from flyteidl2.connector.connector_pb2 import (
    GetTaskLogsResponse,
    GetTaskLogsResponseBody,
)
from flyteidl2.core.execution_pb2 import TaskExecution

from flyte.connectors import AsyncConnector, ConnectorRegistry, Resource
from tests.service.example_connectors import Job

AT_ONCE = "at once"


class Blocked:
    """Counts the calls that block now, and how many did at most."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self.now = 0
        self.most = 0

    def change(self, change: int) -> None:
        """Count one more, or one less."""
        with self._lock:
            self.now += change
            self.most = max(self.most, self.now)


blocked = Blocked()


def _block(path: str) -> None:
    """Block the thread until the file is there."""
    if path == AT_ONCE:
        return
    blocked.change(1)
    while not Path(path).exists():
        time.sleep(0.005)
    blocked.change(-1)


def _succeeded(message: object = "") -> Resource:
    return Resource(phase=TaskExecution.SUCCEEDED, message=str(message))


class Functions(AsyncConnector):
    """Blocks in functions."""

    name = "Blocking functions"
    task_type_name = "blocking-functions"
    metadata_type = Job

    def create(self, task_template: Any, *args: Any, **kwargs: Any) -> Job:
        """Block."""
        _block(task_template.id.name)
        return Job(task_template.id.name)

    def get(self, resource_meta: Any, **kwargs: Any) -> Resource:
        """Block."""
        _block(resource_meta.job_id)
        return _succeeded()

    def delete(self, resource_meta: Any, **kwargs: Any) -> None:
        """Block."""
        _block(resource_meta.job_id)

    def get_logs(self, resource_meta: Any, **kwargs: Any) -> Any:
        """Block between two lines."""
        yield GetTaskLogsResponse(body=GetTaskLogsResponseBody(results=["begun"]))
        _block(resource_meta.job_id)
        yield GetTaskLogsResponse(body=GetTaskLogsResponseBody(results=["done"]))


class Coroutines(Functions):
    """Blocks its event loop, as nobody should."""

    name = "Blocking coroutines"
    task_type_name = "blocking-coroutines"

    async def create(self, task_template: Any, *args: Any, **kwargs: Any) -> Job:
        """Block."""
        _block(task_template.id.name)
        return Job(task_template.id.name)

    async def get(self, resource_meta: Any, **kwargs: Any) -> Resource:
        """Block."""
        _block(resource_meta.job_id)
        return _succeeded()

    async def delete(self, resource_meta: Any, **kwargs: Any) -> None:
        """Block."""
        _block(resource_meta.job_id)

    async def get_logs(self, resource_meta: Any, **kwargs: Any) -> Any:
        """Block between two lines."""
        yield GetTaskLogsResponse(body=GetTaskLogsResponseBody(results=["begun"]))
        _block(resource_meta.job_id)
        yield GetTaskLogsResponse(body=GetTaskLogsResponseBody(results=["done"]))


class Threads(Coroutines):
    """Blocks in threads that asyncio has for that."""

    name = "Blocking threads"
    task_type_name = "blocking-threads"

    async def get(self, resource_meta: Any, **kwargs: Any) -> Resource:
        """Block elsewhere."""
        await asyncio.to_thread(_block, resource_meta.job_id)
        return _succeeded()


class Counting(Coroutines):
    """Reports how many jobs block now, and how many did at most."""

    name = "Counting"
    task_type_name = "counting"

    async def get(self, resource_meta: Any, **kwargs: Any) -> Resource:
        """Report."""
        return _succeeded(f"{blocked.now} {blocked.most}")


class Session:
    """What a client of some service is made of: all of it belongs to the event loop that it was made in."""

    def __init__(self) -> None:
        """Start what goes on in the background."""
        self.loop = asyncio.get_running_loop()
        self.lock = asyncio.Lock()
        self.asked: asyncio.Queue[tuple[str, asyncio.Future[str]]] = asyncio.Queue()
        self.answered = asyncio.Event()
        self.task = asyncio.create_task(self._answer())

    async def _answer(self) -> None:
        while True:
            text, future = await self.asked.get()
            await asyncio.sleep(0.001)
            future.set_result(text.upper())
            self.answered.set()

    async def ask(self, text: str) -> str:
        """Have the background answer; refuse to work on another loop, as clients do."""
        if asyncio.get_running_loop() is not self.loop:
            raise RuntimeError("the session belongs to another loop")
        async with self.lock:
            future = self.loop.create_future()
            await self.asked.put((text, future))
            await self.answered.wait()
            return str(await future)


class LoopBound(AsyncConnector):
    """Opens a session with its first job and uses it for all."""

    name = "Loop-bound"
    task_type_name = "loop-bound"
    metadata_type = Job
    session: Session | None = None

    def _session(self) -> Session:
        if self.session is None:
            self.session = Session()
        return self.session

    async def create(self, task_template: Any, *args: Any, **kwargs: Any) -> Job:
        """Ask the session."""
        return Job(await self._session().ask(task_template.id.name))

    async def get(self, resource_meta: Any, **kwargs: Any) -> Resource:
        """Ask the session."""
        return _succeeded(await self._session().ask(resource_meta.job_id))

    async def delete(self, resource_meta: Any, **kwargs: Any) -> None:
        """Ask the session."""
        await self._session().ask(resource_meta.job_id)


class Background(AsyncConnector):
    """Does its work in tasks that go on after `create`."""

    name = "Background"
    task_type_name = "background"
    metadata_type = Job

    def __init__(self) -> None:
        """Know no job."""
        self.jobs: dict[str, asyncio.Task[str]] = {}

    async def create(self, task_template: Any, *args: Any, **kwargs: Any) -> Job:
        """Start the work."""
        name = task_template.id.name
        self.jobs[name] = asyncio.create_task(self._work(name))
        return Job(name)

    async def _work(self, name: str) -> str:
        while not Path(name).exists():
            await asyncio.sleep(0.005)
        return "done"

    async def get(self, resource_meta: Any, **kwargs: Any) -> Resource:
        """Report."""
        job = self.jobs[resource_meta.job_id]
        if job.cancelled():
            return Resource(phase=TaskExecution.ABORTED)
        if not job.done():
            return Resource(phase=TaskExecution.RUNNING)
        return _succeeded(job.result())

    async def delete(self, resource_meta: Any, **kwargs: Any) -> None:
        """Cancel the work, and wait until it has ended."""
        job = self.jobs[resource_meta.job_id]
        job.cancel()
        await asyncio.wait([job])


def _line() -> GetTaskLogsResponse:
    return GetTaskLogsResponse(body=GetTaskLogsResponseBody(results=["line"]))


class Endless(Coroutines):
    """Has logs without an end; when nobody reads on, the file appears that the job is named after."""

    name = "Endless"
    task_type_name = "endless"

    async def get_logs(self, resource_meta: Any, **kwargs: Any) -> Any:
        """Yield a line after the other."""
        try:
            while True:
                yield _line()
                await asyncio.sleep(0.01)
        finally:
            await asyncio.sleep(0)
            Path(resource_meta.job_id).touch()


class EndlessAtOnce(Endless):
    """Never waits between two lines."""

    task_type_name = "endless-at-once"

    async def get_logs(self, resource_meta: Any, **kwargs: Any) -> Any:
        """Yield a line after the other."""
        try:
            while True:
                yield _line()
        finally:
            await asyncio.sleep(0)
            Path(resource_meta.job_id).touch()


class Stalling(Endless):
    """Stops in the middle of its logs, and waits."""

    task_type_name = "stalling"

    async def get_logs(self, resource_meta: Any, **kwargs: Any) -> Any:
        """Yield a line, then wait."""
        try:
            yield _line()
            await asyncio.get_running_loop().create_future()
        finally:
            Path(resource_meta.job_id).touch()


class EndlessFunction(Endless):
    """Is not asynchronous."""

    task_type_name = "endless-function"

    def get_logs(self, resource_meta: Any, **kwargs: Any) -> Any:
        """Yield a line after the other."""
        try:
            while True:
                yield _line()
                time.sleep(0.01)
        finally:
            Path(resource_meta.job_id).touch()


class ThreadBound(AsyncConnector):
    """Keeps what belongs to the thread it was made in."""

    name = "Thread-bound"
    task_type_name = "thread-bound"
    metadata_type = Job
    thread_bound = True

    async def create(self, task_template: Any, *args: Any, **kwargs: Any) -> Job:
        """Open a database."""
        self.database = sqlite3.connect(":memory:")
        return Job("job")

    async def get(self, resource_meta: Any, **kwargs: Any) -> Resource:
        """Use it."""
        return _succeeded(self.database.execute("SELECT 1").fetchone()[0])

    async def delete(self, resource_meta: Any, **kwargs: Any) -> None:
        """Close it."""
        self.database.close()


for connector in (
    Functions,
    Coroutines,
    Threads,
    Counting,
    LoopBound,
    Background,
    Endless,
    EndlessAtOnce,
    Stalling,
    EndlessFunction,
    ThreadBound,
):
    ConnectorRegistry.register(connector())
