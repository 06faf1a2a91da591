"""What the package does."""

from __future__ import annotations


import asyncio


async def run(a: int, b: str) -> int:
    await asyncio.sleep(0)
    return a
