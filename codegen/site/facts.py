"""What indexes say of a page: every name with its place, its role and the words it can be found by.

Knows which parts of a page have names. It must not know what an index looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from codegen.site.module_views import ModuleShown
from codegen.site.rows import Row
from codegen.site.views import Entry, Shown

_MARKS = re.compile(r":[\w:]+:(?=`)|[`*#]+|https?://\S+")
_MOST = 600


class Fact(NamedTuple):
    """Something with a name: its dotted path, its role, its anchor on the page, and words about it."""

    path: str
    role: str
    anchor: str
    words: str


def words(text: str) -> str:
    """A text as words: no marks, no line ends, not endless."""
    return " ".join(_MARKS.sub(" ", text[: 2 * _MOST]).split())[:_MOST]


def of_class(path: str, it: Shown) -> Iterator[Fact]:
    """Everything with a name on the page of a class."""
    role = "exception" if it.kind == "exception" else "class"
    yield Fact(path, role, it.anchor, words(it.doc))
    field_role = "attribute" if it.fields == "Fields" else "parameter"
    yield from _rows(path, field_role, it.parameters)
    yield from _rows(path, "attribute", it.attributes)
    yield from _rows(path, "property", it.properties)
    yield from _entries(path, it.methods)
    for ancestor in it.ancestors:
        for heir in ancestor.members:
            name = heir.name.removesuffix("()")
            yield Fact(f"{path}.{name}", f"inherited {heir.role}", heir.anchor, "")
    for inner in it.nested:
        yield from of_class(f"{path}.{inner.name.rpartition('.')[2]}", inner)


def of_module(it: ModuleShown) -> Iterator[Fact]:
    """Everything with a name on the page of a module."""
    yield Fact(it.name, "module", "", words(it.doc))
    for group in it.groups:
        yield from _rows(it.name, group.role, group.rows)
    yield from _entries(it.name, it.functions)


def _rows(owner: str, role: str, rows: Iterable[Row]) -> Iterator[Fact]:
    for row in rows:
        yield Fact(
            f"{owner}.{row.name.lstrip('*')}", role, row.anchor, words(row.words)
        )


def _entries(owner: str, entries: Iterable[Entry]) -> Iterator[Fact]:
    for entry in entries:
        path = f"{owner}.{entry.name}"
        yield Fact(path, entry.role, entry.anchor, words(entry.doc))
        yield from _rows(path, "parameter", entry.parameters)
