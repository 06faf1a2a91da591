"""``codegen import ... --merge``: what was just read becomes one with the project that is there.

Knows which of the two is the page's side, what the settings of both come to, and which files that changes. It must not
know how two specs become one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from msgspec import structs

from codegen import build, files
from codegen.collecting import collected_later
from codegen.diagnostics import Diagnostic, Location, ordered
from codegen.emitters import yaml
from codegen.importing import CONFIG, Imported, ImportError_, settings_text, strictly
from codegen.importing_pages import PagesRead
from codegen.importing_places import PagePlaces, SourcePlaces
from codegen.importing_source import SourceRead
from codegen.merging import Contradiction, Place, merge
from codegen.model import Module
from codegen.package import Package
from codegen.project import OUTPUT_NAMES, Settings
from codegen.readers.yaml import Document
from codegen.workspace import CONFIG_NAMES, SettingsError, Workspace

_SCHEMA_LINE = "# yaml-language-server:"


class _Project(NamedTuple):
    """The project that is there, and its specs as they are written."""

    workspace: Workspace
    specs: build.Specs
    texts: dict[str, str]


def merge_source(read: SourceRead, out: Path, *, strict: bool) -> Imported:
    """Merge what a source says into the project at ``out``, which has the texts.

    Raises ImportError_ when there is no such project, WriteError when the disk refuses.
    """
    project = _open(out)
    if isinstance(project, Imported):
        return project
    _require_one_package(read.modules, project, out)
    settings = _together(project.workspace.settings, read.settings)
    external = frozenset(settings.external)
    with collected_later():
        merged = merge(
            project.workspace.package(project.specs),
            Package(read.modules, external=external),
            whole=project.workspace.settings.makes_python,
        )
    places = SourcePlaces(read.specs, read.texts)
    found = [
        _Found(one, _place(places, one.source or one.page), one.page)
        for one in merged.contradictions
    ]
    writing = _Writing(project, merged.modules, settings)
    return writing.written(read.findings, found, read.texts, strict)


def merge_pages(read: PagesRead, out: Path, *, strict: bool) -> Imported:
    """Merge what pages say into the project at ``out``, which has the facts.

    Raises ImportError_ when there is no such project, WriteError when the disk refuses.
    """
    _require_one_edition(read.modules)
    project = _open(out)
    if isinstance(project, Imported):
        return project
    _require_one_package(read.modules, project, out)
    own = project.workspace.settings
    needed = Settings(package=own.package, outputs=("pages", "linkmap"))
    with collected_later():
        merged = merge(Package(read.modules), project.workspace.package(project.specs))
    places = PagePlaces(read.modules, read.texts, read.places)
    found = [
        _Found(one, _place(places, one.page), one.source)
        for one in merged.contradictions
    ]
    writing = _Writing(project, merged.modules, _together(own, needed))
    return writing.written(read.findings, found, read.texts, strict)


def _open(out: Path) -> _Project | Imported:
    """The project at a folder, or the findings that keep it from being read."""
    config = next(
        (out / name for name in CONFIG_NAMES if files.is_file(out / name)), None
    )
    if config is None:
        raise ImportError_(
            f"there is no project in '{out}' to merge into; import without --merge first"
        )
    try:
        workspace = Workspace(config)
    except SettingsError as error:
        return Imported([], error.diagnostics, error.texts)
    texts, problems = workspace.read_texts()
    specs = build.read_specs(texts, {}, problems)
    if specs.diagnostics:
        return Imported([], ordered(specs.diagnostics), texts)
    _require_one_edition(specs.modules)
    return _Project(workspace, specs, texts)


def _require_one_edition(modules: dict[str, Module]) -> None:
    for name, module in modules.items():
        other = module.page.documents
        if other not in (None, name):
            raise ImportError_(
                f"there are two editions of the pages of '{other}'; merge one of them"
            )


def _require_one_package(modules: Iterable[str], project: _Project, out: Path) -> None:
    """Refuse what has no module of the project's packages: a merge would leave nothing of the project."""
    read = sorted({name.partition(".")[0] for name in modules})
    own = sorted({name.partition(".")[0] for name in project.specs.modules})
    if read and own and set(read).isdisjoint(own):
        described, other = "', '".join(own), "', '".join(read)
        raise ImportError_(
            f"the project in '{out}' describes '{described}', and what was read is '{other}'"
        )


