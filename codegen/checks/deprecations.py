"""Deprecations: what is to be removed is removed later than it was deprecated, and not overdue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from codegen.checks.base import Context, Finding
from codegen.model import Class, Definition, Deprecation, Function, Module, Parameter
from codegen.versions import parsed_or_none
from codegen.walk import Path, classes


def deprecations(module: Module, context: Context) -> Iterator[Finding]:
    """Compare when things go with when they were deprecated, and with the version the module has."""
    del context
    for path, deprecated in _deprecated(module):
        if deprecated.remove_in is None:
            continue
        end = parsed_or_none(deprecated.remove_in)
        start = parsed_or_none(deprecated.since)
        now = parsed_or_none(module.page.version or "")
        place = (*path, "deprecated", "remove_in")
        if end is None:
            continue
        if start is not None and end <= start:
            message = f"this is removed in {deprecated.remove_in}, but deprecated only since {deprecated.since}"
            hint = "people need a version in which it still works and warns"
            yield Finding("deprecation-order", place, message, hint)
        elif now is not None and now >= end:
            message = f"this was to be removed in {deprecated.remove_in}, and the module has version {module.page.version}"
            yield Finding("deprecation-due", place, message, "remove it, or say when")


def _deprecated(module: Module) -> Iterator[tuple[Path, Deprecation]]:
    groups = (
        ("type_aliases", module.type_aliases),
        ("variables", module.variables),
        ("functions", module.functions),
    )
    for key, group in groups:
        yield from _of_all((key,), group)
    for path, cls in classes(module):
        yield from _of(path, cls)
        for key, members in (
            ("attributes", cls.attributes),
            ("properties", cls.properties),
            ("methods", cls.methods),
        ):
            yield from _of_all((*path, key), members)


def _of_all(
    path: Path, group: Mapping[str, Definition | Parameter]
) -> Iterator[tuple[Path, Deprecation]]:
    for name, element in group.items():
        yield from _of((*path, name), element)


def _of(
    path: Path, element: Definition | Parameter
) -> Iterator[tuple[Path, Deprecation]]:
    if element.deprecated is not None:
        yield path, element.deprecated
    if isinstance(element, Function | Class) and element.parameters:
        yield from _of_all((*path, "parameters"), element.parameters)
