"""Type and value expressions as values: parse them, refuse what a spec must not say, list the names they use.

Knows Python's expression grammar and the typing spec's forms. It must not know where a name is defined. Expressions are
only ever parsed, never evaluated.
"""

from __future__ import annotations

import ast
import cmath
from collections.abc import Iterable, Iterator
from functools import lru_cache
from types import UnionType
from typing import NamedTuple

_ABSTRACT_COLLECTIONS = (
    "AsyncGenerator AsyncIterable AsyncIterator Awaitable Callable Collection "
    "Container Coroutine Generator Hashable ItemsView Iterable Iterator KeysView "
    "Mapping MappingView MutableMapping MutableSequence MutableSet Reversible "
    "Sequence Sized ValuesView"
).split()

# PEP 585: the spelling that replaced each of typing's aliases.
MODERN = {
    "typing.List": "list",
    "typing.Dict": "dict",
    "typing.Set": "set",
    "typing.FrozenSet": "frozenset",
    "typing.Tuple": "tuple",
    "typing.Type": "type",
    "typing.AbstractSet": "collections.abc.Set",
    "typing.DefaultDict": "collections.defaultdict",
    "typing.OrderedDict": "collections.OrderedDict",
    "typing.Deque": "collections.deque",
    "typing.ContextManager": "contextlib.AbstractContextManager",
    "typing.AsyncContextManager": "contextlib.AbstractAsyncContextManager",
    "typing.Pattern": "re.Pattern",
    "typing.Match": "re.Match",
} | {f"typing.{name}": f"collections.abc.{name}" for name in _ABSTRACT_COLLECTIONS}

# Names of the typing module that a spec may use without importing them.
TYPING_NAMES = frozenset(
    (
        "AbstractSet Annotated Any AnyStr AsyncContextManager ClassVar Concatenate "
        "ContextManager DefaultDict Deque Dict Final FrozenSet Generic List Literal "
        "LiteralString NamedTuple Never NoReturn NotRequired Optional OrderedDict "
        "Pattern Protocol Required Self Set SupportsBytes SupportsFloat SupportsIndex "
        "SupportsInt Tuple Type TypeGuard TypedDict Union Unpack"
    ).split()
) | frozenset(_ABSTRACT_COLLECTIONS)

# Far deeper than any real type, far shallower than the interpreter's own limit.
_MAXIMUM_DEPTH = 150
_MAXIMUM_LENGTH = 20_000


_CONSTANTS = (str, bytes, bool, int, float, complex, type(None), type(...))


