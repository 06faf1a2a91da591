"""Where the code of connectors runs: an event loop for each connector, and a limited number of blocking calls.

Knows functions, coroutines and iterators, and what to do when one blocks. It must not know gRPC, connectors or what a
call is about.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Generator,
    Iterable,
    Iterator,
)
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from types import CodeType
from typing import Any, TypeGuard, TypeVar

from flyte_runtime.service.failures import ConnectorExit
from flyte_runtime.service.loops import BorrowableLoop

T = TypeVar("T")

# Seconds in which a loop gets from one callback to the next. One that does not is blocked: its connector calls something
# synchronous, and calls it has not begun are run elsewhere. What a connector that waits on its loop keeps between calls
# may belong to that loop, so it is left there for longer.
PATIENCE = 0.2
LONG_PATIENCE = 1.0


class Workers:
    """The threads that may be blocked at the same time.

    A blocking call runs in the thread it arrived in; what is limited is how many do.
    """

    def __init__(self, count: int) -> None:
        """Let so many calls block at once."""
        self._free = threading.BoundedSemaphore(count)
        self._lock = threading.Lock()
        self.waiting = 0
        # What `asyncio.to_thread` of the connectors uses.
        self.executor = ThreadPoolExecutor(count, thread_name_prefix="connector-worker")

    def acquire(self, timeout: float | None = None) -> bool:
        """Occupy one of the threads; wait until one is free, or for some seconds."""
        if self._free.acquire(blocking=False):
            return True
        self._wait(1)
        try:
            return self._free.acquire(timeout=timeout)
        finally:
            self._wait(-1)

    def _wait(self, change: int) -> None:
        with self._lock:
            self.waiting += change

    def release(self) -> None:
        """Let another call block."""
        self._free.release()


class _Outcome(Future[T]):
    """The outcome of a coroutine, for a thread that waits for it; whoever claims it first runs the coroutine."""

    def __init__(self) -> None:
        super().__init__()
        self._claim = threading.Lock()
        self._task: asyncio.Task[T] | None = None

    def claim(self) -> bool:
        return self._claim.acquire(blocking=False)

    @property
    def claimed(self) -> bool:
        return self._claim.locked()

    def begin(
        self, loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T]
    ) -> None:
        """Run the coroutine, unless somebody else does; called in the loop."""
        if self.claim():
            self.follow(loop.create_task(coroutine))

    def follow(self, task: asyncio.Task[T]) -> None:
        """Take over the outcome of a task, now or when it is there; called in the loop."""
        self._task = task
        if not task.done():
            task.add_done_callback(self.follow)
        elif task.cancelled():
            self.set_exception(asyncio.CancelledError())
        elif (error := task.exception()) is not None:
            self.set_exception(error)
        else:
            self.set_result(task.result())

    def cancel_task(self) -> None:
        """Cancel the coroutine if it runs; called in the loop."""
        if self._task is not None:
            self._task.cancel()


OnCancel = Callable[[Callable[[], None]], object]
END = object()


class _Latest:
    """The latest of several steps, which can be cancelled while its function waits; one that comes later, too."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancel: Callable[[], None] | None = None
        self._cancelled = False

    def remember(self, cancel: Callable[[], None]) -> None:
        with self._lock:
            self._cancel = cancel
            cancelled = self._cancelled
        if cancelled:
            cancel()

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            cancel = self._cancel
        if cancel is not None:
            cancel()


