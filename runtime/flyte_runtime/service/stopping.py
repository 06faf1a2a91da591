"""What ends the service from outside: a signal, or the timeout.

Knows signal handlers and the event loop that is to hear of a signal. It must not know what is ended, or how.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stopped(BaseException):
    """A signal has ended a block; no `except Exception` of somebody's module keeps it."""


class Stop:
    """Whether the service has been told to stop; to be made in its event loop."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._loop = asyncio.get_running_loop()
        self._told = asyncio.Event()
        self._received = False
        self._interrupting = False

    @contextmanager
    def listening(self) -> Generator[None, None, None]:
        """Take over the signals during a block; only the main thread can."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        # Not by the event loop's own handlers, because the application may have set those.
        previous = {number: signal.signal(number, self._receive) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in previous.items():
                # None stands for a handler that Python does not know.
                signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self._received = True
        self._loop.call_soon_threadsafe(self._told.set)
        if self._interrupting:
            # Once: what the block does then to clean up is left alone.
            self._interrupting = False
            raise Stopped

    @contextmanager
    def interrupting(self) -> Generator[None, None, None]:
        """Let a signal raise Stopped in a block that keeps the event loop from running."""
        self._interrupting = True
        try:
            if self._received:
                raise Stopped
            yield
        finally:
            self._interrupting = False

    async def wait(self, seconds: int | None) -> bool:
        """Wait to be told, for at most some seconds; tell whether that came about."""
        try:
            async with asyncio.timeout(seconds):
                await self._told.wait()
        except TimeoutError:
            return False
        return True
