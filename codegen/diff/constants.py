"""Variables, type aliases and type variables of two APIs.

Knows what readers of a variable and annotations with an alias or a type variable rely on.
"""

from __future__ import annotations

from collections.abc import Iterator

from codegen.diff.both import Side
from codegen.diff.changes import Change, Place, Subject
from codegen.diff.context import Context, Typed, deprecation_changes, type_change
from codegen.diff.typed import Type, union, unqualified
from codegen.diff.values import differ, same_value
from codegen.model import TypeAlias, TypeVariable, Variable


def variable_changes(
    context: Context, subject: Subject, old: Variable, new: Variable
) -> Iterator[Change]:
    """What changed for those who read a variable of a module."""
    what = f"'{subject.name}'"
    places = subject.old, subject.new
    yield from deprecation_changes(
        subject, old.deprecated, new.deprecated, what, places
    )
    before = _typed(context.sides.old, subject.old, old.type)
    after = _typed(context.sides.new, subject.new, new.type)
    retyped = list(
        type_change(context, subject, "variable-type", what, before, after, "read")
    )
    yield from retyped
    if any(change.rule == "variable-type-changed" for change in retyped):
        return
    if subject.name.endswith(".__version__") or not differ(old.value, new.value):
        return
    key = ("value",)
    message = f"{what} was {old.value}, and is {new.value} now"
    yield subject.change("value-changed", message, at=key)


def _typed(side: Side, place: Place, text: str) -> Typed:
    type_, _ = unqualified(side.reader.read(place.module, text))
    return Typed(type_, text, place / ("type",))


def alias_changes(
    context: Context, subject: Subject, old: TypeAlias, new: TypeAlias
) -> Iterator[Change]:
    """What changed for those who write an alias in their annotations."""
    what = f"'{subject.name}'"
    places = subject.old, subject.new
    yield from deprecation_changes(
        subject, old.deprecated, new.deprecated, what, places
    )
    if old.distinct != new.distinct:
        is_ = "a type of its own" if new.distinct else "another name of its type"
        key = ("distinct",)
        yield subject.change("alias-became-distinct", f"{what} is {is_} now", at=key)
        return
    before = _typed(context.sides.old, subject.old, old.type)
    after = _typed(context.sides.new, subject.new, new.type)
    found = context.relation(before.type, after.type, "both")
    if found == "same":
        return
    found = {"declared": "narrowed", "undeclared": "widened"}.get(found, found)  # type: ignore[assignment]
    message = f"{what} was {old.type}, and is {new.type} now"
    if old.type == new.type:
        message = f"{what} is still {old.type}, which means something else now"
    yield subject.change(f"alias-{found}", message, old=before.place, new=after.place)


def type_variable_changes(
    context: Context, subject: Subject, old: TypeVariable, new: TypeVariable
) -> Iterator[Change]:
    """What changed for those who parametrize, or are parametrized by, a type variable."""
    what = f"'{subject.name}'"
    if old.kind != new.kind:
        yield subject.change(
            "type-variable-changed", f"{what} was a {old.kind}, and is a {new.kind} now"
        )
        return
    yield from _variance(subject._replace(role="used"), old, new)
    before = _bound(context.sides.old, subject.old, old)
    after = _bound(context.sides.new, subject.new, new)
    if before is not None or after is not None:
        yield from _bounds(context, subject, before, after)
    if old.default is not None and not same_value(old.default, new.default):
        message = f"the default of {what} was {old.default}, and is {new.default or 'none'} now"
        yield subject._replace(role="used").change("type-variable-changed", message)


def _variance(
    subject: Subject, old: TypeVariable, new: TypeVariable
) -> Iterator[Change]:
    if old.variance == new.variance or "inferred" in (old.variance, new.variance):
        return
    widened = old.variance == "invariant"
    rule = "variance-widened" if widened else "variance-narrowed"
    message = f"'{subject.name}' is {new.variance} instead of {old.variance}"
    key = ("variance",)
    yield subject.change(rule, message, at=key)


def _bound(side: Side, place: Place, variable: TypeVariable) -> Type | None:
    if variable.constraints:
        read = (side.reader.read(place.module, text) for text in variable.constraints)
        return union(read)
    if variable.bound is None:
        return None
    return side.reader.read(place.module, variable.bound)


def _bounds(
    context: Context, subject: Subject, old: Type | None, new: Type | None
) -> Iterator[Change]:
    key = ("bound",)
    if old is None:
        rule = "bound-narrowed"
    elif new is None:
        rule = "bound-widened"
    else:
        found = context.relation(old, new, "both")
        if found == "same":
            return
        rule = f"bound-{found}" if found in ("narrowed", "widened") else "bound-changed"
    how = {
        "bound-narrowed": "fewer types",
        "bound-widened": "more types",
        "bound-changed": "other types",
    }[rule]
    message = f"'{subject.name}' stands for {how} than before"
    yield subject.change(rule, message, at=key)
