"""The lines of a page, and how to say where one departs from the grammar.

Knows positions and nothing of what stands on a page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from codegen.diagnostics import Diagnostic, Location
from codegen.model import PageStyle, Summaries

T = TypeVar("T")

# Far more than any page has; trying each of thousands would take minutes.
MOST_CANDIDATES = 50


class Violation(Exception):
    """A place where a page departs from the grammar, and what was expected there."""

    def __init__(
        self, line: int, message: str, hint: str = "", column: int = 0, length: int = 0
    ) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.length = length
        self.message = message
        self.hint = hint


class Lines:
    """The lines of one page in the style it is read as; lines are counted from 0.

    On a ``flat`` page the classes follow their module; ``summaries`` says how lists shorten texts.
    """

    def __init__(
        self,
        path: str,
        lines: list[str],
        style: PageStyle,
        *,
        flat: bool,
        summaries: Summaries | None = None,
    ) -> None:
        self.path = path
        self.lines = lines
        self.style = style
        self.flat = flat
        self.summaries = summaries
        self.losses: list[Diagnostic] = []

    def __getitem__(self, number: int) -> str:
        """Return a line; an empty one behind the last, so that looking ahead needs no care."""
        return self.lines[number] if number < len(self.lines) else ""

    def __len__(self) -> int:
        return len(self.lines)

    def expect(self, number: int, *wanted: str) -> int:
        """Demand these lines from a line on; return the number of the line behind them."""
        for offset, line in enumerate(wanted):
            if self[number + offset] != line or number + offset >= len(self.lines):
                raise self.violation(number + offset, expected(line))
        return number + len(wanted)

    def starts(self, number: int, *wanted: str) -> bool:
        """Whether these lines stand from a line on."""
        return self.lines[number : number + len(wanted)] == list(wanted)

    def find(self, line: str, start: int, end: int) -> list[int]:
        """The numbers of all lines that are exactly this one."""
        found: list[int] = []
        number = start - 1
        while True:
            try:
                number = self.lines.index(line, number + 1, end)
            except ValueError:
                return found
            found.append(number)

    def violation(self, number: int, message: str, hint: str = "") -> Violation:
        """Say what is wrong with a whole line."""
        return Violation(number, message, hint, 0, len(self[number]))

    def lose(self, number: int, rule: str, message: str, part: str = "") -> None:
        """Report something the spec cannot hold, or that had to be guessed."""
        column = max(self[number].find(part), 0) if part else 0
        length = max(1, len(part or self[number]))
        place = Location(self.path, number + 1, column + 1, length)
        self.losses.append(Diagnostic(place, rule, message, severity="warning"))

    def text(self, start: int, end: int) -> str:
        """Return a text that stands in these lines, with the blank line that closes it."""
        if start == end:
            return ""
        if self[end - 1] != "":
            raise self.violation(end, "expected a blank line behind the text")
        return "\n".join(self.lines[start : end - 1])


def expected(line: str) -> str:
    """What to say where a line should stand."""
    return f"expected the line {line!r}" if line else "expected a blank line"


def located(path: str, problem: Violation) -> Diagnostic:
    """Return a departure from the grammar as a finding."""
    place = Location(path, problem.line + 1, problem.column + 1, problem.length or 1)
    return Diagnostic(place, "page-grammar", problem.message, problem.hint)


def first_that_fits(candidates: list[int], read: Callable[[int], T]) -> T | None:
    """Return what can be read from the first candidate that fits; None without candidates.

    Raises the Violation that got farthest when none fits: that candidate was meant.
    """
    farthest: Violation | None = None
    for candidate in candidates[:MOST_CANDIDATES]:
        try:
            return read(candidate)
        except Violation as problem:
            if farthest is None or problem.line > farthest.line:
                farthest = problem
    if farthest is not None:
        raise farthest
    return None
