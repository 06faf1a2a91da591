"""Inputs and outputs of jobs that run elsewhere: types follow from values, and values from types on the wire."""

from __future__ import annotations

import enum
import pickle
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import pydantic
import pytest
from flyteidl2.core.interface_pb2 import TypedInterface
from flyteidl2.core.literals_pb2 import Literal, LiteralMap
from flyteidl2.core.types_pb2 import BlobType, LiteralType, SimpleType
from flyteidl2.task.common_pb2 import Inputs, NamedLiteral
from hypothesis import given
from hypothesis import strategies as st

from flyte.io import DataFrame, Dir, File
from flyte.types import TypeTransformerFailedError, pickling
from flyte_runtime.types.engine import from_literal, literal_type, to_literal
from flyte_runtime.types.interchange import inputs_to_native, outputs_to_proto


class Color(enum.Enum):
    """An enum of texts."""

    RED = "red"
    GREEN = "green"


class Level(enum.IntEnum):
    """An enum of numbers."""

    ONE = 1


@dataclass
class Point:
    """Two numbers."""

    x: int
    y: float = 0.5


class Model(pydantic.BaseModel):
    """A model."""

    name: str


class Pair(NamedTuple):
    """A tuple with names."""

    left: int
    right: int


class Thing:
    """A class the type engine does not know."""


class Celsius(float):
    """A number that is more than a number."""


MOMENT = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
FILE = File[Any](path="s3://b/f.csv", format="csv")
FOLDER = Dir[Any](path="s3://b/d")
FRAME = DataFrame(uri="s3://b/t", format="parquet")


def written(value: Any) -> Literal:
    """Write one output."""
    [output] = outputs_to_proto({"x": value}).literals
    assert output.name == "x"
    return output.value


# Outputs


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (1, int),
        (1.5, float),
        ("a", str),
        (False, bool),
        (None, None),
        (MOMENT, datetime),
        (date(2020, 1, 2), date),
        (timedelta(seconds=1.5), timedelta),
        (Color.RED, Color),
        (Point(1), Point),
        (Model(name="m"), Model),
        (FILE, File),
        (FOLDER, Dir),
        (FRAME, DataFrame),
        ([1, 2], list[int]),
        ([FILE, FILE], list[File[Any]]),
        ([[Color.RED], []], list[list[Color]]),
        ([1, "a", None], list[int | str | None]),
        ([Point(1), FOLDER], list[Point | Dir[Any]]),
        ([{"a": MOMENT}, {}], list[dict[str, datetime]]),
        ({"a": FILE}, dict[str, File[Any]]),
        ({"a": [FRAME], "b": []}, dict[str, list[DataFrame]]),
        ({"a": Point(1), "b": None}, dict[str, Point | None]),
        ([2**60, 0.5], list[int | float]),
    ],
    ids=repr,
)
def test_outputs_are_written_as_if_they_were_declared(value: Any, hint: Any) -> None:
    """The literal is the one that the declared type gives."""
    assert written(value) == to_literal(value, hint)


@pytest.mark.parametrize(
    ("value", "hints"),
    [
        ({"a": 1, "b": 2}, [dict, dict[str, int]]),
        ({"a": [1, None]}, [dict, dict[str, list[int | None]]]),
        ({"a": 1, "b": {"c": "d"}}, [dict]),
        ({1: "a"}, [dict, dict[int, str]]),
        ({}, [dict, dict[str, File[Any]]]),
        ([{"a": 1.5}], [list[dict[str, float]]]),
        ([], [list[int], list[Point]]),
    ],
    ids=repr,
)
def test_plain_data_is_read_as_any_type_it_fits(value: Any, hints: list[Any]) -> None:
    """A dictionary of plain data is a struct, which untyped and typed dictionaries can be read from."""
    literal = written(value)

    assert [from_literal(literal, hint) for hint in hints] == [value] * len(hints)


def test_integers_beside_floats_become_floats() -> None:
    """A list of numbers is a list of floats as soon as there is one."""
    value = from_literal(written([1, 2.5, None]), list[float | None])

    assert value == [1.0, 2.5, None]
    assert type(value[0]) is float


SCALARS: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (int, st.integers(-(2**63), 2**63 - 1)),
    (float, st.floats(allow_nan=False)),
    (str, st.text(max_size=5)),
    (bool, st.booleans()),
    (datetime, st.datetimes(timezones=st.just(UTC))),
    (Color, st.sampled_from(Color)),
    (Point, st.builds(Point, st.integers(-9, 9))),
    (File[Any], st.just(FILE)),
]


