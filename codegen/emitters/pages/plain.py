"""Reference pages in the plain style: correct Python in every fence, every default, unique anchors, no dead link.

Knows which pages a module has and what its own page shows. It must not know how a class is shown
(plain_classes.py), how a single fact is written (plain_tables.py) or where others stand (plain_links.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from codegen.emitters.pages import docstrings, markdown
from codegen.emitters.pages import plain_tables as tables
from codegen.emitters.pages.parts import Member, class_group
from codegen.emitters.pages.plain_classes import class_page
from codegen.emitters.pages.plain_entries import entry, function_entry, page
from codegen.emitters.pages.plain_links import MODULE_PAGE, site
from codegen.emitters.pages.plain_tables import Writer
from codegen.model import Module, TypeAlias
from codegen.package import Package

# The groups of a module's classes, and how one of each is called.
_GROUPS = {
    "Classes": "Class",
    "Protocols": "Protocol",
    "Enumerations": "Enumeration",
    "Exceptions": "Exception",
    "Supporting classes": "Class",
}
_KINDS = {
    "type-variable": "type variable",
    "param-spec": "parameter specification",
    "type-variable-tuple": "type variable tuple",
}


def emit(
    module_name: str, module: Module, package: Package, linked: frozenset[str]
) -> dict[str, str]:
    """Return a module's pages: its own and one for each class; ``linked`` are the modules links may lead to."""
    writer = Writer(site(package, linked), module_name)
    texts = {f"{module_name}/{MODULE_PAGE}": _module_page(writer, module)}
    for name, file in writer.site.files(module_name).items():
        cls = module.classes[name]
        texts[f"{module_name}/{file}.md"] = class_page(writer, module, name, cls)
    return texts


def _module_page(writer: Writer, module: Module) -> str:
    title = module.page.title or writer.module
    anchors, shown = writer.site.module_anchors(writer.module)
    claimed = anchors.copy()
    doc = docstrings.parse(module.doc).text
    directory = entry(
        opening=[writer.text(writer.module, doc)],
        tables=list(_directory(writer, module, shown)),
    )
    functions = [
        function_entry(
            writer,
            name,
            Member(writer.module, "", function),
            heading=f"### {markdown.heading(f'{writer.module}.{name}()')}",
            anchor=shown[name],
            below="",
            claimed=claimed,
            owner=None,
        )
        for name, function in module.functions.items()
        if name in shown
    ]
    return page(module, title, doc, [directory, *functions])


def _directory(
    writer: Writer, module: Module, shown: dict[str, str]
) -> Iterator[list[str]]:
    """What a module holds, in tables; functions come last, because their entries follow."""
    groups: dict[str, list[tuple[str, str]]] = {group: [] for group in _GROUPS}
    for name, file in writer.site.files(writer.module).items():
        cls = module.classes[name]
        row = tables.summary_row(writer, writer.module, f"[`{name}`]({file}.md)", cls)
        groups[class_group(writer.site.package, writer.module, cls)].append(row)
    for group, rows in groups.items():
        yield tables.summary_table(f"## {group}", _GROUPS[group], rows)
    for title, exported in (("Type aliases", True), ("Supporting types", False)):
        aliases = {
            name: alias
            for name, alias in module.type_aliases.items()
            if name in shown and alias.exported is exported
        }
        yield _aliases(writer, f"## {title}", aliases, shown)
    yield tables.table(
        "## Variables",
        ("Name", "Type", "Value", "Description"),
        [
            (
                _label(name, shown),
                writer.type_cell(writer.module, variable.type),
                writer.value_cell(writer.module, variable.value),
                tables.described(writer, writer.module, variable),
            )
            for name, variable in module.variables.items()
            if name in shown
        ],
    )
    yield _type_variables(writer, module, shown)
    yield _exports(writer, module)
    functions = [
        tables.summary_row(
            writer, writer.module, f"[`{name}()`](#{shown[name]})", function
        )
        for name, function in module.functions.items()
        if name in shown
    ]
    yield tables.summary_table("## Functions", "Function", functions)


def _aliases(
    writer: Writer, title: str, aliases: dict[str, TypeAlias], shown: dict[str, str]
) -> list[str]:
    rows = [
        (
            _label(name, shown),
            writer.type_cell(writer.module, alias.type),
            tables.described(writer, writer.module, alias),
        )
        for name, alias in aliases.items()
    ]
    return tables.table(title, ("Name", "Type", "Description"), rows)


def _label(name: str, shown: dict[str, str]) -> str:
    return f'<a id="{shown[name]}"></a>`{name}`'


def _type_variables(writer: Writer, module: Module, shown: dict[str, str]) -> list[str]:
    rows: list[tuple[str, ...]] = []
    for name, variable in module.type_variables.items():
        if name in shown:
            bounds = (variable.bound,) if variable.bound else variable.constraints
            types = [writer.type_cell(writer.module, bound) for bound in bounds]
            kind = _KINDS[variable.kind]
            if variable.variance != "invariant":
                kind = f"{variable.variance} {kind}"
            rows.append((_label(name, shown), kind, " or ".join(types) or "any"))
    return tables.table("## Type variables", ("Name", "Kind", "Stands for"), rows)


def _exports(writer: Writer, module: Module) -> list[str]:
    """Names that users may import from this module although another one documents them."""
    rows: list[tuple[str, ...]] = []
    for path in module.exports:
        name = path.rpartition(".")[2]
        href = writer.scope(writer.module).href(path, writer.module)
        label = f"`{name}`" if href is None else f"[`{name}`]({href})"
        rows.append((label, f"`{path}`"))
    return tables.table("## Re-exports", ("Name", "Documented as"), rows)
