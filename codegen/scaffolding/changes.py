"""How a core differs from what its spec documents, as far as its signature goes.

Knows which differences are changes that somebody made in a spec, and which a core has on purpose. It must not know how a
signature is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from codegen.compare import same_value
from codegen.model import Parameter, ParameterKind
from codegen.readers.source import CoreFunction
from codegen.scaffolding import parameters as matching
from codegen.scaffolding.former import Types
from codegen.scaffolding.functions import is_default_needed
from codegen.scaffolding.resolving import resolved
from codegen.scaffolding.wanted import Wanted


class Outside(NamedTuple):
    """What is known beside the text of a module: the project's names, its packages, what was documented before.

    ``documented`` gives the types a core had when the package was generated last, None where that is not known; with
    ``every_type`` those are not asked.
    """

    canonical: Callable[[str], str]
    split: Callable[[str], tuple[str, str]]
    first_party: frozenset[str]
    documented: Callable[[Wanted], Types | None]
    every_type: bool = False


class Updated(NamedTuple):
    """A core that has changed: what was done to it, in words, and whether its callers may have to follow."""

    wanted: Wanted
    words: tuple[str, ...]
    is_seen_by_callers: bool


class Change:
    """How a core differs from what its spec documents."""

    def __init__(
        self,
        wanted: Wanted,
        core: CoreFunction,
        path: Callable[[str], str],
        outside: Outside,
    ) -> None:
        self._wanted = wanted
        self._path = path
        self._outside = outside
        self.own_types = 0
        given = dict(core.function.parameters)
        self.receiver: tuple[str, ParameterKind] | None = None
        names = list(given)
        if wanted.first and names and names[0] not in wanted.parameters:
            self.receiver = names[0], given.pop(names[0]).kind
        self._given = {
            name: Parameter(
                type=resolved(parameter.type, path),
                default=parameter.default,
                kind=parameter.kind,
            )
            for name, parameter in given.items()
        }
        documented = {
            name: Parameter(type=wanted.written(parameter.type or "typing.Any"))
            for name, parameter in wanted.parameters.items()
        }
        self._documented = {
            name: Parameter(
                type=documented[name].type,
                default=parameter.default,
                kind=parameter.kind,
            )
            for name, parameter in wanted.parameters.items()
        }
        self.renamed = matching.renames(self._documented, self._given)
        kept = set(self.renamed.values())
        self.gone = [
            name
            for name in self._given
            if name not in self._documented and name not in kept
        ]
        self.new = [name for name in self._documented if self.former(name) is None]
        self.retyped = frozenset(self._retyped())
        self.redefaulted = frozenset(self._redefaulted())
        result = resolved(core.function.returns.type, path)
        self.returns = (
            result is not None
            and wanted.says_result
            and self._has_moved(
                "return", result, wanted.function.returns.type or "None"
            )
        )
        self.flips = core.function.asynchronous != wanted.function.asynchronous

    def former(self, name: str) -> str | None:
        """The parameter of the core that a documented one continues."""
        if name in self.renamed:
            return self.renamed[name]
        return name if name in self._given else None

    @property
    def is_any(self) -> bool:
        """Whether there is any difference."""
        return bool(self.summary().words)

    def summary(self) -> Updated:
        """What is done about it."""
        words: list[matching.Step] = []
        if self._wanted.first and self.receiver is None:
            words.append(matching.Step(f"adds '{self._wanted.first}'"))
        words += matching.changes(
            self._documented,
            self._given,
            self.renamed,
            self.retyped,
            self.redefaulted,
        )
        if self.returns:
            words.append(matching.Step("changes what it returns", False))
        if self.flips:
            kind = "async" if self._wanted.function.asynchronous else "not async"
            words.append(matching.Step(f"makes it {kind}"))
        seen = any(change.is_seen_by_callers for change in words)
        return Updated(self._wanted, tuple(change.text for change in words), seen)

    def _retyped(self) -> Iterator[str]:
        for name, parameter in self._wanted.parameters.items():
            former = self.former(name)
            actual = self._given[former].type if former else None
            documented = parameter.type or ""
            if actual and self._has_moved(former or name, actual, documented):
                yield name

    def _has_moved(self, name: str, actual: str, documented: str) -> bool:
        """Whether a type that differs from the core's has changed since the package was generated."""
        if self._wanted.written(documented) == actual:
            return False
        if self._outside.every_type:
            return True
        before = self._outside.documented(self._wanted)
        moved = before is None or name not in before or before[name] != documented
        self.own_types += not moved
        return moved

    def _redefaulted(self) -> Iterator[str]:
        wanted = self._wanted
        for name, parameter in wanted.parameters.items():
            former = self.former(name)
            if former is None:
                continue
            actual = self._given[former].default
            left_out = (
                actual is None
                and name in wanted.own_defaults
                and not is_default_needed(name, wanted.parameters, wanted.own_defaults)
            )
            if not left_out and not same_value(parameter.default, actual):
                yield name
