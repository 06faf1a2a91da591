"""What the statements of a module or class body bind: definitions in order, imports, ``__all__``.

Knows which statements belong to one definition (overloads, a property and its setter) and which of several wins. It must
not know what a definition means in terms of the model.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from codegen.readers.source.branches import Statement, Target, statements
from codegen.readers.source.losses import Losses
from codegen.readers.yaml import HIDDEN
from codegen.types import dotted

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Binding(NamedTuple):
    """A name of a body: the statements that define it, or the dotted name it is imported from."""

    name: str
    nodes: tuple[ast.stmt, ...]
    imported: str = ""
    explicit: bool = False
    doc: str = ""

    @property
    def node(self) -> ast.stmt:
        """The statement that decides: the last one."""
        return self.nodes[-1]


class TypeParameter(NamedTuple):
    """A type parameter in PEP 695's syntax, and whether a class declares it."""

    node: ast.AST
    of_class: bool


@dataclass
class Body:
    """What a body binds, in order of first definition, and the modules whose public names it takes over."""

    bindings: dict[str, Binding] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    listed: list[str] | None = None
    """``__all__``, with an item ``module.*`` for each module whose list is taken over."""
    in_tuple: bool = False
    """Whether ``__all__`` is a tuple."""


class SourceModule:
    """One parsed module: its names, and where to report what is lost of it."""

    def __init__(
        self, name: str, path: str, text: str, target: Target, *, whole: bool = False
    ) -> None:
        """Parse a module; raise SyntaxError or ValueError when it is not Python.

        A ``whole`` module is read like a stub, which has nothing that is not meant to be seen.
        """
        self.name = name
        self.is_package = path.rpartition("/")[2].startswith("__init__.")
        self.is_stub = whole or path.endswith(".pyi")
        self.target = target
        self.losses = Losses(path, text)
        tree = ast.parse(text, filename=path)
        self.doc = self.visible(docstring(tree), tree)
        # Those that definitions declare for themselves (PEP 695), under names that are free in the module.
        self.type_parameters: dict[str, TypeParameter] = {}
        self.body = self.read(tree.body)

    def visible(self, text: str, node: ast.AST) -> str:
        """A text without invisible characters, which specs refuse: they are written as escapes, with a finding."""
        if not text or HIDDEN.search(text) is None:
            return text
        message = "the text holds invisible characters, which become escapes"
        self.losses.report(node, "loss-text", message)
        return HIDDEN.sub(lambda found: repr(found[0])[1:-1], text)

    def read(self, nodes: list[ast.stmt]) -> Body:
        """Collect what a body of this module binds."""
        return _Collector(self).collect(nodes)

    def absolute(self, module: str | None, level: int) -> str:
        """The dotted name of the module an import statement names; empty when it leads out of the package."""
        if not level:
            return module or ""
        parts = self.name.split(".")
        parts = parts[: len(parts) - level + (1 if self.is_package else 0)]
        return ".".join([*parts, *([module] if module else [])]) if parts else ""

    def left_out(self, node: ast.stmt, names: list[str], checking: bool) -> None:
        """Report a branch that does not hold for the Python that is read for, or only for type checkers."""
        shown = ", ".join(f"'{name}'" for name in names[:40])
        more = ", …" if len(names) > 40 else ""
        if checking:
            message = f"{shown}{more} exist for type checkers alone"
            self.losses.report(node, "loss-branch", message)
            return
        message = f"the branch that defines {shown}{more} does not hold and is left out"
        hint = "`--python` says which version is read for"
        self.losses.report(node, "loss-branch", message, hint)


