"""The two sides of a merge: what each means by a name, what pages of a style leave unsaid, and what contradicts.

Knows when two expressions mean the same. It must not know which elements there are to compare.
"""

from __future__ import annotations

import ast
from functools import reduce
from typing import NamedTuple

from codegen import spelling, types
from codegen.model import Module, PageStyle
from codegen.package import Package
from codegen.walk import Path

MODERN: PageStyle = "2.6"


class Place(NamedTuple):
    """An element of one side: the module whose spec holds it, and the path of keys to it."""

    module: str
    path: Path


class Contradiction(NamedTuple):
    """Something that the page says and the source says otherwise, or one of them does not say."""

    rule: str
    message: str
    page: Place
    source: Place | None
    hint: str = ""


class Pair(NamedTuple):
    """The places of one element on both sides."""

    page: Place
    source: Place

    def into(self, *steps: str | int) -> Pair:
        """The places of what stands below it under the same keys."""
        page, source = self
        return Pair(
            page._replace(path=(*page.path, *steps)),
            source._replace(path=(*source.path, *steps)),
        )

    @property
    def name(self) -> str:
        """How people call the element on the page, without its module."""
        return ".".join(str(step) for step in self.page.path[1::2])


class Sides:
    """Both packages, and the contradictions found so far."""

    def __init__(self, pages: Package, sources: Package, whole: bool) -> None:
        self.pages = pages
        self.sources = sources
        self.whole = whole
        self.contradictions: list[Contradiction] = []

    def contradict(
        self,
        rule: str,
        message: str,
        page: Place,
        source: Place | None = None,
        hint: str = "",
    ) -> None:
        """Note a contradiction."""
        self.contradictions.append(Contradiction(rule, message, page, source, hint))

    def page_of(self, pair: Pair) -> Module:
        """The module on whose page an element stands."""
        return self.pages.modules[pair.page.module]

    def style(self, pair: Pair) -> PageStyle:
        """The style of the page an element stands on."""
        return self.page_of(pair).page.style

    def tells_values(self, pair: Pair) -> bool:
        """Whether the page shows defaults and which parameters are variadic."""
        return self.whole or self.style(pair) == MODERN

    def tells_property_types(self, pair: Pair) -> bool:
        """Whether the page shows types of properties and variables."""
        shown = self.page_of(pair).page.property_types
        return self.whole or bool(shown) or self.style(pair) == MODERN

    def equal_types(self, pair: Pair, page: str, source: str) -> bool:
        """Whether the page's spelling of a type, put into the source's spec, means what the source says."""
        owner = pair.source.module
        try:
            names = [reference.name for reference in types.references(page)]
            known = all(self.sources.canonical(owner, name) for name in names)
            return known and self._full(owner, page) == self._full(owner, source)
        except types.ExpressionError:
            return False

    def alike_types(self, pair: Pair, page: str, source: str) -> bool:
        """Whether two types differ in nothing but where their names come from and how unions are ordered."""
        try:
            left = _bare(spelling.spell_type(page, self._page_names(pair)))
            right = _bare(self._full(pair.source.module, source))
        except types.ExpressionError:
            return page == source
        return left == right

    def _page_names(self, pair: Pair) -> spelling.Spell:
        """What names on the page mean: in its own spec, if that says it, else as in the source."""
        page, owner = pair.page.module, pair.source.module
        return lambda name: (
            (self.whole and self.pages.canonical(page, name))
            or self.sources.canonical(owner, name)
            or name
        )

    def _full(self, owner: str, text: str) -> str:
        return spelling.spell_type(
            text, lambda name: self.sources.canonical(owner, name) or name
        )


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _bare(text: str) -> str:
    """A modern type without the modules of its names, the members of its unions in order."""
    tree = ast.parse(spelling.spell_type(text, _last), mode="eval")
    return ast.unparse(_Sorted().visit(tree))


class _Sorted(ast.NodeTransformer):
    """Puts the members of unions in order; Python does not tell ``A | B`` from ``B | A``."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """One union: all its members, each sorted itself."""
        members: list[ast.expr] = [self.visit(member) for member in _members(node)]
        members.sort(key=ast.unparse)
        return reduce(lambda left, right: ast.BinOp(left, ast.BitOr(), right), members)


def _members(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp):
        return [*_members(node.left), *_members(node.right)]
    return [node]
