"""Specs on this disk: those of a project, and folders of specs without one.

Knows where a project keeps its specs and its version. It must not know how specs are read.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from codegen import files
from codegen.project import Settings
from codegen.sides.texts import SideError, SpecTexts
from codegen.workspace import CONFIG_NAMES, SettingsError, Workspace, find_config


def of_project(config: Path) -> SpecTexts:
    """The specs of the project with these settings; raises SettingsError when they cannot be used."""
    workspace = Workspace(config)
    texts, problems = workspace.read_texts()
    pyproject = files.read_bytes(workspace.root / CONFIG_NAMES[1])
    version = project_version(pyproject, workspace.settings)
    return SpecTexts(texts, problems, workspace.settings, version)


def of_folder(folder: Path, shown: str) -> SpecTexts:
    """The specs of a folder, in the terms of the project it belongs to, if it does."""
    names, problems = files.list_specs(folder, shown)
    texts: dict[str, str] = {}
    for name in names:
        text, found = files.read_text(folder / name, f"{shown}/{name}")
        problems += found
        if text is not None:
            texts[f"{shown}/{name}"] = text
    try:
        workspace = Workspace(find_config(folder.absolute()))
    except SettingsError:
        return SpecTexts(texts, problems)
    return SpecTexts(texts, problems, workspace.settings)


def config_in(folder: Path) -> Path | None:
    """The settings file that stands in a folder."""
    try:
        found = find_config(folder)
    except SettingsError:
        return None
    return found if found.parent == folder else None


def here() -> SpecTexts:
    """The specs of the project somebody is in; raises SideError where there is none."""
    try:
        return of_project(find_config(Path.cwd()))
    except SettingsError as error:
        if error.texts:
            raise
        raise SideError(
            f"{error.diagnostics[0].message}; name both sides to compare"
        ) from None


def project_version(pyproject: bytes | None, settings: Settings | None) -> str | None:
    """The version a pyproject.toml gives the package that is generated; None when it is about something else."""
    try:
        data: Any = tomllib.loads((pyproject or b"").decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return None
    try:
        name, version = str(data["project"]["name"]), data["project"]["version"]
    except (KeyError, TypeError):
        return None
    own = settings is None or re.sub(r"[-_.]+", "_", name).lower() == settings.package
    return version if own and isinstance(version, str) else None
