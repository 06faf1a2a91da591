"""The entries of plain pages: what is said of one function, method or class, and the page around entries.

Knows in which order an entry shows its facts. It must not know how a single fact is written, or what a page holds.
"""

from __future__ import annotations

from codegen.emitters import docstrings, markdown
from codegen.emitters import plain_tables as tables
from codegen.emitters.page_parts import Field, Member
from codegen.emitters.plain_code import declaration
from codegen.emitters.plain_links import Anchors
from codegen.emitters.plain_tables import Writer
from codegen.emitters.shapes import shape
from codegen.model import Function, Module


def page(module: Module, title: str, doc: str, entries: list[str]) -> str:
    front_matter = [f"title: {markdown.yaml_string(title)}"]
    summary = docstrings.summary(markdown.clean(doc)) if doc else ""
    if summary:
        front_matter.append(f"description: {markdown.yaml_string(summary)}")
    if module.page.version is not None:
        front_matter.append(f"version: {markdown.yaml_string(module.page.version)}")
    return shape("page.md").render(
        title=markdown.heading(title), front_matter=front_matter, parts=entries
    )


def entry(
    *,
    lead: list[str] | None = None,
    facts: list[str] | None = None,
    opening: list[str] | None = None,
    fences: list[str] | None = None,
    closing: list[str] | None = None,
    tables: list[list[str]] | None = None,
) -> str:
    return shape("plain_entry.md").render(
        lead=lead or [],
        facts=facts or [],
        opening=opening or [],
        fences=fences or [],
        closing=closing or [],
        tables=tables or [],
    )


def titled_notes(notes: str) -> str:
    return f"**Notes**\n\n{notes}" if notes else ""


def claim(claimed: Anchors, owner: str, fields: dict[str, Field]) -> dict[str, str]:
    return {name: claimed.claim(f"{owner}.{name}") for name in fields}


def function_entry(
    writer: Writer,
    name: str,
    member: Member[Function],
    *,
    heading: str,
    anchor: str,
    prefix: str,
    claimed: Anchors,
    owner: str | None,
) -> str:
    function, module_name = member.definition, member.module
    fields = {
        key: Field(module_name, parameter, parameter.doc)
        for key, parameter in function.parameters.items()
    }
    doc = docstrings.parse(function.doc, frozenset(fields))
    fields, doc = _without_sections(fields, doc)
    opening = [tables.inherited(writer, member, owner, name)] if owner else []
    opening += tables.badges(writer, module_name, function)
    closing = [writer.text(module_name, doc.text)]
    if function.sync_and_async:
        label = f"{owner.rpartition('.')[2]}.{name}" if owner else name
        closing.append(
            f"A plain call waits for the result; `await {label}.aio(...)` does the same asynchronously."
        )
    closing.append(writer.text(module_name, titled_notes(function.notes)))
    tables: list[list[str]] = []
    if fields:
        anchors = claim(claimed, prefix + name, fields)
        tables.append(
            tables.parameter_table(writer, "**Parameters**", fields, doc.parameters, anchors)
        )
    returns = function.returns
    tables += [
        tables.returns_table(
            writer, "**Returns**", module_name, returns.type, returns.doc or doc.returns
        ),
        tables.raises_table(
            writer, "**Raises**", module_name, {**doc.raises, **function.raises}
        ),
    ]
    return entry(
        lead=["", f'<a id="{anchor}"></a>', "", heading],
        opening=[text for text in opening if text],
        fences=[declaration(writer.site, name, member, method=owner is not None)],
        closing=[text for text in closing if text],
        tables=tables,
    )


def _without_sections(
    fields: dict[str, Field], doc: docstrings.Docstring
) -> tuple[dict[str, Field], docstrings.Docstring]:
    """Move what stuck to the text of a parameter, such as ``:return:``, to where it belongs."""
    cleaned = dict(fields)
    for name, field in fields.items():
        if ":" not in field.doc:
            continue
        found = docstrings.parse(field.doc)
        if found.text != field.doc:
            cleaned[name] = field._replace(doc=found.text)
            doc = doc._replace(
                raises={**found.raises, **doc.raises}, returns=doc.returns or found.returns
            )
    return cleaned, doc


