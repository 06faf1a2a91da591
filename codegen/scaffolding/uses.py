"""Where Python texts use what is about to change: calls of a core, and what its own body reads.

Knows scopes as far as a static search needs them. It must not know why somebody asks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from codegen.diagnostics import Location
from codegen.scaffolding.imports import Binding, bindings, origin_of
from codegen.types import dotted

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Use(NamedTuple):
    """A place that uses a function: whether it calls it there, or names it."""

    reference: str
    location: Location
    calls: bool


def uses(
    module: str, path: str, text: str, references: frozenset[str]
) -> Iterator[Use]:
    """Every place in a module that uses one of the functions, each written package.module:function."""
    names = {reference.partition(":")[2] for reference in references}
    if not any(name in text for name in names):
        return
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    lines = text.split("\n")
    wanted = {reference.replace(":", "."): reference for reference in references}
    for node, called, bound in _named(tree, module):
        name = dotted(node)
        if name is None:
            continue
        first, dot, rest = name.partition(".")
        known = bound.get(first)
        reference = wanted.get(f"{known.path}{dot}{rest}") if known else None
        if reference is not None:
            yield Use(reference, located(path, lines, node), called)


def located(path: str, lines: list[str], node: ast.expr) -> Location:
    """Where an expression stands."""
    line = lines[node.lineno - 1].encode()
    column = len(line[: node.col_offset].decode(errors="replace")) + 1
    length = 1
    if node.end_lineno == node.lineno:
        length = len(line[node.col_offset : node.end_col_offset].decode())
    return Location(path, node.lineno, column, length)


def _named(
    tree: ast.Module, module: str
) -> Iterator[tuple[ast.expr, bool, Mapping[str, Binding]]]:
    """Every name and attribute, whether it is called, and what names mean where it stands."""
    todo: list[tuple[ast.AST, bool, dict[str, Binding]]] = [
        (tree, False, bindings(module, tree))
    ]
    while todo:
        node, called, bound = todo.pop()
        if isinstance(node, ast.Attribute | ast.Name):
            if isinstance(node.ctx, ast.Load):
                yield node, called, bound
            if dotted(node) is not None:
                continue
        if isinstance(node, _Function):
            bound = _inside(node, module, bound)
        for child in ast.iter_child_nodes(node):
            is_callee = isinstance(node, ast.Call) and child is node.func
            todo.append((child, is_callee, bound))


def _inside(
    function: _Function, module: str, bound: dict[str, Binding]
) -> dict[str, Binding]:
    """What names mean inside a function: its own hide those outside, its imports bind more."""
    inner = {name: bound[name] for name in bound.keys() - own_names(function)}
    for node in ast.walk(function):
        if isinstance(node, ast.ImportFrom):
            origin = origin_of(module, node)
            for alias in node.names:
                path = f"{origin}.{alias.name}"
                inner[alias.asname or alias.name] = Binding(path, True)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.asname or alias.name.partition(".")[0]
                path = alias.name if alias.asname else root
                inner[root] = Binding(path, True)
    return inner


def own_names(function: _Function) -> set[str]:
    """The parameters of a function and the names it assigns."""
    names = {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    every = ast.walk(function.args)
    return names | {node.arg for node in every if isinstance(node, ast.arg)}


def read_in_body(function: _Function, names: frozenset[str]) -> Iterator[ast.Name]:
    """Where the body of a function reads names, functions inside it that have such names of their own left out."""
    body = function.body if isinstance(function.body, list) else [function.body]
    todo: list[tuple[ast.AST, frozenset[str]]] = [(node, names) for node in body[::-1]]
    while todo:
        node, looked_for = todo.pop()
        match node:
            case ast.Name(ctx=ast.Load() | ast.Del(), id=name) if name in looked_for:
                yield node
        if isinstance(node, _Function):
            parameters = {n.arg for n in ast.walk(node.args) if isinstance(n, ast.arg)}
            looked_for -= parameters
        children = list(ast.iter_child_nodes(node))
        todo += [(child, looked_for) for child in children[::-1]]
