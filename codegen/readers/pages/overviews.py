"""Landing pages and indexes: what they list, still apart from what other pages say of it.

Knows the tables of these pages and their links. It must not know other pages.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from codegen.readers.pages.front import Front
from codegen.readers.pages.lines import Lines, first_that_fits
from codegen.readers.pages.modules import is_name

_COLUMNS = {
    "Classes": "Class",
    "Protocols": "Protocol",
    "Functions": "Function",
    "Packages": "Package",
}
_ROW = re.compile(r"\| \[`([^`]+)`\]\(([^()\s]*)\) \| (.*) \|")
_INDEX_ROW = re.compile(r"\| \[`([^`]+)`\]\(([^()\s]*)\) \|(.*) \|")
_LISTED = re.compile(r"\| \[`([^`]+)`\]")

Kind = Literal["landing", "directory", "classes", "packages"]


class Row(NamedTuple):
    """What a table says of one thing: its table, module, name there, and summary; and the line."""

    table: str
    module: str
    name: str
    summary: str
    line: int


class OverviewFacts(NamedTuple):
    """What a landing page or an index says."""

    kind: Kind
    doc: str | None
    rows: list[Row]
    base: str | None


def is_index(page: Lines, start: int) -> bool:
    """Whether an index begins at a line."""
    title = page[start].removeprefix("# ")
    column = _COLUMNS.get(title)
    return page.starts(start, f"# {title}", "", f"| {column} | Description |", "|-|-|")


def lists_packages(page: Lines, start: int) -> bool:
    """Whether the directory of a page is that of a landing page: one that names modules."""
    for number in page.find("## Directory", start, len(page)):
        if page[number + 2] in ("### Functions", "### Packages"):
            return True
        match = _LISTED.match(page[number + 6])
        if match and "." in match[1]:
            return True
    return False


def index(page: Lines, start: int) -> OverviewFacts:
    """Read an index of classes and protocols, or of packages."""
    rows: list[tuple[Row, str]] = []
    number = start
    packages = page[start] == "# Packages"
    titles = ("Packages",) if packages else ("Classes", "Protocols")
    for title in titles:
        if page[number] == f"# {title}":
            head = ("", f"| {_COLUMNS[title]} | Description |", "|-|-|")
            number = page.expect(number + 1, *head)
            form = _ROW if packages else _INDEX_ROW
            found, number = _rows(page, number, title, form)
            rows += found
    if number != len(page):
        raise page.violation(number, "expected a row, or the end of the page")
    kind: Kind = "packages" if packages else "classes"
    return OverviewFacts(kind, None, [row for row, _ in rows], _base(page, rows))


def landing(page: Lines, start: int) -> OverviewFacts:
    """Read a landing page without a directory, from the line behind its title."""
    doc = page.text(start, len(page)) if start < len(page) else None
    return OverviewFacts("landing", doc, [], None)


def directory(page: Lines, start: int) -> OverviewFacts:
    """Read a landing page with a directory, from the line behind its title."""

    def read(number: int) -> OverviewFacts:
        doc = page.text(start, number) if number > start else None
        rows: list[tuple[Row, str]] = []
        place = page.expect(number, "## Directory", "")
        for title, column in _COLUMNS.items():
            if page[place] == f"### {title}":
                head = ("", f"| {column} | Description |", "|-|-|")
                place = page.expect(place + 1, *head)
                found, place = _rows(page, place, title, _ROW)
                rows += found
                place = page.expect(place, "")
        if place != len(page):
            raise page.violation(place, "expected a table, or the end of the page")
        return OverviewFacts(
            "directory", doc, [row for row, _ in rows], _base(page, rows)
        )

    found = first_that_fits(page.find("## Directory", start, len(page)), read)
    if found is None:
        raise page.violation(start, "expected the heading '## Directory'")
    return found


def _rows(
    page: Lines, number: int, title: str, form: re.Pattern[str]
) -> tuple[list[tuple[Row, str]], int]:
    found: list[tuple[Row, str]] = []
    while page[number].startswith("| "):
        match = form.fullmatch(page[number])
        if match is None:
            gap = "" if form is _INDEX_ROW else " "
            message = f"expected '| [`name`](link) |{gap}summary |'"
            raise page.violation(number, message)
        name, href, summary = match.groups()
        if title == "Functions" and not name.endswith("()"):
            raise page.violation(number, "expected '()' behind the name of a function")
        name = name.removesuffix("()")
        module, last = (name, "") if title == "Packages" else _split(name)
        if not is_name(module) or (title != "Packages" and not last.isidentifier()):
            raise page.violation(number, "expected the dotted name of what is listed")
        base = _way(page, href, module, number)
        found.append((Row(title, module, last, summary, number), base))
        number += 1
    return found, number


def _split(name: str) -> tuple[str, str]:
    module, _, last = name.rpartition(".")
    return module, last


def _way(page: Lines, href: str, module: str, number: int) -> str:
    """The way to the folder that holds the module's page or folder."""
    place = href.partition("#")[0]
    if page.flat:
        folder, name = place, module.lower()
    else:
        folder, name = place.removesuffix("/_index"), module
        if folder != name and not folder.endswith(f"/{name}"):
            folder = folder.rpartition("/")[0]
    if folder == name:
        return ""
    if not folder.endswith(f"/{name}"):
        raise page.violation(number, f"expected a link into the folder of '{module}'")
    return folder.removesuffix(f"/{name}")


def _base(page: Lines, rows: list[tuple[Row, str]]) -> str | None:
    """The way that all links share."""
    for row, base in rows:
        if base != rows[0][1]:
            raise page.violation(
                row.line, f"expected a link that begins with '{rows[0][1]}'"
            )
    return rows[0][1] if rows else None


def front_title(facts: OverviewFacts, front: Front) -> str | None:
    """The title to keep: none where it follows from what is listed."""
    tables = dict.fromkeys(row.table for row in facts.rows)
    usual = {"packages": "Packages", "classes": " & ".join(tables) or "Classes"}
    return None if usual.get(facts.kind) == front.title else front.title
