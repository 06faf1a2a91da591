"""Two lists of parameters: which calls of the old one the new one no longer takes, and what else changed.

Knows how Python binds arguments. It must not know whose parameters they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from codegen.diff.changes import Change, Subject
from codegen.diff.context import Context, deprecation_changes, type_change
from codegen.diff.pairing import BY_NAME, BY_POSITION, VARIADIC, Pairs, Slot
from codegen.diff.values import same_value


def parameter_changes(
    context: Context, subject: Subject, old: Sequence[Slot], new: Sequence[Slot]
) -> Iterator[Change]:
    """What changed between two lists of parameters."""
    pairs = Pairs(context, old, new)
    variadic: dict[str, Slot] = {slot.parameter.kind: slot for slot in new}
    for slot in pairs.removed:
        if slot.is_private:
            continue
        yield _removed(context, subject, slot, pairs, variadic)
    had_args = any(slot.parameter.kind == "var-positional" for slot in old)
    for slot in pairs.added:
        if slot.is_private and not slot.parameter.required:
            continue
        yield _added(subject, slot, pairs, had_args)
    for one, other in pairs.moved():
        if one.is_private:
            continue
        was, is_ = pairs.before.index(one) + 1, pairs.after.index(other) + 1
        message = (
            f"'{subject.name}' takes '{other.name}' at position {is_} instead of {was}"
        )
        yield _about(subject, "parameter-moved", message, one, other)
    for one, other in pairs.pairs:
        if not (one.is_private and other.is_private):
            yield from _pair(context, subject, one, other)
    yield from _variadic(context, subject, old, new)


def _about(
    subject: Subject, rule: str, message: str, one: Slot, other: Slot, hint: str = ""
) -> Change:
    return subject.change(
        rule, message, old=one.place, new=other.place, member=one.name, hint=hint
    )


def _removed(
    context: Context,
    subject: Subject,
    slot: Slot,
    pairs: Pairs,
    variadic: Mapping[str, Slot],
) -> Change:
    takers: list[Slot | None] = []
    if slot in pairs.before:
        free = pairs.before.index(slot) >= len(pairs.after)
        takers.append(variadic.get("var-positional") if free else None)
    if not slot.is_nameless:
        takers.append(variadic.get("var-keyword"))
    absorbed = all(
        taker is not None
        and context.assignable.fits(slot.type, taker.type) is not False
        for taker in takers
    )
    if absorbed:
        names = " or ".join(f"'{taker.shown}'" for taker in takers if taker is not None)
        message = f"'{subject.name}' takes '{slot.name}' in {names} only"
        return subject.change(
            "parameter-absorbed", message, old=slot.place, member=slot.name
        )
    message = f"'{subject.name}' no longer takes '{slot.name}'"
    if not slot.parameter.required and subject.role != "made":
        # Overrides that still take it need not be given it.
        subject = subject._replace(role="used")
    return subject.change(
        "parameter-removed", message, old=slot.place, member=slot.name
    )


def _added(subject: Subject, slot: Slot, pairs: Pairs, had_args: bool) -> Change:
    if slot.parameter.required:
        rule = "parameter-added-required"
        message = f"'{subject.name}' needs the new parameter '{slot.name}'"
    else:
        rule = "parameter-added-optional"
        message = f"'{subject.name}' takes the new parameter '{slot.name}'"
        pushed = pairs.displaced_by(slot)
        if pushed is not None or (had_args and slot in pairs.after):
            rule = "parameter-inserted"
            before = f"'{pushed.name}'" if pushed else "the rest"
            message += f" before {before}"
    return subject.change(rule, message, new=slot.place, member=slot.name)


def _pair(
    context: Context, subject: Subject, one: Slot, other: Slot
) -> Iterator[Change]:
    if _is_same(context, one, other):
        return
    if one.name != other.name:
        nameless = one.is_nameless
        rule = "parameter-renamed-positional" if nameless else "parameter-renamed"
        message = f"'{subject.name}' calls '{one.name}' now '{other.name}'"
        yield _about(subject, rule, message, one, other)
    yield from _kind(subject, one, other)
    yield from _need(subject, one, other)
    what = f"'{other.name}' of '{subject.name}'"
    yield from type_change(
        context,
        subject,
        "parameter-type",
        what,
        one.typed,
        other.typed,
        "passed",
        other.name,
    )
    places = one.place, other.place
    before, after = one.parameter.deprecated, other.parameter.deprecated
    yield from deprecation_changes(subject, before, after, what, places, other.name)


def _is_same(context: Context, one: Slot, other: Slot) -> bool:
    """Whether nothing about two parameters can have changed; their types need not be read then."""
    here = one.owner.module
    if one.name != other.name or other.owner.module != here or one.meant != other.meant:
        return False
    return context.untouched.same_member(one.parameter, other.parameter, here)


def _kind(subject: Subject, one: Slot, other: Slot) -> Iterator[Change]:
    was, is_ = one.parameter.kind, other.parameter.kind
    if was == is_:
        return
    if was in BY_POSITION and is_ not in BY_POSITION:
        rule, how = "parameter-became-keyword-only", "by name only"
    elif was in BY_NAME and is_ not in BY_NAME:
        rule, how = "parameter-became-positional-only", "by position only"
    else:
        rule, how = "parameter-kind-widened", "by position and by name"
    message = f"'{subject.name}' takes '{other.name}' {how}"
    yield _about(subject, rule, message, one, other)


def _need(subject: Subject, one: Slot, other: Slot) -> Iterator[Change]:
    before, after = one.parameter, other.parameter
    what = f"'{other.name}' of '{subject.name}'"
    if before.required != after.required:
        rule = (
            "parameter-became-optional"
            if before.required
            else "parameter-became-required"
        )
        verb = "need not" if before.required else "must"
        yield _about(subject, rule, f"{what} {verb} be passed", one, other)
    elif not before.required:
        for was, is_, word in (
            (before.default, after.default, "default"),
            (before.factory, after.factory, "factory"),
        ):
            if not same_value(was, is_):
                message = f"the {word} of {what} was {was or 'none'}, and is {is_ or 'none'} now"
                yield _about(subject, "parameter-default-changed", message, one, other)


def _variadic(
    context: Context, subject: Subject, old: Sequence[Slot], new: Sequence[Slot]
) -> Iterator[Change]:
    before = {s.parameter.kind: s for s in old if s.parameter.kind in VARIADIC}
    after = {s.parameter.kind: s for s in new if s.parameter.kind in VARIADIC}
    for kind, one in before.items():
        other = after.get(kind)
        if other is None:
            message = f"'{subject.name}' no longer takes '{one.shown}'"
            yield subject.change(
                "variadic-removed", message, old=one.place, member=one.name
            )
            continue
        what = f"'{other.shown}' of '{subject.name}'"
        yield from type_change(
            context,
            subject,
            "parameter-type",
            what,
            one.typed,
            other.typed,
            "passed",
            other.name,
        )
    for kind, other in after.items():
        if kind not in before:
            message = f"'{subject.name}' takes '{other.shown}'"
            yield subject.change(
                "variadic-added", message, new=other.place, member=other.name
            )
