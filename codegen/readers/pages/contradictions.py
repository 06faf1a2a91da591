"""What two pages say of one class: the summary in the directory of its module, and the text on its own page.

Knows that the first follows from the second. It must not know how pages are put together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from codegen.diagnostics import Diagnostic, Location
from codegen.page_texts import summary, with_summary
from codegen.readers.pages.lines import Lines
from codegen.readers.pages.modules import ClassFacts, Entry, ModuleFacts
from codegen.readers.pages.reading import PageRead


def summarised(facts: ClassFacts, entry: Entry, page: Lines) -> str:
    """The summary the directory of a page should show of a class."""
    how = page.style, page.summaries
    text = with_summary(facts.body.head.doc, entry.summary, *how)
    return summary(text, *how)


def contradictions(
    pages: Mapping[str, PageRead],
) -> Iterator[tuple[str, Diagnostic]]:
    """Module pages that show another summary of a class than follows from the page they link to."""
    places = {read.path: read for read in pages.values()}
    for path, read in pages.items():
        facts = read.facts
        if not isinstance(facts, ModuleFacts) or not read.path.endswith("_index.md"):
            continue
        prefix = read.path.removesuffix("_index.md")
        for name, entry in facts.directory.items():
            leaf = entry.href.rpartition("/")[2]
            other = places.get(f"{prefix}{leaf}.md")
            if other is not None and isinstance(other.facts, ClassFacts):
                shown = summarised(other.facts, entry, read.page)
                about = (other.facts.module, other.facts.name)
                if about == (facts.name, name) and shown != entry.summary:
                    yield path, _contradiction(read, name, entry, other, shown)


def _contradiction(
    read: PageRead, name: str, entry: Entry, other: PageRead, shown: str
) -> Diagnostic:
    column = max(read.page[entry.line].rfind(f" {entry.summary} |"), 0) + 1
    length = max(1, len(entry.summary))
    place = Location(read.page.path, entry.line + 1, column + 1, length)
    hint = f"expected '{shown}', as '{other.page.path}' begins"
    message = f"this is not the summary of '{name}'"
    return Diagnostic(place, "page-derived", message, hint)
