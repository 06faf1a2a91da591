"""What is deprecated in a spec warns where it is used, when the program runs and when it is checked; the case says where.

The program in the case has a comment on each line that warns.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CASE = Path(__file__).parents[1] / "cases" / "deprecations"
PROGRAM = (CASE / "use.py").read_text()
_COMMENT = re.compile(r"# warns(, checked)?: (.*)")
Lines = set[tuple[int, str]]


def commented(*, checked: bool) -> Lines:
    """The lines that warn, and those that type checkers report."""
    found = set()
    for number, line in enumerate(PROGRAM.splitlines(), 1):
        match = _COMMENT.search(line)
        if match and (match[1] or not checked):
            found.add((number, match[2]))
    return found


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The generated project; the program beside its package, and beside its stubs alone."""
    folder = tmp_path_factory.mktemp("deprecations") / "project"
    shutil.copytree(CASE, folder)
    command = [sys.executable, "-m", "codegen", "generate"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    for kind in ("acme", "acme-stubs"):
        place = folder / f"with-{kind}"
        shutil.copytree(folder / "generated" / kind, place / "acme")
        shutil.copyfile(folder / "use.py", place / "use.py")
    shutil.copytree(folder / "cores/acme_cores", folder / "with-acme/acme_cores")
    return folder


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command, with nothing of this repository in its way."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_programs_are_warned_where_they_use_something(project: Path) -> None:
    """Each use warns once, at the line of the program; what is not deprecated never does."""
    ran = run(project / "with-acme", "-Walways", "use.py")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "60\n"
    found = re.findall(r"use\.py:(\d+): DeprecationWarning: (.*)", ran.stderr)
    assert {(int(line), text) for line, text in found} == commented(checked=False)
    assert ran.stderr.count("DeprecationWarning") == len(found)


def test_the_package_needs_nothing_else(project: Path) -> None:
    """Neither the module that warns nor the package imports typing_extensions when it runs, and importing warns of nothing."""
    ask = "import acme, sys; assert 'typing_extensions' not in sys.modules"
    ran = run(project / "with-acme", "-Werror", "-c", ask)
    assert ran.returncode == 0, ran.stderr


def test_coroutine_functions_stay_what_they_are(project: Path) -> None:
    """A deprecated coroutine function is still known as one."""
    ask = "import acme, asyncio; assert asyncio.iscoroutinefunction(acme.later)"
    ran = run(project / "with-acme", "-Wignore", "-c", ask)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("kind", ["acme", "acme-stubs"])
def test_mypy_reports_uses(project: Path, kind: str) -> None:
    """Mypy reports them from the package and from the stubs."""
    arguments = ["--strict", "--enable-error-code", "deprecated", "--no-incremental"]
    ran = run(project / f"with-{kind}", "-m", "mypy", *arguments, "use.py")
    found = re.findall(
        r"use\.py:(\d+): error: .*? is deprecated: (.*?)  \[", ran.stdout
    )
    assert {(int(line), text) for line, text in found} == commented(checked=True)
    # The package derives a class from a deprecated one.
    assert ran.stdout.count("error: class acme.Old is deprecated") == 3
    assert ran.stdout.count("error:") == len(found) + 1, ran.stdout


@pytest.mark.parametrize("kind", ["acme", "acme-stubs"])
def test_pyright_reports_uses(project: Path, kind: str) -> None:
    """Pyright reports them, too, and accepts the module that warns."""
    folder = project / f"with-{kind}"
    settings = {
        "typeCheckingMode": "strict",
        "reportDeprecated": "error",
        "reportUnusedExpression": False,
        "reportMissingModuleSource": False,
        "include": ["use.py", "acme"],
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    ran = run(
        folder, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable
    )
    found: Lines = set()
    for report in json.loads(ran.stdout)["generalDiagnostics"]:
        assert report["rule"] == "reportDeprecated", report
        if report["file"].endswith("use.py"):
            text = report["message"].partition("\n")[2].strip()
            found.add((report["range"]["start"]["line"] + 1, text))
    assert found == commented(checked=True)


def test_the_module_that_warns_comes_and_goes(tmp_path: Path, run_codegen: Any) -> None:
    """It is written with the first deprecation, stays while there is one, and is removed with the last."""
    (tmp_path / "codegen.toml").write_text('package = "acme"\n')
    (tmp_path / "specs").mkdir()
    deprecated = "{deprecated: {since: 1.0}}"
    specs = {
        name: tmp_path / "specs" / f"{name}.yaml" for name in ("acme", "acme.other")
    }
    helper = tmp_path / "generated" / "acme" / "_deprecated.py"
    for of_acme, of_other, expected in (
        ("{}", "{}", False),
        ("{}", deprecated, True),
        (deprecated, deprecated, True),
        (deprecated, "{}", True),
        ("{}", "{}", False),
    ):
        specs["acme"].write_text(f"module: acme\nfunctions: {{run: {of_acme}}}\n")
        text = f"module: acme.other\nfunctions: {{stop: {of_other}}}\n"
        specs["acme.other"].write_text(text)
        assert run_codegen(tmp_path, "generate").code == 0
        assert helper.exists() == expected
        assert run_codegen(tmp_path, "generate", "--check").code == 0


def test_the_module_that_warns_gives_way_to_a_spec(
    tmp_path: Path, run_codegen: Any
) -> None:
    """A package with a module of that name gets another one."""
    (tmp_path / "codegen.toml").write_text('package = "acme"\n')
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/acme._deprecated.yaml").write_text(
        "module: acme._deprecated\nfunctions: {run: {deprecated: {since: 1}}}\n"
    )
    assert run_codegen(tmp_path, "generate").code == 0
    text = (tmp_path / "generated/acme/_deprecated.py").read_text()
    assert "from acme._deprecated_ import deprecated\n" in text
    assert (tmp_path / "generated/acme/_deprecated_.py").exists()


@pytest.mark.parametrize(
    ("modules", "expected"),
    [
        (("acme.one",), "acme/_deprecated.py"),
        (("acme.one", "acme.one.two"), "acme/one/_deprecated.py"),
    ],
)
def test_a_package_inside_another_warns_itself(
    modules: tuple[str, ...], expected: str, tmp_path: Path, run_codegen: Any
) -> None:
    """The module that warns stands in the package that is generated, where that is a folder."""
    (tmp_path / "codegen.toml").write_text('package = "acme.one"\n')
    (tmp_path / "specs").mkdir()
    for name in modules:
        text = f"module: {name}\nfunctions: {{run: {{deprecated: {{since: 1}}}}}}\n"
        (tmp_path / "specs" / f"{name}.yaml").write_text(text)
    assert run_codegen(tmp_path, "generate").code == 0
    assert (tmp_path / "generated" / expected).exists()
    ask = f"import {modules[-1]} as m; m.run.__deprecated__"
    ran = run(tmp_path / "generated", "-c", ask)
    assert ran.returncode == 0, ran.stderr
