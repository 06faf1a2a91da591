"""``codegen scaffold``: cores follow their specs, and nothing but headers of functions changes.

A case is a folder: ``old.yaml`` is the spec that was generated last, ``new.yaml`` what it has become, ``core.py`` the core
before, ``expected.py`` after, ``expected.txt`` what is said. ``pytest --update`` renews what is expected.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.compare import signature_differences
from codegen.emitters.python.names import split_path
from codegen.model import Function, Module, Parameter, Returns
from codegen.package import Package
from codegen.readers.source import read_core
from codegen.scaffolding.changes import Outside
from codegen.scaffolding.functions import declared, new_function
from codegen.scaffolding.signatures import Item, Source, apply
from codegen.scaffolding.updating import CoreText
from codegen.scaffolding.wanted import Wanted, wanted_cores

REPOSITORY = Path(__file__).parents[2]
CASES = REPOSITORY / "tests" / "cases" / "scaffold"
NAMES = sorted(path.name for path in CASES.iterdir())
SETTINGS = 'package = "acme"\ncores = "cores"\noutputs = ["package", "stubs"]\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without specs and cores."""
    folder = tmp_path / "project"
    for path in ("specs", "cores/acme_cores"):
        (folder / path).mkdir(parents=True)
    (folder / "cores/acme_cores/__init__.py").touch()
    (folder / "codegen.toml").write_text(SETTINGS)
    return folder


def cores_of(project: Path) -> dict[str, bytes]:
    """Every file of cores."""
    folder = project / "cores"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("name", NAMES)
def test_cores_follow_their_specs(
    name: str, project: Path, run_codegen: Any, update: bool
) -> None:
    """The core is what is expected, byte for byte, and what is said; a dry run writes nothing and a second run neither."""
    case = CASES / name
    core = project / "cores/acme_cores/work.py"
    spec = project / "specs/acme.yaml"
    shutil.copyfile(case / "core.py", core)
    if (case / "old.yaml").exists():
        shutil.copyfile(case / "old.yaml", spec)
        ran = run_codegen(project, "generate")
        assert ran.code == 0, ran
    shutil.copyfile(case / "new.yaml", spec)
    before = cores_of(project)
    dry = run_codegen(project, "scaffold", "--dry-run")
    assert cores_of(project) == before
    ran = run_codegen(project, "scaffold")
    others = [path for path in cores_of(project) if path not in before]
    more = "".join(
        f"\n== {path}\n{(project / 'cores' / path).read_text()}" for path in others
    )
    shown = f"$ codegen scaffold\n{ran}{more}"
    if update:
        shutil.copyfile(core, case / "expected.py")
        (case / "expected.txt").write_text(shown, encoding="utf-8")
    assert core.read_bytes() == (case / "expected.py").read_bytes()
    assert shown == (case / "expected.txt").read_text(encoding="utf-8")
    assert dry.code == ran.code
    if ran.code:
        assert cores_of(project) == before
        return
    assert run_codegen(project, "check").code == 0
    after = cores_of(project)
    again = run_codegen(project, "scaffold")
    assert again.stdout.endswith("0 written, 0 changed, in 0 files\n")
    assert cores_of(project) == after


def test_there_are_enough_cases() -> None:
    """At least forty cores are shown before and after, and each rule of the command at least once."""
    assert len(NAMES) >= 40
    texts = "".join((CASES / name / "expected.txt").read_text() for name in NAMES)
    for rule in ("body", "call", "left", "refused", "renamed"):
        assert f"[scaffold-{rule}]" in texts


def test_all_types_follow_when_asked(project: Path, run_codegen: Any) -> None:
    """With --all-types annotations that a core has on purpose follow their specs, too."""
    case = CASES / "type-kept-where-the-core-means-another"
    core = project / "cores/acme_cores/work.py"
    shutil.copyfile(case / "core.py", core)
    shutil.copyfile(case / "new.yaml", project / "specs/acme.yaml")
    ran = run_codegen(project, "scaffold", "--all-types")
    assert ran.code == 0, ran
    assert "def run(a: int, b: str, c: int) -> int:\n" in core.read_text()


