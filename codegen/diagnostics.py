"""Findings as values: rule, severity, message, place, hint; sorted once and printed by one small printer per format.

Knows how a finding is shown to people and machines. It must not know how one is found.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple

Severity = Literal["error", "warning"]


class Location(NamedTuple):
    """A place in a text: file, line and column counted from 1, and how many characters are meant."""

    path: str
    line: int = 1
    column: int = 1
    length: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class Diagnostic(NamedTuple):
    """One finding. ``related`` is the other place that matters, as a core's signature does for a spec."""

    location: Location
    rule: str
    message: str
    hint: str = ""
    severity: Severity = "error"
    related: Location | None = None

    @property
    def headline(self) -> str:
        """The finding on one line, as compilers print it."""
        return f"{self.location}: {self.severity}[{self.rule}]: {visible(self.message)}"


def visible(text: str) -> str:
    """Show control and direction characters as escapes, so that a message cannot disguise itself."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def suggest(name: str, candidates: Iterable[str]) -> str:
    """Return a hint with the nearest candidate, or an empty text when none is near."""
    folded = {candidate.casefold(): candidate for candidate in candidates}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.66)
    return f"did you mean '{folded[near[0]]}'?" if near else ""


def ordered(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sort findings by place and drop repetitions."""
    return sorted(
        set(diagnostics),
        key=lambda found: (
            *found.location,
            *found[1:4],
            found.related or found.location,
        ),
    )


def render_full(diagnostics: list[Diagnostic], texts: Mapping[str, str]) -> str:
    """Show each finding with the line it is about, a caret and its hint."""
    return "\n".join(_full(found, texts) for found in diagnostics)


def _full(found: Diagnostic, texts: Mapping[str, str]) -> str:
    lines = [found.headline]
    lines += excerpt(found.location, texts)
    if found.related is not None:
        lines.append(f"  = see: {found.related}")
    if found.hint:
        lines.append(f"  = hint: {visible(found.hint)}")
    return "\n".join(lines) + "\n"


@lru_cache(maxsize=4)
def _lines(text: str) -> list[str]:
    return text.split("\n")


_WIDEST_EXCERPT = 160


def excerpt(location: Location, texts: Mapping[str, str]) -> list[str]:
    """The line of a place and a caret under it; nothing where the text is not at hand or the line is empty."""
    text = texts.get(location.path)
    if text is None:
        return []
    lines = _lines(text)
    if location.line > len(lines):
        return []
    line = lines[location.line - 1].rstrip("\r")
    if not line.strip():
        return []
    start = max(0, location.column - 1 - _WIDEST_EXCERPT // 2)
    cut = "…" if start else ""
    shown = cut + visible(line[start : start + _WIDEST_EXCERPT])
    before = len(cut + visible(line[start : location.column - 1]))
    length = max(1, min(location.length, len(shown) - before))
    gutter = f"{location.line:>4} | "
    return [
        gutter + shown,
        " " * (len(gutter) - 2) + "| " + " " * before + "^" * length,
    ]


def render_concise(diagnostics: list[Diagnostic], texts: Mapping[str, str]) -> str:
    """Show one line a finding."""
    del texts
    return "".join(found.headline + "\n" for found in diagnostics)


def as_data(found: Diagnostic) -> dict[str, Any]:
    """Return a finding as plain data, the item of the JSON output."""
    data: dict[str, Any] = {
        "rule": found.rule,
        "severity": found.severity,
        "message": found.message,
        "path": found.location.path,
        "line": found.location.line,
        "column": found.location.column,
        "end_column": found.location.column + found.location.length,
    }
    if found.hint:
        data["hint"] = found.hint
    if found.related is not None:
        data["related"] = str(found.related)
    return data


def render_json(diagnostics: list[Diagnostic], texts: Mapping[str, str]) -> str:
    """Show the findings as one JSON array."""
    import json

    del texts
    return json.dumps([as_data(found) for found in diagnostics], indent=2) + "\n"


def render_github(diagnostics: list[Diagnostic], texts: Mapping[str, str]) -> str:
    """Show the findings as GitHub Actions annotations (workflow commands)."""
    del texts
    return "".join(_github(found) for found in diagnostics)


def _github(found: Diagnostic) -> str:
    message = found.message + (f"\nhint: {found.hint}" if found.hint else "")
    place = found.location
    file = escaped(place.path).replace(":", "%3A").replace(",", "%2C")
    properties = f"file={file},line={place.line},col={place.column},title={found.rule}"
    return f"::{found.severity} {properties}::{escaped(message)}\n"


def escaped(text: str) -> str:
    """Text as a workflow command carries it."""
    for char, escape in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
        text = text.replace(char, escape)
    return text


def render_sarif(diagnostics: list[Diagnostic], texts: Mapping[str, str]) -> str:
    """Show the findings as a SARIF 2.1.0 log (OASIS), which code hosts read."""
    import json

    from codegen import __version__

    del texts
    rules = sorted({found.rule for found in diagnostics})
    driver = {
        "name": "codegen",
        "version": __version__,
        "rules": [{"id": rule} for rule in rules],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "results": [_sarif_result(found) for found in diagnostics],
            }
        ],
    }
    return json.dumps(log, indent=2) + "\n"


def _sarif_result(found: Diagnostic) -> dict[str, Any]:
    place = found.location
    return {
        "ruleId": found.rule,
        "level": found.severity,
        "message": {"text": found.message + (f" ({found.hint})" if found.hint else "")},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": place.path},
                    "region": {
                        "startLine": place.line,
                        "startColumn": place.column,
                        "endColumn": place.column + place.length,
                    },
                }
            }
        ],
    }


PRINTERS: dict[str, Callable[[list[Diagnostic], Mapping[str, str]], str]] = {
    "full": render_full,
    "concise": render_concise,
    "json": render_json,
    "github": render_github,
    "sarif": render_sarif,
}
