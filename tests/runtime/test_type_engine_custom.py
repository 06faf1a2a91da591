"""Transformers of users, types guessed from the wire, and several values at once."""

from __future__ import annotations

import asyncio
import enum
import typing
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Annotated, Any, NamedTuple, cast

import pytest
from flyteidl2.core.interface_pb2 import Variable
from flyteidl2.core.literals_pb2 import Literal, LiteralMap
from flyteidl2.core.types_pb2 import BlobType, EnumType, LiteralType, SimpleType

from flyte.io import DataFrame, Dir, File
from flyte.models import NativeInterface
from flyte.types import (
    TypeEngine,
    TypeTransformer,
    TypeTransformerFailedError,
    guess_interface,
)
from flyte_runtime.types import registry as type_registry
from flyte_runtime.types.engine import (
    default_inputs,
    from_literal,
    interface_to_proto,
    literal_type,
    to_literal,
)


class Money:
    """A type that the engine does not know."""

    def __init__(self, cents: int) -> None:
        self.cents = cents


class Price(Money):
    """A type derived from one that is registered."""


class MoneyTransformer(TypeTransformer[Money]):
    """Writes amounts as integers."""

    def __init__(self, name: str = "money") -> None:
        super().__init__(name, Money)

    def get_literal_type(self, t: type[Money]) -> LiteralType:
        """Amounts are integers."""
        return LiteralType(simple=SimpleType.INTEGER)

    async def to_literal(
        self, python_val: Money, python_type: type[Money], expected: LiteralType
    ) -> Literal:
        """Write the cents."""
        literal = Literal()
        literal.scalar.primitive.integer = python_val.cents
        return literal

    async def to_python_value(
        self, lv: Literal, expected_python_type: type[Money]
    ) -> Money:
        """Read the cents."""
        return Money(lv.scalar.primitive.integer)


@pytest.fixture(autouse=True)
def _restored_registry() -> Iterator[None]:
    """Leave no transformer behind."""
    before = dict(type_registry.REGISTERED)
    yield
    type_registry.REGISTERED.clear()
    type_registry.REGISTERED.update(before)


# Transformers


@pytest.mark.parametrize("hint", [Money, list[Money], dict[str, Money], Money | None])
def test_registered_types_travel(hint: Any) -> None:
    """A registered transformer serves its type, wherever it stands."""
    TypeEngine.register(MoneyTransformer())
    values = {list[Money]: [Money(5)], dict[str, Money]: {"a": Money(5)}}
    value: Any = values.get(hint, Money(5))

    found: Any = from_literal(to_literal(value, hint), hint)

    if isinstance(found, list):
        (found,) = cast("list[Any]", found)
    elif isinstance(found, dict):
        found = found["a"]
    assert found.cents == 5


def test_the_transformer_of_a_base_serves_derived_types() -> None:
    """A type without a transformer of its own takes that of its base."""
    TypeEngine.register(MoneyTransformer())

    assert literal_type(Price).simple == SimpleType.INTEGER


def test_a_transformer_in_the_annotation_comes_first() -> None:
    """An annotation chooses the transformer for one place."""
    hint = Annotated[Money, MoneyTransformer()]

    assert literal_type(hint).simple == SimpleType.INTEGER
    with pytest.raises(TypeTransformerFailedError):
        literal_type(Money)


def test_the_name_is_the_tag_in_unions() -> None:
    """Variants are told apart by the names of their transformers."""
    TypeEngine.register(MoneyTransformer())

    variants = literal_type(Money | None).union_type.variants

    assert [one.structure.tag for one in variants] == ["money", "none"]


def test_values_are_checked_before_they_are_written() -> None:
    """A transformer is given values of its type only, unless it says otherwise."""
    TypeEngine.register(MoneyTransformer())

    with pytest.raises(
        TypeTransformerFailedError, match=r"^value: expected Money, got int$"
    ):
        to_literal(5, Money)


def test_a_type_has_one_transformer() -> None:
    """Registering another one is an error, and registers nothing."""
    TypeEngine.register(MoneyTransformer())

    with pytest.raises(
        ValueError,
        match=r"^Money already has the transformer 'money', cannot register 'other'$",
    ):
        TypeEngine.register(MoneyTransformer("other"), [complex])

    assert complex not in type_registry.REGISTERED


