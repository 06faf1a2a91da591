"""What the package does."""

from __future__ import annotations


def run(b: str) -> int:
    def inner(a: int) -> int:
        return a

    total = a + inner(a)
    return total
