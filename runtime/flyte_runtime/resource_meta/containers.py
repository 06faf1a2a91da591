"""Forms of values made of others: sequences, sets, tuples, dicts and unions.

Knows how elements are put together. It must not know what form an element has: it is given that.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flyte_runtime.resource_meta.form import (
    Form,
    array_of,
    elements_of,
    is_dict,
    is_tuple,
    number_or_text,
    object_of,
    same,
    shown,
    unwritable,
)

SETS = (set, frozenset)


def sequence_form(kind: type, item: Form) -> Form:
    """Make the form of a list, set, frozenset or tuple of any length."""

    def write(value: Any, where: str) -> Any:
        if not isinstance(value, kind):
            raise unwritable(value, kind, where)
        written = [
            item.write(element, f"{where}[{index}]")
            for index, element in enumerate(elements_of(value))
        ]
        # Sets have no order of their own; the same set shall give the same bytes in every process.
        return sorted(written, key=json.dumps) if kind in SETS else written

    def read(value: Any, where: str) -> Any:
        return kind(
            item.read(element, f"{where}[{index}]")
            for index, element in enumerate(array_of(value, where))
        )

    return Form(write, read)


def tuple_form(items: Sequence[Form]) -> Form:
    """Make the form of a tuple with one form for each of its elements."""

    def write(value: Any, where: str) -> Any:
        if not is_tuple(value) or len(value) != len(items):
            raise TypeError(f"{where}: expected a tuple of {len(items)}, got {value!r}")
        return [
            item.write(element, f"{where}[{index}]")
            for index, (item, element) in enumerate(zip(items, value, strict=True))
        ]

    def read(value: Any, where: str) -> Any:
        elements = array_of(value, where)
        if len(elements) != len(items):
            raise ValueError(
                f"{where}: expected {len(items)} elements, got {len(elements)}"
            )
        return tuple(
            item.read(element, f"{where}[{index}]")
            for index, (item, element) in enumerate(zip(items, elements, strict=True))
        )

    return Form(write, read)


def dict_form(key_form: Form, item: Form) -> Form:
    """Make the form of a dict, whose keys JSON keeps as text."""

    def read_key(text: str, where: str) -> Any:
        try:
            return key_form.read(text, where)
        except ValueError:
            # JSON has only strings for keys: json.dumps wrote another value as its text.
            return key_form.read(number_or_text(text), where)

    def write_key(key: Any, where: str) -> str:
        written = key_form.write(key, where)
        text = written if isinstance(written, str) else json.dumps(written)
        if not same(read_key(text, where), key):
            raise TypeError(f"{where}: the key {key!r} cannot be told from others")
        return text

    def write(value: Any, where: str) -> Any:
        if not is_dict(value):
            raise unwritable(value, dict, where)
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
            for key, element in object_of(value, where).items()
        }

    return Form(write, read)


def union_form(members: Sequence[Form], expected: str) -> Form:
    """Make the form of a value that one of the members takes, tried in order; ``expected`` names them all."""

    def read(value: Any, where: str) -> Any:
        for member in members:
            try:
                return member.read(value, where)
            except ValueError:
                continue
        raise ValueError(f"{where}: expected {expected}, got {shown(value)}")

    def write(value: Any, where: str) -> Any:
        for member in members:
            try:
                written = member.write(value, where)
            except TypeError:
                continue
            if same(read(written, where), value):
                return written
            raise TypeError(
                f"{where}: JSON cannot tell the members of {expected} apart for {value!r}"
            )
        raise TypeError(f"{where}: expected {expected}, got {type(value).__name__}")

    return Form(write, read)
