"""What a class offers, its own and inherited: methods, properties, attributes and inner classes under their names.

Knows what becomes an attribute without being called one: fields of dataclasses and named tuples, parameters that a
constructor stores. It must not compare.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from codegen import types
from codegen.diff.both import Ancestor, Side, Sided
from codegen.diff.callables import FINAL, Callable
from codegen.diff.changes import Place
from codegen.diff.context import Typed
from codegen.diff.typed import ANY, SELF, Type, substitute, unqualified
from codegen.model import Attribute, Class, Function, Parameter, Property
from codegen.package import Symbol
from codegen.walk import class_path

Kind = Literal["method", "property", "attribute", "class"]
Declared = Function | Property | Attribute | Parameter | Class


class Member(NamedTuple):
    """Something a class offers: who declares it, and under which key of which class."""

    name: str
    kind: Kind
    definition: Declared
    side: Side
    owner: Ancestor
    home: Place
    group: str

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.home / (self.group, self.name)

    @property
    def owner_name(self) -> str:
        """The shared name of the class that declares it."""
        return self.side.shared(self.owner.symbol.path)

    @property
    def is_abstract(self) -> bool:
        """Whether subclasses must define it."""
        definition = self.definition
        return isinstance(definition, Function | Property) and definition.abstract

    @property
    def is_final(self) -> bool:
        """Whether subclasses must not override it."""
        if isinstance(self.definition, Function):
            return self.callable.is_final
        attribute = isinstance(self.definition, Attribute)
        return attribute and "Final" in self.attribute_type()[1]

    @property
    def callable(self) -> Callable:
        """A method as a callable."""
        assert isinstance(self.definition, Function)
        return Callable(self.side, self.place, self.definition, self.owner.meant)

    def typed(self, text: str | None, key: str = "type") -> Typed:
        """A type of the member, in the words of the class that inherits it."""
        type_ = self.side.reader.read(self.place.module, text)
        return Typed(
            substitute(type_, self.owner.meant), text or "Any", self.place / (key,)
        )

    def attribute_type(self) -> tuple[Typed, frozenset[str]]:
        """The type of an attribute, and the qualifiers around it."""
        assert isinstance(self.definition, Attribute | Parameter)
        if isinstance(self.definition, Attribute) and self.definition.type is None:
            found = _of_value(self.definition.value)
            text = "Any" if found.is_any else found.head
            return Typed(found, text, self.place), frozenset()
        typed = self.typed(self.definition.type)
        type_, qualifiers = unqualified(typed.type)
        return typed._replace(type=type_), qualifiers

    @property
    def is_writable(self) -> bool:
        """Whether users may assign it."""
        definition, cls = self.definition, self.owner.cls
        if isinstance(definition, Property):
            return definition.writable or definition.setter is not None
        if not isinstance(definition, Attribute | Parameter):
            return False
        if cls.kind in ("enum", "named-tuple"):
            return False
        of_class = isinstance(definition, Attribute) and definition.class_variable
        if cls.dataclass is not None and cls.dataclass.frozen and not of_class:
            return False
        return "Final" not in self.attribute_type()[1]

    @property
    def is_class_variable(self) -> bool:
        """Whether it belongs to the class rather than to its instances."""
        definition = self.definition
        if not isinstance(definition, Attribute):
            return False
        return definition.class_variable or "ClassVar" in self.attribute_type()[1]


def _of_value(value: str | None) -> Type:
    """The type of a literal; anything for what has to be worked out."""
    if value is None:
        return ANY
    try:
        node = types.parse_value(value)
    except types.ExpressionError:
        return ANY
    if isinstance(node, ast.Constant) and node.value is not ...:
        return Type("None" if node.value is None else type(node.value).__name__)
    return ANY


def members(had: Sided) -> dict[str, Member]:
    """What a class offers, under each name what is nearest."""
    found: dict[str, Member] = {}
    own = Type(SELF, (Type(had.side.shared(had.symbol.path)),))
    for ancestor in reversed(had.side.lineage(had.symbol).ancestors):
        meant = {**ancestor.meant, "typing.Self": own}
        for member in _own(had.side, ancestor._replace(meant=meant)):
            if not (member.name in found and _only_documents(member)):
                found[member.name] = member
    return found


def _only_documents(member: Member) -> bool:
    """Whether a field of a dataclass has no type, because it has that of the inherited one."""
    field = member.definition
    if not isinstance(field, Parameter) or member.owner.cls.dataclass is None:
        return False
    return field.type is None


def is_closed(had: Sided) -> bool:
    """Whether nobody can derive from a class: it is final, an enum with members, or a typed dict."""
    module = had.symbol.module
    names = {had.side.reader.name(module, text) for text in had.cls.decorators}
    if not FINAL.isdisjoint(names) or had.cls.kind == "typed-dict":
        return True
    return had.cls.kind == "enum" and bool(enum_members(had.cls))


def inner(member: Member) -> Sided:
    """A class that stands inside another."""
    owner = member.owner.symbol
    assert isinstance(member.definition, Class)
    name = f"{owner.name}.{member.name}"
    symbol = Symbol(owner.module, name, member.definition, owner.home)
    return Sided(member.side, symbol)


def _own(side: Side, owner: Ancestor) -> Iterator[Member]:
    here = Place(owner.symbol.module, class_path(owner.symbol.name))
    cls = owner.cls
    groups: tuple[tuple[Kind, str, Mapping[str, Declared]], ...] = (
        ("attribute", "parameters", _stored(cls)),
        ("attribute", "attributes", cls.attributes),
        ("property", "properties", cls.properties),
        ("method", "methods", cls.methods),
        ("class", "classes", cls.classes),
    )
    for kind, key, group in groups:
        for name, definition in group.items():
            yield Member(name, kind, definition, side, owner, here, key)


def _stored(cls: Class) -> Mapping[str, Parameter]:
    """The parameters that become attributes of the same name."""
    parameters = cls.parameters or {}
    if cls.dataclass is not None or cls.kind == "named-tuple":
        return {
            name: field
            for name, field in parameters.items()
            if not (field.type or "").startswith(("InitVar", "dataclasses.InitVar"))
        }
    return parameters if cls.stores and cls.core is None else {}


def enum_members(cls: Class) -> dict[str, Attribute]:
    """The members of an enum, in order; other classes have none."""
    if cls.kind != "enum":
        return {}
    return {
        name: attribute
        for name, attribute in cls.attributes.items()
        if not attribute.class_variable
        and not name.startswith("_")
        and (attribute.value is not None or attribute.type is None)
    }
