class Price:
    """A price."""

    def __init__(self, cents: int) -> None:
        self.cents = cents
