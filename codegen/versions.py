"""What is a version: PEP 440, as packaging reads it.

Knows nothing but that. It must not know whose version it is or what a later one promises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.version import Version


def parsed(text: str) -> Version:
    """A version that can be compared; raises ValueError for what is none."""
    from packaging.version import Version

    return Version(text)


def parsed_or_none(text: str) -> Version | None:
    """A version that can be compared; None for what is none."""
    try:
        return parsed(text)
    except ValueError:
        return None


def is_version(text: str) -> bool:
    """Whether a text is a version, which an index would take."""
    return parsed_or_none(text) is not None
