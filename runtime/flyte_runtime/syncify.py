"""Running coroutines to their end from synchronous code.

Knows event loops and threads. It must not know what the coroutines do: generated methods that can be called both
synchronously and asynchronously hand their coroutine to `block`, which is all there is to the synchronous half.
"""

from __future__ import annotations

import asyncio
import contextvars
import signal
import threading
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")

THREAD_NAME = "flyte-syncify"


def block(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end and return its result.

    Without a running event loop the coroutine runs in the calling thread, so that it may install signal handlers and
    ctrl-c cancels it. A thread whose event loop already runs cannot run another one: there the coroutine gets a thread
    of its own, with a copy of the caller's context variables, and the caller's event loop stands still meanwhile; a
    coroutine that waits for something on that loop would wait for ever.

    Whatever the coroutine raises is raised here.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    return _block_in_thread(coroutine)


def _block_in_thread(coroutine: Coroutine[Any, Any, T]) -> T:
    outcome: Future[T] = Future()
    canceller: Future[Callable[[], object]] = Future()

    async def supervised() -> T:
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()
        canceller.set_result(lambda: loop.call_soon_threadsafe(task.cancel))
        return await coroutine

    def work() -> None:
        try:
            outcome.set_result(asyncio.run(supervised()))
        except BaseException as error:
            # SystemExit and KeyboardInterrupt belong to the caller as well.
            outcome.set_exception(error)

    context = contextvars.copy_context()
    # A daemon, so that a coroutine that ignores its cancellation cannot keep the interpreter from ending.
    thread = threading.Thread(
        target=context.run, args=(work,), name=THREAD_NAME, daemon=True
    )

    def cancel() -> None:
        # Now, or as soon as the coroutine has started.
        canceller.add_done_callback(lambda ready: ready.result()())

    with _interrupts_passed_on(cancel):
        try:
            thread.start()
            return outcome.result()
        except KeyboardInterrupt:
            if not outcome.done():
                cancel()
                # The coroutine may clean up; another ctrl-c ends the wait.
                wait([outcome])
            raise
        finally:
            if outcome.done():
                thread.join()


@contextmanager
def _interrupts_passed_on(cancel: Callable[[], object]) -> Generator[None, None, None]:
    """Cancel as well when ctrl-c cancels the caller's task, which cannot notice while it waits.

    That is what `asyncio.run` does on the first ctrl-c. Handlers that raise KeyboardInterrupt end the wait themselves,
    and handlers that do something else meant it.
    """
    previous = signal.getsignal(signal.SIGINT)
    task = asyncio.current_task()
    if (
        task is None
        or not callable(previous)
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        requests = task.cancelling()
        previous(number, frame)
        if task.cancelling() > requests:
            cancel()

    signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
