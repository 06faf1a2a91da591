"""The search index: names, roles, places and words as one script that defines them.

Knows the form of the index, which ``assets/site.js`` reads. A page that is opened as a file may not fetch data, but it may
run a script beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

ROLES = (
    "class",
    "exception",
    "function",
    "module",
    "type",
    "method",
    "classmethod",
    "staticmethod",
    "property",
    "attribute",
    "data",
    "guide",
    "parameter",
)
"""What an entry of the index can be, by its number there; the order breaks ties between equally good results."""


class Found(NamedTuple):
    """An entry: its name on its page, its role, its anchor, and the words it can be found by."""

    name: str
    role: str
    anchor: str
    words: str


def page(path: str, prefix: str, entries: Iterable[Found]) -> str:
    """Write the entries of one page as JSON; ``prefix`` stands before their names where a result says where it is."""
    rows = [
        [
            entry.name,
            ROLES.index(entry.role),
            entry.anchor if entry.anchor != entry.name else 0,
            entry.words,
        ]
        for entry in entries
    ]
    return json.dumps([path, prefix, rows], ensure_ascii=False, separators=(",", ":"))


def script(pages: Iterable[str]) -> str:
    """Join the entries of all pages to a script."""
    roles = json.dumps(ROLES, separators=(",", ":"))
    body = ",\n".join(pages)
    # Some old parsers take these two for line ends, even inside a string.
    body = body.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f"window.searchIndex={{roles:{roles},pages:[\n{body}\n]}};\n"
