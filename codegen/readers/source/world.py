"""All modules of a source tree: what a dotted name leads to, and what each module shows its users.

Knows Python's import rules: re-exports, star imports, ``__all__`` and the conventions without it. It must not know the
model.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping
from typing import Literal, NamedTuple

from codegen.readers.source.bindings import Binding, Body, SourceModule
from codegen.types import dotted

_MOST_BASES = 50
_MOST_NAMES = 50
_BUILTINS = frozenset(name for name in vars(builtins) if name[0] != "_")


Kind = Literal["class", "function", "alias", "type-variable", "variable"]


class Found(NamedTuple):
    """What a dotted name of the tree leads to: a name of a module, and what is asked of it."""

    module: str
    name: str
    rest: str = ""

    @property
    def path(self) -> str:
        """The dotted name under which it is defined."""
        return ".".join(filter(None, (self.module, self.name, self.rest)))


def is_private(module: str) -> bool:
    """Whether a part of a module's name says that users should not import it."""
    return any(
        part.startswith("_") and not part.endswith("__") for part in module.split(".")
    )


class World:
    """The modules that are read together."""

    def __init__(self, root: str, modules: Mapping[str, SourceModule]) -> None:
        self.root = root
        self.modules = dict(modules)
        self._found: dict[str, Found | str | None] = {}
        self._public: dict[str, dict[str, Found | str]] = {}
        self.kinds: dict[tuple[str, str], Kind] = {}
        self._bodies: dict[int, Body] = {}

    def find(self, path: str) -> Found | str | None:
        """What an absolute dotted name leads to: a definition, a name from elsewhere as text, or nothing."""
        if path not in self._found:
            self._found[path] = None  # A circle of imports leads nowhere.
            self._found[path] = self._find(path)
        return self._found[path]

    def _find(self, path: str) -> Found | str | None:
        if path.partition(".")[0] != self.root:
            return path
        owner, inside = self._split(path)
        if not inside:
            return self._module_or_name(path)
        name, _, rest = inside.partition(".")
        binding = self.lookup(owner, name)
        if binding is None:
            return None
        if not binding.imported:
            return Found(owner, name, rest)
        if binding.imported == f"{owner}.{name}":
            return None
        target = f"{binding.imported}.{rest}" if rest else binding.imported
        return self.find(target)

    def _module_or_name(self, path: str) -> Found | str | None:
        """A package may bind the name of one of its modules to something else."""
        parent, _, name = path.rpartition(".")
        if parent in self.modules:
            binding = self.modules[parent].body.bindings.get(name)
            if binding is not None and binding.imported != path:
                if not binding.imported:
                    return Found(parent, name)
                return self.find(binding.imported)
        return path

    def _split(self, path: str) -> tuple[str, str]:
        owner, inside = path, ""
        while owner and owner not in self.modules:
            owner, _, last = owner.rpartition(".")
            inside = f"{last}.{inside}" if inside else last
        return owner, inside

    def lookup(self, module: str, name: str) -> Binding | None:
        """The binding of a name in a module, star imports included."""
        if module not in self.modules:
            return None
        body = self.modules[module].body
        found = body.bindings.get(name)
        if found is not None:
            return found
        for star in body.stars:
            if star in self.modules and star != module:
                shown = self.public(star).get(name)
                if shown is not None:
                    path = shown if isinstance(shown, str) else shown.path
                    return Binding(name, (), path)
        return None

    def meaning(self, module: str, name: str) -> Found | str | None:
        """What a dotted name means in a module: builtins are names of ``builtins``."""
        first, dot, rest = name.partition(".")
        binding = self.lookup(module, first)
        if binding is not None:
            path = binding.imported or f"{module}.{first}"
            return self.find(f"{path}{dot}{rest}")
        if first in self.modules[module].type_parameters:
            return Found(module, first, rest)
        return f"builtins.{name}" if first in _BUILTINS else None

    def path(self, module: str, node: ast.expr) -> str:
        """The absolute dotted name an expression means in a module; empty when it is none."""
        name = dotted(node)
        found = self.meaning(module, name) if name else None
        return found.path if isinstance(found, Found) else found or ""

    def nodes(self, found: Found) -> tuple[ast.stmt, ...]:
        """The statements that define a name, or a member of a class."""
        binding = self.lookup(found.module, found.name)
        for name in filter(None, found.rest.split(".")):
            if binding is None or not binding.nodes:
                return ()
            if not isinstance(binding.node, ast.ClassDef):
                return ()
            inner = self.body_of(found.module, binding.node).bindings
            binding = inner.get(name)
        return binding.nodes if binding is not None else ()

    def resolved(self, found: Found | str | None) -> Found | str | None:
        """What a name stands for in the end, where assignments give something further names."""
        for _ in range(_MOST_NAMES):
            nodes = self.nodes(found) if isinstance(found, Found) else ()
            if not nodes or not isinstance(nodes[-1], ast.Assign | ast.AnnAssign):
                break
            assert isinstance(found, Found)
            name = dotted(nodes[-1].value) if nodes[-1].value is not None else None
            behind = self.meaning(found.module, name) if name else None
            if behind is None:
                break
            found = behind
        return found

    def owner(self, found: Found) -> Found:
        """The class that binds a member, where a member is named through a class that only inherits it."""
        first, dot, rest = found.rest.partition(".")
        outer = found._replace(rest="")
        for _ in range(_MOST_BASES):
            nodes = self.nodes(outer)
            if not nodes or not isinstance(nodes[-1], ast.ClassDef):
                return found
            if first in self.body_of(outer.module, nodes[-1]).bindings:
                return outer._replace(
                    rest=".".join(filter(None, (outer.rest, first + dot + rest)))
                )
            parents = (
                self.meaning(outer.module, dotted(base) or "")
                for base in nodes[-1].bases
            )
            above = next((p for p in parents if isinstance(p, Found)), None)
            if above is None:
                return found
            outer = above
        return found

    def is_module(self, path: str) -> bool:
        """Whether a dotted name is that of a module of the tree."""
        return path in self.modules

    def body_of(self, module: str, node: ast.ClassDef) -> Body:
        """What the body of a class binds."""
        if id(node) not in self._bodies:
            self._bodies[id(node)] = self.modules[module].read(node.body)
        return self._bodies[id(node)]

    def public(self, module: str) -> dict[str, Found | str]:
        """The names a module shows its users, with what each leads to; text stands for things from elsewhere."""
        known = self._public.get(module)
        if known is None:
            self._public[module] = {}
            known = self._public[module] = self._exported(module)
        return known

    def _exported(self, module: str) -> dict[str, Found | str]:
        shown: dict[str, Found | str] = {}
        source = self.modules[module]
        # A package has its modules as attributes anyway; only lists and stubs pass them on in so many words.
        with_modules = source.is_stub or source.body.listed is not None
        for name in self._shown_names(module):
            found = self.find(f"{module}.{name}")
            if isinstance(found, str) and self.is_module(found) and not with_modules:
                continue
            if found is not None:
                shown[name] = found
        return shown

    def _shown_names(self, module: str) -> list[str]:
        source = self.modules[module]
        if source.body.listed is not None:
            found: list[str] = []
            for name in source.body.listed:
                owner = name.removesuffix(".*")
                if owner == name:
                    found.append(name)
                elif self.is_module(owner):
                    found += self.public(owner)
            return list(dict.fromkeys(found))
        names = {
            name: None
            for name, binding in source.body.bindings.items()
            if self._is_shown(source, name, binding)
        }
        for star in source.body.stars:
            if star in self.modules and (source.is_package or source.is_stub):
                names.update(dict.fromkeys(self.public(star)))
        return list(names)

    def _is_shown(self, source: SourceModule, name: str, binding: Binding) -> bool:
        if name.startswith("_") and not name.startswith("__"):
            return False
        if not binding.imported or binding.explicit:
            return True
        # What a package imports from its own modules it passes on; other imports serve the code itself.
        inside = binding.imported.startswith(source.name + ".")
        return source.is_package and not source.is_stub and inside
