"""What the package does."""

from __future__ import annotations


def run(a: int = (1)) -> int:
    return a
