"""All shape errors of a document at once: a tree of nodes held against the types of the model.

Knows the declared types and how to say in words what was expected. It is consulted only after conversion has failed,
because conversion itself stops at the first error. It must not know what any key means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import yaml
from msgspec import inspect

from codegen.diagnostics import Diagnostic, Location, suggest

Locate = Callable[[yaml.Node], Location]
Problem = tuple[yaml.Node, Diagnostic]
"""The node to leave out so that the rest can still be read, and what is wrong with it."""


def problems(node: yaml.Node, expected: Any, locate: Locate) -> Iterator[Problem]:
    """Yield every place where a node does not have the shape of a type."""
    yield from _check(node, _type_info(expected), locate, "the spec")


@cache
def _type_info(expected: Any) -> inspect.Type:
    return inspect.type_info(expected)


def _check(
    node: yaml.Node, expected: inspect.Type, locate: Locate, what: str
) -> Iterator[Problem]:
    match expected:
        case inspect.Metadata(type=inner):
            yield from _check(node, inner, locate, what)
        case inspect.UnionType(types=members):
            if not (
                is_null(node) and any(isinstance(m, inspect.NoneType) for m in members)
            ):
                real = [m for m in members if not isinstance(m, inspect.NoneType)]
                yield from _check(node, real[0], locate, what)
        case inspect.StructType():
            yield from _check_struct(node, expected, locate, what)
        case inspect.DictType(value_type=value_type):
            if not isinstance(node, yaml.MappingNode):
                yield _wrong(node, "a mapping", locate, what)
                return
            for key, value in node.value:
                yield from _check(value, value_type, locate, f"'{key.value}'")
        case inspect.VarTupleType(item_type=item_type):
            if not isinstance(node, yaml.SequenceNode):
                yield _wrong(node, "a list", locate, what)
                return
            for item in node.value:
                yield from _check(item, item_type, locate, f"an item of {what}")
        case _:
            yield from _check_scalar(node, expected, locate, what)


def _check_struct(
    node: yaml.Node, expected: inspect.StructType, locate: Locate, what: str
) -> Iterator[Problem]:
    if not isinstance(node, yaml.MappingNode):
        yield _wrong(node, "a mapping", locate, what)
        return
    fields = {field.encode_name: field for field in expected.fields}
    given = set()
    for key, value in node.value:
        given.add(key.value)
        field = fields.get(key.value)
        if field is None:
            owner = _called(expected.cls.__name__)
            hint = suggest(key.value, fields)
            yield (
                key,
                Diagnostic(
                    locate(key),
                    "unknown-key",
                    f"'{key.value}' is not a key of {owner}",
                    hint or f"known keys: {', '.join(sorted(fields))}",
                ),
            )
            continue
        yield from _check(value, field.type, locate, f"'{key.value}'")
    for name, field in fields.items():
        if field.required and name not in given:
            message = f"{what} needs the key '{name}'"
            yield node, Diagnostic(locate(node), "missing-key", message)


def _called(struct: str) -> str:
    """What people call an element: ``TypeAlias`` is a type alias."""
    if struct == "Returns":
        return "'returns'"
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", struct).lower()
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _check_scalar(
    node: yaml.Node, expected: inspect.Type, locate: Locate, what: str
) -> Iterator[Problem]:
    words = {
        inspect.StrType: "a text",
        inspect.BoolType: "true or false",
        inspect.IntType: "a whole number",
        inspect.LiteralType: "one of a fixed set of words",
    }
    wanted = words.get(type(expected), "a value")
    if not isinstance(node, yaml.ScalarNode) or is_null(node):
        yield _wrong(node, wanted, locate, what)
    elif isinstance(expected, inspect.LiteralType):
        values = [str(value) for value in expected.values]
        if node.value not in values:
            hint = suggest(node.value, values) or f"one of: {', '.join(values)}"
            message = f"{what} cannot be '{node.value}'"
            yield node, Diagnostic(locate(node), "wrong-value", message, hint)
    elif isinstance(expected, inspect.BoolType):
        if node.value.lower() not in ("true", "false", "0", "1"):
            yield _wrong(node, wanted, locate, what)
    elif isinstance(expected, inspect.IntType):
        if not re.fullmatch(r"-?(0|[1-9][0-9]*)", node.value):
            yield _wrong(node, wanted, locate, what)
    elif (
        isinstance(expected, inspect.StrType)
        and expected.pattern is not None
        and not re.search(expected.pattern, node.value)
    ):
        message = f"{what} cannot be '{node.value}'"
        hint = "a core is written package.module:function"
        yield node, Diagnostic(locate(node), "wrong-value", message, hint)


def is_null(node: yaml.Node) -> bool:
    return (
        isinstance(node, yaml.ScalarNode)
        and not node.style
        and node.value in ("", "~", "null", "Null", "NULL")
    )


def _wrong(node: yaml.Node, wanted: str, locate: Locate, what: str) -> Problem:
    if is_null(node):
        got, hint = "nothing", (
            "write {} for an empty mapping" if "mapping" in wanted else ""
        )
    elif isinstance(node, yaml.MappingNode):
        got, hint = "a mapping", "quote an expression that contains braces"
    elif isinstance(node, yaml.SequenceNode):
        got, hint = "a list", "quote an expression that contains brackets"
    else:
        got, hint = f"'{node.value}'", ""
    if wanted in ("a mapping", "a list") and got.startswith("a "):
        hint = ""
    message = f"{what} must be {wanted}, not {got}"
    return node, Diagnostic(locate(node), "wrong-shape", message, hint)
