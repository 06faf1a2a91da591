"""Python source as a side: a file, a folder, or what is installed, as texts of modules.

Knows which files of a tree are modules. Nothing is imported or run.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from codegen.diagnostics import Diagnostic
from codegen.importing import ImportError_
from codegen.importing_source import find, read_texts
from codegen.readers.source.packages import Text
from codegen.sides.texts import SideError, SourceTexts


def of_path(path: Path) -> SourceTexts:
    """The modules of a file or a package folder; raises SideError when there are none."""
    folders = [path]
    if path.is_dir() and not any(
        (path / f"__init__.{end}").is_file() for end in ("py", "pyi")
    ):
        packages = sorted(init.parent for init in path.glob("*/__init__.py*"))
        folders = packages or folders
    roots: dict[str, list[Text]] = {}
    problems: list[Diagnostic] = []
    for folder in folders:
        try:
            tree = find(str(folder), ())
        except ImportError_ as error:
            if path.is_dir():
                message = (
                    f"'{path}' holds neither specs nor Python that can be imported"
                )
                raise SideError(message) from None
            raise SideError(str(error)) from None
        roots[tree.root], found = read_texts(tree)
        problems += found
    return SourceTexts(roots, None, tuple(problems))


def of_installed(name: str) -> SourceTexts:
    """The modules of a package that is installed beside this command; raises SideError when it is not."""
    from importlib.metadata import packages_distributions, version

    try:
        tree = find(name.replace("-", "_"), [*_places()])
    except ImportError_:
        message = (
            f"'{name}' is no folder, no file and no package that is installed here"
        )
        raise SideError(message) from None
    texts, problems = read_texts(tree)
    owners = packages_distributions().get(tree.root, [])
    installed = version(owners[0]) if owners else None
    return SourceTexts({tree.root: texts}, installed, tuple(problems))


def _places() -> list[Path]:
    import sysconfig

    paths = sysconfig.get_paths()
    return [Path(path) for path in dict.fromkeys((paths["purelib"], paths["platlib"]))]


def from_files(contents: Mapping[str, str], shown: str) -> dict[str, list[Text]]:
    """The modules among files, by top-level package: what ``import`` finds where they stand beside each other."""
    chosen: dict[str, tuple[str, str]] = {}
    for path, text in sorted(contents.items()):
        name = _module_name(path)
        # A stub beside a module says what type checkers see of it.
        if name and (path.endswith(".pyi") or name not in chosen):
            chosen[name] = (path, text)
    roots: dict[str, list[Text]] = {}
    for name, (path, text) in sorted(chosen.items()):
        found = Text(name, f"{shown}/{path}", text.removeprefix("\ufeff"))
        roots.setdefault(name.partition(".")[0], []).append(found)
    return roots


def _module_name(path: str) -> str:
    """The dotted name of a file; empty when no import statement can say it."""
    pure = PurePosixPath(path)
    if pure.suffix not in (".py", ".pyi"):
        return ""
    parts = [*pure.parent.parts, pure.stem]
    parts[0] = parts[0].removesuffix("-stubs")
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts) if parts and all(map(str.isidentifier, parts)) else ""
