"""Pages put together: what several pages say of one module becomes one module.

Knows which pages belong together and what follows from what, so that a fact stands once. It must not know how a page is
read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from codegen.diagnostics import Diagnostic
from codegen.model import (
    Class,
    ClassPage,
    Module,
    Page,
    PageStyle,
    Summaries,
    Variable,
)
from codegen.page_texts import with_summary
from codegen.placement import class_pages, is_flat, module_file
from codegen.readers.pages.bodies import ReadClass
from codegen.readers.pages.contradictions import summarised
from codegen.readers.pages.modules import ClassFacts, Entry, ModuleFacts
from codegen.readers.pages.naming import (
    flatness,
    folder,
    free_name,
    guess_name,
    with_matter,
)
from codegen.readers.pages.overviews import OverviewFacts
from codegen.readers.pages.reading import PageRead
from codegen.readers.pages.surroundings import add_overview
from codegen.readers.pages.tables import Listed, documented, listed_type, property_of

_MODERN: PageStyle = "2.6"


@dataclass
class _Edition:
    """The pages of one module in one version: its own, if there is one, and those of its classes."""

    name: str
    own: PageRead | None = None
    classes: dict[str, PageRead] = field(default_factory=dict)

    @property
    def pages(self) -> list[PageRead]:
        """All pages, the module's first."""
        return [*([self.own] if self.own else []), *self.classes.values()]


def assemble(pages: list[PageRead]) -> tuple[dict[str, Module], list[Diagnostic]]:
    """Put pages together; return the modules by name, and what had to be guessed."""
    findings: list[Diagnostic] = []
    modules: dict[str, Module] = {}
    taken: set[str] = set()
    for edition in _editions(pages, findings):
        name = free_name(edition.name, taken)
        taken.add(name.casefold())
        modules[name] = _module(name, edition)
    for read in pages:
        if isinstance(read.facts, OverviewFacts):
            add_overview(read, read.facts, modules, findings)
    return modules, findings


# Which pages belong together


def _editions(pages: list[PageRead], findings: list[Diagnostic]) -> list[_Edition]:
    """Group pages by module, version, style and folder; a page that fits no group begins another."""
    found: dict[tuple[str, str, str, str | None], list[_Edition]] = {}
    names = {folder(read): facts.module for read, facts in _class_pages(pages)}
    for read in pages:
        if isinstance(read.facts, ModuleFacts):
            name = read.facts.name or names.get(folder(read))
            name = name or guess_name(read, findings)
            found.setdefault(_group(name, read), []).append(_Edition(name, read))
    for read, facts in _class_pages(pages):
        group = found.setdefault(_group(facts.module, read), [])
        edition = next((e for e in group if _takes(e, facts)), None)
        if edition is None:
            edition = _Edition(facts.module)
            group.append(edition)
        edition.classes[facts.name] = read
    return [edition for group in found.values() for edition in group]


def _group(name: str, read: PageRead) -> tuple[str, str, str, str | None]:
    return name, folder(read), read.page.style, read.front.matter.version


def _takes(edition: _Edition, facts: ClassFacts) -> bool:
    """Whether a class belongs to an edition: its module's page, if there is one, lists it with its summary."""
    if facts.name in edition.classes:
        return False
    if edition.own is None:
        return True
    assert isinstance(edition.own.facts, ModuleFacts)
    entry = edition.own.facts.directory.get(facts.name)
    if entry is None:
        return False
    return summarised(facts, entry, edition.own.page) == entry.summary


def _class_pages(pages: Iterable[PageRead]) -> Iterator[tuple[PageRead, ClassFacts]]:
    for read in pages:
        if isinstance(read.facts, ClassFacts):
            yield read, read.facts


# Modules


def _module(name: str, edition: _Edition) -> Module:
    first = edition.pages[0]
    own = edition.own
    facts = own.facts if own is not None else None
    assert facts is None or isinstance(facts, ModuleFacts)
    shown = facts.bodies if facts else {}
    page = _page(name, edition)
    typed = first.page.style == _MODERN or bool(page.property_types)
    classes: dict[str, Class] = {}
    for key, body in shown.items():
        assert own is not None
        classes[key] = _class(body, own, typed=typed)
    for key, read in edition.classes.items():
        assert isinstance(read.facts, ClassFacts)
        classes[key] = _class(read.facts.body, read, typed=typed)
    module = Module(
        module=name,
        doc=facts.doc if facts else "",
        page=page,
        variables=_variables(facts, own, typed=typed),
        classes=_listed(classes, facts, own),
        functions=facts.functions if facts else {},
    )
    return _placed(name, module, edition)


def _page(name: str, edition: _Edition) -> Page:
    first, own = edition.pages[0], edition.own
    page = Page(
        style=first.page.style,
        version=first.front.matter.version,
        variants=first.front.matter.variants,
        documents=None if name == edition.name else edition.name,
        written=own is not None,
        property_types=_property_types(edition),
        sorted_properties=all(list(t) == sorted(t) for t in _tables(edition)),
        summaries=first.page.summaries,
        flat=flatness(first),
    )
    if own is None:
        return page
    assert isinstance(own.facts, ModuleFacts)
    hrefs = [entry.href for entry in own.facts.directory.values()]
    page = with_matter(page, own.front.matter, own.line_ends)
    title = own.front.title
    return msgspec.structs.replace(
        page,
        title=None if title == edition.name else title,
        flattened=bool(hrefs) and hrefs[0].startswith("./"),
    )


