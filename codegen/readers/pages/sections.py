"""What stands behind a declaration: the text, the table of parameters, and what the modern style adds to it.

Knows Returns, Raises and Notes. It must not know whose they are.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

from codegen.page_texts import from_cell, unescape, with_reason
from codegen.readers.pages.lines import MOST_CANDIDATES, Lines, Violation

_RETURNS = "**Returns:** "
_RETURNS_BLOCK = "**Returns**"
_RAISES = ("**Raises**", "", "| Exception | Description |", "|-|-|")
_NOTE = "> [!NOTE]"
_ROW = re.compile(r"\| `(.+?)` \| (.*) \|")
# Those of a constructor, and those of its class.
_MOST_SECTIONS = 5
_BAR = re.compile(r"(?<!\\)\|")


class Section(NamedTuple):
    """One of the sections at the end: its kind and what it says."""

    kind: str
    text: str = ""
    errors: dict[str, str] = {}  # noqa: RUF012


class Tail(NamedTuple):
    """What a callable's sections say."""

    returns: str = ""
    raises: dict[str, str] = {}  # noqa: RUF012
    notes: str = ""


def begins(page: Lines, number: int) -> bool:
    """Whether a section begins at a line."""
    line = page[number]
    return (
        line.startswith(_RETURNS)
        or (line == _RETURNS_BLOCK and page[number + 1] == "")
        or page.starts(number, *_RAISES)
        or (line == _NOTE and page[number + 1].startswith(">"))
    )


def start(page: Lines, first: int, end: int) -> int:
    """Where the sections at the end of a region begin; its end when there are none."""
    candidates = (
        number
        for number in range(first, end)
        if (number == first or page[number - 1] == "") and begins(page, number)
    )
    for number in islice(candidates, MOST_CANDIDATES):
        try:
            read(page, number, end)
        except Violation:
            continue
        return number
    return end


def read(page: Lines, number: int, end: int) -> list[Section]:
    """Read the sections that fill a region."""
    found: list[Section] = []
    while number < end:
        section, behind = _section(page, number, end)
        found.append(section)
        if len(found) > _MOST_SECTIONS:
            raise page.violation(number, "expected the end of the sections")
        number = behind
    return found


def _section(page: Lines, number: int, end: int) -> tuple[Section, int]:
    line = page[number]
    if not begins(page, number):
        raise page.violation(
            number, "expected Returns, Raises, a note, or the end of the callable"
        )
    if line.startswith(_RETURNS):
        text = unescape(line.removeprefix(_RETURNS), page.style)
        return Section("returns", text), page.expect(number + 1, "")
    if line == _RETURNS_BLOCK:
        last = number + 2
        while last < end and not (page[last - 1] == "" and begins(page, last)):
            last += 1
        text = page.text(number + 2, last)
        return Section("returns", unescape(text, page.style)), last
    if line == _NOTE:
        return _note(page, number)
    return _raises(page, number)


def _note(page: Lines, number: int) -> tuple[Section, int]:
    last = number + 1
    while page[last].startswith(">"):
        last += 1
    text = "\n".join(line[2:] for line in page.lines[number + 1 : last])
    return Section("notes", text), page.expect(last, "")


def _raises(page: Lines, number: int) -> tuple[Section, int]:
    number = page.expect(number, *_RAISES)
    errors: dict[str, str] = {}
    while page[number].startswith("| `"):
        match = _ROW.fullmatch(page[number])
        if match is None or _BAR.search(match[2]):
            raise page.violation(number, "expected an exception and a text")
        name, text = match[1], from_cell(match[2], page.style)
        errors[name] = with_reason(errors[name], text) if name in errors else text
        number += 1
    return Section("raises", errors=errors), page.expect(number, "")


def of_callable(page: Lines, number: int, end: int) -> Tail:
    """Read the sections of a callable: Returns, Raises and a note, in this order."""
    found = read(page, number, end)
    kinds = [section.kind for section in found]
    if kinds != [kind for kind in ("returns", "raises", "notes") if kind in kinds]:
        raise page.violation(
            number, "expected at most Returns, Raises and a note, in this order"
        )
    return _tail(found)


def of_class(page: Lines, number: int, end: int) -> tuple[Tail, Tail]:
    """Split the sections of a class page into those of the constructor and those of the class."""
    found = read(page, number, end)
    for split in range(len(found) + 1):
        own, rest = found[:split], found[split:]
        kinds = [section.kind for section in own]
        others = [section.kind for section in rest]
        in_order = [kind for kind in ("returns", "raises", "notes") if kind in kinds]
        if kinds == in_order and others in (
            [],
            ["raises"],
            ["notes"],
            ["raises", "notes"],
        ):
            return _tail(own), _tail(rest)
    raise page.violation(number, "expected Returns, Raises and a note, in this order")


def _tail(found: list[Section]) -> Tail:
    by_kind = {section.kind: section for section in found}
    nothing = Section("")
    return Tail(
        by_kind.get("returns", nothing).text,
        by_kind.get("raises", nothing).errors,
        by_kind.get("notes", nothing).text,
    )
