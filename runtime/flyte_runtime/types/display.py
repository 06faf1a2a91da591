"""Literals as plain data for people.

Knows the messages of literals. It must not know Python types: what is shown is what stands on the wire.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from flyte_runtime.types.errors import kind_of
from flyte_runtime.types.literals import MSGPACK

if TYPE_CHECKING:
    from flyteidl2.core.literals_pb2 import Binary, Literal, LiteralMap, Primitive
    from flyteidl2.task.common_pb2 import Inputs, NamedLiteral, Outputs


def literal_string_repr(
    lm: (
        Literal
        | NamedLiteral
        | Inputs
        | Outputs
        | LiteralMap
        | dict[str, Literal]
        | None
    ),
) -> Any:
    """Show a literal, or literals by name."""
    return _of_message(lm)


def _of_message(holder: object) -> Any:
    from flyteidl2.core.literals_pb2 import Literal, LiteralMap
    from flyteidl2.task.common_pb2 import Inputs, NamedLiteral, Outputs

    match holder:
        case None:
            return {}
        case Literal():
            return _literal(holder)
        case NamedLiteral():
            return {holder.name: _literal(holder.value)}
        case Inputs() | Outputs():
            return {one.name: _literal(one.value) for one in holder.literals}
        case LiteralMap():
            return _by_name(holder.literals)
        case dict():
            return _by_name(cast("dict[str, Literal]", holder))
        case _:
            raise ValueError(f"expected literals, got {kind_of(holder)}")


def _by_name(literals: Mapping[str, Literal]) -> dict[str, Any]:
    return {name: _literal(one) for name, one in literals.items()}


def _literal(literal: Literal) -> Any:
    match literal.WhichOneof("value"):
        case "scalar":
            return _shown(literal.scalar, SCALARS)
        case "collection":
            return [_literal(one) for one in literal.collection.literals]
        case "map":
            return _by_name(literal.map.literals)
        case "offloaded_metadata":
            return f"offloaded to {literal.offloaded_metadata.uri}"
        case _:
            raise ValueError("the literal is empty")


def _primitive(primitive: Primitive) -> Any:
    return _shown(primitive, PRIMITIVES)


def _shown(message: Any, converters: Mapping[str, Callable[[Any], Any]]) -> Any:
    """Show the one field of a message that is set."""
    name = message.WhichOneof("value")
    if name is None:
        raise ValueError("the literal is empty")
    value = getattr(message, name)
    return converters[name](value) if name in converters else value


def _binary(binary: Binary) -> str:
    if binary.tag != MSGPACK:
        return base64.b64encode(binary.value).decode()
    import msgspec

    return json.dumps(msgspec.msgpack.decode(binary.value), default=_text_of_bytes)


def _text_of_bytes(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _struct(struct: Any) -> Any:
    from google.protobuf.json_format import MessageToDict

    return MessageToDict(struct)


PRIMITIVES: dict[str, Callable[[Any], Any]] = {
    "datetime": lambda moment: moment.ToDatetime().isoformat(),
    "duration": lambda duration: duration.ToSeconds(),
}
SCALARS: dict[str, Callable[[Any], Any]] = {
    "primitive": _primitive,
    "none_type": lambda _: None,
    "error": lambda error: error.message,
    "structured_dataset": lambda dataset: dataset.uri,
    "schema": lambda schema: schema.uri,
    "blob": lambda blob: blob.uri,
    "binary": _binary,
    "generic": _struct,
    "union": lambda union: _literal(union.value),
}
