"""What goes into a distribution: its metadata and its files, as texts below one folder.

Knows the fields of pyproject.toml and PEP 561. It must not read files: it is given texts. What it describes builds by
itself, wherever it is unpacked.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from codegen.project import Settings
from codegen.publishing.errors import OptionsError
from codegen.versions import is_version

BACKEND = "hatchling>=1.27"

# What is read of [project] here; the backend looks at the rest.
_SHAPES: dict[str, type] = {
    "version": str,
    "dynamic": list,
    "scripts": dict,
    "license-files": list,
}
_SHOWN: dict[type, str] = {str: "a text", list: "a list", dict: "a table"}


class Described(NamedTuple):
    """One distribution, unbuilt: its name and version, the package it is about, and all files of its source."""

    name: str
    version: str
    package: str
    files: dict[str, bytes]
    commands: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        """How names of its files begin (PEP 625, PEP 427)."""
        return re.sub(r"[-_.]+", "_", self.name).lower()


def stubs(
    settings: Settings, outputs: Mapping[str, str], version: str | None
) -> Described:
    """The stubs as a distribution of their own (PEP 561); ``outputs`` are their texts by path.

    Raises PublishError without a version.
    """
    root = settings.package.partition(".")[0]
    chosen = settings.publish
    name = chosen.stubs or f"{root}-stubs"
    project = _metadata(settings, name, version)
    project["description"] = f"Type stubs of {root}."
    about = f"Type stubs of `{root}` (PEP 561), which type checkers find once they are installed."
    _introduce(project, about)
    if chosen.stubs_dependencies:
        project["dependencies"] = chosen.stubs_dependencies
    found = {path: text.encode() for path, text in outputs.items()}
    folder = f"{root}-stubs"
    if chosen.partial:
        found[f"{folder}/py.typed"] = b"partial\n"
    found["pyproject.toml"] = pyproject(project, [folder])
    return Described(name, project["version"], root, found)


def sdk(
    settings: Settings,
    outputs: Mapping[str, str],
    cores: Mapping[str, bytes],
    kept: Mapping[str, bytes],
    version: str | None,
) -> Described:
    """The SDK: the generated package and the cores it calls.

    ``kept`` are the files beside the SDK's own pyproject.toml, and that file, if there is one. Raises PublishError when
    it cannot be used or says no version.
    """
    root = settings.package.partition(".")[0]
    found = {path: text.encode() for path, text in outputs.items()} | dict(cores)
    if "pyproject.toml" in kept:
        project = _own_metadata(kept, version)
        found |= {path: data for path, data in kept.items() if path in _named(project)}
    else:
        chosen = settings.publish
        project = _metadata(settings, chosen.name or root, version)
        project["description"] = chosen.description or f"The package {root}."
        if chosen.dependencies:
            project["dependencies"] = chosen.dependencies
        if chosen.scripts:
            project["scripts"] = chosen.scripts
    _introduce(project, str(project.get("description", "")))
    packages = sorted({path.partition("/")[0] for path in (*outputs, *cores)})
    found["pyproject.toml"] = pyproject(project, packages)
    commands = tuple(project.get("scripts", {}))
    return Described(project["name"], project["version"], root, found, commands)


def _metadata(settings: Settings, name: str, version: str | None) -> dict[str, Any]:
    chosen = settings.publish
    given = version or chosen.version
    if not given:
        raise OptionsError(
            f"'{name}' has no version; give --version, or set version in [publish]"
        )
    project: dict[str, Any] = {
        "name": name,
        "version": given,
        "description": chosen.description,
        "requires-python": chosen.requires_python,
        "classifiers": [
            "Programming Language :: Python :: 3 :: Only",
            "Typing :: Typed",
        ],
    }
    if chosen.license:
        project["license"] = chosen.license
    if chosen.urls:
        project["urls"] = chosen.urls
    return project


def _introduce(project: dict[str, Any], text: str) -> None:
    """Say something on the project's page on an index, where nobody wrote anything."""
    page = {"text": f"# {project['name']}\n\n{text}\n", "content-type": "text/markdown"}
    project.setdefault("readme", page)


def _own_metadata(kept: Mapping[str, bytes], version: str | None) -> dict[str, Any]:
    """What the SDK's own pyproject.toml says of it, with the version that is wanted."""
    try:
        project = tomllib.loads(kept["pyproject.toml"].decode()).get("project", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionsError(f"the pyproject.toml of the SDK: {error}") from None
    if not isinstance(project, dict) or not isinstance(project.get("name"), str):
        raise OptionsError("the pyproject.toml of the SDK says no name in [project]")
    for key, shape in _SHAPES.items():
        if not isinstance(project.get(key, shape()), shape):
            message = f"'{key}' in [project] must be {_SHOWN[shape]}"
            raise OptionsError(f"the pyproject.toml of the SDK: {message}")
    dynamic = [str(key) for key in project.pop("dynamic", []) if key != "version"]
    if dynamic:
        raise OptionsError(
            f"the pyproject.toml of the SDK leaves open: {', '.join(dynamic)}; write it out"
        )
    if version:
        project["version"] = version
    if "version" not in project:
        raise OptionsError(f"'{project['name']}' has no version; give --version")
    if not is_version(project["version"]):
        message = f"'{project['version']}' is no version (PEP 440)"
        raise OptionsError(f"the pyproject.toml of the SDK: {message}")
    return project


def _named(project: Mapping[str, Any]) -> set[str]:
    """The files that metadata name."""
    readme = project.get("readme")
    named = {str(readme.get("file", "") if isinstance(readme, dict) else readme)}
    license_ = project.get("license")
    if isinstance(license_, dict):
        named.add(str(license_.get("file", "")))
    return named | set(map(str, project.get("license-files", [])))


def pyproject(project: Mapping[str, Any], packages: Iterable[str]) -> bytes:
    """The pyproject.toml of a source that holds nothing but its packages."""
    wheel = {"packages": list(packages)}
    data = {
        "build-system": {"requires": [BACKEND], "build-backend": "hatchling.build"},
        "project": project,
        "tool": {"hatch": {"build": {"targets": {"wheel": wheel}}}},
    }
    return ("\n".join(_table((), data)) + "\n").encode()


def _table(path: tuple[str, ...], table: Mapping[str, Any]) -> list[str]:
    """The lines of a TOML table and of those inside it."""
    values = {key: value for key, value in table.items() if not isinstance(value, dict)}
    lines = [f"[{'.'.join(map(_text, path))}]"] if path and values else []
    lines += [f"{_text(key)} = {_value(value)}" for key, value in values.items()]
    for key, value in table.items():
        if isinstance(value, dict):
            lines += _table((*path, key), value)
    return lines


def _value(value: Any) -> str:
    """A value inside a table."""
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        pairs = (f"{_text(key)} = {_value(item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(text: str) -> str:
    """A text or key; JSON's form is TOML's, but for one character that TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def core_packages(
    references: Iterable[str], paths: Iterable[str], kept: bytes
) -> list[str]:
    """The top-level packages below the folder of cores that belong to the SDK: those specs name, and those listed to build."""
    roots = {reference.partition(":")[0].partition(".")[0] for reference in references}
    try:
        data: Any = tomllib.loads(kept.decode())
        for step in ("tool", "hatch", "build", "targets", "wheel", "packages"):
            data = data[step]
        roots |= {PurePosixPath(str(entry)).name for entry in data}
    except (KeyError, TypeError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        pass
    return sorted(
        root
        for root in roots
        if any(p.startswith(f"{root}/") or p == f"{root}.py" for p in paths)
    )