def test_a_disk_that_refuses_leaves_all_as_it_was(
    project: Path, run_codegen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a file cannot be put in its place, none is."""
    case = CASES / "missing-module"
    shutil.copyfile(case / "core.py", project / "cores/acme_cores/work.py")
    shutil.copyfile(case / "new.yaml", project / "specs/acme.yaml")
    before = cores_of(project)
    replace = os.replace

    def refuse(source: str, target: str) -> None:
        if "deep/more/__init__" in os.fspath(target):
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    ran = run_codegen(project, "scaffold")
    assert ran.code == 2
    assert "cannot be written: No space left on device" in ran.stderr
    assert cores_of(project) == before


CORES = sorted((REPOSITORY / "runtime").rglob("*.py"))
STANDARD = ("argparse", "asyncio.base_events", "dataclasses")


class Header(NamedTuple):
    """A function of a module as its parser sees it, with its parameters as items that change nothing."""

    name: str
    line: int
    asynchronous: bool
    items: list[Item]


def headers(text: str) -> list[Header]:
    """Every function of a module, however deep, in the order of the text."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = node.args
            kinds = (
                ("positional-only", given.posonlyargs),
                ("positional-or-keyword", given.args),
                ("var-positional", filter(None, [given.vararg])),
                ("keyword-only", given.kwonlyargs),
                ("var-keyword", filter(None, [given.kwarg])),
            )
            items = [
                Item(argument.arg, kind, argument.arg)  # type: ignore[arg-type]
                for kind, arguments in kinds
                for argument in arguments
            ]
            is_async = isinstance(node, ast.AsyncFunctionDef)
            found.append(Header(node.name, node.lineno, is_async, items))
    return sorted(found, key=lambda header: header.line)


def rewritten(text: str, change: Callable[[Item], Item]) -> str:
    """A module in which every parameter of every function is changed."""
    source = Source(text)
    edits = []
    for name, line, asynchronous, items in headers(text):
        changed = [change(item) for item in items]
        edits += source.header_edits(
            name, line, changed, asynchronous=asynchronous, returns=None
        )
    return apply(text, edits)


def swapped(item: Item) -> Item:
    """A parameter under a name as long, so that no line gets longer."""
    return item._replace(name=item.name.swapcase())


def text_of(module: str) -> str:
    """The text of a module of the standard library."""
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).read_bytes().decode()


@pytest.mark.parametrize("module", STANDARD)
def test_round_trips_over_the_standard_library(module: str) -> None:
    """Every header rewritten with what it has keeps its bytes, and so does one renamed and renamed back."""
    text = text_of(module)
    assert len(headers(text)) > 40
    assert rewritten(text, lambda item: item) == text
    renamed = rewritten(text, swapped)
    assert sum(a != b for a, b in zip(text, renamed, strict=True)) > 100
    assert rewritten(renamed, swapped) == text


def test_round_trips_over_all_cores() -> None:
    """The same for every function of every handwritten module of the built-in subject."""
    count = 0
    for path in CORES:
        text = path.read_bytes().decode()
        count += len(headers(text))
        renamed = rewritten(text, swapped)
        assert rewritten(renamed, swapped) == text, path
        ast.parse(renamed)
    assert count > 800


def test_the_subject_needs_no_scaffolding(run_codegen: Any) -> None:
    """Cores that agree with their specs are left alone, with the types they have on purpose."""
    ran = run_codegen(REPOSITORY, "scaffold", "--dry-run")
    assert ran.code == 0, ran
    assert ran.stdout.endswith("\n0 would be written, 0 would be changed, in 0 files\n")


KINDS = (
    "positional-only",
    "positional-or-keyword",
    "var-positional",
    "keyword-only",
    "var-keyword",
)
TYPES = ("int", "str", "list[datetime.date]", "Callable[[int], str] | None")
LAYOUTS = ("inline", "black", "commented")


