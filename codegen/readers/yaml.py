"""Spec texts to model: YAML in, a validated Module or located findings out.

Knows YAML and the marks it leaves. It must not know what a spec means beyond its shape, which ``model`` declares and
``readers.shape`` checks. Every scalar is text here (no YAML 1.1 booleans, floats or dates); the model says what it
becomes. Aliases, merge keys, tags and duplicate keys are refused: a spec is data that people review line by line.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import yaml

from codegen.diagnostics import Diagnostic, Location
from codegen.model import Module
from codegen.readers import shape
from codegen.walk import Path

_MAXIMUM_DEPTH = 60
_TAGS: dict[type[yaml.Node], str] = {
    yaml.ScalarNode: "tag:yaml.org,2002:str",
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}
_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in "str int float bool null timestamp seq map value".split()
)


class _TooDeep(yaml.YAMLError):
    """Nodes nest deeper than any spec's do, perhaps deeper than the stack of a process that follows them."""

    def __init__(self, node: yaml.Node) -> None:
        super().__init__(f"nested deeper than {_MAXIMUM_DEPTH} levels")
        self.node = node


class _Loader(yaml.CSafeLoader):
    """libyaml without PyYAML's resolver: every scalar without a tag of its own is text."""

    _depth = 0

    def descend_resolver(self, current_node: yaml.Node, current_index: object) -> None:
        """Called where a node begins, with the one around it; there is nothing to resolve."""
        self._depth += 1
        if self._depth > _MAXIMUM_DEPTH:
            raise _TooDeep(current_node)

    def ascend_resolver(self) -> None:
        """Called where a node ends."""
        self._depth -= 1

    def resolve(self, kind: type[yaml.Node], value: str, implicit: object) -> str:
        """The tag of a node without one."""
        return _TAGS[kind]


class Document:
    """One YAML text. Its nodes are many times its size, so they are kept only once a place is asked for."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._root: yaml.Node | None = None
        self._entries: dict[int, dict[str, tuple[yaml.Node, yaml.Node]]] = {}

    def compose(self) -> yaml.Node | None:
        """The root node; None for an empty document. Raises yaml.YAMLError for what is not YAML."""
        root: yaml.Node | None = yaml.compose(self.text, Loader=_Loader)
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
            entry = self._child(node, step)
            if entry is None:
                break
            name, node = entry
            found = name if key and name is not None else node
        if found is None:
            return Location(self.path)
        return self.location(found, offset, length)

    def _child(
        self, node: yaml.Node | None, step: str | int
    ) -> tuple[yaml.Node | None, yaml.Node] | None:
        if isinstance(node, yaml.MappingNode):
            entries = self._entries.get(id(node))
            if entries is None:
                pairs = reversed(node.value)
                entries = {name.value: (name, value) for name, value in pairs}
                self._entries[id(node)] = entries
            return entries.get(str(step))
        if not isinstance(node, yaml.SequenceNode) or not isinstance(step, int):
            return None
        return (None, node.value[step]) if step < len(node.value) else None


def read(document: Document) -> tuple[Module | None, list[Diagnostic]]:
    """Read one spec; the module is None when nothing can be made of it."""
    try:
        root = document.compose()
    except yaml.MarkedYAMLError as error:
        return None, [_syntax_error(document, error)]
    except _TooDeep as error:
        place = document.location(error.node)
        return None, [Diagnostic(place, "yaml-depth", str(error))]
    except yaml.YAMLError as error:
        return None, [_reader_error(document, error)]
    if root is None:
        return None, [
            Diagnostic(
                Location(document.path),
                "empty-spec",
                "the spec is empty",
                "begin with `module: the.dotted.name`",
            )
        ]
    reader = _Reader(document)
    data = reader.value(root)
    if reader.problems:
        return None, reader.problems
    return _convert(data, root, document)


def _convert(
    data: Any, root: yaml.Node, document: Document
) -> tuple[Module | None, list[Diagnostic]]:
    """Convert nodes to the model; what is malformed is reported and left out, so that the rest is still checked."""
    try:
        return msgspec.convert(data, Module, strict=False), []
    except msgspec.ValidationError as error:
        problems = list(shape.problems(root, Module, document.location))
        findings = [finding for _, finding in problems]
        poisoned = frozenset(id(node) for node, _ in problems)
        if not findings:
            place = Location(document.path)
            return None, [Diagnostic(place, "wrong-shape", str(error))]
    rest = _Reader(document, poisoned).value(root)
    try:
        module = msgspec.convert(rest, Module, strict=False)
    except msgspec.ValidationError:
        return None, findings
    return module, findings


class _Reader:
    """Nodes to plain data with every scalar as text; collects what YAML allows and a spec does not."""

    def __init__(
        self, document: Document, without: frozenset[int] = frozenset()
    ) -> None:
        self._document = document
        self._without = without
        self._seen: set[int] = set()
        self.problems: list[Diagnostic] = []

    def value(self, node: yaml.Node) -> Any:
        """The data a node stands for."""
        if id(node) in self._seen:
            message = "this node is used through an alias"
            hint = "write the value out; a spec has no anchors and aliases"
            return self._problem(node, "yaml-alias", message, hint)
        self._seen.add(id(node))
        if node.tag not in _PLAIN_TAGS:
            message = f"the tag {node.tag} has no meaning in a spec"
            hint = "remove the tag; the schema says what every value is"
            self._problem(node, "yaml-tag", message, hint)
        if isinstance(node, yaml.ScalarNode):
            return None if shape.is_null(node) else self._text(node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        return [
            self.value(item) for item in node.value if id(item) not in self._without
        ]

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Any]:
        data: dict[str, Any] = {}
        keys: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._problem(key, "yaml-key", "a key must be a plain word")
                continue
            name = self._text(key)
            if name == "<<" and not key.style:
                message = "merge keys are not part of a spec"
                self._problem(key, "yaml-merge", message, "write the keys out")
                continue
            if name in keys:
                place = self._document.location(keys[name])
                message = f"'{name}' is given twice"
                self._problem(key, "duplicate-key", message, related=place)
            keys.setdefault(name, key)
            if id(key) not in self._without and id(value) not in self._without:
                data[name] = self.value(value)
        return data

    def _text(self, node: yaml.ScalarNode) -> str:
        text: str = node.value
        if not text.isprintable() or not text.isascii():
            bad = HIDDEN.search(text)
            if bad is not None:
                message = f"the text holds the invisible character U+{ord(bad[0]):04X}"
                hint = "control and direction characters make a reader see something else than Python does"
                self._problem(node, "hidden-character", message, hint)
        return text

    def _problem(
        self,
        node: yaml.Node,
        rule: str,
        message: str,
        hint: str = "",
        related: Location | None = None,
    ) -> None:
        place = self._document.location(node)
        self.problems.append(Diagnostic(place, rule, message, hint, related=related))


# Control characters other than tab and line end, bidirectional controls (CVE-2021-42574), zero-width characters.
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
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
        return (
            "in single quotes, or in a block after |, a backslash is only a backslash"
        )
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
