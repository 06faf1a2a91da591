"""Changes as values: which rule, what exactly, where on either side, who breaks and how badly.

Knows how the place a change stands in bears on who breaks. It must not know how a change is found or shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from codegen.diff.rules import RULES, SEVERITIES, Audience, Severity
from codegen.walk import Path

Role = Literal["used", "made", "overridable", "demanded", "implemented"]
"""What users do with what changed: only use it; make instances by it; may override it; must override it; must implement it."""

_READS: frozenset[Audience] = frozenset(("callers",))
_AUDIENCES: dict[Role, frozenset[Audience]] = {
    "used": _READS,
    "made": _READS,
    "overridable": frozenset(("callers", "subclassers")),
    "demanded": frozenset(("callers", "subclassers")),
    "implemented": frozenset(("callers", "implementers")),
}


class Place(NamedTuple):
    """Where something stands on one side: the module whose spec holds it, and the path of keys that leads to it."""

    module: str
    path: Path

    def __truediv__(self, path: Path) -> Place:
        """A place inside this one."""
        return Place(self.module, self.path + path)


class Change(NamedTuple):
    """One change. ``name`` is the dotted name users know it by; a side on which it does not exist is None."""

    rule: str
    message: str
    old: Place | None
    new: Place | None
    affected: frozenset[Audience]
    severity: Severity
    name: str
    hint: str = ""


def judged(
    rule: str,
    message: str,
    *,
    name: str,
    old: Place | None,
    new: Place | None,
    role: Role = "used",
    hint: str = "",
) -> Change:
    """A change with the audience and severity that its rule has in the role of what changed.

    What harms callers is as bad as the rule says. What harms only those who override is risky, and breaking where
    somebody must override or implement it.
    """
    known = RULES[rule]
    affected = known.affected & _AUDIENCES[role]
    severity = known.severity
    if role == "made" and affected:
        # Subclasses hand on to the constructor what it takes.
        affected |= _AUDIENCES["overridable"]
    if "callers" not in affected and affected:
        must = role in ("demanded", "implemented")
        severity = "breaking" if must or known.severity == "breaking" else "risky"
    elif known.affected and not affected:
        severity = "compatible"
    return Change(rule, message, old, new, affected, severity, name, hint)


class Subject(NamedTuple):
    """What is compared: the name users know, where it stands on either side, and what users do with it."""

    name: str
    old: Place
    new: Place
    role: Role = "used"

    def change(
        self,
        rule: str,
        message: str,
        *,
        at: Path = (),
        old: Place | None = None,
        new: Place | None = None,
        member: str = "",
        hint: str = "",
    ) -> Change:
        """A change of the subject, or of a ``member`` of it.

        Places that are not given are those of the subject, or those of what stands ``at`` a path inside it.
        """
        return judged(
            rule,
            message,
            name=f"{self.name}.{member}" if member else self.name,
            old=old or self.old / at,
            new=new or self.new / at,
            role=self.role,
            hint=hint,
        )


def plain(change: Change) -> tuple[Any, ...]:
    """A change as data of the types processes hand each other."""
    places = (place and tuple(place) for place in (change.old, change.new))
    return (change.rule, change.message, *places, *change[4:])


def restored(data: tuple[Any, ...]) -> Change:
    """The change behind its plain data."""
    old, new = (place and Place(*place) for place in data[2:4])
    return Change(data[0], data[1], old, new, *data[4:])


def worst(changes: Iterable[Change]) -> Severity | None:
    """The worst severity among changes; None when there is none."""
    found = {change.severity for change in changes}
    return next((severity for severity in SEVERITIES if severity in found), None)
