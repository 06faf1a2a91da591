"""Markdown as HTML: the texts of specs, which are not trusted, and the guides of the project.

Knows CommonMark's renderer and how code in texts becomes links and colours. It must not know what a text is about. Raw
HTML is never passed on: it is shown as the text it is.
"""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from codegen.emitters.pages import docstrings, markdown
from codegen.site.highlight import highlight
from codegen.site.names import Names

if TYPE_CHECKING:
    from comrak import ExtensionOptions, RenderOptions

_FENCE = re.compile(
    r'<pre><code(?: class="language-([^"]*)")?>(.*?)</code></pre>', re.DOTALL
)
_CODE = re.compile(
    r"<(?:a|h\d)[ >].*?</(?:a|h\d)>|<code>([A-Za-z_][\w.]*)(\(\))?</code>", re.DOTALL
)
_HEADING = re.compile(r"<h[1-6]>(.*?)</h[1-6]>", re.DOTALL)
_IMAGE = re.compile(r"<img [^>]*>")
_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
_BLANK_HREF = re.compile(r'<a href="">(.*?)</a>', re.DOTALL)
# Whatever is not here makes no difference to a text of one line.
_MARKDOWN = re.compile(r"[\\`*_\[\]<>#|~&\n!:@]|^\s*[-+=\d]|www\.|  ")

FindPlace = Callable[[str], str | None]
"""Where a name in a code span leads to, as a link; None when it leads nowhere."""


@cache
def _options(ids: bool) -> tuple[ExtensionOptions, RenderOptions]:
    import comrak

    extensions = comrak.ExtensionOptions()
    extensions.table = True
    extensions.strikethrough = True
    extensions.autolink = True
    extensions.footnotes = ids
    if ids:
        extensions.header_id_prefix = ""
    rendering = comrak.RenderOptions()
    rendering.escape = True
    return extensions, rendering


class Texts:
    """The texts of a package's specs as HTML, each rendered once."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._blocks: dict[tuple[str, str, str], Markup] = {}
        self._summaries: dict[tuple[str, str], Markup] = {}

    def block(self, module_name: str, text: str, owner: str = "") -> Markup:
        """Write a text as paragraphs, lists and code; that of a class may name its own members."""
        if not text or text.isspace():
            return Markup("")
        key = (module_name, text, owner)
        found = self._blocks.get(key)
        if found is None:
            found = self._blocks[key] = self._render(module_name, text, owner)
        return found

    def summary(self, module_name: str, text: str) -> Markup:
        """Write the first sentence of a docstring; what inherits it shows it, too."""
        key = (module_name, text)
        found = self._summaries.get(key)
        if found is None:
            doc = docstrings.parse(text).text if text else ""
            found = self.block(module_name, docstrings.summary(doc))
            self._summaries[key] = found
        return found

    def _render(self, module_name: str, text: str, owner: str) -> Markup:
        text = text.strip("\n")
        if _MARKDOWN.search(text) is None and text.isprintable():
            return Markup(f"<p>{escape(text.strip())}</p>\n")
        link = self._names.link(module_name, owner)
        written = render(markdown.prose(text, link))
        # A text is part of a page, whose headings are its own; pictures would be requests to other hosts.
        written = _HEADING.sub(r'<p class="heading">\1</p>', written)
        written = _IMAGE.sub("", written)
        return Markup(with_links(with_colours(written), link))


def unlinked(text: str) -> Markup:
    """Write a text of a spec for a page that is not one of the API: names in it lead nowhere."""
    return Markup(_IMAGE.sub("", render(markdown.prose(text, lambda name: None))))


def render(text: str, *, ids: bool = False) -> str:
    """Turn Markdown into HTML; with ``ids``, headings get anchors."""
    import comrak

    extensions, rendering = _options(ids)
    written: str = comrak.render_markdown(
        text, extension_options=extensions, render_options=rendering
    )
    # Addresses that could run something come out empty.
    written = _BLANK_HREF.sub(r"\1", written)
    # A table that is wider than the screen is scrolled alone.
    return _TABLE.sub(r'<div class="wide">\g<0></div>', written)


def with_colours(html: str) -> str:
    """Colour the fences of rendered Markdown."""
    if "<pre>" not in html:
        return html
    return _FENCE.sub(_coloured, html)


def _coloured(match: re.Match[str]) -> str:
    code = html_entities.unescape(match[2])
    language = (match[1] or "").partition(" ")[0]
    shown = highlight(code, language) if language else escape(code)
    return f'<pre class="code"><code>{shown}</code></pre>'


def with_links(html: str, link: FindPlace) -> str:
    """Link the code spans of rendered Markdown that name something documented."""
    if "<code>" not in html:
        return html

    def linked(match: re.Match[str]) -> str:
        if match[1] is None:
            return match.group()
        target = link(match[1])
        return (
            match.group()
            if target is None
            else f'<a href="{target}">{match.group()}</a>'
        )

    return _CODE.sub(linked, html)
