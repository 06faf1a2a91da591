"""``codegen import pages``: reference pages become a project that writes the same pages.

Knows that a page is read right when it is written again as it was: only then its facts go into the project. It must not
know what a page says; readers and emitters do.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from codegen import files, importing
from codegen.collecting import collected_later
from codegen.diagnostics import Diagnostic, Location, ordered
from codegen.emitters import pages
from codegen.importing import Imported, ImportError_
from codegen.model import Module
from codegen.package import Package
from codegen.project import Settings
from codegen.readers.pages import PageTree

_SUFFIXES = (".md", ".txt")


class PagesRead(NamedTuple):
    """Pages as modules, what was found, the texts, and where in their tree each of them stands."""

    modules: dict[str, Module]
    findings: list[Diagnostic]
    texts: dict[str, str]
    places: dict[str, str]


def import_pages(paths: Iterable[Path], out: Path, *, strict: bool) -> Imported:
    """Read pages, files or folders of them, and write the project; pages with errors are left out of it.

    Raises ImportError_ when there are no pages or ``out`` holds another project, WriteError when the disk refuses.
    """
    with collected_later():
        read = read_tree(paths)
        findings = read.findings
        if strict:
            findings = ordered(importing.strictly(findings))
        written: list[str] = []
        if read.modules:
            settings = settings_of(read.modules)
            written = importing.write_project(out, read.modules, settings)
        return Imported(written, findings, read.texts)


def read_tree(paths: Iterable[Path]) -> PagesRead:
    """Read pages, files or folders of them; raise ImportError_ when there are none."""
    texts, places, unread = _read_texts(paths)
    modules, found = read_pages(texts, places)
    findings = ordered([*unread, *found])
    if not modules and not findings:
        raise ImportError_("there are no pages in what is named")
    return PagesRead(modules, findings, texts, places)


def read_pages(
    texts: dict[str, str], places: dict[str, str]
) -> tuple[dict[str, Module], list[Diagnostic]]:
    """Read pages into modules that write the same pages again, and tell what cannot be read so."""
    tree = PageTree(texts, places)
    tree.leave_out_contradictions()
    known: dict[str, tuple[Module, dict[str, str]]] = {}
    while True:
        modules, losses = tree.modules()
        package = Package(modules)
        written: dict[str, str] = {}
        for name, module in modules.items():
            if name not in known or known[name][0] != module or module.overviews:
                known[name] = module, pages.emit(name, module, package)
            written |= known[name][1]
        wrong = [
            path for path in tree.paths if written.get(tree.place(path)) != texts[path]
        ]
        if not wrong:
            return modules, [*tree.findings, *losses]
        for path in wrong:
            text = written.get(tree.place(path), "")
            tree.refuse(path, _difference(path, texts[path], text))


def _difference(path: str, actual: str, expected: str) -> Diagnostic:
    """Where a page is not what follows from what it says."""
    lines, wanted = actual.split("\n"), expected.split("\n")
    number = 0
    while number < min(len(lines), len(wanted)) and lines[number] == wanted[number]:
        number += 1
    message = "this does not follow from the rest of the page"
    hint = "expected the end of the page"
    if number < len(wanted):
        hint = (
            f"expected {wanted[number]!r}"
            if wanted[number]
            else "expected a blank line"
        )
    column, length = 0, 1
    if number < len(lines) and number < len(wanted):
        column = _shared(lines[number], wanted[number])
        length = max(1, len(lines[number]) - column)
    place = Location(path, number + 1, column + 1, length)
    return Diagnostic(place, "page-derived", message, hint)


def _shared(left: str, right: str) -> int:
    """How many characters two lines have in common at their beginning."""
    pairs = zip(left, right, strict=False)
    return next(
        (index for index, (a, b) in enumerate(pairs) if a != b),
        min(len(left), len(right)),
    )


def settings_of(modules: Iterable[str]) -> Settings:
    """The settings of a project that has nothing but pages; what they name need not be known."""
    roots = [name.partition(".")[0] for name in modules]
    return Settings(package=max(roots, key=roots.count), outputs=("pages", "linkmap"))


def _read_texts(
    paths: Iterable[Path],
) -> tuple[dict[str, str], dict[str, str], list[Diagnostic]]:
    """The texts of all pages by the path people know, their places below the folder they were asked for in."""
    texts: dict[str, str] = {}
    places: dict[str, str] = {}
    findings: list[Diagnostic] = []
    for given in paths:
        for path, place in _files(given):
            shown = path.as_posix()
            text, problems = files.read_text(path, shown, exact=True)
            findings += problems
            if text is not None and shown not in texts:
                texts[shown], places[shown] = text, place
    _keep_apart(places, texts, findings)
    return texts, places, findings


def _files(given: Path) -> list[tuple[Path, str]]:
    if not os.path.isdir(given):
        return [(given, given.name)]
    return [
        (given / place, place)
        for place in files.read_tree(given)
        if place.endswith(_SUFFIXES)
    ]


def _keep_apart(
    places: dict[str, str], texts: dict[str, str], findings: list[Diagnostic]
) -> None:
    """Leave out a page that would be written over another."""
    taken: dict[str, str] = {}
    for shown, place in list(places.items()):
        other = taken.setdefault(place.casefold(), shown)
        if other != shown:
            message = f"this page would be written to the same file as '{other}'"
            hint = "import the two on their own, or the folder that holds both"
            findings.append(
                Diagnostic(Location(shown), "path-collision", message, hint)
            )
            del places[shown], texts[shown]
