"""A project on disk: what has changed since the last run, what must be rebuilt, and what to write or remove.

Knows the settings file, the folders and the state of the last run, and hands texts to ``build`` and outputs to
``files``. It must not know what a spec means or how an output looks, and it prints nothing.
"""

from __future__ import annotations

import fnmatch
import gc
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from codegen import build, files, project, state
from codegen.checks.base import Cores
from codegen.diagnostics import Diagnostic, Location
from codegen.model import Module
from codegen.outputs import Output
from codegen.package import Package
from codegen.project import OUTPUT_NAMES, OutputName, Settings
from codegen.readers import source
from codegen.state import OutputRecord, State
from codegen.walk import core_references

CONFIG_NAMES = ("codegen.toml", "pyproject.toml")
_MODELS = "models"


class Result(NamedTuple):
    """What a run did: counts of files, findings, and the texts findings refer to."""

    written: list[str]
    unchanged: int
    removed: list[str]
    diagnostics: list[Diagnostic]
    texts: dict[str, str]


class Drift(NamedTuple):
    """An output that is not on disk as the specs say: its path, the text there, the text that should be there."""

    path: str
    actual: bytes | None
    expected: bytes | None


class SettingsError(Exception):
    """The settings cannot be used; carries the findings and the text they are about."""

    def __init__(self, diagnostics: list[Diagnostic], texts: dict[str, str]) -> None:
        super().__init__(diagnostics[0].headline)
        self.diagnostics = diagnostics
        self.texts = texts


def find_config(folder: Path) -> Path:
    """The settings file of the project a folder belongs to, nearest first."""
    for place in (folder, *folder.parents):
        for name in CONFIG_NAMES:
            path = place / name
            if path.is_file() and (name != "pyproject.toml" or _has_table(path)):
                return path
    hint = "`codegen init DIR` makes a project to start from"
    message = "there is no codegen.toml and no pyproject.toml with [tool.codegen] here or above"
    raise SettingsError([Diagnostic(Location("."), "no-settings", message, hint)], {})


def _has_table(path: Path) -> bool:
    return b"[tool.codegen" in (files.read_bytes(path) or b"")


