"""Expressions written out again: types in modern form, values as black leaves them, names as the reader needs them.

Knows how Python is spelled. It must not know where a name is defined: callers pass a function that says how each dotted
name is to be spelled.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import TypeVar

from codegen.types import dotted, parse_type, parse_value

Spell = Callable[[str], str]
"""How a dotted name, as written in an expression, is spelled where it is used."""

Item = TypeVar("Item")

_STARS = {"var-positional": "*", "var-keyword": "**"}

# In bits; Python refuses to write integers of more than 4300 digits in decimal.
_LONGEST_DECIMAL = 14_000


def spell_type(text: str, spell: Spell) -> str:
    """Write a type in modern form: builtin generics, unions with bars, None last where it was Optional."""
    return _spell_type(parse_type(text), spell)


def spell_value(text: str, spell: Spell) -> str:
    """Write a value with its names spelled anew and its literals as black would write them."""
    return _spell_value(parse_value(text), spell)


def stars(kind: str) -> str:
    """What stands before the name of a parameter of this kind."""
    return _STARS.get(kind, "")


def with_marks(
    parameters: Iterable[tuple[str, Item]], mark: Callable[[str], Item]
) -> list[Item]:
    """Parameters, each given with its kind, and between them, as ``mark`` writes it, the ``/`` and ``*`` they need."""
    written: list[Item] = []
    previous = ""
    keyword_only = False
    for kind, item in parameters:
        if previous == "positional-only" and kind != previous:
            written.append(mark("/"))
        if kind == "keyword-only" and not keyword_only:
            written.append(mark("*"))
        keyword_only |= kind in ("keyword-only", "var-positional")
        written.append(item)
        previous = kind
    if previous == "positional-only":
        written.append(mark("/"))
    return written


def quote(text: str) -> str:
    """Write a string literal: double quotes unless that needs more escapes, nothing invisible left as it is."""
    return _double_quoted(repr(text))


def _double_quoted(literal: str) -> str:
    if literal.startswith('"'):
        return literal
    body = literal[1:-1].replace("\\'", "'").replace('"', '\\"')
    return literal if body.count("\\") > literal.count("\\") else f'"{body}"'


def _spell_type(node: ast.expr, spell: Spell) -> str:
    name = dotted(node)
    if name is not None:
        return spell(name)
    match node:
        case ast.Constant(value=None):
            return "None"
        case ast.Constant(value=value):
            return _spell_constant(value)
        case ast.BinOp():
            return " | ".join(_union_members(node, spell))
        case ast.Subscript(value=value, slice=arguments):
            base = spell(dotted(value) or "")
            if base in ("typing.Optional", "typing.Union"):
                return " | ".join(_union_members(node, spell))
            form = base.rpartition(".")[2]
            if form == "Literal":
                return f"{base}[{_spell_items(arguments, _spell_value, spell)}]"
            if form == "Annotated" and isinstance(arguments, ast.Tuple):
                annotated, *metadata = arguments.elts
                parts = [_spell_value(item, spell) for item in metadata]
                return f"{base}[{', '.join([_spell_type(annotated, spell), *parts])}]"
            return f"{base}[{_spell_items(arguments, _spell_type, spell)}]"
        case ast.List(elts=elements):
            return f"[{', '.join(_spell_type(element, spell) for element in elements)}]"
        case ast.Tuple(elts=elements):
            return ", ".join(_spell_type(element, spell) for element in elements)
        case ast.Starred(value=value):
            return "*" + _spell_type(value, spell)
    return _spell_value(node, spell)


def _union_members(node: ast.expr, spell: Spell) -> list[str]:
    """Flatten nested unions of any spelling, without repetition."""
    members: list[str] = []
    match node:
        case ast.BinOp(left=left, right=right):
            members = [*_union_members(left, spell), *_union_members(right, spell)]
        case ast.Subscript(value=value, slice=arguments):
            base = spell(dotted(value) or "")
            if base == "typing.Optional":
                members = [*_union_members(arguments, spell), "None"]
            elif base == "typing.Union":
                elements = (
                    arguments.elts if isinstance(arguments, ast.Tuple) else [arguments]
                )
                for element in elements:
                    members += _union_members(element, spell)
            else:
                members = [_spell_type(node, spell)]
        case _:
            members = [_spell_type(node, spell)]
    return list(dict.fromkeys(members))


def _spell_items(
    node: ast.expr, one: Callable[[ast.expr, Spell], str], spell: Spell
) -> str:
    if isinstance(node, ast.Tuple):
        return ", ".join(one(element, spell) for element in node.elts) or "()"
    return one(node, spell)


def _spell_value(node: ast.expr, spell: Spell) -> str:
    name = dotted(node)
    if name is not None:
        return spell(name)
    match node:
        case ast.Constant(value=value):
            return _spell_constant(value)
        case ast.UnaryOp(op=operator, operand=operand):
            sign = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}[type(operator)]
            spelled = _spell_value(operand, spell)
            return sign + (
                f"({spelled})" if isinstance(operand, ast.BinOp) else spelled
            )
        case ast.BinOp(left=left, right=right):
            return f"{_spell_value(left, spell)} | {_spell_value(right, spell)}"
        case ast.Tuple(elts=[element]):
            return f"({_spell_value(element, spell)},)"
        case ast.Tuple(elts=elements):
            return (
                f"({', '.join(_spell_value(element, spell) for element in elements)})"
            )
        case ast.List(elts=elements):
            return (
                f"[{', '.join(_spell_value(element, spell) for element in elements)}]"
            )
        case ast.Set(elts=elements):
            return (
                f"{{{', '.join(_spell_value(element, spell) for element in elements)}}}"
            )
        case ast.Dict(keys=keys, values=values):
            items = (
                f"{_spell_value(key, spell)}: {_spell_value(value, spell)}"
                for key, value in zip(keys, values, strict=True)
                if key is not None
            )
            return f"{{{', '.join(items)}}}"
        case ast.Call(func=function, args=arguments, keywords=keywords):
            parts = [_spell_value(argument, spell) for argument in arguments]
            parts += [
                f"{keyword.arg}={_spell_value(keyword.value, spell)}"
                for keyword in keywords
            ]
            return f"{spell(dotted(function) or '')}({', '.join(parts)})"
    raise AssertionError(f"{type(node).__name__} passed the check but has no spelling")


def _spell_constant(value: object) -> str:
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, bytes):
        return "b" + _double_quoted(repr(value)[1:])
    if isinstance(value, int) and value.bit_length() > _LONGEST_DECIMAL:
        return hex(value)
    # Python reads 1e999 as infinity, and writes that as a name.
    return "..." if value is ... else repr(value).replace("e+", "e")
