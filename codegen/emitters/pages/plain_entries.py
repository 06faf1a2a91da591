"""The entries of plain pages: what is said of one function, method or class, and the page around entries.

Knows in which order an entry shows its facts. It must not know how a single fact is written, or what a page holds.
"""

from __future__ import annotations

from collections.abc import Sequence

from codegen.emitters.pages import docstrings, markdown
from codegen.emitters.pages import plain_tables as tables
from codegen.emitters.pages.docstrings import Docstring
from codegen.emitters.pages.parts import Field, Member
from codegen.emitters.pages.plain_code import declaration
from codegen.emitters.pages.plain_links import Anchors
from codegen.emitters.pages.plain_tables import Writer
from codegen.model import Function, Module
from codegen.shapes import shape


def page(module: Module, title: str, doc: str, entries: list[str]) -> str:
    """Write a page: front matter, heading and entries."""
    front_matter = [f"title: {markdown.yaml_string(title)}"]
    summary = docstrings.summary(markdown.clean(doc)) if doc else ""
    if summary:
        front_matter.append(f"description: {markdown.yaml_string(summary)}")
    if module.page.version:
        front_matter.append(f"version: {markdown.yaml_string(module.page.version)}")
    first, *others = entries
    return shape("page.md").render(
        title=markdown.heading(title),
        front_matter=front_matter,
        parts=[first.lstrip("\n"), *others],
    )


def entry(
    *,
    lead: Sequence[str] = (),
    facts: Sequence[str] = (),
    opening: Sequence[str] = (),
    fences: Sequence[str] = (),
    closing: Sequence[str] = (),
    tables: Sequence[list[str]] = (),
) -> str:
    """Write one entry; parts that are empty are left out."""
    return shape("plain_entry.md").render(
        lead=lead,
        facts=facts,
        opening=[text for text in opening if text],
        fences=fences,
        closing=[text for text in closing if text],
        tables=[table for table in tables if table],
    )


def titled_notes(notes: str) -> str:
    """Put a title above notes, if there are some."""
    return f"**Notes**\n\n{notes}" if notes else ""


def claim(claimed: Anchors, owner: str, fields: dict[str, Field]) -> dict[str, str]:
    """Give each parameter of a callable its anchor, such as ``clone_with.image``."""
    return {name: claimed.claim(f"{owner}.{name}") for name in fields}


def function_entry(
    writer: Writer,
    name: str,
    member: Member[Function],
    *,
    heading: str,
    anchor: str,
    below: str,
    claimed: Anchors,
    owner: str | None,
) -> str:
    """Write what there is to say of a function, or of a method of ``owner``."""
    function, module_name = member.definition, member.module
    fields = {
        key: Field(module_name, parameter, parameter.doc)
        for key, parameter in function.parameters.items()
    }
    doc = docstrings.parse(function.doc, frozenset(fields))
    fields, doc = without_sections(fields, doc)
    origin = tables.inherited(writer, member, owner, name) if owner else ""
    return entry(
        lead=["", f'<a id="{anchor}"></a>', "", heading],
        opening=[origin, *tables.badges(writer, module_name, function)],
        fences=[declaration(writer.site, name, member, method=owner is not None)],
        closing=[
            writer.text(module_name, doc.text),
            _pair(name, function, owner) if function.sync_and_async else "",
            writer.text(module_name, titled_notes(function.notes)),
        ],
        tables=[
            tables.parameter_table(
                writer,
                "**Parameters**",
                fields,
                doc.parameters,
                claim(claimed, below + name, fields),
            ),
            tables.returns_table(
                writer,
                module_name,
                function.returns.type,
                function.returns.doc or doc.returns,
            ),
            tables.raises_table(
                writer, "**Raises**", module_name, {**doc.raises, **function.raises}
            ),
        ],
    )


def _pair(name: str, function: Function, owner: str | None) -> str:
    bound = owner is not None and function.binding != "instance"
    label = f"{owner}.{name}" if bound else name
    return (
        f"A plain call waits for the result; awaiting `{label}.aio(...)` does the same "
        "asynchronously."
    )


def without_sections(
    fields: dict[str, Field], doc: Docstring
) -> tuple[dict[str, Field], Docstring]:
    """Move what stuck to the text of a parameter, such as ``:return:``, to where it belongs."""
    cleaned = fields
    for name, field in fields.items():
        if not docstrings.has_fields(field.doc):
            continue
        found = docstrings.parse(field.doc)
        if found.text != field.doc:
            cleaned = {**cleaned, name: field._replace(doc=found.text)}
            doc = doc._replace(
                raises={**found.raises, **doc.raises},
                returns=doc.returns or found.returns,
            )
    return cleaned, doc
