"""Classes that a call makes: ``namedtuple``, ``NamedTuple`` and ``TypedDict``.

Knows the arguments of these calls. It must not know how a class statement is read.
"""

from __future__ import annotations

import ast
import keyword

from codegen.model import Attribute, Class, Parameter
from codegen.readers.source.bindings import Binding
from codegen.readers.source.scopes import Scope
from codegen.readers.source.signatures import annotation, any_type


def read(scope: Scope, binding: Binding) -> Class:
    """Read the call that makes a class."""
    call = getattr(binding.node, "value", None)
    assert isinstance(call, ast.Call)
    form = scope.path(call.func).rpartition(".")[2]
    fields = _fields(call)
    if fields is None:
        message = f"the items of '{binding.name}' are computed and left out"
        scope.source.losses.report(call, "loss-value", message)
        fields = {}
    types = {
        name: (
            any_type(scope)
            if node is None
            else annotation(scope, node, f"'{name}'", node)
        )
        for name, node in fields.items()
    }
    if form == "TypedDict":
        attributes = {name: Attribute(type=text) for name, text in types.items()}
        return Class(
            kind="typed-dict",
            attributes=attributes,
            total=_total(call),
            doc=binding.doc,
        )
    parameters = {name: Parameter(type=text) for name, text in types.items()}
    return Class(kind="named-tuple", parameters=parameters, doc=binding.doc)


def _total(call: ast.Call) -> bool:
    for given in call.keywords:
        if given.arg == "total" and isinstance(given.value, ast.Constant):
            return bool(given.value.value)
    return True


def _fields(call: ast.Call) -> dict[str, ast.expr | None] | None:
    """The names of the fields and their types; None when they are computed or no identifiers."""
    items = call.args[1] if len(call.args) > 1 else None
    found: dict[str, ast.expr | None] = {}
    match items:
        case ast.Constant(value=str(names)):
            found = dict.fromkeys(names.replace(",", " ").split())
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            for element in elements:
                match element:
                    case ast.Constant(value=str(name)):
                        found[name] = None
                    case ast.Tuple(elts=[ast.Constant(value=str(name)), kind]):
                        found[name] = kind
                    case _:
                        return None
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                match key:
                    case ast.Constant(value=str(name)):
                        found[name] = value
                    case _:
                        return None
        case _:
            return None
    usable = all(name.isidentifier() and not keyword.iskeyword(name) for name in found)
    return found if usable else None
