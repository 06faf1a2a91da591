"""Landing pages and indexes put beside the modules they are about.

Knows what such a page lists, and that nothing it lists is told twice. It must not know how a page is read.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import msgspec

from codegen.diagnostics import Diagnostic
from codegen.model import (
    Class,
    ClassPage,
    Function,
    Module,
    Overview,
    Page,
    Summaries,
)
from codegen.page_texts import summary, with_summary
from codegen.placement import is_flat, module_file
from codegen.readers.pages.lines import Lines
from codegen.readers.pages.naming import (
    flatness,
    folder,
    free_name,
    guess_name,
    with_matter,
)
from codegen.readers.pages.overviews import OverviewFacts, Row, front_title
from codegen.readers.pages.reading import PageRead
from codegen.readers.pages.tables import documented

_ANCHOR = re.compile(r"\| \[`[^`]+`\]\([^()\s]*#")
_USUAL_BASE = {"classes": "../packages"}


def add_overview(
    read: PageRead,
    facts: OverviewFacts,
    modules: dict[str, Module],
    findings: list[Diagnostic],
) -> None:
    """Give a page to the module it is about; where other pages say something else of these, to one of its own."""
    about = _about(read, facts, modules) or guess_name(read, findings)
    name = about
    if facts.rows and not _agrees(about, read, facts, modules):
        name = free_name(about, {key.casefold() for key in modules})
    for row in facts.rows:
        _add_row(row, name + row.module[len(about) :], read, modules)
    module = modules.get(name) or _unwritten(name, about, read)
    overview = _overview(read, facts, module.page)
    title = overview.title
    if title == about:
        overview = msgspec.structs.replace(overview, title=None)
    shown = {**module.overviews, read.path: overview}
    modules[name] = msgspec.structs.replace(module, overviews=shown)
    _mark_listed(name, about, facts, modules)


def _overview(read: PageRead, facts: OverviewFacts, page: Page) -> Overview:
    overview = Overview(
        kind=facts.kind,
        title=front_title(facts, read.front),
        doc=facts.doc,
        base=None if facts.base == _USUAL_BASE.get(facts.kind, "") else facts.base,
    )
    overview = with_matter(overview, read.front.matter, read.line_ends)
    return msgspec.structs.replace(
        overview,
        version=None if overview.version == page.version else overview.version,
        variants=() if overview.variants == page.variants else overview.variants,
        summaries=_summaries(read, page),
    )


def _summaries(read: PageRead, page: Page) -> Summaries | None:
    """How a page shortens texts, where that of its module does it otherwise."""
    same = read.page.summaries == page.summaries
    return None if same else read.page.summaries or "line"


def _about(read: PageRead, facts: OverviewFacts, modules: dict[str, Module]) -> str:
    """The module whose own page and those below it a page is about; empty where that is not to be told."""
    names = [row.module for row in facts.rows]
    if not names:
        place = folder(read)
        names = [
            name
            for name, module in modules.items()
            if module_file(name, module).startswith(f"{place}/" if place else "")
        ]
    shared: list[str] = []
    for level in zip(*(name.split(".") for name in names), strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    return ".".join(shared)


def _agrees(
    about: str, read: PageRead, facts: OverviewFacts, modules: dict[str, Module]
) -> bool:
    """Whether a page lists just what other pages show of the modules it is about."""
    rows = {(row.table, row.module, row.name): row for row in facts.rows}
    editions = Counter(module.page.documents or key for key, module in modules.items())
    for name, module in modules.items():
        if name != about and not name.startswith(f"{about}."):
            continue
        page = module.page
        if page.documents is not None or not _is_linked(name, page, read, facts):
            return False
        if editions[name] > 1 and page.version != read.front.matter.version:
            return False
        listed = {(t, n) for t, m, n in rows if m == name}
        if page.written and not _shows(module, listed, facts.kind):
            return False
        for key, doc in _texts(module, facts.kind):
            row = rows.get((key[0], name, key[1]))
            if row is None or not _says(doc, row.summary, read.page):
                return False
    return True


def _is_linked(name: str, page: Page, read: PageRead, facts: OverviewFacts) -> bool:
    """Whether links to classes are those of a page with all of them, where the module has such a page."""
    lines = [
        read.page[row.line]
        for row in facts.rows
        if row.module == name and row.table in ("Classes", "Protocols")
    ]
    if not lines:
        return is_flat(page) == read.page.flat or not page.written
    return all((_ANCHOR.match(line) is not None) == is_flat(page) for line in lines)


def _texts(module: Module, kind: str) -> list[tuple[tuple[str, str], str]]:
    """What a page of a kind lists of a module, with the texts of it."""
    found: list[tuple[tuple[str, str], str]] = []
    if kind in ("classes", "directory"):
        for name, cls in module.classes.items():
            table = "Protocols" if cls.kind == "protocol" else "Classes"
            found.append(((table, name), cls.doc))
    if kind == "directory":
        found += [(("Functions", n), f.doc) for n, f in module.functions.items()]
    return found


def _shows(module: Module, listed: set[tuple[str, str]], kind: str) -> bool:
    known = {key for key, _ in _texts(module, kind)}
    return {key for key in listed if key[0] != "Packages"} <= known


def _says(doc: str, shown: str, page: Lines) -> bool:
    how = page.style, page.summaries
    return summary(with_summary(doc, shown, *how), *how) == shown


def _add_row(row: Row, name: str, read: PageRead, modules: dict[str, Module]) -> None:
    """Add what a row says and no other page does."""
    module = modules.get(name) or _unwritten(name, row.module, read)
    changes: dict[str, Any] = {}
    shown = documented(row.name)
    if row.table == "Packages":
        if not module.page.written and not module.doc:
            changes["doc"] = row.summary
    elif row.table == "Functions":
        if row.name not in module.functions:
            function = Function(doc=row.summary, documented=shown)
            changes["functions"] = {**module.functions, row.name: function}
    else:
        if row.name not in module.classes:
            cls = Class(
                doc=row.summary,
                kind="protocol" if row.table == "Protocols" else "class",
                page=ClassPage(written=False),
                documented=shown,
            )
            changes["classes"] = {**module.classes, row.name: cls}
    modules[name] = msgspec.structs.replace(module, **changes) if changes else module


def _unwritten(name: str, shown: str, read: PageRead) -> Module:
    """A module of which only a landing page or an index is known."""
    matter = read.front.matter
    page = Page(
        style=read.page.style,
        flat=flatness(read),
        version=matter.version,
        variants=matter.variants,
        written=False,
        documents=None if name == shown else shown,
    )
    return Module(module=name, page=page)


def _mark_listed(
    name: str, about: str, facts: OverviewFacts, modules: dict[str, Module]
) -> None:
    """Say of each module whether lists of packages show it, where that does not follow from what it holds."""
    rows = (row.module for row in facts.rows if row.table == "Packages")
    listed = {name + module[len(about) :] for module in rows}
    if not listed:
        return
    for key, module in modules.items():
        if key == name or key.startswith(f"{name}."):
            shown = key in listed
            has_content = bool(module.classes or module.functions or module.variables)
            if shown != has_content:
                page = msgspec.structs.replace(module.page, listed=shown)
                modules[key] = msgspec.structs.replace(module, page=page)
