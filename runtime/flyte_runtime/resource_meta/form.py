"""What a form is: how values of one type become JSON and return, and how what does not fit is told.

Knows JSON and Python values in general. It must not know which types there are; the modules beside it do.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeGuard


class Form(NamedTuple):
    """How values of one type become JSON and return; both functions take the value and where it stands.

    Writing raises TypeError for a value of another type, reading ValueError for JSON that does not fit.
    """

    write: Callable[[Any, str], Any]
    read: Callable[[Any, str], Any]


# Makes the error for a value that is not of a type, at a place.
Failure = Callable[[Any, type, str], Exception]


def unwritable(value: Any, kind: type, where: str) -> Exception:
    """The error for a value that a field of this type does not take."""
    return TypeError(f"{where}: expected {type_name(kind)}, got {type(value).__name__}")


def unreadable(value: Any, kind: type, where: str) -> Exception:
    """The error for JSON that is no value of this type."""
    return ValueError(f"{where}: expected {type_name(kind)}, got {shown(value)}")


def array_of(value: Any, where: str) -> list[Any]:
    """The value, which must be an array."""
    if not is_list(value):
        raise ValueError(f"{where}: expected an array, got {shown(value)}")
    return value


def object_of(value: Any, where: str) -> dict[Any, Any]:
    """The value, which must be an object."""
    if not is_dict(value):
        raise ValueError(f"{where}: expected an object, got {shown(value)}")
    return value


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether it is a list, of anything."""
    return isinstance(value, list)


def is_tuple(value: object) -> TypeGuard[tuple[Any, ...]]:
    """Whether it is a tuple, of anything."""
    return isinstance(value, tuple)


def is_dict(value: object) -> TypeGuard[dict[Any, Any]]:
    """Whether it is a dict, of anything."""
    return isinstance(value, dict)


def elements_of(value: Any) -> Iterable[Any]:
    """The value as something to go through, for type checkers."""
    elements: Iterable[Any] = value
    return elements


def number_or_text(text: str) -> Any:
    """What a key of an object was before JSON made it a text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def is_scalar(value: Any) -> bool:
    """Whether JSON has the value without brackets."""
    return value is None or isinstance(value, (str, int, float))


def same(left: Any, right: Any) -> bool:
    """Whether two values are equal and of one type: 1, 1.0 and True are not."""
    return type(left) is type(right) and left == right


def shown(value: Any) -> str:
    """Describe JSON in an error without repeating it: it may hold secrets or be huge."""
    return "null" if value is None else JSON_NAMES.get(kind_of(value), "a number")


def kind_of(value: object) -> type:
    """The type of a value, for type checkers that would narrow it."""
    return type(value)


def names_of(names: Sequence[str]) -> str:
    """Fields as a message names them."""
    listed = ", ".join(map(repr, names))
    return f"field {listed}" if len(names) == 1 else f"fields {listed}"


def type_name(hint: Any) -> str:
    """A type as a message names it."""
    if hint is types.NoneType:
        return "None"
    return hint.__name__ if isinstance(hint, type) else str(hint)


JSON_NAMES: dict[type, str] = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
}
