"""Branches."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    Number = Decimal | int
else:
    Number = None

if sys.version_info >= (3, 12):
    def new(a: int) -> int: ...
else:
    def old(a: int) -> int: ...

if sys.platform == "win32" and sys.version_info[0] == 3:
    def windows() -> None: ...

try:
    from json import JSONDecodeError
except ImportError:
    JSONDecodeError = ValueError

try:
    import fast

    def quick() -> int: ...
except ImportError:
    def quick() -> int: ...
    def slow() -> int: ...

if hasattr(sys, "gettrace"):
    def maybe() -> int: ...
else:
    def maybe() -> str: ...


def of(number: "Number", error: JSONDecodeError) -> None: ...
