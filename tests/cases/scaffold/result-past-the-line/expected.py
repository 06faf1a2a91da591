"""What the package does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


def run(
    a: int, b: str, all_the_measurements: list[float]
) -> dict[str, list[date] | None]:
    return a
