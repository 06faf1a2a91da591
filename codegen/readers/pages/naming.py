"""Names for specs: of modules that pages do not name, and of those that several specs describe.

Knows what names are free. It must not know what a page says.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any, TypeVar

import msgspec

from codegen.diagnostics import Diagnostic, Location
from codegen.model import FrontMatter
from codegen.placement import FLAT_STYLE
from codegen.readers.pages.reading import PageRead

S = TypeVar("S", bound=FrontMatter)

_LONGEST_GUESS = 60


def folder(read: PageRead) -> str:
    """The folder a page stands in."""
    return read.path.rpartition("/")[0]


def flatness(read: PageRead) -> bool | None:
    """What to say of a page with its module's classes on it, where that does not follow from its style."""
    usual = read.page.style == FLAT_STYLE
    return None if read.page.flat == usual else read.page.flat


def guess_name(read: PageRead, findings: list[Diagnostic]) -> str:
    """A name for the module of a page that does not tell it."""
    words = [word for word in read.front.title.lower().split() if word.isidentifier()]
    name = "_".join(words)[:_LONGEST_GUESS] or "pages"
    message = f"the page does not say what it is about; '{name}' is assumed"
    place = Location(read.page.path, 2)
    findings.append(Diagnostic(place, "page-guess", message, severity="warning"))
    return name


def free_name(name: str, taken: Container[str]) -> str:
    """A name for a spec that no other has; ``taken`` are names in lower case."""
    found, number = name, 2
    while found.casefold() in taken:
        found, number = f"{name}_{number}", number + 1
    return found


def with_matter(page: S, matter: FrontMatter, line_ends: int | None) -> S:
    """Add the front matter of a page."""
    given: dict[str, Any] = {
        name: getattr(matter, name) for name in FrontMatter.__struct_fields__
    }
    given["final_line_ends"] = line_ends
    return msgspec.structs.replace(page, **given)
