"""What values inside a struct look like: their JSON Schema, and the plain data they are written as and read from.

Knows scalars, containers, unions, enums and records, each as a shape made of other shapes. It must not know which Python
type has which shape, nor how plain data becomes bytes. The schemas and the data are those of the published SDK, which
leaves both to the library mashumaro; fields, limits and spellings are its.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeGuard

from flyte_runtime.types.errors import failure, kind_of, mismatch, type_name

Schema = dict[str, Any]
# From a value to plain data or back; the text names the place in errors.
Converter = Callable[[Any, str], Any]


@dataclasses.dataclass
class Definitions:
    """The records a schema is being made of, and the named ones that contain themselves."""

    building: set[type] = dataclasses.field(default_factory=set)
    found: dict[str, Schema] = dataclasses.field(default_factory=dict)


class Shape(NamedTuple):
    """A schema, and how to get from a value to plain data and back."""

    schema: Callable[[Definitions], Schema]
    write: Converter
    read: Converter
    # The type whose values stand for themselves, for unions to tell them apart.
    plain: type | None = None


def schema_of(shape: Shape) -> Schema:
    """Make the complete schema of a shape."""
    definitions = Definitions()
    schema = shape.schema(definitions)
    return {**schema, "$defs": definitions.found} if definitions.found else schema


# Containers


def sequence(kind: type[Any], item: Shape, **limits: Any) -> Shape:
    """Make the shape of a list, set or tuple of any length."""

    def schema(definitions: Definitions) -> Schema:
        items = item.schema(definitions)
        return {"type": "array", **({"items": items} if items else {}), **limits}

    def write(value: Any, where: str) -> Any:
        if not isinstance(value, kind):
            raise mismatch(value, kind, where)
        elements: Iterable[Any] = value
        return [
            item.write(one, f"{where}[{index}]") for index, one in enumerate(elements)
        ]

    def read(value: Any, where: str) -> Any:
        return kind(
            item.read(one, f"{where}[{index}]")
            for index, one in enumerate(as_list(value, where))
        )

    return Shape(schema, write, read)


def row(items: Sequence[Shape]) -> Shape:
    """Make the shape of a tuple with a fixed number of elements."""

    def schema(definitions: Definitions) -> Schema:
        return {
            "type": "array",
            "prefixItems": [item.schema(definitions) for item in items],
            "maxItems": len(items),
            "minItems": len(items),
        }

    def check(value: Sequence[Any], where: str) -> Sequence[Any]:
        if len(value) != len(items):
            raise failure(f"{where}: expected {len(items)} elements, got {len(value)}")
        return value

    def write(value: Any, where: str) -> Any:
        if not _is_tuple(value):
            raise mismatch(value, tuple, where)
        return [
            item.write(one, f"{where}[{index}]")
            for index, (item, one) in enumerate(
                zip(items, check(value, where), strict=True)
            )
        ]

    def read(value: Any, where: str) -> Any:
        elements = check(as_list(value, where), where)
        return tuple(
            item.read(one, f"{where}[{index}]")
            for index, (item, one) in enumerate(zip(items, elements, strict=True))
        )

    return Shape(schema, write, read)


def mapping(key: Shape, item: Shape) -> Shape:
    """Make the shape of a dictionary."""

    def schema(definitions: Definitions) -> Schema:
        parts = {
            "additionalProperties": item.schema(definitions),
            "propertyNames": key.schema(definitions),
        }
        return {"type": "object"} | {name: part for name, part in parts.items() if part}

    def write(value: Any, where: str) -> Any:
        if not is_dict(value):
            raise mismatch(value, dict, where)
        return {
            key.write(name, f"{where}, key {name!r}"): item.write(
                one, f"{where}[{name!r}]"
            )
            for name, one in value.items()
        }

    def read(value: Any, where: str) -> Any:
        return {
            _read_key(key, name, where): item.read(one, f"{where}[{name!r}]")
            for name, one in as_dict(value, where).items()
        }

    return Shape(schema, write, read)


def _read_key(key: Shape, name: Any, where: str) -> Any:
    place = f"{where}, key {name!r}"
    try:
        return key.read(name, place)
    except TypeError:
        # A value that went through JSON has texts for keys.
        number = int(name) if isinstance(name, str) and name.isdecimal() else name
        return key.read(number, place)


def alternatives(members: Sequence[tuple[Any, Shape]]) -> Shape:
    """Make the shape of a union: a value is written and read as the first member it fits."""
    expected = " | ".join(type_name(hint) for hint, _ in members)
    shapes = [shape for _, shape in members]

    def schema(definitions: Definitions) -> Schema:
        return {"anyOf": [shape.schema(definitions) for shape in shapes]}

    def first(converters: Iterable[Converter], value: Any, where: str) -> Any:
        # Each once: in a type that contains itself, trying twice would double the work with every level.
        for convert in converters:
            try:
                return convert(value, where)
            except TypeError:
                continue
        raise failure(f"{where}: expected {expected}, got {kind_of(value)}")

    def write(value: Any, where: str) -> Any:
        exact = [shape for hint, shape in members if type(value) is hint]
        return first([shape.write for shape in exact or shapes], value, where)

    def read(value: Any, where: str) -> Any:
        # A number stands for another type of number only when nothing else fits.
        candidates = sorted(
            shapes, key=lambda one: one.plain not in (None, type(value))
        )
        return first([shape.read for shape in candidates], value, where)

    return Shape(schema, write, read)


# Helpers


def constant(schema: Schema) -> Callable[[Definitions], Schema]:
    def copy(_: Definitions) -> Schema:
        return dict(schema)

    return copy


def as_list(value: Any, where: str) -> Sequence[Any]:
    if not is_sequence(value):
        raise failure(f"{where}: expected a list, got {kind_of(value)}")
    return value


def as_dict(value: Any, where: str) -> dict[Any, Any]:
    if not is_dict(value):
        raise failure(f"{where}: expected an object, got {kind_of(value)}")
    return value


def is_sequence(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    return isinstance(value, (list, tuple))


def _is_tuple(value: object) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(value, tuple)


def is_dict(value: object) -> TypeGuard[dict[Any, Any]]:
    return isinstance(value, dict)
