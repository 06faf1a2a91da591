"""The pages of one module: its own and one for each class, as HTML and as Markdown, with what indexes say of them.

Knows what a page of the API consists of. It must not know how a part of it is prepared.
"""

from __future__ import annotations

from typing import NamedTuple

from codegen.emitters import pages
from codegen.emitters.pages import docstrings
from codegen.package import Package
from codegen.shapes import shape
from codegen.site import class_views, facts, module_views, places
from codegen.site.facts import Fact
from codegen.site.frames import Framer, Item
from codegen.site.module_views import ModuleShown
from codegen.site.names import href
from codegen.site.views import Entry, Makers, Shown


class ApiPage(NamedTuple):
    """One page: its path, its HTML, its title, the first sentence about it, and everything with a name on it."""

    path: str
    html: str
    title: str
    summary: str
    facts: list[Fact]


def warm() -> None:
    """Compile the templates of these pages, so that processes started after this have them."""
    for name in ("class.html", "module.html", "nav.html"):
        shape(name)


def module_pages(
    package: Package, makers: Makers, framer: Framer, module_name: str
) -> list[ApiPage]:
    """Make the pages of a module, its own first."""
    module = package.modules[module_name]
    files = makers.rows.names.places.plain.files(module_name)
    classes = [
        (name, f"{places.API}/{module_name}/{files[name]}.html") for name in files
    ]
    shown = module_views.show(package, makers, module_name)
    found = [_module_page(framer, shown, classes)]
    for name, page in classes:
        cls = module.classes[name]
        home = module_name if cls.exported else cls.defined_in or module_name
        it = class_views.show(package, makers, module_name, name)
        found.append(_class_page(framer, it, module_name, home, page, classes))
    return found


def markdown_pages(package: Package, module_name: str) -> dict[str, str]:
    """The same pages as Markdown."""
    module = package.modules[module_name]
    written = pages.emit_plain(module_name, module, package)
    return {f"{places.API}/{path}": text for path, text in written.items()}


def _module_page(
    framer: Framer, it: ModuleShown, classes: list[tuple[str, str]]
) -> ApiPage:
    page = places.module_page(it.name)
    summary = docstrings.summary(it.doc) if it.doc else ""
    contents = [Item(group.title, group.anchor) for group in it.groups]
    if it.exports:
        contents.append(Item("Re-exports", "re-exports"))
    if it.functions:
        contents.append(Item("Functions", "functions", _listed(it.functions)))
    frame = framer.frame(
        page,
        it.title,
        description=summary,
        markdown="index.md",
        module=it.name,
        classes=classes,
        contents=contents,
        crumbs=[_home(framer), Item(it.title, "")],
    )
    html = shape("module.html").render(frame=frame, it=it, api=href)
    return ApiPage(page, html, it.title, summary, list(facts.of_module(it)))


def _class_page(
    framer: Framer,
    it: Shown,
    module_name: str,
    home: str,
    page: str,
    classes: list[tuple[str, str]],
) -> ApiPage:
    summary = docstrings.summary(it.doc) if it.doc else ""
    frame = framer.frame(
        page,
        f"{it.name} · {module_name}",
        description=summary,
        markdown=places.markdown(page).rpartition("/")[2],
        module=module_name,
        classes=classes,
        contents=_contents(it),
        crumbs=[_home(framer), Item(module_name, "index.html"), Item(it.name, "")],
    )
    html = shape("class.html").render(
        frame=frame, it=it, api=href, statement=f"from {home} import {it.name}"
    )
    path = f"{module_name}.{it.name}"
    return ApiPage(page, html, it.name, summary, list(facts.of_class(path, it)))


def _home(framer: Framer) -> Item:
    return Item(framer.outline.title, "../../index.html")


def _contents(it: Shown) -> list[Item]:
    """What a class's page holds; parameters are too many to be listed."""
    found: list[Item] = []
    if it.parameters:
        found.append(Item(it.fields, "parameters"))
    if it.raises:
        found.append(Item("Raises", "raises"))
    for title, anchor, rows in (
        (it.members, "attributes", it.attributes),
        ("Properties", "properties", it.properties),
    ):
        if rows:
            inner = [Item(row.name, row.anchor) for row in rows]
            found.append(Item(title, anchor, inner))
    if it.methods:
        found.append(Item("Methods", "methods", _listed(it.methods)))
    if it.ancestors:
        found.append(Item("Inherited", "site:inherited"))
    if it.nested:
        inner = [Item(nested.name, nested.anchor) for nested in it.nested]
        found.append(Item("Nested classes", "nested-classes", inner))
    return found


def _listed(entries: list[Entry]) -> list[Item]:
    return [Item(entry.name, entry.anchor) for entry in entries]
