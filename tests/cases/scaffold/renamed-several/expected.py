"""What the package does."""

from __future__ import annotations


def run(x: int, y: str, c: int) -> int:
    return a + len(b) + c
