"""Whether a class has what a protocol asks for, without inheriting from it.

Knows which differences between two members keep one from standing for the other. It must not know names of rules but those
that are harmless.
"""

from __future__ import annotations

from codegen.diff.assignable import Answer, all_of
from codegen.diff.both import Sided
from codegen.diff.changes import Subject
from codegen.diff.context import Context
from codegen.diff.member_changes import member_changes
from codegen.diff.members import Member, members
from codegen.diff.typed import Type
from codegen.model import Class


class Structure:
    """Compares classes with protocols, member by member."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def fits(self, protocol: str, source: Type) -> Answer:
        """Whether a class has every member a protocol asks for."""
        sides = self._context.sides
        asked, given = sides.home(protocol), sides.home(source.head)
        if asked is None or given is None:
            return None
        if not isinstance(given[1].definition, Class):
            return None
        wanted, has = members(Sided(*asked)), members(Sided(*given))
        foreign = given[0].lineage(given[1]).foreign
        answers: list[Answer] = []
        for name, member in wanted.items():
            if name not in has:
                answers.append(None if foreign or hasattr(object, name) else False)
            else:
                answers.append(self._member(name, member, has[name]))
        return all_of(answers)

    def _member(self, name: str, wanted: Member, has: Member) -> Answer:
        """A member fits if those who use the protocol's could use it as well."""
        if has.kind == "method" and has.callable.telling_decorators():
            return None
        subject = Subject(name, wanted.place, has.place)
        found = list(member_changes(self._context, subject, wanted, has))
        if any(change.severity == "breaking" for change in found):
            return False
        return None if any(change.severity == "risky" for change in found) else True
