"""Links held to what is there: every link inside the site, and every anchor, leads somewhere, and no anchor is twofold.

Knows that all HTML here is made by us: in texts, quotes are escaped, so that attributes can be found without reading all of
a page's grammar. It must not know what a page is about.
"""

from __future__ import annotations

import html as html_entities
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote

_ANCHOR = re.compile(r' id="([^"]*)"')
_LINK = re.compile(r' (?:href|src)="([^"]*)"')
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")


class Seen(NamedTuple):
    """What a page has and what it wants: its anchors, and the places inside the site that it links to."""

    anchors: list[str]
    links: list[str]


class Dead(NamedTuple):
    """A link that leads nowhere, or an anchor that stands twice: on which page, which, and why."""

    page: str
    target: str
    reason: str


def look(html: str) -> Seen:
    """Find the anchors and the links of a page; links elsewhere are left out, each link stands once."""
    wanted = dict.fromkeys(map(html_entities.unescape, _LINK.findall(html)))
    return Seen(
        [html_entities.unescape(anchor) for anchor in _ANCHOR.findall(html)],
        [target for target in wanted if not _SCHEME.match(target)],
    )


def check(pages: Mapping[str, Seen], files: Iterable[str]) -> Iterator[Dead]:
    """Yield what is wrong with the pages of a site that has these files beside them."""
    anchors = {page: frozenset(seen.anchors) for page, seen in pages.items()}
    known = {*files, *pages}
    # Pages of one folder link to the same places, most of them many times.
    sound: set[tuple[str, str]] = set()
    for page, seen in pages.items():
        if len(anchors[page]) < len(seen.anchors):
            twice = sorted({a for a in seen.anchors if seen.anchors.count(a) > 1})
            for anchor in twice:
                yield Dead(page, f"#{anchor}", "the page has this anchor twice")
        folder = posixpath.dirname(page)
        for target in seen.links:
            if target.startswith("#"):
                place, anchor = page, target[1:]
            elif (folder, target) in sound:
                continue
            else:
                path, _, anchor = target.partition("#")
                place = posixpath.normpath(posixpath.join(folder, unquote(path)))
            reason = _problem(place, unquote(anchor), known, anchors)
            if reason:
                yield Dead(page, target, reason)
            elif place is not page:
                sound.add((folder, target))


def _problem(
    place: str,
    anchor: str,
    known: set[str],
    anchors: Mapping[str, frozenset[str]],
) -> str:
    """Why a link is dead; nothing when it leads somewhere."""
    if place not in known:
        return f"there is no '{place}' on the site"
    if anchor and place in anchors and anchor not in anchors[place]:
        return f"'{place}' has no anchor '{anchor}'"
    return ""
