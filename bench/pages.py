"""How fast published pages are read into a project and written back: processor time, all processes together."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Subject, take_turns
from bench.report import Row

WORKLOAD = Path(__file__).resolve().parent / "workloads" / "pages.py"
PAGES = 300


def rows(*, quick: bool) -> Iterator[Row]:
    """Measure the round trip of 300 pages, as ``codegen import pages`` and ``codegen generate --only pages`` make it."""
    command = [sys.executable, str(WORKLOAD), str(PAGES)]
    ours = Subject(f"{PAGES} pages", command, times_itself=True)
    take_turns([ours], 3 if quick else 7, warm_up=True)
    yield Row.within(f"{PAGES} pages read and written back", ours, below=1)
