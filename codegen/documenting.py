"""``docs build``: read a project, make its site, write what has changed, remember what was written.

Knows where the texts of a site stand on disk and which files former runs wrote. It must not know how a page looks, and it
prints nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from codegen import build, editions, files, kept_models, state
from codegen.collecting import collected_later
from codegen.diagnostics import Diagnostic
from codegen.docs_texts import Texts
from codegen.model import Module
from codegen.package import Package
from codegen.site import planning
from codegen.site.building import Inputs
from codegen.site.changes import Changes
from codegen.site.memory import Memory
from codegen.site.planning import Making, Models, Planned, Planner, Version
from codegen.state import OutputRecord, State
from codegen.workspace import CONFIG_NAMES, Result, Workspace

T = TypeVar("T")


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


class Told(NamedTuple):
    """What to remember of versions: pages of changes by what they depend on, and the digests of those that are sound."""

    tool: str
    changes: dict[str, Changes]
    sound: list[str]


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
        self._read = Texts(workspace)
        self._inputs: list[Path] = [workspace.config]
        self._texts: dict[str, str] = {}
        self._found: list[Diagnostic] = []

    def result(self) -> Result:
        """Read, check, make what is stale, write, remember."""
        tool = self._tool()
        read = self._models(tool)
        specs, keep = self._specs(read)
        package = self._workspace.package(specs)
        guides, pictures = self._read.guides()
        self._found += self._read.found
        self._texts |= self._read.texts
        inputs = Inputs(
            package,
            self._workspace.settings.package,
            self._docs,
            self._read.specs(specs),
            self._read.cores(specs),
            guides,
            {path: place for path, (place, _) in pictures.items()},
            self._exists,
        )
        # What is new is checked before anything is made of it.
        new = self._new(keep, tool)
        self._check(specs, package, new)
        planner, plan = self._plan(inputs, keep, read, tool)
        if self._wrong():
            return self._ended()
        intact = self._intact()
        makings = [
            Making(one, tool, self._last.get(one.edition.folder, Memory()), intact)
            for one in plan
        ]
        known = makings[0].known.modules.keys()
        self._check(specs, package, specs.modules.keys() - known - new)
        if self._wrong():
            return self._ended()
        whole = planning.build(planner, makings, self._docs.url)
        self._found += [
            self._read.dead(self._out / folder, dead, guides)
            for folder, dead in whole.dead
        ]
        if self._wrong():
            return self._ended()
        shown = {
            one.edition.folder + place: data
            for one in plan
            if one.inputs.pictures
            for place, data in pictures.values()
        }
        told = Told(tool, planner.told, planner.digests)
        return self._finish({**whole.files, **shown}, whole.memories, told)

    def _models(self, tool: str) -> Mapping[str, Module]:
        """Specs as former runs read them, by the digest of their texts."""
        read = {
            digest: model
            for memory in self._last.values()
            if memory.tool == tool
            for digest, model in memory.models.values()
        }
        return read or kept_models.load(self._workspace.root)

    def _specs(self, read: Mapping[str, Module]) -> tuple[build.Specs, Models]:
        """Read the specs that were not read before; return all of them, and what to remember of them."""
        self._texts, problems = self._workspace.read_texts()
        digests = {
            path: files.digest(text.encode()) for path, text in self._texts.items()
        }
        known = {path: read[key] for path, key in digests.items() if key in read}
        specs = build.read_specs(self._texts, known, problems)
        keep = {
            document.path: (digests[document.path], specs.modules[name])
            for name, document in specs.documents.items()
        }
        return specs, keep

    def _plan(
        self, inputs: Inputs, models: Models, read: Mapping[str, Module], tool: str
    ) -> tuple[Planner, list[Planned]]:
        """The editions of the site; findings where settings lead nowhere."""
        last = self._load("told", Told)
        told = last if last is not None and last.tool == tool else Told(tool, {}, [])
        known = editions.Known(read, told.sound)
        versions = editions.read(self._workspace, known)
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
        planner = Planner(inputs, [newest, *versions.found], told.changes)
        if self._variant:
            return planner, planner.plan((), only=self._variant)
        return planner, planner.plan(self._docs.variants)

    def _finish(
        self,
        wanted: Mapping[str, bytes | None],
        memories: Mapping[str, Memory],
        told: Told,
    ) -> Result:
        """Write the site and, if that could be done, what the next run need not make again."""
        root = self._workspace.root
        # What guides link to must still be there.
        for memory in memories.values():
            self._inputs += [root / path for path in memory.asked["/"]]
        self._inputs += self._read.inputs
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

    def _new(self, models: Models, tool: str) -> set[str]:
        """The modules whose specs the last run did not see as they are now."""
        last = self._last.get("", Memory())
        seen = last.models if last.tool == tool else {}
        return {
            module.module
            for path, (digest, module) in models.items()
            if path not in seen or seen[path][0] != digest
        }

    def _check(
        self, specs: build.Specs, package: Package, stale: AbstractSet[str]
    ) -> None:
        """Apply the rules to some modules; to all of them when one is wrong."""
        # What cores do is no business of the site's; it only shows them.
        settings = msgspec.structs.replace(self._workspace.settings, cores=None)
        found = build.check(specs, package, settings, {}, frozenset(stale), site=True)
        if any(finding.severity == "error" for finding in found):
            # A mistake may be shared with a spec that did not change; then both places are told.
            found = build.check(specs, package, settings, {}, site=True)
        self._found += found

    def _wrong(self) -> bool:
        return any(found.severity == "error" for found in self._found)

    def _ended(self) -> Result:
        return Result([], 0, [], self._found, self._texts)

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
            return Result([], 0, [], [*self._found, error.finding()], self._texts)
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
