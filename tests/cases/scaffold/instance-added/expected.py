"""What the package does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from acme import Greeter


def greet(self: Greeter, name: str) -> None:
    print(name)
