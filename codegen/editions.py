"""The editions of a site: former versions read from where settings say they are, variants, and what each one is made from.

Knows how versions and variants go together, and which editions tell of which changes. It must not know how a page looks,
and it writes nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from codegen import build, files, project
from codegen.diagnostics import Diagnostic, Location, suggest
from codegen.docs_settings import is_label
from codegen.model import Module
from codegen.package import Package
from codegen.project import Settings
from codegen.sides import SideError, finding
from codegen.sides.git import of_revision
from codegen.sides.specs import config_in
from codegen.sides.texts import SpecTexts
from codegen.site import building, variants
from codegen.site.building import Inputs
from codegen.site.planning import Version
from codegen.site.sources import Source
from codegen.versions import is_version, parsed
from codegen.workspace import SettingsError, Workspace

_GIT = "git:"


class Versions(NamedTuple):
    """The former versions, newest first, what is wrong with them, and the files they were read from."""

    found: list[Version]
    diagnostics: list[Diagnostic]
    texts: dict[str, str]
    inputs: list[Path]


class Known(NamedTuple):
    """What the last run left: models by the digest of their specs' texts, the digests of versions that are sound."""

    models: Mapping[str, Module]
    sound: Collection[str]


def read(workspace: Workspace, known: Known) -> Versions:
    """Read the versions that settings name."""
    result = Versions([], [], {}, [])
    for label, side in _ordered(workspace.settings.docs.versions):
        try:
            texts = _texts(workspace, side)
        except SideError as error:
            place, text = _setting(workspace, "docs", "versions", label)
            result.texts[place.path] = text
            message = f"the version '{label}' cannot be read: {error}"
            result.diagnostics.append(Diagnostic(place, "site-version", message))
            continue
        except SettingsError as error:
            result.diagnostics.extend(error.diagnostics)
            result.texts.update(error.texts)
            continue
        result.inputs.extend(_inputs(workspace, side, texts))
        result.texts.update(texts.texts)
        settings = texts.settings or workspace.settings
        version, problems = _version(label, texts, settings, known)
        result.diagnostics.extend(problems)
        result.found.append(version)
    return result


def _ordered(versions: Mapping[str, str]) -> list[tuple[str, str]]:
    """The newest version first; as settings have them where one is no version as Python understands it."""
    if not all(map(is_version, versions)):
        return list(versions.items())
    return sorted(versions.items(), key=lambda item: parsed(item[0]), reverse=True)


def _setting(workspace: Workspace, *keys: str) -> tuple[Location, str]:
    """Where a setting stands, and the text it stands in."""
    shown = workspace.shown(workspace.config)
    text, _ = files.read_text(workspace.config, shown)
    return project.locate(shown, text or "", *keys), text or ""


def _texts(workspace: Workspace, side: str) -> SpecTexts:
    """The specs of a side; raises SideError or SettingsError when there are none."""
    if side.startswith(_GIT):
        return of_revision(side, workspace.root)
    path = _path(workspace, side)
    if not path.exists():
        raise SideError(f"there is no folder '{side}'")
    texts = finding.found(workspace.shown(path))
    if isinstance(texts, SpecTexts):
        return texts
    raise SideError(f"'{side}' holds no specs; `codegen import source` makes some")


def _path(workspace: Workspace, side: str) -> Path:
    return Path(os.path.abspath(workspace.root / side))


def _inputs(workspace: Workspace, side: str, texts: SpecTexts) -> Iterator[Path]:
    """The files whose change means that a side has to be read again."""
    if side.startswith(_GIT):
        yield from _references(workspace.root, side.removeprefix(_GIT))
        return
    path = _path(workspace, side)
    config = path if path.is_file() else config_in(path)
    if config is not None:
        yield config
    read = [Path(os.path.abspath(name)) for name in texts.texts]
    yield from (*read, *dict.fromkeys(spec.parent for spec in read))


def _references(root: Path, revision: str) -> Iterator[Path]:
    """The files of a repository that say what a revision is; a worktree shares them with its repository."""
    name = re.split(r"[~^@:]", revision)[0]
    for folder in (root, *root.parents):
        git = folder / ".git"
        if git.is_file():
            said = (files.read_bytes(git) or b"").decode(errors="replace")
            git = folder / said.removeprefix("gitdir:").strip()
        if git.is_dir():
            common = git.parents[1] if git.parent.name == "worktrees" else git
            yield from (git / "HEAD", git / "logs/HEAD", common / "packed-refs")
            kinds = ("heads", "tags", "remotes")
            yield from (common / "refs" / kind / name for kind in kinds)
            return


def _version(
    label: str, side: SpecTexts, settings: Settings, known: Known
) -> tuple[Version, list[Diagnostic]]:
    """Read a version, and what is wrong with its specs."""
    digests = {path: files.digest(text.encode()) for path, text in side.texts.items()}
    models = {
        path: known.models[key] for path, key in digests.items() if key in known.models
    }
    specs = build.read_specs(side.texts, models, side.problems)
    package = Package(
        specs.modules,
        aliases=settings.aliases,
        external=frozenset(settings.external),
    )
    sources: dict[str, Source] = {}
    for name, document in specs.documents.items():
        file = document.path.replace(":", "/").rpartition("/")[2]
        sources[name] = Source(f"specs/{file}", document.text)
    whole = files.digest(repr((sorted(digests.items()), settings)).encode())
    kept = {
        document.path: (digests[document.path], specs.modules[name])
        for name, document in specs.documents.items()
    }
    problems = []
    if whole not in known.sound:
        settings = msgspec.structs.replace(settings, cores=None)
        found = build.check(specs, package, settings, {}, site=True)
        # What a file is called plays no part, and warnings are for those who can still do something about it.
        problems = [
            one for one in found if one.severity == "error" and one.rule != "file-name"
        ]
    return Version(label, sources, package, whole, kept), problems


def newest(inputs: Inputs, published: str, versions: Iterable[Version]) -> str:
    """What to call the version at the root: what its pages say, or what is published, unless a former one is called so."""
    taken = {version.label.lower() for version in versions}
    for label in (building.outline(inputs).version, published, "latest"):
        if label and is_label(label) and label.lower() not in taken:
            return label
    return "current"


def unknown_variants(
    workspace: Workspace, wanted: Iterable[str], inputs: Inputs, versions: Versions
) -> Iterator[Diagnostic]:
    """A finding for each variant that nothing on the site mentions: it would be a copy of the whole."""
    known = variants.mentioned(inputs.package, inputs.guides)
    for version in versions.found:
        known |= variants.mentioned(version.package, {})
    for name in wanted:
        if name not in known:
            place, text = _setting(workspace, "docs", "variants")
            versions.texts[place.path] = text
            message = f"no page and no guide mentions the variant '{name}'"
            hint = suggest(name, known) or f"variants are: {', '.join(sorted(known))}"
            if not known:
                hint = "pages say it in their front matter: variants: +one -other"
            yield Diagnostic(place, "unknown-variant", message, hint)
