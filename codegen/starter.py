"""``codegen init``: a small project of another name that generates, checks and type-checks at once.

Knows what a newcomer needs to see first. The texts are real specs and cores, kept as files under ``templates/starter``;
it must not know how anything is generated.
"""

from __future__ import annotations

import keyword
import os
import re
from importlib import resources
from pathlib import Path

from codegen import files


class InitError(Exception):
    """The folder or name a project was asked for cannot be used."""


def init(folder: Path, name: str | None) -> list[str]:
    """Write the project and return the paths written, relative to the folder.

    Raises InitError when the name is no identifier or a file would be overwritten, WriteError when the disk refuses.
    """
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise InitError(f"'{folder}' is a file; name a folder to make the project in")
    package = name or re.sub(r"\W+", "_", folder.resolve().name).strip("_").lower()
    if not package.isidentifier() or keyword.iskeyword(package):
        raise InitError(
            f"'{package}' cannot be imported as a package; choose one with --name"
        )
    texts = {
        path.replace("__name__", package): text.replace("__name__", package)
        for path, text in _templates().items()
    }
    with files.making(folder):
        taken = sorted(path for path in texts if os.path.exists(folder / path))
        if taken:
            raise InitError(f"'{folder / taken[0]}' exists; nothing was written")
        files.write_tree(folder, {path: text.encode() for path, text in texts.items()})
    return sorted(texts)


def _templates() -> dict[str, str]:
    root = resources.files("codegen") / "templates" / "starter"
    found: dict[str, str] = {}
    pending = [("", root)]
    while pending:
        prefix, place = pending.pop()
        for entry in place.iterdir():
            path = f"{prefix}{entry.name}"
            if entry.is_dir():
                pending.append((f"{path}/", entry))
            elif not path.endswith(".pyc"):
                found[path.removesuffix(".txt")] = entry.read_text(encoding="utf-8")
    return found
