"""Which definitions cannot have changed for users, so that nobody has to look at them.

Knows how a change of one definition reaches another: through what a class inherits and what an alias stands for. It must not
know what a change means.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from codegen.diff.both import Side, Sides, names_of
from codegen.model import (
    Attribute,
    Class,
    Definition,
    Module,
    Parameter,
    TypeAlias,
    TypeVariable,
)
from codegen.package import BUILTIN_NAMES, Package, Symbol, definitions
from codegen.types import TYPING_NAMES


class Untouched:
    """Tells which pairs of definitions are the same in themselves and in all they build on."""

    def __init__(self, sides: Sides) -> None:
        self._sides = sides
        self._known: dict[int, bool] = {}
        self._scopes = _same_scopes(sides.old.package, sides.new.package)
        self._aliases: set[bytes] = set()
        self._classes: set[str] = set()
        for name, definition in self._differing():
            if isinstance(definition, Class):
                self._classes.add(name)
            elif isinstance(definition, TypeAlias):
                self._aliases.add(name.rpartition(".")[2].encode())
        self._follow_aliases()

    def _differing(self) -> Iterator[tuple[str, Definition | TypeVariable]]:
        """Definitions that exist on one side only, or say something else there."""
        old, new = self._sides
        for side, other in ((old, new), (new, old)):
            for name, module in side.package.modules.items():
                if module is other.package.modules.get(name):
                    continue
                for local, definition in definitions(module):
                    shared = side.shared(f"{definition.defined_in or name}.{local}")
                    found = other.symbol(shared)
                    both = found is not None and side is new
                    if found is None or not (
                        both or self._alike(definition, found, name)
                    ):
                        yield shared, definition

    def _alike(
        self, definition: Definition | TypeVariable, other: Symbol, module: str
    ) -> bool:
        if other.module != module or module not in self._scopes:
            return False
        theirs = other.definition
        if definition is theirs:
            return True
        known = self._known.get(id(definition))
        if known is None:
            known = self._known[id(definition)] = _same_text(definition, theirs)
        return known

    def _follow_aliases(self) -> None:
        """Aliases of touched aliases are touched."""
        while self._aliases:
            more = {
                name.encode()
                for module in self._sides.new.package.modules.values()
                for name, alias in module.type_aliases.items()
                if name.encode() not in self._aliases
                and any(
                    used.rpartition(".")[2].encode() in self._aliases
                    for used in names_of(alias.type)
                )
            }
            if not more:
                return
            self._aliases |= more

    def same_member(self, old: object, new: object, module: str) -> bool:
        """Whether nothing about two members can have changed that stand in a module of one name."""
        if old != new or module not in self._scopes or self._names_touched(old):
            return False
        return isinstance(old, Parameter | Attribute) or _same_text(old, new)

    def _names_touched(self, definition: object) -> bool:
        if not self._aliases:
            return False
        text = msgspec.msgpack.encode(definition)
        return any(alias in text for alias in self._aliases)

    def same(self, old: Symbol, new: Symbol) -> bool:
        """Whether nothing about two definitions can have changed."""
        if not self._alike(old.definition, new, old.module):
            return False
        if self._names_touched(old.definition):
            return False
        if isinstance(old.definition, Class):
            return not (
                self._builds_on_touched(self._sides.old, old)
                or self._builds_on_touched(self._sides.new, new)
            )
        return True

    def _builds_on_touched(self, side: Side, symbol: Symbol) -> bool:
        definition = symbol.definition
        if not isinstance(definition, Class) or not self._classes:
            return False
        if definition.bases and any(
            side.shared(ancestor.symbol.path) in self._classes
            for ancestor in side.lineage(symbol).ancestors
        ):
            return True
        return any(
            self._builds_on_touched(
                side, Symbol(symbol.module, f"{symbol.name}.{name}", inner, symbol.home)
            )
            for name, inner in definition.classes.items()
        )


def _same_text(one: object, other: object) -> bool:
    """Whether two definitions say the same in the same order, which equal mappings need not have."""
    encode = msgspec.msgpack.encode
    return one == other and encode(one) == encode(other)


def _same_scopes(old: Package, new: Package) -> set[str]:
    """The modules in which every bare name means what it meant."""
    found: set[str] = set()
    for name, module in old.modules.items():
        other = new.modules.get(name)
        if other is module:
            found.add(name)
        elif other is not None and module.imports == other.imports:
            hiding = (_names(module) ^ _names(other)) & (BUILTIN_NAMES | TYPING_NAMES)
            if not hiding:
                found.add(name)
    return found


def _names(module: Module) -> set[str]:
    return {name for name, _ in definitions(module)}
