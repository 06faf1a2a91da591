"""Specs against specs: where what one mirror of a spec says is not what the spec says.

Knows trees of facts, and that of parameters the order says something. It must not know what is told by which words, nor
how a mirror was written or read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from codegen.walk import Path

Tree = dict[str, Any]
"""An element as plain data."""


class Ordered(dict[str, Any]):
    """Parts whose order says something, as that of parameters does."""


class Facts(NamedTuple):
    """What a package says of one definition, or of a module itself, and by which keys its spec says that."""

    module: str
    path: Path
    told: Tree


class Difference(NamedTuple):
    """A fact the mirror states otherwise: the spec and the keys that lead to it, and what both sides say.

    ``found`` is the spec and the definition on the side of the mirror, where there is one.
    """

    module: str
    path: Path
    expected: object
    actual: object
    found: tuple[str, str] | None


def differences(
    expected: Mapping[str, Facts], actual: Mapping[str, Facts]
) -> Iterator[Difference]:
    """Yield each fact that is not the same on both sides; a definition that only one side has is one difference."""
    for name, facts in expected.items():
        other = actual.get(name)
        if other is None:
            yield Difference(facts.module, facts.path, facts.told, None, None)
            continue
        for path, left, right in unequal(facts.told, other.told):
            whole = (*facts.path, *path)
            yield Difference(facts.module, whole, left, right, _place(other))
    for name, facts in actual.items():
        # A module without a spec holds what other specs define in it.
        if name not in expected and facts.path:
            yield Difference(facts.module, facts.path, None, facts.told, _place(facts))


def _place(facts: Facts) -> tuple[str, str]:
    return facts.module, str(facts.path[1]) if facts.path else ""


def unequal(
    left: Any, right: Any, path: Path = ()
) -> Iterator[tuple[Path, object, object]]:
    """Yield the path to each part of two trees that is not the same in both, and the two parts."""
    if isinstance(left, dict) and isinstance(right, dict):
        mine, other = cast("Tree", left), cast("Tree", right)
        for key in (*mine, *(key for key in other if key not in mine)):
            yield from unequal(mine.get(key), other.get(key), (*path, key))
        is_ordered = isinstance(left, Ordered) and mine.keys() == other.keys()
        if is_ordered and list(mine) != list(other):
            yield path, ", ".join(mine), ", ".join(other)
    elif isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            yield path, left, right
            return
        for index, (one, another) in enumerate(zip(left, right, strict=True)):
            yield from unequal(one, another, (*path, index))
    elif left != right:
        yield path, left, right
