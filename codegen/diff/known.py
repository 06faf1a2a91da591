"""What is known of types that no spec defines: the bases, type parameters and variance of builtins and of the standard library.

Knows a table of the abstract collections and the classes of a few modules of the standard library, which are looked at, never
called. It must not know a project.
"""

from __future__ import annotations

import builtins
import importlib
from functools import lru_cache

# A class with its parameters, + for covariant and - for contravariant, and the bases it is known to have.
_TABLE = """
collections.abc.Container +T :
collections.abc.Hashable :
collections.abc.Sized :
collections.abc.Iterable +T :
collections.abc.Iterator +T : collections.abc.Iterable[T]
collections.abc.Reversible +T : collections.abc.Iterable[T]
collections.abc.Generator +Y -S +R : collections.abc.Iterator[Y]
collections.abc.Collection +T : collections.abc.Iterable[T] collections.abc.Container[T] collections.abc.Sized
collections.abc.Sequence +T : collections.abc.Reversible[T] collections.abc.Collection[T]
collections.abc.MutableSequence T : collections.abc.Sequence[T]
collections.abc.Set +T : collections.abc.Collection[T]
collections.abc.MutableSet T : collections.abc.Set[T]
collections.abc.Mapping K +V : collections.abc.Collection[K]
collections.abc.MutableMapping K V : collections.abc.Mapping[K,V]
collections.abc.KeysView +K : collections.abc.Set[K]
collections.abc.ValuesView +V : collections.abc.Collection[V]
collections.abc.Awaitable +T :
collections.abc.Coroutine +Y -S +R : collections.abc.Awaitable[R]
collections.abc.AsyncIterable +T :
collections.abc.AsyncIterator +T : collections.abc.AsyncIterable[T]
collections.abc.AsyncGenerator +Y -S : collections.abc.AsyncIterator[Y]
contextlib.AbstractContextManager +T :
contextlib.AbstractAsyncContextManager +T :
asyncio.Future T : collections.abc.Awaitable[T]
asyncio.Task +T : collections.abc.Awaitable[T]
os.PathLike +T :
re.Pattern T :
re.Match T :
type +T :
str : collections.abc.Sequence[str] collections.abc.Hashable
bytes : collections.abc.Sequence[int] collections.abc.Hashable
bytearray : collections.abc.MutableSequence[int]
range : collections.abc.Sequence[int] collections.abc.Hashable
int : collections.abc.Hashable
float : collections.abc.Hashable
complex : collections.abc.Hashable
bool : int
None : collections.abc.Hashable
tuple +T : collections.abc.Sequence[T] collections.abc.Hashable
list T : collections.abc.MutableSequence[T]
set T : collections.abc.MutableSet[T]
frozenset +T : collections.abc.Set[T] collections.abc.Hashable
dict K V : collections.abc.MutableMapping[K,V]
collections.deque T : collections.abc.MutableSequence[T]
collections.defaultdict K V : dict[K,V]
collections.OrderedDict K V : dict[K,V]
collections.Counter K : dict[K,int]
pathlib.PurePath : os.PathLike[str] collections.abc.Hashable
"""

# Modules whose classes are looked at; importing one runs nothing but the standard library.
_MODULES = frozenset(
    "asyncio collections concurrent.futures contextlib datetime decimal enum fractions io ipaddress logging os "
    "pathlib re threading types uuid zoneinfo".split()
)


class Known(dict[str, tuple[tuple[str, ...], tuple[str, ...]]]):
    """The table: parameters, with their variance as a sign in front, and the texts of the bases, by dotted name."""


def _read() -> Known:
    known = Known()
    for line in _TABLE.strip().splitlines():
        head, _, bases = line.partition(":")
        name, *parameters = head.split()
        known[name] = tuple(parameters), tuple(bases.split())
    return known


KNOWN = _read()

# What checkers accept although no class inherits so.
PROMOTIONS = {"int": ("float", "complex"), "float": ("complex",)}


@lru_cache(maxsize=1024)
def library_class(path: str) -> type | None:
    """The class a dotted name of builtins or of a few modules of the standard library stands for; None otherwise."""
    module, _, name = path.rpartition(".")
    if module in ("", "builtins"):
        found = getattr(builtins, name, None)
    elif module in _MODULES:
        found = getattr(importlib.import_module(module), name, None)
    else:
        return None
    return found if isinstance(found, type) else None


@lru_cache(maxsize=1024)
def library_bases(path: str) -> tuple[str, ...] | None:
    """The dotted names of the classes a library class inherits from, nearest first; None when it is not known."""
    if path == "None":
        return ()
    found = library_class(path)
    if found is None:
        return () if path in KNOWN else None
    return tuple(_path(cls) for cls in found.__mro__[1:-1])


def _path(cls: type) -> str:
    return (
        cls.__name__
        if cls.__module__ == "builtins"
        else f"{cls.__module__}.{cls.__qualname__}"
    )


def library_has(path: str, name: str) -> bool | None:
    """Whether a library class has a member of this name; None when the class is not known."""
    found = library_class(path)
    return None if found is None else hasattr(found, name)
