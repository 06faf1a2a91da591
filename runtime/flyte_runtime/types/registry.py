"""The transformers that users registered, and the forms they give their types.

Knows how transformers are found and called. It must not know the built-in types.
"""

from __future__ import annotations

import inspect
import typing
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar

from flyte_runtime.types.literals import Form

if TYPE_CHECKING:
    from flyteidl2.core.literals_pb2 import Literal

    from flyte.types._type_engine import TypeTransformer

    Transformers = dict[type[Any], TypeTransformer[Any]]

T = TypeVar("T")

# By the type they are for.
REGISTERED: Transformers = {}


def find(hint: Any) -> TypeTransformer[Any] | None:
    """Find the registered transformer: one in the annotation, or that of the type, its origin or a base."""
    if typing.get_origin(hint) is typing.Annotated:
        return _annotated_transformer(typing.get_args(hint)[1:])
    if not REGISTERED:
        return None
    origin = typing.get_origin(hint)
    bases = inspect.getmro(hint) if inspect.isclass(hint) else ()
    for candidate in (hint, origin, *bases):
        if is_hashable(candidate) and candidate in REGISTERED:
            return REGISTERED[candidate]
    return None


def _annotated_transformer(annotations: tuple[Any, ...]) -> TypeTransformer[Any] | None:
    from flyte.types._type_engine import TypeTransformer

    kind: type[TypeTransformer[Any]] = TypeTransformer
    for annotation in annotations:
        if _is_a(annotation, kind):
            return annotation
    return None


def _is_a(value: object, kind: type[T]) -> TypeGuard[T]:
    return isinstance(value, kind)


def is_hashable(value: Any) -> bool:
    """Tell whether a value can be looked up; annotations may hold anything."""
    try:
        hash(value)
    except TypeError:
        return False
    return True


def form(hint: Any, transformer: TypeTransformer[Any]) -> Form:
    from flyte_runtime.syncify import block

    kind = transformer.get_literal_type(hint)

    def write(value: Any, where: str) -> Literal:
        if transformer.type_assertions_enabled:
            transformer.assert_type(hint, value)
        return block(transformer.to_literal(value, hint, kind))

    def read(literal: Literal, where: str) -> Any:
        return block(transformer.to_python_value(literal, hint))

    return Form(transformer.name, kind, write, read)
