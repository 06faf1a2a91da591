"""Structs: which Python type has which shape inside a dataclass or an untyped dictionary, and the bytes they become.

Knows dataclasses, pydantic models and the references of `flyte.io`, and msgpack. It must not know literals: what it
makes is a schema, plain data or bytes. pydantic is imported only when somebody else has imported it already.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import inspect
import json
import sys
import types
import typing
from collections.abc import Callable, Mapping
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from flyte_runtime.types.errors import failure, impossible, mismatch, type_name
from flyte_runtime.types.records import Field, keyed, record
from flyte_runtime.types.reference_shapes import is_reference, reference_shape
from flyte_runtime.types.scalar_shapes import ANYTHING, SCALARS, choice, constants
from flyte_runtime.types.shapes import (
    Definitions,
    Schema,
    Shape,
    alternatives,
    mapping,
    row,
    schema_of,
    sequence,
)

REQUIRED: Any = dataclasses.MISSING
TOO_DEEP = "nested too deeply"


# Bytes


def pack(hint: Any, value: Any, where: str) -> bytes:
    """Write a value as the msgpack bytes of its declared type."""
    import msgspec

    shape = shape_of(hint, where)
    try:
        return msgspec.msgpack.encode(shape.write(value, where))
    except RecursionError as error:
        raise failure(f"{where}: {TOO_DEEP}") from error
    except (OverflowError, UnicodeEncodeError) as error:
        raise failure(f"{where}: {error}") from error


def unpack(hint: Any, data: bytes, where: str) -> Any:
    """Read msgpack bytes as a value of the declared type."""
    import msgspec

    try:
        content = msgspec.msgpack.decode(data)
    except RecursionError as error:
        raise failure(f"{where}: {TOO_DEEP}") from error
    except (msgspec.DecodeError, TypeError, ValueError) as error:
        raise failure(f"{where}: not msgpack: {error}") from error
    return read_plain(hint, content, where)


def read_plain(hint: Any, content: Any, where: str) -> Any:
    """Read plain data as a value of the declared type."""
    shape = shape_of(hint, where)
    try:
        return shape.read(content, where)
    except RecursionError as error:
        raise failure(f"{where}: {TOO_DEEP}") from error


# Types


def shape_of(hint: Any, where: str) -> Shape:
    """Find the shape of a type."""
    if hint is None:
        hint = types.NoneType
    scalar = SCALARS.get(hint) if isinstance(hint, type) else None
    if scalar is not None:
        return scalar
    if hint is Any or isinstance(hint, TypeVar):
        return ANYTHING
    if isinstance(hint, typing.NewType):
        return shape_of(hint.__supertype__, where)
    origin = typing.get_origin(hint) or hint
    make = GENERICS.get(origin)
    if make is not None:
        return make(typing.get_args(hint), where)
    if is_reference(origin):
        return reference_shape(hint)
    return _class_shape(origin, where)


def schema(hint: Any, where: str) -> Schema:
    """Make the JSON Schema of a type."""
    return schema_of(shape_of(hint, where))


def is_record(hint: Any) -> bool:
    """Tell whether a type is a dataclass."""
    return isinstance(hint, type) and dataclasses.is_dataclass(hint)


def is_model(hint: Any) -> bool:
    """Tell whether a type is a pydantic model."""
    pydantic: Any = sys.modules.get("pydantic")
    return (
        pydantic is not None
        and inspect.isclass(hint)
        and issubclass(hint, pydantic.BaseModel)
    )


def _class_shape(kind: Any, where: str) -> Shape:
    if not isinstance(kind, type):
        raise impossible(kind, where)
    for predicate, make in CLASSES:
        if predicate(kind):
            return make(kind)
    raise impossible(kind, where)


# Dataclasses


@lru_cache(maxsize=1024)
def _dataclass_shape(kind: Any) -> Shape:
    return record(kind, lambda: _fields(kind), lambda values: kind(**values))


@lru_cache(maxsize=1024)
def _fields(kind: Any) -> Mapping[str, Field]:
    hints = _hints(kind)
    return {
        field.name: Field(
            shape=shape_of(hints[field.name], f"{type_name(kind)}.{field.name}"),
            required=field.default is REQUIRED and field.default_factory is REQUIRED,
            default=field.default,
            description=field.metadata.get("description"),
            computed=not field.init,
        )
        for field in dataclasses.fields(kind)
    }


def _hints(kind: Any) -> dict[str, Any]:
    name = type_name(kind)
    try:
        # A class defined in a function cannot be found by its name otherwise.
        return typing.get_type_hints(kind, localns={name: kind}, include_extras=True)
    except NameError as error:
        raise failure(f"{name}: cannot resolve its annotations: {error}") from error


# Dictionaries with known keys


@lru_cache(maxsize=1024)
def _keyed_shape(kind: Any) -> Shape:
    marked = _hints(kind)
    return keyed(
        {
            name: Field(
                shape=shape_of(hint, f"{type_name(kind)}[{name!r}]"),
                # Annotations that are texts hide their marker from the class.
                required=name in kind.__required_keys__
                and typing.get_origin(marked[name]) is not typing.NotRequired,
            )
            for name, hint in typing.get_type_hints(kind).items()
        }
    )


# Models


@lru_cache(maxsize=1024)
def _model_shape(kind: Any) -> Shape:
    def write(value: Any, where: str) -> Any:
        if not isinstance(value, kind):
            raise mismatch(value, kind, where)
        try:
            return json.loads(value.model_dump_json())
        except ValueError as error:
            raise failure(f"{where}: {error}") from error

    def read(value: Any, where: str) -> Any:
        # Models of the SDK's users may ask the context whether they are being read or made.
        try:
            return kind.model_validate_json(
                json.dumps(value), strict=False, context={"deserialize": True}
            )
        except (TypeError, ValueError) as error:
            raise failure(
                f"{where}: no {type_name(kind)}: {_without_values(error)}"
            ) from error

    def schema(_: Definitions) -> Schema:
        made: Schema = kind.model_json_schema()
        return made

    return Shape(schema, write, read)


def _without_values(error: Exception) -> str:
    """Describe a validation error without repeating what was validated."""
    errors: Any = getattr(error, "errors", None)
    if errors is None:
        return type_name(type(error))
    return "; ".join(
        f"{'.'.join(map(str, one['loc']))}: {one['msg']}" if one["loc"] else one["msg"]
        for one in errors()
    )


# The tables


def _items(arguments: tuple[Any, ...], where: str) -> Shape:
    return shape_of(arguments[0], f"{where}[...]") if arguments else ANYTHING


def _sequence(kind: Any, **limits: Any) -> Callable[[tuple[Any, ...], str], Shape]:
    return lambda arguments, where: sequence(kind, _items(arguments, where), **limits)


def _tuple(arguments: tuple[Any, ...], where: str) -> Shape:
    if not arguments or arguments[-1] is Ellipsis:
        return sequence(tuple, _items(arguments, where))
    return row([shape_of(one, f"{where}[...]") for one in arguments])


def _mapping(arguments: tuple[Any, ...], where: str) -> Shape:
    key, item = arguments or (Any, Any)
    return mapping(shape_of(key, f"{where}, key"), shape_of(item, f"{where}[...]"))


def _union(arguments: tuple[Any, ...], where: str) -> Shape:
    return alternatives([(one, shape_of(one, where)) for one in arguments])


GENERICS: dict[Any, Callable[[tuple[Any, ...], str], Shape]] = {
    list: _sequence(list),
    collections.abc.Sequence: _sequence(list),
    set: _sequence(set, uniqueItems=True),
    frozenset: _sequence(frozenset, uniqueItems=True),
    tuple: _tuple,
    dict: _mapping,
    collections.abc.Mapping: _mapping,
    typing.Union: _union,
    types.UnionType: _union,
    typing.Literal: lambda arguments, _: constants(arguments),
    typing.Annotated: lambda arguments, where: shape_of(arguments[0], where),
}
CLASSES: tuple[tuple[Callable[[Any], bool], Callable[[Any], Shape]], ...] = (
    (lambda kind: issubclass(kind, Enum), choice),
    (is_model, _model_shape),
    (is_record, _dataclass_shape),
    (typing.is_typeddict, _keyed_shape),
    (lambda kind: issubclass(kind, Path), lambda _: SCALARS[Path]),
)
