"""Published pages become specs, and the specs become the same pages again.

Every file of ``cases/pages_read`` is a page with something of its own, in a folder named after its style; ``pages_trees``
holds whole trees. A page of ``pages_broken`` departs from the grammar in one place, and the text beside it is what is said
about that; ``pytest --update`` renews it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from codegen import build, importing_pages
from codegen.emitters import pages
from codegen.emitters import yaml as writer
from codegen.model import Class, Function, Module, Page, Parameter
from codegen.package import Package
from codegen.readers import yaml as reader
from codegen.rules import RULES

CASES = Path(__file__).parents[1] / "cases"
PAGES = sorted((CASES / "pages_read").rglob("*.md"))
TREES = sorted((CASES / "pages_trees").iterdir())
BROKEN = sorted((CASES / "pages_broken").glob("*.md"))
SPECS = Path(__file__).parents[2] / "specs"
SEEDS = {
    "000.md": ("flyte.app", "ConnectorEnvironment"),
    "001.md": ("flyte.connectors", None),
    "002.md": ("flyte", "TaskEnvironment"),
}


def name_of(path: Path) -> str:
    """A page's name in the list of tests."""
    return f"{path.parent.name}/{path.stem}"


def text_of(path: Path) -> str:
    """A page as it is, whatever its line ends."""
    return path.read_bytes().decode()


def tree_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def written_again(modules: dict[str, Module]) -> dict[str, str]:
    """The pages that the modules' specs become, once they are written and read."""
    texts = {f"{name}.yaml": writer.emit(module) for name, module in modules.items()}
    specs = build.read_specs(texts, {})
    settings = importing_pages.settings_of(modules)
    package = Package(specs.modules)
    assert build.check(specs, package, settings, {}) == []
    assert specs.modules == modules
    found: dict[str, str] = {}
    for name, module in specs.modules.items():
        found |= pages.emit(name, module, package)
    return found


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_comes_out_as_it_was(path: Path) -> None:
    """Each page is read without an error, alone, and its specs write it byte for byte under its own name."""
    text = text_of(path)
    modules, findings = importing_pages.read_pages(
        {path.name: text}, {path.name: path.name}
    )

    assert [found for found in findings if found.severity == "error"] == []
    assert written_again(modules) == {path.name: text}


def test_pages_of_many_versions_are_read_at_once(
    tmp_path: Path, run_codegen: Any
) -> None:
    """All pages, though many are about the same class, go through one project and come out in their places."""
    imported = run_codegen(
        tmp_path, "import", "pages", str(CASES / "pages_read"), "--out", "project"
    )
    assert imported.code == 0, imported
    config = str(tmp_path / "project" / "codegen.toml")
    generated = run_codegen(
        tmp_path, "generate", "--config", config, "--only", "pages", "--out", "out"
    )

    assert generated.code == 0, generated
    assert tree_of(tmp_path / "out" / "docs") == tree_of(CASES / "pages_read")


def test_there_are_pages_of_every_style() -> None:
    """The kept pages are many, and no two of one style are the same."""
    assert len(PAGES) >= 200
    for style in ("2.0.0b31", "2.0.0b43", "2.0.0b44", "2.6"):
        texts = [text_of(path) for path in PAGES if path.parent.name == style]
        assert len(texts) > 100
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("folder", TREES, ids=lambda path: path.name)
def test_a_tree_comes_out_as_it_was(
    folder: Path, tmp_path: Path, run_codegen: Any
) -> None:
    """A whole tree, with landing pages and indexes, is written again under the same names, and nothing else is."""
    imported = run_codegen(
        tmp_path, "import", "pages", str(folder), "--out", "project", "--strict"
    )
    assert imported.code == 0, imported
    config = str(tmp_path / "project" / "codegen.toml")
    checked = run_codegen(tmp_path, "check", "--config", config)
    assert checked.code == 0, checked
    generated = run_codegen(
        tmp_path, "generate", "--config", config, "--only", "pages", "--out", "out"
    )

    assert generated.code == 0, generated
    assert tree_of(tmp_path / "out" / "docs") == tree_of(folder)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["docs"]


