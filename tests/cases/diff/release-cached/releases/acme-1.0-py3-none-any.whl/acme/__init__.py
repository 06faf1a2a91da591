"""Greets people."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Greeter", "connect"]


@dataclass
class Greeter:
    greeting: str = "Hello"

    def greet(self, name: str, excited: bool = False) -> str: ...

    @property
    def language(self) -> str: ...


def connect(address: str, timeout: int = 10) -> Greeter: ...
