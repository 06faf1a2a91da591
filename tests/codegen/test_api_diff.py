"""The API diff and its proof over a table of changes: what is found, what type checkers say, what griffe says.

A case is a file: a sentence, a spec in which ``-`` and ``+`` mark the lines that are only there before or after, and what is
expected. ``diff:`` lines are what the API diff finds and who breaks; ``checkers:`` is who breaks in the programs of the
oracle when mypy and pyright look at them; ``griffe:`` is what griffe finds. ``pytest --update`` renews these. Where one of
the two disagrees with the diff, ``why checkers:`` or ``why griffe:`` says why, by hand, and must go when they agree.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import griffe
import pytest

from codegen import build
from codegen.diff.changes import Change
from codegen.diff.modules import compare
from codegen.diff.rules import AUDIENCES, RULES
from codegen.files import write_tree
from codegen.package import Package
from codegen.project import Settings
from codegen.proving import oracle, verdicts
from codegen.proving.oracle import Evidence

CASES = Path(__file__).parents[1] / "cases" / "api_diff"
NAMES = sorted(path.stem for path in CASES.glob("*.txt"))

# The lines of a case, in the order in which they stand there.
WORDS = ("diff", "checkers", "why checkers", "griffe", "why griffe")

MADE_ELSEWHERE: dict[str, str] = {}


class Case(NamedTuple):
    """One change: its sentence, the specs before and after, and the expected lines with their words in front."""

    title: str
    marked: list[str]
    expected: list[str]

    def side(self, root: str, without: str) -> Package:
        """The specs of one side, as a package with a name of its own."""
        lines = [line[2:] for line in self.marked if line[:1] != without]
        text = "\n".join(lines) + "\n"
        if not re.search(r"^module:", text, re.MULTILINE):
            text = f"module: acme\n{text}"
        text = re.sub(r"\bacme\b(?!_)", root, text)
        specs = {}
        for part in re.split(r"^---$", text, flags=re.MULTILINE):
            name = part.partition("module:")[2].split()[0]
            specs[f"specs/{name}.yaml"] = part
        found = build.read_specs(specs, {})
        assert not found.diagnostics, found.diagnostics
        external = ("typing_extensions",)
        package = Package(found.modules, external=frozenset(external))
        settings = Settings(package=root, external=external)
        problems = build.check(found, package, settings, {})
        assert not problems, problems
        return package


def read_case(name: str) -> Case:
    """A case from its file."""
    title, _, rest = (CASES / f"{name}.txt").read_text().partition("\n\n")
    marked, _, expected = rest.partition("\n\n")
    return Case(title, marked.splitlines(), expected.splitlines())


@pytest.fixture(scope="session")
def pairs() -> dict[str, tuple[Package, Package]]:
    """Every case as two packages that are called as the case is."""
    return {
        name: (read_case(name).side(name, "+"), read_case(name).side(name, "-"))
        for name in NAMES
    }


@pytest.fixture(scope="session")
def changes(pairs: dict[str, tuple[Package, Package]]) -> dict[str, list[Change]]:
    """What the API diff finds in every case."""
    return {name: list(compare(*pair, version="2.0")) for name, pair in pairs.items()}


@pytest.fixture(scope="session")
def evidence(pairs: dict[str, tuple[Package, Package]]) -> dict[str, Evidence]:
    """What type checkers say about the programs of every case; one run of each on either side."""
    return oracle.prove(pairs)


@pytest.fixture(scope="session")
def breakages(
    pairs: dict[str, tuple[Package, Package]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    """What griffe finds in the generated packages of every case."""
    folder = tmp_path_factory.mktemp("griffe")
    found = {}
    for name, pair in pairs.items():
        loaded = []
        for side, package in zip(("old", "new"), pair, strict=True):
            made = build.emit(package, Settings(package=name), frozenset(("package",)))
            write_tree(folder / side, {p: out.text.encode() for p, out in made.items()})
            loader = griffe.GriffeLoader(search_paths=[folder / side])
            loaded.append(loader.load(name))
            loader.resolve_aliases(implicit=True)
        old, new = loaded
        found[name] = sorted(
            {
                f"{breakage.kind.name} {_shown(name, breakage.obj.path)}"
                for breakage in griffe.find_breaking_changes(old, new)
            }
        )
    return found


def _shown(root: str, text: str) -> str:
    return re.sub(rf"\b{root}\b", "acme", text)


def _line(root: str, change: Change) -> str:
    who = ", ".join(name for name in AUDIENCES if name in change.affected)
    name = _shown(root, change.name)
    return f"{change.severity} {change.rule} {name}: {who or 'nobody'}"


def _hold(name: str, word: str, lines: list[str], update: bool) -> None:
    """Compare the lines of one kind with those of the case, or renew them."""
    case = read_case(name)
    expected = [line for line in case.expected if line.startswith(f"{word}: ")]
    actual = [f"{word}: {line}" for line in lines or ["nothing"]]
    if not update:
        assert actual == expected
        return
    kept = [line for line in case.expected if line not in expected] + actual
    kept.sort(key=lambda line: WORDS.index(line.partition(":")[0]))
    parts = [case.title, "\n".join(case.marked), "\n".join(kept)]
    (CASES / f"{name}.txt").write_text("\n\n".join(parts) + "\n")


def _reason(name: str, word: str) -> str:
    """Why another judge disagrees with the diff, as the case says it; empty where the case says nothing."""
    start = f"why {word}: "
    lines = [line for line in read_case(name).expected if line.startswith(start)]
    return " ".join(line.removeprefix(start) for line in lines)


@pytest.mark.parametrize("name", NAMES)
def test_every_change_is_found(
    name: str, changes: dict[str, list[Change]], update: bool
) -> None:
    """The findings are the expected ones, with who breaks and how badly."""
    _hold(name, "diff", [_line(name, change) for change in changes[name]], update)


@pytest.mark.parametrize("name", NAMES)
def test_type_checkers_agree(
    name: str,
    changes: dict[str, list[Change]],
    evidence: dict[str, Evidence],
    update: bool,
) -> None:
    """Programs that pass before fail after for exactly those who break; what differs has a reason, and no reason is left over."""
    assert not evidence[name].unusable
    assert evidence[name].programs
    who = ", ".join(verdicts.broken_audiences(evidence[name]))
    _hold(name, "checkers", [who or "nobody"], update)
    differences = verdicts.disagreements(changes[name], evidence[name])
    assert bool(differences) == bool(_reason(name, "checkers")), differences


@pytest.mark.parametrize("name", NAMES)
def test_griffe_agrees(
    name: str,
    changes: dict[str, list[Change]],
    breakages: dict[str, list[str]],
    update: bool,
) -> None:
    """Griffe finds something where callers may break; what differs has a reason, and no reason is left over."""
    _hold(name, "griffe", breakages[name], update)
    affects_callers = any("callers" in change.affected for change in changes[name])
    differs = affects_callers != bool(breakages[name])
    assert differs == bool(_reason(name, "griffe")), breakages[name]


def test_every_rule_has_a_case() -> None:
    """Each kind of change stands in the table, or in a list that says why it cannot."""
    shown = {
        line.split()[2]
        for name in NAMES
        for line in read_case(name).expected
        if line.startswith("diff: ") and line != "diff: nothing"
    }
    missing = RULES.keys() - shown
    assert missing <= MADE_ELSEWHERE.keys()
    assert MADE_ELSEWHERE.keys() <= missing, "the list of exceptions is out of date"
