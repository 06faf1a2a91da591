"""Declarations and tables of parameters: names, types, defaults and texts of a callable.

Knows how each style prints a parameter, and takes that back. It must not know what stands around it.
"""

from __future__ import annotations

import ast
import re
from typing import Any, NamedTuple

import msgspec

from codegen import types
from codegen.model import PageStyle, Parameter, ParameterKind, Returns
from codegen.page_texts import from_cell
from codegen.project import is_dotted
from codegen.readers.pages.lines import Lines

FENCE = "```python"
_FLAT: PageStyle = "2.0.0b31"
_MODERN: PageStyle = "2.6"

_NAME = re.compile(r"(\*{0,2})([^\W\d]\w*)")
_ROW = re.compile(r"\| `(\*{0,2}[^\W\d]\w*)` \| (?:`(.*?)`)? \|(.*)")
_BAR = re.compile(r"(?<!\\)\|")
_ADDRESS = re.compile(r"<[\w.<>]+(?: [\w.]+)* at 0x[0-9a-fA-F]+>")
_LEADING_BRACKETS = re.compile(r"\([^)]+\)")
_STARS: dict[str, ParameterKind] = {
    "*": "var-positional",
    "**": "var-keyword",
    "": "positional-or-keyword",
}
_VARIADIC: dict[str, ParameterKind] = {
    "args": "var-positional",
    "kwargs": "var-keyword",
}
_CONTAINERS = frozenset(("list", "dict", "set", "tuple", "frozenset"))


class Declaration(NamedTuple):
    """A declaration as it stands: what it declares, the line of each parameter, what follows the arrow."""

    keyword: str
    lines: dict[str, int]
    arrow: str
    end: int


def declaration(page: Lines, start: int, name: str, *, is_class: bool) -> Declaration:
    """Read the fence that declares ``name``."""
    page.expect(start, FENCE)
    first = page[start + 1]
    keyword = "class" if is_class else "def"
    if first in (f"def {name}()", f"protocol {name}()"):
        if first.startswith("protocol") and not is_class:
            raise page.violation(start + 1, f"expected 'def {name}()'")
        end = page.expect(start + 2, "```")
        return Declaration(first.partition(" ")[0], {}, "", end)
    if first != f"{keyword} {name}(":
        raise page.violation(
            start + 1, f"expected '{keyword} {name}(' or 'def {name}()'"
        )
    number = start + 2
    parameters: dict[str, int] = {}
    while page[number].startswith("    "):
        _add(page, number, parameters)
        number += 1
    last = page[number]
    if last != ")" and (is_class or not last.startswith(") -> ")):
        raise page.violation(
            number, "expected a parameter, as 4 spaces, its name and ',', or ')'"
        )
    return Declaration(keyword, parameters, last[5:], page.expect(number + 1, "```"))


def _add(page: Lines, number: int, parameters: dict[str, int]) -> None:
    line = page[number]
    match = _NAME.match(line, 4)
    if match is None or line[-1] != ",":
        raise page.violation(
            number, "expected a parameter: 4 spaces, a name, and ',' at the end"
        )
    if match[0] in parameters:
        raise page.violation(number, f"the parameter '{match[0]}' is declared twice")
    parameters[match[0]] = number


def header(style: PageStyle) -> tuple[str, str]:
    """The first lines of a table of parameters."""
    if style == _FLAT:
        return "| Parameter | Type |", "|-|-|"
    return "| Parameter | Type | Description |", "|-|-|-|"


def table_start(page: Lines, declared: Declaration, start: int, end: int) -> int:
    """Find the table of a declaration's parameters; in old styles it ends with the region."""
    head = header(page.style)
    candidates = page.find(head[0], start, end)
    if not candidates:
        raise page.violation(end, f"expected the table of parameters, {head[0]!r}")
    if page.style != _MODERN:
        place = end - len(declared.lines) - 3
        return place if place in candidates else candidates[-1]
    fitting = (n for n in reversed(candidates) if _has_rows(page, n + 2, declared))
    return next(fitting, candidates[-1])


def _has_rows(page: Lines, number: int, declared: Declaration) -> bool:
    """Whether each parameter has its row from a line on."""
    return all(
        page[number + offset].startswith(f"| `{name}` |")
        for offset, name in enumerate(declared.lines)
    )


def parameters(
    page: Lines, declared: Declaration, start: int
) -> tuple[dict[str, Parameter], int]:
    """Read the table that begins at a line, put it together with the declaration; return what follows, too."""
    number = page.expect(start, *header(page.style))
    found: dict[str, Parameter] = {}
    for name, line in declared.lines.items():
        type_, text = _row(page, number, name)
        parameter = _parameter(page, line, name, type_, list(declared.lines))
        found[name.lstrip("*")] = replace(parameter, doc=text)
        number += 1
    return found, page.expect(number, "")


def _row(page: Lines, number: int, name: str) -> tuple[str, str]:
    """The type and the text of a row, as they were before they were put into cells."""
    match = _ROW.fullmatch(page[number])
    if match is None or match[1] != name:
        raise page.violation(number, f"expected the row of the parameter '{name}'")
    type_ = (match[2] or "").replace("\\|", "|")
    if page.style == _FLAT:
        if match[3]:
            raise page.violation(number, "expected two cells")
        return type_, ""
    return type_, _text(page, number, match[3])


