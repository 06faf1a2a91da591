"""A shop."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Dict, List, Optional

from shop._prices import Price


class Mode(enum.Enum):
    """How an order is paid."""

    CASH = 1
    CARD = 2


@dataclass
class Order:
    """What somebody orders.

    Args:
        items: The items,
            one by one.
        mode: How it is paid.
    """

    items: List[str]
    mode: Mode = Mode.CARD
    notes: Dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> Price:
        """The sum of all prices."""
        return Price(0)

    @classmethod
    def parse(cls, text: str, *, strict: bool = False) -> Order:
        """Read an order.

        Raises:
            ValueError: It is empty.
        """
        raise ValueError

    async def send(self, *to: str, **options: object) -> Optional[int]:
        """Send it."""


def price_of(order: Order, /, currency: str = "EUR") -> Optional[Price]:
    """Say what an order costs.

    Returns:
        The price, if there is one.
    """
