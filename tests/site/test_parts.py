"""The parts of the site that can be wrong on their own: addresses, highlighting, places of specs, layout, any text at all."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.docs_settings import Docs
from codegen.model import (
    Attribute,
    Class,
    Dataclass,
    Deprecation,
    Function,
    Module,
    Parameter,
    Property,
    Returns,
    TypeAlias,
    Variable,
)
from codegen.package import Package
from codegen.readers import yaml
from codegen.site import building, external, highlight, links, sources
from codegen.site.building import Inputs
from codegen.site.sources import Source

ROOT = Path(__file__).parents[2]
PYTHON = "https://docs.python.org/3/library/"
GOOGLE = "https://googleapis.dev/python/protobuf/latest/google/protobuf/"


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("str", f"{PYTHON}stdtypes.html#str"),
        ("bool", f"{PYTHON}functions.html#bool"),
        ("None", f"{PYTHON}constants.html#None"),
        ("KeyError", f"{PYTHON}exceptions.html#KeyError"),
        ("typing.Any", f"{PYTHON}typing.html#typing.Any"),
        ("collections.abc.Callable", f"{PYTHON}collections.abc.html#collections.abc.Callable"),
        ("collections.OrderedDict", f"{PYTHON}collections.html#collections.OrderedDict"),
        ("concurrent.futures.Executor", f"{PYTHON}concurrent.futures.html#concurrent.futures.Executor"),
        ("xml.etree.ElementTree.Element", f"{PYTHON}xml.etree.elementtree.html#xml.etree.ElementTree.Element"),
        ("datetime.timezone.utc", f"{PYTHON}datetime.html#datetime.timezone.utc"),
        ("asyncio.Task", f"{PYTHON}asyncio-task.html#asyncio.Task"),
        ("asyncio.unheard_of", f"{PYTHON}asyncio.html"),
        ("google.protobuf.message.Message", f"{GOOGLE}message.html#google.protobuf.message.Message"),
        ("grpc.Server", "https://grpc.github.io/grpc/python/grpc.html#grpc.Server"),
        ("grpc.aio.Server", "https://grpc.github.io/grpc/python/grpc_asyncio.html#grpc.aio.Server"),
        ("typing_extensions.Doc", "https://typing-extensions.readthedocs.io/en/latest/#typing_extensions.Doc"),
        ("mine.core.tasks_pb2.Task.Kind", "https://mine.example/mine.core#Task.Kind"),
        ("_typeshed.Incomplete", None),
        ("unknown.Name", None),
        ("nothing", None),
    ],
)  # fmt: skip
def test_names_from_elsewhere(name: str, address: str | None) -> None:
    """A name leads to the documentation of whoever defines it, or nowhere."""
    patterns = {"mine": "https://mine.example/{package}#{name}"}
    assert external.address(name, patterns) == address


PIECES = st.sampled_from(
    ['"', "'", '"""', "'''", "\\", "\n", "#", "def f", "class ", "@x", "None", "self", "r'", "1.5", "<b>", "&", " ", "é"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join))
def test_colours_change_no_letter(text: str) -> None:
    """Without its markup, coloured Python is the text it was; so is each of its lines."""
    shown = str(highlight.python(text))
    assert html.unescape(re.sub(r"</?span[^>]*>", "", shown)) == text
    lines = highlight.lines(shown)
    assert len(lines) == text.count("\n") + 1
    for line, was in zip(lines, text.split("\n"), strict=True):
        assert html.unescape(re.sub(r"</?span[^>]*>", "", line)) == was
        assert line.count("<span") == line.count("</span>")


@pytest.mark.parametrize(
    "path", sorted((ROOT / "specs").glob("*.yaml")), ids=lambda p: p.stem
)
def test_places_of_specs(path: Path) -> None:
    """A class and a method are found on the line where the reader of YAML finds them."""
    text = path.read_text(encoding="utf-8")
    document = yaml.Document(path.name, text)
    module, _ = yaml.read(document)
    assert module is not None
    shown = sources.Sources({module.module: Source(path.name, text)}, {})
    for name, cls in module.classes.items():
        wanted = [("classes", name)]
        wanted += [("classes", name, "methods", method) for method in cls.methods]
        for keys in wanted:
            place = document.locate(keys, key=True)
            found = shown.spec(module.module, *keys)
            assert found is not None
            assert found.label == f"{path.name}:{place.line}"


def test_a_dead_link_of_our_own_is_found() -> None:
    """A link to no file, one to no anchor and an anchor that stands twice are all told."""
    pages = {
        "index.html": links.look(
            '<a href="a/b.html#x">1</a><a href="c.html">2</a> <a href="https://x.y/">3</a>'
        ),
        "a/b.html": links.look(
            '<p id="y"><p id="y"><a href="../d.png"><a href="#z"><a href="../index.html">'
        ),
    }
    assert [tuple(dead) for dead in links.check(pages, ["d.png"])] == [
        ("index.html", "a/b.html#x", "'a/b.html' has no anchor 'x'"),
        ("index.html", "c.html", "there is no 'c.html' on the site"),
        ("a/b.html", "#y", "the page has this anchor twice"),
        ("a/b.html", "#z", "'a/b.html' has no anchor 'z'"),
    ]


