"""What the last run saw and wrote, so that a run without changes can say so after a few stat calls.

Knows the stamps of inputs and outputs. It imports next to nothing: it is all that runs before the answer "nothing
changed". It must not know what the files mean.
"""

from __future__ import annotations

import marshal
import os
import sys

CACHE_FOLDER = ".codegen-cache"
_FORMAT = (5, sys.version)

# A file changed this shortly before a run may change again without a new stamp.
_SETTLED_NS = 20_000_000

Stamp = tuple[int, int]


OutputRecord = tuple[Stamp | None, str, str, tuple[str, ...]]
"""An output as it was written: its stamp, the digest of its text, its kind, the modules it is made from."""


Dependencies = tuple[list[str], list[str]]
"""The modules a module names things of, and those its classes inherit from."""

SpecRecord = tuple[str, str, str]
"""The digest of a spec's text, the module it describes, the digest of what other modules see of it."""


class State:
    """The record of one output folder of a project."""

    def __init__(
        self,
        out: str,
        inputs: dict[str, Stamp | None],
        absent: list[str],
        listing: tuple[str, list[str]],
        specs: dict[str, SpecRecord],
        homes: list[str],
        dependencies: dict[str, Dependencies],
        outputs: dict[str, OutputRecord],
    ) -> None:
        self.out = out
        self.inputs = inputs
        self.absent = absent
        self.listing = listing
        self.specs = specs
        self.homes = homes
        self.dependencies = dependencies
        self.outputs = outputs

    def unchanged(self) -> bool:
        """Whether every input and every output is as this state says."""
        if any(stamp(path) != known for path, known in self.inputs.items()):
            return False
        if any(os.path.exists(path) for path in self.absent):
            return False
        folder, names = self.listing
        if list_specs(folder) != names:
            return False
        prefix = self.out + os.sep
        return all(
            stamp(prefix + path) == record[0] for path, record in self.outputs.items()
        )

    def dump(self) -> bytes:
        """The bytes ``load`` reads."""
        return marshal.dumps((_FORMAT, [getattr(self, name) for name in _FIELDS]))


_FIELDS = (
    "out",
    "inputs",
    "absent",
    "listing",
    "specs",
    "homes",
    "dependencies",
    "outputs",
)


def load(path: str) -> State | None:
    """The state as it was left; None when there is none that this version of Python and codegen understands."""
    try:
        with open(path, "rb") as file:
            form, fields = marshal.load(file)
        return State(*fields) if form == _FORMAT else None
    except (OSError, EOFError, ValueError, TypeError):
        return None


def stamp(path: str) -> Stamp | None:
    """Modification time in nanoseconds and size in bytes; None when there is no such file."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def settled(path: str, started_ns: int) -> Stamp | None:
    """A stamp that can be relied on; None when the file is too fresh to tell two writes apart."""
    found = stamp(path)
    return None if found is None or found[0] > started_ns - _SETTLED_NS else found


def list_specs(folder: str) -> list[str]:
    """The names of the spec files of a folder, sorted; none when it cannot be listed."""
    try:
        return sorted(name for name in os.listdir(folder) if is_spec(name))
    except OSError:
        return []


def is_spec(name: str) -> bool:
    """Whether a file of the spec folder is one."""
    return name.endswith((".yaml", ".yml")) and not name.startswith(".")


def tool_files() -> list[str]:
    """The generator's own files: a changed emitter or template changes what is generated."""
    found = []
    for folder, folders, names in os.walk(os.path.dirname(os.path.abspath(__file__))):
        folders[:] = [name for name in folders if name != "__pycache__"]
        found += [os.path.join(folder, name) for name in names]
    return sorted(found)


def file_name(out: str | None) -> str:
    """The name of the cache file for an output folder; None is the one the settings name."""
    if out is None:
        return "state"
    flat = os.path.abspath(out).replace(os.sep, "-").strip("-")
    return f"state-{flat[-100:]}"
