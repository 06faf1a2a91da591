"""A tree of source texts to specs: what is public, which spec holds it, and what it needs besides.

Knows Python's conventions of what is public. A definition of a private module is held by the spec of the public module
that exports it; what is not exported is read only where something public needs it, and stays with its module.
"""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable, Mapping
from typing import Any, NamedTuple

from msgspec import structs

from codegen.diagnostics import Diagnostic, Location
from codegen.model import (
    Class,
    Function,
    Module,
    TypeAlias,
    TypeVariable,
    Variable,
)
from codegen.readers.source import signatures, typing_forms
from codegen.readers.source.bindings import Binding, FunctionNode, SourceModule
from codegen.readers.source.branches import Target
from codegen.readers.source.classes import read_class
from codegen.readers.source.scopes import Placement, Scope
from codegen.readers.source.variables import declared
from codegen.readers.source.world import Found, World

Definition = TypeVariable | TypeAlias | Variable | Class | Function


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
    root: str, texts: Iterable[Text], target: Target | None = None
) -> Specs:
    """Read the modules of one top-level package or module into specs."""
    target = target or Target()
    sources: dict[str, SourceModule] = {}
    findings: list[Diagnostic] = []
    for text in texts:
        try:
            sources[text.module] = SourceModule(
                text.module, text.path, text.text, target
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


def is_private(module: str) -> bool:
    """Whether a part of a module's name says that users should not import it."""
    return any(
        part.startswith("_") and not part.endswith("__") for part in module.split(".")
    )


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
        return self._assembled({k: v for k, v in done.items() if v is not None})

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

    # Putting specs together

    def _assembled(self, done: Mapping[tuple[str, str], Definition]) -> Specs:
        groups: dict[str, dict[str, Any]] = {}
        locations = {
            (name, ""): Location(source.losses.path)
            for name, source in self._world.modules.items()
        }
        for key in self._in_source_order(done):
            module, name = key
            spec = self._holder.get(key, module)
            definition = self._placed(key, spec, done[key])
            group = groups.setdefault(spec, {})
            group.setdefault(_GROUPS[type(definition)], {})[name] = definition
            locations[spec, name] = self._location(module, name)
        modules: dict[str, Module] = {}
        homes = {module for module, _ in done}
        for name in self._world.modules:
            exports = self._passed_on(name, done)
            module_spec = self._module(name, groups.get(name, {}), exports, homes)
            if module_spec is not None:
                modules[name] = module_spec
        return Specs(modules, tuple(sorted(self._external)), locations, [])

    def _module(
        self,
        name: str,
        held: Mapping[str, Any],
        exports: tuple[str, ...],
        homes: Container[str],
    ) -> Module | None:
        """The spec of a module; None for one that has nothing of its own to say."""
        source = self._world.modules[name]
        nothing = not held and not exports
        if nothing and is_private(name) and name not in homes:
            message = f"nothing public needs '{name}', which is private and left out"
            source.losses.report(ast.Module([], []), "loss-private", message)
            return None
        self._report_unlisted(source, held, exports)
        if nothing and (is_private(name) or name.endswith("__main__")):
            return None
        imports = sorted(self._imports.get(name, {}).items())
        return Module(
            module=name,
            doc=source.doc,
            imports=tuple(f"{path} as {local}" for local, path in imports),
            exports=exports,
            **held,
        )

    def _report_unlisted(
        self, source: SourceModule, held: Mapping[str, Any], exports: Iterable[str]
    ) -> None:
        """Say what a stub of a module shows otherwise than the module does."""
        module: ast.AST = ast.Module([], [])
        for star in source.body.stars:
            if star not in self._world.modules:
                message = f"what 'from {star} import *' brings in is left out"
                source.losses.report(module, "loss-export", message)
        if source.body.listed is None:
            message = f"'{source.name}' has no '__all__'; what is generated lists its public names"
            source.losses.report(module, "loss-export", message)
        kept = {name for group in held.values() for name in group}
        kept |= {n for (m, n), holder in self._holder.items() if m == source.name}
        kept |= {path.rpartition(".")[2] for path in exports}
        shown: dict[str, None] = {}
        for name, found in self._world.public(source.name).items():
            if isinstance(found, Found) and found.name == name:
                shown[name] = None
        for name, binding in source.body.bindings.items():
            if not binding.imported and name[0] != "_":
                shown[name] = None
        missing = [name for name in shown if name not in kept]
        if missing:
            names = ", ".join(f"'{name}'" for name in missing)
            message = f"nothing public needs these names, which '__all__' and the module lack: {names}"
            source.losses.report(module, "loss-private", message)

    def _in_source_order(
        self, done: Mapping[tuple[str, str], Definition]
    ) -> list[tuple[str, str]]:
        ordered: list[tuple[str, str]] = []
        for module, source in self._world.modules.items():
            names = [*source.type_parameters, *source.body.bindings]
            ordered += [(module, name) for name in names if (module, name) in done]
        return ordered

    def _placed(
        self, key: tuple[str, str], spec: str, definition: Definition
    ) -> Definition:
        module, name = key
        shown = self._world.public(spec).get(name)
        exported = isinstance(shown, Found) and (shown.module, shown.name) == key
        exported = exported and (name[0] != "_" or name.startswith("__"))
        changes: dict[str, Any] = {}
        if spec != module:
            changes["defined_in"] = module
        if not exported:
            changes["exported"] = False
        return structs.replace(definition, **changes) if changes else definition

    def _location(self, module: str, name: str) -> Location:
        source = self._world.modules[module]
        binding = source.body.bindings.get(name)
        if binding is None or not binding.nodes:
            return Location(source.losses.path)
        return source.losses.location(binding.node)

    def _passed_on(
        self, module: str, done: Mapping[tuple[str, str], Definition]
    ) -> tuple[str, ...]:
        exports: list[str] = []
        inner = is_private(module) and not self._world.modules[module].is_stub
        for name, found in self._world.public(module).items():
            if isinstance(found, str) and inner:
                continue
            if isinstance(found, str):
                if self._world.is_module(found) and found == f"{module}.{name}":
                    exports.append(found)
                    continue
                if found.rpartition(".")[2] == name and "." in found:
                    self._use_external(found)
                    exports.append(found)
                    continue
                self._lost_export(module, name, found)
                continue
            if found.rest:
                self._lost_export(module, name, found.path)
                continue
            key = (found.module, found.name)
            if found.module == module:
                continue
            if key not in done or self._holder.get(key, found.module) == module:
                continue
            if name != found.name:
                self._lost_export(
                    module, name, f"{found.path}' under another name, '{name}"
                )
                continue
            exports.append(found.path)
        return tuple(exports)

    def _lost_export(self, module: str, name: str, path: str) -> None:
        source = self._world.modules[module]
        binding = source.body.bindings.get(name)
        node: ast.AST = (
            binding.node if binding and binding.nodes else ast.Module([], [])
        )
        message = f"'{module}' passes on '{path}', which a spec cannot say"
        source.losses.report(node, "loss-export", message)


_GROUPS: dict[type, str] = {
    TypeVariable: "type_variables",
    TypeAlias: "type_aliases",
    Variable: "variables",
    Class: "classes",
    Function: "functions",
}

# Module-level names that Python or type checkers treat specially; a generated module has its own.
_SPECIAL = frozenset(
    "__all__ __getattr__ __dir__ __path__ __file__ __name__ __doc__ __spec__ __loader__ __package__ __builtins__ "
    "__annotations__ __dict__".split()
)


def _can_be_named(name: str) -> bool:
    return name not in _SPECIAL and name != "_"
