"""Where everything stands on the plain pages, and how types and values are written and linked there.

Knows pages, anchors and relative links, and spells types in their modern form. It must not know what else a page
says. A link is made only to what is really shown, at an anchor the page of the target gives it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from weakref import WeakKeyDictionary

from codegen import spelling
from codegen.emitters.pages import markdown
from codegen.emitters.pages.parts import is_public, members
from codegen.model import Class, Definition, Module, TypeAlias, TypeVariable
from codegen.package import Package, Symbol, definitions
from codegen.placement import class_files, unique

MODULE_PAGE = "index.md"

# The anchors that renderers derive from the headings of a page by themselves.
_SECTION_SLUGS = frozenset(
    "parameters members attributes properties methods nested-classes notes returns raises classes protocols "
    "supporting-classes supporting-types enumerations exceptions functions type-aliases variables type-variables re-exports".split()
)
_LINKED = re.compile("\x00([^\x01]*)\x01([^\x02]*)\x02")


class Anchors:
    """The anchors of one page; no two are equal, whatever the case of letters."""

    def __init__(self, *headings: str) -> None:
        self._taken = {*_SECTION_SLUGS, *(_slug(heading) for heading in headings)}

    def copy(self) -> Anchors:
        """Return anchors to go on claiming from, so that writing a page twice gives the same anchors."""
        other = Anchors()
        other._taken = set(self._taken)
        return other

    def claim(self, name: str) -> str:
        """Return an anchor for ``name``, numbered if the page has it already."""
        anchor = unique(name, self._taken)
        self._taken.add(anchor.lower())
        return anchor


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


class ClassAnchors:
    """The anchors of a class's page that other pages may link to, by dotted name below the class."""

    def __init__(
        self, package: Package, module_name: str, name: str, cls: Class
    ) -> None:
        self.nested: dict[str, str] = {}
        self.members: dict[str, str] = {}
        self._package = package
        self._module = module_name
        names = list(self._names(name, cls, ""))
        headings = [f"{name}.{dotted}" for _, dotted in names]
        self.page = Anchors(name, *headings)
        for kind, dotted in names:
            table = self.nested if kind == "class" else self.members
            table[dotted] = self.page.claim(dotted)

    def _names(self, name: str, cls: Class, prefix: str) -> list[tuple[str, str]]:
        names: list[tuple[str, str]] = []
        for inner, nested in cls.classes.items():
            if is_public(inner):
                names.append(("class", f"{prefix}{inner}"))
                names += self._names(f"{name}.{inner}", nested, f"{prefix}{inner}.")
        for table in members(self._package, self._module, name, cls, dunder=True):
            names += [("member", f"{prefix}{member}") for member in table]
        return names


class Site:
    """The plain pages of a package: which module has which pages, and where a definition stands."""

    def __init__(self, package: Package, linked: frozenset[str]) -> None:
        self.package = package
        self._linked = linked
        self._scopes: dict[str, Scope] = {}
        self._files: dict[str, dict[str, str]] = {}
        self._module_anchors: dict[str, tuple[Anchors, dict[str, str]]] = {}
        self._class_anchors: dict[tuple[str, str], ClassAnchors] = {}

    def scope(self, module_name: str) -> Scope:
        """The names as a spec of this module uses them."""
        if module_name not in self._scopes:
            self._scopes[module_name] = Scope(self, module_name)
        return self._scopes[module_name]

    def files(self, module_name: str) -> dict[str, str]:
        """The file of each class of a module that has a page."""
        if module_name not in self._files:
            classes = self.package.modules[module_name].classes
            self._files[module_name] = class_files(filter(is_public, classes))
        return self._files[module_name]

    def module_anchors(self, module_name: str) -> tuple[Anchors, dict[str, str]]:
        """The anchors of a module's page, and those of the definitions shown on it."""
        if module_name not in self._module_anchors:
            module = self.package.modules[module_name]
            functions = (f"{module_name}.{name}" for name in module.functions)
            anchors = Anchors(module.page.title or module_name, *functions)
            shown = {
                name: anchors.claim(name) for name, _ in shown_on_module_page(module)
            }
            self._module_anchors[module_name] = anchors, shown
        return self._module_anchors[module_name]

    def class_anchors(self, module_name: str, name: str) -> ClassAnchors:
        """The anchors of the page of a top-level class."""
        key = (module_name, name)
        if key not in self._class_anchors:
            cls = self.package.modules[module_name].classes[name]
            self._class_anchors[key] = ClassAnchors(
                self.package, module_name, name, cls
            )
        return self._class_anchors[key]

    def place(self, symbol: Symbol) -> str | None:
        """Where a definition stands: the path of its page, and the anchor if it has no page of its own."""
        outer, _, inner = symbol.name.partition(".")
        if symbol.module not in self._linked or not is_public(outer):
            return None
        if outer not in self.package.modules[symbol.module].classes:
            anchor = self.module_anchors(symbol.module)[1].get(outer)
            return None if anchor is None else f"{symbol.module}/{MODULE_PAGE}#{anchor}"
        page = f"{symbol.module}/{self.files(symbol.module)[outer]}.md"
        if not inner:
            return page
        nested = self.class_anchors(symbol.module, outer).nested.get(inner)
        return None if nested is None else f"{page}#{nested}"

    def member_place(self, module_name: str, owner: str, member: str) -> str | None:
        """Where a member of a class stands."""
        outer, _, inner = owner.partition(".")
        if module_name not in self._linked or not is_public(outer):
            return None
        dotted = f"{inner}.{member}" if inner else member
        anchor = self.class_anchors(module_name, outer).members.get(dotted)
        if anchor is None:
            return None
        return f"{module_name}/{self.files(module_name)[outer]}.md#{anchor}"


