"""Runs a command for a limited time, and leaves nothing of it behind.

Usage: bounded.py MINUTES COMMAND [ARGUMENT...]. Exits as the command does, or with 124 if its time was over.

Knows processes and signals, and only the standard library. It must not know what the command does.

All that the command has started ends with it, in whatever session it runs: what lived on would hold the output open, and
whoever reads that to its end would wait for ever. On Linux orphans become children of this process, where they are
found; elsewhere only the command itself is ended.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

PR_SET_CHILD_SUBREAPER = 36
NOT_FOUND = 127
TIME_OVER = 124
# Seconds: for processes to show their stacks, and for the command to say what it has found so far.
LAST_WORDS = 2
GRACE = 30


class TimeOver(Exception):
    """The alarm has rung."""


def ring(*_: object) -> NoReturn:
    """Handle the signal of an alarm."""
    raise TimeOver


def adopt_orphans() -> None:
    """Become the parent of processes below this one that lose theirs."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(process: int) -> list[int]:
    """Return all processes below a process."""
    try:
        found = Path(f"/proc/{process}/task/{process}/children").read_text()
    except OSError:
        return []
    children = [int(word) for word in found.split()]
    return children + [one for child in children for one in descendants(child)]


def send(number: int, processes: list[int]) -> None:
    """Send a signal to those of the processes that are still there."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, number)


def wait_for(command: int, seconds: float) -> int:
    """Return the exit code of a child as a shell reports it, or raise TimeOver; orphans that end are buried as well."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        while True:
            ended, status = os.wait()
            if ended == command:
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def interrupt(command: int) -> None:
    """Let everything below the command show where it is, and the command what it has found so far."""
    # Test runners show the stacks of a process that is aborted.
    send(signal.SIGABRT, descendants(command))
    time.sleep(LAST_WORDS)
    send(signal.SIGINT, [command])
    with suppress(TimeOver):
        wait_for(command, GRACE)


def end_all() -> None:
    """Kill what is left below this process, and wait for the end of it."""
    with suppress(ChildProcessError):
        while True:
            send(signal.SIGKILL, descendants(os.getpid()))
            os.wait()


def run(minutes: float, words: list[str]) -> int:
    """Run a command and return its exit code."""
    command = os.posix_spawnp(words[0], words, os.environ)
    try:
        return wait_for(command, minutes * 60)
    except TimeOver:
        what = f"it took more than {minutes:g} minutes and was stopped"
        print(f"error: {what}: {' '.join(words)}", file=sys.stderr, flush=True)
        interrupt(command)
        return TIME_OVER


def main() -> int:
    """Run what the command line says."""
    adopt_orphans()
    # Ctrl-C reaches the command as well, and its end is waited for. A handler, unlike a signal that is ignored, is not
    # handed down: the command can be interrupted even where a shell has started all of this in the background.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    signal.signal(signal.SIGALRM, ring)
    try:
        return run(float(sys.argv[1]), sys.argv[2:])
    except FileNotFoundError:
        print(f"error: there is no command {sys.argv[2]}", file=sys.stderr)
        return NOT_FOUND
    finally:
        end_all()


if __name__ == "__main__":
    sys.exit(main())
