"""The type engine: which Python type travels in which form, and whole interfaces on the wire.

Knows the table from Python types to forms of literals, and whether pickling is switched on. It must not know how a form
works, nor tasks and environments.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flyte_runtime.types import literals, references, scalars, structs
from flyte_runtime.types import registry as type_registry
from flyte_runtime.types.errors import failure, type_name, unsupported
from flyte_runtime.types.literals import Form
from flyte_runtime.types.variable_maps import add_variable

if TYPE_CHECKING:
    from flyteidl2.core.interface_pb2 import TypedInterface
    from flyteidl2.core.literals_pb2 import Literal
    from flyteidl2.core.types_pb2 import LiteralType
    from flyteidl2.task.common_pb2 import NamedParameter

    from flyte.models import NativeInterface

EXACT_IN_FLOATS = 2**53
# What a list or a dictionary is written with before the type of its items.
CONTAINERS = ((list,), (dict, str))
TUPLE = "cannot travel as one value; use a list or a dataclass"
_pickling: ContextVar[bool] = ContextVar("pickling", default=False)


# Interfaces


def interface_to_proto(interface: NativeInterface) -> TypedInterface:
    """Describe the inputs and outputs of a task on the wire; a type that cannot travel is named with its place."""
    from flyteidl2.core.interface_pb2 import TypedInterface

    # Built in place: nested constructors copy what they are given, once per level.
    message = TypedInterface()
    message.inputs.SetInParent()
    message.outputs.SetInParent()
    for name, (hint, _) in interface.inputs.items():
        form = form_of(hint, f"input {name!r}")
        add_variable(message.inputs, name).type.CopyFrom(form.type)
    for name, hint in interface.outputs.items():
        form = form_of(hint, f"output {name!r}")
        add_variable(message.outputs, name).type.CopyFrom(form.type)
    return message


def default_inputs(interface: NativeInterface) -> list[NamedParameter]:
    """Write down the defaults of a task's inputs, falsy ones included."""
    from flyteidl2.task.common_pb2 import NamedParameter

    parameters: list[NamedParameter] = []
    for name, (hint, default) in interface.inputs.items():
        if default is inspect.Parameter.empty:
            continue
        where = f"input {name!r}"
        form = form_of(hint, where)
        if default is None and not _holds_none(form):
            # Tasks of plugins are declared like this when their inputs have no defaults.
            continue
        literal = (
            _stored_default(interface, name)
            if default is interface.has_default
            else form.write(_promoted(default, hint), where)
        )
        parameter = NamedParameter(name=name)
        parameter.parameter.var.type.CopyFrom(form.type)
        parameter.parameter.default.CopyFrom(literal)
        parameters.append(parameter)
    return parameters


def _holds_none(form: Form) -> bool:
    try:
        form.write(None, "default")
    except TypeError:
        return False
    return True


def _stored_default(interface: NativeInterface, name: str) -> Literal:
    stored: dict[str, Literal] = vars(interface)["_remote_defaults"] or {}
    if name not in stored:
        raise ValueError(f"input {name!r} has a default that is not known here")
    return stored[name]


# Types and values


def literal_type(python_type: Any) -> LiteralType:
    """Return what stands for a Python type on the wire."""
    from flyteidl2.core.types_pb2 import LiteralType

    # A copy: forms are shared.
    copied = LiteralType()
    copied.CopyFrom(form_of(python_type, "type").type)
    return copied


def to_literal(value: Any, python_type: Any, where: str = "value") -> Literal:
    """Write a value as a literal of its declared type."""
    return form_of(python_type, where).write(_promoted(value, python_type), where)


def from_literal(literal: Literal, python_type: Any, where: str = "value") -> Any:
    """Read a literal as a value of its declared type."""
    return form_of(python_type, where).read(literal, where)


def _promoted(value: Any, hint: Any) -> Any:
    """Let an int stand for the same float where nothing else can be meant, as type checkers do."""
    if hint is float and type(value) is int and abs(value) <= EXACT_IN_FLOATS:
        return float(value)
    return value


@contextmanager
def pickling() -> Generator[None, None, None]:
    """Let values of unknown types be written as pickles within the context; they are still not read."""
    token = _pickling.set(True)
    try:
        yield
    finally:
        _pickling.reset(token)


# Forms


def form_of(hint: Any, where: str) -> Form:
    """Find the form of a type."""
    if type_registry.REGISTERED or not _is_simple(hint):
        return _form_of(hint, where)
    return _simple_form(hint)


def _is_simple(hint: Any) -> bool:
    """Tell whether a type consists of scalars alone.

    Only the forms of these are kept: nothing can be wrong with them, and when two of them are equal, they are the same.
    Unions are equal in any order, but their variants are not.
    """
    if isinstance(hint, types.GenericAlias):
        *keys, item = hint.__args__
        return (hint.__origin__, *keys) in CONTAINERS and _is_scalar(item)
    return _is_scalar(hint)


def _is_scalar(hint: object) -> bool:
    return type(hint) is type and hint in scalars.SCALARS


@lru_cache(maxsize=1024)
def _simple_form(hint: Any) -> Form:
    return _form_of(hint, "value")


def _form_of(hint: Any, where: str) -> Form:
    return find_form(hint, where) or _pickled_form(hint, where)


def find_form(hint: Any, where: str) -> Form | None:
    """Find the form of a type, None when its values could only travel pickled."""
    if hint is None:
        hint = types.NoneType
    if not type_registry.is_hashable(typing.get_origin(hint) or hint):
        raise failure(f"{where}: {type_name(hint)} is no type")
    transformer = type_registry.find(hint)
    if transformer is not None:
        return type_registry.form(hint, transformer)
    form = _built_in_form(hint, where)
    return form and form._replace(read=_reader(hint, form))


