"""Two descriptions of one API become one: texts from its pages, facts from its source.

Knows modules and how the parts of the merge follow each other. It must not know where either side was read, or what a
single contradiction looks like to people: places are paths of keys, looked up by whoever prints them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from msgspec import structs

from codegen.merging.definitions import (
    Definitions,
    has_overviews,
    hidden,
    off_pages,
)
from codegen.merging.inherited import Inheritance
from codegen.merging.sides import Contradiction, Place, Sides
from codegen.model import Module, Page
from codegen.package import Package, definitions, imported

__all__ = ["Contradiction", "Merged", "Place", "merge"]

T = TypeVar("T")

_GROUPS = ("type_variables", "type_aliases", "variables", "classes", "functions")


class Merged(NamedTuple):
    """One spec for each module, and what the pages say otherwise than the source."""

    modules: dict[str, Module]
    contradictions: list[Contradiction]


def merge(pages: Package, sources: Package, *, whole: bool = False) -> Merged:
    """Merge the modules of pages into those of the source.

    Pages leave much unsaid, which is no contradiction; ``whole`` says that their side was written as specs, which say
    everything.
    """
    sides = Sides(pages, sources, whole)
    modules: dict[str, Module] = {}
    for name, page in pages.modules.items():
        if page.page.documents not in (None, name):
            message = (
                f"'{name}' is a second spec of '{page.page.documents}', and is left out"
            )
            sides.contradict("merge-missing", message, Place(name, ("page",)))
            continue
        modules[name] = _module(sides, name, page)
    for name, source in sources.modules.items():
        if name not in modules:
            modules[name] = source if whole else _without_pages(sides, source)
    modules = Inheritance(sides, modules).settled()
    return Merged(modules, sides.contradictions)


def _module(sides: Sides, name: str, page: Module) -> Module:
    source = sides.sources.modules.get(name)
    if source is None:
        if any(getattr(page, group) for group in _GROUPS):
            message = f"the source has no module '{name}'"
            sides.contradict("merge-missing", message, Place(name, ()))
        empty: dict[str, Any] = {group: {} for group in _GROUPS}
        return structs.replace(page, **empty, imports=(), exports=())
    merging = Definitions(sides, name)
    told = page.page.written or sides.whole
    return structs.replace(
        source,
        schema=page.schema,
        doc=page.doc if told else source.doc,
        page=page.page,
        overviews=page.overviews,
        imports=_imports(page, source),
        main=source.main or page.main,
        type_variables=_ordered(page.type_variables, source.type_variables),
        type_aliases=merging.aliases(page, source),
        variables=merging.variables(page, source),
        classes=merging.classes(page, source),
        functions=merging.functions(page, source),
    )


def _imports(page: Module, source: Module) -> tuple[str, ...]:
    """The imports of both; where one name means two things, what it means in the source."""
    bound = {imported(entry)[0] for entry in source.imports}
    bound |= {name for name, _ in definitions(source)}
    kept = (entry for entry in page.imports if imported(entry)[0] not in bound)
    return (*source.imports, *kept)


def _ordered(page: Mapping[str, T], source: Mapping[str, T]) -> dict[str, T]:
    """The elements of the source in the order of the page."""
    known = {name: source[name] for name in page if name in source}
    return known | dict(source)


def _without_pages(sides: Sides, module: Module) -> Module:
    """A module of the source that has no page: none is written, and no list of pages shows anything of it."""
    pages = [other.page for other in sides.pages.modules.values()]
    listed = has_overviews(sides)
    page = Page(
        style=pages[0].style, version=pages[0].version, written=False, listed=False
    )
    functions = module.functions
    if listed:
        functions = {name: hidden(function) for name, function in functions.items()}
    return structs.replace(
        module,
        page=page,
        classes={
            name: off_pages(name, cls, listed=listed)
            for name, cls in module.classes.items()
        },
        functions=functions,
    )
