"""What the package does."""

from __future__ import annotations


def run(a, b):
    return a
