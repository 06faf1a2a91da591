"""New cores: functions that say what is missing, and the modules they stand in.

Knows how a house core looks. It must not know where it is written.
"""

from __future__ import annotations

from codegen import spelling
from codegen.emitters.python.bodies import missing
from codegen.emitters.python.formatting import bracketed, docstring, wrapped
from codegen.model import Parameter
from codegen.scaffolding.signatures import Item


def new_function(
    name: str,
    items: list[Item],
    returns: str,
    *,
    asynchronous: bool,
    line: str,
    label: str,
) -> list[str]:
    """The lines of a core that raises NotImplementedError."""
    head = f"{'async ' if asynchronous else ''}def {name}"
    header = wrapped(bracketed(head, declared(items), f" -> {returns}:"))
    return [*header, *docstring(line, "    "), *missing(label, "    ")]


def declared(items: list[Item]) -> list[str]:
    """Parameters as they are declared, with the markers their kinds need."""
    return spelling.with_marks(((item.kind, _declared(item)) for item in items), str)


def _declared(item: Item) -> str:
    default = "" if item.default is None else f" = {item.default}"
    return f"{spelling.stars(item.kind)}{item.name}: {item.annotation}{default}"


def new_module(labels: list[str]) -> str:
    """The text a new module of cores begins with."""
    shown = ", ".join(f"``{label}``" for label in labels[:4])
    shown += ", ..." if len(labels) > 4 else ""
    text = docstring(f"What is behind {shown}.", "")
    return "\n".join([*text, "", "from __future__ import annotations", ""])


def new_package(name: str) -> str:
    """The text of the ``__init__.py`` of a new package of cores."""
    return "\n".join([*docstring(f"The cores of ``{name}``.", ""), ""])


def is_default_needed(
    name: str, parameters: dict[str, Parameter], left_out: frozenset[str]
) -> bool:
    """Whether a default that a core should not need must be written, because one stands before it."""
    if parameters[name].kind not in ("positional-only", "positional-or-keyword"):
        return False
    before = list(parameters)[: list(parameters).index(name)]
    return any(
        parameters[other].default is not None and other not in left_out
        for other in before
    )
