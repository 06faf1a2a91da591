"""References of `flyte.io` inside structs: which of their fields travel, and the shape of these.

Knows the fields of files, folders and data frames. It must not know literals: as values of their own, references are
blobs and datasets.
"""

from __future__ import annotations

import dataclasses
import typing
from functools import lru_cache
from typing import Any, NamedTuple

from flyte_runtime.types.errors import failure, mismatch, type_name
from flyte_runtime.types.references import text
from flyte_runtime.types.shapes import Definitions, Schema, Shape, as_dict

REQUIRED: Any = dataclasses.MISSING


class TextField(NamedTuple):
    """A field of a reference: a text, with or without a default, which may also be None."""

    default: Any = REQUIRED
    optional: bool = False


STORED = {
    "path": TextField(),
    "name": TextField(None, optional=True),
    "format": TextField(""),
    "hash": TextField(None, optional=True),
}
TABULAR = {
    "uri": TextField(None, optional=True),
    "format": TextField("", optional=True),
}


def reference_fields(kind: type) -> dict[str, TextField]:
    """Return the fields of a class of references that travel in structs."""
    return next(
        fields for base, fields in _references().items() if issubclass(kind, base)
    )


def is_reference(kind: object) -> bool:
    """Tell whether something is a class of references."""
    return isinstance(kind, type) and issubclass(kind, tuple(_references()))


@lru_cache(maxsize=1)
def _references() -> dict[type, dict[str, TextField]]:
    from flyte.io._dataframe.dataframe import DataFrame
    from flyte.io._dir import Dir
    from flyte.io._file import File

    return {File: STORED, Dir: STORED, DataFrame: TABULAR}


def reference_title(hint: Any) -> str:
    """Name a class of references as schemas do, with the format if the annotation has one."""
    name = type_name(typing.get_origin(hint) or hint)
    formats = typing.get_args(hint)
    return f"{name}[{_format_name(formats[0])}]" if formats else name


def _format_name(hint: Any) -> str:
    if typing.get_origin(hint) is typing.Literal:
        return str(typing.get_args(hint)[0])
    return type_name(hint)


def reference_shape(hint: Any) -> Shape:
    """Make the shape of a class of references: an object with the fields that travel."""
    kind = typing.get_origin(hint) or hint
    fields = reference_fields(kind)
    first = next(iter(fields))

    def schema(_: Definitions) -> Schema:
        required = [name for name, one in fields.items() if one.default is REQUIRED]
        return {
            "type": "object",
            "title": reference_title(hint),
            "properties": {
                name: _text_schema(name, one) for name, one in fields.items()
            },
        } | ({"required": required} if required else {})

    def write(value: Any, where: str) -> Any:
        if not isinstance(value, kind):
            raise mismatch(value, kind, where)
        return {name: text(value, name, where) for name in fields}

    def read(value: Any, where: str) -> Any:
        content = as_dict(value, where)
        given = {name: content[name] for name in fields if name in content}
        if not isinstance(given.get(first), str):
            raise failure(f"{where}: missing {first!r}")
        return kind(**given)

    return Shape(schema, write, read)


def _text_schema(name: str, field: TextField) -> Schema:
    either = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    return {
        **(either if field.optional else {"type": "string"}),
        "title": name.capitalize(),
        **({} if field.default is REQUIRED else {"default": field.default}),
    }