def _reader(hint: Any, form: Form) -> Callable[[Literal, str], Any]:
    """Read also plain data: structs, what was taken out of them, and what the console sends."""

    def read(literal: Literal, where: str) -> Any:
        data = literals.binary_content(literal, where)
        if data is not None:
            return structs.unpack(hint, data, where)
        if literal.scalar.HasField("generic"):
            from google.protobuf.json_format import MessageToDict

            content = MessageToDict(literal.scalar.generic)
            return structs.read_plain(hint, content, where)
        return form.read(literal, where)

    return read


def _built_in_form(hint: Any, where: str) -> Form | None:
    if isinstance(hint, typing.NewType):
        return form_of(hint.__supertype__, where)
    if isinstance(hint, type) and hint in scalars.SCALARS:
        return scalars.scalar(hint)
    origin = typing.get_origin(hint) or hint
    make = GENERICS.get(origin)
    if make is not None:
        return make(hint, where)
    if not isinstance(origin, type):
        return None
    for predicate, make_class in CLASSES:
        if predicate(origin):
            return _class_form(make_class, origin, where)
    return None


def _class_form(make: Callable[[Any], Form], kind: type, where: str) -> Form:
    try:
        return make(kind)
    except TypeError as error:
        raise failure(f"{where}: {error}") from error


def _pickled_form(hint: Any, where: str) -> Form:
    if hint is inspect.Parameter.empty:
        raise failure(f"{where}: has no type annotation")
    if not _pickling.get():
        raise unsupported(hint, where)
    return references.pickled(hint)


# Generic types


def _list(hint: Any, where: str) -> Form:
    arguments = typing.get_args(hint)
    if not arguments:
        raise failure(f"{where}: a list needs the type of its items, as in list[int]")
    return literals.collection(form_of(arguments[0], f"{where}[...]"))


def _dict(hint: Any, where: str) -> Form:
    arguments = typing.get_args(hint)
    if arguments and arguments[0] is str:
        return literals.mapping(form_of(arguments[1], f"{where}[...]"))
    structs.shape_of(hint, where)
    return _struct("Typed Dict", hint, None)


def _union(hint: Any, where: str) -> Form:
    return literals.alternatives(
        [(one, form_of(one, where)) for one in typing.get_args(hint)]
    )


def _constants(hint: Any, where: str) -> Form | None:
    values = typing.get_args(hint)
    if not all(isinstance(value, str) for value in values):
        return None
    return literals.choice(values, lambda text: text, literals.LITERAL_ENUM)


def _annotated(hint: Any, where: str) -> Form:
    kind, *annotations = typing.get_args(hint)
    if isinstance(kind, type) and _is_dataframe(kind):
        return references.dataset(kind, references.declared(annotations, where))
    return form_of(kind, where)


def _tuple(hint: Any, where: str) -> Form:
    raise failure(f"{where}: {type_name(hint)} {TUPLE}")


GENERICS: dict[Any, Callable[[Any, str], Form | None]] = {
    list: _list,
    dict: _dict,
    tuple: _tuple,
    typing.Union: _union,
    types.UnionType: _union,
    typing.Literal: _constants,
    typing.Annotated: _annotated,
}


# Classes


def _is_dataframe(kind: type) -> bool:
    from flyte.io._dataframe.dataframe import DataFrame

    return issubclass(kind, DataFrame)


def _is_file(kind: type) -> bool:
    from flyte.io._file import File

    return issubclass(kind, File)


def _is_dir(kind: type) -> bool:
    from flyte.io._dir import Dir

    return issubclass(kind, Dir)


@lru_cache(maxsize=1024)
def _enum(kind: type[Enum]) -> Form:
    values = [member.value for member in kind]
    if not values or not all(isinstance(value, str) for value in values):
        raise failure(f"{kind.__name__}: only enums of str can travel")
    plain = kind.__name__ == literals.LITERAL_ENUM
    member: Callable[[str], Any] = (lambda text: text) if plain else kind
    return literals.choice(list(map(str.__str__, values)), member, kind.__name__)


@lru_cache(maxsize=1024)
def _dataclass(kind: type) -> Form:
    return _struct(
        "Object-Dataclass-Transformer", kind, structs.schema(kind, kind.__name__)
    )


@lru_cache(maxsize=1024)
def _model(kind: type) -> Form:
    return _struct("Pydantic Transformer", kind, structs.schema(kind, kind.__name__))


def _struct(tag: str, hint: Any, schema: dict[str, Any] | None) -> Form:
    return references.struct(
        tag,
        schema,
        lambda value, where: structs.pack(hint, value, where),
    )


def _named_tuple(kind: type) -> Form:
    raise failure(f"{kind.__name__} {TUPLE}")


def _keyed(kind: type) -> Form:
    structs.shape_of(kind, kind.__name__)
    return _struct("Typed Dict", kind, None)


CLASSES: tuple[tuple[Callable[[Any], bool], Callable[[Any], Form]], ...] = (
    (lambda kind: issubclass(kind, Enum), _enum),
    (lambda kind: issubclass(kind, tuple), _named_tuple),
    (_is_file, lambda kind: references.blob(kind, "File", "SINGLE")),
    (_is_dir, lambda kind: references.blob(kind, "Dir", "MULTIPART")),
    (_is_dataframe, lambda kind: references.dataset(kind, references.declared((), ""))),
    (typing.is_typeddict, _keyed),
    (structs.is_model, _model),
    (structs.is_record, _dataclass),
)
