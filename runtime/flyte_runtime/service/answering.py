"""How every call is answered: parsed, counted, measured and logged, and ended with a status if it fails.

Knows messages, metrics and log lines. It must not know what an operation does.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from flyteidl2.connector.connector_pb2 import CreateTaskRequest, TaskCategory
from google.protobuf.message import DecodeError, Message
from grpc import StatusCode

from flyte_runtime import connectors
from flyte_runtime.logs import logger
from flyte_runtime.redaction import redactor
from flyte_runtime.service import failures
from flyte_runtime.service.failures import Refused
from flyte_runtime.service.metrics import UNKNOWN, Metrics
from flyte_runtime.service.pool import CallPool

if TYPE_CHECKING:
    from grpc import ServicerContext

Operation = Callable[[Any, "ServicerContext"], Any]


class Answering:
    """Makes handlers of operations, and knows how many calls they are answering."""

    def __init__(self, pool: CallPool, metrics: Metrics, most_calls: int) -> None:
        """Answer so many calls at a time at most."""
        self._pool = pool
        self._metrics = metrics
        self._most_calls = most_calls
        # One entry for each call that is being answered: lists grow and shrink without a lock.
        self._calls: list[str] = []

    @property
    def active(self) -> int:
        """The calls that are being answered."""
        return len(self._calls)

    def unary(
        self, name: str, operation: Operation, request_type: type[Message]
    ) -> Callable[[bytes, ServicerContext], Any]:
        """Return a handler that answers with what an operation returns."""

        def answer(data: bytes, context: ServicerContext) -> Any:
            began = time.perf_counter()
            request: Message | None = None
            self._calls.append(name)
            try:
                request = self._parsed(request_type, data)
                response = operation(request, context)
                self._succeed(name, request, began)
                return response
            except BaseException as error:
                self._fail(name, request, context, began, error)
            finally:
                self._calls.pop()

        return answer

    def stream(
        self, name: str, operation: Operation, request_type: type[Message]
    ) -> Callable[[bytes, ServicerContext], Iterator[Any]]:
        """Return a handler that answers with what an operation yields."""

        def answer(data: bytes, context: ServicerContext) -> Iterator[Any]:
            began = time.perf_counter()
            request: Message | None = None
            self._calls.append(name)
            try:
                # However long it takes, and however slowly its client reads.
                with self._pool.waiting():
                    request = self._parsed(request_type, data)
                    yield from operation(request, context)
                    self._succeed(name, request, began)
            except GeneratorExit:
                # The client has left.
                raise
            except BaseException as error:
                self._fail(name, request, context, began, error)
            finally:
                self._calls.pop()

        return answer

    def _parsed(self, request_type: type[Message], data: bytes) -> Message:
        if self.active > self._most_calls:
            raise Refused(
                StatusCode.RESOURCE_EXHAUSTED,
                f"the service works on {self._most_calls} calls already",
            )
        try:
            return request_type.FromString(data)
        except DecodeError as error:
            raise Refused(
                StatusCode.INVALID_ARGUMENT,
                f"the request is no {request_type.__name__}",
            ) from error

    def _succeed(self, name: str, request: Message, began: float) -> None:
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
        request: Message | None,
        context: ServicerContext,
        began: float,
        error: BaseException,
    ) -> NoReturn:
        seconds = time.perf_counter() - began
        left = isinstance(error, asyncio.CancelledError) and not context.is_active()
        status = StatusCode.CANCELLED if left else failures.status_of(error)
        task_type = "" if request is None else _task_type(request)
        known = not task_type or connectors.is_served(task_type)
        label = task_type if known else UNKNOWN
        self._metrics.failed(label, name, seconds, status)
        reason = failures.describe(error)
        # Where it failed matters if that is the connector's doing.
        theirs = status is StatusCode.INTERNAL
        logger.log(
            logging.ERROR if theirs else logging.WARNING,
            "%s: %s: %s",
            _subject(name, task_type),
            status.name,
            reason,
            exc_info=error if theirs else None,
            extra=_fields(name, task_type, status),
        )
        details = redactor.redact(f"failed to {_subject(name, task_type)}: {reason}")
        context.abort(status, failures.shortened(details))


def _task_type(request: Message) -> str:
    """Return the task type a request is about, an empty text if it is about none."""
    if isinstance(request, CreateTaskRequest):
        return request.template.type
    category: TaskCategory | None = getattr(request, "task_category", None)
    return "" if category is None else category.name


def _subject(name: str, task_type: str) -> str:
    return f"{name} task type {task_type!r}" if task_type else name


def _fields(name: str, task_type: str, status: StatusCode) -> dict[str, Any]:
    return {
        "fields": {"operation": name, "task_type": task_type, "status": status.name}
    }
