"""Bases: whether Python can make a class from what it is said to inherit."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from functools import lru_cache

from codegen import types
from codegen.checks.base import Context, Finding
from codegen.checks.chains import LONGEST_CHAIN, Chains
from codegen.model import Class, Module, TypeAlias
from codegen.package import BUILTIN_NAMES, Package, Symbol
from codegen.walk import Path, classes


def bases(module: Module, context: Context) -> Iterator[Finding]:
    """No class inherits from itself or from something that is no class."""
    lines = Lines.of(context.package)
    for path, cls in classes(module):
        for index, base in enumerate(cls.bases):
            here = (*path, "bases", index)
            message = _base_problem(base, cls, module, context.package)
            if message:
                yield Finding("not-a-class", here, message)
        name = class_path(path, module)
        cycle = lines.circle(name)
        if cycle:
            names = " -> ".join(step.rpartition(".")[2] for step in cycle)
            message = f"'{path[-1]}' inherits from itself: {names}"
            yield Finding("cyclic-bases", (*path, "bases"), message, key=True)
        elif lines.too_long(name):
            message = (
                f"'{path[-1]}' inherits from more than {LONGEST_CHAIN} classes in a row"
            )
            yield Finding("chain-length", (*path, "bases"), message, key=True)
        elif lines.sound(name):
            message = _order_problem(cls, module, context.package)
            if message:
                yield Finding("base-order", (*path, "bases"), message, key=True)


class Lines:
    """Which classes of a package inherit from which."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._above: dict[str, tuple[str, ...]] = {}
        self.chains = Chains(self._bases)

    @staticmethod
    @lru_cache(maxsize=1)
    def of(package: Package) -> Chains:
        """The lines of a package, kept from one module's check to the next."""
        return Lines(package).chains

    def _bases(self, path: str) -> tuple[str, ...]:
        if path not in self._above:
            found: dict[str, None] = {}
            symbol = self._package.lookup(path)
            if symbol is not None and isinstance(symbol.definition, Class):
                for base in symbol.definition.bases:
                    for reference in types.references_of(base)[:1]:
                        parent = self._package.find(symbol.module, reference.name)
                        if parent and isinstance(parent.definition, Class):
                            found[parent.path] = None
            self._above[path] = tuple(found)
        return self._above[path]


def class_path(path: Path, module: Module) -> str:
    """The dotted name of the class at a path of a spec, nested ones through their outer class."""
    names = [str(step) for step in path[1::2]]
    home = module.classes[names[0]].defined_in or module.module
    return ".".join([home, *names])


# Forms of typing that a class statement refuses.
_NO_BASES = frozenset(
    "Annotated AnyStr ClassVar Concatenate Final Literal LiteralString Never NoReturn "
    "NotRequired Optional Required Self TypeGuard Union Unpack".split()
)


def _base_problem(
    base: str, cls: Class, module: Module, package: Package, above: int = 0
) -> str:
    """Why Python refuses a base; nothing when it does not, or when the base is reported elsewhere."""
    if above > LONGEST_CHAIN:
        return ""
    try:
        tree = types.parse_type(base)
    except types.ExpressionError:
        return ""
    if isinstance(tree, ast.Subscript):
        tree = tree.value
    name = types.dotted(tree)
    if name is None:
        return f"{types.shorten(base)} is not a class"
    path = package.canonical(module.module, name) or ""
    symbol = package.lookup(path)
    if symbol is not None:
        return _project_base_problem(name, symbol, cls, package, above)
    if path.startswith("typing.") and path.rpartition(".")[2] in _NO_BASES:
        return f"'{name}' is a form of type, not a class"
    if path in BUILTIN_NAMES:
        found = getattr(builtins, path)
        if not isinstance(found, type):
            return f"'{name}' is not a class"
        if _made_by_python(cls.bases[0], (found,)):
            return f"Python does not let classes inherit from '{name}'"
    return ""


def _project_base_problem(
    name: str, symbol: Symbol, cls: Class, package: Package, above: int
) -> str:
    match symbol.definition:
        case Class(kind=kind) if cls.kind == "protocol" and kind != "protocol":
            return (
                f"'{name}' is not a protocol, and protocols inherit from nothing else"
            )
        case Class(kind="enum", attributes=attributes) if attributes:
            return f"'{name}' is an enum with members, which nothing inherits from"
        case Class():
            return ""
        case TypeAlias(type=text):
            owner = package.modules[symbol.module]
            if _base_problem(text, cls, owner, package, above + 1):
                return f"'{name}' stands for {types.shorten(text)}, which is no class"
            return ""
        case _:
            return f"'{name}' is not a class"


def _made_by_python(name: str, parents: tuple[type, ...]) -> str:
    """Make an empty class to see whether Python can; return its complaint."""
    try:
        type(name, parents, {})
    except TypeError as error:
        return " ".join(str(error).split())
    return ""


def _order_problem(cls: Class, module: Module, package: Package) -> str:
    """Why Python cannot order several bases; it is asked with empty classes in their place."""
    if len(cls.bases) < 2:
        return ""
    parents = _stand_ins(module.module, cls, package, {})
    names = [parent.__name__ for parent in parents]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None and len(set(parents)) < len(parents):
        return f"'{twice}' is given twice"
    complaint = _made_by_python("Class", parents)
    if "MRO" in complaint:
        order = ", ".join(names)
        return f"Python finds no method resolution order for the bases {order}"
    if complaint:
        return f"Python cannot combine the bases {', '.join(names)}"
    return ""


def _stand_ins(
    module_name: str, cls: Class, package: Package, made: dict[str, type]
) -> tuple[type, ...]:
    """Empty classes that inherit as the bases of a class do; bases from elsewhere are left out."""
    found: list[type] = []
    for base in cls.bases:
        for reference in types.references_of(base)[:1]:
            path = package.canonical(module_name, reference.name) or ""
            symbol = package.lookup(path)
            if symbol is not None and isinstance(symbol.definition, Class):
                if path not in made:
                    made[path] = object  # A circle ends here; it is reported elsewhere.
                    above = _stand_ins(symbol.module, symbol.definition, package, made)
                    possible = not _made_by_python(symbol.name, above)
                    made[path] = type(symbol.name, above if possible else (), {})
                found.append(made[path])
            elif isinstance(getattr(builtins, path, None), type):
                found.append(getattr(builtins, path))
    return tuple(found)
