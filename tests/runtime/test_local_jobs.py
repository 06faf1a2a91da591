"""Tasks that run here as jobs of their connector: inputs, secrets, polling, outputs, failures and cancellation."""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
import threading
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flyteidl2.core.execution_pb2 import TaskExecution, TaskLog
from flyteidl2.core.literals_pb2 import LiteralMap
from flyteidl2.core.tasks_pb2 import Sql
from google.protobuf.json_format import MessageToDict

from flyte.connectors import (
    AsyncConnector,
    AsyncConnectorExecutorMixin,
    ConnectorRegistry,
    Resource,
    ResourceMeta,
)
from flyte.connectors._connector import FlyteConnectorNotFound
from flyte.errors import BaseRuntimeError, RuntimeSystemError, RuntimeUserError
from flyte.extend import AsyncFunctionTaskTemplate, TaskTemplate
from flyte.io import DataFrame
from flyte.models import NativeInterface, SerializationContext
from flyte_runtime import connectors, local_jobs
from flyte_runtime.logs import logger
from flyte_runtime.types import engine

REQUIRED = inspect.Parameter.empty
RUNNING = Resource(phase=TaskExecution.RUNNING)
SECRET = "p/ss word"


@dataclass
class JobMeta(ResourceMeta):
    """The metadata of the jobs below."""

    job_id: str


class Scripted(AsyncConnector):
    """A connector whose jobs report what a list says; an exception in it is raised, a function is awaited."""

    name = "Scripted"
    task_type_name = "scripted"
    metadata_type = JobMeta

    def __init__(self, *reports: Any) -> None:
        """Keep what the job reports, one after the other."""
        self.reports = list(reports) or [done()]
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.creating: Any = JobMeta("job-1")
        self.deleting: Any = None

    async def create(self, **arguments: Any) -> JobMeta:
        """Start a job."""
        self.calls.append(("create", arguments))
        return await settled(self.creating)

    async def get(self, resource_meta: ResourceMeta, **kwargs: Any) -> Resource:
        """Report the next state."""
        self.calls.append(("get", {"resource_meta": resource_meta, **kwargs}))
        return await settled(self.reports.pop(0))

    async def delete(self, resource_meta: ResourceMeta, **kwargs: Any) -> None:
        """End the job."""
        self.calls.append(("delete", {"resource_meta": resource_meta, **kwargs}))
        await settled(self.deleting)

    @property
    def names(self) -> list[str]:
        """The calls there were, by name."""
        return [name for name, _ in self.calls]

    def arguments(self, name: str) -> dict[str, Any]:
        """Return what the first call of a name was given."""
        return next(arguments for called, arguments in self.calls if called == name)


async def settled(value: Any) -> Any:
    """Return a value, raise an exception, or do what a function does."""
    if isinstance(value, BaseException):
        raise value
    return await value() if inspect.iscoroutinefunction(value) else value


def done(**outputs: Any) -> Resource:
    """Report success."""
    return Resource(phase=TaskExecution.SUCCEEDED, outputs=outputs or None)


async def forever() -> None:
    """Never return by itself."""
    await asyncio.Event().wait()


class Query(AsyncConnectorExecutorMixin, TaskTemplate[..., Any, Any]):
    """A task as plugins define them: with a constructor of its own, a statement and secrets."""

    def __init__(
        self,
        inputs: dict[str, Any] | None = None,
        outputs: dict[str, Any] | None = None,
        secrets: Any = None,
        **kwargs: Any,
    ) -> None:
        """Make a task from names and types; a type alone is an input without a default."""
        pairs = {
            name: hint if isinstance(hint, tuple) else (hint, REQUIRED)
            for name, hint in (inputs or {}).items()
        }
        super().__init__(
            name="env.query",
            interface=NativeInterface(pairs, outputs or {}),
            task_type="scripted",
            **kwargs,
        )
        self.listed = secrets

    def custom_config(self, sctx: SerializationContext) -> Any:
        """List the secrets beside a setting."""
        listed = {} if self.listed is None else {"secrets": self.listed}
        return {"warehouse": "small", **listed}

    def sql(self, sctx: SerializationContext) -> Any:
        """Return the statement as the message it travels in."""
        return Sql(statement="SELECT 1", dialect=Sql.Dialect.ANSI)


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a registry of its own, and no time to lose."""
    monkeypatch.setattr(connectors, "_registered", {})
    monkeypatch.setattr(local_jobs, "FIRST_PAUSE", 0.0)


@pytest.fixture(autouse=True)
def formatters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test change for others how records are written."""
    for handler in logger.handlers:
        monkeypatch.setattr(handler, "formatter", handler.formatter)


