"""What the package does."""

from __future__ import annotations


def greet(name: str) -> None:
    print(name)
