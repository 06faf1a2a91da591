"""Coroutines on a loop that threads borrow end as they do under plain asyncio, in whatever order they interleave."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flyte_runtime.service.failures import ConnectorExit
from flyte_runtime.service.lanes import Lane, Workers

# Nothing here waits that long unless something is wrong.
PATIENCE = 60
FEW = 0.001
variable: contextvars.ContextVar[int] = contextvars.ContextVar("variable", default=0)


@contextmanager
def _lane(workers: int = 4, thread_bound: bool = False) -> Iterator[Lane]:
    lane = Lane("test", Workers(workers), thread_bound=thread_bound)
    try:
        yield lane
    finally:
        lane.close()


# Programs: lists of steps that leave a trace; those of several coroutines share a lock, a queue and a barrier.

STEPS = [
    "yield",
    "sleep",
    "future",
    "call_later",
    "task",
    "gather",
    "background",
    "timeout",
    "cancel",
    "lock",
    "queue",
    "thread",
    "variable",
    "generator",
    "wait_for",
    "group",
    "raise",
]
Program = list[str]


class Shared:
    """What several coroutines use together; all of it belongs to the loop that it is first used in."""

    def __init__(self, programs: int) -> None:
        """Make a barrier that all programs must reach."""
        self.lock = asyncio.Lock()
        self.queue: asyncio.Queue[int] = asyncio.Queue(maxsize=1)
        self.barrier = asyncio.Barrier(programs)
        self.inside = 0


async def _forever() -> None:
    await asyncio.get_running_loop().create_future()


async def _numbers() -> Any:
    for number in range(2):
        await asyncio.sleep(0)
        yield number


async def _short(number: int) -> int:
    await asyncio.sleep(0)
    return number


async def _step(name: str, shared: Shared) -> object:
    loop = asyncio.get_running_loop()
    match name:
        case "yield":
            return await asyncio.sleep(0, 1)
        case "sleep":
            return await asyncio.sleep(FEW, 2)
        case "future" | "call_later":
            future = loop.create_future()
            if name == "future":
                loop.call_soon(future.set_result, 3)
            else:
                loop.call_later(FEW, future.set_result, 3)
            return await future
        case "task":
            return await asyncio.create_task(_short(4))
        case "gather":
            found = await asyncio.gather(_short(5), _forever_cancelled(), _short(6))
            return list(found)
        case "timeout":
            try:
                async with asyncio.timeout(FEW):
                    await _forever()
            except TimeoutError:
                return "timed out"
        case "cancel":
            return await _forever_cancelled()
        case "lock":
            async with shared.lock:
                shared.inside += 1
                await asyncio.sleep(0)
                alone, shared.inside = shared.inside == 1, shared.inside - 1
                return alone
        case "queue":
            await asyncio.gather(shared.queue.put(7), shared.queue.get())
        case "thread":
            return await asyncio.to_thread(lambda: 8)
        case "variable":
            variable.set(variable.get() + 1)
            await asyncio.sleep(0)
            return variable.get()
        case "generator":
            return [number async for number in _numbers()]
        case "wait_for":
            return await asyncio.wait_for(asyncio.shield(_short(10)), PATIENCE)
        case "group":
            return await _failing_group()
        case "raise":
            raise LookupError("as it says")
    return None


async def _failing_group() -> str:
    async def fail() -> None:
        raise LookupError("one of them")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_forever())
            group.create_task(fail())
    except ExceptionGroup as failed:
        return repr(failed)
    return "no failure"


async def _forever_cancelled() -> str:
    task = asyncio.create_task(_forever())
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return "cancelled"
    return "not cancelled"


async def _run(program: Program, shared: Shared, meets: bool) -> list[object]:
    trace: list[object] = []
    begun: list[asyncio.Task[int]] = []
    try:
        for name in program:
            if name == "background":
                begun.append(asyncio.create_task(_short(9)))
            else:
                trace.append(await _step(name, shared))
    except LookupError as error:
        trace.append(repr(error))
        if not meets:
            raise
    if meets:
        # Whoever comes last wakes all the others.
        async with shared.barrier:
            trace.append("met")
    trace.append(await asyncio.gather(*begun))
    return trace


# The second is what a timeout after a group of tasks ends with in early versions of Python 3.11.
ENDS = (LookupError, asyncio.CancelledError)


def _outcome(run: Callable[[], object]) -> object:
    try:
        return run()
    except ENDS as error:
        return _described(error)


def _described(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _in_asyncio(programs: list[Program], meets: bool) -> list[object]:
    async def together() -> list[Any]:
        shared = Shared(len(programs))
        tasks = [asyncio.create_task(_run(one, shared, meets)) for one in programs]
        return await asyncio.gather(*tasks, return_exceptions=True)

    found = asyncio.run(together())
    return [_described(one) if isinstance(one, ENDS) else one for one in found]


def _in_lane(lane: Lane, programs: list[Program], meets: bool) -> list[object]:
    shared = Shared(len(programs))

    def call(program: Program) -> object:
        arguments = {"program": program, "shared": shared, "meets": meets}
        return _outcome(lambda: lane.call(_run, arguments))

    with ThreadPoolExecutor(len(programs)) as threads:
        begun = [threads.submit(call, program) for program in programs]
        return [one.result(PATIENCE) for one in begun]


programs = st.lists(
    st.lists(st.sampled_from(STEPS), max_size=6), min_size=1, max_size=6
)


@settings(deadline=None, max_examples=150)
@given(programs=programs, meets=st.booleans(), thread_bound=st.booleans())
@example(programs=[[], [], []], meets=True, thread_bound=False)
@example(programs=[["lock", "thread", "lock"]] * 4, meets=True, thread_bound=False)
@example(programs=[["call_later", "timeout"]] * 6, meets=False, thread_bound=False)
@example(programs=[["group", "timeout"]], meets=False, thread_bound=False)
def test_coroutines_end_as_under_asyncio(
    programs: list[Program], meets: bool, thread_bound: bool
) -> None:
    """Whatever coroutines wait for, together or alone, their results and exceptions are those of plain asyncio."""
    with _lane(thread_bound=thread_bound) as lane:
        expected = _in_asyncio(programs, meets)
        for _ in range(2):
            assert _in_lane(lane, programs, meets) == expected


def test_debugging_asyncio_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """In asyncio's debug mode, which looks at threads, calls that wait and calls that do not end as ever."""
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")
    every = [step for step in STEPS if step != "raise"]
    with _lane() as lane:
        expected = _in_asyncio([every] * 3, True)
        assert _in_lane(lane, [every] * 3, True) == expected


