"""The link map: where the pages of a package say something of each of its names, as JSON for other tools.

Knows where each style puts modules, classes and members. It must not know how a page looks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from codegen.emitters.pages import plain_links
from codegen.emitters.pages.legacy_links import anchor
from codegen.emitters.pages.parts import (
    exported_classes,
    exported_functions,
    members,
)
from codegen.model import Module
from codegen.package import Package
from codegen.placement import class_pages, is_flat, is_shown, module_file


def emit(package: Package) -> str:
    """Return the map from each dotted name to the page about it, relative to the folder of pages, and its anchor."""
    plain = plain_links.site(
        package,
        frozenset(
            name
            for name, module in package.modules.items()
            if module.page.style == "plain"
        ),
    )
    found: dict[str, str] = {}
    for name, module in package.modules.items():
        if module.page.style == "plain":
            found |= _plain(name, package, plain)
        else:
            found |= _legacy(name, module, package)
    return json.dumps(dict(sorted(found.items())), indent=1, ensure_ascii=False) + "\n"


def _url(file: str, fragment: str = "") -> str:
    """The address of a page: its file without suffix, and the folder for the page of a folder."""
    page = file.removesuffix(".md")
    for index in ("_index", plain_links.MODULE_PAGE.removesuffix(".md")):
        if page == index or page.endswith(f"/{index}"):
            page = page.removesuffix(index).rstrip("/")
    return f"{page}#{fragment}" if fragment else page


def _legacy(name: str, module: Module, package: Package) -> dict[str, str]:
    shown = module.page.documents or name
    own = module_file(name, module)
    found: dict[str, str] = {}
    if module.page.written:
        found[shown] = _url(own)
        for key in exported_functions(module):
            found[f"{shown}.{key}"] = _url(own, anchor(key))
        for key, variable in module.variables.items():
            if variable.exported and is_shown(key, variable.documented):
                found[f"{shown}.{key}"] = _url(own, "variables")
    if is_flat(module.page):
        return found | dict(_on_flat_page(shown, name, module, package))
    for key, file in class_pages(name, module).items():
        cls = module.classes[key]
        if cls.page.written:
            found[f"{shown}.{key}"] = _url(file)
            shows = members(package, name, key, cls)
            for member in shows.methods:
                found[f"{shown}.{key}.{member}"] = _url(file, anchor(member))
            for member in shows.properties:
                found[f"{shown}.{key}.{member}"] = _url(file, "properties")
    return found


def _on_flat_page(
    shown: str, name: str, module: Module, package: Package
) -> Iterator[tuple[str, str]]:
    """The classes of a flat page; headings of methods are shared, so that members go by their class."""
    file = module_file(name, module)
    for key, cls in exported_classes(module).items():
        place = _url(file, anchor(f"{shown}.{key}"))
        yield f"{shown}.{key}", place
        shows = members(package, name, key, cls)
        for member in (*shows.methods, *shows.properties):
            yield f"{shown}.{key}.{member}", place


def _plain(name: str, package: Package, site: plain_links.Site) -> dict[str, str]:
    found = {name: _url(f"{name}/{plain_links.MODULE_PAGE}")}
    places = {
        symbol.public_path: site.place(symbol)
        for symbol in package.symbols.values()
        if symbol.module == name
    }
    for key, cls in exported_classes(package.modules[name]).items():
        for table in members(package, name, key, cls, dunder=True):
            for member in table:
                place = site.member_place(name, key, member)
                places[f"{name}.{key}.{member}"] = place
    for path, place in places.items():
        if place is not None:
            page, _, fragment = place.partition("#")
            found[path] = _url(page, fragment)
    return found
