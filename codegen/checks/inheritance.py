"""Classes: what they inherit, and whether Python can make them."""

from __future__ import annotations

from collections.abc import Iterator

from codegen import types
from codegen.checks.base import Context, Finding
from codegen.diagnostics import suggest
from codegen.model import Class, Module, Parameter, TypeAlias
from codegen.package import Package
from codegen.walk import Path, classes


def bases(module: Module, context: Context) -> Iterator[Finding]:
    """No class inherits from itself or from something that is no class."""
    for path, cls in classes(module):
        for index, base in enumerate(cls.bases):
            here = (*path, "bases", index)
            for reference in _references(base)[:1]:
                symbol = context.package.find(module.module, reference.name)
                if symbol is None:
                    continue
                if not isinstance(symbol.definition, Class | TypeAlias):
                    message = f"'{reference.name}' is not a class"
                    yield Finding("not-a-class", here, message)
        if path[:-1] == ("classes",):
            cycle = _cycle(module.module, str(path[-1]), context.package)
            if cycle:
                message = f"'{path[-1]}' inherits from itself: {' -> '.join(cycle)}"
                yield Finding("cyclic-bases", (*path, "bases"), message)


def _references(text: str) -> tuple[types.Reference, ...]:
    try:
        return types.references(text)
    except types.ExpressionError:
        return ()


def _cycle(module: str, name: str, package: Package) -> list[str]:
    """The names along the way from a class back to itself; empty when there is no such way."""
    start = package.lookup(f"{module}.{name}") or package.find(module, name)
    if start is None:
        return []
    trail = [(start, [start.name])]
    seen = set()
    while trail:
        symbol, names = trail.pop()
        assert isinstance(symbol.definition, Class)
        for base in symbol.definition.bases:
            for reference in _references(base)[:1]:
                parent = package.find(symbol.module, reference.name)
                if parent is None or not isinstance(parent.definition, Class):
                    continue
                if parent.path == start.path:
                    return [*names, parent.name]
                if parent.path not in seen:
                    seen.add(parent.path)
                    trail.append((parent, [*names, parent.name]))
    return []


def dataclasses(module: Module, context: Context) -> Iterator[Finding]:
    """Fields have an order Python accepts, one default each, and document only what exists."""
    for path, cls in classes(module):
        if cls.dataclass is None:
            yield from _no_factories(path, cls)
            continue
        if cls.kind in ("enum", "protocol", "typed-dict"):
            message = f"a class cannot be a dataclass and of kind '{cls.kind}'"
            yield Finding("kind-conflict", (*path, "dataclass"), message, key=True)
            continue
        if _inherits_from_itself(path, module, context):
            continue
        yield from _fields(path, cls, module, context)


def _inherits_from_itself(path: Path, module: Module, context: Context) -> bool:
    if _cycle(module.module, str(path[-1]), context.package):
        return True
    cls = module.classes.get(str(path[1]))
    return cls is None


def _no_factories(path: Path, cls: Class) -> Iterator[Finding]:
    for name, parameter in (cls.parameters or {}).items():
        if parameter.factory is not None:
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
        if field.default is not None and field.default[:1] in ("[", "{"):
            factory = "list" if field.default[0] == "[" else "dict"
            message = f"all instances would share the default of '{name}'"
            hint = f"write `factory: {factory}`"
            yield Finding("mutable-default", (*here, "default"), message, hint)
        if field.kind not in ("positional-or-keyword", "keyword-only"):
            message = f"a field of a dataclass cannot be {field.kind}"
            yield Finding("parameter-order", (*here, "kind"), message)
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
