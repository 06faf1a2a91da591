"""An event loop that threads with something to run can borrow.

Knows asyncio and threads. It must not know gRPC, connectors or what a coroutine is about.

Calls arrive in threads, connectors are asynchronous, and most of their calls never wait for anything. Handing each to
another thread and waiting there for the answer costs more than the call itself. So the loop of a connector can be
borrowed: while its own thread waits for events, a thread with a call runs the call's first step as the loop would, and
most calls end with it. A call that does wait goes on in the loop's own thread.
"""

from __future__ import annotations

import asyncio
import contextvars
import selectors
import sys
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


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
        sys.set_asyncgen_hooks(finalizer=self._close_generator)
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

    def _close_generator(self, generator: AsyncGenerator[Any, Any]) -> None:
        """Close a generator that nobody reads to its end, as asyncio does."""
        if not self.is_closed():
            self.call_soon_threadsafe(self.create_task, generator.aclose())

    @property
    def turns(self) -> int:
        """A number that changes whenever the loop gets on."""
        return self._events.turns

    @property
    def is_busy(self) -> bool:
        """Whether a callback runs in it."""
        return self._events.free.locked()

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
