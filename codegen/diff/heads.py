"""The heads of two classes: bases, type parameters, decorators, options of dataclasses, slots, keywords.

Knows what instances, subclasses and annotations rely on besides members.
"""

from __future__ import annotations

from collections.abc import Iterator

from codegen.diff.both import Side, Sided
from codegen.diff.callables import FINAL
from codegen.diff.changes import Change, Subject
from codegen.diff.context import Context
from codegen.diff.typed import Type
from codegen.diff.values import same_value
from codegen.model import Class, Dataclass
from codegen.package import Symbol

# Bases that say nothing to users, or something that other rules tell.
_SILENT = frozenset(
    "typing.Generic typing.Protocol typing.NamedTuple typing.TypedDict abc.ABC object enum.Enum Exception".split()
)


def head_changes(
    context: Context, subject: Subject, old: Sided, new: Sided
) -> Iterator[Change]:
    """What changed in the heads of two classes."""
    yield from _bases(context, subject, old, new)
    yield from _type_parameters(subject, old, new)
    yield from _decorators(subject, old, new)
    yield from _dataclass(subject, old.cls, new.cls)
    yield from _small(subject, old.cls, new.cls)


def _above(side: Side, symbol: Symbol) -> dict[str, tuple[Type, bool]]:
    """The classes a class inherits from by shared name, with their arguments; whether users know each by a name."""
    lineage = side.lineage(symbol)
    found: dict[str, tuple[Type, bool]] = {}
    for ancestor in lineage.ancestors[1:]:
        head = side.shared(ancestor.symbol.path)
        given = tuple(
            ancestor.meant.get(name, Type(name))
            for name in side.parameters(ancestor.symbol)
        )
        found[head] = Type(head, given), head in side.names
    for base in lineage.foreign:
        if base.head not in _SILENT:
            found.setdefault(base.head, (base, True))
    return found


def _bases(
    context: Context, subject: Subject, old: Sided, new: Sided
) -> Iterator[Change]:
    before, after = _above(*old), _above(*new)
    key = ("bases",)
    lost = [
        head for head, (_, public) in before.items() if public and head not in after
    ]
    for head in _nearest(old.side, lost):
        if not _lost_above(old, new, head):
            message = (
                f"'{subject.name}' no longer inherits from '{_short(old.side, head)}'"
            )
            yield subject.change("base-removed", message, at=key)
    won = [head for head, (_, public) in after.items() if public and head not in before]
    for head in _nearest(new.side, won):
        if not _lost_above(new, old, head):
            message = f"'{subject.name}' inherits from '{_short(new.side, head)}'"
            yield subject.change("base-added", message, at=key)
    for head, (type_, public) in before.items():
        same = not public or head not in after or type_ == after[head][0]
        if not (same or context.assignable.fits(after[head][0], type_)):
            message = f"'{subject.name}' inherits from '{_short(new.side, head)}' with other type arguments"
            yield subject.change("base-changed", message, at=key)


def _nearest(side: Side, heads: list[str]) -> Iterator[str]:
    """Those of some classes that none of the others inherits from."""
    above: set[str] = set()
    for head in heads:
        symbol = side.symbol(head)
        if symbol is not None and isinstance(symbol.definition, Class):
            above |= _above(side, symbol).keys()
    return (head for head in heads if head not in above)


def _lost_above(had: Sided, has: Sided, head: str) -> bool:
    """Whether it is a base, public on both sides, that lost the base; then that base's own comparison tells it."""
    for ancestor in had.ancestors:
        name = had.side.shared(ancestor.symbol.path)
        other = has.side.symbol(name)
        if name not in had.side.names or name not in has.side.names or other is None:
            continue
        mine = _above(had.side, ancestor.symbol)
        theirs = isinstance(other.definition, Class) and _above(has.side, other)
        if head in mine and theirs is not False and head not in theirs:
            return True
    return False


def _short(side: Side, head: str) -> str:
    return side.names.get(head, head)


