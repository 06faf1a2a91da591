"""Reference pages in the styles the documentation site has used: one page a module, or one page a class.

Knows the grammar of those pages: front matter, order of sections, headings, tables, links. It must not know how a
single text, type or default is printed: that is in legacy_text.py. Facts these styles cannot say are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from codegen import placement, spelling
from codegen.emitters.pages import legacy_frame as frame
from codegen.emitters.pages import legacy_overviews as overviews
from codegen.emitters.pages.legacy_links import anchor, class_hrefs
from codegen.emitters.pages.legacy_text import (
    annotation,
    declared,
    modern_sections,
    pair_note,
    parameter_texts,
    printed,
    returned,
)
from codegen.emitters.pages.parts import (
    Field,
    constructor,
    exported_classes,
    exported_functions,
    is_exception,
    members,
)
from codegen.model import (
    Class,
    Function,
    Module,
    Page,
    PageStyle,
    Parameter,
    Property,
    Variable,
)
from codegen.package import Package
from codegen.page_texts import cell, escape, parameter_cell, summary
from codegen.placement import FLAT_STYLE as _FLAT
from codegen.placement import is_flat, is_shown
from codegen.shapes import shape

V = TypeVar("V")

_MODERN: PageStyle = "2.6"


def emit(module_name: str, module: Module, package: Package) -> dict[str, str]:
    """Return a module's pages: one flat page, or its own and one for each class; and overviews that belong to it."""
    pages = _Pages(module_name, module, package)
    texts: dict[str, str] = {}
    if module.page.written:
        texts[placement.module_file(module_name, module)] = pages.module_page()
    if not is_flat(module.page):
        for name, file in placement.class_pages(module_name, module).items():
            if module.classes[name].page.written:
                texts[file] = pages.class_page(name)
    for file, overview in module.overviews.items():
        texts[file] = overviews.emit(overview, module_name, package)
    return texts


