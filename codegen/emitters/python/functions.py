"""The functions and methods of a generated module, and the classes behind those that can also be awaited.

Knows what stands below the head of a callable: its docstring, then one delegation to a core or an error. It must not
know what else a class holds.
"""

from __future__ import annotations

from msgspec import structs

from codegen.emitters.python.bodies import (
    arguments,
    delegation,
    missing,
    returns_something,
)
from codegen.emitters.python.declarations import Declarations
from codegen.emitters.python.documentation import function_text
from codegen.emitters.python.formatting import docstring, wrapped
from codegen.emitters.python.members import receiver
from codegen.model import Class, Function, Overload
from codegen.package import Symbol

Lines = list[str]


def function_definition(
    file: Declarations,
    symbol: Symbol,
    name: str,
    function: Function,
    cls: Class | None,
    indent: str,
) -> Lines:
    """A function, or a method of a class, with its overloads."""
    first = receiver(function) if cls is not None else None
    lines: Lines = []
    for overload in function.overloads:
        lines += _overload(file, symbol, name, function, overload, first, indent)
    lines += file.function_decorators(symbol, name, function, indent)
    inner = indent + "    "
    text = docstring(function_text(function, len(inner)), inner)
    abstract = function.abstract or (cls is not None and cls.kind == "protocol")
    empty = abstract and function.core is None and not text
    lines += file.signature(
        symbol,
        name,
        function,
        receiver=first,
        asynchronous=function.asynchronous,
        indent=indent,
        end=": ..." if empty else ":",
    )
    lines += text
    if function.core is not None:
        lines += _delegated(function, first, inner)
    elif abstract:
        lines += [] if empty else [f"{inner}raise NotImplementedError"]
    else:
        where = symbol.public_path if cls is None else f"{symbol.public_path}.{name}"
        lines += missing(where, inner)
    return lines


def _overload(
    file: Declarations,
    symbol: Symbol,
    name: str,
    function: Function,
    overload: Overload,
    first: str | None,
    indent: str,
) -> Lines:
    lines = [f"{indent}@{file.names.special('typing.overload')}"]
    lines += file.decorators(symbol, overload.decorators, indent)
    lines += file.binding(name, function, indent)
    lines += file.signature(
        symbol,
        name,
        overload,
        receiver=first,
        asynchronous=function.asynchronous,
        indent=indent,
        end=": ...",
    )
    return [*lines, "", *([] if indent else [""])]


def _delegated(function: Function, first: str | None, indent: str) -> Lines:
    assert function.core is not None
    passed = [*([first] if first else []), *arguments(function.parameters)]
    prefix = "return " if returns_something(function) else ""
    if function.asynchronous:
        prefix += "await "
    taken = frozenset(function.parameters)
    return delegation(function.core, passed, indent, taken, prefix=prefix)


def pair_class(
    file: Declarations, symbol: Symbol, name: str, function: Function
) -> Lines:
    """The class behind a callable that blocks when called and awaits through ``aio``.

    ``symbol`` is the class of the method ``name``, or without a name the function itself.
    """
    owner = symbol if name else None
    label = f"{symbol.name}.{name}" if name else symbol.name
    how = f"Call ``{label}`` to block until it is done, or await ``{label}.aio``."
    doc = "\n\n".join(filter(None, (function.doc.strip("\n"), how)))
    text = function_text(structs.replace(function, doc=doc), 4)
    line = file.pair_line(owner, name or symbol.name, function)
    lines = wrapped([line])
    lines += [*docstring(text, "    "), ""]
    passed = arguments(function.parameters)
    taken = frozenset((*function.parameters, symbol.name.partition(".")[0]))
    if owner is not None and function.binding == "instance":
        lines += file.pair_constructor(owner, "")
        lines += ["        self._owner = owner", ""]
        passed.insert(0, "self._owner")
    elif owner is not None and function.binding == "class":
        passed.insert(0, symbol.name)
    label = f"{symbol.public_path}.{name}" if name else symbol.public_path
    blocking, awaiting = _pair_bodies(file, function, label, passed, taken)
    called = structs.replace(function, asynchronous=False, binding="instance")
    lines += [*_pair_signature(file, symbol, "__call__", called), *blocking, ""]
    awaited = structs.replace(called, asynchronous=True)
    lines += [*_pair_signature(file, symbol, "aio", awaited), *awaiting]
    return [*lines, "", ""]


def _pair_bodies(
    file: Declarations,
    function: Function,
    label: str,
    passed: list[str],
    taken: frozenset[str],
) -> tuple[Lines, Lines]:
    """The body that blocks and the one that awaits."""
    indent = " " * 8
    if function.core is None:
        return missing(label, indent), missing(label, indent)
    prefix = "return " if returns_something(function) else ""
    blocking = delegation(
        function.core,
        passed,
        indent,
        taken,
        prefix=prefix,
        through=file.style.blocking,
        first_party=file.style.first_party,
    )
    awaiting = delegation(
        function.core, passed, indent, taken, prefix=f"{prefix}await "
    )
    return blocking, awaiting


def _pair_signature(
    file: Declarations, symbol: Symbol, name: str, function: Function
) -> Lines:
    lines: Lines = []
    for overload in function.overloads:
        lines += _overload(file, symbol, name, function, overload, "self", "    ")
    lines += file.deprecation(function.deprecated, "    ")
    lines += file.deprecated_parameters(function.parameters, "    ")
    return lines + file.signature(
        symbol,
        name,
        function,
        receiver="self",
        asynchronous=function.asynchronous,
        indent="    ",
    )
