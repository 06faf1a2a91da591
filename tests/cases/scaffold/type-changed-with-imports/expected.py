"""What the package does."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Said why.
    from collections.abc import Iterator, Mapping
    from typing import Any, Final

    import acme_cores
    from acme import Box


def run(a: Mapping[str, Box], b: Sequence[Any]) -> Iterator[Path]:
    return 1


kept: Callable[[], Path] = Path
sequence: Sequence[int] = os.sep and []  # type: ignore
