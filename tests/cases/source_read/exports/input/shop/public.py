from ._core import Engine as Engine

__all__ = ["load"]


def load() -> "Engine": ...


def helper() -> int: ...
