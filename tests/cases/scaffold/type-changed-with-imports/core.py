"""What the package does."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Said why.
    from typing import Final

    import acme_cores


def run(a: int, b: str) -> int:
    return 1


kept: Callable[[], Path] = Path
sequence: Sequence[int] = os.sep and []  # type: ignore
