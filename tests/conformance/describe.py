"""Prints the signatures of callables as JSON; runs under either SDK, which share an import name.

Reads dotted names, one a line, from standard input. Standard library only.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import inspect
import json
import re
import sys
from typing import Any


def find(path: str) -> Any:
    """The object behind a dotted name; a method comes as its class keeps it."""
    parts = path.split(".")
    for split in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:split]))
        except ImportError:
            continue
        for name in parts[split:]:
            found = getattr(found, name)
        return found
    raise AttributeError(path)


def describe(path: str) -> object:
    """Kinds and defaults of a callable's parameters, or why there are none."""
    try:
        found = find(path)
    except (AttributeError, ImportError) as error:
        return f"missing: {error}"
    if isinstance(found, property | functools.cached_property):
        return "property"
    try:
        signature = inspect.signature(found)
    except (TypeError, ValueError) as error:
        return f"no signature: {error}"
    return [
        [name, str(parameter.kind.name), shown(parameter.default)]
        for name, parameter in signature.parameters.items()
    ]


def shown(default: object) -> str:
    """A default as text that does not depend on where or by whom it was made."""
    if default is inspect.Parameter.empty:
        return ""
    if dataclasses.is_dataclass(default) and not isinstance(default, type):
        fields = dataclasses.asdict(default)
        return f"{type(default).__name__}({fields})"
    return re.sub(r" at 0x[0-9a-f]+", "", repr(default))


if __name__ == "__main__":
    names = sys.stdin.read().split()
    json.dump({name: describe(name) for name in names}, sys.stdout)
