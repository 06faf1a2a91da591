"""What every comparison needs: the two sides, which type accepts which, and how a change of a type is reported.

Knows the names of the rules about types. It must not know what has a type.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from codegen.diff.assignable import Assignable
from codegen.diff.both import Sided, Sides
from codegen.diff.changes import Change, Place, Subject
from codegen.diff.relations import Relation, Use, relation
from codegen.diff.typed import Type
from codegen.diff.untouched import Untouched
from codegen.model import Deprecation
from codegen.package import Symbol


class Typed(NamedTuple):
    """A type as it was read and as a spec writes it, and where."""

    type: Type
    text: str
    place: Place


class Context(NamedTuple):
    """What every comparison needs; ``version`` is that of the new side, where it is known."""

    sides: Sides
    assignable: Assignable
    untouched: Untouched
    version: str | None = None

    def tells(self, had: Sided, owner: Symbol) -> bool:
        """Whether an ancestor is public on both sides, so that its own comparison tells what changed in it."""
        if owner.path == had.symbol.path:
            return False
        shared = had.side.shared(owner.path)
        return shared in self.sides.old.names and shared in self.sides.new.names

    def relation(self, old: Type, new: Type, use: Use) -> Relation:
        """How the new type stands to the old one."""
        return relation(self.assignable, old, new, use)


def type_change(
    context: Context,
    subject: Subject,
    group: str,
    what: str,
    old: Typed,
    new: Typed,
    use: Use,
    member: str = "",
) -> Iterator[Change]:
    """Report how a type changed, by the rule ``group`` names with the relation of the two."""
    found = context.relation(old.type, new.type, use)
    if found == "same":
        return
    if use == "passed" and found == "undeclared":
        found = "widened"
    message = f"{what} was {old.text}, and is {new.text} now"
    if old.text == new.text:
        message = f"{what} is still {old.text}, which means something else now"
    yield subject.change(
        f"{group}-{found}", message, old=old.place, new=new.place, member=member
    )


def deprecation_changes(
    subject: Subject,
    old: Deprecation | None,
    new: Deprecation | None,
    what: str,
    places: tuple[Place, Place],
    member: str = "",
) -> Iterator[Change]:
    """Report that a deprecation came, went or says something else."""
    before, after = places
    if old == new:
        return
    if old is None:
        rule, message = "deprecation-added", f"{what} is deprecated{_terms(new)}"
        after /= ("deprecated",)
    elif new is None:
        rule, message = "deprecation-removed", f"{what} is no longer deprecated"
        before /= ("deprecated",)
    else:
        rule, message = "deprecation-changed", f"{what} is deprecated{_terms(new)}"
        before, after = before / ("deprecated",), after / ("deprecated",)
    yield subject.change(rule, message, old=before, new=after, member=member)


def _terms(deprecation: Deprecation | None) -> str:
    if deprecation is None:
        return ""
    parts = [f" since {deprecation.since}"]
    if deprecation.remove_in:
        parts.append(f", to be removed in {deprecation.remove_in}")
    if deprecation.use:
        parts.append(f"; use {deprecation.use}")
    return "".join(parts)
