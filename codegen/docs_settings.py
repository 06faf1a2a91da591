"""The settings of the documentation site, ``[docs]`` below the other settings: what there is, and what is wrong with it.

Knows every key, its default and what a value may be. It must not read files or know where in one a key stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import msgspec

from codegen import settings_table
from codegen.settings_table import is_inside


class Docs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a project can say of its site; all of it can be left out.

    ``guides`` is a folder, a pattern of files in one, or a list of such and of files. ``repository`` is the address of a file in a repository, with ``{path}``
    and ``{line}`` in it. ``inventories`` says where names from elsewhere are documented: prefixes of dotted names to
    addresses with ``{path}``, ``{module}``, ``{slashed}``, ``{package}`` or ``{name}`` in them. ``versions`` are former
    states of the API, newest first: labels, and where the specs are: a folder, a project, ``git:REV``. ``variants`` are the
    builds that a switch offers beside the whole.
    """

    title: str = ""
    description: str = ""
    out: str = "site"
    guides: str | list[str] = "docs"
    url: str = ""
    repository: str = ""
    inventories: dict[str, str] = {}
    versions: dict[str, str] = {}
    variants: list[str] = []


KEYS = {field.name: field for field in msgspec.structs.fields(Docs)}
_FORMS = {
    "guides": "a folder or a list of files, folders and patterns",
    "inventories": "a table of texts",
    "versions": "a table of texts; a label with dots needs quotes",
    "variants": "a list of texts",
}


def problems(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the key and what is wrong with its value, for each known key of the table."""
    return settings_table.problems(table, KEYS, _FORMS, _meaning)


def _meaning(key: str, value: Any) -> str:
    """What is wrong with a value of the right type; nothing when it can be used."""
    match key:
        case "out" if not is_inside(value) or PurePosixPath(value) == PurePosixPath():
            return f"'out' must be a folder of its own in the project, not '{value}'"
        case "guides":
            paths = [value] if isinstance(value, str) else value
            wrong = next((path for path in paths if not is_inside(path)), None)
            if wrong is not None:
                return f"'guides' must be in the project, and '{wrong}' is not"
        case "url" | "repository" if value and not _is_address(value):
            return f"'{key}' begins with https://, and '{value}' does not"
        case "repository" if value and "{path}" not in value:
            return "'repository' needs {path} where the path of a file goes"
        case "inventories":
            wrong = next((text for text in value.values() if not _is_address(text)), "")
            if wrong:
                return f"'inventories' holds addresses that begin with https://, not '{wrong}'"
        case "versions":
            return _wrong_label(value)
        case "variants":
            wrong = next((name for name in value if not VARIANT.fullmatch(name)), None)
            if wrong is not None:
                return (
                    f"'variants' holds names of letters, digits, - and _, not '{wrong}'"
                )
            if len({name.lower() for name in value}) < len(value):
                return "'variants' names a variant twice"
        case _:
            pass
    return ""


VARIANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")


def _wrong_label(versions: dict[str, str]) -> str:
    """What is wrong with the labels of versions, which become folders of the site."""
    wrong = next((label for label in versions if not is_label(label)), None)
    if wrong is not None:
        return f"the label of a version becomes a folder: letters, digits and . _ + -, not '{wrong}'"
    if len({label.lower() for label in versions}) < len(versions):
        return "two labels of 'versions' differ only in case"
    empty = next((label for label, side in versions.items() if not side.strip()), None)
    return "" if empty is None else f"the version '{empty}' names no specs"


def is_label(label: str) -> bool:
    """Whether a version can be called this: it becomes a folder and a file of the site."""
    return bool(_LABEL.fullmatch(label)) and ".." not in label and label[-1] != "."


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://"))
