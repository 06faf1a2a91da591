from __future__ import annotations
from typing import Any
def old() -> int:
    return 1
def part(a: int, b: int = 2, *, c: int = 3) -> int:
    return a
async def pair(a: int = 1) -> int:
    return a
async def pair_of(self: Any, a: int = 1) -> int:
    return a
async def later() -> int:
    return 1
def get(self: Any) -> int:
    return 1
def meth(self: Any, a: int = 1) -> int:
    return a
def smeth(a: int = 1) -> int:
    return a
