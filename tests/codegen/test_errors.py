"""Broken specs and settings: what is said about each, word for word, and that nothing is written.

A case is a folder: the inputs of a project, and ``expected.txt`` with the command, what it prints and its exit code.
Cases without settings of their own use those of ``_former``, the project whose outputs every case must leave alone.
``pytest --update`` renews the expected texts. Files whose names end in ``.txt`` lose that suffix in the project.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from codegen.rules import RULES

CASES = Path(__file__).parents[1] / "cases" / "errors"
NAMES = sorted(
    path.name for path in CASES.iterdir() if path.is_dir() and path.name[0] != "_"
)
CODEGEN = Path(__file__).parents[2] / "codegen"

_OF_SPECS = ("page-variant", "page-version", "page-file", "page-grammar")

# Found only where the machine plays a part; test_errors_special.py makes them.
MADE_ELSEWHERE = {
    "not-utf8": "needs bytes that are no text",
    "too-large": "needs a file of 100 MB",
    "yaml-character": "needs a raw control character",
    "write-failed": "needs a disk that refuses",
    **dict.fromkeys(
        [name for name in RULES if name.startswith("page-") and name not in _OF_SPECS],
        "is about pages that are read; test_pages_read.py makes them",
    ),
    **dict.fromkeys(
        [
            name
            for name in RULES
            if name.startswith(("loss-", "memory-")) or name == "source-syntax"
        ],
        "is about sources that are read; test_source_read.py makes them",
    ),
    **dict.fromkeys(
        [name for name in RULES if name.startswith("merge-")],
        "is about two sides of one API; test_merging.py makes them",
    ),
    **dict.fromkeys(
        ["dead-link", "twofold-anchor", "site-version", "unknown-variant"],
        "is about the documentation site; tests/site makes them",
    ),
    **dict.fromkeys(
        [name for name in RULES if name.startswith("mirror-")],
        "is about what is generated; test_verifying.py makes them",
    ),
    **dict.fromkeys(
        [name for name in RULES if name.startswith("scaffold-")],
        "is about cores that are changed; test_scaffold.py makes them",
    ),
}


def place_inputs(case: Path, project: Path) -> None:
    """Put the inputs of a case where those of the former project stand."""
    for path in project.iterdir():
        if path.name in ("specs", "cores"):
            shutil.rmtree(path)
    if (case / "codegen.toml").exists() or (case / "pyproject.toml").exists():
        (project / "codegen.toml").unlink(missing_ok=True)
    for source in case.rglob("*"):
        if source.is_file() and source.name != "expected.txt":
            target = project / source.relative_to(case)
            target = target.with_name(target.name.removesuffix(".txt"))
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def snapshot(folder: Path) -> dict[str, tuple[int, bytes | None]]:
    """Every file and folder with its modification time and content; the cache is not looked at."""
    return {
        path.relative_to(folder).as_posix(): (
            path.stat().st_mtime_ns if path.is_file() else 0,
            path.read_bytes() if path.is_file() else None,
        )
        for path in sorted(folder.rglob("*"))
        if ".codegen-cache" not in path.parts
    }


@pytest.fixture
def project(tmp_path: Path, run_codegen: Any) -> Path:
    """The former project, generated without a finding."""
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copyfile(CASES / "_former" / "codegen.toml", folder / "codegen.toml")
    place_inputs(CASES / "_former", folder)
    ran = run_codegen(folder, "generate")
    assert ran.code == 0, ran
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_each_mistake_is_explained_and_nothing_is_written(
    name: str, project: Path, tmp_path: Path, run_codegen: Any, update: bool
) -> None:
    """The output is the expected one in every detail, twice, and every file is as it was."""
    case = CASES / name
    place_inputs(case, project)
    expected = (case / "expected.txt").read_text(encoding="utf-8")
    command = expected.partition("\n")[0].removeprefix("$ ")
    arguments = command.split()[1:]
    before = snapshot(tmp_path)
    ran = run_codegen(project, *arguments)
    shown = f"$ {command}\n{ran}"
    if update:
        (case / "expected.txt").write_text(shown, encoding="utf-8")
    else:
        assert shown == expected
    assert ran.code in (1, 2)
    assert "Traceback" not in shown
    assert str(tmp_path) not in shown
    assert snapshot(tmp_path) == before
    assert run_codegen(project, *arguments) == ran
    if arguments == ["generate"]:
        # Only a command that would have written says that it did not.
        same = ran._replace(stdout=ran.stdout.replace("; nothing was written", ""))
        assert run_codegen(project, "check") == same
        assert run_codegen(project, "generate", "--check") == same
        assert snapshot(tmp_path) == before


def _expected_texts() -> dict[str, str]:
    return {
        name: (CASES / name / "expected.txt").read_text(encoding="utf-8")
        for name in NAMES
    }


def test_every_rule_has_a_case() -> None:
    """Each rule id is found by at least one case, or by a test that says why it cannot be one."""
    found = set(re.findall(r"(?:error|warning)\[([\w-]+)\]", str(_expected_texts())))
    assert found <= RULES.keys()
    missing = RULES.keys() - found
    assert missing <= MADE_ELSEWHERE.keys()
    assert MADE_ELSEWHERE.keys() <= missing, "the list of exceptions is out of date"


def test_every_rule_that_code_names_can_be_explained(
    run_codegen: Any, tmp_path: Path
) -> None:
    """No finding carries an id that the table of rules does not have, and every id is explained."""
    named: set[str] = set()
    for path in CODEGEN.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r"""(?:Finding|Difference)\(\s*"([\w-]+)\"""", text))
        named |= set(
            re.findall(r"""Diagnostic\([^"]{1,200}?,\s*"([a-z0-9-]+)",""", text)
        )
    assert named
    assert named <= RULES.keys()
    for rule in RULES:
        ran = run_codegen(tmp_path, "explain", rule)
        assert ran.code == 0
        assert ran.stdout.startswith(f"{rule}\n\n")


def test_machine_readable_outputs_parse() -> None:
    """JSON and SARIF are valid JSON, one result a finding, with the same places."""
    texts = _expected_texts()
    bodies = {
        name: text.partition("\n")[2].rpartition("exit code")[0]
        for name, text in texts.items()
        if name.startswith("format-")
    }
    findings = json.loads(bodies["format-json"])
    log = json.loads(bodies["format-sarif"])
    (run,) = log["runs"]
    results = run["results"]
    assert [found["rule"] for found in findings] == [
        result["ruleId"] for result in results
    ]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} <= RULES.keys()
    for found, result in zip(findings, results, strict=True):
        (place,) = result["locations"]
        region = place["physicalLocation"]["region"]
        assert (region["startLine"], region["startColumn"], region["endColumn"]) == (
            found["line"],
            found["column"],
            found["end_column"],
        )
    github = bodies["format-github"].splitlines()
    assert len(github) == len(findings)
    assert all(line.startswith("::error file=specs/acme.yaml,line=") for line in github)
