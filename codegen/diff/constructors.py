"""How instances of a class are made, on either side: the parameters of its constructor, its own or inherited.

Knows how dataclasses put their fields together. It must not know what else a class has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from codegen.diff.both import Ancestor, Side, Sided
from codegen.diff.callables import Callable, callable_changes
from codegen.diff.changes import Change, Place, Role, Subject
from codegen.diff.context import Context
from codegen.diff.pairing import BY_POSITION, Slot, slots
from codegen.diff.parameters import parameter_changes
from codegen.model import Class, Function, Parameter
from codegen.package import Symbol
from codegen.walk import class_path


class Constructor(NamedTuple):
    """What makes instances: parameters, or a method with overloads; ``place`` is the class that declares it."""

    slots: list[Slot]
    place: Place
    owner: Symbol
    method: Callable | None = None
    has_fields: bool = False


def constructor(had: Sided) -> Constructor | None:
    """The constructor of a class; None when it has none of the project's and what it inherits is not known."""
    side, symbol = had
    lineage = side.lineage(symbol)
    own = lineage.ancestors[0].cls
    if own.kind in ("enum", "protocol", "typed-dict"):
        return None
    for ancestor in lineage.ancestors:
        here = Place(ancestor.symbol.module, class_path(ancestor.symbol.name))
        method = _written(ancestor.cls)
        if method is not None:
            name, function = method
            place = here / ("methods", name)
            called = Callable(side, place, function, ancestor.meant)
            return Constructor([], place, ancestor.symbol, called)
        if ancestor.cls.dataclass is not None and ancestor.cls.dataclass.init:
            fields = _fields(side, ancestor.symbol)
            return Constructor(fields, here, ancestor.symbol, has_fields=True)
        if ancestor.cls.parameters is not None and ancestor.cls.dataclass is None:
            found = slots(side, here, ancestor.cls.parameters, ancestor.meant)
            return Constructor(found, here, ancestor.symbol)
    if any(not base.head.startswith(_WITHOUT) for base in lineage.foreign):
        return None
    here = Place(symbol.module, class_path(symbol.name))
    if any(ancestor.cls.kind == "exception" for ancestor in lineage.ancestors):
        anything = Slot("args", Parameter(kind="var-positional"), here, side, {})
        return Constructor([anything], here, symbol)
    return Constructor([], here, symbol)


# Bases that have no constructor of their own.
_WITHOUT = ("typing.", "abc.ABC", "object", "collections.abc.")


def _written(cls: Class) -> tuple[str, Function] | None:
    for name in ("__new__", "__init__"):
        if name in cls.methods:
            return name, cls.methods[name]
    return None


def _fields(side: Side, symbol: Symbol) -> list[Slot]:
    """The fields of a dataclass with those it inherits, as its constructor takes them."""
    found: dict[str, Slot] = {}
    for ancestor in reversed(side.lineage(symbol).ancestors):
        if ancestor.cls.dataclass is None:
            continue
        for slot in _own_fields(side, ancestor):
            if slot.parameter.type is not None or slot.name not in found:
                found[slot.name] = slot
    # Python moves keyword-only fields behind the others.
    return sorted(found.values(), key=lambda s: s.parameter.kind == "keyword-only")


def _own_fields(side: Side, ancestor: Ancestor) -> Iterator[Slot]:
    assert ancestor.cls.dataclass is not None
    here = Place(ancestor.symbol.module, class_path(ancestor.symbol.name))
    for slot in slots(side, here, ancestor.cls.parameters or {}, ancestor.meant):
        if ancestor.cls.dataclass.kw_only:
            named = msgspec.structs.replace(slot.parameter, kind="keyword-only")
            yield slot._replace(parameter=named)
        else:
            yield slot


def constructor_changes(
    context: Context, subject: Subject, old: Constructor, new: Constructor
) -> Iterator[Change]:
    """What changed for those who make instances, and for subclasses that call the constructor."""
    role: Role = "used" if subject.role == "used" else "made"
    used = Subject(subject.name, old.place, new.place, role)
    if old.method is not None and new.method is not None:
        yield from callable_changes(context, used, old.method, new.method)
        return
    yield from _slot_changes(context, used, old, new)


def _slot_changes(
    context: Context, subject: Subject, old: Constructor, new: Constructor
) -> Iterator[Change]:
    before = old.slots if old.method is None else old.method.implementation().slots
    after = new.slots if new.method is None else new.method.implementation().slots
    # Fields that must be passed cannot follow one that need not, not even in a subclass.
    follow = subject.role == "made" and new.has_fields and not _optional(before)
    for change in parameter_changes(context, subject, before, after):
        if follow and change.rule in _MAKE_OPTIONAL and _stands_before(change, after):
            yield change._replace(
                affected=frozenset(("subclassers",)), severity="risky"
            )
        else:
            yield change


_MAKE_OPTIONAL = ("parameter-added-optional", "parameter-became-optional")


def _optional(found: list[Slot]) -> list[Slot]:
    """The parameters that can be passed by position, and need not be."""
    return [
        slot
        for slot in found
        if not slot.parameter.required and slot.parameter.kind in BY_POSITION
    ]


def _stands_before(change: Change, after: list[Slot]) -> bool:
    return any(slot.place == change.new for slot in _optional(after))