def test_a_tree_says_each_thing_once(tmp_path: Path) -> None:
    """A tree with a page for everything becomes one spec for each module, and nothing is in two of them."""
    modules = read_tree(CASES / "pages_trees" / "2.6")

    assert sorted(modules) == ["shop", "shop.items", "shop.items.extras"]
    assert list(modules["shop"].overviews) == ["_index.md"]
    specs = "".join(map(writer.emit, modules.values()))
    assert "|" not in specs.replace("doc: |", "").replace("int | None", "")
    for text in ("An order.", "Send it.", "Has a size.", "Open it."):
        assert specs.count(text) == 1


def read_tree(folder: Path) -> dict[str, Module]:
    """The modules that the pages of a folder describe."""
    places = {str(path): name for name, path in _pages_of(folder)}
    texts = {path: text_of(Path(path)) for path in places}
    modules, findings = importing_pages.read_pages(texts, places)
    assert [found for found in findings if found.severity == "error"] == []
    return modules


def _pages_of(folder: Path) -> list[tuple[str, Path]]:
    paths = sorted(folder.rglob("*.md"))
    return [(path.relative_to(folder).as_posix(), path) for path in paths]


# The documented pages


@pytest.mark.parametrize("seed", SEEDS)
def test_a_documented_page_comes_out_as_it_was(
    seed: str, tmp_path: Path, run_codegen: Any
) -> None:
    """Each of the documented pages is read alone and written again, byte for byte."""
    page = CASES / "seeds" / seed
    imported = run_codegen(tmp_path, "import", "pages", str(page), "--out", "project")
    assert imported.code == 0, imported
    config = str(tmp_path / "project" / "codegen.toml")
    run_codegen(
        tmp_path, "generate", "--config", config, "--only", "pages", "--out", "out"
    )

    assert tree_of(tmp_path / "out" / "docs") == {seed: page.read_bytes()}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_documented_page_says_what_the_kept_spec_says(seed: str) -> None:
    """All that a documented page can tell is in the specs kept by hand, word for word."""
    name, cls = SEEDS[seed]
    text = text_of(CASES / "seeds" / seed)
    modules, _ = importing_pages.read_pages({seed: text}, {seed: seed})
    kept = {
        module.module: module
        for path in SPECS.glob("*.yaml")
        if (module := reader.read(reader.Document("", path.read_text()))[0])
    }
    package = Package(kept, external=frozenset(["flyteidl2", "google"]))
    read = modules[name]
    shown = [cls] if cls else list(read.classes)

    for key in shown:
        assert told(read, key, Package(modules)) == told(kept[name], key, package)


def told(module: Module, name: str, package: Package) -> dict[str, Any]:
    """What the pages of a class can tell of it, as plain data."""
    from codegen.emitters.pages.parts import constructor, members

    cls = module.classes[name]
    shown = members(package, module.module, name, cls)
    fields = constructor(package, module.module, cls)
    style = module.page.style
    return {
        "doc": cls.doc,
        "parameters": (
            None
            if fields is None
            else {
                key: _told(key, field.parameter, style) for key, field in fields.items()
            }
        ),
        "properties": {key: p.definition.doc for key, p in shown.properties.items()},
        "methods": {
            key: _function(shown.methods[key].definition, style)
            for key in sorted(shown.methods)
        },
    }


def _function(function: Function, style: str) -> dict[str, Any]:
    # Results and errors stand in the text of the last parameter that has one.
    tells = style != "2.0.0b31" and any(p.doc for p in function.parameters.values())
    printed = function.returns.documented_as or function.returns.type
    return {
        "doc": function.doc,
        "pair": function.sync_and_async,
        "parameters": {
            key: _told(key, parameter, style)
            for key, parameter in function.parameters.items()
        },
        # That of a callable without parameters is not printed, and None never is.
        "returns": None if not function.parameters or printed == "None" else printed,
        "result": function.returns.doc if tells else "",
        "raises": function.raises if tells else {},
    }


