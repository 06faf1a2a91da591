"""What the package does."""

from __future__ import annotations


def run(
    a: int,
    b: str,
    measurement_p: dict[str, list[float]],
    measurement_q: dict[str, list[float]],
    measurement_r: dict[str, list[float]],
) -> int:
    """Run it."""
    # A comment that stays.
    return a
