"""The shapes of objects with named fields, and of dictionaries with known keys.

Knows fields, which may be required, have defaults or be computed. It must not know where fields come from.
"""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flyte_runtime.types.errors import failure, mismatch
from flyte_runtime.types.shapes import (
    Definitions,
    Schema,
    Shape,
    as_dict,
    is_dict,
    is_sequence,
)


class Field(NamedTuple):
    """A field of a record: its shape, and what a reader does without it."""

    shape: Shape
    required: bool
    default: Any = dataclasses.MISSING
    description: str | None = None
    # One that is computed is written for other readers, but neither declared nor read.
    computed: bool = False


def record(
    kind: type,
    fields: Callable[[], Mapping[str, Field]],
    make: Callable[[dict[str, Any]], Any],
) -> Shape:
    """Make the shape of an object with named fields, which are looked up late because it may contain itself."""

    def write(value: Any, where: str) -> Any:
        if not isinstance(value, kind):
            raise mismatch(value, kind, where)
        return {
            name: field.shape.write(getattr(value, name), f"{where}.{name}")
            for name, field in fields().items()
        }

    def read(value: Any, where: str) -> Any:
        values = _read_fields(_declared(fields()), value, where)
        try:
            return make(values)
        except (TypeError, ValueError) as error:
            raise failure(f"{where}: {error}") from error

    def schema(known: Definitions) -> Schema:
        return _record_schema(kind, fields, known)

    return Shape(schema, write, read)


def keyed(fields: Mapping[str, Field]) -> Shape:
    """Make the shape of a dictionary with known keys."""

    def write(value: Any, where: str) -> Any:
        content = as_dict(value, where)
        _refuse_missing(fields, content, where)
        unknown = [name for name in content if name not in fields]
        if unknown:
            raise failure(f"{where}: unknown {', '.join(map(repr, unknown))}")
        return {
            name: fields[name].shape.write(one, f"{where}[{name!r}]")
            for name, one in content.items()
        }

    def read(value: Any, where: str) -> Any:
        return _read_fields(fields, value, where)

    def schema(known: Definitions) -> Schema:
        return _object_schema(fields, known)

    return Shape(schema, write, read)


def _declared(fields: Mapping[str, Field]) -> Mapping[str, Field]:
    return {name: field for name, field in fields.items() if not field.computed}


def _read_fields(fields: Mapping[str, Field], value: Any, where: str) -> dict[str, Any]:
    """Read the fields that are there; ones that only a newer writer knows are left out."""
    content = as_dict(value, where)
    _refuse_missing(fields, content, where)
    return {
        name: field.shape.read(content[name], f"{where}.{name}")
        for name, field in fields.items()
        if name in content
    }


def _refuse_missing(
    fields: Mapping[str, Field], content: Mapping[Any, Any], where: str
) -> None:
    missing = [
        name for name, field in fields.items() if field.required and name not in content
    ]
    if missing:
        raise failure(f"{where}: missing {', '.join(map(repr, missing))}")


def _record_schema(
    kind: type, fields: Callable[[], Mapping[str, Field]], known: Definitions
) -> Schema:
    """Write the schema out where the record stands, and refer to it only within itself."""
    name = kind.__name__
    reference = {"$ref": f"#/$defs/{name}"}
    if kind in known.building:
        known.found.setdefault(name, {})
        return reference
    known.building.add(kind)
    schema = {"title": name, **_object_schema(_declared(fields()), known)}
    known.building.discard(kind)
    if known.found.get(name) != {}:
        return schema
    known.found[name] = schema
    return reference


def _object_schema(fields: Mapping[str, Field], known: Definitions) -> Schema:
    schema: Schema = {"type": "object", "additionalProperties": False}
    if fields:
        schema["properties"] = {
            name: _field_schema(field, known) for name, field in fields.items()
        }
    required = [name for name, field in fields.items() if field.required]
    return schema | ({"required": required} if required else {})


def _field_schema(field: Field, known: Definitions) -> Schema:
    schema = field.shape.schema(known)
    if field.default is not dataclasses.MISSING:
        schema["default"] = _in_json(field.shape.write(field.default, "default"))
    if field.description:
        schema["description"] = field.description
    return schema


def _in_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.encodebytes(value).decode()
    if is_sequence(value):
        return [_in_json(one) for one in value]
    if is_dict(value):
        return {name: _in_json(one) for name, one in value.items()}
    return value
