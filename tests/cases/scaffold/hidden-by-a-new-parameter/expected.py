"""What the package does."""

from __future__ import annotations

import math


def run(a: int, b: str, math: int, max: int) -> int:
    return math.floor(max(a, 1))
