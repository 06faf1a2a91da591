"""The public face of the type engine: `TypeEngine`, and the base of transformers that users write.

Knows how the published SDK spells these operations. It must not know how a type travels.
"""

from __future__ import annotations

import typing
from collections.abc import Iterable, Mapping
from inspect import Parameter
from typing import TYPE_CHECKING, Any, TypeVar

from flyte_runtime.types import engine as type_engine
from flyte_runtime.types import guesses
from flyte_runtime.types import registry as type_registry
from flyte_runtime.types.errors import mismatch, type_name
from flyte_runtime.types.variable_maps import add_variable, variables

if TYPE_CHECKING:
    from flyteidl2.core.interface_pb2 import TypedInterface, Variable, VariableMap
    from flyteidl2.core.literals_pb2 import Literal, LiteralMap
    from flyteidl2.core.types_pb2 import LiteralType
    from flyteidl2.task.common_pb2 import NamedParameter

    from flyte.models import NativeInterface
    from flyte.types._type_engine import TypeEngine, TypeTransformer

    Engine = type[TypeEngine[Any]]

T = TypeVar("T")


# Types and values


def to_literal_type(cls: Engine, python_type: type[Any]) -> LiteralType:
    """Return what stands for a Python type on the wire."""
    return type_engine.literal_type(python_type)


async def to_literal(
    cls: Engine, python_val: Any, python_type: type[Any], expected: LiteralType
) -> Literal:
    """Write a value; what is expected follows from its type."""
    return type_engine.to_literal(python_val, python_type)


async def to_python_value(
    cls: Engine, lv: Literal, expected_python_type: type[Any]
) -> Any:
    """Read a literal."""
    return type_engine.from_literal(lv, expected_python_type)


async def dict_to_literal_map(
    cls: Engine, d: dict[str, Any], type_hints: dict[str, type[Any]] | None = None
) -> LiteralMap:
    """Write values by name."""
    from flyteidl2.core.literals_pb2 import LiteralMap

    hints = type_hints or {}
    return LiteralMap(
        literals={
            name: type_engine.to_literal(
                value, hints.get(name) or _type_of(value), f"input {name!r}"
            )
            for name, value in d.items()
        }
    )


def _type_of(value: object) -> type[Any]:
    return type(value)


async def literal_map_to_kwargs(
    cls: Engine,
    lm: LiteralMap,
    python_types: dict[str, type[Any]] | None = None,
    literal_types: dict[str, Variable] | None = None,
) -> dict[str, Any]:
    """Read literals by name; given both sorts of types, those on the wire count."""
    if python_types is None and literal_types is None:
        raise ValueError("either python_types or literal_types must be given")
    hints = guess_python_types(cls, literal_types) if literal_types else python_types
    unknown = sorted(set(lm.literals) - set(hints or {}))
    if unknown:
        raise ValueError(f"no type is known for {', '.join(map(repr, unknown))}")
    return {
        name: type_engine.from_literal(lm.literals[name], hint, f"input {name!r}")
        for name, hint in (hints or {}).items()
        if name in lm.literals
    }


def named_tuple_to_variable_map(cls: Engine, t: Any) -> VariableMap:
    """Describe the fields of a named tuple."""
    from flyteidl2.core.interface_pb2 import VariableMap

    described = VariableMap()
    hints = typing.get_type_hints(t, include_extras=True)
    for index, (name, hint) in enumerate(hints.items()):
        variable = add_variable(described, name)
        variable.type.CopyFrom(type_engine.form_of(hint, f"field {name!r}").type)
        variable.description = str(index)
    return described


def guess_python_type(cls: Engine, flyte_type: LiteralType) -> type[Any]:
    """Find a Python type; the transformers of users come first, they know more special ones."""
    for transformer in type_registry.REGISTERED.values():
        try:
            return transformer.guess_python_type(flyte_type)
        except ValueError:
            continue
    guess: type[Any] = guesses.python_type(flyte_type)
    return guess


def guess_python_types(
    cls: Engine, flyte_variable_dict: Mapping[str, Variable]
) -> dict[str, type[Any]]:
    """Find Python types for variables."""
    return {
        name: guess_python_type(cls, variable.type)
        for name, variable in flyte_variable_dict.items()
    }


def guess_interface(
    interface: TypedInterface, default_inputs: Iterable[NamedParameter] | None = None
) -> NativeInterface:
    """Find Python types for an interface; defaults stay the literals they are."""
    from flyte.models import NativeInterface
    from flyte.types._type_engine import TypeEngine

    defaults = {
        one.name: one.parameter.default
        for one in default_inputs or ()
        if one.parameter.HasField("default")
    }
    inputs = guess_python_types(TypeEngine, variables(interface.inputs))
    return NativeInterface.from_types(
        {
            name: (
                hint,
                NativeInterface.has_default if name in defaults else Parameter.empty,
            )
            for name, hint in inputs.items()
        },
        guess_python_types(TypeEngine, variables(interface.outputs)),
        defaults,
    )


# The registry


def register(
    cls: Engine,
    transformer: TypeTransformer[Any],
    additional_types: list[type[Any]] | None = None,
) -> None:
    """Register a transformer for all its types, or for none when one of them is taken."""
    kinds = [transformer.python_type, *(additional_types or [])]
    for kind in kinds:
        if kind in type_registry.REGISTERED:
            taken = type_registry.REGISTERED[kind].name
            raise ValueError(
                f"{type_name(kind)} already has the transformer {taken!r}, cannot register {transformer.name!r}"
            )
    type_registry.REGISTERED.update(dict.fromkeys(kinds, transformer))


def register_additional_type(
    cls: Engine,
    transformer: TypeTransformer[Any],
    additional_type: type[Any],
    override: bool = False,
) -> None:
    """Register a transformer for one more type, silently not when the type is taken."""
    if override:
        type_registry.REGISTERED[additional_type] = transformer
    else:
        type_registry.REGISTERED.setdefault(additional_type, transformer)


# Transformers


def initialize_transformer(
    self: TypeTransformer[T],
    name: str,
    t: type[T],
    enable_type_assertions: bool = True,
) -> None:
    """Keep what the properties return."""
    vars(self).update(_name=name, _t=t, _type_assertions_enabled=enable_type_assertions)


def transformer_name(self: TypeTransformer[T]) -> str:
    """Return the name."""
    name: str = vars(self)["_name"]
    return name


def transformer_type(self: TypeTransformer[T]) -> type[T]:
    """Return the type."""
    kind: type[T] = vars(self)["_t"]
    return kind


def asserts_types(self: TypeTransformer[T]) -> bool:
    """Tell whether values are checked before they are written."""
    enabled: bool = vars(self)["_type_assertions_enabled"]
    return enabled


def assert_type(self: TypeTransformer[T], t: type[T], v: T) -> None:
    """Compare the value with the type, of a generic one with its origin."""
    kind = typing.get_origin(t) or t
    if isinstance(kind, type) and not isinstance(v, kind):
        raise mismatch(v, t, "value")


def refuse_to_guess(self: TypeTransformer[T], literal_type: LiteralType) -> type[T]:
    """Know no type."""
    raise ValueError(f"the transformer {self.name!r} does not guess types")
