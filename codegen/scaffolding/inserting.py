"""Imports added to the text of a module, each where a linter wants it.

Knows the order of import statements. A statement that is extended keeps its layout; all other lines keep their bytes. It
must not know why something is imported.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from codegen.emitters.python.formatting import LINE_LENGTH
from codegen.emitters.python.names import (
    Import,
    from_import,
    member_order,
    section_of,
)
from codegen.scaffolding.imports import bindings, is_for_type_checkers


def with_imports(
    text: str, needed: list[tuple[Import, bool]], first_party: frozenset[str]
) -> str:
    """Return the text of a module with more imports, each among those of its kind."""
    if not needed:
        return text
    lines = text.split("\n")
    end = _end_of_imports(ast.parse(text), len(lines))
    # Only this is read again for each import; a blank line stands for what follows.
    head = "\n".join([*lines[:end], ""])
    for wanted, run_time in needed:
        head = _with_import(head, wanted, run_time, first_party)
    return head + "\n".join(lines[end:])


def _end_of_imports(tree: ast.Module, end: int) -> int:
    """The number of lines before the first definition, as far as no import stands below it."""
    last = 0
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = [*statement.decorator_list, statement][0]
            end = min(end, first.lineno - 1)
        elif isinstance(statement, ast.Import | ast.ImportFrom | ast.If):
            last = statement.end_lineno or 0
    return max(end, last)


def _with_import(
    text: str, wanted: Import, run_time: bool, first_party: frozenset[str]
) -> str:
    tree = ast.parse(text)
    if run_time:
        top = _top(tree)
        if not top:
            return _first(text, tree, wanted)
        return _inserted(text, top, wanted, "", first_party)
    block = _checked_block(tree)
    if block is None:
        marker = Import("typing", "TYPE_CHECKING", "TYPE_CHECKING")
        if "TYPE_CHECKING" not in bindings("", tree):
            text = _with_import(text, marker, True, first_party)
        end = _top(ast.parse(text))[-1].end_lineno or 1
        return _with_lines(
            text, end, ["", "if TYPE_CHECKING:", *_statement(wanted, "    ")]
        )
    imports = [s for s in block.body if isinstance(s, ast.Import | ast.ImportFrom)]
    if not imports:
        line = block.body[0].lineno - 1
        return _with_lines(
            text, line, _statement(wanted, " " * block.body[0].col_offset)
        )
    indent = " " * imports[0].col_offset
    return _inserted(text, imports, wanted, indent, first_party)


def _top(tree: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    """The imports a module begins with."""
    found: list[ast.Import | ast.ImportFrom] = []
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            found.append(statement)
        elif found or not isinstance(statement, ast.Expr):
            break
    return found


def _first(text: str, tree: ast.Module, wanted: Import) -> str:
    """Add the first import of a module, behind its docstring."""
    lines = _statement(wanted, "")
    if ast.get_docstring(tree) is None:
        return _with_lines(text, 0, [*lines, "", ""])
    return _with_lines(text, tree.body[0].end_lineno or 1, ["", *lines])


def _checked_block(tree: ast.Module) -> ast.If | None:
    for statement in tree.body:
        if isinstance(statement, ast.If) and is_for_type_checkers(statement):
            return statement
    return None


def _statement(wanted: Import, indent: str) -> list[str]:
    alias = (
        "" if wanted.local == (wanted.name or wanted.module) else f" as {wanted.local}"
    )
    if wanted.name is None:
        return [f"{indent}import {wanted.module}{alias}"]
    return from_import(wanted.module, [wanted.name + alias], indent)


def _inserted(
    text: str,
    imports: Sequence[ast.stmt],
    wanted: Import,
    indent: str,
    first_party: frozenset[str],
) -> str:
    """Add an import to a block of them: to the statement of its module, or as a statement of its own."""
    for statement in imports:
        if isinstance(statement, ast.ImportFrom) and _takes(statement, wanted):
            return _extended(text, statement, wanted.name or "", indent)
    key = _key(wanted.module, wanted.name is not None, first_party)
    before = [s for s in imports if _statement_key(s, first_party) <= key]
    lines = _statement(wanted, indent)
    if before:
        last = before[-1]
        # A new section stands apart; behind the docstring or the `__future__` import, too.
        apart = _statement_key(last, first_party)[0] != key[0]
        return _with_lines(text, last.end_lineno or 1, [""] * apart + lines)
    first = imports[0]
    apart = _statement_key(first, first_party)[0] != key[0]
    return _with_lines(text, first.lineno - 1, lines + [""] * apart)


def _takes(statement: ast.ImportFrom, wanted: Import) -> bool:
    plain = not statement.level and statement.module == wanted.module
    renamed = any(alias.asname or alias.name == "*" for alias in statement.names)
    return plain and not renamed and wanted.name == wanted.local


def _key(
    module: str, is_from: bool, first_party: frozenset[str]
) -> tuple[int, bool, str]:
    return section_of(module, first_party), is_from, module


def _statement_key(
    statement: ast.stmt, first_party: frozenset[str]
) -> tuple[int, bool, str]:
    match statement:
        case ast.Import(names=[alias, *_]):
            return _key(alias.name, False, first_party)
        case ast.ImportFrom(module="__future__"):
            return -1, True, ""
        case ast.ImportFrom(module=str() as module, level=0):
            return _key(module, True, first_party)
        case ast.ImportFrom():
            return 3, True, ""
    return -2, False, ""


def _extended(text: str, statement: ast.ImportFrom, name: str, indent: str) -> str:
    """Add a name to a ``from`` import, in order and in the layout it has."""
    if any(alias.name == name for alias in statement.names):
        return text
    lines = text.split("\n")
    later = [a for a in statement.names if member_order(a.name) > member_order(name)]
    spread = statement.lineno != statement.end_lineno
    if later:
        number, column = later[0].lineno - 1, later[0].col_offset
        margin = lines[number].encode()[:column].decode()
        alone = spread and not margin.strip()
        added = f"{name},{_newline(text)}{margin}" if alone else f"{name}, "
    else:
        last = statement.names[-1]
        number, column = (last.end_lineno or 1) - 1, last.end_col_offset or 0
        margin = lines[last.lineno - 1].encode()[: last.col_offset].decode()
        alone = spread and not margin.strip()
        added = f",{_newline(text)}{margin}{name}" if alone else f", {name}"
    line = lines[number].encode()
    lines[number] = line[:column].decode() + added + line[column:].decode()
    if not spread and len(lines[number].rstrip("\r")) > LINE_LENGTH:
        names = sorted([*(alias.name for alias in statement.names), name])
        if "#" not in lines[number]:
            block = from_import(statement.module or "", names, indent)
            end = "\r" if lines[number].endswith("\r") else ""
            lines[number] = f"{end}\n".join(block) + end
    return "\n".join(lines)


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _with_lines(text: str, number: int, added: list[str]) -> str:
    """A text with lines added behind the line of this number."""
    end = "\r" if "\r\n" in text else ""
    lines = text.split("\n")
    return "\n".join(
        [*lines[:number], *(line + end for line in added), *lines[number:]]
    )
