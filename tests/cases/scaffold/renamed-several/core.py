"""What the package does."""

from __future__ import annotations


def run(a: int, b: str, c: int) -> int:
    return a + len(b) + c
