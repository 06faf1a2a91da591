"""What the package does."""

from __future__ import annotations

import sys

if sys.version_info >= (3, 8):

    def run(
        a: int,
        title: str,
        c: int,
    ) -> int:
        return a
