"""``codegen import``: what a reader made of pages or sources becomes a project of its own, settings and specs.

Knows how a project is written down and that nothing in the folder is overwritten. It must not know what was read: readers
give modules and findings, and where they come from is theirs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from codegen import files
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
    for name, module in modules.items():
        texts[f"{settings.specs}/{name}.yaml"] = yaml.emit(module).encode()
    if out.exists() and not out.is_dir():
        raise ImportError_(f"'{out}' is a file; name a folder to make the project in")
    with files.making(out):
        for path, text in texts.items():
            if files.read_bytes(out / path) not in (None, text):
                raise ImportError_(f"'{out / path}' exists; nothing was written")
        files.write_tree(out, texts)
    return sorted(texts)


def settings_text(settings: Settings) -> str:
    """Write settings as TOML, without those that have their default."""
    lines: list[str] = []
    tables: list[str] = []
    for field in msgspec.structs.fields(Settings):
        value = getattr(settings, field.name)
        if not field.required and value == field.default:
            continue
        if isinstance(value, Mapping):
            if not value:
                continue
            tables += ["", f"[{field.name}]"]
            tables += [f"{_toml(key)} = {_toml(item)}" for key, item in value.items()]
        else:
            lines.append(f"{field.name} = {_toml(value)}")
    return "\n".join([*lines, *tables]) + "\n"


def _toml(value: object) -> str:
    """Write a text, a truth value or a list of texts; JSON's form of these is TOML's, too."""
    if isinstance(value, tuple):
        value = list(value)
    return json.dumps(value, ensure_ascii=False)


def strictly(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Make every warning an error."""
    return [found._replace(severity="error") for found in findings]
