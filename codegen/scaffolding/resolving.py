"""Types as some file writes them, made comparable with those of specs."""

from __future__ import annotations

import ast
from collections.abc import Callable

from codegen import spelling, types


def resolved(text: str | None, path: Callable[[str], str]) -> str | None:
    """A type with names in full, as ``path`` says them; as it is written where it is none that a spec could say."""
    if text is None:
        return None
    try:
        return spelling.spell_type(unquoted(text), path)
    except types.ExpressionError:
        return text


def unquoted(text: str) -> str:
    """A type that is written as a string literal, without the quotes."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return value if isinstance(value, str) else text
