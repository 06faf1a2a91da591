"""What a class inherits, as far as the tree tells: its kind, and which names the classes above it bind.

Knows how bases are looked up. It must not know what the body of a class means.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator
from functools import cached_property
from typing import Literal

from codegen.readers.source import decorators
from codegen.readers.source.bindings import Binding, FunctionNode
from codegen.readers.source.scopes import Scope
from codegen.readers.source.typing_forms import (
    kind_of,
    parsed_type,
    type_parameters,
    typing_name,
)
from codegen.readers.source.world import Found, Kind
from codegen.types import dotted

ClassKind = Literal[
    "class", "protocol", "enum", "exception", "typed-dict", "named-tuple"
]

_ENUMS = frozenset(
    f"enum.{n}" for n in "Enum IntEnum StrEnum Flag IntFlag ReprEnum".split()
)
_MOST_BASES = 50
_VARIABLE: Kind = "type-variable"


class Ancestry:
    """What a class inherits, as far as the tree tells."""

    def __init__(self, scope: Scope, node: ast.ClassDef) -> None:
        self._scope = scope
        self._node = node
        self.paths: list[str] = []
        self._above: list[tuple[str, ast.ClassDef]] = []
        self._climb(scope.source.name, node, 0)
        self.kind: ClassKind = self._kind()

    def _climb(self, module: str, node: ast.ClassDef, depth: int) -> None:
        if depth > _MOST_BASES:
            return
        world = self._scope.world
        for base in node.bases:
            name = dotted(base.value if isinstance(base, ast.Subscript) else base)
            if name is None:
                continue
            found = world.resolved(
                self._scope.find(name)
                if module == self._scope.source.name
                else world.meaning(module, name)
            )
            if isinstance(found, str):
                self.paths.append(
                    found if depth == 0 or typing_name(found) != "Protocol" else ""
                )
                continue
            nodes = world.nodes(found) if found else ()
            if found and nodes and isinstance(nodes[-1], ast.Assign):
                made = getattr(nodes[-1].value, "func", None)
                self.paths.append(world.path(found.module, made) if made else "")
            if found and nodes and isinstance(nodes[-1], ast.ClassDef):
                self._above.append((found.module, nodes[-1]))
                self._climb(found.module, nodes[-1], depth + 1)

    def _kind(self) -> ClassKind:
        for path in self.paths:
            name = typing_name(path)
            if path in _ENUMS:
                return "enum"
            if name == "Protocol":
                return "protocol"
            if name == "TypedDict":
                return "typed-dict"
            if name == "NamedTuple" and not self._above:
                return "named-tuple"
            own = getattr(builtins, path.removeprefix("builtins."), None)
            if (
                path.startswith("builtins.")
                and isinstance(own, type)
                and issubclass(own, BaseException)
            ):
                return "exception"
        return "class"

    @property
    def has_unknown_bases(self) -> bool:
        """Whether a class above comes from another distribution."""
        roots = {path.partition(".")[0] for path in self.paths if path}
        return not roots <= sys.stdlib_module_names

    def needs(self, name: str) -> bool:
        """Whether a class above, of the tree, has an abstract method of a name."""
        for module, node in self._above:
            binding = self._scope.world.body_of(module, node).bindings.get(name)
            if binding is not None and is_abstract(self._scope, binding):
                return True
        return False

    def not_its_own(self, annotation: ast.expr) -> str:
        """The first type variable in an annotation that the class itself is not generic in; empty when there is none."""
        for name in names_in(annotation):
            found = self._scope.find(name)
            if not isinstance(found, Found) or found in self._type_variables:
                continue
            if kind_of(self._scope.world, found._replace(rest="")) == _VARIABLE:
                return name
        return ""

    @cached_property
    def _type_variables(self) -> frozenset[Found]:
        own = type_parameters(self._scope, self._node).values()
        names = (name for base in self._node.bases for name in names_in(base))
        found = map(self._scope.find, names)
        return frozenset((*own, *(one for one in found if isinstance(one, Found))))

    def declares(self, name: str) -> bool:
        """Whether a class above, of the tree, binds a name."""
        return self._nearest(name) is not None

    def provides(self, name: str) -> bool:
        """Whether a class above, of the tree, binds a name and leaves nobody else to do it."""
        found = self._nearest(name)
        if found is None:
            return False
        module, node, binding = found
        return not is_abstract(self._scope, binding) and not self._is_protocol(
            module, node
        )

    def _nearest(self, name: str) -> tuple[str, ast.ClassDef, Binding] | None:
        for module, node in self._above:
            binding = self._scope.world.body_of(module, node).bindings.get(name)
            if binding is not None:
                return module, node, binding
        return None

    def _is_protocol(self, module: str, node: ast.ClassDef) -> bool:
        bases = (b.value if isinstance(b, ast.Subscript) else b for b in node.bases)
        paths = (self._scope.world.path(module, base) for base in bases)
        return any(typing_name(path) == "Protocol" for path in paths)

    @cached_property
    def makes_fields(self) -> bool:
        """Whether type checkers take what the body declares for fields (PEP 681), as far as the tree tells."""
        own = (self._scope.source.name, self._node)
        return any(self._is_transformed(*one) for one in (own, *self._above))

    def _is_transformed(self, module: str, node: ast.ClassDef) -> bool:
        world = self._scope.world
        metaclasses = [word.value for word in node.keywords if word.arg == "metaclass"]
        made_by: list[ast.stmt] = [node]
        for said in (*metaclasses, *node.decorator_list):
            called = said.func if isinstance(said, ast.Call) else said
            found = world.meaning(module, dotted(called) or "")
            made_by += world.nodes(found)[:1] if isinstance(found, Found) else ()
        return any(
            _transforms(decorator)
            for statement in made_by
            for decorator in getattr(statement, "decorator_list", ())
        )


def names_in(node: ast.expr) -> Iterator[str]:
    """The dotted names in a type, those in quoted parts of it, too."""
    pending: list[ast.AST] = [node]
    while pending:
        inner = pending.pop()
        name = dotted(inner)
        if name is not None:
            yield name
        elif isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            parsed = parsed_type(inner.value)
            pending += [parsed] if parsed is not None else []
        else:
            pending += ast.iter_child_nodes(inner)


def _transforms(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return (dotted(called) or "").rpartition(".")[2] == "dataclass_transform"


def is_abstract(scope: Scope, binding: Binding) -> bool:
    """Whether a definition of a class body is an abstract method."""
    node = binding.nodes[0] if binding.nodes else None
    if not isinstance(node, FunctionNode):
        return False
    return any(scope.path(d) in decorators.ABSTRACT for d in node.decorator_list)


def inherits(scope: Scope, found: Found, paths: frozenset[str]) -> bool:
    """Whether a class of the tree has one of some bases itself."""
    nodes = scope.world.nodes(found)
    if not nodes or not isinstance(nodes[-1], ast.ClassDef):
        return False
    return any(
        scope.world.path(found.module, base) in paths for base in nodes[-1].bases
    )