def _type_parameters(subject: Subject, old: Sided, new: Sided) -> Iterator[Change]:
    before, after = old.side.parameters(old.symbol), new.side.parameters(new.symbol)
    for was, is_ in zip(before, after, strict=False):
        one, other = old.side.variable(was), new.side.variable(is_)
        if was == is_ or one is None or other is None or one.kind == other.kind:
            continue
        message = f"a type argument of '{subject.name}' is of another kind"
        yield subject.change("type-variable-changed", message)
    if len(after) < len(before):
        message = (
            f"'{subject.name}' takes {len(after)} type arguments, not {len(before)}"
        )
        yield subject.change("type-parameters-removed", message)
    elif len(after) > len(before):
        added = [new.side.variable(head) for head in after[len(before) :]]
        defaulted = all(one is not None and one.default is not None for one in added)
        # A class without type parameters can be named as it was.
        rule = (
            "type-parameter-defaulted"
            if defaulted or not before
            else "type-parameters-added"
        )
        message = (
            f"'{subject.name}' takes {len(after)} type arguments, not {len(before)}"
        )
        yield subject.change(rule, message)


def _decorators(subject: Subject, old: Sided, new: Sided) -> Iterator[Change]:
    before, after = (
        {
            side.reader.name(symbol.module, text.partition("(")[0])
            for text in cls.decorators
        }
        for side, symbol in (old, new)
        if isinstance(cls := symbol.definition, Class)
    )
    key = ("decorators",)
    was, is_ = bool(before & FINAL), bool(after & FINAL)
    if was != is_:
        rule, word = ("final-added", "no longer") if is_ else ("final-removed", "now")
        message = f"'{subject.name}' can {word} be derived from"
        yield subject._replace(role="overridable").change(rule, message, at=key)
    for name in sorted((before ^ after) - FINAL):
        if name.rpartition(".")[2] in ("deprecated", "dataclass", "runtime_checkable"):
            continue
        verb = "lost" if name in before else "has"
        message = f"'{subject.name}' {verb} the decorator '{name}'"
        yield subject.change("decorator-changed", message, at=key)


def _dataclass(subject: Subject, old: Class, new: Class) -> Iterator[Change]:
    one, other = old.dataclass, new.dataclass
    if one == other:
        return
    key = ("dataclass",)
    places = subject.old / key, subject.new / key
    found = (
        _options(one, other)
        if one is not None and other is not None
        else (
            [("dataclass-removed", "is no longer a dataclass")]
            if other is None
            else [("dataclass-added", "is a dataclass now")]
        )
    )
    for rule, what in found:
        message = f"'{subject.name}' {what}"
        yield subject.change(rule, message, old=places[0], new=places[1])


def _options(old: Dataclass, new: Dataclass) -> Iterator[tuple[str, str]]:
    if new.frozen and not old.frozen:
        yield "dataclass-became-frozen", "is frozen: its fields cannot be assigned"
    if old.frozen and not new.frozen:
        yield "dataclass-no-longer-frozen", "is no longer frozen"
    if new.order and not old.order:
        yield "dataclass-order-added", "can be ordered"
    if old.order and not new.order:
        yield "dataclass-order-removed", "can no longer be ordered"
    if (old.eq, old.unsafe_hash) != (new.eq, new.unsafe_hash):
        yield "equality-changed", "is compared or hashed in another way"
    if old.match_args and not new.match_args:
        yield "match-args-changed", "can no longer be matched by position"
    if new.slots and not old.slots:
        yield "slots-changed", "has slots: other attributes cannot be set"


def _small(subject: Subject, old: Class, new: Class) -> Iterator[Change]:
    if old.runtime_checkable != new.runtime_checkable:
        rule = (
            "runtime-checkable-added"
            if new.runtime_checkable
            else "runtime-checkable-removed"
        )
        can = "can" if new.runtime_checkable else "can no longer"
        yield subject.change(
            rule,
            f"'{subject.name}' {can} be used with isinstance",
            old=subject.old / ("runtime_checkable",),
            new=subject.new / ("runtime_checkable",),
        )
    if new.slots is not None and (
        old.slots is None or not set(old.slots) <= set(new.slots)
    ):
        message = f"'{subject.name}' has room for other attributes than before"
        key = ("slots",)
        yield subject.change("slots-changed", message, at=key)
    for name in sorted(old.keywords.keys() | new.keywords.keys()):
        was, is_ = old.keywords.get(name), new.keywords.get(name)
        if not same_value(was, is_) and (was or is_) not in ("ABCMeta", "abc.ABCMeta"):
            message = f"'{subject.name}' has {name}={is_ or 'none'} instead of {was or 'none'}"
            key = ("keywords",)
            yield subject.change("metaclass-changed", message, at=key)
