"""Forms of dataclasses: every field by its annotation, unknown fields refused, missing ones left to their defaults.

Knows dataclasses. It must not know the forms of other types: it asks for them.
"""

from __future__ import annotations

import dataclasses
import difflib
import typing
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from flyte_runtime.resource_meta.form import (
    Form,
    kind_of,
    names_of,
    object_of,
    unwritable,
)

FormOf = Callable[[Any], Form]


def dataclass_form(kind: Any, form_of: FormOf) -> Form:
    """Make the form of a dataclass; its fields are looked at when there is a value, because it may contain itself."""

    def write(value: Any, where: str) -> Any:
        if kind_of(value) is not kind:
            raise unwritable(value, kind, where)
        return {
            name: form.write(getattr(value, name), f"{where}.{name}")
            for name, form in _fields(kind, form_of).forms.items()
        }

    def read(value: Any, where: str) -> Any:
        content = object_of(value, where)
        fields = _fields(kind, form_of)
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
def _fields(kind: type, form_of: FormOf) -> Fields:
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
            forms[field.name] = form_of(hints[field.name])
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
        raise ValueError(f"{where}: missing {names_of(names)}")
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
    raise ValueError(f"{where}: unknown {names_of(unknown)}{hint}")
