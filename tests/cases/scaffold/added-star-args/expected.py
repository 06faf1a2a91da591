"""What the package does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


def run(a: int, b: str, *rest: str, **options: Any) -> int:
    """Run it."""
    # A comment that stays.
    return a
