"""The generated package as griffe loads it: a second opinion on signatures, by a reader that shares no code with ours.

Knows which of griffe's objects stands for which definition. It must not judge types and texts: other mirrors do.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from codegen.compare import signature_differences
from codegen.diagnostics import Diagnostic, Location
from codegen.emitters.python.members import CALLED_BY_PYTHON, pair_name
from codegen.model import Class, Function, Parameter
from codegen.package import Symbol
from codegen.readers.source.cores import signature
from codegen.verifying.rows import Project, Row
from codegen.walk import Path as Keys

if TYPE_CHECKING:
    import griffe

# Python gives these their constructors, as type checkers know and griffe does not.
_WITHOUT_CONSTRUCTOR = ("enum", "typed-dict", "named-tuple", "protocol")


def row(project: Project, folder: Path) -> Row:
    """Compare names, kinds and defaults with what griffe says of the package in a folder."""
    import griffe

    root = project.settings.package.partition(".")[0]
    tree = griffe.load(
        root, search_paths=[folder], allow_inspection=False, resolve_aliases=False
    )
    assert isinstance(tree, griffe.Module)
    view = _View(project, tree, folder)
    symbols = {symbol.path: symbol for symbol in project.package.symbols.values()}
    found = [f for symbol in symbols.values() for f in view.definition(symbol)]
    counted = len(project.of_kind("package", ".py")), len(symbols)
    return Row("griffe", "spec -> package -> griffe", counted, tuple(found))


class _View:
    def __init__(self, project: Project, tree: griffe.Module, folder: Path) -> None:
        self._project = project
        self._tree = tree
        self._folder = folder

    def definition(self, symbol: Symbol) -> Iterator[Diagnostic]:
        """What griffe says otherwise of a definition and its members."""
        definition = symbol.definition
        if isinstance(definition, Class):
            yield from self._class(symbol, ("classes", symbol.name), definition)
        elif isinstance(definition, Function):
            keys: Keys = ("functions", symbol.name)
            yield from self._callable(symbol, keys, symbol.name, definition, None)
        elif self._find(symbol, symbol.name) is None:
            yield self._missing(symbol, self._keys(symbol))

    def _keys(self, symbol: Symbol) -> Keys:
        module = self._project.package.modules[symbol.module]
        groups = ("type_variables", "type_aliases", "variables")
        group = next(g for g in groups if symbol.name in getattr(module, g))
        return group, symbol.name

    def _class(self, symbol: Symbol, keys: Keys, cls: Class) -> Iterator[Diagnostic]:
        found = self._find(symbol, symbol.name)
        if found is None or not found.is_class:
            yield self._missing(symbol, keys)
            return
        for group in (cls.attributes, cls.properties):
            for name in group:
                if self._find(symbol, f"{symbol.name}.{name}") is None:
                    where = "attributes" if group is cls.attributes else "properties"
                    yield self._missing(symbol, (*keys, where, name))
        yield from self._constructor(symbol, keys, cls)
        for name, method in cls.methods.items():
            if name == "__init__" or (method.core is None and name in CALLED_BY_PYTHON):
                continue
            path = f"{symbol.name}.{name}"
            here = (*keys, "methods", name)
            yield from self._callable(symbol, here, path, method, symbol.name)
        for name, inner in cls.classes.items():
            child = symbol._replace(name=f"{symbol.name}.{name}", definition=inner)
            yield from self._class(child, (*keys, "classes", name), inner)

    def _constructor(
        self, symbol: Symbol, keys: Keys, cls: Class
    ) -> Iterator[Diagnostic]:
        expected = self._project.package.constructor(symbol.module, cls)
        is_own = cls.parameters is not None
        if not is_own or expected is None or cls.kind in _WITHOUT_CONSTRUCTOR:
            return
        if "__init__" in cls.methods or (cls.dataclass and not cls.dataclass.init):
            return
        init = self._find(symbol, f"{symbol.name}.__init__")
        if init is None or not init.is_function:
            yield self._missing(symbol, (*keys, "parameters"))
            return
        wanted = Function(parameters=_made(expected))
        yield from self._signatures(symbol, (*keys, "parameters"), wanted, init)

    def _callable(
        self,
        symbol: Symbol,
        keys: Keys,
        path: str,
        function: Function,
        owner: str | None,
    ) -> Iterator[Diagnostic]:
        found = self._find(symbol, path)
        if function.sync_and_async:
            # Such a callable is an instance of a class with two methods.
            helper = pair_name(owner or "", path.rpartition(".")[2])
            found = found and self._find(symbol, f"{helper}.__call__")
        if found is None or not (found.is_function or found.is_attribute):
            yield self._missing(symbol, keys)
        elif found.is_function:
            yield from self._signatures(symbol, keys, function, found)

    def _signatures(
        self,
        symbol: Symbol,
        keys: Keys,
        function: Function,
        found: griffe.Object | griffe.Alias,
    ) -> Iterator[Diagnostic]:
        actual = signature(found)
        given = dict(actual.parameters)
        first = next(iter(given), "")
        bound = keys[0] == "classes" and function.binding != "static"
        if bound or function.sync_and_async:
            given.pop(first, None)
        is_async = function.asynchronous and not function.sync_and_async
        wanted = structs.replace(
            function, parameters=_made(function.parameters), asynchronous=is_async
        )
        actual = structs.replace(actual, parameters=given)
        for difference in signature_differences(wanted, actual):
            place = self._project.place(symbol.module, keys, key=True)
            message = f"griffe sees that '{keys[-1]}' {difference.message}"
            if keys[-1] == "parameters":
                message = f"griffe sees that '{symbol.name}' {difference.message}"
            related = self._produced(found)
            yield Diagnostic(
                place, "mirror-griffe", message, difference.hint, "error", related
            )

    def _missing(self, symbol: Symbol, keys: Keys) -> Diagnostic:
        place = self._project.place(symbol.module, keys, key=True)
        message = f"griffe sees no '{keys[-1]}' in '{symbol.home}'"
        return Diagnostic(place, "mirror-griffe", message)

    def _find(self, symbol: Symbol, path: str) -> griffe.Object | griffe.Alias | None:
        """An object of griffe's, by its dotted name in the module that defines it."""
        home = symbol.home.partition(".")[2]
        try:
            found: griffe.Object | griffe.Alias
            found = self._tree[f"{home}.{path}" if home else path]
        except KeyError:
            return None
        return found

    def _produced(self, found: griffe.Object | griffe.Alias) -> Location:
        path = Path(str(found.filepath)).relative_to(self._folder).as_posix()
        return self._project.produced(path, found.lineno or 1)


def _made(parameters: dict[str, Parameter]) -> dict[str, Parameter]:
    """Parameters with a call as the default where that is made anew for each object."""
    return {
        name: (
            parameter
            if parameter.factory is None
            else structs.replace(
                parameter, factory=None, default=f"{parameter.factory}()"
            )
        )
        for name, parameter in parameters.items()
    }