def test_additional_types() -> None:
    """A further type keeps the transformer it has, unless that is to be replaced."""
    first, second = MoneyTransformer("first"), MoneyTransformer("second")

    TypeEngine.register_additional_type(first, complex)
    TypeEngine.register_additional_type(second, complex)
    assert type_registry.REGISTERED[complex] is first
    TypeEngine.register_additional_type(second, complex, override=True)
    assert type_registry.REGISTERED[complex] is second


def test_properties_of_a_transformer() -> None:
    """A transformer knows its name, its type, and whether values are checked."""
    transformer: TypeTransformer[int] = TypeTransformer("n", int, False)

    assert (transformer.name, transformer.python_type) == ("n", int)
    assert not transformer.type_assertions_enabled
    with pytest.raises(ValueError, match=r"^the transformer 'n' does not guess types$"):
        transformer.guess_python_type(LiteralType())
    with pytest.raises(NotImplementedError):
        transformer.get_literal_type(int)


def test_transformers_work_inside_a_running_loop() -> None:
    """The asynchronous methods of a transformer are run wherever the engine is called."""
    TypeEngine.register(MoneyTransformer())

    async def there_and_back() -> Any:
        literal = await TypeEngine.to_literal(Money(7), Money, LiteralType())
        return await TypeEngine.to_python_value(literal, Money)

    assert asyncio.run(there_and_back()).cents == 7


# Guesses


class Color(enum.Enum):
    """An enum of texts."""

    RED = "red"


@dataclass
class Inner:
    """A dataclass in a dataclass."""

    a: int


@dataclass
class Outer:
    """A dataclass with fields of many types."""

    b: int
    a: str
    inner: Inner
    file: File[Any]
    folder: Dir[Any]
    frame: DataFrame
    inners: list[Inner]
    table: dict[str, float]
    loose: dict[str, Any]
    maybe: int | None = None
    color: Color = Color.RED
    items: list[int] = field(default_factory=list)


@dataclass
class Tree:
    """A dataclass that contains itself."""

    value: int
    left: Tree | None = None


@pytest.mark.parametrize(
    "hint",
    [
        int,
        float,
        str,
        bool,
        datetime,
        timedelta,
        type(None),
        list[int],
        dict[str, list[bool]],
        int | None,
        int | str | list[float],
        File,
        Dir,
        DataFrame,
        dict,
    ],
    ids=str,
)
def test_types_are_guessed(hint: Any) -> None:
    """Most types come back as what they were."""
    assert TypeEngine.guess_python_type(literal_type(hint)) == hint


def test_dates_become_datetimes() -> None:
    """The wire does not tell them apart."""
    assert TypeEngine.guess_python_type(literal_type(date)) is datetime


def test_enums_are_guessed() -> None:
    """The values come back, the names are unknown."""
    guess: Any = TypeEngine.guess_python_type(
        LiteralType(enum_type=EnumType(values=["a", "b"]))
    )

    assert [one.value for one in guess] == ["a", "b"]


def test_dataclasses_are_guessed() -> None:
    """A struct with a schema becomes a dataclass, always the same one, whose literals are the same."""
    kind = literal_type(Outer)
    guess: Any = TypeEngine.guess_python_type(kind)

    types = {one.name: one.type for one in fields(guess)}
    inner: Any = types.pop("inner")
    inners: Any = types.pop("inners")
    assert guess is TypeEngine.guess_python_type(kind)
    assert guess.__name__ == "Outer"
    assert [one.name for one in fields(inner)] == ["a"]
    assert typing.get_args(inners)[0].__name__ == "Inner"
    assert types == {
        "b": int,
        "a": str,
        "file": File,
        "folder": Dir,
        "frame": DataFrame,
        "table": dict[str, float],
        "loose": dict,
        "maybe": int | None,
        "color": str,
        "items": list,
    } | {"items": list[int]}


def test_guessed_dataclasses_read_what_the_original_wrote() -> None:
    """The values of the fields arrive, in nested dataclasses too."""
    guess: Any = TypeEngine.guess_python_type(literal_type(Tree))
    literal = to_literal(Tree(1, Tree(2)), Tree)

    assert from_literal(literal, guess).value == 1


