"""The settings of what is published, ``[publish]`` below the other settings: what there is, and what is wrong with it.

Knows every key, its default and what a value may be. It must not read files or know where in one a key stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from codegen import settings_table
from codegen.settings_table import is_inside
from codegen.versions import is_version


class Publish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a project can say of its distributions; all of it can be left out.

    ``sdk`` is the folder of a pyproject.toml that describes the SDK, by default that of the cores; without one, the SDK
    is described by what stands here. ``stubs`` is the name of the stubs, ``partial`` says that they lack modules.
    """

    name: str = ""
    version: str = ""
    description: str = ""
    license: str = ""
    requires_python: str = ">=3.11"
    urls: dict[str, str] = {}
    dependencies: list[str] = []
    scripts: dict[str, str] = {}
    sdk: str = ""
    stubs: str = ""
    stubs_dependencies: list[str] = []
    partial: bool = False


KEYS = {field.name: field for field in msgspec.structs.fields(Publish)}
_FORMS = {
    "urls": "a table of texts",
    "scripts": "a table of texts",
    "dependencies": "a list of texts",
    "stubs_dependencies": "a list of texts",
    "partial": "true or false",
}
_NAME = re.compile(r"[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]")


def problems(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the key and what is wrong with its value, for each known key of the table."""
    return settings_table.problems(table, KEYS, _FORMS, _meaning)


def _meaning(key: str, value: Any) -> str:
    """What is wrong with a value of the right type; nothing when it can be used."""
    match key:
        case "name" | "stubs" if not _NAME.fullmatch(value):
            return f"'{value}' cannot be the name of a distribution"
        case "version" if not is_version(value):
            return f"'{value}' is no version (PEP 440)"
        case "sdk" if not is_inside(value):
            return f"'sdk' must be a folder of the project, not '{value}'"
    return ""
