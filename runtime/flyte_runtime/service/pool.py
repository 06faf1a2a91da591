"""The threads that calls arrive in.

Knows how many calls wait for a thread and how many have one. It must not know what a call is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any

# Threads beyond the limit, so that health checks and refusals are always answered.
SPARE = 4
POLL_SECONDS = 0.01


class CallPool(ThreadPoolExecutor):
    """A thread pool that knows how busy it is."""

    def __init__(self, most_calls: int) -> None:
        """Have a thread for each call that is let in."""
        super().__init__(most_calls + SPARE, thread_name_prefix="connector-call")
        self._lock = Lock()
        self._accepted = 0
        self._begun = 0
        self._ended = 0

    def submit(
        self, function: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        """Run a function in one of the threads; called by the one thread of a server that accepts calls."""
        self._accepted += 1
        return super().submit(self._run, function, args, kwargs)

    def _run(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        with self._lock:
            self._begun += 1
        try:
            return function(*args, **kwargs)
        finally:
            with self._lock:
                self._ended += 1

    @property
    def calls(self) -> int:
        """The calls that were accepted and have not ended."""
        return self._accepted - self._ended

    @property
    def queued(self) -> int:
        """The calls that wait for a thread."""
        return self._accepted - self._begun

    def wait_until_idle(self, seconds: float) -> bool:
        """Wait until no call is left, for at most some seconds; tell whether that came about."""
        deadline = time.monotonic() + seconds
        while self.calls and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        return not self.calls
