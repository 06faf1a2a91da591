"""A shop."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["copy", "opened", "fetch", "stream", "untyped", "when"]


def copy(source: str, /, target: "str" = ".", *paths: str, overwrite: bool = False, **options: t.Any) -> None: ...


@contextmanager
def opened(path: t.Union[str, "os.PathLike[str]"], mode: t.Literal["r", "w"] = "r") -> Iterator[t.Optional[int]]:
    yield None


async def fetch(then: Callable[[bytes], "list[int]"] | None = None) -> bytes:
    return b""


async def stream(limit: int = 2 ** 10) -> t.AsyncIterator[bytes]:
    yield b""


def untyped(first, second=None, *, third=os.environ.get("X"), fourth="<object object at 0x7f3a2c1d>"):
    return first


def when(at: int = None, *, hosts=("a", "b"), default=print) -> t.Dict[str, t.List[int]]:
    return {}
