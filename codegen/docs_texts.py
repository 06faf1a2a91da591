"""What a site is made from beside specs: cores and guides, found and read; and where a guide has a link that is dead.

Knows where these texts stand on disk. It must not know what they mean or how a page looks.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from pathlib import Path

from codegen import build, files
from codegen.diagnostics import Diagnostic, Location
from codegen.docs_settings import Docs
from codegen.site.links import Dead
from codegen.site.places import GUIDES, guide_page
from codegen.site.sources import Source
from codegen.walk import core_references
from codegen.workspace import Workspace

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif")


class Texts:
    """Reads the texts of one project, and notes the files they were looked for in, and what is wrong with them."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._docs = workspace.settings.docs
        self.inputs: list[Path] = []
        self.texts: dict[str, str] = {}
        self.found: list[Diagnostic] = []

    def specs(self, specs: build.Specs) -> dict[str, Source]:
        """The specs by module, as files of the project."""
        folder = self._workspace.settings.specs
        return {
            name: Source(f"{folder}/{document.path.rpartition('/')[2]}", document.text)
            for name, document in specs.documents.items()
        }

    def cores(self, specs: build.Specs) -> dict[str, Source]:
        """The texts of the modules that hold cores; one that cannot be read is not shown."""
        folder = self._workspace.settings.cores
        if folder is None:
            return {}
        wanted = {
            reference.partition(":")[0]
            for module in specs.modules.values()
            for _, reference in core_references(module)
        }
        found: dict[str, Source] = {}
        for name in sorted(wanted):
            base = f"{folder}/{name.replace('.', '/')}"
            for path in (f"{base}.py", f"{base}/__init__.py"):
                place = self._workspace.root / path
                self.inputs.append(place)
                if files.is_file(place):
                    text, _ = files.read_text(place, path)
                    if text is not None:
                        found[name] = Source(path, text)
                    break
        return found

    def guides(self) -> tuple[dict[str, Source], dict[str, tuple[str, bytes]]]:
        """The guides by their pages, and the pictures by their paths: the place on the site and the content."""
        guides: dict[str, Source] = {}
        pictures: dict[str, tuple[str, bytes]] = {}
        for path, name in self._guide_files().items():
            place = self._workspace.root / path
            self.inputs.append(place)
            if name.endswith(".md"):
                shown = self._workspace.shown(place)
                text, problems = files.read_text(place, shown)
                self.found += problems
                if text is not None:
                    self.texts[shown] = text
                    first = guides.setdefault(guide_page(name), Source(path, text))
                    if first.path != path:
                        message = f"its page would be that of '{first.path}'"
                        found = Diagnostic(Location(shown), "path-collision", message)
                        self.found.append(found)
            elif name.lower().endswith(_PICTURES):
                data = files.read_bytes(place)
                if data is not None:
                    pictures[path] = (f"{GUIDES}/{name}", data)
        return guides, pictures

    def _guide_files(self) -> dict[str, str]:
        """The name on the site of each file of the guides, by its path in the project, in the order of the settings."""
        guides = self._docs.guides
        found: dict[str, str] = {}
        taken: set[str] = set()
        for entry in [guides] if isinstance(guides, str) else guides:
            for path, name in self._files_of(entry):
                if path not in found:
                    found[path] = path if name in taken else name
                    taken.add(found[path])
        return found

    def _files_of(self, entry: str) -> Iterator[tuple[str, str]]:
        """The files that an entry of the settings means, with their names below its folder."""
        folder, _, last = entry.rpartition("/")
        if entry.endswith(".md") and "*" not in last:
            yield entry, last
            return
        if "*" not in last:
            folder, last = entry, ""
        names = list(files.read_tree(self._workspace.root / folder))
        # A file that is added or removed changes its folder.
        inner = {(self._workspace.root / folder / name).parent for name in names}
        self.inputs += [self._workspace.root / folder, *sorted(inner)]
        chosen = [
            name
            for name in names
            if not last or ("/" not in name and fnmatch.fnmatchcase(name, last))
        ]
        if not chosen and entry != Docs().guides:
            place = Location(self._workspace.shown(self._workspace.config))
            message = f"'guides' names '{entry}', where there is nothing"
            self.found.append(Diagnostic(place, "wrong-setting", message))
        for name in chosen:
            yield f"{folder}/{name}".lstrip("/"), name

    def dead(self, out: Path, dead: Dead, guides: dict[str, Source]) -> Diagnostic:
        """A finding about a dead link, where the guide says it, if a guide does."""
        rule = "twofold-anchor" if dead.reason.endswith("twice") else "dead-link"
        guide = guides.get(dead.page)
        if guide is None:
            place = Location(self._workspace.shown(out / dead.page))
            return Diagnostic(place, rule, f"'{dead.target}': {dead.reason}")
        shown = self._workspace.shown(self._workspace.root / guide.path)
        place, written = _find(shown, guide.text, dead.target)
        return Diagnostic(place, rule, f"'{written}': {dead.reason}")


_LINK = re.compile(r"(?:\]\(|^ *\[[^\]]+\]:)\s*<?([^\s()<>]+)", re.MULTILINE)


def _find(path: str, text: str, target: str) -> tuple[Location, str]:
    """Where a guide has a link, which its page writes as seen from there, and how the guide writes it."""
    last = target.rpartition("/")[2]
    for match in _LINK.finditer(text):
        written = match[1]
        ending = written.rpartition("/")[2]
        if last in (ending, ending.replace(".md", ".html", 1)):
            before = text[: match.start(1)]
            line = before.count("\n") + 1
            column = len(before) - before.rfind("\n")
            return Location(path, line, column, len(written)), written
    return Location(path), target