def _told(name: str, parameter: Parameter, style: str) -> tuple[str | None, str]:
    variadic = name in ("args", "kwargs")
    printed = parameter.documented_as or parameter.type
    return (
        None if variadic else printed,
        "" if style == "2.0.0b31" else parameter.doc,
    )


# What cannot be read


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_page_is_explained_and_left_out(
    path: Path, tmp_path: Path, run_codegen: Any, update: bool
) -> None:
    """The place and what was expected are told, the page beside it is read, and the exit code is 1."""
    sound = CASES / "pages_read" / "2.6" / "class-raises.md"
    shutil.copyfile(sound, tmp_path / "sound.md")
    shutil.copyfile(path, tmp_path / "page.md")
    ran = run_codegen(
        tmp_path, "import", "pages", "page.md", "sound.md", "--out", "project"
    )

    kept = path.with_suffix(".txt")
    if update:
        kept.write_text(str(ran), encoding="utf-8")
    assert str(ran) == kept.read_text(encoding="utf-8")
    assert ran.code == 1
    assert ran.stdout.startswith("page.md:")
    config = str(tmp_path / "project" / "codegen.toml")
    generated = run_codegen(
        tmp_path, "generate", "--config", config, "--only", "pages", "--out", "out"
    )
    assert generated.code == 0
    assert tree_of(tmp_path / "out" / "docs") == {"sound.md": sound.read_bytes()}


def test_a_directory_that_contradicts_a_page_is_found(tmp_path: Path) -> None:
    """The summary of a class in its module's directory follows from the class's own page."""
    folder = tmp_path / "tree"
    shutil.copytree(CASES / "pages_trees" / "2.0.0b44", folder)
    index = folder / "packages" / "shop" / "_index.md"
    index.write_text(index.read_text().replace("| An order. |", "| A mere order. |"))
    places = {str(path): name for name, path in _pages_of(folder)}
    texts = {path: text_of(Path(path)) for path in places}

    _, findings = importing_pages.read_pages(texts, places)

    (found,) = [found for found in findings if found.severity == "error"]
    assert found.rule == "page-derived"
    assert found.location.path == str(index)
    assert "An order." in found.hint


def test_what_is_no_reference_page_is_left_out(
    tmp_path: Path, run_codegen: Any
) -> None:
    """Other Markdown files are named and not read; that alone is no error."""
    folder = tmp_path / "tree"
    shutil.copytree(CASES / "pages_trees" / "2.6", folder)
    (folder / "README.md").write_text("# Hello\n")
    (folder / "guide.md").write_text("---\ntitle: Guide\nlayout: single\n---\n")
    ran = run_codegen(tmp_path, "import", "pages", "tree", "--out", "project")

    assert ran.code == 0
    assert "tree/README.md:1:1: warning[page-foreign]" in ran.stdout
    assert "tree/guide.md:1:1: warning[page-foreign]" in ran.stdout
    ran = run_codegen(tmp_path, "import", "pages", "tree", "--out", "p2", "--strict")
    assert ran.code == 1


def test_addresses_are_reported_and_never_become_types(
    tmp_path: Path, run_codegen: Any
) -> None:
    """The address of an object is kept as printed only; it is a warning, and with --strict an error."""
    page = CASES / "pages_read" / "2.0.0b44" / "types-address-of-an-object.md"
    ran = run_codegen(tmp_path, "import", "pages", str(page), "--out", "project")
    assert ran.code == 0
    assert ran.stdout.count("warning[page-address]") == 2
    spec = (tmp_path / "project" / "specs" / "shop.tools.yaml").read_text()
    assert spec.count("documented_as") == spec.count(" at 0x") == 2
    assert "type:" not in spec

    ran = run_codegen(tmp_path, "import", "pages", str(page), "--out", "p", "--strict")
    assert ran.code == 1
    assert ran.stdout.count("error[page-address]") == 2


