"""Scalar literals: how numbers, texts, times and None travel between tasks.

Knows the fields of primitives. It must not know other literals.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Any, NamedTuple

from flyte_runtime.types.errors import failure, mismatch
from flyte_runtime.types.literals import Form, unreadable

if TYPE_CHECKING:
    from flyteidl2.core.literals_pb2 import Literal, Primitive
    from flyteidl2.core.literals_pb2 import Scalar as ScalarMessage


class Scalar(NamedTuple):
    """How the values of one Python type stand in the fields of a literal."""

    tag: str
    simple: str
    write: Callable[[Any, ScalarMessage], None]
    read: Callable[[Primitive], Any]


@cache
def scalar(kind: type) -> Form:
    """Make the form of a type of SCALARS; a value must be exactly of that type."""
    from flyteidl2.core.literals_pb2 import Literal
    from flyteidl2.core.types_pb2 import LiteralType

    rules = SCALARS[kind]

    def write(value: Any, where: str) -> Literal:
        if type(value) is not kind:
            raise mismatch(value, kind, where)
        literal = Literal()
        try:
            rules.write(value, literal.scalar)
        except (OverflowError, UnicodeEncodeError, ValueError) as error:
            raise failure(f"{where}: {error}") from error
        return literal

    def read(literal: Literal, where: str) -> Any:
        if kind is NoneType and literal.scalar.HasField("none_type"):
            return None
        try:
            value = rules.read(literal.scalar.primitive)
        except (OverflowError, ValueError) as error:
            raise failure(f"{where}: {error}") from error
        if type(value) is not kind:
            raise unreadable(literal, kind, where)
        return value

    return Form(rules.tag, LiteralType(simple=rules.simple), write, read)


def _primitive(name: str) -> Any:
    """Make the writer of a field of a plain value."""

    def write(value: Any, scalar: ScalarMessage) -> None:
        setattr(scalar.primitive, name, value)

    return write


def _void(_: None, scalar: ScalarMessage) -> None:
    scalar.none_type.SetInParent()


def _field(name: str, convert: Callable[[Any], Any] = lambda value: value) -> Any:
    """Make the reader of one field: None where another one is set."""

    def read(primitive: Primitive) -> Any:
        found = primitive.WhichOneof("value")
        return convert(getattr(primitive, name)) if found == name else None

    return read


def _write_datetime(value: datetime, scalar: ScalarMessage) -> None:
    scalar.primitive.datetime.SetInParent()
    scalar.primitive.datetime.FromDatetime(value)


def _write_date(day: date, scalar: ScalarMessage) -> None:
    _write_datetime(datetime.combine(day, time.min), scalar)


def _write_duration(value: timedelta, scalar: ScalarMessage) -> None:
    scalar.primitive.duration.SetInParent()
    scalar.primitive.duration.FromTimedelta(value)


def _read_int(primitive: Primitive) -> Any:
    """Read an int, also from a whole float: the console knows only one type of number."""
    if primitive.WhichOneof("value") != "float_value":
        return _field("integer")(primitive)
    value = primitive.float_value
    return int(value) if value.is_integer() else None


def _read_float(primitive: Primitive) -> Any:
    name = primitive.WhichOneof("value")
    if name not in ("float_value", "integer"):
        return None
    return float(getattr(primitive, name))


def _read_datetime(stamp: Any) -> datetime:
    moment: datetime = stamp.ToDatetime()
    return moment.replace(tzinfo=UTC)


def _unset(_: Primitive) -> Any:
    # None stands beside the primitives, and is read before them.
    return False


SCALARS: dict[type, Scalar] = {
    int: Scalar("int", "INTEGER", _primitive("integer"), _read_int),
    float: Scalar("float", "FLOAT", _primitive("float_value"), _read_float),
    str: Scalar("str", "STRING", _primitive("string_value"), _field("string_value")),
    bool: Scalar("bool", "BOOLEAN", _primitive("boolean"), _field("boolean")),
    datetime: Scalar(
        "datetime",
        "DATETIME",
        _write_datetime,
        _field("datetime", _read_datetime),
    ),
    date: Scalar(
        "date",
        "DATETIME",
        _write_date,
        _field("datetime", lambda stamp: _read_datetime(stamp).date()),
    ),
    timedelta: Scalar(
        "timedelta",
        "DURATION",
        _write_duration,
        _field("duration", lambda duration: duration.ToTimedelta()),
    ),
    NoneType: Scalar("none", "NONE", _void, _unset),
}
