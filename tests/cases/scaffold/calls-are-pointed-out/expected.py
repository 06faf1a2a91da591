"""What the package does."""

from __future__ import annotations


def run(a: int, b: str, c: int) -> int:
    return a


def twice(a: int) -> int:
    return run(a, "x") + run(
        a,
        "y",
    )


def other(run: int) -> int:
    return run


table = {"run": run}