def nested(
    depth: int,
) -> st.SearchStrategy[tuple[Any, st.SearchStrategy[Any]]]:
    """Make types, each with a strategy for its values."""
    if depth == 0:
        return st.sampled_from(SCALARS)
    inner = nested(depth - 1)
    return st.one_of(
        inner,
        inner.map(lambda one: (list[one[0]], st.lists(one[1], max_size=3))),
        inner.map(
            lambda one: (
                dict[str, one[0]],
                st.dictionaries(st.text(max_size=3), one[1], max_size=3),
            )
        ),
    )


@given(data=st.data())
def test_outputs_come_back(data: st.DataObject) -> None:
    """Whatever the depth, a task that declares the type reads the value."""
    hint, values = data.draw(nested(3))
    value = data.draw(values)

    assert from_literal(written(value), hint) == value


def test_outputs_keep_their_names_and_order() -> None:
    """Outputs stand in the order in which they were given."""
    outputs = outputs_to_proto({"b": 1, "a": "x"})

    assert [one.name for one in outputs.literals] == ["b", "a"]


def test_finished_literals_pass() -> None:
    """A map of literals is taken over, in the order of the names."""
    literals = {"b": to_literal(1, int), "a": to_literal("x", str)}
    outputs = outputs_to_proto(LiteralMap(literals=literals))

    assert {one.name: one.value for one in outputs.literals} == literals
    assert [one.name for one in outputs.literals] == ["a", "b"]


ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (b"x", ": bytes cannot travel; return str, or flyte.io.File for large content"),
        ((1, 2), ": tuple cannot travel; return a list or a dataclass"),
        (Pair(1, 2), ": Pair cannot travel; return a list or a dataclass"),
        ({1, 2}, ": set cannot travel; return list"),
        (frozenset[int](), ": frozenset cannot travel; return list"),
        (Celsius(1), ": Celsius cannot travel; return float"),
        (OrderedDict[str, int](), ": OrderedDict cannot travel; return dict"),
        (
            Thing(),
            ": Thing cannot travel; return a dataclass, a pydantic model or flyte.io.File",
        ),
        (
            int,
            ": type cannot travel; return a dataclass, a pydantic model or flyte.io.File",
        ),
        (Level.ONE, ": Level: only enums of str can travel"),
        (2**63, ": Value out of range: 9223372036854775808"),
        ([1, b"x"], "[...]: bytes cannot travel; return str, or flyte.io.File for large content"),
        ({"a": {"b": (1,)}}, "[...][...]: tuple cannot travel; return a list or a dataclass"),
        ({1: FILE}, ": expected keys of type str, got int"),
        (DataFrame(), ": the data frame is not stored yet, it has no uri"),
        (ENDLESS, ": nested too deeply"),
    ],
    ids=lambda value: "" if isinstance(value, str) else type(value).__name__,
)  # fmt: skip
@pytest.mark.parametrize("context", [nullcontext, pickling])
def test_what_cannot_travel_is_named(
    value: Any, message: str, context: Callable[[], AbstractContextManager[None]]
) -> None:
    """The error names the output and what to return; nothing is pickled even where pickling is switched on."""
    with context(), pytest.raises(TypeError) as caught:
        outputs_to_proto({"fine": 1, "x": value})

    assert str(caught.value) == f"output 'x'{message}"


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        ([1], "outputs: expected a dictionary of values by name, got list"),
        ((1, 2), "outputs: expected a dictionary of values by name, got tuple"),
        ({1: 2}, "outputs: expected names of type str, got int"),
    ],
)
def test_outputs_have_names(outputs: Any, message: str) -> None:
    """Outputs without names are refused."""
    with pytest.raises(TypeTransformerFailedError) as caught:
        outputs_to_proto(outputs)

    assert str(caught.value) == message


# Inputs


def interface(**types: LiteralType) -> TypedInterface:
    """Describe inputs."""
    made = TypedInterface()
    for name, kind in types.items():
        made.inputs.variables[name].type.CopyFrom(kind)
    return made


def inputs(**literals: Literal) -> Inputs:
    """Name literals."""
    named = [NamedLiteral(name=name, value=one) for name, one in literals.items()]
    return Inputs(literals=named)


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (0, int),
        (1.5, float),
        ("", str),
        (False, bool),
        (None, None),
        (MOMENT, datetime),
        (timedelta(1), timedelta),
        (FILE, File),
        (FOLDER, Dir),
        (FRAME, DataFrame),
        ([1, 2], list[int]),
        ({"a": [FILE]}, dict[str, list[File[Any]]]),
        ({"a": 1, "b": [None]}, dict),
        (None, int | None),
        ([1, "a"], list[int | str]),
    ],
    ids=repr,
)
def test_inputs_are_read(value: Any, hint: Any) -> None:
    """What a task sends is what a connector gets."""
    given_inputs = inputs(x=to_literal(value, hint))

    read = inputs_to_native(given_inputs, interface(x=literal_type(hint)))

    assert read == {"x": value}


