"""mypy and pyright over a folder of programs and stubs: what each of them complains about, line by line.

Knows how the two are called and what they print. It must not know what the programs are about. Both are tools of the user's
environment, not dependencies of the generator.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

PROGRAMS = "programs"
STUBS = "stubs"
_TIMEOUT = 900

MYPY_SETTINGS = """\
[mypy]
explicit_package_bases = True
namespace_packages = True
show_error_codes = True
"""
PYRIGHT_SETTINGS = {
    "include": [PROGRAMS],
    "extraPaths": [STUBS],
    "typeCheckingMode": "standard",
    "reportMissingModuleSource": "none",
}


class Complaint(NamedTuple):
    """One error in a program: who found it, in which file, on which line, and what it says."""

    checker: str
    file: str
    line: int
    message: str


class CheckerError(Exception):
    """A type checker is missing, or did not do its work."""


class Checker(NamedTuple):
    """A type checker: its name, the command that checks a folder, and how to read what it prints."""

    name: str
    command: Callable[[Path], list[str]]
    read: Callable[[str], Iterator[Complaint]]


def installed() -> list[Checker]:
    """The type checkers there are; raise CheckerError when there is none."""
    found: list[Checker] = []
    if importlib.util.find_spec("mypy") is not None:
        found.append(Checker("mypy", _mypy_command, read_mypy))
    if _pyright() is not None:
        found.append(Checker("pyright", _pyright_command, read_pyright))
    if not found:
        raise CheckerError("neither mypy nor pyright is installed")
    return found


def settings() -> dict[str, bytes]:
    """The settings files that a folder of programs needs."""
    return {
        "mypy.ini": MYPY_SETTINGS.encode(),
        "pyrightconfig.json": json.dumps(PYRIGHT_SETTINGS).encode(),
    }


def run(folders: list[Path]) -> dict[Path, list[Complaint]]:
    """Check folders with every checker, as many runs at a time as there are processors; raise CheckerError."""
    jobs = [(folder, checker) for checker in installed() for folder in folders]
    complaints: dict[Path, list[Complaint]] = {folder: [] for folder in folders}
    limit = max(1, os.cpu_count() or 1)
    for index in range(0, len(jobs), limit):
        started = [
            (folder, checker, _start(folder, checker))
            for folder, checker in jobs[index : index + limit]
        ]
        for folder, checker, process in started:
            complaints[folder] += _finish(checker, process)
    return complaints


def _start(folder: Path, checker: Checker) -> subprocess.Popen[str]:
    environment = {
        name: value for name, value in os.environ.items() if name != "MYPYPATH"
    }
    return subprocess.Popen(
        checker.command(folder),
        cwd=folder,
        env={**environment, "MYPYPATH": STUBS},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _finish(checker: Checker, process: subprocess.Popen[str]) -> list[Complaint]:
    try:
        printed, errors = process.communicate(timeout=_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise CheckerError(f"{checker.name} ran longer than {_TIMEOUT} s") from None
    if process.returncode not in (0, 1):
        said = (errors or printed).strip().splitlines()[-1:] or ["nothing"]
        message = f"{checker.name} ended with code {process.returncode}: {said[0]}"
        raise CheckerError(message)
    try:
        return list(checker.read(printed))
    except (KeyError, TypeError, ValueError):
        message = f"{checker.name} printed what cannot be read: {printed[:80]!r}"
        raise CheckerError(message) from None


def _mypy_command(folder: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "mypy", "--config-file", "mypy.ini"),
        *("--cache-dir", str(folder / "cache"), "--output", "json"),
        *("--no-error-summary", PROGRAMS),
    ]


def read_mypy(printed: str) -> Iterator[Complaint]:
    """What mypy says, a line of JSON each."""
    for line in printed.splitlines():
        if not line.startswith("{"):
            continue
        found = json.loads(line)
        if found["severity"] == "error" and found["file"].startswith(f"{PROGRAMS}/"):
            message = found["message"]
            if found.get("hint"):
                message = f"{message}\n{found['hint']}"
            name = Path(found["file"]).name
            yield Complaint("mypy", name, found["line"], message)


def _pyright() -> str | None:
    beside = str(Path(sys.executable).parent)
    path = os.pathsep.join((beside, os.environ.get("PATH", "")))
    return shutil.which("pyright", path=path) or shutil.which("basedpyright", path=path)


def _pyright_command(folder: Path) -> list[str]:
    return [
        *(_pyright() or "pyright", "--project", str(folder / "pyrightconfig.json")),
        *("--pythonpath", sys.executable, "--outputjson"),
    ]


def read_pyright(printed: str) -> Iterator[Complaint]:
    """What pyright says, one JSON document; raises ValueError or KeyError for anything else."""
    for found in json.loads(printed)["generalDiagnostics"]:
        path = Path(found["file"])
        if found["severity"] == "error" and path.parent.name == PROGRAMS:
            line = found["range"]["start"]["line"] + 1
            yield Complaint("pyright", path.name, line, found["message"])
