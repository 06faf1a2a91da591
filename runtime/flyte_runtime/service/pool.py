"""The threads that calls arrive in.

Knows how many calls wait for a thread. It must not know what a call is.

Python runs one thread at a time, so a few threads answer more calls in a second than many, which would only take the
lock from each other. A call that has to wait for something says so, and another thread takes its place meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from queue import SimpleQueue
from typing import Any, NamedTuple

NAME = "connector-call"
# Threads that do not wait.
RUNNING = 4
# Seconds in which some call is begun, unless all threads wait without having said so: for a client that sends no
# request after its headers, or that does not read what it is sent.
STUCK = 0.1


class _Item(NamedTuple):
    future: Future[Any]
    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class CallPool(ThreadPoolExecutor):
    """A thread pool for calls; grpc asks for this type and calls `submit`."""

    def __init__(self) -> None:
        """Start the threads."""
        super().__init__(1)
        self._items: SimpleQueue[_Item | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        # How many calls got a thread; a lock would cost more than it is worth that threads overtake each other here.
        self._counter = count(1)
        self._begun = 0
        # Threads are given up in generations; only those of the present one are counted.
        self._generation = 0
        self._running = 0
        self._thread = threading.local()
        self._start_threads(RUNNING)
        threading.Thread(target=self._watch, daemon=True).start()

    def submit(
        self, function: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        """Run a function in one of the threads."""
        future: Future[Any] = Future()
        self._items.put(_Item(future, function, args, kwargs))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the threads once their calls have ended; without waiting for that, whatever the arguments say."""
        self._closed.set()
        self._items.put(None)

    @contextmanager
    def waiting(self) -> Generator[None, None, None]:
        """Let another thread take the place of this one, a thread of the pool, for a block."""
        if self._thread.waits:
            yield
            return
        self._thread.waits = True
        self._count(-1)
        self._start_threads(RUNNING)
        try:
            yield
        finally:
            self._count(1)
            self._thread.waits = False

    def _count(self, change: int) -> None:
        with self._lock:
            if self._thread.generation == self._generation:
                self._running += change

    @property
    def queued(self) -> int:
        """The calls that wait for a thread."""
        return self._items.qsize()

    # Threads

    def _start_threads(self, wanted: int) -> None:
        """Start what is missing to a number of threads that do not wait."""
        with self._lock:
            missing = wanted - self._running
            generation = self._generation
            self._running = max(self._running, wanted)
        for _ in range(missing):
            # A daemon: a connector that blocks must not keep the process from ending.
            threading.Thread(
                target=self._work, args=(generation,), name=NAME, daemon=True
            ).start()

    def _work(self, generation: int) -> None:
        self._thread.generation = generation
        self._thread.waits = False
        while (item := self._items.get()) is not None:
            self._begun = next(self._counter)
            try:
                item.future.set_result(item.function(*item.args, **item.kwargs))
            except BaseException as error:
                item.future.set_exception(error)
            # What was worked on is not to live until the next call.
            del item
            if self._is_one_too_many(generation):
                return
        # For the next thread.
        self._items.put(None)

    def _is_one_too_many(self, generation: int) -> bool:
        if generation == self._generation and self._running <= RUNNING:
            return False
        with self._lock:
            if generation != self._generation:
                return True
            if self._running > RUNNING:
                self._running -= 1
                return True
            return False

    def _watch(self) -> None:
        """Give threads up for new ones when calls wait for a thread and none gets one."""
        begun = started = 0
        while not self._closed.wait(STUCK):
            # Of the threads started last, each has begun a call, and may be stuck with it.
            if self.queued and self._begun - begun <= started:
                started = max(RUNNING, 2 * started)
                with self._lock:
                    self._generation += 1
                    self._running = 0
                self._start_threads(started)
            else:
                started = 0
            begun = self._begun
