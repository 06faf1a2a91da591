"""A shop."""

from __future__ import annotations

from shop.stock import Shelf

__all__ = ["Cart", "Receipt", "Shelf", "close", "find", "open_at"]


class Receipt:
    """What is printed."""


class Cart:
    """What somebody buys."""

    def __init__(self, owner: str, limit: int = 10) -> None:
        self.owner = owner
        self.limit = limit

    size: int = 0
    """How much is in it."""

    def add(self, item: str, count: int = 1, *, gift: bool = False) -> int:
        """Put something in."""
        return 0


def close(now: bool) -> str:
    """Close the shop."""
    return ""


def find(name: str, place: str, most: int = 5) -> list[str]:
    """Look for something."""
    return []


def open_at(hour: int) -> None:
    """Open the shop."""
