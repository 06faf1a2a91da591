"""A shop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from shop._base import Room

__all__ = ["Cellar", "Hall"]


@dataclass
class Cellar(Room):
    """A room below."""

    depth: int = 1


@dataclass
class Hall(Room):
    """A large room."""

    seats: Optional[int] = None

    def open(self, wide: bool = False) -> None:
        """Open it."""
