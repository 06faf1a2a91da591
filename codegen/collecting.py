"""When the garbage collector rests. Knows the collector, and nothing of what is made meanwhile."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def never_collected() -> Iterator[None]:
    """Keep the collector off for a process that ends after the block: what it made goes with it, unvisited.

    What goes on working, such as a watch, calls ``collected_again``.
    """
    gc.disable()
    try:
        yield
    finally:
        # Python visits everything once more at the very end, but not what is frozen.
        gc.freeze()


def collected_again() -> None:
    """Let the collector work from here on, except in blocks that ask for rest."""
    gc.enable()


@contextmanager
def collected_later() -> Iterator[None]:
    """Keep the collector off for a block: while trees of many small frozen values grow, it only costs time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
