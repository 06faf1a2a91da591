"""The documentation site: what it shows, that every link leads somewhere, and that it comes out the same every time."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin

import pytest
import sphobjinv

from codegen.documenting import build_site
from codegen.workspace import Workspace

ROOT = Path(__file__).parents[2]
CASE = ROOT / "tests/cases/site"
SITE_PYTHON = ROOT / ".venv-site/bin/python"
# What is the same on every site, and what is no text.
NOT_KEPT = ("assets/icon.svg", "assets/site.css", "assets/site.js", "objects.inv")
ABOUT = {"acme.Greeter": "py:class", "acme.errors.Rude": "py:exception"}


class Page(HTMLParser):
    """The anchors, links and texts of a page, as a browser reads them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element has."""
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name in ("href", "src"):
                self.links.append(value or "")
                if tag != "a":
                    self.loaded.append(value or "")
            elif name.startswith("on") or name == "style":
                self.handlers.append(name)


def read_site(folder: Path) -> dict[str, Page]:
    """Every page of a site."""
    return {
        path.relative_to(folder).as_posix(): Page(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.html"))
    }


def dead_links(folder: Path, pages: dict[str, Page]) -> list[str]:
    """Every link inside a site that leads to no file or no anchor."""
    found = []
    for name, page in pages.items():
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                continue
            path, _, anchor = urljoin(f"http://site/{name}", link)[12:].partition("#")
            target = unquote(path)
            there = (folder / target).is_file()
            if not there or (anchor and unquote(anchor) not in pages[target].ids):
                found.append(f"{name}: {link}")
    return found


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def build(project: Path, out: Path) -> dict[str, bytes]:
    """Build a project's site; return its files."""
    result = build_site(Workspace(project / "codegen.toml"), out)
    assert [found.headline for found in result.diagnostics] == []
    return files(out)


def test_the_site_of_a_small_project(
    project: Path, tmp_path: Path, update: bool
) -> None:
    """Every page, index and feed is as it was kept."""
    found = build(project, tmp_path / "site")
    for name in NOT_KEPT:
        del found[name]
    kept = CASE / "site"
    if update:
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(tmp_path / "site", kept)
        for name in NOT_KEPT:
            (kept / name).unlink()
    assert files(kept) == found


def test_the_same_bytes_every_time(project: Path, tmp_path: Path) -> None:
    """Two sites of one project are equal, wherever they are built, and a second run writes nothing."""
    first = build(project, tmp_path / "one")
    other = Path(shutil.copytree(project, tmp_path / "elsewhere"))
    assert build(other, tmp_path / "two") == first
    again = build_site(Workspace(project / "codegen.toml"), tmp_path / "one")
    assert again.written == []
    assert again.unchanged == len(first)


EDITS = [
    ("specs/acme.yaml", "doc: How long it is.", "doc: How `LIMIT` it is."),
    ("specs/acme.yaml", "      clear:", "      clean:"),
    ("specs/acme.errors.yaml", "  Rude:", "  Rude:\n    deprecated: {since: 1.0}"),
    ("specs/acme.errors.yaml", "classes:", "classes:\n  _Base: {}"),
    ("specs/acme.yaml", "  Butler:", "  Servant:"),
    ("cores/acme_cores/greetings.py", "Count.", "Count it."),
    ("docs/start.md", "## Install", "## Installing"),
    ("docs/more/words.md", "title:", "title: More"),
    ("codegen.toml", "Acme SDK", "Acme"),
]


def test_what_a_change_reaches_is_made_again(project: Path, tmp_path: Path) -> None:
    """After every change, what is left standing and what is made again are together what a first run makes."""
    build(project, tmp_path / "kept")
    for number, (name, before, after) in enumerate(EDITS):
        path = project / name
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")
        afresh = Path(shutil.copytree(project, tmp_path / str(number)))
        shutil.rmtree(afresh / ".codegen-cache")
        expected = build(afresh, tmp_path / f"site-{number}")
        assert build(project, tmp_path / "kept") == expected, after


def test_a_page_that_somebody_edited_is_restored(project: Path, tmp_path: Path) -> None:
    """A file of the site that is not as it was written is written again."""
    expected = build(project, tmp_path / "site")
    (tmp_path / "site/api/acme/mood.html").write_text("?")
    (tmp_path / "site/index.html").unlink()
    assert build(project, tmp_path / "site") == expected


def test_every_link_leads_somewhere(real_site: Path) -> None:
    """No link of this repository's site is dead, no anchor stands twice, and nothing is loaded from another host."""
    pages = read_site(real_site)
    assert dead_links(real_site, pages) == []
    for name, page in pages.items():
        assert len(set(page.ids)) == len(page.ids), name
        assert page.handlers == [], name
        assert not any(re.match(r"[a-z]+:", link) for link in page.loaded), name


def test_anchors_are_stable(real_site: Path) -> None:
    """A parameter of a method has its place."""
    pages = read_site(real_site)
    ids = pages["api/flyte.app/appenvironment.html"].ids
    assert {"clone_with", "clone_with.image", "AppEnvironment.port"} <= set(ids)


def test_pages_are_light(real_site: Path) -> None:
    """A page of the API, its style and its script weigh less than 150 kB."""
    shared = sum(
        (real_site / "assets" / name).stat().st_size for name in ("site.css", "site.js")
    )
    for path in real_site.glob("api/*/*.html"):
        assert path.stat().st_size + shared < 150_000, path


