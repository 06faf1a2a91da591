"""The head of a class statement: its kind, bases, keywords and decorators.

Knows what the model says by a key and what stays a decorator or a base. It must not know what stands in the body.
"""

from __future__ import annotations

import ast
import builtins
from typing import NamedTuple

from codegen.model import Dataclass, Deprecation
from codegen.readers.source import decorators
from codegen.readers.source.ancestry import ClassKind
from codegen.readers.source.scopes import Scope, Unknown
from codegen.readers.source.typing_forms import typing_name
from codegen.readers.source.world import Found


class Head(NamedTuple):
    """What the head of a class says."""

    kind: ClassKind
    bases: tuple[str, ...]
    keywords: dict[str, str]
    total: bool
    decorators: tuple[str, ...]
    dataclass: Dataclass | None
    deprecated: Deprecation | None
    runtime_checkable: bool


def read_head(
    scope: Scope, node: ast.ClassDef, kind: ClassKind, parameters: dict[str, Found]
) -> Head:
    """Read the head of a class; ``parameters`` are the type parameters it declares for itself."""
    keywords, total = _keywords(scope, node)
    head = Head(
        kind=kind,
        bases=_bases(scope, node, kind, parameters),
        keywords=keywords,
        total=total,
        decorators=(),
        dataclass=None,
        deprecated=None,
        runtime_checkable=False,
    )
    for decorator in node.decorator_list:
        head = _decorated(scope, head, decorator)
    return head


def _decorated(scope: Scope, head: Head, decorator: ast.expr) -> Head:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    path = scope.path(called)
    if path == "dataclasses.dataclass":
        return head._replace(dataclass=_dataclass(scope, decorator))
    if typing_name(path) == "runtime_checkable" and head.kind == "protocol":
        return head._replace(runtime_checkable=True)
    deprecated = decorators.known_deprecation(path, decorator)
    if deprecated is not None:
        return head._replace(deprecated=deprecated)
    text = decorators.other_decorator(scope, decorator)
    if text is None:
        return head
    return head._replace(decorators=(*head.decorators, text))


def _dataclass(scope: Scope, decorator: ast.expr) -> Dataclass:
    options: dict[str, bool] = {}
    for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
        match keyword:
            case ast.keyword(arg=str(name), value=ast.Constant(value=bool(given))) if (
                name in Dataclass.__struct_fields__
            ):
                options[name] = given
            case _:
                message = "an option of the dataclass is left out: it is computed"
                scope.source.losses.report(keyword.value, "loss-decorator", message)
    return Dataclass(**options)


def _bases(
    scope: Scope, node: ast.ClassDef, kind: ClassKind, parameters: dict[str, Found]
) -> tuple[str, ...]:
    found = [text for base in node.bases if (text := _base(scope, base)) is not None]
    found = list(dict.fromkeys(found))
    if parameters:
        _add_type_parameters(scope, node, kind, parameters, found)
    return tuple(_without_implied(found, kind))


def _base(scope: Scope, base: ast.expr) -> str | None:
    if isinstance(base, ast.Starred | ast.Call):
        message = "a base that is computed is left out"
        scope.source.losses.report(base, "loss-base", message)
        return None
    try:
        text = scope.type(base)
    except Unknown as problem:
        message = f"a base is left out: {problem.message}"
        scope.source.losses.report(base, "loss-base", message)
        return None
    return None if text in ("object", "Any") else text


def _add_type_parameters(
    scope: Scope,
    node: ast.ClassDef,
    kind: ClassKind,
    parameters: dict[str, Found],
    bases: list[str],
) -> None:
    """Say by a base what the class declares in PEP 695's syntax."""
    declared = {
        parameter.name: type(parameter).__name__
        for parameter in getattr(node, "type_params", ())
    }
    shown: list[str] = []
    for name, found in parameters.items():
        text = scope.spell_own(name, found)
        if declared[name] == "TypeVarTuple":
            text = f"{scope.standard('typing.Unpack')}[{text}]"
        shown.append(text)
    arguments = f"[{', '.join(shown)}]"
    for index, base in enumerate(bases):
        if kind == "protocol" and base.rpartition(".")[2] == "Protocol":
            bases[index] += arguments
            return
    bases.append(scope.standard("typing.Generic") + arguments)


_IMPLIED = {
    "protocol": ("Protocol", "typing.Protocol"),
    "enum": ("enum.Enum",),
    "exception": ("Exception",),
    "typed-dict": ("TypedDict", "typing.TypedDict"),
    "named-tuple": ("NamedTuple", "typing.NamedTuple"),
}


def _without_implied(bases: list[str], kind: ClassKind) -> list[str]:
    """The bases without the one that the kind of the class adds by itself."""
    implied = _IMPLIED.get(kind, ())
    if kind in ("protocol", "named-tuple"):
        return [base for base in bases if base not in implied]
    if kind == "enum" and bases and bases[-1] in implied:
        mixed_in = bases[:-1]
        return mixed_in if all(hasattr(builtins, base) for base in mixed_in) else bases
    return [] if len(bases) == 1 and bases[0] in implied else bases


def _keywords(scope: Scope, node: ast.ClassDef) -> tuple[dict[str, str], bool]:
    keywords: dict[str, str] = {}
    total = True
    for keyword in node.keywords:
        match keyword:
            case ast.keyword(arg="total", value=ast.Constant(value=bool(given))):
                total = given
                continue
            case _:
                pass
        try:
            if keyword.arg is None:
                raise Unknown("it is computed", "loss-base")
            keywords[keyword.arg] = scope.value(keyword.value)
        except Unknown as problem:
            shown = keyword.arg or "**"
            message = f"the class keyword '{shown}' is left out: {problem.message}"
            scope.source.losses.report(keyword.value, "loss-base", message)
    return keywords, total
