"""Two members of one name: methods, properties and attributes, and one that became another.

Knows what readers, writers, overrides and implementations of a member rely on. It must not know which members a class has.
"""

from __future__ import annotations

from collections.abc import Iterator

from codegen.diff.callables import callable_changes
from codegen.diff.changes import Change, Subject
from codegen.diff.context import Context, Typed, deprecation_changes, type_change
from codegen.diff.members import Member
from codegen.diff.relations import Use
from codegen.diff.values import differ
from codegen.model import Attribute, Parameter, Property

_WORDS = {
    "method": "a method",
    "property": "a property",
    "attribute": "an attribute",
    "class": "a class",
}


def member_changes(
    context: Context, subject: Subject, old: Member, new: Member
) -> Iterator[Change]:
    """What changed between two members of one name; inner classes are compared elsewhere."""
    kinds = old.kind, new.kind
    if kinds == ("method", "method"):
        yield from callable_changes(context, subject, old.callable, new.callable)
        yield from _abstractness(subject, old, new)
    elif kinds == ("property", "property"):
        yield from _properties(context, subject, old, new)
        yield from _abstractness(subject, old, new)
    elif kinds == ("attribute", "attribute"):
        yield from _attributes(context, subject, old, new)
    elif kinds == ("property", "attribute"):
        yield from _property_to_attribute(context, subject, old, new)
    elif kinds == ("attribute", "property") and not old.is_class_variable:
        yield from _attribute_to_property(context, subject, old, new)
    elif old.kind != new.kind:
        message = (
            f"'{subject.name}' was {_WORDS[old.kind]}, and is {_WORDS[new.kind]} now"
        )
        yield subject.change("member-kind-changed", message)
    if "method" not in kinds and "class" not in kinds:
        before, after = old.definition.deprecated, new.definition.deprecated
        places = old.place, new.place
        yield from deprecation_changes(
            subject, before, after, f"'{subject.name}'", places
        )


def _abstractness(subject: Subject, old: Member, new: Member) -> Iterator[Change]:
    if old.is_abstract == new.is_abstract or subject.role == "implemented":
        return
    rule = "became-abstract" if new.is_abstract else "no-longer-abstract"
    verb = "must" if new.is_abstract else "need not"
    message = f"subclasses {verb} define '{subject.name}'"
    key = ("abstract",)
    yield subject.change(rule, message, at=key)


def _properties(
    context: Context, subject: Subject, old: Member, new: Member
) -> Iterator[Change]:
    one, other = old.definition, new.definition
    assert isinstance(one, Property)
    assert isinstance(other, Property)
    yield from _access(subject, old, new)
    yield from _property_types(context, subject, old, new)
    if one.deletable != other.deletable:
        rule = "deleter-removed" if one.deletable else "deleter-added"
        can = "can no longer" if one.deletable else "can"
        yield subject.change(rule, f"'{subject.name}' {can} be deleted")
    was, is_ = (p.decorator and p.decorator.rpartition(".")[2] for p in (one, other))
    if was != is_:
        message = f"'{subject.name}' is made by {is_ or 'property'} instead of {was or 'property'}"
        key = ("decorator",)
        yield subject.change(
            "property-decorator-changed",
            message,
            old=old.place / key,
            new=new.place / key,
        )


def _access(subject: Subject, old: Member, new: Member) -> Iterator[Change]:
    if old.is_writable and not new.is_writable:
        message = f"'{subject.name}' can no longer be assigned"
        yield subject.change("setter-removed", message)
    elif new.is_writable and not old.is_writable:
        yield subject.change("setter-added", f"'{subject.name}' can be assigned")


