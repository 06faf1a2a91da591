"""The metadata of a job as bytes: JSON that can be read back into the same dataclass.

A backend keeps these bytes between two calls of a connector and understands nothing of them. Knows dataclasses, type
hints and JSON; must not know connectors. Values are written and read by the types of their fields, because JSON itself
cannot tell a date from a string. Plain fields come out just as `json.dumps(dataclasses.asdict(meta))` writes them,
which is what other versions of the SDK do.

The bytes come over the network: reading them never runs code they name, and refuses what does not fit. Writing is as
strict, so that a job never starts whose metadata cannot be read back.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from flyte_runtime.resource_meta.containers import (
    dict_form,
    sequence_form,
    tuple_form,
    union_form,
)
from flyte_runtime.resource_meta.form import Form, type_name
from flyte_runtime.resource_meta.records import dataclass_form
from flyte_runtime.resource_meta.scalars import ANYTHING, EXACT, enum_form, literal_form

if TYPE_CHECKING:
    from flyte.connectors._connector import ResourceMeta

    MetaType = TypeVar("MetaType", bound=ResourceMeta)


def encode(self: ResourceMeta) -> bytes:
    """Write the fields as a JSON object."""
    kind: Any = type(self)
    return json.dumps(_form(kind).write(self, kind.__name__)).encode()


def decode(cls: type[MetaType], data: bytes) -> MetaType:
    """Read the fields from a JSON object."""
    kind: Any = cls
    try:
        content = json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{cls.__name__}: the data is not JSON: {error}") from error
    result: MetaType = _form(kind).read(content, cls.__name__)
    return result


@lru_cache(maxsize=1024)
def _form(hint: Any) -> Form:
    """Choose the form for a type."""
    if hint is Any or hint is object or isinstance(hint, TypeVar):
        return ANYTHING
    if hint in EXACT:
        return EXACT[hint]
    if isinstance(hint, typing.NewType):
        return _form(hint.__supertype__)
    origin = typing.get_origin(hint) or hint
    make = _CONTAINERS.get(origin)
    if make is not None:
        return make(typing.get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return enum_form(hint)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return dataclass_form(hint, _form)
    raise TypeError(f"resource metadata cannot hold values of type {type_name(hint)}")


def _sequence(kind: type) -> Callable[[tuple[Any, ...]], Form]:
    return lambda arguments: sequence_form(
        kind, _form(arguments[0]) if arguments else ANYTHING
    )


def _tuple(arguments: tuple[Any, ...]) -> Form:
    if not arguments or arguments[-1] is Ellipsis:
        return _sequence(tuple)(arguments[:1])
    return tuple_form([_form(argument) for argument in arguments])


def _dict(arguments: tuple[Any, ...]) -> Form:
    key, item = arguments or (str, Any)
    return dict_form(_form(key), _form(item))


def _union(arguments: tuple[Any, ...]) -> Form:
    # Last, because a float also takes an int.
    hints = sorted(arguments, key=lambda hint: hint is float)
    return union_form(
        [_form(hint) for hint in hints], " | ".join(map(type_name, arguments))
    )


_CONTAINERS: dict[Any, Callable[[tuple[Any, ...]], Form]] = {
    list: _sequence(list),
    set: _sequence(set),
    frozenset: _sequence(frozenset),
    tuple: _tuple,
    dict: _dict,
    typing.Literal: literal_form,
    typing.Union: _union,
    types.UnionType: _union,
}
