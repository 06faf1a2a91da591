"""What reading cannot keep, collected as findings with the place of the source they are about.

Knows where a node stands in its file. It must not know why something is lost: callers say.
"""

from __future__ import annotations

import ast
import re

from codegen.diagnostics import Diagnostic, Location

_IGNORE = re.compile(r"#\s*type:\s*ignore(?:\[([\w\s,-]*)\])?")

_IGNORE_ALL = re.compile(r"^#\s*mypy:.*\bignore-errors\b", re.MULTILINE)
_DISABLED = re.compile(
    r"^#\s*mypy:.*\bdisable-error-code\s*=\s*\"?([\w\s,-]+)", re.MULTILINE
)
# The codes, among those a file can disable, of errors that stand in declarations.
_OF_DECLARATIONS = frozenset(
    "assignment misc override type-arg type-var valid-type".split()
)


class Losses:
    """The findings of one source file."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self._text = text
        self._everywhere = _for_the_file(text)
        self._has_comments = "type: ignore" in text
        self._lines: list[str] | None = None
        self.found: list[Diagnostic] = []

    def report(self, node: ast.AST, rule: str, message: str, hint: str = "") -> None:
        """Note that what stands at a node is not kept as it is."""
        place = self.location(node)
        self.found.append(Diagnostic(place, rule, message, hint, "warning"))

    def location(self, node: ast.AST) -> Location:
        """Where a node stands; columns count characters."""
        line = getattr(node, "lineno", 1)
        column = getattr(node, "col_offset", 0)
        end: int | None = getattr(node, "end_col_offset", None)
        length = 1
        if end is not None and getattr(node, "end_lineno", line) == line:
            length = max(1, end - column)
        text = self.line(line)
        if not text.isascii():
            data = text.encode()
            length = len(data[column : column + length].decode(errors="ignore")) or 1
            column = len(data[:column].decode(errors="ignore"))
        return Location(self.path, line, column + 1, length)

    def line(self, number: int) -> str:
        """A line of the source, counted from 1."""
        if self._lines is None:
            self._lines = self._text.split("\n")
        if number > len(self._lines):
            return ""
        return self._lines[number - 1]

    def type_ignores(self, node: ast.stmt) -> tuple[str, ...]:
        """The error codes that comments at the head of a definition tell type checkers to overlook."""
        everywhere = self._everywhere
        if everywhere != ("*",) and isinstance(node, ast.Assign | ast.AnnAssign):
            everywhere = ()
        if everywhere == ("*",) or not self._has_comments:
            return everywhere
        decorators = getattr(node, "decorator_list", ())
        first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
        body = getattr(node, "body", None)
        last = node.end_lineno or node.lineno
        if isinstance(body, list) and body:
            above = getattr(body[0], "decorator_list", None) or body
            last = max(node.lineno, above[0].lineno - 1)
            if self.line(above[0].lineno)[: above[0].col_offset].strip(" @"):
                # The body stands behind the head, on its last line.
                last = above[0].lineno
        codes = dict.fromkeys(everywhere)
        for number in range(first, last + 1):
            match = _IGNORE.search(self.line(number))
            if match is not None:
                found = (match[1] or "*").split(",")
                codes.update((code.strip(), None) for code in found)
        return ("*",) if "*" in codes else tuple(codes)

    def is_overlooked(self, node: ast.stmt) -> bool:
        """Whether a comment of the statement itself tells type checkers to overlook what is wrong there."""
        return self._has_comments and any(
            _IGNORE.search(self.line(number))
            for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        )

    def segment(self, node: ast.expr) -> str:
        """An expression as it is written, on one line."""
        line = self.line(node.lineno)
        if node.end_lineno == node.lineno and line.isascii():
            return line[node.col_offset : node.end_col_offset]
        return ast.unparse(node)


def _for_the_file(text: str) -> tuple[str, ...]:
    """The error codes that a comment tells type checkers to overlook in the whole file."""
    if "mypy:" not in text:
        return ()
    if _IGNORE_ALL.search(text):
        return ("*",)
    found = _DISABLED.findall(text)
    codes = (code.strip() for part in found for code in part.split(","))
    return tuple(dict.fromkeys(code for code in codes if code in _OF_DECLARATIONS))
