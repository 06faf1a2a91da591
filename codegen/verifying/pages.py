"""Pages in published styles, read back: the same bytes come out again, and they say what the specs say.

Knows what each style tells of a spec. It must not know how a page is written or read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codegen import page_texts
from codegen.agreement import Facts, Ordered, Tree, differences
from codegen.diagnostics import Diagnostic
from codegen.emitters.pages.legacy_text import (
    declared,
    modern_sections,
    parameter_texts,
    printed,
    returned,
)
from codegen.emitters.pages.parts import (
    constructor,
    exported_classes,
    exported_functions,
    members,
)
from codegen.importing_pages import read_pages
from codegen.model import (
    Class,
    Function,
    Module,
    PageStyle,
    Parameter,
    Property,
    Variable,
)
from codegen.package import Package
from codegen.placement import is_flat, is_shown, page_files
from codegen.verifying.rows import Project, Row, Side, findings
from codegen.walk import Path

_FLAT: PageStyle = "2.0.0b31"
_MODERN: PageStyle = "2.6"


def row(project: Project) -> Row:
    """Read the pages back, see whether they would be written again as they are, and compare what they say."""
    published = {
        name: module
        for name, module in project.package.modules.items()
        if module.page.style != "plain"
    }
    texts: dict[str, str] = {}
    places: dict[str, str] = {}
    for path, output in project.of_kind("pages").items():
        if output.sources <= published.keys():
            shown = project.produced(path).path
            texts[shown], places[shown] = output.text, path.partition("/")[2]
    modules, said = read_pages(texts, places)
    found = [_unread(f, project, places) for f in said if f.severity == "error"]
    expected = _told(published, project.package)
    # Pages that could not be read are missing for that reason alone.
    actual = _told(modules, Package(modules))
    side = Side("mirror-pages", "page", {})
    if not found:
        found += findings(differences(expected, actual), project, side)
    compared = "spec -> pages -> page reader -> spec, pages -> specs -> bytes"
    return Row("pages", compared, (len(texts), len(expected)), tuple(found))


def _unread(
    finding: Diagnostic, project: Project, places: Mapping[str, str]
) -> Diagnostic:
    """A page that cannot be read as it was written, told at the spec that it was written from."""
    module, keys = _written_from(places.get(finding.location.path, ""), project)
    place = project.place(module, keys, key=True)
    message = f"its page cannot be read back: {finding.message}"
    return Diagnostic(
        place, "mirror-pages", message, finding.hint, "error", finding.location
    )


def _written_from(file: str, project: Project) -> tuple[str, Path]:
    for name, module in project.package.modules.items():
        for path, keys in page_files(name, module):
            if path == file:
                return name, keys
    return next(iter(project.package.modules)), ("module",)


def _told(modules: Mapping[str, Module], package: Package) -> dict[str, Facts]:
    """What pages can tell of modules, each definition under the name and the version its page shows."""
    found: dict[str, Facts] = {}
    for name, module in modules.items():
        telling = _Telling(name, module, package)
        shown = f"{module.page.documents or name} {module.page.version}"
        for key, cls in exported_classes(module).items():
            written = module.page if is_flat(module.page) else cls.page
            if written.written:
                told = telling.class_(key, cls)
                found[f"{shown} {key}"] = Facts(name, ("classes", key), told)
        if not module.page.written:
            continue
        for key, function in exported_functions(module).items():
            told = telling.callable(function)
            found[f"{shown} {key}()"] = Facts(name, ("functions", key), told)
        for key, variable in module.variables.items():
            if variable.exported and is_shown(key, variable.documented):
                told = telling.variable(variable)
                found[f"{shown} {key}"] = Facts(name, ("variables", key), told)
    return found


class _Telling:
    """What the style of one module's pages tells."""

    def __init__(self, name: str, module: Module, package: Package) -> None:
        self._name = name
        self._package = package
        self._style = module.page.style
        shown = module.page.property_types
        self._typed = self._style == _MODERN if shown is None else shown

    def class_(self, name: str, cls: Class) -> Tree:
        """A class with its members, inherited ones among them, as its page shows it."""
        found = members(self._package, self._name, name, cls)
        methods = {k: m.definition for k, m in sorted(found.methods.items())}
        properties = {k: p.definition for k, p in sorted(found.properties.items())}
        tree: Tree = {
            "doc": self._text(cls.doc),
            "parameters": self._constructor(cls),
            "properties": {key: self.variable(p) for key, p in properties.items()},
            "methods": {key: self.callable(m) for key, m in methods.items()},
        }
        if self._style == _MODERN:
            tree["raises"] = modern_sections("", cls.raises, cls.notes)
        return {key: value for key, value in tree.items() if value not in ("", None)}

    def _constructor(self, cls: Class) -> Tree | None:
        """Parameters with their own texts; pages do not show those of the class above."""
        fields = constructor(self._package, self._name, cls)
        if fields is None:
            return None
        return Ordered(
            (key, self._parameter(key, field.parameter, field.module))
            for key, field in fields.items()
        )

    def callable(self, function: Function) -> Tree:
        """A function or method: its signature and texts."""
        tree: Tree = {
            "doc": self._text(function.doc),
            "parameters": Ordered(
                (key, self._parameter(key, parameter, self._name))
                for key, parameter in function.parameters.items()
            ),
        }
        if function.sync_and_async:
            tree["sync_and_async"] = True
        if function.parameters:
            # That of a callable without parameters is not shown.
            tree["returns"] = returned(function.returns, self._style)
        tree["sections"] = self._sections(function)
        return {key: value for key, value in tree.items() if value not in ("", {})}

    def _sections(self, function: Function) -> Any:
        """What is told of results and errors; in old styles it stands in a parameter's text."""
        if self._style == _MODERN:
            return modern_sections(
                function.returns.doc, function.raises, function.notes
            )
        if self._style == _FLAT:
            return ""
        texts = parameter_texts(function)
        return "".join(
            texts[name].removeprefix(parameter.doc)
            for name, parameter in function.parameters.items()
        )

    def _parameter(self, name: str, parameter: Parameter, module: str) -> Tree:
        line = declared(name, parameter, self._style, self._package, module)
        text = "" if self._style == _FLAT else parameter.doc
        said = page_texts.parameter_cell(text, self._style)
        return {"declaration": line, "doc": said}

    def variable(self, variable: Property | Variable) -> Tree:
        """A property or a variable: its text, and its type where the style shows one."""
        shown = variable.documented_as
        type_ = printed(variable.type if shown is None else shown, self._style)
        doc = " ".join(variable.doc.split())
        return {"doc": doc, **({"type": type_} if self._typed else {})}

    def _text(self, text: str) -> str:
        return page_texts.escape(text, self._style)
