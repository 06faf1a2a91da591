"""How fast ``codegen diff`` compares two large sets of specs, and two published releases.

The sets are the synthetic project twice. In the one, a class in a hundred has one parameter of another type, spread over half
of its modules; in the other, every class has. Cold means that nothing was read before; else the specs, or the sources of the
releases, come from the user's cache, which is below the folder of the benchmark.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.generation import set_aside
from bench.measure import Subject, run, take_turns
from bench.projects import write_specs
from bench.report import Row

OURS = Path(sys.executable).parent
CLASSES = 5_000
RELEASES = "pypi:flyte==2.0.0b43", "pypi:flyte==2.0.0b44"
_BEFORE, _AFTER = "type: int\n        default: 1\n", "type: float\n        default: 1\n"


def rows(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Measure everything in ``folder`` and yield a row for each target."""
    old = write_specs(folder / "diff-old", CLASSES).parent
    few = _changed(old, folder / "diff-few", every=2, classes=1)
    all_ = _changed(old, folder / "diff-all", every=1, classes=-1)
    cache = folder / "cache"
    rounds = 3 if quick else 7
    sides = {"1 % of 5,000 classes changed": few, "all 5,000 classes changed": all_}
    for what, new in sides.items():
        cold = _subject("cold", cache, old, new, lambda: set_aside(cache))
        take_turns([cold], rounds, warm_up=False)
        yield Row.within(f"diff, {what}, cold", cold, below=2)
        known = _subject("cached", cache, old, new)
        take_turns([known], rounds, warm_up=True)
        yield Row.within(f"diff, {what}", known, below=2)
    releases = _subject("cached", cache, *RELEASES)
    try:
        run(releases.command)
    except subprocess.CalledProcessError:
        print("no index can be reached: no releases are compared", file=sys.stderr)
        return
    take_turns([releases], rounds, warm_up=True)
    yield Row.within("diff of two releases, cached", releases, below=1)


def _subject(
    name: str,
    cache: Path,
    old: Path | str,
    new: Path | str,
    prepare: Callable[[], None] = lambda: None,
) -> Subject:
    command: list[str | Path] = [
        "env",
        f"XDG_CACHE_HOME={cache}",
        OURS / "codegen",
        "diff",
        old,
        new,
    ]
    command += ["--fail-on", "none", "--output-format", "concise"]
    return Subject(f"codegen diff, {name}", command, prepare)


def _changed(old: Path, new: Path, *, every: int, classes: int) -> Path:
    """A copy of the project in which every so many modules have so many classes that differ; -1 for all of them."""
    shutil.copytree(old, new)
    specs = sorted((new / "specs").glob("sample.part*.yaml"))
    for spec in specs[::every]:
        text = spec.read_text(encoding="utf-8").replace(_BEFORE, _AFTER, classes)
        spec.write_text(text, encoding="utf-8")
    return new
