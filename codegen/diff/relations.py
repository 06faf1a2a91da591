"""How the new type of something stands to the old one, for those who read it, pass it, or do both.

Knows variance. It must not know what has the type, or what that means for users.
"""

from __future__ import annotations

from typing import Literal

from codegen.diff.assignable import Assignable, Mode
from codegen.diff.typed import OBJECT, Type, has_any

Relation = Literal[
    "same", "narrowed", "widened", "changed", "declared", "undeclared", "unclear"
]
"""``declared`` types took the place of an unchecked one, ``undeclared`` ones became unchecked."""

Use = Literal["passed", "read", "both"]
"""What users do with a value of the type: give it, get it, or both."""


def relation(assignable: Assignable, old: Type, new: Type, use: Use) -> Relation:
    """How ``new`` stands to ``old``, as far as it matters to ``use``."""
    if old == new:
        return "same"
    if old.is_any:
        if use == "passed" and new == OBJECT:
            return "same"
        return "declared"
    if new.is_any:
        return "widened" if use == "passed" else "undeclared"
    # Callers choose what a type variable stands for where they pass something, and only there.
    ahead = assignable.fits(old, new, Mode(rigid=use != "passed"))
    back = assignable.fits(new, old, Mode(rigid=True))
    if ahead and back:
        return _unchecked(assignable, old, new)
    decisive = {"passed": (ahead,), "read": (back,), "both": (ahead, back)}[use]
    if None in decisive and False not in decisive:
        return "unclear"
    if ahead:
        return "widened"
    return "narrowed" if back else "changed"


def _unchecked(assignable: Assignable, old: Type, new: Type) -> Relation:
    """Two types that accept each other: the same, unless only because a part of one is unchecked."""
    strictly = Mode(strict=True)
    if assignable.fits(old, new, strictly) and assignable.fits(new, old, strictly):
        return "same"
    if has_any(old) and not has_any(new):
        return "declared"
    return "undeclared" if has_any(new) and not has_any(old) else "unclear"
