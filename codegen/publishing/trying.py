"""What was built is tried out: metadata, installation, import, and what type checkers see of it.

Knows environments and type checkers. It must not know how it was built, or what the package does. Nothing is taken from
an index: a wheel is installed without its dependencies, and an import sees those that are installed beside codegen.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from codegen import files
from codegen.package import Package
from codegen.publishing.building import Built, run
from codegen.publishing.describing import Described
from codegen.publishing.errors import PublishError

_SECONDS = 300
_RIGHT, _WRONG = "right.py", "wrong.py"

_IMPORTS = """\
import importlib, json, sys
from importlib.metadata import distribution
modules, name, beside = json.loads(sys.argv[1])
sys.path.append(beside)
for module in modules:
    place = getattr(importlib.import_module(module), "__file__", None)
    if place is not None and not place.startswith(sys.prefix):
        raise SystemExit(f"ImportError: '{module}' comes from {place}")
untried = []
for point in distribution(name).entry_points:
    try:
        point.load()
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == point.module.partition(".")[0]:
            raise
        untried.append(f"{point.name} needs {error.name}, which is not installed here")
print(json.dumps(untried))
"""


def metadata(built: Built) -> None:
    """Let twine look at the metadata; raises PublishError when an index would refuse them."""
    words = ["-m", "twine", "check", "--strict", str(built.wheel), str(built.sdist)]
    run(words, "twine check")


def installed(built: Built, folder: Path) -> str:
    """Install the wheel into an empty environment in a folder; return its interpreter."""
    run(["-m", "venv", "--without-pip", str(folder)], "making an environment")
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    python = str(folder / scripts / "python")
    words = [
        "-m",
        "pip",
        "--isolated",
        "--python",
        python,
        "install",
        "--quiet",
        "--no-input",
    ]
    words += ["--disable-pip-version-check", "--no-deps", "--no-index"]
    run([*words, str(built.wheel)], "the installation")
    return python


def imported(described: Described, modules: list[str], python: str) -> list[str]:
    """Import every module and load every command in that environment; return which commands lack a dependency."""
    beside = sysconfig.get_paths()["purelib"]
    data = json.dumps([modules, described.name, beside])
    output = run(["-I", "-c", _IMPORTS, data], "the import", python)
    untried: list[str] = json.loads(output.splitlines()[-1])
    return untried


def public_names(package: Package) -> dict[str, list[str]]:
    """The modules users import, and the names each defines for them."""
    found: dict[str, list[str]] = {}
    for name, module in package.modules.items():
        if not any(part.startswith("_") for part in name.split(".")):
            groups = (module.variables, module.classes, module.functions)
            found[name] = [
                key
                for group in groups
                for key, definition in group.items()
                if definition.exported and not key.startswith("_")
            ]
    return found


def type_checked(package: Package, python: str, folder: Path) -> Iterator[str]:
    """Let type checkers look at a program that uses every name, and at a wrong one; yield what each of them says.

    Raises PublishError when one of them finds a mistake in the first, or none in the second.
    """
    programs = _programs(package)
    files.lay_out(folder, {name: text.encode() for name, text in programs.items()})
    wanted = set(range(2, programs[_WRONG].count("\n") + 1))
    for name, errors in (
        ("mypy", _mypy(python, folder)),
        ("pyright", _pyright(python, folder)),
    ):
        if errors is None:
            yield f"{name}: not installed here, not asked"
            continue
        mistaken = [text for file, _, text in errors if file == _RIGHT]
        if mistaken:
            raise PublishError(f"{name} refuses a right program: {mistaken[0]}")
        missed = wanted - {line for file, line, _ in errors if file == _WRONG}
        if missed:
            line = programs[_WRONG].splitlines()[min(missed) - 1]
            raise PublishError(f"{name} accepts what is wrong: {line}")
        yield f"{name}: sees the types"


def _programs(package: Package) -> dict[str, str]:
    """A program that names everything public, and one with a mistake on each line but the first."""
    public = public_names(package)
    right = [f"import {module}" for module in public]
    named = [f"{module}.{name}" for module, names in public.items() for name in names]
    right.append(f"names = ({', '.join(named)},)" if named else "")
    module = next((name for name, names in public.items() if names), "")
    wrong = [f"import {module}", f"{module}.there_is_no_such_name"]
    wrong += [
        f"wrong_{index}: int = {name}.{key}"
        for index, (name, spec) in enumerate(package.modules.items())
        if name in public
        for key in [*spec.classes, *spec.functions]
        if key in public[name]
    ][:1]
    return {_RIGHT: "\n".join(right) + "\n", _WRONG: "\n".join(wrong) + "\n"}


_Errors = list[tuple[str, int, str]]


def _mypy(python: str, folder: Path) -> _Errors | None:
    command = _command("mypy")
    if command is None:
        return None
    words = [command, "--config-file=", "--cache-dir", str(folder / "cache")]
    words += ["--no-error-summary", "--python-executable", python, _RIGHT, _WRONG]
    output = _run_checker(words, folder)
    found = re.findall(r"^(\w+\.py):(\d+): error: (.*)$", output, re.MULTILINE)
    return [(file, int(line), text) for file, line, text in found]


def _pyright(python: str, folder: Path) -> _Errors | None:
    command = _command("pyright") or _command("basedpyright")
    if command is None:
        return None
    settings = json.dumps({"typeCheckingMode": "standard"}).encode()
    files.lay_out(folder, {"pyrightconfig.json": settings})
    words = [command, "--outputjson", "--pythonpath", python, _RIGHT, _WRONG]
    try:
        found = json.loads(_run_checker(words, folder))["generalDiagnostics"]
    except (ValueError, KeyError):
        raise PublishError("pyright gave no answer") from None
    return [
        (Path(one["file"]).name, one["range"]["start"]["line"] + 1, one["message"])
        for one in found
        if one["severity"] == "error"
    ]


def _command(name: str) -> str | None:
    """A type checker that is installed beside codegen, or anywhere."""
    return shutil.which(name, path=sysconfig.get_path("scripts")) or shutil.which(name)


def _run_checker(words: list[str], folder: Path) -> str:
    try:
        ran = subprocess.run(
            words,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise PublishError(f"{Path(words[0]).name} gave no answer: {error}") from None
    return ran.stdout
