"""What the package does."""

from __future__ import annotations


@staticmethod
# Between the decorator and the function.
def run(  # what opens
    a: int,  # how many
    c: float,
    # What it is called.
    b: str,
    *,
    # Only by name.
    quiet: bool = False,  # rarely
    loud: bool = True,
    # The end.
) -> int:  # the result
    return a


x = 1   # untouched
