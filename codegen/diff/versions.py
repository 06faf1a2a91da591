"""Which version a set of changes asks for, and whether a given one is enough.

Knows semantic versioning as Python's versions (PEP 440) say it: before 1.0 every part means one less, and a pre-release
promises nothing. It must not know what changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from codegen.diff.changes import Change, worst
from codegen.versions import parsed

if TYPE_CHECKING:
    from packaging.version import Version

Level = Literal["major", "minor", "patch"]


def advice(changes: Iterable[Change], old_version: str | None = None) -> Level:
    """The part of the old version that has to rise: major for what breaks, minor for other changes, else patch.

    Before 1.0 it is minor for what breaks, else patch. Raises ValueError for what is no version.
    """
    severity = worst(changes)
    early = old_version is not None and parsed(old_version).major == 0
    if severity == "breaking":
        return "minor" if early else "major"
    return "patch" if early or severity is None else "minor"


def least(changes: Iterable[Change], old_version: str) -> str:
    """The least version that is enough; of a pre-release, the release it prepares."""
    old = parsed(old_version)
    level = advice(changes, old_version)
    if old.is_prerelease:
        return _text(old, *_three(old))
    major, minor, patch = _three(old)
    raised = {
        "major": (major + 1, 0, 0),
        "minor": (major, minor + 1, 0),
        "patch": (major, minor, patch + 1),
    }
    return _text(old, *raised[level])


def is_preliminary(version: str) -> bool:
    """Whether a version is a pre-release, which promises nothing."""
    return parsed(version).is_prerelease


def is_enough(changes: Iterable[Change], old_version: str, new_version: str) -> bool:
    """Whether a version is later than the old one by as much as the changes ask for.

    A pre-release of the needed release is enough, and any later version is where the old one is a pre-release of it.
    Raises ValueError for what is no version.
    """
    found = list(changes)
    old, new = parsed(old_version), parsed(new_version)
    if new <= old:
        return False
    if new.epoch > old.epoch or not found:
        return True
    needed = parsed(least(found, old_version))
    return _three(new) >= _three(needed)


def _three(version: Version) -> tuple[int, int, int]:
    return version.major, version.minor, version.micro


def _text(old: Version, *parts: int) -> str:
    epoch = f"{old.epoch}!" if old.epoch else ""
    return epoch + ".".join(map(str, parts))
