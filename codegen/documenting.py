"""``docs build``: read a project, make its site, write what has changed, remember what was written.

Knows where the texts of a site stand on disk and which files former runs wrote. It must not know how a page looks, and it
prints nothing.
"""

from __future__ import annotations

import fnmatch
import os
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from codegen import build, editions, files, state
from codegen.collecting import collected_later
from codegen.diagnostics import Diagnostic, Location
from codegen.docs_settings import Docs
from codegen.model import Module
from codegen.package import Package
from codegen.site import planning
from codegen.site.building import Inputs, Known
from codegen.site.changes import Changes
from codegen.site.links import Dead
from codegen.site.memory import Memory
from codegen.site.places import GUIDES, guide_page
from codegen.site.planning import Making, Models, Planned, Planner, Version
from codegen.site.sources import Source
from codegen.state import OutputRecord, State
from codegen.walk import core_references
from codegen.workspace import CONFIG_NAMES, Result, Workspace

T = TypeVar("T")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif")


def build_site(
    workspace: Workspace, out: Path | None = None, variant: str = ""
) -> Result:
    """Bring the site of a project up to date; nothing is written when a spec is wrong or a link is dead.

    A ``variant`` is built instead of the whole and of the variants that settings name.
    """
    with collected_later(), files.locked(workspace.root):
        return _Run(workspace, out, variant).result()


def manifest_name(out: Path | None) -> str:
    """The name of the record of a site; None is the folder that the settings name."""
    return state.file_name(None if out is None else str(out)).replace("state", "site")


