"""Properties of a source: what reads, writes and deletes one, whatever decorator makes it.

Knows which decorators make a property and how its parts belong together. It must not know the class around it.
"""

from __future__ import annotations

import ast

from codegen.model import Function, Property
from codegen.readers.source import signatures
from codegen.readers.source.ancestry import inherits
from codegen.readers.source.bindings import FunctionNode
from codegen.readers.source.scopes import Scope
from codegen.readers.source.world import Found
from codegen.types import dotted

_BUILTIN = frozenset(("builtins.property", "abc.abstractproperty"))
_MARKERS = _BUILTIN | {"functools.cached_property"}


def marker(scope: Scope, nodes: tuple[FunctionNode, ...]) -> ast.expr | None:
    """The decorator that makes a function a property; None for other functions."""
    for decorator in nodes[0].decorator_list:
        name = dotted(decorator)
        if name is None:
            continue
        found = scope.world.resolved(scope.find(name))
        if isinstance(found, Found) and inherits(scope, found, _MARKERS):
            return decorator
        if found in _MARKERS:
            return decorator
    return None


def read_property(
    scope: Scope, nodes: tuple[FunctionNode, ...], made_by: ast.expr
) -> Property:
    """Read the functions that read, write and delete a property."""
    read = _part(scope, nodes[0], made_by)
    path = _resolved_path(scope, made_by)
    written = _accessor(scope, nodes, "setter")
    given = next(iter(written.parameters.values()), None) if written else None
    of = read.returns.type or "None"
    accepts = given.type if given is not None else None
    return Property(
        doc=_text(read),
        type=of,
        raises=read.raises,
        writable=written is not None,
        accepts=None if accepts == of else accepts,
        deletable=_accessor(scope, nodes, "deleter") is not None,
        abstract=read.abstract or path == "abc.abstractproperty",
        deprecated=read.deprecated,
        decorator=None if path in _BUILTIN else scope.value(made_by),
        decorators=read.decorators,
        receiver=read.receiver,
        type_ignore=read.type_ignore,
    )


def _resolved_path(scope: Scope, made_by: ast.expr) -> str:
    found = scope.world.resolved(scope.find(dotted(made_by) or ""))
    return found.path if isinstance(found, Found) else found or ""


def _text(read: Function) -> str:
    """What is said of the result of a property belongs to its text."""
    if not read.returns.doc:
        return read.doc
    lines = read.returns.doc.split("\n")
    section = "\n".join(["Returns:", *(f"    {line}".rstrip() for line in lines)])
    return "\n\n".join(filter(None, (read.doc, section)))


def _accessor(
    scope: Scope, nodes: tuple[FunctionNode, ...], kind: str
) -> Function | None:
    for node in nodes[1:]:
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Attribute) and decorator.attr == kind:
                return _part(scope, node, decorator, returns_none=True)
    return None


def _part(
    scope: Scope,
    node: FunctionNode,
    without: ast.expr,
    *,
    returns_none: bool = False,
) -> Function:
    """One function of a property, without the decorator that makes it one."""
    others = [
        decorator for decorator in node.decorator_list if decorator is not without
    ]
    bare = type(node)(**{**node.__dict__, "decorator_list": others})
    if returns_none and bare.returns is None:
        bare.returns = ast.copy_location(ast.Constant(value=None), node)
    return signatures.function(scope, [bare], method=True)