@st.composite
def callables(draw: st.DrawFn) -> Function:
    """A function with parameters of all kinds in an order that Python allows."""
    names = draw(st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=6))
    chosen = {name: draw(st.sampled_from(KINDS)) for name in names}
    for kind in ("var-positional", "var-keyword"):
        for name in [name for name in names if chosen[name] == kind][1:]:
            chosen[name] = "keyword-only"
    parameters: dict[str, Parameter] = {}
    defaults = False
    for name in sorted(names, key=lambda name: KINDS.index(chosen[name])):
        kind = chosen[name]
        default = draw(st.sampled_from((None, "1", "None")))
        if "var" in kind:
            default = None
        elif defaults and kind != "keyword-only":
            default = default or "2"
        defaults |= default is not None and kind != "keyword-only"
        parameters[name] = Parameter(
            type=draw(st.sampled_from(TYPES)), kind=kind, default=default  # type: ignore[arg-type]
        )
    returns = Returns(type=draw(st.sampled_from(TYPES)))
    return Function(
        parameters=parameters,
        returns=returns,
        asynchronous=draw(st.booleans()),
        core="work:run",
    )


def written(function: Function, layout: str) -> str:
    """A core as somebody may have written it; each parameter has a comment of its own where the layout has comments."""
    wanted = only_wanted(function)
    items = [
        Item(name, parameter.kind, None, parameter.type, parameter.default)
        for name, parameter in wanted.function.parameters.items()
    ]
    lines = new_function(
        "run",
        items,
        wanted.function.returns.type or "None",
        asynchronous=function.asynchronous,
        line="Run.",
        label="run",
    )
    head = next(i for i, line in enumerate(lines) if line.endswith(":"))
    header = "\n".join(lines[: head + 1])
    start, _, rest = header.partition("(")
    end = rest.rpartition(") ->")[2]
    parts = declared(items)
    if layout == "inline":
        header = f"{start}({', '.join(parts)}) ->{end}"
    elif layout == "commented" and parts:
        body = "".join(f"    # Above {part}\n    {part},  # beside\n" for part in parts)
        header = f"{start}(  # opening\n{body}    # closing\n) ->{end}"
    imports = "import datetime\nfrom collections.abc import Callable\n\n\n@print\n"
    return imports + "\n".join([header, *lines[head + 1 :], "", "", "x  =  1"])


def only_wanted(function: Function) -> Wanted:
    """What a spec with one function wants of its core."""
    module = Module(
        module="acme", imports=("datetime.date",), functions={"run": function}
    )
    package = Package({"acme": module})
    (wanted,) = wanted_cores({"acme": module}, package)
    return wanted


@settings(max_examples=100, deadline=None)
@given(before=callables(), after=callables(), layout=st.sampled_from(LAYOUTS))
def test_any_signature_becomes_any_other(
    before: Function, after: Function, layout: str
) -> None:
    """The core agrees with its spec then, is Python, keeps every line around its header; and nothing is left to do."""
    text = written(before, layout)
    wanted = only_wanted(after)
    package = Package({"acme": Module(module="acme", functions={"run": after})})
    outside = Outside(
        canonical=lambda path: package.canonical("acme", path) or path,
        split=lambda path: split_path(package, path),
        first_party=frozenset({"acme"}),
        documented=lambda _: None,
    )
    for _ in range(2):
        core = read_core("work", "work.py", text).functions["run"]
        file = CoreText("work", "work.py", text, outside)
        file.update(wanted, core)
        assert not file.refused
        changed = file.text
        new = read_core("work", "work.py", changed).functions["run"]
        assert not list(signature_differences(wanted.function, new.function))
        compile(changed, "work.py", "exec")
        assert changed.endswith(text[text.index('    """Run."""') :])
        assert changed.startswith(text[: text.index("def run")].removesuffix("async "))
        if layout == "commented":
            kept = before.parameters.keys() & after.parameters.keys()
            assert changed.count("# Above") >= len(kept)
            assert changed.count("# beside") >= len(kept)
        # The second time there is nothing to do.
        text = changed
    assert not file.updated
