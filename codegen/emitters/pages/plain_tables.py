"""The tables of plain pages: parameters, returns, errors, members; and the badges that stand in them.

Knows how a single fact is shown in a row. It must not know which facts a page shows or in which order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from codegen import spelling
from codegen.emitters.pages import docstrings, markdown
from codegen.emitters.pages.parts import Field, Member
from codegen.emitters.pages.plain_code import default_of
from codegen.emitters.pages.plain_links import Scope, Site, relative
from codegen.model import (
    Attribute,
    Definition,
    Deprecation,
    Function,
    Parameter,
    Property,
)


class Writer(NamedTuple):
    """What is needed to write any part of a page of one module."""

    site: Site
    module: str

    def scope(self, module_name: str) -> Scope:
        """The names of a module's spec."""
        return self.site.scope(module_name)

    def type_cell(self, module_name: str, text: str) -> str:
        """Write a type for a table."""
        return self.site.scope(module_name).cell(text, self.module)

    def text_cell(self, module_name: str, text: str) -> str:
        """Write a text for a table."""
        return self.site.scope(module_name).text_cell(text, self.module)

    def text(self, module_name: str, text: str) -> str:
        """Write a text as blocks."""
        return self.site.scope(module_name).text(text, self.module)

    def value_cell(self, module_name: str, value: str | None) -> str:
        """Write a value for a table; empty when there is none."""
        if value is None:
            return ""
        return markdown.cell_code(self.site.scope(module_name).value(value))


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> list[str]:
    """Lay out a table below its title, after a blank line; nothing when it has no rows."""
    lines = [f"| {' | '.join(cells)} |" for cells in rows]
    if not lines:
        return []
    head = f"| {' | '.join(columns)} |"
    return ["", title, "", head, "|" + "-|" * len(columns), *lines]


def parameter_table(
    writer: Writer,
    title: str,
    fields: Mapping[str, Field],
    texts: Mapping[str, str],
    anchors: Mapping[str, str],
) -> list[str]:
    """The parameters of a callable; ``texts`` has what the text of the callable says of those without text."""
    rows = [
        _parameter_row(
            writer, name, field, field.doc or texts.get(name, ""), anchors[name]
        )
        for name, field in fields.items()
    ]
    return table(title, ("Name", "Type", "Default", "Description"), rows)


def _parameter_row(
    writer: Writer, name: str, field: Field, doc: str, anchor: str
) -> tuple[str, str, str, str]:
    parameter = field.parameter
    scope = writer.site.scope(field.module)
    value = default_of(parameter, scope)
    if value:
        value = markdown.cell_code(value)
    elif parameter.required:
        value = "required"
    if doc.startswith("(") and parameter.type is not None:
        # Some docstrings repeat the type in front.
        doc = doc.removeprefix(f"({parameter.type})").lstrip()
    return (
        f'<a id="{anchor}"></a>`{spelling.stars(parameter.kind)}{name}`',
        scope.cell(parameter.type, writer.module) if parameter.type else "",
        value,
        described(writer, field.module, parameter, doc),
    )


def returns_table(
    writer: Writer, module_name: str, type_: str | None, doc: str
) -> list[str]:
    """What a callable returns; nothing when that is None and there is nothing to say about it."""
    if type_ in (None, "None") and not doc.strip():
        return []
    cells = (
        writer.type_cell(module_name, type_ or "None"),
        writer.text_cell(module_name, doc),
    )
    return table("**Returns**", ("Type", "Description"), [cells])


def raises_table(
    writer: Writer, title: str, module_name: str, raises: Mapping[str, str]
) -> list[str]:
    """What a callable raises, and when."""
    rows = [
        (_error_cell(writer, module_name, error), writer.text_cell(module_name, text))
        for error, text in raises.items()
    ]
    return table(title, ("Exception", "Description"), rows)


def _error_cell(writer: Writer, module_name: str, error: str) -> str:
    """Write the name of an exception; one that was found in a text may be anything."""
    if all(part.isidentifier() for part in error.split(".")):
        return writer.type_cell(module_name, error)
    return writer.text_cell(module_name, error)


def attribute_table(
    writer: Writer,
    title: str,
    found: Mapping[str, Member[Attribute]],
    owner: str,
    anchors: Mapping[str, str],
    texts: Mapping[str, str],
    *,
    enumeration: bool,
) -> list[str]:
    """The members of an enumeration, or the attributes of any other class."""
    rows: list[list[str]] = []
    for name, member in found.items():
        value = default_of(member.definition, writer.site.scope(member.module))
        if enumeration:
            cells = [markdown.cell_code(value or "auto()")]
        else:
            cells = [
                _attribute_type(writer, member),
                markdown.cell_code(value) if value else "",
            ]
        text = member.definition.doc or texts.get(name, "")
        label = f'<a id="{anchors[name]}"></a>`{name}`'
        rows.append([label, *cells, _of_member(writer, member, owner, name, text)])
    types = () if enumeration else ("Type",)
    return table(title, ("Name", *types, "Value", "Description"), rows)


