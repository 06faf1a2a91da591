"""Which members two classes have: those both have, those that are gone, and those that are new.

Knows whom a member concerns: who uses, overrides or implements it, and which ancestor tells about it. It must not know how two
members differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from codegen.diff.both import Sided
from codegen.diff.changes import Change, Place, Role, Subject
from codegen.diff.context import Context
from codegen.diff.known import library_has
from codegen.diff.member_changes import member_changes
from codegen.diff.members import Member, enum_members, inner, is_closed, members
from codegen.diff.removals import removal_hint, too_early
from codegen.diff.surface import is_public

# What a constructor's or a class's own rules tell.
_SPECIAL = frozenset(
    "__init__ __new__ __post_init__ __init_subclass__ __slots__ __match_args__".split()
)

CompareClasses = Callable[[str, Sided, Sided], Iterator[Change]]


class Membership:
    """Compares what classes have; remembers which members were compared, because several classes inherit one."""

    def __init__(self, context: Context, classes: CompareClasses) -> None:
        self._context = context
        self._classes = classes
        self._seen: set[tuple[Place, Place]] = set()

    def changes(self, subject: Subject, old: Sided, new: Sided) -> Iterator[Change]:
        """What changed in the members of two classes."""
        before, after = members(old), members(new)
        skipped = {*_SPECIAL, *enum_members(old.cls), *enum_members(new.cls)}
        for name, member in before.items():
            if name in skipped or not _counts(member, old):
                continue
            if name in after:
                yield from self._kept(subject, old, member, after[name])
            else:
                yield from self._lost(subject, old, new, member)
        for name, member in after.items():
            if name not in before and name not in skipped:
                yield from self._won(subject, old, new, member)
        if not (any(one.is_abstract for one in before.values()) or is_closed(old)):
            yield from self._no_longer_made(subject, new, before, after)

    def _kept(
        self, subject: Subject, had: Sided, old: Member, new: Member
    ) -> Iterator[Change]:
        if self._same(old, new):
            return
        places = (old.place, new.place)
        if places in self._seen:
            return
        same_owner = old.owner_name == new.owner_name
        if same_owner and self._context.tells(had, old.owner.symbol):
            return
        name = f"{subject.name}.{old.name}"
        if old.kind == new.kind == "class":
            yield from self._classes(name, inner(old), inner(new))
            return
        self._seen.add(places)
        about = Subject(name, *places, _role(had, old))
        for change in member_changes(self._context, about, old, new):
            if change.rule == "became-abstract" and _is_abstract(had):
                yield _without_callers(change)
            else:
                yield change

    def _same(self, old: Member, new: Member) -> bool:
        if old.kind == "class" or old.home.module != new.home.module:
            return False
        if old.kind != new.kind or old.owner.meant != new.owner.meant:
            return False
        ours, theirs = old.definition, new.definition
        return self._context.untouched.same_member(ours, theirs, old.home.module)

    def _lost(
        self, subject: Subject, old: Sided, new: Sided, member: Member
    ) -> Iterator[Change]:
        name = member.name
        if self._was_of_base(old, member):
            return
        if hasattr(object, name):
            if name in ("__eq__", "__hash__"):
                message = f"'{subject.name}' no longer says how it is compared or hashed"  # fmt: skip
                yield subject.change(
                    "equality-changed", message, old=member.place, member=name
                )
            return
        heads = [base.head for base in new.foreign]
        if any(library_has(head, name) for head in heads):
            return
        change = self._removed(subject, old, member)
        if any(map(_may_have_anything, heads)):
            listed = ", ".join(f"'{head}'" for head in heads)
            message = f"{change.message}, unless it inherits it from {listed}"
            change = change._replace(severity="risky", message=message)
        yield change

    def _was_of_base(self, old: Sided, member: Member) -> bool:
        """Whether it came from a public base, which exists: then the base's comparison, or the loss of it, tells."""
        if member.owner.symbol.path == old.symbol.path:
            return False
        shared = member.owner_name
        exists = self._context.sides.new.symbol(shared) is not None
        return shared in old.side.names and exists

    def _removed(self, subject: Subject, old: Sided, member: Member) -> Change:
        rule = _rule(member, "removed")
        message = f"'{subject.name}' has no {_word(member)} '{member.name}' any more"
        announced = member.definition.deprecated
        if announced is not None and too_early(announced, self._context.version):
            rule = "removed-too-early"
            message += f", although {announced.remove_in} was announced for that"
        return subject._replace(role=_role(old, member)).change(
            rule,
            message,
            old=member.place,
            member=member.name,
            hint=removal_hint(announced),
        )

    def _won(
        self, subject: Subject, old: Sided, new: Sided, member: Member
    ) -> Iterator[Change]:
        heads = {old.side.shared(one.symbol.path) for one in old.ancestors}
        told = self._context.tells(new, member.owner.symbol)
        if told and member.owner_name in heads:
            return
        word, name = _word(member), member.name
        if old.cls.kind == "protocol":
            if hasattr(object, name):
                return
            rule = "protocol-member-added"
            message = f"'{subject.name}' asks for the new {word} '{name}'"
            subject = subject._replace(role="implemented")
        elif member.is_abstract and not is_closed(old):
            rule = "abstract-method-added"
            message = f"subclasses of '{subject.name}' must define the new {word} '{name}'"  # fmt: skip
        elif told or not is_public(name) or hasattr(object, name):
            return
        else:
            rule = _rule(member, "added")
            message = f"'{subject.name}' has the new {word} '{name}'"
        change = subject.change(rule, message, new=member.place, member=name)
        abstract = rule == "abstract-method-added" and _is_abstract(old)
        yield _without_callers(change) if abstract else change

    def _no_longer_made(
        self,
        subject: Subject,
        new: Sided,
        before: dict[str, Member],
        after: dict[str, Member],
    ) -> Iterator[Change]:
        """A class that inherits a method it does not define, although its base demands it now."""
        for name, member in after.items():
            told = name not in before and member.owner.symbol.path == new.symbol.path
            if told or not member.is_abstract:
                continue
            if self._context.tells(new, member.owner.symbol):
                message = f"'{subject.name}' cannot be instantiated: it inherits the abstract '{name}'"  # fmt: skip
                yield subject.change(
                    "abstract-method-added", message, new=member.place, member=name
                )


def _without_callers(change: Change) -> Change:
    """A change of a class of which nobody could make instances before either."""
    return change._replace(affected=change.affected - {"callers"})


def _is_abstract(had: Sided) -> bool:
    return any(member.is_abstract for member in members(had).values())


def _role(had: Sided, member: Member) -> Role:
    """What users of a class do with a member of it."""
    if had.cls.kind == "protocol":
        return "implemented"
    if is_closed(had) or member.is_final:
        return "used"
    return "demanded" if member.is_abstract else "overridable"


def _counts(member: Member, had: Sided) -> bool:
    """Whether users know a member; those of protocols and abstract ones must be defined whatever their name."""
    demanded = member.is_abstract or had.cls.kind == "protocol"
    return demanded or is_public(member.name)


def _rule(member: Member, how: str) -> str:
    return f"{'inner-class' if member.kind == 'class' else member.kind}-{how}"


def _word(member: Member) -> str:
    if member.kind == "class":
        return "inner class"
    return f"abstract {member.kind}" if member.is_abstract else member.kind


def _may_have_anything(base: str) -> bool:
    """Whether a base from elsewhere may have members nobody knows of here."""
    if base.startswith(("typing.", "abc.", "collections.abc.", "enum.")):
        return False
    return library_has(base, "__init__") is None
