"""What the package does."""

from __future__ import annotations


def run() -> int:
    return 1
