"""What the tables of the settings have in common: how the type of a value is refused, and which paths stay inside.

Knows no key. It must not read files or know where in one a key stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import msgspec

Fields = Mapping[str, msgspec.structs.FieldInfo]


def problems(
    table: Mapping[str, Any],
    fields: Fields,
    forms: Mapping[str, str],
    meaning: Callable[[str, Any], str],
) -> Iterator[tuple[str, str]]:
    """Yield the key and what is wrong with its value, for each known key of a table.

    ``forms`` are the types that are more than a text, in words; ``meaning`` says what is wrong with a value of the right
    type, if anything is.
    """
    for key, value in table.items():
        if key not in fields:
            continue
        try:
            msgspec.convert(value, fields[key].type)
        except msgspec.ValidationError:
            yield key, f"'{key}' must be {forms.get(key, 'a text')}"
            continue
        message = meaning(key, value)
        if message:
            yield key, message


def is_inside(folder: str) -> bool:
    """Whether a path leads to somewhere in the project."""
    path = PurePosixPath(folder)
    return bool(folder) and not path.is_absolute() and ".." not in path.parts
