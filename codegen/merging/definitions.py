"""The definitions of one module on both sides, element by element; what a class inherits is left to ``inherited``.

Knows which elements stand for each other and what becomes of those that one side lacks. It must not know how types or
texts are compared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import structs

from codegen.diagnostics import suggest
from codegen.emitters.pages.parts import constructor, is_exception
from codegen.merging import calling, signatures, texts
from codegen.merging.sides import Pair, Place, Sides
from codegen.model import (
    Attribute,
    Class,
    ClassPage,
    Definition,
    Function,
    Module,
    Property,
    TypeAlias,
    Variable,
)
from codegen.placement import is_shown

D = TypeVar("D", bound=Definition)

_GROUPS = {
    "classes": "a class",
    "functions": "a function",
    "variables": "a variable",
    "type_aliases": "a type alias",
    "type_variables": "a type variable",
}


class Definitions:
    """The definitions of one module."""

    def __init__(self, sides: Sides, module: str) -> None:
        self._sides = sides
        self._module = module

    def classes(self, page: Module, source: Module) -> dict[str, Class]:
        """The merged classes; those the page does not show stay off the pages."""
        found = self._merged("classes", page, source, self.class_, hide=False)
        listed = page.page.written or page.page.style == "plain"
        listed = listed or has_overviews(self._sides)
        return {
            name: cls if name in page.classes else off_pages(name, cls, listed=listed)
            for name, cls in found.items()
        }

    def functions(self, page: Module, source: Module) -> dict[str, Function]:
        """The merged functions."""
        hide = page.page.written or has_overviews(self._sides)
        return self._merged("functions", page, source, self.function, hide=hide)

    def variables(self, page: Module, source: Module) -> dict[str, Variable]:
        """The merged variables."""
        hide = page.page.written
        return self._merged("variables", page, source, self.variable, hide=hide)

    def aliases(self, page: Module, source: Module) -> dict[str, TypeAlias]:
        """The merged type aliases, which published pages do not show."""
        hide = page.page.style == "plain"
        return self._merged("type_aliases", page, source, self.alias, hide=hide)

    def _merged(
        self,
        group: str,
        page: Module,
        source: Module,
        one: Callable[[Pair, D, D], D],
        *,
        hide: bool,
    ) -> dict[str, D]:
        mine: dict[str, D] = getattr(page, group)
        theirs: dict[str, D] = getattr(source, group)
        found: dict[str, D] = {}
        for name, element in mine.items():
            if name in theirs:
                pair = self.pair(group, name)
                found[name] = _common(element, one(pair, element, theirs[name]))
            else:
                self._missing(group, name, source)
        for name, definition in theirs.items():
            if name not in found:
                shown = definition.exported and is_shown(name, definition.documented)
                found[name] = hidden(definition) if hide and shown else definition
        return found

    def pair(self, *path: str) -> Pair:
        """The places of an element of the module on both sides."""
        return Pair(Place(self._module, path), Place(self._module, path))

    def _missing(self, group: str, name: str, source: Module) -> None:
        sides, page = self._sides, Place(self._module, (group, name))
        for other, kind in _GROUPS.items():
            if name in getattr(source, other):
                message = (
                    f"'{name}' is {_GROUPS[group]} on the page and {kind} in the source"
                )
                place = Place(self._module, (other, name))
                sides.contradict("merge-kind", message, page, place)
                return
        symbol = sides.sources.lookup(f"{self._module}.{name}")
        if symbol is not None:
            message = f"'{name}' belongs to '{symbol.module}' in the source, and '{self._module}' passes it on"
            place = Place(symbol.module, ())
            sides.contradict("merge-missing", message, page, place)
            return
        message = f"the source has no '{name}' in '{self._module}'"
        hint = suggest(name, getattr(source, group))
        sides.contradict("merge-missing", message, page, Place(self._module, ()), hint)

    # One element

    def class_(self, pair: Pair, page: Class, source: Class) -> Class:
        """A class with its own members; members that only one side has are left to whoever knows what is inherited."""
        self._compare_kinds(pair, page, source)
        merged = structs.replace(
            source,
            page=page.page,
            core=source.core or page.core,
            parameters=self._constructor(pair, page, source),
            properties=self._members(pair, "properties", page, source, self.property_),
            methods=self._members(pair, "methods", page, source, self.function),
            attributes=self._members(pair, "attributes", page, source, self.attribute),
            classes=self._members(pair, "classes", page, source, self.class_),
        )
        return texts.of_class(self._sides, pair, page, merged)

    def _members(
        self,
        pair: Pair,
        group: str,
        page: Class,
        source: Class,
        one: Callable[[Pair, D, D], D],
    ) -> dict[str, D]:
        mine: dict[str, D] = getattr(page, group)
        theirs: dict[str, D] = getattr(source, group)
        found = {
            name: _common(element, one(pair.into(group, name), element, theirs[name]))
            for name, element in mine.items()
            if name in theirs
        }
        return found | {name: d for name, d in theirs.items() if name not in found}

    def _constructor(
        self, pair: Pair, page: Class, source: Class
    ) -> dict[str, Any] | None:
        """The parameters that the class itself declares."""
        sides = self._sides
        shown = constructor(sides.pages, pair.page.module, page)
        real = constructor(sides.sources, pair.source.module, source)
        told = page.page.written and page.kind != "protocol"
        if real is None or shown is None:
            if told and (real is None) != (shown is None):
                lacks = "shows no" if shown is None else "shows a"
                has = "the source has none" if real is None else "the source has one"
                message = f"the page {lacks} constructor of '{pair.name}', and {has}"
                sides.contradict("merge-parameter", message, pair.page, pair.source)
            return source.parameters
        here = pair.into("parameters")
        mine = {name: field.parameter for name, field in shown.items()}
        theirs = {name: field.parameter for name, field in real.items()}
        signatures.names(sides, here, mine, theirs)
        if source.parameters is None:
            return None
        return {
            name: (
                self.parameter(
                    here.into(name),
                    name,
                    signatures.of_same_kind(mine[name], theirs[name], own),
                    own,
                )
                if name in mine and (source.dataclass is None or own.type is not None)
                else own
            )
            for name, own in source.parameters.items()
        }

    def parameter(self, pair: Pair, name: str, page: Any, source: Any) -> Any:
        """A parameter with its text."""
        merged = signatures.parameter(self._sides, pair, name, page, source)
        doc = texts.of_parameter(self._sides, pair, page.doc, merged.doc)
        return structs.replace(merged, doc=doc)

    def function(self, pair: Pair, page: Function, source: Function) -> Function:
        """A function or method."""
        here = pair.into("parameters")
        signatures.names(self._sides, here, page.parameters, source.parameters)
        parameters = {
            name: (
                signatures.parameter(
                    self._sides, here.into(name), name, page.parameters[name], own
                )
                if name in page.parameters
                else own
            )
            for name, own in source.parameters.items()
        }
        returns = source.returns
        if calling.shows_result(page) or self._sides.whole:
            returns = signatures.returns(self._sides, pair, page.returns, returns)
        merged = structs.replace(
            calling.called(self._sides, pair, page, source),
            parameters=parameters,
            returns=returns,
            core=source.core or page.core,
        )
        return texts.of_function(self._sides, pair, page, merged)

    def property_(self, pair: Pair, page: Property, source: Property) -> Property:
        """A property."""
        merged = signatures.value(self._sides, pair, page, source)
        return structs.replace(
            merged,
            doc=texts.in_cell(self._sides, pair, page.doc, source.doc),
            core=source.core or page.core,
            setter=source.setter or page.setter,
            raises=source.raises or page.raises,
        )

    def variable(self, pair: Pair, page: Variable, source: Variable) -> Variable:
        """A variable of a module."""
        merged = signatures.value(self._sides, pair, page, source)
        return structs.replace(
            merged,
            doc=texts.in_cell(self._sides, pair, page.doc, source.doc),
            core=source.core or page.core,
            value=None if source.core or page.core else source.value,
        )

    def alias(self, pair: Pair, page: TypeAlias, source: TypeAlias) -> TypeAlias:
        """A type alias."""
        merged = signatures.value(self._sides, pair, page, source)
        return structs.replace(merged, doc=page.doc)

    def attribute(self, pair: Pair, page: Attribute, source: Attribute) -> Attribute:
        """A variable of a class, which published pages do not show."""
        del pair
        return structs.replace(source, doc=page.doc)

    def _compare_kinds(self, pair: Pair, page: Class, source: Class) -> None:
        sides = self._sides
        if sides.whole:
            mine, theirs = page.kind, source.kind
            self._compare_bases(pair, page, source)
        elif not sides.page_of(pair).page.written and page.kind == "class":
            return
        else:
            # All else that a class can be, pages do not tell.
            mine = page.kind
            theirs = source.kind if source.kind == "protocol" else "class"
            if is_exception(sides.sources, pair.source.module, source):
                theirs = "exception"
        if mine != theirs:
            message = f"'{pair.name}' is of the kind {mine} on the page and {theirs} in the source"
            sides.contradict("merge-kind", message, pair.page, pair.source)

    def _compare_bases(self, pair: Pair, page: Class, source: Class) -> None:
        same = len(page.bases) == len(source.bases) and all(
            self._sides.alike_types(pair, mine, theirs)
            for mine, theirs in zip(page.bases, source.bases, strict=True)
        )
        if not same:
            mine = ", ".join(page.bases) or "nothing"
            theirs = ", ".join(source.bases) or "nothing"
            message = f"'{pair.name}' inherits from {mine} on the page, from {theirs} in the source"
            here = pair.into("bases")
            self._sides.contradict("merge-base", message, here.page, here.source)


def hidden(definition: D) -> D:
    """A definition that pages do not show."""
    return structs.replace(definition, documented=False)


def has_overviews(sides: Sides) -> bool:
    """Whether there are pages that list what all modules hold."""
    return any(module.overviews for module in sides.pages.modules.values())


def off_pages(name: str, cls: Class, *, listed: bool) -> Class:
    """A class that the source alone has: without a page, and out of the lists if there are any."""
    if not cls.exported or not is_shown(name, cls.documented):
        return cls
    return (
        hidden(cls) if listed else structs.replace(cls, page=ClassPage(written=False))
    )


def _common(page: D, merged: D) -> D:
    """What every definition has that only pages say, or that a source may leave out."""
    return structs.replace(
        merged,
        documented=page.documented,
        since=merged.since or page.since,
        deprecated=merged.deprecated or page.deprecated,
    )