def _property_types(
    context: Context, subject: Subject, old: Member, new: Member
) -> Iterator[Change]:
    """What is read and what can be assigned: one finding where both are of one type."""
    one, other = old.definition, new.definition
    assert isinstance(one, Property)
    assert isinstance(other, Property)
    what = f"'{subject.name}'"
    read = old.typed(one.type), new.typed(other.type)
    taken = (
        old.typed(one.accepts, "accepts") if one.accepts else read[0],
        new.typed(other.accepts, "accepts") if other.accepts else read[1],
    )
    both = old.is_writable and new.is_writable
    seen = list(type_change(context, subject, "property-type", what, *read, use="read"))
    if both:
        found = context.relation(taken[0].type, taken[1].type, "passed")
        if found in ("widened", "undeclared") and not seen:
            yield _setter("widened", subject, *taken)
        elif found in ("narrowed", "changed", "declared") and (
            not seen or seen[0].rule in _HARMLESS_TO_READ
        ):
            yield _setter("narrowed", subject, *taken)
            if one.accepts is None and other.accepts is None:
                return
    yield from seen


_HARMLESS_TO_READ = ("property-type-narrowed",)


def _setter(how: str, subject: Subject, old: Typed, new: Typed) -> Change:
    message = f"'{subject.name}' took {old.text}, and takes {new.text} now"
    return subject.change(f"setter-type-{how}", message, old=old.place, new=new.place)


def _attributes(
    context: Context, subject: Subject, old: Member, new: Member
) -> Iterator[Change]:
    (before, were), (after, are) = old.attribute_type(), new.attribute_type()
    if ("Final" in were) != ("Final" in are):
        lost = "Final" in are
        rule = "attribute-became-final" if lost else "attribute-no-longer-final"
        can = "can no longer" if lost else "can"
        yield subject.change(
            rule,
            f"'{subject.name}' {can} be assigned",
            old=before.place,
            new=after.place,
        )
    writable = old.is_writable and new.is_writable
    yield from _attribute_type(context, subject, before, after, writable)
    if old.is_class_variable != new.is_class_variable:
        of_class = new.is_class_variable
        rule = (
            "attribute-became-class-variable"
            if of_class
            else "attribute-became-instance-variable"
        )
        whom = "the class" if of_class else "instances"
        yield subject.change(rule, f"'{subject.name}' belongs to {whom} now")
    yield from _value(subject, old, new)


def _attribute_type(
    context: Context, subject: Subject, old: Typed, new: Typed, writable: bool
) -> Iterator[Change]:
    use: Use = "both" if writable else "read"
    what = f"'{subject.name}'"
    for change in type_change(context, subject, "attribute-type", what, old, new, use):
        if change.rule == "attribute-type-narrowed" and not writable:
            rule = "attribute-type-narrowed-read-only"
            yield subject.change(rule, change.message, old=old.place, new=new.place)
        else:
            yield change


def _value(subject: Subject, old: Member, new: Member) -> Iterator[Change]:
    one, other = old.definition, new.definition
    if not isinstance(one, Attribute) or not isinstance(other, Attribute):
        return
    if not differ(one.value, other.value):
        return
    message = f"'{subject.name}' was {one.value}, and is {other.value} now"
    key = ("value",)
    yield subject.change("value-changed", message, at=key)


def _property_to_attribute(
    context: Context, subject: Subject, old: Member, new: Member
) -> Iterator[Change]:
    assert isinstance(old.definition, Property)
    message = f"'{subject.name}' was a property, and is an attribute now"
    rule = "property-became-attribute"
    if old.is_writable and not new.is_writable:
        rule, message = "setter-removed", f"'{subject.name}' can no longer be assigned"
    yield subject.change(rule, message)
    before, after = old.typed(old.definition.type), new.attribute_type()[0]
    if old.is_writable and new.is_writable:
        yield from _attribute_type(context, subject, before, after, True)
    else:
        what = f"'{subject.name}'"
        yield from type_change(
            context, subject, "property-type", what, before, after, "read"
        )


def _attribute_to_property(
    context: Context, subject: Subject, old: Member, new: Member
) -> Iterator[Change]:
    assert isinstance(old.definition, Attribute | Parameter)
    assert isinstance(new.definition, Property)
    if old.is_writable and not new.is_writable:
        message = f"'{subject.name}' is a property that cannot be assigned"
        yield subject.change("attribute-became-read-only", message)
    else:
        message = f"'{subject.name}' was an attribute, and is a property now"
        yield subject.change("attribute-became-property", message)
    before, after = old.attribute_type()[0], new.typed(new.definition.type)
    writable = old.is_writable and new.is_writable
    yield from _attribute_type(context, subject, before, after, writable)