class _Run:
    """One ``docs build``: each step leaves what the next one needs."""

    def __init__(self, workspace: Workspace, out: Path | None, variant: str) -> None:
        self._workspace = workspace
        self._variant = variant
        self._docs = workspace.settings.docs
        folder = workspace.root / self._docs.out if out is None else out
        self._out = Path(os.path.abspath(folder))
        self._name = manifest_name(out)
        self._started = time.time_ns()
        self._state = self._load_state()
        self._last = self._load("parts", dict[str, Memory]) or {}
        self._inputs: list[Path] = [workspace.config]
        self._texts: dict[str, str] = {}
        self._found: list[Diagnostic] = []

    def result(self) -> Result:
        """Read, check, make what is stale, write, remember."""
        workspace = self._workspace
        self._texts, problems = workspace.read_texts()
        digests = {
            path: files.digest(text.encode()) for path, text in self._texts.items()
        }
        tool = self._tool()
        read = {
            digest: model
            for memory in self._last.values()
            if memory.tool == tool
            for digest, model in memory.models.values()
        }
        models = {
            path: read[digest] for path, digest in digests.items() if digest in read
        }
        specs = build.read_specs(self._texts, models, problems)
        package = workspace.package(specs)
        guides, pictures = self._guides()
        inputs = Inputs(
            package,
            workspace.settings.package,
            self._docs,
            self._specs(specs),
            self._cores(specs),
            guides,
            {path: place for path, (place, _) in pictures.items()},
            self._exists,
        )
        keep = {
            document.path: (digests[document.path], specs.modules[name])
            for name, document in specs.documents.items()
        }
        planner, plan = self._plan(inputs, keep, read, tool)
        intact = self._intact()
        makings = [
            Making(one, tool, self._last.get(one.edition.folder, Memory()), intact)
            for one in plan
        ]
        if not self._wrong():
            self._check(specs, package, makings[0].known)
        if self._wrong():
            return self._ended()
        whole = planning.build(makings, self._docs.url)
        self._found += [self._dead(folder, dead, guides) for folder, dead in whole.dead]
        if self._wrong():
            return self._ended()
        shown = {
            one.edition.folder + place: data
            for one in plan
            if one.inputs.pictures
            for place, data in pictures.values()
        }
        told = (tool, planner.told)
        return self._finish({**whole.files, **shown}, whole.memories, told)

    def _plan(
        self, inputs: Inputs, models: Models, read: Mapping[str, Module], tool: str
    ) -> tuple[Planner, list[Planned]]:
        """The editions of the site; findings where settings lead nowhere."""
        versions = editions.read(self._workspace, read)
        wanted = [self._variant] if self._variant else self._docs.variants
        self._found += versions.diagnostics
        self._found += editions.unknown_variants(
            self._workspace, wanted, inputs, versions
        )
        self._texts |= versions.texts
        self._inputs += versions.inputs
        published = self._workspace.settings.publish.version
        label = editions.newest(inputs, published, versions.found)
        texts = sorted(digest for digest, _ in models.values())
        newest = Version(
            label,
            dict(inputs.specs),
            inputs.package,
            files.digest(repr(texts).encode()),
            models,
        )
        last = self._load("told", tuple[str, dict[str, Changes]])
        told = last[1] if last is not None and last[0] == tool else {}
        planner = Planner(inputs, [newest, *versions.found], told)
        if self._variant:
            return planner, planner.plan((), only=self._variant)
        return planner, planner.plan(self._docs.variants)

    def _finish(
        self,
        wanted: Mapping[str, bytes | None],
        memories: Mapping[str, Memory],
        told: tuple[str, Mapping[str, Changes]],
    ) -> Result:
        """Write the site and, if that could be done, what the next run need not make again."""
        root = self._workspace.root
        # What guides link to must still be there.
        for memory in memories.values():
            self._inputs += [root / path for path in memory.asked["/"]]
        result = self._write(wanted)
        if result.diagnostics == self._found:
            for name, data in (("parts", memories), ("told", told)):
                packed = msgspec.msgpack.encode(data)
                files.write_cache(root, f"{self._name}-{name}", packed)
        return result

    def _exists(self, path: str) -> bool:
        return (self._workspace.root / path).exists()

    def _tool(self) -> str:
        """What changes every page when it changes: the generator and the settings."""
        paths = [str(self._workspace.config), *state.tool_files()]
        return files.digest(
            repr([self._variant, *((p, state.stamp(p)) for p in paths)]).encode()
        )

    def _load_state(self) -> State | None:
        root = self._workspace.root
        found = state.load(str(root / state.CACHE_FOLDER / self._name))
        return found if found and found.out == str(self._out) else None

    def _load(self, name: str, kind: type[T]) -> T | None:
        """What the last run remembered; None where there is no record of its files."""
        folder = self._workspace.root / state.CACHE_FOLDER
        data = files.read_bytes(folder / f"{self._name}-{name}")
        try:
            if self._state is not None and data is not None:
                return msgspec.msgpack.decode(data, type=kind)
        except msgspec.MsgspecError:
            pass
        return None

    def _intact(self) -> frozenset[str]:
        """The files of the site that stand as the last run left them."""
        if self._state is None:
            return frozenset()
        prefix = str(self._out) + os.sep
        return frozenset(
            path
            for path, record in self._state.outputs.items()
            if record[0] is not None and state.stamp(prefix + path) == record[0]
        )

    def _check(self, specs: build.Specs, package: Package, known: Known) -> None:
        """Apply the rules to the specs whose pages are made anew."""
        # What cores do is no business of the site's; it only shows them.
        settings = msgspec.structs.replace(self._workspace.settings, cores=None)
        stale = frozenset(specs.modules.keys() - known.modules.keys())
        found = build.check(specs, package, settings, {}, stale)
        if any(finding.severity == "error" for finding in found):
            # A mistake may be shared with a spec that did not change; then both places are told.
            found = build.check(specs, package, settings, {})
        self._found += found

    def _wrong(self) -> bool:
        return any(found.severity == "error" for found in self._found)

    def _ended(self) -> Result:
        return Result([], 0, [], self._found, self._texts)

    def _specs(self, specs: build.Specs) -> dict[str, Source]:
        folder = self._workspace.settings.specs
        return {
            name: Source(f"{folder}/{document.path.rpartition('/')[2]}", document.text)
            for name, document in specs.documents.items()
        }

    def _cores(self, specs: build.Specs) -> dict[str, Source]:
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
                self._inputs.append(place)
                if place.is_file():
                    text, _ = files.read_text(place, path)
                    if text is not None:
                        found[name] = Source(path, text)
                    break
        return found

    def _guides(self) -> tuple[dict[str, Source], dict[str, tuple[str, bytes]]]:
        """The guides by their pages, and the pictures by their paths: the place on the site and the content."""
        guides: dict[str, Source] = {}
        pictures: dict[str, tuple[str, bytes]] = {}
        for path, name in self._guide_files().items():
            place = self._workspace.root / path
            self._inputs.append(place)
            if name.endswith(".md"):
                shown = self._workspace.shown(place)
                text, problems = files.read_text(place, shown)
                self._found += problems
                if text is not None:
                    self._texts[shown] = text
                    guides[guide_page(name)] = Source(path, text)
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
        self._inputs += [self._workspace.root / folder, *sorted(inner)]
        chosen = [
            name
            for name in names
            if not last or ("/" not in name and fnmatch.fnmatchcase(name, last))
        ]
        if not chosen and entry != Docs().guides:
            place = Location(self._workspace.shown(self._workspace.config))
            message = f"'guides' names '{entry}', where there is nothing"
            self._found.append(Diagnostic(place, "wrong-setting", message))
        for name in chosen:
            yield f"{folder}/{name}".lstrip("/"), name

    def _dead(self, folder: str, dead: Dead, guides: dict[str, Source]) -> Diagnostic:
        """A finding about a dead link, where the guide says it, if a guide does."""
        rule = "twofold-anchor" if dead.reason.endswith("twice") else "dead-link"
        guide = guides.get(dead.page)
        if guide is None:
            place = Location(self._workspace.shown(self._out / folder / dead.page))
            return Diagnostic(place, rule, f"'{dead.target}': {dead.reason}")
        shown = self._workspace.shown(self._workspace.root / guide.path)
        place, written = _find(shown, guide.text, dead.target)
        return Diagnostic(place, rule, f"'{written}': {dead.reason}")

    def _write(self, wanted: Mapping[str, bytes | None]) -> Result:
        """Write what differs, remove what former runs wrote and this one did not."""
        former = self._state.outputs if self._state is not None else {}
        records: dict[str, OutputRecord] = {}
        changed: dict[str, bytes] = {}
        for path, data in wanted.items():
            if data is None:
                records[path] = former[path]
                continue
            if files.read_bytes(self._out / path) != data:
                changed[path] = data
            records[path] = (None, files.digest(data), f"site {self._variant}", ())
        # Remembered first: whatever a killed run leaves is known to the next.
        self._remember({**former, **records}, [])
        try:
            files.write_tree(self._out, changed)
        except files.WriteError as error:
            place = Location(self._workspace.shown(error.path))
            hint = "free some space and run again" if error.full else ""
            message = f"cannot be written: {error.reason}; nothing was changed"
            finding = Diagnostic(place, "write-failed", message, hint)
            return Result([], 0, [], [*self._found, finding], self._texts)
        removed = [
            path
            for path, record in former.items()
            if path not in wanted and self._is_ours(path, record)
        ]
        files.remove(self._out, removed)
        self._remember(records, self._inputs)
        unchanged = len(wanted) - len(changed)
        return Result(sorted(changed), unchanged, removed, self._found, self._texts)

    def _remember(self, records: dict[str, OutputRecord], inputs: list[Path]) -> None:
        """Leave the record of this run; without inputs, the next one looks at everything."""
        workspace = self._workspace
        folder = workspace.specs_folder
        names = state.list_specs(str(folder))
        paths = [str(path) for path in inputs]
        if inputs:
            paths += [*state.tool_files(), *(str(folder / name) for name in names)]
        stamps = {path: state.settled(path, self._started) for path in paths}
        config_first = workspace.root / CONFIG_NAMES[0]
        prefix = str(self._out) + os.sep
        record = State(
            out=str(self._out),
            inputs=stamps or {str(workspace.config): None},
            absent=[str(config_first)] if config_first != workspace.config else [],
            listing=(str(folder), names),
            specs={},
            homes=[],
            dependencies={},
            outputs={
                path: (known or state.stamp(prefix + path), digest, kind, sources)
                for path, (known, digest, kind, sources) in records.items()
            },
        )
        files.write_cache(workspace.root, self._name, record.dump())

    def _is_ours(self, path: str, record: OutputRecord) -> bool:
        """Whether a left-over file still is what a former run wrote; an edited one is not removed."""
        data = files.read_bytes(self._out / path)
        return data is not None and files.digest(data) == record[1]


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
