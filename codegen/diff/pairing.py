"""Parameters of two callables side by side: which new one is which old one, which came, went, moved.

Knows how Python binds arguments: by position, by name. It must not judge a change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from codegen import spelling
from codegen.diff.both import Side
from codegen.diff.changes import Place
from codegen.diff.context import Context, Typed
from codegen.diff.typed import Type, substitute
from codegen.model import Parameter

BY_POSITION = ("positional-only", "positional-or-keyword")
BY_NAME = ("positional-or-keyword", "keyword-only")
VARIADIC = ("var-positional", "var-keyword")


class Slot(NamedTuple):
    """A parameter with its name, the callable it belongs to, and what type variables stand for there."""

    name: str
    parameter: Parameter
    owner: Place
    side: Side
    meant: Mapping[str, Type]

    @property
    def type(self) -> Type:
        """The type of what is passed."""
        type_ = self.side.reader.read(self.owner.module, self.parameter.type)
        return substitute(type_, self.meant)

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.owner / ("parameters", self.name)

    @property
    def typed(self) -> Typed:
        """The type for messages."""
        text = self.parameter.type or "Any"
        return Typed(self.type, text, self.place / ("type",))

    def with_variables(self, meant: Mapping[str, Type]) -> Slot:
        """The parameter with other types in the place of type variables."""
        inner = {name: substitute(type_, meant) for name, type_ in self.meant.items()}
        return self._replace(meant={**meant, **inner})

    @property
    def is_private(self) -> bool:
        """Whether its name says that users should not pass it."""
        return self.name.startswith("_") and not self.name.startswith("__")

    @property
    def is_nameless(self) -> bool:
        """Whether it can only be passed by position."""
        return self.parameter.kind == "positional-only"

    @property
    def shown(self) -> str:
        """The name as a signature writes it."""
        return spelling.stars(self.parameter.kind) + self.name


def slots(
    side: Side,
    owner: Place,
    parameters: Mapping[str, Parameter],
    meant: Mapping[str, Type] | None = None,
) -> list[Slot]:
    """The parameters that stand at a place of a spec; ``meant`` says what type variables stand for there."""
    return [
        Slot(name, parameter, owner, side, meant or {})
        for name, parameter in parameters.items()
    ]


class Pairs:
    """Which new parameter is which old one."""

    def __init__(
        self, context: Context, old: Sequence[Slot], new: Sequence[Slot]
    ) -> None:
        self.old = [slot for slot in old if slot.parameter.kind not in VARIADIC]
        self.new = [slot for slot in new if slot.parameter.kind not in VARIADIC]
        self.before = _positional(self.old)
        self.after = _positional(self.new)
        self.pairs: list[tuple[Slot, Slot]] = []
        self._context = context
        self._match()
        paired_old = {id(one) for one, _ in self.pairs}
        paired_new = {id(other) for _, other in self.pairs}
        self.removed = [slot for slot in self.old if id(slot) not in paired_old]
        self.added = [slot for slot in self.new if id(slot) not in paired_new]

    def _match(self) -> None:
        named = {slot.name: slot for slot in self.new}
        free = {slot.name for slot in self.new}
        rest: list[Slot] = []
        for slot in self.old:
            other = self._at_position(slot) if slot.is_nameless else None
            if other is None or (not other.is_nameless and other.name != slot.name):
                other = named.get(slot.name)
            if other is not None and other.name in free:
                free.discard(other.name)
                self.pairs.append((slot, other))
            else:
                rest.append(slot)
        for slot in rest:
            renamed = self._renamed(slot, [named[name] for name in free], rest)
            if renamed is not None:
                free.discard(renamed.name)
                self.pairs.append((slot, renamed))

    def _at_position(self, slot: Slot) -> Slot | None:
        index = self.before.index(slot)
        return self.after[index] if index < len(self.after) else None

    def _renamed(
        self, slot: Slot, free: Sequence[Slot], rest: Sequence[Slot]
    ) -> Slot | None:
        """A parameter that stands where this one stood and takes the same; else None."""
        if slot in self.before:
            other = self._at_position(slot)
            candidates = [] if other is None or other not in free else [other]
        else:
            alone = [one for one in rest if one not in self.before]
            candidates = [one for one in free if one not in self.after]
            candidates = candidates if len(alone) == len(candidates) == 1 else []
        for other in candidates:
            same_need = slot.parameter.required == other.parameter.required
            if same_need and slot.parameter.kind == other.parameter.kind:
                found = self._context.relation(slot.type, other.type, "passed")
                if found in ("same", "widened"):
                    return other
        return None

    def moved(self) -> Iterator[tuple[Slot, Slot]]:
        """Pairs of which the order by position changed; as few as explain it."""
        common = [
            (self.before.index(one), self.after.index(other), one, other)
            for one, other in self.pairs
            if one in self.before and other in self.after
        ]
        common.sort(key=lambda entry: entry[0])
        kept = _longest_rise([entry[1] for entry in common])
        for index, (_, _, one, other) in enumerate(common):
            if index not in kept:
                yield one, other

    def displaced_by(self, added: Slot) -> Slot | None:
        """The first parameter that an added one pushed to a later position."""
        if added not in self.after:
            return None
        place = self.after.index(added)
        for one, other in self.pairs:
            both = one in self.before and other in self.after
            if not both or one.is_private:
                continue
            if self.before.index(one) <= place < self.after.index(other):
                return other
        return None


def _positional(found: Sequence[Slot]) -> list[Slot]:
    return [slot for slot in found if slot.parameter.kind in BY_POSITION]


def _longest_rise(numbers: Sequence[int]) -> set[int]:
    """The indices of a longest rising run of numbers, which need not stand side by side."""
    if all(one < other for one, other in pairwise(numbers)):
        return set(range(len(numbers)))
    best: list[list[int]] = []
    for index, number in enumerate(numbers):
        longest: list[int] = []
        for run in best:
            if numbers[run[-1]] < number and len(run) > len(longest):
                longest = run
        best.append([*longest, index])
    lengths = [len(run) for run in best]
    return set(best[lengths.index(max(lengths))]) if best else set()
