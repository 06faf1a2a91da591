"""What each RPC does: find the connector, call it, and answer, whatever happens.

Knows the operations of connectors, and how a call is measured, logged and refused. It must not know how calls arrive
or which paths they arrive under.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

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
from flyte_runtime.service import messages
from flyte_runtime.service.failures import Refused
from flyte_runtime.service.lanes import Lane, Workers
from flyte_runtime.service.metrics import Metrics
from flyte_runtime.service.pool import CallPool

if TYPE_CHECKING:
    from grpc import ServicerContext

    from flyte.connectors import AsyncConnector

    WithConnection = CreateTaskRequest | GetTaskRequest | DeleteTaskRequest

Operation = Callable[[Any, "ServicerContext"], Any]


class Calls:
    """The operations of all registered connectors."""

    def __init__(self, pool: CallPool, workers: Workers, metrics: Metrics) -> None:
        """Begin with no connector in use; each gets an event loop when it is first called."""
        self._metrics = metrics
        self._pool = pool
        self._workers = workers
        self._lanes: dict[tuple[str, int], Lane] = {}
        self._lock = threading.Lock()

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
        found = lane.call(connector.get, arguments, when_left(context))
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
        found = lane.call(method, _accepted(method, arguments), when_left(context))
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
        found = lane.call(method, _accepted(method, arguments), when_left(context))
        responses = lane.iterate(found, when_left(context))
        for response in responses:
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
        for lane in self._lanes.values():
            lane.close()
        self._workers.executor.shutdown(wait=False)

    # What they share

    def _lane_of(self, connector: AsyncConnector) -> Lane:
        category = connector.task_type_name, connector.task_type_version
        lane = self._lanes.get(category)
        if lane is None:
            with self._lock:
                lane = self._lanes.get(category) or Lane(
                    category[0],
                    self._workers,
                    self._pool.waiting,
                    thread_bound=connector.thread_bound,
                )
                self._lanes[category] = lane
        return lane

    def _connection(self, request: WithConnection) -> dict[str, str]:
        if not request.HasField("connection"):
            return {}
        redactor.learn(request.connection.secrets.values())
        return messages.connection_arguments(request.connection)


def when_left(context: ServicerContext) -> Callable[[Callable[[], None]], None]:
    """Return what has a function called once the client of a call leaves, at once if it has left already."""

    def register(leave: Callable[[], None]) -> None:
        if not context.add_callback(leave):
            leave()

    return register


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
