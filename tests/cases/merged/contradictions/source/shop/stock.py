"""What is in stock."""


class Shelf:
    """Where things lie."""

    def take(self, name: str) -> None:
        """Take something."""
