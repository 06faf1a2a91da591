"""Markdown that cannot be broken by the texts in it: one function for each place a text can stand.

Knows CommonMark, GitHub's tables, and what a text can do to the page around it: open a fence that never ends, start
HTML, split a table row, link to a page that does not exist. It must not know the model. Texts come from specs, which
are not trusted; what counts as code in one reading must stay harmless in every other.
"""

from __future__ import annotations

import ast
import json
import re
import textwrap
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

Link = Callable[[str], str | None]
"""Where the page of a dotted name is, as a relative link; None when it has none."""

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SEPARATORS = re.compile("[\u2028\u2029\ufeff]")
# Most texts have none of these and need no work.
_SPECIAL = re.compile(r"[<`\[~\t]|::|^ {4}", re.MULTILINE)
_SPECIAL_IN_CELL = re.compile(r"[<`\[~|\\]|::|^ | $")
_FENCE = re.compile(r"^([ \t]*)(`{3,}(?=[^`]*$)|~{3,})(.*)$")
_LANGUAGE = re.compile(r"[\w+#.\-]*")
_TOKEN = re.compile(
    r"""\\.
    | :(?:\w+:)?\w+:`(?P<role>[^`\n]+)`(?!`)                          # Sphinx role
    | `(?P<title>[^`<\n]+?)\s*<(?P<url>https?://[^\s<>`()]+)>`__?     # Sphinx hyperlink
    | (?P<span>(?P<marks>`+)(?!`)(?P<code>.+?)(?<!`)(?P=marks)(?!`))  # code span
    | `+""",
    re.DOTALL | re.VERBOSE,
)
_KEPT = re.compile("\x00([0-9]+)\x00")
_HTML = re.compile(r"<(?!https?://[^\s<>]*>)")
_LOCAL_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?!https?://|mailto:)[^()\n]*\)")
_LOCAL_TARGET = re.compile(r"\]\((?!https?://|mailto:)")
_LINK_DEFINITION = re.compile(r"^([ \t>*+\-\d.)]*\[[^\]]*\]):", re.MULTILINE)
_LITERAL_MARK = re.compile(r"(?<=\S)::[ \t]*$", re.MULTILINE)
_CONTAINER = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)]|!!!|\?\?\?\+?)(?:\s+|$)")
# An underscore between letters or digits is none of Markdown's business.
_HEADING_MARKS = re.compile(r"[\\`*{}\[\]<>#|~&]|(?<![^\W_])_|_(?![^\W_])")
_PYTHON = ("python", "py", "python3")


def clean(text: str) -> str:
    """Drop what no reader sees and some parsers trip over: control characters and foreign line ends."""
    if text.isprintable():
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text)


def yaml_string(text: str) -> str:
    """Write a text as a double-quoted YAML scalar on one line."""
    quoted = json.dumps(clean(" ".join(text.split())), ensure_ascii=False)
    return _SEPARATORS.sub(lambda match: f"\\u{ord(match.group()):04x}", quoted)


def heading(text: str) -> str:
    """Write a text without any markup, for a heading or between other words."""
    line = clean(" ".join(text.split()))
    return _HEADING_MARKS.sub(lambda match: f"&#{ord(match.group())};", line)


def code(text: str) -> str:
    """Write a text as a code span."""
    return _html_code(text) if "`" in text or "<" in text else f"`{text}`"


def cell_code(text: str) -> str:
    """Write a text as a code span in a table cell."""
    if "`" in text or "<" in text or "\\|" in text:
        # A table takes an escaped bar behind a backslash for the end of the cell.
        return _html_code(text)
    return f"`{text}`".replace("|", "\\|")


