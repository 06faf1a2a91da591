"""Classes of every kind."""

import abc
import enum
from dataclasses import KW_ONLY, InitVar, dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Final, NamedTuple, Protocol, TypedDict, runtime_checkable
from typing_extensions import NotRequired, Required, override


class Base(abc.ABC):
    """A base.

    Args:
        name: The name.
    """

    LIMIT: ClassVar[int] = 5
    version = "1"
    kind: str

    def __init__(self, name: str, *, size: int = 3) -> None:
        self.name = name
        self.size: "int | None" = size
        self._hidden = 1
        self.made = make()

    @property
    def full(self) -> str:
        """The whole name."""
        return self.name

    @full.setter
    def full(self, text: "str | None") -> None: ...

    @full.deleter
    def full(self) -> None: ...

    @cached_property
    def long(self) -> int:
        return 1

    @abc.abstractmethod
    def run(self) -> int: ...

    @abc.abstractmethod
    def _run(self) -> int: ...

    @classmethod
    def parse(cls, text: str) -> "Base": ...

    @staticmethod
    def check(self: int) -> bool: ...

    def _private(self) -> None: ...

    def __eq__(self, other: object) -> bool: ...

    __ne__ = __eq__

    class Inner:
        value: "Base.Inner | None"


class Derived(Base):
    version = "2"
    __slots__ = ("extra",)

    @override
    def run(self) -> int: ...

    def _run(self) -> int: ...


@dataclass(frozen=True, order=True)
class Point:
    """A point.

    Attributes:
        x: Across.
    """

    x: int
    y: int = 0
    tags: "list[str]" = field(default_factory=list)
    made: list[int] = field(default_factory=lambda: [1])
    seed: InitVar[int] = 1
    _: KW_ONLY
    name: str = field(default="p", repr=False)
    total: int = field(init=False)
    SHARED: ClassVar[int] = 1
    plain = 3


class Colour(str, enum.Enum):
    RED = "red"
    """Like a rose."""
    BLUE = enum.auto()

    @property
    def hex(self) -> str: ...


class Mode(enum.IntFlag):
    A = 1
    B = A | 2


class Row(NamedTuple):
    id: int
    name: str = ""


class Options(TypedDict, total=False):
    name: Required[str]
    size: int


class More(Options):
    extra: NotRequired[bool]


@runtime_checkable
class Runs(Protocol):
    label: str

    def run(self, *args: Any) -> int: ...


class Failure(Exception):
    """It failed."""

    def __init__(self, code: int):
        super().__init__(code)
        self.code = code


class Meta(type):
    def __new__(mcs, name: str, bases: tuple[type, ...], cls: int) -> "Meta": ...


class Made(metaclass=Meta):
    pass


def make(): ...


LIMIT: Final = 3
