"""Decorators of a source: what the model has keys for, and the others as text.

Knows which decorators say what a function is bound to, that it is abstract or deprecated. It must not know what is
decorated.
"""

from __future__ import annotations

import ast
import re
from typing import Literal, NamedTuple

from codegen import spelling
from codegen.model import Deprecation
from codegen.readers.source.bindings import FunctionNode
from codegen.readers.source.scopes import Scope, Unknown
from codegen.readers.source.world import Found

Binding = Literal["instance", "class", "static"]

# Methods that Python binds to the class without being told.
_BOUND_TO_CLASS = frozenset(("__new__", "__init_subclass__", "__class_getitem__"))

ABSTRACT = frozenset(("abc.abstractmethod", "abc.abstractproperty"))
_DEPRECATED = frozenset(("warnings.deprecated", "typing_extensions.deprecated"))
_MESSAGE = re.compile(
    r"deprecated since (?P<since>[^;]+?)(; to be removed in (?P<remove_in>[^;]+?))?(; use (?P<use>.+) instead)?"
)

# The decorator that generated packages carry with them.
_OF_PARAMETERS = "._deprecated.deprecated_parameters"

# Decorators that neither type checkers nor users of a stub ever notice.
_UNSEEN = frozenset(("functools.wraps", "functools.update_wrapper"))


class Decorated(NamedTuple):
    """What the decorators of a function say."""

    binding: Binding = "instance"
    abstract: bool = False
    deprecated: Deprecation | None = None
    others: tuple[str, ...] = ()


def decorators(scope: Scope, node: FunctionNode, *, method: bool) -> Decorated:
    """Read the decorators of a function, ``overload`` and those of a property left out."""
    binding: Binding = "instance"
    if method and node.name in _BOUND_TO_CLASS:
        binding = "class"
    abstract = False
    deprecated: Deprecation | None = None
    others: list[str] = []
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        path = scope.path(called)
        if method and path in ("builtins.staticmethod", "builtins.classmethod"):
            binding = "static" if path.endswith("staticmethod") else "class"
            if others:
                others.append(f"{binding}method")
        elif path in ABSTRACT:
            abstract = True
        elif path.endswith((".overload", _OF_PARAMETERS)) or path in _UNSEEN:
            continue
        elif (known := known_deprecation(path, decorator)) is not None:
            deprecated = known
        elif (text := other_decorator(scope, decorator)) is not None:
            others.append(text)
    return Decorated(binding, abstract, deprecated, tuple(others))


def other_decorator(scope: Scope, decorator: ast.expr) -> str | None:
    """A decorator the model has no key for, as text; None, with a finding, when it cannot stand in a stub."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    shown = ast.unparse(called)
    name = scope.find(shown)
    if isinstance(name, Found) and not scope.is_typed(name):
        message = (
            f"the decorator '{shown}' is left out: it does not say what it returns"
        )
        scope.source.losses.report(decorator, "loss-decorator", message)
        return None
    try:
        return scope.value(decorator)
    except Unknown as problem:
        message = f"the decorator '{shown}' is left out: {problem.message}"
        scope.source.losses.report(decorator, "loss-decorator", message)
        return None


def known_deprecation(path: str, decorator: ast.expr) -> Deprecation | None:
    """What a ``deprecated`` decorator says, when its message has the form the model writes."""
    match decorator:
        case ast.Call(args=[ast.Constant(value=str(message))], keywords=[]):
            # The second is the one that generated packages carry with them.
            known = path in _DEPRECATED or path.endswith("._deprecated.deprecated")
            match = _MESSAGE.fullmatch(message) if known else None
            return Deprecation(**match.groupdict()) if match else None
        case _:
            return None


def deprecated_parameters(scope: Scope, node: FunctionNode) -> dict[str, Deprecation]:
    """The parameters that warn when they are passed, as generated packages say it."""
    found: dict[str, Deprecation] = {}
    for decorator in node.decorator_list:
        match decorator:
            case ast.Call(func=called, keywords=keywords):
                if not scope.path(called).endswith(_OF_PARAMETERS):
                    continue
            case _:
                continue
        for keyword in keywords:
            match keyword:
                case ast.keyword(arg=str(name), value=ast.Constant(value=str(text))):
                    message = text.removeprefix(f"the parameter '{name}' is ")
                    said = _MESSAGE.fullmatch(message)
                    if said is not None:
                        found[name] = Deprecation(**said.groupdict())
    return found


def deprecation(scope: Scope, deprecated: Deprecation) -> str:
    """A deprecation as a decorator, as text."""
    parts = [f"deprecated since {deprecated.since}"]
    if deprecated.remove_in:
        parts.append(f"to be removed in {deprecated.remove_in}")
    if deprecated.use:
        parts.append(f"use {deprecated.use} instead")
    name = scope.standard("typing_extensions.deprecated")
    return f"{name}({spelling.quote('; '.join(parts))})"