def test_nothing_is_written_over(tmp_path: Path, run_codegen: Any) -> None:
    """Importing the same again changes nothing; importing something else into the folder is refused."""
    folder = CASES / "pages_trees"
    first = ("import", "pages", str(folder / "2.6"), "--out", "project")
    assert run_codegen(tmp_path, *first).code == 0
    before = tree_of(tmp_path / "project")
    assert run_codegen(tmp_path, *first).code == 0
    other = ("import", "pages", str(folder / "2.0.0b31"), "--out", "project")
    ran = run_codegen(tmp_path, *other)

    assert ran.code == 2
    assert "exists; nothing was written" in ran.stderr
    assert tree_of(tmp_path / "project") == before


def test_a_project_cannot_be_a_file(tmp_path: Path, run_codegen: Any) -> None:
    """A file where the project should be is left alone."""
    (tmp_path / "project").write_text("mine")
    page = str(CASES / "seeds" / "000.md")
    ran = run_codegen(tmp_path, "import", "pages", page, "--out", "project")

    assert ran.code == 2
    assert "is a file" in ran.stderr
    assert (tmp_path / "project").read_text() == "mine"


def test_what_is_not_there_and_what_is_no_text_is_told(
    tmp_path: Path, run_codegen: Any
) -> None:
    """A path that leads nowhere and bytes that are no text are findings like any other."""
    (tmp_path / "bytes.md").write_bytes(b"---\nlayout: py_api\n\xff\n---\n")
    ran = run_codegen(
        tmp_path, "import", "pages", "bytes.md", "gone.md", "--out", "project"
    )

    assert ran.code == 2
    assert "bytes.md:3:1: error[not-utf8]" in ran.stdout
    assert "gone.md:1:1: error[unreadable]" in ran.stdout
    assert not (tmp_path / "project").exists()


def test_two_pages_for_one_file_are_told(tmp_path: Path, run_codegen: Any) -> None:
    """Two files of one name from two folders cannot stand in one project."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        shutil.copyfile(CASES / "seeds" / "000.md", tmp_path / name / "page.md")
    ran = run_codegen(
        tmp_path, "import", "pages", "a/page.md", "b/page.md", "--out", "project"
    )

    assert ran.code == 1
    assert "b/page.md:1:1: error[path-collision]" in ran.stdout


def test_findings_come_as_json(tmp_path: Path, run_codegen: Any) -> None:
    """Machine-readable findings stand on stdout alone."""
    page = CASES / "pages_broken" / "title-missing.md"
    arguments = ("import", "pages", str(page), "--out", "p", "--output-format", "json")
    ran = run_codegen(tmp_path, *arguments)

    assert ran.code == 1
    assert [found["rule"] for found in json.loads(ran.stdout)] == ["page-grammar"]


def test_every_rule_about_pages_can_be_explained() -> None:
    """The rules that reading pages names are known to ``codegen explain``."""
    rules = {
        line.partition("[")[2].partition("]")[0]
        for path in BROKEN
        for line in path.with_suffix(".txt").read_text().splitlines()
        if ": error[" in line
    }

    assert {"page-grammar", "page-derived"} <= rules <= RULES.keys()


# Pages that other pages are read beside


def test_files_of_pages_stay_inside_and_apart() -> None:
    """A spec cannot send a page outside the folder of pages, or to where another page is."""
    page = Page(style="2.6", version="2.6", file="../outside.md")
    modules = {
        "a": Module(module="a", page=page),
        "b": Module(module="b", page=msgspec.structs.replace(page, file="x.md")),
        "c": Module(
            module="c",
            classes={"C": Class()},
            page=msgspec.structs.replace(page, file="X.md"),
        ),
    }
    texts = {f"{name}.yaml": writer.emit(module) for name, module in modules.items()}
    specs = build.read_specs(texts, {})
    settings = importing_pages.settings_of(modules)
    findings = build.check(specs, Package(specs.modules), settings, {})

    assert [(found.location.path, found.rule) for found in findings] == [
        ("a.yaml", "page-file"),
        ("c.yaml", "path-collision"),
    ]
