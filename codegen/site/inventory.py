"""The inventory by which other Sphinx projects link here: ``objects.inv``, version 2.

Knows that format. It must not know where names come from.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import NamedTuple


class Object(NamedTuple):
    """A line of an inventory: a name, its domain and role, its place, and how it is shown where that is not its name."""

    name: str
    role: str
    place: str
    shown: str = "-"


def write(project: str, version: str, objects: Iterable[Object]) -> bytes:
    """Return an inventory; a place that ends with the name is written shorter."""
    head = (
        "# Sphinx inventory version 2\n"
        f"# Project: {_line(project)}\n"
        f"# Version: {_line(version)}\n"
        "# The remainder of this file is compressed using zlib.\n"
    )
    lines = sorted(_object(item) for item in set(objects))
    return head.encode() + zlib.compress("".join(lines).encode(), 9)


def _object(item: Object) -> str:
    place = item.place
    if place.endswith(item.name):
        place = place.removesuffix(item.name) + "$"
    return f"{item.name} {item.role} 1 {place} {_line(item.shown)}\n"


def _line(text: str) -> str:
    return " ".join(text.split())
