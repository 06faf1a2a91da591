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
    types = _types_of(init.node)
    for name, node in _assigned(scope, init.node):
        if name.startswith("_") or name in taken or name in found:
            continue
        if isinstance(node, ast.AnnAssign) or not ancestry.provides(name):
            found[name] = _attribute(scope, name, node, types, ancestry)
    return found


def slot_attributes(
    scope: Scope, names: list[str], ancestry: Ancestry
) -> dict[str, Attribute]:
    """The public attributes that only ``__slots__`` names, with the types that methods assign."""
    wanted = [name for name in names if name[0] != "_" and not ancestry.provides(name)]
    found: dict[str, Attribute] = {}
    if not wanted or not scope.owners:
        return found
    _, body = scope.owners[-1]
    for binding in body.bindings.values():
        method = binding.nodes[-1] if binding.nodes else None
        if not isinstance(method, FunctionNode):
            continue
        types = _types_of(method)
        for name, node in _assigned(scope, method):
            if name in wanted and name not in found:
                found[name] = _attribute(scope, name, node, types, ancestry)
    slots = body.bindings["__slots__"].node
    for name in wanted:
        if name not in found:
            type_ = signatures.annotation(scope, None, f"'{name}'", slots)
            found[name] = Attribute(type=type_)
    return {name: found[name] for name in wanted}


def _named(function: FunctionNode) -> list[ast.arg]:
    arguments = function.args
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def _types_of(method: FunctionNode) -> dict[str, ast.expr | None]:
    """The types that a method says its parameters have, but for the first."""
    return {argument.arg: argument.annotation for argument in _named(method)[1:]}


def _assigned(scope: Scope, method: FunctionNode) -> Iterator[tuple[str, _Assignment]]:
    """What a method assigns to attributes of its first parameter."""
    named = _named(method)
    for node in _assignments(scope, method.body) if named else ():
        name = _attribute_of(named[0].arg, node)
        if name is not None:
            yield name, node


def _attribute(
    scope: Scope,
    name: str,
    node: _Assignment,
    types: dict[str, ast.expr | None],
    ancestry: Ancestry,
) -> Attribute:
    annotation = node.annotation if isinstance(node, ast.AnnAssign) else None
    if annotation is None and isinstance(node.value, ast.Name):
        annotation = types.get(node.value.id)
    if annotation is not None and (free := ancestry.not_its_own(annotation)):
        message = (
            f"the type of '{name}' becomes Any: the class is not generic in '{free}'"
        )
        scope.source.losses.report(node, "loss-type", message)
        return Attribute(type=signatures.any_type(scope))
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
