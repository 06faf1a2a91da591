"""Specs and cores as readers see them: on which line something stands, what a core looks like, where a file is shown.

Knows how lines of YAML and Python are found without reading either for its meaning. It must not know what links to
them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup, escape

from codegen.site import highlight
from codegen.site.places import source_page

_KEY = re.compile(
    r"""( *)(?:"([^"]*)"|'([^']*)'|([^\s#"'{}\[\],&*!|>%@`-][^:]*+)):(?= |$)(.*)"""
)
_LONGEST_CORE = 80  # lines that are shown with a method; longer ones are only linked
_COLOURED_YAML = 60_000  # characters; more would cost more than it is worth


class Source(NamedTuple):
    """A file of the project: its path below the project's folder, and its text."""

    path: str
    text: str


class Place(NamedTuple):
    """A line of a file: where it is shown, and how it is called."""

    place: str
    label: str


class Core(NamedTuple):
    """A handwritten function: how a spec calls it, where it is shown, and its text unless that is long."""

    reference: str
    at: Place
    code: Markup


class Sources:
    """The specs by module, the cores by module, and the repository they stand in, if settings name one."""

    def __init__(
        self,
        specs: Mapping[str, Source],
        cores: Mapping[str, Source],
        repository: str = "",
    ) -> None:
        self.specs = specs
        self.cores = cores
        self._repository = repository

    @property
    def pages(self) -> dict[str, Source]:
        """The page of each file that is shown on the site; none where a repository shows them."""
        if self._repository:
            return {}
        files = (*self.specs.values(), *self.cores.values())
        return {source_page(file.path): file for file in files}

    def file(self, path: str) -> str:
        """The address of a file in the repository; empty where settings name none."""
        if not self._repository:
            return ""
        address = self._repository.replace("{path}", path)
        return re.sub(r"#.*\{line\}.*|\{line\}", "", address)

    def at(self, path: str, line: int) -> Place:
        """Where a line of a file is shown."""
        label = f"{path}:{line}"
        if self._repository:
            address = self._repository.replace("{path}", path)
            return Place(address.replace("{line}", str(line)), label)
        return Place(f"{source_page(path)}#L{line}", label)

    def spec(self, module_name: str, *keys: str) -> Place | None:
        """Where the element that keys lead to is defined, or what is nearest above it."""
        spec = self.specs.get(module_name)
        if spec is None:
            return None
        lines = _spec_lines(spec.text)
        while keys and keys not in lines:
            keys = keys[:-1]
        return self.at(spec.path, lines.get(keys, 1))

    def cores_of(self, *references: str | None) -> list[Core]:
        """The handwritten functions that specs name; what cannot be found is left out."""
        return [
            core
            for reference in references
            if reference is not None and (core := self._core(reference)) is not None
        ]

    def _core(self, reference: str) -> Core | None:
        module_name, _, name = reference.partition(":")
        core = self.cores.get(module_name)
        first, last = _functions(core.text).get(name, (0, 0)) if core else (0, 0)
        if core is None or not first:
            return None
        code = Markup("")
        if last - first < _LONGEST_CORE:
            lines = core.text.split("\n")[first - 1 : last]
            code = highlight.python("\n".join(lines))
        return Core(reference, self.at(core.path, first), code)


@lru_cache(maxsize=8)
def _spec_lines(text: str) -> dict[tuple[str, ...], int]:
    """The line of each key of block mappings, by the keys that lead to it.

    A text in a block scalar is passed over: it is indented deeper than its key, whose value begins with | or >.
    """
    found: dict[tuple[str, ...], int] = {}
    open_: list[tuple[int, tuple[str, ...]]] = []
    scalar = -1
    for number, line in enumerate(text.split("\n"), 1):
        match = _KEY.match(line)
        if match is None:
            continue
        indent = len(match[1])
        if 0 <= scalar < indent:
            continue
        scalar = indent if match[5].lstrip()[:1] in ("|", ">") else -1
        while open_ and open_[-1][0] >= indent:
            open_.pop()
        above = open_[-1][1] if open_ else ()
        keys = (*above, match[2] or match[3] or match[4] or "")
        open_.append((indent, keys))
        found.setdefault(keys, number)
    return found


@lru_cache(maxsize=64)
def _functions(text: str) -> dict[str, tuple[int, int]]:
    """The first and the last line of each function of a module, decorators included."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    return {
        node.name: (
            min([node.lineno, *(item.lineno for item in node.decorator_list)]),
            node.end_lineno or node.lineno,
        )
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def numbered(file: Source) -> Markup:
    """The lines of a file, each with an anchor and a number that links to it."""
    if file.path.endswith(".py"):
        shown = str(highlight.python(file.text))
    elif len(file.text) <= _COLOURED_YAML:
        shown = str(_yaml(file.text))
    else:
        shown = str(escape(file.text))
    lines = highlight.lines(shown.rstrip("\n"))
    return Markup(
        "".join(
            f'<span id="L{n}"><a href="#L{n}">{n}</a>{line}\n</span>'
            for n, line in enumerate(lines, 1)
        )
    )


def _yaml(text: str) -> Markup:
    """Colour what matters in a spec: keys and comments."""
    return Markup(
        re.sub(
            r"^([ -]*)([\w.]+)(?=:(?: |$))",
            r'\1<span class="k">\2</span>',
            re.sub(
                r"^( *)(#.*)$",
                r'\1<span class="c">\2</span>',
                str(escape(text)),
                flags=re.MULTILINE,
            ),
            flags=re.MULTILINE,
        )
    )
