"""How fast a package is read from source into specs, beside griffe's own load of it: processor time of one process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Subject, take_turns
from bench.report import Row

ROOT = Path(__file__).resolve().parents[1]
WORKLOAD = ROOT / "bench" / "workloads" / "reading.py"
PACKAGE = "flyte"


def rows(*, quick: bool) -> Iterator[Row]:
    """Measure reading the published SDK, as ``codegen import source`` reads it and as griffe loads it."""
    (site,) = (ROOT / ".venv-reference").glob("lib/python*/site-packages")

    def subject(name: str, how: str) -> Subject:
        command = [sys.executable, str(WORKLOAD), how, str(site), PACKAGE]
        return Subject(name, command, times_itself=True)

    ours = subject("source into specs", "codegen")
    griffe = subject("griffe load", "griffe")
    take_turns([ours, griffe], 3 if quick else 7, warm_up=True)
    yield Row.slower(f"{PACKAGE} read from source", ours, griffe, at_most=1.5)
