"""Types, values and names as links: what each means, where that is documented, and how it is written.

Knows how names resolve and that a page of the API stands two folders below the root. It must not know what else a page
shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from markupsafe import Markup, escape

from codegen import spelling, types
from codegen.emitters.pages.markdown import Link
from codegen.model import Class
from codegen.package import Symbol
from codegen.site import external
from codegen.site.places import API, Places

_LINKED = re.compile("\x00([^\x01]*)\x01([^\x02]*)\x02")
_NONE = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\bNone\b""")

_SPELLINGS = ("typing.Optional", "typing.Union")


class Code(NamedTuple):
    """A piece of Python: as text, which is measured, and as HTML, which is shown."""

    text: str
    html: str


class Names:
    """The names of a package, as pages of the API link to them."""

    def __init__(self, places: Places, patterns: Mapping[str, str]) -> None:
        self.places = places
        self._package = places.package
        self._patterns = patterns
        self._types: dict[tuple[str, str], Code] = {}
        self._values: dict[tuple[str, str], Code] = {}
        self._targets: dict[tuple[str, str], str | None] = {}
        self._documented: dict[tuple[str, str], str | None] = {}
        self.asked: dict[str, dict[str, str]] = {}
        self._none = external.address("None", patterns) or ""

    def type(self, module_name: str, text: str) -> Code:
        """Write a type of a module's spec; every name in it is linked, what is no expression stays as it is."""
        key = (module_name, text)
        code = self._types.get(key)
        if code is None:
            spell = partial(self._marked, module_name)
            try:
                marked = spelling.spell_type(text, spell)
                code = _unmarked(marked, self._with_none)
            except types.ExpressionError:
                code = plain(text)
            self._types[key] = code
        return code

    def value(self, module_name: str, text: str) -> Code:
        """Write a default or constant; names of the project are linked."""
        key = (module_name, text)
        code = self._values.get(key)
        if code is None:
            spell = partial(self._marked_value, module_name)
            try:
                marked = spelling.spell_value(text, spell)
                code = _unmarked(marked, _escaped)
            except types.ExpressionError:
                code = plain(text)
            self._values[key] = code
        return code

    def target(self, module_name: str, name: str) -> str | None:
        """Where what a spec calls ``name`` is documented: a place of the site, an address, or nowhere."""
        key = (module_name, name)
        if key not in self._targets:
            self._targets[key] = self._find(module_name, name)
        return self._targets[key]

    def _find(self, module_name: str, name: str) -> str | None:
        package = self._package
        symbol = package.find(module_name, name)
        if symbol is not None:
            return self.places.symbol(symbol)
        member = self._member(module_name, name)
        if member is not None:
            return member
        path = package.canonical(module_name, name)
        if path is None:
            return None
        return external.address(path, self._patterns)

    def documented(self, module_name: str, name: str) -> str | None:
        """Where a text that mentions ``name`` can lead to: a definition of the project or a member of one."""
        key = (module_name, name)
        if key not in self._documented:
            place = self._find_documented(module_name, name)
            self._documented[key] = place
            self._note(module_name, f"?{name}", place or "")
        return self._documented[key]

    def _find_documented(self, module_name: str, name: str) -> str | None:
        package = self._package
        if name in package.modules:
            return f"{API}/{name}/index.html"
        symbol = package.find(module_name, name) if module_name else None
        symbol = symbol or package.lookup(name)
        if symbol is not None:
            return self.places.symbol(symbol)
        return self._member(module_name, name)

    def _member(self, module_name: str, name: str) -> str | None:
        owner_name, _, member = name.rpartition(".")
        if not owner_name:
            return None
        package = self._package
        owner = package.find(module_name, owner_name) if module_name else None
        owner = owner or package.lookup(owner_name)
        if owner is None or not isinstance(owner.definition, Class):
            return None
        places = self.places
        return places.member(owner.module, owner.name, member) or places.field(
            owner.module, owner.name, member
        )

    def link(self, module_name: str, owner: str = "") -> Link:
        """Return what finds, for the texts of a module, the link to a name from a page of the API.

        The text of a class, the ``owner``, may also name its members.
        """

        def link(name: str) -> str | None:
            place = self.documented(module_name, name)
            if place is None and owner and "." not in name:
                place = self.documented(module_name, f"{owner}.{name}")
            return None if place is None else href(place)

        return link

    def class_link(self, module_name: str, name: str) -> str:
        """The link to a class, perhaps one inside another; empty where no page shows it."""
        outer = self._package.modules[module_name].classes[name.partition(".")[0]]
        place = self.places.symbol(Symbol(module_name, name, outer, module_name))
        return "" if place is None else href(place)

    def _marked(self, module_name: str, name: str) -> str:
        shown = self.places.plain.scope(module_name).code(name)
        target = self.target(module_name, name)
        self._note(module_name, f":{name}", f"{shown} {target}")
        # What only spells a union is not there any more when that has been written with bars.
        if target is None or shown in _SPELLINGS:
            return shown
        return f"\x00{href(target)}\x01{shown}\x02"

    def _marked_value(self, module_name: str, name: str) -> str:
        shown = self.places.plain.scope(module_name).value(name)
        target = self.documented(module_name, name)
        self._note(module_name, f"={name}", f"{shown} {target}")
        return shown if target is None else f"\x00{href(target)}\x01{shown}\x02"

    def _note(self, scope: str, question: str, answer: str) -> None:
        self.asked.setdefault(scope, {})[question] = answer

    def answer(self, scope: str, question: str) -> str:
        """Ask again what ``asked`` says was asked: ``:`` a type, ``=`` a value, ``?`` a name in a text."""
        kind, name = question[0], question[1:]
        if kind == "?":
            return self.documented(scope, name) or ""
        spelled = self.places.plain.scope(scope)
        if kind == ":":
            return f"{spelled.code(name)} {self.target(scope, name)}"
        return f"{spelled.value(name)} {self.documented(scope, name)}"

    def _with_none(self, text: str) -> str:
        """Link ``None``, which is no name, in what stands between names."""
        if "None" not in text:
            return _escaped(text)
        pieces: list[str] = []
        end = 0
        for match in _NONE.finditer(text):
            pieces.append(_escaped(text[end : match.start()]))
            found = match.group()
            pieces.append(_escaped(found) if match[1] else _anchor(self._none, found))
            end = match.end()
        return "".join([*pieces, _escaped(text[end:])])


def href(place: str) -> str:
    """The link to a place of the site, or an address elsewhere, from a page of the API."""
    if place.startswith(("https://", "http://")):
        return place
    folder, _, rest = place.partition("/")
    return f"../{rest}" if folder == API else f"../../{place}"


def _escaped(text: str) -> str:
    return str(escape(text))


def _anchor(target: str, name: str) -> str:
    return f'<a href="{escape(target)}">{escape(name)}</a>'


def _unmarked(marked: str, write: Callable[[str], str]) -> Code:
    """Take the marks out of a piece of Python: links where they are, ``write`` for what stands between them."""
    parts = _LINKED.split(marked)
    html = [write(parts[0])]
    text = [parts[0]]
    for target, name, rest in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        html += [_anchor(target, name), write(rest)]
        text += [name, rest]
    return Code("".join(text), "".join(html))


def plain(text: str) -> Code:
    """A piece of Python without links."""
    return Code(text, _escaped(text))


def markup(code: Code) -> Markup:
    """A piece of Python, ready for a template."""
    return Markup(code.html)
