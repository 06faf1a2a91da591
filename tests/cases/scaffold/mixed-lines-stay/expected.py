"""What the package does."""

from __future__ import annotations


def run(a: int, b: str, x: int,
        c: int, d: int) -> int:
    return a
