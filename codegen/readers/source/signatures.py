"""Functions and methods of a source as the model's functions: kinds, defaults, decorators, overloads, texts.

Knows what a ``def`` statement says. It must not know which functions are wanted.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from msgspec import structs

from codegen import spelling, types
from codegen.model import (
    Deprecation,
    Function,
    Overload,
    Parameter,
    ParameterKind,
    Returns,
)
from codegen.readers.source.bindings import FunctionNode, docstring, is_overload
from codegen.readers.source.docstrings import described
from codegen.readers.source.scopes import Scope, Unknown
from codegen.readers.source.typing_forms import type_parameters
from codegen.readers.source.world import Found
from codegen.types import dotted

Binding = Literal["instance", "class", "static"]

# The model's own text, so that it is known for the default when a spec is written.
USUAL_KIND: ParameterKind = Parameter().kind
_NOTHING = Function().returns
_NOTHING_OVERLOADED = Overload().returns

# Methods that Python binds to the class without being told.
_BOUND_TO_CLASS = frozenset(("__new__", "__init_subclass__", "__class_getitem__"))

ABSTRACT = frozenset(("abc.abstractmethod", "abc.abstractproperty"))
_DEPRECATED = frozenset(("warnings.deprecated", "typing_extensions.deprecated"))
_MESSAGE = re.compile(
    r"deprecated since (?P<since>[^;]+?)(; to be removed in (?P<remove_in>[^;]+?))?(; use (?P<use>\S+) instead)?"
)

_OF_ALL_OVERLOADS = frozenset(("final", "override"))

# Decorators that neither type checkers nor users of a stub ever notice.
_UNSEEN = frozenset(("functools.wraps", "functools.update_wrapper"))


class Decorated(NamedTuple):
    """What the decorators of a function say."""

    binding: Binding = "instance"
    abstract: bool = False
    deprecated: Deprecation | None = None
    others: tuple[str, ...] = ()


def any_type(scope: Scope) -> str:
    """How the spec of a scope writes ``typing.Any``."""
    return scope.standard("typing.Any")


def annotation(scope: Scope, node: ast.expr | None, what: str, at: ast.AST) -> str:
    """The type an annotation says; Any, with a finding, when there is none or it cannot be kept."""
    if node is None:
        message = f"{what} has no type and becomes Any"
        scope.source.losses.report(at, "loss-untyped", message)
        return any_type(scope)
    try:
        text = scope.type(node)
        if "TypedDict" in text and "TypedDict" in map(
            dotted, ast.walk(types.parse_type(text))
        ):
            raise Unknown("'TypedDict' only makes types", "loss-type")
        return text
    except Unknown as problem:
        message = f"the type of {what} becomes Any: {problem.message}"
        scope.source.losses.report(node, problem.rule, message)
        return any_type(scope)


def value(scope: Scope, node: ast.expr, what: str) -> str:
    """A default or constant; ``...``, with a finding, when a spec cannot hold it."""
    try:
        return scope.value(node)
    except Unknown as problem:
        message = f"the value of {what} becomes '...': {problem.message}"
        rule = "loss-value" if problem.rule == "loss-name" else problem.rule
        scope.source.losses.report(node, rule, message)
        return "..."


def function(scope: Scope, nodes: Sequence[FunctionNode], *, method: bool) -> Function:
    """Read the statements that define one function: its overloads and its implementation."""
    alternatives = [node for node in nodes if is_overload(node)]
    *_, last = nodes
    if len(alternatives) < 2:
        return _single(scope, last, method=method)
    main = _single(scope, last, method=method) if not is_overload(last) else None
    whole = main or _open(scope, alternatives, method=method)
    read = [_signature(scope, node, method=method) for node in alternatives]
    deprecated = whole.deprecated
    if any(decorated.deprecated != deprecated for decorated, _ in read):
        deprecated = None
    overloads = [_overload(scope, *one, deprecated) for one in read]
    first = _of_all(whole.decorators, overloads[0].decorators)
    overloads[0] = structs.replace(overloads[0], decorators=first)
    return structs.replace(
        whole,
        overloads=tuple(overloads),
        decorators=(),
        deprecated=deprecated,
        type_ignore=_ignores(scope, nodes),
    )


def _overload(
    scope: Scope, decorated: Decorated, signature: Function, known: Deprecation | None
) -> Overload:
    decorators = decorated.others
    if decorated.deprecated is not None and known is None:
        decorators += (_deprecation(scope, decorated.deprecated),)
    return Overload(
        parameters=signature.parameters,
        returns=(
            _NOTHING_OVERLOADED if signature.returns is _NOTHING else signature.returns
        ),
        receiver=signature.receiver,
        decorators=decorators,
    )


def _of_all(of_implementation: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    """The decorators of the first overload: in a stub it carries those that hold for all."""
    shared = [d for d in of_implementation if d.rpartition(".")[2] in _OF_ALL_OVERLOADS]
    return tuple(dict.fromkeys((*shared, *own)))


def _open(scope: Scope, nodes: Sequence[FunctionNode], *, method: bool) -> Function:
    """What stands for the implementation in a stub, which has none."""
    decorated, first = _signature(scope, nodes[0], method=method)
    return Function(
        doc=next((text for node in nodes if (text := _text(scope, node))), ""),
        parameters={
            "args": Parameter(type=any_type(scope), kind="var-positional"),
            "kwargs": Parameter(type=any_type(scope), kind="var-keyword"),
        },
        returns=(
            _NOTHING if nodes[0].name == "__init__" else Returns(type=any_type(scope))
        ),
        binding=decorated.binding,
        asynchronous=first.asynchronous,
        abstract=decorated.abstract,
    )


def _ignores(scope: Scope, nodes: Sequence[FunctionNode]) -> tuple[str, ...]:
    found = [code for node in nodes for code in scope.source.losses.type_ignores(node)]
    return ("*",) if "*" in found else tuple(dict.fromkeys(found))


def _single(scope: Scope, node: FunctionNode, *, method: bool) -> Function:
    decorated, signature = _signature(scope, node, method=method)
    texts = described(_text(scope, node), signature.parameters, scope.can_name)
    parameters = signature.parameters
    if texts.parameters:
        parameters = {
            name: _with_doc(parameter, texts.parameters.get(name, ""))
            for name, parameter in parameters.items()
        }
    returns = signature.returns
    if texts.returns:
        returns = Returns(type=returns.type, doc=texts.returns)
    return structs.replace(
        signature,
        doc=texts.doc,
        parameters=parameters,
        returns=returns,
        raises=errors(scope, texts.raises),
        binding=decorated.binding,
        abstract=decorated.abstract,
        deprecated=decorated.deprecated,
        decorators=decorated.others,
        type_ignore=scope.source.losses.type_ignores(node),
    )


def _text(scope: Scope, node: FunctionNode) -> str:
    return scope.source.visible(docstring(node), node)


def _with_doc(parameter: Parameter, doc: str) -> Parameter:
    return structs.replace(parameter, doc=doc) if doc else parameter


def errors(scope: Scope, raises: dict[str, str]) -> dict[str, str]:
    """The documented errors under the names the spec has for them."""
    return {scope.named(name): text for name, text in raises.items()}


def _signature(
    scope: Scope, node: FunctionNode, *, method: bool
) -> tuple[Decorated, Function]:
    inner = scope.with_type_parameters(type_parameters(scope, node))
    decorated = decorators(scope, node, method=method)
    bound = method and decorated.binding != "static"
    receiver, parameters = _parameters(inner, node, bound=bound)
    returns = _returns(inner, node)
    return decorated, Function(
        parameters=parameters,
        returns=returns,
        receiver=receiver,
        asynchronous=isinstance(node, ast.AsyncFunctionDef) and not _yields(node),
    )


def _yields(node: FunctionNode) -> bool:
    """Whether a function is a generator; an asynchronous one is called without awaiting it."""
    pending: list[ast.AST] = [*node.body]
    while pending:
        inner = pending.pop()
        if isinstance(inner, ast.Yield):
            return True
        if not isinstance(inner, FunctionNode | ast.ClassDef | ast.Lambda):
            pending += ast.iter_child_nodes(inner)
    return False


def _returns(scope: Scope, node: FunctionNode) -> Returns:
    if node.returns is None and node.name in ("__init__", "__init_subclass__"):
        return _NOTHING
    text = annotation(scope, node.returns, f"the result of '{node.name}'", node)
    return _NOTHING if text == "None" else Returns(type=text)


def _parameters(
    scope: Scope, node: FunctionNode, *, bound: bool
) -> tuple[str | None, dict[str, Parameter]]:
    listed = list(_listed(node.args))
    receiver = None
    if bound and listed and listed[0][2] in ("positional-only", USUAL_KIND):
        first = listed.pop(0)[0]
        if first.annotation is not None:
            receiver = annotation(scope, first.annotation, f"'{first.arg}'", first)
            receiver = (
                None
                if receiver in (any_type(scope), "Self", "type[Self]")
                else receiver
            )
    elif bound:
        message = f"'{node.name}' names no first parameter; it gets the usual one"
        scope.source.losses.report(node, "loss-receiver", message)
    parameters: dict[str, Parameter] = {}
    for argument, default, kind in listed:
        what = f"'{argument.arg}'"
        said = annotation(scope, argument.annotation, what, argument)
        if _is_none(default) and not scope.may_be_none(said):
            message = (
                f"{what} has the default None, so its type becomes '{said} | None'"
            )
            scope.source.losses.report(argument, "loss-type", message)
            said = f"{said} | None"
        parameters[argument.arg] = Parameter(
            type=said,
            default=None if default is None else value(scope, default, what),
            kind=kind,
        )
    return receiver, parameters


def _is_none(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _listed(
    arguments: ast.arguments,
) -> Iterator[tuple[ast.arg, ast.expr | None, ParameterKind]]:
    positional = [*arguments.posonlyargs, *arguments.args]
    missing = len(positional) - len(arguments.defaults)
    defaults: list[ast.expr | None] = [*[None] * missing, *arguments.defaults]
    for index, (argument, default) in enumerate(zip(positional, defaults, strict=True)):
        alone = index < len(arguments.posonlyargs)
        yield argument, default, "positional-only" if alone else USUAL_KIND
    if arguments.vararg is not None:
        yield arguments.vararg, None, "var-positional"
    for argument, default in zip(
        arguments.kwonlyargs, arguments.kw_defaults, strict=True
    ):
        yield argument, default, "keyword-only"
    if arguments.kwarg is not None:
        yield arguments.kwarg, None, "var-keyword"


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
        elif path.endswith(".overload") or path in _UNSEEN:
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
            match = _MESSAGE.fullmatch(message) if path in _DEPRECATED else None
            return Deprecation(**match.groupdict()) if match else None
        case _:
            return None


def _deprecation(scope: Scope, deprecated: Deprecation) -> str:
    parts = [f"deprecated since {deprecated.since}"]
    if deprecated.remove_in:
        parts.append(f"to be removed in {deprecated.remove_in}")
    if deprecated.use:
        parts.append(f"use {deprecated.use} instead")
    name = scope.standard("typing_extensions.deprecated")
    return f"{name}({spelling.quote('; '.join(parts))})"
