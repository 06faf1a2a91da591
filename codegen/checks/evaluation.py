"""Evaluation: whether Python can import what is generated, where one definition needs another to exist first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from codegen.checks.base import Context, Finding
from codegen.checks.bases import Lines
from codegen.checks.chains import LONGEST_CHAIN, Chains
from codegen.layout import needed_by
from codegen.model import Module
from codegen.package import Package, Symbol, definitions
from codegen.walk import Path


def definitions_without_circles(module: Module, context: Context) -> Iterator[Finding]:
    """No definition needs itself, and no module needs itself, to be imported."""
    if "package" not in context.settings.outputs:
        return  # Type checkers read definitions and imports in any order.
    needs = _Needs.of(context.package, context.settings.lazy)
    broken = False
    for path, symbol in _symbols(module, context.package):
        if needs.definitions.sound(symbol.path):
            continue
        broken = True
        if not Lines.of(context.package).sound(symbol.path):
            continue  # Reported as such.
        way = needs.definitions.circle(symbol.path)
        if way:
            names = " -> ".join(step.rpartition(".")[2] for step in way)
            message = f"'{symbol.name}' needs itself: {names}"
            hint = "Python evaluates bases, defaults and aliases when it imports them"
            yield Finding("cyclic-definition", path, message, hint, key=True)
        elif needs.definitions.too_long(symbol.path):
            message = f"'{symbol.name}' needs more than {LONGEST_CHAIN} others in a row"
            yield Finding("chain-length", path, message, key=True)
    if broken:
        return
    for path, symbol in _symbols(module, context.package):
        for start, target in _imports(module, symbol, needs):
            way = needs.modules.circle(start)
            if target in way[1:2]:
                message = f"importing '{start}' needs itself: {' -> '.join(way)}"
                hint = "move what both need to a module of its own with `defined_in`"
                yield Finding("cyclic-import", path, message, hint, key=True)
                return


def type_variables(module: Module, context: Context) -> Iterator[Finding]:
    """A type variable has a bound, or at least two constraints, or neither."""
    del context
    for name, variable in module.type_variables.items():
        path: Path = ("type_variables", name)
        if variable.bound is not None and variable.constraints:
            message = f"'{name}' has a bound and constraints"
            yield Finding("type-variable", (*path, "constraints"), message, key=True)
        elif len(variable.constraints) == 1:
            message = f"'{name}' has a single constraint"
            hint = f"write `bound: {variable.constraints[0]}`, or give at least two"
            here = (*path, "constraints")
            yield Finding("type-variable", here, message, hint, key=True)
        restricted = variable.bound is not None or variable.constraints
        if variable.kind != "type-variable" and restricted:
            message = f"a {variable.kind} such as '{name}' cannot be restricted"
            yield Finding("type-variable", path, message, key=True)


def _symbols(module: Module, package: Package) -> Iterator[tuple[Path, Symbol]]:
    groups = ("type_variables", "type_aliases", "variables", "classes", "functions")
    for group in groups:
        for name, definition in getattr(module, group).items():
            home = definition.defined_in or module.module
            symbol = package.symbols.get(f"{home}.{name}")
            if symbol is not None and symbol.definition is definition:
                yield (group, name), symbol


def _imports(
    module: Module, symbol: Symbol, needs: _Needs
) -> Iterator[tuple[str, str]]:
    """The imports a definition causes: from where it stands, and from where it is re-exported at once."""
    for needed in needs.symbols(symbol):
        if needed.home != symbol.home:
            yield symbol.home, needed.home
    if needs.lazy or not symbol.definition.exported:
        return
    if symbol.home != module.module:
        yield module.module, symbol.home


class _Needs:
    """What must exist before a definition can be made, found out as far as somebody asks."""

    def __init__(self, package: Package, lazy: bool) -> None:
        self.lazy = lazy
        self._package = package
        self._known: dict[str, tuple[Symbol, ...]] = {}
        self.definitions = Chains(self._paths)
        self.modules = Chains(self._modules)
        self._imported: dict[str, tuple[str, ...]] = {}
        self._homes: dict[str, list[Symbol]] = {}
        for path, symbol in package.symbols.items():
            if path == symbol.path:
                self._homes.setdefault(symbol.home, []).append(symbol)

    @staticmethod
    @lru_cache(maxsize=1)
    def of(package: Package, lazy: bool) -> _Needs:
        """The needs of a package, kept from one module's check to the next."""
        return _Needs(package, lazy)

    def symbols(self, symbol: Symbol) -> tuple[Symbol, ...]:
        """The definitions that must exist before this one can be made."""
        if symbol.path not in self._known:
            needed = needed_by(symbol, self._package)
            found = {other.path: other for other in needed}
            self._known[symbol.path] = tuple(found.values())
        return self._known[symbol.path]

    def _paths(self, path: str) -> tuple[str, ...]:
        symbol = self._package.symbols.get(path)
        if symbol is None:
            return ()
        return tuple(needed.path for needed in self.symbols(symbol))

    def _modules(self, name: str) -> tuple[str, ...]:
        """The modules whose definitions the file of a module imports when it is imported itself."""
        if name in self._imported:
            return self._imported[name]
        found: dict[str, None] = {}
        for symbol in self._homes.get(name, ()):
            for needed in self.symbols(symbol):
                found[needed.home] = None
        module = self._package.modules.get(name)
        if module is not None and not self.lazy:
            for _, definition in definitions(module):
                if definition.exported and definition.defined_in is not None:
                    found[definition.defined_in] = None
            for path in module.exports:
                exported = self._package.lookup(path)
                if exported is not None:
                    found[exported.home] = None
        found.pop(name, None)
        self._imported[name] = tuple(found)
        return self._imported[name]
