"""How a module passes on names of other modules without importing them: PEP 562, Python asks it for what is missing.

Knows the two functions Python asks. It must not know which names wait until they are used, nor how imports are spelled.
"""

from __future__ import annotations

from codegen.emitters.python.formatting import fits, wrapped
from codegen.emitters.python.names import Names, export_order

Lines = list[str]


def late_exports(homes: dict[str, str], names: Names, *, listed: bool) -> Lines:
    """The functions that import each of the names from its home when it is first used.

    ``listed`` is whether the module has an ``__all__``.
    """
    # A definition may have the name of a builtin.
    builtins = ("AttributeError", "getattr", "globals", "sorted")
    error, get, bound, ordered = map(names.special, builtins)
    message = 'f"module {__name__!r} has no attribute {name!r}"'
    defined_in = "defined_in" if listed else "_DEFINED_IN"
    value = f"{bound}()[name] = {get}(import_module({defined_in}[name]), name)"
    inner = " " * 8
    table = [] if listed else ["", *_table("_DEFINED_IN", homes, "    ")]
    own = _table("defined_in", homes, inner) if listed else []
    return [
        "# Type checkers read the imports above; with these functions they would accept any name.",
        "if not TYPE_CHECKING:",
        *table,
        "",
        "    def __getattr__(name: str) -> object:",
        f'{inner}"""Import an exported name when it is first used."""',
        f"{inner}from importlib import import_module",
        "",
        *own,
        f"{inner}if name not in {defined_in}:",
        *wrapped([f"{inner}    raise {error}({message})"], f"{inner}    "),
        *wrapped([f"{inner}value = {value}"], inner),
        f"{inner}return value",
        "",
        "    def __dir__() -> list[str]:",
        f"{inner}return {ordered}({{*{bound}(), *{'__all__' if listed else defined_in}}})",
    ]


def _table(name: str, homes: dict[str, str], indent: str) -> Lines:
    ordered = sorted(homes, key=export_order)
    items = [f'"{name}": "{homes[name]}"' for name in ordered]
    line = f"{indent}{name} = {{{', '.join(items)}}}"
    if fits([line]):
        return [line]
    body = [f"{indent}    {item}," for item in items]
    return [f"{indent}{name} = {{", *body, f"{indent}}}"]
