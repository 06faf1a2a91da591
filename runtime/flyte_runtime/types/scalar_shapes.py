"""The shapes of values that are not made of others: numbers, texts, times, enums, constants and undeclared data.

Knows how each is spelled in a struct. It must not know containers or records.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any
from uuid import UUID

from flyte_runtime.types.errors import failure, kind_of, mismatch
from flyte_runtime.types.shapes import Schema, Shape, constant, is_dict, is_sequence


def plain(kind: type, schema: Schema, *accepted: type) -> Shape:
    """Make the shape of values that stand for themselves."""

    def write(value: Any, where: str) -> Any:
        if not isinstance(value, (kind, *accepted)):
            raise mismatch(value, kind, where)
        # Not the subclass, which may print itself in another way.
        return str.__str__(value) if isinstance(value, str) else value

    def read(value: Any, where: str) -> Any:
        if type(value) is kind:
            return value
        if type(value) in PROMOTED.get(kind, ()):
            converted = kind(value)
            if converted == value:
                return converted
        raise mismatch(value, kind, where)

    return Shape(constant(schema), write, read, kind)


def spelled(
    kind: type,
    schema: Schema,
    write: Callable[[Any], Any],
    read: Callable[[Any], Any],
    written: tuple[type, ...] = (str,),
) -> Shape:
    """Make the shape of values that are written as something else."""

    def write_value(value: Any, where: str) -> Any:
        if not isinstance(value, kind):
            raise mismatch(value, kind, where)
        return write(value)

    def read_value(value: Any, where: str) -> Any:
        if not isinstance(value, written):
            raise mismatch(value, kind, where)
        try:
            return read(value)
        except (ArithmeticError, ValueError) as error:
            raise failure(f"{where}: not a {kind.__name__}: {error}") from error

    return Shape(constant(schema), write_value, read_value)


def _write_anything(value: Any, where: str) -> Any:
    if value is None or isinstance(value, (bool, int, float, str, bytes)):
        return value
    if is_sequence(value):
        return [
            _write_anything(item, f"{where}[{index}]")
            for index, item in enumerate(value)
        ]
    if is_dict(value):
        return {
            _write_anything(key, f"{where}, key {key!r}"): _write_anything(
                item, f"{where}[{key!r}]"
            )
            for key, item in value.items()
        }
    raise failure(
        f"{where}: {kind_of(value)} cannot be written without being declared; annotate it"
    )


def _read_anything(value: Any, where: str) -> Any:
    return value


def choice(kind: type[Enum]) -> Shape:
    """Make the shape of an enum, whose members are written as their values."""

    def write(value: Any, where: str) -> Any:
        if not isinstance(value, kind):
            raise mismatch(value, kind, where)
        return value.value

    def read(value: Any, where: str) -> Any:
        try:
            return kind(value)
        except ValueError as error:
            raise failure(f"{where}: {error}") from error

    return Shape(constant({"enum": [one.value for one in kind]}), write, read)


def constants(values: Sequence[Any]) -> Shape:
    """Make the shape of `typing.Literal`."""
    known = [one.value if isinstance(one, Enum) else one for one in values]

    def find(value: Any, where: str) -> int:
        for index, (member, form) in enumerate(zip(values, known, strict=True)):
            if _same(value, member) or _same(value, form):
                return index
        raise failure(f"{where}: {value!r} is none of {list(values)}")

    def write(value: Any, where: str) -> Any:
        return known[find(value, where)]

    def read(value: Any, where: str) -> Any:
        return values[find(value, where)]

    schema: Schema = {"const": known[0]} if len(known) == 1 else {"enum": known}
    return Shape(constant(schema), write, read)


def _same(left: Any, right: Any) -> bool:
    return type(left) is type(right) and left == right


# A JSON number has no type of its own: a whole one may stand for either.
PROMOTED: dict[type, tuple[type, ...]] = {int: (float,), float: (int,)}
TEXT: Schema = {"type": "string"}
ANYTHING = Shape(constant({}), _write_anything, _read_anything)
SCALARS: dict[Any, Shape] = {
    bool: plain(bool, {"type": "boolean"}),
    int: plain(int, {"type": "integer"}),
    float: plain(float, {"type": "number"}, int),
    str: plain(str, TEXT),
    NoneType: plain(NoneType, {"type": "null"}),
    bytes: plain(bytes, {**TEXT, "format": "base64"}),
    datetime: spelled(
        datetime,
        {**TEXT, "format": "date-time"},
        datetime.isoformat,
        datetime.fromisoformat,
    ),
    date: spelled(date, {**TEXT, "format": "date"}, date.isoformat, date.fromisoformat),
    time: spelled(time, {**TEXT, "format": "time"}, time.isoformat, time.fromisoformat),
    timedelta: spelled(
        timedelta,
        {"type": "number", "format": "time-delta"},
        timedelta.total_seconds,
        lambda seconds: timedelta(seconds=seconds),
        (int, float),
    ),
    Decimal: spelled(Decimal, {**TEXT, "format": "decimal"}, str, Decimal),
    UUID: spelled(UUID, {**TEXT, "format": "uuid"}, str, UUID),
    Path: spelled(Path, {**TEXT, "format": "path"}, str, Path),
}