def test_only_one_thread_at_a_time_runs_a_loop() -> None:
    """Between two waits a coroutine is alone on its loop, so that it may do without locks."""
    inside: list[int] = []
    overlaps: list[int] = []

    async def work() -> None:
        for _ in range(50):
            inside.append(1)
            overlaps.append(len(inside))
            inside.pop()
            await asyncio.sleep(0)

    with _lane() as lane, ThreadPoolExecutor(8) as threads:
        calls = [threads.submit(lane.call, work, {}) for _ in range(40)]
        for call in calls:
            call.result(PATIENCE)
    assert set(overlaps) == {1}


def test_all_calls_of_a_connector_see_the_same_loop() -> None:
    """What belongs to a loop can be kept from one call to the next."""
    loops: set[int] = set()

    async def look() -> None:
        loops.add(id(asyncio.get_running_loop()))
        await asyncio.sleep(0)
        loops.add(id(asyncio.get_running_loop()))

    with _lane() as lane:
        for _ in range(20):
            lane.call(look, {})
    assert len(loops) == 1


def test_thread_bound_coroutines_run_in_one_thread() -> None:
    """What belongs to a thread can be kept from one call to the next where a connector asks for that."""
    threads: set[int] = set()

    async def look() -> None:
        threads.add(threading.get_ident())
        await asyncio.sleep(0)
        threads.add(threading.get_ident())

    with _lane(thread_bound=True) as lane, ThreadPoolExecutor(4) as callers:
        for call in [callers.submit(lane.call, look, {}) for _ in range(20)]:
            call.result(PATIENCE)
    assert len(threads) == 1


def test_background_tasks_go_on_after_their_call() -> None:
    """A task that a call leaves behind runs on, and later calls can wait for it."""
    kept: dict[str, Any] = {}

    async def create() -> None:
        kept["event"] = asyncio.Event()
        kept["task"] = asyncio.create_task(_signal(kept["event"]))

    async def get() -> str:
        await kept["event"].wait()
        return str(await kept["task"])

    with _lane() as lane:
        lane.call(create, {})
        assert lane.call(get, {}) == "signalled"


async def _signal(event: asyncio.Event) -> str:
    await asyncio.sleep(FEW)
    event.set()
    return "signalled"


