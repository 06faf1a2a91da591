"""How names are spelled inside one generated Python file, and the import block that makes the spelling true.

Knows Python's import forms, their sorting, and which names a class body shadows. It must not know what is emitted
around a name.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Container, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

from codegen import spelling
from codegen.package import BUILTIN_NAMES, Package

_NUMBER = re.compile(r"([0-9]+)")
Natural = list[tuple[str, int]]


class Import(NamedTuple):
    """A name an import binds, and where it comes from."""

    module: str
    name: str | None  # None for `import module`
    local: str


class Names:
    """The names of one generated file. Spelling a name records the import it needs."""

    def __init__(
        self, package: Package, home: str, taken: frozenset[str], *, stub: bool
    ) -> None:
        self._package = package
        self._home = home
        self._stub = stub
        self._taken: dict[str, Import | None] = dict.fromkeys(taken)
        self._at_run_time: set[Import] = set()
        self._shown: set[Import] = set()
        self._spelled: dict[tuple[str, str, bool, bool], str] = {}
        # Annotations that no member of a class shadows are spelled the same in all of them.
        self._shared: dict[tuple[str, str, bool, bool], tuple[str, frozenset[str]]] = {}
        self._owner = ""
        self._members: frozenset[str] = frozenset()

    @contextmanager
    def inside(self, owner: str, members: frozenset[str]) -> Iterator[None]:
        """Spell names as they are found in the body of the class ``owner``, where its members come first."""
        outside = self._owner, self._members, self._spelled
        self._owner, self._members, self._spelled = owner, members, {}
        try:
            yield
        finally:
            self._owner, self._members, self._spelled = outside

    def annotation(self, module: str, text: str) -> str:
        """Spell a type that only type checkers read."""
        return self._spell(module, text, run_time=False, is_type=True)

    def evaluated_type(self, module: str, text: str) -> str:
        """Spell a type that Python evaluates on import: a base, an alias, a bound."""
        return self._spell(module, text, run_time=True, is_type=True)

    def value(self, module: str, text: str) -> str:
        """Spell a default or constant."""
        return self._spell(module, text, run_time=True, is_type=False)

    def special(self, path: str, *, run_time: bool = True) -> str:
        """Spell a name the emitter itself needs, such as ``typing.overload``."""
        return self._local(path, run_time)

    def pass_on(self, path: str) -> None:
        """Import something only for those who import it from here."""
        module, _, name = path.rpartition(".")
        self._import(module, name, run_time=True)

    def show(self, module: str, name: str) -> None:
        """Import a name so that it counts as passed on without a list: ``name as name``, as PEP 484 asks."""
        self._shown.add(Import(module, name, name))

    def module(self, path: str) -> str:
        """Spell a module that is used while Python imports the file."""
        parent, _, name = path.rpartition(".")
        if parent:
            return self._import(parent, name, run_time=True)
        return self._import(path, None, run_time=True)

    def _spell(self, module: str, text: str, *, run_time: bool, is_type: bool) -> str:
        key = (module, text, run_time, is_type)
        spelled = self._spelled.get(key)
        if spelled is not None:
            return spelled
        shared = None if run_time else self._shared.get(key)
        if shared is not None and shared[1].isdisjoint(self._members):
            return shared[0]
        used: set[str] = set()

        def spell(name: str) -> str:
            path = self._package.canonical(module, name) or name
            local = self._local(path, run_time)
            used.update((*path.split("."), local.partition(".")[0]))
            return local

        spelled = (spelling.spell_type if is_type else spelling.spell_value)(
            text, spell
        )
        if run_time or not used.isdisjoint(self._members):
            self._spelled[key] = spelled
        else:
            self._shared[key] = (spelled, frozenset(used))
        return spelled

    def _local(self, path: str, run_time: bool) -> str:
        if path in ("typing.Optional", "typing.Union"):
            return path
        if "." not in path:
            if path in BUILTIN_NAMES and (path in self._members or path in self._taken):
                return self._import("builtins", None, run_time) + "." + path
            return path
        module, name = split_path(self._package, path)
        first, dot, rest = name.partition(".")
        if module == self._home:
            if run_time and name.startswith(f"{self._owner}."):
                # The class does not exist before its body has run, but what stands in the body does.
                return name.removeprefix(f"{self._owner}.")
            if run_time or first not in self._members:
                return name
        local = self._import(module, first, run_time)
        return f"{local}{dot}{rest}"

    def _import(self, module: str, name: str | None, run_time: bool) -> str:
        """Import something under its own name, or a prefixed one where that name means another thing."""
        local = name or module
        wanted = Import(module, name, local)
        while local in self._members or self._taken.get(local, wanted) != wanted:
            # Two leading underscores would be mangled inside a class.
            local = f"{local}_" if local.startswith("_") else f"_{local}"
            wanted = Import(module, name, local)
        self._taken[local] = wanted
        if run_time:
            self._at_run_time.add(wanted)
        return local

    def is_used_on_import(self, module: str, name: str) -> bool:
        """Whether the file needs what it imports under a name while Python imports the file itself."""
        return any(used[:2] == (module, name) for used in self._at_run_time)

    def import_block(self, first_party: frozenset[str]) -> list[str]:
        """The lines of all imports: what runs first, then what only type checkers need."""
        imports = {wanted for wanted in self._taken.values() if wanted is not None}
        run_time = imports if self._stub else imports & self._at_run_time
        typing_only = imports - run_time
        if typing_only:
            run_time.add(Import("typing", "TYPE_CHECKING", "TYPE_CHECKING"))
        lines = sorted_block(run_time, first_party, "", self._shown)
        if typing_only:
            lines += ["", "if TYPE_CHECKING:"]
            lines += sorted_block(typing_only, first_party, "    ", self._shown)
        return lines


def split_path(package: Package, path: str) -> tuple[str, str]:
    """Divide a dotted path into the module and the name inside it."""
    symbol = package.lookup(path)
    if symbol is not None:
        return symbol.home, symbol.name
    parts = path.split(".")
    for index in range(1, len(parts) - 1):
        if parts[index].lstrip("_")[:1].isupper():
            return ".".join(parts[:index]), ".".join(parts[index:])
    return ".".join(parts[:-1]), parts[-1]


def sorted_block(
    imports: set[Import],
    first_party: frozenset[str],
    indent: str,
    shown: Container[Import] = (),
) -> list[str]:
    """The lines of a block of imports: the standard library, other distributions, one's own packages.

    Those ``shown`` are written so that they count as passed on.
    """
    sections: tuple[list[str], list[str], list[str]] = ([], [], [])
    members: dict[str, list[str]] = {}
    for wanted in imports:
        module, name, local = wanted
        plain = local == (name or module) and wanted not in shown
        alias = "" if plain else f" as {local}"
        if name is None:
            line = f"{indent}import {module}{alias}"
            sections[section_of(module, first_party)].append(line)
        else:
            members.setdefault(module, []).append(name + alias)
    for section in sections:
        section.sort()
    for module in sorted(members):
        # A renamed import stands alone, as isort wants it.
        groups = [[name] for name in members[module] if " " in name]
        others = sorted(set(members[module]).difference(*groups), key=member_order)
        groups += [others] if others else []
        for group in sorted(groups, key=_group_order):
            lines = from_import(module, group, indent)
            sections[section_of(module, first_party)].extend(lines)
    block: list[str] = []
    for section in sections:
        if section:
            block += [*([""] if block else []), *section]
    return block


def section_of(module: str, first_party: frozenset[str]) -> int:
    """Which section of a block an import belongs to, counted from 0."""
    root = module.partition(".")[0]
    if root in first_party:
        return 2
    return 0 if root in sys.stdlib_module_names else 1


def from_import(module: str, names: list[str], indent: str = "") -> list[str]:
    """A ``from`` import as isort and black write it: constants, classes, then the rest."""
    ordered = sorted(names, key=member_order)
    line = f"{indent}from {module} import {', '.join(ordered)}"
    if len(line) <= 88:
        return [line]
    inner = [f"{indent}    {name}," for name in ordered]
    return [f"{indent}from {module} import (", *inner, f"{indent})"]


@lru_cache(maxsize=65536)
def member_order(name: str) -> tuple[int, Natural, Natural]:
    """Sort key of imported names, as isort and ruff order them."""
    bare = name.partition(" ")[0]
    return _member_type(bare), _natural(bare.lower()), _natural(bare)


def _group_order(names: list[str]) -> tuple[tuple[int, Natural, Natural], bool]:
    return member_order(names[0]), " " in names[0]


def export_order(name: str) -> tuple[int, Natural]:
    """Sort key of the names in ``__all__``, as ruff orders them."""
    return _member_type(name), _natural(name)


def _member_type(name: str) -> int:
    if len(name) > 1 and name.isupper():
        return 0
    return 1 if name[:1].isupper() else 2


def _natural(name: str) -> Natural:
    """Numbers by their size, everything between them by its characters."""
    parts = _NUMBER.split(name)
    return [
        (part, 0) if index % 2 == 0 else ("", int(part))
        for index, part in enumerate(parts)
    ]
