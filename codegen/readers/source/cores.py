"""The functions of handwritten core modules, read statically with griffe: nothing is imported or run.

Knows what griffe's objects mean in terms of the model. It must not know which functions a spec expects.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from codegen.diagnostics import Diagnostic, Location
from codegen.model import Function, Parameter, ParameterKind, Returns

_KINDS: dict[str, ParameterKind] = {
    "positional-only": "positional-only",
    "positional or keyword": "positional-or-keyword",
    "variadic positional": "var-positional",
    "keyword-only": "keyword-only",
    "variadic keyword": "var-keyword",
}


class CoreFunction(NamedTuple):
    """A handwritten function: its signature as the model says it, and where it stands."""

    function: Function
    location: Location


class CoreModule(NamedTuple):
    """A handwritten module: its functions, every name it binds, or why it cannot be read."""

    path: str
    functions: dict[str, CoreFunction]
    names: frozenset[str]
    error: Diagnostic | None = None


def read_core(module: str, path: str, text: str) -> CoreModule:
    """Read the functions of a module of cores."""
    import griffe

    try:
        tree = griffe.visit(module, filepath=Path(path), code=text)
    except (SyntaxError, ValueError) as error:
        # A NUL byte is a ValueError before Python 3.11.4.
        place = Location(path)
        reason = str(error)
        if isinstance(error, SyntaxError):
            place = Location(path, error.lineno or 1, error.offset or 1)
            reason = error.msg
        message = f"'{path}' is not Python: {reason}"
        finding = Diagnostic(place, "core-syntax", message)
        return CoreModule(path, {}, frozenset(), finding)
    lines = text.split("\n")
    functions = {
        name: CoreFunction(signature(member), _location(member, path, lines))
        for name, member in tree.members.items()
        if isinstance(member, griffe.Function)
    }
    return CoreModule(path, functions, frozenset(tree.members))


def unreadable_core(path: str, problem: Diagnostic) -> CoreModule:
    """Stand in for a module of cores that is no text."""
    reason = problem.message.removeprefix("cannot be read: ")
    message = f"'{path}' cannot be read: {reason}"
    return CoreModule(path, {}, frozenset(), problem._replace(message=message))


def _location(function: object, path: str, lines: list[str]) -> Location:
    import griffe

    assert isinstance(function, griffe.Function)
    # griffe counts a function from its first decorator.
    number = function.lineno or 1
    while number < len(lines) and f"def {function.name}" not in lines[number - 1]:
        number += 1
    column = lines[number - 1].find(function.name) + 1
    return Location(path, number, max(column, 1), len(function.name))


def signature(function: object) -> Function:
    """What griffe says of a function, as the model says it."""
    import griffe

    assert isinstance(function, griffe.Function)
    parameters: dict[str, Parameter] = {}
    for parameter in function.parameters:
        assert parameter.kind is not None
        kind = _KINDS[parameter.kind.value]
        variadic = kind in ("var-positional", "var-keyword")
        default = None if variadic else parameter.default
        parameters[parameter.name] = Parameter(
            type=None if parameter.annotation is None else str(parameter.annotation),
            default=None if default is None else str(default),
            kind=kind,
        )
    returns = None if function.returns is None else str(function.returns)
    return Function(
        parameters=parameters,
        returns=Returns(type=returns),
        asynchronous="async" in function.labels,
    )
