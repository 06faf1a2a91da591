"""What the name of a side means: which texts are compared.

Knows the forms a name can have, and which is tried first. It must not know how texts are found or read.
"""

from __future__ import annotations

from pathlib import Path

from codegen.sides import git, specs
from codegen.sides.texts import Found, SideError, SourceTexts
from codegen.workspace import CONFIG_NAMES

_INSTALLED = "installed:"


def found(name: str | None) -> Found:
    """The texts behind a name; those of the project here without one.

    Raises SideError when there is nothing of that name, SettingsError when its settings cannot be used.
    """
    if name is None:
        return specs.here()
    if name.startswith("git:"):
        return git.of_revision(name)
    if name.startswith("pypi:"):
        from codegen.sides import published

        return published.modules(name, *published.archive(name))
    if name.startswith(_INSTALLED):
        if name == _INSTALLED:
            raise SideError(f"'{_INSTALLED}' names no package")
        return _installed(name.removeprefix(_INSTALLED))
    path = Path(name)
    if path.is_file():
        return _file(name, path)
    if path.is_dir():
        return _folder(path)
    if name.isidentifier():
        return _installed(name)
    hint = "a side is also git:REV, pypi:NAME==VERSION or installed:NAME"
    raise SideError(f"'{name}' is no folder and no file; {hint}")


def _file(name: str, path: Path) -> Found:
    if path.name in CONFIG_NAMES:
        return specs.of_project(path)
    if path.suffix in (".py", ".pyi"):
        return _source(path)
    raise SideError(f"'{name}' is neither settings nor Python source")


def _folder(path: Path) -> Found:
    config = specs.config_in(path.absolute())
    if config is not None:
        return specs.of_project(config)
    if any(path.glob("*.yaml")) or any(path.glob("*.yml")):
        return specs.of_folder(path, path.as_posix())
    return _source(path)


def _source(path: Path) -> SourceTexts:
    from codegen.sides import python

    return python.of_path(path)


def _installed(name: str) -> SourceTexts:
    from codegen.sides import python

    return python.of_installed(name)
