"""The parameters of a core beside those a spec documents: which one continues which, and what has become of the rest.

Knows what makes a parameter the same one under another name. It must not know how either side is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from codegen.model import Parameter

Renames = dict[str, str]
"""New names of parameters, with those they had."""


def renames(wanted: Mapping[str, Parameter], given: Mapping[str, Parameter]) -> Renames:
    """Pair parameters that are gone with new ones that take their place; types are compared as texts.

    They stand at the same place among those that are common and nothing speaks against it; or only one is gone, one is
    new, and the two have the same type.
    """
    gone = [name for name in given if name not in wanted]
    new = [name for name in wanted if name not in given]
    found: Renames = {}
    old_places = _by_place(gone, given, wanted)
    for place, names in _by_place(new, wanted, given).items():
        before = old_places.get(place, [])
        pairs = list(zip(names, before, strict=False))
        if len(before) == len(names) and all(
            _alike(wanted[name], given[former]) for name, former in pairs
        ):
            found.update(pairs)
    if len(gone) == len(new) == 1 and not found:
        name, former = new[0], gone[0]
        if _same(wanted[name], given[former]):
            found[name] = former
    return found


def _by_place(
    names: list[str], own: Mapping[str, Parameter], other: Mapping[str, Parameter]
) -> dict[tuple[int, str], list[str]]:
    """Names by how many common parameters stand before them and by how they are passed."""
    places: dict[tuple[int, str], list[str]] = {}
    common = 0
    for name, parameter in own.items():
        if name in other:
            common += 1
        if name not in names:
            continue
        variadic = parameter.kind in ("var-positional", "var-keyword")
        place = (0 if variadic else common, parameter.kind)
        places.setdefault(place, []).append(name)
    return places


def _alike(wanted: Parameter, given: Parameter) -> bool:
    """Whether nothing speaks against two being the same one."""
    untyped = None in (wanted.type, given.type)
    return untyped or wanted.type == given.type


def _same(wanted: Parameter, given: Parameter) -> bool:
    typed = wanted.type is not None and wanted.type != "typing.Any"
    return typed and wanted.kind == given.kind and wanted.type == given.type


class Step(NamedTuple):
    """What becomes of a parameter, in words; and whether those who call the core may have to follow."""

    text: str
    is_seen_by_callers: bool = True


def changes(
    wanted: Mapping[str, Parameter],
    given: Mapping[str, Parameter],
    renamed: Renames,
    retyped: frozenset[str],
    redefaulted: frozenset[str],
) -> Iterator[Step]:
    """Say what becomes of the parameters of a core."""
    kept = set(renamed.values())
    for name in given:
        if name not in wanted and name not in kept:
            yield Step(f"removes '{name}'")
    for name, parameter in wanted.items():
        former = renamed.get(name, name)
        if former not in given:
            yield Step(f"adds '{name}'")
            continue
        if former != name:
            yield Step(f"renames '{former}' to '{name}'")
        if given[former].kind != parameter.kind:
            yield Step(f"makes '{name}' {parameter.kind}")
        if name in retyped:
            yield Step(f"changes the type of '{name}'", is_seen_by_callers=False)
        if name in redefaulted:
            yield Step(f"changes the default of '{name}'")
    order = [renamed.get(name, name) for name in wanted]
    common = [name for name in order if name in given]
    if common != [name for name in given if name in common]:
        yield Step("reorders its parameters")
