"""Enums, typed dicts and named tuples: members, keys and fields, which mean more than the attributes of other classes.

Knows what code that handles each member, builds a dict or unpacks a tuple relies on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from codegen.diff.both import Sided
from codegen.diff.changes import Change, Place, Subject
from codegen.diff.context import Context, Typed, type_change
from codegen.diff.members import enum_members
from codegen.diff.relations import Use
from codegen.diff.typed import substitute, unqualified
from codegen.diff.values import differ
from codegen.model import Class
from codegen.walk import class_path


def enum_changes(subject: Subject, old: Class, new: Class) -> Iterator[Change]:
    """Members of an enum that came, went, or have another value."""
    before, after = enum_members(old), enum_members(new)
    for name, member in before.items():
        here = ("attributes", name)
        other = after.get(name)
        if other is None:
            message = f"'{subject.name}' has no member '{name}' any more"
            yield subject.change(
                "enum-member-removed", message, old=subject.old / here, member=name
            )
        elif differ(member.value, other.value):
            message = (
                f"'{subject.name}.{name}' was {member.value}, and is {other.value} now"
            )
            yield subject.change(
                "enum-value-changed", message, at=(*here, "value"), member=name
            )
    for name in after:
        if name not in before:
            message = f"'{subject.name}' has the new member '{name}'"
            place = subject.new / ("attributes", name)
            yield subject.change("enum-member-added", message, new=place, member=name)


class _Key(NamedTuple):
    """A key of a typed dict."""

    typed: Typed
    required: bool
    read_only: bool


def _keys(had: Sided) -> dict[str, _Key]:
    side, symbol = had
    found: dict[str, _Key] = {}
    for ancestor in reversed(side.lineage(symbol).ancestors):
        here = Place(ancestor.symbol.module, class_path(ancestor.symbol.name))
        for name, attribute in ancestor.cls.attributes.items():
            place = here / ("attributes", name)
            type_ = side.reader.read(place.module, attribute.type)
            type_, said = unqualified(substitute(type_, ancestor.meant))
            required = "Required" in said or (
                ancestor.cls.total and "NotRequired" not in said
            )
            typed = Typed(type_, attribute.type or "Any", place)
            found[name] = _Key(typed, required, "ReadOnly" in said)
    return found


def typed_dict_changes(
    context: Context,
    subject: Subject,
    old: Sided,
    new: Sided,
) -> Iterator[Change]:
    """Keys of a typed dict that came, went, are needed or not, or hold something else."""
    before, after = _keys(old), _keys(new)
    for name, key in before.items():
        if name not in after:
            message = f"'{subject.name}' has no key '{name}' any more"
            yield subject.change(
                "key-removed", message, old=key.typed.place, member=name
            )
        else:
            yield from _key(context, subject, name, key, after[name])
    for name, key in after.items():
        if name not in before:
            rule = "key-added-required" if key.required else "key-added-optional"
            verb = "needs" if key.required else "may have"
            message = f"'{subject.name}' {verb} the new key '{name}'"
            yield subject.change(rule, message, new=key.typed.place, member=name)


def _key(
    context: Context, subject: Subject, name: str, old: _Key, new: _Key
) -> Iterator[Change]:
    what = f"the key '{name}' of '{subject.name}'"

    def change(rule: str, message: str) -> Change:
        old_place, new_place = old.typed.place, new.typed.place
        return subject.change(rule, message, old=old_place, new=new_place, member=name)

    if old.required != new.required:
        rule = "key-became-required" if new.required else "key-became-optional"
        verb = "must be there" if new.required else "may be missing"
        yield change(rule, f"{what} {verb}")
    if old.read_only != new.read_only:
        rule = "key-became-read-only" if new.read_only else "key-no-longer-read-only"
        can = "can no longer" if new.read_only else "can"
        yield change(rule, f"{what} {can} be assigned")
    use: Use = "read" if old.read_only and new.read_only else "both"
    yield from type_change(
        context, subject, "key-type", what, old.typed, new.typed, use, name
    )


def named_tuple_changes(subject: Subject, old: Class, new: Class) -> Iterator[Change]:
    """Fields of a named tuple that came, went or moved."""
    before, after = list(old.parameters or {}), list(new.parameters or {})
    for name in before:
        if name not in after:
            message = f"'{subject.name}' has no field '{name}' any more"
            place = subject.old / ("parameters", name)
            yield subject.change("tuple-field-removed", message, old=place, member=name)
    for name in after:
        if name not in before:
            message = f"'{subject.name}' has the new field '{name}'"
            place = subject.new / ("parameters", name)
            yield subject.change("tuple-field-added", message, new=place, member=name)
    kept = [name for name in before if name in after]
    for name, other in zip(kept, (n for n in after if n in before), strict=True):
        if name != other:
            message = f"the fields of '{subject.name}' stand in another order, from '{other}' on"
            here = ("parameters", other)
            yield subject.change("tuple-field-moved", message, at=here, member=other)
            return
