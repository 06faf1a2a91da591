"""A shop."""

from __future__ import annotations

__all__ = ["Animal", "Cat", "Dog"]


class Animal:
    """Lives."""

    def __init__(self, name: str) -> None: ...

    def eat(self, what: str) -> int:
        """Eat something.

        Args:
            what: The food.

        Returns:
            How much is left.
        """
        return 0

    def sleep(self) -> None:
        """Sleep for a while."""


class Cat(Animal):
    """Says meow."""


class Dog(Animal):
    """Says woof."""
