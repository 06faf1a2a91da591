"""What classes inherit: pages repeat it with every class, a spec says it once, where it is defined.

Knows whose a member or field is. Where a page shows an inherited element otherwise than its owner's page does, that is a
contradiction. It must not know how two elements become one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from msgspec import structs

from codegen.emitters.pages.parts import constructor, members
from codegen.merging import signatures, texts
from codegen.merging.definitions import Definitions, hidden
from codegen.merging.sides import Pair, Place, Sides
from codegen.model import Class, Function, Module, Parameter, Property
from codegen.package import Package
from codegen.walk import Path, class_path

_GROUPS = ("methods", "properties")


class _Shown(NamedTuple):
    """A class on a page: its name, what the page says, and what it became."""

    module: str
    name: str
    page: Class
    merged: Class

    @property
    def place(self) -> Place:
        return Place(self.module, ("classes", self.name))


class Inheritance:
    """The merged modules, until all that is inherited is settled."""

    def __init__(self, sides: Sides, modules: dict[str, Module]) -> None:
        self._sides = sides
        self._modules = dict(modules)
        self._settled: set[Place] = set()

    def settled(self) -> dict[str, Module]:
        """Give owners what pages of their heirs say; keep off the pages what they do not show."""
        for shown in self._classes():
            for group in (*_GROUPS, "parameters"):
                own: dict[str, Any] = getattr(shown.merged, group) or {}
                page: dict[str, Any] = getattr(shown.page, group) or {}
                self._settled |= {
                    Place(shown.module, (*shown.place.path, group, name))
                    for name in page
                    if name in own
                }
        for shown in self._classes():
            self._members(shown)
        self._fields()
        self._hide()
        return self._modules

    def _classes(self) -> Iterator[_Shown]:
        """Every class that is on both sides and has a page or a part of one."""
        for module, page in self._sides.pages.modules.items():
            merged = self._modules.get(module)
            for name, cls in page.classes.items():
                if merged is not None and name in merged.classes and cls.page.written:
                    yield _Shown(module, name, cls, merged.classes[name])

    def _members(self, shown: _Shown) -> None:
        """Members on the page of a class that it does not define itself."""
        for group in _GROUPS:
            for name, element in getattr(shown.page, group).items():
                if name in getattr(shown.merged, group):
                    continue
                page = Place(shown.module, ("classes", shown.name, group, name))
                found = self._owner(shown, name)
                if found is None:
                    message = f"the source has no '{name}' in '{shown.name}'"
                    self._sides.contradict("merge-missing", message, page, shown.place)
                elif found.path[-2] != group:
                    message = f"'{shown.name}.{name}' is one of the {group} on the page and of the {found.path[-2]} in the source"
                    self._sides.contradict("merge-kind", message, page, found)
                else:
                    self._give(Pair(page, found), element)

    def _owner(self, shown: _Shown, name: str) -> Place | None:
        """Where a member of a class is defined: in the class itself or in one above it."""
        sources = self._sides.sources
        line = [(shown.module, shown.name, shown.merged)]
        line += sources.ancestors(shown.module, shown.merged)
        for module, owner, cls in line:
            for group in (*_GROUPS, "attributes", "classes"):
                if name in getattr(cls, group):
                    return Place(module, (*class_path(owner), group, name))
        return None

    def _give(self, pair: Pair, element: Function | Property) -> None:
        """Merge a member on the page of an heir into that of its owner, or compare the two."""
        current = self._at(pair.source)
        definitions = Definitions(self._sides, pair.source.module)
        merged: Function | Property
        if isinstance(element, Function):
            merged = definitions.function(pair, element, current)
        else:
            merged = definitions.property_(pair, element, current)
        self._settle(pair, current, merged)

    def _settle(self, pair: Pair, current: Any, merged: Any) -> None:
        """The first page that shows an element says what its owner has; others may only agree."""
        if pair.source not in self._settled:
            self._settled.add(pair.source)
            self._put(pair.source, merged)
        elif merged != current:
            *_, owner, _, name = pair.source.path
            message = f"another page shows '{name}' otherwise, which is inherited from '{owner}'"
            self._sides.contradict("merge-inherited", message, pair.page, pair.source)

    # Fields of constructors

    def _fields(self) -> None:
        """Parameters on the page of a class that it does not declare itself."""
        for shown in self._classes():
            fields = constructor(self._sides.pages, shown.module, shown.page) or {}
            real = constructor(self._sides.sources, shown.module, shown.merged) or {}
            for name, field in fields.items():
                owner = self._field_owner(shown, name)
                if owner is None or name not in real:
                    continue
                path = (*shown.place.path, "parameters", name)
                page = signatures.of_same_kind(
                    field.parameter, real[name].parameter, self._at(owner)
                )
                self._field(shown, Pair(Place(shown.module, path), owner), name, page)

    def _field_owner(self, shown: _Shown, name: str) -> Place | None:
        """Where an inherited parameter of a constructor is declared; None for those of the class itself."""
        own = (shown.merged.parameters or {}).get(name)
        if own is not None and (own.type is not None or not shown.merged.dataclass):
            return None
        if shown.merged.parameters is not None and shown.merged.dataclass is None:
            return None
        sources = self._sides.sources
        for module, owner, cls in sources.ancestors(shown.module, shown.merged):
            parameter = (cls.parameters or {}).get(name)
            if parameter is None:
                continue
            if cls.dataclass is None or parameter.type is not None:
                return Place(module, (*class_path(owner), "parameters", name))
        return None

    def _field(self, shown: _Shown, pair: Pair, name: str, page: Parameter) -> None:
        """Merge a parameter on the page of an heir into that of its owner; an heir's own text of a field stays its own."""
        current: Parameter = self._at(pair.source)
        definitions = Definitions(self._sides, pair.source.module)
        merged = definitions.parameter(pair, name, page, current)
        if shown.merged.dataclass is not None:
            self._document(shown, pair, name, page.doc)
            merged = structs.replace(merged, doc=current.doc)
        self._settle(pair, current, merged)

    def _document(self, shown: _Shown, pair: Pair, name: str, doc: str) -> None:
        """Let a dataclass say of a field what its page says; pages do not show what others say of it."""
        heir: Class = self._at(shown.place)
        own = dict(heir.parameters or {})
        known = own.get(name, Parameter()).doc
        said = texts.of_parameter(self._sides, pair, doc, known)
        if said == known:
            return
        own[name] = Parameter(doc=said)
        if not said:
            del own[name]
        self._put(shown.place, structs.replace(heir, parameters=own))

    # What pages do not show

    def _hide(self) -> None:
        """Keep off the pages which members of a class only its source has."""
        package = Package(self._modules)
        for shown in self._classes():
            wanted = members(self._sides.pages, shown.module, shown.name, shown.page)
            found = members(package, shown.module, shown.name, shown.merged)
            for group in _GROUPS:
                for name, member in getattr(found, group).items():
                    if name in getattr(wanted, group):
                        continue
                    path = (*class_path(member.owner), group, name)
                    self._hide_one(shown, Place(member.module, path))

    def _hide_one(self, shown: _Shown, place: Place) -> None:
        if place in self._settled:
            message = f"the page lacks the inherited '{place.path[-1]}', which that of '{place.path[-3]}' shows"
            self._sides.contradict("merge-inherited", message, shown.place, place)
            return
        self._put(place, hidden(self._at(place)))

    # Elements by their places

    def _at(self, place: Place) -> Any:
        element: Any = self._modules[place.module]
        for step in place.path:
            element = _step(element, step)
        return element

    def _put(self, place: Place, element: Any) -> None:
        module = self._modules[place.module]
        self._modules[place.module] = _with(module, place.path, element)


def _step(element: Any, step: str | int) -> Any:
    if isinstance(element, dict):
        return cast("dict[str | int, Any]", element)[step]
    return getattr(element, str(step))


def _with(element: Any, path: Path, new: Any) -> Any:
    """The element with something else in the place a path leads to."""
    if not path:
        return new
    first, *rest = path
    inner = _with(_step(element, first), tuple(rest), new)
    if isinstance(element, dict):
        return {**cast("dict[str | int, Any]", element), first: inner}
    return structs.replace(element, **{str(first): inner})
