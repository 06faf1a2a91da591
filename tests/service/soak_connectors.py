"""Connectors for the soak test: one that waits, one that blocks; both note the jobs they create, and some fail."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from typing import Any

from flyteidl2.connector.connector_pb2 import (
    GetTaskLogsResponse,
    GetTaskLogsResponseBody,
)
from flyteidl2.core.execution_pb2 import TaskExecution

from flyte.connectors import ConnectorRegistry, Resource
from tests.service.operated_connectors import CREATED, POLL_SECONDS, Job, Quick, note
from tests.service.soak_client import LINES


def _created(name: str, password: str | None) -> Job:
    if name.startswith("fail"):
        raise RuntimeError(f"cannot log in with {password}")
    note(CREATED, name)
    return Job(name)


class SoakAsync(Quick):
    """Waits a moment in half of its calls."""

    name = "SoakAsync"
    task_type_name = "soak-async"

    async def create(self, task_template: Any, *args: Any, **kwargs: Any) -> Job:
        """Note the job."""
        if random.random() < 0.5:
            await asyncio.sleep(random.random() / 100)
        return _created(task_template.id.name, kwargs.get("password"))

    async def get(self, resource_meta: Any, **kwargs: Any) -> Resource:
        """Report the name."""
        return Resource(
            phase=TaskExecution.SUCCEEDED,
            message=resource_meta.job_id,
            outputs={"name": resource_meta.job_id, "numbers": [1, 2, 3]},
            custom_info={"a": [1, None]},
        )

    async def get_logs(self, resource_meta: Any, **kwargs: Any) -> AsyncIterator[Any]:
        """Yield some lines, or lines without end."""
        count = 0
        while count < LINES or resource_meta.job_id == "endless":
            count += 1
            body = GetTaskLogsResponseBody(results=[str(count)])
            yield GetTaskLogsResponse(body=body)
            await asyncio.sleep(POLL_SECONDS / 10)


class SoakBlocking(SoakAsync):
    """Blocks a worker, and now and then its event loop."""

    name = "SoakBlocking"
    task_type_name = "soak-blocking"

    def create(self, task_template: Any, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        """Note the job."""
        time.sleep(random.random() / 100)
        return _created(task_template.id.name, kwargs.get("password"))

    async def delete(self, resource_meta: Any, **kwargs: Any) -> None:
        """Block the event loop, as connectors do that were written carelessly."""
        if random.random() < 0.05:
            time.sleep(0.02)


for connector in (SoakAsync, SoakBlocking):
    ConnectorRegistry.register(connector())
