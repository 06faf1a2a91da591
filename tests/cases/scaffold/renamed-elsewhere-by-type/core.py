"""What the package does."""

from __future__ import annotations


def run(a: int, b: str, c: bytes) -> int:
    return 1
