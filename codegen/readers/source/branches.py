"""Which statements of a body count: the branches that hold for a Python version and platform, flattened.

Knows the tests that type checkers evaluate (``sys.version_info``, ``sys.platform``, ``TYPE_CHECKING``) and how ``try``
and unknown conditions bind names. It must not know what a statement defines.
"""

from __future__ import annotations

import ast
import operator
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from codegen.types import dotted


class Target(NamedTuple):
    """The Python that a source is read for."""

    version: tuple[int, int] = (sys.version_info[0], sys.version_info[1])
    platform: str = sys.platform


class Statement(NamedTuple):
    """A statement that may be executed; a fallback counts only for names that nothing else binds."""

    node: ast.stmt
    fallback: bool = False


LeftOut = Callable[[ast.stmt, list[str], bool], None]
"""Told of each branch that does not hold, and of each that only holds for type checkers, and what they define."""

_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def statements(
    body: list[ast.stmt], target: Target, left_out: LeftOut, *, fallback: bool = False
) -> Iterator[Statement]:
    """Yield the statements of a body in order, those inside ``if``, ``try`` and ``with`` included."""
    for node in body:
        match node:
            case ast.If():
                yield from _branches(node, target, left_out, fallback)
            case ast.Try() | ast.TryStar():
                for part in (node.body, node.orelse, node.finalbody):
                    yield from statements(part, target, left_out, fallback=fallback)
                for handler in node.handlers:
                    yield from statements(handler.body, target, left_out, fallback=True)
            case ast.With():
                yield from statements(node.body, target, left_out, fallback=fallback)
            case _:
                yield Statement(node, fallback)


def _branches(
    node: ast.If, target: Target, left_out: LeftOut, fallback: bool
) -> Iterator[Statement]:
    holds = truth(node.test, target)
    if dotted(node.test) == "MYPY":
        # What is written for one type checker counts only where nothing else is said.
        yield from statements(node.orelse, target, left_out, fallback=fallback)
        yield from statements(node.body, target, left_out, fallback=True)
        return
    if holds is None:
        yield from statements(node.body, target, left_out, fallback=fallback)
        yield from statements(node.orelse, target, left_out, fallback=True)
        return
    taken, other = (node.body, node.orelse) if holds else (node.orelse, node.body)
    yield from statements(taken, target, left_out, fallback=fallback)
    for body, checking in ((other, False), (taken, True)):
        if checking and not _is_for_type_checkers(node.test):
            continue
        names = [name for statement in body for name in _defined(statement)]
        if names:
            left_out(body[0], list(dict.fromkeys(names)), checking)


def _is_for_type_checkers(test: ast.expr) -> bool:
    name = dotted(test) or ""
    return name.rpartition(".")[2] == "TYPE_CHECKING"


def _defined(node: ast.stmt) -> Iterator[str]:
    """The names a statement defines, imports left out."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.Assign(targets=targets):
            yield from (name.id for name in targets if isinstance(name, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case ast.If() | ast.Try() | ast.With():
            for part in ("body", "orelse"):
                for inner in getattr(node, part, ()):
                    yield from _defined(inner)
        case _:
            pass


def truth(test: ast.expr, target: Target) -> bool | None:
    """Whether a test holds for a target; None when only running the program would tell."""
    match test:
        case ast.Constant(value=value):
            return bool(value)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = truth(operand, target)
            return None if inner is None else not inner
        case ast.BoolOp(op=kind, values=values):
            return _combined(kind, [truth(value, target) for value in values])
        case ast.Compare(left=left, ops=[kind], comparators=[right]):
            return _compared(left, kind, right, target)
        case ast.Call(
            func=ast.Attribute(value=value, attr="startswith"), args=[prefix]
        ):
            if dotted(value) == "sys.platform" and isinstance(prefix, ast.Constant):
                return target.platform.startswith(str(prefix.value))
        case ast.Name() | ast.Attribute():
            name = (dotted(test) or "").rpartition(".")[2]
            return True if name == "TYPE_CHECKING" else None
        case _:
            pass
    return None


def _combined(kind: ast.boolop, values: list[bool | None]) -> bool | None:
    decisive = isinstance(kind, ast.Or)
    if decisive in values:
        return decisive
    return None if None in values else not decisive


def _compared(
    left: ast.expr, kind: ast.cmpop, right: ast.expr, target: Target
) -> bool | None:
    compare = _COMPARISONS.get(type(kind))
    if compare is None:
        return None
    if dotted(left) == "__name__":
        return False
    known = _known(left, target)
    try:
        wanted = ast.literal_eval(right)
        return None if known is None else compare(known, wanted)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _known(node: ast.expr, target: Target) -> object | None:
    """The value of an expression about the interpreter that reads a stub."""
    version: tuple[int | str, ...] = (*target.version, 0, "final", 0)
    match node:
        case ast.Subscript(value=value, slice=index) if (
            dotted(value) == "sys.version_info"
        ):
            match index:
                case ast.Constant(value=int(number)) if 0 <= number < len(version):
                    return version[number]
                case ast.Slice(lower=None, upper=ast.Constant(value=int(end))):
                    return version[:end]
                case _:
                    return None
        case _:
            names: dict[str, object] = {
                "sys.version_info": version,
                "sys.version_info.major": version[0],
                "sys.version_info.minor": version[1],
                "sys.platform": target.platform,
            }
            return names.get(dotted(node) or "")
