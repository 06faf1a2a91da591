"""Model to spec text: the mirror image of ``readers.yaml``, in the style people write specs in.

Knows which of YAML's ways to write a text keeps it exactly, and which of those reads best. It must not know what any
key means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

import msgspec

from codegen.model import Module

_WIDTH = 110
_PLAIN = re.compile(r"[A-Za-z0-9_$./(+-](?:[^:#]|:(?=\S)|(?<=\S)#)*(?<! )")
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


def emit(module: Module) -> str:
    """Write one spec; reading it gives an equal module."""
    return "\n".join(_mapping(msgspec.to_builtins(module), "")) + "\n"


def _mapping(mapping: dict[str, Any], indent: str) -> Iterator[str]:
    for key, value in mapping.items():
        yield from _entry(f"{indent}{_scalar(key)}:", value, indent)


def _sequence(items: list[Any], indent: str) -> Iterator[str]:
    for item in items:
        yield from _entry(f"{indent}-", item, indent)


def _entry(head: str, value: Any, indent: str) -> Iterator[str]:
    """Write a value behind its key or dash, on the same line where it fits there."""
    inner = indent + "  "
    if isinstance(value, dict) and value:
        yield head
        yield from _mapping(cast("dict[str, Any]", value), inner)
    elif isinstance(value, list | tuple) and value:
        yield head
        yield from _sequence(list(cast("list[Any]", value)), inner)
    elif isinstance(value, str):
        first, *rest = _text(value, inner, len(head) + 1)
        yield f"{head} {first}"
        yield from rest
    else:
        empty = "{}" if isinstance(value, dict) else "[]"
        given = isinstance(value, bool | int)
        yield f"{head} {str(value).lower() if given else empty}"


def _text(text: str, indent: str, column: int) -> list[str]:
    """Write a text: as a block when it has lines, folded when it is long, else on one line."""
    if not text.isprintable() and not _is_block(text):
        return [_double_quoted(text)]
    if "\n" in text:
        chomping = "-" if text[-1] != "\n" else "+" if text.endswith("\n\n") else ""
        lines = text.removesuffix("\n").split("\n")
        return [f"|{chomping}", *(indent + line if line else "" for line in lines)]
    if column + len(text) > _WIDTH and _is_foldable(text):
        return [">-", *_folded(text, indent)]
    return [_scalar(text)]


def _is_block(text: str) -> bool:
    """Whether a literal block keeps the text: its first line must show the indentation of all."""
    lines = text.split("\n")
    return (
        len(lines) > 1
        and all(line.isprintable() for line in lines)
        and bool(lines[0].strip(" "))
        and not lines[0].startswith(" ")
        and all(line.strip(" ") or not line for line in lines)
    )


def _is_foldable(text: str) -> bool:
    return "  " not in text and text.strip(" ") == text and " " in text


def _folded(text: str, indent: str) -> Iterator[str]:
    line = indent
    for word in text.split(" "):
        if line != indent and len(line) + 1 + len(word) > _WIDTH:
            yield line
            line = indent
        line += word if line == indent else f" {word}"
    yield line


def _scalar(text: str) -> str:
    if not text.isprintable():
        return _double_quoted(text)
    if text not in _NULLS and _PLAIN.fullmatch(text) and not _looks_special(text):
        return text
    return "'" + text.replace("'", "''") + "'"


def _looks_special(text: str) -> bool:
    """Whether plain text would be taken for a part of YAML's own syntax."""
    return text.startswith("- ") or text in ("-", "---", "...")


def _double_quoted(text: str) -> str:
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
