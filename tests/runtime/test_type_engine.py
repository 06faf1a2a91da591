"""Types and values on the wire: interfaces, defaults, round trips, and what is refused with which words."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import inspect
import re
import subprocess
import sys
import typing
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import PurePath
from typing import Annotated, Any, Literal, NamedTuple, NewType

import msgspec
import pytest
from flyteidl2.core.literals_pb2 import Literal as LiteralMessage
from flyteidl2.core.types_pb2 import LiteralType, SimpleType
from hypothesis import given
from hypothesis import strategies as st

from flyte.io import DataFrame, Dir, File
from flyte.models import NativeInterface
from flyte.types import TypeEngine, TypeTransformerFailedError, pickling
from flyte_runtime.types.engine import (
    default_inputs,
    from_literal,
    interface_to_proto,
    literal_type,
    to_literal,
)

REQUIRED = inspect.Parameter.empty


class Color(enum.Enum):
    """An enum of texts."""

    RED = "red"
    GREEN = "green"


class Shade(enum.Enum):
    """Another enum with the same texts."""

    RED = "red"


class Level(enum.IntEnum):
    """An enum of numbers."""

    ONE = 1


@dataclass
class Point:
    """Two numbers."""

    x: int
    y: float = 0.5


@dataclass
class Holder:
    """A dataclass with a field of every difficult sort."""

    points: list[Point] = field(default_factory=list)
    color: Color = Color.RED
    raw: bytes = b""
    anything: Any = None
    either: int | str = 0


@dataclass
class Unfit:
    """A dataclass that cannot travel."""

    inner: complex


@dataclass
class Deep:
    """A dataclass that contains one that cannot travel."""

    unfit: list[Unfit]


@dataclass
class Stored:
    """A dataclass with a reference."""

    file: File[Any]


class Pair(NamedTuple):
    """Two named values."""

    a: int
    b: str


class Options(typing.TypedDict):
    """A dictionary with known keys."""

    depth: int
    name: typing.NotRequired[str]


UserId = NewType("UserId", int)


def interface(**inputs: Any) -> NativeInterface:
    """Make an interface of types with defaults."""
    return NativeInterface(inputs, {"o0": str})


def refused(message: str, call: Callable[..., Any], *args: Any) -> None:
    """Insist on the error of the type engine, word for word."""
    with pytest.raises(TypeTransformerFailedError, match=f"^{re.escape(message)}$"):
        call(*args)


# Interfaces


def test_an_interface_on_the_wire() -> None:
    """Inputs and outputs keep their names."""
    message = interface_to_proto(interface(a=(int, REQUIRED), b=(list[str], [])))

    assert message.inputs.variables["a"].type.simple == SimpleType.INTEGER
    item = message.inputs.variables["b"].type.collection_type
    assert item.simple == SimpleType.STRING
    assert message.outputs.variables["o0"].type.simple == SimpleType.STRING
    assert len(message.inputs.variables) == 2


@pytest.mark.parametrize(
    ("hint", "default"),
    [
        (int, 0),
        (str, ""),
        (bool, False),
        (float, 0.0),
        (list[int], []),
        (dict[str, int], {}),
        (int | None, None),
        (type(None), None),
        (timedelta, timedelta(0)),
    ],
)
def test_falsy_defaults_are_kept(hint: Any, default: Any) -> None:
    """A default that is empty, zero or None is a default."""
    (parameter,) = default_inputs(interface(a=(hint, default), b=(int, REQUIRED)))

    assert parameter.name == "a"
    assert parameter.parameter.var.type == literal_type(hint)
    assert parameter.parameter.HasField("default")
    assert from_literal(parameter.parameter.default, hint) == default


def test_defaults_keep_the_order_of_the_inputs() -> None:
    """What has no default is left out."""
    parameters = default_inputs(
        interface(z=(int, 1), a=(str, "x"), m=(int, REQUIRED), b=(bool, True))
    )

    assert [one.name for one in parameters] == ["z", "a", "b"]


def test_an_int_may_be_the_default_of_a_float() -> None:
    """Type checkers accept it, so it is written as the float it stands for."""
    (parameter,) = default_inputs(interface(rate=(float, 1)))

    assert parameter.parameter.default.scalar.primitive.float_value == 1.0


@pytest.mark.parametrize(("hint", "kept"), [(int, 0), (str, 0), (int | None, 1)])
def test_none_is_a_default_only_where_it_is_a_value(hint: Any, kept: int) -> None:
    """Tasks of plugins say None of inputs that have no default."""
    assert len(default_inputs(interface(x=(hint, None)))) == kept
    refused("value: expected int, got None", to_literal, None, int)


def test_stored_defaults_are_passed_on() -> None:
    """The default of a deployed task is the literal it stores."""
    stored = to_literal(5, int)
    remote = NativeInterface.from_types(
        {"a": (int, NativeInterface.has_default)}, {}, {"a": stored}
    )

    (parameter,) = default_inputs(remote)

    assert parameter.parameter.default == stored


def test_a_default_that_is_not_known_here_is_refused() -> None:
    """Without the stored literal there is nothing to pass on."""
    unknown = interface(a=(int, NativeInterface.has_default))
    with pytest.raises(
        ValueError, match=r"^input 'a' has a default that is not known here$"
    ):
        default_inputs(unknown)


PICKLED = (
    " would have to be pickled; use {}, or switch pickling on with"
    " flyte.types.pickling()"
)
TEXT = PICKLED.format("str, or flyte.io.File for large content")
LIST = PICKLED.format("list")
RECORD = PICKLED.format("a dataclass, a pydantic model or flyte.io.File")


@pytest.mark.parametrize(
    ("hint", "message"),
    [
        (bytes, f": bytes{TEXT}"),
        (set[int], f": set[int]{LIST}"),
        (frozenset, f": frozenset{LIST}"),
        (list[bytes], f"[...]: bytes{TEXT}"),
        (dict[str, list[set[str]]], f"[...][...]: set[str]{LIST}"),
        (bytes | None, f": bytes{TEXT}"),
        (Annotated[bytes, "raw"], f": bytes{TEXT}"),
        (Any, f": Any{PICKLED.format('the type of the value')}"),
        (object, f": object{PICKLED.format('the type of the value')}"),
        (complex, f": complex{RECORD}"),
        (Callable[[], int], f": collections.abc.Callable[[], int]{RECORD}"),
        (Literal[1], f": Literal[1]{RECORD}"),
        (REQUIRED, ": has no type annotation"),
        ([int], ": [<class 'int'>] is no type"),
        ("int", f": int{RECORD}"),
        (list, ": a list needs the type of its items, as in list[int]"),
        (
            tuple[int, str],
            ": tuple[int, str] cannot travel as one value; use a list or a dataclass",
        ),
        (Pair, ": Pair cannot travel as one value; use a list or a dataclass"),
        (Level, ": Level: only enums of str can travel"),
        (enum.Enum, ": Enum: only enums of str can travel"),
        (
            Unfit,
            ": Unfit.inner: complex cannot be part of a struct;"
            " use a dataclass, a pydantic model or flyte.io.File",
        ),
        (
            Deep,
            ": Unfit.inner: complex cannot be part of a struct;"
            " use a dataclass, a pydantic model or flyte.io.File",
        ),
        (
            dict[int, complex],
            "[...]: complex cannot be part of a struct;"
            " use a dataclass, a pydantic model or flyte.io.File",
        ),
        (
            Annotated[DataFrame, {"a": int, "b": bytes}],
            "['b']: a column cannot hold bytes",
        ),
    ],
)
def test_types_that_cannot_travel_are_named_with_their_place(
    hint: Any, message: str
) -> None:
    """The error names the input or output, the type, and what to use."""
    inputs = interface(data=(hint, REQUIRED))
    outputs = NativeInterface({}, {"o0": hint})

    refused(f"input 'data'{message}", interface_to_proto, inputs)
    refused(f"output 'o0'{message}", interface_to_proto, outputs)


@pytest.mark.parametrize(
    ("hint", "default", "message"),
    [
        (int, "1", ": expected int, got str"),
        (int, True, ": expected int, got bool"),
        (bool, 0, ": expected bool, got int"),
        (str, 1, ": expected str, got int"),
        (float, "1", ": expected float, got str"),
        (list[float], [1], "[0]: expected float, got int"),
        (date, datetime(2020, 1, 1), ": expected date, got datetime"),
        (datetime, date(2020, 1, 1), ": expected datetime, got date"),
        (list[int], (1,), ": expected list, got tuple"),
        (list[int], [1, "2"], "[1]: expected int, got str"),
        (dict[str, int], [], ": expected dict, got list"),
        (dict[str, int], {1: 2}, ": expected keys of type str, got int"),
        (dict[str, list[int]], {"a": [None]}, "['a'][0]: expected int, got None"),
        (int | str, 1.5, ": expected int | str, got float"),
        (int | None, "x", ": expected int | None, got str"),
        (
            list[int] | list[str],
            [],
            ": ambiguous, fits several variants of list[int] | list[str], got list",
        ),
        (Color, "blue", ": expected one of 'red', 'green', got 'blue'"),
        (Color, 1, ": expected one of 'red', 'green', got int"),
        (Color, Shade.RED, ": expected Color, got Shade"),
        (Literal["a", "b"], "c", ": expected one of 'a', 'b', got 'c'"),
        (Point, {"x": 1}, ": expected Point, got dict"),
        (Point, Point("1"), ".x: expected int, got str"),  # type: ignore[arg-type]
        (
            Holder,
            Holder(points=[Point(1), Point(None)]),  # type: ignore[arg-type]
            ".points[1].x: expected int, got None",
        ),
        (Holder, Holder(color="red"), ".color: expected Color, got str"),  # type: ignore[arg-type]
        (
            Holder,
            Holder(anything=[{"a": {1}}]),
            ".anything[0]['a']: set cannot be written without being declared; annotate it",
        ),
        (Holder, Holder(either=1.5), ".either: expected int | str, got float"),  # type: ignore[arg-type]
        (
            dict,
            {"a": object()},
            "['a']: object cannot be written without being declared; annotate it",
        ),
        (Options, {"name": "n"}, ": missing 'depth'"),
        (Options, {"depth": 1, "deep": 2}, ": unknown 'deep'"),
        (File, "s3://b/f", ": expected File, got str"),
        (File, Dir(path="x"), ": expected File, got Dir"),
        (Dir, File(path="x"), ": expected Dir, got File"),
        (File, File(path=PurePath("x")), ".path: expected str, got PurePosixPath"),  # type: ignore[arg-type]
        (Dir, Dir(path="x", hash=1), ".hash: expected str, got int"),  # type: ignore[arg-type]
        (Stored, Stored(File(path="x", hash=1)), ".file.hash: expected str, got int"),  # type: ignore[arg-type]
        (DataFrame, DataFrame(uri=b"x"), ".uri: expected str, got bytes"),  # type: ignore[arg-type]
        (DataFrame, [1], ": expected DataFrame, got list"),
        (
            DataFrame,
            DataFrame(),
            ": the data frame is not stored yet, it has no uri",
        ),
    ],
)
def test_values_of_another_type_are_named_with_their_place(
    hint: Any, default: Any, message: str
) -> None:
    """The error names the input, the place in its value, and both types; it does not repeat the value."""
    refused(f"input 'data'{message}", default_inputs, interface(data=(hint, default)))
    refused(f"value{message}", to_literal, default, hint)


def test_numbers_that_do_not_fit_are_refused() -> None:
    """Integers on the wire have 64 bits."""
    with pytest.raises(TypeTransformerFailedError, match=r"^value: "):
        to_literal(2**63, int)
    with pytest.raises(TypeTransformerFailedError, match=r"^value: "):
        to_literal(Point(2**64), Point)


# Values


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
POINTS = st.builds(Point, st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False))
SCALARS: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (int, st.integers(-(2**63), 2**63 - 1)),
    (float, st.floats(allow_nan=False)),
    (str, st.text()),
    (bool, st.booleans()),
    (None, st.none()),
    (datetime, st.datetimes(timezones=st.just(UTC))),
    (date, st.dates()),
    (timedelta, st.timedeltas(timedelta(-100000), timedelta(100000))),
    (Color, st.sampled_from(Color)),
    (Literal["a", "b"], st.sampled_from(["a", "b"])),
    (Point, POINTS),
    (
        Holder,
        st.builds(
            Holder,
            st.lists(POINTS),
            st.sampled_from(Color),
            st.binary(),
            JSON_VALUES,
            st.text() | st.integers(0, 10),
        ),
    ),
    (dict, st.dictionaries(st.text(), JSON_VALUES)),
    (dict[int, str], st.dictionaries(st.integers(0, 9), st.text())),
    (File, st.builds(File, path=st.text("abc/"), format=st.text("csv"))),
    (DataFrame, st.builds(DataFrame, uri=st.text("abc", min_size=1))),
]


def nested(
    case: tuple[Any, st.SearchStrategy[Any]],
) -> st.SearchStrategy[tuple[Any, st.SearchStrategy[Any]]]:
    """Wrap a type and its values in lists, dictionaries and options."""
    hint, values = case
    return st.sampled_from(
        [
            (hint, values),
            (list[hint], st.lists(values, max_size=3)),
            (dict[str, hint], st.dictionaries(st.text(), values, max_size=3)),
            (typing.Optional[hint], st.none() | values),  # noqa: UP045
            (
                list[typing.Optional[list[hint]]],  # noqa: UP045
                st.lists(st.none() | st.lists(values, max_size=2), max_size=3),
            ),
        ]
    )


@given(st.data())
def test_values_come_back(data: st.DataObject) -> None:
    """Whatever is written is read as the same value of the same type, also after a trip through bytes."""
    hint, values = data.draw(st.sampled_from(SCALARS).flatmap(nested))
    value = data.draw(values)

    literal = to_literal(value, hint)
    received = LiteralMessage.FromString(literal.SerializeToString())
    found = from_literal(received, hint)

    assert found == value
    assert type(found) is type(value)


def test_types_that_stand_for_others() -> None:
    """A new type is its base, and a choice of texts is an enum, also inside other types."""
    assert literal_type(UserId) == literal_type(int)
    assert list(literal_type(Literal["a", "b"]).enum_type.values) == ["a", "b"]
    optional = literal_type(Literal["a"] | None)
    assert optional.union_type.variants[0].structure.tag == "DefaultEnumTransformer"


def test_the_order_of_variants_is_kept() -> None:
    """Python takes both unions for equal; the wire does not."""
    tags = [
        [one.structure.tag for one in literal_type(hint).union_type.variants]
        for hint in (typing.Union[int, str], typing.Union[str, int])  # noqa: UP007
    ]

    assert tags == [["int", "str"], ["str", "int"]]


def test_what_is_returned_is_not_shared() -> None:
    """Changing a literal type changes no other one."""
    first = literal_type(Point)
    first.Clear()

    assert literal_type(Point).simple == SimpleType.STRUCT


def literal(**scalar: Any) -> LiteralMessage:
    """Make a literal with one primitive."""
    made = LiteralMessage()
    for name, value in scalar.items():
        setattr(made.scalar.primitive, name, value)
    return made


def packed(data: bytes, tag: str = "msgpack") -> LiteralMessage:
    """Make a literal with bytes."""
    made = LiteralMessage()
    made.scalar.binary.value = data
    made.scalar.binary.tag = tag
    return made


def test_whole_floats_are_read_as_integers() -> None:
    """The console has one type of number only."""
    assert from_literal(literal(float_value=3.0), int) == 3
    assert from_literal(literal(integer=3), float) == 3.0


def test_values_taken_out_of_a_struct_are_read() -> None:
    """The backend may pass a field of a struct, which is msgpack whatever its type."""
    assert from_literal(packed(b"\x05"), int) == 5
    assert from_literal(packed(b"\xaa2020-01-02"), date) == date(2020, 1, 2)
    assert from_literal(packed(b"\x92\x01\x02"), list[int]) == [1, 2]
    assert from_literal(packed(b"\xa3red"), Color) is Color.RED
    assert from_literal(packed(b"\xc0"), int | None) is None
    assert from_literal(packed(b"\x81\xa4path\xa1x"), File) == File(path="x")


def test_structs_of_the_console_are_read() -> None:
    """The console sends protobuf's own structs, whose numbers are all floats."""
    made = LiteralMessage()
    made.scalar.generic.update({"x": 3, "y": 1})

    assert from_literal(made, Point) == Point(3, 1.0)
    assert from_literal(made, dict[str, float] | None) == {"x": 3.0, "y": 1.0}
    assert from_literal(made, dict) == {"x": 3, "y": 1}


