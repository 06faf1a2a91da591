"""``codegen diff --prove``: what is printed, what happens without type checkers, and that programs of a large API are right."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from codegen.diff.modules import compare
from codegen.package import Package
from codegen.proving import checkers, oracle, verdicts
from codegen.proving.checkers import Checker, CheckerError
from codegen.proving.oracle import Broken, Evidence
from codegen.proving.programs import Probe
from codegen.sides import load

ROOT = Path(__file__).parents[2]
BEFORE = """\
module: acme
classes:
  Job:
    methods:
      start:
        parameters: {name: {type: str}}
functions:
  run:
    parameters:
      name: {type: str}
      retries: {type: int, default: 0}
    returns: {type: int}
"""
AFTER = """\
module: acme
classes:
  Job:
    methods:
      start:
        parameters: {name: {type: str}, force: {type: bool, default: False}}
functions:
  run:
    parameters:
      name: {type: Any}
      retries: {type: int, default: 3}
    returns: {type: int | None}
"""
PROVED = """\
acme.run: return-widened: confirmed by mypy and pyright
acme.Job.start.force: parameter-added-optional: confirmed by mypy and pyright
acme.run.retries: parameter-default-changed: nothing that type checkers see
2 of 3 findings confirmed, 0 complaints unexplained, 17 programs tried
"""

# Programs about the built-in subject that a checker refuses although they are right, and why.
REFUSED = {
    "flyte.io.Dir.__eq__": "mypy takes operators for positional-only",
    "flyte.io.File.__eq__": "mypy takes operators for positional-only",
    "flyte.TaskEnvironment.task": "mypy refuses an imported parameter specification as an argument of a class",
}


@pytest.fixture
def sides(tmp_path: Path) -> Path:
    """A folder with two projects, ``old`` and ``new``."""
    for side, text in (("old", BEFORE), ("new", AFTER)):
        folder = tmp_path / side / "specs"
        folder.mkdir(parents=True)
        (folder / "acme.yaml").write_text(text)
        (tmp_path / side / "codegen.toml").write_text('package = "acme"\n')
    return tmp_path


def test_findings_are_confirmed(sides: Path, run_codegen: Any) -> None:
    """Each finding that harms somebody is printed with those who confirm it; the exit code is that of the comparison."""
    ran = run_codegen(sides, "diff", "old", "new", "--prove")
    assert ran.stdout.endswith(PROVED)
    assert ran.code == 1

    arguments = ("--fail-on", "none", "--output-format", "json")
    ran = run_codegen(sides, "diff", "old", "new", "--prove", *arguments)
    assert ran.stdout.startswith(("{", "["))
    assert ran.stderr.endswith(PROVED)
    assert ran.code == 0


def test_what_no_finding_explains_fails(
    sides: Path, run_codegen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A complaint that has nothing to do with any finding is printed and makes the command fail."""
    probe = Probe("acme.Other", "callers", ("x",))
    evidence = Evidence(7, [Broken(probe, "mypy", "No \n such thing.")], [])
    monkeypatch.setattr(oracle, "prove", lambda pairs: dict.fromkeys(pairs, evidence))

    ran = run_codegen(sides, "diff", "old", "old", "--prove")

    line = "unexplained: acme.Other: mypy, for callers: No such thing."
    assert line in ran.stdout.splitlines()
    assert ran.code == 1


def test_without_type_checkers(
    sides: Path, run_codegen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command says what is missing, after the comparison itself."""
    monkeypatch.setattr(checkers, "installed", _none_installed)

    ran = run_codegen(sides, "diff", "old", "new", "--prove")

    assert ran.code == 2
    assert ran.stderr == "codegen: neither mypy nor pyright is installed\n"


def _none_installed() -> list[Checker]:
    raise CheckerError("neither mypy nor pyright is installed")


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import sys; sys.exit('out of memory')", None),
        ("import sys; print('half'); sys.exit(3)", "ended with code 3: half"),
        ("print('no json')", "printed what cannot be read"),
    ],
)
def test_a_checker_that_fails_is_told(
    program: str, said: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checker that breaks down is an error with what it said last, never a proof that all is well."""

    def command(folder: Path) -> list[str]:
        del folder
        return [sys.executable, "-c", program]

    def read(printed: str) -> Any:
        return checkers.read_pyright(printed)

    monkeypatch.setattr(
        checkers, "installed", lambda: [Checker("pyright", command, read)]
    )
    with pytest.raises(CheckerError, match=said):
        checkers.run([tmp_path])


def test_no_finding_is_needed_for_what_harms_nobody() -> None:
    """Evidence without complaints leaves findings that harm somebody unconfirmed, and others out."""
    empty = Package({})

    verdict = verdicts.judge(compare(empty, empty), Evidence(0, [], []))

    assert verdict == verdicts.Verdict([], [])


@pytest.mark.slow
def test_programs_of_a_large_api_are_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of thousands of programs about the built-in subject, checkers refuse only those that are known."""
    monkeypatch.chdir(ROOT)
    old, _ = load(".", None)

    evidence = oracle.prove({"flyte": (old.package, old.package)})["flyte"]

    assert evidence.programs > 2500
    assert evidence.broken == []
    assert {broken.probe.subject for broken in evidence.unusable} == REFUSED.keys()
