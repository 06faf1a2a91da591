"""What the package does."""

from __future__ import annotations

from acme import Port


def run(a: int = 1, port: Port = Port(80)) -> int:
    return a
