"""Whether two values are one: defaults, constants, members of enums.

Knows that a value can be spelled in several ways, and that a stub may leave it out. It must not know whose values they are.
"""

from __future__ import annotations

from codegen import spelling, types


def same_value(left: str | None, right: str | None) -> bool:
    """Whether two values are one, however they are spelled; one that a stub leaves out may be any."""
    if left == right:
        return True
    if left is None or right is None:
        return False
    if "..." in (left, right):
        return True
    try:
        return _bare(left) == _bare(right)
    except types.ExpressionError:
        return False


def _bare(text: str) -> str:
    """A value without the modules its names are reached through, which may differ."""
    return spelling.spell_value(text, lambda name: name.rpartition(".")[2])


def differ(left: str | None, right: str | None) -> bool:
    """Whether two values are given that are not one."""
    return None not in (left, right) and not same_value(left, right)