def _property_types(edition: _Edition) -> bool | None:
    """Whether pages of a style that shows no types show them all the same."""
    if edition.pages[0].page.style == _MODERN:
        return None
    listed = (entry for table in _tables(edition) for entry in table.values())
    return True if any(entry.type != "None" for entry in listed) else None


def _tables(edition: _Edition) -> Iterator[dict[str, Listed]]:
    """The tables of properties and variables on all pages."""
    for read in edition.pages:
        if isinstance(read.facts, ModuleFacts):
            yield read.facts.variables
            for body in read.facts.bodies.values():
                yield body.properties
        elif isinstance(read.facts, ClassFacts):
            yield read.facts.body.properties


def _class(body: ReadClass, read: PageRead, *, typed: bool) -> Class:
    properties = {
        name: property_of(name, listed, read.page, typed=typed)
        for name, listed in body.properties.items()
    }
    return msgspec.structs.replace(
        body.head, methods=body.methods, properties=properties
    )


def _variables(
    facts: ModuleFacts | None, own: PageRead | None, *, typed: bool
) -> dict[str, Variable]:
    found: dict[str, Variable] = {}
    if facts is None or own is None:
        return found
    for name, listed in facts.variables.items():
        type_, documented_as = listed_type(own.page, listed, typed=typed)
        found[name] = Variable(
            type=type_,
            documented_as=documented_as,
            doc=listed.doc,
            documented=documented(name),
        )
    return found


def _listed(
    classes: dict[str, Class], facts: ModuleFacts | None, own: PageRead | None
) -> dict[str, Class]:
    """Add what the directory says of each class: its kind, and its summary where it has no page."""
    if facts is None:
        return classes
    found: dict[str, Class] = {}
    for name, entry in sorted(facts.directory.items(), key=_numbered):
        cls = classes.get(name)
        if cls is None:
            cls = Class(doc=entry.summary, page=ClassPage(written=False))
        assert own is not None
        how = own.page.style, own.page.summaries
        doc = with_summary(cls.doc, entry.summary, *how)
        if doc != cls.doc:
            cls = msgspec.structs.replace(cls, doc=doc)
        kind = {"Protocols": "protocol", "Errors": "exception"}.get(entry.table)
        if kind == "protocol" and cls.kind != kind and _is_silent(cls):
            cls = msgspec.structs.replace(cls, page=ClassPage(constructor=False))
        if kind and cls.kind != "protocol":
            cls = msgspec.structs.replace(cls, kind=kind)
        found[name] = msgspec.structs.replace(cls, documented=documented(name))
    return found | {name: cls for name, cls in classes.items() if name not in found}


def _is_silent(cls: Class) -> bool:
    """Whether the page of a class shows no constructor."""
    return cls.page.written and cls.parameters is None


def _numbered(item: tuple[str, Entry]) -> tuple[bool, str]:
    """Classes whose names differ in case alone are numbered in documented order."""
    name, entry = item
    leaf = entry.href.rpartition("/")[2]
    return leaf.startswith(f"{name.lower()}-"), leaf if "-" in leaf else ""


def _own_summaries(read: PageRead, page: Page) -> Summaries | None:
    """How a class's page shortens the texts of its methods, where its module's page does that otherwise."""
    assert isinstance(read.facts, ClassFacts)
    same = read.page.summaries == page.summaries
    return (
        None if same or not read.facts.body.methods else read.page.summaries or "line"
    )


def _placed(name: str, module: Module, edition: _Edition) -> Module:
    """Add where each page stands, and what its front matter says, where that does not follow."""
    page = module.page
    if edition.own is not None and edition.own.path != module_file(name, module):
        page = msgspec.structs.replace(page, file=edition.own.path)
    elif edition.own is None:
        place = folder(edition.pages[0])
        if place != name:
            file = f"{place}/_index.md" if place else "_index.md"
            page = msgspec.structs.replace(page, file=file)
    module = msgspec.structs.replace(module, page=page)
    if is_flat(page):
        return module
    files = class_pages(name, module)
    classes = dict(module.classes)
    for key, read in edition.classes.items():
        own = with_matter(classes[key].page, read.front.matter, read.line_ends)
        own = msgspec.structs.replace(
            own,
            version=None if own.version == page.version else own.version,
            variants=() if own.variants == page.variants else own.variants,
            summaries=_own_summaries(read, page),
            file=None if files.get(key) == read.path else read.path,
        )
        shown = documented(key)
        classes[key] = msgspec.structs.replace(classes[key], documented=shown)
        if own != ClassPage():
            classes[key] = msgspec.structs.replace(classes[key], page=own)
    return msgspec.structs.replace(module, classes=classes)
