"""What a class inherits, as far as the tree tells: its kind, and which names the classes above it bind.

Knows how bases are looked up. It must not know what the body of a class means.
"""

from __future__ import annotations

import ast
import builtins
import sys
from typing import Literal

from codegen.readers.source import signatures
from codegen.readers.source.bindings import Binding, FunctionNode
from codegen.readers.source.scopes import Scope
from codegen.readers.source.typing_forms import typing_name
from codegen.readers.source.world import Found
from codegen.types import dotted

ClassKind = Literal[
    "class", "protocol", "enum", "exception", "typed-dict", "named-tuple"
]

_ENUMS = frozenset(
    f"enum.{n}" for n in "Enum IntEnum StrEnum Flag IntFlag ReprEnum".split()
)
_MOST_BASES = 50


class Ancestry:
    """What a class inherits, as far as the tree tells."""

    def __init__(self, scope: Scope, node: ast.ClassDef) -> None:
        self._scope = scope
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
            found = (
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

    def declares(self, name: str) -> bool:
        """Whether a class above, of the tree, binds a name."""
        return any(
            name in self._scope.world.body_of(module, node).bindings
            for module, node in self._above
        )


def is_abstract(scope: Scope, binding: Binding) -> bool:
    """Whether a definition of a class body is an abstract method."""
    node = binding.nodes[0] if binding.nodes else None
    if not isinstance(node, FunctionNode):
        return False
    return any(scope.path(d) in signatures.ABSTRACT for d in node.decorator_list)


def inherits(scope: Scope, found: Found, paths: frozenset[str]) -> bool:
    """Whether a class of the tree has one of some bases itself."""
    nodes = scope.world.nodes(found)
    if not nodes or not isinstance(nodes[-1], ast.ClassDef):
        return False
    return any(
        scope.world.path(found.module, base) in paths for base in nodes[-1].bases
    )
