"""What holds for every page: specs survive being written as pages, and no page, however damaged, does harm."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codegen import importing_pages
from codegen.emitters import pages
from codegen.emitters import yaml as writer
from codegen.incremental import generate
from codegen.model import (
    Class,
    Function,
    Module,
    Page,
    PageStyle,
    Parameter,
    Property,
    Returns,
    Variable,
)
from codegen.package import Package
from codegen.page_texts import escape, unescape
from codegen.readers import yaml as reader
from codegen.workspace import Workspace

CASES = Path(__file__).parents[1] / "cases"
STYLES: tuple[PageStyle, ...] = ("2.0.0b31", "2.0.0b43", "2.0.0b44", "2.6")

often = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)

# Characters a spec may hold, and pieces that mean something on a page.
characters = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cf", "Cn", "Cs", "Zl", "Zp")
)
pieces = st.sampled_from(
    [
        *" .\n`<>|*#()[]:\\",
        "&lt;",
        "\n\n",
        "\n```python\n",
        "\n```\n",
        "\n## Methods\n\n",
        "\n### act()\n\n",
        "\n## Directory\n\n",
        "| Parameter | Type | Description |\n|-|-|-|\n",
        "| Method | Description |\n|-|-|\n",
        "```python\nclass Thing(\n    x: int,\n)\n```\n",
        "**Returns:** x\n\n",
        "**Raises**\n\n",
        "> [!NOTE]\n> x\n",
        "{{< key a.b >}}",
        ":return: ",
        "  :raises ValueError: ",
        "(int) ",
    ]
)


class Words(NamedTuple):
    """Texts to draw: on one line, and of several lines."""

    line: st.SearchStrategy[str]
    text: st.SearchStrategy[str]


def words(raw: st.SearchStrategy[str]) -> Words:
    """Texts made of raw ones: on one line; or with a line end of their own, as docstrings have it."""
    ended = raw.map(lambda text: text + "\n")
    return Words(raw.map(lambda text: " ".join(text.split())), st.just("") | ended)


WILD = words(st.lists(characters | pieces, max_size=8).map("".join))
TAME = words(st.text("abc <>`|&é", min_size=1, max_size=12).filter(str.strip))

names = st.sampled_from("act build _call get get_all Item x y2 größe".split())
types = st.sampled_from(
    [
        "int",
        "str | None",
        "Optional[List[Dict[str, typing.Any]]]",
        "Literal['a|b', \"it's\"]",
        "Callable[[int], Awaitable[None]]",
        "shop._private.Thing",
    ]
)
defaults = st.sampled_from(
    ["None", "0", "-1.5", "'a | b = c'", "{'x': [1, (2,)]}", "Mode.FAST", "run", "..."]
)


@st.composite
def parameters(draw: st.DrawFn, style: PageStyle, words: Words) -> dict[str, Parameter]:
    """Parameters as far as a style can tell them."""
    found = draw(st.lists(names, unique=True, max_size=4))
    flat, modern = style == "2.0.0b31", style == "2.6"
    made: dict[str, Parameter] = {}
    for name in found:
        made[name] = Parameter(
            type=draw(st.none() | types),
            default=draw(st.none() | defaults) if modern else None,
            doc="" if flat else draw(words.line),
        )
    if draw(st.booleans()):
        type_ = draw(types) if modern else None if flat else "Any"
        made["args"] = Parameter(type=type_, kind="var-positional")
        made["kwargs"] = Parameter(type=type_, kind="var-keyword")
    return made


@st.composite
def functions(
    draw: st.DrawFn, style: PageStyle, words: Words, *, owner: bool
) -> Function:
    """A callable as far as a style can tell it."""
    given = draw(parameters(style, words))
    modern = style == "2.6"
    errors = st.dictionaries(st.sampled_from(["ValueError", "a.KeyError"]), words.line)
    pair = draw(st.booleans())
    made = Function(
        doc=draw(words.text),
        parameters=given,
        sync_and_async=pair,
        raises=draw(errors) if modern else {},
        notes=draw(words.line) if modern else "",
    )
    if pair and owner and draw(st.booleans()):
        made = replaced(made, binding="class")
    shown = bool(made.parameters) or made.binding == "class"
    result = Returns(
        type=draw(st.none() | types) if shown else None,
        doc=draw(words.line) if modern else "",
    )
    return made if result == Returns() else replaced(made, returns=result)


def replaced(value: Any, **changes: Any) -> Any:
    """A value with changes."""
    return msgspec.structs.replace(value, **changes)


@st.composite
def classes(draw: st.DrawFn, style: PageStyle, words: Words) -> Class:
    """A class as far as a style can tell it."""
    modern = style == "2.6"
    given = draw(st.none() | parameters(style, words))
    members = draw(st.lists(names, unique=True, max_size=4))
    split = draw(st.integers(0, len(members)))
    methods = {
        n: draw(functions(style, words, owner=True)) for n in sorted(members[:split])
    }
    errors = st.dictionaries(st.sampled_from(["ValueError", "OSError"]), words.line)
    return Class(
        doc=draw(words.text),
        parameters=given,
        init_doc="" if given is None else draw(words.text),
        raises=draw(errors) if modern else {},
        notes=draw(words.line) if modern else "",
        methods={n: shown(n, m) for n, m in methods.items()},
        properties={
            n: shown(n, Property(type="Any", doc=draw(words.line)))
            for n in sorted(members[split:])
        },
    )


def shown(name: str, definition: Any) -> Any:
    """A definition that pages show, whatever its name."""
    return replaced(definition, documented=True) if name[0] == "_" else definition


@st.composite
def modules(draw: st.DrawFn, style: PageStyle, words: Words) -> Module:
    """A module as far as the pages of a style can tell it."""
    used = draw(st.lists(names, unique=True, max_size=4))
    split = draw(st.integers(0, len(used)))
    found = ["Thing", "Other"][: draw(st.integers(0, 2))]
    return Module(
        module="shop.tools",
        doc=draw(words.text),
        page=Page(style=style, version=style, variants=("+web",)),
        classes={n: draw(classes(style, words)) for n in sorted(found)},
        functions={
            n: shown(n, draw(functions(style, words, owner=False)))
            for n in sorted(used[:split])
        },
        variables={
            n: shown(n, Variable(type="Any", doc=draw(words.line)))
            for n in sorted(used[split:])
        },
    )


def emitted(found: dict[str, Module]) -> dict[str, str]:
    """The pages of modules."""
    package = Package(found)
    texts: dict[str, str] = {}
    for name, module in found.items():
        texts |= pages.emit(name, module, package)
    return texts


def read(texts: dict[str, str]) -> dict[str, Module]:
    """What pages say, which must be without an error."""
    found, findings = importing_pages.read_pages(texts, {path: path for path in texts})
    assert [f.headline for f in findings if f.severity == "error"] == []
    return found


@pytest.mark.parametrize("style", STYLES)
@often
@given(data=st.data())
def test_pages_of_any_spec_come_out_again(
    style: PageStyle, data: st.DataObject
) -> None:
    """Whatever its texts hold, the pages of a module are read without an error and come out as they were."""
    module = data.draw(modules(style, WILD))
    how = data.draw(st.sampled_from([None, "line", "stop", "sentence"]))
    page = replaced(
        module.page,
        summaries=how if style == "2.6" else None,
        line_ends=data.draw(st.sampled_from(["lf", "crlf"])),
        sorted_properties=data.draw(st.booleans()),
    )
    texts = emitted({module.module: replaced(module, page=page)})
    found = read(texts)

    assert emitted(found) == texts
    assert read(emitted(found)) == found
    for name, other in found.items():
        spec = writer.emit(other)
        assert reader.read(reader.Document(f"{name}.yaml", spec)) == (other, [])


@pytest.mark.parametrize("style", STYLES)
@often
@given(data=st.data())
def test_a_spec_comes_back_from_its_pages(
    style: PageStyle, data: st.DataObject
) -> None:
    """All that a style can tell comes back equal: signatures, types, defaults, texts, errors, members."""
    module = data.draw(modules(style, TAME))
    texts = emitted({module.module: module})

    assert read(texts) == {module.module: module}


@often
@given(text=WILD.text, style=st.sampled_from(STYLES))
def test_escaping_is_taken_back(text: str, style: PageStyle) -> None:
    """What a style escapes and what is read from that look the same on a page; entities may be the text's own."""
    shown = escape(text, style)

    assert escape(unescape(shown, style), style) == shown


