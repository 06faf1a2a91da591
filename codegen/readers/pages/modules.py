"""Pages of modules and classes: their facts, still apart from what other pages say of the same module.

Knows what stands on these pages and in which order. It must not know other pages.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from codegen.model import Function
from codegen.readers.pages.bodies import ReadClass, class_body
from codegen.readers.pages.callables import callables
from codegen.readers.pages.front import Front
from codegen.readers.pages.lines import Lines, first_that_fits
from codegen.readers.pages.tables import Listed, method_list, properties

_FIRST, _LAST = 0, -1
_DIRECTORY = "## Directory"
_LONGEST_NAME = 200
_PACKAGE = re.compile(r"\*\*Package:\*\* `(.+)`")
_ROW = re.compile(r"\| \[`([^\W\d]\w*)`\]\(([^()\s]*)\) \| (.*) \|")
_TABLES = (("Classes", "Class"), ("Protocols", "Protocol"), ("Errors", "Exception"))


class Entry(NamedTuple):
    """What a directory says of a class: the table it stands in, where its page is, its summary, and the line."""

    table: str
    href: str
    summary: str
    line: int


class ClassFacts(NamedTuple):
    """What a class's own page says."""

    module: str
    name: str
    body: ReadClass


class ModuleFacts(NamedTuple):
    """What a module's page says; ``name`` is None where the page does not tell it."""

    name: str | None
    doc: str
    directory: dict[str, Entry]
    functions: dict[str, Function]
    variables: dict[str, Listed]
    bodies: dict[str, ReadClass]


def package_line(page: Lines, start: int) -> str | None:
    """The module that a class page names behind its title; None on other pages."""
    match = _PACKAGE.fullmatch(page[start])
    return match[1] if match else None


def class_page(page: Lines, front: Front, start: int) -> ClassFacts:
    """Read the page of a class, from the line that names its module."""
    module = package_line(page, start)
    if module is None or not is_name(module):
        raise page.violation(start, "expected '**Package:** `name.of.the.module`'")
    name = front.title
    if not name.isidentifier():
        raise page.violation(start - 2, "expected the name of a class")
    end = len(page)
    body = class_body(page, name, page.expect(start + 1, ""), end, 2)
    return ClassFacts(module, name, body)


def is_name(name: str) -> bool:
    """Whether a module can be called so, and a file after it."""
    return len(name.encode()) <= _LONGEST_NAME and all(
        part.isidentifier() for part in name.split(".")
    )


def module_page(page: Lines, front: Front, start: int) -> ModuleFacts:
    """Read the page of a module, from the line behind its title."""

    def read(number: int) -> ModuleFacts:
        doc = "\n".join(page.lines[start:number])
        if doc == "" and number > start:
            raise page.violation(
                start, "expected the text of the module or its directory"
            )
        return _from_directory(page, front, doc, number)

    candidates = [
        number
        for number in page.find(_DIRECTORY, start, len(page))
        if page[number + 1] == ""
    ]
    found = first_that_fits(candidates, read)
    if found is None:
        raise page.violation(start, f"expected the heading {_DIRECTORY!r}")
    return found


def _from_directory(page: Lines, front: Front, doc: str, number: int) -> ModuleFacts:
    directory, number = _directory(page, page.expect(number, _DIRECTORY, ""))
    names: dict[str, str] = {}
    if page[number] == "### Methods":
        names, number = method_list(page, number, 3)
    variables: dict[str, Listed] = {}
    if page[number] == "### Variables":
        variables, number = properties(page, number, "Variables", 3)
    if names:
        number = page.expect(number, "## Methods", "")
    name = _name(page, front, directory)
    end = len(page)

    def read(pick: int) -> ModuleFacts:
        places = _class_places(page, name, list(directory), number, end, pick)
        last = min(places.values(), default=end)
        functions = callables(page, names, number, last, 4, None)
        found = _bodies(page, places, end)
        return ModuleFacts(name, doc, directory, functions, variables, found)

    # A text may quote the heading of a class that comes later.
    found = first_that_fits([_FIRST, _LAST] if page.flat else [_FIRST], read)
    assert found is not None
    return found


def _directory(page: Lines, number: int) -> tuple[dict[str, Entry], int]:
    found: dict[str, Entry] = {}
    for title, column in _TABLES:
        if page[number] != f"### {title}":
            continue
        number = page.expect(number + 1, "", f"| {column} | Description |", "|-|-|")
        while page[number].startswith("| "):
            match = _ROW.fullmatch(page[number])
            if match is None:
                raise page.violation(number, "expected '| [`Name`](link) | summary |'")
            name, href, summary = match.groups()
            if name in found:
                raise page.violation(number, f"'{name}' is listed twice")
            found[name] = Entry(title, href, summary, number)
            number += 1
        number = page.expect(number, "")
    return found, number


def _name(page: Lines, front: Front, directory: dict[str, Entry]) -> str | None:
    """The module's name, as its headings, links or title tell it."""
    for entry in directory.values():
        if page.flat:
            return _flat_name(page, front, list(directory))
        folder, _, _ = entry.href.rpartition("/")
        if folder == ".":
            return None
        name = folder.removeprefix("../")
        if not folder.startswith("../") or not is_name(name):
            raise page.violation(
                entry.line, "expected a link '../name.of.the.module/class'"
            )
        return name
    return front.title if is_name(front.title) else None


def _flat_name(page: Lines, front: Front, classes: list[str]) -> str:
    """The name in front of the classes in the headings of a flat page."""
    if is_name(front.title):
        return front.title
    for line in page.lines:
        name, _, last = line.removeprefix("## ").rpartition(".")
        if line.startswith("## ") and last in classes and is_name(name):
            return name
    raise page.violation(len(page), "expected a heading '## name.of.the.module.Class'")


def _class_places(
    page: Lines,
    name: str | None,
    classes: list[str],
    start: int,
    end: int,
    pick: int,
) -> dict[str, int]:
    """Where each class begins on a flat page: at the first or the last line that can be its heading."""
    if not page.flat:
        return {}
    found: dict[str, int] = {}
    for cls in sorted(classes):
        heading = f"## {name}.{cls}"
        places = [n for n in page.find(heading, start, end) if page[n + 1] == ""]
        if not places:
            raise page.violation(
                end, f"expected the heading {heading!r}, which the directory names"
            )
        found[cls] = start = places[pick]
    return found


def _bodies(page: Lines, places: dict[str, int], end: int) -> dict[str, ReadClass]:
    found: dict[str, ReadClass] = {}
    starts = [*places.values(), end]
    for cls, start, last in zip(places, starts, starts[1:], strict=False):
        found[cls] = class_body(page, cls, start + 2, last, 3)
    return found