NASTY = [
    "<script>alert(1)</script>", "</p>", "<img src=x onerror=y>", "![p](q.png)", "[x](../y.md)", "[x](javascript:a)", "`A`",
    "`m.A.f`", "`A.f()`", ":class:`~m.A`", "```html\n<b>\n```", "```\n", "# H\n", "- ", "| a | b |\n|-|-|\n| 1 | 2 |\n",
    "\n\n", "    ", "&lt;", '"', "'", "<!-- x -->", "<https://a.b>", "https://a.b/\"c", "[a]: /b\n", "\\", "*", "{{ x }}",
    "{% if %}", "Args:\n    a: b\n", "\u2028", "é", "word ",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(NASTY), max_size=6).map("".join)
NAMES = st.sampled_from(
    "a A b name parameters methods L1 main search Methods type f".split()
)
TYPES = st.sampled_from(
    [
        "int",
        "A | None",
        "list[A]",
        "Literal['<b>', \"'\"]",
        "Any",
        "dict[str, B]",
        "m2.A",
    ]
)
DEPRECATIONS = st.none() | st.builds(
    Deprecation, since=TEXTS, remove_in=st.none() | TEXTS, use=st.none() | TEXTS
)
PARAMETERS = st.dictionaries(
    NAMES, st.builds(Parameter, type=TYPES, doc=TEXTS, since=st.none() | TEXTS, deprecated=DEPRECATIONS), max_size=3
)  # fmt: skip
FUNCTIONS = st.builds(
    Function,
    doc=TEXTS,
    notes=TEXTS,
    parameters=PARAMETERS,
    returns=st.builds(Returns, type=st.none() | TYPES, doc=TEXTS),
    raises=st.dictionaries(
        st.sampled_from(["ValueError", "A", "<b>"]), TEXTS, max_size=2
    ),
    deprecated=DEPRECATIONS,
)
CLASSES = st.builds(
    Class,
    doc=TEXTS,
    init_doc=TEXTS,
    bases=st.sampled_from([(), ("B",)]),
    dataclass=st.none() | st.just(Dataclass()),
    parameters=st.none() | PARAMETERS,
    attributes=st.dictionaries(NAMES, st.builds(Attribute, type=TYPES, doc=TEXTS), max_size=2),
    properties=st.dictionaries(NAMES, st.builds(Property, type=TYPES, doc=TEXTS), max_size=2),
    methods=st.dictionaries(NAMES, FUNCTIONS, max_size=3),
    classes=st.dictionaries(NAMES, st.builds(Class, doc=TEXTS, methods=st.dictionaries(NAMES, FUNCTIONS, max_size=1)), max_size=1),
)  # fmt: skip
MODULES = st.builds(
    lambda doc, first, second, functions, aliases: {
        "m": Module(
            module="m",
            doc=doc,
            classes={"A": first, "B": Class(methods={"f": Function(doc=doc)}), "a": second},
            functions=functions,
            type_aliases=aliases,
            variables={"V": Variable(type="int", doc=doc, value="'<b>'")},
            imports=("m2.A as Other",),
        ),
        "m2": Module(module="m2", classes={"A": second, "_P": first, "C": Class(bases=("_P",))}),
    },
    TEXTS,
    CLASSES,
    CLASSES,
    st.dictionaries(NAMES, FUNCTIONS, max_size=2),
    st.dictionaries(st.sampled_from(["T", "t"]), st.builds(TypeAlias, type=TYPES, doc=TEXTS), max_size=2),
)  # fmt: skip
TAGS = frozenset(
    "a article blockquote body br button code dd del details div dl dt em footer h1 h2 h3 h4 head header html hr input kbd "
    "label li link main meta nav ol p path circle pre script section span strong summary svg table tbody td th thead title "
    "tr ul".split()
)


class _Elements(HTMLParser):
    """Which elements a page has, and which of their attributes could run something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        assert not any(name.startswith("on") for name, _ in attrs)
        assert not any((value or "").startswith("javascript:") for _, value in attrs)
        self.tags.append(tag)


@settings(max_examples=60, deadline=None)
@given(MODULES, TEXTS)
def test_whatever_a_spec_says(modules: dict[str, Module], guide: str) -> None:
    """No text can break a page: no element that is not ours, no link that is dead, no anchor that stands twice."""
    site = building.build(
        Inputs(
            Package(modules),
            "m",
            Docs(title="<i>&", description=guide),
            {name: Source(f"{name}.yaml", guide) for name in modules},
            {},
            {"guides/g.html": Source("docs/g.md", f"# G\n\n`A.f` `m2.A`\n\n{guide.replace('](', '] (').replace(']:', '')}")},
            {},
            lambda path: False,
        )
    )  # fmt: skip
    assert site.dead == []
    for path, data in site.files.items():
        if path.endswith(".html"):
            assert data is not None
            tags = _Elements(data.decode()).tags
            assert TAGS.issuperset(tags), (path, set(tags) - TAGS)
            assert tags.count("script") == 2
