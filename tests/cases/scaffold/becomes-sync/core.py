"""What the package does."""

from __future__ import annotations


async  def run(a: int, b: str) -> int:
    return a
