"""The table of outputs: which texts a project's model becomes, and where each stands.

Knows folders and file names, and which emitter writes what. It must not know how any text looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from codegen.emitters.python.declarations import Style
from codegen.layout import PythonModule, executable_order, python_modules
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
        "linkmap": "linkmap",
    }[kind]


class LinkMap(NamedTuple):
    """The one map of all names to their pages."""


class Warnings(NamedTuple):
    """The one module that warns of what is deprecated."""


Unit = PythonModule | str | LinkMap | Warnings
"""What is emitted in one go: a Python file with its stub, the pages of a module, by name, or what there is once."""


def units(
    package: Package, kinds: frozenset[OutputName], only: frozenset[str] | None = None
) -> list[Unit]:
    """What must be emitted when the modules in ``only`` have changed; everything when it is None."""
    chosen: list[Unit] = []
    if kinds & {"package", "stubs"}:
        chosen += [
            file
            for file in python_modules(package).values()
            if only is None or not file.sources or file.sources & only
        ]
    if "package" in kinds and (only is None or only):
        chosen.append(Warnings())
    if kinds & {"pages", "plain"}:
        chosen += [name for name in package.modules if only is None or name in only]
    if "linkmap" in kinds and (only is None or only):
        chosen.append(LinkMap())
    return chosen


def emit(
    chosen: Iterable[Unit],
    package: Package,
    settings: Settings,
    kinds: frozenset[OutputName],
) -> Iterator[Output]:
    """Write the texts of some units."""
    style = Style(
        package=settings.package,
        specs=settings.specs,
        first_party=first_party(package, settings),
        blocking=settings.blocking,
        lazy=settings.lazy,
    )
    for unit in chosen:
        if isinstance(unit, PythonModule):
            yield from _python(unit, package, settings, kinds, style)
        elif isinstance(unit, Warnings):
            yield from _warnings(package, style)
        elif isinstance(unit, LinkMap):
            from codegen.emitters.pages import linkmap

            place = f"{folder('linkmap', settings)}/linkmap.json"
            sources = frozenset(package.modules)
            yield Output(place, "linkmap", sources, linkmap.emit(package))
        else:
            yield from _pages(unit, package, settings, kinds)


def _python(
    file: PythonModule,
    package: Package,
    settings: Settings,
    kinds: frozenset[OutputName],
    style: Style,
) -> Iterator[Output]:
    from codegen.emitters import source, stubs

    sources = frozenset(file.sources)
    file.definitions = executable_order(file, package)
    if "package" in kinds:
        path = _place("package", settings, file, ".py")
        yield Output(path, "package", sources, source.emit(file, package, style))
        if file.main is not None and file.is_package:
            path = f"{path.removesuffix('__init__.py')}__main__.py"
            yield Output(path, "package", sources, source.emit_main(file, style))
        if "." not in file.name:
            # PEP 561: the package carries its own types.
            marker = f"{folder('package', settings)}/py.typed"
            yield Output(marker, "package", sources, "")
    if "stubs" in kinds:
        path = _place("stubs", settings, file, ".pyi")
        yield Output(path, "stubs", sources, stubs.emit(file, package, style))


def _warnings(package: Package, style: Style) -> Iterator[Output]:
    from codegen.emitters.python import deprecation

    modules = package.modules.items()
    sources = frozenset(n for n, module in modules if deprecation.deprecating(module))
    if sources:
        path = f"{deprecation.helper(package).replace('.', '/')}.py"
        text = deprecation.helper_text(style.specs)
        yield Output(path, "package", sources, text)


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
    name: str, package: Package, settings: Settings, kinds: frozenset[OutputName]
) -> Iterator[Output]:
    from codegen.emitters import pages

    module = package.modules[name]
    emitters = {"pages": pages.emit, "plain": pages.emit_plain}
    for kind in ("pages", "plain"):
        if kind in kinds:
            for path, text in emitters[kind](name, module, package).items():
                place = f"{folder(kind, settings)}/{path}"
                yield Output(place, kind, frozenset([name]), text)
