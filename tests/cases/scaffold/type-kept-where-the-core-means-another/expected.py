"""What the package does."""

from __future__ import annotations

from typing import Any


def run(a: Any, b: object, c: int) -> Any:
    return 1
