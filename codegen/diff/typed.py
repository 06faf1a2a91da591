"""Type expressions as values that can be compared: names resolved, aliases replaced, unions in one order.

Knows how a spec's expressions are read. It must not know which type accepts which. Heads of types are dotted names or one of
the marks below.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from codegen import spelling, types
from codegen.model import TypeAlias, TypeVariable
from codegen.package import Package

UNION, LITERAL, CALLABLE, LIST, DOTS, VARIABLE, UNREAD = (
    "|",
    "=",
    "->",
    "[]",
    "...",
    "~",
    "?",
)
SELF = "~self"


class Type(NamedTuple):
    """A type: what it is of, and its arguments.

    ``|`` has the members of a union, ``->`` the parameters and the result of a callable, ``[]`` a list of types; a head
    that begins with ``=`` is a literal's value, one that begins with ``~`` a type variable, and one that begins with
    ``?`` could not be read. ``~self`` has as argument the class whose instances, or those of a subclass, are meant.
    """

    head: str
    arguments: tuple[Type, ...] = ()

    @property
    def is_any(self) -> bool:
        """Whether it stands for anything, unchecked."""
        return self.head == "typing.Any"


ANY, NONE, OBJECT = Type("typing.Any"), Type("None"), Type("object")
NEVER = frozenset(("typing.Never", "typing.NoReturn"))

# Forms around a type that say something about the place it stands in.
QUALIFIERS = frozenset(
    f"typing.{name}"
    for name in ("ClassVar", "Final", "Required", "NotRequired", "ReadOnly")
)
_DEEPEST = 40


class Reader:
    """Reads the type expressions of one side, in names that mean the same on both."""

    def __init__(self, package: Package, shared: Callable[[str], str]) -> None:
        self.package = package
        self._shared = shared
        self._read: dict[tuple[str, str], Type] = {}

    def name(self, module: str, text: str) -> str:
        """The dotted name both sides know something by that a spec calls ``text``."""
        return self._shared(self._path(module, text))

    def _path(self, module: str, text: str) -> str:
        """The dotted name on this side; names of packages nobody declared are taken as they are imported."""
        path = self.package.canonical(module, text)
        if path is None:
            first, dot, rest = text.partition(".")
            bound = self.package.scope(module).get(first)
            path = text if bound is None else f"{bound}{dot}{rest}"
        if path.startswith("typing_extensions."):
            path = path.replace("typing_extensions", "typing", 1)
        return path

    def read(self, module: str, text: str | None, missing: Type = ANY) -> Type:
        """The type a spec's expression stands for; ``missing`` where there is none."""
        if text is None:
            return missing
        known = self._read.get((module, text))
        if known is None:
            known = self._read[module, text] = self._parsed(module, text, 0)
        return known

    def _parsed(self, module: str, text: str, depth: int) -> Type:
        try:
            node = types.parse_type(text)
        except types.ExpressionError:
            return Type(f"{UNREAD}{text}")
        return self._type(module, node, depth)

    def _type(self, module: str, node: ast.expr, depth: int) -> Type:
        name = types.dotted(node)
        if name is not None:
            return self._named(module, name, (), depth)
        match node:
            case ast.Constant(value=None):
                return NONE
            case ast.Constant(value=value) if value is ...:
                return Type(DOTS)
            case ast.BinOp(left=left, right=right):
                parts = [self._type(module, part, depth) for part in (left, right)]
                return union(parts)
            case ast.Subscript(value=value, slice=arguments):
                return self._subscript(module, value, arguments, depth)
            case ast.List(elts=elements):
                return Type(LIST, self._all(module, elements, depth))
            case ast.Starred(value=value):
                return Type("typing.Unpack", (self._type(module, value, depth),))
            case _:
                return Type(f"{UNREAD}{ast.unparse(node)}")

    def _all(
        self, module: str, nodes: Iterable[ast.expr], depth: int
    ) -> tuple[Type, ...]:
        return tuple(self._type(module, node, depth) for node in nodes)

    def _subscript(
        self, module: str, base: ast.expr, arguments: ast.expr, depth: int
    ) -> Type:
        name = types.dotted(base) or ""
        path = self._path(module, name)
        form = path.removeprefix("typing.")
        elements = arguments.elts if isinstance(arguments, ast.Tuple) else [arguments]
        if form == "Literal":
            return union(self._literal(module, element) for element in elements)
        if form == "Annotated":
            return self._type(module, elements[0], depth)
        found = self._all(module, elements, depth)
        if form == "Optional":
            return union((*found, NONE))
        if form == "Union":
            return union(found)
        if path == "collections.abc.Callable" and len(found) == 2:
            return Type(CALLABLE, found)
        return self._named(module, name, found, depth)

    def _literal(self, module: str, node: ast.expr) -> Type:
        if isinstance(node, ast.Constant) and node.value is None:
            return NONE
        if isinstance(node, ast.Constant | ast.UnaryOp):
            return Type(f"{LITERAL}{spelling.spell_value(ast.unparse(node), str)}")
        return Type(f"{LITERAL}{self.name(module, types.dotted(node) or '')}")

    def _named(
        self, module: str, name: str, arguments: tuple[Type, ...], depth: int
    ) -> Type:
        symbol = self.package.find(module, name)
        if symbol is None:
            owner, _, kind = name.rpartition(".")
            above = self.package.find(module, owner) if owner else None
            if above is not None and isinstance(above.definition, TypeVariable):
                return Type(f"{VARIABLE}{self._shared(above.path)}.{kind}")
            return _plain(self.name(module, name), arguments)
        definition = symbol.definition
        if isinstance(definition, TypeVariable):
            return Type(f"{VARIABLE}{self._shared(symbol.path)}")
        if isinstance(definition, TypeAlias) and not definition.distinct:
            if depth > _DEEPEST:
                return Type(f"{UNREAD}{symbol.path}")
            return self._alias(symbol.module, definition, arguments, depth)
        return Type(self._shared(symbol.path), arguments)

    def _alias(
        self,
        module: str,
        alias: TypeAlias,
        arguments: tuple[Type, ...],
        depth: int,
    ) -> Type:
        meant = self._parsed(module, alias.type, depth + 1)
        names = list(dict.fromkeys(variables(meant)))
        if not names:
            return meant
        given = (*arguments, *(ANY for _ in names))
        return substitute(meant, dict(zip(names, given, strict=False)))


