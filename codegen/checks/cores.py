"""Cores: every one a spec names exists, and takes exactly what is documented."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from codegen import types
from codegen.checks.base import Context, Finding
from codegen.compare import signature_differences
from codegen.diagnostics import Location, suggest
from codegen.model import Class, Function, Module, Parameter, Property, Returns
from codegen.package import Package
from codegen.project import is_reference
from codegen.readers.source import CoreModule
from codegen.walk import Path, classes, core_references
from codegen.walk import functions as all_functions


def cores(module: Module, context: Context) -> Iterator[Finding]:
    """Compare the signature of every core with what the spec documents."""
    malformed = [
        found for found in core_references(module) if not is_reference(found[1])
    ]
    for path, reference in malformed:
        message = f"'core' cannot be '{reference}'"
        hint = "a core is written package.module:function, without keywords"
        yield Finding("wrong-value", path, message, hint)
    if context.settings.cores is None or malformed:
        return
    for path, reference, expected in expected_cores(module):
        own = unnameable_defaults(expected, module, context.package)
        yield from _compare(path, reference, expected, context, own)
    for name, variable in module.variables.items():
        if variable.core is not None:
            path = ("variables", name, "core")
            yield from _compare(path, variable.core, None, context)


class ExpectedCore(NamedTuple):
    """A core that a spec names: where it does so, and the signature it must have, the instance or class first."""

    path: Path
    reference: str
    function: Function


def unnameable_defaults(
    expected: Function, module: Module, package: Package
) -> frozenset[str]:
    """The parameters whose default names something generated, which a core cannot import when it is defined."""
    return frozenset(
        name
        for name, parameter in expected.parameters.items()
        if parameter.default is not None
        and any(
            package.outermost(module.module, reference.name)
            for reference in types.references_of(parameter.default)
        )
    )


def expected_cores(module: Module) -> Iterator[ExpectedCore]:
    """Every function that a spec names as a core, in documented order; cores of variables are no functions."""
    if module.main is not None:
        yield ExpectedCore(("main",), module.main, Function())
    for path, cls in classes(module):
        if cls.core is not None:
            taken = {} if cls.dataclass is not None else (cls.parameters or {})
            yield ExpectedCore((*path, "core"), cls.core, _bound("self", taken))
        for name, prop in cls.properties.items():
            yield from _of_property((*path, "properties", name), prop)
    for path, function, owner in all_functions(module):
        if function.core is not None:
            expected = _of_function(function, owner)
            yield ExpectedCore((*path, "core"), function.core, expected)


def _of_property(path: Path, prop: Property) -> Iterator[ExpectedCore]:
    if prop.core is not None:
        read = _bound("self", {}, prop.type)
        yield ExpectedCore((*path, "core"), prop.core, read)
    if prop.setter is not None:
        value = Parameter(type=prop.accepts or prop.type)
        stored = _bound("self", {"value": value})
        yield ExpectedCore((*path, "setter"), prop.setter, stored)


def _of_function(function: Function, cls: Class | None) -> Function:
    first = {"instance": "self", "class": "cls", "static": ""}[function.binding]
    asynchronous = function.asynchronous or function.sync_and_async
    instance = {first: Parameter(type=function.receiver)} if first and cls else {}
    return Function(
        parameters={**instance, **function.parameters},
        returns=function.returns,
        asynchronous=asynchronous,
    )


def _bound(
    first: str, parameters: dict[str, Parameter], returns: str | None = None
) -> Function:
    return Function(
        parameters={first: Parameter(), **parameters}, returns=Returns(type=returns)
    )


def _compare(
    path: Path,
    reference: str,
    expected: Function | None,
    context: Context,
    own_defaults: frozenset[str] = frozenset(),
) -> Iterator[Finding]:
    module_name = reference.partition(":")[0]
    core_module = context.cores.get(module_name)
    if core_module is None:
        folder = context.settings.cores
        message = f"there is no module '{module_name}' below '{folder}'"
        hint = suggest(module_name, context.cores)
        yield Finding("core-module", path, message, hint)
        return
    error = core_module.error
    if error is not None:
        yield Finding(error.rule, path, error.message, related=error.location)
        return
    yield from _function(path, reference, expected, core_module, own_defaults)


def _function(
    path: Path,
    reference: str,
    expected: Function | None,
    core_module: CoreModule,
    own_defaults: frozenset[str],
) -> Iterator[Finding]:
    offset = reference.index(":") + 1
    name = reference[offset:]
    if expected is None:
        if name not in core_module.names:
            message = f"'{core_module.path}' defines no '{name}'"
            hint = suggest(name, core_module.names)
            yield Finding(
                "missing-core", path, message, hint, offset=offset, length=len(name)
            )
        return
    core = core_module.functions.get(name)
    if core is None:
        message = f"'{core_module.path}' has no function '{name}'"
        hint = suggest(name, core_module.functions) or "write it, or correct the name"
        place = Location(core_module.path)
        yield Finding(
            "missing-core",
            path,
            message,
            hint,
            offset=offset,
            length=len(name),
            related=place,
        )
        return
    for difference in signature_differences(expected, core.function, own_defaults):
        yield Finding(
            difference.rule,
            path,
            f"'{name}' {difference.message}",
            difference.hint,
            offset=offset,
            length=len(name),
            related=core.location,
        )
