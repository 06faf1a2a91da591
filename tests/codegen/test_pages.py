"""Pages in the styles the documentation site has used, and what all styles share."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from codegen.emitters import pages
from codegen.model import Class, Function, Module, Page, Parameter
from codegen.package import Package
from codegen.page_texts import escape, parameter_cell, summary
from codegen.readers import yaml

CASES = Path(__file__).parent.parent / "cases"
SPECS = Path(__file__).parent.parent.parent / "specs"


def load(folder: Path) -> dict[str, Module]:
    """Read every spec of a folder."""
    modules: dict[str, Module] = {}
    for path in sorted(folder.glob("*.yaml")):
        document = yaml.Document(path.name, path.read_text(encoding="utf-8"))
        module, findings = yaml.read(document)
        assert module is not None, findings
        modules[module.module] = module
    return modules


def with_style(modules: dict[str, Module], style: str) -> Package:
    """Give every module of a project one page style."""
    return Package(
        {
            name: msgspec.structs.replace(
                module, page=msgspec.structs.replace(module.page, style=style)
            )
            for name, module in modules.items()
        }
    )


@pytest.mark.parametrize(
    ("module_name", "path", "seed"),
    [
        ("flyte.connectors", "flyte.connectors.md", "001.md"),
        ("flyte", "flyte/taskenvironment.md", "002.md"),
        ("flyte.app", "flyte.app/connectorenvironment.md", "000.md"),
    ],
)
def test_the_documented_pages_come_out_byte_for_byte(
    module_name: str, path: str, seed: str
) -> None:
    """The pages the specs were written from are reproduced exactly."""
    package = Package(load(SPECS), external=frozenset(["flyteidl2", "google"]))
    written = pages.emit(module_name, package.modules[module_name], package)
    assert written[path] == (CASES / "seeds" / seed).read_text(encoding="utf-8")


@pytest.mark.parametrize("style", ["2.0.0b31", "2.0.0b43", "2.0.0b44", "2.6", "plain"])
def test_a_module_with_everything_in_each_style(style: str) -> None:
    """Every kind of definition comes out as the kept pages show it."""
    package = with_style(load(CASES / "pages" / "everything"), style)
    expected = CASES / "pages" / "everything" / style
    written: dict[str, str] = {}
    for name, module in package.modules.items():
        written |= pages.emit(name, module, package)
    kept = {
        path.relative_to(expected).as_posix(): path.read_text(encoding="utf-8")
        for path in expected.rglob("*.md")
    }
    assert written == kept


def test_the_flat_style_puts_a_module_on_one_page() -> None:
    """The oldest style has one page for a module, the others one for each class and one for the module."""
    module = Module(module="a.b", classes={"Cls": Class()}, page=Page(style="2.0.0b31"))
    package = Package({"a.b": module})
    assert list(pages.emit("a.b", module, package)) == ["a.b.md"]
    module = msgspec.structs.replace(module, page=Page(style="2.0.0b43"))
    assert list(pages.emit("a.b", module, package)) == ["a.b/_index.md", "a.b/cls.md"]


def test_classes_that_differ_in_case_only_get_pages_of_their_own() -> None:
    """No page overwrites another, on file systems that ignore case either; nor does a class called Index."""
    names = ("Node", "NODE", "node", "Index")
    module = Module(module="a", classes={name: Class() for name in names})
    package = Package({"a": module})
    assert list(pages.emit_plain("a", module, package)) == [
        "a/index.md",
        "a/node.md",
        "a/NODE-2.md".lower(),
        "a/node-3.md",
        "a/index-2.md",
    ]


def test_private_and_unexported_classes_have_no_legacy_page() -> None:
    """Legacy pages show what users can import, and nothing else."""
    classes = {"_Hidden": Class(), "Inner": Class(exported=False, defined_in="a._b")}
    module = Module(module="a", classes=classes, page=Page(style="2.0.0b44"))
    package = Package({"a": module})
    written = pages.emit("a", module, package)
    assert list(written) == ["a/_index.md"]
    assert "Hidden" not in written["a/_index.md"]
    assert "Inner" not in written["a/_index.md"]


def test_emitting_twice_gives_the_same_pages() -> None:
    """Nothing a page claims, such as an anchor, is remembered for the next run."""
    package = Package(load(CASES / "pages" / "everything"))
    for name, module in package.modules.items():
        first = pages.emit_plain(name, module, package)
        assert pages.emit_plain(name, module, package) == first


@pytest.mark.parametrize(
    ("text", "style", "expected"),
    [
        ("One. Two.", "2.0.0b43", "One."),
        ("no stop\nsecond line", "2.0.0b43", "no stop."),
        ("Like e.g. this.", "2.0.0b43", "Like e."),
        ("Use {{< key a.b >}} now. Rest", "2.0.0b31", "Use {{< key a.b >}} now."),
        ("> [!NOTE] Alert.\n\nReal. Rest", "2.0.0b43", "> [!NOTE] Alert."),
        ("> [!NOTE] Alert.\n\nReal. Rest", "2.6", "Real."),
        ("Call `a.b` now. Rest", "2.6", "Call `a.b` now."),
        ("A :class:`a.B` here. Rest", "2.6", "A :class:`a.B` here."),
        ("", "2.6", ""),
    ],
)
def test_summaries(text: str, style: str, expected: str) -> None:
    """Lists show what each style takes for the first sentence, right or wrong."""
    assert summary(text, style) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "style", "expected"),
    [
        ("a <b> c", "2.0.0b31", "a <b> c"),
        ("a <b> `<c>`", "2.0.0b43", "a &lt;b&gt; `&lt;c&gt;`"),
        ("```\n<a>\n```\n<b>", "2.0.0b44", "```\n<a>\n```\n&lt;b&gt;"),
        ("a <b> `<c>` ``d > ` e``", "2.6", "a &lt;b&gt; `<c>` ``d > ` e``"),
        ("> a > b\nc > d", "2.6", "> a &gt; b\nc &gt; d"),
    ],
)
def test_escaping(text: str, style: str, expected: str) -> None:
    """Each style escapes angle brackets where it always did."""
    assert escape(text, style) == expected  # type: ignore[arg-type]


def test_a_parameter_text_loses_the_type_in_front() -> None:
    """A type in brackets in front of a text repeats its own column."""
    assert parameter_cell("(str | None) the\nname", "2.0.0b43") == "the name"


def test_old_sections_stick_to_the_last_documented_parameter() -> None:
    """Returns and raises stand behind the last text, or where the function says."""
    function = Function(
        parameters={
            "a": Parameter(doc="A."),
            "b": Parameter(doc="B."),
            "c": Parameter(),
        },
        raises={"ValueError": "Bad."},
    )
    module = Module(module="m", functions={"f": function}, page=Page(style="2.0.0b43"))
    page = pages.emit("m", module, Package({"m": module}))["m/_index.md"]
    assert "| `b` |  | B.  :raises ValueError: Bad. |" in page
    function = msgspec.structs.replace(function, sections_after="a")
    module = msgspec.structs.replace(module, functions={"f": function})
    page = pages.emit("m", module, Package({"m": module}))["m/_index.md"]
    assert "| `a` |  | A.  :raises ValueError: Bad. |" in page
