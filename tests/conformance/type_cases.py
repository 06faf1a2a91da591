"""Types and values that both SDKs must write alike; imported under either, which share an import name.

Each case is a type and values of it. What needs pydantic stands in a function of its own, so that the rest can be
imported without it.
"""

# The old spellings of types are part of what is compared.
# ruff: noqa: UP006, UP007, UP035, UP042, UP045

from __future__ import annotations

import enum
import math
import random
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Dict, List, Literal, Optional, TypedDict, Union
from uuid import UUID

from flyte.io import DataFrame, Dir, File


class Color(enum.Enum):
    """An enum of texts."""

    RED = "red"
    GREEN = "green"


class Tone(str, enum.Enum):
    """An enum whose members are texts."""

    LOW = "low"
    HIGH = "high"


class Level(enum.IntEnum):
    """An enum of numbers, which only structs can hold."""

    ONE = 1
    TWO = 2


@dataclass
class Point:
    """Two numbers."""

    x: int
    y: float = 0.5


@dataclass
class Point3(Point):
    """A dataclass with a base."""

    z: Optional[int] = None


@dataclass
class Empty:
    """No fields at all."""


@dataclass
class Everything:
    """Each type a struct can hold."""

    i: int
    f: float
    s: str
    b: bool
    n: None
    moment: datetime
    day: date
    clock: time
    span: timedelta
    raw: bytes
    number: Decimal
    id: UUID
    path: Path
    items: List[int]
    table: Dict[str, float]
    numbered: Dict[int, str]
    unique: set[int]
    pair: tuple[int, str]
    row: tuple[int, ...]
    loose: list
    open: dict
    anything: Any
    color: Color
    level: Level
    choice: Literal["a", "b"]
    one: Literal[1]
    maybe: Optional[int]
    either: Union[int, str]
    point: Point
    points: List[Point]
    named: Dict[str, Point]
    maybe_point: Optional[Point]
    nested: List[Dict[str, List[Optional[int]]]]
    noted: Annotated[int, "unit"]


@dataclass
class Defaults:
    """Defaults of every sort, falsy ones too."""

    zero: int = 0
    empty: str = ""
    off: bool = False
    nothing: Optional[str] = None
    none: None = None
    half: float = 0.5
    whole: float = 1
    items: List[int] = field(default_factory=list)
    point: Point = field(default_factory=lambda: Point(1))
    day: date = date(2020, 1, 2)
    span: timedelta = timedelta(days=1)
    color: Color = Color.RED
    raw: bytes = b"x"
    described: int = field(default=3, metadata={"description": "A number."})
    computed: int = field(default=4, init=False)


@dataclass
class Tree:
    """A dataclass that contains itself."""

    value: int
    children: List[Tree] = field(default_factory=list)


@dataclass
class Forest:
    """A dataclass that contains one that contains itself, twice."""

    first: Tree
    second: Optional[Tree] = None


@dataclass
class Stored:
    """References in a struct."""

    file: File
    folder: Dir
    files: List[File]
    frame: DataFrame
    maybe: Optional[File] = None


CSV = File["csv"]


@dataclass
class Formats:
    """References with formats."""

    file: File[str]
    folder: Optional[Dir[int]] = None
    files: List[CSV] = field(default_factory=list)


class Options(TypedDict):
    """A dictionary with known keys."""

    depth: int
    name: str


