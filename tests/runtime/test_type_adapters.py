"""What code for the published SDK asks the type engine for: transformers, restrictions, HTML and plain data."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Annotated, Any

import pytest
from flyteidl2.core.literals_pb2 import Binary, Literal, LiteralMap
from flyteidl2.task.common_pb2 import Inputs, NamedLiteral, Outputs

from flyte.io import DataFrame, Dir, File
from flyte.types import (
    Renderable,
    TypeEngine,
    TypeTransformer,
    TypeTransformerFailedError,
    literal_string_repr,
    pickling,
)
from flyte_runtime.types import registry as type_registry
from flyte_runtime.types.engine import from_literal, literal_type, to_literal


@dataclass
class Point:
    """Two numbers."""

    x: int
    raw: bytes = b""


class Thing:
    """A class the type engine does not know."""


class Loud(TypeTransformer[Thing]):
    """A transformer that shows values in its own way."""

    def get_literal_type(self, t: type[Thing]) -> Any:
        """Travel as a text."""
        return literal_type(str)

    def to_html(self, python_val: Thing, expected_python_type: type[Thing]) -> str:
        """Show all values alike."""
        return "<b>thing</b>"


class Bold:
    """A renderer."""

    def to_html(self, python_value: Any) -> str:
        """Show a value in bold."""
        return f"<b>{python_value}</b>"


@pytest.fixture(autouse=True)
def _restored_registry() -> Iterator[None]:
    """Leave no transformer behind."""
    before = dict(type_registry.REGISTERED)
    yield
    type_registry.REGISTERED.clear()
    type_registry.REGISTERED.update(before)


# Transformers


@pytest.mark.parametrize(
    ("hint", "value", "name"),
    [
        (int, 1, "int"),
        (list[int], [1], "Typed List"),
        (dict[str, int], {"a": 1}, "Typed Dict"),
        (int | None, None, "Typed Union"),
        (Point, Point(1), "Object-Dataclass-Transformer"),
        (Annotated[str, "unit"], "a", "str"),
    ],
)
def test_built_in_types_have_transformers(hint: Any, value: Any, name: str) -> None:
    """A transformer of a built-in type does what the engine does."""
    transformer = TypeEngine.get_transformer(hint)
    kind = transformer.get_literal_type(hint)
    literal = asyncio.run(transformer.to_literal(value, hint, kind))

    assert transformer.name == name
    assert kind == literal_type(hint)
    assert literal == to_literal(value, hint)
    assert asyncio.run(transformer.to_python_value(literal, hint)) == value


def test_transformers_guess_their_own_types() -> None:
    """Any type of the same sort is guessed, others are refused."""
    lists = TypeEngine.get_transformer(list[int])

    assert lists.guess_python_type(literal_type(list[str])) == list[str]
    with pytest.raises(ValueError, match=r"^'Typed List' does not make int$"):
        lists.guess_python_type(literal_type(int))


def test_registered_transformers_come_first() -> None:
    """The transformer of a user is returned itself."""
    transformer = Loud("loud", Thing)
    TypeEngine.register(transformer)

    assert TypeEngine.get_transformer(Thing) is transformer


def test_what_would_be_pickled_has_no_transformer() -> None:
    """It has one where pickling is switched on."""
    with pytest.raises(TypeError, match="Thing would have to be pickled"):
        TypeEngine.get_transformer(Thing)
    with pickling():
        assert TypeEngine.get_transformer(Thing).name == "FlytePickle"


def test_available_transformers() -> None:
    """Built-in types are listed, then registered ones."""
    TypeEngine.register(Loud("loud", Thing))
    kinds = list(TypeEngine.get_available_transformers())

    assert {int, str, datetime, list, dict, Enum, File, Dir, DataFrame} < set(kinds)
    assert kinds[-1] is Thing


def test_restricted_types_are_refused() -> None:
    """The error names the type and the restriction."""
    TypeEngine.register_restricted_type("no things", Thing)

    with pytest.raises(
        TypeTransformerFailedError, match=r"^Thing is restricted by 'no things'$"
    ):
        to_literal(Thing(), Thing)
    with pytest.raises(ValueError, match="Thing already has the transformer"):
        TypeEngine.register_restricted_type("again", Thing)


# HTML


@pytest.mark.parametrize(
    ("value", "hint", "shown"),
    [
        (1, int, "1"),
        ("<a & b>", str, "&lt;a &amp; b&gt;"),
        ("a", Annotated[str, Bold()], "<b>a</b>"),
        ("a", Annotated[str, "unit", Bold()], "<b>a</b>"),
        (Thing(), Thing, "<b>thing</b>"),
    ],
)
def test_values_are_shown(value: Any, hint: Any, shown: str) -> None:
    """Text is escaped; annotations and transformers decide otherwise."""
    TypeEngine.register(Loud("loud", Thing))

    assert TypeEngine.to_html(value, hint) == shown
    assert isinstance(Bold(), Renderable)


# Structs


def test_structs_are_read_by_transformers() -> None:
    """A transformer reads a struct as the type it is told."""
    transformer = TypeEngine.get_transformer(Point)
    binary = to_literal(Point(1, b"x"), Point).scalar.binary

    assert transformer.from_binary_idl(binary, Point) == Point(1, b"x")
    with pytest.raises(TypeError, match=r"^value: what may be a pickle is never read$"):
        transformer.from_binary_idl(Binary(value=b"\x80", tag=""), Point)


# Plain data


def pickled() -> Literal:
    """Make a literal that may be a pickle."""
    literal = Literal()
    literal.scalar.binary.value = b"\x80\x04"
    return literal


@pytest.mark.parametrize(
    ("literal", "shown"),
    [
        (to_literal(1, int), 1),
        (to_literal(False, bool), False),
        (to_literal(None, None), None),
        (to_literal(datetime(2020, 1, 2, tzinfo=UTC), datetime), "2020-01-02T00:00:00"),
        (to_literal(timedelta(minutes=1), timedelta), 60),
        (to_literal([1, None], list[int | None]), [1, None]),
        (to_literal({"a": [1]}, dict[str, list[int]]), {"a": [1]}),
        (to_literal({1: "a"}, dict), '{"1": "a"}'),
        (to_literal(Point(1, b"x"), Point), '{"x": 1, "raw": "eA=="}'),
        (to_literal(File(path="s3://b/f"), File), "s3://b/f"),
        (to_literal(DataFrame(uri="s3://b/t"), DataFrame), "s3://b/t"),
        (pickled(), "gAQ="),
    ],
)
def test_literals_are_shown_as_plain_data(literal: Literal, shown: Any) -> None:
    """Alone and by name, in every message that holds literals."""
    named = NamedLiteral(name="x", value=literal)
    holders: list[Any] = [
        named,
        Inputs(literals=[named]),
        Outputs(literals=[named]),
        LiteralMap(literals={"x": literal}),
        {"x": literal},
    ]

    assert literal_string_repr(literal) == shown
    assert [literal_string_repr(one) for one in holders] == [{"x": shown}] * 5


def test_nothing_is_shown_as_nothing() -> None:
    """No literals at all are an empty dictionary; an empty literal is an error, and so is another value."""
    assert literal_string_repr(None) == {}
    for empty in (Literal(), Literal(scalar=Literal().scalar)):
        with pytest.raises(ValueError, match=r"^the literal is empty$"):
            literal_string_repr(empty)
    other: Any = 5
    with pytest.raises(ValueError, match=r"^expected literals, got int$"):
        literal_string_repr(other)


# Data frames


class Sales(DataFrame):
    """A data frame whose columns are known."""

    @classmethod
    def columns(cls) -> dict[str, type[Any]]:
        """Two columns."""
        return {"day": datetime, "amount": float}


def test_data_frames_keep_data_at_hand() -> None:
    """The data stays beside the reference; it is not part of what is compared or shown."""
    frame = DataFrame.from_df([1, 2], uri="s3://b/t")

    assert frame.val == [1, 2]
    assert frame == DataFrame(uri="s3://b/t")
    assert repr(frame) == "DataFrame(uri='s3://b/t', format='')"
    assert (frame.literal, frame.metadata) == (None, None)


def test_data_that_is_not_stored_cannot_travel() -> None:
    """Data without an address is refused, not dropped."""
    with pytest.raises(TypeError, match="the data frame is not stored yet"):
        to_literal(DataFrame.from_df([1]), DataFrame)


def test_data_frames_remember_their_literals() -> None:
    """What was read is kept with its columns."""
    literal = to_literal(
        DataFrame(uri="s3://b/t"), Annotated[DataFrame, {"a": int}, "csv"]
    )
    frame = from_literal(literal, DataFrame)

    assert frame.literal == literal.scalar.structured_dataset
    assert frame.metadata.structured_dataset_type.columns[0].name == "a"
    assert frame.val is None


def test_columns_of_classes() -> None:
    """A class may know its columns."""
    assert DataFrame.column_names() == []
    assert Sales.column_names() == ["day", "amount"]
