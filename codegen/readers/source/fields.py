"""Fields and slots: what ``field()`` and the field specifiers of other libraries say of an attribute.

Knows which arguments give a default, and which the model has no place for. It must not know whose field it is.
"""

from __future__ import annotations

import ast
from typing import NamedTuple

from codegen.readers.source.bindings import Binding
from codegen.readers.source.scopes import Scope, Unknown
from codegen.readers.source.variables import Declared, declared
from codegen.readers.source.world import Found

# What libraries call what declares a field, and the arguments that give it a default.
_SPECIFIERS = frozenset(
    ("field", "ib", "attrib", "Field", "PrivateAttr", "mapped_column")
)
_DEFAULTS = frozenset(("default", "default_factory", "factory"))

_FACTORIES = frozenset(
    "builtins.list builtins.dict builtins.set builtins.frozenset builtins.tuple builtins.str builtins.int "
    "builtins.float builtins.bool builtins.object builtins.bytes builtins.bytearray collections.OrderedDict "
    "collections.deque collections.Counter collections.defaultdict".split()
)


class Field(NamedTuple):
    """A field of a dataclass: what is declared, and what its specifier says."""

    declared: Declared
    factory: str | None
    is_parameter: bool
    keyword_only: bool


def read_field(scope: Scope, binding: Binding, *, keyword_only: bool) -> Field:
    """Read an annotated assignment in a dataclass; ``keyword_only`` is whether it follows ``KW_ONLY``."""
    name = binding.name
    options: dict[str, ast.expr] = {}
    value = getattr(binding.node, "value", None)
    if isinstance(value, ast.Call) and scope.path(value.func) == "dataclasses.field":
        options = {word.arg: word.value for word in value.keywords if word.arg}
        binding = with_value(binding, options.get("default"))
        _report_others(scope, options)
    factory = _factory(scope, options.get("default_factory"), name)
    said = declared(scope, binding, f"'{name}'")
    if factory == "...":
        said, factory = said._replace(value=factory), None
    by_name = _constant(options.get("kw_only"))
    return Field(
        declared=said,
        factory=factory,
        is_parameter=_constant(options.get("init")) is not False,
        keyword_only=keyword_only if by_name is None else bool(by_name),
    )


def _constant(node: ast.expr | None) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def _factory(scope: Scope, node: ast.expr | None, name: str) -> str | None:
    """The name of a default factory; ``...``, with a finding, when it is computed."""
    if node is None:
        return None
    try:
        if isinstance(node, ast.Name | ast.Attribute):
            found = scope.find(ast.unparse(node))
            own = isinstance(found, Found) and not found.rest
            if own or found in _FACTORIES:
                return scope.value(node)
    except Unknown:
        pass
    message = f"the default factory of '{name}' is computed and becomes '...'"
    scope.source.losses.report(node, "loss-value", message)
    return "..."


def _report_others(scope: Scope, options: dict[str, ast.expr]) -> None:
    for option, node in options.items():
        if option not in ("default", "default_factory", "init", "kw_only"):
            message = f"the option '{option}' of a field is left out"
            scope.source.losses.report(node, "loss-value", message)


def specified(value: ast.expr | None) -> ast.expr | None:
    """What a field specifier of another library says: ``...`` for any default, or none."""
    if not isinstance(value, ast.Call):
        return value
    if ast.unparse(value.func).rpartition(".")[2] not in _SPECIFIERS:
        return value
    first = value.args[0] if value.args else None
    has_default = first is not None and _constant(first) is not ...
    if has_default or _DEFAULTS & {keyword.arg for keyword in value.keywords}:
        return ast.copy_location(ast.Constant(value=...), value)
    return None


def with_value(binding: Binding, value: ast.expr | None) -> Binding:
    """The same assignment with another value."""
    first = binding.nodes[0]
    assert isinstance(first, ast.Assign | ast.AnnAssign)
    if isinstance(first, ast.Assign) and value is None:
        return binding
    changed = type(first)(**{**first.__dict__, "value": value})
    return binding._replace(nodes=(changed, *binding.nodes[1:]))


def read_slots(scope: Scope, binding: Binding | None) -> tuple[str, ...] | None:
    """The names ``__slots__`` lists; None, with a finding, when it computes them."""
    value = getattr(binding.node, "value", None) if binding is not None else None
    items: list[ast.expr | None]
    match value:
        case None:
            return None
        case ast.Constant(value=str()):
            items = [value]
        case (
            ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements)
        ):
            items = [*elements]
        case ast.Dict(keys=keys):
            items = [*keys]
        case _:
            items = [None]
    names = tuple(text for item in items if isinstance(text := _constant(item), str))
    if len(names) != len(items):
        message = "'__slots__' is computed and left out"
        scope.source.losses.report(value, "loss-value", message)
        return None
    if not isinstance(value, ast.Tuple):
        message = "'__slots__' becomes a tuple"
        scope.source.losses.report(value, "loss-value", message)
    return names