def _attribute_type(writer: Writer, member: Member[Attribute]) -> str:
    text = member.definition.type
    if member.definition.class_variable:
        text = f"typing.ClassVar[{text or 'typing.Any'}]"
    return writer.type_cell(member.module, text) if text else ""


def property_table(
    writer: Writer,
    title: str,
    found: Mapping[str, Member[Property]],
    owner: str,
    anchors: Mapping[str, str],
) -> list[str]:
    """The properties of a class, and whether they can be set."""
    rows: list[tuple[str, ...]] = []
    for name, member in found.items():
        prop = member.definition
        cells = [_of_member(writer, member, owner, name, prop.doc)]
        for error, when in prop.raises.items():
            raised = f"Raises {_error_cell(writer, member.module, error)}"
            reason = writer.text_cell(member.module, when)
            cells.append(f"{raised}: {reason}" if reason else f"{raised}.")
        rows.append(
            (
                f'<a id="{anchors[name]}"></a>`{name}`',
                writer.type_cell(member.module, prop.type),
                "read and write" if prop.setter else "read-only",
                "<br>".join(filter(None, cells)),
            )
        )
    return table(title, ("Name", "Type", "Access", "Description"), rows)


def _of_member(
    writer: Writer,
    member: Member[Attribute] | Member[Property],
    owner: str,
    name: str,
    doc: str,
) -> str:
    """The text of a member with its badge, and whose it is if it is inherited."""
    text = described(writer, member.module, member.definition, doc)
    origin = inherited(writer, member, owner, name)
    return "<br>".join(filter(None, (text, origin)))


def summary_row(
    writer: Writer, module_name: str, label: str, definition: Definition
) -> tuple[str, str]:
    """One line of a list: a linked name and the first sentence of its text."""
    doc = docstrings.parse(definition.doc).text if definition.doc else ""
    cell = writer.text_cell(module_name, docstrings.summary(doc))
    if definition.deprecated is not None:
        cell = f"**Deprecated.** {cell}".rstrip()
    return label, cell


def summary_table(
    title: str, column: str, rows: Iterable[tuple[str, str]]
) -> list[str]:
    """A list of links with summaries."""
    return table(title, (column, "Description"), rows)


def described(
    writer: Writer,
    module_name: str,
    element: Definition | Parameter,
    doc: str | None = None,
) -> str:
    """The text of an element for a table, behind its badges."""
    doc = element.doc if doc is None else doc
    text = writer.text_cell(module_name, doc) if doc else ""
    if element.since is None and element.deprecated is None:
        return text
    return " ".join([*badges(writer, module_name, element), text]).rstrip()


def inherited(
    writer: Writer,
    member: Member[Function] | Member[Property] | Member[Attribute],
    owner: str,
    name: str,
) -> str:
    """Say where an inherited member comes from; empty for a class's own."""
    if (member.module, member.owner) == (writer.module, owner):
        return ""
    place = writer.site.member_place(member.module, member.owner, name)
    label = markdown.code(member.owner)
    if place is not None:
        label = f"[{label}]({relative(place, writer.module)})"
    return f"*Inherited from* {label}."


def badges(
    writer: Writer, module_name: str, element: Definition | Parameter
) -> list[str]:
    """Since when an element exists, and whether it should still be used."""
    written: list[str] = []
    if element.deprecated is not None:
        written.append(_deprecation(writer, module_name, element.deprecated))
    if element.since is not None:
        written.append(f"*New in version {markdown.heading(element.since)}.*")
    return written


def _deprecation(writer: Writer, module_name: str, deprecated: Deprecation) -> str:
    text = f"**Deprecated since version {markdown.heading(deprecated.since)}.**"
    if deprecated.use:
        href = writer.scope(module_name).href(deprecated.use, writer.module)
        use = writer.text_cell(module_name, deprecated.use).removesuffix(".")
        if href is not None:
            use = f"[{markdown.cell_code(deprecated.use)}]({href})"
        elif all(part.isidentifier() for part in deprecated.use.split(".")):
            use = markdown.cell_code(deprecated.use)
        text += f" Use {use} instead."
    if deprecated.remove_in:
        text += (
            f" It will be removed in version {markdown.heading(deprecated.remove_in)}."
        )
    return text
