"""Python types for types on the wire, where the code that declared them is not at hand.

Knows literal types and JSON Schemas. It must not know values.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import types
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flyteidl2.core.types_pb2 import LiteralType

Schema = Mapping[str, Any]

SIMPLE: dict[str, Any] = {
    "INTEGER": int,
    "FLOAT": float,
    "STRING": str,
    "BOOLEAN": bool,
    "DATETIME": datetime,
    "DURATION": timedelta,
    "NONE": types.NoneType,
}
# What the console and other languages call the types of values in a struct.
JSON_TYPES: dict[str, Any] = {
    "integer": int,
    "number": float,
    "string": str,
    "boolean": bool,
    "null": types.NoneType,
}


def python_type(literal_type: LiteralType) -> Any:
    """Find a Python type, a ValueError when there is none."""
    name = literal_type.WhichOneof("type")
    guess = GUESSES.get(name or "")
    found = None if guess is None else guess(literal_type)
    if found is None:
        raise ValueError(f"no Python type is known for {_described(literal_type)}")
    return found


def _described(literal_type: LiteralType) -> str:
    return " ".join(str(literal_type).split()) or "an empty type"


# Types on the wire


def _simple(literal_type: LiteralType) -> Any:
    from flyteidl2.core.types_pb2 import SimpleType

    name = SimpleType.Name(literal_type.simple)
    return _struct(literal_type) if name == "STRUCT" else SIMPLE.get(name)


def _struct(literal_type: LiteralType) -> Any:
    from google.protobuf.json_format import MessageToDict

    if not literal_type.HasField("metadata"):
        return dict
    schema: Schema = MessageToDict(literal_type.metadata)
    found, _ = _resolved(schema, schema)
    if "title" not in found:
        return None
    return _record(literal_type.metadata.SerializeToString(deterministic=True))


def _list(literal_type: LiteralType) -> Any:
    return _list_of(python_type(literal_type.collection_type))


def _dict(literal_type: LiteralType) -> Any:
    return _dict_of(python_type(literal_type.map_value_type))


def _union(literal_type: LiteralType) -> Any:
    return _either([python_type(one) for one in literal_type.union_type.variants])


def _enum(literal_type: LiteralType) -> Any:
    return Enum(
        "DynamicEnum", {value: value for value in literal_type.enum_type.values}
    )


def _blob(literal_type: LiteralType) -> Any:
    from flyteidl2.core.types_pb2 import BlobType

    from flyte.io._dir import Dir
    from flyte.io._file import File

    if literal_type.blob.format == "PythonPickle":
        return None
    size = literal_type.blob.dimensionality
    return File if size == BlobType.BlobDimensionality.SINGLE else Dir


def _dataset(literal_type: LiteralType) -> Any:
    from flyte.io._dataframe.dataframe import DataFrame

    return DataFrame


GUESSES: dict[str, Callable[[LiteralType], Any]] = {
    "simple": _simple,
    "collection_type": _list,
    "map_value_type": _dict,
    "union_type": _union,
    "enum_type": _enum,
    "blob": _blob,
    "structured_dataset_type": _dataset,
}


# Schemas


@functools.lru_cache(maxsize=1024)
def _record(metadata: bytes) -> Any:
    """Make a dataclass from a schema; the same schema always gives the same class."""
    from google.protobuf.json_format import MessageToDict
    from google.protobuf.struct_pb2 import Struct

    schema: Schema = MessageToDict(Struct.FromString(metadata))
    try:
        return _dataclass(*_resolved(schema, schema))
    except (KeyError, TypeError) as error:
        # A schema comes from anywhere: names may be no identifiers, parts may be missing or of another type.
        raise ValueError(f"no dataclass can be made from a schema: {error}") from error


def _dataclass(schema: Schema, root: Schema) -> Any:
    properties: Mapping[str, Schema] = schema.get("properties", {})
    required: list[str] = schema.get("required", [])
    # Required ones first and in their order, which a protobuf struct keeps for lists only.
    names = [*required, *(name for name in properties if name not in required)]
    return dataclasses.make_dataclass(
        schema["title"],
        [
            (
                name,
                _property(properties[name], root),
                _default(properties[name], name in required),
            )
            for name in names
        ],
        kw_only=True,
    )


def _default(schema: Schema, required: bool) -> Any:
    if required:
        return dataclasses.field()
    default: Any = schema.get("default")
    # Defaults of lists and dictionaries are not to be shared.
    return dataclasses.field(default_factory=functools.partial(copy.copy, default))


def _property(schema: Schema, root: Schema) -> Any:
    """Find the type of a value in a struct, Any for what the schema leaves open."""
    found, root = _resolved(schema, root)
    if "anyOf" in found:
        return _either([_property(one, root) for one in found["anyOf"]])
    if "enum" in found or "const" in found:
        values = found.get("enum", [found.get("const")])
        # Numbers of a schema are all floats, whatever the values are.
        return str if all(isinstance(one, str) for one in values) else Any
    kind = found.get("type")
    if kind == "string" and found.get("format") == "base64":
        return bytes
    if kind == "array":
        return _list_of(_property(found["items"], root)) if "items" in found else list
    if kind == "object":
        return _object(found, root)
    return JSON_TYPES.get(str(kind), Any)


def _object(schema: Schema, root: Schema) -> Any:
    if "properties" in schema and "title" in schema:
        return _reference(schema) or _dataclass(schema, root)
    items: Any = schema.get("additionalProperties")
    # It may also be a bool, which says nothing about the values.
    if items in (None, True, False):
        return dict
    names: Schema = schema.get("propertyNames", {"type": "string"})
    return _dict_of(_property(items, root), _property(names, root))


def _reference(schema: Schema) -> Any:
    """Recognise the references of `flyte.io` by their title and their fields."""
    from flyte.io._dataframe.dataframe import DataFrame
    from flyte.io._dir import Dir
    from flyte.io._file import File

    known: dict[str, tuple[Any, set[str]]] = {
        "File": (File, {"path", "name", "format", "hash"}),
        "Dir": (Dir, {"path", "name", "format", "hash"}),
        "DataFrame": (DataFrame, {"uri", "format"}),
    }
    # Without the format of a generic one.
    name = schema["title"].partition("[")[0]
    kind, fields = known.get(name, (None, set[str]()))
    return kind if fields == set(schema["properties"]) else None


def _resolved(schema: Schema, root: Schema) -> tuple[Schema, Schema]:
    """Follow a reference; within what it leads to, the same reference stays open, so that nothing goes on for ever."""
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if not name:
        return schema, root
    definitions: Mapping[str, Schema] = root.get("$defs", root.get("definitions", {}))
    inner = {**root, "$defs": {**definitions, name: {"type": "object"}}}
    return definitions.get(name, {}), inner


# Making types


def _list_of(item: Any) -> Any:
    return types.GenericAlias(list, item)


def _dict_of(item: Any, key: Any = str) -> Any:
    return types.GenericAlias(dict, (key, item))


def _either(members: list[Any]) -> Any:
    either: Any = members[0]
    for member in members[1:]:
        either = either | member
    return either
