"""A class as its page shows it: its own members in full, inherited ones where a page of their owner describes them.

Knows which facts of a class are shown, in which order and at which anchors. It must not know how they look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from markupsafe import Markup, escape

from codegen.emitters.pages import docstrings
from codegen.emitters.pages.docstrings import Docstring
from codegen.emitters.pages.parts import (
    Field,
    Member,
    Members,
    constructor,
    is_exception,
    is_public,
    members,
)
from codegen.emitters.pages.plain_entries import claim, without_sections
from codegen.emitters.pages.plain_links import Anchors, ClassAnchors
from codegen.model import Attribute, Class, Function, Property
from codegen.package import Package
from codegen.site.names import href
from codegen.site.rows import Row
from codegen.site.views import Ancestor, Entry, Heir, Makers, Shown, spec_keys

AnyMember = Member[Function] | Member[Property] | Member[Attribute]


def show(package: Package, makers: Makers, module_name: str, name: str) -> Shown:
    """Prepare the page of a top-level class."""
    places = makers.rows.names.places
    anchors = places.plain.class_anchors(module_name, name)
    cls = package.modules[module_name].classes[name]
    view = _View(package, makers, module_name, anchors, anchors.page.copy())
    return view.shown(name, cls, "")


def class_kind(package: Package, module_name: str, cls: Class) -> str:
    """What sort of class it is, in a word or two."""
    if cls.kind != "exception" and is_exception(package, module_name, cls):
        return "exception"
    if cls.kind == "class" and cls.dataclass is not None:
        return "dataclass"
    words = {
        "enum": "enumeration",
        "typed-dict": "typed dict",
        "named-tuple": "named tuple",
    }
    return words.get(cls.kind, cls.kind)


class _View(NamedTuple):
    """One page: what prepares it, the anchors others link to, and those claimed while it is prepared."""

    package: Package
    makers: Makers
    module: str
    anchors: ClassAnchors
    claimed: Anchors

    def shown(self, name: str, cls: Class, below: str) -> Shown:
        """Prepare a class; ``below`` is its dotted name below the class whose page it is on, with a dot behind."""
        makers, module_name, rows = self.makers, self.module, self.makers.rows
        fields, found, doc = self._collected(name, cls)
        here = {
            member: self.anchors.members[below + member]
            for table in found
            for member in table
        }
        owner = below[:-1] or name
        parameters = rows.fields(
            fields or {}, claim(self.claimed, owner, fields or {}), doc.parameters
        )
        methods = list(self._methods(name, found.methods, here, below))
        notes = [makers.texts.block(module_name, text) for text in self._notes(cls)]
        return Shown(
            anchor=self.anchors.nested[below[:-1]] if below else "",
            name=name,
            kind=class_kind(self.package, module_name, cls),
            badges=rows.badges(module_name, cls),
            bases=[rows.type(module_name, base) for base in cls.bases],
            signature=rows.signatures.declared_class(module_name, name, cls, fields),
            text=makers.texts.block(module_name, doc.text, name),
            notes=notes,
            fields="Parameters" if cls.dataclass is None else "Fields",
            parameters=parameters,
            raises=rows.raises(
                module_name, {**doc.raises, **cls.init_raises, **cls.raises}
            ),
            members="Members" if cls.kind == "enum" else "Attributes",
            attributes=[
                self._attribute(cls, key, member, here[key], doc)
                for key, member in found.attributes.items()
                if self._page_of(name, key, member) is None
            ],
            properties=[
                self._property(key, member, here[key])
                for key, member in found.properties.items()
                if self._page_of(name, key, member) is None
            ],
            methods=methods,
            ancestors=self._ancestors(name, found, here),
            nested=[
                self.shown(f"{name}.{inner}", nested, f"{below}{inner}.")
                for inner, nested in cls.classes.items()
                if is_public(inner)
            ],
            cores=makers.sources.cores_of(cls.core),
            at=makers.sources.spec(module_name, *spec_keys(name)),
            doc=doc.text,
        )

    def _collected(
        self, name: str, cls: Class
    ) -> tuple[dict[str, Field] | None, Members, Docstring]:
        fields = constructor(self.package, self.module, cls)
        found = members(self.package, self.module, name, cls, dunder=True)
        known = frozenset([*(fields or ()), *found.attributes])
        doc = docstrings.parse(cls.doc, known)
        if fields:
            fields, doc = without_sections(fields, doc)
        return fields, found, doc

    def _notes(self, cls: Class) -> Iterator[str]:
        yield from filter(None, (cls.init_doc, cls.init_notes, cls.notes))

    def _page_of(self, owner: str, name: str, member: AnyMember) -> str | None:
        """Where an inherited member is described; None for a class's own, and where no page describes it."""
        if (member.module, member.owner) == (self.module, owner):
            return None
        places = self.makers.rows.names.places
        return places.member(member.module, member.owner, name)

    def _methods(
        self,
        owner: str,
        methods: Mapping[str, Member[Function]],
        here: Mapping[str, str],
        below: str,
    ) -> Iterator[Entry]:
        for name, method in methods.items():
            if self._page_of(owner, name, method) is not None:
                # Numbered as on the Markdown page, which describes these, too.
                for key in method.definition.parameters:
                    self.claimed.claim(f"{below}{name}.{key}")
                continue
            yield self.makers.function(
                name,
                method,
                anchor=here[name],
                below=below,
                claimed=self.claimed,
                owner=owner,
                inherited=self._origin(owner, method),
                keys=(*spec_keys(method.owner), "methods", name),
            )

    def _origin(self, owner: str, member: AnyMember) -> Markup:
        """Whose an inherited member is that is described here; nothing for a class's own."""
        if (member.module, member.owner) == (self.module, owner):
            return Markup("")
        return Markup(f"<code>{escape(member.owner)}</code>")

    def _attribute(
        self,
        cls: Class,
        name: str,
        member: Member[Attribute],
        anchor: str,
        doc: Docstring,
    ) -> Row:
        attribute, rows = member.definition, self.makers.rows
        type_ = attribute.type
        if attribute.class_variable:
            type_ = f"typing.ClassVar[{type_ or 'typing.Any'}]"
        value = rows.signatures.default(member.module, attribute)
        default = Markup("") if value is None else Markup(value.html)
        if cls.kind == "enum" and value is None:
            default = Markup("auto()")
        text = attribute.doc or doc.parameters.get(name, "")
        return Row(
            anchor,
            name,
            Markup("") if cls.kind == "enum" else rows.type(member.module, type_),
            default,
            False,
            rows.badges(member.module, attribute),
            self.makers.texts.block(member.module, text),
            f"{rows.spelled(member.module, type_)} {text}",
        )

    def _property(self, name: str, member: Member[Property], anchor: str) -> Row:
        prop, rows, texts = member.definition, self.makers.rows, self.makers.texts
        writable = prop.setter is not None or prop.writable
        words = [] if writable else ["read-only"]
        words += ["abstract"] if prop.abstract else []
        words += ["deletable"] if prop.deletable else []
        badges = rows.badges(member.module, prop)
        for word in words:
            badges += Markup(f'<span class="badge quiet">{word}</span>')
        text = texts.block(member.module, prop.doc)
        for told in rows.raises(member.module, prop.raises):
            text += Markup(
                f'<div class="raised"><p>Raises <code>{told.type}</code></p>{told.text}</div>'
            )
        text += self._links(prop)
        return Row(
            anchor,
            name,
            rows.type(member.module, prop.type),
            Markup(""),
            False,
            badges,
            text,
            f"{rows.spelled(member.module, prop.type)} {prop.doc}",
        )

    def _links(self, prop: Property) -> Markup:
        """Where a property comes from: its cores."""
        links = ", ".join(
            f'<a href="{escape(href(core.at.place))}"><code>{escape(core.reference)}</code></a>'
            for core in self.makers.sources.cores_of(prop.core, prop.setter)
        )
        return Markup(f'<p class="from">Core: {links}</p>' if links else "")

    def _ancestors(
        self, owner: str, found: Members, here: Mapping[str, str]
    ) -> list[Ancestor]:
        """What is inherited and described elsewhere, by the class it comes from."""
        groups: dict[tuple[str, str], list[Heir]] = {}
        tables: tuple[tuple[str, Mapping[str, AnyMember]], ...] = (
            ("method", found.methods),
            ("property", found.properties),
            ("attribute", found.attributes),
        )
        for role, table in tables:
            for name, member in table.items():
                place = self._page_of(owner, name, member)
                if place is None:
                    continue
                heirs = groups.setdefault((member.module, member.owner), [])
                label = f"{name}()" if role == "method" else name
                doc = member.definition.doc
                summary = self.makers.texts.summary(member.module, doc)
                heirs.append(Heir(here[name], label, href(place), summary, role))
        names = self.makers.rows.names
        return [
            Ancestor(owner, names.class_link(module_name, owner), heirs)
            for (module_name, owner), heirs in groups.items()
        ]
