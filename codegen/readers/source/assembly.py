"""What was read of a tree, put together: each definition in the spec that holds it, and what each module passes on.

Knows what a spec says beside its definitions, and reports what is left out of one. It must not know how definitions are
read.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import structs

from codegen.diagnostics import Location
from codegen.model import (
    Class,
    Function,
    Module,
    TypeAlias,
    TypeVariable,
    Variable,
)
from codegen.readers.source.bindings import SourceModule
from codegen.readers.source.world import Found, World, is_private

Definition = TypeVariable | TypeAlias | Variable | Class | Function
Key = tuple[str, str]
"""The module that defines something, and its name there."""


class Assembly:
    """The specs of definitions: ``holder`` names the spec of those that their own module's does not hold."""

    def __init__(
        self,
        world: World,
        holder: Mapping[Key, str],
        done: Mapping[Key, Definition],
        use_external: Callable[[str], None],
    ) -> None:
        self._world = world
        self._holder = holder
        self._done = done
        self._use_external = use_external
        self.locations = {
            (name, ""): Location(source.losses.path)
            for name, source in world.modules.items()
        }

    def modules(self, imports: Mapping[str, Mapping[str, str]]) -> dict[str, Module]:
        """The spec of each module that has one; ``imports`` are what specs import, by the names they give it."""
        groups: dict[str, dict[str, Any]] = {}
        for key in self._in_source_order():
            module, name = key
            spec = self._holder.get(key, module)
            definition = self._placed(key, spec, self._done[key])
            group = groups.setdefault(spec, {})
            group.setdefault(_GROUPS[type(definition)], {})[name] = definition
            self.locations[spec, name] = self._location(module, name)
        modules: dict[str, Module] = {}
        homes = {module for module, _ in self._done}
        for name in self._world.modules:
            exports = self._passed_on(name)
            held = groups.get(name, {})
            if self._has_spec(name, held, exports, name in homes):
                entries = sorted(imports.get(name, {}).items())
                modules[name] = Module(
                    module=name,
                    doc=self._world.modules[name].doc,
                    imports=tuple(f"{path} as {local}" for local, path in entries),
                    exports=exports,
                    unlisted=self._unlisted(name, held, exports),
                    **held,
                )
        return modules

    def _has_spec(
        self, name: str, held: Mapping[str, Any], exports: tuple[str, ...], home: bool
    ) -> bool:
        """Whether a module has anything of its own to say; what is left out of it is reported."""
        source = self._world.modules[name]
        nothing = not held and not exports
        if nothing and is_private(name) and not home:
            message = f"nothing public needs '{name}', which is private and left out"
            source.losses.report(ast.Module([], []), "loss-private", message)
            return False
        self._report_unlisted(source, held, exports)
        return not nothing or not (is_private(name) or name.endswith("__main__"))

    def _unlisted(
        self, spec: str, held: Mapping[str, Any], exports: tuple[str, ...]
    ) -> tuple[str, ...]:
        """The modules of a spec that have no ``__all__`` and something that one would list."""
        shown = dict.fromkeys([spec] if exports else [])
        for group in held.values():
            for name, definition in group.items():
                if name[0] != "_" or name.startswith("__"):
                    shown[definition.defined_in or spec] = None
                if definition.defined_in and definition.exported:
                    shown[spec] = None
        modules = self._world.modules
        return tuple(sorted(n for n in shown if modules[n].body.listed is None))

    def _report_unlisted(
        self, source: SourceModule, held: Mapping[str, Any], exports: Iterable[str]
    ) -> None:
        """Say what a stub of a module shows otherwise than the module does."""
        module: ast.AST = ast.Module([], [])
        for star in source.body.stars:
            if star not in self._world.modules:
                message = f"what 'from {star} import *' brings in is left out"
                source.losses.report(module, "loss-export", message)
        if source.body.in_tuple:
            message = f"'__all__' of '{source.name}' is no list, and becomes one"
            source.losses.report(module, "loss-export", message)
        kept = {name for group in held.values() for name in group}
        kept |= {n for (m, n), holder in self._holder.items() if m == source.name}
        kept |= {path.rpartition(".")[2] for path in exports}
        if source.body.listed == [] and all(name[0] == "_" for name in kept):
            message = f"the empty '__all__' of '{source.name}' is left out"
            source.losses.report(module, "loss-export", message)
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

    def _in_source_order(self) -> list[Key]:
        ordered: list[Key] = []
        for module, source in self._world.modules.items():
            names = [*source.type_parameters, *source.body.bindings]
            ordered += [
                (module, name) for name in names if (module, name) in self._done
            ]
        return ordered

    def _placed(self, key: Key, spec: str, definition: Definition) -> Definition:
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

    def _passed_on(self, module: str) -> tuple[str, ...]:
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
            if key not in self._done or key == (module, name):
                continue
            if name != found.name:
                again = f"{found.path}' under another name, '{name}"
                self._lost_export(module, name, again)
            elif self._holder.get(key, found.module) != module:
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
