"""Transformers for the types that need none: the built-in forms as the published SDK shows them.

Knows forms and `TypeTransformer`. It must not know how a form works.
"""

from __future__ import annotations

import typing
from collections.abc import KeysView
from enum import Enum
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeVar

from flyte.types._type_engine import TypeTransformer
from flyte_runtime.types import engine as type_engine
from flyte_runtime.types import guesses, scalars, structs, transformers
from flyte_runtime.types import registry as type_registry
from flyte_runtime.types.errors import failure, type_name
from flyte_runtime.types.literals import MSGPACK, pickled_content

if TYPE_CHECKING:
    from flyteidl2.core.literals_pb2 import Binary, Literal
    from flyteidl2.core.types_pb2 import LiteralType

    from flyte.types._type_engine import TypeEngine

    Engine = type[TypeEngine[Any]]

T = TypeVar("T")


class BuiltIn(TypeTransformer[Any]):
    """Translates one type, or all that are made with it, as the type engine does."""

    def get_literal_type(self, t: type[Any]) -> LiteralType:
        """Return what stands for the type on the wire."""
        return type_engine.literal_type(t)

    async def to_literal(
        self, python_val: Any, python_type: type[Any], expected: LiteralType
    ) -> Literal:
        """Write a value; what is expected follows from its type."""
        return type_engine.to_literal(python_val, python_type)

    async def to_python_value(
        self, lv: Literal, expected_python_type: type[Any]
    ) -> Any:
        """Read a literal."""
        return type_engine.from_literal(lv, expected_python_type)

    def guess_python_type(self, literal_type: LiteralType) -> type[Any]:
        """Return the type that something on the wire stands for, if it is one of this transformer."""
        found: type[Any] = guesses.python_type(literal_type)
        if type_engine.form_of(found, "type").tag != self.name:
            raise ValueError(f"{self.name!r} does not make {type_name(found)}")
        return found


class Restricted(TypeTransformer[Any]):
    """Refuses a type."""

    def get_literal_type(self, t: type[Any]) -> LiteralType:
        """Refuse the type."""
        raise failure(f"{type_name(t)} is restricted by {self.name!r}")


def get_transformer(cls: Engine, python_type: Any) -> TypeTransformer[Any]:
    """Return the registered transformer, or one for the built-in form."""
    registered = type_registry.find(python_type)
    if registered is not None:
        return registered
    form = type_engine.form_of(python_type, "type")
    kind: Any = typing.get_origin(python_type) or python_type
    # The forms check what they write, and better: they know what a generic type is made of.
    return BuiltIn(form.tag, kind, enable_type_assertions=False)


def get_available_transformers(cls: Engine) -> KeysView[Any]:
    """List the types with a transformer of their own."""
    from flyte.io._dataframe.dataframe import DataFrame
    from flyte.io._dir import Dir
    from flyte.io._file import File

    built_in = (*scalars.SCALARS, list, dict, typing.Union, UnionType, Enum)
    kinds = (*built_in, File, Dir, DataFrame, *type_registry.REGISTERED)
    return dict.fromkeys(kinds).keys()


def register_restricted_type(cls: Engine, name: str, type: type[Any]) -> None:
    """Register a transformer that refuses."""
    transformers.register(cls, Restricted(name, type))


def to_html(cls: Engine, python_val: Any, expected_python_type: Any) -> str:
    """Ask what the annotation holds for showing values, else the transformer."""
    from flyte.types._renderer import Renderable

    kind = expected_python_type
    transformer = get_transformer(cls, kind)
    if typing.get_origin(kind) is typing.Annotated:
        kind, *annotations = typing.get_args(kind)
        for annotation in annotations:
            if isinstance(annotation, Renderable):
                return annotation.to_html(python_val)
    return transformer.to_html(python_val, kind)


def show(self: TypeTransformer[T], python_val: T, expected_python_type: type[T]) -> str:
    """Show the value as text, with nothing in it taken for markup."""
    import html

    return html.escape(str(python_val))


def from_binary_idl(
    self: TypeTransformer[T], binary_idl_object: Binary, expected_python_type: type[T]
) -> T | None:
    """Read the value; what is not msgpack may be a pickle."""
    if binary_idl_object.tag != MSGPACK:
        raise pickled_content("value")
    value: T | None = structs.unpack(
        expected_python_type, binary_idl_object.value, "value"
    )
    return value
