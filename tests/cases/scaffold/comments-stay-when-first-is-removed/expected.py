"""What the package does."""

from __future__ import annotations


@staticmethod
# Between the decorator and the function.
def run(  # what opens
    # What it is called.
    b: str,
    *,
    # Only by name.
    quiet: bool = False,  # rarely
    # The end.
) -> int:  # the result
    return a


x = 1   # untouched
