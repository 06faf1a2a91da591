"""What stands in the body of a generated callable: one delegation to a core, or an error that names what is missing.

Knows how a call passes on every kind of parameter. It must not know what a core does.
"""

from __future__ import annotations

from codegen import spelling
from codegen.emitters.python.formatting import bracketed, wrapped
from codegen.emitters.python.names import Import, sorted_block
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
    *,
    through: str = "",
    first_party: frozenset[str] = frozenset(),
) -> Lines:
    """Import the core's module where it is called, so that importing the package stays light, and call it.

    What the core returns is passed ``through`` a function that is written like a core: the one that blocks.
    """
    imported: dict[str, Import] = {}
    function = _reached(core, taken, imported)
    if through:
        arguments = [f"{function}({', '.join(arguments)})"]
        function = _reached(through, taken, imported)
    imports = sorted_block(set(imported.values()), first_party, indent)
    for index, line in enumerate(imports):
        imports[index : index + 1] = wrapped([line], indent)
    call = bracketed(f"{prefix}{function}", arguments, "", indent)
    return [*imports, "", *wrapped(call, indent)]


def _reached(reference: str, taken: frozenset[str], imported: dict[str, Import]) -> str:
    """How a function is called by a name that is free, once its module is imported."""
    module, function = split_core(reference)
    parent, _, name = module.rpartition(".")
    local = name
    while True:
        wanted = Import(parent or name, name if parent else None, local)
        if local not in taken and imported.get(local, wanted) == wanted:
            break
        local = f"_{local}"
    imported[local] = wanted
    return f"{local}.{function}"


def missing(name: str, indent: str) -> Lines:
    """The body of a callable without a core: it says by name what is missing."""
    message = spelling.quote(f"{name} is not implemented")
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
