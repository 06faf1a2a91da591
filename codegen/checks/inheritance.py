"""Dataclasses and other kinds of classes: options that exclude each other, and fields in an order Python accepts."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codegen import types
from codegen.checks.base import Context, Finding
from codegen.checks.bases import Lines, class_path
from codegen.diagnostics import suggest
from codegen.model import Class, Module, Parameter
from codegen.package import Package
from codegen.walk import Path, classes


def dataclasses(module: Module, context: Context) -> Iterator[Finding]:
    """Fields have an order Python accepts, one default each, and document only what exists."""
    for path, cls in classes(module):
        yield from _kind_conflicts(path, cls)
        yield from _no_factories(path, cls)
        if cls.dataclass is None:
            continue
        if cls.kind in ("enum", "protocol", "typed-dict"):
            continue
        if Lines.of(context.package).sound(class_path(path, module)):
            yield from _option_conflicts(path, cls, module, context.package)
            yield from _fields(path, cls, module, context)


def _kind_conflicts(path: Path, cls: Class) -> Iterator[Finding]:
    """An enum, a protocol and a typed-dict have no constructor, and a typed-dict has only items."""
    if cls.runtime_checkable and cls.kind != "protocol":
        message = "only a protocol can be checked at run time by its members"
        here = (*path, "runtime_checkable")
        yield Finding(
            "kind-conflict", here, message, "write `kind: protocol`", key=True
        )
    if cls.kind not in ("enum", "protocol", "typed-dict"):
        return
    if cls.dataclass is not None:
        message = f"a class cannot be a dataclass and of kind '{cls.kind}'"
        yield Finding("kind-conflict", (*path, "dataclass"), message, key=True)
    elif cls.parameters is not None:
        message = f"a class of kind '{cls.kind}' has no constructor of its own"
        hint = "list its members and items under 'attributes'"
        yield Finding("kind-conflict", (*path, "parameters"), message, hint, key=True)
    if cls.kind == "typed-dict":
        for group in ("methods", "properties", "classes"):
            if getattr(cls, group):
                message = f"a class of kind 'typed-dict' has no {group}"
                yield Finding("kind-conflict", (*path, group), message, key=True)


def _option_conflicts(
    path: Path, cls: Class, module: Module, package: Package
) -> Iterator[Finding]:
    """Options of a dataclass that Python refuses together, or beside those of its bases."""
    assert cls.dataclass is not None
    here = (*path, "dataclass")
    if cls.dataclass.order and not cls.dataclass.eq:
        message = "a dataclass with `order: true` cannot have `eq: false`"
        yield Finding("kind-conflict", here, message, key=True)
    written = {
        "order": ("__lt__", "__le__", "__gt__", "__ge__"),
        "frozen": ("__setattr__", "__delattr__"),
        "unsafe_hash": ("__hash__",),
    }
    for option, methods in written.items():
        for method in methods:
            if getattr(cls.dataclass, option) and method in cls.methods:
                message = f"`{option}: true` writes '{method}', which is given already"
                place = (*path, "methods", method)
                yield Finding("kind-conflict", place, message, key=True)
    for _, name, ancestor in package.ancestors(module.module, cls):
        options = ancestor.dataclass
        if options is not None and options.frozen != cls.dataclass.frozen:
            message = f"the class is frozen, but its base '{name}' is not"
            if options.frozen:
                message = f"the class is not frozen, but its base '{name}' is"
            hint = "Python wants all dataclasses of a line frozen, or none"
            yield Finding("kind-conflict", here, message, hint, key=True)
            return


def _no_factories(path: Path, cls: Class) -> Iterator[Finding]:
    for name, attribute in cls.attributes.items():
        shared = cls.dataclass is None or attribute.class_variable
        if attribute.factory is not None and shared:
            here = (*path, "attributes", name, "factory")
            message = f"'{name}' has a factory, but is no field of a dataclass"
            hint = "give it a value, or set it in the core"
            yield Finding("factory-place", here, message, hint, key=True)
    for name, parameter in (cls.parameters or {}).items():
        if parameter.factory is not None and cls.dataclass is None:
            here = (*path, "parameters", name, "factory")
            message = f"'{name}' has a factory, but the class is no dataclass"
            hint = "add `dataclass: {}` to the class, or use a default"
            yield Finding("factory-place", here, message, hint, key=True)


def _fields(
    path: Path, cls: Class, module: Module, context: Context
) -> Iterator[Finding]:
    inherited: dict[str, Parameter] = {}
    if cls.bases:
        base_only = Class(bases=cls.bases, dataclass=cls.dataclass, parameters={})
        inherited = context.package.constructor(module.module, base_only) or {}
    for name, field in (cls.parameters or {}).items():
        here = (*path, "parameters", name)
        if field.type is None and name not in inherited:
            if context.incomplete:
                continue
            message = f"no base has a field '{name}', and it has no type"
            hint = suggest(name, inherited) or "give it a type to declare it"
            yield Finding("unknown-field", here, message, hint, key=True)
        yield from _mutable((*here, "default"), name, field.default, module, context)
        if field.kind not in ("positional-or-keyword", "keyword-only"):
            message = f"a field of a dataclass cannot be {field.kind}"
            yield Finding("parameter-order", (*here, "kind"), message)
    for name, attribute in cls.attributes.items():
        if not attribute.class_variable:
            here = (*path, "attributes", name, "value")
            yield from _mutable(here, name, attribute.value, module, context)
    optional = ""
    fields = context.package.constructor(module.module, cls) or {}
    for name, field in fields.items():
        if field.kind == "keyword-only":
            continue
        if not field.required:
            optional = name
        elif optional and name in (cls.parameters or {}):
            message = f"'{name}' has no default, but '{optional}' before it has one"
            hint = "give it a default, or `kind: keyword-only`"
            here = (*path, "parameters", name)
            yield Finding("field-order", here, message, hint, key=True)


# Builtins whose instances dataclasses refuse as defaults, because all instances would share one.
_MUTABLE = frozenset(
    "list dict set bytearray collections.OrderedDict collections.defaultdict "
    "collections.deque collections.Counter".split()
)


def _mutable(
    path: Path, name: str, default: str | None, module: Module, context: Context
) -> Iterator[Finding]:
    """A default that dataclasses refuse, because it can change and has no hash."""
    try:
        tree = types.parse_value(default or "None")
    except types.ExpressionError:
        return
    factory, empty = "", False
    match tree:
        case ast.List(elts=items) | ast.Set(elts=items) | ast.Dict(keys=items):
            factory, empty = type(tree).__name__.lower(), not items
        case ast.Call(func=function, args=arguments, keywords=keywords):
            called = types.dotted(function) or ""
            if _makes_unhashable(called, module, context.package):
                factory, empty = called, not (arguments or keywords)
        case _:
            pass
    if factory:
        message = f"all instances would share the default of '{name}'"
        hint = f"write `factory: {factory}`"
        if not empty:
            hint = "use something that cannot change, or fill it in the core"
        yield Finding("mutable-default", path, message, hint)


def _makes_unhashable(name: str, module: Module, package: Package) -> bool:
    path = package.canonical(module.module, name) or ""
    symbol = package.lookup(path)
    if symbol is None or not isinstance(symbol.definition, Class):
        return path in _MUTABLE
    cls = symbol.definition
    options = cls.dataclass
    equal = "__eq__" in cls.methods
    if options is not None:
        equal |= options.eq and not options.frozen and not options.unsafe_hash
    return equal and "__hash__" not in cls.methods
