"""What machines read: ``llms.txt``, the map of the site, the map of names, and the model as data.

Knows these formats. It must not know how pages look.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import quote

import msgspec
from markupsafe import escape

from codegen.model import Module

API_FORMAT = 1
_LOCAL = "http://localhost:8000/"


class Entry(NamedTuple):
    """A page in a list: its title, its place, and a sentence about it."""

    title: str
    place: str
    summary: str


def llms(
    title: str, summary: str, base: str, sections: Mapping[str, Iterable[Entry]]
) -> str:
    """Write ``llms.txt``: every page in Markdown, with a sentence about it, below the title of its section."""
    lines = [f"# {_line(title)}", ""]
    if summary:
        lines += [f"> {_line(summary)}", ""]
    for section, entries in sections.items():
        lines += [f"## {_line(section)}", ""]
        for entry in entries:
            about = f": {_line(entry.summary)}" if entry.summary.strip() else ""
            lines.append(f"- [{_line(entry.title)}]({base}{entry.place}){about}")
        lines.append("")
    return "\n".join(lines)


def sitemap(url: str, pages: Iterable[str]) -> str:
    """Write ``sitemap.xml``; a site without an address is taken to be served on this machine."""
    base = url or _LOCAL
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
    ]
    for page in sorted(pages):
        place = (
            page.removesuffix("index.html") if page.endswith("/index.html") else page
        )
        place = "" if place == "index.html" else place
        lines.append(f"<url><loc>{escape(base + quote(place))}</loc></url>")
    return "\n".join([*lines, "</urlset>", ""])


def link_map(places: Mapping[str, str]) -> str:
    """Write the map of each dotted name to where the site describes it."""
    ordered = dict(sorted(places.items()))
    return json.dumps(ordered, indent=1, ensure_ascii=False) + "\n"


def api(title: str, version: str, modules: Mapping[str, Module]) -> bytes:
    """Write the model as JSON: each module as ``codegen schema`` describes it, below a head that tells the format."""
    data = {
        "format": API_FORMAT,
        "title": title,
        "version": version,
        "modules": modules,
    }
    return msgspec.json.encode(data) + b"\n"


def _line(text: str) -> str:
    return " ".join(text.split())
