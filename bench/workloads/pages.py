"""Reads 300 reference pages into a project and writes them back, and prints the processor time that took.

The pages are those of the built-in subject, in each published style and in as many versions as it takes. Everything is
imported, and the pages are made, before the clock starts; processes that are started count.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

import msgspec

from codegen.emitters import pages
from codegen.importing_pages import import_pages
from codegen.incremental import generate
from codegen.model import Module, PageStyle
from codegen.package import Package
from codegen.readers import yaml
from codegen.workspace import Workspace

SPECS = Path(__file__).resolve().parents[2] / "specs"
STYLES: tuple[PageStyle, ...] = ("2.0.0b31", "2.0.0b43", "2.0.0b44", "2.6")


def specs() -> dict[str, Module]:
    """The specs of the built-in subject."""
    found: dict[str, Module] = {}
    for path in sorted(SPECS.glob("*.yaml")):
        module, _ = yaml.read(yaml.Document(path.name, path.read_text("utf-8")))
        assert module is not None
        found[module.module] = module
    return found


def texts() -> Iterator[tuple[str, str]]:
    """Pages without end, a folder for each version and style."""
    modules = specs()
    for version, style in ((n, style) for n in count(1) for style in STYLES):
        place = f"{version}-{style}"
        styled = {
            name: styled_as(module, style, place) for name, module in modules.items()
        }
        package = Package(styled)
        for name, module in styled.items():
            for path, text in pages.emit(name, module, package).items():
                yield f"{place}/{path}", text


def styled_as(module: Module, style: PageStyle, version: str) -> Module:
    """A module whose pages have a style."""
    page = msgspec.structs.replace(module.page, style=style, version=version)
    return msgspec.structs.replace(module, overviews={}, page=page)


def write_pages(folder: Path, number: int) -> None:
    """Write so many pages."""
    for path, text in islice(texts(), number):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def processor_time() -> float:
    """Seconds that this process and those it started have computed."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def main(number: int) -> None:
    """Read and write pages; fail if one does not come out as it was."""
    with tempfile.TemporaryDirectory() as root:
        folder, project, out = (Path(root, name) for name in ("in", "project", "out"))
        write_pages(folder, number)
        start = processor_time()
        import_pages([folder], project, strict=False)
        generate(Workspace(project / "codegen.toml", out), ["pages"])
        took = processor_time() - start
        for path in folder.rglob("*.md"):
            again = out / "docs" / path.relative_to(folder)
            if again.read_bytes() != path.read_bytes():
                raise AssertionError(f"{path.relative_to(folder)} came out changed")
        print(took)


if __name__ == "__main__":
    main(int(sys.argv[1]))