def test_what_cannot_be_guessed() -> None:
    """A pickle and an empty type stand for nothing."""
    pickle = LiteralType(blob=BlobType(format="PythonPickle"))
    with pytest.raises(
        ValueError,
        match=r'^no Python type is known for blob \{ format: "PythonPickle" \}$',
    ):
        TypeEngine.guess_python_type(pickle)
    with pytest.raises(
        ValueError, match=r"^no Python type is known for an empty type$"
    ):
        TypeEngine.guess_python_type(LiteralType())


def test_types_of_users_are_guessed_first() -> None:
    """A transformer may recognise what it wrote."""

    class Guessing(MoneyTransformer):
        def guess_python_type(self, literal_type: LiteralType) -> type[Money]:
            if literal_type.simple != SimpleType.INTEGER:
                raise ValueError
            return Money

    TypeEngine.register(Guessing())
    variables = {
        "a": Variable(type=literal_type(int)),
        "b": Variable(type=literal_type(str)),
    }

    assert TypeEngine.guess_python_types(variables) == {"a": Money, "b": str}


# Several values


def test_maps_of_literals() -> None:
    """Values are written and read by name; a value without a type is what it is."""
    values = {"a": 1, "b": [1.5], "c": "x"}
    written = asyncio.run(TypeEngine.dict_to_literal_map(values, {"b": list[float]}))
    hints: Any = {"a": int, "b": list[float], "c": str, "d": int}
    variables = {
        name: Variable(type=literal_type(hint)) for name, hint in hints.items()
    }

    assert asyncio.run(TypeEngine.literal_map_to_kwargs(written, hints)) == values
    assert (
        asyncio.run(TypeEngine.literal_map_to_kwargs(written, literal_types=variables))
        == values
    )


def test_errors_in_maps_name_the_input() -> None:
    """The name of the value is part of the error."""
    with pytest.raises(TypeError, match=r"^input 'a': expected int, got str$"):
        asyncio.run(TypeEngine.dict_to_literal_map({"a": "x"}, {"a": int}))
    literals = asyncio.run(TypeEngine.dict_to_literal_map({"a": "x"}))
    with pytest.raises(
        TypeError,
        match=r"^input 'a': expected int, got a literal with string_value$",
    ):
        asyncio.run(TypeEngine.literal_map_to_kwargs(literals, {"a": int}))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "either python_types or literal_types must be given"),
        ({"python_types": {}}, "no type is known for 'a'"),
        ({"python_types": {"b": int}}, "no type is known for 'a'"),
    ],
)
def test_literals_without_a_type_are_refused(
    arguments: dict[str, Any], message: str
) -> None:
    """Every literal needs a type to be read."""
    literals = LiteralMap(literals={"a": to_literal(1, int)})
    with pytest.raises(ValueError, match=f"^{message}$"):
        asyncio.run(TypeEngine.literal_map_to_kwargs(literals, **arguments))


class Result(NamedTuple):
    """Two named results."""

    total: int
    names: list[str]


def test_named_tuples_are_described() -> None:
    """The fields are variables, described by their position."""
    variables = TypeEngine.named_tuple_to_variable_map(Result).variables

    assert variables["total"].type == literal_type(int)
    assert variables["names"].type == literal_type(list[str])
    assert [variables[name].description for name in Result._fields] == ["0", "1"]


def test_schemas_from_anywhere_are_refused_when_they_make_no_sense() -> None:
    """A schema arrives over the wire; a bad one is a ValueError like any type that cannot be guessed."""
    kind = LiteralType(simple=SimpleType.STRUCT)
    kind.metadata.update({"title": "T", "properties": {"no name": {"type": "string"}}})

    with pytest.raises(
        ValueError, match=r"^no dataclass can be made from a schema: Field names must"
    ):
        TypeEngine.guess_python_type(kind)


def test_interfaces_are_guessed() -> None:
    """Names, types and defaults of a deployed task come back; its defaults stay literals."""

    def function(a: int, b: list[str], c: str = "") -> float:
        raise NotImplementedError

    interface = NativeInterface.from_callable(function)
    defaults = default_inputs(interface)

    guess = guess_interface(interface_to_proto(interface), defaults)

    assert guess.get_input_types() == {"a": int, "b": list[str], "c": str}
    assert guess.outputs == {"o0": float}
    assert sorted(guess.required_inputs()) == ["a", "b"]
    assert default_inputs(guess) == defaults
    assert guess_interface(interface_to_proto(interface)).num_required_inputs() == 3
