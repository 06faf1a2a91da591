"""The life of an app: `on_startup`, then the server or a command, then `on_shutdown`, and what signals do meanwhile.

Knows functions, sync and async, child processes and signals. It must not know where the app came from.
"""

from __future__ import annotations

import asyncio
import inspect
import signal
import subprocess
import sys
import traceback
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from flyte_runtime.logs import logger
from flyte_runtime.serve.failures import Failure
from flyte_runtime.serve.values import Values

if TYPE_CHECKING:
    from flyte.app._app_environment import AppEnvironment

SIGNALS = (signal.SIGTERM, signal.SIGINT)

# As shells report a program that a signal ended.
_SIGNAL_BASE = 128


class Stopped(BaseException):
    """A signal has ended a function; no `except Exception` of the user's code keeps it."""


class Signals:
    """Hears the signals that ask for the end.

    What a signal does depends on what runs: the current reaction is called. Without one the signal is only remembered,
    so that the next step is not begun.
    """

    def __init__(self) -> None:
        """Remember nothing yet."""
        self.received: int | None = None
        self._reaction: Callable[[int], object] | None = None

    def listen(self) -> None:
        """Take over the signals of this process."""
        for number in SIGNALS:
            signal.signal(number, self._receive)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if self.received is None:
            self.received = number
        if self._reaction is not None:
            self._reaction(number)

    @contextmanager
    def reacting(self, reaction: Callable[[int], object]) -> Generator[None]:
        """React to signals for the duration of a block, also to one that came before."""
        self._reaction = reaction
        try:
            if self.received is not None:
                reaction(self.received)
            yield
        finally:
            self._reaction = None

    def stop(self, number: int) -> NoReturn:
        """React by ending whatever runs in the main thread, once: its cleaning up is left alone."""
        self._reaction = None
        raise Stopped(number)

    @property
    def exit_code(self) -> int:
        """The exit code that tells of the signal."""
        return _SIGNAL_BASE + (self.received or 0)


def run(
    app: AppEnvironment | None,
    command: Sequence[str],
    values: Values,
    signals: Signals,
) -> int:
    """Live through the life of an app; return the exit code."""
    if app is None:
        return _guarded(signals, lambda: _run_command(command, signals))
    # One event loop for all hooks: a connection opened by the first can be used by the others.
    with asyncio.Runner() as loop:
        return _live(app, command, _Life(loop, signals, values))


def _live(app: AppEnvironment, command: Sequence[str], life: _Life) -> int:
    on_startup, on_shutdown = hook(app, "on_startup"), hook(app, "on_shutdown")
    server = hook(app, "server")

    def serve() -> int:
        life.call("on_startup", on_startup)
        if server is None:
            return _run_command(command, life.signals)
        life.call("server", server)
        return 0

    code = _guarded(life.signals, serve)
    # A signal has had its effect; the last hook is to run to its end.
    after = _guarded(
        life.signals, lambda: life.call("on_shutdown", on_shutdown, stoppable=False)
    )
    return code or after


def _guarded(signals: Signals, step: Callable[[], int | None]) -> int:
    """Run a step; turn whatever ends it into an exit code."""
    try:
        return step() or 0
    except SystemExit as end:
        return _exit_code(end)
    except (Stopped, asyncio.CancelledError):
        if signals.received is not None:
            return signals.exit_code
        report(Failure("the app cancelled itself"))
    except Failure as failure:
        report(failure)
    return 1


def report(failure: Failure) -> None:
    """Print a failure on one line; where it came from is for the log at level DEBUG."""
    line = " ".join(str(failure).split())
    print(f"fserve: error: {line}", file=sys.stderr, flush=True)
    logger.debug("the failure was raised here", exc_info=failure)


# Functions


def hook(app: AppEnvironment, name: str) -> Callable[..., object] | None:
    """Return the function that a decorator of the app was given."""
    function: Callable[..., object] | None = getattr(app, f"_{name}")
    return function


class _Life:
    """What all hooks share: the event loop, the signals and the values of parameters."""

    def __init__(self, loop: asyncio.Runner, signals: Signals, values: Values) -> None:
        self._loop = loop
        self.signals = signals
        self._values = values

    def call(
        self,
        role: str,
        function: Callable[..., object] | None,
        *,
        stoppable: bool = True,
    ) -> None:
        """Call a hook, if there is one, with the parameters it takes."""
        if function is None:
            return
        arguments = self._values.bind(function, role)
        try:
            with self.signals.reacting(self.signals.stop if stoppable else _ignore):
                result = function(**arguments)
            if inspect.isawaitable(result):
                end = self._loop.run(self._wait_for(result, stoppable))
                if end is not None:
                    raise end
        except Exception as error:
            raise Failure(f"{role} failed: {_describe(error)}") from error

    async def _wait_for(
        self, result: Awaitable[object], stoppable: bool
    ) -> SystemExit | None:
        """Wait for an async hook; a signal cancels it. An exit is returned, because the loop is needed afterwards."""
        task = asyncio.current_task()
        loop = asyncio.get_running_loop()

        def cancel(number: int) -> None:
            if task is not None:
                loop.call_soon_threadsafe(task.cancel)

        with self.signals.reacting(cancel if stoppable else _ignore):
            try:
                await result
            except SystemExit as end:
                return end
        return None


def _ignore(number: int) -> None:
    """Let a signal pass that has had its effect."""


def _describe(error: Exception) -> str:
    """Name an exception and the innermost line of the user's code."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    text = str(error)
    return f"{type(error).__name__}{text and ': ' + text}{place}"


def _exit_code(end: SystemExit) -> int:
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    report(Failure(str(end.code)))
    return 1


# Commands


def _run_command(command: Sequence[str], signals: Signals) -> int:
    """Run a program with exactly these arguments; pass signals on to it, and return its exit code."""
    if signals.received is not None:
        return signals.exit_code
    try:
        child = subprocess.Popen(command)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Failure(f"cannot run {command[0]!r}: {reason}") from error
    # Waiting goes on after a signal: the program decides how it ends.
    with child, signals.reacting(child.send_signal):
        code = child.wait()
    return _SIGNAL_BASE - code if code < 0 else code
