"""What changed from one version to the next, as pages: the changes of an API diff, each beside a link to what it is about.

Knows sections, words and places of changes. It must not know how changes are found, or which versions there are.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from markupsafe import Markup, escape

from codegen.diff.changes import Change
from codegen.diff.printing import (
    SECTIONS,
    Report,
    Shown,
    ordered,
    render_markdown,
    section,
)
from codegen.package import Package
from codegen.shapes import shape
from codegen.site import places
from codegen.site.frames import Framer, Item
from codegen.site.names import Names
from codegen.site.places import Places

_NAME = re.compile(r"'([^'\n]+)'|`([^`\n]+)`")


class Line(NamedTuple):
    """One change: the name of what changed, its place from the root of the edition, and a sentence."""

    name: str
    place: str
    text: str


class Changes(NamedTuple):
    """One page: the versions on both sides, the lines of each section, and the same as Markdown."""

    old: str
    new: str
    sections: dict[str, list[Line]]
    markdown: str

    @property
    def page(self) -> str:
        """The page that tells these changes."""
        return places.changes_page(self.new)

    @property
    def title(self) -> str:
        """The title of that page."""
        return f"What changed in {self.new}"

    @property
    def summary(self) -> str:
        """How much has changed since when, in a sentence."""
        counts = [
            f"{len(lines)} {name.lower()}" for name, lines in self.sections.items()
        ]
        return f"Since {self.old}: {', '.join(counts) or 'nothing'}."


class Side(NamedTuple):
    """A version in a comparison: its label, its package, and the way to its edition from the one that tells of it."""

    label: str
    package: Package
    way: str


def between(found: Iterable[Change], old: Side, new: Side) -> Changes:
    """Prepare the page of the changes from one version to the next."""
    shown = ordered(Shown(change, None, None) for change in found)
    before, after = (Names(Places(side.package), {}) for side in (old, new))
    sections: dict[str, list[Line]] = {name: [] for name in SECTIONS}
    for one in shown:
        change = one.change
        text = change.message[:1].upper() + change.message[1:] + "."
        if change.severity == "breaking" and "callers" not in change.affected:
            text += f" Breaks {one.who}."
        if change.hint:
            text += f" {change.hint[:1].upper()}{change.hint[1:].rstrip('.')}."
        place = _place(change.name, (new.way, after), (old.way, before))
        sections[section(change)].append(Line(change.name, place, text))
    report = Report(old.label, new.label, None, None, shown)
    title = f"# What changed in {new.label}\n\nSince {old.label}.\n\n"
    return Changes(
        old.label,
        new.label,
        {
            name: sorted(lines, key=lambda line: line.name)
            for name, lines in sections.items()
            if lines
        },
        title + render_markdown(report, {}),
    )


def _place(name: str, *sides: tuple[str, Names]) -> str:
    """Where a name stands, or what is nearest above it; empty when no page shows any of that."""
    while name:
        for way, names in sides:
            place = names.documented("", name)
            if place is not None:
                return way + place
        name = name.rpartition(".")[0]
    return ""


def page(framer: Framer, it: Changes) -> str:
    """Make a page of changes."""
    root = places.root(it.page)
    sections = [
        (name, name.lower(), [_shown(line, root) for line in lines])
        for name, lines in it.sections.items()
    ]
    frame = framer.frame(
        it.page,
        it.title,
        description=it.summary,
        markdown=posixpath.basename(places.markdown(it.page)),
        contents=[Item(name, anchor) for name, anchor, _ in sections],
        crumbs=[
            Item(framer.outline.title, f"{root}{places.LANDING}"),
            Item(it.title, ""),
        ],
    )
    return shape("changes.html").render(frame=frame, it=it, sections=sections)


def _shown(line: Line, root: str) -> Mapping[str, str | Markup]:
    parts: list[str] = []
    last = 0
    for match in _NAME.finditer(line.text):
        parts += [
            escape(line.text[last : match.start()]),
            Markup("<code>%s</code>") % (match[1] or match[2]),
        ]
        last = match.end()
    text = Markup("").join([*parts, escape(line.text[last:])])
    href = posixpath.normpath(root + line.place) if line.place else ""
    return {"name": line.name, "href": href, "text": text}
