__all__ = ["wrench"]


def wrench() -> None: ...
