"""The page of a class in the plain style, with the classes inside it.

Knows which facts of a class are shown, in which order. It must not know how a single fact is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from codegen.emitters.pages import docstrings, markdown
from codegen.emitters.pages import plain_tables as tables
from codegen.emitters.pages.docstrings import Docstring
from codegen.emitters.pages.parts import Field, Members, constructor, is_public, members
from codegen.emitters.pages.plain_code import class_declaration
from codegen.emitters.pages.plain_entries import (
    claim,
    entry,
    function_entry,
    page,
    titled_notes,
    without_sections,
)
from codegen.emitters.pages.plain_links import MODULE_PAGE, Anchors, ClassAnchors
from codegen.emitters.pages.plain_tables import Writer
from codegen.model import Class, Module


class _Shown(NamedTuple):
    """A class, what it shows, and its dotted name below the class whose page it is on, with a dot behind."""

    name: str
    cls: Class
    below: str
    fields: dict[str, Field] | None
    found: Members
    doc: Docstring

    def titled(self, title: str) -> str:
        """The title of a section. Inside a nested class it is no heading, so that headings stay unique."""
        return f"**{title}**" if self.below else f"## {title}"


def class_page(writer: Writer, module: Module, name: str, cls: Class) -> str:
    """Write the page of a top-level class."""
    anchors = writer.site.class_anchors(writer.module, name)
    whole = _ClassPage(writer, anchors, anchors.page.copy())
    shown = whole.shown(name, cls, "")
    return page(module, name, shown.doc.text, list(whole.entries(shown)))


class _ClassPage(NamedTuple):
    """One page: what writes it, the anchors others link to, and those claimed while it is written."""

    writer: Writer
    anchors: ClassAnchors
    claimed: Anchors

    def shown(self, name: str, cls: Class, below: str) -> _Shown:
        """Collect what a class shows."""
        package, module_name = self.writer.site.package, self.writer.module
        fields = constructor(package, module_name, cls)
        found = members(package, module_name, name, cls, dunder=True)
        known = frozenset([*(fields or ()), *found.attributes])
        doc = docstrings.parse(cls.doc, known)
        if fields:
            fields, doc = without_sections(fields, doc)
        return _Shown(name, cls, below, fields, found, doc)

    def entries(self, shown: _Shown) -> Iterator[str]:
        """A class with its methods and the classes inside it."""
        yield self._class_entry(shown)
        marks = "####" if shown.below else "###"
        for name, method in shown.found.methods.items():
            yield function_entry(
                self.writer,
                name,
                method,
                heading=f"{marks} {markdown.heading(f'{shown.name}.{name}()')}",
                anchor=self.anchors.members[shown.below + name],
                below=shown.below,
                claimed=self.claimed,
                owner=shown.name,
            )
        for name, inner in shown.cls.classes.items():
            if is_public(name):
                below = f"{shown.below}{name}."
                yield from self.entries(
                    self.shown(f"{shown.name}.{name}", inner, below)
                )

    def _class_entry(self, shown: _Shown) -> str:
        writer, module_name = self.writer, self.writer.module
        lead: list[str] = []
        if shown.below:
            anchor = self.anchors.nested[shown.below[:-1]]
            title = markdown.heading(shown.name)
            lead = ["", f'<a id="{anchor}"></a>', "", f"### {title}"]
            if shown.cls.bases:
                lead.append("")
        text = writer.text(module_name, shown.doc.text)
        notes = [shown.cls.init_doc, titled_notes(shown.cls.notes)]
        declared = class_declaration(
            writer.site, module_name, shown.name, shown.cls, shown.fields
        )
        return entry(
            lead=lead,
            facts=self._facts(shown),
            opening=[*tables.badges(writer, module_name, shown.cls), text],
            fences=[declared],
            closing=[writer.text(module_name, note) for note in notes if note],
            tables=list(self._tables(shown)),
        )

    def _facts(self, shown: _Shown) -> list[str]:
        module_name = self.writer.module
        facts: list[str] = []
        if not shown.below:
            home = module_name
            module = f"Module: [`{module_name}`]({MODULE_PAGE})"
            if not shown.cls.exported:
                module += ", which does not export it"
                home = shown.cls.defined_in or module_name
            facts += [module, f"Import: `from {home} import {shown.name}`"]
        if shown.cls.bases:
            scope = self.writer.site.scope(module_name)
            bases = [scope.linked(base, module_name) for base in shown.cls.bases]
            facts.append(f"Bases: {', '.join(bases)}")
        return facts

    def _tables(self, shown: _Shown) -> Iterator[list[str]]:
        writer, module_name = self.writer, self.writer.module
        cls, found, doc = shown.cls, shown.found, shown.doc
        if shown.fields:
            owner = shown.below[:-1] or shown.name
            anchors = claim(self.claimed, owner, shown.fields)
            title = shown.titled("Parameters" if cls.dataclass is None else "Fields")
            yield tables.parameter_table(
                writer, title, shown.fields, doc.parameters, anchors
            )
        raises = {**doc.raises, **cls.raises}
        yield tables.raises_table(writer, shown.titled("Raises"), module_name, raises)
        here = {
            name: self.anchors.members[shown.below + name]
            for table in found
            for name in table
        }
        if found.attributes:
            yield self._attributes(shown, here)
        if found.properties:
            title = shown.titled("Properties")
            yield tables.property_table(
                writer, title, found.properties, shown.name, here
            )
        methods = [
            tables.summary_row(
                writer, method.module, f"[`{name}()`](#{here[name]})", method.definition
            )
            for name, method in found.methods.items()
        ]
        yield tables.summary_table(shown.titled("Methods"), "Method", methods)
        yield self._nested_classes(shown)

    def _attributes(self, shown: _Shown, anchors: dict[str, str]) -> list[str]:
        return tables.attribute_table(
            self.writer,
            shown.titled("Members" if shown.cls.kind == "enum" else "Attributes"),
            shown.found.attributes,
            shown.name,
            anchors,
            shown.doc.parameters,
            enumeration=shown.cls.kind == "enum",
        )

    def _nested_classes(self, shown: _Shown) -> list[str]:
        rows = [
            tables.summary_row(
                self.writer,
                self.writer.module,
                f"[`{name}`](#{self.anchors.nested[shown.below + name]})",
                inner,
            )
            for name, inner in shown.cls.classes.items()
            if is_public(name)
        ]
        return tables.summary_table(shown.titled("Nested classes"), "Class", rows)
