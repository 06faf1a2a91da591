"""Landing pages, and the indexes of all classes and packages, in the published styles.

Knows which modules a page is about and what it lists of them. It must not know how a module's own pages look.
"""

from __future__ import annotations

from collections.abc import Iterator

from codegen.emitters.pages import legacy_frame as frame
from codegen.emitters.pages.legacy_links import Hrefs
from codegen.emitters.pages.parts import exported_classes, exported_functions
from codegen.model import Module, Overview, Page
from codegen.package import Package
from codegen.page_texts import summary

_Table = list[tuple[str, str, str]]
"""What is listed: the name, where it is, and its summary."""


def emit(overview: Overview, name: str, package: Package) -> str:
    """Return the text of a page about the module ``name`` and those below it."""
    page = package.modules[name].page
    listed = _Listed(overview, name, package)
    match overview.kind:
        case "landing" | "directory":
            title = overview.title or page.documents or name
            parts = ["" if overview.doc is None else f"{overview.doc}\n\n"]
            if overview.kind == "directory":
                parts += ["## Directory\n\n", *listed.directory()]
            return frame.page(title, overview, page, parts)
        case "packages":
            title = overview.title or "Packages"
            parts = _index("Package", listed.packages(), "| ")
            return frame.page(title, overview, page, parts, "Packages")
        case "classes":
            return _class_index(overview, listed, page)


def _class_index(overview: Overview, listed: _Listed, page: Page) -> str:
    tables = {"Classes": listed.classes(), "Protocols": listed.classes("protocol")}
    shown = [title for title, rows in tables.items() if rows] or ["Classes"]
    parts: list[str] = []
    for title in shown:
        # The first heading is the page's own.
        parts += [f"# {title}\n\n"] if parts else []
        parts += _index(_COLUMNS[title], tables[title], "|")
    title = overview.title or " & ".join(shown)
    return frame.page(title, overview, page, parts, shown[0])


_COLUMNS = {
    "Classes": "Class",
    "Protocols": "Protocol",
    "Functions": "Function",
    "Packages": "Package",
}


def _index(column: str, rows: _Table, gap: str) -> list[str]:
    lines = [f"| {column} | Description |", "|-|-|"]
    lines += [f"| [`{name}`]({href}) {gap}{text} |" for name, href, text in rows]
    return ["\n".join(lines) + "\n"]


class _Listed:
    """What a page lists of a module and of those below it."""

    def __init__(self, overview: Overview, name: str, package: Package) -> None:
        page = package.modules[name].page
        self._style = page.style
        self._summaries = overview.summaries or page.summaries
        default = "../packages" if overview.kind == "classes" else ""
        base = default if overview.base is None else overview.base
        found: list[tuple[str, Module]] = []
        for key, module in package.modules.items():
            if key == name or key.startswith(f"{name}."):
                found.append((module.page.documents or key, module))
        found.sort(key=lambda item: item[0])
        self._modules = [
            (key, module, Hrefs(base, key, module)) for key, module in found
        ]

    def _summary(self, text: str) -> str:
        return summary(text, self._style, self._summaries)

    def directory(self) -> Iterator[str]:
        """The tables of a landing page."""
        tables = {
            "Classes": self.classes(),
            "Protocols": self.classes("protocol"),
            "Functions": self._functions(),
            "Packages": [
                (name, hrefs.page, self._summary(module.doc))
                for name, module, hrefs in self._modules
                if _is_listed(module)
            ],
        }
        for title, rows in tables.items():
            if rows:
                lines = [f"| [`{n}`]({href}) | {text} |" for n, href, text in rows]
                head = [f"| {_COLUMNS[title]} | Description |", "|-|-|"]
                yield frame.table(title, [*head, *lines], 3)

    def classes(self, kind: str = "") -> _Table:
        """All classes but protocols, or protocols alone."""
        return [
            (f"{name}.{key}", hrefs.class_(key), self._summary(cls.doc))
            for name, module, hrefs in self._modules
            for key, cls in exported_classes(module).items()
            if (cls.kind == "protocol") == (kind == "protocol")
        ]

    def packages(self) -> _Table:
        """All modules that show anything, as an index links to them."""
        return [
            (name, hrefs.folder, self._summary(module.doc))
            for name, module, hrefs in self._modules
            if _is_listed(module)
        ]

    def _functions(self) -> _Table:
        return [
            (f"{name}.{key}()", hrefs.function(key), self._summary(function.doc))
            for name, module, hrefs in self._modules
            for key, function in exported_functions(module).items()
        ]


def _is_listed(module: Module) -> bool:
    """Whether lists of packages show a module: one that holds something, if it does not say otherwise."""
    if module.page.listed is not None:
        return module.page.listed
    return bool(module.classes or module.functions or module.variables)
