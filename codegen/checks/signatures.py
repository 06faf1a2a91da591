"""Signatures: parameters Python accepts, and callables whose facts fit together."""

from __future__ import annotations

from collections.abc import Iterator

from codegen.checks.base import Context, Finding
from codegen.diagnostics import suggest
from codegen.model import Module, Parameter
from codegen.walk import Path, classes
from codegen.walk import functions as all_functions

_ORDER = (
    "positional-only",
    "positional-or-keyword",
    "var-positional",
    "keyword-only",
    "var-keyword",
)


def parameters(module: Module, context: Context) -> Iterator[Finding]:
    """Kinds come in Python's order, required parameters before optional ones, one default each."""
    del context
    for path, cls in classes(module):
        if cls.parameters is not None and cls.dataclass is None:
            yield from _in_order((*path, "parameters"), cls.parameters)
        for name, attribute in cls.attributes.items():
            if attribute.value is not None and attribute.factory is not None:
                message = f"'{name}' has a value and a factory"
                place = (*path, "attributes", name, "factory")
                yield Finding("default-and-factory", place, message, key=True)
        for name, parameter in (cls.parameters or {}).items():
            yield from _one_default((*path, "parameters", name), name, parameter)
    for path, function, _ in all_functions(module):
        lists = [((*path, "parameters"), function.parameters)]
        for index, overload in enumerate(function.overloads):
            here = (*path, "overloads", index, "parameters")
            lists.append((here, overload.parameters))
        for here, group in lists:
            yield from _in_order(here, group)
            for name, parameter in group.items():
                yield from _one_default((*here, name), name, parameter)
                if parameter.factory is not None:
                    message = f"'{name}' has a factory, but only fields have factories"
                    yield Finding(
                        "factory-place", (*here, name, "factory"), message, key=True
                    )


def _in_order(path: Path, group: dict[str, Parameter]) -> Iterator[Finding]:
    last = ""
    optional = ""
    rank = -1
    for name, parameter in group.items():
        here = (*path, name)
        mine = _ORDER.index(parameter.kind)
        if mine < rank:
            message = f"'{name}' is {parameter.kind} and cannot follow '{last}'"
            yield Finding("parameter-order", here, message, key=True)
        elif mine == rank and parameter.kind.startswith("var-"):
            message = f"'{name}' is a second {parameter.kind} parameter after '{last}'"
            yield Finding("parameter-order", here, message, key=True)
        elif mine <= 1 and parameter.required and optional:
            message = f"'{name}' has no default, but '{optional}' before it has one"
            hint = "give it a default, move it, or make it keyword-only"
            yield Finding("parameter-order", here, message, hint, key=True)
        if mine >= rank:
            rank, last = mine, name
        if mine <= 1 and not parameter.required:
            optional = name


def _one_default(path: Path, name: str, parameter: Parameter) -> Iterator[Finding]:
    if parameter.default is not None and parameter.factory is not None:
        message = f"'{name}' has a default and a factory"
        yield Finding("default-and-factory", (*path, "factory"), message, key=True)
    if parameter.kind.startswith("var-") and parameter.default is not None:
        message = f"'{name}' is {parameter.kind} and cannot have a default"
        yield Finding("variadic-default", (*path, "default"), message, key=True)


def functions(module: Module, context: Context) -> Iterator[Finding]:
    """Overloads come in twos, and what is named exists."""
    del context
    for path, function, _ in all_functions(module):
        if len(function.overloads) == 1:
            message = f"'{path[-1]}' has a single overload"
            hint = "one overload is just the signature; give at least two"
            yield Finding(
                "single-overload", (*path, "overloads"), message, hint, key=True
            )
        after = function.sections_after
        if after is not None and after not in function.parameters:
            message = f"'{after}' is not a parameter of '{path[-1]}'"
            hint = suggest(after, function.parameters)
            yield Finding("sections-after", (*path, "sections_after"), message, hint)
