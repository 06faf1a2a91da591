"""Where the code of connectors runs: an event loop for each connector, and a limited number of blocking calls.

Knows asyncio and threads. It must not know gRPC, connectors or what a call is about.

Calls arrive in threads, connectors are asynchronous, and most of their calls never wait for anything. Handing each to
another thread and waiting there for the answer costs more than the call itself. So the loop of a connector can be
borrowed: while its own thread waits for events, a thread with a call runs the call's first step as the loop would, and
most calls end with it. A call that does wait goes on in the loop's own thread.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import selectors
import threading
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import lru_cache
from typing import Any, TypeVar, TypeVarTuple

from flyte_runtime.service.failures import ConnectorExit

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

# Seconds a call waits for a loop to begin it. A loop that needs longer is blocked: its connector calls something
# synchronous, and further calls are run in threads of their own.
PATIENCE = 0.2


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


class _Selector(selectors.DefaultSelector):
    """Waits for events like any selector; meanwhile its loop is free to be borrowed."""

    def __init__(self) -> None:
        super().__init__()
        self.free = threading.Lock()
        self.free.acquire()

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        self.free.release()
        try:
            return super().select(timeout)
        finally:
            self.free.acquire()


class _Step(asyncio.Handle):
    """A callback that is due in a borrowed loop."""

    def run(self) -> None:
        if not self.cancelled():
            self._run()


class BorrowableLoop(asyncio.SelectorEventLoop):
    """An event loop in a thread of its own, which other threads may borrow while it waits for events.

    Only one thread at a time runs callbacks, so to tasks it is an ordinary loop.
    """

    def __init__(self, name: str, executor: ThreadPoolExecutor) -> None:
        """Start the thread."""
        self._events = _Selector()
        super().__init__(self._events)
        self.set_default_executor(executor)
        self._due: deque[_Step] | None = None
        self._timers_changed = False
        self._stopped = False
        # A daemon: a connector that blocks must not keep the process from ending.
        threading.Thread(target=self._serve, name=name, daemon=True).start()

    def _serve(self) -> None:
        asyncio.set_event_loop(self)
        while not self._stopped:
            # An exit that a connector asks for is the outcome of its task, and asyncio also ends the loop with it.
            with suppress(SystemExit, KeyboardInterrupt):
                self.run_forever()

    def call_soon(
        self,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: contextvars.Context | None = None,
    ) -> asyncio.Handle:
        """Schedule a callback; while the loop is borrowed, with the borrower."""
        if self._due is None:
            return super().call_soon(callback, *args, context=context)
        step = _Step(callback, args, self, context)
        self._due.append(step)
        return step

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        """Schedule a callback for a time."""
        self._timers_changed = True
        return super().call_at(when, callback, *args, context=context)

    def borrow(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T] | None:
        """Run the first step of a coroutine in this thread, as the loop would; the loop's own thread does the rest.

        Returns its task, or None, without having touched the coroutine, if the loop is busy.
        """
        if not self._events.free.acquire(blocking=False):
            return None
        self._due = due = deque[_Step]()
        self._timers_changed = False
        asyncio._set_running_loop(self)
        try:
            task = self.create_task(coroutine)
            # An exit is the outcome of the task as well.
            with suppress(SystemExit, KeyboardInterrupt):
                due.popleft().run()
        finally:
            asyncio._set_running_loop(None)
            self._due = None
            for step in due:
                super().call_soon(step.run)
            changed = self._timers_changed or bool(due)
            self._events.free.release()
        if changed:
            # The loop's thread decided how long to sleep before any of this was there.
            self.call_soon_threadsafe(_nothing)
        return task

    def wind_up(self) -> None:
        """Cancel all tasks, and stop once they have ended; called in the loop."""
        tasks = asyncio.all_tasks(self)
        for task in tasks:
            task.cancel()
        ended = asyncio.gather(*tasks, return_exceptions=True)
        ended.add_done_callback(lambda _: self._end())

    def _end(self) -> None:
        self._stopped = True
        self.stop()


def _nothing() -> None:
    """Wake a loop up."""


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


class Lane:
    """Runs the calls of one connector: coroutines on its event loop, functions in the calling thread.

    A connector that blocks its loop delays no other connector, and its own further calls only by PATIENCE.
    """

    def __init__(self, name: str, workers: Workers) -> None:
        """Start the event loop."""
        self._loop = BorrowableLoop(f"connector-{name}", workers.executor)
        self._workers = workers

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
            return self._call(function, arguments, on_cancel)
        except (SystemExit, KeyboardInterrupt) as error:
            raise ConnectorExit(f"the connector raised {error!r}") from error

    def _call(
        self,
        function: Callable[..., Any],
        arguments: dict[str, Any],
        on_cancel: OnCancel | None,
    ) -> Any:
        kind = _flags(function)
        if kind & inspect.CO_COROUTINE:
            return self._run(function(**arguments), on_cancel)
        if kind & inspect.CO_ASYNC_GENERATOR:
            return function(**arguments)
        self._workers.acquire()
        try:
            result = function(**arguments)
        finally:
            self._workers.release()
        if inspect.isawaitable(result):
            return self._run(_awaited(result), on_cancel)
        return result

    def iterate(self, items: AsyncIterator[T]) -> Iterator[T]:
        """Yield what an asynchronous iterator yields."""
        try:
            while True:
                try:
                    yield self._run(_awaited(items.__anext__()), None)
                except StopAsyncIteration:
                    return
        finally:
            close = getattr(items, "aclose", None)
            if close is not None:
                self._run(_awaited(close()), None)

    def _run(self, coroutine: Coroutine[Any, Any, T], on_cancel: OnCancel | None) -> T:
        task = self._loop.borrow(coroutine)
        if task is not None and task.done():
            return task.result()
        outcome = _Outcome[T]()
        if task is None:
            self._loop.call_soon_threadsafe(outcome.begin, self._loop, coroutine)
        else:
            outcome.claim()
            self._loop.call_soon_threadsafe(outcome.follow, task)

        def cancel() -> None:
            self._loop.call_soon_threadsafe(outcome.cancel_task)

        if on_cancel is not None:
            on_cancel(cancel)
        return self._wait(outcome, coroutine)

    def _wait(self, outcome: _Outcome[T], coroutine: Coroutine[Any, Any, T]) -> T:
        """Wait for an outcome; what a blocked loop does not begin is run in this thread, once a worker is free."""
        wait([outcome], PATIENCE)
        while not outcome.claimed:
            if self._workers.acquire(PATIENCE):
                try:
                    if outcome.claim():
                        return asyncio.run(coroutine)
                finally:
                    self._workers.release()
        return outcome.result()

    def close(self) -> None:
        """Cancel what still runs, and stop the event loop."""
        self._loop.call_soon_threadsafe(self._loop.wind_up)


@lru_cache(maxsize=1024)
def _code_flags(function: object) -> int:
    code = getattr(function, "__code__", None)
    return 0 if code is None else code.co_flags


def _flags(function: Callable[..., Any]) -> int:
    """Return what kind of function something is, as the flags of its code; 0 if it has none."""
    return _code_flags(getattr(function, "__func__", function))


async def _awaited(awaitable: Awaitable[T]) -> T:
    return await awaitable
