"""What a type inherits from, with type arguments, wherever its class is defined: on either side, or in a library.

Knows how bases are followed. It must not judge what fits what.
"""

from __future__ import annotations

import collections.abc
from typing import NamedTuple

from codegen.diff.both import Ancestor, Sides
from codegen.diff.known import KNOWN, library_bases, library_class
from codegen.diff.typed import ANY, CALLABLE, LITERAL, UNION, VARIABLE, Type, substitute
from codegen.model import Class

_SIGNS = {"covariant": "+", "contravariant": "-", "invariant": "=", "inferred": "?"}


class Above(NamedTuple):
    """The types above one, nearest first; ``complete`` when there can be no others."""

    types: list[Type]
    complete: bool


class Ancestry:
    """Follows bases."""

    def __init__(self, sides: Sides) -> None:
        self._sides = sides

    def above(self, type_: Type) -> Above:
        """Everything a type inherits from, by name."""
        found: dict[Type, None] = {}
        complete = True
        pending = [type_]
        while pending:
            bases = self._bases(pending.pop(0))
            if bases is None:
                complete = False
                continue
            for base in bases:
                if base not in found:
                    found[base] = None
                    pending.append(base)
        return Above(list(found), complete)

    def _bases(self, type_: Type) -> list[Type] | None:
        """The bases of a type; None when they are not known."""
        home = self._sides.home(type_.head)
        if home is not None:
            side, symbol = home
            if not isinstance(symbol.definition, Class):
                return None
            own = Ancestor(symbol, symbol.definition, {})
            meant = side.meant(symbol, type_)
            extra = [
                Type(path)
                for path in _KIND_BASES.get(symbol.definition.kind, ())
                if not symbol.definition.bases or symbol.definition.kind != "exception"
            ]
            return [*(substitute(base, meant) for base in side.bases(own)), *extra]
        if type_.head in KNOWN:
            parameters, bases = KNOWN[type_.head]
            names = [name.lstrip("+-") for name in parameters]
            given = (*type_.arguments, *(ANY for _ in names))
            meant = dict(zip(names, given, strict=False))
            return [_written(text, meant) for text in bases]
        if type_.head in ("typing.Generic", "typing.Protocol", "object"):
            return []
        library = library_bases(type_.head)
        return None if library is None else [Type(path) for path in library]

    def variances(self, head: str) -> tuple[str, ...] | None:
        """The variance of each type parameter of a class: ``+``, ``-``, ``=``, or ``?`` where it is inferred."""
        home = self._sides.home(head)
        if home is not None:
            side, symbol = home
            if not isinstance(symbol.definition, Class):
                return None
            declared = map(side.variable, side.parameters(symbol))
            return tuple(_SIGNS[one.variance] if one else "?" for one in declared)
        if head in KNOWN:
            parameters, _ = KNOWN[head]
            return tuple(p[0] if p[0] in "+-" else "=" for p in parameters)
        return () if library_class(head) is not None else None

    def is_protocol(self, head: str) -> bool:
        """Whether a class of the project is a protocol."""
        home = self._sides.home(head)
        definition = None if home is None else home[1].definition
        return isinstance(definition, Class) and definition.kind == "protocol"

    def library_says(self, source: str, target: str) -> bool | None:
        """Whether a library class has what an abstract collection asks for; None when either is not known."""
        module, _, name = target.rpartition(".")
        if self._sides.home(source) is not None and module == "collections.abc":
            return None
        ours = library_class(source)
        theirs = (
            getattr(collections.abc, name, None)
            if module == "collections.abc"
            else library_class(target)
        )
        if ours is None or not isinstance(theirs, type):
            return None
        try:
            return issubclass(ours, theirs)
        except TypeError:
            return None

    def may_be_called(self, head: str) -> bool | None:
        """No when instances of a class cannot be called; a class that can be needs a closer look."""
        found = library_class(head)
        if head == "None" or head.startswith(LITERAL):
            return False
        if found is not None and head != "type":
            return None if "__call__" in dir(found) else False
        home = self._sides.home(head)
        if home is None or head.startswith((VARIABLE, UNION, CALLABLE)):
            return None
        side, symbol = home
        if not isinstance(symbol.definition, Class):
            return None
        lineage = side.lineage(symbol)
        called = any("__call__" in one.cls.methods for one in lineage.ancestors)
        return None if called or lineage.foreign else False


# What Python adds to the bases of each kind of class.
_KIND_BASES: dict[str, tuple[str, ...]] = {
    "enum": ("enum.Enum",),
    "exception": ("Exception",),
    "typed-dict": ("collections.abc.Mapping",),
    "named-tuple": ("tuple",),
}


def _written(text: str, meant: dict[str, Type]) -> Type:
    """A base as the table of known classes writes it."""
    head, _, inside = text.rstrip("]").partition("[")
    names = inside.split(",") if inside else []
    return Type(head, tuple(meant.get(name, Type(name)) for name in names))
