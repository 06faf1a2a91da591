"""Forms of values that stand on their own: what JSON has, dates and durations, bytes, enum members, literals.

Knows one value at a time. It must not know what values are made of others.
"""

from __future__ import annotations

import base64
import json
import types
from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import Enum, Flag
from typing import Any

from flyte_runtime.resource_meta.form import (
    Failure,
    Form,
    is_dict,
    is_list,
    is_scalar,
    is_tuple,
    kind_of,
    same,
    shown,
    unreadable,
    unwritable,
)

MICROSECOND = timedelta(microseconds=1)


def exact_form(
    kind: type,
    written: type,
    write: Callable[[Any], Any],
    read: Callable[[Any], Any],
) -> Form:
    """Make the form of a type whose values are written as values of another."""

    def write_value(value: Any, where: str) -> Any:
        if type(value) is not kind:
            raise unwritable(value, kind, where)
        return write(value)

    def read_value(value: Any, where: str) -> Any:
        if type(value) is not written:
            raise unreadable(value, kind, where)
        try:
            return read(value)
        except (ValueError, OverflowError) as error:
            raise ValueError(f"{where}: not a {kind.__name__}: {error}") from error

    return Form(write_value, read_value)


def plain_form(kind: type, *accepted: type) -> Form:
    """Make the form of a type that JSON has; a bool is no number here, though Python says so."""

    def check(value: Any, where: str, failure: Failure) -> Any:
        if not isinstance(value, (kind, *accepted)) or (
            isinstance(value, bool) and kind is not bool
        ):
            raise failure(value, kind, where)
        return value

    def write(value: Any, where: str) -> Any:
        return check(value, where, unwritable)

    def read(value: Any, where: str) -> Any:
        if type(value) is kind:
            return value
        check(value, where, unreadable)
        return kind(value)

    return Form(write, read)


def enum_form(kind: type[Enum]) -> Form:
    """Write a member as its value where JSON has that value, else as its name."""
    keys = {_enum_key(member): member for member in kind}

    def write(value: Any, where: str) -> Any:
        if not isinstance(value, kind):
            raise unwritable(value, kind, where)
        return value.value if isinstance(value, Flag) else _enum_key(value)[1]

    def read(value: Any, where: str) -> Any:
        if issubclass(kind, Flag) and type(value) is int:
            try:
                combined = kind(value)
            except ValueError:
                combined = None
            # Python 3.11.2 drops unknown bits instead of refusing them.
            if combined is None or combined.value != value:
                message = f"{where}: {value} is no combination of {kind.__name__}"
                raise ValueError(message)
            return combined
        member = keys.get(_typed(value)) if is_scalar(value) else None
        if member is None:
            known = ", ".join(json.dumps(key) for _, key in keys)
            raise ValueError(f"{where}: expected one of {known}, got {shown(value)}")
        return member

    return Form(write, read)


def _enum_key(member: Enum) -> tuple[type, Any]:
    return _typed(member.value if is_scalar(member.value) else member.name)


def _typed(value: Any) -> tuple[type, Any]:
    # With its type, because 1, 1.0 and True are one key of a dictionary.
    return kind_of(value), value


def literal_form(values: tuple[Any, ...]) -> Form:
    """Make the form of a value that is one of a few."""

    def write(value: Any, where: str) -> Any:
        if not any(same(value, known) for known in values):
            raise TypeError(f"{where}: {value!r} is none of {list(values)}")
        return value

    def read(value: Any, where: str) -> Any:
        if not any(same(value, known) for known in values):
            raise ValueError(f"{where}: {shown(value)} is none of {list(values)}")
        return value

    return Form(write, read)


def _write_anything(value: Any, where: str) -> Any:
    """Accept what JSON has, to any depth; such values come back as they are."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if is_list(value) or is_tuple(value):
        return [
            _write_anything(item, f"{where}[{index}]")
            for index, item in enumerate(value)
        ]
    if is_dict(value):
        for key in value:
            if not isinstance(key, str):
                raise unwritable(key, str, f"{where}, key {key!r}")
        return {
            key: _write_anything(item, f"{where}[{key!r}]")
            for key, item in value.items()
        }
    raise TypeError(
        f"{where}: {type(value).__name__} is not a JSON type; annotate the field with it"
    )


def _read_anything(value: Any, where: str) -> Any:
    return value


ANYTHING = Form(_write_anything, _read_anything)
EXACT: dict[Any, Form] = {
    str: plain_form(str),
    int: plain_form(int),
    float: plain_form(float, int),
    bool: plain_form(bool),
    types.NoneType: plain_form(types.NoneType),
    datetime: exact_form(datetime, str, datetime.isoformat, datetime.fromisoformat),
    date: exact_form(date, str, date.isoformat, date.fromisoformat),
    timedelta: exact_form(
        timedelta,
        int,
        lambda value: value // MICROSECOND,
        lambda number: number * MICROSECOND,
    ),
    bytes: exact_form(
        bytes,
        str,
        lambda value: base64.b64encode(value).decode(),
        lambda text: base64.b64decode(text, validate=True),
    ),
}
