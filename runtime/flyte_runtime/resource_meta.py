"""The metadata of a job as bytes: JSON that can be read back into the same dataclass.

A backend keeps these bytes between two calls of a connector and understands nothing of them. Knows dataclasses, type
hints and JSON; must not know connectors. Values are written and read by the types of their fields, because JSON itself
cannot tell a date from a string. Plain fields come out just as `json.dumps(dataclasses.asdict(meta))` writes them,
which is what other versions of the SDK do.

The bytes come over the network: reading them never runs code they name, and refuses what does not fit. Writing is as
strict, so that a job never starts whose metadata cannot be read back.
"""

from __future__ import annotations

import base64
import dataclasses
import difflib
import json
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import Enum, Flag
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard, TypeVar

if TYPE_CHECKING:
    from flyte.connectors._connector import ResourceMeta

    MetaType = TypeVar("MetaType", bound=ResourceMeta)

MICROSECOND = timedelta(microseconds=1)


class Form(NamedTuple):
    """How values of one type become JSON and return; both functions take the value and where it stands.

    Writing raises TypeError for a value of another type, reading ValueError for JSON that does not fit.
    """

    write: Callable[[Any, str], Any]
    read: Callable[[Any, str], Any]


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
    make = CONTAINERS.get(origin)
    if make is not None:
        return make(typing.get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enum_form(hint)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _dataclass_form(hint)
    raise TypeError(f"resource metadata cannot hold values of type {_type_name(hint)}")


# Values that stand on their own


def _exact_form(
    kind: type,
    written: type,
    write: Callable[[Any], Any],
    read: Callable[[Any], Any],
) -> Form:
    def write_value(value: Any, where: str) -> Any:
        if type(value) is not kind:
            raise _unwritable(value, kind, where)
        return write(value)

    def read_value(value: Any, where: str) -> Any:
        if type(value) is not written:
            raise _unreadable(value, kind, where)
        try:
            return read(value)
        except (ValueError, OverflowError) as error:
            raise ValueError(f"{where}: not a {kind.__name__}: {error}") from error

    return Form(write_value, read_value)


def _plain_form(kind: type, *accepted: type) -> Form:
    """Make the form of a type that JSON has; a bool is no number here, though Python says so."""

    def check(value: Any, where: str, failure: Failure) -> Any:
        if not isinstance(value, (kind, *accepted)) or (
            isinstance(value, bool) and kind is not bool
        ):
            raise failure(value, kind, where)
        return value

    def write(value: Any, where: str) -> Any:
        return check(value, where, _unwritable)

    def read(value: Any, where: str) -> Any:
        if type(value) is kind:
            return value
        check(value, where, _unreadable)
        return kind(value)

    return Form(write, read)


def _write_anything(value: Any, where: str) -> Any:
    """Accept what JSON has, to any depth; such values come back as they are."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if _is_list(value) or _is_tuple(value):
        return [
            _write_anything(item, f"{where}[{index}]")
            for index, item in enumerate(value)
        ]
    if _is_dict(value):
        for key in value:
            if not isinstance(key, str):
                raise _unwritable(key, str, f"{where}, key {key!r}")
        return {
            key: _write_anything(item, f"{where}[{key!r}]")
            for key, item in value.items()
        }
    raise TypeError(
        f"{where}: {type(value).__name__} is not a JSON type; annotate the field with it"
    )


def _enum_form(kind: type[Enum]) -> Form:
    """Write a member as its value where JSON has that value, else as its name."""
    keys = {_enum_key(member): member for member in kind}

    def write(value: Any, where: str) -> Any:
        if not isinstance(value, kind):
            raise _unwritable(value, kind, where)
        return value.value if isinstance(value, Flag) else _enum_key(value)[1]

    def read(value: Any, where: str) -> Any:
        if issubclass(kind, Flag) and type(value) is int:
            try:
                combined = kind(value)
            except ValueError:
                combined = None
            # Python 3.11.2 drops unknown bits instead of refusing them.
            if combined is None or combined.value != value:
                message = f"{where}: {value} is no combination of {kind.__name__}"
                raise ValueError(message)
            return combined
        member = keys.get(_typed(value)) if _is_scalar(value) else None
        if member is None:
            known = ", ".join(json.dumps(key) for _, key in keys)
            raise ValueError(f"{where}: expected one of {known}, got {_shown(value)}")
        return member

    return Form(write, read)


def _enum_key(member: Enum) -> tuple[type, Any]:
    return _typed(member.value if _is_scalar(member.value) else member.name)


def _typed(value: Any) -> tuple[type, Any]:
    # With its type, because 1, 1.0 and True are one key of a dictionary.
    return _kind(value), value


def _literal_form(values: tuple[Any, ...]) -> Form:
    def write(value: Any, where: str) -> Any:
        if not any(_same(value, known) for known in values):
            raise TypeError(f"{where}: {value!r} is none of {list(values)}")
        return value

    def read(value: Any, where: str) -> Any:
        if not any(_same(value, known) for known in values):
            raise ValueError(f"{where}: {_shown(value)} is none of {list(values)}")
        return value

    return Form(write, read)


# Values made of others


def _sequence_form(kind: type, arguments: tuple[Any, ...]) -> Form:
    item = _form(arguments[0]) if arguments else ANYTHING

    def write(value: Any, where: str) -> Any:
        if not isinstance(value, kind):
            raise _unwritable(value, kind, where)
        written = [
            item.write(element, f"{where}[{index}]")
            for index, element in enumerate(_elements(value))
        ]
        # Sets have no order of their own; the same set shall give the same bytes in every process.
        return sorted(written, key=json.dumps) if kind in SETS else written

    def read(value: Any, where: str) -> Any:
        return kind(
            item.read(element, f"{where}[{index}]")
            for index, element in enumerate(_array(value, where))
        )

    return Form(write, read)


def _tuple_form(arguments: tuple[Any, ...]) -> Form:
    if not arguments:
        return _sequence_form(tuple, ())
    if arguments[-1] is Ellipsis:
        return _sequence_form(tuple, arguments[:1])
    items = [_form(argument) for argument in arguments]

    def write(value: Any, where: str) -> Any:
        if not _is_tuple(value) or len(value) != len(items):
            raise TypeError(f"{where}: expected a tuple of {len(items)}, got {value!r}")
        return [
            item.write(element, f"{where}[{index}]")
            for index, (item, element) in enumerate(zip(items, value, strict=True))
        ]

    def read(value: Any, where: str) -> Any:
        elements = _array(value, where)
        if len(elements) != len(items):
            raise ValueError(
                f"{where}: expected {len(items)} elements, got {len(elements)}"
            )
        return tuple(
            item.read(element, f"{where}[{index}]")
            for index, (item, element) in enumerate(zip(items, elements, strict=True))
        )

    return Form(write, read)


def _dict_form(arguments: tuple[Any, ...]) -> Form:
    key_form, item = map(_form, arguments or (str, Any))

    def read_key(text: str, where: str) -> Any:
        try:
            return key_form.read(text, where)
        except ValueError:
            # JSON has only strings for keys: json.dumps wrote another value as its text.
            return key_form.read(_number(text), where)

    def write_key(key: Any, where: str) -> str:
        written = key_form.write(key, where)
        text = written if isinstance(written, str) else json.dumps(written)
        if not _same(read_key(text, where), key):
            raise TypeError(f"{where}: the key {key!r} cannot be told from others")
        return text

    def write(value: Any, where: str) -> Any:
        if not _is_dict(value):
            raise _unwritable(value, dict, where)
        return {
            write_key(key, f"{where}, key {key!r}"): item.write(
                element, f"{where}[{key!r}]"
            )
            for key, element in value.items()
        }

    def read(value: Any, where: str) -> Any:
        return {
            read_key(key, f"{where}, key {key!r}"): item.read(
                element, f"{where}[{key!r}]"
            )
            for key, element in _object(value, where).items()
        }

    return Form(write, read)


def _union_form(arguments: tuple[Any, ...]) -> Form:
    # Last, because a float also takes an int.
    hints = sorted(arguments, key=lambda hint: hint is float)
    expected = " | ".join(map(_type_name, arguments))
    members = [_form(hint) for hint in hints]

    def read(value: Any, where: str) -> Any:
        for member in members:
            try:
                return member.read(value, where)
            except ValueError:
                continue
        raise ValueError(f"{where}: expected {expected}, got {_shown(value)}")

    def write(value: Any, where: str) -> Any:
        for member in members:
            try:
                written = member.write(value, where)
            except TypeError:
                continue
            if _same(read(written, where), value):
                return written
            raise TypeError(
                f"{where}: JSON cannot tell the members of {expected} apart for {value!r}"
            )
        raise TypeError(f"{where}: expected {expected}, got {type(value).__name__}")

    return Form(write, read)


# Dataclasses


def _dataclass_form(kind: Any) -> Form:
    def write(value: Any, where: str) -> Any:
        if _kind(value) is not kind:
            raise _unwritable(value, kind, where)
        return {
            name: form.write(getattr(value, name), f"{where}.{name}")
            for name, form in _fields(kind).forms.items()
        }

    def read(value: Any, where: str) -> Any:
        content = _object(value, where)
        fields = _fields(kind)
        _refuse_unknown(content, fields.forms, where)
        values = {
            name: fields.forms[name].read(item, f"{where}.{name}")
            for name, item in content.items()
        }
        return _construct(kind, fields, values, where)

    return Form(write, read)


class Fields(NamedTuple):
    """What is known about the fields of a dataclass: their forms, and which of them its constructor takes and needs."""

    forms: dict[str, Form]
    taken: frozenset[str]
    needed: frozenset[str]


@lru_cache(maxsize=1024)
def _fields(kind: type) -> Fields:
    # Not part of the form itself, so that a dataclass may contain itself.
    try:
        hints = typing.get_type_hints(kind, localns={kind.__name__: kind})
    except NameError as error:
        raise TypeError(
            f"{kind.__name__}: cannot resolve its annotations: {error}"
        ) from error
    forms: dict[str, Form] = {}
    taken = [field for field in dataclasses.fields(kind) if field.init]
    for field in dataclasses.fields(kind):
        try:
            forms[field.name] = _form(hints[field.name])
        except TypeError as error:
            raise TypeError(f"{kind.__name__}.{field.name}: {error}") from error
    return Fields(
        forms,
        frozenset(field.name for field in taken),
        frozenset(field.name for field in taken if _is_required(field)),
    )


def _construct(kind: type, fields: Fields, values: dict[str, Any], where: str) -> Any:
    """Call the constructor with what was read; it fills in the defaults."""
    missing = fields.needed - values.keys()
    if missing:
        names = [name for name in fields.forms if name in missing]
        raise ValueError(f"{where}: missing {_names(names)}")
    later = values.keys() - fields.taken
    arguments = {name: values[name] for name in values if name not in later}
    try:
        instance = kind(**arguments)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where}: {error}") from error
    for name in later:
        object.__setattr__(instance, name, values[name])
    return instance


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return (
        field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    )


def _refuse_unknown(
    content: Mapping[str, Any], known: Mapping[str, Form], where: str
) -> None:
    if content.keys() <= known.keys():
        return
    unknown = [name for name in content if name not in known]
    similar = difflib.get_close_matches(unknown[0], known, n=1)
    hint = f"; did you mean {similar[0]!r}?" if similar else ""
    raise ValueError(f"{where}: unknown {_names(unknown)}{hint}")


# Helpers

Failure = Callable[[Any, type, str], Exception]


def _unwritable(value: Any, kind: type, where: str) -> Exception:
    return TypeError(
        f"{where}: expected {_type_name(kind)}, got {type(value).__name__}"
    )


def _unreadable(value: Any, kind: type, where: str) -> Exception:
    return ValueError(f"{where}: expected {_type_name(kind)}, got {_shown(value)}")


def _array(value: Any, where: str) -> list[Any]:
    if not _is_list(value):
        raise ValueError(f"{where}: expected an array, got {_shown(value)}")
    return value


def _object(value: Any, where: str) -> dict[Any, Any]:
    if not _is_dict(value):
        raise ValueError(f"{where}: expected an object, got {_shown(value)}")
    return value


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _is_tuple(value: object) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(value, tuple)


def _is_dict(value: object) -> TypeGuard[dict[Any, Any]]:
    return isinstance(value, dict)


def _elements(value: Any) -> Iterable[Any]:
    elements: Iterable[Any] = value
    return elements


def _number(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float))


def _same(left: Any, right: Any) -> bool:
    return type(left) is type(right) and left == right


def _shown(value: Any) -> str:
    """Describe JSON in an error without repeating it: it may hold secrets or be huge."""
    return "null" if value is None else JSON_NAMES.get(_kind(value), "a number")


def _kind(value: object) -> type:
    return type(value)


def _names(names: Sequence[str]) -> str:
    listed = ", ".join(map(repr, names))
    return f"field {listed}" if len(names) == 1 else f"fields {listed}"


def _type_name(hint: Any) -> str:
    if hint is types.NoneType:
        return "None"
    return hint.__name__ if isinstance(hint, type) else str(hint)


def _read_anything(value: Any, where: str) -> Any:
    return value


JSON_NAMES: dict[type, str] = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
}
ANYTHING = Form(_write_anything, _read_anything)
EXACT: dict[Any, Form] = {
    str: _plain_form(str),
    int: _plain_form(int),
    float: _plain_form(float, int),
    bool: _plain_form(bool),
    types.NoneType: _plain_form(types.NoneType),
    datetime: _exact_form(datetime, str, datetime.isoformat, datetime.fromisoformat),
    date: _exact_form(date, str, date.isoformat, date.fromisoformat),
    timedelta: _exact_form(
        timedelta,
        int,
        lambda value: value // MICROSECOND,
        lambda number: number * MICROSECOND,
    ),
    bytes: _exact_form(
        bytes,
        str,
        lambda value: base64.b64encode(value).decode(),
        lambda text: base64.b64decode(text, validate=True),
    ),
}
SETS = (set, frozenset)
CONTAINERS: dict[Any, Callable[[tuple[Any, ...]], Form]] = {
    list: lambda arguments: _sequence_form(list, arguments),
    set: lambda arguments: _sequence_form(set, arguments),
    frozenset: lambda arguments: _sequence_form(frozenset, arguments),
    tuple: _tuple_form,
    dict: _dict_form,
    typing.Literal: _literal_form,
    typing.Union: _union_form,
    types.UnionType: _union_form,
}
