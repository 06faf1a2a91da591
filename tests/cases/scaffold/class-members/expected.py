"""What the package does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from acme import Box, Greeter, T


def set_up(self: Greeter, greeting: str) -> None:
    self.greeting = greeting


def get(self: Box[T], key: str = None) -> T:
    raise KeyError


def name(self: Greeter) -> str:
    """The name."""
    raise NotImplementedError("acme.Greeter.name is not implemented")


def set_name(self: Greeter, value: str) -> None:
    """Assign to ``Greeter.name``."""
    raise NotImplementedError("acme.Greeter.name is not implemented")


def make(cls: type[Greeter], like: Greeter) -> Greeter:
    """Do the work of ``Greeter.make``."""
    raise NotImplementedError("acme.Greeter.make is not implemented")


def check(text: str) -> bool:
    """Do the work of ``Greeter.check``."""
    raise NotImplementedError("acme.Greeter.check is not implemented")


async def wait(self: Greeter) -> int:
    """Do the work of ``Greeter.wait``."""
    raise NotImplementedError("acme.Greeter.wait is not implemented")


def put(self: Box[T], value: T) -> None:
    """Do the work of ``Box.put``."""
    raise NotImplementedError("acme.Box.put is not implemented")
