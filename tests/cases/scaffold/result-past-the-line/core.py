"""What the package does."""

from __future__ import annotations


def run(a: int, b: str, all_the_measurements: list[float]) -> int:
    return a
