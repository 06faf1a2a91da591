"""Real packages, read from source: stubs that type checkers accept, that fit the package, and that read back the same.

None of the packages is imported by the reader; stubtest imports them, in an environment of their own. A complaint of
stubtest is accepted when it says the same of the source itself, when a finding of the reader says so, or when it stands
in a list with its reason.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import mypy
import pytest

from codegen.files import shown
from codegen.importing_source import find
from codegen.readers.source.packages import Specs
from tests.conformance import round_trips

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / ".venv-packages"
PYTHON = ENVIRONMENT / "bin" / "python"
TYPESHED = Path(mypy.__file__).parent / "typeshed" / "stdlib"
PACKAGES = (
    "flyte",
    "click",
    "attr",
    "attrs",
    "httpx",
    "rich",
    "boto3",
    "pydantic",
    "sqlalchemy",
)
# The sources annotate a parameter with a function, inherit from one generic class in two ways, and give a type variable
# what its bound does not allow.
ERRORS_OF_SOURCE = {"flyte": 1, "sqlalchemy": 5}
CONFIG = "[mypy]\nignore_missing_imports = True\n"
# What mypy says of stubs in spite of all, by the module it says it of.
CLASS_OF_MYPY = "Class pydantic.mypy.ChangeExplicitTypeOfAny has abstract attributes"
MYPY_ACCEPTED = {
    # A plugin for another mypy than this one, whose class has become abstract.
    "pydantic.mypy": [f'{CLASS_OF_MYPY} "visit_type_alias_type"  [misc]'],
    # In stubs all imports come first, and mypy looks at the three classes before it looks at their base.
    "sqlalchemy.sql.elements": 3
    * [
        'Cannot determine type of "proxy_set" in base class "SingletonConstant"  [misc]'
    ],
}
# Stubtest gives up where a class method's first parameter is called self.
LENIENT = """
import sys
from mypy import stubtest

resolve = stubtest._resolve_funcitem_from_decorator

def lenient(decorator):
    try:
        return resolve(decorator)
    except stubtest.StubtestFailure:
        return None

