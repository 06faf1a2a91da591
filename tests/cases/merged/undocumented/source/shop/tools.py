"""Tools for people who build shops."""


class Hammer:
    """Hits."""


def hit() -> None:
    """Hit something."""
