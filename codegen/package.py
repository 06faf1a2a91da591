"""All modules of a project together: what every name means, what a class inherits, what depends on what.

Knows Python's scoping and inheritance rules as far as specs need them. It must not know how anything is printed, and it
reports nothing: a name it cannot resolve is None, and rules say so.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from posixpath import commonpath
from typing import NamedTuple

import msgspec

from codegen import spelling, types
from codegen.model import Class, Definition, Module, Parameter, TypeVariable
from codegen.placement import page_files
from codegen.walk import classes, expressions

BUILTIN_NAMES = frozenset(name for name in vars(builtins) if not name.startswith("_"))


class Symbol(NamedTuple):
    """A named thing of the project: the module whose spec holds it, its name there, and where it is defined."""

    module: str
    name: str
    definition: Definition | TypeVariable
    home: str

    @property
    def path(self) -> str:
        """The dotted name by which generated code imports it."""
        return f"{self.home}.{self.name}"

    @property
    def public_path(self) -> str:
        """The dotted name by which users import it; the private one where it is not exported."""
        return f"{self.module}.{self.name}" if self.definition.exported else self.path


class Package:
    """The specs of a project, indexed."""

    def __init__(
        self,
        modules: Mapping[str, Module],
        *,
        aliases: Mapping[str, str] | None = None,
        external: frozenset[str] = frozenset(),
    ) -> None:
        self.modules = dict(modules)
        self._aliases = dict(aliases or {})
        self._external_roots = external | sys.stdlib_module_names
        self._ancestors: dict[str, list[tuple[str, str, Class]]] = {}
        self._scopes: dict[str, dict[str, str]] = {}
        self._canonical: dict[tuple[str, str], str | None] = {}
        self._constructors: dict[tuple[str, str], dict[str, Parameter] | None] = {}

    def narrowed(self, modules: Mapping[str, Module]) -> Package:
        """Fewer modules, or less in them, whose names mean what they mean here."""
        external = self._external_roots - sys.stdlib_module_names
        return Package(modules, aliases=self._aliases, external=external)

    @cached_property
    def symbols(self) -> dict[str, Symbol]:
        """Every top-level definition under each dotted name it can be imported by."""
        table: dict[str, Symbol] = {}
        for module_name, module in self.modules.items():
            for name, definition in definitions(module):
                home = definition.defined_in or module_name
                symbol = Symbol(module_name, name, definition, home)
                table[f"{home}.{name}"] = symbol
                if definition.exported:
                    table[f"{module_name}.{name}"] = symbol
        for module_name, module in self.modules.items():
            for exported in module.exports:
                found = table.get(exported)
                if found is not None:
                    table.setdefault(f"{module_name}.{found.name}", found)
        return table

    @cached_property
    def claims(self) -> dict[str, set[str]]:
        """Each dotted name a definition can be imported by, with the modules whose specs define it."""
        claims: dict[str, set[str]] = {}
        for module_name, module in self.modules.items():
            for name, definition in definitions(module):
                home = definition.defined_in or module_name
                claims.setdefault(f"{home}.{name}", set()).add(module_name)
                if definition.exported and home != module_name:
                    claims.setdefault(f"{module_name}.{name}", set()).add(module_name)
        return claims

    @cached_property
    def homes(self) -> frozenset[str]:
        """The names of all modules that hold a definition, and of all packages above them."""
        names = {symbol.home for symbol in self.symbols.values()} | set(self.modules)
        return frozenset(parent for name in names for parent in _with_parents(name))

    @cached_property
    def root(self) -> str:
        """The innermost package that all modules are in."""
        names = {symbol.home for symbol in self.symbols.values()} | set(self.modules)
        paths = [name.replace(".", "/") for name in names]
        found = commonpath(paths).replace("/", ".")
        is_folder = any(home.startswith(f"{found}.") for home in self.homes)
        return found if is_folder or "." not in found else found.rpartition(".")[0]

    @cached_property
    def page_files(self) -> dict[str, tuple[str, int]]:
        """Who writes each file of a published page, in lower case: the first module that claims it, and its how manieth."""
        claimed: dict[str, tuple[str, int]] = {}
        for name, module in self.modules.items():
            for index, (file, _) in enumerate(page_files(name, module)):
                claimed.setdefault(file.casefold(), (name, index))
        return claimed

    def scope(self, module_name: str) -> dict[str, str]:
        """The bare names a spec may use beside builtins and typing, with what they stand for."""
        scope = self._scopes.get(module_name)
        if scope is None:
            module = self.modules[module_name]
            scope = dict(imported(entry) for entry in module.imports)
            scope |= {
                name: f"{definition.defined_in or module_name}.{name}"
                for name, definition in definitions(module)
            }
            self._scopes[module_name] = scope
        return scope

    def canonical(self, module_name: str, name: str) -> str | None:
        """The one dotted name for what a spec of ``module_name`` calls ``name``; None when it means nothing.

        Project names come back under their defining module, typing's old aliases in their modern form.
        """
        key = (module_name, name)
        if key not in self._canonical:
            self._canonical[key] = self._resolve(module_name, name)
        return self._canonical[key]

    def _resolve(self, module_name: str, name: str) -> str | None:
        first, dot, rest = name.partition(".")
        bound = self.scope(module_name).get(first)
        if bound is not None:
            return self._absolute(f"{bound}{dot}{rest}")
        if not dot and name in BUILTIN_NAMES:
            return name
        if not dot and name in types.TYPING_NAMES:
            return types.MODERN.get(f"typing.{name}", f"typing.{name}")
        return self._absolute(name) if dot else None

    def _absolute(self, path: str) -> str | None:
        for prefix, replacement in self._aliases.items():
            if path == prefix or path.startswith(prefix + "."):
                path = replacement + path[len(prefix) :]
                break
        symbol = self.lookup(path)
        if symbol is not None:
            return symbol.path
        owner, _, member = path.rpartition(".")
        symbol = self.lookup(owner) if owner else None
        if symbol is not None:
            return f"{symbol.path}.{member}" if has_member(symbol, member) else None
        root = path.partition(".")[0]
        if root in self.homes or root not in self._external_roots:
            return None
        owner, _, builtin = path.rpartition(".")
        if owner == "builtins" and builtin in BUILTIN_NAMES:
            return builtin
        return types.MODERN.get(path, path)

    def is_known(self, path: str) -> bool:
        """Whether an absolute dotted name leads to a definition, to a module of the project, or out of it."""
        return path in self.homes or self._absolute(path) is not None

    def lookup(self, path: str) -> Symbol | None:
        """The symbol with this absolute dotted name; nested classes are found through their outer one."""
        symbol = self.symbols.get(path)
        if symbol is not None:
            return symbol
        outer_path, _, name = path.rpartition(".")
        outer = self.lookup(outer_path) if outer_path else None
        if outer is None:
            return None
        return nested(outer, name)

    def find(self, module_name: str, name: str) -> Symbol | None:
        """The project symbol a spec of ``module_name`` means by ``name``; None for names from elsewhere."""
        path = self.canonical(module_name, name)
        return None if path is None else self.lookup(path)

    def outermost(self, module_name: str, name: str) -> Symbol | None:
        """The top-level definition a spec of ``module_name`` means by ``name``, or reaches a member of."""
        path = self.canonical(module_name, name)
        while path:
            symbol = self.symbols.get(path)
            if symbol is not None:
                return symbol
            path = path.rpartition(".")[0]
        return None

    def render(self, module_name: str, text: str) -> str:
        """Write a type for readers: modern form, short names for the project's, typing's and builtin names."""
        return spelling.spell_type(text, lambda name: self._short(module_name, name))

    def _short(self, module_name: str, name: str) -> str:
        path = self.canonical(module_name, name) or name
        symbol = self.lookup(path)
        if symbol is not None:
            return symbol.name
        if path in ("typing.Optional", "typing.Union"):
            return path
        if path.startswith(("typing.", "collections.abc.")):
            return path.rpartition(".")[2]
        return path

    def ancestors(self, module_name: str, cls: Class) -> list[tuple[str, str, Class]]:
        """The project's classes it inherits from, in method resolution order, as (module, name, class)."""
        chain: dict[str, tuple[str, str, Class]] = {}
        for base in cls.bases:
            for reference in types.references_of(base)[:1]:
                symbol = self.find(module_name, reference.name)
                if symbol is None or not isinstance(symbol.definition, Class):
                    continue
                entry = (symbol.module, symbol.name, symbol.definition)
                for found in (entry, *self._above(symbol, symbol.definition)):
                    # A shared ancestor comes after all that inherit from it.
                    chain.pop(f"{found[0]}.{found[1]}", None)
                    chain[f"{found[0]}.{found[1]}"] = found
        return list(chain.values())

    def _above(self, symbol: Symbol, cls: Class) -> list[tuple[str, str, Class]]:
        """The ancestors of a class of the project, found out once; a circle, reported elsewhere, ends here."""
        known = self._ancestors.get(symbol.path)
        if known is None:
            self._ancestors[symbol.path] = []
            known = self._ancestors[symbol.path] = self.ancestors(symbol.module, cls)
        return known

    def type_variables(self, symbol: Symbol) -> list[Symbol]:
        """The type variables a class is generic in, in the order in which they are passed to it."""
        assert isinstance(symbol.definition, Class)
        bases = symbol.definition.bases
        declaring = [
            base for base in bases if base.startswith(("Generic[", "Protocol["))
        ]
        found: dict[str, Symbol] = {}
        for base in declaring or bases:
            for reference in types.references_of(base):
                used = self.find(symbol.module, reference.name)
                if used is not None and isinstance(used.definition, TypeVariable):
                    found[used.path] = used
        return list(found.values())

    def constructor(self, module_name: str, cls: Class) -> dict[str, Parameter] | None:
        """The parameters of a class's ``__init__`` with inherited dataclass fields; None when there is none.

        Inherited fields carry no text, unless the class gives one of its own.
        """
        if cls.dataclass is None:
            if cls.parameters is not None:
                return cls.parameters
            for owner, _, ancestor in self.ancestors(module_name, cls):
                if ancestor.dataclass is not None or ancestor.parameters is not None:
                    return self.constructor(owner, ancestor)
            return None
        fields: dict[str, Parameter] = {}
        for _, _, ancestor in reversed(self.ancestors(module_name, cls)):
            if ancestor.dataclass is not None:
                _add_fields(fields, ancestor)
        silent = {
            name: msgspec.structs.replace(field, doc="") if field.doc else field
            for name, field in fields.items()
        }
        _add_fields(silent, cls)
        # Python moves keyword-only fields behind the others.
        return dict(
            sorted(silent.items(), key=lambda item: item[1].kind == "keyword-only")
        )

    def surface(self, module_name: str) -> str:
        """What other modules see of one when they only name its definitions: two equal ones are interchangeable."""
        module = self.modules[module_name]
        facts = [module.page.style, *module.exports]
        for name, definition in definitions(module):
            facts.append(f"{name} {type(definition).__name__}")
            facts.append(f"{definition.defined_in} {definition.exported}")
            if isinstance(definition, TypeVariable | Class):
                facts.append(definition.kind)
            if isinstance(definition, Class):
                facts += _member_paths(definition)
        return "\n".join(facts)

    def inherited_modules(self, module_name: str) -> set[str]:
        """The modules that classes of this one inherit from, however far, itself left out."""
        module = self.modules[module_name]
        found = {
            owner
            for _, cls in classes(module)
            if cls.bases
            for owner, _, _ in self.ancestors(module_name, cls)
        }
        return found - {module_name}

    def named_modules(self, module_name: str) -> set[str]:
        """The modules whose definitions this one names, itself left out."""
        module = self.modules[module_name]
        texts = {expression.text for expression in expressions(module)}
        names = {
            reference.name for text in texts for reference in types.references_of(text)
        }
        names.update(imported(entry)[1] for entry in module.imports)
        names.update(module.exports)
        found = {
            symbol.module for name in names if (symbol := self.find(module_name, name))
        }
        return found - {module_name}


