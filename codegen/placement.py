"""In which file each page stands, below the folder of pages.

Knows file names and the settings that change them. It must not know what a page shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from codegen.model import Module, Page
from codegen.walk import Path

FLAT_STYLE = "2.0.0b31"


def is_flat(page: Page) -> bool:
    """Whether a module has one page with all its classes; in the oldest style it has, in the others not."""
    return page.style == FLAT_STYLE if page.flat is None else page.flat


def is_shown(name: str, documented: bool | None) -> bool:
    """Whether pages show something of this name, given what its spec says about that."""
    return not name.startswith("_") if documented is None else documented


def module_file(name: str, module: Module) -> str:
    """The file of a module's page, in a style of published pages."""
    page = module.page
    if page.file is not None:
        return page.file
    if is_flat(page):
        return f"{name}.md"
    return "_index.md" if page.flattened else f"{name}/_index.md"


def class_leaves(module: Module) -> dict[str, str]:
    """What links to each class end with. Numbered in documented order, so that a class keeps its page."""
    shown = (
        name
        for name, cls in module.classes.items()
        if cls.exported and is_shown(name, cls.documented)
    )
    return class_files(shown, {"_index"})


def class_pages(name: str, module: Module) -> dict[str, str]:
    """The file of each class that has a page of its own in a style of published pages, in documented order."""
    folder = module_file(name, module).rpartition("/")[0]
    prefix = f"{folder}/" if folder else ""
    return {
        key: module.classes[key].page.file or f"{prefix}{leaf}.md"
        for key, leaf in class_leaves(module).items()
    }


def page_files(name: str, module: Module) -> Iterator[tuple[str, Path]]:
    """Every file a module's pages are written to in a style of published pages, with what it is about."""
    if module.page.style == "plain":
        return
    if module.page.written:
        yield module_file(name, module), ("page",)
    if not is_flat(module.page):
        for key, file in class_pages(name, module).items():
            if module.classes[key].page.written:
                yield file, ("classes", key)
    for file in module.overviews:
        yield file, ("overviews", file)


def class_files(
    names: Iterable[str], reserved: Iterable[str] = ("index", "_index")
) -> dict[str, str]:
    """Name the page of each class: its name in lower case, numbered where two would fall together.

    File systems that ignore case would otherwise lose one of them; what is ``reserved`` belongs to the module.
    """
    taken = set(reserved)
    files: dict[str, str] = {}
    for name in names:
        files[name] = unique(name.lower(), taken)
        taken.add(files[name])
    return files


def unique(name: str, taken: set[str]) -> str:
    """Return ``name``, numbered if it is taken in any case of letters."""
    if name.lower() not in taken:
        return name
    number = 2
    while f"{name.lower()}-{number}" in taken:
        number += 1
    return f"{name}-{number}"
