"""The page of a class in the plain style, with the classes inside it.

Knows which facts of a class are shown, in which order. It must not know how a single fact is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from codegen.emitters import docstrings, markdown
from codegen.emitters import plain_tables as tables
from codegen.emitters.page_parts import Field, Members, constructor, is_public, members
from codegen.emitters.plain_code import class_declaration
from codegen.emitters.plain_entries import (
    claim,
    entry,
    function_entry,
    titled_notes,
)
from codegen.emitters.plain_links import MODULE_PAGE, Anchors, ClassAnchors
from codegen.emitters.plain_tables import Writer
from codegen.model import Class, Module


class _Level(NamedTuple):
    """How deep a class stands on its page: where its headings begin, and how its sections are titled."""

    marks: str
    title: str

    def titled(self, text: str) -> str:
        """The title of a section. Inside a nested class it is no heading, so that headings stay unique."""
        return self.title.format(text)


_TOP = _Level("###", "## {}")
_NESTED = _Level("####", "**{}**")


def _classpage(writer: Writer, module: Module, name: str, cls: Class) -> str:
    anchors = writer.site.class_anchors(writer.module, name)
    page = _ClassPage(writer, anchors, anchors.page.copy())
    doc = docstrings.parse(cls.doc).text
    return page(module, name, doc, list(page.entries(name, cls, "", _TOP)))


class _ClassPage(NamedTuple):
    """One page: what writes it, the anchors others link to, and those claimed while it is written."""

    writer: Writer
    anchors: ClassAnchors
    claimed: Anchors

    def entries(
        self, name: str, cls: Class, prefix: str, level: _Level
    ) -> Iterator[str]:
        """A class with its members and the classes inside it; ``prefix`` is its dotted name below the page's."""
        module_name = self.writer.module
        package = self.writer.site.package
        fields = constructor(package, module_name, cls)
        found = members(package, module_name, name, cls, dunder=True)
        known = frozenset([*(fields or ()), *found.attributes])
        doc = docstrings.parse(cls.doc, known)
        yield self._classentry(name, cls, prefix, level, fields, found, doc)
        for key, method in found.methods.items():
            yield function_entry(
                self.writer,
                key,
                method,
                heading=f"{level.marks} {markdown.heading(f'{name}.{key}()')}",
                anchor=self.anchors.members[prefix + key],
                prefix=prefix,
                claimed=self.claimed,
                owner=name,
            )
        for inner, nested in cls.classes.items():
            if is_public(inner):
                dotted = f"{prefix}{inner}"
                yield from self.entries(f"{name}.{inner}", nested, f"{dotted}.", _NESTED)

    def _classentry(
        self,
        name: str,
        cls: Class,
        prefix: str,
        level: _Level,
        fields: dict[str, Field] | None,
        found: Members,
        doc: docstrings.Docstring,
    ) -> str:
        writer, module_name = self.writer, self.writer.module
        lead: list[str] = []
        if prefix:
            anchor = self.anchors.nested[prefix[:-1]]
            lead = ["", f'<a id="{anchor}"></a>', "", f"### {markdown.heading(name)}", ""]
        texts = [*tables.badges(writer, module_name, cls), writer.text(module_name, doc.text)]
        notes = [cls.init_doc, titled_notes(cls.notes)]
        return entry(
            lead=lead,
            facts=self._facts(name, cls),
            opening=[text for text in texts if text],
            fences=[class_declaration(writer.site, module_name, name, cls, fields)],
            closing=[writer.text(module_name, text) for text in notes if text],
            tables=list(self._tables(name, cls, prefix, level, fields, found, doc)),
        )

    def _facts(self, name: str, cls: Class) -> list[str]:
        writer, module_name = self.writer, self.writer.module
        outer = name.partition(".")[0]
        definition = writer.site.package.modules[module_name].classes[outer]
        home = module_name if definition.exported else definition.defined_in or module_name
        facts = [f"Module: [`{module_name}`]({MODULE_PAGE})"]
        if not definition.exported:
            facts[0] += " (not exported)"
        facts.append(f"Import: `from {home} import {outer}`")
        if cls.bases:
            scope = writer.scope(module_name)
            bases = ", ".join(scope.linked(base, module_name) for base in cls.bases)
            facts.append(f"Bases: {bases}")
        return facts

    def _tables(
        self,
        name: str,
        cls: Class,
        prefix: str,
        level: _Level,
        fields: dict[str, Field] | None,
        found: Members,
        doc: docstrings.Docstring,
    ) -> Iterator[list[str]]:
        writer, module_name = self.writer, self.writer.module
        here = {key: self.anchors.members[prefix + key] for table in found for key in table}
        if fields:
            anchors = claim(self.claimed, prefix[:-1] or name, fields)
            title = "Fields" if cls.dataclass is not None else "Parameters"
            yield tables.parameter_table(
                writer, level.titled(title), fields, doc.parameters, anchors
            )
        raises = {**doc.raises, **cls.raises}
        if raises:
            yield tables.raises_table(writer, level.titled("Raises"), module_name, raises)
        if found.attributes:
            title = "Members" if cls.kind == "enum" else "Attributes"
            yield tables.member_table(
                writer, level.titled(title), cls, found.attributes, name, here, doc.parameters
            )
        if found.properties:
            yield tables.property_table(
                writer, level.titled("Properties"), found.properties, name, here
            )
        if found.methods:
            rows = [
                tables.summary_row(
                    writer, method.module, f"[`{key}()`](#{here[key]})", method.definition
                )
                for key, method in found.methods.items()
            ]
            yield tables.summary_table(level.titled("Methods"), "Method", rows)
        nested = {key: inner for key, inner in cls.classes.items() if is_public(key)}
        if nested:
            rows = [
                tables.summary_row(
                    writer,
                    module_name,
                    f"[`{key}`](#{self.anchors.nested[prefix + key]})",
                    inner,
                )
                for key, inner in nested.items()
            ]
            yield tables.summary_table(level.titled("Nested classes"), "Class", rows)


