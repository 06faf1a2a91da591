"""Where the published styles say that things stand: the links and anchors on their pages.

Knows how each style writes a link. It must not know what else a page shows.
"""

from __future__ import annotations

from codegen.model import Module
from codegen.placement import class_leaves, is_flat


def anchor(name: str) -> str:
    """Return the anchor of a heading that is a name."""
    return name.lower().replace(".", "").replace("(", "").replace(")", "")


def class_hrefs(shown_name: str, module: Module) -> dict[str, str]:
    """How a module's own page links to each of its classes."""
    leaves = class_leaves(module)
    if is_flat(module.page):
        page = f".././{shown_name.lower()}"
        return {name: f"{page}#{anchor(f'{shown_name}.{name}')}" for name in leaves}
    folder = "." if module.page.flattened else f"../{shown_name}"
    return {name: f"{folder}/{leaf}" for name, leaf in leaves.items()}


class Hrefs:
    """How a page outside a module's folder links into it; ``base`` is the way to that folder's parent."""

    def __init__(self, base: str, shown_name: str, module: Module) -> None:
        self._flat = is_flat(module.page)
        self._index = "index" if module.page.style == "plain" else "_index"
        self._shown_name = shown_name
        self._leaves = class_leaves(module)
        prefix = f"{base}/" if base else ""
        self._folder = f"{prefix}{shown_name}"
        if self._flat:
            self._folder = self._folder.lower()
        elif module.page.flattened:
            self._folder = base or "."

    @property
    def page(self) -> str:
        """The module's own page."""
        return self._folder if self._flat else f"{self._folder}/{self._index}"

    @property
    def folder(self) -> str:
        """The module's folder, as indexes of packages link to it."""
        return self._folder

    def class_(self, name: str) -> str:
        """The page of a class, or its part of the module's."""
        if self._flat:
            return f"{self._folder}#{anchor(f'{self._shown_name}.{name}')}"
        return f"{self._folder}/{self._leaves[name]}"

    def function(self, name: str) -> str:
        """The part of the module's page that is about a function."""
        return f"{self.page}#{anchor(name)}"