class Workspace:
    """One project and one output folder of it."""

    def __init__(self, config: Path, out: Path | None = None) -> None:
        self.config = Path(os.path.abspath(config))
        self.root = self.config.parent
        shown = self.shown(self.config)
        text, problems = files.read_text(self.config, shown)
        settings = None
        if text is not None:
            settings, problems = project.read(shown, text)
        if settings is None:
            raise SettingsError(problems, {shown: text or ""})
        self.settings: Settings = settings
        self.specs_folder = self.root / settings.specs
        self.out = Path(os.path.abspath(out)) if out else self.root / settings.out
        self._state_name = state.file_name(None if out is None else str(out))
        self._started = time.time_ns()

    def shown(self, path: Path) -> str:
        """A path as people should see it: relative to where they are, when it is below."""
        try:
            return path.relative_to(Path.cwd()).as_posix()
        except ValueError:
            return path.as_posix()

    def read_texts(self) -> tuple[dict[str, str], list[Diagnostic]]:
        """Every spec text under the path shown to people."""
        folder = self.shown(self.specs_folder)
        names, problems = files.list_specs(self.specs_folder, folder)
        texts: dict[str, str] = {}
        for name in names:
            shown = f"{folder}/{name}"
            text, found = files.read_text(self.specs_folder / name, shown)
            problems += found
            if text is not None:
                texts[shown] = text
        return texts, problems

    def read_cores(self, modules: Iterable[Module]) -> tuple[Cores, list[Path]]:
        """The modules of cores that specs name, and the files they were looked for in."""
        if self.settings.cores is None:
            return {}, []
        wanted = {
            reference.partition(":")[0]
            for module in modules
            for _, reference in core_references(module)
        }
        cores: dict[str, source.CoreModule] = {}
        paths: list[Path] = []
        for name in sorted(wanted):
            base = self.root / self.settings.cores / Path(*name.split("."))
            for path in (base.with_suffix(".py"), base / "__init__.py"):
                if path.is_file():
                    text, _ = files.read_text(path, self.shown(path))
                    cores[name] = source.read_core(name, self.shown(path), text or "")
                    paths.append(path)
                    break
        return cores, paths

    def check(self) -> Result:
        """Apply every rule to every spec; write nothing."""
        texts, problems = self.read_texts()
        specs = build.read_specs(texts, {})
        package = self._package(specs)
        cores, _ = self.read_cores(specs.modules.values())
        found = [*problems, *build.check(specs, package, self.settings, cores)]
        return Result([], 0, [], found, texts)

    def _package(self, specs: build.Specs) -> Package:
        return Package(
            specs.modules,
            aliases=self.settings.aliases,
            external=frozenset(self.settings.external),
        )

    def kinds(self, only: Iterable[str]) -> tuple[frozenset[OutputName], list[str]]:
        """Split ``--only`` into kinds of output and globs over their paths."""
        chosen = [entry for entry in only if entry in OUTPUT_NAMES]
        globs = [entry for entry in only if entry not in OUTPUT_NAMES]
        enabled = frozenset(self.settings.outputs)
        kinds = frozenset(kind for kind in enabled if kind in chosen)
        return (kinds if chosen and not globs else enabled), globs

    def drift(self, only: Iterable[str] = ()) -> tuple[list[Drift], Result]:
        """Compare what the specs say with what is on disk; write nothing."""
        texts, problems = self.read_texts()
        specs = build.read_specs(texts, {})
        package = self._package(specs)
        cores, _ = self.read_cores(specs.modules.values())
        found = [*problems, *build.check(specs, package, self.settings, cores)]
        if any(finding.severity == "error" for finding in found):
            return [], Result([], 0, [], found, texts)
        kinds, globs = self.kinds(only)
        outputs = _selected(build.emit(package, self.settings, kinds), globs)
        drifts = []
        for path, output in sorted(outputs.items()):
            actual = files.read_bytes(self.out / path)
            if actual != output.text.encode():
                drifts.append(Drift(path, actual, output.text.encode()))
        if not globs:
            drifts += [
                Drift(path, files.read_bytes(self.out / path), None)
                for path in self._foreign(kinds, outputs)
            ]
        unchanged = len(outputs) - sum(1 for d in drifts if d.expected is not None)
        return drifts, Result([], unchanged, [], found, texts)

    def _foreign(
        self, kinds: frozenset[OutputName], outputs: dict[str, Output]
    ) -> list[str]:
        """Files in the folders of generated outputs that no spec accounts for."""
        from codegen.outputs import folder

        folders = sorted({folder(kind, self.settings) for kind in kinds})
        return [
            f"{place}/{path}"
            for place in folders
            for path in files.read_tree(self.out / place)
            if f"{place}/{path}" not in outputs
        ]

    def generate(self, only: Iterable[str] = ()) -> Result:
        """Bring the output folder up to date with the specs; nothing is written when there is an error."""
        collecting = gc.isenabled()
        # Trees of many small frozen values: collecting while they grow only costs time.
        gc.disable()
        try:
            with files.locked(self.root):
                return _Run(self, list(only)).result()
        finally:
            if collecting:
                gc.enable()

    def load_state(self) -> State | None:
        """The state of the last run into this output folder."""
        found = state.load(str(self.root / state.CACHE_FOLDER / self._state_name))
        return found if found is not None and found.out == str(self.out) else None

    def save_state(self, record: State) -> None:
        """Keep the state for the next run."""
        files.write_cache(self.root, self._state_name, record.dump())

    def load_models(self) -> dict[str, tuple[str, Module]]:
        """Specs parsed by former runs: path to digest and module."""
        data = files.read_bytes(self.root / state.CACHE_FOLDER / _MODELS)
        if data is None:
            return {}
        try:
            return msgspec.msgpack.decode(data, type=dict[str, tuple[str, Module]])
        except msgspec.MsgspecError:
            return {}

    def save_models(self, models: dict[str, tuple[str, Module]]) -> None:
        """Keep parsed specs for the next run."""
        files.write_cache(self.root, _MODELS, msgspec.msgpack.encode(models))

    @property
    def started(self) -> int:
        """When this run began to look at files, in nanoseconds."""
        return self._started


