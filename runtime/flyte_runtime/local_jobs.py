"""Tasks that run on this machine as they would behind a backend: as a job that their connector starts, follows and ends.

Knows the life of a job: created once, polled until it ends, deleted if nobody waits for its end any more. How values,
secrets and the display are treated is the business of the modules beside it. It must not know gRPC: the connector is
called directly.

What a caller can rely on:

- A job is polled at once, then after pauses that grow from FIRST_PAUSE to LONGEST_PAUSE; in a terminal phase it is left
  alone. Errors of `get` are taken for passing troubles until GIVE_UP of them come in a row.
- Whatever ends the wait before the job does (ctrl-c, a cancelled task, polling that fails for good) deletes the job, once.
  While it is being created, the deletion waits for that. A second ctrl-c ends the clean-up, too.
- A secret never shows in records, on the terminal or in errors.
"""

from __future__ import annotations

import asyncio
import copy
import inspect
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from flyteidl2.core.execution_pb2 import TaskExecution
from flyteidl2.core.tasks_pb2 import TaskTemplate as TemplateMessage

from flyte_runtime import connectors, local_secrets, local_values
from flyte_runtime.local_display import Display, displayed
from flyte_runtime.logs import logger
from flyte_runtime.redaction import redactor
from flyte_runtime.wire import tasks as wire_tasks

if TYPE_CHECKING:
    from flyte._task import TaskTemplate
    from flyte.connectors._connector import (
        AsyncConnector,
        AsyncConnectorExecutorMixin,
        Resource,
        ResourceMeta,
    )
    from flyte.errors import BaseRuntimeError, RuntimeSystemError, RuntimeUserError

    AnyTask = TaskTemplate[..., Any, Any]

# Seconds.
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 5.0
GROWTH = 1.5
# The number of errors in a row after which polling has failed for good.
GIVE_UP = 10
# Seconds that the end of a creation, and then a deletion, are waited for.
CLEAN_UP = 30.0
VERSION = "local"
CREATION = "the creation of its job"
DELETION = "the deletion of its job"


class Job(NamedTuple):
    """What all calls on behalf of one job share."""

    task: str
    connector: AsyncConnector
    secrets: dict[str, str]
    display: Display

    async def call(self, operation: Callable[..., Any], **arguments: Any) -> Any:
        """Call an operation of the connector with the secrets; one that is no coroutine, in a thread."""
        if inspect.iscoroutinefunction(operation):
            return await operation(**arguments, **self.secrets)
        result = await asyncio.to_thread(operation, **arguments, **self.secrets)
        return await result if inspect.isawaitable(result) else result

    def text(self, text: str) -> str:
        """Say something about the job, without secrets."""
        return redactor.redact(f"task {self.task!r}: {text}")


async def execute(self: AsyncConnectorExecutorMixin, **kwargs: Any) -> Any:
    """Run a task as a job of its connector and return its outputs; a task that wraps a function calls it."""
    from flyte._task import AsyncFunctionTaskTemplate, TaskTemplate
    from flyte.connectors._connector import AsyncConnectorExecutorMixin

    if not isinstance(self, TaskTemplate):
        raise TypeError(
            f"AsyncConnectorExecutorMixin must be mixed into a task template, {type(self).__name__} is none"
        )
    if isinstance(self, AsyncFunctionTaskTemplate):
        # Its code would have to be where the job runs.
        return await super(AsyncConnectorExecutorMixin, self).execute(**kwargs)
    return await _execute(self, kwargs)


async def _execute(task: AnyTask, arguments: dict[str, Any]) -> Any:
    connector = connectors.get_connector(task.task_type, task.task_type_version)
    bound = local_values.bind(task, (), arguments)
    inputs = local_values.inputs_as_received(task, bound)
    template = _serialized(task)
    secrets = local_secrets.resolve(template)
    async with displayed(task.name) as display:
        job = Job(task.name, connector, secrets, display)
        resource = await _run(job, template, inputs)
    if resource.phase != TaskExecution.SUCCEEDED:
        raise _unsuccessful(job, resource)
    return local_values.outputs_of(task, resource.outputs)


def _serialized(task: AnyTask) -> TemplateMessage:
    """Serialize the task; one that belongs to no environment needs none to run here."""
    from flyte.models import SerializationContext

    if task.parent_env_name is None:
        task = copy.copy(task)
        task.parent_env_name = task.name
    return wire_tasks.get_proto_task(task, SerializationContext(version=VERSION))


# The life of a job


async def _run(job: Job, template: TemplateMessage, inputs: dict[str, Any]) -> Resource:
    with _output_folder() as prefix:
        meta = await _create(job, template, prefix, inputs)
        try:
            return await _follow(job, meta)
        except GeneratorExit:
            # The event loop is gone, so there is no waiting for anything.
            raise
        except BaseException:
            await _delete(job, meta)
            raise


