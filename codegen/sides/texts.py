"""What a side is before it is read: texts of specs with their settings, or texts of Python modules.

Knows no place they could come from, and nothing of what they say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from codegen.diagnostics import Diagnostic
    from codegen.project import Settings
    from codegen.readers.source.packages import Text


class SideError(Exception):
    """A side cannot be found or read; the message says why and what to do."""


class SpecTexts(NamedTuple):
    """The specs of one side, each under the path people should see, with what is wrong with files without text."""

    texts: dict[str, str]
    problems: list[Diagnostic]
    settings: Settings | None = None
    version: str | None = None


class SourceTexts(NamedTuple):
    """The modules of one side: one list for each top-level package."""

    roots: dict[str, list[Text]]
    version: str | None = None
    problems: tuple[Diagnostic, ...] = ()


Found = SpecTexts | SourceTexts
