"""What type checkers and stubtest say of the generated package and stubs, each in a process of its own.

Knows how these tools are called and what they print, and that they may not be installed. It must not know what a mirror
looks like: it is given a folder that holds them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from codegen import files, types
from codegen.diagnostics import Diagnostic
from codegen.model import TypeAlias
from codegen.project import OutputName
from codegen.verifying import located
from codegen.verifying.rows import Project, Row

NOT_INSTALLED = "not installed"
_LONGEST = 300  # seconds
_MYPY_LINE = re.compile(r"(.+?):(\d+):(?:(\d+):)? error: (.*)")
_SUFFIXES: dict[OutputName, str] = {"package": ".py", "stubs": ".pyi"}
_CONFIGS = ("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg")


class Place(NamedTuple):
    """Where the tools work: the folders of the package with its cores and of the stubs, and those of the project."""

    folder: Path
    root: Path

    @property
    def package(self) -> Path:
        """The folder that holds the generated package, and its cores."""
        return self.folder / "package"

    @property
    def stubs(self) -> Path:
        """The folder that holds the stubs."""
        return self.folder / "stubs"


class _Complaint(NamedTuple):
    """What a tool complains of: its words, and the file and line, or the dotted name, that it is about."""

    message: str
    path: str = ""
    line: int = 1
    column: int = 1
    name: str = ""


class ToolError(Exception):
    """A tool could not do its work; says which, and what it said last."""

    def __init__(self, tool: str, said: str) -> None:
        super().__init__(f"{tool} failed: {said}")


def mypy(project: Project, place: Place) -> Row:
    """Check the package and the stubs, one after the other: mypy reads one of the two at a time."""
    row = Row("mypy", "mypy --strict: package, stubs")
    if find_spec("mypy") is None:
        return row._replace(absent=NOT_INSTALLED)
    complaints: list[_Complaint] = []
    root = project.settings.package.partition(".")[0]
    for folder in (place.package, place.stubs):
        if (folder / root).is_dir():
            arguments = ["--strict", "--show-column-numbers", "--no-error-summary"]
            # Those of an imported stub are its source's.
            arguments += ["--no-warn-unused-ignores"]
            arguments += ["--hide-error-context", "--no-pretty", *_mypy_config(place)]
            arguments += ["--cache-dir", str(place.folder / "mypy"), "-p", root]
            text = _run("mypy", arguments, folder, {"MYPYPATH": str(folder)})
            complaints += _of_mypy(text, folder, place)
    return _judged(row, complaints, project, ("package", "stubs"), "mirror-types")


def _mypy_config(place: Place) -> list[str]:
    for name in _CONFIGS:
        path = place.root / name
        if path.is_file() and b"mypy" in path.read_bytes():
            return ["--config-file", str(path)]
    return ["--config-file", ""]


def _of_mypy(text: str, folder: Path, place: Place) -> Iterator[_Complaint]:
    for line in text.splitlines():
        match = _MYPY_LINE.fullmatch(line)
        if match is not None:
            path, number, column, message = match.groups()
            file = _generated(folder / path, place)
            yield _Complaint(message, file, int(number), int(column or 1))


def importable(path: str) -> str:
    """Where a generated file stands when it is checked: below the name of the package, stubs as well."""
    root, _, inside = path.partition("/")
    return f"{root.removesuffix('-stubs')}/{inside}"


def _generated(path: Path, place: Place) -> str:
    """The generated file that is checked under another path."""
    inside = path.resolve().relative_to(place.folder.resolve())
    kind, root, *rest = inside.parts
    return "/".join((f"{root}-stubs" if kind == "stubs" else root, *rest))


def pyright(project: Project, place: Place) -> Row:
    """Check the package and the stubs with basedpyright, or with pyright where that is what there is."""
    row = Row("pyright", "pyright: package, stubs")
    tool = next((name for name in ("basedpyright", "pyright") if find_spec(name)), None)
    if tool is None:
        return row._replace(absent=NOT_INSTALLED)
    row = row._replace(compared=f"{tool}: package, stubs")
    root = project.settings.package.partition(".")[0]
    present = [f for f in (place.package, place.stubs) if (f / root).is_dir()]
    config = {
        "typeCheckingMode": "standard",
        "include": [f"../{folder.name}/{root}" for folder in present],
        "executionEnvironments": [{"root": f"../{folder.name}"} for folder in present],
        "reportMissingModuleSource": False,
    }
    path = place.folder / "pyright" / "pyrightconfig.json"
    arguments = ["--outputjson", "--pythonpath", sys.executable, "-p", str(path)]
    files.write_tree(path.parent, {path.name: json.dumps(config).encode()})
    text = _run(tool, arguments, place.folder, {})
    complaints = list(_of_pyright(text, place))
    return _judged(row, complaints, project, ("package", "stubs"), "mirror-types")


def _of_pyright(text: str, place: Place) -> Iterator[_Complaint]:
    try:
        found = json.loads(text)["generalDiagnostics"]
    except (ValueError, KeyError) as error:
        raise ToolError("pyright", str(error)) from error
    for said in found:
        if said["severity"] != "error":
            continue
        start = said["range"]["start"]
        file = _generated(Path(said["file"]), place)
        message = said["message"].split("\n")[0]
        yield _Complaint(message, file, start["line"] + 1, start["character"] + 1)


def stubtest(project: Project, place: Place) -> Row:
    """Import the package and compare it with the stubs, as mypy's own test of stubs does."""
    row = Row("stubtest", "stubs -> mypy.stubtest -> package")
    if find_spec("mypy") is None:
        return row._replace(absent=NOT_INSTALLED)
    root = project.settings.package.partition(".")[0]
    accepted = place.folder / "stubtest" / "accepted.txt"
    lines = "".join(f"{re.escape(name)}\n" for name in _unjudged(project))
    # What marks a deprecated class is no part of its API.
    lines += ".*\\.__deprecated__\n"
    files.write_tree(accepted.parent, {accepted.name: lines.encode()})
    arguments = ["--concise", "--ignore-unused-allowlist", "--allowlist", str(accepted)]
    config = _mypy_config(place)[1]
    arguments += ["--mypy-config-file", config] if config else []
    paths = {"MYPYPATH": str(place.stubs), "PYTHONPATH": str(place.package)}
    text = _run("mypy.stubtest", [*arguments, root], place.folder, paths)
    complaints = [
        _Complaint(message, name=name)
        for line in text.splitlines()
        for name, _, message in [line.partition(" ")]
        if name.partition(".")[0] == root and message
    ]
    return _judged(row, complaints, project, ("stubs",), "mirror-stubtest")


