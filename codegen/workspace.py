"""A project on disk: its settings, its folders, and the texts in them, checked and compared without writing.

Knows where things stand and hands texts to ``build``. It must not know what a spec means or how an output looks, and it
prints nothing. Writing is ``incremental``'s.
"""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from codegen import build, files, page_sources, project, state
from codegen.checks.base import Cores
from codegen.diagnostics import Diagnostic, Location, ordered
from codegen.model import Module
from codegen.outputs import Output
from codegen.package import Package
from codegen.project import OUTPUT_NAMES, OutputName, Settings
from codegen.readers import source
from codegen.walk import core_references

CONFIG_NAMES = ("codegen.toml", "pyproject.toml")


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
            if files.is_file(path) and (name != "pyproject.toml" or _has_table(path)):
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
        self.state_name = state.file_name(None if out is None else str(out))

    def shown(self, path: Path) -> str:
        """A path as people should see it: relative to where they are, when it is below."""
        return files.shown(path)

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
                if files.is_file(path):
                    shown = self.shown(path)
                    text, problems = files.read_text(path, shown)
                    if text is not None:
                        cores[name] = source.read_core(name, shown, text)
                    else:
                        cores[name] = source.unreadable_core(shown, problems[0])
                    paths.append(path)
                    break
        return cores, paths

    def check(self) -> Result:
        """Apply every rule to every spec, and compare published pages with what was made of them; write nothing."""
        texts, problems = self.read_texts()
        specs = build.read_specs(texts, {}, problems)
        package = self.package(specs)
        cores, _ = self.read_cores(specs.modules.values())
        found = build.check(specs, package, self.settings, cores)
        sources = self._sources(specs, package)
        found = ordered([*found, *sources.findings])
        return Result([], 0, [], found, texts | sources.texts)

    def accept_sources(self) -> list[str]:
        """Make the pages that specs name as their sources, as they are now, the known ones; return their paths.

        Raises WriteError when the disk refuses.
        """
        with files.locked(self.root):
            texts, problems = self.read_texts()
            specs = build.read_specs(texts, {}, problems)
            changed = self._sources(specs, self.package(specs)).changed
            contents = {
                path.rpartition("/")[2]: text.encode()
                for path, text in page_sources.accepted(texts, changed).items()
            }
            files.write_tree(self.specs_folder, contents)
        return sorted(source.path for source in changed)

    def _sources(self, specs: build.Specs, package: Package) -> page_sources.Sources:
        return page_sources.Sources(
            specs,
            package,
            lambda path: files.read_bytes(self.root / path),
            lambda path: self.shown(self.root / path),
        )

    def package(self, specs: build.Specs) -> Package:
        """The specs as one package, with the project's aliases and external roots."""
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
        specs = build.read_specs(texts, {}, problems)
        package = self.package(specs)
        cores, _ = self.read_cores(specs.modules.values())
        found = build.check(specs, package, self.settings, cores)
        if any(finding.severity == "error" for finding in found):
            return [], Result([], 0, [], found, texts)
        kinds, globs = self.kinds(only)
        outputs = selected(build.emit(package, self.settings, kinds), globs)
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


def selected(outputs: dict[str, Output], globs: list[str]) -> dict[str, Output]:
    """The outputs whose path one of the globs matches; all of them without globs."""
    if not globs:
        return outputs
    return {
        path: output
        for path, output in outputs.items()
        if matches(path, globs) or output.kind in globs
    }


def matches(path: str, globs: list[str]) -> bool:
    """Whether one of the globs matches a path."""
    return any(fnmatch.fnmatchcase(path, glob) for glob in globs)
