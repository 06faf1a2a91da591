"""Inputs and outputs of jobs that run elsewhere: values whose types nobody declared in Python.

Knows how the type of an output follows from its value, and that of an input from the interface on the wire. It must not
know connectors. Nothing is pickled here, and nothing is unpickled, whatever callers switched on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeGuard

from flyte_runtime.types import engine, literals, transformers
from flyte_runtime.types.errors import failure, kind_of, unreturnable
from flyte_runtime.types.literals import Form
from flyte_runtime.types.structs import TOO_DEEP
from flyte_runtime.types.variable_maps import variables

if TYPE_CHECKING:
    from flyteidl2.core.interface_pb2 import TypedInterface, Variable
    from flyteidl2.core.literals_pb2 import Literal, LiteralMap
    from flyteidl2.task.common_pb2 import Inputs, Outputs

# What a struct holds as it is; texts may be of any sort, such as the members of an enum.
DATA = (bool, int, float, NoneType)


# Outputs


def outputs_to_proto(outputs: Mapping[str, Any] | LiteralMap) -> Outputs:
    """Write outputs, each as what its value is.

    Dictionaries of plain data become structs, which can be read as any type of dictionary; other dictionaries and lists
    become literals of their items. Where the items differ, each says what it is, as in `list[int | str]`; only ints beside
    floats become floats.

    TypeError: a value, named by its place, that cannot travel; outputs that have no names.
    """
    from flyteidl2.task.common_pb2 import NamedLiteral, Outputs

    return Outputs(
        literals=[
            NamedLiteral(name=name, value=literal)
            for name, literal in _named_literals(outputs)
        ]
    )


def _named_literals(
    outputs: Mapping[str, Any] | LiteralMap,
) -> Iterable[tuple[str, Literal]]:
    from flyteidl2.core.literals_pb2 import LiteralMap

    if isinstance(outputs, LiteralMap):
        # A map on the wire has no order of its own.
        return sorted(outputs.literals.items())
    if not _is_mapping(outputs):
        raise failure(
            f"outputs: expected a dictionary of values by name, got {kind_of(outputs)}"
        )
    return [(name, _written(name, value)) for name, value in outputs.items()]


def _written(name: object, value: Any) -> Literal:
    if not isinstance(name, str):
        raise failure(f"outputs: expected names of type str, got {kind_of(name)}")
    where = f"output {name!r}"
    try:
        return _form([value], where).write(value, where)
    except RecursionError as error:
        raise failure(f"{where}: {TOO_DEEP}") from error


def _form(values: Sequence[Any], where: str) -> Form:
    """Find the form that values in the same place have in common."""
    kinds = dict.fromkeys(map(type, values))
    if float in kinds and all(map(_is_exact_in_floats, values)):
        kinds.pop(int, None)
    members = [
        (kind, _form_of_kind(kind, [one for one in values if type(one) is kind], where))
        for kind in kinds
    ]
    if not members:
        # For nothing any form will do.
        return engine.form_of(None, where)
    return members[0][1] if len(members) == 1 else literals.alternatives(members)


def _form_of_kind(kind: type, values: Sequence[Any], where: str) -> Form:
    if kind is list:
        items = list(chain.from_iterable(values))
        return literals.collection(_form(items, f"{where}[...]"))
    if kind is dict:
        return _form_of_dicts(values, where)
    form = None if issubclass(kind, tuple) else engine.find_form(kind, where)
    if form is None:
        raise unreturnable(kind, where)
    return _promoting(form) if kind is float else form


def _form_of_dicts(values: Sequence[dict[Any, Any]], where: str) -> Form:
    if all(map(_is_data, values)):
        return engine.form_of(dict, where)
    items = list(chain.from_iterable(one.values() for one in values))
    return literals.mapping(_form(items, f"{where}[...]"))


def _is_data(value: object) -> bool:
    if _is_list(value):
        return all(map(_is_data, value))
    if _is_dict(value):
        keys_are_data = all(type(key) in (str, int) for key in value)
        return keys_are_data and all(map(_is_data, value.values()))
    return type(value) in DATA or isinstance(value, str)


# Numbers


def _is_exact_in_floats(value: object) -> bool:
    return type(value) is not int or abs(value) <= engine.EXACT_IN_FLOATS


def _promoting(form: Form) -> Form:
    """Let a form of floats write ints too."""

    def write(value: Any, where: str) -> Literal:
        return form.write(float(value) if type(value) is int else value, where)

    return form._replace(write=write)


# Inputs


def inputs_to_native(inputs: Inputs, interface: TypedInterface) -> dict[str, Any]:
    """Read inputs, each as a value of the Python type that is guessed from its type on the wire.

    Inputs that are not there are left out; without any in the interface there are none.

    ValueError: an input, named, that the interface does not have, that no Python type is known for, or that may be a
    pickle; TypeTransformerFailedError, which is one too, when it does not hold a value of its type.
    """
    known = variables(interface.inputs)
    if not known:
        return {}
    unknown = [one.name for one in inputs.literals if one.name not in known]
    if unknown:
        raise ValueError(f"unknown inputs: {', '.join(map(repr, unknown))}")
    return {
        one.name: engine.from_literal(
            one.value,
            _guess(one.name, known[one.name]),
            f"input {one.name!r}",
        )
        for one in inputs.literals
    }


def _guess(name: str, variable: Variable) -> type[Any]:
    from flyte.types._type_engine import TypeEngine

    try:
        return transformers.guess_python_type(TypeEngine, variable.type)
    except ValueError as error:
        raise ValueError(f"input {name!r}: {error}") from error


def _is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return type(value) is list


def _is_dict(value: object) -> TypeGuard[dict[Any, Any]]:
    return type(value) is dict
