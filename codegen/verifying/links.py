"""Links, anchors and code on the plain pages: everything a reader can click leads somewhere, and Python is Python.

Knows as much of Markdown as plain pages use. It must not know what a page is about.
"""

from __future__ import annotations

import ast
import posixpath
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from codegen.diagnostics import Diagnostic
from codegen.outputs import Output
from codegen.verifying.rows import Project, Row

# In a list a fence may stand far to the right.
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})(.*)$")
_ANCHOR = re.compile(r'<a id="([^"]*)"></a>')
_LINK = re.compile(r"(?<!\\)\]\(([^)\s]*)\)")
_HEADING = re.compile(r"^#{1,6} +(.*?) *$")
_CODE = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|<code>.*?</code>")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//")


class _Page(NamedTuple):
    """What a page offers and what it asks for: anchors, links and fences, the latter two with their lines."""

    anchors: frozenset[str]
    links: list[tuple[int, str]]
    fences: list[tuple[int, str, str]]
    problems: list[tuple[int, str]]


def row(project: Project) -> Row:
    """Follow every link of the plain pages, and parse every fence that says it is Python."""
    outputs = _plain(project)
    pages = {path: _read(output.text) for path, output in outputs.items()}
    found: list[Diagnostic] = []
    count = 0
    for path, page in pages.items():
        count += len(page.links) + len(page.fences)
        for line, message in (*page.problems, *_dead(path, page, pages), *_code(page)):
            (module,) = outputs[path].sources
            place = project.place(module, ("module",), key=True)
            related = project.produced(path, line)
            finding = Diagnostic(place, "mirror-links", message, "", "error", related)
            found.append(finding)
    compared = "links, anchors and fences of plain pages"
    return Row("plain", compared, (len(pages), count), tuple(found))


def _plain(project: Project) -> dict[str, Output]:
    """All pages in the plain style, those of modules that ask for it included."""
    modules = project.package.modules
    own = {
        path: output
        for path, output in project.of_kind("pages").items()
        if all(modules[name].page.style == "plain" for name in output.sources)
    }
    return {**project.of_kind("plain"), **own}


def _read(text: str) -> _Page:
    anchors: set[str] = set()
    links: list[tuple[int, str]] = []
    fences: list[tuple[int, str, str]] = []
    problems: list[tuple[int, str]] = []
    lines = enumerate(text.split("\n"), 1)
    for number, line in lines:
        opening = _FENCE.match(line)
        if opening is not None and not (opening[1][0] == "`" and "`" in opening[2]):
            fences.append((number, opening[2].strip(), _body(lines, opening[1])))
            continue
        if line.startswith(("    ", "\t")):  # indented code
            continue
        for anchor in _ANCHOR.findall(line):
            if anchor.lower() in {known.lower() for known in anchors}:
                problems.append((number, f"the anchor '{anchor}' stands twice"))
            anchors.add(anchor)
        heading = _HEADING.match(line)
        if heading is not None:
            anchors.add(_slug(heading[1]))
        links += [(number, target) for target in _LINK.findall(_CODE.sub("`x`", line))]
    return _Page(frozenset(anchors), links, fences, problems)


def _body(lines: Iterator[tuple[int, str]], marks: str) -> str:
    closing = re.compile(rf"\s*{re.escape(marks[0])}{{{len(marks)},}}\s*")
    body: list[str] = []
    for _, line in lines:
        if closing.fullmatch(line):
            break
        body.append(line)
    return textwrap.dedent("\n".join(body))


def _slug(heading: str) -> str:
    """The anchor that renderers give a heading of their own accord."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _dead(
    path: str, page: _Page, pages: Mapping[str, _Page]
) -> Iterator[tuple[int, str]]:
    for line, target in page.links:
        if _ELSEWHERE.match(target):
            continue
        file, _, anchor = target.partition("#")
        place = posixpath.normpath(posixpath.join(posixpath.dirname(path), file))
        other = page if not file else pages.get(place)
        if other is None:
            yield line, f"the link '{target}' leads to no page"
        elif anchor and anchor not in other.anchors:
            yield line, f"the link '{target}' leads to no anchor of that page"


def _code(page: _Page) -> Iterator[tuple[int, str]]:
    for line, language, body in page.fences:
        if language not in ("python", "py"):
            continue
        try:
            ast.parse(body)
        except (SyntaxError, ValueError) as error:
            reason = error.msg if isinstance(error, SyntaxError) else str(error)
            yield line, f"this fence is no Python: {reason}"