def served(*reports: Any) -> Scripted:
    """Register a connector for the jobs of a test."""
    connector = Scripted(*reports)
    ConnectorRegistry.register(connector)
    return connector


def run(task: Any, *args: Any, **kwargs: Any) -> Any:
    """Call a task and wait for its end."""
    return asyncio.run(task.aio(*args, **kwargs))


@pytest.fixture
def records() -> Iterator[list[str]]:
    """Collect what is logged, from INFO on."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(handler.format(record))
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(handler)
    logger.setLevel(level)


@contextmanager
def refused(error: type[Exception], message: str) -> Iterator[None]:
    """Expect an error with exactly this message."""
    with pytest.raises(error) as raised:
        yield
    assert str(raised.value) == message


# Calls


async def called(task: Any, x: int) -> Any:
    """Call the task, and await what it returns."""
    return await task(x)


async def awaited(task: Any, x: int) -> Any:
    """Use `aio`."""
    return await task.aio(x)


async def executed(task: Any, x: int) -> Any:
    """Use `execute`, which takes inputs by name."""
    return await task.execute(x=x)


@pytest.mark.parametrize("way", [called, awaited, executed])
def test_a_task_runs_through_its_connector(
    way: Callable[[Any, int], Awaitable[Any]],
) -> None:
    """Each way to wait for a task creates a job, follows it and returns its output."""
    connector = served(RUNNING, RUNNING, done(o0="result"))
    task = Query({"x": int}, {"o0": str})

    assert asyncio.run(way(task, 5)) == "result"

    assert connector.names == ["create", "get", "get", "get"]
    assert connector.arguments("create")["inputs"] == {"x": 5}
    assert connector.arguments("get") == {"resource_meta": JobMeta("job-1")}


def test_a_connector_may_block() -> None:
    """Operations that are plain functions run in a thread, where they delay nobody."""
    thread = threading.get_ident()

    class Blocking(Scripted):
        """A connector without coroutines."""

        def create(self, **arguments: Any) -> Any:
            """Start a job."""
            assert threading.get_ident() != thread
            return JobMeta("job-1")

        def get(self, resource_meta: ResourceMeta, **kwargs: Any) -> Any:
            """Report success, in the end."""
            return self.report()

        async def report(self) -> Resource:
            """Report success."""
            return done(o0="result")

    ConnectorRegistry.register(Blocking())

    assert run(Query(outputs={"o0": str})) == "result"


def test_a_synchronous_task_returns_its_output() -> None:
    """A task that is told so waits for its job by itself."""
    served(RUNNING, done(o0="result"))

    task: Any = Query(outputs={"o0": str}, _call_as_synchronous=True)

    assert task() == "result"


def test_a_function_task_calls_its_function() -> None:
    """The code of a function is here, so it runs here, whatever the connector could do."""

    class FunctionTask(
        AsyncConnectorExecutorMixin, AsyncFunctionTaskTemplate[..., Any, Any]
    ):
        """A task that wraps a function."""

    def double(x: int) -> int:
        return 2 * x

    interface = NativeInterface.from_callable(double)
    task: Any = FunctionTask(name="env.double", interface=interface, func=double)

    assert (task(2), run(task, 2), asyncio.run(task.execute(x=2))) == (4, 4, 4)


def test_the_executor_needs_a_task() -> None:
    """The mixin alone is no task."""
    with refused(
        TypeError,
        "AsyncConnectorExecutorMixin must be mixed into a task template, AsyncConnectorExecutorMixin is none",
    ):
        asyncio.run(AsyncConnectorExecutorMixin().execute())


def test_a_task_type_without_a_connector() -> None:
    """Nothing is executed when no connector serves the task."""
    with pytest.raises(FlyteConnectorNotFound, match="'scripted' version 0"):
        run(Query())


# Inputs


@dataclass
class Point:
    """A value with fields."""

    x: int
    y: int = 0


def test_defaults_are_passed_on() -> None:
    """Inputs that are not given have their defaults, falsy ones too, in the order of the interface."""
    connector = served()
    defaults: dict[str, Any] = {
        "number": (int, 0),
        "text": (str, ""),
        "flag": (bool, False),
        "items": (list[int], []),
        "maybe": (int | None, None),
        "point": (Point, Point(1)),
    }

    run(Query({"x": float, **defaults}), 1)

    inputs = connector.arguments("create")["inputs"]
    assert list(inputs) == ["x", *defaults]
    assert inputs == {"x": 1.0, **{name: one for name, (_, one) in defaults.items()}}
    assert type(inputs["x"]) is float


def test_defaults_of_deployed_tasks_are_passed_on() -> None:
    """A default that is stored as a literal is read."""
    connector = served()
    task = Query()
    task.interface = NativeInterface.from_types(
        {"x": (int, NativeInterface.has_default)},
        {},
        {"x": engine.to_literal(7, int)},
    )

    run(task)

    assert connector.arguments("create")["inputs"] == {"x": 7}


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((), {}, "task 'env.query' needs inputs 'x', 'text'"),
        ((1,), {}, "task 'env.query' needs input 'text'"),
        (
            (1, "a", 2, 3),
            {},
            "task 'env.query' takes at most 3 positional inputs, got 4",
        ),
        ((1,), {"x": 2}, "task 'env.query' got input 'x' twice"),
        (
            (1,),
            {"test": ""},
            "task 'env.query' has no input 'test'; did you mean 'text'?",
        ),
        (
            (),
            {"q": 1},
            "task 'env.query' has no input 'q'; inputs: x, text, limit",
        ),
        (("one", "a"), {}, "task 'env.query', input 'x': expected int, got str"),
    ],
    ids=["missing", "one", "many", "twice", "similar", "unknown", "type"],
)
def test_wrong_calls(args: Any, kwargs: Any, message: str) -> None:
    """A call that does not fit the interface says where, before there is a job.

    The None that plugins write where an input has no default is not taken for one.
    """
    connector = served()

    with refused(TypeError, message):
        run(Query({"x": int, "text": (str, None), "limit": (int, 5)}), *args, **kwargs)
    assert connector.calls == []


def test_a_wrong_call_is_an_error_of_the_user() -> None:
    """A plain call wraps the error, as all calls of tasks do."""
    task: Any = Query({"x": int})

    with refused(RuntimeUserError, "task 'env.query' needs input 'x'"):
        task()


# What the connector gets


def test_the_job_is_described() -> None:
    """The connector gets the serialized task, also of one that belongs to no environment."""
    connector = served()
    task = Query({"x": int})

    run(task, 1)

    template = connector.arguments("create")["task_template"]
    assert (template.id.name, template.type) == ("env.query", "scripted")
    assert template.sql.statement == "SELECT 1"
    assert MessageToDict(template.custom) == {"warehouse": "small"}
    assert list(template.interface.inputs.variables) == ["x"]
    assert task.parent_env_name is None


@pytest.mark.parametrize("written", [False, True])
def test_the_output_folder(written: bool) -> None:
    """A job has a new folder to write to, which is kept if there is something in it."""
    connector = served()

    async def create() -> JobMeta:
        folder = Path(connector.arguments("create")["output_prefix"])
        assert list(folder.iterdir()) == []
        if written:
            (folder / "rows").touch()
        return JobMeta("job-1")

    connector.creating = create
    run(Query())

    folder = Path(connector.arguments("create")["output_prefix"])
    assert folder.exists() == written
    if written:
        (folder / "rows").unlink()
        folder.rmdir()


# Secrets


def test_secrets_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each call of the connector gets the secrets under the names of its arguments."""
    monkeypatch.setenv("SQL_PASSWORD", SECRET)
    connector = served(ValueError("no"))
    monkeypatch.setattr(local_jobs, "GIVE_UP", 1)

    with pytest.raises(RuntimeSystemError):
        run(Query(secrets={"password": "SQL_PASSWORD"}))

    assert connector.names == ["create", "get", "delete"]
    assert [given["password"] for _, given in connector.calls] == [SECRET] * 3


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        (
            {"password": "MISSING"},
            "secret 'password' is read from environment variable MISSING, which is not set",
        ),
        (
            {"inputs": "HOME"},
            "a secret cannot be called 'inputs', which connectors are given anyway",
        ),
        ({"token": None}, "secret 'token' must name an environment variable"),
        ("token", "secrets must map arguments to environment variables, got str"),
    ],
    ids=["missing", "reserved", "none", "text"],
)
def test_wrong_secrets(
    listed: Any, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret that cannot be passed on is named before there is a job."""
    monkeypatch.delenv("MISSING", raising=False)
    connector = served()

    with refused(ValueError, f"task 'env.query': {message}"):
        run(Query(secrets=listed))
    assert connector.calls == []


@pytest.mark.parametrize("moment", ["create", "get", "delete", "failed"])
def test_secrets_are_blotted_out(
    moment: str, records: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret shows in no record and no traceback, whatever a connector says, and logs by itself."""
    monkeypatch.setenv("SQL_PASSWORD", SECRET)
    monkeypatch.setenv("NOTHING", "")
    monkeypatch.setattr(local_jobs, "GIVE_UP", 2)
    leak = ValueError(f"login with {SECRET!r} at https://u:p%2Fss%20word@db refused")

    async def say() -> JobMeta:
        logger.info("password: %s", SECRET)
        return JobMeta("job-1")

    link = TaskLog(name="Console", uri=f"https://db/?token={SECRET}")
    running = Resource(
        phase=TaskExecution.RUNNING, message=f"as {SECRET}", log_links=[link]
    )
    failed = Resource(phase=TaskExecution.FAILED, message=f"no such user {SECRET}")
    connector = served(running, failed if moment == "failed" else leak, leak)
    connector.creating = leak if moment == "create" else say
    if moment == "delete":
        connector.deleting = leak

    with pytest.raises(BaseRuntimeError) as raised:
        run(Query(secrets={"password": "SQL_PASSWORD", "empty": "NOTHING"}))

    shown = "".join([*traceback.format_exception(raised.value), *records])
    assert "***" in shown
    assert "ss word" not in shown
    assert "ss%20word" not in shown


# Polling


def test_pauses_grow_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job is asked for at once, then less and less often; nobody waits after its end."""
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def note(seconds: float) -> None:
        pauses.append(round(seconds, 3))
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", note)
    monkeypatch.setattr(local_jobs, "FIRST_PAUSE", 1.0)
    monkeypatch.setattr(local_jobs, "LONGEST_PAUSE", 3.0)
    connector = served(*[RUNNING] * 5, done())

    run(Query())

    assert pauses == [1.0, 1.5, 2.25, 3.0, 3.0]
    assert connector.names == ["create", *["get"] * 6]


@pytest.mark.parametrize(
    ("phase", "kind"),
    [
        ("FAILED", RuntimeUserError),
        ("ABORTED", RuntimeUserError),
        ("RETRYABLE_FAILED", RuntimeSystemError),
    ],
)
def test_other_ends(phase: str, kind: type[BaseRuntimeError]) -> None:
    """Every terminal phase ends the wait at once, with an error that says what the job says."""
    number = TaskExecution.Phase.Value(phase)
    connector = served(Resource(phase=number, message="no such table"))

    with pytest.raises(kind) as raised:
        run(Query())

    assert isinstance(raised.value, RuntimeError)
    assert raised.value.code == phase
    assert (
        str(raised.value)
        == f"task 'env.query': its job ended in phase {phase}: no such table"
    )
    assert connector.names == ["create", "get"]


def test_an_end_without_a_message() -> None:
    """A failure that nothing is known about still says whose it is."""
    served(Resource(phase=TaskExecution.FAILED))

    with refused(
        RuntimeUserError,
        "task 'env.query': its job ended in phase FAILED: the connector gave no message",
    ):
        run(Query())


def test_passing_troubles_are_tolerated(
    records: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Errors of polling are warned of, and counted anew after each success."""
    monkeypatch.setattr(local_jobs, "GIVE_UP", 3)
    lost = ConnectionError("lost")
    connector = served(lost, lost, RUNNING, lost, lost, done())

    run(Query())

    assert "delete" not in connector.names
    warning = "task 'env.query': polling its job failed: ConnectionError: lost"
    assert records.count(warning) == 4


def test_lasting_troubles_end_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """When polling fails too often in a row, the job is deleted: nobody will look after it."""
    monkeypatch.setattr(local_jobs, "GIVE_UP", 3)
    lost = ConnectionError("lost")
    connector = served(RUNNING, lost, lost, lost)

    with pytest.raises(RuntimeSystemError) as raised:
        run(Query())

    assert (
        str(raised.value)
        == "task 'env.query': polling its job 3 times failed: ConnectionError: lost"
    )
    assert (raised.value.code, raised.value.__cause__) == ("ConnectionError", lost)
    assert connector.names == ["create", *["get"] * 4, "delete"]


def test_a_report_that_is_none(records: list[str]) -> None:
    """A connector that reports something else than a resource is told so, and its job is deleted."""
    connector = served(None)

    with refused(
        TypeError,
        "task 'env.query': connector 'Scripted' must report a Resource, got NoneType",
    ):
        run(Query())
    assert connector.names == ["create", "get", "delete"]


def test_a_job_that_cannot_be_created() -> None:
    """The error of the connector is the cause of one that names the task."""
    connector = served()
    connector.creating = original = ValueError("no such warehouse")

    with pytest.raises(RuntimeUserError) as raised:
        run(Query())

    assert (
        str(raised.value)
        == "task 'env.query': the creation of its job failed: ValueError: no such warehouse"
    )
    assert (raised.value.code, raised.value.__cause__) == ("ValueError", original)
    assert connector.names == ["create"]


def test_links_and_phases_are_logged_once(records: list[str]) -> None:
    """Each link and each change of the phase is one record, whatever the job repeats."""
    console = TaskLog(name="Console", uri="https://console/1")
    logs = TaskLog(name="Logs", uri="https://logs/1")
    queued = Resource(phase=TaskExecution.QUEUED, log_links=[console])
    served(
        queued,
        queued,
        Resource(phase=TaskExecution.RUNNING, message="a\n b", log_links=[console]),
        Resource(phase=TaskExecution.SUCCEEDED, log_links=[console, logs]),
    )

    run(Query())

    assert records == [
        "task 'env.query': CREATING",
        "Console: https://console/1",
        "task 'env.query': QUEUED",
        "task 'env.query': RUNNING (a b)",
        "Logs: https://logs/1",
        "task 'env.query': SUCCEEDED",
    ]


# Outputs


FRAME = DataFrame(uri="bq://project.set.table")


@pytest.mark.parametrize(
    ("types", "outputs", "expected"),
    [
        ({}, None, None),
        ({}, {"ignored": 1}, None),
        ({"o0": int}, {"o0": 0}, 0),
        ({"o0": float}, {"o0": 1}, 1.0),
        ({"b": int, "a": str}, {"a": "x", "b": 1}, (1, "x")),
        ({"o0": Point}, {"o0": Point(1, 2)}, Point(1, 2)),
        ({"o0": list[Point]}, {"o0": [Point(1)]}, [Point(1)]),
        ({"o0": int | None}, {"o0": None}, None),
        ({"results": DataFrame}, {"results": FRAME}, FRAME),
        (
            {"b": Point, "a": int},
            LiteralMap(
                literals={
                    "a": engine.to_literal(1, int),
                    "b": engine.to_literal(Point(2), Point),
                }
            ),
            (Point(2), 1),
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_outputs(types: Any, outputs: Any, expected: Any) -> None:
    """Outputs have the declared types and order; one output is the result, none is None."""
    served(Resource(phase=TaskExecution.SUCCEEDED, outputs=outputs))

    result = run(Query(outputs=types))

    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        (None, "its job did not report outputs 'a', 'b'"),
        ({"a": 1}, "its job did not report output 'b'"),
        (
            {"a": 1, "b": "", "c": 1},
            "its job reported output 'c', which the task does not declare; declared: a, b",
        ),
        ([1, ""], "outputs must be a dictionary or a LiteralMap, got list"),
    ],
    ids=["none", "missing", "extra", "list"],
)
def test_wrong_outputs(outputs: Any, message: str) -> None:
    """Outputs that are not those of the interface are an error; the job is over and stays."""
    connector = served(Resource(phase=TaskExecution.SUCCEEDED, outputs=outputs))

    with refused(TypeError, f"task 'env.query': {message}"):
        run(Query(outputs={"a": int, "b": str}))
    assert "delete" not in connector.names


def test_an_output_of_a_wrong_type() -> None:
    """The error names the output and both types, not the value."""
    served(done(o0="secret"))

    with refused(TypeError, "task 'env.query', output 'o0': expected int, got str"):
        run(Query(outputs={"o0": int}))


# Cancellation


async def hops() -> None:
    """Let everything happen that waits for nothing but its turn."""
    for _ in range(10):
        await asyncio.sleep(0)


async def cancelled_when(
    task: Any, reached: Callable[[], bool], times: int = 1
) -> asyncio.Task[Any]:
    """Start a task, cancel it once something is true, and wait for its end."""
    running = asyncio.ensure_future(task.aio())
    while not reached():
        await asyncio.sleep(0.001)
    for _ in range(times):
        running.cancel()
        await hops()
    await asyncio.wait([running])
    return running


def polls(connector: Scripted, count: int) -> Callable[[], bool]:
    """Tell whether there were so many polls."""
    return lambda: connector.names.count("get") >= count


@pytest.mark.parametrize("pausing", [False, True])
def test_a_cancelled_job_is_deleted(
    pausing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancellation deletes the job, both while it is asked for and in a pause, and passes on."""
    connector = served(RUNNING if pausing else forever)
    monkeypatch.setattr(local_jobs, "FIRST_PAUSE", 100.0)

    ended = asyncio.run(cancelled_when(Query(), polls(connector, 1)))

    assert ended.cancelled()
    assert connector.names == ["create", "get", "delete"]
    assert connector.arguments("delete") == {"resource_meta": JobMeta("job-1")}


def test_a_timeout_deletes_the_job() -> None:
    """The usual way to limit a wait works."""
    connector = served()

    async def limited() -> None:
        async with asyncio.timeout(None) as limit:

            async def expire() -> None:
                limit.reschedule(0)
                await forever()

            connector.reports = [expire]
            await Query().aio()

    with pytest.raises(TimeoutError):
        asyncio.run(limited())
    assert connector.names == ["create", "get", "delete"]


def test_a_job_in_creation_is_deleted_once_it_exists() -> None:
    """Cancellation does not interrupt the creation, whose job would then be forgotten."""
    connector = served()
    release = asyncio.Event()

    async def create() -> JobMeta:
        await release.wait()
        return JobMeta("late")

    async def main() -> None:
        running = asyncio.ensure_future(Query().aio())
        while not connector.calls:
            await asyncio.sleep(0)
        running.cancel()
        await hops()
        assert connector.names == ["create"]
        release.set()
        await asyncio.wait([running])
        assert running.cancelled()

    connector.creating = create
    asyncio.run(main())

    assert connector.names == ["create", "delete"]
    assert connector.arguments("delete") == {"resource_meta": JobMeta("late")}


@pytest.mark.parametrize("moment", ["creation", "deletion"])
def test_the_clean_up_is_limited(
    moment: str, records: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connector that hangs is not waited for without end; a warning says that the job may go on."""
    monkeypatch.setattr(local_jobs, "CLEAN_UP", 0.01)
    connector = served(forever)
    connector.deleting = forever
    if moment == "creation":
        connector.creating = forever

    ended = asyncio.run(cancelled_when(Query(), lambda: bool(connector.calls)))

    assert ended.cancelled()
    assert (
        records[-1]
        == f"task 'env.query': the {moment} of its job was given up; the job may go on"
    )


@pytest.mark.parametrize("moment", ["creation", "deletion"])
def test_a_second_cancellation_ends_at_once(moment: str, records: list[str]) -> None:
    """Who cancels twice does not want to wait for the clean-up either."""
    connector = served(forever)
    connector.deleting = forever
    if moment == "creation":
        connector.creating = forever

    ended = asyncio.run(cancelled_when(Query(), lambda: bool(connector.calls), times=2))

    assert ended.cancelled()
    assert records[-1].endswith(f"{moment} of its job was given up; the job may go on")
    assert connector.names.count("delete") == (moment != "creation")


@pytest.mark.parametrize("moment", ["creation", "deletion"])
def test_a_clean_up_that_fails_is_warned_of(moment: str, records: list[str]) -> None:
    """An error on the way out is logged; the cancellation is what the caller sees."""
    connector = served(forever)

    async def fail() -> None:
        await asyncio.sleep(0.02)
        raise ConnectionError("lost")

    connector.deleting = fail
    if moment == "creation":
        connector.creating = fail

    ended = asyncio.run(cancelled_when(Query(), lambda: bool(connector.calls)))

    assert ended.cancelled()
    assert records[-1].endswith(
        f"{moment} of its job failed: ConnectionError: lost; the job may go on"
    )


def test_without_an_event_loop_nothing_is_awaited() -> None:
    """A wait that is thrown away with its event loop ends quietly; there is no deleting the job any more."""
    connector = served(forever)

    async def main() -> None:
        waiting = Query().aio()
        waiting.send(None)
        await hops()
        waiting.send(None)
        waiting.close()

    asyncio.run(main())

    assert connector.names == ["create", "get"]


def test_jobs_run_side_by_side() -> None:
    """Several tasks wait for their jobs on one event loop; each has a folder of its own."""
    connector = served(RUNNING, RUNNING, done(o0=1), done(o0=2))
    task = Query(outputs={"o0": int})

    async def both() -> list[int]:
        return await asyncio.gather(task.aio(), task.aio())

    assert sorted(asyncio.run(both())) == [1, 2]
    folders = {given.get("output_prefix") for _, given in connector.calls} - {None}
    assert len(folders) == 2
    assert not any(os.path.exists(folder) for folder in folders)
