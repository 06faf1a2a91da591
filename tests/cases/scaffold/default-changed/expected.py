"""What the package does."""

from __future__ import annotations


def run( a : int  =  2 ) -> int:
    return a
