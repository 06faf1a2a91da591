"""The link map: every name that pages show, with an address that leads there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from codegen.emitters import pages
from codegen.emitters.pages import linkmap
from codegen.importing_pages import read_pages
from codegen.model import Class, Function, Module, Page, Property, Variable
from codegen.package import Package

TREES = Path(__file__).parents[1] / "cases" / "pages_trees"
STYLES = ("2.0.0b31", "2.0.0b43", "2.0.0b44", "2.6")


def project(style: str) -> Package:
    """A small package whose pages have one style."""
    page = Page(style=style, version="1.0")  # type: ignore[arg-type]
    item = Class(
        doc="One item.",
        methods={"get": Function(doc="Get it."), "_hidden": Function()},
        properties={"size": Property(type="int", doc="Its size.")},
    )
    return Package(
        {
            "shop": Module(
                module="shop",
                page=page,
                functions={"open": Function(doc="Open it.")},
                variables={"LIMIT": Variable(type="int", value="1")},
            ),
            "shop.items": Module(
                module="shop.items",
                page=page,
                classes={"Item": item, "Other": item, "_Private": item},
            ),
        }
    )


def mapped(package: Package) -> dict[str, str]:
    """The link map of a package."""
    found: dict[str, str] = json.loads(linkmap.emit(package))
    return found


def anchors(text: str) -> set[str]:
    """Where links into a page can lead: its headings, and the anchors it sets itself."""
    found = set(re.findall(r'id="([^"]+)"', text)) | set(
        re.findall(r"\{#([^}]+)\}", text)
    )
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        found.add(heading.lower().replace(".", "").replace("()", ""))
    return found


def addresses(texts: dict[str, str]) -> dict[str, str]:
    """Pages by the address a site gives them."""
    return {
        re.sub(r"(^|/)_?index$", "", p.removesuffix(".md")): t for p, t in texts.items()
    }


@pytest.mark.parametrize("style", [*STYLES, "plain"])
def test_every_address_leads_to_what_it_names(style: str) -> None:
    """Each page exists and has the anchor, whatever the style."""
    package = project(style)
    texts: dict[str, str] = {}
    for name, module in package.modules.items():
        texts |= pages.emit(name, module, package)
    known = addresses(texts)

    found = mapped(package)

    for name, address in found.items():
        page, _, fragment = address.partition("#")
        assert page in known, name
        assert not fragment or fragment in anchors(known[page]), (name, address)


@pytest.mark.parametrize("style", [*STYLES, "plain"])
def test_every_name_users_see_is_in_the_map(style: str) -> None:
    """Modules, functions, variables, classes and their members are there; what is private is not."""
    found = mapped(project(style))

    assert {
        "shop",
        "shop.open",
        "shop.LIMIT",
        "shop.items",
        "shop.items.Item",
        "shop.items.Item.get",
        "shop.items.Item.size",
    } <= found.keys()
    assert not any("_" in name for name in found)


def test_methods_of_flat_pages_go_by_their_class() -> None:
    """On a flat page two classes may have headings of one name, and a link must not lead to the wrong one."""
    found = mapped(project("2.0.0b31"))

    assert found["shop.items.Item.get"] == "shop.items#shopitemsitem"
    assert found["shop.items.Other.get"] == "shop.items#shopitemsother"


def test_pages_of_a_tree_are_found_where_they_stand() -> None:
    """Addresses follow the files of pages that stand elsewhere than their style puts them."""
    folder = TREES / "flattened"
    texts = {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*.md")
    }
    modules, _ = read_pages(texts, {path: path for path in texts})

    found = mapped(Package(modules))

    assert found["shop"] == "the-shop"
    assert found["shop.Order.send"] == "the-shop/order#send"
    assert found["shop.items.Item"] == "the-shop/items/item"


def test_the_map_is_an_output_of_its_own(tmp_path: Path, run_codegen: Any) -> None:
    """It is written on its own, follows a change of a spec, and is checked like any output."""
    page = str(TREES / "2.6")
    assert run_codegen(tmp_path, "import", "pages", page, "--out", "p").code == 0
    folder = tmp_path / "p"
    ran = run_codegen(folder, "generate", "--only", "linkmap", "--out", "out")
    assert ran.code == 0, ran
    written = [
        path.relative_to(folder / "out").as_posix()
        for path in (folder / "out").rglob("*")
        if path.is_file()
    ]
    assert written == ["linkmap/linkmap.json"]

    assert run_codegen(folder, "generate").code == 0
    assert run_codegen(folder, "generate", "--check").code == 0
    spec = folder / "specs" / "shop.items.yaml"
    spec.write_text(spec.read_text().replace("Item:", "Thing:"))
    assert run_codegen(folder, "generate", "--check").code == 1
    assert run_codegen(folder, "generate").code == 0
    found = json.loads((folder / "generated" / "linkmap" / "linkmap.json").read_text())
    assert "shop.items.Thing" in found
    assert "shop.items.Item" not in found
    assert run_codegen(folder, "generate", "--check").code == 0
