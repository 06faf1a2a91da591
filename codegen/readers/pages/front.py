"""The front matter of a page.

Knows the entries a page may have, their order and their form. It must not know what follows.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from codegen.model import FrontMatter
from codegen.readers.pages.lines import Violation

_KEYS = (
    "title",
    "description",
    "icon",
    "version",
    "variants",
    "layout",
    "weight",
    "sidebar_expanded",
)
_LAYOUT = "layout: py_api"
_ENTRY = re.compile(r"([a-z_]+): (.*)")
_MOST_LINES = 40


class Front(NamedTuple):
    """The title of a page, what else its front matter says, and the number of the line behind it."""

    title: str
    matter: FrontMatter
    end: int


def is_reference_page(lines: list[str]) -> bool:
    """Whether the front matter says that this is a reference page."""
    if not lines or lines[0].rstrip("\r") != "---":
        return False
    for line in lines[1:_MOST_LINES]:
        if line.rstrip("\r") == "---":
            return False
        if line.strip() == _LAYOUT:
            return True
    return False


def read(lines: list[str]) -> Front:
    """Read the front matter of a reference page, up to the blank line behind it."""
    entries: dict[str, str] = {}
    number = 1
    while number < len(lines) and lines[number] != "---":
        _entry(lines[number], number, entries)
        number += 1
    if "title" not in entries:
        raise Violation(number, "the front matter has no entry 'title'")
    if number + 1 >= len(lines) or lines[number + 1] != "":
        raise Violation(number + 1, "expected a blank line behind the front matter")
    return Front(entries["title"], _matter(entries), number + 2)


def _entry(line: str, number: int, entries: dict[str, str]) -> None:
    match = _ENTRY.fullmatch(line)
    if match is None or match[1] not in _KEYS:
        hint = f"the front matter has the entries {', '.join(_KEYS)}"
        raise Violation(number, "this is no entry of the front matter", hint)
    key, value = match.groups()
    if entries and _KEYS.index(key) <= _KEYS.index(next(reversed(entries))):
        hint = f"the order is {', '.join(_KEYS)}"
        raise Violation(number, f"the entry '{key}' stands in the wrong place", hint)
    problem = _problem(key, value)
    if problem:
        raise Violation(number, problem, column=len(key) + 2, length=len(value))
    entries[key] = value


def _problem(key: str, value: str) -> str:
    """What is wrong with the value of an entry."""
    match key:
        case "description" if _quoted(value) is None:
            return "expected a text in double quotes"
        case "layout" if value != "py_api":
            return "expected 'py_api'"
        case "weight" if not re.fullmatch(r"-?[1-9][0-9]{0,8}", value):
            return "expected a whole number other than zero"
        case "sidebar_expanded" if value != "true":
            return "expected 'true'"
        case "variants" if not re.fullmatch(r"([+-][\w-]+( [+-][\w-]+)*)?", value):
            return "expected signed names, such as '+web -print'"
        case "title" | "icon" | "version" if " ".join(value.split()) != value:
            return "expected words with single spaces between them"
    return ""


def _quoted(value: str) -> str | None:
    try:
        text = json.loads(value)
    except ValueError:
        return None
    same = isinstance(text, str) and json.dumps(text, ensure_ascii=False) == value
    return text if same else None


def _matter(entries: dict[str, str]) -> FrontMatter:
    description = entries.get("description")
    return FrontMatter(
        version=entries.get("version", ""),
        # An entry that names none is kept as one empty name.
        variants=tuple(entries["variants"].split(" ")) if "variants" in entries else (),
        description=None if description is None else _quoted(description),
        icon=entries.get("icon"),
        weight=int(entries.get("weight", "0")),
        sidebar_expanded="sidebar_expanded" in entries,
    )
