"""The two sides of a comparison, with names that mean the same on both, and what their classes inherit.

Knows the order in which a class inherits and what its type variables stand for above it. It must not judge a change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from codegen import types
from codegen.diff.surface import (
    Surface,
    correspondence,
    modules,
    renamer,
    surface,
)
from codegen.diff.typed import ANY, VARIABLE, Reader, Type, substitute, variables
from codegen.model import Class, TypeVariable
from codegen.package import Package, Symbol


class Ancestor(NamedTuple):
    """A class of the project with what its type variables stand for in the class that inherits from it."""

    symbol: Symbol
    cls: Class
    meant: Mapping[str, Type]


class Lineage(NamedTuple):
    """A class and all it inherits from, nearest first; ``foreign`` are the bases from elsewhere."""

    ancestors: list[Ancestor]
    foreign: list[Type]


class Side:
    """One side: its specs, what is public in them, and its types in shared names."""

    def __init__(
        self,
        package: Package,
        public: Surface,
        shared: Callable[[str], str],
        own: Callable[[str], str],
    ) -> None:
        self.package = package
        self.public = public
        self.shared = shared
        self.reader = Reader(package, shared)
        self._own = own
        self._lineages: dict[str, Lineage] = {}

    @cached_property
    def modules(self) -> set[str]:
        """The modules that users may import."""
        return modules(self.package)

    @cached_property
    def names(self) -> dict[str, str]:
        """The name by which users import each definition, by its shared name; those that are not public are missing."""
        names: dict[str, str] = {}
        for path, symbol in self.public.items():
            if isinstance(symbol, Symbol):
                known = names.get(self.shared(symbol.path))
                # The module that holds the spec is where users import from.
                if known is None or path == symbol.public_path:
                    names[self.shared(symbol.path)] = path
        return names

    def symbol(self, shared: str) -> Symbol | None:
        """The definition behind a shared name."""
        return self.package.lookup(self._own(shared))

    def lineage(self, symbol: Symbol) -> Lineage:
        """What a class inherits, itself first."""
        known = self._lineages.get(symbol.path)
        if known is None:
            assert isinstance(symbol.definition, Class)
            own = Ancestor(symbol, symbol.definition, {})
            # A circle, reported elsewhere, ends here.
            self._lineages[symbol.path] = Lineage([own], [])
            known = self._lineages[symbol.path] = self._climb(own)
        return known

    def _climb(self, own: Ancestor) -> Lineage:
        chain: dict[str, Ancestor] = {}
        foreign: dict[Type, None] = {}
        for base in self.bases(own):
            symbol = self.symbol(base.head)
            if symbol is None or not isinstance(symbol.definition, Class):
                foreign.setdefault(base)
                continue
            meant = self.meant(symbol, base)
            above = self.lineage(symbol)
            for found in above.ancestors:
                inner = {n: substitute(t, meant) for n, t in found.meant.items()}
                entry = found._replace(meant=meant if found.symbol is symbol else inner)
                # A shared ancestor comes after all that inherit from it.
                chain.pop(found.symbol.path, None)
                chain[found.symbol.path] = entry
            foreign.update((substitute(t, meant), None) for t in above.foreign)
        return Lineage([own, *chain.values()], list(foreign))

    def bases(self, own: Ancestor) -> Iterator[Type]:
        """The bases of a class as types."""
        for text in own.cls.bases:
            yield self.reader.read(own.symbol.module, text)

    def parameters(self, symbol: Symbol) -> list[str]:
        """The type parameters of a class, as the heads of variables."""
        assert isinstance(symbol.definition, Class)
        bases = [
            self.reader.read(symbol.module, text) for text in symbol.definition.bases
        ]
        for base in bases:
            if base.head in ("typing.Generic", "typing.Protocol") and base.arguments:
                return list(dict.fromkeys(variables(base)))
        return list(dict.fromkeys(name for base in bases for name in variables(base)))

    def meant(self, symbol: Symbol, type_: Type) -> dict[str, Type]:
        """What the type parameters of a class stand for in a type of it."""
        names = self.parameters(symbol)
        given = (*type_.arguments, *(ANY for _ in names))
        return dict(zip(names, given, strict=False))

    def variable(self, head: str) -> TypeVariable | None:
        """The declaration of a type variable."""
        symbol = self.symbol(head.removeprefix(VARIABLE))
        definition = None if symbol is None else symbol.definition
        return definition if isinstance(definition, TypeVariable) else None

    def upper(self, head: str) -> Type | None:
        """The type that a variable's types fit: its bound, the union of its constraints; None when there is none."""
        symbol = self.symbol(head.removeprefix(VARIABLE))
        found = None if symbol is None else symbol.definition
        if symbol is None or not isinstance(found, TypeVariable):
            return None
        if found.constraints:
            text = f"Union[{', '.join(found.constraints)}]"
            return self.reader.read(symbol.module, text)
        return (
            self.reader.read(symbol.module, found.bound)
            if found.bound is not None
            else None
        )


class Sided(NamedTuple):
    """A class of one side."""

    side: Side
    symbol: Symbol

    @property
    def cls(self) -> Class:
        """What its spec says."""
        assert isinstance(self.symbol.definition, Class)
        return self.symbol.definition

    @property
    def ancestors(self) -> list[Ancestor]:
        """The classes of the project it inherits from, nearest first, itself left out."""
        return self.side.lineage(self.symbol).ancestors[1:]

    @property
    def foreign(self) -> list[Type]:
        """The bases from elsewhere, its own and inherited ones."""
        return self.side.lineage(self.symbol).foreign


class Sides(NamedTuple):
    """Both sides."""

    old: Side
    new: Side

    @classmethod
    def of(cls, old: Package, new: Package) -> Sides:
        """Two packages, with shared names: those of the new side, where something is on both."""
        before, after = surface(old), surface(new)
        same = correspondence(old, new, before, after)
        back = {theirs: ours for ours, theirs in same.items()}
        return cls(
            Side(old, before, renamer(same), renamer(back)),
            Side(new, after, lambda path: path, lambda path: path),
        )

    def home(self, shared: str) -> tuple[Side, Symbol] | None:
        """Where a shared name is defined: on the new side, else on the old one."""
        for side in (self.new, self.old):
            symbol = side.symbol(shared)
            if symbol is not None:
                return side, symbol
        return None


def names_of(text: str) -> set[str]:
    """The names an expression uses, as it spells them; none when it cannot be read."""
    try:
        return {reference.name for reference in types.references(text)}
    except types.ExpressionError:
        return set()
