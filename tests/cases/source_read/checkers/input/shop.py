"""What type checkers are told, and what they would refuse in a stub."""

# mypy: disable-error-code="misc, no-any-return"
import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, Generic, Optional, Protocol, TypeVar, Union

try:
    from quick import Parser  # type: ignore[attr-defined]
except ImportError:
    from slow import Parser

__all__ = ("Reader", "Label", "Grid", "Box", "parse", "Kind", "Size", "Plugin", "Row", "Model", "Options", "Count", "Fast", "Point")

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

MYPY = False
if MYPY:
    Count = list[Any, Any]
else:
    Count = list[int]

Name = Union[str, bytes]
MaybeName = Optional[Name]


class computed(Generic[T_co]):
    def __init__(self, read: Callable[..., T_co]) -> None:
        self.read = read


if TYPE_CHECKING:
    cached = computed
    read_only = property
else:
    cached = read_only = computed


class Reader(Generic[T]):
    @read_only
    def size(self) -> int:
        return 0

    @cached
    def lines(self) -> list[str]:
        return []

    def close(this, /) -> None:
        return None


class Label(Protocol):
    text: str
    shown: bool = True


class Grid(Label):
    """Says what the protocol asks for."""

    text = "grid"

    def __init__(self, size: int) -> None:
        self.size = size


class Box:
    """Keeps anything."""

    def __init__(self, content: T, make: Callable[[], T]) -> None:
        self.content = content


def parse(
    parser: Parser, first: Name = None, second: MaybeName = None, *, depth=1
) -> Any:  # type: ignore[type-var]
    """Parse it.

    Args:
        parser: What does it.
        depth (int): How deep.
    """


class Kind(enum.Enum):
    def shown(self) -> str:
        return self.name


class Size(Kind):
    SMALL = 1


class Plugin:
    timeout: float = 1.0

    def __init_subclass__(cls, name: str = "") -> None:
        cls.plugin_name = name


class Fast(Plugin, name="fast"):
    timeout = 2 * 60


class Row:
    __slots__ = ("left", "right", "_seen")

    def move(self, left: int) -> None:
        self.left = left


def dataclass_transform(**options: Any) -> Callable[[T], T]: ...


@dataclass_transform()
class Meta(type): ...


class Options:
    deep = True


class Model(metaclass=Meta):
    name: str
    strict = False
    Options = Options


@dataclass
class Point:
    __slots__ = ("x", "y")
    x: int
    y: int
