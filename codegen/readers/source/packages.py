"""A tree of source texts to specs: what is public, which spec holds it, and what it needs besides.

Knows Python's conventions of what is public. A definition of a private module is held by the spec of the public module
that exports it; what is not exported is read only where something public needs it, and stays with its module.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import NamedTuple

from codegen.diagnostics import Diagnostic, Location
from codegen.model import (
    Function,
    Module,
    Variable,
)
from codegen.readers.source import signatures, typing_forms
from codegen.readers.source.assembly import Assembly, Definition
from codegen.readers.source.bindings import Binding, FunctionNode, SourceModule
from codegen.readers.source.branches import Target
from codegen.readers.source.classes import read_class
from codegen.readers.source.scopes import Placement, Scope
from codegen.readers.source.variables import declared
from codegen.readers.source.world import Found, World, is_private


class Text(NamedTuple):
    """A source file: the module it is, the path it is shown by, and its text."""

    module: str
    path: str
    text: str


class Specs(NamedTuple):
    """What was read: modules by name, the packages they name, where definitions stand, and what was lost.

    Where a module itself stands is kept under an empty name.
    """

    modules: dict[str, Module]
    external: tuple[str, ...]
    locations: dict[tuple[str, str], Location]
    diagnostics: list[Diagnostic]


def read_package(
    root: str,
    texts: Iterable[Text],
    target: Target | None = None,
    *,
    whole: bool = False,
) -> Specs:
    """Read the modules of one top-level package or module into specs.

    What is private is read where something public needs it; of stubs, and of a ``whole`` package, all of it is.
    """
    target = target or Target()
    sources: dict[str, SourceModule] = {}
    findings: list[Diagnostic] = []
    for text in texts:
        try:
            sources[text.module] = SourceModule(
                text.module, text.path, text.text, target, whole=whole
            )
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            findings.append(_syntax_error(text.path, error))
    reading = _Reading(World(root, sources))
    specs = reading.read()
    for source in sources.values():
        findings += source.losses.found
    return specs._replace(diagnostics=findings)


def _syntax_error(path: str, error: Exception) -> Diagnostic:
    if isinstance(error, SyntaxError):
        place = Location(path, error.lineno or 1, max(error.offset or 1, 1))
        return Diagnostic(place, "source-syntax", f"not Python: {error.msg}")
    reason = (
        "it is nested too deeply"
        if isinstance(error, RecursionError | MemoryError)
        else str(error)
    )
    return Diagnostic(Location(path), "source-syntax", f"not Python: {reason}")


class _Reading:
    def __init__(self, world: World) -> None:
        self._world = world
        self._exports: dict[str, dict[str, Found]] = {}
        self._renamed: dict[str, dict[str, Found | str]] = {}
        self._holder: dict[tuple[str, str], str] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._wanted: dict[tuple[str, str], None] = {}
        self._external: set[str] = set()
        self._imports: dict[str, dict[str, str]] = {}
        self._scopes: dict[tuple[str, str], Scope] = {}
        self._placement = Placement(
            self._spec_of,
            self._names_of,
            self._use,
            self._kind_of,
            self._use_external,
            self._import_as,
        )
        self._place()

    def read(self) -> Specs:
        """Read everything that is public, and then what that needs."""
        for module in self._world.modules:
            self._want_public(module)
        done: dict[tuple[str, str], Definition | None] = {}
        while pending := [key for key in self._wanted if key not in done]:
            for key in pending:
                done[key] = self._definition_or_none(*key)
        kept = {key: read for key, read in done.items() if read is not None}
        assembly = Assembly(self._world, self._holder, kept, self._use_external)
        modules = assembly.modules(self._imports)
        return Specs(modules, tuple(sorted(self._external)), assembly.locations, [])

    # Who holds what

    def _place(self) -> None:
        ordered = sorted(self._world.modules, key=lambda name: (name.count("."), name))
        for module in ordered:
            if is_private(module):
                continue
            for name, found in self._world.public(module).items():
                if not isinstance(found, Found) or found.rest:
                    continue
                key = (found.module, found.name)
                if (
                    found.module != module
                    and is_private(found.module)
                    and name == found.name
                ):
                    self._holder.setdefault(key, module)
        self._resolve_clashes()

    def _resolve_clashes(self) -> None:
        """Two definitions of one name cannot stand in one spec; the later one stays with its module."""
        taken: set[tuple[str, str]] = set()
        for key, holder in list(self._holder.items()):
            own = self._world.modules[holder].body.bindings.get(key[1])
            clash = own is not None and not own.imported
            if clash or (holder, key[1]) in taken:
                del self._holder[key]
            else:
                taken.add((holder, key[1]))

    def _spec_of(self, found: Found) -> str:
        return self._holder.get((found.module, found.name), found.module)

    def _names_of(self, spec: str) -> frozenset[str]:
        if spec not in self._names:
            source = self._world.modules[spec]
            own = {n for n, b in source.body.bindings.items() if not b.imported}
            held = {
                name for (_, name), holder in self._holder.items() if holder == spec
            }
            self._names[spec] = frozenset(own | held)
        return self._names[spec]

    def _kind_of(self, found: Found) -> str:
        return typing_forms.kind_of(self._world, found)

    def _use(self, found: Found) -> bool:
        """Note that a definition is needed; False when there is none."""
        source = self._world.modules[found.module]
        binding = source.body.bindings.get(found.name)
        if (
            binding is None or binding.imported
        ) and found.name not in source.type_parameters:
            return False
        if not _can_be_named(found.name):
            return False
        self._wanted.setdefault((found.module, found.name))
        return True

    def _use_external(self, path: str) -> None:
        self._external.add(path.partition(".")[0])

    def _import_as(self, spec: str, path: str) -> str:
        """Import a name under one that is free in a spec."""
        imports = self._imports.setdefault(spec, {})
        taken = self._names_of(spec)
        local = f"_{path.replace('.', '_').lstrip('_')}"
        while local in taken or imports.setdefault(local, path) != path:
            local += "_"
        return local

    # What is public

    def _want_public(self, module: str) -> None:
        source = self._world.modules[module]
        everything = source.is_stub
        if everything:
            for name, binding in source.body.bindings.items():
                if not binding.imported and _can_be_named(name):
                    self._wanted.setdefault((module, name))
        if is_private(module) and not everything:
            return
        for found in self._world.public(module).values():
            if isinstance(found, Found) and not found.rest:
                self._use(found)

    def _definition_or_none(self, module: str, name: str) -> Definition | None:
        """Read a definition; None, with a finding, when it is nested deeper than Python can follow."""
        try:
            return self._definition(module, name)
        except RecursionError:
            binding = self._world.modules[module].body.bindings[name]
            message = f"'{name}' is left out: it is nested too deeply"
            losses = self._world.modules[module].losses
            losses.report(binding.node, "loss-refused", message)
            return None

    def _definition(self, module: str, name: str) -> Definition | None:
        source = self._world.modules[module]
        spec = self._spec_of(Found(module, name))
        scope = self._scope(module, spec)
        binding = source.body.bindings.get(name)
        if binding is None:
            declared_parameter = source.type_parameters[name]
            return typing_forms.declared_variable(scope, declared_parameter)
        match self._kind_of(Found(module, name)):
            case "class":
                return read_class(scope, binding)
            case "function":
                return self._function(scope, binding)
            case "type-variable":
                return typing_forms.type_variable(scope, binding)
            case "alias":
                return typing_forms.alias(scope, binding)
            case _:
                said = declared(scope, binding, f"'{name}'")
                return Variable(
                    type=said.type,
                    value=said.value,
                    doc=binding.doc,
                    type_ignore=source.losses.type_ignores(binding.node),
                )

    def _function(self, scope: Scope, binding: Binding) -> Function:
        """Read a function, or the one of its module that a second name stands for."""
        nodes = tuple(node for node in binding.nodes if isinstance(node, FunctionNode))
        while not nodes:
            assert isinstance(binding.node, ast.Assign)
            binding = scope.source.body.bindings[ast.unparse(binding.node.value)]
            nodes = tuple(n for n in binding.nodes if isinstance(n, FunctionNode))
        return signatures.function(scope, nodes, method=False)

    def _scope(self, module: str, spec: str) -> Scope:
        key = (module, spec)
        if key not in self._scopes:
            source = self._world.modules[module]
            self._scopes[key] = Scope(self._world, source, self._placement, spec)
        return self._scopes[key]


# Module-level names that Python or type checkers treat specially; a generated module has its own.
_SPECIAL = frozenset(
    "__all__ __getattr__ __dir__ __path__ __file__ __name__ __doc__ __spec__ __loader__ __package__ __builtins__ "
    "__annotations__ __dict__".split()
)


def _can_be_named(name: str) -> bool:
    return name not in _SPECIAL and name != "_"
