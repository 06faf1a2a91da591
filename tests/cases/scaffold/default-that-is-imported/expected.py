"""What the package does."""

from __future__ import annotations

from datetime import timedelta


def run(a: int, b: str, wait: timedelta = timedelta(5)) -> int:
    """Run it."""
    # A comment that stays.
    return a