def test_fields_of_newer_writers_are_left_out() -> None:
    """A reader takes what it knows, and defaults for what is missing."""
    made = LiteralMessage()
    made.scalar.generic.update({"x": 3, "new": "?"})

    assert from_literal(made, Point) == Point(3)


@pytest.mark.parametrize(
    ("message", "hint", "error"),
    [
        (literal(float_value=1.5), int, "expected int, got a literal with float_value"),
        (literal(integer=1), str, "expected str, got a literal with integer"),
        (literal(integer=1), bool, "expected bool, got a literal with integer"),
        (
            literal(string_value="x"),
            None,
            "expected None, got a literal with string_value",
        ),
        (LiteralMessage(), int, "expected int, got a literal with nothing"),
        (literal(integer=1), list[int], "expected list, got a literal with integer"),
        (
            literal(integer=1),
            dict[str, int],
            "expected dict, got a literal with integer",
        ),
        (
            literal(integer=1),
            Point,
            "expected a struct, got a literal with integer",
        ),
        (literal(integer=1), File, "expected File, got a literal with integer"),
        (
            literal(integer=1),
            DataFrame,
            "expected DataFrame, got a literal with integer",
        ),
        (
            to_literal(Dir(path="x"), Dir),
            File,
            "expected File, got a literal with blob",
        ),
        (
            literal(string_value="blue"),
            Color,
            "expected one of 'red', 'green', got 'blue'",
        ),
        (
            literal(integer=1),
            Color,
            "expected one of 'red', 'green', got a literal with integer",
        ),
        (
            literal(float_value=1.5),
            int | str,
            "expected int | str, got a literal with float_value",
        ),
        (packed(b"\x80\x04N.", ""), int, "what may be a pickle is never read"),
        (packed(b"\x80\x04N.", "pickle"), Point, "what may be a pickle is never read"),
        (packed(b"\x81\xa1y\xcb?\xe0"), Point, "not msgpack: Input data was truncated"),
        (packed(b"\x81\xa1y\x01"), Point, "missing 'x'"),
        (packed(b"\x01"), Point, "expected an object, got int"),
        (packed(b"\xa1x"), int, "expected int, got str"),
        (packed(b"\xa1x"), date, "not a date: Invalid isoformat string: 'x'"),
    ],
)
def test_literals_of_another_type_are_refused(
    message: LiteralMessage, hint: Any, error: str
) -> None:
    """The error says what was expected and what the literal holds."""
    refused(f"value: {error}", from_literal, message, hint)


