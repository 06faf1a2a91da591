"""Functions and methods: what stands below the heading of each.

Knows the note, the declaration, the text and the table of a callable, and where the next one begins. It must not know
whose they are.
"""

from __future__ import annotations

import msgspec

from codegen.model import Function, PageStyle, Parameter
from codegen.page_texts import unescape, with_summary
from codegen.readers.pages import declarations, sections
from codegen.readers.pages.fields import with_sections
from codegen.readers.pages.lines import Lines
from codegen.readers.pages.tables import documented

_FLAT: PageStyle = "2.0.0b31"
_MODERN: PageStyle = "2.6"

_TABLES_OF_PARAMETERS = frozenset(declarations.header(s)[0] for s in (_FLAT, _MODERN))
_NOTE = (
    "",
    "> [!NOTE] This method can be called both synchronously or asynchronously.",
    "> Default invocation is sync and will block.",
    "> To call it asynchronously, use the function `.aio()` on the method name itself, e.g.,:",
)


def callables(
    page: Lines,
    listed: dict[str, str],
    start: int,
    end: int,
    level: int,
    owner: str | None,
) -> dict[str, Function]:
    """Read the callables that fill a region, given their names in order, and their summaries."""
    found: dict[str, Function] = {}
    names = list(listed)
    place = start
    for index, name in enumerate(names):
        page.expect(place, f"{'#' * level} {name}()", "")
        following = names[index + 1] if index + 1 < len(names) else None
        last = end
        if following is not None:
            last = _heading(page, following, place + 2, end, level)
        function = _callable(page, name, place + 2, last, owner)
        doc = with_summary(function.doc, listed[name], page.style, page.summaries)
        if doc != function.doc:
            function = msgspec.structs.replace(function, doc=doc)
        found[name] = function
        place = last
    if not names and start != end:
        raise page.violation(start, "expected the end of the page")
    return found


def _heading(page: Lines, name: str, start: int, end: int, level: int) -> int:
    """Find the heading of a callable, which its declaration or its note follows."""
    line = f"{'#' * level} {name}()"
    for number in page.find(line, start, end):
        follows = page[number + 2]
        declares = page[number + 3].startswith((f"def {name}(", "class "))
        if page[number + 1] == "" and (
            (follows == declarations.FENCE and declares)
            or page.starts(number + 2, *_NOTE[:2])
        ):
            return number
    raise page.violation(
        end, f"expected the heading {line!r}, which the list of methods names"
    )


def _callable(
    page: Lines, name: str, start: int, end: int, owner: str | None
) -> Function:
    binding, paired, number = _note(page, name, start, owner)
    declared = declarations.declaration(page, number, name, is_class=False)
    doc, parameters, rest = described(page, declared, declared.end, end)
    # The note of a static method reads like that of a class method, which shows its class.
    if binding == "class" and parameters.pop("cls", None) is None:
        binding = "static"
    tail = sections.Tail()
    if page.style == _MODERN:
        tail = sections.of_callable(page, rest, end)
    found = Function(
        doc=doc,
        parameters=parameters,
        raises=tail.raises,
        notes=tail.notes,
        sync_and_async=paired,
        documented=documented(name),
    )
    if binding != "instance":
        found = msgspec.structs.replace(found, binding=binding)
    if declared.arrow or tail.returns:
        result = declarations.returns(page, declared.end - 2, declared.arrow)
        result = msgspec.structs.replace(result, doc=tail.returns)
        found = msgspec.structs.replace(found, returns=result)
    return found if page.style == _MODERN else with_sections(found)


def _note(
    page: Lines, name: str, start: int, owner: str | None
) -> tuple[str, bool, int]:
    """Read the note of a callable that can be called and awaited, if there is one."""
    if not page.starts(start, *_NOTE[:2]):
        return "instance", False, start
    number = page.expect(start, *_NOTE)
    subjects = {"": "instance"}
    if owner is not None:
        subjects = {f"<{owner} instance>.": "instance", f"{owner}.": "class"}
    for subject, binding in subjects.items():
        if page[number] == f"> `result = await {subject}{name}.aio()`.":
            return binding, True, number + 1
    subject = next(iter(subjects))
    line = f"> `result = await {subject}{name}.aio()`."
    raise page.violation(number, f"expected the line {line!r}")


def described(
    page: Lines, declared: declarations.Declaration, start: int, end: int
) -> tuple[str, dict[str, Parameter], int]:
    """Read the text and the parameters behind a declaration; return where the sections begin, too."""
    if declared.lines:
        table = declarations.table_start(page, declared, start, end)
        parameters, rest = declarations.parameters(page, declared, table)
    else:
        table = rest = end
        if page.style == _MODERN:
            table = rest = sections.start(page, start, end)
        parameters = {}
    if page.style != _MODERN and rest != end:
        raise page.violation(rest, "expected the next heading or the end of the page")
    return text(page, start, table), parameters, rest


def text(page: Lines, start: int, end: int) -> str:
    """Read a text; one that ends like a table or declaration and not like a text is none."""
    found = page.text(start, end)
    if found and not found.endswith("\n"):
        fenced = False
        for number in range(start, end):
            fenced ^= page[number].startswith("```")
            if page[number] in _TABLES_OF_PARAMETERS and not fenced:
                message = (
                    "expected a declaration in front that has the rows of this table"
                )
                raise page.violation(number, message)
    return unescape(found, page.style)
