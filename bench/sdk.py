"""How fast the generated SDK is, in turns with the published one.

Both run the same programs, those in ``workloads``, each in its own environment. What counts for a workload is the time
its program prints, so neither starting nor importing is in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.generation import OURS, ROOT
from bench.measure import Subject, take_turns
from bench.report import Row

REFERENCE = ROOT / ".venv-reference" / "bin"
WORKLOADS = Path(__file__).parent / "workloads"


def rows(*, quick: bool) -> Iterator[Row]:
    """Measure everything and yield a row for each target."""
    rounds = 5 if quick else 15
    for module in ("flyte", "flyte.app", "flyte.connectors"):
        ours, published = both("-c", f"import {module}")
        take_turns([ours, published], rounds, warm_up=True)
        yield Row.faster(f"import {module}", ours, published, at_least=3)
    yield from workload("connectors", "1,000 connector environments", 20, rounds)
    yield from workload("tasks", "1,000 task environments", 4, rounds)


def workload(name: str, what: str, at_least: float, rounds: int) -> Iterator[Row]:
    """Time and memory of a program that does something a thousand times."""
    ours, published = both(WORKLOADS / f"{name}.py", "1000", times_itself=True)
    take_turns([ours, published], rounds, warm_up=True)
    yield Row.faster(what, ours, published, at_least=at_least)
    yield Row.lighter(f"peak memory, {what}", ours, published)


def both(*arguments: str | Path, times_itself: bool = False) -> tuple[Subject, Subject]:
    """The same arguments for the interpreters of both environments."""
    ours, published = (
        Subject(name, [folder / "python", *arguments], times_itself=times_itself)
        for name, folder in (("generated SDK", OURS), ("published SDK", REFERENCE))
    )
    return ours, published
