"""The errors of the type engine: where something is, what was expected there, what was found.

Knows how types and places are named. It must not repeat values, which may be secret or huge.
"""

from __future__ import annotations

import typing
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import GenericAlias, NoneType
from typing import Any
from uuid import UUID

# What to use in place of what cannot travel.
INSTEAD: dict[Any, str] = {
    bytes: "str, or flyte.io.File for large content",
    bytearray: "str, or flyte.io.File for large content",
    set: "list",
    frozenset: "list",
    Any: "the type of the value",
    object: "the type of the value",
    **dict.fromkeys((time, Decimal, Path, UUID), "str"),
    tuple: "a list or a dataclass",
    # What is derived from these is not the same: it would come back as another type.
    **{
        kind: kind.__name__
        for kind in (int, float, str, datetime, date, timedelta, list, dict)
    },
}
RECORD = "a dataclass, a pydantic model or flyte.io.File"


def failure(message: str) -> TypeError:
    """Make the one error of the type engine."""
    from flyte.types._type_engine import TypeTransformerFailedError

    return TypeTransformerFailedError(message)


def mismatch(value: Any, expected: Any, where: str) -> TypeError:
    """Make the error for a value of another type than the declared one."""
    return failure(f"{where}: expected {type_name(expected)}, got {kind_of(value)}")


def unsupported(hint: Any, where: str) -> TypeError:
    """Make the error for a type whose values could only travel pickled."""
    return failure(
        f"{where}: {type_name(hint)} would have to be pickled; use {_instead(hint)},"
        " or switch pickling on with flyte.types.pickling()"
    )


def impossible(hint: Any, where: str) -> TypeError:
    """Make the error for a type that cannot stand in a struct."""
    return failure(
        f"{where}: {type_name(hint)} cannot be part of a struct; use {_instead(hint)}"
    )


def unreturnable(hint: Any, where: str) -> TypeError:
    """Make the error for a result whose type nothing on the wire stands for."""
    return failure(f"{where}: {type_name(hint)} cannot travel; return {_instead(hint)}")


def _instead(hint: Any) -> str:
    kind = typing.get_origin(hint) or hint
    # Everything is an object, which says nothing.
    bases = kind.__mro__[:-1] if isinstance(kind, type) else ()
    for candidate in bases or (kind,):
        if candidate in INSTEAD:
            return INSTEAD[candidate]
    return RECORD


def kind_of(value: object) -> str:
    """Name the type of a value."""
    return type_name(type(value))


def type_name(hint: Any) -> str:
    """Name a type as it is written in source code."""
    if hint is NoneType:
        return "None"
    if isinstance(hint, type) and not isinstance(hint, GenericAlias):
        return hint.__name__
    return str(hint).replace("typing.", "")
