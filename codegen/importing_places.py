"""Where an element of a spec that was just read stands: in the source, or on the pages, looked up when it is asked for.

Knows how paths of keys show in Python and on pages. It must not know why somebody asks. An element that cannot be found
stands where the nearest one above it does.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping

from codegen.diagnostics import Location
from codegen.model import Module
from codegen.placement import class_pages, is_flat, module_file
from codegen.readers.source.packages import Specs
from codegen.walk import Path

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Named = _Function | ast.ClassDef
_PAIRS = ("methods", "properties", "classes", "attributes", "parameters")


class SourcePlaces:
    """Places in the Python files that specs were read from."""

    def __init__(self, specs: Specs, texts: Mapping[str, str]) -> None:
        self._locations = specs.locations
        self._texts = texts
        self._trees: dict[str, ast.Module] = {}

    def locate(self, module: str, path: Path) -> Location:
        """The place of the element that a path of keys leads to."""
        whole = self._locations.get((module, ""), Location(module))
        if len(path) < 2:
            return whole
        top = self._locations.get((module, str(path[1])), whole)
        text = self._texts.get(top.path)
        if text is None:
            return top
        tree = self._trees.get(top.path)
        if tree is None:
            tree = self._trees[top.path] = ast.parse(text)
        node = _named(tree.body, str(path[1]), top.line)
        found = None if node is None else _inside(node, path[2:])
        if found is None:
            return top
        line = text.split("\n")[found.lineno - 1]
        column = len(line.encode()[: found.col_offset].decode()) + 1
        return Location(top.path, found.lineno, column, _length(found, line, column))


def _length(node: ast.expr | ast.stmt | ast.arg, line: str, column: int) -> int:
    """How many characters of the first line are meant: a name, or the expression."""
    if isinstance(node, _Named):
        return len(line.rstrip()) - column + 1
    if node.end_lineno != node.lineno or node.end_col_offset is None:
        return 1
    return node.end_col_offset - node.col_offset


def _named(body: Iterable[ast.stmt], name: str, line: int = 0) -> _Named | None:
    """The last definition of a name in a body and its branches, or the one on a line."""
    found: _Named | None = None
    for statement in body:
        if isinstance(statement, _Named):
            if statement.name == name:
                found = statement
                first = min([statement, *statement.decorator_list], key=_line)
                if line and first.lineno <= line <= statement.lineno:
                    return statement
            continue
        inner = ast.iter_child_nodes(statement)
        statements = [node for node in inner if isinstance(node, ast.stmt)]
        found = _named(statements, name, line) or found
    return found


def _line(node: ast.stmt | ast.expr) -> int:
    return node.lineno


def _inside(node: _Named, path: Path) -> ast.stmt | ast.expr | ast.arg | None:
    """What the rest of a path leads to, seen from a definition."""
    if not path:
        return node
    key, *rest = path
    if key == "returns":
        return node.returns if isinstance(node, _Function) and node.returns else node
    if key not in _PAIRS or not rest:
        return node
    name = str(rest[0])
    if key == "parameters":
        return _parameter(node, name, rest[-1]) or node
    if key == "attributes":
        return _variable(node, name) or node
    inner = _named(node.body, name)
    return node if inner is None else _inside(inner, tuple(rest[1:]))


def _parameter(
    node: _Named, name: str, fact: str | int
) -> ast.stmt | ast.expr | ast.arg | None:
    """A parameter of a function, or of a class: a field, or a parameter of its ``__init__``."""
    if isinstance(node, ast.ClassDef):
        init = _named(node.body, "__init__")
        return _parameter(init, name, fact) if init else _variable(node, name)
    given = node.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    every += [arg for arg in (given.vararg, given.kwarg) if arg is not None]
    found = next((arg for arg in every if arg.arg == name), None)
    if found is not None and fact == "type" and found.annotation is not None:
        return found.annotation
    return found


def _variable(node: _Named, name: str) -> ast.stmt | None:
    for statement in node.body:
        targets: list[ast.expr] = []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        elif isinstance(statement, ast.Assign):
            targets = statement.targets
        if any(isinstance(t, ast.Name) and t.id == name for t in targets):
            return statement
    return None


class PagePlaces:
    """Places on the pages that modules were read from."""

    def __init__(
        self,
        modules: Mapping[str, Module],
        texts: Mapping[str, str],
        places: Mapping[str, str],
    ) -> None:
        self._modules = modules
        self._texts = texts
        self._shown = {place: shown for shown, place in places.items()}

    def locate(self, module: str, path: Path) -> Location:
        """The place of the element that a path of keys leads to."""
        shown = self._page(module, path)
        if shown is None:
            return Location(module)
        lines = self._texts[shown].split("\n")
        found = Location(shown)
        for pattern in self._patterns(module, path):
            rest = enumerate(lines[found.line - 1 :], found.line)
            matches = ((number, re.search(pattern, line)) for number, line in rest)
            place = next(((n, match) for n, match in matches if match), None)
            if place is None:
                break
            start, end = place[1].span(1)
            found = Location(shown, place[0], start + 1, max(1, end - start))
        return found

    def _page(self, module: str, path: Path) -> str | None:
        """The page that shows an element: that of its class, or that of its module."""
        spec = self._modules[module]
        files = [module_file(module, spec)]
        if path[:1] == ("classes",) and len(path) > 1 and not is_flat(spec.page):
            files.insert(0, class_pages(module, spec).get(str(path[1]), ""))
        if not spec.page.written:
            files += class_pages(module, spec).values()
        return next((self._shown[file] for file in files if file in self._shown), None)

    def _patterns(self, module: str, path: Path) -> list[str]:
        """What to look for, one after another, to come to an element."""
        spec = self._modules[module]
        found = ["^# (.*)"]
        steps = list(zip(path[::2], path[1::2], strict=False))
        for key, step in steps:
            name = re.escape(str(step))
            if key == "classes" and is_flat(spec.page):
                shown = re.escape(spec.page.documents or module)
                found.append(rf"^## ({shown}\.{name})$")
            elif key in ("methods", "functions"):
                found.append(rf"^#+ ({name}\(\))$")
            elif key in ("properties", "variables"):
                found.append(rf"^\| `({name})` \|")
            elif key == "parameters":
                found.append(rf"^    \*{{0,2}}({name})\b")
            elif key == "returns":
                found.append(r"^(\).*|def \w+\(\))$")
        return found
