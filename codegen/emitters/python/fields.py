"""The variables in the body of a generated class: class variables, members of enums, fields, state.

Knows how each kind of class declares what it holds. It must not know what else stands in the body.
"""

from __future__ import annotations

import ast

from codegen import types
from codegen.emitters.python.declarations import Declarations
from codegen.emitters.python.formatting import bracketed, wrapped
from codegen.emitters.python.members import has_fields
from codegen.model import Attribute, Class, Parameter
from codegen.package import Symbol

Lines = list[str]


def variables(file: Declarations, symbol: Symbol, cls: Class, indent: str) -> Lines:
    """What a class declares before its first method; nothing where it holds nothing."""
    lines = file.slots(cls, indent)
    for name, attribute in cls.attributes.items():
        if cls.dataclass is None or attribute.class_variable or cls.kind == "enum":
            lines += _class_variable(file, symbol, cls, name, attribute, indent)
    if has_fields(cls):
        for name, parameter in (cls.parameters or {}).items():
            if parameter.type is not None:
                lines += _field(file, symbol, cls, name, parameter, indent)
    if cls.dataclass is not None:
        for name, attribute in cls.attributes.items():
            if not attribute.class_variable:
                lines += _state(file, symbol, name, attribute, indent)
    return lines


def _class_variable(
    file: Declarations,
    symbol: Symbol,
    cls: Class,
    name: str,
    attribute: Attribute,
    indent: str,
) -> Lines:
    if cls.kind == "enum" and attribute.type is None:
        value = attribute.value or f"{file.names.special('enum.auto')}()"
        if attribute.value is not None:
            value = file.names.value(symbol.module, _without_new(cls, attribute))
        return wrapped([f"{indent}{name} = {value}"], indent)
    annotation = file.annotation(symbol, attribute.type)
    if attribute.class_variable:
        annotation = f"{file.names.special('typing.ClassVar')}[{annotation}]"
    line = f"{indent}{name}: {annotation}"
    if attribute.value is not None:
        line += f" = {file.names.value(symbol.module, attribute.value)}"
    return wrapped([line], indent)


def _field(
    file: Declarations,
    symbol: Symbol,
    cls: Class,
    name: str,
    parameter: Parameter,
    indent: str,
) -> Lines:
    annotation = file.annotation(symbol, parameter.type)
    options = []
    if parameter.factory is not None:
        factory = file.names.value(symbol.module, parameter.factory)
        options.append(f"default_factory={factory}")
    all_keyword_only = cls.dataclass is not None and cls.dataclass.kw_only
    if parameter.kind == "keyword-only" and not all_keyword_only:
        if parameter.default is not None:
            options.append(f"default={file.default(symbol, parameter.default)}")
        options.append("kw_only=True")
    if options:
        head = f"{name}: {annotation} = {file.names.special('dataclasses.field')}"
        return wrapped(bracketed(head, options, "", indent), indent)
    line = f"{indent}{name}: {annotation}"
    if parameter.default is not None:
        line += f" = {file.default(symbol, parameter.default)}"
    return wrapped([line], indent)


def _state(
    file: Declarations,
    symbol: Symbol,
    name: str,
    attribute: Attribute,
    indent: str,
) -> Lines:
    """A field that callers do not pass and that says nothing about equality."""
    options = []
    if attribute.factory is not None:
        factory = file.names.value(symbol.module, attribute.factory)
        options.append(f"default_factory={factory}")
    elif attribute.value is not None:
        options.append(f"default={file.names.value(symbol.module, attribute.value)}")
    options += ["init=False", "repr=False", "compare=False"]
    annotation = file.annotation(symbol, attribute.type)
    head = f"{name}: {annotation} = {file.names.special('dataclasses.field')}"
    return wrapped(bracketed(head, options, "", indent), indent)


def _without_new(cls: Class, member: Attribute) -> str:
    """The value of an enum member; of several that ``__new__`` takes, the first, where no core can take them."""
    value = member.value or ""
    new = cls.methods.get("__new__")
    tree = types.parse_value(value)
    if new is None or new.core or not isinstance(tree, ast.Tuple) or not tree.elts:
        return value
    return ast.unparse(tree.elts[0])
