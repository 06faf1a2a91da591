"""The classes of a generated module: what stands in a body, and in which order.

Knows constructors, properties and which methods are written at all. It must not know how variables and functions are
written.
"""

from __future__ import annotations

from collections.abc import Iterator

from codegen.emitters.python.bodies import arguments, delegation, missing
from codegen.emitters.python.declarations import Declarations
from codegen.emitters.python.documentation import described
from codegen.emitters.python.fields import variables
from codegen.emitters.python.formatting import docstring, wrapped
from codegen.emitters.python.functions import function_definition
from codegen.emitters.python.members import (
    CALLED_BY_PYTHON,
    has_init,
    member_names,
    pair_name,
)
from codegen.model import Class, Function, Property
from codegen.package import Symbol

Lines = list[str]


def class_definition(
    file: Declarations, symbol: Symbol, cls: Class, indent: str
) -> Lines:
    """The whole of a class, with the classes inside it."""
    inner = indent + "    "
    with file.names.inside(symbol.name, member_names(cls)):
        body = _class_body(file, symbol, cls, inner)
    lines = file.class_decorators(symbol, cls, indent)
    name = symbol.name.rpartition(".")[2]
    lines += file.class_line(symbol, cls, name, indent)
    return [*lines, *(body or [f"{inner}pass"])]


def _class_body(file: Declarations, symbol: Symbol, cls: Class, inner: str) -> Lines:
    parts: list[Lines] = []
    if cls.doc or cls.parameters or cls.raises:
        parts.append(_class_docstring(cls, inner))
    for name, nested in cls.classes.items():
        child = Symbol(symbol.module, f"{symbol.name}.{name}", nested, symbol.home)
        parts.append(class_definition(file, child, nested, inner))
    held = variables(file, symbol, cls, inner)
    if held:
        parts.append(held)
    parts += _constructor(file, symbol, cls, inner)
    for name, prop in cls.properties.items():
        parts += _property(file, symbol, cls, name, prop, inner)
    for name, method in cls.methods.items():
        parts += _method(file, symbol, cls, name, method, inner)
    return _spaced([part for part in parts if part])


def _class_docstring(cls: Class, indent: str) -> Lines:
    title = "Attributes" if cls.dataclass is not None else "Args"
    text = described(cls.doc, cls.parameters or {}, "", cls.raises, len(indent), title)
    return docstring(text, indent) if text else []


def _constructor(
    file: Declarations, symbol: Symbol, cls: Class, indent: str
) -> Iterator[Lines]:
    inner = indent + "    "
    if cls.dataclass is not None:
        if cls.core is not None:
            yield [
                f"{indent}def __post_init__(self) -> None:",
                *delegation(cls.core, ["self"], inner, frozenset()),
            ]
        return
    if not has_init(cls):
        return
    parameters = cls.parameters or {}
    init = Function(parameters=parameters)
    lines = file.deprecated_parameters(parameters, indent)
    lines += file.signature(symbol, "__init__", init, receiver="self", indent=indent)
    if cls.init_doc:
        lines += docstring(cls.init_doc, inner)
    if cls.core is not None:
        passed = ["self", *arguments(parameters)]
        lines += delegation(cls.core, passed, inner, frozenset(parameters))
    else:
        assignments: Lines = []
        for name in parameters if cls.stores else ():
            assignments += wrapped([f"{inner}self.{name} = {name}"], inner)
        lines += assignments or ([] if cls.init_doc else [f"{inner}pass"])
    yield lines


def _property(
    file: Declarations,
    symbol: Symbol,
    cls: Class,
    name: str,
    prop: Property,
    indent: str,
) -> Iterator[Lines]:
    inner = indent + "    "
    lines = file.property_head(symbol, prop, indent)
    text = docstring(described(prop.doc, {}, "", prop.raises, len(inner)), inner)
    abstract = prop.abstract or cls.kind == "protocol"
    empty = abstract and prop.core is None and not text
    end = " ..." if empty else ""
    lines += file.property_reader(symbol, name, prop, indent, end)
    lines += text
    if prop.core is not None:
        lines += delegation(prop.core, ["self"], inner, frozenset(), prefix="return ")
    elif abstract:
        lines += [] if empty else [f"{inner}raise NotImplementedError"]
    else:
        lines += missing(f"{symbol.public_path}.{name}", inner)
    yield lines
    absent = missing(f"{symbol.public_path}.{name}", inner)
    writer = file.property_writer(symbol, name, prop, indent, "")
    if writer and prop.setter is not None:
        passed = ["self", "value"]
        yield writer + delegation(prop.setter, passed, inner, frozenset(["value"]))
    elif writer:
        yield writer + absent
    if prop.deletable:
        yield file.property_deleter(name, prop, indent, "") + absent


def _method(
    file: Declarations,
    symbol: Symbol,
    cls: Class,
    name: str,
    method: Function,
    indent: str,
) -> Iterator[Lines]:
    if method.core is None and name in CALLED_BY_PYTHON:
        return
    if not method.sync_and_async:
        yield function_definition(file, symbol, name, method, cls, indent)
        return
    helper = pair_name(symbol.name, name)
    if method.binding == "instance":
        yield [
            *file.pair_reader(symbol, name, indent, ""),
            f'{indent}    """Call it to block; await its ``aio`` otherwise."""',
            *wrapped([f"{indent}    return {helper}(self)"], f"{indent}    "),
        ]
    else:
        marker = file.names.special("typing.ClassVar")
        line = f"{indent}{name}: {marker}[{helper}] = {helper}()"
        yield wrapped([line], indent)


def _spaced(parts: list[Lines]) -> Lines:
    lines: Lines = []
    for part in parts:
        lines += [*([""] if lines else []), *part]
    return lines
