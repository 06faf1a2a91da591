"""How a job is shown to whoever waits for it: as one line of a terminal, or as records of the log.

Knows terminals and the logger of the SDK. It must not know connectors; what it is given may be shown to anybody.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from logging import INFO, LogRecord
from typing import TextIO

from flyte_runtime.logs import logger

# Seconds between two drawings of the line, whose clock goes on.
TICK = 1.0
ERASE = "\r\x1b[K"
# Where a terminal does not tell its width.
COLUMNS = 80


class Display:
    """Shows a job in the log: each change of its state, each link once."""

    def __init__(self, task: str) -> None:
        self.task = task
        self.state = ""
        self.message = ""
        self._links: set[str] = set()

    def update(self, state: str, message: str | None = None) -> None:
        """Show the state of the job, and what there is to say about it."""
        changed = state != self.state
        self.state, self.message = state, _one_line(message or "")
        self.show_state(changed)

    def link(self, name: str, uri: str) -> None:
        """Show a link, unless it was shown before."""
        text = _one_line(f"{name}: {uri}")
        if text not in self._links:
            self._links.add(text)
            self.show_link(text)

    def show_state(self, changed: bool) -> None:
        """Write a record if the state has changed."""
        if changed:
            message = self.message and f" ({self.message})"
            logger.info(f"task {self.task!r}: {self.state}{message}")

    def show_link(self, text: str) -> None:
        """Write a record."""
        logger.info(text)


class Terminal(Display):
    """Shows a job as one line of a terminal that is drawn again and again, with links above it."""

    def __init__(self, task: str, stream: TextIO) -> None:
        super().__init__(task)
        self._stream = stream
        self._start = time.monotonic()

    def show_state(self, changed: bool) -> None:
        """Draw the line again."""
        elapsed = timedelta(seconds=int(time.monotonic() - self._start))
        line = f"{self.task}: {self.state} {elapsed} {self.message}".rstrip()
        self._write(ERASE + line[: self._columns() - 1])

    def show_link(self, text: str) -> None:
        """Write the link where the line was, and the line below it."""
        if logger.isEnabledFor(INFO):
            logger.info(text)
        else:
            self._write(f"{ERASE}{text}\n")
        self.show_state(False)

    def erase(self, record: LogRecord) -> bool:
        """Make place for a record of the log, which goes to the terminal as well."""
        self._write(ERASE)
        return True

    def end(self) -> None:
        """Leave the line as it was last."""
        self._write("\n")

    def _columns(self) -> int:
        with suppress(OSError, ValueError):
            return os.get_terminal_size(self._stream.fileno()).columns or COLUMNS
        return COLUMNS

    def _write(self, text: str) -> None:
        # A terminal that was closed is no reason to give the job up.
        with suppress(OSError, ValueError):
            self._stream.write(text)
            self._stream.flush()


@asynccontextmanager
async def displayed(task: str) -> AsyncGenerator[Display, None]:
    """Show the job of a task for the time of the context: on the terminal if standard error is one, else in the log."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield Display(task)
        return
    terminal = Terminal(task, sys.stderr)
    ticking = asyncio.create_task(_tick(terminal))
    logger.addFilter(terminal.erase)
    try:
        yield terminal
    finally:
        logger.removeFilter(terminal.erase)
        ticking.cancel()
        terminal.end()


async def _tick(terminal: Terminal) -> None:
    while True:
        await asyncio.sleep(TICK)
        terminal.show_state(False)


def _one_line(text: str) -> str:
    """Leave out what moves the cursor; the text of a job may hold anything."""
    printable = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(printable.split())
