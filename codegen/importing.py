"""``codegen import``: what a reader made of pages or sources becomes a project of its own, settings and specs.

Knows how a project is written down and that nothing in the folder is overwritten. It must not know what was read: readers
give modules and findings, and where they come from is theirs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, cast

import msgspec

from codegen import files, kept_models
from codegen.diagnostics import Diagnostic
from codegen.emitters import yaml
from codegen.model import Module
from codegen.project import Settings

CONFIG = "codegen.toml"


class Imported(NamedTuple):
    """What an import did: the paths written below the folder, all findings, and the texts they are about."""

    written: list[str]
    diagnostics: list[Diagnostic]
    texts: dict[str, str]


class ImportError_(Exception):
    """There is nothing to import, or the project cannot be written where it was asked for."""


def write_project(
    out: Path, modules: Mapping[str, Module], settings: Settings
) -> list[str]:
    """Write the settings and one spec for each module, all or nothing; return the paths, relative to ``out``.

    Raises ImportError_ when a file would be replaced by another text, WriteError when the disk refuses.
    """
    texts = {CONFIG: settings_text(settings).encode()}
    models: dict[str, Module] = {}
    for name, module in modules.items():
        text = texts[f"{settings.specs}/{name}.yaml"] = yaml.emit(module).encode()
        models[files.digest(text)] = module
    if os.path.exists(out) and not os.path.isdir(out):
        raise ImportError_(f"'{out}' is a file; name a folder to make the project in")
    with files.making(out):
        for path, text in texts.items():
            if files.read_bytes(out / path) not in (None, text):
                raise ImportError_(f"'{out / path}' exists; nothing was written")
        files.write_tree(out, texts)
    # What is written reads back as the same model, so that nothing needs to be read again.
    kept_models.save(out, models)
    return sorted(texts)


def settings_text(settings: Settings) -> str:
    """Write settings as TOML, without those that have their default."""
    return "\n".join(_table("", settings)) + "\n"


def _table(name: str, table: msgspec.Struct | Mapping[str, object]) -> list[str]:
    """The lines of a table, then those of the tables inside it; nothing of one that says nothing."""
    lines: list[str] = []
    inner: list[str] = []
    for key, value in _given(table):
        if isinstance(value, msgspec.Struct | Mapping):
            below = cast("msgspec.Struct | Mapping[str, object]", value)
            inner += _table(f"{name}.{key}" if name else key, below)
        else:
            written = key if name in ("", *_STRUCTS) else _toml(key)
            lines.append(f"{written} = {_toml(value)}")
    if name and lines:
        lines = ["", f"[{name}]", *lines]
    return [*lines, *inner]


_STRUCTS = ("docs", "publish")


def _given(
    table: msgspec.Struct | Mapping[str, object],
) -> Iterator[tuple[str, object]]:
    """What a table says that is not the default."""
    if isinstance(table, Mapping):
        yield from table.items()
        return
    for field in msgspec.structs.fields(table):
        value: object = getattr(table, field.name)
        if field.required or value not in (field.default, _empty(field)):
            yield field.name, value


def _empty(field: msgspec.structs.FieldInfo) -> object:
    """The default of a field that makes a new one each time."""
    made = field.default_factory
    return made() if callable(made) else field.default


def _toml(value: object) -> str:
    """Write a text, a truth value or a list of texts; JSON's form of these is TOML's, too."""
    if isinstance(value, tuple):
        value = list(value)
    return json.dumps(value, ensure_ascii=False)


def strictly(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Make every warning an error."""
    return [found._replace(severity="error") for found in findings]
