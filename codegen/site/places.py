"""Where everything stands on the site: the files of pages and the relative way from one to another.

Knows the folders of the site. Which page shows what, at which anchor, is what the plain Markdown pages say: both have the
same anchors. It must not know how a page looks.
"""

from __future__ import annotations

import re

from codegen.emitters.pages import plain_links
from codegen.emitters.pages.parts import constructor
from codegen.package import Package, Symbol

API = "api"
GUIDES = "guides"
SOURCE = "source"
CHANGES = "changes"
ASSETS = "assets"
LANDING = "index.html"

_SIGNS = re.compile(r"[^\w./-]+")


class Places:
    """The files and anchors of one package's pages."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.plain = plain_links.site(package, frozenset(package.modules))

    def symbol(self, symbol: Symbol) -> str | None:
        """Where a definition stands, from the root of the site; None when no page shows it."""
        place = self.plain.place(symbol)
        return None if place is None else html(place)

    def member(self, module_name: str, owner: str, name: str) -> str | None:
        """Where a member of a class stands; None when its class has no page."""
        place = self.plain.member_place(module_name, owner, name)
        return None if place is None else html(place)

    def field(self, module_name: str, name: str, field: str) -> str | None:
        """Where a parameter of a top-level class stands; None when there is none, or no page."""
        page = self.class_page(module_name, name)
        cls = self.package.modules[module_name].classes.get(name)
        if page is None or cls is None:
            return None
        fields = constructor(self.package, module_name, cls) or {}
        return f"{page}#{name}.{field}" if field in fields else None

    def class_page(self, module_name: str, name: str) -> str | None:
        """The page of a top-level class; None when it has none."""
        file = self.plain.files(module_name).get(name)
        return None if file is None else f"{API}/{module_name}/{file}.html"


def module_page(module_name: str) -> str:
    """The page of a module."""
    return f"{API}/{module_name}/index.html"


def html(place: str) -> str:
    """The place of a Markdown page, seen from the folder of pages, as one of the site."""
    page, mark, anchor = place.partition("#")
    return f"{API}/{page.removesuffix('.md')}.html{mark}{anchor}"


def markdown(page: str) -> str:
    """The Markdown page beside an HTML page."""
    return f"{page.removesuffix('.html')}.md"


def root(page: str) -> str:
    """The way from a page to the root of the site."""
    return "../" * page.count("/")


def source_page(path: str) -> str:
    """The page that shows a file of the project."""
    return f"{SOURCE}/{path}.html"


def changes_page(version: str) -> str:
    """The page that tells what changed in a version."""
    return f"{CHANGES}/{version}.html"


def guide_page(name: str) -> str:
    """The page of a guide, given its file below the folder of guides."""
    return f"{GUIDES}/{_addressable(name.removesuffix('.md'))}.html"


def _addressable(path: str) -> str:
    """A path that means the same in an address, whatever signs people use in names of files."""
    return _SIGNS.sub("-", path)
