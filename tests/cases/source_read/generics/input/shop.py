"""Old generics."""

from typing import Callable, Concatenate, Generic, NewType, TypeVar, overload

from typing_extensions import ParamSpec, TypeVarTuple, Unpack
from typing_extensions import TypeVar as Variable

T = TypeVar("T", bound="Box[int]")
K_co = TypeVar("K_co", covariant=True)
S = TypeVar("S", int, str)
D = Variable("D", default=int)
P = ParamSpec("P")
Ts = TypeVarTuple("Ts")
Key = NewType("Key", str)
Pairs = dict[str, "list[Key]"]
Maybe = Pairs | None
_Hidden = list[int]


class Box(Generic[K_co]):
    def get(self: "Box[str]", default: _Hidden) -> K_co: ...

    @overload
    def put(self, value: int) -> int: ...
    @overload
    def put(self, value: str, *, twice: bool = ...) -> str: ...
    def put(self, value, *, twice=False): ...


def call(function: Callable[Concatenate[int, P], S], *args: P.args, **kwargs: P.kwargs) -> tuple[Unpack[Ts]]: ...


def default(value: D) -> "D | Maybe": ...
