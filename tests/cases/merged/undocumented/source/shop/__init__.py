"""A shop."""

from __future__ import annotations

from shop import tools

__all__ = ["LIMIT", "Basket", "Bin", "tools", "weigh", "wrap"]

LIMIT: int = 3


class Bin:
    """For what nobody needs."""


class Basket:
    """Holds things."""

    def empty(self) -> None:
        """Take all out."""

    def fill(self, what: str) -> None:
        """Put something in."""

    @property
    def weight(self) -> float:
        """How heavy it is."""
        return 0.0


def weigh(basket: Basket) -> float:
    """Say how heavy it is."""
    return 0.0


def wrap(basket: Basket) -> None:
    """Wrap it."""
