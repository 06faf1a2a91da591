"""A site, purely: a package, its settings and texts in, parts and shared files out.

Knows the order of the steps, and spreads large jobs. It must not know how any step is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from codegen import parallel
from codegen.docs_settings import Docs
from codegen.package import Package
from codegen.site import api_pages, assembly, editions, parts, places
from codegen.site.assembly import Parts
from codegen.site.changes import Changes
from codegen.site.frames import Framer, Outline
from codegen.site.guides import Guides
from codegen.site.links import Dead, Seen
from codegen.site.names import Names
from codegen.site.parts import Part
from codegen.site.places import Places
from codegen.site.rows import Rows
from codegen.site.sources import Source, Sources
from codegen.site.texts import Texts
from codegen.site.views import Makers

# Beside what is emitted for a class elsewhere, each page is much work.
_WORK_OF_A_PAGE = 3


class Inputs(NamedTuple):
    """What a site is made from.

    ``specs`` and ``cores`` are by module, ``guides`` and ``pictures`` by the page or file they become. ``exists`` says
    whether the project has a file, which guides may link to. Where there are several editions, ``switch`` is the script of
    this one's, and ``neighbours`` has what pages of changes may link to, by the way from here.
    """

    package: Package
    name: str
    docs: Docs
    specs: Mapping[str, Source]
    cores: Mapping[str, Source]
    guides: Mapping[str, Source]
    pictures: Mapping[str, str]
    exists: Callable[[str], bool]
    version: str = ""
    changes: Sequence[Changes] = ()
    switch: str = ""
    neighbours: Mapping[str, Seen] = {}


class Known(NamedTuple):
    """Parts that former runs made and that would come out the same: by module, by guide, by page."""

    modules: Mapping[str, Part]
    guides: Mapping[str, Part]
    sources: Mapping[str, Part]


NOTHING = Known({}, {}, {})


class Site(NamedTuple):
    """A whole site: its parts, the files made from all of them, what is wrong with its links.

    ``asked`` has what was asked while it was made: names by the scope in which they were, files of the project by ``/``.
    """

    modules: dict[str, Part]
    guides: dict[str, Part]
    sources: dict[str, Part]
    shared: dict[str, bytes | None]
    dead: list[Dead]
    asked: dict[str, dict[str, str]]
    pages: list[str]

    @property
    def seen(self) -> dict[str, Seen]:
        """What other editions may link to: the pages of modules."""
        parts = self.modules.values()
        return {page: seen for part in parts for page, seen in part.seen.items()}

    @property
    def files(self) -> dict[str, bytes | None]:
        """Every file of the site; one that stands as it was has no content here."""
        found = dict(self.shared)
        for group in (self.modules, self.guides, self.sources):
            for part in group.values():
                found |= part.files
        return found


def outline(inputs: Inputs) -> Outline:
    """What every page shows of all others."""
    modules = inputs.package.modules
    versions = {
        module.page.version for module in modules.values() if module.page.version
    }
    return Outline(
        inputs.docs.title or inputs.name,
        inputs.version or (versions.pop() if len(versions) == 1 else ""),
        tuple(sorted(modules)),
        parts.by_guide(inputs.guides),
        tuple((it.page, it.new) for it in inputs.changes),
        bool(inputs.switch),
    )


def build(inputs: Inputs, known: Known = NOTHING) -> Site:
    """Make a site; what is ``known`` is not made again."""
    framer = Framer(outline(inputs))
    sources = Sources(inputs.specs, inputs.cores, inputs.docs.repository)
    names = Names(Places(inputs.package), inputs.docs.inventories)
    texts = Texts(names)
    makers = Makers(Rows(names, texts), texts, sources)
    modules = dict(known.modules)
    modules |= _modules(inputs.package, makers, framer, names, known.modules)
    modules = {name: modules[name] for name in sorted(inputs.package.modules)}
    files: dict[str, str] = {}
    guides = _guides(inputs, framer, sources, names, known, files)
    shown = {
        page: known.sources.get(page) or parts.of_source(framer, page, file)
        for page, file in sources.pages.items()
    }
    changes = {it.page: parts.of_changes(framer, it) for it in inputs.changes}
    whole = Parts(modules, guides, changes, shown.values())
    made = assembly.shared_files(whole, inputs.package, framer, inputs.docs)
    shared: dict[str, bytes | None] = dict(made)
    for part in changes.values():
        shared |= part.files
    pages = [places.LANDING, *(page for part in whole.all for page in part.seen)]
    if inputs.switch:
        shared |= editions.files(inputs.switch, pages)
    others = (*shared, *inputs.pictures.values())
    landing = made[places.LANDING].decode()
    dead = assembly.dead_links(whole, landing, others, inputs.neighbours)
    asked = {**names.asked, "/": files}
    return Site(modules, guides, shown, shared, dead, asked, pages)


def _modules(
    package: Package,
    makers: Makers,
    framer: Framer,
    names: Names,
    known: Mapping[str, Part],
) -> dict[str, Part]:
    """Make the pages of the modules that are not known, on all processors."""
    wanted = [name for name in package.modules if name not in known]
    pages = sum(len(package.modules[name].classes) + 1 for name in wanted)
    if wanted:
        # Once, before there are several processes.
        api_pages.warm()

    def work(share: Sequence[str], own: bool) -> list[bytes]:
        made = [parts.of_module(package, makers, framer, name) for name in share]
        asked = {} if own else names.asked
        return [msgspec.msgpack.encode((made, asked))]

    decoder = msgspec.msgpack.Decoder(tuple[list[Part], dict[str, dict[str, str]]])
    found: list[Part] = []
    for made, asked in map(
        decoder.decode, parallel.spread(wanted, work, pages * _WORK_OF_A_PAGE)
    ):
        found += made
        for scope, answers in asked.items():
            names.asked.setdefault(scope, {}).update(answers)
    return dict(zip(wanted, found, strict=True))


def _guides(
    inputs: Inputs,
    framer: Framer,
    sources: Sources,
    names: Names,
    known: Known,
    asked: dict[str, str],
) -> dict[str, Part]:
    """Make the pages of the guides that are not known; note for which files of the project they ask."""
    pages = {file.path: page for page, file in inputs.guides.items()}
    shown = {file.path: page for page, file in sources.pages.items()}

    def elsewhere(path: str) -> str | None:
        if path in shown:
            return shown[path]
        exists = inputs.exists(path)
        asked[path] = str(exists)
        return sources.file(path) if exists else None

    maker = Guides(
        {**pages, **inputs.pictures},
        elsewhere,
        lambda name: names.documented("", name),
    )
    return {
        page: known.guides.get(page) or parts.of_guide(maker, framer, file)
        for page, file in inputs.guides.items()
    }
