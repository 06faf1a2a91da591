"""How a command is measured: wall time, processor time and peak memory of a child process, in alternating rounds.

A machine's speed drifts while a benchmark runs, so commands that are compared take turns, and are compared round by
round.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

# What pip installed comes with byte code; so must the generator's own modules, which lie in a checkout.
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name != "PYTHONDONTWRITEBYTECODE"
}
# ru_maxrss counts kibibytes, except on macOS, where it counts bytes.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Sample:
    """One run of a command: seconds, and bytes at its peak."""

    wall: float
    processor: float
    memory: int


@dataclass
class Subject:
    """A command to measure, what to do before each run of it, and the samples so far."""

    name: str
    command: Sequence[str | Path]
    prepare: Callable[[], None] = lambda: None
    # Whether the command prints the seconds that count, in place of its own whole time.
    times_itself: bool = False
    samples: list[Sample] = field(default_factory=list)

    @property
    def wall(self) -> float:
        """The median wall time in seconds."""
        return median(sample.wall for sample in self.samples)

    @property
    def memory(self) -> int:
        """The highest peak memory in bytes."""
        return max(sample.memory for sample in self.samples)

    def measure(self) -> None:
        """Run it once and keep the sample.

        Raises:
            subprocess.CalledProcessError: The command failed; its output is attached.
        """
        self.prepare()
        self.samples.append(run(self.command, times_itself=self.times_itself))


def run(command: Sequence[str | Path], *, times_itself: bool = False) -> Sample:
    """Run ``command`` to its end and say what it took.

    Raises:
        subprocess.CalledProcessError: The command failed; its output is attached.
    """
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=ENVIRONMENT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
        if process.returncode != 0:
            raise subprocess.CalledProcessError(process.returncode, command, text)
    return Sample(
        wall=float(text) if times_itself else wall,
        processor=usage.ru_utime + usage.ru_stime,
        memory=usage.ru_maxrss * RSS_UNIT,
    )


def take_turns(subjects: Sequence[Subject], rounds: int, *, warm_up: bool) -> None:
    """Measure all ``subjects`` once per round, after one round that does not count if ``warm_up``."""
    if warm_up:
        for subject in subjects:
            subject.measure()
            subject.samples.clear()
    for _ in range(rounds):
        for subject in subjects:
            subject.measure()
