"""``generate``: rebuild what has changed since the last run, write it all or nothing, and remember it.

Knows what every output is made from, so that only what a change touches is emitted, and which files former runs wrote, so
that left-over ones are removed. It must not know what a spec means or how an output looks, and it prints nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

from codegen import build, files, kept_models, state
from codegen.build import Progress
from codegen.collecting import collected_later
from codegen.diagnostics import Diagnostic
from codegen.outputs import Output
from codegen.package import Package
from codegen.state import OutputRecord, SpecRecord, State
from codegen.walk import core_references
from codegen.workspace import CONFIG_NAMES, Result, Workspace, matches, selected


def generate(
    workspace: Workspace,
    only: Iterable[str] = (),
    progress: Progress = build.no_progress,
) -> Result:
    """Bring the output folder up to date with the specs; nothing is written when there is an error."""
    with collected_later(), files.locked(workspace.root):
        return _Run(workspace, list(only), progress).result()


class _Run:
    """One ``generate``: each step leaves what the next one needs."""

    def __init__(
        self, workspace: Workspace, only: list[str], progress: Progress
    ) -> None:
        self._workspace = workspace
        self._only = only
        self._progress = progress
        self._started = time.time_ns()
        self._last = self._load_state()
        self._records: dict[str, OutputRecord] = {}

    def result(self) -> Result:
        """Read, check, emit what is stale, write, remember."""
        workspace = self._workspace
        texts, problems = workspace.read_texts()
        digests = {path: files.digest(text.encode()) for path, text in texts.items()}
        models = kept_models.load(workspace.root)
        known = {
            path: models[digest] for path, digest in digests.items() if digest in models
        }
        specs = build.read_specs(texts, known, problems)
        package = workspace.package(specs)
        cores, core_paths = workspace.read_cores(specs.modules.values())
        stale = self._stale(specs, package, digests, core_paths)
        found = build.check(specs, package, workspace.settings, cores, stale)
        if any(finding.severity == "error" for finding in found):
            if stale is not None:
                # A mistake may be shared with a spec that did not change; then both places are told.
                found = build.check(specs, package, workspace.settings, cores)
            return Result([], 0, [], found, texts)
        kinds, globs = workspace.kinds(self._only)
        outputs = selected(
            build.emit(package, workspace.settings, kinds, stale, self._progress), globs
        )
        result = self._write(outputs, stale, specs, texts, found)
        if len(result.diagnostics) > len(found):
            return result
        kept_models.save(
            workspace.root,
            {
                digests[document.path]: specs.modules[name]
                for name, document in specs.documents.items()
            },
        )
        if not self._only:
            self._remember(specs, package, digests, core_paths, stale)
        return result

    def _load_state(self) -> State | None:
        root = self._workspace.root
        path = root / state.CACHE_FOLDER / self._workspace.state_name
        found = state.load(str(path))
        return found if found and found.out == str(self._workspace.out) else None

    def _save_state(self, record: State) -> None:
        workspace = self._workspace
        files.write_cache(workspace.root, workspace.state_name, record.dump())

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
        records = {
            document.path: self._spec_record(specs, package, digests, name)
            for name, document in specs.documents.items()
        }
        before = {name: (path, text) for path, (text, name, _) in last.specs.items()}
        edited = {
            name
            for path, (text, name, _) in records.items()
            if before.get(name) != (path, text)
        }
        edited |= before.keys() - specs.modules.keys()
        seen = {(name, surface) for _, name, surface in last.specs.values()}
        moved = {
            name for _, name, surface in records.values() if (name, surface) not in seen
        }
        moved |= before.keys() - specs.modules.keys()
        edited |= {
            name
            for name, (named, _) in last.dependencies.items()
            if not moved.isdisjoint(named)
        }
        heirs = {
            name
            for name, (_, inherited) in last.dependencies.items()
            if not edited.isdisjoint(inherited)
        }
        return frozenset(
            edited
            | heirs
            | self._with_changed_cores(specs, core_paths)
            | self._with_changed_outputs()
        )

    def _spec_record(
        self, specs: build.Specs, package: Package, digests: dict[str, str], name: str
    ) -> SpecRecord:
        surface = files.digest(package.surface(name).encode())
        return digests[specs.documents[name].path], name, surface

    def _with_changed_cores(
        self, specs: build.Specs, core_paths: list[Path]
    ) -> set[str]:
        """The modules that name a core whose file has changed."""
        assert self._last is not None
        changed = {
            path.stem
            for path in core_paths
            if self._last.inputs.get(str(path)) != state.stamp(str(path))
        }
        return {
            name
            for name, module in specs.modules.items()
            for _, reference in core_references(module)
            if reference.partition(":")[0].rpartition(".")[2] in changed
        }

    def _with_changed_outputs(self) -> set[str]:
        """The modules behind outputs that somebody else has changed."""
        assert self._last is not None
        return {
            source
            for path, (known, _, _, sources) in self._last.outputs.items()
            if state.stamp(str(self._workspace.out / path)) != known
            for source in sources
        }

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
            return Result([], 0, [], [*found, error.finding()], texts)
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
            untouched = kind not in kinds or (globs and not matches(path, globs))
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
        stale: frozenset[str] | None,
    ) -> None:
        workspace = self._workspace
        known = self._last.dependencies if self._last and stale is not None else {}
        started = self._started
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
                document.path: self._spec_record(specs, package, digests, name)
                for name, document in specs.documents.items()
            },
            homes=sorted(package.homes),
            dependencies={
                name: (
                    known[name]
                    if name in known and stale is not None and name not in stale
                    else (
                        sorted(package.named_modules(name)),
                        sorted(package.inherited_modules(name)),
                    )
                )
                for name in specs.modules
            },
            outputs={
                path: (
                    known or state.stamp(os.path.join(workspace.out, path)),
                    digest,
                    kind,
                    sources,
                )
                for path, (known, digest, kind, sources) in self._records.items()
            },
        )
        self._save_state(record)

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
        self._save_state(claimed)