def test_records_become_dataclasses_of_the_same_fields() -> None:
    """The class is made from the schema, because that of the task is not known here."""
    read = inputs_to_native(
        inputs(x=to_literal(Point(1), Point)), interface(x=literal_type(Point))
    )

    assert vars(read["x"]) == {"x": 1, "y": 0.5}


@dataclass
class Raw:
    """Fields that JSON has no types for."""

    content: bytes
    names: dict[int, str]


def test_fields_are_read_that_json_has_no_types_for() -> None:
    """Bytes and keys that are no texts are recognised in the schema."""
    value = Raw(b"\xff", {1: "a"})
    read = inputs_to_native(
        inputs(x=to_literal(value, Raw)), interface(x=literal_type(Raw))
    )

    assert vars(read["x"]) == vars(value)


def test_models_in_unions_become_dataclasses() -> None:
    """The tag of a model does not stop a dataclass from being made of it."""
    hint = Model | None
    read = inputs_to_native(
        inputs(x=to_literal(Model(name="m"), hint)), interface(x=literal_type(hint))
    )

    assert vars(read["x"]) == {"name": "m"}


@dataclass
class Empty:
    """No fields, so that any record fits."""


@pytest.mark.parametrize("value", [Point(1), Empty()], ids=repr)
def test_records_in_unions_are_told_apart_by_their_names(value: Any) -> None:
    """The class is made of the schema that has the name of the original one."""
    hint = Point | Empty
    read = inputs_to_native(
        inputs(x=to_literal(value, hint)), interface(x=literal_type(hint))
    )

    assert type(read["x"]).__name__ == type(value).__name__
    assert vars(read["x"]) == vars(value)


def test_missing_inputs_are_left_out() -> None:
    """Only what was sent is read."""
    kinds = {"a": literal_type(int), "b": literal_type(str)}

    assert inputs_to_native(inputs(a=to_literal(1, int)), interface(**kinds)) == {
        "a": 1
    }
    assert inputs_to_native(Inputs(), interface(**kinds)) == {}


def test_without_an_interface_there_are_no_inputs() -> None:
    """A task that has no inputs gets none."""
    assert inputs_to_native(inputs(a=to_literal(1, int)), TypedInterface()) == {}


def test_unknown_inputs_are_refused() -> None:
    """Inputs that the interface does not have are named."""
    sent = inputs(a=to_literal(1, int), b=to_literal(1, int), c=to_literal(1, int))
    with pytest.raises(ValueError, match=r"^unknown inputs: 'b', 'c'$"):
        inputs_to_native(sent, interface(a=literal_type(int)))


def pickled(tag: str = "") -> Literal:
    """Make what may be a pickle, in two spellings."""
    literal = Literal()
    literal.scalar.binary.value = pickle.dumps(print)
    literal.scalar.binary.tag = tag
    return literal


STORED = Literal()
STORED.scalar.blob.uri = "s3://b/p"
STORED.scalar.blob.metadata.type.format = "PythonPickle"
with pickling():
    PICKLE_TYPE = literal_type(object)


@pytest.mark.parametrize(
    ("literal", "kind", "message"),
    [
        (pickled(), literal_type(int), "what may be a pickle is never read"),
        (pickled("pickle"), literal_type(dict), "what may be a pickle is never read"),
        (pickled(), literal_type(Point), "what may be a pickle is never read"),
        (pickled(), literal_type(File), "what may be a pickle is never read"),
        (STORED, literal_type(File), "what may be a pickle is never read"),
        (pickled(), LiteralType(simple=SimpleType.BINARY), "no Python type is known"),
        (
            STORED,
            LiteralType(blob=BlobType(format="PythonPickle")),
            "no Python type is known",
        ),
        (pickled(), PICKLE_TYPE, "no Python type is known"),
    ],
)
def test_pickles_are_refused(literal: Literal, kind: LiteralType, message: str) -> None:
    """Nothing is unpickled, whatever the interface says, and the input is named."""
    with pytest.raises(ValueError, match=f"^input 'evil'.*: {message}"):
        inputs_to_native(inputs(evil=literal), interface(evil=kind))


def test_pickles_inside_containers_are_refused() -> None:
    """The place of a pickle inside a list is named."""
    literal = Literal()
    literal.collection.literals.add().CopyFrom(pickled())
    with pytest.raises(ValueError, match=r"^input 'evil'\[0\]: what may be a pickle"):
        inputs_to_native(inputs(evil=literal), interface(evil=literal_type(list[int])))
