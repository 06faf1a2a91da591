"""What the published page styles do to texts, and how to take it back: escaped texts, table cells, summaries.

Knows the rules of each style (A = 2.0.0b31, B = 2.0.0b43 and 2.0.0b44, C = 2.6) for a piece of text. It must not know
where on a page the text stands. Readers and emitters of pages share it, so that one takes back what the other does.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from codegen.model import PageStyle, Summaries

_FENCE = re.compile(r"(```.*?```)", re.DOTALL)
_CODE_SPAN = re.compile(r"((`+)(?!`).*?(?<!`)\2(?!`))", re.DOTALL)
_QUOTE = re.compile(r"^(\s*>[>\s]*)(.*)$")
_IN_LINE_QUOTE = re.compile(r"(?<![> ]) ( *>)")
_SHORTCODE = re.compile(r"{{<.*?>}}")
_ROLE = re.compile(r":[\w:]+:`[^`]*`")
_LEADING_BRACKETS = re.compile(r"^\([^)]+\)\s*")
_PARAGRAPH_END = re.compile(r"\n\s*\n")
_SENTENCE_END = re.compile(r"\.\s")
_Change = Callable[[str, bool], str]
"""What is done to a piece of a line, given whether it is the line's beginning."""
_PROTECTED_STOP = "\x00"


def escape(text: str, style: PageStyle) -> str:
    """Escape a text as the style does."""
    if style == "2.0.0b31" or ("<" not in text and ">" not in text):
        return text
    change = _escape_modern if style == "2.6" else _entities
    return _outside_fences(text, change)


def unescape(text: str, style: PageStyle) -> str:
    """Take back what the style has escaped; the text itself where the style would not have written it so."""
    if style == "2.0.0b31" or "&" not in text:
        return text
    change = _unescape_modern if style == "2.6" else _characters
    plain = _outside_fences(text, change)
    return plain if escape(plain, style) == text else text


def _outside_fences(text: str, change: Callable[[str], str]) -> str:
    parts = _FENCE.split(text)
    # Every other part is a fence.
    parts[::2] = [change(part) for part in parts[::2]]
    return "".join(parts)


def _entities(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;")


def _characters(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">")


def _escape_modern(text: str) -> str:
    """Escape outside inline code, and leave the marks that begin a quoted line."""
    return _outside_code(text, lambda content, begins: _entities(content))


def _unescape_modern(text: str) -> str:
    return _outside_code(text, _unescape_content)


def _unescape_content(content: str, begins: bool) -> str:
    # Unescaped at the beginning of a line, it would be the mark of a quotation.
    marks = len(content) - len(content.lstrip())
    kept = marks + 4 if begins and content.startswith("&gt;", marks) else 0
    return content[:kept] + _characters(content[kept:])


def _outside_code(text: str, change: _Change) -> str:
    changed: list[str] = []
    end = 0
    for span in _CODE_SPAN.finditer(text):
        changed += [_change_lines(text, end, span.start(), change), span.group(1)]
        end = span.end()
    return "".join([*changed, _change_lines(text, end, len(text), change)])


def _change_lines(text: str, start: int, end: int, change: _Change) -> str:
    lines = text[start:end].split("\n")
    at_line_start = start == 0 or text[start - 1] == "\n"
    for number, line in enumerate(lines):
        begins = number > 0 or at_line_start
        quote = _QUOTE.match(line) if begins else None
        prefix, content = quote.groups() if quote else ("", line)
        lines[number] = prefix + change(content, begins)
    return "\n".join(lines)


def cell(text: str, style: PageStyle) -> str:
    """Put a text into one table cell."""
    return escape(text, style).replace("\n", " ").replace("|", "\\|").strip()


def from_cell(text: str, style: PageStyle) -> str:
    """Return a text that stands in a cell as this one does; line ends became spaces for good.

    But for one: a mark of quotation that is not escaped stood at the beginning of a line.
    """
    shown = text.replace("\\|", "|")
    plain = unescape(shown, style)
    if style != "2.6" or cell(plain, style) == text:
        return plain
    parts = _CODE_SPAN.split(shown)
    # Of three parts, the last two are a code span and its marks.
    parts[::3] = [_IN_LINE_QUOTE.sub(r"\n\1", part) for part in parts[::3]]
    del parts[2::3]
    return unescape("".join(parts), style)


def reasons(text: str) -> list[str]:
    """Split what is said of an error: a list has a reason in each item, any other text is one."""
    lines = text.split("\n")
    if len(lines) > 1 and all(line.startswith("- ") for line in lines):
        return [line[2:] for line in lines]
    return [text]


def with_reason(text: str, reason: str) -> str:
    """Add a further reason to what is said of an error."""
    return "\n".join(f"- {item}" for item in (*reasons(text), reason))


def parameter_cell(text: str, style: PageStyle) -> str:
    """Put a parameter's text into its cell, without the type some docstrings repeat in brackets."""
    return _LEADING_BRACKETS.sub("", cell(text, style))


def summary(text: str, style: PageStyle, how: Summaries | None = None) -> str:
    """Return what lists show of a text: up to its first full stop, of that the first line.

    Of pages in style 2.6, the oldest and the newest do it otherwise: ``how`` says that.
    """
    text = text.strip()
    if style == "2.6":
        text = _without_alerts(text)
        for pattern in () if how == "stop" else (_CODE_SPAN, _ROLE):
            text = pattern.sub(_protect, text)
    text = _SHORTCODE.sub(_protect, text)
    if how == "sentence":
        paragraph = " ".join(_PARAGRAPH_END.split(text, 1)[0].split())
        first = _SENTENCE_END.split(paragraph, 1)[0].removesuffix(".")
    else:
        first = text.split(".", 1)[0].split("\n", 1)[0].strip()
    return first.replace(_PROTECTED_STOP, ".") + "." if first else ""


def with_summary(
    text: str, shown: str, style: PageStyle, how: Summaries | None = None
) -> str:
    """Return the text that has the summary that is shown: this one, or one with entities of its own.

    A page shows angle brackets and entities alike in texts, but not in summaries.
    """
    if summary(text, style, how) == shown:
        return text
    escaped = escape(text, style)
    first = escape(shown[:-1], style)
    begin = escaped.find(first)
    rest = escaped[begin + len(first) :]
    mixed = escaped[:begin] + shown[:-1] + unescape(rest, style)
    for candidate in (escaped, mixed):
        same = escape(candidate, style) == escaped
        if same and summary(candidate, style, how) == shown:
            return candidate
    return text


def _protect(match: re.Match[str]) -> str:
    return match.group().replace(".", _PROTECTED_STOP)


def _without_alerts(text: str) -> str:
    lines = text.split("\n")
    while lines and lines[0].lstrip().startswith((">", "!!!")):
        while lines and lines[0].strip():
            lines.pop(0)
        while lines and not lines[0].strip():
            lines.pop(0)
    return "\n".join(lines)
