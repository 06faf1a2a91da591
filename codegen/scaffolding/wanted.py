"""What specs want of each core: its signature with every name in full, the first parameter typed, one line of text.

Knows how a class and its members lead to the signature of a core. It must not know any core as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msgspec import structs

from codegen import spelling
from codegen.checks.cores import ExpectedCore, expected_cores, unnameable_defaults
from codegen.model import (
    Class,
    Function,
    Module,
    Parameter,
    Property,
    Returns,
    TypeVariable,
)
from codegen.package import Package, Symbol, nested

SELF = "typing.Self"


class Wanted(NamedTuple):
    """A core as a spec wants it. Types and defaults are written with names in full.

    ``first`` is its first parameter, the instance or class, if it takes one, and ``owner`` the type of the instance.
    ``place`` leads to what is generated for it: the module, the classes, the member.
    """

    reference: str
    module: str
    expected: ExpectedCore
    function: Function
    own_defaults: frozenset[str]
    place: tuple[str, tuple[str, ...]]
    label: str
    line: str
    first: str = ""
    owner: str = ""

    @property
    def parameters(self) -> dict[str, Parameter]:
        """What it takes behind the instance or class."""
        every = self.function.parameters
        return {name: every[name] for name in every if name != self.first}

    @property
    def says_result(self) -> bool:
        """Whether the spec says what it returns; what sets up an instance or assigns returns nothing."""
        path = self.expected.path
        return path[-1] == "core" and len(path) > 2 and path[-3] != "classes"

    def written(self, text: str) -> str:
        """A type as a function that belongs to no class says it."""

        def spell(path: str) -> str:
            return self.owner if path == SELF and self.owner else path

        return spelling.spell_type(text, spell)


def wanted_cores(modules: Mapping[str, Module], package: Package) -> Iterator[Wanted]:
    """Every core that specs name, once; where specs disagree about one, the first."""
    seen: set[str] = set()
    for name, module in modules.items():
        for expected in expected_cores(module):
            if expected.reference not in seen:
                seen.add(expected.reference)
                yield _wanted(name, module, expected, package)


def _wanted(
    name: str, module: Module, expected: ExpectedCore, package: Package
) -> Wanted:
    function = _in_full(expected.function, name, package)
    first = next(iter(function.parameters), "")
    first = first if first in ("self", "cls") else ""
    keys = [str(key) for key in expected.path]
    classes = tuple(key for kind, key in _pairs(keys) if kind == "classes")
    members = [key for kind, key in _pairs(keys) if kind != "classes"]
    symbol = (
        _symbol(name, classes or (members[0],), package) if members or classes else None
    )
    owner = _type_of(symbol, package) if symbol and classes else ""
    if first and owner and function.parameters[first].type is None:
        annotation = owner if first == "self" else f"type[{owner}]"
        function = _with_first(function, first, annotation)
    home = symbol.home if symbol is not None else name
    return Wanted(
        reference=expected.reference,
        module=name,
        expected=expected,
        function=function,
        own_defaults=unnameable_defaults(expected.function, module, package),
        place=(home, (*classes, *(members or ["__init__"]))),
        label=".".join(
            [symbol.public_path if symbol else name, *(members if classes else [])]
        ),
        line=_line(module, keys, symbol),
        first=first,
        owner=owner,
    )


def _pairs(keys: list[str]) -> list[tuple[str, str]]:
    """The kinds and names on the way to an element; the last key names the core and is left out."""
    return list(zip(keys[:-1:2], keys[1:-1:2], strict=True))


def _symbol(module: str, names: tuple[str, ...], package: Package) -> Symbol | None:
    symbol = package.find(module, names[0])
    for name in names[1:]:
        symbol = nested(symbol, name) if symbol is not None else None
    return symbol


def _type_of(symbol: Symbol, package: Package) -> str:
    """The class as the type of its instances, generic in its own type variables."""
    found = []
    for variable in package.type_variables(symbol):
        assert isinstance(variable.definition, TypeVariable)
        star = "*" if variable.definition.kind == "type-variable-tuple" else ""
        found.append(star + variable.path)
    return f"{symbol.path}[{', '.join(found)}]" if found else symbol.path


def _with_first(function: Function, first: str, annotation: str) -> Function:
    taken = {**function.parameters, first: Parameter(type=annotation)}
    return structs.replace(function, parameters=taken)


def _in_full(function: Function, module: str, package: Package) -> Function:
    def spell(name: str) -> str:
        return package.canonical(module, name) or name

    parameters: dict[str, Parameter] = {}
    for name, parameter in function.parameters.items():
        text, default = parameter.type, parameter.default
        if text is None and name not in ("self", "cls"):
            text = "Any"
        parameters[name] = Parameter(
            type=text and spelling.spell_type(text, spell),
            default=default and spelling.spell_value(default, spell),
            kind=parameter.kind,
        )
    returns = function.returns.type
    return Function(
        parameters=parameters,
        returns=Returns(type=spelling.spell_type(returns or "None", spell)),
        asynchronous=function.asynchronous,
    )


def _line(module: Module, keys: list[str], symbol: Symbol | None) -> str:
    """The sentence a new core begins with."""
    if symbol is None:
        return f"Run ``python -m {module.module}``."
    element: object = symbol.definition
    member = keys[-2]
    if isinstance(element, Class) and keys[-3] == "properties":
        element = element.properties[member]
    elif isinstance(element, Class) and keys[-3] == "methods":
        element = element.methods[member]
    if isinstance(element, Class):
        return f"Set up a new ``{symbol.name}``."
    if isinstance(element, Property) and keys[-1] == "setter":
        return f"Assign to ``{symbol.name}.{member}``."
    assert isinstance(element, Function | Property)
    paragraph = " ".join(element.doc.strip().partition("\n\n")[0].split())
    sentence, stop, _ = paragraph.partition(". ")
    path = symbol.name if symbol.name == member else f"{symbol.name}.{member}"
    return sentence + stop.strip() or f"Do the work of ``{path}``."
