"""What the package does."""

from __future__ import annotations

from typing import Any


def greet(greeter: Any, name: str, loud: bool) -> None:
    print(name)
