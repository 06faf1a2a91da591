"""What the package does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from acme import Box, Greeter, T


def set_up(self: Greeter, greeting: str) -> None:
    self.greeting = greeting


def get(self: Box[T]) -> T:
    raise KeyError
