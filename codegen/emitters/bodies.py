"""What stands in the body of a generated callable: one delegation to a core, or an error that names what is missing.

Knows how a call passes on every kind of parameter. It must not know what a core does.
"""

from __future__ import annotations

from codegen import types
from codegen.emitters.formatting import bracketed, wrapped
from codegen.model import Function, Parameter

Lines = list[str]


def split_core(reference: str) -> tuple[str, str]:
    """The module and the function of a core reference."""
    module, _, name = reference.partition(":")
    return module, name


def delegation(
    core: str,
    arguments: list[str],
    indent: str,
    taken: frozenset[str],
    prefix: str = "",
) -> Lines:
    """Import the core's module where it is called, so that importing the package stays light, and call it."""
    module, function = split_core(core)
    parent, _, name = module.rpartition(".")
    statement = f"from {parent} import {name}" if parent else f"import {name}"
    local = name
    if name in taken:
        local = f"_{name}"
        statement += f" as {local}"
    call = bracketed(f"{prefix}{local}.{function}", arguments, "", indent)
    return [f"{indent}{statement}", "", *wrapped(call, indent)]


def missing(name: str, indent: str) -> Lines:
    """The body of a callable without a core: it says by name what is missing."""
    message = types.quote(f"{name} is not implemented")
    return wrapped([f"{indent}raise NotImplementedError({message})"], indent)


def arguments(parameters: dict[str, Parameter]) -> list[str]:
    """How a call passes the parameters of a signature on."""
    forms = {
        "var-positional": "*{0}",
        "var-keyword": "**{0}",
        "keyword-only": "{0}={0}",
    }
    return [
        forms.get(parameter.kind, "{0}").format(name)
        for name, parameter in parameters.items()
    ]


def returns_something(function: Function) -> bool:
    """Whether a delegation hands a result back."""
    return function.returns.type not in (None, "None", "NoReturn", "typing.NoReturn")
