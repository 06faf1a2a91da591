"""Specs that a reader made, brought into a form every check accepts: what a check refuses is taken out and reported.

Knows which keys can be left out, and what stands for a type or value that cannot be kept. It must not know what a check
looks for, nor where specs come from.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from codegen import rules
from codegen.checks.base import Context, Finding
from codegen.diagnostics import Diagnostic, Location
from codegen.model import Module
from codegen.package import Package
from codegen.project import Settings
from codegen.readers.source.packages import Specs
from codegen.walk import Path

_MOST_ROUNDS = 20

# What only concerns the package: a stub may do it.
_OF_THE_PACKAGE = frozenset(("cyclic-definition", "cyclic-import", "chain-length"))


def mended(
    specs: Specs, settings: Settings
) -> tuple[dict[str, Module], list[Diagnostic], bool]:
    """Return modules that pass every check, what was taken out, and whether Python could import the package."""
    modules = dict(specs.modules)
    losses: list[Diagnostic] = []
    importable = True
    for _ in range(_MOST_ROUNDS):
        found = _findings(modules, settings)
        if any(f.rule in _OF_THE_PACKAGE for _, f in found):
            importable = False
            settings = msgspec.structs.replace(settings, outputs=("stubs", "plain"))
            losses.append(_not_importable(specs, found))
            continue
        if not found:
            return modules, losses, importable
        broken: dict[str, list[Finding]] = {}
        for name, finding in found:
            broken.setdefault(name, []).append(finding)
            losses.append(_loss(specs, name, finding))
        for name, findings in broken.items():
            modules[name] = _without(modules[name], findings)
    return modules, losses, importable


def _findings(
    modules: dict[str, Module], settings: Settings
) -> list[tuple[str, Finding]]:
    package = Package(modules, external=frozenset(settings.external))
    context = Context(package=package, settings=settings, cores={})
    return [
        (name, finding)
        for name, module in modules.items()
        for check in rules.CHECKS
        for finding in check(module, context)
        if finding.severity == "error"
    ]


def _not_importable(specs: Specs, found: list[tuple[str, Finding]]) -> Diagnostic:
    name, finding = next(item for item in found if item[1].rule in _OF_THE_PACKAGE)
    place = _location(specs, name, finding.path)
    message = f"no package is generated, only stubs and pages: {finding.message}"
    return Diagnostic(place, "loss-package", message, severity="warning")


def _loss(specs: Specs, name: str, finding: Finding) -> Diagnostic:
    owner = ".".join(str(step) for step in finding.path[1::2] if isinstance(step, str))
    message = f"a part of '{owner or name}' is left out: {finding.message}"
    if finding.path[0] == "exports":
        message = f"'__all__' of '{name}' lacks a name: {finding.message}"
    place = _location(specs, name, finding.path)
    return Diagnostic(place, "loss-refused", message, severity="warning")


def _location(specs: Specs, name: str, path: Path) -> Location:
    if len(path) > 1 and (place := specs.locations.get((name, str(path[1])))):
        return place
    return specs.locations[name, ""]


def _without(module: Module, findings: Iterable[Finding]) -> Module:
    """The module without what findings are about."""
    tree: Any = msgspec.json.decode(msgspec.json.encode(module))
    for path in sorted({finding.path for finding in findings}, key=str):
        _mend(tree, path)
    return msgspec.convert(_compact(tree), Module)


_STAND_INS = {"type": "Any", "value": "...", "default": "..."}


def _mend(tree: Any, path: Path) -> None:
    """Put something that holds in the place of what a path leads to, or take it out; a list's items become None."""
    *above, last = path
    owner = _reached(tree, above)
    if owner is None:
        return
    group = above[0] if above else ""
    stand_in = None if group == "type_variables" else _STAND_INS.get(str(last))
    if isinstance(owner, list):
        owner[int(last)] = None
    elif last == "type" and group == "type_aliases":
        del tree[group][above[1]]
    elif last in owner and stand_in not in (None, owner[last]):
        owner[last] = stand_in
    elif last == "factory":
        del owner[last]
        owner.setdefault("default" if above[-2] == "parameters" else "value", "...")
    elif last in owner:
        del owner[last]
    elif above:
        _mend(tree, tuple(above))


def _reached(tree: Any, path: Iterable[str | int]) -> Any:
    """What a path leads to; None when a part of it was taken out before."""
    for step in path:
        try:
            tree = tree[step]
        except (KeyError, IndexError, TypeError):
            return None
    return tree


def _compact(tree: Any) -> Any:
    """Drop the items of lists that were taken out."""
    if isinstance(tree, dict):
        return {key: _compact(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_compact(item) for item in tree if item is not None]
    return tree
