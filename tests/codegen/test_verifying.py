"""``codegen verify``: what agrees is green, and each mirror that lies is caught, with the place in the spec and in the file.

A case of ``cases/verifying`` is what is printed when the emitter of one mirror is broken; ``pytest --update`` renews it.
Times are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from codegen import build
from codegen.emitters import pages, source, stubs
from codegen.emitters import yaml as writer
from codegen.model import Module
from codegen.package import BUILTIN_NAMES, Package
from codegen.project import Settings
from codegen.types import TYPING_NAMES
from codegen.verifying import checkers, links, python, specs, table
from codegen.verifying.rows import Project
from codegen.verifying.table import NAMES
from tests.codegen.test_properties import modules

ROOT = Path(__file__).parents[2]
CASES = Path(__file__).parents[1] / "cases"
INSIDE = ("specs", "package", "griffe", "stubs", "pages", "plain")

SETTINGS = 'package = "shop"\n'
SPEC = """\
module: shop
page: {style: 2.6, version: 2.6}
classes:
  Crate:
    doc: |
      A crate.
    dataclass: {}
    parameters:
      size: {type: int, default: 8, doc: How much it holds.}
    methods:
      open:
        doc: |
          Open it.
        parameters:
          slowly: {type: bool, default: False, kind: keyword-only, doc: Whether there is time.}
        returns: {type: bool, doc: Whether it was closed.}
        raises: {ValueError: It is empty.}
functions:
  pack:
    doc: |
      Pack something, see the `Crate`.
    parameters:
      what: {type: str, kind: positional-only}
      crate: {type: Crate | None, default: None}
    returns: {type: Crate}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project."""
    (tmp_path / "specs").mkdir()
    (tmp_path / "codegen.toml").write_text(SETTINGS)
    (tmp_path / "specs" / "shop.yaml").write_text(SPEC)
    return tmp_path


def options(*mirrors: str) -> list[str]:
    """The options that look into some mirrors."""
    return [option for name in mirrors for option in ("--only", name)]


# What agrees


def test_the_real_specs_agree_with_their_mirrors(run_codegen: Any) -> None:
    """Package, stubs and pages of this repository say what its specs say, and nothing is written there."""
    before = sorted((ROOT / "generated").rglob("*"))
    ran = run_codegen(ROOT, "verify", *options(*INSIDE))

    assert ran.code == 0, ran
    assert [line.split()[-1] for line in ran.stdout.splitlines()[1:]] == ["agrees"] * 6
    assert sorted((ROOT / "generated").rglob("*")) == before


def test_a_project_agrees_with_type_checkers_too(
    project: Path, run_codegen: Any
) -> None:
    """Every mirror is looked into, type checkers included, and the project is left as it was."""
    ran = run_codegen(project, "verify")
    rows = [line.split() for line in ran.stdout.splitlines()[1:]]

    assert ran.code == 0, ran
    assert [(row[0], row[-1]) for row in rows] == [(name, "agrees") for name in NAMES]
    assert sorted(path.name for path in project.iterdir()) == ["codegen.toml", "specs"]


@pytest.mark.parametrize("name", ["2.0.0b31", "2.0.0b44", "2.6"])
def test_imported_pages_agree(name: str, tmp_path: Path, run_codegen: Any) -> None:
    """A project made from published pages has mirrors that agree; what it does not generate is said."""
    tree = CASES / "pages_trees" / name
    run_codegen(tmp_path, "import", "pages", str(tree), "--out", "project")
    ran = run_codegen(tmp_path / "project", "verify")

    assert ran.code == 0, ran
    verdicts = {
        line.split()[0]: line.rpartition("  ")[2]
        for line in ran.stdout.split("\n")[1:-1]
    }
    assert verdicts == {
        name: "agrees" if name in ("specs", "pages", "plain") else "not generated"
        for name in NAMES
    }


@pytest.mark.parametrize("name", ["classes", "generics", "docstrings", "signatures"])
def test_imported_source_agrees(name: str, tmp_path: Path, run_codegen: Any) -> None:
    """A project made from source has a package, stubs and pages that say the same."""
    (source_file,) = (CASES / "source_read" / name / "input").iterdir()
    run_codegen(tmp_path, "import", "source", str(source_file), "--out", "project")
    config = str(tmp_path / "project" / "codegen.toml")
    only = options(*(mirror for mirror in INSIDE if mirror != "pages"))
    ran = run_codegen(tmp_path, "verify", "--config", config, *only)

    assert ran.code == 0, ran


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(module=modules())
def test_whatever_a_sound_spec_says_its_mirrors_say(module: Module) -> None:
    """Any spec agrees with the package, the stubs and the pages that are generated from it."""
    # A variable that hides a builtin or Any makes types of it that are none, and only methods are bound.
    hidden = {*module.variables, *module.functions}
    assume(not hidden & (BUILTIN_NAMES | TYPING_NAMES))
    assume(all(f.binding == "instance" for f in module.functions.values()))
    chosen = Settings(package="made", outputs=("package", "stubs", "plain"))
    read = build.read_specs({"made.yaml": writer.emit(module)}, {})
    package = Package(read.modules)
    assume(not build.check(read, package, chosen, {}))
    outputs = build.emit(package, chosen, frozenset(chosen.outputs))
    made = Project(chosen, read, package, outputs, "generated")

    for row in (
        specs.row(made),
        python.row("package", made),
        python.row("stubs", made),
        links.row(made),
    ):
        assert [found.headline for found in row.findings] == []


# What does not

Emitter = Callable[..., Any]


def replacing(emit: Emitter, old: str, new: str) -> Emitter:
    """An emitter that writes one thing instead of another."""

    def broken(*arguments: Any) -> Any:
        made = emit(*arguments)
        if isinstance(made, dict):
            return {path: text.replace(old, new) for path, text in made.items()}
        return made.replace(old, new)

    return broken


BROKEN = {
    "specs": (writer, "emit", "default: False", "default: True"),
    "package": (source, "emit", "size: int = 8", "size: int"),
    "griffe": (source, "emit", "slowly: bool = False", "slowly: bool"),
    "stubs": (stubs, "emit", "crate: Crate | None = None", "crate: Crate | None"),
    "pages": (pages, "emit", "slowly: bool = False", "slowly: bool"),
    "plain": (pages, "emit_plain", "(crate.md)", "(box.md)"),
    "stubtest": (stubs, "emit", "slowly: bool = False", "slowly: bool"),
    "mypy": (source, "emit", "size: int = 8", 'size: int = "8"'),
    "pyright": (stubs, "emit", "-> Crate: ...", "-> Create: ..."),
}


def test_every_mirror_is_broken_once() -> None:
    """No mirror goes without a proof that it can differ."""
    assert BROKEN.keys() == set(NAMES)


@pytest.mark.parametrize("name", BROKEN)
def test_a_mirror_that_lies_is_caught(
    name: str,
    project: Path,
    run_codegen: Any,
    monkeypatch: pytest.MonkeyPatch,
    update: bool,
) -> None:
    """An emitter that drops or changes something is told at the place in the spec, and the exit code is 1."""
    module, function, old, new = BROKEN[name]
    broken = replacing(getattr(module, function), old, new)
    monkeypatch.setattr(module, function, broken)
    # As if no time had passed.
    monkeypatch.setattr(table, "perf_counter", lambda: 0.0)
    ran = run_codegen(project, "verify", "--only", name)

    kept = CASES / "verifying" / f"{name}.txt"
    if update:
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(str(ran), encoding="utf-8")
    assert str(ran) == kept.read_text(encoding="utf-8")
    assert ran.code == 1
    assert ran.stdout.startswith("specs/shop.yaml:")


# What cannot be looked into


def test_what_is_not_installed_is_said_and_is_no_pass(
    project: Path, run_codegen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Type checkers are no part of the tool: without them the rest counts, but who asks for one gets no 0."""
    monkeypatch.setattr(checkers, "find_spec", lambda name: None)
    whole = run_codegen(project, "verify")
    asked = run_codegen(project, "verify", "--only", "mypy")

    assert whole.code == 0
    assert whole.stdout.count("not installed") == 3
    assert (asked.code, "not installed" in asked.stdout) == (2, True)


