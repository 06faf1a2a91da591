"""Functions and methods of a source as the model's functions: kinds, defaults, overloads, texts.

Knows what a ``def`` statement says. It must not know which functions are wanted.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from msgspec import structs

from codegen import types
from codegen.model import (
    Deprecation,
    Function,
    Overload,
    Parameter,
    ParameterKind,
    Returns,
)
from codegen.readers.source.bindings import FunctionNode, docstring, is_overload
from codegen.readers.source.decorators import (
    Binding,
    Decorated,
    decorators,
    deprecated_parameters,
    deprecation,
)
from codegen.readers.source.docstrings import described
from codegen.readers.source.optional import may_be_none
from codegen.readers.source.scopes import Scope, Unknown
from codegen.readers.source.typing_forms import type_parameters
from codegen.types import dotted

# The model's own text, so that it is known for the default when a spec is written.
USUAL_KIND: ParameterKind = Parameter().kind
_NOTHING = Function().returns
_NOTHING_OVERLOADED = Overload().returns

_OF_ALL_OVERLOADS = frozenset(("final", "override"))


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
        decorators += (deprecation(scope, decorated.deprecated),)
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
        deprecated=decorated.deprecated,
    )


def _ignores(scope: Scope, nodes: Sequence[FunctionNode]) -> tuple[str, ...]:
    found = [code for node in nodes for code in scope.source.losses.type_ignores(node)]
    return ("*",) if "*" in found else tuple(dict.fromkeys(found))


def _single(scope: Scope, node: FunctionNode, *, method: bool) -> Function:
    decorated, signature = _signature(scope, node, method=method)
    texts = described(_text(scope, node), signature.parameters, scope.can_name)
    _report_types(scope, node, texts.types)
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


def _report_types(scope: Scope, node: FunctionNode, said: Mapping[str, str]) -> None:
    """Say which types only the docstring tells."""
    if not said:
        return
    arguments = node.args
    listed = [argument for argument, _, _ in _listed(arguments)]
    untyped = {one.arg: one for one in listed if one.annotation is None}
    for name, text in said.items():
        at = untyped.get(name) if name else (node if node.returns is None else None)
        if at is not None:
            what = f"'{name}'" if name else f"the result of '{node.name}'"
            message = f"only the docstring says that {what} is '{text}'"
            scope.source.losses.report(at, "loss-untyped", message)


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
    binding = decorated.binding if method else "static"
    receiver, parameters = _parameters(inner, node, binding)
    returns = _returns(inner, node)
    for name, deprecated in deprecated_parameters(scope, node).items():
        if name in parameters:
            parameters[name] = structs.replace(parameters[name], deprecated=deprecated)
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
    scope: Scope, node: FunctionNode, binding: Binding
) -> tuple[str | None, dict[str, Parameter]]:
    listed = list(_listed(node.args))
    receiver = None
    bound = binding != "static"
    if bound and listed and listed[0][2] in ("positional-only", USUAL_KIND):
        first = listed.pop(0)[0]
        _report_receiver(scope, node, binding)
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
        if _is_none(default) and _refuses_none(scope, argument, said):
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


def _report_receiver(scope: Scope, node: FunctionNode, binding: Binding) -> None:
    """Say how the first parameter of a method differs from the one that generated code has."""
    arguments = node.args
    first, *others = [*arguments.posonlyargs, *arguments.args]
    usual, other = ("self", "_self") if binding == "instance" else ("cls", "metacls")
    taken = any(argument.arg == usual for argument in others)
    if first.arg != (other if taken else usual):
        message = f"'{first.arg}' of '{node.name}' gets the usual name"
        scope.source.losses.report(first, "loss-receiver", message)
    if len(arguments.posonlyargs) == 1:
        message = f"'/' behind the first parameter of '{node.name}' is left out"
        scope.source.losses.report(first, "loss-receiver", message)


def _refuses_none(scope: Scope, argument: ast.arg, said: str) -> bool:
    if argument.annotation is None or said == any_type(scope):
        return False
    return not may_be_none(scope, argument.annotation)


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
