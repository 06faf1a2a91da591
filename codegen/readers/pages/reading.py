"""One page: its kind, its style, and its facts.

Knows how kinds and styles are told apart. It must not know other pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import structs

from codegen.diagnostics import Diagnostic
from codegen.model import PageStyle, Summaries
from codegen.placement import FLAT_STYLE
from codegen.readers.pages import front, modules, overviews
from codegen.readers.pages.front import Front
from codegen.readers.pages.lines import Lines, Violation, located
from codegen.readers.pages.modules import ClassFacts, ModuleFacts
from codegen.readers.pages.overviews import OverviewFacts

Facts = ClassFacts | ModuleFacts | OverviewFacts

STYLES: tuple[PageStyle, ...] = ("2.0.0b31", "2.0.0b43", "2.0.0b44", "2.6")
_MODERN: PageStyle = "2.6"
# As the style does it most of the time, and as its newest and oldest pages do.
_SUMMARIES: tuple[Summaries | None, ...] = (None, "sentence", "stop")
_BETA = re.compile(r"2\.0\.0b(\d+)")
_LATER = re.compile(r"2\.([1-9]\d*)(\.|$)")
# A page of its own for each class came with the first, today's style with the second.
_FIRST_OF_CLASSES, _FIRST_MODERN = 34, 2
# Characters a spec cannot hold: invisible ones, which show people something else than Python sees.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff"
    "\ud800-\udfff\ufffe\uffff]"
)


class PageRead(NamedTuple):
    """A page that fits the grammar of a style: its facts, and how many line ends it has at its end, if not as usual."""

    path: str
    front: Front
    facts: Facts
    page: Lines
    line_ends: int | None


def read_page(path: str, text: str) -> Iterator[PageRead | Diagnostic]:
    """Read a page in each style whose grammar fits, the one its version tells first.

    Last comes what keeps it from being read in the likeliest of the other styles, if there is one.
    """
    crlf = text.count("\r\n") == text.count("\n") == text.count("\r") > 0
    text = text.replace("\r\n", "\n") if crlf else text
    found = _INVISIBLE.search(text)
    if found is not None:
        yield _invisible(path, text, found)
        return
    try:
        matter = front.read(text.split("\n"))
    except Violation as problem:
        yield located(path, problem)
        return
    first: Violation | None = None
    for style, flat, summaries in likely_styles(matter.matter.version or ""):
        own = structs.replace(
            matter.matter, line_ends="crlf" if crlf else "lf", summaries=summaries
        )
        for ended, line_ends in _endings(text):
            lines = ended.split("\n")[:-1]
            page = Lines(path, lines, style, flat=flat, summaries=summaries)
            try:
                facts = _facts(page, matter)
            except Violation as problem:
                first = first or problem
            else:
                given = matter._replace(matter=own)
                yield PageRead(path, given, facts, page, line_ends)
    if first is not None:
        yield located(path, first)


def _invisible(path: str, text: str, found: re.Match[str]) -> Diagnostic:
    before = text[: found.start()]
    hint = "line ends are LF throughout, or CRLF" if found[0] == "\r" else "remove it"
    message = f"a spec cannot hold the character U+{ord(found[0]):04X}"
    column = len(before) - before.rfind("\n") - 1
    problem = Violation(before.count("\n"), message, hint, column, 1)
    return located(path, problem)


def _endings(text: str) -> Iterator[tuple[str, int | None]]:
    """A page as it ends; then as it would end by the grammar, with the number of line ends it has instead."""
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    if ends:
        yield text, None
    for usual in (2, 1):
        if usual != ends:
            yield body + "\n" * usual, ends


def _facts(page: Lines, matter: Front) -> Facts:
    start = matter.end
    if overviews.is_index(page, start):
        return overviews.index(page, start)
    start = page.expect(start, f"# {matter.title}", "")
    if page[start].startswith("**Package:**"):
        return modules.class_page(page, matter, start)
    if page.find("## Directory", start, len(page)):
        if overviews.lists_packages(page, start):
            return overviews.directory(page, start)
        return modules.module_page(page, matter, start)
    if "." in matter.title or any(line in _STRUCTURE for line in page.lines):
        message = (
            "expected '**Package:** `name.of.the.module`' or a heading '## Directory'"
        )
        raise page.violation(start, message)
    return overviews.landing(page, start)


# What stands on pages of classes and modules alone.
_STRUCTURE = frozenset(
    (
        "| Method | Description |",
        "| Parameter | Type |",
        "| Parameter | Type | Description |",
        "| Property | Type | Description |",
    )
)


def likely_styles(
    version: str,
) -> Iterator[tuple[PageStyle, bool, Summaries | None]]:
    """The styles a page of a version can have, whether it is flat, and how it shortens texts, the likeliest first."""
    # Pages that other tools made from today's have no version.
    likely: PageStyle = "2.0.0b44" if version else _MODERN
    beta, later = _BETA.match(version), _LATER.match(version)
    if beta is not None:
        number = int(beta[1])
        if number < _FIRST_OF_CLASSES:
            likely = "2.0.0b31"
        elif number <= 43:
            likely = "2.0.0b43"
    elif later is not None and int(later[1]) >= _FIRST_MODERN:
        likely = "2.6"
    styles = [likely, *(style for style in STYLES[::-1] if style != likely)]
    for flat in (False, True):
        for style in styles:
            if not flat or style != FLAT_STYLE:
                for summaries in _SUMMARIES if style == _MODERN else (None,):
                    yield style, flat or style == FLAT_STYLE, summaries
