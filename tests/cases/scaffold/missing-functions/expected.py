"""What the package does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from datetime import date, datetime


def run(a: int, b: str) -> int:
    """Run it."""
    # A comment that stays.
    return a



# The end.


async def start(
    x: date | None = None, *, long_name_of_a_parameter: dict[str, list[datetime]]
) -> Awaitable[int]:
    """Run it."""
    raise NotImplementedError("acme.start is not implemented")


def stop() -> None:
    """Run it."""
    raise NotImplementedError("acme.stop is not implemented")
