"""Programs of users as text: small functions and classes, each about one thing, and which line belongs to which.

Knows how Python is written down and which names a file must import. It must not know what is worth trying: ``uses``, ``data``
and ``heirs`` do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec import structs

from codegen.diff.rules import Audience
from codegen.emitters.python.declarations import Declarations, Style
from codegen.layout import PythonModule
from codegen.model import Function, Overload, Parameter
from codegen.package import Package, Symbol
from codegen.proving.view import program_name

# A value that type checkers accept in place of any other; defaults of overrides need one.
ANYTHING = "unittest.mock.ANY"

_SELF = re.compile(r"\btyping\.Self\b")
_WRAPPERS = ("ClassVar", "Final", "NotRequired", "ReadOnly", "Required")


class Probe(NamedTuple):
    """One small program: the dotted name of what it is about, who would write it, and its lines."""

    subject: str
    audience: Audience
    lines: tuple[str, ...]


class Placed(NamedTuple):
    """A probe in its file, with its first line and the line behind its last."""

    probe: Probe
    start: int
    end: int


class Text(NamedTuple):
    """A file of programs, and where each stands in it."""

    name: str
    text: str
    probes: list[Placed]


class Program(Declarations):
    """All programs about one module, spelled with the names their file imports."""

    def __init__(self, module: str, view: Package, package: Package) -> None:
        home = program_name(module)
        variables = [
            Symbol(module, name, variable, home)
            for name, variable in view.modules[module].type_variables.items()
        ]
        file = PythonModule(home, is_package=False, definitions=variables)
        super().__init__(file, view, Style(package=module), stub=False)
        self.imports: list[Probe] = []
        self.probes: list[Probe] = []
        self._variable_names = {
            name for other in view.modules.values() for name in other.type_variables
        }
        self.variances = {
            name: variable.variance
            for name, variable in package.modules[module].type_variables.items()
        }

    def add(self, subject: str, audience: Audience, lines: Iterable[str]) -> None:
        """Add a program as it is."""
        self.probes.append(Probe(subject, audience, tuple(lines)))

    def bring(self, path: str, audience: Audience = "callers") -> None:
        """Add the line that imports something by one of its public names."""
        module, _, name = path.rpartition(".")
        line = f"from {module} import {name}" if module else f"import {name}"
        line += f" as name_{len(self.imports)}"
        self.imports.append(Probe(path, audience, (line,)))

    def unique(self, word: str) -> str:
        """A name for the function or class of the next program."""
        return f"{word}_{len(self.probes)}"

    def use(
        self,
        subject: str,
        takes: Iterable[str],
        body: Sequence[str],
        *,
        returns: str = "None",
        asynchronous: bool = False,
        audience: Audience = "callers",
    ) -> None:
        """Add a function that gets typed values and does something with them."""
        word = "async def" if asynchronous else "def"
        head = f"{word} {self.unique('use')}({', '.join(takes)}) -> {returns}:"
        self.add(subject, audience, [head, *(f"    {line}" for line in body)])

    def type(self, symbol: Symbol, text: str | None, owner: str = "") -> str:
        """Spell a type; ``owner`` is what Self means in it, as a spec would write it."""
        if text is None:
            return self.names.special("typing.Any")
        text = bare(_SELF.sub(owner, text) if owner else text)
        return self.names.evaluated_type(symbol.module, text)

    def owner(self, symbol: Symbol) -> str:
        """A class with its type variables, as a spec would write it."""
        arguments = self.type_parameters(symbol)
        for variable in self.file.definitions:
            word = rf"\b{re.escape(variable.name)}\b"
            arguments = re.sub(word, variable.path, arguments)
        return f"{symbol.path}{arguments}"

    def variables_in(self, text: str) -> set[str]:
        """The type variables that a spelled type mentions."""
        return self._variable_names.intersection(re.findall(r"\w+", text))

    def text(self) -> Text:
        """The whole file."""
        declared: list[str] = []
        for symbol in self.file.definitions:
            variable = self.package.modules[symbol.module].type_variables[symbol.name]
            declared += ["", *self.type_variable(symbol, variable)]
        # Checkers report a missing module once, where it is imported first.
        lines = ["# Programs that were right before the change."]
        placed: list[Placed] = []
        for probe in self.imports:
            _append(lines, probe, placed)
        lines += ["", *self.import_lines(), *declared]
        for probe in self.probes:
            lines += ["", ""]
            _append(lines, probe, placed)
        return Text(self.file.name, "\n".join(lines) + "\n", placed)


def _append(lines: list[str], probe: Probe, placed: list[Placed]) -> None:
    start = len(lines) + 1
    lines += [part for line in probe.lines for part in line.split("\n")]
    placed.append(Placed(probe, start, len(lines) + 1))


def bare(text: str) -> str:
    """The type inside what only declarations may say, such as ``ClassVar``."""
    base, bracket, inner = text.partition("[")
    if base.rpartition(".")[2] not in _WRAPPERS:
        return text
    return bare(inner[:-1]) if bracket else "typing.Any"


def plain(function: Function) -> Function:
    """A callable with the texts and marks left out that an override or implementation need not repeat."""
    return structs.replace(
        function,
        deprecated=None,
        abstract=False,
        decorators=(),
        parameters=with_defaults(function.parameters),
        overloads=tuple(
            structs.replace(
                overload, parameters=with_defaults(overload.parameters), decorators=()
            )
            for overload in function.overloads
        ),
    )


def with_defaults(parameters: dict[str, Parameter]) -> dict[str, Parameter]:
    """Parameters whose defaults are a value that fits every type."""
    return {
        name: (
            parameter
            if parameter.default in (None, "None")
            else structs.replace(parameter, default=ANYTHING)
        )
        for name, parameter in parameters.items()
    }


def signatures(function: Function) -> tuple[Function | Overload, ...]:
    """The ways to call something: its overloads, or itself."""
    return function.overloads or (function,)
