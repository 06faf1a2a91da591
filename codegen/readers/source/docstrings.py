"""Docstrings taken apart: the text, and what it says of parameters, results and errors.

Knows the sections of Google, NumPy and Sphinx style. A section that is not understood to its last line stays in the
text as it is, so nothing is lost. It must not know whose docstring it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple


class Described(NamedTuple):
    """A docstring: its text, and the texts of parameters, result and errors that stood in sections of their own."""

    doc: str
    parameters: dict[str, str]
    returns: str
    raises: dict[str, str]
    types: Mapping[str, str] = MappingProxyType({})
    """What sections that were understood say of the types of parameters; under an empty name, of the result."""


class _Section(NamedTuple):
    kind: str
    start: int
    end: int
    entries: list[tuple[str, str]]
    types: Mapping[str, str] = MappingProxyType({})


_KINDS = {
    "args": "parameters",
    "arguments": "parameters",
    "parameters": "parameters",
    "params": "parameters",
    "keyword args": "parameters",
    "keyword arguments": "parameters",
    "other parameters": "parameters",
    "attributes": "attributes",
    "returns": "returns",
    "return": "returns",
    "raises": "raises",
    "exceptions": "raises",
}
_NAME = r"\*{0,2}[A-Za-z_]\w*"
_ENTRY = re.compile(
    rf"({_NAME}(?:\s*,\s*{_NAME})*)\s*(?:\((?P<type>[^()]*(?:\([^()]*\)[^()]*)*)\))?\s*:(?:\s+(?P<text>.*)|$)"
)
_ERROR = re.compile(r"([A-Za-z_][\w.]*)(?P<type>)\s*:(?:\s+(?P<text>.*)|$)")
_FIELD = re.compile(r":(\w+)(?:\s+([^:]*))?:(?:\s+(.*)|$)")
_FIELDS = {
    "param": "parameters",
    "parameter": "parameters",
    "arg": "parameters",
    "argument": "parameters",
    "keyword": "parameters",
    "kwarg": "parameters",
    "return": "returns",
    "returns": "returns",
    "raise": "raises",
    "raises": "raises",
    "except": "raises",
    "exception": "raises",
}


def described(
    text: str,
    parameters: Container[str],
    is_error: Callable[[str], bool],
    *,
    attributes: bool = False,
    returns: bool = True,
) -> Described:
    """Take a docstring apart; only sections about parameters and errors that exist are understood.

    ``attributes`` and ``returns`` say whether there is a place for what sections of that name say.
    """
    if not text or ("\n" not in text and ":" not in text):
        return Described(text, {}, "", {})
    lines = text.split("\n")
    found: dict[str, dict[str, str]] = {"parameters": {}, "returns": {}, "raises": {}}
    taken: list[_Section] = []
    types: dict[str, str] = {}
    for section in _sections(lines):
        kind = section.kind
        if kind == "returns" and not returns:
            continue
        if kind == "attributes":
            if not attributes:
                continue
            kind = "parameters"
        entries = dict(section.entries)
        understood = (
            len(entries) == len(section.entries)
            and not entries.keys() & found[kind].keys()
            and (kind != "parameters" or all(name in parameters for name in entries))
            and (kind != "raises" or all(map(is_error, entries)))
            and all(entries.values())
        )
        if understood:
            found[kind].update(entries)
            types.update(section.types)
            taken.append(section)
    if not taken:
        return Described(text, {}, "", {})
    return Described(
        _rest(lines, taken),
        found["parameters"],
        found["returns"].get("", ""),
        found["raises"],
        {name: said for name, said in types.items() if said},
    )


def _rest(lines: list[str], taken: list[_Section]) -> str:
    """The lines no section accounts for; what surrounded a section stays one blank line apart."""
    kept: list[str] = []
    position = 0
    for section in taken:
        kept += lines[position : section.start]
        while kept and not kept[-1].strip():
            kept.pop()
        position = section.end
        while position < len(lines) and not lines[position].strip():
            position += 1
        kept += [""] if position < len(lines) and kept else []
    kept += lines[position:]
    return "\n".join(kept).rstrip("\n")


def _sections(lines: list[str]) -> Iterator[_Section]:
    index = 0
    fenced = False
    while index < len(lines):
        line = lines[index]
        if line.lstrip().startswith("```"):
            fenced = not fenced
        section = None if fenced else _section(lines, index)
        if section is not None:
            yield section
            index = section.end
        else:
            index += 1


def _section(lines: list[str], index: int) -> _Section | None:
    line = lines[index]
    if line.startswith(":"):
        return _fields(lines, index)
    title = line.removesuffix(":").lower()
    kind = _KINDS.get(title)
    if kind is None or (index and lines[index - 1].strip()):
        return None
    if line.endswith(":"):
        return _google(lines, index, kind)
    below = lines[index + 1] if index + 1 < len(lines) else ""
    if below and set(below) == {"-"} and len(below) >= 3:
        return _numpy(lines, index, kind)
    return None


def _google(lines: list[str], index: int, kind: str) -> _Section | None:
    end = _end_of_block(lines, index + 1)
    block = lines[index + 1 : end]
    if not block:
        return None
    margin = min(len(line) - len(line.lstrip()) for line in block if line)
    block = [line[margin:] for line in block]
    if kind == "returns":
        return _Section(kind, index, end, [("", _joined(block))])
    pattern = _ERROR if kind == "raises" else _ENTRY
    types: dict[str, str] = {}
    entries = _entries(block, pattern, types)
    return None if entries is None else _Section(kind, index, end, entries, types)


def _entries(
    block: list[str], pattern: re.Pattern[str], types: dict[str, str]
) -> list[tuple[str, str]] | None:
    """Read ``name (type): text`` entries with their continuation lines; None when the block is something else."""
    groups: list[tuple[str, list[str]]] = []
    for line in block:
        if line and not line.startswith(" "):
            match = pattern.fullmatch(line)
            if match is None:
                return None
            name = match[1].lstrip("*")
            types[name] = match["type"] or ""
            groups.append((name, [match["text"] or ""]))
        elif not groups:
            return None
        else:
            groups[-1][1].append(line)
    return [(name, _text(lines)) for name, lines in groups]


def _text(lines: list[str]) -> str:
    """The text of an entry: its first line, and the others without the indentation they share."""
    first, *rest = lines
    margins = [len(line) - len(line.lstrip()) for line in rest if line.strip()]
    margin = min(margins, default=0)
    return _joined([first, *(line[margin:] for line in rest)])


def _joined(lines: list[str]) -> str:
    """A plain paragraph becomes one line; lines that say more by their layout stay lines."""
    lines = [line.rstrip() for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    plain = all(
        line and line[0] not in " -*+>|`#:.0123456789" and "  " not in line
        for line in lines[1:]
    ) and not any(line.startswith(("```", "- ", "* ")) for line in lines[:1])
    return " ".join(lines) if plain else "\n".join(lines)


def _end_of_block(lines: list[str], start: int) -> int:
    """Where the indented lines from ``start`` on end, blank lines behind them left out."""
    end = index = start
    while index < len(lines) and (not lines[index].strip() or lines[index][0] == " "):
        if lines[index].strip():
            end = index + 1
        index += 1
    return end


def _numpy(lines: list[str], index: int, kind: str) -> _Section | None:
    end = index + 2
    while end < len(lines):
        below = lines[end + 1] if end + 1 < len(lines) else ""
        if lines[end].strip() and below and set(below) == {"-"} and len(below) >= 3:
            break
        end += 1
    while end > index + 2 and not lines[end - 1].strip():
        end -= 1
    groups: list[tuple[str, list[str]]] = []
    for line in lines[index + 2 : end]:
        if line and not line.startswith(" "):
            groups.append((line, []))
        elif not groups:
            return None
        else:
            groups[-1][1].append(line)
    entries: list[tuple[str, str]] = []
    types: dict[str, str] = {}
    for head, body in groups:
        said = head if kind == "returns" else head.partition(":")[2].strip()
        for name, text in _numpy_entry(kind, head, body):
            entries.append((name, text))
            types[name] = said
    return _Section(kind, index, end, entries, types) if entries else None


def _numpy_entry(kind: str, head: str, body: list[str]) -> Iterator[tuple[str, str]]:
    text = _text(["", *body]) if body else ""
    text = text.lstrip("\n")
    name = head.partition(" :")[0].partition(":")[0].strip()
    if kind == "returns":
        yield "", text
        return
    for one in name.split(","):
        yield one.strip().lstrip("*"), text


def _fields(lines: list[str], index: int) -> _Section | None:
    """Read one ``:param name: text`` field with its continuation lines."""
    match = _FIELD.fullmatch(lines[index])
    if match is None or match[1] not in _FIELDS:
        return None
    end = _end_of_block(lines, index + 1)
    blank = next((i for i in range(index + 1, end) if not lines[i].strip()), end)
    end = blank
    text = _text([match[3] or "", *lines[index + 1 : end]])
    kind = _FIELDS[match[1]]
    name, said = (match[2] or "").strip(), ""
    if kind == "parameters":
        said, _, name = name.rpartition(" ")
        name = name.lstrip("*")
    elif kind == "returns" and name:
        return None
    return _Section(kind, index, end, [(name, text.strip())], {name: said})