class ExpressionError(ValueError):
    """Text that is not an acceptable expression: what is wrong, and at which character."""

    def __init__(self, message: str, offset: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.hint = hint


class Reference(NamedTuple):
    """A dotted name in an expression and the characters it occupies."""

    name: str
    start: int
    end: int


@lru_cache(maxsize=65536)
def parse_type(text: str) -> ast.expr:
    """Parse a type expression; raise ExpressionError when it is not one."""
    tree = _parse(text)
    _check_type(tree, text, 0)
    return tree


@lru_cache(maxsize=65536)
def parse_value(text: str) -> ast.expr:
    """Parse a default or constant; raise ExpressionError when it could do more than build a value."""
    tree = _parse(text)
    _check_value(tree, text, 0)
    return tree


@lru_cache(maxsize=65536)
def references(text: str) -> tuple[Reference, ...]:
    """List the dotted names of an acceptable expression, longest form, in the order of the text."""
    found = _references(_parse(text), text)
    return tuple(sorted(found, key=lambda reference: reference.start))


def references_of(text: str) -> tuple[Reference, ...]:
    """The names in an expression; none in a text that is none, as a project of nothing but pages may have."""
    try:
        return references(text)
    except ExpressionError:
        return ()


def dotted(node: ast.AST) -> str | None:
    """Return the dotted name a node spells, or None when it is something else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return None if owner is None else f"{owner}.{node.attr}"
    return None


def _parse(text: str) -> ast.expr:
    if not text.strip():
        raise ExpressionError("the expression is empty")
    if len(text) > _MAXIMUM_LENGTH:
        raise ExpressionError(
            f"the expression has {len(text):,} characters; at most {_MAXIMUM_LENGTH:,} are read"
        )
    if "\n" in text or "\r" in text:
        raise ExpressionError("an expression is written on one line")
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        offset = min(max((error.offset or 1) - 1, 0), len(text) - 1)
        reason = str(error.msg).partition(" (detected at line")[0]
        raise ExpressionError(
            f"{shorten(text)} is not a Python expression: {reason}", offset
        ) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"not a Python expression: {error}") from None


def shorten(text: str, limit: int = 60) -> str:
    """Quote a text for a message, cut in the middle of nowhere when it is long."""
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")


def _offset(node: ast.expr, text: str) -> int:
    # ast counts UTF-8 bytes; people and carets count characters.
    if text.isascii():
        return node.col_offset
    return len(text.encode()[: node.col_offset].decode(errors="ignore"))


def _deeper(node: ast.expr, text: str, depth: int) -> int:
    if depth >= _MAXIMUM_DEPTH:
        raise ExpressionError(
            f"the expression is nested deeper than {_MAXIMUM_DEPTH} levels",
            _offset(node, text),
        )
    return depth + 1


# What may stand among the arguments of a generic, and what among the parameters a callable takes, but not alone.
_ARGUMENTS = (ast.List, ast.Starred, ast.Constant)
_ITEMS = (ast.Starred,)


def _check_type(
    node: ast.expr, text: str, depth: int, also: tuple[type[ast.expr], ...] = ()
) -> None:
    depth = _deeper(node, text, depth)
    match node:
        case ast.Name() | ast.Constant(value=None):
            return
        case ast.Attribute():
            if dotted(node) is None:
                _refuse(node, text, "a type cannot take an attribute of an expression")
        case ast.Constant() if node.value is ... and ast.Constant in also:
            return
        case ast.Constant(value=str()):
            raise ExpressionError(
                f"the type {shorten(text)} is quoted",
                _offset(node, text),
                "write the name without quotes; forward references need none",
            )
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            _check_type(left, text, depth)
            _check_type(right, text, depth)
        case ast.Subscript(value=value, slice=arguments):
            name = dotted(value)
            if name is None:
                _refuse(value, text, "only a name can be followed by type arguments")
            _check_arguments(node, str(name), arguments, text, depth)
        case ast.List(elts=elements) if ast.List in also:
            for element in elements:
                _check_type(element, text, depth, _ITEMS)
        case ast.Starred(value=value) if ast.Starred in also:
            _check_type(value, text, depth)
        case _:
            _refuse(
                node, text, f"{_describe(node)} cannot stand in a type: {shorten(text)}"
            )


def _check_arguments(
    node: ast.expr, base: str, arguments: ast.expr, text: str, depth: int
) -> None:
    form = base.rpartition(".")[2]
    elements = arguments.elts if isinstance(arguments, ast.Tuple) else [arguments]
    least, most = _ARGUMENT_COUNTS.get(form, (0, len(elements)))
    if not least <= len(elements) <= most:
        wanted = f"{least} {'argument' if least == 1 else 'arguments'}"
        wanted = wanted if least == most else f"at least {wanted}"
        _refuse(node, text, f"'{form}' takes {wanted}, not {len(elements)}")
    for index, element in enumerate(elements):
        if form == "Literal":
            _check_literal(element, text, depth)
        elif form == "Annotated" and index:
            _check_value(element, text, depth)
        elif form in ("Optional", "Union", "Annotated"):
            _check_type(element, text, depth)
        else:
            _check_type(element, text, depth, _ARGUMENTS)


_ARGUMENT_COUNTS = {
    "Optional": (1, 1),
    "Union": (1, _MAXIMUM_LENGTH),
    "Literal": (1, _MAXIMUM_LENGTH),
    "Callable": (2, 2),
    "Annotated": (2, _MAXIMUM_LENGTH),
    "ClassVar": (1, 1),
}


def _check_literal(node: ast.expr, text: str, depth: int) -> None:
    match node:
        case ast.Constant(value=str() | bytes() | bool() | int() | None):
            _check_value(node, text, depth)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int())):
            return
        case ast.Name() | ast.Attribute() if dotted(node) is not None:
            return
        case _:
            _refuse(
                node,
                text,
                f"{_describe(node)} cannot stand in a Literal: {shorten(text)}",
                "a Literal holds texts, whole numbers, True, False, None and enum members",
            )


def _check_value(node: ast.expr, text: str, depth: int) -> None:
    depth = _deeper(node, text, depth)
    match node:
        case ast.Constant() if isinstance(node.value, _CONSTANTS):
            if not _has_spelling(node.value):
                _refuse(node, text, f"the number {shorten(text)} is too large")
        case ast.Name():
            return
        case ast.Attribute():
            name = dotted(node)
            if name is None or "__" in name:
                _refuse(
                    node, text, f"{shorten(text)} reaches into the interpreter's names"
                )
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Invert(), operand=operand):
            if not _may_be(operand, int | float | complex):
                _refuse(node, text, "a sign in a default stands before a number")
            _check_value(operand, text, depth)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            for side in (left, right):
                if not _may_be(side, int):
                    _refuse(side, text, "in a default, | combines flags")
                _check_value(side, text, depth)
        case (
            ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements)
        ):
            for element in elements:
                _check_value(element, text, depth)
            if isinstance(node, ast.Set):
                _check_hashable(elements, text)
        case ast.Dict(keys=keys, values=values) if all(keys):
            _check_hashable(keys, text)
            for item in (*keys, *values):
                if item is not None:
                    _check_value(item, text, depth)
        case ast.Call(func=function, args=arguments, keywords=keywords):
            if dotted(function) is None or "__" in str(dotted(function)):
                _refuse(node, text, "only a class may be called in a default")
            if any(keyword.arg is None for keyword in keywords):
                _refuse(node, text, "a call in a default takes plain arguments only")
            for argument in (*arguments, *(keyword.value for keyword in keywords)):
                _check_value(argument, text, depth)
        case ast.Dict():
            _refuse(node, text, "a dict in a default takes plain keys only")
        case _:
            _refuse(
                node,
                text,
                f"{_describe(node)} cannot stand in a default: {shorten(text)}",
            )


def _may_be(node: ast.expr, kind: type | UnionType) -> bool:
    """Whether an operand is a literal of a kind, or something of which only Python knows what it is."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, kind)
    return not isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict)


