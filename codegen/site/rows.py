"""What pages show of parameters, results, errors and badges, prepared for templates.

Knows which facts of an element are shown. It must not know where on a page they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from markupsafe import Markup, escape

from codegen import spelling
from codegen.emitters.pages.parts import Field
from codegen.model import Definition, Deprecation, Parameter
from codegen.site.names import Names, href, markup
from codegen.site.signatures import Signatures
from codegen.site.texts import Texts


class Row(NamedTuple):
    """One line of a list of facts: a name at an anchor, its type, its default, its badges and its text.

    ``words`` is what search finds it by, besides its name.
    """

    anchor: str
    name: str
    type: Markup
    default: Markup
    required: bool
    badges: Markup
    text: Markup
    words: str


class Told(NamedTuple):
    """What is told of a result or an error: its type and its text."""

    type: Markup
    text: Markup


class Rows:
    """Prepares the facts of one package's pages."""

    def __init__(self, names: Names, texts: Texts) -> None:
        self.names = names
        self.texts = texts
        self.signatures = Signatures(names)

    def fields(
        self,
        fields: Mapping[str, Field],
        anchors: Mapping[str, str],
        texts: Mapping[str, str],
    ) -> list[Row]:
        """The parameters of a callable; ``texts`` has what the callable's own text says of those without one."""
        return [
            self._field(name, field, anchors[name], field.doc or texts.get(name, ""))
            for name, field in fields.items()
        ]

    def _field(self, name: str, field: Field, anchor: str, doc: str) -> Row:
        parameter = field.parameter
        default = self.signatures.default(field.module, parameter)
        if doc.startswith("(") and parameter.type is not None:
            # Some docstrings repeat the type in front.
            doc = doc.removeprefix(f"({parameter.type})").lstrip()
        return Row(
            anchor,
            spelling.stars(parameter.kind) + name,
            self.type(field.module, parameter.type),
            Markup("") if default is None else markup(default),
            parameter.required,
            self.badges(field.module, parameter),
            self.texts.block(field.module, doc),
            f"{self.spelled(field.module, parameter.type)} {doc}",
        )

    def type(self, module_name: str, text: str | None) -> Markup:
        """A type, linked; nothing where there is none."""
        return (
            Markup("") if text is None else markup(self.names.type(module_name, text))
        )

    def spelled(self, module_name: str, text: str | None) -> str:
        """A type as text, as search shows it."""
        return "" if text is None else self.names.type(module_name, text).text

    def returns(self, module_name: str, type_: str | None, doc: str) -> Told | None:
        """What a callable returns; None when that is None and there is nothing to say about it."""
        if type_ in (None, "None") and not doc.strip():
            return None
        return Told(
            self.type(module_name, type_ or "None"), self.texts.block(module_name, doc)
        )

    def raises(self, module_name: str, raises: Mapping[str, str]) -> list[Told]:
        """What a callable raises, and when."""
        return [
            Told(self._error(module_name, error), self.texts.block(module_name, text))
            for error, text in raises.items()
        ]

    def _error(self, module_name: str, error: str) -> Markup:
        """The name of an exception; one that was found in a text may be anything."""
        if all(part.isidentifier() for part in error.split(".")):
            return self.type(module_name, error)
        return escape(error)

    def badges(self, module_name: str, element: Definition | Parameter) -> Markup:
        """Since when an element exists, and whether it should still be used."""
        written = ""
        if element.deprecated is not None:
            written += self._deprecation(module_name, element.deprecated)
        if element.since is not None:
            written += f'<span class="badge">since {escape(element.since)}</span>'
        return Markup(written)

    def _deprecation(self, module_name: str, deprecated: Deprecation) -> str:
        text = f"deprecated since {escape(deprecated.since)}"
        if deprecated.remove_in:
            text += f", removed in {escape(deprecated.remove_in)}"
        written = f'<span class="badge warn">{text}</span>'
        if deprecated.use:
            place = self.names.documented(module_name, deprecated.use)
            use = f"<code>{escape(deprecated.use)}</code>"
            if place is not None:
                use = f'<a href="{href(place)}">{use}</a>'
            elif not all(part.isidentifier() for part in deprecated.use.split(".")):
                use = str(escape(deprecated.use.removesuffix(".")))
            written += f'<span class="use">Use {use} instead.</span>'
        return written
