"""What the package does."""

from __future__ import annotations


def run(b: str, c: bytes, amount: int) -> int:
    return 1
