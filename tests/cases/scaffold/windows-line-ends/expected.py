"""What the package does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@staticmethod
# Between the decorator and the function.
def run(  # what opens
    a: int,  # how many
    c: date,
    # What it is called.
    b: str,
    *,
    # Only by name.
    quiet: bool = False,  # rarely
    # The end.
) -> int:  # the result
    return a


x = 1   # untouched