# Damage

PAGES = [path.read_bytes().decode() for path in sorted((CASES / "seeds").glob("*.md"))]
PAGES += [
    text
    for path in sorted((CASES / "pages_read").rglob("*.md"))[::7]
    if len(text := path.read_bytes().decode()) < 5_000
]


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A page with lines and characters taken out, put in, doubled, swapped, or cut off."""
    lines = draw(st.sampled_from(PAGES)).split("\n")
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(lines) - 1))
        other = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 6)):
            case 0:
                lines[place : place + 1] = []
            case 1:
                lines.insert(place, lines[other])
            case 2:
                del lines[place + 1 :]
            case 3:
                lines[place] = lines[place][: draw(st.integers(0, 40))]
            case 4:
                lines[place] += draw(st.text(max_size=3))
            case 5:
                lines[place], lines[other] = lines[other], lines[place]
            case _:
                lines[place:place] = draw(st.sampled_from(PAGES)).split("\n")[:30]
        lines = lines or [""]
    return "\n".join(lines)


@settings(often, max_examples=300)
@given(text=damaged() | st.text())
def test_damaged_pages_are_findings_or_come_out_as_they_are(text: str) -> None:
    """A damaged page is either explained at a place inside it, or it is a page and comes out unchanged."""
    modules, findings = importing_pages.read_pages({"p.md": text}, {"p.md": "p.md"})

    if modules:
        assert emitted(modules) == {"p.md": text}
        return
    (found,) = findings
    assert 1 <= found.location.line <= text.count("\n") + 3
    assert found.location.column >= 1
    assert found.message


REPEATED = (
    "## Methods\n\n| Method | Description |\n|-|-|\n| [`a()`](#a) |  |\n\n\n",
    "## Properties\n\n| Property | Type | Description |\n|-|-|-|\n| `a` | `None` |  |\n\n",
    "```python\nclass T(\n    a,\n)\n```\n",
    "| Parameter | Type | Description |\n|-|-|-|\n",
    "**Raises**\n\n| Exception | Description |\n|-|-|\n\n",
    "> [!NOTE]\n> x\n\n",
    "&lt; ` `` ",
)


@pytest.mark.parametrize("piece", REPEATED)
@pytest.mark.parametrize("style", STYLES)
def test_long_pages_come_to_an_end(style: PageStyle, piece: str) -> None:
    """Thousands of pieces that could each begin a section are not tried in all combinations."""
    front = f"---\ntitle: T\nversion: {style}\nlayout: py_api\n---\n\n# T\n\n"
    text = f"{front}**Package:** `a.b`\n\n{piece * 5_000}\n\n"

    modules, findings = importing_pages.read_pages({"p.md": text}, {"p.md": "p.md"})

    assert modules or findings


@settings(often, max_examples=25)
@given(texts=st.lists(damaged(), min_size=1, max_size=4))
def test_nothing_is_written_outside_the_project(
    texts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever pages say, only the project's own folder is written to, and what it generates stays inside, too."""
    folder = tmp_path_factory.mktemp("damaged")
    source, project = folder / "pages", folder / "project"
    source.mkdir()
    for number, text in enumerate(texts):
        (source / f"{number}.md").write_bytes(text.encode(errors="replace"))
    result = importing_pages.import_pages([source], project, strict=False)
    if result.written:
        generated = generate(Workspace(project / "codegen.toml", folder / "out"))
        assert generated.diagnostics == []

    assert {path.name for path in folder.iterdir()} <= {"pages", "project", "out"}
    assert len(list(source.iterdir())) == len(texts)
    assert all(path.startswith(("codegen.toml", "specs/")) for path in result.written)
