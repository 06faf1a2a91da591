"""Texts of both sides to packages: each text is read once, and what was read before comes from the user's cache.

Knows how specs and sources are read and kept. It must not know where texts come from.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from codegen import build, files, parallel, state
from codegen.collecting import collected_later
from codegen.diagnostics import Diagnostic, Location
from codegen.diff.changes import Place
from codegen.importing import strictly
from codegen.model import Module
from codegen.package import Package
from codegen.sides.finding import found
from codegen.sides.positions import Positions
from codegen.sides.texts import SourceTexts, SpecTexts
from codegen.versions import is_version

if TYPE_CHECKING:
    from codegen.readers.source.packages import Text

_CHARACTERS_OF_A_CLASS = 1_000


class Loaded(NamedTuple):
    """A side that was read: its package, its version if it says one, what is wrong with it, and where things stand.

    Only findings that are errors keep a side from being compared.
    """

    name: str
    package: Package
    version: str | None
    diagnostics: list[Diagnostic]
    texts: Mapping[str, str]
    locate: Callable[[Place], Location]


def load(old: str, new: str | None) -> tuple[Loaded, Loaded]:
    """Read both sides; the new one is the project here where it is not named.

    Raises SideError or SettingsError when there is nothing to read.
    """
    before, after = found(old), found(new)
    with collected_later():
        cache = _Cache()
        specs = [side for side in (before, after) if isinstance(side, SpecTexts)]
        read = _read_once([side.texts for side in specs], cache)
        names = old, new or "this project"
        one, other = (
            (
                _specs(name, side, read)
                if isinstance(side, SpecTexts)
                else _source(name, side, cache)
            )
            for name, side in zip(names, (before, after), strict=True)
        )
    return one, other


def _said(version: str | None) -> str | None:
    """A version that a side gives itself, if it is one."""
    return version if version is not None and is_version(version) else None


class _Cache:
    """What was read before, by what it was read from and the version of this program."""

    def __init__(self) -> None:
        stamps = [state.stamp(path) for path in state.tool_files()]
        self._version = f"{sys.version} {stamps}".encode()

    def key(self, kind: str, data: Iterable[str]) -> str:
        """The name under which something is kept that was read from these texts."""
        digest = sha256(self._version)
        for text in data:
            digest.update(f"{len(text)} ".encode() + text.encode("utf-8", "replace"))
        return f"{kind}/{digest.hexdigest()[:40]}"

    def get(self, key: str) -> bytes | None:
        """What is kept; None when nothing is."""
        return files.read_bytes(files.user_cache() / key)


def _read_once(sides: list[dict[str, str]], cache: _Cache) -> dict[str, Module]:
    """The modules of sound specs by their texts; where there are few, the specs are read when they are needed."""
    distinct: dict[str, str] = {}
    for texts in sides:
        for path, text in texts.items():
            distinct.setdefault(text, path)
    if sum(map(len, distinct)) // _CHARACTERS_OF_A_CLASS < parallel.WORTH_IT:
        return {}
    read: dict[str, Module] = {}
    decoder = msgspec.msgpack.Decoder(Module)
    keys = {text: cache.key("specs", [text]) for text in distinct}
    for text in distinct:
        with contextlib.suppress(msgspec.MsgspecError):
            read[text] = decoder.decode(cache.get(keys[text]) or b"")
    missing = {path: text for text, path in distinct.items() if text not in read}
    for path, module in build.read_sound(missing, {}).items():
        read[missing[path]] = module
        files.keep(keys[missing[path]], msgspec.msgpack.encode(module))
    return read


def _specs(name: str, side: SpecTexts, read: Mapping[str, Module]) -> Loaded:
    known = {path: read[text] for path, text in side.texts.items() if text in read}
    specs = build.read_specs(side.texts, known, side.problems)
    settings = side.settings
    package = Package(
        specs.modules,
        aliases=settings.aliases if settings else None,
        external=frozenset(settings.external if settings else ()),
    )

    positions: dict[str, Positions] = {}

    def locate(place: Place) -> Location:
        document = specs.documents.get(place.module)
        if document is None:
            return Location(name)
        if place.module not in positions:
            positions[place.module] = Positions(document)
        # An expression itself is meant, the name of anything else.
        key = not place.path or place.path[-1] not in _OF_EXPRESSIONS
        return positions[place.module].locate(place.path, key=key)

    # What a file is called plays no part in what it says.
    problems = [f for f in specs.diagnostics if f.rule != "file-name"]
    return Loaded(name, package, _said(side.version), problems, side.texts, locate)


_OF_EXPRESSIONS = ("type", "default", "factory", "value", "accepts", "bound")


class _Kept(NamedTuple):
    """What is kept of Python source that was read."""

    modules: list[Module]
    external: tuple[str, ...]
    locations: list[tuple[str, str, Location]]
    problems: list[Diagnostic]


def _source(name: str, side: SourceTexts, cache: _Cache) -> Loaded:
    from codegen.importing_places import SourcePlaces
    from codegen.readers.source.packages import Specs

    texts = [text for root in side.roots.values() for text in root]
    key = cache.key("source", (part for text in texts for part in text))
    kept = _unpacked(cache.get(key))
    if kept is None:
        kept = _read_roots(side.roots)
        files.keep(key, msgspec.msgpack.encode(kept))
    modules = {module.module: module for module in kept.modules}
    locations = {(module, entry): at for module, entry, at in kept.locations}
    shown = {text.path: text.text for text in texts}
    specs = Specs(modules, kept.external, locations, [])
    places = SourcePlaces(specs, shown)

    def locate(place: Place) -> Location:
        return places.locate(place.module, place.path)

    package = Package(modules, external=frozenset(kept.external))
    problems = [*side.problems, *kept.problems]
    if shown.keys() <= {problem.location.path for problem in problems}:
        # Nothing of it was read, and nothing would look like an API without a name.
        problems = strictly(problems)
    return Loaded(name, package, _said(side.version), problems, shown, locate)


def _unpacked(data: bytes | None) -> _Kept | None:
    try:
        return msgspec.msgpack.decode(data or b"", type=_Kept)
    except msgspec.MsgspecError:
        return None


def _read_roots(roots: Mapping[str, list[Text]]) -> _Kept:
    """Read every top-level package; what a spec cannot hold of it is no news, but files that are no Python are."""
    from codegen.readers.source.packages import read_package

    kept = _Kept([], (), [], [])
    for root, texts in roots.items():
        specs = read_package(root, texts)
        problems = [f for f in specs.diagnostics if f.rule == "source-syntax"]
        kept = _Kept(
            [*kept.modules, *specs.modules.values()],
            (*kept.external, *specs.external),
            [*kept.locations, *((m, n, at) for (m, n), at in specs.locations.items())],
            [*kept.problems, *(f._replace(severity="warning") for f in problems)],
        )
    return kept
