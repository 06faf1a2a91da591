"""Docstrings taken apart: what a function does, and what its parameters and results are.

Knows the section styles of Google and NumPy and the fields of Sphinx. It must not know where the texts go.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flyte._docstring import Docstring

INPUTS = "inputs"
OUTPUTS = "outputs"
OTHER = "other"

SECTIONS = {
    **dict.fromkeys(
        (
            "args",
            "arguments",
            "parameters",
            "params",
            "keyword args",
            "keyword arguments",
            "other parameters",
        ),
        INPUTS,
    ),
    **dict.fromkeys(("returns", "return", "yields", "yield"), OUTPUTS),
    **dict.fromkeys(
        (
            "raises",
            "attributes",
            "example",
            "examples",
            "note",
            "notes",
            "see also",
            "warns",
            "warning",
            "warnings",
            "references",
        ),
        OTHER,
    ),
}
FIELDS = {
    **dict.fromkeys(
        ("param", "parameter", "arg", "argument", "key", "keyword"), INPUTS
    ),
}

FIELD = re.compile(r":(?P<field>[a-z]+)(?P<names>(?: +[^:]+)?):(?: +|$)(?P<text>.*)")
GOOGLE_ENTRY = re.compile(r"\*{0,2}(?P<name>\w+)(?: *\([^)]*\))? *:(?P<text>.*)")
NUMPY_ENTRY = re.compile(r"\*{0,2}(?P<name>\w+)(?: *:.*)?$")


def parse_into(
    self: Docstring,
    docstring: str | None = None,
    callable_: Callable[..., Any] | None = None,
) -> None:
    """Read a text, or else that of a function, into the attributes of the object."""
    text = docstring
    if text is None and callable_ is not None:
        text = getattr(callable_, "__doc__", None)
    lines = inspect.cleandoc(text or "").split("\n")
    start = next(_starts(lines), len(lines))
    short, _, long = "\n".join(lines[:start]).strip().partition("\n")
    found: dict[str, dict[str, str | None]] = {INPUTS: {}, OUTPUTS: {}, OTHER: {}}
    for kind, name, description in _entries(lines):
        found[kind].setdefault(name, description)
    self.short_description = short or None
    self.long_description = long.strip() or None
    self.input_descriptions = found[INPUTS]
    self.output_descriptions = found[OUTPUTS]


def _starts(lines: list[str]) -> Iterator[int]:
    """Yield the number of each line that opens a section or a field."""
    for number, line in enumerate(lines):
        if FIELD.match(line) or _google_section(line) or _numpy_section(lines, number):
            yield number


def _entries(lines: list[str]) -> Iterator[tuple[str, str, str]]:
    starts = [*_starts(lines), len(lines)]
    for start, end in pairwise(starts):
        heading, block = lines[start], lines[start + 1 : end]
        field = FIELD.match(heading)
        if field:
            yield from _field_entry(field, block)
        elif kind := _google_section(heading):
            # What stands before the colon of a result is its type, not its name.
            named = OTHER if kind == OUTPUTS else kind
            yield from _section_entries(named, block, GOOGLE_ENTRY)
        elif kind := _numpy_section(lines, start):
            yield from _section_entries(kind, block[1:], NUMPY_ENTRY)


def _google_section(line: str) -> str | None:
    return SECTIONS.get(line[:-1].lower()) if line.endswith(":") else None


def _numpy_section(lines: list[str], number: int) -> str | None:
    underline = lines[number + 1] if number + 1 < len(lines) else ""
    if len(underline) < 3 or underline.strip("-"):
        return None
    return SECTIONS.get(lines[number].lower())


def _field_entry(
    field: re.Match[str], block: list[str]
) -> Iterator[tuple[str, str, str]]:
    # A type may stand in front of the name: `:param int count: ...`.
    names = field["names"].split()
    kind = FIELDS.get(field["field"])
    if kind and names:
        yield kind, names[-1].lstrip("*"), _joined([field["text"], *block])


def _section_entries(
    kind: str, block: list[str], entry: re.Pattern[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield the entries of a section: each starts at the section's own indentation, its text may go on below."""
    indentations = [len(line) - len(line.lstrip()) for line in block if line.strip()]
    own = min(indentations, default=0)
    name, texts = "", list[str]()
    for line in block:
        found = entry.match(line[own:]) if line[own : own + 1].strip() else None
        if not found:
            texts.append(line)
            continue
        if name:
            yield kind, name, _joined(texts)
        name, texts = found["name"], [found.groupdict().get("text") or ""]
    if name:
        yield kind, name, _joined(texts)


def _joined(lines: list[str]) -> str:
    return "\n".join(line.strip() for line in lines).strip()