def _check_hashable(items: Iterable[ast.expr | None], text: str) -> None:
    for item in items:
        if isinstance(item, ast.List | ast.Set | ast.Dict):
            message = "an item of a set or a key of a dict in a default cannot be "
            _refuse(item, text, message + _describe(item))


def _has_spelling(value: object) -> bool:
    """Whether a number can be written down again: no infinity, and no more digits than Python converts."""
    match value:
        case int():
            return value.bit_length() <= 10_000
        case float() | complex():
            return cmath.isfinite(value)
    return True


def _refuse(node: ast.expr, text: str, message: str, hint: str = "") -> None:
    if not hint and ("default" in message or "interpreter" in message):
        hint = (
            "a default is a literal, a name, or a class called with literals; "
            "anything that computes belongs in a core"
        )
    elif not hint and "number" not in message:
        hint = "a type is a name, a subscript such as list[str], or a union with |"
    raise ExpressionError(message, _offset(node, text), hint)


def _describe(node: ast.expr) -> str:
    words = {
        "Call": "a call",
        "Lambda": "a lambda",
        "IfExp": "a conditional expression",
        "ListComp": "a comprehension",
        "SetComp": "a comprehension",
        "DictComp": "a comprehension",
        "GeneratorExp": "a generator expression",
        "Await": "an await",
        "Yield": "a yield",
        "YieldFrom": "a yield",
        "JoinedStr": "an f-string",
        "NamedExpr": "an assignment",
        "Subscript": "a subscript",
        "Constant": "a literal",
        "BinOp": "an operation",
        "BoolOp": "an operation",
        "UnaryOp": "an operation",
        "Compare": "a comparison",
        "Dict": "a dict",
        "Set": "a set",
        "List": "a list",
        "Tuple": "a tuple",
        "Name": "a name",
        "Starred": "a starred expression",
    }
    return words.get(type(node).__name__, "this expression")


def _references(node: ast.AST, text: str) -> Iterator[Reference]:
    name = dotted(node)
    if name is not None and isinstance(node, ast.expr):
        start = _offset(node, text)
        yield Reference(name, start, start + len(name))
        return
    for child in ast.iter_child_nodes(node):
        yield from _references(child, text)
