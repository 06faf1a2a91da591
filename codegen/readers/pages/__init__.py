"""Published reference pages to modules: the mirror image of the emitter's legacy styles.

Knows that pages are read one by one and then put together. What stands on a page is known by ``modules``, ``overviews``
and what they are made of; a page that departs from the grammar becomes a finding, and the others are read all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from codegen.diagnostics import Diagnostic, Location
from codegen.model import Module
from codegen.readers.pages import front
from codegen.readers.pages.assembly import assemble
from codegen.readers.pages.contradictions import contradictions
from codegen.readers.pages.reading import PageRead, read_page


class PageTree:
    """Pages as they are read, each in the first style whose grammar fits.

    ``places`` says for the path of each text, as people are shown it, where the page stands in its tree.
    """

    def __init__(self, texts: Mapping[str, str], places: Mapping[str, str]) -> None:
        self.findings: list[Diagnostic] = []
        self._places = places
        self._readings: dict[str, Iterator[PageRead | Diagnostic]] = {}
        self._pages: dict[str, PageRead] = {}
        self._reasons: dict[str, Diagnostic] = {}
        for path, text in texts.items():
            if not front.is_reference_page(text.split("\n", 41)):
                message = "this is no reference page (`layout: py_api`); it is left out"
                place = Location(path)
                warning = Diagnostic(place, "page-foreign", message, "", "warning")
                self.findings.append(warning)
                continue
            self._readings[path] = read_page(path, text)
            problem = self._next(path)
            if problem is not None:
                self.findings.append(problem)

    @property
    def paths(self) -> list[str]:
        """The pages that are read so far."""
        return list(self._pages)

    def place(self, path: str) -> str:
        """Where a page stands in its tree."""
        return self._places[path]

    def modules(self) -> tuple[dict[str, Module], list[Diagnostic]]:
        """What the pages say together, and what they say that a spec cannot hold or that had to be guessed."""
        modules, losses = assemble(list(self._pages.values()))
        losses += [loss for read in self._pages.values() for loss in read.page.losses]
        return modules, losses

    def leave_out_contradictions(self) -> None:
        """Leave out each module page whose directory says something else of a class than the class's own page.

        Read in another way, it may say the same.
        """
        while found := dict(contradictions(self._pages)):
            for path, reason in found.items():
                self.refuse(path, reason)

    def refuse(self, path: str, reason: Diagnostic) -> None:
        """Read a page in the next style that fits; without one it is left out for the first such reason."""
        first = self._reasons.setdefault(path, reason)
        if self._next(path) is not None:
            self.findings.append(first)

    def _next(self, path: str) -> Diagnostic | None:
        """Take the next reading of a page; return what keeps it from being read when there is none."""
        found = next(self._readings[path], None)
        if isinstance(found, PageRead):
            self._pages[path] = found._replace(path=self._places[path])
            return None
        self._pages.pop(path, None)
        return found or Diagnostic(Location(path), "page-grammar", "no style fits")