def _unjudged(project: Project) -> Iterator[str]:
    """What stubtest cannot judge: an alias for a Literal is right in the stub and is no Union when Python runs."""
    for symbol in project.package.symbols.values():
        if isinstance(symbol.definition, TypeAlias):
            text = project.package.render(symbol.module, symbol.definition.type)
            if any(reference.name == "Literal" for reference in types.references(text)):
                yield symbol.path


def _run(
    tool: str,
    arguments: list[str],
    folder: Path,
    paths: Mapping[str, str],
) -> str:
    """Run a tool of this Python's; return what it printed. Raises ToolError when it could not do its work."""
    environment = {**os.environ, **paths}
    environment.pop("MYPY_FORCE_COLOR", None)
    ran = subprocess.run(
        [sys.executable, "-P", "-m", tool, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=_LONGEST,
        check=False,
    )
    if ran.returncode not in (0, 1) or (ran.returncode and not ran.stdout.strip()):
        said = (ran.stderr.strip() or ran.stdout.strip()).splitlines()
        raise ToolError(tool, said[-1] if said else f"exit code {ran.returncode}")
    return ran.stdout


def _judged(
    row: Row,
    complaints: list[_Complaint],
    project: Project,
    kinds: tuple[OutputName, ...],
    rule: str,
) -> Row:
    """The row with a finding for each complaint, at the place in the spec that it is about."""
    found: list[Diagnostic] = []
    for said in complaints:
        if said.name:
            where, related = located.by_name(project, said.name), None
            message = f"{row.mirror}: '{said.name}' {said.message}"
        else:
            where = located.by_line(project, said.path, said.line)
            related = project.produced(said.path, said.line, said.column)
            message = f"{row.mirror}: {said.message}"
        found.append(Diagnostic(where, rule, message, "", "error", related))
    count = sum(len(project.of_kind(kind, _SUFFIXES[kind])) for kind in kinds)
    definitions = len({symbol.path for symbol in project.package.symbols.values()})
    return row._replace(counted=(count, definitions), findings=tuple(found))
