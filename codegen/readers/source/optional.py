"""Whether an annotation allows None, through the aliases of the tree.

Knows the forms of optional types. It must not know what becomes of one whose default says otherwise.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from codegen.readers.source.scopes import Scope
from codegen.readers.source.typing_forms import kind_of, parsed_type
from codegen.readers.source.world import Found, World
from codegen.types import dotted

_Find = Callable[[str], Found | str | None]

_MOST_ALIASES = 50
_ALLOWING = frozenset(("Any", "object", "Optional", "None"))


def may_be_none(scope: Scope, node: ast.expr) -> bool:
    """Whether a type allows None as far as the tree tells; what it does not know, it takes for a type that does not."""
    return _allows_none(scope.world, scope.find, node, 0)


def _allows_none(world: World, find: _Find, node: ast.expr, depth: int) -> bool:
    match node:
        case ast.Constant(value=str(text)):
            inner = parsed_type(text)
            return inner is None or _allows_none(world, find, inner, depth)
        case ast.Constant(value=value):
            return value is None
        case ast.BinOp(left=left, right=right):
            return any(_allows_none(world, find, p, depth) for p in (left, right))
        case ast.Subscript(value=form, slice=inside):
            items = inside.elts if isinstance(inside, ast.Tuple) else [inside]
        case _:
            form, items = node, []
    name = dotted(form)
    found = find(name) if name else None
    if found is None or depth > _MOST_ALIASES:
        return True
    if isinstance(found, Found):
        return _found_allows_none(world, found, depth)
    short = found.rpartition(".")[2]
    if short in ("Union", "Annotated", "Final", "ClassVar"):
        items = items[:1] if short == "Annotated" else items
        return any(_allows_none(world, find, item, depth) for item in items)
    return short in _ALLOWING


def _found_allows_none(world: World, found: Found, depth: int) -> bool:
    kind = kind_of(world, found)
    nodes = world.nodes(found)
    value = getattr(nodes[-1], "value", None) if nodes else None
    if kind != "alias" or value is None:
        return kind != "class"
    if isinstance(value, ast.Call):
        return False

    def find(name: str) -> Found | str | None:
        return world.meaning(found.module, name)

    return _allows_none(world, find, value, depth + 1)