def test_a_stored_pickle_is_not_read() -> None:
    """A reference to a pickle is no file."""
    made = to_literal(File(path="s3://b/p"), File)
    made.scalar.blob.metadata.type.format = "PythonPickle"

    refused("value: what may be a pickle is never read", from_literal, made, File)


def test_an_offloaded_literal_is_named() -> None:
    """A literal that is stored elsewhere has to be fetched first."""
    made = LiteralMessage()
    made.offloaded_metadata.uri = "s3://b/l"

    refused(
        "value: expected int, got a literal with offloaded_metadata",
        from_literal,
        made,
        int,
    )


def test_unions_tell_structs_apart_by_their_schemas() -> None:
    """Two dataclasses have one tag; the schema says which one it is."""
    union = Point | Holder

    assert from_literal(to_literal(Holder(), union), union) == Holder()
    assert from_literal(to_literal(Point(1), union), union) == Point(1)


# Pickles


def test_pickling_is_switched_on_by_the_caller() -> None:
    """Within the context anything is written, after it nothing."""
    with pickling():
        kind = literal_type(bytes)
        written = to_literal(b"x", bytes)
        (parameter,) = default_inputs(interface(a=(set[int], {1})))

    assert [one.structure.tag for one in kind.union_type.variants] == [
        "FlytePickle"
    ] * 2
    assert written.scalar.binary.tag == ""
    assert parameter.parameter.default.scalar.binary.value
    refused(f"type: bytes{TEXT}", literal_type, bytes)