class _Run:
    """One ``generate``: each step leaves what the next one needs."""

    def __init__(self, workspace: Workspace, only: list[str]) -> None:
        self._workspace = workspace
        self._only = only
        self._last = workspace.load_state()

    def result(self) -> Result:
        """Read, check, emit what is stale, write, remember."""
        workspace = self._workspace
        texts, problems = workspace.read_texts()
        digests = {path: files.digest(text.encode()) for path, text in texts.items()}
        models = {} if self._tool_changed() else workspace.load_models()
        known = {
            path: models[path][1]
            for path, digest in digests.items()
            if path in models and models[path][0] == digest
        }
        specs = build.read_specs(texts, known)
        package = workspace._package(specs)
        cores, core_paths = workspace.read_cores(specs.modules.values())
        stale = self._stale(specs, package, digests, core_paths)
        found = [
            *problems,
            *build.check(specs, package, workspace.settings, cores, stale),
        ]
        if any(finding.severity == "error" for finding in found):
            return Result([], 0, [], found, texts)
        kinds, globs = workspace.kinds(self._only)
        outputs = _selected(
            build.emit(package, workspace.settings, kinds, stale), globs
        )
        result = self._write(outputs, stale, specs, texts, found)
        workspace.save_models(
            {
                document.path: (digests[document.path], specs.modules[name])
                for name, document in specs.documents.items()
            }
        )
        if not self._only:
            self._remember(specs, package, digests, core_paths)
        return result

    def _tool_changed(self) -> bool:
        last = self._last
        if last is None:
            return True
        inputs = [str(self._workspace.config), *state.tool_files()]
        return any(
            path not in last.inputs or last.inputs[path] != state.stamp(path)
            for path in inputs
        )

    def _stale(
        self,
        specs: build.Specs,
        package: Package,
        digests: dict[str, str],
        core_paths: list[Path],
    ) -> frozenset[str] | None:
        """The modules whose outputs or findings may differ from the last run; None for all of them."""
        last = self._last
        if last is None or self._tool_changed() or sorted(package.homes) != last.homes:
            return None
        changed = {
            name
            for name, document in specs.documents.items()
            if last.specs.get(document.path) != (digests[document.path], name)
        }
        here = {document.path for document in specs.documents.values()}
        changed |= {name for path, (_, name) in last.specs.items() if path not in here}
        moved_cores = {
            path.stem
            for path in core_paths
            if last.inputs.get(str(path)) != state.stamp(str(path))
        }
        for name, module in specs.modules.items():
            for _, reference in core_references(module):
                if reference.partition(":")[0].rpartition(".")[2] in moved_cores:
                    changed.add(name)
        for path, (known, _, _, sources) in last.outputs.items():
            if state.stamp(str(self._workspace.out / path)) != known:
                changed |= set(sources)
        return frozenset(changed | _dependents(changed, last.dependencies))

    def _write(
        self,
        outputs: dict[str, Output],
        stale: frozenset[str] | None,
        specs: build.Specs,
        texts: dict[str, str],
        found: list[Diagnostic],
    ) -> Result:
        workspace = self._workspace
        records = dict(self._last.outputs) if self._last is not None else {}
        contents: dict[str, bytes] = {}
        self._records: dict[str, OutputRecord] = {}
        for path, output in outputs.items():
            data = output.text.encode()
            if files.read_bytes(workspace.out / path) != data:
                contents[path] = data
            record = (None, files.digest(data), output.kind, tuple(output.sources))
            self._records[path] = record
        kept, orphans = self._former(records, outputs, stale, specs)
        self._records |= kept
        # Remembered before anything is renamed: whatever a killed run leaves is known to the next.
        self._claim({**records, **self._records})
        try:
            files.write_tree(workspace.out, contents)
        except files.WriteError as error:
            place = Location(workspace.shown(error.path))
            hint = "free some space and run again" if error.full else ""
            message = f"cannot be written: {error.reason}; nothing was changed"
            finding = Diagnostic(place, "write-failed", message, hint)
            return Result([], 0, [], [*found, finding], texts)
        removed = [path for path in orphans if self._is_ours(path, records[path])]
        files.remove(workspace.out, removed)
        written = sorted(contents)
        unchanged = len(self._records) - len(written)
        return Result(written, unchanged, removed, found, texts)

    def _former(
        self,
        records: dict[str, OutputRecord],
        outputs: dict[str, Output],
        stale: frozenset[str] | None,
        specs: build.Specs,
    ) -> tuple[dict[str, OutputRecord], list[str]]:
        """Split what former runs wrote and this one did not into what still stands and what is left over."""
        kinds, globs = self._workspace.kinds(self._only)
        kept: dict[str, OutputRecord] = {}
        orphans: list[str] = []
        for path, record in records.items():
            _, _, kind, sources = record
            if path in outputs:
                continue
            untouched = kind not in kinds or (globs and not _matches(path, globs))
            fresh = stale is not None and sources and not set(sources) & stale
            known = any(source in specs.modules for source in sources)
            if (untouched and kind in self._workspace.settings.outputs) or (
                fresh and known
            ):
                kept[path] = record
            else:
                orphans.append(path)
        return kept, orphans

    def _is_ours(self, path: str, record: OutputRecord) -> bool:
        """Whether a left-over file still is what a former run wrote; an edited one is not removed."""
        data = files.read_bytes(self._workspace.out / path)
        return data is not None and files.digest(data) == record[1]

    def _remember(
        self,
        specs: build.Specs,
        package: Package,
        digests: dict[str, str],
        core_paths: list[Path],
    ) -> None:
        workspace = self._workspace
        started = workspace.started
        inputs = [str(workspace.config), *state.tool_files()]
        inputs += [str(path) for path in core_paths]
        names = sorted(Path(path).name for path in digests)
        inputs += [str(workspace.specs_folder / name) for name in names]
        config_first = workspace.root / CONFIG_NAMES[0]
        record = State(
            out=str(workspace.out),
            inputs={path: state.settled(path, started) for path in inputs},
            absent=[str(config_first)] if config_first != workspace.config else [],
            listing=(str(workspace.specs_folder), names),
            specs={
                document.path: (digests[document.path], name)
                for name, document in specs.documents.items()
            },
            homes=sorted(package.homes),
            dependencies={
                name: sorted(package.dependencies(name)) for name in specs.modules
            },
            outputs={
                path: (state.stamp(str(workspace.out / path)), *record[1:])
                for path, record in self._records.items()
            },
        )
        workspace.save_state(record)

    def _claim(self, records: dict[str, OutputRecord]) -> None:
        """Leave a state that owns these files and makes the next run look at everything."""
        workspace = self._workspace
        claimed = State(
            out=str(workspace.out),
            inputs={str(workspace.config): None},
            absent=[],
            listing=("", []),
            specs={},
            homes=[],
            dependencies={},
            outputs=records,
        )
        workspace.save_state(claimed)


def _dependents(changed: set[str], dependencies: dict[str, list[str]]) -> set[str]:
    """The modules that depend on one of ``changed``, however far."""
    found: set[str] = set()
    frontier = set(changed)
    while frontier:
        frontier = {
            name
            for name, needed in dependencies.items()
            if name not in found and not frontier.isdisjoint(needed)
        }
        found |= frontier
    return found


def _selected(outputs: dict[str, Output], globs: list[str]) -> dict[str, Output]:
    if not globs:
        return outputs
    return {
        path: output
        for path, output in outputs.items()
        if _matches(path, globs) or output.kind in globs
    }


def _matches(path: str, globs: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(path, glob) for glob in globs)
