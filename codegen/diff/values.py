"""Whether two values are one: defaults, constants, members of enums.

Knows that a value can be spelled in several ways, and that a stub may leave it out. It must not know whose values they are.
"""

from __future__ import annotations

from codegen import compare


def same_value(left: str | None, right: str | None) -> bool:
    """Whether two values are one, however they are spelled; one that a stub leaves out may be any."""
    if None not in (left, right) and "..." in (left, right):
        return True
    return compare.same_value(left, right)


def differ(left: str | None, right: str | None) -> bool:
    """Whether two values are given that are not one."""
    return None not in (left, right) and not same_value(left, right)
