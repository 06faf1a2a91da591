"""Parameters and results of one callable on both sides become one: facts from the source, spelled as the page prints them.

Knows what of a signature each style shows. It must not know texts, nor whose callable it is.
"""

from __future__ import annotations

from typing import TypeVar

from msgspec import structs

from codegen.diagnostics import suggest
from codegen.diff.values import same_value
from codegen.emitters.pages.legacy_text import annotation, declared, printed, returned
from codegen.merging.sides import Pair, Sides
from codegen.model import Parameter, Property, Returns, TypeAlias, Variable
from codegen.placement import FLAT_STYLE

V = TypeVar("V", Property, Variable, TypeAlias)

_BY_NAME = ("args", "kwargs")


def names(
    sides: Sides, pair: Pair, page: dict[str, Parameter], source: dict[str, Parameter]
) -> None:
    """Compare which parameters there are, and in which order."""
    for name in page.keys() - source.keys():
        message = f"the page shows a parameter '{name}', which the source does not have"
        here = pair.into(name)
        hint = suggest(name, source.keys() - page.keys())
        sides.contradict("merge-parameter", message, here.page, pair.source, hint)
    for name in source.keys() - page.keys():
        message = f"the page lacks the parameter '{name}'"
        here = pair.into(name)
        sides.contradict("merge-parameter", message, pair.page, here.source)
    shown = [name for name in page if name in source]
    real = [name for name in source if name in page]
    if shown != real:
        message = "the page shows the parameters in another order"
        hint = f"that of the source is: {', '.join(real)}"
        sides.contradict("merge-order", message, pair.page, pair.source, hint)


def of_same_kind(page: Parameter, real: Parameter, own: Parameter) -> Parameter:
    """The parameter of a page with the kind it is declared with, where a dataclass makes another of it on both sides."""
    return structs.replace(page, kind=own.kind) if page.kind == real.kind else page


def parameter(
    sides: Sides, pair: Pair, name: str, page: Parameter, source: Parameter
) -> Parameter:
    """The parameter of the source, its type and default printed as the page does, where they are the same."""
    merged = _typed(sides, pair, name, page, source)
    if sides.tells_values(pair):
        merged = _with_default(sides, pair, name, page, merged)
        _compare_kinds(sides, pair, name, page, source)
    return structs.replace(
        merged,
        since=source.since or page.since,
        deprecated=source.deprecated or page.deprecated,
    )


def _typed(
    sides: Sides, pair: Pair, name: str, page: Parameter, source: Parameter
) -> Parameter:
    style = sides.style(pair)
    if _shown_type(sides, pair, name, page) == _shown_type(sides, pair, name, source):
        return source
    if page.type is None and page.documented_as is None:
        # Without a type, anything is meant.
        if source.type in (None, "Any"):
            return structs.replace(source, type=None)
        message = f"the page shows no type for '{name}', which is {source.type}"
        sides.contradict("merge-type", message, pair.page, pair.into("type").source)
        return source
    if (
        style != "2.6"
        and not sides.whole
        and name in _BY_NAME
        and not page.documented_as
    ):
        # Old pages show that there is a type, and not which.
        return source
    shown = printed(page.documented_as or page.type or "", style)
    type_, documented_as = _type(
        sides, pair, f"'{name}'", (page.type, page.documented_as, shown), source.type
    )
    return structs.replace(source, type=type_, documented_as=documented_as)


def _shown_type(sides: Sides, pair: Pair, name: str, parameter: Parameter) -> str:
    """What tells the type on the page, in the declaration and in the table."""
    style = sides.style(pair)
    if sides.whole:
        return f"{parameter.type or 'Any'} {parameter.documented_as}"
    plain = structs.replace(parameter, default=None, factory=None)
    if style == FLAT_STYLE and name in _BY_NAME:
        return annotation(name, parameter, style)
    package, module = sides.sources, pair.source.module
    return declared(name, plain, style, package, module)


