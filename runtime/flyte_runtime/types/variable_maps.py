"""The variables of an interface, whichever way flyteidl2 declares them.

Knows that the package declared a map at first, and since 2.0.7 a list of entries, so that their order is kept. Both are
the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flyteidl2.core.interface_pb2 import Variable, VariableMap


@cache
def _is_map() -> bool:
    from flyteidl2.core.interface_pb2 import VariableMap

    return hasattr(VariableMap, "VariablesEntry")


def variables(message: VariableMap) -> Mapping[str, Variable]:
    """Return the variables by name; changing one changes the message."""
    if _is_map():
        return message.variables
    entries: Any = message.variables
    return {entry.key: entry.value for entry in entries}


def add_variable(message: VariableMap, name: str) -> Variable:
    """Add a variable and return it, to be filled in."""
    if _is_map():
        return message.variables[name]
    entries: Any = message.variables
    variable: Variable = entries.add(key=name).value
    return variable
