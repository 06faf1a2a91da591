"""The table of mirrors: which there are, what each needs, and how they are looked at together.

Knows that type checkers take processes of their own, so that the other mirrors are compared meanwhile. It must not know
how any mirror is compared.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from time import perf_counter
from typing import NamedTuple

from codegen import build, files
from codegen.diagnostics import Diagnostic
from codegen.project import OutputName
from codegen.verifying import checkers, griffe, links, pages, python, specs
from codegen.verifying.checkers import Place, ToolError
from codegen.verifying.rows import Project, Row
from codegen.workspace import Workspace

_AT_ONCE = 2


class Mirror(NamedTuple):
    """A mirror: its name, the outputs it needs one of, and how it is compared; ``outside`` in a process of its own."""

    name: str
    needs: frozenset[OutputName]
    compare: Callable[[Project, Place], Row]
    outside: bool = False


def _of(*kinds: OutputName) -> frozenset[OutputName]:
    return frozenset(kinds)


MIRRORS = (
    Mirror("specs", _of(), lambda project, _: specs.row(project)),
    Mirror("package", _of("package"), lambda p, _: python.row("package", p)),
    Mirror("griffe", _of("package"), lambda p, place: griffe.row(p, place.package)),
    Mirror("stubs", _of("stubs"), lambda p, _: python.row("stubs", p)),
    Mirror("pages", _of("pages"), lambda project, _: pages.row(project)),
    Mirror("plain", _of("plain", "pages"), lambda project, _: links.row(project)),
    Mirror("stubtest", _of("stubs"), checkers.stubtest, outside=True),
    Mirror("mypy", _of("package", "stubs"), checkers.mypy, outside=True),
    Mirror("pyright", _of("package", "stubs"), checkers.pyright, outside=True),
)
NAMES = tuple(mirror.name for mirror in MIRRORS)


class Verified(NamedTuple):
    """What was found: a row for each mirror, or what keeps the specs from being generated; and all texts."""

    rows: list[Row]
    diagnostics: list[Diagnostic]
    texts: dict[str, str]


def verify(workspace: Workspace, only: Iterable[str] = ()) -> Verified:
    """Generate everything into a folder that is gone afterwards, and look into every mirror, or into some."""
    texts, problems = workspace.read_texts()
    read = build.read_specs(texts, {}, problems)
    package = workspace.package(read)
    cores, _ = workspace.read_cores(read.modules.values())
    found = build.check(read, package, workspace.settings, cores)
    if any(finding.severity == "error" for finding in found):
        return Verified([], found, texts)
    kinds = frozenset(workspace.settings.outputs)
    outputs = build.emit(package, workspace.settings, kinds)
    shown = workspace.shown(workspace.out)
    project = Project(workspace.settings, read, package, outputs, shown)
    chosen = [m for m in MIRRORS if not only or m.name in only]
    rows = _rows(chosen, project, workspace.root)
    texts |= {project.produced(path).path: o.text for path, o in outputs.items()}
    return Verified(rows, [*found, *(f for row in rows for f in row.findings)], texts)


def _rows(chosen: list[Mirror], project: Project, root: Path) -> list[Row]:
    with ExitStack() as stack:
        place = Place(stack.enter_context(files.temporary()), root)
        _write(project, place)
        pool = stack.enter_context(ThreadPoolExecutor(_AT_ONCE))
        outside = {
            mirror.name: pool.submit(_timed, mirror, project, place)
            for mirror in chosen
            if mirror.outside
        }
        inside = {
            mirror.name: _timed(mirror, project, place)
            for mirror in chosen
            if not mirror.outside
        }
        return [
            outside[m.name].result() if m.outside else inside[m.name] for m in chosen
        ]


def _timed(mirror: Mirror, project: Project, place: Place) -> Row:
    if mirror.needs and mirror.needs.isdisjoint(project.settings.outputs):
        return Row(mirror.name, "", absent="not generated")
    start = perf_counter()
    try:
        row = mirror.compare(project, place)
    except subprocess.TimeoutExpired as error:
        row = Row(mirror.name, "", absent=f"took longer than {error.timeout:.0f} s")
    except ToolError as error:
        row = Row(mirror.name, "", absent=str(error))
    return row._replace(seconds=perf_counter() - start)


def _write(project: Project, place: Place) -> None:
    """Write the package with its cores, and the stubs, each to a folder of its own.

    The stubs stand there under the package's name: mypy looks for a folder ``*-stubs`` only where packages are installed.
    """
    texts = {
        f"{kind}/{checkers.importable(path)}": output.text.encode()
        for kind in ("package", "stubs")
        for path, output in project.outputs.items()
        if output.kind == kind
    }
    if project.settings.cores is not None:
        cores = place.root / project.settings.cores
        for path in files.read_tree(cores):
            if PurePosixPath(path).suffix in (".py", ".pyi", ".typed"):
                texts[f"package/{path}"] = files.read_bytes(cores / path) or b""
    files.write_tree(place.folder, texts)