EVERYTHING = Everything(
    i=-1,
    f=1.5,
    s="ü",
    b=False,
    n=None,
    moment=datetime(2020, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    day=date(2020, 1, 2),
    clock=time(1, 2, 3),
    span=timedelta(seconds=1.5),
    raw=b"\x00\xff",
    number=Decimal("1.10"),
    id=UUID(int=1),
    path=Path("a/b"),
    items=[1, 2],
    table={"a": 1.0},
    numbered={1: "a"},
    unique={3},
    pair=(1, "a"),
    row=(1, 2, 3),
    loose=[1, "a", None],
    open={"a": [1, {"b": 2}]},
    anything={"x": [1, 2.5, "y", None, True]},
    color=Color.GREEN,
    level=Level.TWO,
    choice="b",
    one=1,
    maybe=None,
    either="text",
    point=Point(1),
    points=[Point(1), Point(2, 2.5)],
    named={"p": Point(3)},
    maybe_point=Point(4),
    nested=[{"a": [1, None]}, {}],
    noted=5,
)
MOMENT = datetime(2021, 2, 3, 4, 5, 6, 789, tzinfo=UTC)
EAST = timezone(timedelta(hours=5, minutes=30))
FILE = File(path="s3://b/f.csv", format="csv", hash="h")
FOLDER = Dir(path="s3://b/d", name="d")
FRAME = DataFrame(uri="s3://b/t", format="parquet")
COLUMNS = OrderedDict(a=int, b=float, c=str, d=bool, e=datetime, f=timedelta)
DEEP = OrderedDict(a=list[int], b=dict[str, float], c={"d": int})

Case = tuple[Any, list[Any]]

CASES: dict[str, Case] = {
    # Scalars
    "int": (int, [0, 1, -1, 2**63 - 1, -(2**63)]),
    "float": (float, [0.0, -0.0, 1.5, 1e308, math.inf, -math.inf]),
    "str": (str, ["", "a", "ü\n\0", "x" * 1000]),
    "bool": (bool, [True, False]),
    "None": (None, [None]),
    "NoneType": (type(None), [None]),
    "datetime": (
        datetime,
        [
            MOMENT,
            MOMENT.astimezone(EAST),
            datetime(1, 1, 1),
            datetime(9999, 12, 31, 23, 59, 59, 999999),
        ],
    ),
    "date": (date, [date(2020, 2, 29), date.min, date.max]),
    "timedelta": (
        timedelta,
        [timedelta(0), timedelta(-1, 1, 1), timedelta(days=10000, microseconds=1)],
    ),
    "Annotated[int]": (Annotated[int, "unit"], [7]),
    "Annotated[str]": (Annotated[str, {"a": 1}], ["x"]),
    # Enums
    "Enum": (Color, [Color.RED, "green"]),
    "str Enum": (Tone, [Tone.LOW, Tone.HIGH]),
    "LiteralEnum": (
        enum.Enum("LiteralEnum", {"A": "a", "B": "b"}),
        ["a", "b"],
    ),
    # Lists
    "list[int]": (list[int], [[], [1, 2, 3]]),
    "List[str]": (List[str], [["a", ""]]),
    "list[list[float]]": (list[list[float]], [[[1.0], []], []]),
    "list[None]": (list[None], [[None, None]]),
    "list[datetime]": (list[datetime], [[MOMENT]]),
    "list[Enum]": (list[Color], [[Color.RED, Color.RED]]),
    "list[Optional[int]]": (list[Optional[int]], [[1, None]]),
    "list[dataclass]": (list[Point], [[Point(1), Point(2)]]),
    "list[dict[str, int]]": (list[dict[str, int]], [[{"a": 1}, {}]]),
    "list[File]": (list[File], [[FILE, File(path="/tmp/x")]]),
    "Annotated[list[int]]": (Annotated[list[int], "ids"], [[1]]),
    "list[Annotated[int]]": (list[Annotated[int, "id"]], [[1]]),
    "list[dict]": (list[dict], [[{"a": 1}]]),
    # Dictionaries
    "dict[str, int]": (dict[str, int], [{}, {"a": 1, "b": 2}]),
    "Dict[str, str]": (Dict[str, str], [{"": ""}]),
    "dict[str, list[bool]]": (dict[str, list[bool]], [{"a": [True, False]}]),
    "dict[str, dict[str, date]]": (
        dict[str, dict[str, date]],
        [{"a": {"b": date(2020, 1, 1)}}],
    ),
    "dict[str, dataclass]": (dict[str, Point], [{"p": Point(1)}]),
    "dict[str, Optional[str]]": (dict[str, Optional[str]], [{"a": None, "b": "c"}]),
    "Annotated[dict[str, int]]": (Annotated[dict[str, int], "x"], [{"a": 1}]),
    "dict": (dict, [{}, {"a": [1, 2.5, None, True, {"b": "c"}]}, {1: "a"}]),
    "Dict": (Dict, [{"a": 1}]),
    "dict[int, str]": (dict[int, str], [{1: "a", -2: "b"}]),
    "dict[int, date]": (dict[int, date], [{1: date(2020, 1, 1)}]),
    "dict[date, int]": (dict[date, int], [{date(2020, 1, 1): 1}]),
    "dict[int, dataclass]": (dict[int, Point], [{1: Point(2)}]),
    "dict[int, list[Optional[float]]]": (
        dict[int, list[Optional[float]]],
        [{1: [1.5, None]}],
    ),
    # Unions
    "Optional[int]": (Optional[int], [1, 0, None]),
    "str | None": (str | None, ["", None]),
    "None | float": (None | float, [1.5, None]),
    "Union[int, str]": (Union[int, str], [1, "1"]),
    "Union[str, int]": (Union[str, int], [1, "1"]),
    "Union[int, float, bool]": (Union[int, float, bool], [1, 1.0, True]),
    "int | str | None": (int | str | None, [1, "a", None]),
    "Optional[list[int]]": (Optional[list[int]], [[1], [], None]),
    "Optional[dict[str, int]]": (Optional[dict[str, int]], [{"a": 1}, None]),
    "Union[int, list[int]]": (Union[int, list[int]], [1, [1]]),
    "Union[list[int], list[str]]": (Union[list[int], list[str]], [[1], ["a"]]),
    "Optional[Enum]": (Optional[Color], [Color.RED, None]),
    "Optional[dataclass]": (Optional[Point], [Point(1), None]),
    "Union[dataclass, dataclass]": (Union[Point, Empty], [Point(1), Empty()]),
    "Union[datetime, timedelta]": (
        Union[datetime, timedelta],
        [MOMENT, timedelta(1)],
    ),
    "Optional[File]": (Optional[File], [FILE, None]),
    "Optional[Dir]": (Optional[Dir], [FOLDER, None]),
    "Union[int, Optional[list[str]]]": (
        Union[int, Optional[list[str]]],
        [1, ["a"], None],
    ),
    "Optional[Annotated[int]]": (Optional[Annotated[int, "u"]], [1, None]),
    "Annotated[Optional[int]]": (Annotated[Optional[int], "u"], [1, None]),
    "list[Union[int, str]]": (list[Union[int, str]], [[1, "a"]]),
    "list[Union[str, int]]": (list[Union[str, int]], [[1, "a"]]),
    # Structs
    "dataclass": (Point, [Point(1), Point(-1, 2.5), Point(1, 2)]),
    "derived dataclass": (Point3, [Point3(1), Point3(1, 2.0, 3)]),
    "empty dataclass": (Empty, [Empty()]),
    "dataclass of everything": (Everything, [EVERYTHING]),
    "dataclass of defaults": (Defaults, [Defaults(), Defaults(zero=1, items=[2])]),
    "recursive dataclass": (Tree, [Tree(1, [Tree(2), Tree(3, [Tree(4)])])]),
    "dataclass of recursive ones": (
        Forest,
        [Forest(Tree(1)), Forest(Tree(1), Tree(2))],
    ),
    "Annotated[dataclass]": (Annotated[Point, "p"], [Point(1)]),
    "dataclass of references": (
        Stored,
        [Stored(FILE, FOLDER, [FILE], FRAME), Stored(FILE, FOLDER, [], FRAME, FILE)],
    ),
    "dataclass of references with formats": (
        Formats,
        [Formats(FILE), Formats(FILE, FOLDER)],
    ),
    "TypedDict": (Options, [{"depth": 1, "name": "n"}]),
    # References
    "File": (File, [FILE, File(path="/tmp/a.txt"), File(path="x", name="y")]),
    "File[str]": (File[str], [FILE]),
    "File[csv]": (CSV, []),
    "Dir[csv]": (Dir["csv"], []),
    "Dir": (Dir, [FOLDER, Dir(path="s3://b/e/", format="csv", hash="1")]),
    "DataFrame": (DataFrame, [FRAME, DataFrame(uri="s3://b/u")]),
    "Annotated[DataFrame, columns]": (Annotated[DataFrame, COLUMNS], [FRAME]),
    "Annotated[DataFrame, deep columns]": (Annotated[DataFrame, DEEP], [FRAME]),
    "Annotated[DataFrame, format]": (Annotated[DataFrame, "csv"], [FRAME]),
    "Annotated[DataFrame, both]": (Annotated[DataFrame, COLUMNS, "csv"], [FRAME]),
    "Optional[DataFrame]": (Optional[DataFrame], [FRAME, None]),
    "list[DataFrame]": (list[DataFrame], [[FRAME]]),
}

# What the published SDK would pickle, or has no type for.
REFUSED: dict[str, Any] = {
    "bytes": bytes,
    "bytearray": bytearray,
    "set": set,
    "set[int]": set[int],
    "frozenset[str]": frozenset[str],
    "Any": Any,
    "object": object,
    "complex": complex,
    "range": range,
    "time": time,
    "Decimal": Decimal,
    "Path": Path,
    "UUID": UUID,
    "list[bytes]": list[bytes],
    "dict[str, set[int]]": dict[str, set[int]],
    "Optional[bytes]": Optional[bytes],
    "tuple": tuple,
    "tuple[int, str]": tuple[int, str],
    "IntEnum": Level,
    "list": list,
    "Literal[1]": Literal[1],
}


def pydantic_cases() -> dict[str, Case]:
    """Make the cases that need pydantic."""
    import pydantic

    class Inner(pydantic.BaseModel):
        """A model in a model."""

        a: int
        color: Color = Color.RED

    class Model(pydantic.BaseModel):
        """A model with fields of many types."""

        name: str
        count: int = 0
        ratio: Optional[float] = None
        items: List[int] = []
        table: Dict[str, Inner] = {}
        inner: Optional[Inner] = None
        moment: Optional[datetime] = None
        limited: int = pydantic.Field(default=1, ge=0, description="A limit.")

    class Node(pydantic.BaseModel):
        """A model that contains itself."""

        value: int
        children: List[Node] = []

    Node.model_rebuild(_types_namespace={"Node": Node, "List": List})

    @dataclass
    class Holder:
        """A dataclass with a model."""

        inner: Inner

    class References(pydantic.BaseModel):
        """A model with references, also inside containers."""

        file: File
        folder: Dir
        frame: DataFrame
        maybe: Optional[File] = None
        no_frame: Optional[DataFrame] = None
        files: List[File] = []
        folders: Dict[str, Dir] = {}
        deep: Dict[str, List[Optional[DataFrame]]] = {}

    class ModelFormats(pydantic.BaseModel):
        """References with formats."""

        file: File[str]
        files: List[CSV] = []
        folders: List[Dir[int]] = []
        frame: Optional[DataFrame] = None

    class Around(pydantic.BaseModel):
        """A model with models and dataclasses that have references."""

        inner: References
        more: List[References] = []
        stored: Optional[Stored] = None

    @dataclass
    class Outside:
        """A dataclass with a model that has references, and some of its own."""

        model: References
        file: File

    Holder.__annotations__["inner"] = Inner
    Outside.__annotations__["model"] = References
    few = References(file=FILE, folder=FOLDER, frame=FRAME)
    many = References(
        file=File(path="/tmp/x"),
        folder=FOLDER,
        frame=DataFrame(uri="s3://b/u"),
        maybe=FILE,
        no_frame=FRAME,
        files=[FILE, FILE],
        folders={"a": FOLDER},
        deep={"a": [FRAME, None], "b": []},
    )
    full = Model(
        name="n",
        count=2,
        ratio=0.5,
        items=[1],
        table={"a": Inner(a=1)},
        inner=Inner(a=2, color=Color.GREEN),
        moment=MOMENT,
    )
    return {
        "model": (Model, [Model(name=""), full]),
        "nested model": (Inner, [Inner(a=1)]),
        "recursive model": (Node, [Node(value=1, children=[Node(value=2)])]),
        "Optional[model]": (Optional[Inner], [Inner(a=1), None]),
        "list[model]": (list[Inner], [[Inner(a=1)], []]),
        "dict[str, model]": (dict[str, Inner], [{"a": Inner(a=1)}]),
        "Union[model, dataclass]": (Union[Inner, Point], [Inner(a=1), Point(1)]),
        "dataclass with a model": (Holder, []),
        "model of references with formats": (ModelFormats, []),
        "model of references": (References, [few, many]),
        "Optional[model of references]": (Optional[References], [few, None]),
        "list[model of references]": (list[References], [[few, many]]),
        "nested model of references": (
            Around,
            [
                Around(inner=few),
                Around(
                    inner=many,
                    more=[few],
                    stored=Stored(FILE, FOLDER, [FILE], FRAME),
                ),
            ],
        ),
        "dataclass with a model of references": (Outside, []),
    }


SCALARS: list[Case] = [
    (int, [0, -5, 2**40]),
    (float, [0.0, 2.5]),
    (str, ["", "abc"]),
    (bool, [True, False]),
    (datetime, [MOMENT]),
    (date, [date(2020, 5, 6)]),
    (timedelta, [timedelta(hours=1)]),
    (Color, [Color.RED, Color.GREEN]),
    (Tone, [Tone.LOW]),
    (Point, [Point(1), Point(2, 3.0)]),
    (Tree, [Tree(1), Tree(1, [Tree(2)])]),
    (File, [FILE]),
    (Dir, [FOLDER]),
    (type(None), [None]),
]


def random_cases(count: int) -> dict[str, Case]:
    """Make nested types, each with a value; the same ones in every process."""
    source = random.Random(20)
    cases = (_random_case(source, 3) for _ in range(count))
    return {
        f"{index}: {hint}": (hint, [one]) for index, (hint, one) in enumerate(cases)
    }


def _random_case(source: random.Random, depth: int) -> tuple[Any, Any]:
    kind = source.choice(["scalar", "list", "dict", "optional"]) if depth else "scalar"
    if kind == "scalar":
        hint, values = source.choice(SCALARS)
        return hint, source.choice(values)
    hint, value = _random_case(source, depth - 1)
    size = source.randrange(3)
    if kind == "list":
        return list[hint], [value] * size
    if kind == "dict":
        return dict[str, hint], {f"k{index}": value for index in range(size)}
    return Optional[hint], source.choice([value, None])
