"""Tables of properties and variables, and lists of methods.

Knows the rows of these tables in each style. It must not know on which page they stand.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from codegen.model import PageStyle, Property
from codegen.page_texts import from_cell
from codegen.readers.pages import declarations
from codegen.readers.pages.lines import Lines

_FLAT: PageStyle = "2.0.0b31"

LIST_HEAD = ("", "| Method | Description |", "|-|-|")
TABLE_HEAD = ("", "| Property | Type | Description |", "|-|-|-|")

_LIST_ROW = re.compile(r"\| \[`([^\W\d]\w*)\(\)`\]\(#[^()\s]*\) \| (.*) \|")
_TABLE_ROW = re.compile(r"\| `([^\W\d]\w*)` \| (?:`(.*?)`)? \| (.*) \|", re.DOTALL)
_MULTILINE = ("{{< multiline >}}", "{{< /multiline >}}")
_BAR = re.compile(r"(?<!\\)\|")


class Listed(NamedTuple):
    """What a table of properties says of one."""

    type: str
    doc: str
    line: int


def method_list(page: Lines, start: int, level: int) -> tuple[dict[str, str], int]:
    """Read a list of methods; return their summaries by name, and the number of the line behind it."""
    number = page.expect(start, f"{'#' * level} Methods", *LIST_HEAD)
    names: dict[str, str] = {}
    while page[number].startswith("| "):
        match = _LIST_ROW.fullmatch(page[number])
        if match is None:
            raise page.violation(number, "expected '| [`name()`](#name) | summary |'")
        if match[1] in names:
            raise page.violation(number, f"'{match[1]}' is listed twice")
        names[match[1]] = match[2]
        number += 1
    if not names:
        raise page.violation(number, "expected a method; an empty list is left out")
    return names, page.expect(number, "", "")


def properties(
    page: Lines, start: int, title: str, level: int
) -> tuple[dict[str, Listed], int]:
    """Read a table of properties or variables; return the number of the line behind it, too."""
    number = page.expect(start, f"{'#' * level} {title}", *TABLE_HEAD)
    found: dict[str, Listed] = {}
    while page[number].startswith("| `"):
        last = _row_end(page, number)
        match = _TABLE_ROW.fullmatch("\n".join(page.lines[number : last + 1]))
        if match is None:
            raise page.violation(number, "expected '| `name` | `type` | text |'")
        name, type_, text = match.groups()
        if name in found:
            raise page.violation(number, f"'{name}' is listed twice")
        type_ = (type_ or "").replace("\\|", "|")
        found[name] = Listed(type_, _property_text(page, number, text), number)
        number = last + 1
    if not found:
        raise page.violation(number, "expected a row; an empty table is left out")
    return found, page.expect(number, "")


def _row_end(page: Lines, number: int) -> int:
    """The last line of a row, which in the oldest style may have several."""
    if page.style != _FLAT or _MULTILINE[0] not in page[number]:
        return number
    for last in range(number, len(page)):
        ends = page[last].endswith(f"{_MULTILINE[1]} |")
        if ends and (page[last + 1] == "" or page[last + 1].startswith("| `")):
            return last
    raise page.violation(number, f"expected '{_MULTILINE[1]} |' at the end of the row")


def _property_text(page: Lines, number: int, text: str) -> str:
    if page.style == _FLAT:
        opening, closing = _MULTILINE
        if text == "":
            return ""
        if not text.startswith(opening) or not text.endswith(closing):
            raise page.violation(
                number, f"expected the text between '{opening}' and '{closing}'"
            )
        return text[len(opening) : -len(closing)]
    if _BAR.search(text) or text.strip() != text:
        raise page.violation(number, "expected the text in one cell")
    return from_cell(text, page.style)


def documented(name: str) -> bool | None:
    """What to say of something that is shown: nothing unless its name is private."""
    return True if name.startswith("_") else None


def property_of(name: str, listed: Listed, page: Lines, *, typed: bool) -> Property:
    """Return a property as a spec holds it; ``typed`` says whether the pages of its module show types."""
    doc, shown = listed.doc, documented(name)
    type_, documented_as = listed_type(page, listed, typed=typed)
    return Property(type=type_, documented_as=documented_as, doc=doc, documented=shown)


def listed_type(page: Lines, listed: Listed, *, typed: bool) -> tuple[str, str | None]:
    """The type of a property or variable, and its printed form where that is something else."""
    if not typed:
        return "Any", None
    if not listed.type:
        return "Any", ""
    type_, documented_as = declarations.type_of(page, listed.line, listed.type)
    return type_ or "Any", documented_as
