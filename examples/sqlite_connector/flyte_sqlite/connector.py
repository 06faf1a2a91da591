"""The connector: Flyte's calls on one side, jobs on the other.

Knows both and translates; no call waits for a query. It must not know SQL. Importing the module registers it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flyteidl2.connector.connector_pb2 import (
    GetTaskLogsResponse,
    GetTaskLogsResponseBody,
    GetTaskLogsResponseHeader,
    GetTaskMetricsResponse,
    TaskExecutionMetadata,
)
from flyteidl2.core.execution_pb2 import TaskExecution, TaskLog
from flyteidl2.core.metrics_pb2 import ExecutionMetricResult
from flyteidl2.core.tasks_pb2 import TaskTemplate
from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.timestamp_pb2 import Timestamp

from flyte.connectors import (
    AsyncConnector,
    ConnectorRegistry,
    Resource,
    ResourceMeta,
)
from flyte.io import File
from flyte_sqlite.jobs import Job, Jobs, State
from flyte_sqlite.query import Access, Format, Query, parameters_from
from flyte_sqlite.task import TASK_TYPE
from flyte_sqlite.telemetry import Sample

PHASES = {
    State.QUEUED: TaskExecution.QUEUED,
    State.RUNNING: TaskExecution.RUNNING,
    State.SUCCEEDED: TaskExecution.SUCCEEDED,
    State.FAILED: TaskExecution.FAILED,
    State.ABORTED: TaskExecution.ABORTED,
}
# Fields of a sample.
METRICS = ("rows", "seconds")


@dataclass
class Target:
    """What a job works on."""

    database: str
    access: Access


@dataclass
class SQLiteJob(ResourceMeta):
    """What finds a job again."""

    job_id: str
    # The process that runs it.
    owner: str
    created_at: datetime
    target: Target


class SQLiteConnector(AsyncConnector):
    """Runs SQL on SQLite databases."""

    name = "SQLite Connector"
    task_type_name = TASK_TYPE
    metadata_type = SQLiteJob

    def __init__(self) -> None:
        """Begin without jobs."""
        self._jobs = Jobs()

    async def create(
        self,
        task_template: TaskTemplate,
        output_prefix: str,
        inputs: dict[str, Any] | None = None,
        task_execution_metadata: TaskExecutionMetadata | None = None,
        busy_timeout: str = "5",
        pseudonym_key: str | None = None,
        **kwargs: Any,
    ) -> SQLiteJob:
        """Start a job; a setting and a secret of the connection arrive by name."""
        config = MessageToDict(task_template.custom)
        query = Query(
            database=_database(config),
            statement=task_template.sql.statement,
            parameters=parameters_from(inputs or {}),
            output_prefix=output_prefix,
            access=Access(config.get("access", Access.READ_ONLY.value)),
            format=Format(config.get("format", Format.CSV.value)),
            busy_timeout=_number("busy_timeout", busy_timeout),
            pseudonym_key=pseudonym_key,
        )
        return SQLiteJob(
            job_id=self._jobs.start(query).id,
            owner=self._jobs.owner,
            created_at=datetime.now(UTC),
            target=Target(query.database, query.access),
        )

    async def get(self, resource_meta: ResourceMeta, **kwargs: Any) -> Resource:
        """Tell how a job is doing; one that is gone has failed."""
        meta = _ours(resource_meta)
        job = self._jobs.find(meta.job_id)
        if job is None:
            return Resource(phase=TaskExecution.FAILED, message=self._why_gone(meta))
        # Read first: once it says that the job has ended, all the rest is final.
        state = job.state
        return Resource(
            phase=PHASES[state],
            message=job.message,
            log_links=_log_links(job),
            outputs=_outputs(job) if state is State.SUCCEEDED else None,
            custom_info={"database": meta.target.database, "rows": job.rows},
        )

    async def delete(self, resource_meta: ResourceMeta, **kwargs: Any) -> None:
        """Interrupt a job; one that has ended or is gone is left alone."""
        job = self._jobs.find(_ours(resource_meta).job_id)
        if job is not None:
            job.stop()

    async def get_logs(
        self,
        resource_meta: ResourceMeta,
        lines: int = 0,
        token: str = "",
        **kwargs: Any,
    ) -> Any:
        """Return two responses to stream: the token of the next page, empty after the last, and the lines of this one."""
        job = self._existing(resource_meta)
        # Asked before the lines are read: what is logged in between is on the next page.
        ended = job.has_ended
        page = job.log.page(token, lines)
        following = "" if ended and not job.log.goes_on_after(page) else page.token
        return [
            GetTaskLogsResponse(header=GetTaskLogsResponseHeader(token=following)),
            GetTaskLogsResponse(body=GetTaskLogsResponseBody(results=page.lines)),
        ]

    async def get_metrics(
        self,
        resource_meta: ResourceMeta,
        queries: Sequence[str] = (),
        start_time: Timestamp | None = None,
        end_time: Timestamp | None = None,
        step: Duration | None = None,
        **kwargs: Any,
    ) -> GetTaskMetricsResponse:
        """Return the series asked for, without names all of them, as Prometheus answers a range query."""
        unknown = [name for name in queries if name not in METRICS]
        if unknown:
            raise ValueError(f"no metric {unknown[0]!r}; known: {', '.join(METRICS)}")
        samples = self._existing(resource_meta).series.between(
            _seconds(start_time) or 0.0,
            _seconds(end_time) or math.inf,
            _seconds(step),
        )
        return GetTaskMetricsResponse(
            results=[_series(name, samples) for name in queries or METRICS]
        )

    def _existing(self, resource_meta: ResourceMeta) -> Job:
        meta = _ours(resource_meta)
        job = self._jobs.find(meta.job_id)
        if job is None:
            raise LookupError(self._why_gone(meta))
        return job

    def _why_gone(self, meta: SQLiteJob) -> str:
        when = meta.created_at.isoformat(" ", "seconds")
        job = f"the job on {meta.target.database}, created {when}, is gone"
        if meta.owner != self._jobs.owner:
            return f"{job}: a restart of the service has ended it; run it again"
        return f"{job}: it ended long ago"


def _ours(meta: ResourceMeta) -> SQLiteJob:
    if not isinstance(meta, SQLiteJob):
        raise TypeError(f"expected a SQLiteJob, got {type(meta).__name__}")
    return meta


def _database(config: dict[str, Any]) -> str:
    database: object = config.get("database")
    if not isinstance(database, str):
        raise ValueError("the configuration of the task names no database")
    return database


def _number(setting: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"setting {setting} must be a number, got {text!r}") from None


def _outputs(job: Job) -> dict[str, Any]:
    result: File[Any] = File(path=job.query.result, format=job.query.format.value)
    return {"rows": job.rows, "result": result}


def _log_links(job: Job) -> list[TaskLog]:
    if not job.log_is_stored:
        return []
    return [TaskLog(name="Query log", uri=job.query.log, ready=True)]


def _seconds(time: Timestamp | Duration | None) -> float:
    return 0.0 if time is None else time.seconds + time.nanos / 1e9


def _series(name: str, samples: Sequence[Sample]) -> ExecutionMetricResult:
    values = [[sample.time, str(getattr(sample, name))] for sample in samples]
    result = ExecutionMetricResult(metric=name)
    ParseDict(
        {
            "resultType": "matrix",
            "result": [{"metric": {"__name__": name}, "values": values}],
        },
        result.data,
    )
    return result


ConnectorRegistry.register(SQLiteConnector())
