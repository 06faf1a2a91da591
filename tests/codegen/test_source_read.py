"""Sources to specs: a case a feature, what is said of losses, and what hostile sources do.

A case is a folder: ``input`` is read as the package ``shop``, ``expected`` holds the specs and, in ``findings.txt``, what
is lost.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

import griffe
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from codegen.importing_source import find, import_source, read_texts
from codegen.mending import mended
from codegen.model import Function, Module
from codegen.package import BUILTIN_NAMES
from codegen.project import Settings
from codegen.readers.source.branches import Target, truth
from codegen.readers.source.docstrings import described
from codegen.readers.source.packages import Specs, Text, read_package
from codegen.rules import RULES
from codegen.types import TYPING_NAMES
from tests.codegen.test_properties import modules
from tests.conformance import round_trips

CASES = Path(__file__).parents[1] / "cases" / "source_read"
NAMES = sorted(path.name for path in CASES.iterdir())
NEWER = {"parameters_of_types": (3, 12)}


@pytest.mark.parametrize("name", NAMES)
def test_each_source_becomes_its_specs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, update: bool
) -> None:
    """The specs and the findings of a case are the expected ones, and nothing else is written."""
    if sys.version_info < NEWER.get(name, (3, 11)):
        pytest.skip("Python parses this syntax only since 3.12")
    monkeypatch.chdir(CASES / name / "input")
    result = import_source(_input(), tmp_path / "out", target=Target((3, 12), "linux"))
    shown = {
        path: (tmp_path / "out" / path).read_text(encoding="utf-8")
        for path in result.written
    }
    shown["findings.txt"] = "".join(f"{d.headline}\n" for d in result.diagnostics)

    _compare(CASES / name / "expected", shown, update)


def _input() -> str:
    return next(
        path.name for path in sorted(Path.cwd().iterdir()) if path.name[0] != "."
    )


def _compare(folder: Path, shown: dict[str, str], update: bool) -> None:
    if update:
        for path, text in shown.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    expected = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert shown == expected


@pytest.mark.parametrize("name", NAMES)
def test_stubs_of_a_case_read_back_the_same(name: str) -> None:
    """What a stub can tell comes back from it."""
    if sys.version_info < NEWER.get(name, (3, 11)):
        pytest.skip("Python parses this syntax only since 3.12")
    folder = CASES / name / "input"
    place = next(path for path in sorted(folder.iterdir()) if path.name[0] != ".")
    specs = round_trips.read(find(str(place), ()))
    again = round_trips.again("shop", round_trips.stubs("shop", specs))

    assert round_trips.told(again.modules) == round_trips.told(specs.modules)


def test_every_rule_about_sources_has_a_case() -> None:
    """Each kind of loss stands among the findings of a case."""
    found = "".join(
        path.read_text(encoding="utf-8")
        for path in CASES.glob("*/expected/findings.txt")
    )
    ours = [n for n in RULES if n.startswith(("loss-", "source-syntax", "memory-"))]

    assert [name for name in ours if f"[{name}]" not in found] == []


@pytest.mark.parametrize(
    ("test", "holds"),
    [
        ("sys.version_info >= (3, 12)", True),
        ("sys.version_info < (3, 12, 1)", True),
        ("sys.version_info[0] == 2", False),
        ("sys.version_info[:2] == (3, 12)", True),
        ("sys.version_info.major != 3", False),
        ("sys.platform.startswith('lin')", True),
        ("sys.platform == 'win32' or sys.version_info > (3,)", True),
        ("not TYPE_CHECKING", False),
        ("typing.TYPE_CHECKING and unknown", None),
        ("unknown or True", True),
        ("__name__ == '__main__'", False),
        ("sys.version_info >= unknown", None),
        ("sys.version_info >= '3'", None),
    ],
)
def test_branches_hold_as_type_checkers_see_them(test: str, holds: bool | None) -> None:
    """Tests about the interpreter have an answer, and others have none."""
    node = ast.parse(test, mode="eval").body

    assert truth(node, Target((3, 12), "linux")) is holds


WORDS = st.text("abc xyz", min_size=1, max_size=20).map(str.strip).filter(bool)
TEXTS = st.dictionaries(st.sampled_from("abcde"), WORDS, min_size=1, max_size=4)


@given(
    summary=WORDS,
    parameters=TEXTS,
    returns=WORDS,
    style=st.sampled_from(["google", "numpy", "sphinx"]),
)
def test_sections_say_what_griffe_reads_in_them(
    summary: str, parameters: dict[str, str], returns: str, style: Any
) -> None:
    """A docstring in any of three styles is taken apart as an independent parser takes it apart."""
    text = _written(style, summary, parameters, returns)
    read = described(text, parameters, lambda name: True)
    sections = {
        section.kind.value: section.value
        for section in griffe.Docstring(text).parse(style, warnings=False)
    }

    assert read.doc == sections["text"] == summary
    assert read.parameters == {p.name: p.description for p in sections["parameters"]}
    assert read.parameters == parameters
    assert read.returns == returns


def _written(style: str, summary: str, parameters: dict[str, str], returns: str) -> str:
    if style == "google":
        lines = ["Args:", *(f"    {n}: {t}" for n, t in parameters.items())]
        lines += ["", "Returns:", f"    {returns}"]
    elif style == "numpy":
        lines = ["Parameters", "----------"]
        for name, text in parameters.items():
            lines += [f"{name} : int", f"    {text}"]
        lines += ["", "Returns", "-------", "int", f"    {returns}"]
    else:
        lines = [f":param {n}: {t}" for n, t in parameters.items()]
        lines += [f":return: {returns}"]
    return "\n".join([summary, "", *lines])


WORDS_OF_PYTHON = (
    "def class f X ( ) : = , * ** / -> @ [ ] | import from as if else try except finally with async return yield "
    'lambda int \'str\' """doc""" 0 None True . ... typing Final TypeVar overload property __all__ += '
    "sys.version_info >= (3,) \\ \x00 \ufeff é 0x"
)
NOISE = st.lists(
    st.sampled_from([*WORDS_OF_PYTHON.split(" "), "\n", "\n    ", " "]), max_size=60
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pieces=NOISE)
def test_noise_is_a_finding_or_a_spec(pieces: list[str]) -> None:
    """Whatever a source says, reading it ends with specs that pass every check, or with a place and a reason."""
    text = " ".join(pieces)
    specs = read_package("shop", [Text("shop", "shop.py", text)])
    modules, _, _ = mended(specs, Settings(package="shop", external=specs.external))

    assert modules or all(d.rule == "source-syntax" for d in specs.diagnostics)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damaged_sources_are_read_as_far_as_they_go(data: st.DataObject) -> None:
    """A real source with a piece cut out or doubled never ends in a traceback."""
    name = data.draw(st.sampled_from([n for n in NAMES if n not in NEWER]))
    source = next(iter(sorted((CASES / name / "input").rglob("*.py*")))).read_text(
        "utf-8"
    )
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, len(source)))
    middle = data.draw(st.sampled_from(["", source[start:end] * 2, "\x00", "(" * 300]))
    text = source[:start] + middle + source[end:]
    specs = read_package("shop", [Text("shop", "shop.py", text)])
    mended(specs, Settings(package="shop", external=specs.external))


def test_a_broken_module_is_located_and_the_others_are_read(
    tmp_path: Path, run_codegen: Any
) -> None:
    """The command says where the source stops being Python, writes the rest, and ends with 1."""
    source = CASES / "broken" / "input" / "shop"
    ran = run_codegen(tmp_path, "import", "source", str(source), "--out", "out")

    assert ran.code == 1
    assert "bad.py:1:12: error[source-syntax]" in ran.stderr + ran.stdout
    assert (tmp_path / "out" / "specs" / "shop.good.yaml").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_losses_are_errors_when_asked(tmp_path: Path, run_codegen: Any) -> None:
    """``--strict`` makes each loss an error and the exit code 1."""
    source = str(CASES / "losses" / "input" / "shop.py")
    lenient = run_codegen(tmp_path, "import", "source", source, "--out", "one")
    strict = run_codegen(
        tmp_path, "import", "source", source, "--out", "two", "--strict"
    )

    assert (lenient.code, strict.code) == (0, 1)


def test_a_project_that_was_imported_generates(
    tmp_path: Path, run_codegen: Any
) -> None:
    """From what was imported the next command writes package, stubs and pages, and the package can be imported."""
    import subprocess

    source = str(CASES / "classes" / "input" / "shop.py")
    assert run_codegen(tmp_path, "import", "source", source, "--out", ".").code == 0
    assert run_codegen(tmp_path, "generate").code == 0
    assert (tmp_path / "generated" / "shop-stubs" / "__init__.pyi").is_file()
    subprocess.run(
        [sys.executable, "-c", "import shop; shop.Point(1).x"],
        cwd=tmp_path / "generated",
        check=True,
    )


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("no_such_package", "there is no package 'no_such_package'"),
        ("no/such/folder", "is no file, no folder and no package's name"),
        ("empty", "holds no Python files"),
    ],
)
def test_what_cannot_be_found_is_said(
    source: str, says: str, tmp_path: Path, run_codegen: Any
) -> None:
    """A name that leads nowhere ends with 2 and one line, and nothing is written."""
    (tmp_path / "empty").mkdir()
    ran = run_codegen(tmp_path, "import", "source", source, "--out", "out")

    assert ran.code == 2
    assert says in ran.stderr
    assert not (tmp_path / "out").exists()


def test_a_package_is_found_on_a_search_path(tmp_path: Path) -> None:
    """A name is looked for as stubs, as a package and as a module; a stub wins over its source, which is a finding."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").write_text("def f(): ...\n")
    (tmp_path / "shop" / "__init__.pyi").write_text("def f() -> int: ...\n")
    texts, problems = read_texts(find("shop", [tmp_path]))
    specs = read_package("shop", texts)

    assert [problem.rule for problem in problems] == ["loss-text"]
    assert specs.modules["shop"].functions["f"] == Function(
        returns=specs.modules["shop"].functions["f"].returns
    )
    assert specs.modules["shop"].functions["f"].returns.type == "int"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(module=modules())
