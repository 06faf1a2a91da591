"""The whole site from its parts: what is made from all of them together, and whether every link leads somewhere.

Knows which files a site has. It must not know how a part is made, and it reads and writes nothing but its own assets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from codegen.docs_settings import Docs
from codegen.emitters.pages import docstrings
from codegen.package import Package
from codegen.shapes import shape
from codegen.site import feeds, inventory, links, places, search
from codegen.site.frames import Framer, Item
from codegen.site.inventory import Object
from codegen.site.links import Dead, Seen
from codegen.site.parts import Part
from codegen.site.texts import unlinked

_ASSETS = Path(__file__).with_name("assets")
_ROLES = {"module": "py:module", "type": "py:type", "data": "py:data"}


class Parts:
    """The parts of a site by what they are about, in the order in which they are listed."""

    def __init__(
        self,
        modules: Mapping[str, Part],
        guides: Mapping[str, Part],
        changes: Mapping[str, Part],
        others: Iterable[Part],
    ) -> None:
        self.modules = modules
        self.guides = guides
        self.changes = changes
        inner = (guides, modules, changes)
        self.all = [part for group in inner for part in group.values()]
        self.all += others


def shared_files(
    parts: Parts, package: Package, framer: Framer, docs: Docs
) -> dict[str, bytes]:
    """Make the files that are made from all parts together."""
    outline = framer.outline
    names = _names(parts, package)
    sections = {"Guides": [part.entries[0] for part in parts.guides.values()]}
    sections |= {name: part.entries for name, part in parts.modules.items()}
    sections["What changed"] = [part.entries[0] for part in parts.changes.values()]
    landing = _landing(parts, package, framer, docs)
    written = {
        places.LANDING: landing,
        "assets/search.js": search.script(
            row for part in parts.all for row in part.search
        ),
        "llms.txt": feeds.llms(
            outline.title,
            summary(package, docs),
            docs.url,
            {title: entries for title, entries in sections.items() if entries},
        ),
        "linkmap.json": feeds.link_map({path: place for path, _, place in names}),
    }
    objects = [
        Object(path, _ROLES.get(role, f"py:{role}"), p) for path, role, p in names
    ]
    objects += [
        Object(page.removesuffix(".html"), "std:doc", page, title)
        for page, title in outline.guides
    ]
    files = {path: text.encode() for path, text in written.items()}
    files["objects.inv"] = inventory.write(outline.title, outline.version, objects)
    files["api.json"] = feeds.api(outline.title, outline.version, package.modules)
    return files | assets()


def _names(parts: Parts, package: Package) -> list[tuple[str, str, str]]:
    """Every dotted name with its role and its place; also those by which code imports what another module documents."""
    known: dict[str, tuple[str, str]] = {}
    for part in parts.modules.values():
        for path, role, place in part.names:
            known.setdefault(path, (role, place))
    for path, symbol in package.symbols.items():
        if path not in known:
            public = known.get(f"{symbol.module}.{symbol.name}")
            if public is not None:
                known[path] = public
    return [(path, role, place) for path, (role, place) in known.items()]


@cache
def assets() -> dict[str, bytes]:
    """The files that are the same on every site."""
    return {
        f"{places.ASSETS}/{path.name}": path.read_bytes()
        for path in sorted(_ASSETS.iterdir())
        if path.is_file()
    }


def _landing(parts: Parts, package: Package, framer: Framer, docs: Docs) -> str:
    outline = framer.outline
    lead = summary(package, docs)
    modules = [
        {
            "label": name,
            "href": places.module_page(name),
            "count": part.holds,
            "text": unlinked(part.entries[0].summary),
        }
        for name, part in parts.modules.items()
    ]
    guides = [
        {"label": title, "href": page, "text": unlinked(_about(parts, page))}
        for page, title in outline.guides
    ]
    changes = [
        {
            "label": part.entries[0].title,
            "href": page,
            "text": unlinked(part.entries[0].summary),
        }
        for page, part in parts.changes.items()
    ]
    frame = framer.frame(
        places.LANDING,
        outline.title,
        description=lead,
        contents=[Item("Modules", "modules")]
        + [Item("Guides", "guides")] * bool(guides)
        + [Item("What changed", "what-changed")] * bool(changes),
    )
    return shape("landing.html").render(
        frame=frame,
        version=outline.version,
        lead=unlinked(lead),
        guides=guides,
        modules=modules,
        changes=changes,
    )


def _about(parts: Parts, page: str) -> str:
    return parts.guides[page].entries[0].summary


def summary(package: Package, docs: Docs) -> str:
    """What the SDK is, in a sentence: what settings say, else the text of its first module."""
    if docs.description:
        return docs.description
    for name in sorted(package.modules, key=lambda name: name.count(".")):
        doc = docstrings.parse(package.modules[name].doc).text
        if doc.strip():
            return docstrings.summary(doc)
    return ""


def dead_links(
    parts: Parts, landing: str, others: Iterable[str], neighbours: Mapping[str, Seen]
) -> list[Dead]:
    """Every link of the site that leads nowhere, and every anchor that stands twice on its page.

    ``others`` are files beside those of parts, ``neighbours`` pages of other editions by the way to them.
    """
    seen = {page: Seen(found.anchors, []) for page, found in neighbours.items()}
    seen |= {page: found for part in parts.all for page, found in part.seen.items()}
    seen[places.LANDING] = links.look(landing)
    files = {path for part in parts.all for path in part.files}
    return list(links.check(seen, {*files, *others}))
