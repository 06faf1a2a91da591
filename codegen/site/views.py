"""What pages of the API show, as values: functions, classes and what classes inherit, ready for templates and the index.

Knows the facts and their order. It must not know how they look, or what the page around them holds.
"""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup

from codegen.emitters.pages import docstrings
from codegen.emitters.pages.parts import Field, Member
from codegen.emitters.pages.plain_entries import claim, without_sections
from codegen.emitters.pages.plain_links import Anchors
from codegen.model import Function
from codegen.site.rows import Row, Rows, Told
from codegen.site.sources import Core, Place, Sources
from codegen.site.texts import Texts


class Entry(NamedTuple):
    """A function or method; its parameters are ``listed`` where there is more to say of them than its signature says."""

    anchor: str
    name: str
    words: str
    inherited: Markup
    badges: Markup
    signature: Markup
    text: Markup
    pair: str
    notes: Markup
    parameters: list[Row]
    listed: bool
    returns: Told | None
    raises: list[Told]
    cores: list[Core]
    at: Place | None
    role: str
    doc: str


class Heir(NamedTuple):
    """A member that is described where it is inherited from."""

    anchor: str
    name: str
    href: str
    summary: Markup
    role: str


class Ancestor(NamedTuple):
    """A class that something is inherited from, and what."""

    name: str
    href: str
    members: list[Heir]


class Shown(NamedTuple):
    """A class with its members and the classes inside it."""

    anchor: str
    name: str
    kind: str
    badges: Markup
    bases: list[Markup]
    signature: Markup
    text: Markup
    notes: list[Markup]
    fields: str
    parameters: list[Row]
    raises: list[Told]
    members: str
    attributes: list[Row]
    properties: list[Row]
    methods: list[Entry]
    ancestors: list[Ancestor]
    nested: list[Shown]
    cores: list[Core]
    at: Place | None
    doc: str


class Makers(NamedTuple):
    """What is needed to prepare anything of one package."""

    rows: Rows
    texts: Texts
    sources: Sources

    def function(
        self,
        name: str,
        member: Member[Function],
        *,
        anchor: str,
        below: str,
        claimed: Anchors,
        owner: str | None,
        inherited: Markup,
        keys: tuple[str, ...],
    ) -> Entry:
        """Prepare what there is to say of a function, or of a method of ``owner``."""
        function, module_name = member.definition, member.module
        fields = {
            key: Field(module_name, parameter, parameter.doc)
            for key, parameter in function.parameters.items()
        }
        doc = docstrings.parse(function.doc, frozenset(fields))
        fields, doc = without_sections(fields, doc)
        rows = self.rows
        anchors = claim(claimed, below + name, fields)
        parameters = rows.fields(fields, anchors, doc.parameters)
        told = any(row.text or row.badges for row in parameters)
        listed = told or bool(function.overloads)
        result = rows.returns(
            module_name, function.returns.type, function.returns.doc or doc.returns
        )
        return Entry(
            anchor=anchor,
            name=name,
            words=_words(function, method=owner is not None),
            inherited=inherited,
            badges=rows.badges(module_name, function),
            signature=rows.signatures.function(
                name, member, {} if listed else anchors, method=owner is not None
            ),
            text=self.texts.block(module_name, doc.text),
            pair=_pair(name, function, owner),
            notes=self.texts.block(module_name, function.notes),
            parameters=parameters,
            listed=listed,
            returns=result if result is not None and result.text else None,
            raises=rows.raises(module_name, {**doc.raises, **function.raises}),
            cores=self.sources.cores_of(function.core),
            at=self.sources.spec(module_name, *keys),
            role=_role(function, method=owner is not None),
            doc=doc.text,
        )


def _words(function: Function, *, method: bool) -> str:
    """What is special about a callable, in a word or two."""
    words: list[str] = []
    if function.abstract:
        words.append("abstract")
    if function.sync_and_async:
        words.append("sync and async")
    elif function.asynchronous:
        words.append("async")
    if method and function.binding != "instance":
        words.append(f"{function.binding} method")
    return ", ".join(words)


def _role(function: Function, *, method: bool) -> str:
    if not method:
        return "function"
    return {"instance": "method", "class": "classmethod", "static": "staticmethod"}[
        function.binding
    ]


def _pair(name: str, function: Function, owner: str | None) -> str:
    """How a callable that blocks is awaited; empty for all others."""
    if not function.sync_and_async:
        return ""
    bound = owner is not None and function.binding != "instance"
    return f"{owner}.{name}.aio(...)" if bound else f"{name}.aio(...)"


def spec_keys(owner: str) -> tuple[str, ...]:
    """The keys that lead to a class in its spec, given its dotted name."""
    return tuple(key for part in owner.split(".") for key in ("classes", part))
