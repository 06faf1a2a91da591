"""Spec texts to model: YAML in, a validated Module or located findings out.

Knows YAML and the marks it leaves. It must not know what a spec means beyond its shape, which ``model`` declares and
``readers.shape`` checks. Every scalar is text here (no YAML 1.1 booleans, floats or dates); the model says what it
becomes. Aliases, merge keys, tags and duplicate keys are refused: a spec is data that people review line by line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import yaml

from codegen.diagnostics import Diagnostic, Location
from codegen.model import Module
from codegen.readers import shape
from codegen.walk import Path

_MAXIMUM_DEPTH = 60
_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in "str int float bool null timestamp seq map value".split()
)


class Document:
    """One YAML text. Its nodes are many times its size, so they are kept only once a place is asked for."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._root: yaml.Node | None = None

    def compose(self) -> yaml.Node | None:
        """The root node; None for an empty document. Raises yaml.YAMLError for what is not YAML."""
        root: yaml.Node | None = yaml.compose(self.text, Loader=yaml.CSafeLoader)
        return root

    def location(self, node: yaml.Node, offset: int = 0, length: int = 0) -> Location:
        """Where a node starts; ``offset`` counts characters inside a one-line scalar."""
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        if not isinstance(node, yaml.ScalarNode):
            return Location(self.path, line, column)
        one_line = node.start_mark.line == node.end_mark.line
        if not one_line:
            return Location(self.path, line, column, 1)
        quotes = 1 if node.style in ("'", '"') else 0
        if not length:
            width = node.end_mark.column - node.start_mark.column
            return Location(self.path, line, column, max(width, 1))
        # An apostrophe is doubled in single quotes. Double quotes may hold escapes; then the caret can only point at
        # the start.
        doubled = node.value.count("'") if node.style == "'" else 0
        width = node.end_mark.column - node.start_mark.column
        if len(node.value) + doubled + 2 * quotes != width:
            return Location(self.path, line, column)
        if doubled:
            offset += node.value.count("'", 0, offset)
        return Location(self.path, line, column + quotes + offset, length)

    def locate(
        self, path: Path, *, key: bool = False, offset: int = 0, length: int = 0
    ) -> Location:
        """Where the element a path of keys leads to stands, or the nearest one above it that exists."""
        if self._root is None:
            self._root = self.compose()
        node = self._root
        found = node
        for step in path:
            entry = _child(node, step)
            if entry is None:
                break
            name, node = entry
            found = name if key and name is not None else node
        if found is None:
            return Location(self.path)
        return self.location(found, offset, length)


def read(document: Document) -> tuple[Module | None, list[Diagnostic]]:
    """Read one spec; the module is None when nothing can be made of it."""
    try:
        root = document.compose()
    except yaml.MarkedYAMLError as error:
        return None, [_syntax_error(document, error)]
    except yaml.YAMLError as error:
        return None, [_reader_error(document, error)]
    except RecursionError:
        return None, [
            Diagnostic(Location(document.path), "yaml-depth", "nested too deeply")
        ]
    if root is None:
        return None, [
            Diagnostic(
                Location(document.path),
                "empty-spec",
                "the spec is empty",
                "begin with `module: the.dotted.name`",
            )
        ]
    findings = list(_Plain(document).problems(root))
    if findings:
        return None, findings
    return _convert(root, document)


def _convert(
    root: yaml.Node, document: Document
) -> tuple[Module | None, list[Diagnostic]]:
    """Convert nodes to the model; what is malformed is reported and left out, so that the rest is still checked."""
    try:
        return msgspec.convert(_plain(root, frozenset()), Module, strict=False), []
    except msgspec.ValidationError as error:
        problems = list(shape.problems(root, Module, document.location))
        findings = [finding for _, finding in problems]
        poisoned = frozenset(id(node) for node, _ in problems)
        if not findings:
            place = Location(document.path)
            return None, [Diagnostic(place, "wrong-shape", str(error))]
    try:
        module = msgspec.convert(_plain(root, poisoned), Module, strict=False)
    except msgspec.ValidationError:
        return None, findings
    return module, findings


