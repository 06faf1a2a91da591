"""What each RPC does: find the connector, call it, and answer, whatever happens.

Knows the operations of connectors, and how a call is measured, logged and refused. It must not know how calls arrive
or which paths they arrive under.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn, TypeGuard

from flyteidl2.connector.connector_pb2 import (
    CreateTaskRequest,
    CreateTaskResponse,
    DeleteTaskRequest,
    DeleteTaskResponse,
    GetConnectorRequest,
    GetConnectorResponse,
    GetTaskLogsRequest,
    GetTaskLogsResponse,
    GetTaskMetricsRequest,
    GetTaskMetricsResponse,
    GetTaskRequest,
    GetTaskResponse,
    ListConnectorsRequest,
    ListConnectorsResponse,
)
from grpc import StatusCode

from flyte_runtime import connectors
from flyte_runtime.logs import logger
from flyte_runtime.redaction import redactor
from flyte_runtime.service import failures, messages
from flyte_runtime.service.failures import Refused
from flyte_runtime.service.loops import Lane, Workers
from flyte_runtime.service.metrics import UNKNOWN, Metrics

if TYPE_CHECKING:
    from grpc import ServicerContext

    from flyte.connectors import AsyncConnector

    WithConnection = CreateTaskRequest | GetTaskRequest | DeleteTaskRequest

Operation = Callable[[Any, "ServicerContext"], Any]


class Calls:
    """The operations of all registered connectors."""

    def __init__(self, workers: Workers, metrics: Metrics) -> None:
        """Begin with no connector in use; each gets an event loop when it is first called."""
        self._metrics = metrics
        self._workers = workers
        self._lane_of: Callable[[AsyncConnector], Lane] = cache(self._new_lane)
        self._lanes: list[Lane] = []

    # The operations

    def create(
        self, request: CreateTaskRequest, context: ServicerContext
    ) -> CreateTaskResponse:
        """Start a job."""
        connector = _find(request.template.type, request.template.task_type_version)
        self._metrics.received(request.template.type, request.inputs.ByteSize())
        arguments = {
            "task_template": request.template,
            "output_prefix": request.output_prefix,
            "inputs": messages.native_inputs(request),
            "task_execution_metadata": request.task_execution_metadata,
            **self._connection(request),
        }
        # Not cancelled with its caller: nobody would know of a job that was just being started.
        meta = self._lane_of(connector).call(connector.create, arguments)
        data = messages.encoded(connector, meta)
        if not context.is_active():
            logger.warning(
                "the caller left before it learned of the job it had connector %r create: %r",
                connector.name,
                data,
            )
        return CreateTaskResponse(resource_meta=data)

    def get(self, request: GetTaskRequest, context: ServicerContext) -> GetTaskResponse:
        """Tell how a job is doing."""
        connector = _find(request.task_category.name, request.task_category.version)
        arguments = {
            "resource_meta": messages.decoded(connector, request.resource_meta),
            **self._connection(request),
        }
        lane = self._lane_of(connector)
        found = lane.call(connector.get, arguments, context.add_callback)
        response = GetTaskResponse()
        messages.fill_resource(response.resource, connector, found)
        return response

    def delete(
        self, request: DeleteTaskRequest, context: ServicerContext
    ) -> DeleteTaskResponse:
        """End a job."""
        connector = _find(request.task_category.name, request.task_category.version)
        arguments = {
            "resource_meta": messages.decoded(connector, request.resource_meta),
            **self._connection(request),
        }
        # Not cancelled with its caller, who wants the job to end.
        self._lane_of(connector).call(connector.delete, arguments)
        return DeleteTaskResponse()

    def get_metrics(
        self, request: GetTaskMetricsRequest, context: ServicerContext
    ) -> GetTaskMetricsResponse:
        """Return the metrics of a job."""
        connector = _find(request.task_category.name, request.task_category.version)
        arguments = {
            "resource_meta": messages.decoded(connector, request.resource_meta),
            "queries": list(request.queries),
            "start_time": request.start_time,
            "end_time": request.end_time,
            "step": request.step,
        }
        lane, method = self._lane_of(connector), connector.get_metrics
        found = lane.call(method, _accepted(method, arguments), context.add_callback)
        return messages.checked(found, GetTaskMetricsResponse, "get_metrics", connector)

    def get_logs(
        self, request: GetTaskLogsRequest, context: ServicerContext
    ) -> Iterator[GetTaskLogsResponse]:
        """Yield the logs of a job, as its connector returns or yields them."""
        connector = _find(request.task_category.name, request.task_category.version)
        arguments = {
            "resource_meta": messages.decoded(connector, request.resource_meta),
            "lines": request.lines,
            "token": request.token,
        }
        lane, method = self._lane_of(connector), connector.get_logs
        found = lane.call(method, _accepted(method, arguments), context.add_callback)
        for response in _each(found, lane):
            yield messages.checked(response, GetTaskLogsResponse, "get_logs", connector)

    def get_connector(
        self, request: GetConnectorRequest, context: ServicerContext
    ) -> GetConnectorResponse:
        """Describe the connectors of a name."""
        try:
            found = connectors.get_connector_metadata(request.name)
        except ValueError as error:
            raise Refused(StatusCode.NOT_FOUND, str(error)) from error
        return GetConnectorResponse(connector=found)

    def list_connectors(
        self, request: ListConnectorsRequest, context: ServicerContext
    ) -> ListConnectorsResponse:
        """Describe all connectors."""
        found = connectors.list_connectors()
        return ListConnectorsResponse(connectors=found)

    def close(self) -> None:
        """Cancel what connectors still do."""
        for lane in self._lanes:
            lane.close()

    # What they share

    def _new_lane(self, connector: AsyncConnector) -> Lane:
        lane = Lane(connector.task_type_name, self._workers)
        self._lanes.append(lane)
        return lane

    def _connection(self, request: WithConnection) -> dict[str, str]:
        if not request.HasField("connection"):
            return {}
        redactor.learn(request.connection.secrets.values())
        return messages.connection_arguments(request.connection)

    def answered(self, name: str, operation: Operation) -> Operation:
        """Wrap an operation so that its calls are measured and logged, and failures become statuses."""

        def answer(request: Any, context: ServicerContext) -> Any:
            began = time.perf_counter()
            try:
                response = operation(request, context)
            except (Exception, asyncio.CancelledError) as error:
                self._fail(name, request, context, began, error)
            else:
                self._succeed(name, request, began)
                return response

        def answer_stream(request: Any, context: ServicerContext) -> Any:
            began = time.perf_counter()
            try:
                yield from operation(request, context)
            except (Exception, asyncio.CancelledError) as error:
                self._fail(name, request, context, began, error)
            else:
                self._succeed(name, request, began)

        return answer_stream if inspect.isgeneratorfunction(operation) else answer

    def _succeed(self, name: str, request: Any, began: float) -> None:
        seconds = time.perf_counter() - began
        task_type = _task_type(request)
        self._metrics.succeeded(task_type, name, seconds)
        if logger.isEnabledFor(logging.INFO):
            logger.info(
                "%s: OK in %.1f ms",
                _subject(name, task_type),
                seconds * 1000,
                extra=_fields(name, task_type, StatusCode.OK),
            )

    def _fail(
        self,
        name: str,
        request: Any,
        context: ServicerContext,
        began: float,
        error: BaseException,
    ) -> NoReturn:
        seconds = time.perf_counter() - began
        status = failures.status_of(error)
        task_type = _task_type(request)
        known = not task_type or connectors.is_served(task_type)
        label = task_type if known else UNKNOWN
        self._metrics.failed(label, name, seconds, status)
        reason = redactor.redact(failures.describe(error))
        # Where it failed matters if that is the connector's doing.
        theirs = not isinstance(error, (Refused, asyncio.CancelledError))
        logger.log(
            logging.ERROR if theirs else logging.WARNING,
            "%s: %s: %s",
            _subject(name, task_type),
            status.name,
            reason,
            exc_info=error if theirs else None,
            extra=_fields(name, task_type, status),
        )
        details = f"failed to {_subject(name, task_type)}: {reason}"
        context.abort(status, failures.shortened(details))


def _find(task_type: str, version: int) -> AsyncConnector:
    try:
        return connectors.get_connector(task_type, version)
    except ValueError as error:
        raise Refused(StatusCode.NOT_FOUND, str(error)) from error


def _accepted(
    function: Callable[..., Any], arguments: dict[str, Any]
) -> dict[str, Any]:
    """Leave out arguments that a connector's method does not take: other versions of the SDK pass the first only."""
    parameters = inspect.signature(function).parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return arguments
    names = {parameter.name for parameter in parameters}
    return {name: value for name, value in arguments.items() if name in names}


def _each(result: Any, lane: Lane) -> Iterable[Any]:
    """Return the responses in what `get_logs` returned: one, several, or what yields them."""
    if _is_async_iterator(result):
        return lane.iterate(result)
    return result if _is_iterable(result) else (result,)


def _is_async_iterator(value: object) -> TypeGuard[AsyncIterator[Any]]:
    return isinstance(value, AsyncIterator)


def _is_iterable(value: object) -> TypeGuard[Iterable[Any]]:
    return isinstance(value, Iterable)


# Log lines


def _task_type(request: Any) -> str:
    """Return the task type a request is about, an empty text if it is about none."""
    if isinstance(request, CreateTaskRequest):
        return request.template.type
    category = getattr(request, "task_category", None)
    return "" if category is None else category.name


def _subject(name: str, task_type: str) -> str:
    return f"{name} task type {task_type!r}" if task_type else name


def _fields(name: str, task_type: str, status: StatusCode) -> dict[str, Any]:
    return {
        "fields": {"operation": name, "task_type": task_type, "status": status.name}
    }
