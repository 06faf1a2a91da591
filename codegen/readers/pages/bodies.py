"""The body of a class: its text, its constructor, and its members.

Knows in which order each style puts them. It must not know on which page they stand.
"""

from __future__ import annotations

from typing import NamedTuple

from codegen.model import Class, Dataclass, Function, PageStyle
from codegen.readers.pages import declarations, sections
from codegen.readers.pages.callables import callables, described, text
from codegen.readers.pages.lines import Lines, Violation, first_that_fits
from codegen.readers.pages.tables import (
    LIST_HEAD,
    TABLE_HEAD,
    Listed,
    method_list,
    properties,
)

_FLAT: PageStyle = "2.0.0b31"
_MODERN: PageStyle = "2.6"
_METHODS_FIRST: tuple[PageStyle, ...] = (_FLAT, "2.0.0b43")


class Members(NamedTuple):
    """Where the members of a class begin on a page, and what they are."""

    start: int
    methods: dict[str, Function]
    properties: dict[str, Listed]


class ReadClass(NamedTuple):
    """A class as a page shows it; its properties still wait for what other pages say of their types."""

    head: Class
    methods: dict[str, Function]
    properties: dict[str, Listed]


def class_body(page: Lines, name: str, start: int, end: int, level: int) -> ReadClass:
    """Read what a page says of a class."""
    members = _members(page, start, end, level, name)
    head = _head(page, name, start, members.start, level)
    return ReadClass(head, members.methods, members.properties)


def _members(page: Lines, start: int, end: int, level: int, owner: str) -> Members:
    title = f"{'#' * level} Properties"
    if page.style in _METHODS_FIRST:
        listed, end = _last_table(page, title, start, end, level)
        found = _methods(page, start, end, level, owner)
        return found._replace(properties=listed)
    found = _methods(page, start, end, level, owner)
    listed, first = _last_table(page, title, start, found.start, level)
    return found._replace(start=first, properties=listed)


def _last_table(
    page: Lines, title: str, start: int, end: int, level: int
) -> tuple[dict[str, Listed], int]:
    """Read the table of properties a region ends with; return where it begins, or the end without one."""
    for number in reversed(page.find(title, start, end)):
        if not page.starts(number + 1, *TABLE_HEAD):
            continue
        found, behind = properties(page, number, "Properties", level)
        if behind == end:
            return found, number
        if not any(page.lines[behind:end]):
            raise page.violation(behind, "expected the end of the table here")
    return {}, end


def _methods(page: Lines, start: int, end: int, level: int, owner: str) -> Members:
    def read(number: int) -> Members:
        names, first = method_list(page, number, level)
        methods = callables(page, names, first, end, level + 1, owner)
        return Members(number, methods, {})

    title = f"{'#' * level} Methods"
    candidates = [
        number
        for number in page.find(title, start, end)
        if page.starts(number + 1, *LIST_HEAD)
    ]
    return first_that_fits(candidates, read) or Members(end, {}, {})


def _head(page: Lines, name: str, start: int, end: int, level: int) -> Class:
    """Read what stands before the members: the text, the constructor, and the sections of both."""
    title = f"{'#' * level} Parameters"
    openings = (f"class {name}(", f"def {name}()", f"protocol {name}()")
    fences = [
        number
        for number in reversed(page.find(declarations.FENCE, start, end))
        if page[number + 1] in openings
    ]
    if page.style == _MODERN:
        # A protocol has no heading of its own.
        headed = [number for number in fences if page.starts(number - 2, title, "")]
        fences = headed or [n for n in fences if page[n + 1] != openings[0]]

    def read(fence: int) -> Class:
        is_headed = page.style == _MODERN and page.starts(fence - 2, title, "")
        first = fence - 2 if is_headed else fence
        return _constructed(page, name, start, first, fence, end)

    try:
        found = first_that_fits(fences, read)
    except Violation:
        if any(page.find(line, start, end) for line in (title, table_head(page.style))):
            raise
        found = None
    return found or _plain(page, start, end, openings)


def table_head(style: PageStyle) -> str:
    """The first line of a table of parameters."""
    return declarations.header(style)[0]


def _plain(page: Lines, start: int, end: int, openings: tuple[str, ...]) -> Class:
    """A class without a constructor."""
    if end > start and page[end - 2] != "":
        for number in page.find(declarations.FENCE, start, end):
            if page[number + 1] in openings:
                raise page.violation(number + 1, "expected a whole declaration")
    rest, tail = end, sections.Tail()
    if page.style == _MODERN:
        rest = sections.start(page, start, end)
        tail = sections.of_class(page, rest, end)[1]
    doc = text(page, start, rest)
    return Class(doc=doc, raises=tail.raises, notes=tail.notes)


def _constructed(
    page: Lines, name: str, start: int, first: int, fence: int, end: int
) -> Class:
    """A class whose constructor is declared in a fence; its own text ends before the line ``first``."""
    declared = declarations.declaration(page, fence, name, is_class=True)
    init_doc, parameters, rest = described(page, declared, declared.end, end)
    of_init, of_class = sections.Tail(), sections.Tail()
    if page.style == _MODERN:
        of_init, of_class = sections.of_class(page, rest, end)
    made = any(parameter.factory for parameter in parameters.values())
    hidden = declared.keyword == "protocol"
    # In the modern style only a protocol stands without a heading.
    is_protocol = hidden or (page.style == _MODERN and first == fence)
    return Class(
        kind="protocol" if is_protocol else "class",
        doc=text(page, start, first),
        dataclass=Dataclass() if made else None,
        parameters=None if hidden else parameters,
        init_doc=init_doc,
        init_returns=of_init.returns,
        init_raises=of_init.raises,
        init_notes=of_init.notes,
        raises=of_class.raises,
        notes=of_class.notes,
    )