def _text(page: Lines, number: int, cell: str) -> str:
    if cell == " |":
        return ""
    text = cell[1:-2]
    if cell != f" {text} |" or not text or text.strip() != text or _BAR.search(text):
        message = "expected the text of the parameter in one cell, or ' |'"
        raise page.violation(number, message)
    # The style takes the first brackets away.
    shielded = f"(...) {text}" if _LEADING_BRACKETS.match(text) else text
    return from_cell(shielded, page.style)


def _parameter(
    page: Lines, number: int, name: str, type_: str, names: list[str]
) -> Parameter:
    """Read the line of a declaration, given the type its row shows."""
    body = page[number][4:-1]
    if page.style == _MODERN:
        return _modern(page, number, body, name, type_)
    kind = _VARIADIC.get(name)
    stars = {"args": "*args", "kwargs": "**kwargs"}.get(name)
    if type_ != (stars or type_):
        raise page.violation(number, f"expected '{stars}' in the row of '{name}'")
    if body == name and (kind or not type_):
        return Parameter(kind=kind) if kind else Parameter()
    if body != f"{name}: {type_}":
        raise page.violation(number, f"expected '{name}: {type_},', as its row says")
    if kind is None:
        return typed(page, number, type_)
    # The page shows that there is a type, and not which.
    last = page.style != _FLAT and (name == "kwargs" or names[-1] in ("args", "kwargs"))
    return Parameter(type="Any", kind=kind) if last else Parameter(type="Any")


def _modern(page: Lines, number: int, body: str, name: str, type_: str) -> Parameter:
    stars = name[: len(name) - len(name.lstrip("*"))]
    head = f"{name}: {type_}" if type_ else name
    default = body[len(head) :]
    if not body.startswith(head) or (default and not default.startswith(" = ")):
        raise page.violation(
            number, f"expected '{head}' and perhaps ' = ' and a default"
        )
    found = typed(page, number, type_) if type_ else Parameter()
    if stars:
        found = replace(found, kind=_STARS[stars])
    return _with_default(page, number, found, default[3:]) if default else found


def _with_default(
    page: Lines, number: int, parameter: Parameter, text: str
) -> Parameter:
    if text == "<factory>":
        return replace(parameter, factory=_factory(page, number, parameter.type or ""))
    if _ADDRESS.search(text):
        page.lose(
            number,
            "page-address",
            f"the default {text} is the address of an object",
            text,
        )
    elif is_plain_value(text):
        return replace(parameter, default=text)
    elif not text:
        raise page.violation(number, "expected a default behind ' = '")
    return replace(parameter, default="...", default_documented_as=text)


def is_plain_value(text: str) -> bool:
    """Whether a default is a value that prints as it is written: a literal, a name, a member of a class."""
    if text == "...":
        return True
    try:
        node = types.parse_value(text)
    except types.ExpressionError:
        return False
    name = types.dotted(node)
    if name is not None:
        return name == text and name.count(".") < 2
    try:
        return repr(ast.literal_eval(node)) == text
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return False


def _factory(page: Lines, number: int, type_: str) -> str:
    """What makes the default of a field: the container its type names, or else a guess, which is reported."""
    base = type_.removeprefix("typing.").partition("[")[0]
    if base.lower() in _CONTAINERS:
        return base.lower()
    guess = type_ if is_dotted(type_) else "object"
    message = f"what makes the default is not said; '{guess}' is assumed"
    page.lose(number, "page-guess", message, "<factory>")
    return guess


def typed(page: Lines, number: int, text: str) -> Parameter:
    """A parameter of a printed type."""
    type_, documented_as = type_of(page, number, text)
    return Parameter(type=type_, documented_as=documented_as)


def returns(page: Lines, number: int, text: str) -> Returns:
    """What a printed return type says."""
    if not text:
        return Returns()
    type_, documented_as = type_of(page, number, text)
    return Returns(type=type_, documented_as=documented_as)


def type_of(page: Lines, number: int, text: str) -> tuple[str | None, str | None]:
    """The type behind a printed one, and the printed form where that is something else."""
    if _is_type(text):
        return text, None
    if _ADDRESS.search(text):
        message = f"the type {text} is the address of an object, not a type"
        page.lose(number, "page-address", message, text)
        return None, text
    plain = _QUOTED.sub(r"\1", text)
    if plain != text and _is_type(plain):
        return plain, text
    message = f"{text} is not a type expression; it is kept as the page prints it"
    page.lose(number, "page-type", message, text)
    return None, text


# What printing leaves of type variables and forward references: ~T, ForwardRef('X'), 'X'.
_QUOTED = re.compile(r"""(?:ForwardRef\()?'([\w.\[\], |]+)'\)?|[~+-](?=[^\W\d])""")


def _is_type(text: str) -> bool:
    try:
        types.parse_type(text)
    except types.ExpressionError:
        return False
    return True


def replace(parameter: Parameter, **changes: Any) -> Parameter:
    """Return a parameter with changes."""
    return msgspec.structs.replace(parameter, **changes)
