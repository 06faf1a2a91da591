"""What users can import of an API, and which definition of one side is which of the other.

Knows that a definition is known by the names it is imported by: one that moved and kept such a name is the same. It must not
know what changed in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache

from codegen.package import Package, Symbol

Surface = Mapping[str, Symbol | str]
"""What stands under each dotted name that users may import; text is the name of something from elsewhere."""


@lru_cache(maxsize=65536)
def is_public(name: str) -> bool:
    """Whether users may use a dotted name: no part of it begins with an underscore, but for Python's own names."""
    return not any(
        part.startswith("_") and not (part.startswith("__") and part.endswith("__"))
        for part in name.split(".")
    )


def modules(package: Package) -> set[str]:
    """The modules that users may import."""
    found = {name for name in package.modules if is_public(name)} | {
        symbol.home
        for symbol in package.symbols.values()
        if symbol.definition.exported and is_public(symbol.home)
    }
    return {name for name in found if not name.endswith(".__main__")}


def surface(package: Package) -> Surface:
    """Everything users may import, under each name they may import it by."""
    found: dict[str, Symbol | str] = {
        path: symbol
        for path, symbol in package.symbols.items()
        if symbol.definition.exported and is_public(path)
    }
    for name, module in package.modules.items():
        for exported in module.exports:
            path = f"{name}.{exported.rpartition('.')[2]}"
            if path not in found and path not in package.homes and is_public(path):
                found[path] = package.symbols.get(exported, exported)
    return found


def correspondence(
    old: Package, new: Package, before: Surface, after: Surface
) -> dict[str, str]:
    """The dotted names of old definitions with those of the new ones that are the same.

    The same are two that users import by one name, else two that are defined under one name, else two of one kind of
    which only the module changed.
    """
    same: dict[str, str] = {}
    for path, symbol in before.items():
        other = after.get(path)
        if isinstance(symbol, Symbol) and isinstance(other, Symbol):
            same.setdefault(symbol.path, other.path)
    homes = {symbol.path: symbol for symbol in new.symbols.values()}
    lost: dict[str, tuple[str, type]] = {}
    for symbol in old.symbols.values():
        if symbol.path in same:
            continue
        if symbol.path in homes:
            same[symbol.path] = symbol.path
        else:
            lost[symbol.path] = symbol.name, type(symbol.definition)
    taken = set(same.values())
    fresh: dict[tuple[str, type], list[str]] = {}
    for path, symbol in homes.items():
        if path not in taken:
            kind = symbol.name, type(symbol.definition)
            fresh.setdefault(kind, []).append(path)
    names = Counter(lost.values())
    for path, moved in lost.items():
        if names[moved] == len(fresh.get(moved, ())) == 1:
            same[path] = fresh[moved][0]
    return same


def renamer(same: Mapping[str, str]) -> Callable[[str], str]:
    """A function from a dotted name of the old side to the one both sides share; members follow their owner."""
    known: dict[str, str] = {}

    def shared(path: str) -> str:
        found = known.get(path)
        if found is None:
            owner, rest = path, ""
            while owner and owner not in same:
                owner, _, last = owner.rpartition(".")
                rest = f".{last}{rest}"
            found = known[path] = same[owner] + rest if owner else path
        return found

    return shared
