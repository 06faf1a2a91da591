"""What the package does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


def run(a: int, when: date) -> int:
    """Run it."""
    # A comment that stays.
    return a
