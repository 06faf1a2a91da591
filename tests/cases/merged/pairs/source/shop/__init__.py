"""A shop that is open all night."""

from __future__ import annotations

from typing import Any, Callable, TypeVar

__all__ = ["Door", "ring"]

F = TypeVar("F", bound=Callable[..., Any])


def _both(function: F) -> F:
    return function


class Door:
    """Leads inside."""

    @_both
    async def open(self, *args: str, **kwargs: int) -> bool:
        """Open it."""
        return True

    @_both
    @classmethod
    async def count(cls, kind: str) -> int:
        """Say how many there are."""
        return 0


@_both
async def ring(times) -> None:
    """Ring the bell."""
