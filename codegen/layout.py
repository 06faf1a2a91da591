"""Which Python files the generated package consists of, and what stands in each, in an order Python can execute.

Knows that a name is defined in one file and re-exported from others, and that bases, defaults and aliases are
evaluated when a file is imported. It must not know how a file's text looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from codegen import types
from codegen.model import (
    Class,
    Definition,
    Function,
    Parameter,
    TypeAlias,
    TypeVariable,
    Variable,
)
from codegen.package import Package, Symbol


@dataclass
class PythonModule:
    """One generated Python file."""

    name: str
    is_package: bool
    listed: bool = True
    doc: str = ""
    main: str | None = None
    sources: set[str] = field(default_factory=set)
    definitions: list[Symbol] = field(default_factory=list)
    exports: list[Symbol] = field(default_factory=list)
    passed_on: list[str] = field(default_factory=list)

    def path(self, suffix: str) -> str:
        """Where the file stands, relative to the folder that holds the top-level package."""
        parts = PurePosixPath(*self.name.split("."))
        if self.is_package:
            return str(parts / f"__init__{suffix}")
        return f"{parts}{suffix}"


def python_modules(package: Package) -> dict[str, PythonModule]:
    """Lay out the files of a package; every parent of a module is a package of its own."""
    parents = {home.rpartition(".")[0] for home in package.homes} - {""}
    files = {
        name: PythonModule(name, is_package=name in parents or "." not in name)
        for name in sorted(package.homes)
    }
    for name, module in package.modules.items():
        files[name].sources.add(name)
        files[name].doc = module.doc
        files[name].main = module.main
        files[name].passed_on += [
            path for path in module.exports if package.lookup(path) is None
        ]
        for unlisted in module.unlisted:
            if unlisted in files:
                files[unlisted].listed = False
    for path, symbol in package.symbols.items():
        home = files[symbol.home]
        owner = path.rpartition(".")[0]
        if path == symbol.path:
            home.definitions.append(symbol)
            home.sources.add(symbol.module)
        elif owner in files:
            files[owner].exports.append(symbol)
            files[owner].sources.add(symbol.module)
    return files


def executable_order(file: PythonModule, package: Package) -> list[Symbol]:
    """The definitions of a file as documented, but what a definition evaluates before it."""
    here = {symbol.name: symbol for symbol in file.definitions}
    done: dict[str, Symbol] = {}

    def place(symbol: Symbol, above: frozenset[str]) -> None:
        if symbol.name in done or symbol.name in above:
            return
        for needed in needed_by(symbol, package):
            if needed.home == file.name:
                place(here[needed.name], above | {symbol.name})
        done[symbol.name] = symbol

    for symbol in file.definitions:
        place(symbol, frozenset())
    return list(done.values())


def needed_by(symbol: Symbol, package: Package) -> Iterator[Symbol]:
    """The definitions of the project that must exist before one can be made; a class may need what stands in itself."""
    quoted = quotes_bound(symbol, package)
    for text in evaluated(symbol.definition):
        if quoted and text == getattr(symbol.definition, "bound", None):
            continue
        yield from _named(symbol, text, package)


def _named(symbol: Symbol, text: str, package: Package) -> Iterator[Symbol]:
    try:
        references = types.references(text)
    except types.ExpressionError:
        return  # Reported elsewhere.
    for reference in references:
        needed = package.outermost(symbol.module, reference.name)
        # What stands inside a class is made before the class is.
        inside = needed == symbol and reference.name != symbol.name
        if needed is not None and not inside:
            yield needed


def quotes_bound(symbol: Symbol, package: Package) -> bool:
    """Whether the bound of a type variable is quoted: when it stands in another module, or needs the variable itself."""
    variable = symbol.definition
    if not isinstance(variable, TypeVariable) or variable.bound is None:
        return False
    pending = list(_named(symbol, variable.bound, package))
    if any(needed.home != symbol.home for needed in pending):
        return True
    seen: set[str] = set()
    while pending:
        needed = pending.pop()
        if needed.path == symbol.path:
            return True
        if needed.path not in seen and not isinstance(needed.definition, TypeVariable):
            seen.add(needed.path)
            for text in evaluated(needed.definition):
                pending += _named(needed, text, package)
    return False


def evaluated(definition: Definition | TypeVariable) -> Iterator[str]:
    """The expressions Python evaluates when it imports a definition, unlike annotations."""
    match definition:
        case TypeVariable(bound=bound, constraints=constraints):
            yield from (*constraints, *((bound,) if bound else ()))
        case TypeAlias(type=text):
            yield text
        case Variable(value=str() as value):
            yield value
        case Function(parameters=parameters, decorators=decorators):
            yield from decorators
            yield from _defaults(parameters)
        case Class():
            yield from definition.bases
            yield from definition.decorators
            yield from _defaults(definition.parameters or {})
            for attribute in definition.attributes.values():
                yield from filter(None, (attribute.value, attribute.factory))
            for method in definition.methods.values():
                yield from evaluated(method)
            for inner in definition.classes.values():
                yield from evaluated(inner)


def _defaults(parameters: dict[str, Parameter]) -> Iterator[str]:
    for parameter in parameters.values():
        yield from filter(None, (parameter.default, parameter.factory))
