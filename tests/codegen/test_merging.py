"""Pages and source of one API become one spec: a case a subject, and what holds for every spec.

A case is a folder: ``pages`` are imported, then ``source`` is merged into that project. ``expected`` holds the specs, what
contradicts (``findings.txt``, and ``findings-of-pages.txt`` when the pages are merged into the source), and in
``pages.txt`` which pages do not come out as they were.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec import convert, structs, to_builtins

from codegen import build
from codegen.emitters import pages as emitters
from codegen.emitters import yaml
from codegen.importing_merge import merge_pages, merge_source
from codegen.importing_pages import import_pages, read_tree
from codegen.importing_source import import_source, read_source
from codegen.merging import Merged, merge
from codegen.model import Module, Page, PageStyle
from codegen.package import Package
from codegen.project import Settings
from codegen.rules import RULES
from codegen.workspace import Workspace
from tests.codegen import test_pages_properties as of_pages
from tests.codegen import test_properties as of_specs

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases" / "merged"
NAMES = sorted(path.name for path in CASES.iterdir())
SEEDS = ROOT / "tests" / "cases" / "seeds"
PACKAGES = next((ROOT / ".venv-reference").glob("lib/*/site-packages"), None)

sometimes = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def pages_of(project: Path) -> dict[str, str]:
    """The published pages that a project writes."""
    workspace = Workspace(project / "codegen.toml")
    texts, problems = workspace.read_texts()
    specs = build.read_specs(texts, {}, problems)
    package = workspace.package(specs)
    found = build.check(specs, package, workspace.settings, {})
    assert [d.headline for d in found if d.severity == "error"] == []
    outputs = build.emit(package, workspace.settings, frozenset(("pages",)))
    return {path: output.text for path, output in outputs.items()}


def contents(folder: Path) -> dict[str, str]:
    """The texts of all files below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and path.name != "lock" and ".codegen-cache" not in path.parts
    }


def headlines(found: Any, made: Path) -> str:
    """The contradictions on lines, the folder of the project left out."""
    lines: list[str] = []
    for finding in found.diagnostics:
        if finding.rule.startswith("merge-"):
            lines.append(finding.headline)
            lines += [f"  = see: {finding.related}"] if finding.related else []
            lines += [f"  = hint: {finding.hint}"] if finding.hint else []
    return "".join(f"{line}\n".replace(f"{made}/", "") for line in lines)


@pytest.mark.parametrize("name", NAMES)
def test_each_case_becomes_one_spec(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, update: bool
) -> None:
    """Both ways round the specs are the expected ones, and pages that nothing contradicts come out as they were."""
    monkeypatch.chdir(CASES / name)
    first, second = tmp_path / "first", tmp_path / "second"
    import_pages([Path("pages")], first, strict=False)
    before = pages_of(first)
    found = merge_source(read_source("source/shop"), first, strict=False)
    import_source("source/shop", second)
    other = merge_pages(read_tree([Path("pages")]), second, strict=False)

    after = pages_of(first)
    shown = contents(first)
    assert {**contents(second), "codegen.toml": ""} == {**shown, "codegen.toml": ""}
    shown["findings.txt"] = headlines(found, first)
    shown["findings-of-pages.txt"] = headlines(other, second)
    different = sorted(p for p in before | after if before.get(p) != after.get(p))
    shown["pages.txt"] = "".join(f"{path}\n" for path in different)
    expected = CASES / name / "expected"
    if update:
        for path, text in shown.items():
            (expected / path).parent.mkdir(parents=True, exist_ok=True)
            (expected / path).write_text(text, encoding="utf-8")
    assert contents(expected) == shown


@pytest.mark.parametrize("style", of_pages.STYLES)
@sometimes
@given(data=st.data())
def test_a_spec_merged_with_its_own_pages_stays_as_it_is(
    style: PageStyle, data: st.DataObject
) -> None:
    """Whatever a style leaves out, the source has it, and nothing is a contradiction."""
    module = with_page(data.draw(of_specs.modules()), style)
    assume(is_sound(module))
    package = Package({"made": module})
    pages = of_pages.read(of_pages.emitted({"made": module}))

    assert merge(Package(pages), package) == Merged({"made": module}, [])


@sometimes
@given(module=of_specs.modules())
def test_a_spec_merged_with_itself_stays_as_it_is(module: Module) -> None:
    """Where both sides say everything and the same, nothing changes."""
    package = Package({"made": module})
    assert merge(package, package, whole=True) == Merged({"made": module}, [])


def with_page(module: Module, style: PageStyle) -> Module:
    """A module that has pages of a style."""
    return structs.replace(
        module, page=Page(style=style, version=style, variants=("+web",))
    )