def test_a_call_can_wake_another() -> None:
    """A call that ends at once may be what another waits for, though it never was in the loop's own thread."""
    kept: dict[str, Any] = {}
    begun = threading.Event()

    async def wait() -> int:
        kept["future"] = asyncio.get_running_loop().create_future()
        begun.set()
        return int(await kept["future"])

    async def wake() -> None:
        kept["future"].set_result(5)

    with _lane() as lane, ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(lane.call, wait, {})
        assert begun.wait(PATIENCE)
        lane.call(wake, {})
        assert waiting.result(PATIENCE) == 5


def test_an_abandoned_generator_is_closed() -> None:
    """An asynchronous generator that nobody reads to its end is closed by the loop, as asyncio does."""
    closed = threading.Event()

    async def numbers() -> Any:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(0)
            closed.set()

    async def first() -> int:
        async for number in numbers():
            return int(number)
        return 0

    with _lane() as lane:
        assert lane.call(first, {}) == 1
        gc.collect()
        assert closed.wait(5)


def test_a_call_can_be_cancelled_while_it_waits() -> None:
    """A caller that leaves cancels what its call waits for."""
    cancels: list[Callable[[], None]] = []
    begun = threading.Event()
    ended = threading.Event()

    async def work() -> None:
        begun.set()
        try:
            await _forever()
        finally:
            ended.set()

    with _lane() as lane, ThreadPoolExecutor(1) as threads:
        call = threads.submit(lane.call, work, {}, cancels.append)
        assert begun.wait(PATIENCE)
        while not cancels:
            pass
        cancels[0]()
        with pytest.raises(asyncio.CancelledError):
            call.result(PATIENCE)
    assert ended.is_set()


def test_items_can_be_cancelled_between_two_of_them() -> None:
    """A caller that leaves after one item, before the next is asked for, does not have that one waited for."""
    cancels: list[Callable[[], None]] = []
    ended = threading.Event()

    async def numbers() -> Any:
        try:
            yield 1
            await _forever()
        finally:
            ended.set()

    with ThreadPoolExecutor(1) as threads, _lane() as lane:
        items = lane.iterate(numbers(), cancels.append)
        assert next(items) == 1
        cancels[0]()
        following = threads.submit(next, items)
        with pytest.raises(asyncio.CancelledError):
            following.result(PATIENCE)
    assert ended.is_set()


def test_what_comes_after_the_end_is_cancelled() -> None:
    """A call that a closed lane cannot begin is cancelled, as those were that it had begun."""
    before = set(threading.enumerate())
    with _lane() as lane:
        threads = set(threading.enumerate()) - before
    for thread in threads:
        thread.join(PATIENCE)
    with pytest.raises(asyncio.CancelledError):
        lane.call(_short, {"number": 1})


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()])
@pytest.mark.parametrize("late", [False, True])
def test_an_exit_ends_its_call_only(error: BaseException, late: bool) -> None:
    """What would end a program ends one call, and the loop goes on."""

    async def leave() -> None:
        if late:
            await asyncio.sleep(FEW)
        raise error

    with _lane() as lane:
        with pytest.raises(ConnectorExit, match=type(error).__name__):
            lane.call(leave, {})
        assert lane.call(_short, {"number": 1}) == 1


def test_functions_block_no_more_threads_than_there_are_workers() -> None:
    """At most so many synchronous calls run at a time as there are workers; the others wait for their turn."""
    running: list[int] = []
    most: list[int] = []
    full = threading.Barrier(3)
    lock = threading.Lock()

    def work() -> None:
        with lock:
            running.append(1)
            most.append(len(running))
        full.wait(PATIENCE)
        with lock:
            running.pop()

    with _lane(workers=3) as lane, ThreadPoolExecutor(9) as threads:
        calls = [threads.submit(lane.call, work, {}) for _ in range(9)]
        for call in calls:
            call.result(PATIENCE)
    assert max(most) == 3


def _coroutine_kinds() -> list[Callable[[], object]]:
    async def coroutine() -> int:
        return 1

    def function() -> int:
        return 1

    def returning() -> Coroutine[Any, Any, int]:
        return coroutine()

    class Caller:
        async def __call__(self) -> int:
            return 1

    return [coroutine, function, returning, Caller()]


@pytest.mark.parametrize("function", _coroutine_kinds())
def test_anything_that_can_be_called_or_awaited_is_run(
    function: Callable[[], object],
) -> None:
    """Coroutine functions, functions, functions that return coroutines and callable objects give their result."""
    with _lane() as lane:
        assert lane.call(function, {}) == 1
