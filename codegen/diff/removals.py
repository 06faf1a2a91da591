"""What was announced of something that is gone: whether it was deprecated, and whether it had to stay longer.

Knows what a deprecation promises. It must not know what is gone.
"""

from __future__ import annotations

from codegen.model import Deprecation
from codegen.versions import parsed_or_none


def removal_hint(deprecation: Deprecation | None) -> str:
    """What users were told before; nothing where they were told nothing."""
    if deprecation is None:
        return ""
    hint = f"it was deprecated since {deprecation.since}"
    if deprecation.remove_in is not None:
        hint += f", to be removed in {deprecation.remove_in}"
    return (
        f"{hint}; users were told to use {deprecation.use}" if deprecation.use else hint
    )


def too_early(deprecation: Deprecation | None, version: str | None) -> bool:
    """Whether something deprecated is gone from a version before the one that was announced."""
    if deprecation is None or deprecation.remove_in is None or version is None:
        return False
    gone, announced = parsed_or_none(version), parsed_or_none(deprecation.remove_in)
    return bool(gone and announced and gone.release < announced.release)