def test_pickles_are_not_read_even_then() -> None:
    """Reading runs code, and a literal may come from anywhere."""
    with pickling():
        written = to_literal(b"x", bytes)
        refused(
            "value: what may be a pickle is never read", from_literal, written, bytes
        )
        refused("value: None cannot be pickled", to_literal, None, bytes)
        with pytest.raises(
            TypeTransformerFailedError, match="generator cannot be pickled"
        ):
            to_literal((one for one in ()), Any)


# The import


def test_importing_types_loads_nothing_heavy() -> None:
    """Protobuf, msgpack and pydantic are loaded by what needs them."""
    code = """
import sys, flyte.types
heavy = {"google.protobuf", "grpc", "msgspec", "pydantic", "flyte_runtime.types.structs"}
print(sorted(heavy & set(sys.modules)))
"""
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert run.stdout.strip() == "[]"


# The engine


def test_the_engine_translates_asynchronously() -> None:
    """The public methods are those of the published SDK."""

    async def there_and_back() -> Any:
        kind = TypeEngine.to_literal_type(list[int])
        written = await TypeEngine.to_literal([1], list[int], kind)
        return await TypeEngine.to_python_value(written, list[int])

    assert asyncio.run(there_and_back()) == [1]
    assert isinstance(TypeEngine.to_literal_type(int), LiteralType)


