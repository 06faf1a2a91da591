"""What a measurement says: a figure, its target, and whether it was met, as a table row and as data."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from operator import sub, truediv
from statistics import median
from typing import Self

from bench.measure import Subject


@dataclass(frozen=True)
class Row:
    """One figure beside its target."""

    what: str
    ours: str
    beside: str
    figure: str
    target: str
    met: bool
    subjects: tuple[Subject, ...]

    @classmethod
    def faster(
        cls, what: str, ours: Subject, other: Subject, *, at_least: float
    ) -> Self:
        """Ours takes a fraction of the other's time."""
        ratio = in_pairs(truediv, other, ours)
        return cls(
            what,
            seconds(ours),
            f"{other.name} {seconds(other)}",
            f"{ratio:.1f} times faster",
            f"at least {at_least:g}",
            ratio >= at_least,
            (ours, other),
        )

    @classmethod
    def slower(
        cls, what: str, ours: Subject, other: Subject, *, at_most: float
    ) -> Self:
        """Ours takes a multiple of the other's time."""
        ratio = in_pairs(truediv, ours, other)
        return cls(
            what,
            seconds(ours),
            f"{other.name} {seconds(other)}",
            f"{ratio:.1f} times as long",
            f"at most {at_most:g}",
            ratio <= at_most,
            (ours, other),
        )

    @classmethod
    def longer(
        cls, what: str, ours: Subject, other: Subject, *, at_most: float
    ) -> Self:
        """Ours takes so many seconds more than the other."""
        difference = in_pairs(sub, ours, other)
        return cls(
            what,
            seconds(ours),
            f"{other.name} {seconds(other)}",
            f"{difference * 1000:.0f} ms longer",
            f"at most {at_most * 1000:g}",
            difference <= at_most,
            (ours, other),
        )

    @classmethod
    def within(cls, what: str, ours: Subject, *, below: float) -> Self:
        """Ours takes less than so many seconds."""
        met = ours.wall < below
        took = seconds(ours)
        return cls(what, took, "", took, f"below {below:g} s", met, (ours,))

    @classmethod
    def memory(cls, what: str, ours: Subject, *, below: int) -> Self:
        """Ours stays below so many bytes at its peak."""
        peak = f"{ours.memory / 1e6:.0f} MB"
        target = f"below {below / 1e6:.0f}"
        return cls(what, peak, "", peak, target, ours.memory < below, (ours,))

    @classmethod
    def lighter(
        cls, what: str, ours: Subject, other: Subject, *, at_most: float = 1
    ) -> Self:
        """Ours stays below a fraction of the other's peak."""
        peak, others = (f"{one.memory / 1e6:.0f} MB" for one in (ours, other))
        ratio = ours.memory / other.memory
        return cls(
            what,
            peak,
            f"{other.name} {others}",
            f"{ratio:.0%} of it",
            f"at most {at_most:.0%}",
            ratio <= at_most,
            (ours, other),
        )


def in_pairs(
    compare: Callable[[float, float], float], one: Subject, other: Subject
) -> float:
    """The median of a comparison made round by round, because runs of one round saw the same machine."""
    pairs = zip(one.samples, other.samples, strict=True)
    return median(compare(mine.wall, theirs.wall) for mine, theirs in pairs)


def seconds(subject: Subject) -> str:
    """A median time for people."""
    wall = subject.wall
    return f"{wall:.2f} s" if wall >= 0.1 else f"{wall * 1000:.1f} ms"


def machine() -> str:
    """Where the figures come from: they mean little without it."""
    return (
        f"Python {platform.python_version()}, {os.cpu_count()} processors,"
        f" {platform.system()} {platform.machine()}"
    )


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    cells = [
        ["measured", "ours", "beside", "figure", "target", ""],
        *(
            [row.what, row.ours, row.beside, row.figure, row.target, verdict(row)]
            for row in rows
        ),
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "| "
        + " | ".join(
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        )
        + " |"
        for line in cells
    )


def verdict(row: Row) -> str:
    """Whether the target was met, hard to overlook if not."""
    return "met" if row.met else "MISSED"


def data(rows: Sequence[Row]) -> dict[str, object]:
    """The rows with every sample, for a file."""
    return {
        "machine": machine(),
        "rows": [
            {
                "what": row.what,
                "figure": row.figure,
                "target": row.target,
                "met": row.met,
                "samples": {
                    subject.name: [asdict(sample) for sample in subject.samples]
                    for subject in row.subjects
                },
            }
            for row in rows
        ],
    }
