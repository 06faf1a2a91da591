"""Running coroutines from synchronous code: results, errors, context and interruption."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import signal
import threading
import warnings
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from flyte_runtime import syncify

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")


def directly(call: Callable[[], Any]) -> Any:
    """Call from a thread without an event loop."""
    return call()


def inside_a_loop(call: Callable[[], Any]) -> Any:
    """Call from synchronous code below a running event loop."""

    async def main() -> Any:
        return call()

    return asyncio.run(main())


@contextmanager
def handled_by(handler: Any) -> Iterator[None]:
    """Handle ctrl-c in a certain way for a while."""
    previous = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def stubborn_handler(number: int, frame: object) -> None:
    """Do what the handler that Python starts with does; an event loop leaves this one in place."""
    raise KeyboardInterrupt


def press_ctrl_c() -> None:
    """Send the main thread the signal that ctrl-c sends."""
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, signal.SIGINT)


SITUATIONS = pytest.mark.parametrize("situation", [directly, inside_a_loop])
Situation = Callable[[Callable[[], Any]], Any]


@SITUATIONS
def test_the_result_is_returned(situation: Situation) -> None:
    """The result of the coroutine comes back, also after it had to wait."""

    async def answer() -> int:
        await asyncio.sleep(0)
        return 42

    assert situation(lambda: syncify.block(answer())) == 42


@SITUATIONS
@pytest.mark.parametrize(
    "error", [ValueError("no"), SystemExit(3), KeyboardInterrupt()], ids=repr
)
def test_errors_are_raised_here(situation: Situation, error: BaseException) -> None:
    """The very exception the coroutine raises is raised by the call, even one that ends the program."""

    async def fail() -> None:
        raise error

    def call() -> BaseException:
        with pytest.raises(type(error)) as raised:
            syncify.block(fail())
        return raised.value

    assert situation(call) is error


@SITUATIONS
def test_the_callers_context_is_visible(situation: Situation) -> None:
    """Context variables of the caller can be read in the coroutine."""

    async def read() -> str:
        return variable.get()

    def call() -> str:
        token = variable.set("set by the caller")
        try:
            return syncify.block(read())
        finally:
            variable.reset(token)

    assert situation(call) == "set by the caller"


def test_without_a_loop_the_calling_thread_does_the_work() -> None:
    """The coroutine runs in the calling thread, where it may install signal handlers."""

    async def thread() -> int:
        return threading.get_ident()

    assert syncify.block(thread()) == threading.get_ident()


def test_below_a_loop_a_thread_does_the_work_and_ends() -> None:
    """A running loop is left alone; the thread that takes the work is gone afterwards."""

    async def thread() -> str:
        return threading.current_thread().name

    assert inside_a_loop(lambda: syncify.block(thread())) == syncify.THREAD_NAME
    assert syncify.THREAD_NAME not in {one.name for one in threading.enumerate()}


def test_calls_may_be_nested() -> None:
    """A coroutine that runs by a blocking call may make another one."""

    async def inner() -> str:
        return "inner"

    async def outer() -> str:
        return syncify.block(inner())

    assert syncify.block(outer()) == "inner"


@pytest.mark.parametrize(
    ("situation", "handler"),
    [
        (directly, signal.default_int_handler),
        (inside_a_loop, signal.default_int_handler),
        (inside_a_loop, stubborn_handler),
    ],
)
def test_an_interrupt_cancels_the_coroutine(situation: Situation, handler: Any) -> None:
    """Ctrl-c while waiting cancels the coroutine, lets it clean up, and ends the program, whoever handles the signal."""
    steps: list[str] = []

    async def wait() -> None:
        press_ctrl_c()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            steps.append("cancelled")
            await asyncio.sleep(0)
            steps.append("cleaned up")
            raise

    with handled_by(handler), pytest.raises(KeyboardInterrupt):
        situation(lambda: syncify.block(wait()))

    assert steps == ["cancelled", "cleaned up"]


def test_the_handler_of_interrupts_is_given_back() -> None:
    """A blocking call below an event loop leaves the signal handler as it found it."""

    async def nothing() -> None:
        return None

    def call() -> tuple[Any, Any]:
        before = signal.getsignal(signal.SIGINT)
        syncify.block(nothing())
        return before, signal.getsignal(signal.SIGINT)

    before, after = inside_a_loop(call)

    assert before is after


def test_no_coroutine_is_left_behind() -> None:
    """Nothing is reported as never awaited, in either situation."""

    async def nothing() -> None:
        return None

    def call() -> None:
        coroutine: Coroutine[Any, Any, None] = nothing()
        syncify.block(coroutine)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        directly(call)
        inside_a_loop(call)
        gc.collect()
