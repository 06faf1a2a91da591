"""What the package does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from acme import Port


def run(a: int, port: Port) -> int:
    return a