def _html_code(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for character in "|\\`*_[]~:":
        escaped = escaped.replace(character, f"&#{ord(character)};")
    return f"<code>{escaped}</code>"


class Segment(NamedTuple):
    """A part of a text: prose, or the inside of a fence with its language and indentation."""

    text: str
    language: str | None = None
    indented: bool = False


def segments(text: str) -> Iterator[Segment]:
    """Split a text into prose and fences; a fence that is never closed ends with the text."""
    prose: list[str] = []
    lines = iter(text.split("\n"))
    for line in lines:
        opening = _FENCE.match(line)
        if opening is None:
            prose.append(line)
            continue
        if prose:
            yield Segment("\n".join(prose))
            prose = []
        indent, marks, info = opening.groups()
        closing = re.compile(rf"\s*{re.escape(marks[0])}{{{len(marks)},}}\s*")
        body: list[str] = []
        for inner in lines:
            if closing.fullmatch(inner):
                break
            body.append(inner)
        yield Segment("\n".join(body), info.strip(), bool(indent))
    if prose:
        yield Segment("\n".join(prose))


def prose(text: str, link: Link) -> str:
    """Write a text as blocks of its own: fences closed, HTML and local links disarmed, roles resolved."""
    text = clean(text).strip("\n").rstrip()
    if _SPECIAL.search(text) is None:
        return text
    parts: list[str] = []
    container = 0
    for segment in segments(text):
        if segment.language is None:
            written, container = _blocks(segment.text, link)
            parts.append(written)
        else:
            parts.append(_fence(segment, container if segment.indented else 0))
    return "\n".join(parts)


def _fence(segment: Segment, indent: int) -> str:
    """Write a fence anew. Python that does not parse, such as an excerpt, is not called Python."""
    found = _LANGUAGE.match(segment.language or "")
    language = found.group() if found else ""
    body = textwrap.dedent(segment.text.expandtabs(4))
    if language.lower() in _PYTHON and not parses(body):
        language = "text"
    marks = "`" * max(3, *(len(run) + 1 for run in re.findall("`{3,}", body)), 3)
    lines = [f"{marks}{language}", *body.split("\n"), marks]
    # Behind a blank line, so that an indented fence is never the rest of a paragraph.
    return ("\n" if indent else "") + textwrap.indent("\n".join(lines), " " * indent)


@lru_cache(maxsize=4096)
def parses(source: str) -> bool:
    """Whether a text is Python."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _blocks(text: str, link: Link) -> tuple[str, int]:
    """Treat lines outside fences; indented code stays as it is. Return how deep the last list item is, too."""
    parts: list[str] = []
    run: list[str] = []
    container = 0
    blank = True
    is_code = False
    for line in text.split("\n"):
        if line.strip():
            indented = line.startswith(("    ", "\t"))
            is_code = indented and not container and (blank or is_code)
            marker = None if is_code else _CONTAINER.match(line)
            if marker is not None:
                container = min(len(marker.group().expandtabs(4)), len(line) + 1)
            elif line[0] not in " \t":
                container = 0
        blank = not line.strip()
        if is_code and run:
            parts.append(_inline("\n".join(run), link))
            run = []
        (parts if is_code else run).append(line)
    if run:
        parts.append(_inline("\n".join(run), link))
    return "\n".join(parts), container


def is_ordinary(text: str) -> bool:
    """Whether a text can stand in a table cell as it is."""
    return text.isprintable() and _SPECIAL_IN_CELL.search(text) is None


def cell(text: str, link: Link) -> str:
    """Write a text into one table cell; paragraphs, list items and lines of code are separated by ``<br>``."""
    if is_ordinary(text):
        return text
    pieces: list[str] = []
    for segment in segments(clean(text).strip()):
        if segment.language is None:
            lines = _joined(segment.text.split("\n"))
            pieces += [_inline(line, link, in_cell=True) for line in lines]
        else:
            body = textwrap.dedent(segment.text.expandtabs(4)).split("\n")
            pieces += [cell_code(line.rstrip()) for line in body if line.strip()]
    return "<br>".join(pieces)


def _joined(lines: list[str]) -> list[str]:
    """Join wrapped lines; only a blank line or a list item begins a new one."""
    joined: list[str] = []
    fresh = True
    for line in lines:
        stripped = line.strip()
        if stripped and (fresh or _CONTAINER.match(line)):
            joined.append(stripped)
        elif stripped:
            joined[-1] += f" {stripped}"
        fresh = not stripped
    return joined


def _inline(text: str, link: Link, *, in_cell: bool = False) -> str:
    """Treat running text: code spans and roles are set aside, everything else is disarmed."""
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        if match["role"] is not None:
            kept.append(_role(match["role"], link))
        elif match["url"] is not None:
            kept.append(f"{_disarm(match['title']).strip()} (<{match['url']}>)")
        elif match["span"] is not None:
            kept.append(_span(match, in_cell=in_cell))
        elif match.group()[-1] == "`":
            # Marks without a partner must not find one behind this text.
            kept.append("&#96;" * match.group().count("`"))
        else:
            return match.group()
        return f"\x00{len(kept) - 1}\x00"

    text = _disarm(_TOKEN.sub(keep, text))
    if in_cell:
        text = text.replace("|", "&#124;")
    return _KEPT.sub(lambda match: kept[int(match.group(1))], text) if kept else text


def _span(match: re.Match[str], *, in_cell: bool) -> str:
    body = match["code"]
    if "<" in body or "](" in body:
        # Where another reader pairs the marks differently, this would be HTML or a link.
        return _html_code(body.strip())
    return cell_code(body.strip()) if in_cell and "|" in body else match["span"]


def _disarm(text: str) -> str:
    text = _HTML.sub("&lt;", text)
    text = _LOCAL_LINK.sub(r"\1", text)
    text = _LOCAL_TARGET.sub(r"]\\(", text)
    text = _LINK_DEFINITION.sub(r"\1\\:", text)
    return _LITERAL_MARK.sub(":", text)


def _role(content: str, link: Link) -> str:
    """Write the content of a role, such as ``~a.B`` or ``title <a.B>``, as code, linked if it has a page."""
    title, _, target = content.removesuffix(">").rpartition("<")
    name = (target or content).strip()
    full = name.lstrip("~!.")
    shown = full.rpartition(".")[2] if name.startswith("~") else full
    written = cell_code(title.strip() or shown)
    href = link(full)
    return written if href is None else f"[{written}]({href})"
