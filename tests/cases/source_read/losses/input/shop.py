"""What a spec cannot hold."""

import enum
from collections import namedtuple
from typing import Annotated

import unknown_library
from unknown_library import Field, Other, decorate


def untyped_decorator(function):
    return function


@untyped_decorator
@decorate(level=1)
def work(a: Annotated[int, Field(gt=1)], b: 3 + 4 = 5, c: missing.Name = 1, d: work2 = 1) -> "not a type": ...


def work2() -> None: ...


work3 = work2


class Computed(namedtuple("Computed", "a b"), Other):
    __slots__ = [name for name in "ab"]


Pair = namedtuple("Pair", ["left", "right"])
Animal = enum.Enum("Animal", "CAT DOG")
table = {name: 1 for name in "ab"}
first, second = 1, 2
address = "<function f at 0x7fb765c272e0>"


def without() -> "table": ...


class Odd:
    def nothing(): ...
