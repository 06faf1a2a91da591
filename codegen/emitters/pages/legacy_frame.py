"""The frame of a page in a published style: front matter, title, and the end.

Knows which entries front matter has and in which order. It must not know what stands on the page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from codegen.model import FrontMatter
from codegen.shapes import shape


def page(
    title: str,
    own: FrontMatter,
    common: FrontMatter,
    parts: Iterable[str],
    heading: str | None = None,
) -> str:
    """Put a page together; what its own front matter does not say, the common one of its module says."""
    title = " ".join(title.split())
    text = shape("page.md").render(
        title=heading or title,
        front_matter=list(_entries(title, own, common)),
        parts=list(parts),
    )
    if own.final_line_ends is not None:
        text = text.rstrip("\n") + "\n" * own.final_line_ends
    return text.replace("\n", "\r\n") if own.line_ends == "crlf" else text


def table(title: str, rows: list[str], level: int) -> str:
    """A heading and a table."""
    return shape("legacy_table.md").render(marks="#" * level, title=title, rows=rows)


def _entries(title: str, own: FrontMatter, common: FrontMatter) -> Iterator[str]:
    yield f"title: {title}"
    if own.description is not None:
        yield f"description: {json.dumps(own.description, ensure_ascii=False)}"
    if own.icon is not None:
        yield f"icon: {own.icon}"
    version = own.version if own.version is not None else common.version
    if version:
        yield f"version: {version}"
    variants = own.variants or common.variants
    if variants:
        yield f"variants: {' '.join(variants)}"
    yield "layout: py_api"
    if own.weight:
        yield f"weight: {own.weight}"
    if own.sidebar_expanded:
        yield "sidebar_expanded: true"