def test_a_tool_that_fails_is_no_pass(
    project: Path, run_codegen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tool that ends in an error of its own says so in the table."""
    monkeypatch.setattr(checkers, "_LONGEST", 0.001)
    ran = run_codegen(project, "verify", "--only", "mypy")

    assert ran.code == 2
    assert "took longer than 0 s" in ran.stdout


def test_specs_with_errors_are_not_compared(project: Path, run_codegen: Any) -> None:
    """Nothing is generated from a spec that is wrong; its errors are told as ever."""
    spec = project / "specs" / "shop.yaml"
    spec.write_text(SPEC.replace("type: int", "type: itn"))
    ran = run_codegen(project, "verify")

    assert ran.code == 1
    assert "error[unknown-name]: 'itn' is not defined" in ran.stdout
    assert "verdict" not in ran.stdout


def test_the_base_of_all_classes_may_be_said(project: Path, run_codegen: Any) -> None:
    """A class that names ``object`` as its base says nothing that a mirror could deny."""
    spec = project / "specs" / "shop.yaml"
    spec.write_text(SPEC.replace("    dataclass: {}", "    bases: [object]"))
    ran = run_codegen(project, "verify", *options("package", "stubs"))

    assert ran.code == 0, ran


@pytest.mark.parametrize(
    ("name", "says"),
    [("stub", "did you mean 'stubs'?"), ("pages", "do not enable 'pages'")],
)
def test_a_mirror_that_is_not_there_is_a_wrong_option(
    name: str, says: str, project: Path, run_codegen: Any
) -> None:
    """A misspelt mirror, and one of an output that is not enabled, end with 2."""
    (project / "codegen.toml").write_text(f'{SETTINGS}outputs = ["package"]\n')
    ran = run_codegen(project, "verify", "--only", name)

    assert ran.code == 2
    assert says in ran.stderr


def test_findings_come_as_json_and_the_table_apart(
    project: Path, run_codegen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Machine-readable findings stand on stdout alone; the second place is where the file says otherwise."""
    import json

    broken = replacing(source.emit, "size: int = 8", "size: int")
    monkeypatch.setattr(source, "emit", broken)
    ran = run_codegen(project, "verify", "--only", "package", "--output-format", "json")
    (found,) = json.loads(ran.stdout)

    assert found["rule"] == "mirror-package"
    assert found["related"].startswith("generated/shop/__init__.py:")
    assert "verdict" in ran.stderr


def test_the_guide_shows_what_is_printed() -> None:
    """The example of docs/verifying.md is the kept output, and its table names every mirror."""
    guide = (ROOT / "docs" / "verifying.md").read_text(encoding="utf-8")
    kept = (CASES / "verifying" / "package.txt").read_text(encoding="utf-8")
    table = guide.partition("$ codegen verify\n")[2].partition("```")[0]

    assert kept.removesuffix("exit code 1\n") in guide
    assert [line.split()[0] for line in table.splitlines()[1:]] == list(NAMES)