PLAIN_DATA = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["x", "y", "points", "color", "path", "depth"])
        | st.integers(0, 9)
        | st.text(max_size=2),
        inner,
        max_size=4,
    ),
    max_leaves=8,
)
HINTS: list[Any] = [
    *(hint for hint, _ in SCALARS),
    Options,
    list[Point],
    dict[str, Holder],
    dict[date, timedelta],
    Point | Holder | None,
    Dir,
]


@given(st.sampled_from(HINTS), PLAIN_DATA)
def test_reading_fails_in_one_way(hint: Any, content: Any) -> None:
    """Whatever stands in the bytes of a literal, it is read or refused with the one error of the type engine."""
    try:
        value = from_literal(packed(msgspec.msgpack.encode(content)), hint)
    except TypeTransformerFailedError:
        return
    to_literal(value, hint)


@given(st.sampled_from(HINTS), st.binary(max_size=30))
def test_bytes_that_are_no_msgpack_are_refused(hint: Any, data: bytes) -> None:
    """Bytes from anywhere cause no other error."""
    with contextlib.suppress(TypeTransformerFailedError):
        from_literal(packed(data), hint)


@dataclass
class Chain:
    """A dataclass that contains itself."""

    next: Chain | None = None


def test_values_nested_too_deeply_are_refused() -> None:
    """Neither side gives up with an error of another kind, nor with a crash."""
    chain = Chain()
    for _ in range(5000):
        chain = Chain(chain)
    data = b"\x81\xa4next" * 5000 + b"\xc0"

    refused("value: nested too deeply", to_literal, chain, Chain)
    refused("value: nested too deeply", from_literal, packed(data), Chain)
    refused("value: nested too deeply", from_literal, packed(b"\x91" * 100000), dict)


def test_a_bad_end_is_found_once() -> None:
    """The time to refuse a value grows with its depth, not exponentially."""
    data = b"\x81\xa4next" * 100 + b"\x05"

    refused(
        "value.next: expected Chain | None, got dict", from_literal, packed(data), Chain
    )