def test_a_spec_comes_back_from_its_stub(module: Module) -> None:
    """Any stub that is written, read and written again has the same lines: the reader misses nothing a stub tells."""
    # A variable that hides a builtin or Any makes types of it that are none.
    hidden = {*module.variables, *module.functions}
    assume(not hidden & (BUILTIN_NAMES | TYPING_NAMES))
    written = round_trips.stubs("made", Specs({"made": module}, (), {}, []))
    again = round_trips.stubs("made", round_trips.again("made", written))

    assert {path: _lines(text) for path, text in again.items()} == {
        path: _lines(text) for path, text in written.items()
    }


def _lines(text: str) -> list[str]:
    """The lines of a stub in any order: groups of definitions come in that of the spec language."""
    return sorted(line for line in text.split("\n") if line)


@pytest.mark.parametrize(
    "text",
    [
        "X = " + " | ".join(["int"] * 5000),
        "X = " + "a." * 5000 + "b",
        "@" + "a." * 3000 + "b\ndef f(): ...",
        "__all__ = " + " + ".join(["['a']"] * 4000),
        "if " + " and ".join(["x"] * 4000) + ": a = 1",
        "x: '" + "List[" * 150 + "]" * 150 + "' = 1",
        "\n".join(f"x{i} = x{i + 1}" for i in range(3000)),
        "x = y\ny = x\nclass A(A): ...\ndef f(a: x): ...",
    ],
    ids=lambda text: text[:12],
)
def test_what_is_too_deep_is_a_finding(text: str) -> None:
    """Expressions and chains of thousands of parts are read, or said to be too deep, at once."""
    specs = read_package("shop", [Text("shop", "shop.py", text)])
    modules, _, _ = mended(specs, Settings(package="shop", external=specs.external))

    assert modules or specs.diagnostics
