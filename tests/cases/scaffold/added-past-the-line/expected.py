"""What the package does."""

from __future__ import annotations


def run(a: int, b: str, measurements: dict[str, list[float]], destination: str) -> int:
    """Run it."""
    # A comment that stays.
    return a
