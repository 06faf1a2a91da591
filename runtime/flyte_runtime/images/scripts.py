"""The headers of scripts, in which they declare what they need.

Knows the block `# /// script` of a Python file. It must not know images, except for what a header adds to their tags.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from flyte._image import UVScript

_HEADER = re.compile(r"(?ms)^# /// script[ \t]*$\n(.*?)^# ///[ \t]*$")
# What stands before the folder of a project that is not a package of an index.
_FOLDER = "file://"


def name_script(self: UVScript) -> None:
    """Keep the last part of the path."""
    # Not by assignment, which is refused.
    vars(self)["script_name"] = self.script.name


def projects(script: Path) -> list[Path]:
    """List the folders of the projects among the dependencies."""
    return [Path(one) for one in _folders(_header(script))]


def header_as_published(script: Path) -> str:
    """Write a header as the published SDK does, whose tags follow from that text."""
    header = _header(script)
    packages = [one for one in header["dependencies"] if _FOLDER not in one]
    options = header.get("tool", {}).get("uv", {})
    newer = f"ToolUVConfig(exclude_newer={options.get('exclude-newer')!r})"
    tool = f"{{'uv': {newer}}}" if options else None
    fields = (
        f"requires_python={header.get('requires-python')!r}, "
        f"dependencies={packages!r}, pyprojects={_folders(header)!r}, tool={tool}"
    )
    return f"(UVScriptMetadata({fields}),)"


def _folders(header: dict[str, Any]) -> list[str]:
    dependencies: list[str] = header["dependencies"]
    return [one.rpartition(_FOLDER)[2] for one in dependencies if _FOLDER in one]


def _header(script: Path) -> dict[str, Any]:
    found = _HEADER.search(script.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{script} has no header: no block '# /// script'")
    # A comment has its sign and one space.
    lines = [line[1:].removeprefix(" ") for line in found.group(1).splitlines()]
    try:
        header = tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"the header of {script} is no TOML: {error}") from error
    header.setdefault("dependencies", [])
    _check_dependencies(header["dependencies"], script)
    return header


def _check_dependencies(dependencies: object, script: Path) -> None:
    texts = isinstance(dependencies, list) and all(
        isinstance(one, str) for one in cast("list[object]", dependencies)
    )
    if not texts:
        raise ValueError(f"the dependencies of {script} are no list of texts")
