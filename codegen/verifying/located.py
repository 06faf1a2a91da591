"""From a place in a generated file, or a dotted name, back to the spec that says it.

Knows that generated files hold definitions under their own names. It must not know who asks.
"""

from __future__ import annotations

import ast

from codegen.diagnostics import Location
from codegen.model import Class
from codegen.package import Symbol
from codegen.telling import GROUPS
from codegen.verifying.rows import Project
from codegen.walk import Path, class_path

_MEMBERS = ("methods", "properties", "attributes", "parameters")
_Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def by_name(project: Project, name: str) -> Location:
    """Where the spec tells of what Python finds under a dotted name, or of the nearest thing above it."""
    rest: list[str] = []
    while name:
        symbol = project.package.lookup(name)
        if symbol is not None:
            return project.place(symbol.module, _keys(project, symbol, rest), key=True)
        name, _, last = name.rpartition(".")
        rest.insert(0, last)
    return project.place(next(iter(project.specs.documents)), ("module",), key=True)


def by_line(project: Project, path: str, line: int) -> Location:
    """Where the spec tells of the definition that a line of a generated file belongs to."""
    output = project.outputs.get(path)
    if output is None:
        return by_name(project, "")
    parts = path.rpartition(".")[0].replace("-stubs/", "/").split("/")
    home = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    names: list[str] = []
    node: ast.AST | None = ast.parse(output.text)
    while node is not None:
        node = _around(node, line)
        if node is not None:
            names.append(_name(node))
    if names and project.package.lookup(f"{home}.{names[0]}") is not None:
        return by_name(project, ".".join((home, *names)))
    module = next(iter(sorted(output.sources)), "")
    if module in project.specs.documents:
        return project.place(module, ("module",), key=True)
    return by_name(project, "")


def _around(owner: ast.AST, line: int) -> ast.AST | None:
    """The definition in a body that a line belongs to."""
    if not isinstance(owner, ast.Module | ast.ClassDef):
        return None
    for node in owner.body:
        first = node.lineno
        if isinstance(node, _Definition) and node.decorator_list:
            first = node.decorator_list[0].lineno
        if first <= line <= (node.end_lineno or first) and _name(node):
            return node
    return None


def _name(node: ast.AST) -> str:
    match node:
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            return node.name
        case ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
    return ""


def _keys(project: Project, symbol: Symbol, rest: list[str]) -> Path:
    """The keys that lead to a definition, and to a member of it."""
    module = project.package.modules[symbol.module]
    name = symbol.name.partition(".")[0]
    group = next(group for group in GROUPS if name in getattr(module, group))
    path: Path = (group, *class_path(symbol.name)[1:])
    if rest and isinstance(symbol.definition, Class):
        for members in _MEMBERS:
            if rest[0] in (getattr(symbol.definition, members) or {}):
                return (*path, members, rest[0])
    return path
