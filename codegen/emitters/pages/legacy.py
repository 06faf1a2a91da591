"""Reference pages in the styles the documentation site has used: one page a module, or one page a class.

Knows the grammar of those pages: front matter, order of sections, headings, tables, links. It must not know how a
single text, type or default is printed: that is in legacy_text.py. Facts these styles cannot say are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from codegen.emitters.pages.legacy_text import (
    annotation,
    cell,
    declared,
    escape,
    modern_sections,
    pair_note,
    parameter_cell,
    parameter_texts,
    printed,
    returned,
    starred,
    summary,
)
from codegen.emitters.pages.parts import (
    Field,
    class_files,
    constructor,
    exported_classes,
    exported_functions,
    is_exception,
    is_public,
    members,
)
from codegen.emitters.pages.shapes import shape
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

_FLAT: PageStyle = "2.0.0b31"
_MODERN: PageStyle = "2.6"


def emit(module_name: str, module: Module, package: Package) -> dict[str, str]:
    """Return a module's pages: one flat page, or the module's page and one for each class."""
    pages = _Pages(module_name, module, package)
    if module.page.style == _FLAT:
        return {f"{module_name}.md": pages.module_page()}
    texts = {
        f"{module_name}/{file}.md": pages.class_page(name)
        for name, file in pages.files.items()
    }
    return {f"{module_name}/_index.md": pages.module_page(), **texts}


class _Pages:
    """The pages of one module."""

    def __init__(self, module_name: str, module: Module, package: Package) -> None:
        self.name = module_name
        self.module = module
        self.package = package
        self.style: PageStyle = module.page.style
        self.classes = exported_classes(module)
        self.functions = exported_functions(module)
        # Files are numbered in documented order, so that a class keeps its page when another one comes.
        self.files = class_files(
            name for name in module.classes if name in self.classes
        )

    # Pages

    def class_page(self, name: str) -> str:
        """A class on a page of its own."""
        package = f"**Package:** `{self.name}`\n\n"
        return _page(
            name,
            self._common_front_matter(),
            [package, *self._class(name, self.classes[name], 2)],
        )

    def module_page(self) -> str:
        """The module's page; in the flat style with all its classes."""
        page = self.module.page
        title = page.title or self.name
        return _page(
            title, self._common_front_matter(page), list(self._module_parts(page))
        )

    def _module_parts(self, page: Page) -> Iterator[str]:
        if self.module.doc:
            yield f"{self.module.doc}\n"
        yield "## Directory\n\n"
        yield from self._directory()
        variables = {
            name: variable
            for name, variable in sorted(self.module.variables.items())
            if variable.exported and is_public(name)
        }
        if self.functions:
            yield self._method_list(self.functions, 3)
        if variables:
            yield self._properties("Variables", variables, 3)
        if self.functions:
            yield "## Methods\n\n"
            for name, function in self.functions.items():
                yield self._callable(name, function, None, 4)
        if page.style == _FLAT:
            for name, cls in self.classes.items():
                yield f"## {self.name}.{name}\n\n"
                yield from self._class(name, cls, 3)

    def _common_front_matter(self, page: Page | None = None) -> list[str]:
        """The front matter every page has; a module's page, if given, adds its own entries."""
        common = self.module.page
        lines: list[str] = []
        if page is not None and page.description:
            lines.append(
                f"description: {json.dumps(page.description, ensure_ascii=False)}"
            )
        if page is not None and page.icon:
            lines.append(f"icon: {page.icon}")
        if common.version is not None:
            lines.append(f"version: {common.version}")
        if common.variants:
            lines.append(f"variants: {' '.join(common.variants)}")
        lines.append("layout: py_api")
        if page is not None and page.weight and page.style != _FLAT:
            lines.append(f"weight: {page.weight}")
        if page is not None and page.sidebar_expanded and page.style != _FLAT:
            lines.append("sidebar_expanded: true")
        return lines

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
        for title, column, names in (
            ("Classes", "Class", others),
            ("Protocols", "Protocol", protocols),
            ("Errors", "Exception", errors),
        ):
            if names:
                rows = [
                    f"| [`{name}`]({self._href(name)}) | {summary(cls.doc, self.style)} |"
                    for name, cls in self.classes.items()
                    if name in names
                ]
                header = [f"| {column} | Description |", "|-|-|"]
                yield _table(title, [*header, *rows], 3)

    def _href(self, name: str) -> str:
        if self.style == _FLAT:
            anchor = _anchor(f"{self.name}.{name}")
            return f".././{self.name.lower()}#{anchor}"
        return f"../{self.name}/{self.files[name]}"

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
        properties = {
            key: found.properties[key].definition for key in sorted(found.properties)
        }
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
        if cls.kind == "protocol":
            # Every protocol has a constructor in Python, but nobody calls it.
            yield self._signature([f"protocol {name}()"], cls.init_doc, {}, {}, [])
            return
        fields = constructor(self.package, self.name, cls)
        if fields is None:
            return
        if self.style == _MODERN:
            yield f"{'#' * level} Parameters\n\n"
        parameters = {key: field.parameter for key, field in fields.items()}
        declaration = self._declaration("class", name, fields, "")
        texts = {key: parameter.doc for key, parameter in parameters.items()}
        yield self._signature(declaration, cls.init_doc, parameters, texts, [])

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
            shown = starred(name, parameter) if style == _MODERN else name
            row = f"| `{shown}` | {f'`{type_}`' if type_ else ''} |"
            if not flat:
                text = parameter_cell(texts.get(name, ""), style)
                row += f" {text} |" if text else " |"
            rows.append(row)
        return rows

    # Lists

    def _method_list(self, methods: dict[str, Function], level: int) -> str:
        rows = [
            f"| [`{name}()`](#{_anchor(name)}) | {summary(method.doc, self.style)} |"
            for name, method in methods.items()
        ]
        return shape("legacy_methods.md").render(marks="#" * level, rows=rows)

    def _properties(
        self, title: str, values: dict[str, Property] | dict[str, Variable], level: int
    ) -> str:
        rows = ["| Property | Type | Description |", "|-|-|-|"]
        rows += [self._property(name, value) for name, value in values.items()]
        return _table(title, rows, level)

    def _property(self, name: str, value: Property | Variable) -> str:
        type_ = "None"
        if self.style == _MODERN:
            type_ = printed(value.documented_as or value.type, self.style)
            type_ = type_.replace("|", "\\|")
        text = cell(value.doc, self.style)
        if self.style == _FLAT and value.doc:
            text = f"{{{{< multiline >}}}}{value.doc}{{{{< /multiline >}}}}"
        return f"| `{name}` | `{type_}` | {text} |"


def _page(title: str, front_matter: list[str], parts: Iterable[str]) -> str:
    title = " ".join(title.split())
    return shape("page.md").render(
        title=title, front_matter=[f"title: {title}", *front_matter], parts=list(parts)
    )


def _table(title: str, rows: list[str], level: int) -> str:
    return shape("legacy_table.md").render(marks="#" * level, title=title, rows=rows)


def _anchor(name: str) -> str:
    return name.lower().replace(".", "").replace("(", "").replace(")", "")
