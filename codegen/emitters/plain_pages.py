"""Reference pages in the plain style: correct Python in every fence, every default, unique anchors, no dead link.

Knows which pages a module has and what its own page shows. It must not know how a class is shown
(plain_classes.py), how a single fact is written (plain_tables.py) or where others stand (plain_links.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from codegen.emitters import docstrings, markdown
from codegen.emitters import plain_tables as tables
from codegen.emitters.page_parts import Member, is_exception, is_public
from codegen.emitters.plain_classes import class_page
from codegen.emitters.plain_entries import entry, function_entry, page
from codegen.emitters.plain_links import MODULE_PAGE, site
from codegen.emitters.plain_tables import Writer
from codegen.model import Class, Module
from codegen.package import Package

# The groups of a module's classes, and how one of each is called.
_KINDS = {
    "Classes": "Class",
    "Protocols": "Protocol",
    "Enumerations": "Enumeration",
    "Exceptions": "Exception",
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
    doc = docstrings.parse(module.doc).text
    tables = [table for table in _module_tables(writer, module, shown) if table]
    entries = [entry(closing=[writer.text(writer.module, doc)] if doc.strip() else [], tables=tables)]
    claimed = anchors.copy()
    for name, function in module.functions.items():
        if is_public(name):
            entries.append(
                function_entry(
                    writer,
                    name,
                    Member(writer.module, "", function),
                    heading=f"### {markdown.heading(f'{writer.module}.{name}()')}",
                    anchor=shown[name],
                    prefix="",
                    claimed=claimed,
                    owner=None,
                )
            )
    return page(module, title, doc, entries)


def _module_tables(
    writer: Writer, module: Module, shown: dict[str, str]
) -> Iterator[list[str]]:
    files = writer.site.files(writer.module)
    groups: dict[str, list[str]] = {kind: [] for kind in _KINDS}
    for name, file in files.items():
        cls = module.classes[name]
        row = tables.summary_row(writer, writer.module, f"[`{name}`]({file}.md)", cls)
        groups[_kind(writer, cls)].append(row)
    for kind, rows in groups.items():
        yield tables.summary_table(f"## {kind}", kind.removesuffix("s"), rows)
    functions = [
        tables.summary_row(writer, writer.module, f"[`{name}()`](#{shown[name]})", function)
        for name, function in module.functions.items()
        if is_public(name)
    ]
    yield _alias_table(writer, module, shown)
    yield _variable_table(writer, module, shown)
    yield _type_variable_table(writer, module, shown)
    yield _export_table(writer, module)
    yield tables.summary_table("## Functions", "Function", functions)


def _kind(writer: Writer, cls: Class) -> str:
    if cls.kind == "protocol":
        return "Protocols"
    if cls.kind == "enum":
        return "Enumerations"
    if is_exception(writer.site.package, writer.module, cls):
        return "Exceptions"
    return "Classes"
