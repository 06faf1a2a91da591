"""The names a module of cores binds, and the imports it needs for others.

Knows what import statements bind. It must not know how a text is changed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import NamedTuple

from codegen.emitters.python.names import Import
from codegen.package import BUILTIN_NAMES


class Binding(NamedTuple):
    """What a name of a module stands for, and whether it exists when the module runs."""

    path: str
    run_time: bool


def bindings(module: str, tree: ast.Module) -> dict[str, Binding]:
    """What the names a module binds at its top level stand for."""
    found: dict[str, Binding] = {}
    for statement, run_time in _statements(tree.body, True):
        for name, path in _bound(module, statement):
            known = found.get(name)
            if known is None or not known.run_time:
                found[name] = Binding(path, run_time)
    return found


def _statements(
    body: list[ast.stmt], run_time: bool
) -> Iterator[tuple[ast.stmt, bool]]:
    for statement in body:
        if isinstance(statement, ast.If):
            runs = run_time and not is_for_type_checkers(statement)
            yield from _statements(statement.body, runs)
            yield from _statements(statement.orelse, run_time)
        elif isinstance(statement, ast.Try):
            for part in (statement.body, statement.orelse, statement.finalbody):
                yield from _statements(part, run_time)
            for handler in statement.handlers:
                yield from _statements(handler.body, run_time)
        else:
            yield statement, run_time


def _bound(module: str, statement: ast.stmt) -> Iterator[tuple[str, str]]:
    match statement:
        case ast.Import(names=names):
            for alias in names:
                root = alias.name.partition(".")[0]
                yield alias.asname or root, alias.name if alias.asname else root
        case ast.ImportFrom(names=names):
            origin = origin_of(module, statement)
            for alias in names:
                yield alias.asname or alias.name, f"{origin}.{alias.name}"
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield statement.name, f"{module}.{statement.name}"
        case _:
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    yield node.id, f"{module}.{node.id}"


def origin_of(module: str, statement: ast.ImportFrom) -> str:
    """The module a ``from`` import names, where it stands in ``module``; a package is taken for a module."""
    if not statement.level:
        return statement.module or ""
    above = module.split(".")[: -statement.level]
    return ".".join([*above, *filter(None, [statement.module])])


def is_for_type_checkers(statement: ast.stmt) -> bool:
    """Whether a statement is ``if TYPE_CHECKING:``."""
    if not isinstance(statement, ast.If):
        return False
    match statement.test:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name == "TYPE_CHECKING"
    return False


class Names:
    """How names are spelled in one module of cores. Spelling a name notes the import it needs.

    ``canonical`` gives the one dotted name of what has several.
    """

    def __init__(
        self,
        module: str,
        tree: ast.Module,
        canonical: Callable[[str], str],
        split: Callable[[str], tuple[str, str]],
    ) -> None:
        self._bound = bindings(module, tree)
        self._canonical = canonical
        self._split = split
        self.needed: list[tuple[Import, bool]] = []

    def path(self, name: str) -> str:
        """What a dotted name written in the module stands for."""
        first, dot, rest = name.partition(".")
        known = self._bound.get(first)
        return self._canonical(name if known is None else f"{known.path}{dot}{rest}")

    def is_at_run_time(self, name: str) -> bool:
        """Whether a spelled name exists when the module runs."""
        first = name.partition(".")[0]
        known = self._bound.get(first)
        return first in BUILTIN_NAMES if known is None else known.run_time

    def spell(self, path: str, *, run_time: bool) -> str:
        """Spell what a dotted name stands for."""
        if path in ("typing.Optional", "typing.Union"):
            return path
        if "." not in path:
            if path not in self._bound:
                return path
            return f"{self._import('builtins', None, run_time)}.{path}"
        module, name = self._split(path)
        first, dot, rest = name.partition(".")
        for local, binding in self._bound.items():
            if run_time and not binding.run_time:
                continue
            if binding.path == module and "." not in module:
                return f"{local}.{name}"
            if self._canonical(binding.path) == f"{module}.{first}":
                return f"{local}{dot}{rest}"
        return f"{self._import(module, first, run_time)}{dot}{rest}"

    def _import(self, module: str, name: str | None, run_time: bool) -> str:
        local = name or module
        path = f"{module}.{name}" if name else module
        while local in self._bound and self._bound[local].path != path:
            local = f"_{local}"
        self._bound[local] = Binding(path, run_time)
        wanted = Import(module, name, local)
        if (wanted, False) in self.needed:
            self.needed.remove((wanted, False))
        self.needed.append((wanted, run_time))
        return local
