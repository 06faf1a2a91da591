"""The old specs as users see them: each definition under the name it is imported by, each type with its names in full.

Knows that users need not know where a definition stands, so programs must not break when only that changes. It must not know
what programs are made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar, cast

from msgspec import structs

from codegen import spelling, types
from codegen.diff.surface import is_public
from codegen.model import Class, Definition, Element, Module, TypeAlias, TypeVariable
from codegen.package import Package, Symbol, definitions

E = TypeVar("E", bound=Element)

# The keys of the model that hold types, whatever they stand in.
_TYPES = ("type", "accepts", "receiver", "bound")
_BARE = ("Generic", "Protocol", "NamedTuple", "TypedDict")


def program_name(module: str) -> str:
    """The name of the Python module that holds the programs about a module."""
    return f"proof_{module.replace('.', '__')}"


def as_users_see(package: Package) -> Package:
    """The same API with every exported definition at the place it is imported from.

    Type variables are those of the programs, which declare them as they were, but invariant: programs are functions and
    ordinary classes, where a variance has no meaning.
    """
    aliases: dict[str, str] = {}
    modules: dict[str, Module] = {}
    for name, module in package.modules.items():
        for title, definition in definitions(module):
            home = definition.defined_in or name
            place = program_name(name) if _is_variable(definition) else name
            if home != place and (definition.exported or _is_variable(definition)):
                aliases[f"{home}.{title}"] = f"{place}.{title}"
        modules[name] = _moved(_spelled_out(module, _in_full(package, name)))
    return Package(modules, aliases=aliases)


def _is_variable(definition: Element) -> bool:
    return isinstance(definition, TypeVariable)


def _in_full(package: Package, module: str) -> Callable[[str], str]:
    """Names in full; an alias is replaced by what it stands for, because users need not have used it."""

    def spell(name: str) -> str:
        symbol = package.find(module, name)
        alias = symbol.definition if symbol is not None else None
        if symbol is None or not isinstance(alias, TypeAlias) or alias.distinct:
            return package.canonical(module, name) or name
        if not _is_generic(package, symbol):
            inside = _in_full(package, symbol.module)
            return spelling.spell_type(alias.type, inside)
        return package.canonical(module, name) or name

    return spell


def _is_generic(package: Package, alias: Symbol) -> bool:
    assert isinstance(alias.definition, TypeAlias)
    found = (
        package.find(alias.module, reference.name)
        for reference in types.references(alias.definition.type)
    )
    return any(symbol and _is_variable(symbol.definition) for symbol in found)


def _spelled_out(element: E, spell: Callable[[str], str]) -> E:
    """An element and all below it with the names in its types in full."""
    changed: dict[str, object] = {}
    for key in element.__struct_fields__:
        value = getattr(element, key)
        is_type = key in _TYPES or (key == "default" and _is_variable(element))
        if is_type and isinstance(value, str):
            changed[key] = spelling.spell_type(value, spell)
        elif key in ("bases", "constraints"):
            changed[key] = tuple(_base(text, spell) for text in value)
        elif isinstance(value, Element):
            changed[key] = _spelled_out(value, spell)
        elif isinstance(value, dict):
            group = cast("dict[str, object]", value)
            changed[key] = {
                name: _spelled_out(item, spell) if isinstance(item, Element) else item
                for name, item in group.items()
            }
        elif key == "overloads":
            changed[key] = tuple(_spelled_out(item, spell) for item in value)
    return structs.replace(element, **changed)


def _base(text: str, spell: Callable[[str], str]) -> str:
    """A base or constraint with its names in full, but for the words of typing that say what a class is."""
    full = spelling.spell_type(text, spell)
    bare = full.removeprefix("typing.")
    return bare if bare.partition("[")[0] in _BARE else full


def _moved(module: Module) -> Module:
    changed: dict[str, object] = {}
    for key in ("type_aliases", "variables", "classes", "functions"):
        group = cast("dict[str, Definition]", getattr(module, key))
        changed[key] = {
            name: structs.replace(item, defined_in=None) if item.exported else item
            for name, item in group.items()
        }
    changed["type_variables"] = {
        name: structs.replace(
            item, defined_in=program_name(module.module), variance="invariant"
        )
        for name, item in module.type_variables.items()
    }
    return structs.replace(module, **changed)


def import_paths(package: Package) -> Iterator[tuple[str, Symbol]]:
    """Every public dotted name under which something top-level can be imported."""
    for path, symbol in package.symbols.items():
        owner = path.rpartition(".")[0]
        passed_on = owner in package.modules and owner != symbol.module
        if (symbol.definition.exported or passed_on) and is_public(path):
            yield path, symbol


def public_symbols(view: Package, module: str) -> Iterator[Symbol]:
    """The definitions of a module that users may use, nested classes after their owner."""
    for name, definition in definitions(view.modules[module]):
        symbol = Symbol(module, name, definition, definition.defined_in or module)
        if definition.exported and is_public(symbol.public_path):
            yield symbol
            yield from _nested(symbol)


def _nested(outer: Symbol) -> Iterator[Symbol]:
    if not isinstance(outer.definition, Class):
        return
    for name, inner in outer.definition.classes.items():
        symbol = Symbol(outer.module, f"{outer.name}.{name}", inner, outer.home)
        if is_public(name):
            yield symbol
            yield from _nested(symbol)


def with_inherited(
    view: Package, symbol: Symbol, cls: Class, *, everything: bool
) -> Class:
    """A class with the members of its ancestors in the project: of all, or only of those that users cannot name."""
    attributes, properties, methods = cls.attributes, cls.properties, cls.methods
    own = {*attributes, *properties, *methods, *cls.classes}
    for module, name, ancestor in view.ancestors(symbol.module, cls):
        public = ancestor.exported and is_public(f"{module}.{name}")
        if public and not everything:
            continue
        attributes = {**_new(ancestor.attributes, own), **attributes}
        properties = {**_new(ancestor.properties, own), **properties}
        methods = {**_new(ancestor.methods, own), **methods}
        own |= {*attributes, *properties, *methods}
    return structs.replace(
        cls, attributes=attributes, properties=properties, methods=methods
    )


def _new(members: dict[str, E], known: set[str]) -> dict[str, E]:
    return {name: item for name, item in members.items() if name not in known}