def definitions(module: Module) -> Iterator[tuple[str, Definition | TypeVariable]]:
    """Every top-level definition of a module with its name."""
    yield from module.type_variables.items()
    yield from module.type_aliases.items()
    yield from module.variables.items()
    yield from module.classes.items()
    yield from module.functions.items()


def imported(entry: str) -> tuple[str, str]:
    """The local name and the dotted name of an ``imports`` entry, ``a.b.C`` or ``a.b.C as D``."""
    path, _, local = entry.partition(" as ")
    return local.strip() or path.rpartition(".")[2], path.strip()


def nested(outer: Symbol, name: str) -> Symbol | None:
    """The class ``name`` inside the class ``outer``."""
    if not isinstance(outer.definition, Class):
        return None
    inner = outer.definition.classes.get(name)
    if inner is None:
        return None
    return Symbol(outer.module, f"{outer.name}.{name}", inner, outer.home)


def has_member(symbol: Symbol, name: str) -> bool:
    """Whether something other than a class can be reached through a symbol: an enum member, ``P.args``."""
    definition = symbol.definition
    if isinstance(definition, TypeVariable):
        return definition.kind == "param-spec" and name in ("args", "kwargs")
    if isinstance(definition, Class):
        return name in definition.attributes or name in definition.methods
    return False


def _member_paths(cls: Class) -> list[str]:
    names = [*cls.attributes, *cls.properties, *cls.methods]
    for name, inner in cls.classes.items():
        names += [name, *(f"{name}.{path}" for path in _member_paths(inner))]
    return names


def _with_parents(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition(".")[0]


def _add_fields(fields: dict[str, Parameter], cls: Class) -> None:
    assert cls.dataclass is not None
    for name, own in (cls.parameters or {}).items():
        known = fields.get(name)
        if own.type is None and known is not None:
            fields[name] = msgspec.structs.replace(known, doc=own.doc)
        elif cls.dataclass.kw_only and own.kind != "keyword-only":
            fields[name] = msgspec.structs.replace(own, kind="keyword-only")
        else:
            fields[name] = own