def _type(
    sides: Sides,
    pair: Pair,
    subject: str,
    page: tuple[str | None, str | None, str],
    source: str | None,
) -> tuple[str | None, str | None]:
    """The type that spec and page both mean, and how the page prints it, where that is something else."""
    type_, documented_as, shown = page
    real = source or "Any"
    if type_ is not None and sides.equal_types(pair, type_, real):
        return type_, documented_as
    if type_ is None or sides.alike_types(pair, type_, real):
        return source, shown
    message = f"the page shows {shown} for {subject}, the source has {real}"
    here = pair.into("type")
    sides.contradict("merge-type", message, here.page, here.source)
    return source, None


def _with_default(
    sides: Sides, pair: Pair, name: str, page: Parameter, source: Parameter
) -> Parameter:
    mine, theirs = _shown_default(sides, pair, page), _shown_default(
        sides, pair, source
    )
    if mine == theirs:
        return source
    here = pair.into("default")
    if not mine or not theirs:
        where = "on the page and none in the source"
        if theirs:
            where = "in the source and none on the page"
        message = f"'{name}' has the default {mine or theirs} {where}"
        sides.contradict("merge-default", message, here.page, here.source)
        return source
    if _alike_defaults(page, source):
        return structs.replace(source, default_documented_as=mine)
    message = f"the page shows the default {mine} for '{name}', the source has {theirs}"
    sides.contradict("merge-default", message, here.page, here.source)
    return source


def _alike_defaults(page: Parameter, source: Parameter) -> bool:
    if page.factory is not None or source.factory is not None:
        # Which factory it is, pages do not say.
        return page.factory is not None and source.factory is not None
    return same_value(page.default or "", source.default or "")


def _shown_default(sides: Sides, pair: Pair, parameter: Parameter) -> str:
    """A default as the newest pages print it; specs that say everything say it themselves."""
    if sides.whole:
        factory = parameter.factory and f"<factory {parameter.factory}>"
        return parameter.default_documented_as or factory or parameter.default or ""
    bare = structs.replace(parameter, type=None, documented_as=None)
    package, module = sides.sources, pair.source.module
    line = declared("_", bare, "2.6", package, module)
    return line.partition(" = ")[2]


def _compare_kinds(
    sides: Sides, pair: Pair, name: str, page: Parameter, source: Parameter
) -> None:
    mine: str = page.kind
    theirs: str = source.kind
    if not sides.whole:
        # Pages have no marks for parameters that go by position or by name alone.
        mine, theirs = _starred(mine), _starred(theirs)
    if mine != theirs:
        message = f"'{name}' is {page.kind} on the page and {source.kind} in the source"
        here = pair.into("kind")
        sides.contradict("merge-kind", message, here.page, here.source)


def _starred(kind: str) -> str:
    return kind if kind.startswith("var-") else ""


def returns(sides: Sides, pair: Pair, page: Returns, source: Returns) -> Returns:
    """The result of the source, its type printed as the page does, where it is the same; both sides have parameters."""
    style = sides.style(pair)
    here = pair.into("returns")
    mine, theirs = returned(page, style), returned(source, style)
    if mine == theirs:
        return source
    if not mine and source.type == "Any":
        # Nothing is said of the result on either side.
        return structs.replace(source, documented_as="None")
    if not mine or not theirs:
        message = f"the page shows the result {mine or 'None'}, the source has {theirs or 'None'}"
        place = here.into("type")
        sides.contradict("merge-type", message, place.page, place.source)
        return source
    type_, documented_as = _type(
        sides, here, "the result", (page.type, page.documented_as, mine), source.type
    )
    return structs.replace(source, type=type_, documented_as=documented_as)


def value(sides: Sides, pair: Pair, page: V, source: V) -> V:
    """The property or variable of the source, its type printed as the page does, where it is the same."""
    if not sides.tells_property_types(pair):
        return source
    style = sides.style(pair)
    mine = printed(page.documented_as or page.type, style)
    if mine == printed(source.documented_as or source.type, style):
        return source
    shown = (page.type, page.documented_as, mine)
    type_, documented_as = _type(sides, pair, f"'{pair.name}'", shown, source.type)
    changes = {"type": type_, "documented_as": documented_as}
    return structs.replace(source, **changes)
