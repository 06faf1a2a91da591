"""What the package does."""

from __future__ import annotations


def run( a:"list[int] | None"=None , b : str='x' ) -> int :
    return 1
