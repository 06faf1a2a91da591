"""What the package does."""

from __future__ import annotations

from typing import Any


def run(a: Any, b: object) -> Any:
    return 1
