"""Connectors that do as their callers say: what a job reports is named by its metadata, which callers can write."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any

from flyteidl2.connector.connector_pb2 import (
    GetTaskLogsResponse,
    GetTaskLogsResponseBody,
    GetTaskLogsResponseHeader,
    GetTaskMetricsResponse,
)
from flyteidl2.core.execution_pb2 import TaskExecution, TaskLog
from flyteidl2.core.literals_pb2 import Literal, LiteralMap, Primitive, Scalar
from flyteidl2.core.metrics_pb2 import ExecutionMetricResult
from google.protobuf.json_format import MessageToDict
from prometheus_client import Counter

from flyte.connectors import AsyncConnector, ConnectorRegistry, Resource, ResourceMeta

created = Counter("example_jobs_created", "Metrics of connectors are on the page too")


@dataclass
class Job(ResourceMeta):
    """The metadata of most jobs."""

    job_id: str


class Echo(AsyncConnector):
    """Reports what its operations were given."""

    name = "Echo"
    task_type_name = "echo"
    metadata_type = Job

    def __init__(self) -> None:
        """Know no job."""
        self.deleted: dict[str, dict[str, Any]] = {}

    async def create(
        self,
        task_template: Any,
        output_prefix: str,
        inputs: dict[str, Any] | None = None,
        task_execution_metadata: Any = None,
        **kwargs: Any,
    ) -> Job:
        """Keep what was given in the job's own metadata."""
        created.inc()
        given = {
            "name": task_template.id.name,
            "output_prefix": output_prefix,
            "inputs": {name: repr(value) for name, value in (inputs or {}).items()},
            "namespace": task_execution_metadata.namespace,
            "kwargs": kwargs,
        }
        return Job(json.dumps(given))

    async def get(self, resource_meta: Any, **kwargs: Any) -> Resource:
        """Report the job, and the connection."""
        seen = {"created": resource_meta.job_id, "kwargs": kwargs}
        deleted = self.deleted.get(resource_meta.job_id)
        if deleted is None:
            return Resource(phase=TaskExecution.RUNNING, custom_info=seen)
        info = {**seen, "deleted": deleted}
        return Resource(phase=TaskExecution.ABORTED, custom_info=info)

    async def delete(self, resource_meta: Any, **kwargs: Any) -> None:
        """Note that the job was deleted."""
        self.deleted[resource_meta.job_id] = kwargs

    async def get_metrics(self, resource_meta: Any, **kwargs: Any) -> Any:
        """Name the queries."""
        results = [ExecutionMetricResult(metric=query) for query in kwargs["queries"]]
        results.append(ExecutionMetricResult(metric=str(kwargs["step"].seconds)))
        return GetTaskMetricsResponse(results=results)


class OtherVersion(Echo):
    """Serves another version of the same type under the same name."""

    task_type_version = 3


# Logs


def _header(token: str) -> GetTaskLogsResponse:
    return GetTaskLogsResponse(header=GetTaskLogsResponseHeader(token=token))


def _body(*lines: str) -> GetTaskLogsResponse:
    return GetTaskLogsResponse(body=GetTaskLogsResponseBody(results=lines))


class Logging(Echo):
    """Returns its logs from a coroutine, as one response."""

    name = "Logs"
    task_type_name = "logs-coroutine"

    async def get_logs(
        self, resource_meta: Any, *, lines: int = 0, token: str = "", **kwargs: Any
    ) -> Any:
        """Return one response."""
        return _body(resource_meta.job_id, str(lines), token)


class LoggingList(Echo):
    """Returns a list from a coroutine that takes the metadata only, as connectors of other versions do."""

    name = "Logs"
    task_type_name = "logs-list"

    async def get_logs(self, resource_meta: Any) -> Any:
        """Return several responses."""
        return [_header("next"), _body(resource_meta.job_id)]


class LoggingAsyncGenerator(Echo):
    """Yields asynchronously."""

    name = "Logs"
    task_type_name = "logs-async-generator"

    async def get_logs(self, resource_meta: Any, **kwargs: Any) -> AsyncIterator[Any]:
        """Yield several responses."""
        yield _header("next")
        yield _body(resource_meta.job_id)


class LoggingGenerator(Echo):
    """Yields."""

    name = "Logs"
    task_type_name = "logs-generator"

    def get_logs(self, resource_meta: Any, **kwargs: Any) -> Iterator[Any]:
        """Yield several responses."""
        yield _header("next")
        yield _body(resource_meta.job_id)


class LoggingFunction(Echo):
    """Is not asynchronous at all."""

    name = "Logs"
    task_type_name = "logs-function"

    def get_logs(self, resource_meta: Any, **kwargs: Any) -> Any:
        """Return several responses."""
        return (_header("next"), _body(resource_meta.job_id))


# What jobs report


def _literal(number: int) -> Literal:
    return Literal(scalar=Scalar(primitive=Primitive(integer=number)))


def _succeeded(**fields: Any) -> Resource:
    return Resource(phase=TaskExecution.SUCCEEDED, **fields)


MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)

