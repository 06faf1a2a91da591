"""Connectors that are told what to do by files: a job waits until the file `release` is there, and is noted in `created`.

The files are in the working directory of the service, where tests can write and read them.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flyteidl2.connector.connector_pb2 import (
    GetTaskLogsResponse,
    GetTaskLogsResponseBody,
    GetTaskMetricsResponse,
)
from flyteidl2.core.execution_pb2 import TaskExecution
from prometheus_client import Counter

from flyte.connectors import AsyncConnector, ConnectorRegistry, Resource, ResourceMeta

RELEASE, BEGUN, CREATED = Path("release"), Path("begun"), Path("created")
POLL_SECONDS = 0.01
jobs = Counter("operated_jobs", "Jobs that were created")


@dataclass
class Job(ResourceMeta):
    """The name of a job."""

    job_id: str


def note(file: Path, text: str) -> None:
    """Add a line to a file, in one piece whoever else does so."""
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(descriptor, f"{text}\n".encode())
    finally:
        os.close(descriptor)


class Quick(AsyncConnector):
    """Creates jobs at once."""

    name = "Quick"
    task_type_name = "quick"
    metadata_type = Job

    async def create(self, task_template: Any, *args: Any, **kwargs: Any) -> Job:
        """Note the job."""
        jobs.inc()
        note(CREATED, task_template.id.name)
        return Job(task_template.id.name)

    async def get(self, resource_meta: Any, **kwargs: Any) -> Resource:
        """Tell the process that answers."""
        return Resource(phase=TaskExecution.SUCCEEDED, message=str(os.getpid()))

    async def delete(self, resource_meta: Any, **kwargs: Any) -> None:
        """Do nothing."""

    async def get_metrics(self, resource_meta: Any, **kwargs: Any) -> Any:
        """Report nothing."""
        return GetTaskMetricsResponse()

    async def get_logs(self, resource_meta: Any, **kwargs: Any) -> AsyncIterator[Any]:
        """Yield as long as somebody listens."""
        while True:
            body = GetTaskLogsResponseBody(results=[resource_meta.job_id])
            yield GetTaskLogsResponse(body=body)
            await asyncio.sleep(POLL_SECONDS)


class Waiting(Quick):
    """Waits without blocking."""

    name = "Waiting"
    task_type_name = "waiting"

    async def create(self, task_template: Any, *args: Any, **kwargs: Any) -> Job:
        """Note the job once it is released."""
        note(BEGUN, task_template.id.name)
        while not RELEASE.exists():
            await asyncio.sleep(POLL_SECONDS)
        return await super().create(task_template)


class Blocking(Quick):
    """Blocks its thread."""

    name = "Blocking"
    task_type_name = "blocking"

    def create(self, task_template: Any, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        """Note the job once it is released."""
        note(BEGUN, task_template.id.name)
        while not RELEASE.exists():
            time.sleep(POLL_SECONDS)
        return super().create(task_template)

    async def delete(self, resource_meta: Any, **kwargs: Any) -> None:
        """Block the event loop for a moment, as connectors do that were written carelessly."""
        time.sleep(0.05)


class Threading(Quick):
    """Blocks a thread that it has started itself."""

    name = "Threading"
    task_type_name = "threading"

    async def get(self, resource_meta: Any, **kwargs: Any) -> Resource:
        """Wait to be released."""
        note(BEGUN, resource_meta.job_id)
        while not RELEASE.exists():
            await asyncio.to_thread(time.sleep, 100_000)
        return await super().get(resource_meta)


class Faulty(Quick):
    """Raises what it is asked for."""

    name = "Faulty"
    task_type_name = "faulty"

    async def create(self, task_template: Any, *args: Any, **kwargs: Any) -> Any:
        """Fail, with a secret in the message."""
        raise RuntimeError(f"no job, with {kwargs.get('password')}")

    async def get(self, resource_meta: Any, **kwargs: Any) -> Any:
        """Ask for an exit."""
        raise SystemExit(3)


for connector in (Quick, Waiting, Blocking, Threading, Faulty):
    ConnectorRegistry.register(connector())
