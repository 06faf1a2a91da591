"""``codegen import source``: a package as it is on disk becomes a project, without importing or running it.

Knows how a package is found and which of its files count, and that the specs it writes must pass every check. It must not
know what a source says: the reader does.
"""

from __future__ import annotations

import keyword
import os
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from codegen import files
from codegen.collecting import collected_later
from codegen.diagnostics import Diagnostic, Location, ordered
from codegen.importing import Imported, ImportError_, strictly, write_project
from codegen.mending import mended
from codegen.model import Module
from codegen.project import OutputName, Settings
from codegen.readers.source.branches import Target
from codegen.readers.source.packages import Specs, Text, read_package

_OUTPUTS: tuple[OutputName, ...] = ("package", "stubs", "plain")


class Tree(NamedTuple):
    """The files of one top-level package or module."""

    root: str
    files: dict[str, Path]
    unnamed: tuple[Path, ...] = ()
    """Files whose names no import statement can say."""
    beside: tuple[Path, ...] = ()
    """Files that another one of the same module is read instead of."""


class SourceRead(NamedTuple):
    """A package as specs that pass every check, the settings they need, what was found, and the texts read."""

    modules: dict[str, Module]
    settings: Settings
    specs: Specs
    findings: list[Diagnostic]
    texts: dict[str, str]


def import_source(
    source: str,
    out: Path,
    *,
    search_paths: Sequence[Path] = (),
    target: Target | None = None,
    strict: bool = False,
) -> Imported:
    """Read a file, a package folder or an installed package into a new project at ``out``.

    Raises ImportError_ when there is no such package or the project cannot be written there.
    """
    read = read_source(source, search_paths, target)
    written: list[str] = []
    if read.modules:
        written = write_project(out, read.modules, read.settings)
    findings = strictly(read.findings) if strict else read.findings
    return Imported(written, findings, read.texts)


def read_source(
    source: str, search_paths: Sequence[Path] = (), target: Target | None = None
) -> SourceRead:
    """Read what is named; raise ImportError_ when there is no such package."""
    tree = find(source, search_paths)
    with collected_later():
        texts, problems = read_texts(tree)
        specs = read_package(tree.root, texts, target)
        mending = mended(specs, _settings(tree.root, specs, True))
    modules, findings, importable = mending
    findings = ordered([*problems, *specs.diagnostics, *findings])
    settings = _settings(tree.root, specs, importable)
    shown_texts = {text.path: text.text for text in texts}
    return SourceRead(modules, settings, specs, findings, shown_texts)


def _settings(root: str, specs: Specs, importable: bool) -> Settings:
    kinds = tuple(kind for kind in _OUTPUTS if importable or kind != "package")
    external = tuple(name for name in specs.external if name != root)
    return Settings(package=root, outputs=kinds, external=external, lazy=True)


def find(source: str, search_paths: Sequence[Path]) -> Tree:
    """The files of what is named: a path, or a package on the search paths; raise ImportError_ when there is none."""
    path = Path(source)
    if path.suffix in (".py", ".pyi") and files.is_file(path):
        path = path.absolute()
        if path.stem == "__init__":
            return _folder(path.parent)
        return _checked(Tree(path.stem, {path.stem: path}))
    if os.path.isdir(path) and (search_paths == () or not source.isidentifier()):
        return _folder(path.absolute())
    return _installed(source, search_paths)


def _installed(name: str, search_paths: Sequence[Path]) -> Tree:
    if not all(part.isidentifier() for part in name.split(".")) or "." in name:
        raise ImportError_(f"'{name}' is no file, no folder and no package's name")
    paths = list(search_paths) or _site_packages()
    for folder in paths:
        for place in (folder / f"{name}-stubs", folder / name):
            if os.path.isdir(place):
                return _folder(place)
        for suffix in (".pyi", ".py"):
            if os.path.isfile(folder / f"{name}{suffix}"):
                return Tree(name, {name: folder / f"{name}{suffix}"})
    places = ", ".join(map(str, paths))
    raise ImportError_(f"there is no package '{name}' in {places}")


def _site_packages() -> list[Path]:
    paths = sysconfig.get_paths()
    return [Path(path) for path in dict.fromkeys((paths["purelib"], paths["platlib"]))]


def _folder(folder: Path) -> Tree:
    root = folder.name.removesuffix("-stubs")
    found: dict[str, Path] = {}
    unnamed: list[Path] = []
    beside: list[Path] = []
    for relative in files.read_tree(folder):
        path = folder / relative
        if path.suffix not in (".py", ".pyi"):
            continue
        name = _module_name(root, relative)
        if not name:
            unnamed.append(path)
            continue
        # A stub beside a module says what type checkers see of it.
        other = found.get(name)
        if other is None or path.suffix == ".pyi":
            found[name] = path
        if other is not None:
            beside.append(other if path.suffix == ".pyi" else path)
    if not found:
        raise ImportError_(f"'{folder}' holds no Python files")
    named = dict(sorted(found.items()))
    return _checked(Tree(root, named, tuple(unnamed), tuple(beside)))


def _checked(tree: Tree) -> Tree:
    if not tree.root.isidentifier() or keyword.iskeyword(tree.root):
        raise ImportError_(f"'{tree.root}' cannot be the name of a package")
    return tree


def _module_name(root: str, relative: str) -> str:
    """The dotted name of a file inside a package; empty when it is no module that can be imported."""
    parts = [root, *relative.rpartition(".")[0].split("/")]
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts) if all(map(str.isidentifier, parts)) else ""


def read_texts(tree: Tree) -> tuple[list[Text], list[Diagnostic]]:
    """The texts of a tree, and what is wrong with files that have none."""
    texts: list[Text] = []
    problems = [_cannot_be_named(path) for path in tree.unnamed]
    problems += [_stands_beside(path) for path in tree.beside]
    for name, path in tree.files.items():
        text, found = files.read_text(path, files.shown(path))
        problems += found
        if text is not None:
            texts.append(Text(name, files.shown(path), text))
    return texts, problems


def _cannot_be_named(path: Path) -> Diagnostic:
    message = f"the module '{path.stem}' is left out: no import can name it"
    return Diagnostic(
        Location(files.shown(path)), "loss-name", message, severity="warning"
    )


def _stands_beside(path: Path) -> Diagnostic:
    message = f"'{path.name}' is not read, nor are its texts: another file says what is in the module"
    return Diagnostic(
        Location(files.shown(path)), "loss-text", message, severity="warning"
    )