class _Collector:
    def __init__(self, module: SourceModule) -> None:
        self._module = module
        self._body = Body()

    def collect(self, nodes: list[ast.stmt]) -> Body:
        previous: list[str] = []
        for statement in statements(nodes, self._module.target, self._module.left_out):
            text = _bare_string(statement.node)
            if text is not None:
                text = self._module.visible(text, statement.node)
                for name in previous:
                    self._document(name, text)
                previous = []
            else:
                previous = self._bind(statement)
        return self._body

    def _document(self, name: str, text: str) -> None:
        binding = self._body.bindings.get(name)
        if binding is not None:
            self._body.bindings[name] = binding._replace(doc=text)

    def _bind(self, statement: Statement) -> list[str]:
        """Bind what a statement defines; return the names a text below it would document."""
        node = statement.node
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node, statement.fallback)
            case ast.ClassDef():
                self._put(Binding(node.name, (node,)), statement.fallback)
            case ast.Import() | ast.ImportFrom():
                self._import(node, statement.fallback)
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                return self._assign(node, statement.fallback)
            case ast.Delete():
                for target in node.targets:
                    self._body.bindings.pop(dotted(target) or "", None)
            case ast.Expr(value=ast.Call() as call):
                self._extend_listed(call)
            case _:
                name = getattr(node, "name", None)
                # `type X = ...`, which Python parses since 3.12.
                if isinstance(name, ast.Name):
                    self._put(Binding(name.id, (node,)), statement.fallback)
        return []

    def _put(self, binding: Binding, fallback: bool) -> None:
        known = self._body.bindings.get(binding.name)
        if fallback and known is not None and not self._gives_way(known, binding):
            return
        self._body.bindings[binding.name] = binding

    def _gives_way(self, known: Binding, fallback: Binding) -> bool:
        """Whether an import that type checkers are told to overlook has one beside it that they can follow."""
        if not known.imported or not fallback.imported:
            return False
        overlooked = self._module.losses.is_overlooked
        return bool(overlooked(known.node)) and not overlooked(fallback.node)

    def _function(self, node: FunctionNode, fallback: bool) -> None:
        known = self._body.bindings.get(node.name)
        if known is not None and fallback and not _continues(known.node, node):
            return
        if known is not None and not known.imported and _continues(known.node, node):
            self._body.bindings[node.name] = known._replace(nodes=(*known.nodes, node))
        else:
            self._body.bindings[node.name] = Binding(node.name, (node,))

    def _import(self, node: ast.Import | ast.ImportFrom, fallback: bool) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                local, path = alias.asname or root, alias.name if alias.asname else root
                explicit = alias.asname == alias.name
                self._put(Binding(local, (node,), path, explicit), fallback)
            return
        owner = self._module.absolute(node.module, node.level)
        for alias in node.names:
            if not owner:
                continue
            if alias.name == "*":
                self._body.stars.append(owner)
                continue
            local = alias.asname or alias.name
            explicit = alias.asname == alias.name or (
                node.level > 0 and node.module is None and alias.asname is None
            )
            binding = Binding(local, (node,), f"{owner}.{alias.name}", explicit)
            self._put(binding, fallback)

    def _assign(
        self, node: ast.Assign | ast.AnnAssign | ast.AugAssign, fallback: bool
    ) -> list[str]:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [name for target in targets for name in _names(target)]
        if "__all__" in names:
            added = isinstance(node, ast.AugAssign)
            listed = (self._body.listed or []) if added else []
            self._list(node.value, listed, node.value or node)
            self._body.in_tuple |= isinstance(node.value, ast.Tuple) and not added
            return []
        if isinstance(node, ast.AugAssign):
            return []
        for name in names:
            known = self._body.bindings.get(name)
            declared = known is not None and isinstance(known.node, ast.AnnAssign)
            if known is not None and declared and isinstance(node, ast.Assign):
                # What was declared keeps its type.
                self._put(known._replace(nodes=(node, known.node)), fallback)
            else:
                self._put(Binding(name, (node,)), fallback)
        return names

    def _list(self, value: ast.expr | None, known: list[str], at: ast.AST) -> None:
        names = _listed(value, self._path)
        if names is not None:
            self._body.listed = [*known, *names]
        else:
            message = "'__all__' is computed; its items cannot be read"
            self._module.losses.report(at, "loss-export", message)

    def _path(self, name: str) -> str:
        """The dotted name of the module behind ``name.__all__``."""
        first, dot, rest = name.partition(".")
        binding = self._body.bindings.get(first)
        return f"{binding.imported if binding else first}{dot}{rest}"

    def _extend_listed(self, call: ast.Call) -> None:
        method = dotted(call.func)
        if method in ("__all__.extend", "__all__.append") and call.args:
            value = call.args[0]
            if method.endswith("append"):
                value = ast.copy_location(ast.List([value], ast.Load()), value)
            self._list(value, self._body.listed or [], value)


def _continues(before: ast.stmt, node: FunctionNode) -> bool:
    """Whether a function goes on with the definition above it: an overload, or a property's setter or deleter."""
    if not isinstance(before, FunctionNode):
        return False
    for decorator in node.decorator_list:
        name = dotted(decorator) or ""
        if name in (
            f"{node.name}.setter",
            f"{node.name}.deleter",
            f"{node.name}.getter",
        ):
            return True
    return is_overload(before)


def is_overload(node: FunctionNode) -> bool:
    """Whether a function is one of several alternative signatures."""
    names = (dotted(decorator) or "" for decorator in node.decorator_list)
    # Imported under another name where a class has a member of this one.
    return any(name.rpartition(".")[2].lstrip("_") == "overload" for name in names)


def _names(target: ast.expr) -> Iterator[str]:
    match target:
        case ast.Name(id=name):
            yield name
        case ast.Tuple(elts=items) | ast.List(elts=items):
            for item in items:
                yield from _names(item)
        case _:
            pass


def _listed(value: ast.expr | None, path: Callable[[str], str]) -> list[str] | None:
    """The names an expression for ``__all__`` lists; None when it does more than listing."""
    match value:
        case ast.List(elts=items) | ast.Tuple(elts=items):
            names: list[str] = []
            for item in items:
                match item:
                    case ast.Constant(value=str(name)):
                        names.append(name)
                    case ast.Starred(value=inner):
                        more = _listed(inner, path)
                        if more is None:
                            return None
                        names += more
                    case _:
                        return None
            return names
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            first, second = _listed(left, path), _listed(right, path)
            return None if first is None or second is None else first + second
        case ast.Attribute(value=owner, attr="__all__"):
            module = dotted(owner)
            return None if module is None else [f"{path(module)}.*"]
        case ast.Call(func=ast.Name(id="list" | "tuple" | "sorted"), args=[inner]):
            return _listed(inner, path)
        case _:
            return None


def _bare_string(node: ast.stmt) -> str | None:
    match node:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return cleaned(text)
        case _:
            return None


def docstring(node: ast.Module | ast.ClassDef | FunctionNode) -> str:
    """The docstring of a definition with the indentation of the code taken away."""
    if not node.body:
        return ""
    return _bare_string(node.body[0]) or ""


def cleaned(text: str) -> str:
    """A docstring as Python 3.13 keeps it: without the indentation its lines share."""
    lines = text.expandtabs().split("\n")
    indents = [len(line) - len(line.lstrip(" ")) for line in lines[1:] if line.strip()]
    margin = min(indents, default=0)
    lines = [lines[0].lstrip(" "), *(line[margin:].rstrip() for line in lines[1:])]
    while lines and not lines[-1].strip():
        lines.pop()
    while lines and not lines[0].strip():
        lines.pop(0)
    return "\n".join(line.rstrip() for line in lines)