stubtest._resolve_funcitem_from_decorator = lenient
sys.exit(stubtest.main())
"""

pytestmark = pytest.mark.conformance


def _site() -> Path:
    (site,) = ENVIRONMENT.glob("lib/python*/site-packages")
    return site


@cache
def _specs(name: str) -> Specs:
    return round_trips.read(round_trips.package(name, _site()))


@pytest.fixture(scope="module", autouse=True)
def environment() -> None:
    """The environment of real packages, which scripts/test makes."""
    if not PYTHON.exists():
        pytest.skip("scripts/test makes the environment of real packages")


def _write(folder: Path, name: str) -> Path:
    """Write the stubs of a package to a folder that type checkers search."""
    for path, text in round_trips.stubs(name, _specs(name)).items():
        place = folder / "stubs" / name / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return folder / "stubs"


@pytest.mark.parametrize("name", PACKAGES)
def test_stubs_read_back_the_same(name: str) -> None:
    """Reading what was written gives the specs that were read, as far as stubs tell."""
    specs = _specs(name)
    again = round_trips.again(name, round_trips.stubs(name, specs))

    assert round_trips.told(again.modules) == round_trips.told(specs.modules)


@pytest.mark.slow
@pytest.mark.parametrize("name", PACKAGES)
def test_type_checkers_and_the_package_accept_the_stubs(
    name: str, tmp_path: Path
) -> None:
    """Mypy has nothing to say about the stubs, and stubtest nothing that is not known."""
    stubs = _write(tmp_path, name)
    overlooked = "".join(
        f"[mypy-{module}]\ndisable_error_code = misc\n" for module in MYPY_ACCEPTED
    )
    ran = _stubtest(name, tmp_path, CONFIG + overlooked, MYPYPATH=str(stubs))
    of_source = _stubtest(name, tmp_path, CONFIG + "ignore_errors = True\n")
    known = set(of_source.stdout.splitlines())
    unexplained = [
        complaint
        for complaint in ran.stdout.splitlines()
        if complaint not in known and not _is_explained(complaint, name)
    ]

    assert "not checking stubs" not in ran.stdout + ran.stderr
    accepted = {line: _pattern(line) for line in _accepted(name)}
    unknown = [c for c in unexplained if not any(p(c) for p in accepted.values())]
    outdated = [line for line, p in accepted.items() if not any(map(p, unexplained))]
    assert (unknown, outdated) == ([], [])


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({m.partition(".")[0] for m in MYPY_ACCEPTED}))
def test_what_mypy_says_of_stubs_is_known(name: str, tmp_path: Path) -> None:
    """Of the stubs that mypy does not wholly accept, it says what is known and nothing else."""
    stubs = _write(tmp_path, name)
    (tmp_path / "mypy.ini").write_text(CONFIG, encoding="utf-8")
    ran = subprocess.run(
        [PYTHON, "-m", "mypy", "--config-file", "mypy.ini", "-p", name],
        env={**os.environ, "MYPYPATH": str(stubs)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    said = [line for line in ran.stdout.splitlines() if ": error: " in line]
    known = [
        f"stubs/{module.replace('.', '/')}.pyi {message}"
        for module, messages in MYPY_ACCEPTED.items()
        for message in messages
        if module.partition(".")[0] == name
    ]

    assert sorted(re.sub(r":\d+: error:", "", line) for line in said) == sorted(known)


@pytest.mark.slow
@pytest.mark.parametrize("name", PACKAGES)
def test_pyright_accepts_the_stubs(name: str, tmp_path: Path) -> None:
    """Pyright finds no error in the stubs but those that the source itself makes."""
    _write(tmp_path, name)
    config = {"typeCheckingMode": "basic", "include": ["stubs"], "stubPath": "stubs"}
    quiet = {"reportMissingImports": False, "reportMissingModuleSource": False}
    text = json.dumps({**config, **quiet})
    (tmp_path / "pyrightconfig.json").write_text(text, encoding="utf-8")
    ran = subprocess.run(
        ["basedpyright", "--outputjson", "--pythonpath", PYTHON],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    found = json.loads(ran.stdout)["generalDiagnostics"]
    errors = [one["message"] for one in found if one["severity"] == "error"]

    assert len(errors) == ERRORS_OF_SOURCE.get(name, 0), errors


def _stubtest(
    name: str, folder: Path, config: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    (folder / "mypy.ini").write_text(config, encoding="utf-8")
    arguments = ["--concise", "--mypy-config-file", str(folder / "mypy.ini"), name]
    return subprocess.run(
        [PYTHON, "-c", LENIENT, *arguments],
        env={**os.environ, **variables},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def _is_explained(complaint: str, name: str) -> bool:
    """Whether the reader said something about what stubtest complains of."""
    path, _, message = complaint.partition(" ")
    if message.startswith("failed to find stubs"):
        module, words = path, {path, path.rpartition(".")[2]}
    else:
        module = path
        # A package may bind the name of one of its modules to something else.
        while module not in _files(name) or (
            module == path and message == "is not present in stub"
        ):
            module = module.rpartition(".")[0]
        inside = path.removeprefix(module).split(".")
        words = {*inside, *re.findall(r'"(\w+)"', message)}
    return any(
        words & _quoted(found.message)
        or (found.rule == "loss-private" and f"needs '{module}'" in found.message)
        for found in _specs(name).diagnostics
        if found.location.path == _shown(name, module)
    )


def _shown(name: str, module: str) -> str:
    """The path of a module as findings show it; that of one no import can name is made up."""
    path = _files(name).get(module)
    if path is None:
        owner = _files(name)[module.rpartition(".")[0]]
        path = owner.parent / f"{module.rpartition('.')[2]}.py"
    return shown(path)


def _quoted(message: str) -> set[str]:
    """The names a finding is about, and what they end in."""
    names = set(re.findall(r"'([\w.-]+)'", message))
    return names | {name.rpartition(".")[2] for name in names if "__" not in name}


@cache
def _files(name: str) -> dict[str, Path]:
    return round_trips.package(name, _site()).files


def _accepted(name: str) -> list[str]:
    """The complaints about a package that are known, each below a comment with its reason."""
    text = (Path(__file__).parent / "stubtest_accepted.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return sorted(line for line in lines if line.split()[0].split(".")[0] == name)


def _pattern(line: str) -> Callable[[str], bool]:
    """What a line of the list accepts: a star stands for anything."""
    parts = map(re.escape, line.split("*"))
    pattern = re.compile(".*".join(parts))
    return lambda complaint: pattern.fullmatch(complaint) is not None


def _stdlib() -> list[str]:
    names = {path.stem for path in TYPESHED.iterdir() if path.suffix == ".pyi"}
    return sorted(names | {path.name for path in TYPESHED.iterdir() if path.is_dir()})


def test_the_standard_library_reads_back_the_same() -> None:
    """Every module of typeshed's standard library, written as a stub, reads back as it was read."""
    changed: list[str] = []
    for name in _stdlib():
        folder = TYPESHED / name
        place = folder if folder.is_dir() else TYPESHED / f"{name}.pyi"
        specs = round_trips.read(find(str(place), ()))
        again = round_trips.again(name, round_trips.stubs(name, specs))
        if round_trips.told(again.modules) != round_trips.told(specs.modules):
            changed.append(name)

    assert len(_stdlib()) > 250
    assert changed == []


def test_the_reader_imports_nothing_it_reads() -> None:
    """Reading a package leaves no module of it behind."""
    _specs("rich")

    assert not any(name.startswith("boto3") for name in sys.modules)
