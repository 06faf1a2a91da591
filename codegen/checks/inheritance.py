"""Classes: what they inherit, and whether Python can make them."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from codegen import types
from codegen.checks.base import Context, Finding
from codegen.diagnostics import suggest
from codegen.model import Class, Module, Parameter, TypeAlias
from codegen.package import BUILTIN_NAMES, Package, Symbol
from codegen.walk import Path, classes


def bases(module: Module, context: Context) -> Iterator[Finding]:
    """No class inherits from itself or from something that is no class."""
    for path, cls in classes(module):
        for index, base in enumerate(cls.bases):
            here = (*path, "bases", index)
            message = _base_problem(base, cls, module, context.package)
            if message:
                yield Finding("not-a-class", here, message)
        message = _order_problem(cls, module, context.package)
        if message:
            yield Finding("base-order", (*path, "bases"), message, key=True)
        if path[:-1] == ("classes",):
            cycle = base_cycle(module.module, str(path[-1]), context.package)
            if cycle:
                message = f"'{path[-1]}' inherits from itself: {' -> '.join(cycle)}"
                yield Finding("cyclic-bases", (*path, "bases"), message)


# Forms of typing that a class statement refuses.
_NO_BASES = frozenset(
    "Annotated AnyStr ClassVar Concatenate Final Literal LiteralString Never NoReturn "
    "NotRequired Optional Required Self TypeGuard Union Unpack".split()
)


def _base_problem(base: str, cls: Class, module: Module, package: Package) -> str:
    """Why Python refuses a base; nothing when it does not, or when the base is reported elsewhere."""
    try:
        tree = types.parse_type(base)
    except types.ExpressionError:
        return ""
    if isinstance(tree, ast.Subscript):
        tree = tree.value
    name = types.dotted(tree)
    if name is None:
        return f"{types.shorten(base)} is not a class"
    path = package.canonical(module.module, name) or ""
    symbol = package.lookup(path)
    if symbol is not None:
        return _project_base_problem(name, symbol, cls, package)
    if path.startswith("typing.") and path.rpartition(".")[2] in _NO_BASES:
        return f"'{name}' is a form of type, not a class"
    if path in BUILTIN_NAMES:
        found = getattr(builtins, path)
        if not isinstance(found, type):
            return f"'{name}' is not a class"
        if _made_by_python(cls.bases[0], (found,)):
            return f"Python does not let classes inherit from '{name}'"
    return ""


def _project_base_problem(
    name: str, symbol: Symbol, cls: Class, package: Package
) -> str:
    match symbol.definition:
        case Class(kind="enum", attributes=attributes) if attributes:
            return f"'{name}' is an enum with members, which nothing inherits from"
        case Class():
            return ""
        case TypeAlias(type=text) if text != name:
            owner = package.modules[symbol.module]
            if _base_problem(text, cls, owner, package):
                return f"'{name}' stands for {types.shorten(text)}, which is no class"
            return ""
    return f"'{name}' is not a class"


def _made_by_python(name: str, parents: tuple[type, ...]) -> str:
    """Make an empty class to see whether Python can; return its complaint."""
    try:
        type(name, parents, {})
    except TypeError as error:
        return " ".join(str(error).split())
    return ""


def _order_problem(cls: Class, module: Module, package: Package) -> str:
    """Why Python cannot order several bases; it is asked with empty classes in their place."""
    if len(cls.bases) < 2:
        return ""
    parents = _stand_ins(module.module, cls, package, {})
    names = [parent.__name__ for parent in parents]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None and len(set(parents)) < len(parents):
        return f"'{twice}' is given twice"
    complaint = _made_by_python("Class", parents)
    if "MRO" in complaint:
        order = ", ".join(names)
        return f"Python finds no method resolution order for the bases {order}"
    if complaint:
        return f"Python cannot combine the bases {', '.join(names)}"
    return ""


def _stand_ins(
    module_name: str, cls: Class, package: Package, made: dict[str, type]
) -> tuple[type, ...]:
    """Empty classes that inherit as the bases of a class do; bases from elsewhere are left out."""
    found: list[type] = []
    for base in cls.bases:
        for reference in _references(base)[:1]:
            path = package.canonical(module_name, reference.name) or ""
            symbol = package.lookup(path)
            if symbol is not None and isinstance(symbol.definition, Class):
                if path not in made:
                    made[path] = object  # A circle ends here; it is reported elsewhere.
                    above = _stand_ins(symbol.module, symbol.definition, package, made)
                    possible = not _made_by_python(symbol.name, above)
                    made[path] = type(symbol.name, above if possible else (), {})
                found.append(made[path])
            elif isinstance(getattr(builtins, path, None), type):
                found.append(getattr(builtins, path))
    return tuple(found)


def _references(text: str) -> tuple[types.Reference, ...]:
    try:
        return types.references(text)
    except types.ExpressionError:
        return ()


def base_cycle(module: str, name: str, package: Package) -> list[str]:
    """The names along the way from a class back to itself; empty when there is no such way."""
    start = package.lookup(f"{module}.{name}") or package.find(module, name)
    if start is None:
        return []
    trail = [(start, [start.name])]
    seen = set()
    while trail:
        symbol, names = trail.pop()
        if not isinstance(symbol.definition, Class):
            continue
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
        yield from _kind_conflicts(path, cls)
        if cls.dataclass is None:
            yield from _no_factories(path, cls)
            continue
        if cls.kind in ("enum", "protocol", "typed-dict"):
            continue
        yield from _option_conflicts(path, cls, module, context.package)
        if _inherits_from_itself(path, module, context):
            continue
        yield from _fields(path, cls, module, context)


def _kind_conflicts(path: Path, cls: Class) -> Iterator[Finding]:
    """An enum, a protocol and a typed-dict have no constructor, and a typed-dict has only items."""
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
    for _, name, ancestor in package.ancestors(module.module, cls):
        options = ancestor.dataclass
        if options is not None and options.frozen != cls.dataclass.frozen:
            message = f"the class is frozen, but its base '{name}' is not"
            if options.frozen:
                message = f"the class is not frozen, but its base '{name}' is"
            hint = "Python wants all dataclasses of a line frozen, or none"
            yield Finding("kind-conflict", here, message, hint, key=True)
            return


def _inherits_from_itself(path: Path, module: Module, context: Context) -> bool:
    if base_cycle(module.module, str(path[-1]), context.package):
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
