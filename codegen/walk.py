"""Every expression of a module with the path that leads to it, so that rules need not know the model's shape.

Knows which keys of the model hold types, values and cores. It must not judge what it finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from codegen.model import Class, Function, Module, Parameter, Property, Returns

Path = tuple[str | int, ...]


class Expression(NamedTuple):
    """A type or value expression of a spec, and where it stands: as a value, or as a ``key``."""

    path: Path
    text: str
    role: Literal["type", "value", "base"]
    key: bool = False


def expressions(module: Module) -> Iterator[Expression]:
    """Yield every type and value expression of a module."""
    for name, variable in module.type_variables.items():
        path: Path = ("type_variables", name)
        if variable.bound is not None:
            yield Expression((*path, "bound"), variable.bound, "type")
        for index, constraint in enumerate(variable.constraints):
            yield Expression((*path, "constraints", index), constraint, "type")
        if variable.default is not None:
            yield Expression((*path, "default"), variable.default, "type")
    for name, alias in module.type_aliases.items():
        yield Expression(("type_aliases", name, "type"), alias.type, "type")
    for name, constant in module.variables.items():
        path = ("variables", name)
        yield Expression((*path, "type"), constant.type, "type")
        if constant.value is not None:
            yield Expression((*path, "value"), constant.value, "value")
    for path, cls in classes(module):
        yield from _of_class(path, cls)
    for name, function in module.functions.items():
        yield from _of_function(("functions", name), function)


def classes(module: Module) -> Iterator[tuple[Path, Class]]:
    """Yield every class of a module, nested ones after their owner."""
    for name, cls in module.classes.items():
        yield from _nested_classes(("classes", name), cls)


def functions(module: Module) -> Iterator[tuple[Path, Function, Class | None]]:
    """Yield every function and method of a module, with the class it belongs to."""
    for path, cls in classes(module):
        for name, method in cls.methods.items():
            yield (*path, "methods", name), method, cls
    for name, function in module.functions.items():
        yield ("functions", name), function, None


def _nested_classes(path: Path, cls: Class) -> Iterator[tuple[Path, Class]]:
    yield path, cls
    for name, inner in cls.classes.items():
        yield from _nested_classes((*path, "classes", name), inner)


def _of_class(path: Path, cls: Class) -> Iterator[Expression]:
    for index, base in enumerate(cls.bases):
        yield Expression((*path, "bases", index), base, "base")
    yield from _of_decorators(path, cls.decorators)
    for keyword, text in cls.keywords.items():
        yield Expression((*path, "keywords", keyword), text, "value")
    if cls.parameters:
        yield from _of_parameters((*path, "parameters"), cls.parameters)
    for exception in cls.raises:
        yield Expression((*path, "raises", exception), exception, "type", key=True)
    for name, attribute in cls.attributes.items():
        if attribute.type is not None:
            yield Expression(
                (*path, "attributes", name, "type"), attribute.type, "type"
            )
        for key, value in (("value", attribute.value), ("factory", attribute.factory)):
            if value is not None:
                yield Expression((*path, "attributes", name, key), value, "value")
    for name, prop in cls.properties.items():
        yield from _of_property((*path, "properties", name), prop)
        for exception in prop.raises:
            yield Expression(
                (*path, "properties", name, "raises", exception),
                exception,
                "type",
                key=True,
            )
    for name, method in cls.methods.items():
        yield from _of_function((*path, "methods", name), method)


def _of_property(path: Path, prop: Property) -> Iterator[Expression]:
    yield Expression((*path, "type"), prop.type, "type")
    for key, text in (("accepts", prop.accepts), ("receiver", prop.receiver)):
        if text is not None:
            yield Expression((*path, key), text, "type")
    if prop.decorator is not None:
        yield Expression((*path, "decorator"), prop.decorator, "value")
    yield from _of_decorators(path, prop.decorators)


def _of_decorators(path: Path, decorators: tuple[str, ...]) -> Iterator[Expression]:
    for index, decorator in enumerate(decorators):
        yield Expression((*path, "decorators", index), decorator, "value")


def _of_function(path: Path, function: Function) -> Iterator[Expression]:
    if function.parameters:
        yield from _of_parameters((*path, "parameters"), function.parameters)
    yield from _of_returns((*path, "returns"), function.returns)
    for index, overload in enumerate(function.overloads):
        here = (*path, "overloads", index)
        yield from _of_parameters((*here, "parameters"), overload.parameters)
        yield from _of_returns((*here, "returns"), overload.returns)
        yield from _of_receiver(here, overload.receiver)
        yield from _of_decorators(here, overload.decorators)
    for exception in function.raises:
        yield Expression((*path, "raises", exception), exception, "type", key=True)
    yield from _of_receiver(path, function.receiver)
    yield from _of_decorators(path, function.decorators)


def _of_receiver(path: Path, receiver: str | None) -> Iterator[Expression]:
    if receiver is not None:
        yield Expression((*path, "receiver"), receiver, "type")


def _of_parameters(
    path: Path, parameters: dict[str, Parameter]
) -> Iterator[Expression]:
    for name, parameter in parameters.items():
        if parameter.type is not None:
            yield Expression((*path, name, "type"), parameter.type, "type")
        if parameter.default is not None:
            yield Expression((*path, name, "default"), parameter.default, "value")
        if parameter.factory is not None:
            yield Expression((*path, name, "factory"), parameter.factory, "value")


def _of_returns(path: Path, returns: Returns) -> Iterator[Expression]:
    if returns.type is not None:
        yield Expression((*path, "type"), returns.type, "type")


def core_references(module: Module) -> Iterator[tuple[Path, str]]:
    """Yield every core a module names, with the path of the key that names it."""
    if module.main:
        yield ("main",), module.main
    for name, variable in module.variables.items():
        if variable.core:
            yield ("variables", name, "core"), variable.core
    for path, cls in classes(module):
        if cls.core:
            yield (*path, "core"), cls.core
        for name, prop in cls.properties.items():
            for key, core in (("core", prop.core), ("setter", prop.setter)):
                if core:
                    yield (*path, "properties", name, key), core
    for path, function, _ in functions(module):
        if function.core:
            yield (*path, "core"), function.core


def class_path(name: str) -> Path:
    """The keys that lead to a class by its name, which may stand inside others."""
    path: Path = ()
    for part in name.split("."):
        path = (*path, "classes", part)
    return path
