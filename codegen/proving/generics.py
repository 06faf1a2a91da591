"""What those who use an API write about generic classes: wider and narrower ones in place of each other, and none at all.

Knows what variance and defaults of type variables promise. It must not know what changed.
"""

from __future__ import annotations

from codegen.model import TypeVariable
from codegen.package import Symbol
from codegen.proving.programs import Program


def variance(program: Program, symbol: Symbol, owner: str) -> None:
    """A covariant class of something narrow is accepted as one of something wide; contravariant: the other way round."""
    for variable in program.file.definitions:
        declared = program.variances.get(variable.name)
        if variable.path not in owner or declared not in ("covariant", "contravariant"):
            continue
        definition = variable.definition
        assert isinstance(definition, TypeVariable)
        wide = owner.replace(variable.path, definition.bound or "object")
        sides = [program.type(symbol, owner), program.type(symbol, wide)]
        if declared == "contravariant":
            sides.reverse()
        program.use(
            symbol.public_path, [f"it: {sides[0]}"], ["return it"], returns=sides[1]
        )


def defaults(program: Program, symbol: Symbol) -> None:
    """A generic class without arguments is the one with the defaults of its type variables."""
    variables = program.package.type_variables(symbol)
    declared = [
        variable.definition.default
        for variable in variables
        if isinstance(variable.definition, TypeVariable)
    ]
    found = [program.type(symbol, default) for default in declared if default]
    if found and len(found) == len(variables):
        name = program.names.special(symbol.path)
        whole = f"{name}[{', '.join(found)}]"
        takes = [f"it: {name}"]
        program.use(symbol.public_path, takes, ["return it"], returns=whole)
