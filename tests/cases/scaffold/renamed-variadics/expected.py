"""What the package does."""

from __future__ import annotations


def run(*paths: str, **options: int) -> int:
    return len(args)