def is_sound(module: Module) -> bool:
    """Whether every check accepts a module."""
    specs = build.read_specs({"made.yaml": yaml.emit(module)}, {})
    package = Package(specs.modules)
    return not build.check(specs, package, Settings(package="made"), {})


def stub_lines(module: Module) -> list[str]:
    """The lines of a module's stub, in an order of their own."""
    made, package = Settings(package="made"), Package({"made": module})
    outputs = build.emit(package, made, frozenset(("stubs",)))
    lines = (line for out in outputs.values() for line in out.text.split("\n"))
    # How many are blank depends on the order.
    return sorted(line for line in lines if line)


def without_texts(value: Any) -> Any:
    """An element of a spec without any text."""
    if isinstance(value, dict):
        return {
            key: without_texts(item)
            for key, item in value.items()
            if key not in ("doc", "init_doc", "notes", "raises", "sections_after")
        }
    return value


@pytest.mark.parametrize("style", of_pages.STYLES)
@sometimes
@given(data=st.data())
def test_facts_are_those_of_the_source(style: PageStyle, data: st.DataObject) -> None:
    """Whatever pages say, the merged spec is sound, and its stub is that of the source."""
    other = with_page(data.draw(of_specs.modules()), style)
    source = data.draw(of_specs.modules())
    assume(is_sound(other) and is_sound(with_page(source, style)))
    pages = of_pages.read(of_pages.emitted({"made": other}))
    merged = merge(Package(pages), Package({"made": source}))

    module = merged.modules["made"]
    assert is_sound(module)
    if all(one.rule != "merge-guess" for one in merged.contradictions):
        assert stub_lines(module) == stub_lines(source)


@pytest.mark.parametrize("style", of_pages.STYLES)
@sometimes
@given(data=st.data())
def test_pages_come_out_as_they_were(style: PageStyle, data: st.DataObject) -> None:
    """A source without any text takes all texts from the pages, which are then written as they were read."""
    module = with_page(data.draw(of_specs.modules()), style)
    assume(is_sound(module))
    source = convert(without_texts(to_builtins(module)), Module)
    texts = of_pages.emitted({"made": module})
    merged = merge(Package(of_pages.read(texts)), Package({"made": source}))

    assert merged.contradictions == []
    assert of_pages.emitted(merged.modules) == texts


# The command

PAGE = """\
---
title: Order
version: 2.6
variants: +web
layout: py_api
---

# Order

**Package:** `shop`

What somebody orders.

## Parameters

```python
class Order(
    item: str,
    count: int = 2,
)
```
| Parameter | Type | Description |
|-|-|-|
| `item` | `str` | What it is. |
| `count` | `int` | |

"""
SOURCE = '''\
class Order:
    """An order."""

    def __init__(self, item: str, count: int = 1) -> None: ...
'''
CONTRADICTION = """\
shop.py:4:35: warning[merge-default]: the page shows the default 2 for 'count', the source has 1
   4 |     def __init__(self, item: str, count: int = 1) -> None: ...
     |                                   ^^^^^^^^^^
  = see: made/specs/shop.yaml:20:9
"""


