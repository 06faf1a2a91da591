"""Serves a connector that answers at once, with either SDK, so that what is measured is the service around it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from flyteidl2.core.execution_pb2 import TaskExecution

from flyte.connectors import (
    AsyncConnector,
    ConnectorRegistry,
    ConnectorService,
    Resource,
    ResourceMeta,
)


@dataclass
class JobMeta(ResourceMeta):
    """What is needed to find a job again."""

    job_id: str


class Connector(AsyncConnector):
    """Knows one job, which is running."""

    name = "Bench"
    task_type_name = "bench"
    metadata_type = JobMeta

    async def create(
        self,
        task_template: Any,
        output_prefix: str,
        inputs: dict[str, Any] | None = None,
        task_execution_metadata: Any = None,
        **kwargs: Any,
    ) -> JobMeta:
        """Start the job."""
        return JobMeta(job_id="job-1")

    async def get(self, resource_meta: ResourceMeta, **kwargs: Any) -> Resource:
        """Tell that it is running."""
        return Resource(phase=TaskExecution.RUNNING, message="running")

    async def delete(self, resource_meta: ResourceMeta, **kwargs: Any) -> None:
        """End it."""


if __name__ == "__main__":
    ConnectorRegistry.register(Connector())
    port, prometheus_port = map(int, sys.argv[1:])
    ConnectorService.run(port, prometheus_port, 10, None, None)
