"""What the package does."""

from __future__ import annotations


def run(b: str, a: int) -> int:
    """Run it."""
    # A comment that stays.
    return a
