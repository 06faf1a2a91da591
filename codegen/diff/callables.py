"""Two callables: their parameters, results, overloads, and how they are called and awaited.

Knows what a call, and an override, of the old one asks of the new one. It must not know where a callable stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msgspec import structs

from codegen.diff.both import Side
from codegen.diff.changes import Change, Place, Subject
from codegen.diff.context import Context, Typed, deprecation_changes, type_change
from codegen.diff.pairing import Slot, slots
from codegen.diff.parameters import parameter_changes
from codegen.diff.typed import NONE, SELF, Type, substitute, variables
from codegen.model import Function, Overload, Returns

FINAL = frozenset(("final", "typing.final"))

# Decorators that change nothing for users, or that something else tells of.
_SILENT = FINAL | {
    "override",
    "typing.override",
    "abstractmethod",
    "abc.abstractmethod",
    "functools.wraps",
}


_AWAITABLE = ("collections.abc.Awaitable", "collections.abc.Coroutine")


class Callable(NamedTuple):
    """A function or method of one side, with what type variables stand for where users meet it."""

    side: Side
    place: Place
    function: Function
    meant: Mapping[str, Type] = {}

    @property
    def form(self) -> str:
        """How it is called: ``sync``, ``async``, or ``pair`` for both."""
        if self.function.sync_and_async:
            return "pair"
        return "async" if self.function.asynchronous else "sync"

    @property
    def gives_awaitable(self) -> bool:
        """Whether it is no coroutine function, and its result can be awaited all the same."""
        result = self.implementation().result.type
        return self.form == "sync" and result.head in _AWAITABLE

    def awaited_by_result(self) -> Callable:
        """The callable with the coroutine that it is said to return for result."""
        if self.form != "async" or self.function.overloads:
            return self
        said = self.function.returns.type or "None"
        result = Returns(
            type=f"collections.abc.Coroutine[typing.Any, typing.Any, {said}]"
        )
        function = structs.replace(self.function, asynchronous=False, returns=result)
        return self._replace(function=function)

    def signatures(self) -> list[Signature]:
        """The ways to call it."""
        if not self.function.overloads:
            return [self.implementation()]
        return [
            self._signature(overload, self.place / ("overloads", index))
            for index, overload in enumerate(self.function.overloads)
        ]

    def implementation(self) -> Signature:
        """The signature of the callable itself, behind its overloads."""
        return self._signature(self.function, self.place)

    def _signature(self, said: Function | Overload, place: Place) -> Signature:
        found = slots(self.side, place, said.parameters, self.meant)
        return Signature(found, self._result(said.returns, place), place)

    def _result(self, returns: Returns, place: Place) -> Typed:
        type_ = self.side.reader.read(place.module, returns.type, NONE)
        place /= ("returns", "type")
        return Typed(substitute(type_, self.meant), returns.type or "None", place)

    def decorators(self) -> set[str]:
        """The names of its decorators, without their arguments."""
        return {
            self.side.reader.name(self.place.module, text.partition("(")[0])
            for text in self.function.decorators
        }

    def telling_decorators(self) -> set[str]:
        """The decorators that may change what users see: not those that return what they are given."""
        return {
            name
            for name in self.decorators() - _SILENT
            if not _returns_what_it_takes(self.side, name)
        }

    @property
    def is_final(self) -> bool:
        """Whether subclasses must not override it."""
        return not FINAL.isdisjoint(self.decorators())


class Signature(NamedTuple):
    """One way to call something."""

    slots: list[Slot]
    result: Typed
    place: Place

    def variables(self) -> list[str]:
        """The type variables it names, in the order in which they appear."""
        types = (*(slot.type for slot in self.slots), self.result.type)
        return list(dict.fromkeys(name for one in types for name in variables(one)))

    def in_variables_of(self, other: Signature) -> Signature:
        """The signature in the type variables of another one, where the names alone differ."""
        mine, theirs = self.variables(), other.variables()
        if mine == theirs or len(mine) != len(theirs) or set(mine) & set(theirs):
            return self
        meant = {one: Type(two) for one, two in zip(mine, theirs, strict=True)}
        result = self.result._replace(type=substitute(self.result.type, meant))
        found = [slot.with_variables(meant) for slot in self.slots]
        return Signature(found, result, self.place)


def callable_changes(
    context: Context, subject: Subject, old: Callable, new: Callable
) -> Iterator[Change]:
    """What changed between two callables."""
    if old.form != new.form and (old.gives_awaitable or new.gives_awaitable):
        # A function that returns a coroutine is called like one that is a coroutine function.
        old, new = old.awaited_by_result(), new.awaited_by_result()
    yield from _form(subject, old, new)
    if old.function.overloads or new.function.overloads:
        yield from _overloads(context, subject, old, new)
    else:
        before, after = old.implementation(), new.implementation()
        yield from signature_changes(context, subject, before, after)
    yield from _binding(subject, old, new)
    yield from _receiver(subject, old, new)
    yield from _decorators(subject, old, new)
    places = old.place, new.place
    yield from deprecation_changes(
        subject,
        old.function.deprecated,
        new.function.deprecated,
        f"'{subject.name}'",
        places,
    )


def signature_changes(
    context: Context, subject: Subject, old: Signature, new: Signature
) -> Iterator[Change]:
    """What changed between two ways to call something."""
    old = old.in_variables_of(new)
    yield from parameter_changes(context, subject, old.slots, new.slots)
    what = f"the result of '{subject.name}'"
    if old.result.type == NONE != new.result.type:
        message = f"{what} was None, and is {new.result.text} now"
        place, other = old.result.place, new.result.place
        yield subject.change("return-added", message, old=place, new=other)
        return
    for change in type_change(
        context, subject, "return", what, old.result, new.result, "read"
    ):
        if SELF in {*variables(old.result.type)} - {*variables(new.result.type)}:
            # The class itself gives what it gave; its subclasses gave more.
            yield change._replace(affected=frozenset(("subclassers",)))
        else:
            yield change


_FORMS = {
    ("sync", "async"): ("became-async", "must be awaited"),
    ("pair", "async"): ("became-async", "must be awaited"),
    ("async", "sync"): ("became-sync", "can no longer be awaited"),
    ("async", "pair"): ("became-sync", "can only be awaited by 'aio'"),
    ("sync", "pair"): ("pair-added", "can be awaited by 'aio'"),
    ("pair", "sync"): ("pair-removed", "can no longer be awaited by 'aio'"),
}


def _form(subject: Subject, old: Callable, new: Callable) -> Iterator[Change]:
    found = _FORMS.get((old.form, new.form))
    if found is not None:
        rule, how = found
        key = "async" if "pair" not in (old.form, new.form) else "sync_and_async"
        yield subject.change(
            rule,
            f"'{subject.name}' {how}",
            old=old.place / (key,),
            new=new.place / (key,),
        )


def _overloads(
    context: Context, subject: Subject, old: Callable, new: Callable
) -> Iterator[Change]:
    """Every old way to call it must have a new one that takes the same and gives no more."""
    ways = new.signatures()
    used: set[int] = set()
    for before in old.signatures():
        found = _harm(context, before, ways)
        index, harm = min(found, key=lambda entry: len(entry[1]))
        used.update(at for at, changes in found if not changes)
        if not harm or (
            not old.function.overloads and _accepts_all(context, before, new)
        ):
            continue
        if len(old.signatures()) > len(ways) or len(harm) > 2:
            message = f"'{subject.name}' can no longer be called in one of its ways"
            yield subject.change("overload-removed", message, old=before.place)
            continue
        used.add(index)
        message = f"a way to call '{subject.name}' changed: {harm[0].message}"
        yield subject.change(
            "overload-changed", message, old=harm[0].old, new=harm[0].new
        )
    for index, way in enumerate(ways):
        if index not in used:
            message = f"'{subject.name}' can be called in one more way"
            yield subject.change("overload-added", message, new=way.place)


def _harm(
    context: Context, before: Signature, ways: list[Signature]
) -> list[tuple[int, list[Change]]]:
    """For each new way to call something, what keeps it from taking the calls of an old one."""
    return [(index, _breaks(context, before, way)) for index, way in enumerate(ways)]


def _breaks(context: Context, before: Signature, after: Signature) -> list[Change]:
    subject = Subject("it", before.place, after.place)
    found = signature_changes(context, subject, before, after)
    return [change for change in found if change.severity == "breaking"]


def _accepts_all(context: Context, before: Signature, new: Callable) -> bool:
    """Whether overloads that took the place of one signature take all its calls together."""
    return bool(new.function.overloads) and not _breaks(
        context, before, new.implementation()
    )


def _binding(subject: Subject, old: Callable, new: Callable) -> Iterator[Change]:
    was, is_ = old.function.binding, new.function.binding
    if was == is_:
        return
    rule = "binding-changed" if is_ == "instance" else "binding-widened"
    words = {"instance": "an instance", "class": "the class", "static": "nothing"}
    message = f"'{subject.name}' is bound to {words[is_]} instead of {words[was]}"
    key = ("binding",)
    yield subject.change(rule, message, at=key)


def _receiver(subject: Subject, old: Callable, new: Callable) -> Iterator[Change]:
    before, after = (
        (
            None
            if one.function.receiver is None
            else one.side.reader.read(one.place.module, one.function.receiver)
        )
        for one in (old, new)
    )
    if before != after:
        was, is_ = (one.function.receiver or "any instance" for one in (old, new))
        message = f"'{subject.name}' is there for {is_} instead of {was}"
        key = ("receiver",)
        yield subject.change("receiver-changed", message, at=key)


def _decorators(subject: Subject, old: Callable, new: Callable) -> Iterator[Change]:
    if old.is_final != new.is_final:
        rule = "final-added" if new.is_final else "final-removed"
        word = "no longer" if new.is_final else "now"
        message = f"'{subject.name}' can {word} be overridden"
        yield subject.change(rule, message)
    before, after = old.telling_decorators(), new.telling_decorators()
    for name in sorted(before ^ after):
        if name.rpartition(".")[2] == "deprecated":
            continue
        verb = "lost" if name in before else "has"
        message = f"'{subject.name}' {verb} the decorator '{name}'"
        key = ("decorators",)
        yield subject.change("decorator-changed", message, at=key)


def _returns_what_it_takes(side: Side, name: str) -> bool:
    """Whether a decorator of the project has the type of its argument for result."""
    symbol = side.symbol(name)
    function = None if symbol is None else symbol.definition
    if not isinstance(function, Function) or len(function.parameters) != 1:
        return False
    (taken,) = function.parameters.values()
    return taken.type is not None and taken.type == function.returns.type
