"""Assignments of a source as variables and attributes: declared types, and types that a value gives away.

Knows what a value says about its type without running it. It must not know whose variable it is.
"""

from __future__ import annotations

import ast
from typing import NamedTuple

from codegen.readers.source.bindings import Binding
from codegen.readers.source.scopes import Scope, Unknown
from codegen.readers.source.signatures import any_type, value
from codegen.readers.source.world import Found

# What common calls return, which only type checkers could tell otherwise.
_RESULTS = {
    "logging.getLogger": "logging.Logger",
    "re.compile": "re.Pattern[builtins.str]",
    **{
        f"builtins.{name}": f"builtins.{name}"
        for name in "str int float bool bytes bytearray complex object".split()
    },
}

# Calls that a spec may make: they do no more than making a value.
_VALUE_CALLS = frozenset(
    f"builtins.{name}" for name in "frozenset set dict list tuple".split()
)


class Declared(NamedTuple):
    """What an assignment declares."""

    type: str
    value: str | None
    class_variable: bool = False
    guessed: bool = False


def declared(scope: Scope, binding: Binding, what: str) -> Declared:
    """Read the statement that declares a variable, its type told by the value where nothing else says it."""
    node = next(
        (n for n in binding.nodes if isinstance(n, ast.AnnAssign)), binding.node
    )
    given = getattr(binding.nodes[0], "value", None)
    in_tuple = isinstance(node, ast.Assign) and not isinstance(
        node.targets[0], ast.Name
    )
    if isinstance(node, ast.AnnAssign):
        return _annotated(scope, node, given, what)
    if in_tuple or given is None:
        return _untyped(scope, node, what, None)
    inferred = type_of(scope, given)
    text = constant(scope, given, what)
    if inferred is None:
        return _untyped(scope, node, what, text)
    return Declared(inferred, text)


def _untyped(scope: Scope, node: ast.AST, what: str, text: str | None) -> Declared:
    message = f"{what} has no type and becomes Any"
    scope.source.losses.report(node, "loss-untyped", message)
    return Declared(any_type(scope), text, guessed=True)


def _annotated(
    scope: Scope, node: ast.AnnAssign, given: ast.expr | None, what: str
) -> Declared:
    annotation = node.annotation
    class_variable = False
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = _unquoted(annotation)
    path = scope.path(annotation)
    if isinstance(annotation, ast.Subscript):
        outer = scope.path(annotation.value).rpartition(".")[2]
        if outer == "ClassVar":
            class_variable, annotation = True, annotation.slice
    elif path.rpartition(".")[2] == "ClassVar" and given is not None:
        inferred = type_of(scope, given) or any_type(scope)
        return Declared(inferred, constant(scope, given, what), True)
    text = None if given is None else constant(scope, given, what)
    try:
        found = scope.type(annotation)
    except Unknown as problem:
        message = f"the type of {what} becomes Any: {problem.message}"
        scope.source.losses.report(annotation, problem.rule, message)
        found = any_type(scope)
    if found in ("Final", "typing.Final"):
        kind = None if given is None else type_of(scope, given)
        if not _is_literal(given):
            found = f"Final[{kind or any_type(scope)}]"
    return Declared(found, text, class_variable)


def _is_literal(node: ast.expr | None) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_literal(node.operand)
    return isinstance(node, ast.Constant) and node.value is not ...


def _unquoted(node: ast.Constant) -> ast.expr:
    try:
        inner = ast.parse(str(node.value), mode="eval").body
    except (SyntaxError, ValueError):
        return node
    for child in ast.walk(inner):
        ast.copy_location(child, node)
    return inner


def constant(scope: Scope, node: ast.expr, what: str) -> str:
    """The value of a variable, as far as a spec can hold it and Python can make it without a core."""
    if isinstance(node, ast.Call):
        path = scope.path(node.func)
        if path not in _VALUE_CALLS:
            message = f"the value of {what} becomes '...': it is computed"
            scope.source.losses.report(node, "loss-value", message)
            return "..."
    return value(scope, node, what)


def type_of(scope: Scope, node: ast.expr) -> str | None:
    """The type a value gives away; None when it does not."""
    match node:
        case ast.Constant(value=known):
            if known is None or known is ...:
                return None
            return scope.standard(f"builtins.{type(known).__name__}")
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            return type_of(scope, operand)
        case ast.UnaryOp(op=ast.Not()) | ast.Compare():
            return scope.standard("builtins.bool")
        case ast.JoinedStr():
            return scope.standard("builtins.str")
        case ast.List(elts=items) | ast.Set(elts=items):
            name = "list" if isinstance(node, ast.List) else "set"
            return f"{scope.standard(f'builtins.{name}')}[{_common(scope, items)}]"
        case ast.Dict(keys=keys, values=values):
            held = [key for key in keys if key is not None]
            whole = len(held) == len(keys)
            key = _common(scope, held) if whole else any_type(scope)
            item = _common(scope, values) if whole else any_type(scope)
            return f"{scope.standard('builtins.dict')}[{key}, {item}]"
        case ast.Tuple(elts=items) if items:
            return f"{scope.standard('builtins.tuple')}[{_common(scope, items)}, ...]"
        case ast.Call(func=function):
            return _type_of_call(scope, function)
        case ast.Name() | ast.Attribute() if name := _class_named(scope, node):
            return f"{scope.standard('builtins.type')}[{name}]"
        case _:
            return None


def _class_named(scope: Scope, node: ast.expr) -> str:
    """The class of the tree that a value names; empty when it names none."""
    name = ast.unparse(node)
    found = scope.find(name)
    nodes = scope.world.nodes(found) if isinstance(found, Found) else ()
    if not nodes or not isinstance(nodes[-1], ast.ClassDef):
        return ""
    return scope.named(name) if scope.can_name(name) else ""


def _common(scope: Scope, items: list[ast.expr]) -> str:
    found = {type_of(scope, item) for item in items}
    only = found.pop() if len(found) == 1 else None
    return only or any_type(scope)


def _type_of_call(scope: Scope, function: ast.expr) -> str | None:
    known = _RESULTS.get(scope.path(function))
    if known is not None:
        head, bracket, rest = known.partition("[")
        inner = scope.standard(rest.removesuffix("]")) if bracket else ""
        return scope.standard(head) + (f"[{inner}]" if bracket else "")
    name = ast.unparse(function)
    found = scope.find(name)
    nodes = scope.world.nodes(found) if isinstance(found, Found) else ()
    made = nodes[-1] if nodes else None
    if (
        isinstance(made, ast.ClassDef)
        and not _is_generic(made)
        and scope.can_name(name)
    ):
        return scope.named(name)
    return None


def _is_generic(node: ast.ClassDef) -> bool:
    """Whether a class takes type arguments, which a call does not show; metaclasses may return anything."""
    return bool(node.keywords or getattr(node, "type_params", ())) or any(
        isinstance(base, ast.Subscript) for base in node.bases
    )