def with_site_tools(script: str, path: Path) -> str:
    """Run a script on a path where the tools of the site are installed; return what it prints."""
    if not SITE_PYTHON.exists():
        pytest.skip("there is no .venv-site, which has html5lib and Sphinx")
    done = subprocess.run(
        [SITE_PYTHON, Path(__file__).with_name(script), path],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_pages_are_valid(real_site: Path) -> None:
    """A parser that reports every error of HTML5 reports none."""
    assert with_site_tools("parse_strictly.py", real_site) == ""


def test_sphinx_reads_the_inventory(real_site: Path) -> None:
    """Sphinx finds the same names at the same places as sphobjinv does."""
    path = real_site / "objects.inv"
    read = with_site_tools("read_inventory.py", path).splitlines()
    expected = [
        f"{item.domain}:{item.role} {item.name} {item.uri_expanded}"
        for item in sphobjinv.Inventory(str(path)).objects
    ]
    assert sorted(read) == sorted(expected)


def signatures(path: Path) -> str:
    """The declarations of a page, without code of cores and examples."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"<details class=\"core\">.*?</details>", "", text, flags=re.DOTALL)
    blocks = re.findall(r'<pre class="code"><code>(.*?)</code></pre>', text, re.DOTALL)
    return "\n".join(block for block in blocks if '<span class="nf">' in block)


def test_every_type_is_a_link(real_site: Path) -> None:
    """In the declarations of a page with types from everywhere, no name of a type is left without a link."""
    for page in ("flyte.app/appenvironment", "flyte.connectors/asyncconnector"):
        text = signatures(real_site / f"api/{page}.html")
        for line in text.split("\n"):
            annotated = re.match(
                r'\s*(?:<span id="[^"]*">)?\*{0,2}\w+(?:</span>)?: (.*)', line
            )
            if annotated is None:
                continue
            rest = re.sub(r"<a [^>]*>.*?</a>|&#34;.*?&#34;", "", annotated[1])
            unlinked = re.sub(r" = .*", "", rest)
            assert not re.search(r"[A-Za-z_]{2,}", unlinked), line


def test_other_tools_read_the_inventory(project: Path, tmp_path: Path) -> None:
    """sphobjinv finds every name with its role, and the places it leads to exist."""
    build(project, tmp_path / "site")
    inventory = sphobjinv.Inventory(str(tmp_path / "site/objects.inv"))
    assert (inventory.project, inventory.version) == ("Acme SDK", "1.2.0")
    found = {item.name: item for item in inventory.objects}
    for name, role in {
        "acme": "py:module",
        "acme.Greeter.greet": "py:method",
        "acme.Greeter.length": "py:property",
        "acme.Mood.LOUD": "py:attribute",
        "acme.LIMIT": "py:data",
        "acme.Name": "py:type",
        "acme.greeter": "py:function",
        "guides/start": "std:doc",
        **ABOUT,
    }.items():
        assert f"{found[name].domain}:{found[name].role}" == role
    pages = read_site(tmp_path / "site")
    for item in inventory.objects:
        page, _, anchor = item.uri_expanded.partition("#")
        assert not anchor or anchor in pages[page].ids, item.name


def test_feeds_lead_to_pages(project: Path, tmp_path: Path) -> None:
    """Every address of the link map, the map of the site and llms.txt is one of a file, with its anchor."""
    out = tmp_path / "site"
    build(project, out)
    pages = read_site(out)
    for place in json.loads((out / "linkmap.json").read_text()).values():
        page, _, anchor = place.partition("#")
        assert not anchor or anchor in pages[page].ids
    base = "https://docs.example.com/acme/"
    listed = re.findall(r"\]\(([^)]*)\)", (out / "llms.txt").read_text())
    located = re.findall(r"<loc>([^<]*)</loc>", (out / "sitemap.xml").read_text())
    assert len(located) == len(pages)
    for address in (*listed, *located):
        name = address.removeprefix(base)
        place = out / name
        assert address.startswith(base)
        assert (
            place / "index.html" if name.endswith("/") or not name else place
        ).is_file()


def test_the_model_as_data(project: Path, tmp_path: Path) -> None:
    """api.json holds each module as a spec says it."""
    build(project, tmp_path / "site")
    data = json.loads((tmp_path / "site/api.json").read_text())
    assert (data["format"], data["title"], data["version"]) == (1, "Acme SDK", "1.2.0")
    greet = data["modules"]["acme"]["classes"]["Greeter"]["methods"]["greet"]
    assert list(greet["parameters"]) == ["name", "excited"]


def test_search_finds_everything(project: Path, tmp_path: Path) -> None:
    """The index has every class, method, parameter, type and text, each at an anchor of its page."""
    out = tmp_path / "site"
    build(project, out)
    script = (out / "assets/search.js").read_text(encoding="utf-8")
    rows = script[script.index("pages:[") + 6 : script.rindex("}")]
    roles = json.loads(script[script.index("roles:[") + 6 : script.index(",pages:")])
    pages = read_site(out)
    found = {}
    for page, prefix, entries in json.loads(rows):
        for name, role, anchor, words in entries:
            wanted = name if anchor == 0 else anchor
            assert not wanted or wanted in pages[page].ids
            found[f"{prefix} {name}"] = (roles[role], words)
    assert found["acme Greeter"][0] == "class"
    assert found["acme Greeter.greet"] == (
        "method",
        "Return the greeting for one person.",
    )
    assert found["acme Greeter.send.channel"] == ("parameter", "grpc.aio.Channel")
    assert found["acme Greeter.greet.name"] == ("parameter", "Name Whom to greet.")
    assert "pip install acme" in found["Getting started Install"][1]


def test_texts_are_texts(project: Path, tmp_path: Path) -> None:
    """Markup in a text is shown, never run."""
    found = build(project, tmp_path / "site")
    for name, data in found.items():
        if name.endswith(".html"):
            text = data.decode()
            assert text.count("<script") == 2, name
            assert "<script>alert" not in text
    mood = html.unescape(found["api/acme/mood.html"].decode())
    assert "<script>alert(1)</script> & so on." in mood
