"""A project's cores brought up to date with its specs: what is read, in which order, and when nothing is written.

Knows where cores stand. Nothing is written unless `codegen check` would have nothing to say about the result. It must not
know how a text is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from codegen import build, files, outputs
from codegen.checks.base import Cores
from codegen.diagnostics import Diagnostic, Location, ordered
from codegen.emitters.python.names import split_path
from codegen.readers import source
from codegen.scaffolding.changes import Outside, Updated
from codegen.scaffolding.former import Former, Types
from codegen.scaffolding.functions import new_module, new_package
from codegen.scaffolding.updating import CoreText
from codegen.scaffolding.uses import uses
from codegen.scaffolding.wanted import Wanted, wanted_cores
from codegen.walk import core_references
from codegen.workspace import Workspace

# What this command is there to mend.
_MENDED = frozenset(("core-module", "missing-core", "core-signature", "core-async"))
_BOM = "\ufeff"


class Rewritten(NamedTuple):
    """A file of cores as it was, None where there was none, and as it should be."""

    path: str
    before: str | None
    after: str


class Scaffolded(NamedTuple):
    """What a run did or would do: files below the folder of cores, what became of each core, findings, their texts.

    ``own_types`` counts annotations that differ from what is documented and stay.
    """

    rewritten: list[Rewritten]
    updated: list[tuple[str, Updated]]
    diagnostics: list[Diagnostic]
    texts: dict[str, str]
    own_types: int = 0


def scaffold(
    workspace: Workspace, *, dry_run: bool = False, every_type: bool = False
) -> Scaffolded:
    """Write missing cores and change signatures that are out of date; all or nothing.

    Annotations of a core follow where the documented type has changed since the package was generated, with
    ``every_type`` wherever they differ. Raises WriteError when the disk refuses.
    """
    with files.locked(workspace.root):
        run = _Run(workspace, every_type)
        result = run.result()
        sound = all(found.severity != "error" for found in result.diagnostics)
        if sound and not dry_run:
            contents = {new.path: new.after.encode() for new in result.rewritten}
            files.write_tree(run.folder, contents)
        return result


class _Run:
    """One ``scaffold``: each step leaves what the next one needs."""

    def __init__(self, workspace: Workspace, every_type: bool) -> None:
        assert workspace.settings.cores is not None
        self._workspace = workspace
        self._every_type = every_type
        self.folder = workspace.root / workspace.settings.cores
        self._texts, problems = workspace.read_texts()
        self._specs = build.read_specs(self._texts, {}, problems)
        self._package = workspace.package(self._specs)
        self._cores, _ = workspace.read_cores(self._specs.modules.values())
        self._places: dict[str, str] = {}
        self._files: dict[str, CoreText] = {}
        self._read: dict[str, str | None] = {}
        self._wanted: list[Wanted] = []

    def result(self) -> Scaffolded:
        """Change every core that needs it; with errors nothing comes of it."""
        found = self._check(self._cores)
        if any(f.severity == "error" and f.rule not in _MENDED for f in found):
            found = [finding for finding in found if finding.rule not in _MENDED]
            return Scaffolded([], [], found, self._texts)
        former = self._former()
        outside = self._outside(former)
        self._wanted = list(wanted_cores(self._specs.modules, self._package))
        for wanted in self._wanted:
            self._bring_up_to_date(wanted, outside)
        rewritten = [*self._rewritten()]
        rewritten += self._new_packages(rewritten)
        cores = {**self._cores, **dict(self._reread())}
        errors = self._errors(cores)
        if errors:
            return Scaffolded([], [], ordered(errors), self._texts)
        for new in rewritten:
            shown = self._workspace.shown(self.folder / new.path)
            self._texts[shown] = new.after.removeprefix(_BOM)
        findings = [
            found for file in self._files.values() for found in file.to_look_at()
        ]
        findings += [*self._calls(), *self._no_cores_any_more(former)]
        updated = [
            (self._places[module], update)
            for module, file in self._files.items()
            for update in file.updated
        ]
        own_types = sum(file.own_types for file in self._files.values())
        return Scaffolded(rewritten, updated, ordered(findings), self._texts, own_types)

    def _errors(self, cores: Cores) -> list[Diagnostic]:
        """What could not be brought into agreement."""
        refused = [found for file in self._files.values() for found in file.refused]
        places = {found.location for found in refused}
        # What was refused is explained there; that the core still differs would say it twice.
        left = [f for f in self._check(cores) if f.related not in places]
        return [*refused, *(found for found in left if found.severity == "error")]

    def _check(self, cores: Cores) -> list[Diagnostic]:
        return build.check(self._specs, self._package, self._workspace.settings, cores)

    def _outside(self, former: Former) -> Outside:
        package, settings = self._package, self._workspace.settings

        def documented(wanted: Wanted) -> Types | None:
            home, names = wanted.place
            setter = wanted.expected.path[-1] == "setter"
            return former.types(home, names, setter=setter)

        return Outside(
            canonical=self._canonical,
            split=lambda path: split_path(package, path),
            first_party=outputs.first_party(package, settings),
            documented=documented,
            every_type=self._every_type,
        )

    def _former(self) -> Former:
        """The Python that was generated last, as it stands on disk."""
        workspace = self._workspace
        found: dict[str, str] = {}
        root = workspace.settings.package.partition(".")[0]
        for kind in ("stubs", "package"):
            if kind not in workspace.settings.outputs:
                continue
            folder = workspace.out / outputs.folder(kind, workspace.settings)
            for path in files.read_tree(folder):
                place = Path(path)
                if place.suffix not in (".py", ".pyi"):
                    continue
                parts = place.with_suffix("").parts
                parts = parts[:-1] if parts[-1] == "__init__" else parts
                data = files.read_bytes(folder / path) or b""
                found[".".join([root, *parts])] = data.decode(errors="replace")
        return Former(found, self._canonical)

    def _canonical(self, path: str) -> str:
        """The one dotted name of something, as specs know it."""
        module = next(iter(self._package.modules), "")
        known = self._package.canonical(module, path) if "." in path else None
        return known or path

    def _bring_up_to_date(self, wanted: Wanted, outside: Outside) -> None:
        module, _, name = wanted.reference.partition(":")
        if module not in self._files:
            self._open(module, outside)
        core_module = self._cores.get(module)
        core = core_module.functions.get(name) if core_module else None
        if core is None:
            self._files[module].add(wanted)
        else:
            self._files[module].update(wanted, core)

    def _open(self, module: str, outside: Outside) -> None:
        known = self._cores.get(module)
        base = module.replace(".", "/")
        self._places[module] = place = f"{base}.py"
        text = None
        if known is not None:
            for place in (f"{base}.py", f"{base}/__init__.py"):
                text, _ = files.read_text(self.folder / place, place, exact=True)
                if text is not None:
                    self._places[module] = place
                    break
        self._read[module] = text
        shown = self._workspace.shown(self.folder / place)
        if text is None:
            labels = [
                wanted.label
                for wanted in self._wanted
                if wanted.reference.partition(":")[0] == module
            ]
            text = new_module(labels)
        else:
            self._texts[shown] = text.removeprefix(_BOM)
        self._files[module] = CoreText(module, shown, text.removeprefix(_BOM), outside)

    def _rewritten(self) -> Iterator[Rewritten]:
        for module, file in self._files.items():
            before = self._read[module]
            mark = _BOM if before is not None and before.startswith(_BOM) else ""
            after = mark + file.text
            if file.updated and after != before:
                yield Rewritten(self._places[module], before, after)

    def _new_packages(self, rewritten: list[Rewritten]) -> Iterator[Rewritten]:
        """The ``__init__.py`` of each folder that a new module needs to be imported from."""
        made: set[str] = set()
        for new in [new for new in rewritten if new.before is None]:
            made.update(above.as_posix() for above in Path(new.path).parents[:-1])
        for folder in sorted(made):
            name = folder.replace("/", ".")
            if not (self.folder / folder).is_dir():
                yield Rewritten(f"{folder}/__init__.py", None, new_package(name))
                if "/" not in folder:
                    yield Rewritten(f"{folder}/py.typed", None, "")

    def _reread(self) -> Iterator[tuple[str, source.CoreModule]]:
        """The cores as they will be."""
        for module, file in self._files.items():
            if file.updated:
                shown = self._workspace.shown(self.folder / self._places[module])
                yield module, source.read_core(module, shown, file.text)

    def _calls(self) -> Iterator[Diagnostic]:
        """Where cores whose signature has changed are used by other handwritten code."""
        words = {
            update.wanted.reference: " and ".join(update.words)
            for file in self._files.values()
            for update in file.updated
            if update.is_seen_by_callers
        }
        if not words:
            return
        for path in files.read_tree(self.folder):
            if not path.endswith(".py"):
                continue
            shown = self._workspace.shown(self.folder / path)
            text = self._texts.get(shown)
            if text is None:
                text, _ = files.read_text(self.folder / path, shown)
            module = path.removesuffix(".py").removesuffix("/__init__")
            module = module.replace("/", ".")
            for use in uses(module, shown, text or "", frozenset(words)):
                self._texts.setdefault(shown, text or "")
                name = use.reference.partition(":")[2]
                verb = "calls" if use.calls else "names"
                message = f"this {verb} '{name}', whose signature changes"
                hint = f"it {words[use.reference]}"
                yield Diagnostic(
                    use.location, "scaffold-call", message, hint, "warning"
                )

    def _no_cores_any_more(self, former: Former) -> Iterator[Diagnostic]:
        """Functions that generated code calls and no spec names any more."""
        modules = self._specs.modules.values()
        named = {ref for module in modules for _, ref in core_references(module)}
        named.add(self._workspace.settings.blocking)
        paths = files.read_tree(self.folder)
        roots = {path.partition("/")[0].removesuffix(".py") for path in paths}
        for reference in sorted(former.cores(frozenset(roots)) - named):
            module, _, name = reference.partition(":")
            found = self._place_of(module, name)
            if found is not None:
                message = (
                    f"no spec names '{name}' any more; the function stays as it is"
                )
                hint = "remove it if nothing else needs it"
                yield Diagnostic(found, "scaffold-left", message, hint, "warning")

    def _place_of(self, module: str, name: str) -> Location | None:
        base = module.replace(".", "/")
        for place in (f"{base}.py", f"{base}/__init__.py"):
            shown = self._workspace.shown(self.folder / place)
            text = self._texts.get(shown)
            if text is None:
                text, _ = files.read_text(self.folder / place, shown)
            if text is not None:
                self._texts[shown] = text
                core = source.read_core(module, shown, text).functions.get(name)
                return None if core is None else core.location
        return None
