"""Published pages as sources of specs: whether they are still what they were, and where they and the specs disagree.

Knows that a page cannot tell everything: so a spec is written as a page of the same style and read again, and what the two
readings say is compared. A page whose digest is the known one is not read. It must not know how pages are written or read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any, NamedTuple, cast

import msgspec
from msgspec import structs

from codegen.agreement import Ordered, Tree, unequal
from codegen.build import Specs
from codegen.diagnostics import Diagnostic, Location
from codegen.model import Module
from codegen.package import Package
from codegen.placement import class_pages, module_file
from codegen.walk import Path

_GROUPS = {
    "attributes": "attribute",
    "classes": "class",
    "functions": "function",
    "methods": "method",
    "parameters": "parameter",
    "properties": "property",
    "raises": "error",
    "type_aliases": "type alias",
    "variables": "variable",
}
_LONGEST = 60


class Changed(NamedTuple):
    """A source that is not what its spec says: where the spec says so, and the digest it has now."""

    module: str
    path: str
    place: Location
    known: str
    digest: str


class Sources:
    """The pages that specs name as their sources. ``read`` gives the bytes of a file of the project, None without one.

    ``shown`` is its path as people know it.
    """

    def __init__(
        self,
        specs: Specs,
        package: Package,
        read: Callable[[str], bytes | None],
        shown: Callable[[str], str],
    ) -> None:
        self._specs = specs
        self._package = package
        self._shown = shown
        self.changed: list[Changed] = []
        self.texts: dict[str, str] = {}
        self.findings: list[Diagnostic] = []
        for name, module in specs.modules.items():
            for path, known in module.sources.items():
                self._look_at(name, path, known, read)

    def _look_at(
        self, name: str, path: str, known: str, read: Callable[[str], bytes | None]
    ) -> None:
        document = self._specs.documents[name]
        inside = ".." not in PurePosixPath(path).parts and not path.startswith("/")
        data = read(path) if inside else None
        if data is None:
            place = document.locate(("sources", path), key=True)
            message = f"there is no file '{path}' in the project"
            hint = "a source is a file below the settings file"
            self.findings.append(Diagnostic(place, "source-missing", message, hint))
            return
        digest = sha256(data).hexdigest()
        if digest == known:
            return
        place = document.locate(("sources", path))
        self.changed.append(Changed(name, path, place, known, digest))
        shown = self._shown(path)
        text = self.texts[shown] = data.decode(errors="replace")
        message = (
            f"the page '{path}' has changed since the spec was last compared with it"
        )
        hint = (
            "bring the spec into agreement, then run `codegen check --accept-sources`"
        )
        related = Location(shown)
        self.findings.append(
            Diagnostic(place, "source-changed", message, hint, related=related)
        )
        self.findings += self._differences(name, shown, text)

    def _differences(self, name: str, shown: str, text: str) -> Iterator[Diagnostic]:
        """What the page says otherwise than the spec."""
        page, problems = _read(shown, text)
        yield from problems
        if page is None:
            return
        if name not in page:
            found = ", ".join(f"'{other}'" for other in page)
            message = f"the page is about {found}, not about '{name}'"
            yield Diagnostic(Location(shown), "source-differs", message)
            return
        told = page[name]
        mirrored, problem = self._mirrored(name, told)
        if problem:
            yield Diagnostic(Location(shown), "source-differs", problem)
        if mirrored is None:
            return
        document = self._specs.documents[name]
        for path, said, documented in unequal(_tree(told), _tree(mirrored)):
            whole = said is None or documented is None
            place = document.locate(path, key=whole)
            message = _message(path, said, documented)
            related = _place(shown, text, path, said)
            yield Diagnostic(place, "source-differs", message, related=related)

    def _mirrored(self, name: str, told: Module) -> tuple[Module | None, str]:
        """The spec as a page of the same style says it; or what keeps it from being said."""
        from codegen.emitters import pages

        module = self._package.modules[name]
        module = structs.replace(
            module, page=structs.replace(module.page, style=told.page.style)
        )
        package = Package({**self._package.modules, name: module})
        file = module_file(name, module)
        if not told.page.written:
            cls = next(iter(told.classes), "")
            file = class_pages(name, module).get(cls, "")
            if not file:
                return (
                    None,
                    f"the page is about the class '{cls}', which no page of the spec is about",
                )
        text = pages.emit(name, module, package).get(file, "")
        read, _ = _read(told.page.file or file, text)
        return (read or {}).get(name), ""


def accepted(texts: Mapping[str, str], changed: Iterable[Changed]) -> dict[str, str]:
    """The specs whose sources have changed, with the digests these have now."""
    new: dict[str, str] = {}
    for _, _, place, known, digest in changed:
        lines = new.get(place.path, texts[place.path]).split("\n")
        line = lines[place.line - 1]
        start = line.index(known, place.column - 1)
        lines[place.line - 1] = line[:start] + digest + line[start + len(known) :]
        new[place.path] = "\n".join(lines)
    return new


def _read(path: str, text: str) -> tuple[dict[str, Module] | None, list[Diagnostic]]:
    """What one page says, and why it cannot be read."""
    from codegen.readers.pages import PageTree

    tree = PageTree({path: text}, {path: path.rpartition("/")[2]})
    modules, _ = tree.modules()
    return modules or None, tree.findings


def _tree(module: Module) -> Tree:
    """What a page says, as plain data without its place."""
    tree = cast("Tree", _ordered(msgspec.to_builtins(module)))
    page = tree.pop("page", {})
    shown = {key: page[key] for key in ("version", "variants") if key in page}
    for cls in tree.get("classes", {}).values():
        cls.pop("page", None)
    return {**tree, "page": shown}


def _ordered(value: Any, key: str = "") -> Any:
    if not isinstance(value, dict):
        return value
    parts = {name: _ordered(part, name) for name, part in value.items()}
    return Ordered(parts) if key == "parameters" else parts


def _message(path: Path, said: object, documented: object) -> str:
    label = group = ""
    rest: list[str] = []
    keys = iter(path)
    for key in keys:
        if key in _GROUPS and not rest:
            name = next(keys, None)
            if name is None:
                rest = ["order of parameters"]
                break
            group = str(key)
            label += f"({name})" if key == "parameters" else f".{name}"
        else:
            rest.append(str(key))
    label = label.removeprefix(".")
    if not rest:
        kind = _GROUPS.get(group, "element")
        if documented is None:
            return f"the page has the {kind} '{label}', the spec has not"
        return f"the spec has the {kind} '{label}', the page has not"
    about = f" of '{label}'" if label else ""
    fact = " ".join(rest)
    return f"the {fact}{about}: the page says {_shown(said)}, the spec {_shown(documented)}"


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    text = str(value) if isinstance(value, str) else msgspec.json.encode(value).decode()
    text = " ".join(text.split())
    return f"'{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}'"


def _place(shown: str, text: str, path: Path, said: object) -> Location:
    """Where the page speaks of an element: the names on the way to it, looked for one below the other."""
    start = found = length = 0
    for key in path:
        match = re.compile(rf"(?<!\w){re.escape(str(key))}(?!\w)").search(text, start)
        if match is not None and key not in _GROUPS:
            found, length = match.span()[0], len(match[0])
            start = text.rfind("\n", 0, found) + 1
    line_end = text.find("\n", start)
    line = text[start : line_end if line_end >= 0 else len(text)]
    if isinstance(said, str) and said and said in line:
        found, length = start + line.index(said), len(said)
    number = text.count("\n", 0, found) + 1
    return Location(shown, number, found - text.rfind("\n", 0, found), max(length, 1))
