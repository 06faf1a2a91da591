"""Two classes: their kind, heads, constructors and members, each change told once.

Knows which change of an inherited part is told by the class that declares it, and that a field is a parameter and an
attribute. It must not know how two members differ.
"""

from __future__ import annotations

from collections.abc import Iterator

from codegen.diff.both import Sided
from codegen.diff.changes import Change, Place, Role, Subject
from codegen.diff.constructors import Constructor, constructor, constructor_changes
from codegen.diff.context import Context, deprecation_changes
from codegen.diff.heads import head_changes
from codegen.diff.kinds import enum_changes, named_tuple_changes, typed_dict_changes
from codegen.diff.members import is_closed
from codegen.diff.membership import Membership
from codegen.model import Class
from codegen.walk import class_path


class ClassComparison:
    """Compares classes; remembers which were compared, because a class can be reached in several ways."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._membership = Membership(context, self.changes)
        self._seen: set[tuple[Place, Place]] = set()

    def changes(self, name: str, old: Sided, new: Sided) -> Iterator[Change]:
        """What changed between two classes that users know by one name."""
        places = _place(old), _place(new)
        if places in self._seen:
            return
        self._seen.add(places)
        role: Role = "used" if is_closed(old) else "overridable"
        subject = Subject(name, *places, role)
        before, after = old.cls, new.cls
        yield from deprecation_changes(
            subject, before.deprecated, after.deprecated, f"'{name}'", places
        )
        if _kind(before) != _kind(after):
            message = f"'{name}' was a {before.kind}, and is a {after.kind} now"
            change = subject.change("class-kind-changed", message, at=("kind",))
            if before.kind == "protocol":
                change = change._replace(affected=frozenset(("implementers",)))
            elif after.kind == "protocol":
                change = change._replace(affected=frozenset(("callers",)))
            yield change
            return
        yield from head_changes(self._context, subject, old, new)
        if before.kind == "typed-dict":
            yield from typed_dict_changes(self._context, subject, old, new)
            return
        if before.kind == "enum":
            yield from enum_changes(subject, before, after)
        made = list(self._made(subject, old, new))
        if before.kind == "named-tuple":
            fields = named_tuple_changes(subject, before, after)
            made = [*fields, *(one for one in made if one.rule not in _OF_TUPLES)]
        yield from _told_once(made, self._membership.changes(subject, old, new))

    def _made(self, subject: Subject, old: Sided, new: Sided) -> Iterator[Change]:
        """Changes of the constructor, without those of inherited fields and constructors, which their owners tell."""
        before, after = constructor(old), constructor(new)
        if before is None or after is None or self._is_inherited(before, after, old, new):  # fmt: skip
            return
        for change in constructor_changes(self._context, subject, before, after):
            if not (self._is_field_of_base(change.new, new) or self._is_field_of_base(change.old, old)):  # fmt: skip
                yield change

    def _is_inherited(
        self, before: Constructor, after: Constructor, old: Sided, new: Sided
    ) -> bool:
        """Whether both classes inherit one constructor, which its owner's comparison tells about."""
        told = self._context.tells(old, before.owner)
        told = told and self._context.tells(new, after.owner)
        return told and old.side.shared(before.owner.path) == after.owner.path

    def _is_field_of_base(self, place: Place | None, had: Sided) -> bool:
        """Whether a place is a parameter of a base that tells about it."""
        if place is None or "parameters" not in place.path:
            return False
        for ancestor in had.ancestors:
            fields = (*class_path(ancestor.symbol.name), "parameters")
            inside = place.path[: len(fields)] == fields
            if inside and place.module == ancestor.symbol.module:
                return self._context.tells(had, ancestor.symbol)
        return False


# What a tuple's own rules tell of its fields.
_OF_TUPLES = frozenset(
    "parameter-removed parameter-added-required parameter-added-optional "
    "parameter-inserted parameter-moved parameter-renamed".split()
)


def _told_once(made: list[Change], had: Iterator[Change]) -> Iterator[Change]:
    """A field is a parameter and an attribute; what changed in it is told by the rule that is worse."""
    told = {change.name: change.rule for change in made}
    fields = {place for change in made for place in (change.old, change.new)}
    members = [
        one
        for one in had
        if not _is_told(one.rule, told.get(one.name, ""))
        and not (one.rule == "attribute-added" and one.new in fields)
        and not (one.rule == "attribute-removed" and one.old in fields)
    ]
    retyped = {one.name for one in members if one.rule.startswith("attribute-type-")}
    for change in made:
        if change.rule != "parameter-type-widened" or change.name not in retyped:
            yield change
    yield from members


def _is_told(rule: str, told: str) -> bool:
    """Whether what a rule says of an attribute was said of the parameter it comes from."""
    if rule.startswith("attribute-type-"):
        worse = told != "parameter-type-widened"
        return worse and told.startswith("parameter-type-")
    return rule.startswith("deprecation-") and rule == told


def _place(had: Sided) -> Place:
    return Place(had.symbol.module, class_path(had.symbol.name))


def _kind(cls: Class) -> str:
    """The kind, where a class that inherits from an exception is one more class."""
    return "class" if cls.kind == "exception" else cls.kind
