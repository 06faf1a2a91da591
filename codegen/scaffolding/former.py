"""What was generated last: the types it documents, and the cores it calls.

Knows how to find a definition in the generated package or its stubs. So a type that somebody changed in a spec is told
from one that a core says in another way on purpose, and a core that no spec names any more from a helper. It must not
know specs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping

from codegen.emitters.python.members import pair_name
from codegen.scaffolding.imports import bindings
from codegen.scaffolding.resolving import resolved

_IMPORT = re.compile(
    r"^ +(?:from ([\w.]+) )?import (?:\(([^)]*)\)|(.+))$", re.MULTILINE
)
_CALL = re.compile(r"\b(\w+)\.(\w+)\(")

Types = dict[str, str | None]
"""The types of parameters, and of the result under ``return``."""


class Former:
    """The Python files of an output folder, by module."""

    def __init__(
        self, texts: Mapping[str, str], canonical: Callable[[str], str]
    ) -> None:
        self._texts = texts
        self._canonical = canonical
        self._trees: dict[str, ast.Module | None] = {}

    def types(
        self, module: str, names: tuple[str, ...], *, setter: bool
    ) -> Types | None:
        """The types documented of a definition; None when there was none."""
        tree = self._tree(module)
        if tree is None:
            return None
        function = _function(tree.body, names, setter)
        if function is None:
            return None
        bound = bindings(module, tree)

        def path(name: str) -> str:
            first, dot, rest = name.partition(".")
            known = bound.get(first)
            return self._canonical(f"{known.path}{dot}{rest}" if known else name)

        def text(node: ast.expr | None) -> str | None:
            return None if node is None else resolved(ast.unparse(node), path)

        arguments = function.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        every += filter(None, [arguments.vararg, arguments.kwarg])
        found = {argument.arg: text(argument.annotation) for argument in every}
        return {**found, "return": text(function.returns)}

    def cores(self, roots: frozenset[str]) -> set[str]:
        """What generated code calls of the packages in ``roots``, as package.module:function.

        Delegations have one form, and this is a question about every file: so their text is searched, not parsed.
        """
        found: set[str] = set()
        for text in self._texts.values():
            modules = dict(_imported(text))
            for local, function in _CALL.findall(text):
                path = modules.get(local, "")
                if path.partition(".")[0] in roots:
                    found.add(f"{path}:{function}")
        return found

    def _tree(self, module: str) -> ast.Module | None:
        if module not in self._trees:
            try:
                self._trees[module] = ast.parse(self._texts.get(module, ""))
            except (SyntaxError, ValueError):
                self._trees[module] = None
        return self._trees[module]


def _imported(text: str) -> Iterator[tuple[str, str]]:
    """The modules a generated file imports inside functions, by the names they have there."""
    for origin, block, names in _IMPORT.findall(text):
        for entry in (block or names).split(","):
            name, _, local = entry.strip().partition(" as ")
            if name:
                yield local or name, f"{origin}.{name}" if origin else name


def _function(
    body: list[ast.stmt], names: tuple[str, ...], setter: bool
) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """The definition at the end of a way through classes; that of the helper behind a pair."""
    helper = pair_name(".".join(names[:-1]), names[-1])
    for statement in body:
        if isinstance(statement, ast.ClassDef) and statement.name == helper:
            return _function(statement.body, ("__call__",), setter)
    for name in names[:-1]:
        inner = [s.body for s in body if isinstance(s, ast.ClassDef) and s.name == name]
        body = inner[0] if inner else []
    found = [
        statement
        for statement in body
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef)
        and statement.name == names[-1]
        and _is_setter(statement) == setter
    ]
    return found[-1] if found else None


def _is_setter(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        isinstance(decorator, ast.Attribute) and decorator.attr == "setter"
        for decorator in function.decorator_list
    )
