"""The table of outputs: which texts a project's model becomes, and where each stands.

Knows folders and file names, and which emitter writes what. It must not know how any text looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from codegen.emitters.declarations import Style
from codegen.layout import PythonModule, python_modules
from codegen.package import Package
from codegen.project import OutputName, Settings
from codegen.walk import core_references


class Output(NamedTuple):
    """One generated text, still unwritten: its path, its kind, and the specs it is made from."""

    path: str
    kind: OutputName
    sources: frozenset[str]
    text: str


def folder(kind: OutputName, settings: Settings) -> str:
    """The folder of an output, relative to the output folder of the project."""
    root = settings.package.partition(".")[0]
    return {
        "package": root,
        "stubs": f"{root}-stubs",
        "pages": "docs",
        "plain": "docs-plain",
    }[kind]


def emit(
    package: Package,
    settings: Settings,
    kinds: frozenset[OutputName],
    only: frozenset[str] | None = None,
) -> Iterator[Output]:
    """Write every output that depends on one of the modules in ``only``; all of them when it is None."""
    if kinds & {"package", "stubs"}:
        yield from _python(package, settings, kinds, only)
    if kinds & {"pages", "plain"}:
        yield from _pages(package, settings, kinds, only)


def _python(
    package: Package,
    settings: Settings,
    kinds: frozenset[OutputName],
    only: frozenset[str] | None,
) -> Iterator[Output]:
    from codegen.emitters import source, stubs

    style = Style(
        package=settings.package,
        specs=settings.specs,
        first_party=first_party(package, settings),
        blocking=settings.blocking,
    )
    for file in python_modules(package).values():
        sources = frozenset(file.sources)
        if only is not None and sources and not sources & only:
            continue
        if "package" in kinds:
            path = f"{_place('package', settings, file, '.py')}"
            yield Output(path, "package", sources, source.emit(file, package, style))
        if "stubs" in kinds:
            path = f"{_place('stubs', settings, file, '.pyi')}"
            yield Output(path, "stubs", sources, stubs.emit(file, package, style))
    if "package" in kinds:
        # PEP 561: the package carries its own types.
        yield Output(
            f"{folder('package', settings)}/py.typed", "package", frozenset(), ""
        )


def _place(
    kind: OutputName, settings: Settings, file: PythonModule, suffix: str
) -> str:
    _, _, inside = file.path(suffix).partition("/")
    return f"{folder(kind, settings)}/{inside}"


def first_party(package: Package, settings: Settings) -> frozenset[str]:
    """The top-level packages that are the project's own: the generated one and those of its cores."""
    roots = {settings.package.partition(".")[0]}
    for module in package.modules.values():
        for _, reference in core_references(module):
            roots.add(reference.partition(":")[0].partition(".")[0])
    return frozenset(roots)


def _pages(
    package: Package,
    settings: Settings,
    kinds: frozenset[OutputName],
    only: frozenset[str] | None,
) -> Iterator[Output]:
    from codegen.emitters import pages

    emitters = {"pages": pages.emit, "plain": pages.emit_plain}
    for name, module in package.modules.items():
        if only is not None and name not in only:
            continue
        for kind in ("pages", "plain"):
            if kind in kinds:
                for path, text in emitters[kind](name, module, package).items():
                    place = f"{folder(kind, settings)}/{path}"
                    yield Output(place, kind, frozenset([name]), text)
