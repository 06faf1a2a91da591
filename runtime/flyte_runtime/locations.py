"""Where in the user's code an object is kept: the module and the variable to import it by.

Knows `sys.modules` and paths. It must not know what kind of object is sought, and it imports nothing itself.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from pathlib import Path
from types import ModuleType


def find_variable(sought: object, root: Path, made_in: str = "") -> str | None:
    """Return "package.module:variable" for a module below a folder that holds the object; None without one.

    The module is named by its path below the folder, because that is where its code is unpacked. Of several modules,
    the one in the file ``made_in`` comes first: the others merely import from it.
    """
    found = {
        module.__file__: f"{name}:{variable}"
        for name, module in _modules_below(*_state(root))
        if (variable := _variable_of(module, sought)) is not None
    }
    return found.get(made_in) or next(iter(found.values()), None)


def _state(root: Path) -> tuple[str, int, str]:
    # Two of these are equal only if no module was imported in between.
    return str(root), len(sys.modules), next(reversed(sys.modules))


@lru_cache(maxsize=1)
def _modules_below(
    root: str,
    count: int,
    newest: str,
) -> list[tuple[str, ModuleType]]:
    # As it is written, and where links lead: modules may have been imported by either path.
    folders = {str(Path(root).absolute()), str(Path(root).resolve())}
    found: list[tuple[str, ModuleType]] = []
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str):
            name = _name_below(folders, file)
            if name is not None:
                found.append((name, module))
    return found


def _name_below(folders: set[str], file: str) -> str | None:
    for folder in folders:
        if file.startswith(folder + os.sep):
            parts = Path(file).relative_to(folder).with_suffix("").parts
            if parts[-1] == "__init__":
                parts = parts[:-1]
            # A folder such as .venv below the root is no package.
            if parts and all(part.isidentifier() for part in parts):
                return ".".join(parts)
    return None


def _variable_of(module: ModuleType, sought: object) -> str | None:
    for name, value in list(vars(module).items()):
        if value is sought:
            return name
    return None
