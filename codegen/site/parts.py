"""The parts of a site, each made from few inputs: the pages of a module, a guide, a file that is shown.

Knows what a part leaves behind for the indexes of the whole site, so that a part that has not changed need not be made
again. It must not know how a page looks or what an index looks like.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from codegen.package import Package
from codegen.shapes import shape
from codegen.site import api_pages, changes, guides, links, places, search, sources
from codegen.site.api_pages import ApiPage
from codegen.site.changes import Changes
from codegen.site.facts import Fact
from codegen.site.feeds import Entry
from codegen.site.frames import Framer, Item
from codegen.site.guides import Guides
from codegen.site.links import Seen
from codegen.site.search import Found
from codegen.site.sources import Source
from codegen.site.views import Makers


class Part(NamedTuple):
    """Some files of the site, and what they have to say to the indexes. A file that stands as it was has no content.

    ``seen`` has anchors and links by page, ``search`` entries as JSON by page, ``names`` the role and the place of each
    dotted name, ``entries`` a line about each page, the first one about the part itself, and ``holds`` says how much that is.
    """

    files: dict[str, bytes | None]
    seen: dict[str, Seen]
    search: list[str]
    names: list[tuple[str, str, str]]
    entries: list[Entry]
    holds: str


def of_module(
    package: Package, makers: Makers, framer: Framer, module_name: str
) -> Part:
    """Make the pages of a module."""
    pages = api_pages.module_pages(package, makers, framer, module_name)
    files: dict[str, bytes | None] = {page.path: page.html.encode() for page in pages}
    for path, text in api_pages.markdown_pages(package, module_name).items():
        files[path] = text.encode()
    return Part(
        files,
        {page.path: links.look(page.html) for page in pages},
        [_entries(page, module_name) for page in pages],
        [
            (fact.path, fact.role.removeprefix("inherited "), _place(page, fact))
            for page in pages
            for fact in page.facts
            if fact.role != "parameter"
        ],
        [Entry(page.title, places.markdown(page.path), page.summary) for page in pages],
        _count(package, module_name, len(pages) - 1),
    )


def _place(page: ApiPage, fact: Fact) -> str:
    return f"{page.path}#{fact.anchor}" if fact.anchor else page.path


def _entries(page: ApiPage, module_name: str) -> str:
    """What search finds on a page. What is inherited is found where it is described."""
    start = len(module_name) + 1
    found = [
        Found(
            fact.path[start:] or module_name,
            fact.role,
            fact.anchor,
            fact.words,
        )
        for fact in page.facts
        if not fact.role.startswith("inherited")
    ]
    return search.page(page.path, module_name, found)


def _count(package: Package, module_name: str, classes: int) -> str:
    """How much a module holds, in words."""
    functions = sum(
        not name.startswith("_") for name in package.modules[module_name].functions
    )
    words = [
        f"{number} {one if number == 1 else many}"
        for number, one, many in (
            (classes, "class", "classes"),
            (functions, "function", "functions"),
        )
        if number
    ]
    return ", ".join(words)


def of_guide(maker: Guides, framer: Framer, file: Source) -> Part:
    """Make the page of a guide, beside a copy of its text."""
    page = maker.page(framer, file.path, file.text)
    whole = Found(page.title, "guide", "", "")
    sections = [
        Found(item.title, "guide", item.anchor, item.words) for item in page.sections
    ]
    # The first heading is the title of the whole.
    first = sections[:1] if sections and sections[0].name == page.title else []
    opening = whole._replace(words=first[0].words if first else "")
    return Part(
        {page.path: page.html.encode(), places.markdown(page.path): file.text.encode()},
        {page.path: links.look(page.html)},
        [search.page(page.path, page.title, [opening, *sections[len(first) :]])],
        [],
        [Entry(page.title, places.markdown(page.path), page.summary)],
        "",
    )


def of_changes(framer: Framer, it: Changes) -> Part:
    """Make a page of changes, as HTML and as Markdown."""
    html = changes.page(framer, it)
    words = " ".join(line.name for lines in it.sections.values() for line in lines)
    return Part(
        {it.page: html.encode(), places.markdown(it.page): it.markdown.encode()},
        {it.page: links.look(html)},
        [search.page(it.page, it.title, [Found(it.title, "guide", "", words)])],
        [],
        [Entry(it.title, places.markdown(it.page), it.summary)],
        "",
    )


def of_source(framer: Framer, page: str, file: Source) -> Part:
    """Make the page that shows a spec or a file of cores."""
    frame = framer.frame(
        page,
        file.path,
        crumbs=[
            Item(framer.outline.title, f"{places.root(page)}index.html"),
            Item(file.path, ""),
        ],
    )
    html = shape("source.html").render(
        frame=frame, name=file.path, lines=sources.numbered(file)
    )
    return Part({page: html.encode()}, {page: links.look(html)}, [], [], [], "")


def by_guide(files: Mapping[str, Source]) -> tuple[tuple[str, str], ...]:
    """The page and the title of each guide, given its file by its page."""
    return tuple(
        (page, guides.title(file.path, file.text)) for page, file in files.items()
    )
