"""What the last build of a site made and asked, so that a part that would come out the same is not made again.

Knows what the text of a part depends on: the specs and cores behind it, the outline of the site, and the answers to the
names its pages asked for. It must not know how a part is made, or where any of this is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

import msgspec

from codegen.model import Module
from codegen.package import Package
from codegen.site.building import Inputs, Known, Site, outline
from codegen.site.names import Names
from codegen.site.parts import Part
from codegen.site.places import Places
from codegen.site.sources import Source, Sources
from codegen.walk import classes, core_references

Asked = dict[str, dict[str, str]]
"""By the scope in which they were asked: names, and what was answered."""


class Memory(msgspec.Struct, array_like=True):
    """One build: with which tool, of which shape of the package, each part with its key, every name that was asked for.

    ``models`` are the specs as they were read, by path, with the digest of their texts. ``whole`` is the key of everything
    together, ``shared`` are the files that were made from all parts, and ``pages`` are all pages.
    """

    tool: str = ""
    shape: str = ""
    keys: dict[str, str] = {}
    parts: dict[str, Part] = {}
    asked: Asked = {}
    models: dict[str, tuple[str, Module]] = {}
    whole: str = ""
    shared: list[str] = []
    pages: list[str] = []


class Now:
    """What the parts of a site depend on at this moment."""

    def __init__(self, inputs: Inputs, tool: str) -> None:
        self.tool = tool
        self._inputs = inputs
        self._package = inputs.package
        self._specs = {name: digest(file.text) for name, file in inputs.specs.items()}
        self._cores = {name: digest(file.text) for name, file in inputs.cores.items()}
        shared = repr((outline(inputs), inputs.docs))
        self._shared = digest(tool, shared)
        self.shape = digest(*_shape(inputs.package))
        self.keys = dict(self._keys())

    def _keys(self) -> Iterator[tuple[str, str]]:
        """What each part is made from, as a digest, by the part."""
        inputs = self._inputs
        for name in inputs.package.modules:
            facts: list[str] = []
            for other in (name, *sorted(self._heritage(name))):
                facts += [other, self._specs[other], *self._core_digests(other)]
            yield f"module {name}", digest(self._shared, *facts)
        files = repr(sorted((*inputs.guides, *inputs.pictures)))
        for page, file in inputs.guides.items():
            yield f"guide {page}", digest(self._shared, files, file.path, file.text)
        for page, file in _shown(inputs).items():
            yield f"source {page}", digest(self._shared, file.path, file.text)

    def _heritage(self, name: str) -> set[str]:
        return self._package.inherited_modules(name)

    def _core_digests(self, name: str) -> list[str]:
        module = self._package.modules[name]
        wanted = {core.partition(":")[0] for _, core in core_references(module)}
        return [self._cores.get(core, "") for core in sorted(wanted)]

    def known(self, last: Memory, intact: frozenset[str]) -> Known:
        """The parts of the last build that would come out the same and whose files are as they were left."""
        if last.tool != self.tool:
            return Known({}, {}, {})
        moved = self._moved(last)
        found: dict[str, dict[str, Part]] = {"module": {}, "guide": {}, "source": {}}
        for key, part in last.parts.items():
            kind, _, name = key.partition(" ")
            if last.keys.get(key) != self.keys.get(key) or not intact.issuperset(
                part.files
            ):
                continue
            scopes: set[str] = {""} if kind == "guide" else set()
            if kind == "module":
                scopes = {name, *self._heritage(name)}
            if moved.isdisjoint(scopes):
                found[kind][name] = part
        return Known(found["module"], found["guide"], found["source"])

    def _moved(self, last: Memory) -> set[str]:
        """The scopes in which a name that was asked for means something else now."""
        inputs = self._inputs
        files = last.asked.get("/", {})
        moved: set[str] = set()
        if any(str(inputs.exists(path)) != was for path, was in files.items()):
            moved.add("")
        if last.shape != self.shape:
            names = Names(Places(inputs.package), inputs.docs.inventories)
            for scope, answers in last.asked.items():
                if scope not in inputs.package.modules and scope:
                    continue
                if any(
                    names.answer(scope, name) != was for name, was in answers.items()
                ):
                    moved.add(scope)
        return moved

    def remembered(
        self,
        last: Memory,
        known: Known,
        site: Site,
        models: dict[str, tuple[str, Module]],
    ) -> Memory:
        """What to remember of a build; the contents of files are on disk."""
        parts = {
            f"{kind} {name}": part._replace(files=dict.fromkeys(part.files))
            for kind, group in (
                ("module", site.modules),
                ("guide", site.guides),
                ("source", site.sources),
            )
            for name, part in group.items()
        }
        asked = {scope: dict(answers) for scope, answers in site.asked.items()}
        kept: set[str] = {""} if known.guides else set()
        for name in known.modules:
            kept |= {name, *self._heritage(name)}
        for scope in kept & last.asked.keys():
            asked[scope] = {**last.asked[scope], **asked.get(scope, {})}
        if known.guides:
            asked["/"] = {**last.asked.get("/", {}), **asked["/"]}
        return Memory(self.tool, self.shape, self.keys, parts, asked, models)


def _shown(inputs: Inputs) -> Mapping[str, Source]:
    return Sources(inputs.specs, inputs.cores, inputs.docs.repository).pages


def _shape(package: Package) -> Iterable[str]:
    """All that decides where a name leads to: what there is, under which names, and who inherits from whom."""
    for name, module in package.modules.items():
        yield f"{name} {module.page.title} {module.imports}"
        yield package.surface(name)
        for path, cls in classes(module):
            members = (*cls.methods.items(), *cls.properties.items())
            members = (*members, *cls.attributes.items())
            shown = [
                f"{key}{it.documented}"
                for key, it in members
                if it.documented is not None
            ]
            yield f"{path} {cls.bases} {shown}"


def digest(*texts: str) -> str:
    """A short digest of some texts."""
    found = sha256()
    for text in texts:
        data = text.encode()
        found.update(b"%d:" % len(data))
        found.update(data)
    return found.hexdigest()[:24]
