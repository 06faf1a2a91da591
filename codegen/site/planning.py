"""Which editions a site consists of, and what each is made from: one for each version and variant, the newest at the root.

Knows which edition tells of which changes, and how the pages of one lead to another. It must not know how a page looks, or
where old versions come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from codegen.diff.changes import Change
from codegen.model import Module
from codegen.package import Package
from codegen.site import building, changes, editions, variants
from codegen.site.building import Inputs, Known, Site
from codegen.site.changes import Changes, Side
from codegen.site.editions import Edition
from codegen.site.feeds import sitemap
from codegen.site.links import Dead, Seen
from codegen.site.memory import Memory, Now, digest
from codegen.site.sources import Source
from codegen.versions import is_version
from codegen.walk import core_references

_SITEMAP = "sitemap.xml"

Models = dict[str, tuple[str, Module]]
"""Specs as they were read, by path, with the digest of their texts."""


class Version(NamedTuple):
    """A version of the API: its label, its specs by module, the package they make, a digest of it all, and the models."""

    label: str
    specs: dict[str, Source]
    package: Package
    digest: str
    models: Models


class Planned(NamedTuple):
    """An edition and what it is made from, but for the changes its pages tell of; ``line`` is itself and the older ones."""

    edition: Edition
    inputs: Inputs
    models: Models
    line: list[Edition]
    variant: str


class Planner:
    """Plans the editions of one site; ``told`` keeps pages of changes by what they depend on, for the next time."""

    def __init__(
        self, inputs: Inputs, versions: Sequence[Version], told: Mapping[str, Changes]
    ) -> None:
        """``versions`` are all of them, newest first; the first one is what ``inputs`` holds."""
        self._inputs = inputs
        self._versions = versions
        self._narrowed: dict[tuple[int, str], Package] = {}
        self._compared: dict[int, list[Change]] = {}
        self._known = told
        self.told: dict[str, Changes] = {}
        self.digests = [version.digest for version in versions]

    def plan(self, names: Sequence[str], only: str = "") -> list[Planned]:
        """The editions of the whole and of these variants, or of ``only`` one variant; the first stands at the root."""
        labels = [version.label for version in self._versions]
        found = editions.planned(labels[0], labels[1:], names)
        return [self._planned(found, edition, only) for edition in found]

    def _planned(self, every: list[Edition], edition: Edition, only: str) -> Planned:
        shown = edition.variant or only
        same = [one for one in every if one.variant == edition.variant]
        number = same.index(edition)
        version = self._versions[number]
        inputs = self._inputs if number == 0 else self._former(version)
        package = self._package(number, shown)
        several = len(every) > 1
        url = inputs.docs.url and inputs.docs.url + edition.folder
        inputs = inputs._replace(
            package=package,
            docs=msgspec.structs.replace(inputs.docs, url=url),
            specs={name: inputs.specs[name] for name in package.modules},
            cores=_cores(inputs, package),
            version=edition.version if len(same) > 1 else "",
            changes=[
                Changes(old.version, new.version, {}, "")
                for new, old in pairwise(same[number:])
            ],
            switch=editions.script(every, edition) if several else "",
        )
        if shown:
            guides = variants.guides_of(inputs.guides, shown)
            inputs = inputs._replace(guides=guides)
        return Planned(edition, inputs, version.models, same[number:], shown)

    def changes(self, planned: Planned) -> list[Changes]:
        """What the pages of changes of an edition tell; the specs must be sound."""
        first = len(self._versions) - len(planned.line)
        return [
            self._changes(first + n, planned.variant, planned.edition, pair)
            for n, pair in enumerate(pairwise(planned.line))
        ]

    def _former(self, version: Version) -> Inputs:
        """What a former version is made from: its specs alone, which no address of a repository is known for."""
        docs = msgspec.structs.replace(self._inputs.docs, repository="")
        return self._inputs._replace(
            docs=docs, specs=version.specs, cores={}, guides={}, pictures={}
        )

    def _package(self, number: int, variant: str) -> Package:
        package = self._versions[number].package
        if not variant:
            return package
        key = (number, variant)
        if key not in self._narrowed:
            self._narrowed[key] = variants.narrowed(package, variant)
        return self._narrowed[key]

    def _changes(
        self, number: int, variant: str, here: Edition, pair: tuple[Edition, Edition]
    ) -> Changes:
        """The page about a version and the one before it, for one of the editions."""
        new, old = self._versions[number], self._versions[number + 1]
        ways = [editions.way(here, edition) for edition in pair]
        facts = (new.label, new.digest, old.label, old.digest, variant, *ways)
        key = digest(*facts)
        if key in self._known:
            self.told[key] = self._known[key]
        else:
            sides = [
                Side(version.label, self._package(n, variant), to)
                for n, version, to in (
                    (number + 1, old, ways[1]),
                    (number, new, ways[0]),
                )
            ]
            found = self._compare(number)
            # What a variant hides has not gone, and nobody reads there how it changed.
            packages = [side.package for side in sides]
            told = [change for change in found if _is_told(change, *packages)]
            self.told[key] = changes.between(told, *sides)
        return self.told[key]

    def _compare(self, number: int) -> list[Change]:
        """The changes of a version, whatever variants show of them."""
        from codegen.diff.modules import compare

        if number not in self._compared:
            label = self._versions[number].label
            self._compared[number] = list(
                compare(
                    self._versions[number + 1].package,
                    self._versions[number].package,
                    version=label if is_version(label) else None,
                )
            )
        return self._compared[number]


def _is_told(change: Change, old: Package, new: Package) -> bool:
    """Whether what changed is shown on either side on which it exists."""
    sides = ((change.old, old), (change.new, new))
    return all(
        place is None or variants.shows(package, place) for place, package in sides
    )


def _cores(inputs: Inputs, package: Package) -> dict[str, Source]:
    """The files with the cores of what a package shows."""
    wanted = {
        core.partition(":")[0]
        for module in package.modules.values()
        for _, core in core_references(module)
    }
    return {name: file for name, file in inputs.cores.items() if name in wanted}


class Making:
    """An edition on its way: what it depends on now, and what of it stands as the last run left it."""

    def __init__(
        self, planned: Planned, tool: str, last: Memory, intact: frozenset[str]
    ) -> None:
        self.edition = planned.edition
        self._planned = planned
        self._last = last
        self._now = Now(planned.inputs, tool)
        folder = self.edition.folder
        own = (path[len(folder) :] for path in intact if path.startswith(folder))
        self._intact = frozenset(own)
        self.known: Known = self._now.known(last, self._intact)
        self._tool = tool

    def build(
        self, planner: Planner, others: Mapping[Edition, dict[str, Seen]]
    ) -> tuple[Site, Memory]:
        """Make the edition, after those that its pages of changes link to; return it and what to remember of it."""
        told = planner.changes(self._planned)
        inputs = self._planned.inputs._replace(changes=told)
        facts = (self._now.keys, told, inputs.switch, inputs.pictures)
        key = digest(self._tool, self._now.shape, repr(facts))
        if self._stands(key):
            return self._as_it_was(), self._last
        neighbours = {
            editions.way(self.edition, other) + page: seen
            for other in self._planned.line[1:]
            for page, seen in others[other].items()
        }
        inputs = inputs._replace(neighbours=neighbours)
        site = building.build(inputs, self.known)
        memory = self._now.remembered(
            self._last, self.known, site, self._planned.models
        )
        memory.whole = key
        memory.shared, memory.pages = list(site.shared), site.pages
        return site, memory

    def _stands(self, key: str) -> bool:
        """Whether everything would come out as the last run left it."""
        known = self.known
        parts = len(known.modules) + len(known.guides) + len(known.sources)
        return (
            self._last.whole == key
            and parts == len(self._last.parts)
            and self._intact.issuperset(self._last.shared)
        )

    def _as_it_was(self) -> Site:
        known, last = self.known, self._last
        return Site(
            dict(known.modules),
            dict(known.guides),
            dict(known.sources),
            dict.fromkeys(last.shared),
            [],
            {},
            last.pages,
        )


class Whole(NamedTuple):
    """All editions: every file, links that lead nowhere with the folder of their edition, what to remember by folder."""

    files: dict[str, bytes | None]
    dead: list[tuple[str, Dead]]
    memories: dict[str, Memory]


def build(planner: Planner, makings: Sequence[Making], url: str) -> Whole:
    """Make all editions, the oldest first, with one map for the whole."""
    whole = Whole({}, [], {})
    seen: dict[Edition, dict[str, Seen]] = {}
    pages: list[str] = []
    for making in reversed(makings):
        folder = making.edition.folder
        site, whole.memories[folder] = making.build(planner, seen)
        seen[making.edition] = site.seen
        whole.files.update({folder + path: data for path, data in site.files.items()})
        whole.dead.extend((folder, dead) for dead in site.dead)
        pages += [folder + page for page in site.pages]
    whole.files[_SITEMAP] = sitemap(url, pages).encode()
    return whole
