"""Names that are passed on, by other names, too."""

from shop._impl import Engine, start as begin, start

__all__ = ["Engine", "begin", "start"]
