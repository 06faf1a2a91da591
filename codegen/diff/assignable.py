"""Which type accepts which: yes, no, or that it cannot be told.

Knows unions, literals, tuples, callables, the promotions of numbers, generics with their variance, and what classes inherit on
either side. It must not know where a type stands in an API; ``relations`` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from codegen.diff.ancestry import Ancestry
from codegen.diff.both import Sides
from codegen.diff.known import PROMOTIONS
from codegen.diff.typed import (
    ANY,
    CALLABLE,
    DOTS,
    LIST,
    LITERAL,
    NEVER,
    NONE,
    OBJECT,
    SELF,
    UNION,
    UNREAD,
    VARIABLE,
    Type,
    union,
)

_SCALARS = frozenset("bool bytes complex float int str None".split())

Answer = bool | None
"""Yes, no, or unknown."""

Structural = Callable[[str, Type], Answer]
"""Whether a class has what a protocol asks for: the shared name of the protocol, and the class."""


def all_of(answers: Iterable[Answer]) -> Answer:
    """Yes if all are; no if one is no."""
    result: Answer = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            result = None
    return result


def any_of(answers: Iterable[Answer]) -> Answer:
    """Yes if one is; no if all are no."""
    result: Answer = False
    for answer in answers:
        if answer is True:
            return True
        if answer is None:
            result = None
    return result


class Mode(NamedTuple):
    """How types are taken.

    In a ``strict`` answer, an unchecked type is whatever it may be, so that it fits only where anything is accepted. In
    a ``rigid`` one, a type variable that is asked for stands for something already; else callers choose it.
    """

    strict: bool = False
    rigid: bool = False

    @property
    def turned(self) -> Mode:
        """The mode for what goes the other way: what is passed to something that is passed."""
        return self._replace(rigid=not self.rigid)


FREELY = Mode()


class Assignable:
    """Answers whether a value of one type can stand where another is asked for."""

    def __init__(self, sides: Sides) -> None:
        self._sides = sides
        self.ancestry = Ancestry(sides)
        self.structural: Structural = lambda protocol, source: None
        self._known: dict[tuple[Type, Type, Mode], Answer] = {}

    def fits(self, source: Type, target: Type, mode: Mode = FREELY) -> Answer:
        """Whether ``source`` can stand where ``target`` is asked for."""
        if source == target or target.is_any or target == OBJECT:
            return True
        key = (source, target, mode)
        if key not in self._known:
            self._known[key] = None  # A type that needs itself cannot be told.
            self._known[key] = self._fits(source, target, mode)
        return self._known[key]

    def _fits(self, source: Type, target: Type, mode: Mode) -> Answer:
        if source.head in NEVER:
            return True
        if source.is_any:
            return not mode.strict
        if source.head == UNION:
            return all_of(self.fits(one, target, mode) for one in source.arguments)
        if target.head == UNION:
            return self._fits_union(source, target, mode)
        if UNREAD in (source.head[:1], target.head[:1]):
            return None
        if source.head.startswith(VARIABLE) or target.head.startswith(VARIABLE):
            return self._variable(source, target, mode)
        if source.head.startswith(LITERAL):
            if target.head.startswith(LITERAL):
                return False
            return self.fits(self.class_of(source), target, mode)
        if target.head.startswith(LITERAL) or target.head in NEVER:
            return False
        return self._classes(source, target, mode)

    def _fits_union(self, source: Type, target: Type, mode: Mode) -> Answer:
        values = {f"{LITERAL}True", f"{LITERAL}False"}
        if source.head == "bool" and values <= {one.head for one in target.arguments}:
            return True
        return any_of(self.fits(source, one, mode) for one in target.arguments)

    def class_of(self, literal: Type) -> Type:
        """The class of a literal's value."""
        text = literal.head.removeprefix(LITERAL)
        if text in ("True", "False"):
            return Type("bool")
        if text[:1] in ("'", '"'):
            return Type("str")
        if text[:2] in ("b'", 'b"'):
            return Type("bytes")
        return (
            Type("int") if text[:1] in "-0123456789" else Type(text.rpartition(".")[0])
        )

    def _variable(self, source: Type, target: Type, mode: Mode) -> Answer:
        """A variable that is asked for takes what its bound takes; one that is given is what its bound is."""
        if target.head.startswith(VARIABLE):
            if source.head == target.head == SELF:
                return self.fits(source.arguments[0], target.arguments[0], mode)
            if mode.rigid:
                return False if not source.head.startswith(VARIABLE) else None
            if target.head == SELF:
                return self.fits(source, target.arguments[0], mode)
            upper = self._sides.new.upper(target.head)
            if self._sides.new.variable(target.head) is None:
                return None
            return True if upper is None else self.fits(source, upper, mode)
        if source.head == SELF:
            return self.fits(source.arguments[0], target, mode)
        side = (
            self._sides.new
            if self._sides.new.variable(source.head)
            else self._sides.old
        )
        if side.variable(source.head) is None:
            return None
        return self.fits(side.upper(source.head) or OBJECT, target, mode)

    def _classes(self, source: Type, target: Type, mode: Mode) -> Answer:
        if source.head == CALLABLE or target.head == CALLABLE:
            return self._callables(source, target, mode)
        if source.head == "tuple" and target.head == "tuple":
            return self._tuples(source, target, mode)
        if source.head == "tuple" and DOTS not in [a.head for a in source.arguments]:
            source = Type(
                "tuple", (union(source.arguments),) if source.arguments else (ANY,)
            )
        if target.head in PROMOTIONS.get(source.head, ()):
            return True
        if source.head == target.head:
            return self._arguments(source, target, mode)
        if source.head == "type" and target == Type("type"):
            return True
        above = self.ancestry.above(source)
        if target.head == "collections.abc.Hashable" and source == NONE:
            return True
        for found in above.types:
            if found.head == target.head:
                return self._arguments(found, target, mode)
            if target.head in PROMOTIONS.get(found.head, ()):
                return True
        return self._stranger(source, target, above.complete)

    def _stranger(self, source: Type, target: Type, complete: bool) -> Answer:
        """A class that does not inherit from what is asked for may still have all of its members."""
        if source == NONE and not self.ancestry.is_protocol(target.head):
            return False
        if self.ancestry.is_protocol(target.head):
            return self.structural(target.head, source)
        structural = self.ancestry.library_says(source.head, target.head)
        if structural is not None:
            return structural
        # A class with an unknown base is hardly a number or a text, and the base no heir of the project's.
        ours = self._sides.home(source.head) and self._sides.home(target.head)
        return False if complete or ours or target.head in _SCALARS else None

    def _arguments(self, source: Type, target: Type, mode: Mode) -> Answer:
        """Two types of one class: their arguments, each as its variance wants it."""
        variances = self.ancestry.variances(target.head)
        if source.head == "tuple":
            return self._tuples(source, target, mode)
        if variances is None:
            return None
        answers: list[Answer] = []
        for index, variance in enumerate(variances):
            ours, theirs = (
                one.arguments[index] if index < len(one.arguments) else ANY
                for one in (source, target)
            )
            answers.append(self._varies(ours, theirs, variance, mode))
        return all_of(answers)

    def _varies(self, ours: Type, theirs: Type, variance: str, mode: Mode) -> Answer:
        if ours == theirs:
            return True
        ahead, back = (
            self.fits(ours, theirs, mode) if variance != "-" else True,
            self.fits(theirs, ours, mode.turned) if variance != "+" else True,
        )
        if variance == "?":
            return True if ahead and back else None
        return all_of((ahead, back))

    def _tuples(self, source: Type, target: Type, mode: Mode) -> Answer:
        ours, theirs = source.arguments, target.arguments
        if not theirs:
            return True
        if not ours:
            return self.fits(ANY, target, mode)
        if any(one.head == "typing.Unpack" for one in (*ours, *theirs)):
            return None
        endless = len(theirs) == 2 and theirs[1].head == DOTS
        if len(ours) == 2 and ours[1].head == DOTS:
            return self.fits(ours[0], theirs[0], mode) if endless else False
        if endless:
            return all_of(self.fits(one, theirs[0], mode) for one in ours)
        if len(ours) != len(theirs):
            return False
        pairs = zip(ours, theirs, strict=True)
        return all_of(self.fits(one, other, mode) for one, other in pairs)

    def _callables(self, source: Type, target: Type, mode: Mode) -> Answer:
        if source.head != CALLABLE:
            return self.ancestry.may_be_called(source.head)
        if target.head != CALLABLE:
            known = self.ancestry.is_protocol(target.head) or not (
                self.ancestry.above(target).complete
            )
            return None if known else False
        results = self.fits(source.arguments[1], target.arguments[1], mode)
        ours, theirs = source.arguments[0], target.arguments[0]
        if ours == theirs or theirs.head == DOTS:
            return results
        if ours.head == DOTS:
            return results if not mode.strict else False
        if ours.head != LIST or theirs.head != LIST:
            return all_of((None, results))
        if len(ours.arguments) != len(theirs.arguments):
            return False
        # What is passed to the target is what the source must take.
        pairs = zip(theirs.arguments, ours.arguments, strict=True)
        return all_of((results, *(self.fits(t, o, mode.turned) for t, o in pairs)))
