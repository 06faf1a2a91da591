"""The frame around every page: navigation, breadcrumbs, contents.

Knows what all pages share, which is little, so that few changes reach all of them. It must not know what a page is about.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup, escape

from codegen.shapes import shape
from codegen.site import places

_MANY_MODULES = 40


class Item(NamedTuple):
    """A line of a list of links; without ``href`` it is where the reader is."""

    label: str
    href: str
    items: Sequence[Item] = ()


class Outline(NamedTuple):
    """What every page shows of all others."""

    title: str
    version: str
    modules: tuple[str, ...]
    guides: tuple[tuple[str, str], ...]
    """The page of each guide and its title."""
    changes: tuple[tuple[str, str], ...] = ()
    """The pages of changes, each with the version it is about."""
    switch: bool = False
    """Whether there are other editions to switch to."""


class Frame(NamedTuple):
    """What stands around the main part of one page."""

    site: str
    title: str
    description: str
    root: str
    markdown: str
    nav: Markup
    contents: list[Item]
    crumbs: list[Item]
    footer: str
    switch: bool


class Framer:
    """Makes the frames of one site."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self._navs: dict[tuple[str, str], str] = {}

    def frame(
        self,
        page: str,
        title: str,
        *,
        description: str = "",
        markdown: str = "",
        module: str = "",
        classes: list[tuple[str, str]] | None = None,
        contents: list[Item] | None = None,
        crumbs: list[Item] | None = None,
    ) -> Frame:
        """Make the frame of a page; ``classes`` are those of its module, each with its page."""
        outline = self.outline
        root = places.root(page)
        nav = self._nav(root, module, classes or [])
        here = f'href="{escape(root + page)}"'
        nav = nav.replace(here, f'{here} aria-current="page"', 1)
        whole = title if title == outline.title else f"{title} · {outline.title}"
        return Frame(
            outline.title,
            whole,
            " ".join(description.replace("`", "").split()),
            root,
            markdown,
            Markup(nav),
            contents or [],
            crumbs or [],
            f"{outline.title} {outline.version}".strip(),
            outline.switch,
        )

    def _nav(self, root: str, module: str, classes: list[tuple[str, str]]) -> str:
        key = (root, module)
        found = self._navs.get(key)
        if found is None:
            guides = [Item(label, root + page) for page, label in self.outline.guides]
            inner = [Item(_breakable(name), root + page) for name, page in classes]
            modules = [
                Item(
                    _breakable(name),
                    root + places.module_page(name),
                    inner if name == module else (),
                )
                for name in near(self.outline.modules, module)
            ]
            changes = [Item(label, root + page) for page, label in self.outline.changes]
            sections = [
                ("Guides", guides),
                ("Modules", modules),
                ("What changed", changes),
            ]
            found = self._navs[key] = shape("nav.html").render(
                sections=[(title, items) for title, items in sections if items]
            )
        return found


@lru_cache(maxsize=10_000)
def _breakable(name: str) -> Markup:
    """A dotted name that may be broken behind its dots."""
    return Markup("<wbr>").join(escape(part) for part in re.split(r"(?<=[._])", name))


def near(modules: tuple[str, ...], module: str) -> list[str]:
    """The modules that a page of one lists: all, or where there are many, those around it."""
    if len(modules) <= _MANY_MODULES:
        return list(modules)
    top = min((name.count(".") for name in modules), default=0)
    parent = module.rpartition(".")[0]
    return [
        name
        for name in modules
        if name.count(".") <= top
        or module == name
        or module.startswith(f"{name}.")
        or name.rpartition(".")[0] in (module, parent)
    ]
