"""Where things stand in a spec, looked up line by line: much faster than composing documents, and for most places enough.

Knows block mappings with plain keys. What stands in brackets, quotes or lists it leaves to the document itself.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

from codegen.diagnostics import Location
from codegen.readers.yaml import Document
from codegen.walk import Path


class _Block(NamedTuple):
    """A block mapping: where its lines begin and end, and how far its keys are indented."""

    start: int
    end: int
    indent: int


class Positions:
    """Looks up places in one spec."""

    def __init__(self, document: Document) -> None:
        self._document = document
        # Each line begins behind a line end, the first one as well.
        self._text = f"\n{document.text}\n"
        self._lines = [match.start() for match in re.finditer("\n", self._text)]
        self._blocks: dict[Path, _Block | None] = {
            (): _Block(0, len(self._text) - 1, 0)
        }

    def locate(self, path: Path, *, key: bool) -> Location:
        """Where the element a path of keys leads to stands: its ``key``, or its value."""
        found = self._scanned(path, key) if path else None
        return self._document.locate(path, key=key) if found is None else found

    def _scanned(self, path: Path, key: bool) -> Location | None:
        block = self._block(path[:-1])
        start = None if block is None else self._find(block, path[-1])
        if start is None:
            return None
        name = str(path[-1])
        if key:
            return self._location(start, len(name))
        value = _PLAIN.match(self._text, start + len(name) + 1)
        return None if value is None else self._location(value.start(1), len(value[1]))

    def _block(self, path: Path) -> _Block | None:
        if path not in self._blocks:
            self._blocks[path] = self._inside(path)
        return self._blocks[path]

    def _inside(self, path: Path) -> _Block | None:
        above = self._block(path[:-1])
        key = None if above is None else self._find(above, path[-1])
        if above is None or key is None:
            return None
        first = _FIRST_LINE.match(self._text, key + len(str(path[-1])) + 1)
        if first is None or len(first[1]) <= above.indent:
            return None
        end = _end_of(above.indent).search(self._text, first.end())
        last = above.end if end is None else min(end.start(), above.end)
        return _Block(first.start(1) - 1, last, len(first[1]))

    def _find(self, block: _Block, name: str | int) -> int | None:
        """Where a key of a block begins; None when it is not written plainly."""
        sought = f"\n{' ' * block.indent}{name}:"
        found = self._text.find(sought, block.start, block.end)
        if found < 0 or self._text[found + len(sought)] not in " \n":
            return None
        return found + 1 + block.indent

    def _location(self, offset: int, length: int) -> Location:
        line = bisect_right(self._lines, offset)
        column = offset - self._lines[line - 1]
        return Location(self._document.path, line, column, length)


# A plain value that ends with its line.
_PLAIN = re.compile(r" +([^\s'\"\[\]{}|>&*!%@`#,?:-](?:[^\n#:]*[^\s#:,])?)(?=\n)")

# The rest of a line without a value, and what the next line begins with.
_FIRST_LINE = re.compile(r" *\n(?: *\n)*( *)(?=[A-Za-z_])")


@lru_cache(maxsize=64)
def _end_of(indent: int) -> re.Pattern[str]:
    """The line that ends a block inside one that is indented so far."""
    return re.compile(rf"\n {{0,{indent}}}(?=[^ \n])")
