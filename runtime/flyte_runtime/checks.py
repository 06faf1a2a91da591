"""Checks that values of public parameters share, and the words their errors are written in.

Knows types, ranges and how to name an offending value. It must not know environments, apps or any other class of the
SDK: callers say what they allow.
"""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterable
from datetime import timedelta
from typing import TypeGuard

MAXIMUM_DESCRIPTION = 255

_SHORTENED = "...(tr.)"


def describe(value: object) -> str:
    """Name a value for an error: its type, and the value itself if that is short."""
    if value is None:
        return "None"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    return f"{type(value).__name__} {reprlib.repr(value)}"


def is_list(value: object) -> TypeGuard[list[object]]:
    """Say whether a value is a list, whatever is in it."""
    return isinstance(value, list)


def is_tuple(value: object) -> TypeGuard[tuple[object, ...]]:
    """Say whether a value is a tuple, whatever is in it."""
    return isinstance(value, tuple)


def is_dict(value: object) -> TypeGuard[dict[object, object]]:
    """Say whether a value is a dict, whatever is in it."""
    return isinstance(value, dict)


def require(
    field: str, value: object, allowed: type | tuple[type, ...], wanted: str
) -> None:
    """Raise TypeError unless the value is an instance of one of the allowed types."""
    if not isinstance(value, allowed):
        raise TypeError(f"{field} must be {wanted}, got {describe(value)}")


def require_list(field: str, value: object, item: type, wanted: str) -> None:
    """Raise TypeError unless the value is a list of instances of one type."""
    if not is_list(value):
        raise TypeError(f"{field} must be a list, got {describe(value)}")
    for index, element in enumerate(value):
        require(f"{field}[{index}]", element, item, wanted)


def require_strings_by_name(field: str, value: object) -> None:
    """Raise TypeError unless the value is None or a dict of strings by string; values stay out of the error."""
    if value is None:
        return
    if not is_dict(value):
        raise TypeError(f"{field} must be a dict or None, got {describe(value)}")
    for name, text in value.items():
        require(f"a name in {field}", name, str, "a str")
        if not isinstance(text, str):
            raise TypeError(f"{field}[{name!r}] must be a str, got {_kind(text)}")


def require_integer(field: str, value: object, *, least: int) -> int:
    """Return the value if it is an integer in range; bool does not count as one."""
    number = _integer(field, value)
    if number < least:
        raise ValueError(f"{field} must be at least {least}, got {number}")
    return number


def require_duration(field: str, value: object) -> timedelta:
    """Return a duration that is given as a timedelta or in seconds, and is not negative."""
    if isinstance(value, timedelta):
        duration = value
    elif isinstance(value, int) and not isinstance(value, bool):
        duration = timedelta(seconds=value)
    else:
        raise TypeError(
            f"{field} must be a number of seconds as an int, or a timedelta, "
            f"got {describe(value)}"
        )
    if duration < timedelta(0):
        raise ValueError(f"{field} must not be negative, got {describe(value)}")
    return duration


def require_choice(field: str, value: object, choices: Iterable[object]) -> None:
    """Raise ValueError unless the value is one of the choices, with the closest one as a suggestion."""
    known = list(choices)
    if value in known:
        return
    names = ", ".join(repr(choice) for choice in known)
    hint = suggestion(value, (str(choice) for choice in known))
    raise ValueError(
        f"{field} must be one of {names}, got {describe(value)}{hint and '; ' + hint}"
    )


def suggestion(value: object, choices: Iterable[str]) -> str:
    """Return "did you mean ...?" for a misspelt choice, or nothing."""
    close = difflib.get_close_matches(str(value), list(choices), n=1)
    return f"did you mean {close[0]!r}?" if close else ""


def shorten_description(description: str, longest: int = MAXIMUM_DESCRIPTION) -> str:
    """Cut a description to the length the backend stores, and mark that it was cut."""
    if len(description) <= longest:
        return description
    return description[: longest - len(_SHORTENED)] + _SHORTENED


def _integer(field: str, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise TypeError(f"{field} must be an int, got {describe(value)}")


def _kind(value: object) -> str:
    return "None" if value is None else type(value).__name__