def shown_on_module_page(
    module: Module,
) -> list[tuple[str, Definition | TypeVariable]]:
    """The definitions of a module that have no page of their own."""
    return [
        (name, definition)
        for name, definition in definitions(module)
        if is_public(name) and not isinstance(definition, Class)
        # What types are made of is shown even where users cannot import it.
        and (definition.exported or isinstance(definition, TypeAlias | TypeVariable))
    ]


class Scope:
    """Types, values and names as one module's spec writes them, ready for its pages."""

    def __init__(self, site: Site, module_name: str) -> None:
        self.module = module_name
        self._site = site
        self._code: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._cells: dict[tuple[str, str], str] = {}
        self._texts: dict[tuple[str, str], str] = {}
        self._text_cells: dict[tuple[str, str], str] = {}
        self._links: dict[str, markdown.Link] = {}

    def code(self, text: str) -> str:
        """Write a type as Python, with short names."""
        written = self._code.get(text)
        if written is None:
            written = self._code[text] = self._site.package.render(self.module, text)
        return written

    def value(self, text: str) -> str:
        """Write a default or constant as Python, with short names."""
        written = self._values.get(text)
        if written is None:
            written = self._values[text] = spelling.spell_value(text, self._short)
        return written

    def _short(self, name: str) -> str:
        """Spell a name in a value; a member of a project's class goes by the class's short name."""
        owner, _, member = name.rpartition(".")
        package = self._site.package
        if owner and package.find(self.module, name) is None:
            symbol = package.find(self.module, owner)
            if symbol is not None and isinstance(symbol.definition, Class):
                return f"{symbol.name}.{member}"
        return self.code(name)

    def cell(self, text: str, page_module: str) -> str:
        """Write a type for a table cell of a page of ``page_module``; every known name is linked."""
        key = (text, page_module)
        written = self._cells.get(key)
        if written is None:
            written = self._cells[key] = self.linked(
                text, page_module, markdown.cell_code
            )
        return written

    def linked(
        self,
        text: str,
        page_module: str,
        write: Callable[[str], str] = markdown.code,
    ) -> str:
        """Write a type as code spans; every known name is linked."""
        marked = spelling.spell_type(text, lambda name: self._marked(name, page_module))
        parts = _LINKED.split(marked)
        written = [_spaced(parts[0], write)]
        for href, name, rest in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            written += [f"[{write(name)}]({href})", _spaced(rest, write)]
        return "".join(written)

    def text(self, text: str, page_module: str) -> str:
        """Write a text as blocks of a page of ``page_module``; many classes there may inherit it."""
        key = (text, page_module)
        written = self._texts.get(key)
        if written is None:
            written = self._texts[key] = markdown.prose(text, self.link(page_module))
        return written

    def text_cell(self, text: str, page_module: str) -> str:
        """Write a text for a table cell of a page of ``page_module``."""
        if not text or markdown.is_ordinary(text):
            return text
        key = (text, page_module)
        written = self._text_cells.get(key)
        if written is None:
            link = self.link(page_module)
            written = self._text_cells[key] = markdown.cell(text, link)
        return written

    def link(self, page_module: str) -> markdown.Link:
        """Return what finds the link to a name from a page of ``page_module``."""
        found = self._links.get(page_module)
        if found is None:
            found = self._links[page_module] = partial(
                self.href, page_module=page_module
            )
        return found

    def _marked(self, name: str, page_module: str) -> str:
        symbol = self._site.package.find(self.module, name)
        place = None if symbol is None else self._site.place(symbol)
        if symbol is None or place is None:
            return self.code(name)
        return f"\x00{relative(place, page_module)}\x01{symbol.name}\x02"

    def href(self, name: str, page_module: str) -> str | None:
        """The link to a dotted name from a page of ``page_module``; None when no page shows it."""
        package = self._site.package
        symbol = package.find(self.module, name) or package.lookup(name)
        if symbol is not None:
            place = self._site.place(symbol)
        else:
            owner, _, member = name.rpartition(".")
            found = package.find(self.module, owner) or package.lookup(owner)
            if found is None or not isinstance(found.definition, Class):
                return None
            place = self._site.member_place(found.module, found.name, member)
        return None if place is None else relative(place, page_module)


def _spaced(text: str, write: Callable[[str], str]) -> str:
    """Write the text between two links; a code span loses one space at both of its ends."""
    if not text:
        return ""
    return write(f" {text} " if text[0] == text[-1] == " " else text)


def relative(place: str, page_module: str) -> str:
    """The link to a place from a page of a module."""
    module_name, _, rest = place.partition("/")
    return rest if module_name == page_module else f"../{place}"


_sites: WeakKeyDictionary[Package, dict[frozenset[str], Site]] = WeakKeyDictionary()


def site(package: Package, linked: frozenset[str]) -> Site:
    """Return the plain pages of a package, made once for as long as the package lives."""
    known = _sites.setdefault(package, {})
    if linked not in known:
        known[linked] = Site(package, linked)
    return known[linked]
