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
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
)
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import lru_cache
from typing import Any, TypeGuard, TypeVar, TypeVarTuple

from flyte_runtime.service.failures import ConnectorExit

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

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


class _Selector(selectors.DefaultSelector):
    """Waits for events like any selector; meanwhile its loop is free to be borrowed."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = 0
        self.free = threading.Lock()
        self.free.acquire()

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        self.turns += 1
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
        # Debugging would complain about every borrower.
        self.set_debug(False)
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
        self.close()

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
            self._events.turns += 1
            self._events.free.release()
        if changed:
            # The loop's thread decided how long to sleep before any of this was there.
            self.call_soon_threadsafe(_nothing)
        return task

    @property
    def turns(self) -> int:
        """A number that changes whenever the loop gets on."""
        return self._events.turns

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
END = object()


class _Latest:
    """The latest of several steps, which can be cancelled while its function waits."""

    def __init__(self) -> None:
        self._cancel: Callable[[], None] | None = None

    def remember(self, cancel: Callable[[], None]) -> None:
        self._cancel = cancel

    def cancel(self) -> None:
        if self._cancel is not None:
            self._cancel()


class Lane:
    """Runs the calls of one connector: coroutines on its event loop, functions in the calling thread.

    A connector that blocks its loop delays no other connector, and its own further calls only by the patience with it.
    """

    def __init__(
        self,
        name: str,
        workers: Workers,
        waiting: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Start the event loop; ``waiting`` makes a context in which the calling thread waits."""
        self._loop = BorrowableLoop(f"connector-{name}", workers.executor)
        self._workers = workers
        self._waiting = waiting
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
        kind = _flags(function)
        if kind & inspect.CO_COROUTINE:
            return self._run(function(**arguments), on_cancel)
        if kind & inspect.CO_ASYNC_GENERATOR:
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
            yield from self._iterate(_steps(found), latest)
        elif _is_iterable(found):
            iterator = iter(found)
            yield from self._iterate(lambda: next(iterator, END), latest)
        else:
            yield found

    def _iterate(self, step: Callable[[], Any], latest: _Latest) -> Iterator[Any]:
        while (item := self.call(step, {}, latest.remember)) is not END:
            yield item

    def _run(self, coroutine: Coroutine[Any, Any, T], on_cancel: OnCancel | None) -> T:
        task = self._loop.borrow(coroutine)
        if task is not None and task.done():
            return task.result()
        outcome = _Outcome[T]()
        if task is None:
            self._loop.call_soon_threadsafe(outcome.begin, self._loop, coroutine)
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

    def _wait(self, outcome: _Outcome[T], coroutine: Coroutine[Any, Any, T]) -> T:
        """Wait for an outcome; what a blocked loop does not begin is run in this thread, once a worker is free."""
        patience = LONG_PATIENCE if self._uses_loop else PATIENCE
        while True:
            turns = self._loop.turns
            wait([outcome], patience)
            if outcome.claimed:
                return outcome.result()
            if turns == self._loop.turns and self._workers.acquire(patience):
                try:
                    if outcome.claim():
                        return asyncio.run(coroutine)
                finally:
                    self._workers.release()

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


def _steps(items: AsyncIterator[T]) -> Callable[[], Coroutine[Any, Any, T | object]]:
    async def step() -> T | object:
        return await anext(items, END)

    return step


def _is_async_iterator(value: object) -> TypeGuard[AsyncIterator[Any]]:
    return isinstance(value, AsyncIterator)


def _is_iterable(value: object) -> TypeGuard[Iterable[Any]]:
    return isinstance(value, Iterable)


async def _awaited(awaitable: Awaitable[T]) -> T:
    return await awaitable