def _together(own: Settings, read: Settings) -> Settings:
    """The settings of the project with what else is needed now."""
    outputs = tuple(
        name for name in OUTPUT_NAMES if name in own.outputs or name in read.outputs
    )
    external = tuple(dict.fromkeys((*own.external, *read.external)))
    if own.makes_python:
        return structs.replace(own, outputs=outputs, external=external)
    package = read.package if read.makes_python else own.package
    return structs.replace(
        own, package=package, outputs=outputs, external=external, lazy=read.lazy
    )


def _place(places: SourcePlaces | PagePlaces, place: Place) -> Location:
    return places.locate(place.module, place.path)


class _Found(NamedTuple):
    """A contradiction, where it stands in what was read, and which element of the project it is about."""

    contradiction: Contradiction
    place: Location
    own: Place | None

    def finding(self, documents: Mapping[str, Document]) -> Diagnostic:
        """The contradiction with both places; documents are the specs as they are in the end."""
        rule, message, _, _, hint = self.contradiction
        related = None
        if self.own is not None and self.own.module in documents:
            document = documents[self.own.module]
            related = document.locate(self.own.path, key=True)
            if self.place == Location(self.own.module):
                # What was read has no such module, and no place for it.
                return Diagnostic(related, rule, message, hint, severity="warning")
        return Diagnostic(
            self.place, rule, message, hint, severity="warning", related=related
        )


class _Writing:
    """What a merge changes in the project."""

    def __init__(
        self, project: _Project, modules: dict[str, Module], settings: Settings
    ) -> None:
        self._project = project
        self._documents = dict(project.specs.documents)
        self._changed: dict[str, bytes] = {}
        self._findings: list[Diagnostic] = []
        for name, module in modules.items():
            if project.specs.modules.get(name) != module:
                self._change(name, module)
        if settings != project.workspace.settings:
            self._configure(settings)

    def written(
        self,
        findings: Iterable[Diagnostic],
        contradictions: list[_Found],
        texts: Mapping[str, str],
        strict: bool,
    ) -> Imported:
        """Write what has changed, all or nothing; nothing at all when ``strict`` makes a finding an error."""
        found = [*findings, *self._findings]
        texts = {**self._project.texts, **texts}
        if any(finding.severity == "error" for finding in found):
            # What could not be read would be taken for what is not there.
            return Imported([], ordered(found), texts)
        if strict and (found or contradictions):
            before = self._project.specs.documents
            found += [contradiction.finding(before) for contradiction in contradictions]
            return Imported([], ordered(strictly(found)), texts)
        found += [one.finding(self._documents) for one in contradictions]
        root = self._project.workspace.root
        with files.locked(root):
            files.write_tree(root, self._changed)
        return Imported(sorted(self._changed), ordered(found), texts)

    def _change(self, name: str, module: Module) -> None:
        """Write the spec of a module anew; its first line stays if it names the schema."""
        workspace = self._project.workspace
        document = self._documents.get(name)
        folder = workspace.shown(workspace.specs_folder)
        path = document.path if document else f"{folder}/{name}.yaml"
        text = yaml.emit(module)
        if document is not None:
            first, end, rest = document.text.partition("\n")
            if first.startswith(_SCHEMA_LINE):
                text = f"{first}\n{text}"
            else:
                rest = f"{first}{end}{rest}"
            self._report_comments(path, rest, self._project.specs.modules[name])
        self._documents[name] = Document(path, text)
        place = f"{workspace.settings.specs}/{Path(path).name}"
        self._changed[place] = text.encode()

    def _report_comments(self, path: str, text: str, module: Module) -> None:
        lines = (line.lstrip() for line in text.split("\n"))
        if any(line.startswith("#") for line in lines) and text != yaml.emit(module):
            message = "the spec is written anew, and its comments are not kept"
            finding = Diagnostic(Location(path), "merge-comments", message)
            self._findings.append(finding._replace(severity="warning"))

    def _configure(self, settings: Settings) -> None:
        """Write the settings anew, or say what people must change in those they wrote."""
        workspace = self._project.workspace
        text = (files.read_bytes(workspace.config) or b"").decode()
        before = settings_text(workspace.settings)
        after = settings_text(settings)
        if workspace.config.name == CONFIG and text == before:
            self._changed[CONFIG] = after.encode()
            return
        known = before.split("\n")
        hint = "; ".join(line for line in after.split("\n") if line not in known)
        message = "the settings were written by hand and stay as they are; what was merged needs others"
        place = Location(workspace.shown(workspace.config))
        finding = Diagnostic(place, "merge-settings", message, hint)
        self._findings.append(finding._replace(severity="warning"))
