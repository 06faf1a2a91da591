"""What a constructor assigns to ``self``: the attributes that only its body declares.

Knows which assignments of a body count and where their types come from. It must not know what else a class declares.
"""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator

from codegen.model import Attribute
from codegen.readers.source import signatures
from codegen.readers.source.ancestry import Ancestry
from codegen.readers.source.bindings import Binding, FunctionNode
from codegen.readers.source.branches import statements
from codegen.readers.source.scopes import Scope
from codegen.readers.source.variables import type_of

_Assignment = ast.Assign | ast.AnnAssign


def instance_attributes(
    scope: Scope, init: Binding | None, ancestry: Ancestry, taken: Container[str]
) -> dict[str, Attribute]:
    """The public attributes that a constructor assigns, those left out that are declared elsewhere."""
    found: dict[str, Attribute] = {}
    if init is None or not isinstance(init.node, FunctionNode):
        return found
    arguments = init.node.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    if not named:
        return found
    types = {argument.arg: argument.annotation for argument in named[1:]}
    for node in _assignments(scope, init.node.body):
        name = _attribute_of(named[0].arg, node)
        if name is None or name.startswith("_") or name in taken or name in found:
            continue
        if isinstance(node, ast.AnnAssign) or not ancestry.declares(name):
            found[name] = _attribute(scope, name, node, types)
    return found


def _attribute(
    scope: Scope, name: str, node: _Assignment, types: dict[str, ast.expr | None]
) -> Attribute:
    annotation = node.annotation if isinstance(node, ast.AnnAssign) else None
    if annotation is None and isinstance(node.value, ast.Name):
        annotation = types.get(node.value.id)
    if annotation is not None:
        text = signatures.annotation(scope, annotation, f"'{name}'", node)
        if text.startswith(("Final", "typing.Final")):
            text = text.partition("[")[2].removesuffix("]")
        return Attribute(type=text or signatures.any_type(scope))
    inferred = None if node.value is None else type_of(scope, node.value)
    if inferred is None:
        message = f"'{name}' has no type and becomes Any"
        scope.source.losses.report(node, "loss-untyped", message)
    return Attribute(type=inferred or signatures.any_type(scope))


def _assignments(scope: Scope, body: list[ast.stmt]) -> Iterator[_Assignment]:
    for statement in statements(body, scope.source.target, _ignored):
        match statement.node:
            case ast.Assign() | ast.AnnAssign():
                yield statement.node
            case ast.For() | ast.While() | ast.AsyncWith() as block:
                yield from _assignments(scope, block.body)
            case _:
                pass


def _ignored(node: ast.stmt, names: list[str], checking: bool) -> None:
    """Branches of a body set attributes and define nothing."""
    del node, names, checking


def _attribute_of(receiver: str, node: _Assignment) -> str | None:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        match target:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if (
                name == receiver
            ):
                return attribute
            case _:
                pass
    return None
