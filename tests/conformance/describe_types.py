"""Prints how types and values of the table travel, as JSON; runs under either SDK, which share an import name.

Reads the literals of the other SDK from standard input, so that each reads what the other wrote. Arguments are further
folders to import from, after all others.
"""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
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


def transformer_name(engine: Any, hint: Any) -> str:
    """Name what translates a type, or the error."""
    try:
        return str(engine.get_transformer(hint).name)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def represent(literals: Iterable[str]) -> list[str]:
    """Show literals without their types, or the errors."""
    message = importlib.import_module("flyteidl2.core.literals_pb2").Literal
    show = importlib.import_module("flyte.types").literal_string_repr
    shown_literals: list[str] = []
    for text in literals:
        try:
            literal = message.FromString(bytes.fromhex(text))
            shown_literals.append(shown(show(literal)))
        except Exception as error:
            shown_literals.append(f"{type(error).__name__}: {error}")
    return shown_literals


async def write_output(value: Any) -> str:
    """Write a value as an output of a connector, or the error."""
    try:
        if importlib.util.find_spec("flyte_runtime"):
            ours = importlib.import_module("flyte_runtime.types.interchange")
            outputs = ours.outputs_to_proto({"x": value})
        else:
            theirs = importlib.import_module("flyte.connectors._connector")
            resource = theirs.Resource(phase=0, outputs={"x": value})
            outputs = (await theirs.get_resource_proto(resource)).outputs
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return str(outputs.SerializeToString(deterministic=True).hex())


async def read_input(literal_type: str, literals: Iterable[str]) -> list[str]:
    """Read literals as inputs of a connector that has nothing but their type, each shown as text, or as the error."""
    common = importlib.import_module("flyteidl2.task.common_pb2")
    interface = importlib.import_module("flyteidl2.core.interface_pb2").TypedInterface()
    kind = interface.inputs.variables["x"].type
    kind.ParseFromString(bytes.fromhex(literal_type))
    values: list[str] = []
    for text in literals:
        inputs = common.Inputs(literals=[common.NamedLiteral(name="x")])
        inputs.literals[0].value.ParseFromString(bytes.fromhex(text))
        try:
            values.append(shown(await _native(inputs, interface)))
        except Exception as error:
            values.append(f"{type(error).__name__}: {error}")
    return values


async def _native(inputs: Any, interface: Any) -> Any:
    """Read inputs as the connector service of either SDK does."""
    if importlib.util.find_spec("flyte_runtime"):
        ours = importlib.import_module("flyte_runtime.types.interchange")
        return ours.inputs_to_native(inputs, interface)
    engine = importlib.import_module("flyte.types").TypeEngine
    theirs = importlib.import_module("flyte._internal.runtime.convert")
    models = importlib.import_module("flyte.models")
    hints = engine.guess_python_types(interface.inputs.variables)
    native = models.NativeInterface.from_types(
        {name: (hint, inspect.Parameter.empty) for name, hint in hints.items()}, {}
    )
    return await theirs.convert_from_inputs_to_native(
        native, theirs.Inputs(proto_inputs=inputs)
    )


def shown(value: Any) -> str:
    """Show a value; references by their fields, because their classes differ."""
    # Published classes with formats are classes of their own.
    kind = type(value).__name__.partition("[")[0]
    if kind in ("File", "Dir", "DataFrame"):
        names = ("path", "uri", "name", "format", "hash")
        fields = {name: getattr(value, name) for name in names if hasattr(value, name)}
        return f"{kind}({fields})"
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
    written = {name: await write(engine, *case) for name, case in cases.items()}
    return {
        "written": written,
        "read": {
            name: await read(engine, cases[name][0], literals)
            for name, literals in others.items()
        },
        "transformers": {
            name: transformer_name(engine, hint) for name, (hint, _) in cases.items()
        },
        "shown": {name: represent(literals) for name, literals in others.items()},
        "outputs": {
            name: [await write_output(value) for value in values]
            for name, (_, values) in cases.items()
        },
        "inputs": {
            name: await read_input(written[name]["type"], literals)
            for name, literals in others.items()
            if "type" in written[name]
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