class _Pages:
    """The pages of one module."""

    def __init__(self, module_name: str, module: Module, package: Package) -> None:
        self.name = module_name
        self.shown_name = module.page.documents or module_name
        self.module = module
        self.package = package
        self.style: PageStyle = module.page.style
        shown = module.page.property_types
        self.property_types = self.style == _MODERN if shown is None else shown
        self.summaries = module.page.summaries
        self.classes = exported_classes(module)
        self.functions = exported_functions(module)

    # Pages

    def class_page(self, name: str) -> str:
        """A class on a page of its own."""
        cls = self.classes[name]
        package = f"**Package:** `{self.shown_name}`\n\n"
        self.summaries = cls.page.summaries or self.module.page.summaries
        parts = [package, *self._class(name, cls, 2)]
        return frame.page(name, cls.page, self.module.page, parts)

    def module_page(self) -> str:
        """The module's page; in the flat style with all its classes."""
        page = self.module.page
        title = page.title or self.shown_name
        self.summaries = page.summaries
        return frame.page(title, page, page, self._module_parts(page))

    def _module_parts(self, page: Page) -> Iterator[str]:
        if self.module.doc:
            yield f"{self.module.doc}\n"
        yield "## Directory\n\n"
        yield from self._directory()
        variables = {
            name: variable
            for name, variable in self._ordered(self.module.variables).items()
            if variable.exported and is_shown(name, variable.documented)
        }
        if self.functions:
            yield self._method_list(self.functions, 3)
        if variables:
            yield self._properties("Variables", variables, 3)
        if self.functions:
            yield "## Methods\n\n"
            for name, function in self.functions.items():
                yield self._callable(name, function, None, 4)
        if is_flat(page):
            for name, cls in self.classes.items():
                yield f"## {self.shown_name}.{name}\n\n"
                yield from self._class(name, cls, 3)

    # The directory of a module

    def _directory(self) -> Iterator[str]:
        errors = {
            name
            for name, cls in self.classes.items()
            if is_exception(self.package, self.name, cls)
        }
        protocols = {
            name for name, cls in self.classes.items() if cls.kind == "protocol"
        }
        others = self.classes.keys() - errors - protocols
        hrefs = class_hrefs(self.shown_name, self.module)
        for title, column, names in (
            ("Classes", "Class", others),
            ("Protocols", "Protocol", protocols),
            ("Errors", "Exception", errors),
        ):
            if names:
                rows = [
                    f"| [`{name}`]({hrefs[name]}) | {self._summary(cls.doc)} |"
                    for name, cls in self.classes.items()
                    if name in names
                ]
                header = [f"| {column} | Description |", "|-|-|"]
                yield frame.table(title, [*header, *rows], 3)

    # A class

    def _class(self, name: str, cls: Class, level: int) -> Iterator[str]:
        if cls.doc:
            yield f"{escape(cls.doc, self.style)}\n\n"
        yield from self._constructor(name, cls, level)
        if self.style == _MODERN:
            for section in modern_sections("", cls.raises, cls.notes):
                yield f"{section}\n\n"
        found = members(self.package, self.name, name, cls)
        methods = {key: found.methods[key].definition for key in sorted(found.methods)}
        listed = self._ordered(found.properties)
        properties = {key: member.definition for key, member in listed.items()}
        parts = [
            [self._properties("Properties", properties, level)] if properties else [],
            list(self._methods(name, methods, level)) if methods else [],
        ]
        if self.style in (_FLAT, "2.0.0b43"):
            parts.reverse()
        yield from (text for part in parts for text in part)

    def _methods(
        self, name: str, methods: dict[str, Function], level: int
    ) -> Iterator[str]:
        yield self._method_list(methods, level)
        for key, method in methods.items():
            yield self._callable(key, method, name, level + 1)

    def _constructor(self, name: str, cls: Class, level: int) -> Iterator[str]:
        sections: list[str] = []
        if self.style == _MODERN:
            sections = modern_sections(
                cls.init_returns, cls.init_raises, cls.init_notes
            )
        if cls.kind == "protocol":
            # Every protocol has a constructor in Python, but nobody calls it.
            if cls.page.constructor:
                keyword = "protocol" if cls.parameters is None else "def"
                declaration = [f"{keyword} {name}()"]
                yield self._signature(declaration, cls.init_doc, {}, {}, sections)
            return
        fields = constructor(self.package, self.name, cls)
        if fields is None:
            return
        if self.style == _MODERN:
            yield f"{'#' * level} Parameters\n\n"
        parameters = {key: field.parameter for key, field in fields.items()}
        declaration = self._declaration("class", name, fields, "")
        texts = {key: parameter.doc for key, parameter in parameters.items()}
        yield self._signature(declaration, cls.init_doc, parameters, texts, sections)

    # A callable

    def _callable(
        self, name: str, function: Function, owner: str | None, level: int
    ) -> str:
        parameters = dict(function.parameters)
        if owner and function.sync_and_async and function.binding == "class":
            parameters = {"cls": Parameter(), **parameters}
        fields = {
            key: Field(self.name, parameter, parameter.doc)
            for key, parameter in parameters.items()
        }
        arrow = returned(function.returns, self.style)
        sections: list[str] = []
        if self.style == _MODERN:
            texts = {key: parameter.doc for key, parameter in parameters.items()}
            sections = modern_sections(
                function.returns.doc, function.raises, function.notes
            )
        else:
            texts = parameter_texts(function)
        return shape("legacy_callable.md").render(
            marks="#" * level,
            name=name,
            note=pair_note(name, function, owner) if function.sync_and_async else [],
            signature=self._signature(
                self._declaration("def", name, fields, arrow),
                function.doc,
                parameters,
                texts,
                sections,
            ),
        )

    def _signature(
        self,
        declaration: list[str],
        doc: str,
        parameters: dict[str, Parameter],
        texts: dict[str, str],
        sections: list[str],
    ) -> str:
        return shape("legacy_signature.md").render(
            declaration=declaration,
            texts=[escape(doc, self.style)] if doc else [],
            tables=[self._parameters(parameters, texts)] if parameters else [],
            sections=sections,
        )

    def _declaration(
        self, keyword: str, name: str, fields: dict[str, Field], arrow: str
    ) -> list[str]:
        if not fields:
            return [f"def {name}()"]
        lines = [
            f"    {declared(key, field.parameter, self.style, self.package, field.module)},"
            for key, field in fields.items()
        ]
        return [f"{keyword} {name}(", *lines, f") -> {arrow}" if arrow else ")"]

    def _parameters(
        self, parameters: dict[str, Parameter], texts: dict[str, str]
    ) -> list[str]:
        style = self.style
        flat = style == _FLAT
        rows = [
            "| Parameter | Type |" if flat else "| Parameter | Type | Description |",
            "|-|-|" if flat else "|-|-|-|",
        ]
        for name, parameter in parameters.items():
            type_ = annotation(name, parameter, style).replace("|", "\\|")
            shown = spelling.stars(parameter.kind) + name if style == _MODERN else name
            row = f"| `{shown}` | {f'`{type_}`' if type_ else ''} |"
            if not flat:
                text = parameter_cell(texts.get(name, ""), style)
                row += f" {text} |" if text else " |"
            rows.append(row)
        return rows

    # Lists

    def _summary(self, text: str) -> str:
        return summary(text, self.style, self.summaries)

    def _method_list(self, methods: dict[str, Function], level: int) -> str:
        rows = [
            f"| [`{name}()`](#{anchor(name)}) | {self._summary(method.doc)} |"
            for name, method in methods.items()
        ]
        return shape("legacy_methods.md").render(marks="#" * level, rows=rows)

    def _ordered(self, values: dict[str, V]) -> dict[str, V]:
        """Properties or variables in the order in which pages list them."""
        if not self.module.page.sorted_properties:
            return values
        return dict(sorted(values.items()))

    def _properties(
        self, title: str, values: dict[str, Property] | dict[str, Variable], level: int
    ) -> str:
        rows = ["| Property | Type | Description |", "|-|-|-|"]
        rows += [self._property(name, value) for name, value in values.items()]
        return frame.table(title, rows, level)

    def _property(self, name: str, value: Property | Variable) -> str:
        type_ = "None"
        if self.property_types:
            shown = value.type if value.documented_as is None else value.documented_as
            type_ = printed(shown, self.style).replace("|", "\\|")
        text = cell(value.doc, self.style)
        if self.style == _FLAT and value.doc:
            text = f"{{{{< multiline >}}}}{value.doc}{{{{< /multiline >}}}}"
        return f"| `{name}` | {f'`{type_}`' if type_ else ''} | {text} |"
