"""What a docstring says in sections: the text without them, and what they say about parameters, returns and errors.

Knows the Sphinx, Google and NumPy conventions as far as texts on pages use them, and what a summary is. It must not
know the model or how anything is printed.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_FIELD = re.compile(
    r"(?:^|(?<=[ \n])):(?P<kind>param|parameter|arg|argument|key|keyword|type|raises?|except|exception"
    r"|returns?|rtype|yields?|ivar|var|cvar|vartype|meta)(?:[ \t]+(?P<name>[^:\n]*))?:(?=\s|$)"
)
_PARAMETER_KINDS = ("param", "parameter", "arg", "argument", "key", "keyword", "ivar")
_ERROR_KINDS = ("raise", "raises", "except", "exception")
_RETURN_KINDS = ("return", "returns", "yield", "yields")
_GOOGLE = re.compile(r"^(\s*)(Args|Arguments|Parameters|Attributes|Raises):\s*$")
_NUMPY = re.compile(r"^(\s*)(Parameters|Attributes|Raises)\s*$")
_GOOGLE_ENTRY = re.compile(r"^\*{0,2}([\w.]+)\s*(?:\([^)]*\))?\s*:\s*(.*)$")
_NUMPY_ENTRY = re.compile(r"^\*{0,2}([\w.]+)\s*(?::.*)?$")

_ALERT = re.compile(r"^\s*(?:>|!!!)")
_NOT_PROSE = re.compile(r"^\s*(?:#{1,6}\s|```|~~~|[-=]{3,}\s*$|\||\.\. )")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]`*]*\s+(?=[^a-z\s])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[])(?:e\.g|i\.e|etc|vs|cf|resp|approx|incl|excl|max|min|no|fig|eq|sec|ca|al|Dr|Mr|Ms|Mrs|St|[A-Z])\.$",
    re.IGNORECASE,
)


class Docstring(NamedTuple):
    """A text and what its sections say."""

    text: str
    parameters: dict[str, str]
    raises: dict[str, str]
    returns: str = ""


def has_fields(text: str) -> bool:
    """Whether a text may have Sphinx fields; quick, and wrong only about texts that have none."""
    return " :" in text or "\n:" in text or text.startswith(":")


def parse(text: str, names: frozenset[str] = frozenset()) -> Docstring:
    """Take the sections out of a text; ``names`` are the parameters and attributes a section may describe."""
    found = Docstring(text, {}, {})
    if has_fields(text) and _FIELD.search(text):
        found = _take_fields(found)
    if "Args:" in text or "Arguments:" in text or "\n---" in text or "s:\n" in text:
        found = _take_sections(found, names)
    return found


def _take_fields(found: Docstring) -> Docstring:
    """Take out Sphinx fields; each runs to the next field or to an empty line."""
    matches = list(_FIELD.finditer(found.text))
    kept = [found.text[: matches[0].start()]]
    returns = found.returns
    for match, following in zip(matches, [*matches[1:], None], strict=True):
        end = len(found.text) if following is None else following.start()
        body, blank, rest = found.text[match.end() : end].partition("\n\n")
        body = " ".join(body.split())
        kept.append(blank + rest)
        name = (match["name"] or "").strip().rpartition(" ")[2].lstrip("*")
        if match["kind"] in _PARAMETER_KINDS:
            found.parameters.setdefault(name, body)
        elif match["kind"] in _ERROR_KINDS:
            found.raises.setdefault(name, body)
        elif match["kind"] in _RETURN_KINDS:
            returns = returns or body
    return found._replace(text="".join(kept).rstrip() + "\n", returns=returns)


def _take_sections(found: Docstring, names: frozenset[str]) -> Docstring:
    """Take out Google and NumPy sections whose entries are all known; others are prose."""
    lines = found.text.split("\n")
    kept: list[str] = []
    number = 0
    while number < len(lines):
        end, title, entries = _section(lines, number)
        wanted = bool(entries) and (title == "Raises" or entries.keys() <= names)
        if not wanted:
            kept.append(lines[number])
            number += 1
            continue
        target = found.raises if title == "Raises" else found.parameters
        for name, text in entries.items():
            target.setdefault(name, text)
        number = end
    return found._replace(text="\n".join(kept).rstrip() + "\n")


def _section(lines: list[str], start: int) -> tuple[int, str, dict[str, str]]:
    """Return where the section that begins at a line ends, its title and its entries."""
    google = _GOOGLE.match(lines[start])
    underlined = start + 1 < len(lines) and re.fullmatch(
        r"\s*-{3,}\s*", lines[start + 1]
    )
    numpy = _NUMPY.match(lines[start]) if underlined else None
    heading = google or numpy
    if heading is None:
        return start, "", {}
    entry_form = _GOOGLE_ENTRY if google else _NUMPY_ENTRY
    number = start + (1 if google else 2)
    margin: int | None = None
    entries: dict[str, list[str]] = {}
    while number < len(lines):
        line = lines[number]
        depth = len(line) - len(line.lstrip())
        if line.strip() and google and depth <= len(heading.group(1)):
            break
        margin = depth if margin is None and line.strip() else margin
        if line.strip() and depth == margin:
            entry = entry_form.match(line.strip())
            if entry is None:
                break
            entries[entry.group(1)] = [entry.group(2)] if google else []
        elif line.strip() and entries and margin is not None and depth > margin:
            entries[next(reversed(entries))].append(line.strip())
        elif line.strip():
            break
        number += 1
    return (
        number,
        heading.group(2),
        {k: " ".join(v).strip() for k, v in entries.items()},
    )


def summary(text: str) -> str:
    """Return the first sentence of a text, in full and on one line."""
    paragraph: list[str] = []
    fenced = False
    alert = False
    for line in text.split("\n"):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        alert = bool(line.strip()) and (alert or bool(_ALERT.match(line)))
        if line.strip() and not (fenced or alert or _NOT_PROSE.match(line)):
            paragraph.append(line.strip())
        elif paragraph:
            break
    return _first_sentence(" ".join(paragraph))


def _first_sentence(text: str) -> str:
    for match in _SENTENCE_END.finditer(text):
        head = text[: match.end()].rstrip()
        if head.count("`") % 2 == 0 and not _ABBREVIATION.search(head):
            return head
    return text.removesuffix(":") + "." if text.endswith(":") else text
