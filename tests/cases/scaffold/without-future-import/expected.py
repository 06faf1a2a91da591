from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


def run(a: int, b: str, c: "list[date]", d: list[int]) -> int:
    return a
