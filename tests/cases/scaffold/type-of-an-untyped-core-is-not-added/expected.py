"""What the package does."""

from __future__ import annotations


def run(a, b, c: int):
    return 1