@pytest.fixture
def shop(tmp_path: Path, run_codegen: Any) -> Path:
    """A folder with a page, a source and a project of the page."""
    (tmp_path / "order.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / "shop.py").write_text(SOURCE, encoding="utf-8")
    ran = run_codegen(tmp_path, "import", "pages", "order.md", "--out", "made")
    assert (ran.code, ran.stdout) == (0, "2 written\n")
    return tmp_path


def merged(run_codegen: Any, folder: Path, *options: str) -> Any:
    """Run the merge of the source into the project."""
    return run_codegen(
        folder, "import", "source", "shop.py", "--out", "made", "--merge", *options
    )


def test_contradictions_are_warnings_with_both_places(
    shop: Path, run_codegen: Any
) -> None:
    """The specs are written all the same, and merging again changes nothing."""
    ran = merged(run_codegen, shop)

    assert (ran.code, ran.stdout) == (0, f"{CONTRADICTION}2 written\n")
    spec = (shop / "made/specs/shop.yaml").read_text(encoding="utf-8")
    assert "default: 1\n" in spec
    assert "doc: What it is.\n" in spec
    before = contents(shop / "made")
    again = merged(run_codegen, shop)
    assert (again.code, again.stdout) == (0, "0 written\n")
    assert contents(shop / "made") == before


def test_strictly_a_contradiction_writes_nothing(shop: Path, run_codegen: Any) -> None:
    """With ``--strict`` the same is an error, and the project stays as it is."""
    before = contents(shop / "made")
    ran = merged(run_codegen, shop, "--strict")

    # Nothing is written, so the place is that in the spec as it is.
    error = CONTRADICTION.replace("warning[", "error[").replace(":20:9", ":18:9")
    assert (ran.code, ran.stdout) == (1, f"{error}1 error\n0 written\n")
    assert contents(shop / "made") == before


def test_without_the_option_another_project_is_refused(
    shop: Path, run_codegen: Any
) -> None:
    """Nothing is merged that nobody asked to merge."""
    ran = run_codegen(shop, "import", "source", "shop.py", "--out", "made")
    assert ran.code == 2
    assert "exists; nothing was written" in ran.stderr


def test_there_must_be_a_project_to_merge_into(shop: Path, run_codegen: Any) -> None:
    """A merge makes no project, and does not repair one whose specs are broken."""
    (shop / "made").rename(shop / "gone")
    ran = merged(run_codegen, shop)
    message = "there is no project in 'made' to merge into; import without --merge"
    assert (ran.code, ran.stderr) == (2, f"codegen: {message} first\n")

    (shop / "gone").rename(shop / "made")
    (shop / "made/specs/shop.yaml").write_text("module: shop\nclasess: {}\n")
    ran = merged(run_codegen, shop)
    assert ran.code == 1
    assert "made/specs/shop.yaml:2:1: error[unknown-key]" in ran.stdout


def test_another_package_is_not_merged(shop: Path, run_codegen: Any) -> None:
    """What shares no package with the project would leave nothing of it, so it is refused."""
    (shop / "other.py").write_text("class Other: ...\n", encoding="utf-8")
    before = contents(shop / "made")
    ran = run_codegen(shop, "import", "source", "other.py", "--out", "made", "--merge")
    message = "the project in 'made' describes 'shop', and what was read is 'other'"
    assert (ran.code, ran.stderr) == (2, f"codegen: {message}\n")
    assert contents(shop / "made") == before


def test_what_cannot_be_read_is_not_merged(shop: Path, run_codegen: Any) -> None:
    """A module that is not Python is not taken for one that is gone."""
    (shop / "shop.py").write_text(f"{SOURCE}\nx = (\n", encoding="utf-8")
    before = contents(shop / "made")
    ran = merged(run_codegen, shop)
    assert ran.code == 1
    assert "error[source-syntax]" in ran.stdout
    assert ran.stdout.endswith("1 error\n0 written\n")
    assert contents(shop / "made") == before


def test_a_module_that_is_gone_is_told_at_its_spec(
    shop: Path, run_codegen: Any
) -> None:
    """Where what was read has no place for a contradiction, the spec has one."""
    page = PAGE.replace("`shop`", "`shop.sub`")
    (shop / "order.md").write_text(page, encoding="utf-8")
    run_codegen(shop, "import", "pages", "order.md", "--out", "another")
    ran = run_codegen(
        shop, "import", "source", "shop.py", "--out", "another", "--merge"
    )
    place = "another/specs/shop.sub.yaml:1:1"
    message = "the source has no module 'shop.sub'"
    assert f"{place}: warning[merge-missing]: {message}\n" in ran.stdout


def test_what_people_wrote_is_not_lost_silently(shop: Path, run_codegen: Any) -> None:
    """Comments that go are named, settings written by hand stay, and so does every other file."""
    spec, config = shop / "made/specs/shop.yaml", shop / "made/codegen.toml"
    spec.write_text(f"# ours\n{spec.read_text(encoding='utf-8')}", encoding="utf-8")
    config.write_text(f"# ours\n{config.read_text()}")
    (shop / "made/notes.txt").write_text("ours")
    ran = merged(run_codegen, shop, "--output-format", "concise")

    assert ran.stdout == (
        "made/codegen.toml:1:1: warning[merge-settings]: the settings were written by hand and stay as they are; "
        "what was merged needs others\n"
        "made/specs/shop.yaml:1:1: warning[merge-comments]: the spec is written anew, and its comments are not kept\n"
        "shop.py:4:35: warning[merge-default]: the page shows the default 2 for 'count', the source has 1\n"
        "1 written\n"
    )
    assert config.read_text().startswith("# ours\n")
    assert (shop / "made/notes.txt").read_text() == "ours"


KEPT = """\
# yaml-language-server: $schema=../module.schema.json
module: shop
imports: [abc.ABC]
classes:
  Order:
    doc: What somebody orders.
    bases: [ABC]
    parameters:
      item: {type: str, doc: What it is.}
    methods:
      send:
        async: true
        parameters: {to: {type: "Optional[List[str]]", kind: keyword-only}}
        core: cores:send
      parse: {binding: class, returns: {type: int}}
"""
CODE = '''\
from typing import List, Optional

class Order:
    """An order."""

    def __init__(self, item: str) -> None: ...
    def send(self, to: Optional[List[str]]) -> None: ...
    @staticmethod
    def parse() -> str: ...
'''


def test_a_source_is_merged_into_specs_kept_by_hand(
    shop: Path, run_codegen: Any
) -> None:
    """Such specs say everything: what they say otherwise is reported, texts and cores stay, spellings that mean the same, too."""
    (shop / "made/codegen.toml").write_text('package = "shop"\n')
    spec = shop / "made/specs/shop.yaml"
    spec.write_text(KEPT, encoding="utf-8")
    (shop / "shop.py").write_text(CODE, encoding="utf-8")
    ran = merged(run_codegen, shop, "--output-format", "concise")

    assert ran.stdout == (
        "shop.py:3:1: warning[merge-base]: 'Order' inherits from ABC on the page, from nothing in the source\n"
        "shop.py:7:5: warning[merge-kind]: 'Order.send' is async on the page and not async in the source\n"
        "shop.py:7:20: warning[merge-kind]: 'to' is keyword-only on the page and positional-or-keyword in the source\n"
        "shop.py:9:5: warning[merge-kind]: 'Order.parse' is a class method on the page and a static method in the source\n"
        "shop.py:9:20: warning[merge-type]: the page shows int for the result, the source has str\n"
        "1 written\n"
    )
    text = spec.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../module.schema.json\n")
    for kept in (
        "doc: What somebody orders.\n",
        "doc: What it is.\n",
        "type: Optional[List[str]]\n",
        "core: cores:send\n",
    ):
        assert kept in text


def test_every_rule_of_merging_has_a_case() -> None:
    """Each kind of contradiction is made by a case or by a test of the command."""
    texts = [path.read_text(encoding="utf-8") for path in CASES.rglob("findings*.txt")]
    texts.append(Path(__file__).read_text(encoding="utf-8"))
    found = set(re.findall(r"warning\[(merge-[\w-]+)\]", "".join(texts)))
    assert found == {name for name in RULES if name.startswith("merge-")}


def test_the_guide_shows_what_happens(tmp_path: Path, run_codegen: Any) -> None:
    """Every command of docs/importing.md prints what the guide says."""
    guide = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")
    page = re.search(r"````markdown\n(.*?)````", guide, re.DOTALL)
    source = re.search(r"\n```python\n(class Order:.*?)```", guide, re.DOTALL)
    assert page is not None
    assert source is not None
    (tmp_path / "order.md").write_text(page[1], encoding="utf-8")
    (tmp_path / "shop.py").write_text(source[1], encoding="utf-8")
    sessions = re.findall(r"```console\n(.*?)```", guide, re.DOTALL)
    shown = "".join(sessions)
    commands = re.findall(r"^\$ codegen (.*)$", shown, re.MULTILINE)

    ran = [(line, run_codegen(tmp_path, *line.split())) for line in commands]
    assert shown == "".join(f"$ codegen {line}\n{run.stdout}" for line, run in ran)
    assert (tmp_path / "project/generated/docs/order.md").read_text() == page[1]


# Real pages and their source


@pytest.mark.skipif(PACKAGES is None, reason="scripts/test makes the environment")
def test_real_pages_and_their_source(tmp_path: Path) -> None:
    """The published pages and the published package agree but for what is listed, and the pages come out as they were."""
    assert PACKAGES is not None
    import_pages([SEEDS], tmp_path, strict=False)
    read = read_source("flyte", [PACKAGES])
    found = merge_source(read, tmp_path, strict=False)

    rules = [f.rule for f in found.diagnostics if f.rule.startswith("merge-")]
    assert rules == ["merge-guess"]
    pages = pages_of(tmp_path)
    originals = {
        path.name: path.read_text(encoding="utf-8") for path in SEEDS.iterdir()
    }
    assert {Path(path).name: text for path, text in pages.items()} == originals
    specs = Workspace(tmp_path / "codegen.toml").read_texts()[0]
    assert len(specs) == len(read.modules)


@pytest.mark.skipif(PACKAGES is None, reason="scripts/test makes the environment")
@pytest.mark.parametrize("style", ["2.0.0b31", "2.6"])
def test_a_real_package_and_pages_of_its_own(style: PageStyle) -> None:
    """Pages of a whole package, merged into its source, change nothing and contradict nothing."""
    assert PACKAGES is not None
    read = read_source("flyte", [PACKAGES])
    page = Page(style=style, version=style, variants=("+web",))
    modules = {
        name: structs.replace(module, page=page)
        for name, module in read.modules.items()
    }
    package = Package(modules, external=frozenset(read.settings.external))
    texts: dict[str, str] = {}
    for name, module in modules.items():
        texts |= emitters.emit(name, module, package)

    assert merge(Package(of_pages.read(texts)), package) == Merged(modules, [])
