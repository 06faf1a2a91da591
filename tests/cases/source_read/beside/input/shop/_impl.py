class Engine:
    """An engine, whose text only this file knows."""


def start() -> None:
    """Start it."""