class Lane:
    """Runs the calls of one connector: coroutines on its event loop, functions in the calling thread.

    A connector that blocks its loop delays no other connector, and its own further calls only by the patience with it.
    """

    def __init__(
        self,
        name: str,
        workers: Workers,
        waiting: Callable[[], AbstractContextManager[None]] = nullcontext,
        *,
        thread_bound: bool = False,
    ) -> None:
        """Start the event loop.

        ``waiting`` makes a context in which the calling thread waits; ``thread_bound`` is for coroutines that must all
        run in one thread.
        """
        self._loop = BorrowableLoop(f"connector-{name}", workers.executor)
        self._workers = workers
        self._waiting = waiting
        self._thread_bound = thread_bound
        # Whether a call has been seen to wait.
        self._uses_loop = False

    def call(
        self,
        function: Callable[..., Any],
        arguments: dict[str, Any],
        on_cancel: OnCancel | None = None,
    ) -> Any:
        """Call a function, synchronous or not, and return its result once it is there.

        ``on_cancel`` is given a function that cancels the call, if the call does not end at once.
        """
        try:
            if _flags(function) & inspect.CO_COROUTINE:
                return self._run(function(**arguments), on_cancel)
            return self._call(function, arguments, on_cancel)
        except (Exception, asyncio.CancelledError):
            raise
        except BaseException as error:
            # Neither the thread nor the loop is to end with it.
            raise ConnectorExit(f"the connector raised {error!r}") from error

    def _call(
        self,
        function: Callable[..., Any],
        arguments: dict[str, Any],
        on_cancel: OnCancel | None,
    ) -> Any:
        if _flags(function) & inspect.CO_ASYNC_GENERATOR:
            return function(**arguments)
        with self._waiting():
            self._workers.acquire()
            try:
                result = function(**arguments)
            finally:
                self._workers.release()
        if inspect.isawaitable(result):
            return self._run(_awaited(result), on_cancel)
        return result

    def iterate(self, found: Any, on_cancel: OnCancel) -> Iterator[Any]:
        """Yield what a connector returned: the items of an iterator, asynchronous or not, else the thing itself."""
        latest = _Latest()
        on_cancel(latest.cancel)
        if _is_async_iterator(found):
            try:
                yield from self._iterate(_steps(found), latest)
            finally:
                # Its clean-up belongs to the loop as well, also when the client leaves early.
                self.call(_closing(found), {})
        elif _is_iterable(found):
            iterator = iter(found)
            try:
                yield from self._iterate(lambda: next(iterator, END), latest)
            finally:
                if isinstance(iterator, Generator):
                    self.call(iterator.close, {})
        else:
            yield found

    def _iterate(self, step: Callable[[], Any], latest: _Latest) -> Iterator[Any]:
        while (item := self.call(step, {}, latest.remember)) is not END:
            yield item

    def _run(self, coroutine: Coroutine[Any, Any, T], on_cancel: OnCancel | None) -> T:
        task = None if self._thread_bound else self._loop.borrow(coroutine)
        if task is not None and task.done():
            return task.result()
        outcome = _Outcome[T]()
        if task is None:
            self._begin(outcome, coroutine)
        else:
            self._uses_loop = True
            outcome.claim()
            self._loop.call_soon_threadsafe(outcome.follow, task)

        def cancel() -> None:
            self._loop.call_soon_threadsafe(outcome.cancel_task)

        if on_cancel is not None:
            on_cancel(cancel)
        with self._waiting():
            return self._wait(outcome, coroutine)

    def _begin(self, outcome: _Outcome[T], coroutine: Coroutine[Any, Any, T]) -> None:
        try:
            self._loop.call_soon_threadsafe(outcome.begin, self._loop, coroutine)
        except RuntimeError:
            # The lane was closed, and cancelled all that ran: that goes for what comes later as well.
            coroutine.close()
            raise asyncio.CancelledError from None

    def _wait(self, outcome: _Outcome[T], coroutine: Coroutine[Any, Any, T]) -> T:
        """Wait for an outcome; what a blocked loop does not begin is run in this thread, once a worker is free."""
        patience = LONG_PATIENCE if self._uses_loop else PATIENCE
        while True:
            turns = self._loop.turns
            wait([outcome], patience)
            if outcome.claimed:
                return outcome.result()
            blocked = self._loop.is_busy and turns == self._loop.turns
            if blocked and not self._thread_bound and self._workers.acquire(patience):
                try:
                    if outcome.claim():
                        return asyncio.run(coroutine)
                finally:
                    self._workers.release()

    def close(self) -> None:
        """Cancel what still runs, and stop the event loop."""
        self._loop.call_soon_threadsafe(self._loop.wind_up)


def _flags(function: Callable[..., Any]) -> int:
    """Return what kind of function something is, as the flags of its code; 0 if it has none."""
    code: CodeType | None = getattr(function, "__code__", None)
    return 0 if code is None else code.co_flags


def _steps(items: AsyncIterator[T]) -> Callable[[], Coroutine[Any, Any, T | object]]:
    async def step() -> T | object:
        return await anext(items, END)

    return step


def _closing(items: AsyncIterator[T]) -> Callable[[], Coroutine[Any, Any, None]]:
    async def close() -> None:
        if isinstance(items, AsyncGenerator):
            await items.aclose()

    return close


def _is_async_iterator(value: object) -> TypeGuard[AsyncIterator[Any]]:
    return isinstance(value, AsyncIterator)


def _is_iterable(value: object) -> TypeGuard[Iterable[Any]]:
    return isinstance(value, Iterable)


async def _awaited(awaitable: Awaitable[T]) -> T:
    return await awaitable
