from dataclasses import dataclass
from typing import List


@dataclass
class Room:
    """A room.

    Args:
        name: The name of the room.
        doors: Its doors.
    """

    name: str
    doors: List[str]

    @property
    def area(self) -> float:
        """How large it is."""
        return 0.0

    def clean(self, often: bool) -> bool:
        """Clean it."""
        return True

    def lock(self) -> None:
        """Lock it."""