REPORTS: dict[str, Callable[[], Any]] = {
    "values": lambda: _succeeded(
        outputs={
            "number": 7,
            "ratio": 1.5,
            "text": "grün\n",
            "flag": False,
            "nothing": None,
            "moment": MOMENT,
            "span": timedelta(days=2, microseconds=1),
            "list": [1, 2],
            "dict": {"a": {"b": [1]}},
        }
    ),
    "literals": lambda: _succeeded(outputs=LiteralMap(literals={"o0": _literal(3)})),
    "a list": lambda: _succeeded(outputs=[1, 2]),
    "a tuple": lambda: _succeeded(outputs=(1, 2)),
    "bytes": lambda: _succeeded(outputs={"data": b"\x00\xff"}),
    "a set": lambda: _succeeded(outputs={"several": {1}}),
    "a tuple inside": lambda: _succeeded(outputs={"pair": (1, 2)}),
    "an object": lambda: _succeeded(outputs={"thing": object()}),
    "everything else": lambda: Resource(
        phase=TaskExecution.FAILED,
        message="it failed: grün",
        log_links=[TaskLog(uri="https://logs/1", name="Logs")],
        custom_info={"a": [1, None, {"b": True}], "text": "grün"},
    ),
    "custom_info of sets": lambda: _succeeded(custom_info={"a": {1}}),
    "custom_info of bytes": lambda: _succeeded(custom_info={"a": b"x"}),
    "a dictionary": lambda: {"phase": TaskExecution.SUCCEEDED},
    "None": lambda: None,
    "no phase": lambda: Resource(phase=None),
    "log links of text": lambda: _succeeded(log_links=["https://logs/1"]),
    "half a character": lambda: _succeeded(message="\udc80"),
    **{
        f"phase {name}": lambda number=number: Resource(phase=number)
        for name, number in TaskExecution.Phase.items()
    },
}


class Reporting(Echo):
    """Has jobs that report what their metadata names."""

    name = "Reporting"
    task_type_name = "reporting"

    async def create(self, task_template: Any, *args: Any, **kwargs: Any) -> Any:
        """Return what is no metadata."""
        return MessageToDict(task_template.custom)

    async def get(self, resource_meta: Any, **kwargs: Any) -> Any:
        """Report."""
        return REPORTS[resource_meta.job_id]()

    async def get_metrics(self, resource_meta: Any, **kwargs: Any) -> Any:
        """Return what is no response."""
        return {"cpu": 1}

    async def get_logs(self, resource_meta: Any, **kwargs: Any) -> Any:
        """Return a text, which is iterable, but no response."""
        return resource_meta.job_id


class Plain(AsyncConnector):
    """Offers neither logs nor metrics, and is not asynchronous."""

    name = "Plain"
    task_type_name = "plain"
    metadata_type = Job

    def create(self, task_template: Any, *args: Any, **kwargs: Any) -> Job:
        """Name the job after its task."""
        return Job(task_template.id.name)

    def get(self, resource_meta: Any, **kwargs: Any) -> Resource:
        """Report the name."""
        return _succeeded(message=resource_meta.job_id)

    def delete(self, resource_meta: Any, **kwargs: Any) -> None:
        """Do nothing."""


# Metadata of jobs


class Size(Enum):
    """An enum."""

    SMALL = "small"
    LARGE = "large"


@dataclass
class Place:
    """A dataclass inside another."""

    host: str
    ports: list[int]


@dataclass
class RichMeta(ResourceMeta):
    """Metadata with all that a connector may want to keep."""

    place: Place
    begun: datetime
    day: date
    patience: timedelta
    data: bytes
    size: Size
    parent: Place | None = None
    tags: dict[str, str] | None = None


RICH = RichMeta(
    place=Place("db", [1, 2]),
    begun=MOMENT,
    day=date(2026, 1, 2),
    patience=timedelta(seconds=1, microseconds=5),
    data=b"\x00\xff",
    size=Size.LARGE,
    parent=Place("root", []),
)


class Rich(Echo):
    """Has rich metadata, and reports whether it came back as it was."""

    name = "Rich"
    task_type_name = "rich"
    metadata_type = RichMeta

    async def create(self, *args: Any, **kwargs: Any) -> Any:
        """Return rich metadata."""
        return RICH

    async def get(self, resource_meta: Any, **kwargs: Any) -> Resource:
        """Report."""
        return _succeeded(message=repr(resource_meta == RICH))


@dataclass
class PublishedMeta(ResourceMeta):
    """Metadata that the published SDK can encode as well."""

    job_id: str
    place: Place
    attempt: int
    ratio: float
    done: bool
    tags: list[str]
    labels: dict[str, str]
    parent: str | None = None


class Published(Echo):
    """Reports the metadata it was given."""

    name = "Published"
    task_type_name = "published"
    metadata_type = PublishedMeta

    async def get(self, resource_meta: Any, **kwargs: Any) -> Resource:
        """Report."""
        return _succeeded(message=repr(resource_meta))


class Registering(Plain):
    """Registers another connector when its job is created."""

    name = "Registering"
    task_type_name = "registering"

    def create(self, task_template: Any, *args: Any, **kwargs: Any) -> Job:
        """Register a connector of the type the task is named after."""

        class Late(Plain):
            name = "Late"
            task_type_name = task_template.id.name

        ConnectorRegistry.register(Late())
        return Job(Late.task_type_name)


for connector in (
    Echo,
    OtherVersion,
    Logging,
    LoggingList,
    LoggingAsyncGenerator,
    LoggingGenerator,
    LoggingFunction,
    Reporting,
    Plain,
    Rich,
    Published,
    Registering,
):
    ConnectorRegistry.register(connector())
