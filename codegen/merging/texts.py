"""Texts of one element on both sides become one: the page's, unless the page would print the source's the same.

Knows which texts each style shows. A text that no page of the style shows stays as the source has it. It must not know
facts.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs

from codegen.emitters.pages.legacy_text import modern_sections, parameter_texts
from codegen.merging.sides import MODERN, Pair, Sides
from codegen.model import Class, Function, PageStyle
from codegen.page_texts import cell, escape, parameter_cell, summary
from codegen.placement import FLAT_STYLE

_Show = Callable[[str, PageStyle], str]


def chosen(sides: Sides, pair: Pair, page: str, source: str, *shows: _Show) -> str:
    """The page's text, or the source's where the page would show it the same."""
    style = sides.style(pair)
    if sides.whole:
        return page
    same = all(show(page, style) == show(source, style) for show in shows)
    return source if same else page


def prose(sides: Sides, pair: Pair, page: str, source: str) -> str:
    """The text of a definition, of which lists show a summary."""
    return chosen(sides, pair, page, source, escape, summary)


def in_cell(sides: Sides, pair: Pair, page: str, source: str) -> str:
    """The text of a property or variable, which stands in a table."""
    show = _multiline if sides.style(pair) == FLAT_STYLE else cell
    return chosen(sides, pair, page, source, show)


def _multiline(text: str, style: PageStyle) -> str:
    del style
    return text


def of_parameter(sides: Sides, pair: Pair, page: str, source: str) -> str:
    """The text of a parameter; the oldest pages show none."""
    if sides.style(pair) == FLAT_STYLE and not sides.whole:
        return source
    return chosen(sides, pair, page, source, parameter_cell)


def of_function(sides: Sides, pair: Pair, page: Function, merged: Function) -> Function:
    """The function with the texts its page shows, those of its parameters among them."""
    doc = prose(sides, pair, page.doc, merged.doc)
    merged = structs.replace(merged, doc=doc)
    style = sides.style(pair)
    if not sides.whole and style != MODERN:
        same = _cells(page, merged) == _cells(merged, page)
        if style == FLAT_STYLE or same:
            return merged
    parameters = {
        name: (
            structs.replace(
                own,
                doc=of_parameter(sides, pair, page.parameters[name].doc, own.doc),
            )
            if name in page.parameters
            else own
        )
        for name, own in merged.parameters.items()
    }
    merged = structs.replace(merged, parameters=parameters)
    if sides.whole:
        return _with_sections(page, merged)
    if style == MODERN:
        return merged if _said(page) == _said(merged) else _with_sections(page, merged)
    if _cells(page, merged) == _cells(merged, page):
        return merged
    if (merged.raises or merged.returns.doc) and _fields(page) != _fields(merged):
        message = f"the page of '{pair.name}' does not say of results and errors what the source says, which is left out"
        sides.contradict("merge-text", message, pair.page, pair.source)
    return _with_sections(page, merged)


def _said(function: Function) -> list[str]:
    """What the newest pages say of results and errors, and in notes."""
    return modern_sections(function.returns.doc, function.raises, function.notes)


def _with_sections(page: Function, merged: Function) -> Function:
    return structs.replace(
        merged,
        raises=page.raises,
        returns=structs.replace(merged.returns, doc=page.returns.doc),
        notes=page.notes or merged.notes,
        sections_after=page.sections_after,
    )


def _fields(function: Function) -> tuple[str, dict[str, str]]:
    """What a function says of results and errors, as tables of old styles show it."""
    raises = {name: cell(text, "2.0.0b43") for name, text in function.raises.items()}
    return cell(function.returns.doc, "2.0.0b43"), raises


def _cells(function: Function, other: Function) -> dict[str, str]:
    """The cells of a table of parameters that both sides have, in the style of 2.0.0b43."""
    texts = parameter_texts(function)
    return {
        name: parameter_cell(text, "2.0.0b43")
        for name, text in texts.items()
        if name in other.parameters
    }


def of_class(sides: Sides, pair: Pair, page: Class, merged: Class) -> Class:
    """The class with the texts its page shows; one that is only listed shows the summary of its text."""
    if not page.page.written and not sides.whole:
        told = sides.page_of(pair).page.written
        doc = chosen(sides, pair, page.doc, merged.doc, summary) if told else merged.doc
        return structs.replace(merged, doc=doc)
    merged = structs.replace(
        merged,
        doc=prose(sides, pair, page.doc, merged.doc),
        init_doc=chosen(sides, pair, page.init_doc, merged.init_doc, escape),
    )
    if not sides.whole and sides.style(pair) != MODERN:
        return merged
    texts = ("raises", "notes", "init_returns", "init_raises", "init_notes")
    if not sides.whole and _sections(page) == _sections(merged):
        return merged
    return structs.replace(merged, **{key: getattr(page, key) for key in texts})


def _sections(cls: Class) -> tuple[list[str], list[str]]:
    return (
        modern_sections("", cls.raises, cls.notes),
        modern_sections(cls.init_returns, cls.init_raises, cls.init_notes),
    )
