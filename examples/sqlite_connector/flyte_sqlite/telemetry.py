"""What a job tells while it runs: lines of a log, and numbers over time.

Knows pages and samples. It must not know what they are about. Written by the thread of a job, read by any other.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

DEFAULT_LINES = 100
# A job that runs for days keeps as many samples as one that runs for an hour, further apart.
MOST_SAMPLES = 1000


class Page(NamedTuple):
    """Some lines of a log, and what to ask for the lines after them."""

    lines: list[str]
    token: str


class Log:
    """The lines a job has logged."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lines: list[str] = []

    def add(self, text: str) -> None:
        """Log each line of a text with the time."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._lines += [f"{now} {line}" for line in text.splitlines()]

    def __iter__(self) -> Iterator[str]:
        """Yield all lines."""
        return iter(list(self._lines))

    def page(self, token: str, most: int) -> Page:
        """Return the lines from a token on, at most so many; ValueError if the token is none of ours."""
        if token and not token.isdecimal():
            raise ValueError(f"the token of a page is a number, got {token!r}")
        start = int(token or 0)
        lines = self._lines[start : start + (most or DEFAULT_LINES)]
        return Page(lines, str(start + len(lines)))

    def goes_on_after(self, page: Page) -> bool:
        """Tell whether there are lines after a page by now."""
        return int(page.token) < len(self._lines)


class Sample(NamedTuple):
    """What was known at one time, in seconds since the epoch."""

    time: float
    rows: int
    seconds: float


class Series:
    """Samples of a job at regular intervals, which double whenever there are too many."""

    def __init__(self) -> None:
        """Begin with an interval of a second."""
        self.samples: list[Sample] = []
        self._began = time.monotonic()
        self._interval = 1.0
        self._due = 0.0

    @property
    def seconds(self) -> float:
        """The time since the beginning."""
        return time.monotonic() - self._began

    def sample(self, rows: int, force: bool = False) -> None:
        """Note the number of rows, if it is time to or at the end of a job."""
        seconds = self.seconds
        if seconds < self._due and not force:
            return
        self._due = seconds + self._interval
        samples = [*self.samples, Sample(time.time(), rows, seconds)]
        if len(samples) > MOST_SAMPLES:
            samples, self._interval = samples[::2], self._interval * 2
        # Replaced as a whole, so that readers need no lock.
        self.samples = samples

    def between(self, start: float, end: float, step: float) -> list[Sample]:
        """Return the samples of a span of time that are at least a step apart."""
        chosen: list[Sample] = []
        for sample in self.samples:
            if start <= sample.time <= end and (
                not chosen or sample.time >= chosen[-1].time + step
            ):
                chosen.append(sample)
        return chosen