def _child(
    node: yaml.Node | None, step: str | int
) -> tuple[yaml.Node | None, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == step:
                return name, value
    elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        if step < len(node.value):
            return None, node.value[step]
    return None


def _plain(node: yaml.Node, without: frozenset[int]) -> Any:
    """Nodes to plain data with every scalar as text, some nodes left out."""
    if isinstance(node, yaml.MappingNode):
        return {
            key.value: _plain(value, without)
            for key, value in node.value
            if id(key) not in without and id(value) not in without
        }
    if isinstance(node, yaml.SequenceNode):
        return [
            _plain(value, without) for value in node.value if id(value) not in without
        ]
    return None if shape.is_null(node) else node.value


class _Plain:
    """What YAML allows and a spec does not."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._seen: set[int] = set()

    def problems(self, node: yaml.Node, depth: int = 0) -> Iterator[Diagnostic]:
        if depth > _MAXIMUM_DEPTH:
            yield self._problem(
                node, "yaml-depth", f"nested deeper than {_MAXIMUM_DEPTH} levels"
            )
            return
        if id(node) in self._seen:
            yield self._problem(
                node,
                "yaml-alias",
                "this node is used through an alias",
                "write the value out; a spec has no anchors and aliases",
            )
            return
        self._seen.add(id(node))
        if node.tag not in _PLAIN_TAGS:
            yield self._problem(
                node,
                "yaml-tag",
                f"the tag {node.tag} has no meaning in a spec",
                "remove the tag; the schema says what every value is",
            )
        if isinstance(node, yaml.MappingNode):
            yield from self._mapping_problems(node, depth)
        elif isinstance(node, yaml.SequenceNode):
            for value in node.value:
                yield from self.problems(value, depth + 1)
        elif isinstance(node, yaml.ScalarNode):
            yield from self._character_problems(node)

    def _mapping_problems(
        self, node: yaml.MappingNode, depth: int
    ) -> Iterator[Diagnostic]:
        first: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                yield self._problem(key, "yaml-key", "a key must be a plain word")
                continue
            if key.value == "<<" and not key.style:
                yield self._problem(
                    key,
                    "yaml-merge",
                    "merge keys are not part of a spec",
                    "write the keys out",
                )
                continue
            yield from self._character_problems(key)
            if key.value in first:
                yield self._problem(
                    key,
                    "duplicate-key",
                    f"'{key.value}' is given twice",
                    related=self._document.location(first[key.value]),
                )
            first.setdefault(key.value, key)
            yield from self.problems(value, depth + 1)

    def _character_problems(self, node: yaml.ScalarNode) -> Iterator[Diagnostic]:
        text = node.value
        if text.isascii() and text.isprintable():
            return
        bad = next((char for char in text if _is_hidden(char)), None)
        if bad is not None:
            yield self._problem(
                node,
                "hidden-character",
                f"the text holds the invisible character U+{ord(bad):04X}",
                "control and direction characters make a reader see something else than Python does",
            )

    def _problem(
        self,
        node: yaml.Node,
        rule: str,
        message: str,
        hint: str = "",
        related: Location | None = None,
    ) -> Diagnostic:
        return Diagnostic(
            self._document.location(node), rule, message, hint, related=related
        )


# Bidirectional controls, as in CVE-2021-42574, and zero-width characters.
_DIRECTION = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u2060\ufeff"
)


def _is_hidden(char: str) -> bool:
    return (
        (char < " " and char not in "\n\t")
        or char == "\x7f"
        or ("\x80" <= char <= "\x9f")
        or char in _DIRECTION
        or char in "\u2028\u2029"
    )


def _syntax_error(document: Document, error: yaml.MarkedYAMLError) -> Diagnostic:
    place = _marked(document, error.problem_mark or error.context_mark)
    begun = _marked(document, error.context_mark) if error.context_mark else None
    problem = error.problem or "unreadable"
    if "undefined alias" in problem:
        return Diagnostic(
            place, "yaml-alias", problem, "a spec has no anchors and aliases"
        )
    if "another document" in problem:
        return Diagnostic(
            place, "yaml-syntax", "a second document begins here", "one file, one spec"
        )
    context = f" ({error.context})" if error.context else ""
    return Diagnostic(
        place,
        "yaml-syntax",
        f"{problem}{context}",
        _syntax_hint(document, place, problem),
        related=begun if begun != place else None,
    )


def _marked(document: Document, mark: yaml.Mark | None) -> Location:
    if mark is None:
        return Location(document.path)
    return Location(document.path, mark.line + 1, mark.column + 1)


def _syntax_hint(document: Document, place: Location, problem: str) -> str:
    if "mapping values" in problem:
        return "quote a text that contains a colon followed by a space"
    if "escape" in problem:
        return "in single quotes, or in a block after |, a backslash is only a backslash"
    if "cannot start any token" in problem:
        line = document.text.split("\n", place.line)[place.line - 1]
        char = line[place.column - 1 : place.column]
        if char == "\t":
            return "indent with spaces; YAML does not allow tabs"
        return f"quote a text that begins with {char}"
    return ""


def _reader_error(document: Document, error: yaml.YAMLError) -> Diagnostic:
    position = getattr(error, "position", None)
    place = Location(document.path)
    if isinstance(position, int):
        before = document.text[:position]
        column = position - (before.rfind("\n") + 1) + 1
        place = Location(document.path, before.count("\n") + 1, column)
    reason = getattr(error, "reason", None) or str(error).splitlines()[0]
    return Diagnostic(place, "yaml-character", str(reason), "specs are UTF-8 text")
