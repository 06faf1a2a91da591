"""What every mirror is given and what it gives back: a generated project, and one row of the table.

Knows how a difference becomes a finding at the place in the spec. It must not know any mirror.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from codegen import build
from codegen.agreement import Difference
from codegen.diagnostics import Diagnostic, Location
from codegen.outputs import Output
from codegen.package import Package
from codegen.project import OutputName, Settings
from codegen.walk import Path

_LONGEST = 60


class Project(NamedTuple):
    """Specs and everything that is generated from them; ``out`` is where people would find it."""

    settings: Settings
    specs: build.Specs
    package: Package
    outputs: Mapping[str, Output]
    out: str

    def of_kind(self, kind: OutputName, suffix: str = "") -> dict[str, Output]:
        """The outputs of a kind by path."""
        return {
            path: output
            for path, output in sorted(self.outputs.items())
            if output.kind == kind and path.endswith(suffix)
        }

    def produced(self, path: str, line: int = 1, column: int = 1) -> Location:
        """A place in a generated file."""
        return Location(f"{self.out}/{path}", line, column)

    def place(self, module: str, path: Path, *, key: bool = False) -> Location:
        """Where a spec says something."""
        return self.specs.documents[module].locate(path, key=key)


class Row(NamedTuple):
    """What became of one mirror. ``absent`` says why it was not looked at; ``counted`` are modules and definitions."""

    mirror: str
    compared: str
    counted: tuple[int, int] = (0, 0)
    findings: tuple[Diagnostic, ...] = ()
    seconds: float = 0.0
    absent: str = ""

    @property
    def verdict(self) -> str:
        """What the last column says."""
        return self.absent or ("differs" if self.findings else "agrees")


class Side(NamedTuple):
    """The side of a mirror in a comparison: what it is called, and where it has its definitions."""

    rule: str
    name: str
    places: Mapping[tuple[str, str], Location]


def findings(
    differences: Iterable[Difference], project: Project, side: Side
) -> tuple[Diagnostic, ...]:
    """Tell of each difference where the spec and the mirror say what they say."""
    return tuple(_finding(difference, project, side) for difference in differences)


def _finding(difference: Difference, project: Project, side: Side) -> Diagnostic:
    related = None if difference.found is None else side.places.get(difference.found)
    message = _message(difference, side.name)
    module, path = difference.module, difference.path
    if module not in project.specs.documents:
        # Only the mirror has it; the package itself is the nearest thing that a spec says.
        module, path = next(iter(project.specs.documents)), ()
    # A fact that the spec does not state is looked for where its owner is named.
    stated = difference.expected is not None and len(path) > 2
    place = project.place(module, path, key=not stated)
    return Diagnostic(place, side.rule, message, "", "error", related)


def _message(difference: Difference, mirror: str) -> str:
    whole = len(difference.path) == 2
    label = _label(difference)
    if whole and difference.actual is None:
        return f"{label} is missing from the {mirror}"
    if whole and difference.expected is None:
        return f"{label} is in the {mirror} and in no spec"
    if difference.actual is None:
        return (
            f"{label} is {_shown(difference.expected)} here and nowhere in the {mirror}"
        )
    if difference.expected is None:
        return (
            f"{label} is {_shown(difference.actual)} in the {mirror} and not said here"
        )
    return (
        f"{label} is {_shown(difference.expected)} here "
        f"and {_shown(difference.actual)} in the {mirror}"
    )


def _label(difference: Difference) -> str:
    """What a path of keys leads to, as people say it: the key, and the names above it."""
    path = difference.path
    if not path or path[0] in ("doc", "exports"):
        return f"the {path[0] if path else 'module'} of '{difference.module}'"
    names = [str(step) for step in path[1::2] if isinstance(step, str)]
    if len(path) % 2 == 0:
        return f"'{'.'.join((difference.module, *names))}'"
    key = str(path[-1])
    return f"the {key} of '{'.'.join((difference.module, *names))}'"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "there"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
