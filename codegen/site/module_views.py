"""A module as its page shows it: what it holds, in groups, and its functions in full.

Knows which facts of a module are shown, in which order and at which anchors. It must not know how they look.
"""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup

from codegen.emitters.pages import docstrings
from codegen.emitters.pages.parts import Member, class_group
from codegen.model import Module, TypeAlias, Variable
from codegen.package import Package
from codegen.site.class_views import class_kind
from codegen.site.names import href
from codegen.site.rows import Row
from codegen.site.sources import Place
from codegen.site.views import Entry, Makers

_KINDS = {
    "type-variable": "type variable",
    "param-spec": "parameter specification",
    "type-variable-tuple": "type variable tuple",
}
_GROUPS = ("Classes", "Protocols", "Enumerations", "Exceptions", "Supporting classes")


class Listed(NamedTuple):
    """A class in a list: its page, its name, what it is, and the first sentence of its text."""

    name: str
    file: str
    kind: str
    badges: Markup
    summary: Markup


class Group(NamedTuple):
    """A list of rows or classes below a title."""

    title: str
    anchor: str
    items: list[Listed]
    rows: list[Row]
    role: str = ""


class Export(NamedTuple):
    """A name that may be imported from a module although another one documents it."""

    name: str
    path: str
    href: str


class ModuleShown(NamedTuple):
    """A module's own page."""

    name: str
    title: str
    text: Markup
    groups: list[Group]
    exports: list[Export]
    functions: list[Entry]
    at: Place | None
    doc: str


def show(package: Package, makers: Makers, module_name: str) -> ModuleShown:
    """Prepare the page of a module."""
    module = package.modules[module_name]
    plain = makers.rows.names.places.plain
    anchors, shown = plain.module_anchors(module_name)
    claimed = anchors.copy()
    doc = docstrings.parse(module.doc).text
    functions = [
        makers.function(
            name,
            Member(module_name, "", function),
            anchor=shown[name],
            below="",
            claimed=claimed,
            owner=None,
            inherited=Markup(""),
            keys=("functions", name),
        )
        for name, function in module.functions.items()
        if name in shown
    ]
    return ModuleShown(
        module_name,
        module.page.title or module_name,
        makers.texts.block(module_name, doc),
        [
            group
            for group in (
                *_classes(package, makers, module_name),
                *_definitions(makers, module_name, module, shown),
            )
            if group.items or group.rows
        ],
        _exports(makers, module_name, module),
        functions,
        makers.sources.spec(module_name),
        doc,
    )


def listed(package: Package, makers: Makers, module_name: str) -> dict[str, Listed]:
    """The classes of a module that have pages, by name, in documented order."""
    module = package.modules[module_name]
    files = makers.rows.names.places.plain.files(module_name)
    found: dict[str, Listed] = {}
    for name, file in files.items():
        cls = module.classes[name]
        found[name] = Listed(
            name,
            f"{file}.html",
            class_kind(package, module_name, cls),
            makers.rows.badges(module_name, cls),
            makers.texts.summary(module_name, cls.doc),
        )
    return found


def _classes(package: Package, makers: Makers, module_name: str) -> list[Group]:
    groups: dict[str, list[Listed]] = {title: [] for title in _GROUPS}
    classes = package.modules[module_name].classes
    for name, item in listed(package, makers, module_name).items():
        groups[class_group(package, module_name, classes[name])].append(item)
    return [
        Group(title, title.lower().replace(" ", "-"), items, [])
        for title, items in groups.items()
    ]


def _definitions(
    makers: Makers, module_name: str, module: Module, shown: dict[str, str]
) -> list[Group]:
    """Aliases, variables and type variables."""
    aliases: dict[bool, list[Row]] = {True: [], False: []}
    for name, alias in module.type_aliases.items():
        if name in shown:
            row = _row(makers, module_name, name, shown[name], alias)
            aliases[alias.exported].append(row)
    variables = [
        _row(makers, module_name, name, shown[name], variable)
        for name, variable in module.variables.items()
        if name in shown
    ]
    others = _type_variables(makers, module_name, module, shown)
    return [
        Group("Type aliases", "type-aliases", [], aliases[True], "type"),
        Group("Supporting types", "supporting-types", [], aliases[False], "type"),
        Group("Variables", "variables", [], variables, "data"),
        Group("Type variables", "type-variables", [], others, "data"),
    ]


def _row(
    makers: Makers, module_name: str, name: str, anchor: str, it: TypeAlias | Variable
) -> Row:
    """A line about a type alias or a variable."""
    rows = makers.rows
    value = it.value if isinstance(it, Variable) else None
    shown = "" if value is None else rows.names.value(module_name, value).html
    return Row(
        anchor,
        name,
        rows.type(module_name, it.type),
        Markup(shown),
        False,
        rows.badges(module_name, it),
        makers.texts.block(module_name, it.doc),
        f"{rows.spelled(module_name, it.type)} {it.doc}",
    )


def _type_variables(
    makers: Makers, module_name: str, module: Module, shown: dict[str, str]
) -> list[Row]:
    found: list[Row] = []
    for name, variable in module.type_variables.items():
        if name not in shown:
            continue
        bounds = (variable.bound,) if variable.bound else variable.constraints
        types = [makers.rows.type(module_name, bound) for bound in bounds]
        kind = _KINDS[variable.kind]
        if variable.variance != "invariant":
            kind = f"{variable.variance} {kind}"
        found.append(
            Row(
                shown[name],
                name,
                Markup(" or ").join(types),
                Markup(""),
                False,
                Markup(f'<span class="badge quiet">{kind}</span>'),
                Markup(""),
                kind,
            )
        )
    return found


def _exports(makers: Makers, module_name: str, module: Module) -> list[Export]:
    names = makers.rows.names
    found: list[Export] = []
    for path in module.exports:
        place = names.documented(module_name, path)
        name = path.rpartition(".")[2]
        found.append(Export(name, path, "" if place is None else href(place)))
    return found
