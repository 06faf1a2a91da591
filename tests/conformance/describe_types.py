"""Prints how types and values of the table travel, as JSON; runs under either SDK, which share an import name.

Reads the literals of the other SDK from standard input, so that each reads what the other wrote. Arguments are further
folders to import from, after all others.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import logging
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

# The published SDK asks numpy for its types as soon as a data frame has columns.
NUMPY = """
    int32 int64 uint32 uint64 float32 float64 bool_ datetime64 timedelta64 bytes_ str_ object_
"""

Written = dict[str, Any]


async def write(engine: Any, hint: Any, values: Iterable[Any]) -> Written:
    """Write a type and values of it, each as deterministic bytes, or as the error."""
    try:
        literal_type = engine.to_literal_type(hint)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    literals: list[str] = []
    for value in values:
        try:
            literal = await engine.to_literal(value, hint, literal_type)
            literals.append(literal.SerializeToString(deterministic=True).hex())
        except Exception as error:
            literals.append(f"{type(error).__name__}: {error}")
    return {
        "type": literal_type.SerializeToString(deterministic=True).hex(),
        "literals": literals,
    }


async def read(engine: Any, hint: Any, literals: Iterable[str]) -> list[str]:
    """Read literals, each shown as text, or as the error."""
    message = importlib.import_module("flyteidl2.core.literals_pb2").Literal
    values: list[str] = []
    for text in literals:
        try:
            literal = message.FromString(bytes.fromhex(text))
            values.append(shown(await engine.to_python_value(literal, hint)))
        except Exception as error:
            values.append(f"{type(error).__name__}: {error}")
    return values


def shown(value: Any) -> str:
    """Show a value; references by their fields, because their classes differ."""
    if type(value).__name__ in ("File", "Dir", "DataFrame"):
        names = ("path", "uri", "name", "format", "hash")
        fields = {name: getattr(value, name) for name in names if hasattr(value, name)}
        return f"{type(value).__name__}({fields})"
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, dict):
        items = sorted(f"{key!r}: {shown(item)}" for key, item in value.items())
        return "{" + ", ".join(items) + "}"
    if hasattr(value, "__dataclass_fields__"):
        return f"{type(value).__name__}{shown(vars(value))}"
    return repr(value)


async def describe(others: dict[str, list[str]]) -> dict[str, Any]:
    """Describe all cases, and read what the other SDK wrote."""
    engine = importlib.import_module("flyte.types").TypeEngine
    table: Any = importlib.import_module("type_cases")
    cases = {**table.CASES, **table.pydantic_cases(), **table.random_cases(200)}
    return {
        "written": {name: await write(engine, *case) for name, case in cases.items()},
        "read": {
            name: await read(engine, cases[name][0], literals)
            for name, literals in others.items()
        },
        "refused": {
            name: await write(engine, hint, ()) for name, hint in table.REFUSED.items()
        },
    }


def main() -> None:
    """Prepare what is imported, and print the description."""
    sys.path.insert(0, str(Path(__file__).parent))
    sys.path.extend(sys.argv[1:])
    logging.disable(logging.CRITICAL)
    if importlib.util.find_spec("numpy") is None:
        numpy = ModuleType("numpy")
        vars(numpy).update((name, type(name, (), {})) for name in NUMPY.split())
        sys.modules["numpy"] = numpy
    others = json.loads(sys.stdin.read())
    json.dump(asyncio.run(describe(others)), sys.stdout)


if __name__ == "__main__":
    main()
