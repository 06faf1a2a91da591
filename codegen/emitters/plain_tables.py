"""The tables of plain pages: parameters, returns, errors, members; and the badges that stand in them.

Knows how a single fact is shown in a row. It must not know which facts a page shows or in which order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from codegen.emitters import docstrings, markdown
from codegen.emitters.page_parts import Field, Member
from codegen.emitters.plain_code import default, starred
from codegen.emitters.plain_links import Scope, Site, relative
from codegen.model import (
    Attribute,
    Class,
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

    def link(self, module_name: str) -> markdown.Link:
        """Resolve names that a text of ``module_name`` mentions, for links on this page."""
        scope = self.site.scope(module_name)
        return lambda name: scope.href(name, self.module)

    def type_cell(self, module_name: str, text: str) -> str:
        """Write a type for a table."""
        return self.site.scope(module_name).cell(text, self.module)

    def text_cell(self, module_name: str, text: str) -> str:
        """Write a text for a table."""
        return markdown.cell(text, self.link(module_name)) if text else ""

    def text(self, module_name: str, text: str) -> str:
        """Write a text as blocks."""
        return markdown.prose(text, self.link(module_name))

    def class_link(self, module_name: str, name: str) -> str:
        """Write the name of a class, linked if it has a page."""
        href = self.scope(module_name).href(f"{module_name}.{name}", self.module)
        return markdown.code(name) if href is None else f"[{markdown.code(name)}]({href})"


# Tables: each is a list of lines and begins with a blank line and its title


def _table(title: str, columns: str, rows: list[str]) -> list[str]:
    separator = "|" + "-|" * (columns.count("|") - 1)
    return ["", title, "", columns, separator, *rows]


def parameter_table(
    writer: Writer,
    title: str,
    fields: Mapping[str, Field],
    texts: Mapping[str, str],
    anchors: Mapping[str, str],
) -> list[str]:
    """The parameters of a callable: name, type, default and text."""
    rows = [
        _parameter_row(writer, name, field, texts.get(name) or field.doc, anchors[name])
        for name, field in fields.items()
    ]
    return _table(title, "| Name | Type | Default | Description |", rows)


def _parameter_row(
    writer: Writer, name: str, field: Field, doc: str, anchor: str
) -> str:
    parameter = field.parameter
    scope = writer.scope(field.module)
    value = default(scope, parameter)
    if value:
        value = markdown.cell_code(value)
    elif parameter.required:
        value = "required"
    type_ = scope.cell(parameter.type, writer.module) if parameter.type else ""
    text = writer.text_cell(field.module, doc)
    if parameter.since is not None or parameter.deprecated is not None:
        text = _with_badge(writer, field.module, parameter, text)
    label = starred(name, parameter)
    return f'| <a id="{anchor}"></a>`{label}` | {type_} | {value} | {text} |'


def returns_table(
    writer: Writer, title: str, module_name: str, type_: str | None, doc: str
) -> list[str]:
    """What a callable returns; nothing when that is None and there is nothing to say about it."""
    if type_ in (None, "None") and not doc:
        return []
    written = writer.type_cell(module_name, type_ or "None")
    row = f"| {written} | {writer.text_cell(module_name, doc)} |"
    return _table(title, "| Type | Description |", [row])


def raises_table(
    writer: Writer, title: str, module_name: str, raises: Mapping[str, str]
) -> list[str]:
    """What a callable raises, and when."""
    rows = [
        f"| {error_cell(writer, module_name, error)} | {writer.text_cell(module_name, text)} |"
        for error, text in raises.items()
    ]
    return _table(title, "| Exception | Description |", rows) if rows else []


def error_cell(writer: Writer, module_name: str, error: str) -> str:
    """Write the name of an exception; one found in a text may be anything."""
    if not all(part.isidentifier() for part in error.split(".")):
        return writer.text_cell(module_name, error)
    return writer.type_cell(module_name, error)


def member_table(
    writer: Writer, title: str, cls: Class, found: Mapping[str, Member[Attribute]], owner: str,
    anchors: Mapping[str, str], texts: Mapping[str, str],
) -> list[str]:  # fmt: skip
    """The members of an enumeration, or the attributes of any other class."""
    is_enum = cls.kind == "enum"
    rows: list[str] = []
    for name, member in found.items():
        attribute, scope = member.definition, writer.scope(member.module)
        value = default(scope, attribute)
        cells = [
            f'<a id="{anchors[name]}"></a>`{name}`',
            *([] if is_enum else [_attribute_type(writer, member)]),
            markdown.cell_code(value or "auto()") if value or is_enum else "",
            _described(writer, member, owner, name, texts.get(name, "")),
        ]
        rows.append(f"| {' | '.join(cells)} |")
    columns = "| Name | Value | Description |" if is_enum else "| Name | Type | Value | Description |"
    return _table(title, columns, rows)


def _attribute_type(writer: Writer, member: Member[Attribute]) -> str:
    attribute = member.definition
    if attribute.class_variable:
        return writer.type_cell(member.module, f"typing.ClassVar[{attribute.type or 'typing.Any'}]")
    return writer.type_cell(member.module, attribute.type) if attribute.type else ""


def property_table(
    writer: Writer, title: str, found: Mapping[str, Member[Property]], owner: str,
    anchors: Mapping[str, str],
) -> list[str]:  # fmt: skip
    """The properties of a class, and whether they can be set."""
    rows: list[str] = []
    for name, member in found.items():
        prop = member.definition
        text = _described(writer, member, owner, name, "")
        for error, when in prop.raises.items():
            raised = f"Raises {error_cell(writer, member.module, error)}"
            reason = writer.text_cell(member.module, when)
            text += f"{'<br>' if text else ''}{raised}{': ' if reason else ''}{reason}"
        access = "read and write" if prop.setter else "read-only"
        rows.append(
            f'| <a id="{anchors[name]}"></a>`{name}` | {writer.type_cell(member.module, prop.type)} '
            f"| {access} | {text} |"
        )
    return _table(title, "| Name | Type | Access | Description |", rows)


def _described(
    writer: Writer,
    member: Member[Attribute] | Member[Property],
    owner: str,
    name: str,
    fallback: str,
) -> str:
    """The text of a member with its badge, and whose it is if it is inherited."""
    definition = member.definition
    text = writer.text_cell(member.module, definition.doc or fallback)
    text = _with_badge(writer, member.module, definition, text)
    origin = inherited(writer, member, owner, name)
    return f"{text}{'<br>' if text else ''}{origin}" if origin else text


def summary_row(
    writer: Writer, module_name: str, name: str, definition: Definition, doc: str = ""
) -> str:
    """One line of a list: a linked name and the first sentence of its text."""
    text = docstrings.summary(doc or definition.doc)
    cell = writer.text_cell(module_name, text)
    if definition.deprecated is not None:
        cell = f"**Deprecated.** {cell}".rstrip()
    return f"| {name} | {cell} |"


def summary_table(title: str, column: str, rows: list[str]) -> list[str]:
    """A list of links with summaries."""
    return _table(title, f"| {column} | Description |", rows) if rows else []


# Badges


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
        text += f" It will be removed in version {markdown.heading(deprecated.remove_in)}."
    return text


def _with_badge(
    writer: Writer, module_name: str, element: Definition | Parameter, text: str
) -> str:
    if element.since is None and element.deprecated is None:
        return text
    return " ".join([*badges(writer, module_name, element), text]).rstrip()
