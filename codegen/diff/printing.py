"""Changes as texts: for people, for programs, for a changelog, for annotations on a change request.

Knows the formats. It must not know how changes were found or where sides come from: places and texts are given.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from codegen.diagnostics import Location, escaped, excerpt, visible
from codegen.diff import versions
from codegen.diff.changes import Change
from codegen.diff.rules import AUDIENCES, RULES, SEVERITIES, Severity

_GONE = frozenset(("export-removed", "module-removed", "removed-too-early"))


class Shown(NamedTuple):
    """A change with its places; one on a side on which it has none is None."""

    change: Change
    old: Location | None
    new: Location | None

    @property
    def place(self) -> Location:
        """Where people should look first: at what is there now, or at what is gone altogether."""
        if self.change.rule in _GONE and self.old is not None:
            return self.old
        return self.new or self.old or Location("")

    @property
    def current(self) -> Location:
        """The place on the new side, if there is one."""
        return self.new or self.place

    @property
    def hint(self) -> str:
        """What to do about it."""
        return self.change.hint or RULES[self.change.rule].advice

    @property
    def who(self) -> str:
        """Who breaks, in words."""
        return ", ".join(who for who in AUDIENCES if who in self.change.affected)


class Report(NamedTuple):
    """Everything a diff says: the names and versions of both sides, and the changes."""

    old: str
    new: str
    old_version: str | None
    new_version: str | None
    changes: list[Shown]

    @property
    def level(self) -> versions.Level:
        """The part of the version that has to rise."""
        return versions.advice(self._found(), self.old_version)

    @property
    def needed(self) -> str | None:
        """The least version that is enough; None where the old one is not known."""
        if self.old_version is None:
            return None
        return versions.least(self._found(), self.old_version)

    @property
    def is_enough(self) -> bool | None:
        """Whether the new version is enough; None where one of the two is not known."""
        if self.old_version is None or self.new_version is None:
            return None
        found = list(self._found())
        return versions.is_enough(found, self.old_version, self.new_version)

    def _found(self) -> Iterable[Change]:
        return (shown.change for shown in self.changes)


def ordered(changes: Iterable[Shown]) -> list[Shown]:
    """The worst first, then by place; repetitions are dropped."""
    return sorted(
        dict.fromkeys(changes),
        key=lambda one: (
            SEVERITIES.index(one.change.severity),
            *one.place,
            one.change.name,
            one.change.rule,
        ),
    )


def render_full(report: Report, texts: Mapping[str, str]) -> str:
    """Show each change with the line it stands in, who breaks, and what to do; those nobody minds on one line."""
    lines: list[str] = []
    for shown in report.changes:
        lines.append(_headline(shown))
        if shown.change.severity == "compatible":
            continue
        lines += excerpt(shown.place, texts)
        if shown.place is shown.old and shown.new is not None:
            lines.append(f"  = gone from: {shown.new}")
        elif shown.old is not None and shown.new is not None:
            lines.append(f"  = was: {shown.old}")
        if shown.who:
            lines.append(f"  = breaks: {shown.who}")
        lines += [f"  = hint: {visible(shown.hint)}", ""]
    return _joined([*lines, *summary(report)])


def render_concise(report: Report, texts: Mapping[str, str]) -> str:
    """Show one line a change."""
    del texts
    return _joined([*map(_headline, report.changes), *summary(report)])


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _headline(shown: Shown) -> str:
    change = shown.change
    return f"{shown.place}: {change.severity}[{change.rule}]: {visible(change.message)}"


def summary(report: Report) -> list[str]:
    """How many changes there are, and which version they ask for."""
    counts = Counter(shown.change.severity for shown in report.changes)
    if not counts:
        return [f"no changes from {report.old} to {report.new}"]
    parts = [f"{counts[name]} {name}" for name in SEVERITIES if counts[name]]
    total = sum(counts.values())
    noun = "change" if total == 1 else "changes"
    return [
        f"{', '.join(parts)} {noun} from {report.old} to {report.new}",
        version_advice(report),
    ]


def version_advice(report: Report) -> str:
    """Which version the changes ask for, in a sentence."""
    text = f"this asks for a {report.level} version"
    if report.old_version is not None and versions.is_preliminary(report.old_version):
        text = f"{report.old_version} is a pre-release, so any later version will do"
    elif report.needed is not None:
        text += f", {report.needed} or later"
    if report.is_enough is None:
        return text
    verdict = "is enough" if report.is_enough else "is not enough"
    return f"{text}; {report.new_version} {verdict}"


def render_json(report: Report, texts: Mapping[str, str]) -> str:
    """Show everything as one JSON object."""
    import json

    del texts
    data = {
        "old": {"name": report.old, "version": report.old_version},
        "new": {"name": report.new, "version": report.new_version},
        "advice": {
            "level": report.level,
            "version": report.needed,
            "enough": report.is_enough,
        },
        "changes": [_as_data(shown) for shown in report.changes],
    }
    return json.dumps(data, indent=2) + "\n"


def _as_data(shown: Shown) -> dict[str, Any]:
    change = shown.change
    return {
        "rule": change.rule,
        "severity": change.severity,
        "name": change.name,
        "message": change.message,
        "affected": [who for who in AUDIENCES if who in change.affected],
        "old": _place(shown.old),
        "new": _place(shown.new),
        "hint": shown.hint,
    }


def _place(location: Location | None) -> dict[str, Any] | None:
    if location is None:
        return None
    return {
        "path": location.path,
        "line": location.line,
        "column": location.column,
        "end_column": location.column + location.length,
    }


_LEVELS: dict[Severity, str] = {
    "breaking": "error",
    "risky": "warning",
    "compatible": "notice",
}


def render_github(report: Report, texts: Mapping[str, str]) -> str:
    """Show the changes as GitHub Actions annotations (workflow commands)."""
    del texts
    return "".join(map(_annotation, report.changes))


def _annotation(shown: Shown) -> str:
    change, place = shown.change, shown.current
    text = change.message
    if change.severity != "compatible":
        text += f"\nbreaks: {shown.who}\nhint: {shown.hint}"
    file = escaped(place.path).replace(":", "%3A").replace(",", "%2C")
    properties = f"file={file},line={place.line},col={place.column},title={change.rule}"
    return f"::{_LEVELS[change.severity]} {properties}::{escaped(text)}\n"


SECTIONS = ("Breaking", "Added", "Changed", "Deprecated")


def render_markdown(report: Report, texts: Mapping[str, str]) -> str:
    """Show the changes as a fragment of a changelog."""
    del texts
    sections: dict[str, list[str]] = {name: [] for name in SECTIONS}
    for shown in report.changes:
        sections[section(shown.change)].append(_item(shown))
    blocks = [
        f"### {name}\n\n" + "\n".join(items) + "\n"
        for name, items in sections.items()
        if items
    ]
    return "\n".join(blocks) or "No changes.\n"


def section(change: Change) -> str:
    """The section of a changelog that a change belongs to."""
    if change.severity == "breaking":
        return "Breaking"
    if change.rule == "deprecation-added":
        return "Deprecated"
    if re.search(r"-added\b", change.rule) and change.severity == "compatible":
        return "Added"
    return "Changed"


def _item(shown: Shown) -> str:
    text = _marked_up(shown.change.message)
    text = text[:1].upper() + text[1:] + "."
    if shown.change.severity == "breaking" and "callers" not in shown.change.affected:
        text += f" Breaks {shown.who}."
    # What rules advise is for those who make the change; what is known of this one is for users as well.
    if shown.change.hint:
        text += f" {_marked_up(_sentence(shown.change.hint))}"
    return f"- {text}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _marked_up(text: str) -> str:
    """A message with names as code, and nothing else that Markdown would take for markup."""
    parts = re.split(r"('[^']+'|`[^`]+`)", visible(text))
    for index, part in enumerate(parts):
        if index % 2:
            parts[index] = f"`{part[1:-1]}`"
        else:
            parts[index] = re.sub(r"([\\*_<>\[\]`])", r"\\\1", part)
    return "".join(parts)


PRINTERS: dict[str, Callable[[Report, Mapping[str, str]], str]] = {
    "full": render_full,
    "concise": render_concise,
    "json": render_json,
    "markdown": render_markdown,
    "github": render_github,
}
