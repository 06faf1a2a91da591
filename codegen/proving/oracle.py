"""The oracle: programs from the old specs, checked against the old stubs, where they pass, and then against the new ones.

Knows that what passes before and fails after is a change that breaks somebody. It must not know what the API diff says about
it; ``verdicts`` compares the two.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from codegen import build, files
from codegen.diff.surface import is_public
from codegen.model import Class
from codegen.package import Package
from codegen.project import Settings
from codegen.proving import checkers, heirs, uses
from codegen.proving.checkers import PROGRAMS, STUBS, Complaint
from codegen.proving.programs import Probe, Program, Text
from codegen.proving.shapes import is_open
from codegen.proving.view import as_users_see, import_paths, public_symbols


class Broken(NamedTuple):
    """A program that a checker refuses, and what it says."""

    probe: Probe
    checker: str
    message: str


class Evidence(NamedTuple):
    """What the programs of one API show: how many there are, which the change broke, which were wrong from the start."""

    programs: int
    broken: list[Broken]
    unusable: list[Broken]


def programs(package: Package) -> list[Text]:
    """The programs that users of an API might have written, a file for each module that has any."""
    view = as_users_see(package)
    # A private module may hold the type variables of a public one.
    found = {name: Program(name, view, package) for name in view.modules}
    public = {name: program for name, program in found.items() if is_public(name)}
    for name, program in public.items():
        program.bring(name)
    for path, symbol in import_paths(package):
        if symbol.module in public:
            public[symbol.module].bring(path)
            if is_open(symbol.definition):
                public[symbol.module].bring(path, "subclassers")
    for name, program in public.items():
        for symbol in public_symbols(view, name):
            uses.of_definition(program, symbol)
            if isinstance(symbol.definition, Class):
                heirs.of_class(program, symbol, symbol.definition)
    return [program.text() for program in found.values()]


def prove(pairs: Mapping[str, tuple[Package, Package]]) -> dict[str, Evidence]:
    """Try the programs of each old package against the new one of the same name.

    All pairs share one run of each checker, so their packages must have names of their own. Raises CheckerError.
    """
    texts = {name: programs(old) for name, (old, _) in pairs.items()}
    made = {
        f"{PROGRAMS}/{text.name}.py": text.text.encode()
        for found in texts.values()
        for text in found
    }
    with tempfile.TemporaryDirectory(prefix="codegen-prove-") as temporary:
        sides = (Path(temporary, "old"), Path(temporary, "new"))
        for index, side in enumerate(sides):
            stubs = _stubs(pair[index] for pair in pairs.values())
            files.write_tree(side, {**checkers.settings(), **made, **stubs})
        complaints = checkers.run(list(sides))
    before, after = (_by_file(complaints[side]) for side in sides)
    return {name: _evidence(found, before, after) for name, found in texts.items()}


def _stubs(packages: Iterable[Package]) -> dict[str, bytes]:
    """The stubs of packages as plain packages, which is where checkers look first."""
    texts: dict[str, bytes] = {}
    for package in packages:
        for root in sorted({name.partition(".")[0] for name in package.modules}):
            made = build.emit(package, Settings(package=root), frozenset(("stubs",)))
            for path, output in made.items():
                inside = path.partition("/")[2]
                texts[f"{STUBS}/{root}/{inside}"] = output.text.encode()
    return texts


def _by_file(complaints: Iterable[Complaint]) -> dict[str, list[Complaint]]:
    found: dict[str, list[Complaint]] = {}
    for complaint in complaints:
        found.setdefault(complaint.file, []).append(complaint)
    return found


def _evidence(
    texts: list[Text],
    before: Mapping[str, list[Complaint]],
    after: Mapping[str, list[Complaint]],
) -> Evidence:
    evidence = Evidence(sum(len(text.probes) for text in texts), [], [])
    for text in texts:
        first = _broken(text, before.get(f"{text.name}.py", []))
        later = _broken(text, after.get(f"{text.name}.py", []))
        wrong = {(broken.probe, broken.checker) for broken in first}
        evidence.unusable.extend(first)
        evidence.broken.extend(
            broken for broken in later if (broken.probe, broken.checker) not in wrong
        )
    return evidence


def _broken(text: Text, complaints: list[Complaint]) -> list[Broken]:
    """The programs that complaints are about; what is wrong with the imports of a file shows in other places, too."""
    starts = {
        line: placed.probe
        for placed in text.probes
        for line in range(placed.start, placed.end)
    }
    return [
        Broken(starts[complaint.line], complaint.checker, complaint.message)
        for complaint in complaints
        if complaint.line in starts
    ]
