"""The plain page style: Python in every fence, unique anchors, no dead link, whatever a spec says."""

from __future__ import annotations

import ast
import posixpath
import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml as pyyaml
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.emitters import pages
from codegen.emitters.pages import markdown
from codegen.model import (
    Attribute,
    Class,
    Dataclass,
    Deprecation,
    Function,
    Module,
    Page,
    Parameter,
    Property,
    Returns,
    TypeAlias,
)
from codegen.package import Package
from codegen.readers import yaml

ROOT = Path(__file__).parent.parent.parent
FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})([^\n]*)$")
ANCHOR = re.compile(r'<a id="([^"]*)"></a>')
LINK = re.compile(r"(?<!\\)\]\(([^)\s]*)\)")
HEADING = re.compile(r"^#{1,6} (.*)$")
CODE = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|<code>.*?</code>")


def read_page(text: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Split a page without its front matter into the lines outside fences and the fences, as CommonMark does."""
    outside: list[str] = []
    fences: list[tuple[str, str]] = []
    lines = iter(text.split("\n---\n", 1)[1].split("\n"))
    for line in lines:
        opening = FENCE.match(line)
        if opening is None or (opening[1][0] == "`" and "`" in opening[2]):
            if not line.startswith(("    ", "\t")):  # indented code
                outside.append(line)
            continue
        closing = re.compile(
            rf" {{0,3}}{re.escape(opening[1][0])}{{{len(opening[1])},}} *"
        )
        body: list[str] = []
        for inner in lines:
            if closing.fullmatch(inner):
                break
            body.append(inner)
        else:
            pytest.fail(f"a fence is never closed: {line}")
        fences.append((opening[2].strip(), "\n".join(body)))
    return outside, fences


def check(written: dict[str, str]) -> None:
    """Assert everything the plain style promises of a set of pages."""
    anchors: dict[str, set[str]] = {}
    for path, text in written.items():
        outside, fences = read_page(text)
        check_front_matter(text)
        for language, body in fences:
            if language == "python":
                ast.parse(body)
        check_tables(outside)
        anchors[path] = check_anchors(outside)
        assert "\x00" not in text
        assert " object at 0x" not in text
    for path, text in written.items():
        for line in read_page(text)[0]:
            for target in LINK.findall(CODE.sub("`x`", line)):
                check_link(path, target, anchors, line)


def check_front_matter(text: str) -> None:
    """Assert that the front matter is YAML with texts only."""
    assert text.startswith("---\n")
    data = pyyaml.safe_load(text[4:].split("\n---\n", 1)[0])
    assert set(data) <= {"title", "description", "version"}
    assert all(isinstance(value, str) for value in data.values())


def check_tables(lines: list[str]) -> None:
    """Assert that every row below a separator has as many cells as the separator."""
    width = 0
    for line in lines:
        if re.fullmatch(r"\|(-\|)+", line):
            width = line.count("|")
        elif not line.startswith("|"):
            width = 0
        elif width:
            assert len(re.findall(r"(?<!\\)\|", line)) == width, line
            assert not re.search(r"\\\\\|", line), line


def check_anchors(lines: list[str]) -> set[str]:
    """Assert that no anchor stands twice on a page, whatever the case of letters."""
    found = [anchor for line in lines for anchor in ANCHOR.findall(line)]
    assert len({anchor.lower() for anchor in found}) == len(found), found
    return set(found)


def check_link(path: str, target: str, anchors: dict[str, set[str]], line: str) -> None:
    """Assert that a link of ours leads to a page that was written, at an anchor it has."""
    if target.startswith(("http://", "https://", "mailto:")):
        return
    file, _, anchor = target.partition("#")
    place = posixpath.normpath(posixpath.join(posixpath.dirname(path), file))
    page = path if not file else place
    assert page in anchors, f"{path}: {target} in {line}"
    assert not anchor or anchor in anchors[page], f"{path}: {target} in {line}"


def emit_all(modules: dict[str, Module]) -> dict[str, str]:
    """Write the plain pages of all modules."""
    package = Package(modules)
    written: dict[str, str] = {}
    for name, module in modules.items():
        written |= pages.emit_plain(name, module, package)
    return written


def test_the_pages_of_the_real_specs() -> None:
    """Every page of the project's own specs keeps every promise, its examples included."""
    modules: dict[str, Module] = {}
    for path in sorted((ROOT / "specs").glob("*.yaml")):
        module, _ = yaml.read(
            yaml.Document(path.name, path.read_text(encoding="utf-8"))
        )
        assert module is not None
        modules[module.module] = module
    written = emit_all(modules)
    check(written)
    page = written["flyte.app/connectorenvironment.md"]
    assert "`list[`[`Environment`](../flyte/environment.md)`]`" in page
    assert "**kwargs: **kwargs" not in page
    assert all(
        ":return" not in text and ":param" not in text for text in written.values()
    )


NASTY = [
    "```", "```python\n", "~~~", "`", "``", "|", "\\|", "\\", "\\`", "<b>", "<script>", "</a>", "<!--", "--",
    "]]>", "[x](../y.md)", "[`x`](y.md)", "[a]: /b", "](", "![i](j.png)", "\n", "\n\n", "    ", "- ", "1. ", "> ",
    "# H", "---\n", "===", ":param a: it", ":return: x", ":class:`~m.A`", ":meth:`b <m.A.f>`", "{{< x >}}", "{{ x }}",
    "{% raw %}", "e.g. ", ". ", "word", "Word", "\x00", "\r", "\r\n", "\t", "\u202e", "\u2028", "\ufeff", "é", "😀",
    "::", "Args:\n    a: b\n", "Parameters\n----------\na : int\n    Text\n", "!!! note\n", "x = 1", "''", '"', "]:",
    "<https://a.b/c>", "https://a.b", "*", "**", "_", "&amp;", "&#124;", "~", "\x1b[0m", '<a id="name"></a>', "$",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(NASTY), max_size=8).map("".join)
NAMES = st.sampled_from(
    [
        "a",
        "A",
        "b",
        "name",
        "methods",
        "parameters",
        "x_1",
        "__call__",
        "é",
        "index",
        "type",
    ]
)
TYPES = st.sampled_from(
    ["int", "str | None", "A", "list[A]", "Optional[Union[A, B]]", "Literal['|', '`', '\\\\|']", "Any", "dict[str, B]"]
)  # fmt: skip
DEFAULTS = st.sampled_from(["None", "1", "'|'", "'\\\\|`'", "A()", "A.f", "[1, 'x']"])


@st.composite
def parameters(draw: st.DrawFn, *, variadic: bool = True) -> dict[str, Parameter]:
    """Parameters in an order Python accepts; fields of dataclasses are not variadic."""
    names = draw(st.lists(NAMES, unique=True, max_size=5))
    ranks = sorted(
        draw(st.lists(st.integers(0, 6), min_size=len(names), max_size=len(names)))
    )
    made: dict[str, Parameter] = {}
    for name, rank in zip(names, ranks, strict=True):
        kind, value = (
            ("positional-only", None),
            ("positional-or-keyword", None),
            ("positional-or-keyword", draw(DEFAULTS)),
            ("var-positional", None),
            ("keyword-only", None),
            ("keyword-only", draw(DEFAULTS)),
            ("var-keyword", None),
        )[rank]
        seen = [each.kind for each in made.values()]
        if kind.startswith("var-") and (kind in seen or not variadic):
            continue
        made[name] = Parameter(
            kind=kind,  # type: ignore[arg-type]
            default=value,
            type=draw(st.none() | TYPES),
            doc=draw(TEXTS),
            since=draw(st.none() | TEXTS),
        )
    return made


def functions() -> st.SearchStrategy[Function]:
    """Functions and methods of every sort."""
    return st.builds(
        Function,
        doc=TEXTS,
        notes=TEXTS,
        parameters=parameters(),
        returns=st.builds(Returns, type=st.none() | TYPES, doc=TEXTS),
        raises=st.dictionaries(st.sampled_from(["ValueError", "A"]), TEXTS, max_size=2),
        asynchronous=st.booleans(),
        sync_and_async=st.booleans(),
        binding=st.sampled_from(["instance", "class", "static"]),
        deprecated=st.none() | st.builds(Deprecation, since=TEXTS, use=TEXTS),
    )


def classes(*, nested: bool = True) -> st.SearchStrategy[Class]:
    """Classes of every sort, with classes inside them."""
    members: dict[str, st.SearchStrategy[object]] = {
        "attributes": st.dictionaries(
            NAMES,
            st.builds(Attribute, type=TYPES, value=DEFAULTS, doc=TEXTS),
            max_size=2,
        ),
        "properties": st.dictionaries(
            NAMES, st.builds(Property, type=TYPES, doc=TEXTS), max_size=2
        ),
        "methods": st.dictionaries(NAMES, functions(), max_size=3),
    }
    if nested:
        members["classes"] = st.dictionaries(NAMES, classes(nested=False), max_size=2)
    return st.booleans().flatmap(
        lambda fields: st.builds(
            Class,
            doc=TEXTS,
            init_doc=TEXTS,
            notes=TEXTS,
            kind=st.sampled_from(["class", "protocol", "exception"]),
            dataclass=st.just(Dataclass(frozen=True) if fields else None),
            parameters=st.none() | parameters(variadic=not fields),
            exported=st.booleans(),
            **members,
        )
    )


@st.composite
def projects(draw: st.DrawFn) -> dict[str, Module]:
    """Two modules that use each other's classes."""
    base = draw(classes())
    child = draw(classes())
    first = Module(
        module="m",
        doc=draw(TEXTS),
        page=Page(title=draw(st.none() | TEXTS), version=draw(st.none() | TEXTS)),
        imports=("n.B",),
        classes={"A": base, **draw(st.dictionaries(NAMES, classes(), max_size=2))},
        functions=draw(st.dictionaries(NAMES, functions(), max_size=2)),
        type_aliases={"Alias": TypeAlias(type="A | B", doc=draw(TEXTS))},
    )
    child = Class(
        doc=child.doc,
        bases=("A",),
        methods=child.methods,
        properties=child.properties,
        classes=child.classes,
    )
    second = Module(
        module="n", imports=("m.A",), exports=("m.A",), classes={"B": child}
    )
    return {"m": first, "n": second}


@settings(max_examples=50, deadline=None)
@given(modules=projects())
def test_no_spec_breaks_a_page(modules: dict[str, Module]) -> None:
    """Whatever texts and names a spec has, fences parse, tables hold, anchors are unique and links lead somewhere."""
    check(emit_all(modules))


@settings(max_examples=200, deadline=None)
@given(text=TEXTS)
def test_a_text_stays_in_its_place(text: str) -> None:
    """A real Markdown parser finds what stands behind a text, and no HTML or link from inside it."""
    parser = pytest.importorskip("markdown_it").MarkdownIt("commonmark").enable("table")

    def link(name: str) -> None:
        return None

    block = parser.parse(f"{markdown.prose(text, link)}\n\n## Behind\n")
    titles = [
        inline.content
        for heading, inline in pairwise(block)
        if heading.type == "heading_open" and heading.level == 0
    ]
    assert titles[-1:] == ["Behind"]
    row = f"| A | B |\n|-|-|\n| {markdown.cell(text, link)} | `end` |\n"
    table = parser.parse(row)
    cells = [
        inline.content for cell, inline in pairwise(table) if cell.type == "td_open"
    ]
    assert len(cells) == 2
    assert cells[1] == "`end`"
    for token in (*block, *table):
        for child in (token, *(token.children or ())):
            if child.type.startswith("html"):
                assert re.fullmatch(r"</?code>|<br>", child.content), child.content
            if child.type == "link_open":
                assert str(child.attrs["href"]).startswith(("http", "mailto"))
            assert child.type != "image"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a | b", "a &#124; b"),
        ("a `b|c` d", "a `b\\|c` d"),
        ("wrapped\nline", "wrapped line"),
        ("one\n\ntwo", "one<br>two"),
        ("list:\n- a\n- b", "list:<br>- a<br>- b"),
        ("see\n```python\nx = 1 | 2\n```\nend", "see<br>`x = 1 \\| 2`<br>end"),
        ("<b>", "&lt;b>"),
    ],
)
def test_texts_in_cells(text: str, expected: str) -> None:
    """Bars, line ends, lists and fences of a text do not break a row."""
    assert markdown.cell(text, lambda name: None) == expected
