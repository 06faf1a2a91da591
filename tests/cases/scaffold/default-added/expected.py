"""What the package does."""

from __future__ import annotations


def run(a: int, b: str = "x") -> int:
    return a


def helper() -> int:
    return run(1, "b")