def _plain(path: str, arguments: tuple[Type, ...]) -> Type:
    """A type from elsewhere, where several names stand for one."""
    if path == "collections.abc.Callable" and not arguments:
        return Type(CALLABLE, (Type(DOTS), ANY))
    if path in ("typing.Text", "typing.AnyStr"):
        return Type("str") if path == "typing.Text" else Type(f"{VARIABLE}{path}")
    if path in ("types.NoneType", "NoneType"):
        return NONE
    return Type(path, arguments)


def union(members: Iterable[Type]) -> Type:
    """The union of types: flat, without repetition, in one order."""
    flat: set[Type] = set()
    for member in members:
        flat.update(member.arguments if member.head == UNION else (member,))
    if {Type(f"{LITERAL}True"), Type(f"{LITERAL}False")} <= flat:
        flat -= {Type(f"{LITERAL}True"), Type(f"{LITERAL}False")}
        flat.add(Type("bool"))
    if len(flat) == 1:
        return flat.pop()
    return Type(UNION, tuple(sorted(flat)))


def variables(type_: Type) -> Iterator[str]:
    """The type variables of a type, in the order in which they appear."""
    if type_.head.startswith(VARIABLE):
        yield type_.head
    for argument in type_.arguments:
        yield from variables(argument)


def substitute(type_: Type, meant: Mapping[str, Type]) -> Type:
    """A type with other types in the place of its variables."""
    if not meant:
        return type_
    found = meant.get(type_.head)
    if found is not None:
        return found
    if not type_.arguments:
        return type_
    arguments = tuple(substitute(argument, meant) for argument in type_.arguments)
    return union(arguments) if type_.head == UNION else Type(type_.head, arguments)


def has_any(type_: Type) -> bool:
    """Whether a part of a type is unchecked."""
    return type_.is_any or any(map(has_any, type_.arguments))


def unqualified(type_: Type) -> tuple[Type, frozenset[str]]:
    """A type without ``ClassVar``, ``Final``, ``Required`` and the like, and which of them stood around it."""
    found: set[str] = set()
    while type_.head in QUALIFIERS or type_.head == "dataclasses.InitVar":
        found.add(type_.head.rpartition(".")[2])
        type_ = type_.arguments[0] if type_.arguments else ANY
    return type_, frozenset(found)