@contextmanager
def _output_folder() -> Generator[str, None, None]:
    """Make a folder for what the job writes; one that stays empty is removed."""
    from flyte.models import RawDataPath

    folder = RawDataPath.from_local_folder().path
    try:
        yield folder
    finally:
        with suppress(OSError):
            os.rmdir(folder)


async def _create(
    job: Job, template: TemplateMessage, prefix: str, inputs: dict[str, Any]
) -> ResourceMeta:
    job.display.update("CREATING")
    creation: asyncio.Future[ResourceMeta] = asyncio.ensure_future(
        job.call(
            job.connector.create,
            task_template=template,
            output_prefix=prefix,
            inputs=inputs,
        )
    )
    try:
        # Unlike an await of the creation itself, this leaves it alone when it is cancelled.
        await asyncio.wait([creation])
    except asyncio.CancelledError:
        job.display.update("DELETING")
        if await _succeeds(job, CREATION, creation):
            await _delete(job, creation.result())
        raise
    try:
        return creation.result()
    except Exception as error:
        from flyte.errors import RuntimeUserError

        raise _failure(job, RuntimeUserError, CREATION, error) from local_secrets.cause(
            error
        )


async def _follow(job: Job, meta: ResourceMeta) -> Resource:
    """Poll until the job has come to its end."""
    pause, errors = FIRST_PAUSE, 0
    while True:
        try:
            resource: Resource = await job.call(job.connector.get, resource_meta=meta)
        except Exception as error:
            errors += 1
            _tolerate(job, error, errors)
        else:
            errors = 0
            _show(job, resource)
            if connectors.is_terminal_phase(resource.phase):
                return resource
        await asyncio.sleep(pause)
        pause = min(pause * GROWTH, LONGEST_PAUSE)


def _tolerate(job: Job, error: Exception, errors: int) -> None:
    """Warn of an error of polling; raise one if there were too many in a row."""
    if errors == GIVE_UP:
        from flyte.errors import RuntimeSystemError

        what = f"polling its job {GIVE_UP} times"
        raise _failure(job, RuntimeSystemError, what, error) from local_secrets.cause(
            error
        )
    logger.warning(job.text(f"polling its job failed: {_said(error)}"))


def _show(job: Job, resource: Resource) -> None:
    _insist_on_resource(job, resource)
    for link in resource.log_links or ():
        job.display.link(redactor.redact(link.name), redactor.redact(link.uri))
    job.display.update(_phase(resource), redactor.redact(resource.message or ""))


def _insist_on_resource(job: Job, reported: object) -> None:
    from flyte.connectors._connector import Resource

    if not isinstance(reported, Resource):
        raise TypeError(
            job.text(
                f"connector {job.connector.name!r} must report a Resource, got {type(reported).__name__}"
            )
        )


async def _delete(job: Job, meta: ResourceMeta) -> None:
    """Delete the job; should that fail, there is nothing left to do but to say so."""
    job.display.update("DELETING")
    deletion = job.call(job.connector.delete, resource_meta=meta)
    await _succeeds(job, DELETION, asyncio.ensure_future(deletion))


async def _succeeds(job: Job, what: str, call: asyncio.Future[Any]) -> bool:
    """Wait for a call although the caller is gone, and tell whether it succeeds; warn if not.

    The wait has a limit, and a second cancellation ends it. The call is then cancelled.
    """
    try:
        await asyncio.wait([call], timeout=CLEAN_UP)
    finally:
        # Without effect on a call that has ended.
        call.cancel()
        trouble = _trouble(call)
        if trouble:
            logger.warning(job.text(f"{what} {trouble}; the job may go on"))
    return not trouble


def _trouble(call: asyncio.Future[Any]) -> str:
    if not call.done() or call.cancelled():
        return "was given up"
    error = call.exception()
    if error is None:
        return ""
    # Ctrl-c may hit the very call.
    return f"failed: {_said(error)}" if isinstance(error, Exception) else "was given up"


# Errors


def _failure(
    job: Job,
    kind: type[RuntimeSystemError | RuntimeUserError],
    what: str,
    error: Exception,
) -> BaseRuntimeError:
    """Make the error for a call of the connector that failed."""
    return kind(type(error).__name__, job.text(f"{what} failed: {_said(error)}"))


def _unsuccessful(job: Job, resource: Resource) -> BaseRuntimeError:
    """Make the error for a job that ended in another phase than SUCCEEDED.

    A failure that may be retried is blamed on the system, all others on the user.
    """
    from flyte.errors import RuntimeSystemError, RuntimeUserError

    phase = _phase(resource)
    message = resource.message or "the connector gave no message"
    text = job.text(f"its job ended in phase {phase}: {message}")
    if resource.phase == TaskExecution.RETRYABLE_FAILED:
        return RuntimeSystemError(phase, text)
    return RuntimeUserError(phase, text)


def _phase(resource: Resource) -> str:
    return TaskExecution.Phase.Name(resource.phase)


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
