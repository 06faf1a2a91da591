"""Guide pages: the Markdown files of a project as pages of the site, their links led to where things stand there.

Knows how the links of a guide are meant. It must not know which guides there are or how a page looks.
"""

from __future__ import annotations

import html as html_entities
import posixpath
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote

from markupsafe import Markup, escape

from codegen.emitters.pages import docstrings
from codegen.shapes import shape
from codegen.site import places, texts
from codegen.site.frames import Framer, Item

_HEADING = re.compile(
    r'<h(\d) id="([^"]*)">(.*?)<a href="#[^"]*" aria-label="[^"]*" data-heading-content="[^"]*" class="anchor"></a></h\1>',
    re.DOTALL,
)
_MARKED = re.compile(r'<h([23]) id="([^"]*)">(.*?) <a class="mark"', re.DOTALL)
_TITLE = re.compile(r"^#\s+(.+?)\s*#*\s*$", re.MULTILINE)
_FRONT_TITLE = re.compile(r"""^title:\s*(["']?)(.*?)\1\s*$""", re.MULTILINE)
_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_LINK = re.compile(
    r'<a href="([^"]*)"([^>]*)>(.*?)</a>|(<img src=")([^"]*)"', re.DOTALL
)
_COMMENT = re.compile(r"^&lt;!--.*?--&gt;\n?", re.DOTALL | re.MULTILINE)
_TAG = re.compile(r"<[^>]*>")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")

Elsewhere = Callable[[str], str | None]
"""Where a file of the project that is no guide can be seen: empty for nowhere, None where there is no such file."""


class Section(NamedTuple):
    """A part of a guide: its heading, its anchor, and its words."""

    title: str
    anchor: str
    words: str


class GuidePage(NamedTuple):
    """One guide: its page, its HTML, its title, its first paragraph and its sections."""

    path: str
    html: str
    title: str
    summary: str
    sections: list[Section]


def title(name: str, text: str) -> str:
    """The title of a guide: what its front matter or its first heading says, else its file's name."""
    front = _FRONT.match(text)
    named = _FRONT_TITLE.search(front[1]) if front else None
    if named:
        return named[2]
    heading = _TITLE.search(text)
    if heading:
        return re.sub(r"[`*]", "", heading[1])
    return posixpath.basename(name).removesuffix(".md")


class Guides:
    """Makes the pages of a project's guides."""

    def __init__(
        self,
        pages: Mapping[str, str],
        elsewhere: Elsewhere,
        documented: Callable[[str], str | None],
    ) -> None:
        """``pages`` has the page of each guide and picture, by its path in the project."""
        self._pages = pages
        self._elsewhere = elsewhere
        self._documented = documented

    def page(self, framer: Framer, path: str, text: str) -> GuidePage:
        """Make the page of the guide at a path of the project."""
        page = self._pages[path]
        root = places.root(page)

        def link(name: str) -> str | None:
            place = self._documented(name)
            return None if place is None else root + place

        body = texts.render(_FRONT.sub("", text), ids=True)
        body = _COMMENT.sub("", body)
        body = _LINK.sub(lambda match: self._led(match, path, root), body)
        sections = _sections(body)
        own = title(path, text)
        if "<h1" not in body:
            body = f"<h1>{escape(own)}</h1>\n{body}"
        body = _HEADING.sub(_heading, body)
        body = texts.with_links(texts.with_colours(body), link)
        frame = framer.frame(
            page,
            own,
            markdown=posixpath.basename(places.markdown(page)),
            contents=_contents(body),
            crumbs=[Item(framer.outline.title, f"{root}index.html"), Item(own, "")],
        )
        html = shape("text.html").render(frame=frame, text=Markup(body))
        return GuidePage(page, html, own, _summary(body), sections)

    def _led(self, match: re.Match[str], path: str, root: str) -> str:
        """Write a link or a picture of a guide as the page needs it."""
        if match[4] is not None:
            target = self._target(match[5], path, root)
            return f'{match[4]}{match[5] if target is None else escape(target)}"'
        if 'class="anchor"' in match[2]:
            return match.group()
        target = self._target(match[1], path, root)
        if target == "":
            return match[3]
        written = match[1] if target is None else escape(target)
        return f'<a href="{written}"{match[2]}>{match[3]}</a>'

    def _target(self, written: str, path: str, root: str) -> str | None:
        """Where a link leads from the page; empty for what cannot be seen, None to leave it as it is."""
        address = html_entities.unescape(written)
        if _SCHEME.match(address) or address.startswith("#"):
            return None
        file, mark, anchor = address.partition("#")
        file = posixpath.normpath(
            posixpath.join(posixpath.dirname(path), unquote(file))
        )
        if file in self._pages:
            return f"{root}{quote(self._pages[file])}{mark}{anchor}"
        seen = self._elsewhere(file)
        if seen is None or seen == "":
            return seen
        return seen if _SCHEME.match(seen) else root + seen


def _heading(match: re.Match[str]) -> str:
    level, anchor, content = match.groups()
    label = f"Link to {_TAG.sub('', content)}"
    return f'<h{level} id="{anchor}">{content} <a class="mark" href="#{anchor}" aria-label="{label}">#</a></h{level}>'


def _summary(body: str) -> str:
    """The first paragraph, up to the end of a sentence, as Markdown that has no marks but those of code."""
    paragraph = re.search(r"<p>(.*?)</p>", body, re.DOTALL)
    if paragraph is None:
        return ""
    text = re.sub(r"</?code>", "`", paragraph[1])
    return docstrings.summary(html_entities.unescape(_TAG.sub("", text)))


def _contents(body: str) -> list[Item]:
    """The second and third level of headings."""
    found: list[tuple[str, str, list[Item]]] = []
    for level, anchor, content in _MARKED.findall(body):
        label = html_entities.unescape(_TAG.sub("", content))
        if level == "2" or not found:
            found.append((label, anchor, []))
        else:
            found[-1][2].append(Item(label, anchor))
    return [Item(*parts) for parts in found]


def _sections(body: str) -> list[Section]:
    """A guide cut at its headings, as words."""
    found: list[Section] = []
    pieces = _HEADING.split(body)
    for anchor, content, rest in zip(
        pieces[2::4], pieces[3::4], pieces[4::4], strict=True
    ):
        heading = html_entities.unescape(_TAG.sub("", content))
        words = html_entities.unescape(_TAG.sub(" ", rest))
        found.append(Section(heading, anchor, " ".join(words.split())[:2_000]))
    return found
