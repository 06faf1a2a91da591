"""What a class of the model is in Python: the names its body binds, how it is made, what its methods take first.

Knows which classes and methods are written in which way. It must not know how a line of them looks.
"""

from __future__ import annotations

from collections.abc import Iterator

from codegen.model import Class, Function
from codegen.package import Symbol

# What Python calls to make classes and instances: without a core, its own way is the only one that works.
CALLED_BY_PYTHON = frozenset(
    "__new__ __init__ __post_init__ __init_subclass__ __class_getitem__ __set_name__ __prepare__".split()
)


def has_init(cls: Class) -> bool:
    """Whether a class has an ``__init__`` that is written out, not made by a decorator or a metaclass."""
    if cls.dataclass is not None or cls.parameters is None:
        return False
    return cls.kind in ("class", "exception")


def has_fields(cls: Class) -> bool:
    """Whether the parameters of a class are fields, from which Python makes the constructor."""
    return cls.dataclass is not None or cls.kind == "named-tuple"


def receiver(function: Function) -> str | None:
    """The implicit first parameter of a method."""
    return {"instance": "self", "class": "cls", "static": None}[function.binding]


def member_names(cls: Class) -> frozenset[str]:
    """The names a class body binds, which annotations inside it would find before builtins and imports."""
    names = {*cls.methods, *cls.properties, *cls.attributes, *cls.classes}
    if has_fields(cls):
        names |= (cls.parameters or {}).keys()
    return frozenset(names)


def pair_name(owner: str, name: str) -> str:
    """The name of the helper class behind a callable that can also be awaited."""
    words = "".join(word.capitalize() for word in name.split("_"))
    # Two leading underscores would be mangled inside the class.
    bare, public = owner.lstrip("_"), name.lstrip("_")
    private = "_" * (len(owner) - len(bare) + len(name) - len(public))
    return f"_{bare.replace('.', '')}{words}{private}"


def pairs(symbol: Symbol, cls: Class) -> Iterator[tuple[Symbol, str, Function]]:
    """Every method of a class and of those inside it that can also be awaited, with the class it belongs to."""
    for name, method in cls.methods.items():
        if method.sync_and_async:
            yield symbol, name, method
    for name, inner in cls.classes.items():
        child = Symbol(symbol.module, f"{symbol.name}.{name}", inner, symbol.home)
        yield from pairs(child, inner)
