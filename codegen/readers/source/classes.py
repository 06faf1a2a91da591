"""Classes of a source as the model's classes: what the statements of a class body mean for each kind of class.

Knows which members are kept and which group of the model holds each. It must not know which classes are wanted.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, cast

from msgspec import structs

from codegen.model import Attribute, Class, Function, Parameter, Property
from codegen.readers.source import functional, signatures
from codegen.readers.source.ancestry import Ancestry, is_abstract
from codegen.readers.source.bindings import Binding, FunctionNode, docstring
from codegen.readers.source.docstrings import described
from codegen.readers.source.fields import (
    read_field,
    read_slots,
    specified,
    with_value,
)
from codegen.readers.source.heads import Head, read_head
from codegen.readers.source.instances import instance_attributes, slot_attributes
from codegen.readers.source.properties import marker, read_property
from codegen.readers.source.scopes import Scope
from codegen.readers.source.typing_forms import type_parameters
from codegen.readers.source.variables import declared

# Names of a class body that say nothing to its users, or that other keys say.
_UNSEEN = frozenset(
    "__slots__ __doc__ __module__ __qualname__ __annotations__ __dict__ __class__ __weakref__ __getattribute__ "
    "__all__ __test__".split()
)


def read_class(scope: Scope, binding: Binding) -> Class:
    """Read one class statement, or one call that makes a class."""
    node = binding.node
    if not isinstance(node, ast.ClassDef):
        return functional.read(scope, binding)
    parameters = type_parameters(scope, node)
    outer = scope.with_type_parameters(parameters)
    ancestry = Ancestry(outer, node)
    head = read_head(outer, node, ancestry.kind, parameters)
    members = _Members(outer, node, ancestry, head)
    return _assembled(outer, node, head, members)


def _assembled(
    scope: Scope, node: ast.ClassDef, head: Head, members: _Members
) -> Class:
    init = members.simple_constructor()
    if init is not None:
        members.fields = init.parameters
        del members.methods["__init__"]
    text = scope.source.visible(docstring(node), node)
    texts = described(
        text, members.fields, scope.can_name, attributes=True, returns=False
    )
    raises = signatures.errors(scope, texts.raises)
    has_constructor = init is not None or members.has_fields
    return Class(
        kind=head.kind,
        bases=head.bases,
        keywords=head.keywords,
        total=head.total,
        decorators=head.decorators,
        dataclass=head.dataclass,
        deprecated=head.deprecated,
        runtime_checkable=head.runtime_checkable,
        doc=texts.doc,
        parameters=(
            _described(members.fields, texts.parameters) if has_constructor else None
        ),
        stores=init is None,
        init_doc=init.doc if init is not None else "",
        raises={**init.raises, **raises} if init is not None else raises,
        slots=members.slots,
        attributes=members.attributes,
        properties=members.properties,
        methods=members.methods,
        classes=members.classes,
        type_ignore=_ignores(scope, node, head, members),
    )


def _ignores(
    scope: Scope, node: ast.ClassDef, head: Head, members: _Members
) -> tuple[str, ...]:
    """What type checkers are told to overlook, without what every stub of such a class says."""
    codes = scope.source.losses.type_ignores(node)
    has_members = any(a.type is None for a in members.attributes.values())
    if head.kind != "enum" or has_members:
        return codes
    return tuple(code for code in codes if code != "misc")


def _described(
    parameters: dict[str, Parameter], texts: dict[str, str]
) -> dict[str, Parameter]:
    return {
        name: structs.replace(parameter, doc=texts.get(name, parameter.doc))
        for name, parameter in parameters.items()
    }


class _Members:
    """The members of a class body, group by group."""

    def __init__(
        self, scope: Scope, node: ast.ClassDef, ancestry: Ancestry, head: Head
    ) -> None:
        self.body = scope.world.body_of(scope.source.name, node)
        self.scope = scope.inside(node.name, self.body)
        self.attributes: dict[str, Attribute] = {}
        self.fields: dict[str, Parameter] = {}
        self.properties: dict[str, Property] = {}
        self.methods: dict[str, Function] = {}
        self.classes: dict[str, Class] = {}
        self.slots = read_slots(self.scope, self.body.bindings.get("__slots__"))
        self._ancestry = ancestry
        self._head = head
        self._keyword_only = False
        self._losses = scope.source.losses
        for name, binding in self.body.bindings.items():
            if self._is_wanted(name, binding):
                self._member(name, binding)
        if head.kind != "typed-dict":
            self._add_instance_attributes()

    @property
    def has_fields(self) -> bool:
        """Whether Python makes the constructor from fields."""
        return self._head.dataclass is not None or self._head.kind == "named-tuple"

    def simple_constructor(self) -> Function | None:
        """The constructor, if the class can say it by its parameters."""
        init = self.methods.get("__init__")
        if init is None or self._head.kind not in ("class", "exception"):
            return None
        more = (
            self.has_fields
            or init.overloads
            or init.receiver
            or init.decorators
            or init.abstract
            or init.deprecated
            or init.asynchronous
        )
        return None if more else init

    def _add_instance_attributes(self) -> None:
        taken = {
            *self.attributes,
            *self.properties,
            *self.methods,
            *self.classes,
            *self.fields,
        }
        init = self.body.bindings.get("__init__")
        found = instance_attributes(self.scope, init, self._ancestry, taken)
        self.attributes.update(found)
        bare = [n for n in self.slots or () if n not in taken and n not in found]
        found = slot_attributes(self.scope, bare, self._ancestry)
        self.attributes.update(found)

    def _is_wanted(self, name: str, binding: Binding) -> bool:
        if binding.imported:
            return False
        if name in _UNSEEN:
            if isinstance(binding.node, ast.AnnAssign) and name != "__slots__":
                message = f"'{name}' is left out: Python gives every class one"
                self._losses.report(binding.node, "loss-name", message)
            return False
        if not name.startswith("_") or self.scope.source.is_stub:
            return True
        if name.startswith("__"):
            return name.endswith("__")
        if self._head.kind in ("typed-dict", "named-tuple", "enum", "protocol"):
            return True
        match binding.node:
            case ast.ClassDef():
                return True
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                abstract = is_abstract(self.scope, binding)
                return abstract or self._ancestry.needs(name)
            case node:
                return self._head.dataclass is not None and isinstance(
                    node, ast.AnnAssign
                )

    def _member(self, name: str, binding: Binding) -> None:
        match binding.node:
            case ast.ClassDef():
                self.classes[name] = read_class(self.scope, binding)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(name, cast("tuple[FunctionNode, ...]", binding.nodes))
            case ast.AnnAssign(annotation=annotation) if (
                self.scope.path(annotation) == "dataclasses.KW_ONLY"
            ):
                self._keyword_only = True
            case ast.Assign() | ast.AnnAssign():
                self._variable(name, binding)
            case node:
                message = f"'{name}' is left out: a class holds no type aliases"
                self._losses.report(node, "loss-name", message)

    def _function(self, name: str, nodes: tuple[FunctionNode, ...]) -> None:
        made_by = marker(self.scope, nodes)
        if made_by is not None:
            self.properties[name] = read_property(self.scope, nodes, made_by)
            return
        method = signatures.function(self.scope, nodes, method=True)
        unchecked = not any(map(_is_annotated, nodes)) and not method.type_ignore
        if unchecked and self._ancestry.declares(name):
            # Type checkers do not compare what has no types with what it overrides.
            method = structs.replace(method, type_ignore=("override",))
        self.methods[name] = method

    def _variable(self, name: str, binding: Binding) -> None:
        """Find the reader for an assignment."""
        for read in self._readers():
            if read(name, binding):
                return

    def _readers(self) -> tuple[Callable[[str, Binding], bool], ...]:
        return (
            self._second_name,
            self._enum_member,
            self._inherited,
            self._field,
            self._attribute,
        )

    def _second_name(self, name: str, binding: Binding) -> bool:
        """Give a method of the class a second name."""
        value = getattr(binding.node, "value", None)
        if not isinstance(binding.node, ast.Assign) or not isinstance(value, ast.Name):
            return False
        for group in (self.methods, self.properties):
            if value.id in group:
                cast("dict[str, Any]", group)[name] = group[value.id]
                return True
        return False

    def _enum_member(self, name: str, binding: Binding) -> bool:
        value = getattr(binding.node, "value", None)
        if self._head.kind != "enum" or value is None:
            return False
        text = None
        called = self.scope.path(value.func) if isinstance(value, ast.Call) else ""
        if called != "enum.auto":
            text = signatures.value(self.scope, value, f"'{name}'")
            text = None if called or text == "..." else text
        self.attributes[name] = Attribute(value=text, doc=binding.doc)
        return True

    def _inherited(self, name: str, binding: Binding) -> bool:
        """Leave a value without a type to the class above that declares the type."""
        if _has_type(binding) or not self._ancestry.provides(name):
            return False
        value = getattr(binding.node, "value", None)
        if not isinstance(value, ast.Constant) or value.value is None:
            message = f"the value of '{name}' is left out: a class above says its type"
            self._losses.report(binding.node, "loss-value", message)
        return True

    def _field(self, name: str, binding: Binding) -> bool:
        if self._head.dataclass is None or not _has_type(binding):
            return False
        field = read_field(self.scope, binding, keyword_only=self._keyword_only)
        said = field.declared
        if said.class_variable or not field.is_parameter:
            self.attributes[name] = Attribute(
                type=said.type,
                value=said.value,
                factory=field.factory,
                class_variable=said.class_variable,
                doc=binding.doc,
            )
        else:
            self.fields[name] = Parameter(
                type=said.type,
                default=said.value,
                factory=field.factory,
                kind="keyword-only" if field.keyword_only else signatures.USUAL_KIND,
                doc=binding.doc,
            )
        return True

    def _is_no_field(self, binding: Binding) -> bool:
        """Whether the stub must say that an attribute, which it gives a type, is none of the class's fields."""
        if self._head.dataclass is not None:
            return True
        return not _has_type(binding) and self._ancestry.makes_fields

    def _attribute(self, name: str, binding: Binding) -> bool:
        node = binding.node
        value = getattr(node, "value", None)
        shown = specified(value)
        if shown is not value:
            binding = with_value(binding, shown)
        said = declared(self.scope, binding, f"'{name}'")
        if said.guessed and self._ancestry.has_unknown_bases:
            message = f"'{name}' is left out: a base from elsewhere may declare it"
            self._losses.report(node, "loss-untyped", message)
        elif self._head.kind == "named-tuple" and _has_type(binding):
            self.fields[name] = Parameter(
                type=said.type, default=said.value, doc=binding.doc
            )
        else:
            self.attributes[name] = Attribute(
                type=said.type,
                value=said.value,
                class_variable=said.class_variable or self._is_no_field(binding),
                doc=binding.doc,
                type_ignore=self._losses.type_ignores(node),
            )
        return True


def _has_type(binding: Binding) -> bool:
    return any(isinstance(node, ast.AnnAssign) for node in binding.nodes)


def _is_annotated(node: FunctionNode) -> bool:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return node.returns is not None or any(a.annotation is not None for a in arguments)
