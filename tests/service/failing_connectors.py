"""Connectors that fail, each operation in the way that a job's metadata or its task's settings name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flyte.connectors import AsyncConnector, ConnectorRegistry, ResourceMeta

LONG = 100_000


class Silent(Exception):
    """Cannot be printed."""

    def __str__(self) -> str:
        """Fail."""
        raise RuntimeError("no text")


class Odd(BaseException):
    """Is no Exception, as those of some libraries."""


@dataclass
class Failure(ResourceMeta):
    """Names how operations fail."""

    job_id: str


async def _cancelled() -> None:
    current = asyncio.current_task()
    assert current is not None
    current.cancel()
    await asyncio.sleep(60)


def _caused() -> Exception:
    error = ValueError("on top")
    error.__cause__ = KeyError("below")
    return error


FAILURES: dict[str, Callable[[], BaseException]] = {
    "an exception": lambda: RuntimeError("the vendor said no"),
    "an exception without text": RuntimeError,
    "an exception with a cause": _caused,
    "a group": lambda: ExceptionGroup("several", [ValueError("a"), KeyError("b")]),
    "an exit": lambda: SystemExit(3),
    "an interrupt": KeyboardInterrupt,
    "a cancellation": asyncio.CancelledError,
    "a timeout": lambda: TimeoutError("too late"),
    "no Exception": lambda: Odd("odd"),
    "a generator's end": GeneratorExit,
    "an iteration's end": lambda: StopAsyncIteration("done"),
    "an exception that cannot be printed": Silent,
    "not implemented": lambda: NotImplementedError("not for this job"),
    "long": lambda: RuntimeError("x" * LONG),
    "long and wide": lambda: RuntimeError("\U0001f980" * LONG),
    "lines": lambda: RuntimeError("first\r\nsecond\n\n\ttabbed"),
    "control characters": lambda: RuntimeError("a\x00b\x1b[31m%20%"),
    "half a character": lambda: RuntimeError("half \udc80 end"),
}


class Failing(AsyncConnector):
    """Fails at once."""

    name = "Failing"
    task_type_name = "failing"
    metadata_type = Failure

    async def create(self, task_template: Any, *args: Any, **kwargs: Any) -> Any:
        """Fail as the task's settings say."""
        raise FAILURES[task_template.custom["how"]]()

    async def get(self, resource_meta: Any, **kwargs: Any) -> Any:
        """Fail."""
        raise FAILURES[resource_meta.job_id]()

    async def delete(self, resource_meta: Any, **kwargs: Any) -> None:
        """Fail."""
        raise FAILURES[resource_meta.job_id]()

    async def get_metrics(self, resource_meta: Any, **kwargs: Any) -> Any:
        """Fail."""
        raise FAILURES[resource_meta.job_id]()

    async def get_logs(self, resource_meta: Any, **kwargs: Any) -> Any:
        """Fail."""
        raise FAILURES[resource_meta.job_id]()


class FailingLater(Failing):
    """Fails after it has waited."""

    task_type_name = "failing-later"

    async def get(self, resource_meta: Any, **kwargs: Any) -> Any:
        """Wait, then fail."""
        await asyncio.sleep(0.001)
        raise FAILURES[resource_meta.job_id]()

    async def get_logs(self, resource_meta: Any, **kwargs: Any) -> AsyncIterator[Any]:
        """Wait, then fail."""
        await asyncio.sleep(0.001)
        raise FAILURES[resource_meta.job_id]()
        yield


class FailingFunctions(Failing):
    """Is not asynchronous."""

    task_type_name = "failing-functions"

    def get(self, resource_meta: Any, **kwargs: Any) -> Any:
        """Fail."""
        raise FAILURES[resource_meta.job_id]()

    def get_logs(self, resource_meta: Any, **kwargs: Any) -> Iterator[Any]:
        """Fail."""
        raise FAILURES[resource_meta.job_id]()
        yield


class Cancelled(Failing):
    """Cancels the task it runs in."""

    task_type_name = "cancelled"

    async def get(self, resource_meta: Any, **kwargs: Any) -> Any:
        """Cancel."""
        await _cancelled()


class Careless(Failing):
    """Does not say what its metadata is."""

    task_type_name = "careless"

    @property
    def metadata_type(self) -> Any:
        """Fail as where an attribute is missing."""
        raise AttributeError("no metadata_type")


for connector in (Careless, Failing, FailingLater, FailingFunctions, Cancelled):
    ConnectorRegistry.register(connector())
