"""What assignments declare: type variables, aliases, distinct types; and type parameters in PEP 695's syntax.

Knows the constructors of ``typing`` and which values name a type. It must not know how names are shortened.
"""

from __future__ import annotations

import ast
from typing import Literal

from codegen.model import TypeAlias, TypeVariable
from codegen.readers.source.bindings import Binding, SourceModule, TypeParameter
from codegen.readers.source.scopes import Scope, Unknown
from codegen.readers.source.world import Found, Kind, World

VariableKind = Literal["type-variable", "param-spec", "type-variable-tuple"]

_MODULES = ("typing.", "typing_extensions.")
_VARIABLES: dict[str, VariableKind] = {
    # The model's own text, so that it is known for the default when a spec is written.
    "TypeVar": TypeVariable().kind,
    "ParamSpec": "param-spec",
    "TypeVarTuple": "type-variable-tuple",
}
_CLASS_CALLS = frozenset(
    (
        "collections.namedtuple",
        *(f"{m}{n}" for m in _MODULES for n in ("NamedTuple", "TypedDict")),
    )
)
_GENERIC_BUILTINS = frozenset(
    f"builtins.{name}" for name in "list dict set frozenset tuple type".split()
)


def typing_name(path: str) -> str:
    """The name a path has in ``typing``, or in its backport; empty for other paths."""
    for module in _MODULES:
        if path.startswith(module):
            return path.removeprefix(module)
    return ""


def parsed_type(text: str) -> ast.expr | None:
    """What a quoted type says; None when it is no expression."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def kind_of(world: World, found: Found) -> Kind:
    """What a top-level name of the tree is."""
    key = (found.module, found.name)
    if key not in world.kinds:
        world.kinds[key] = "variable"  # What leads back to itself is no type.
        world.kinds[key] = _kind_of(world, found)
    return world.kinds[key]


def _kind_of(world: World, found: Found) -> Kind:
    source = world.modules[found.module]
    if found.name in source.type_parameters:
        return "type-variable"
    binding = world.lookup(found.module, found.name)
    if binding is None or not binding.nodes:
        return "variable"
    match binding.node:
        case ast.ClassDef():
            return "class"
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return "function"
        case ast.AnnAssign(annotation=annotation, value=value):
            if typing_name(world.path(found.module, annotation)) == "TypeAlias":
                return "alias"
            return _kind_of_call(world, found.module, value) or "variable"
        case ast.Assign(value=value, targets=[ast.Name()]):
            called = _kind_of_call(world, found.module, value)
            if called is not None:
                return called
            if is_type(world, found.module, value):
                return "alias"
            return _aliased_function(world, found.module, value) or "variable"
        case node:
            return "alias" if type(node).__name__ == "TypeAlias" else "variable"


def _kind_of_call(world: World, module: str, value: ast.expr | None) -> Kind | None:
    if not isinstance(value, ast.Call):
        return None
    path = world.path(module, value.func)
    name = typing_name(path)
    if name in _VARIABLES:
        return "type-variable"
    if name == "NewType":
        return "alias"
    return "class" if path in _CLASS_CALLS else None


def _aliased_function(world: World, module: str, value: ast.expr) -> Kind | None:
    if not isinstance(value, ast.Name | ast.Attribute):
        return None
    found = world.meaning(module, ast.unparse(value))
    if isinstance(found, Found) and not found.rest and found.module != module:
        return None
    if isinstance(found, Found) and kind_of(world, found) == "function":
        return "function"
    return None


def is_type(world: World, module: str, node: ast.expr) -> bool:
    """Whether a value that is assigned to a name reads as a type."""
    match node:
        case ast.Name() | ast.Attribute():
            found = world.meaning(module, ast.unparse(node))
            if isinstance(found, Found):
                own = kind_of(world, found)
                return not found.rest and own in ("class", "alias")
            return found is not None and _is_external_type(world, found)
        case ast.Subscript(value=value):
            path = world.path(module, value)
            return (
                bool(typing_name(path))
                or path in _GENERIC_BUILTINS
                or (is_type(world, module, value))
            )
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _is_member(world, module, left) and _is_member(world, module, right)
        case _:
            return False


def _is_member(world: World, module: str, node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is None or isinstance(node.value, str)
    return is_type(world, module, node)


def _is_external_type(world: World, path: str) -> bool:
    if world.is_module(path) or "." not in path:
        return False
    if path.startswith("builtins."):
        import builtins

        return isinstance(getattr(builtins, path[9:], None), type)
    name = path.rpartition(".")[2].lstrip("_")
    return name[:1].isupper() and not name.isupper()


def alias(scope: Scope, binding: Binding) -> TypeAlias | None:
    """Read an alias; None, with a finding, when a spec cannot hold its type."""
    node = binding.node
    text = getattr(node, "value", None)
    assert isinstance(text, ast.expr)
    distinct = False
    if isinstance(text, ast.Call) and len(text.args) == 2:
        text, distinct = text.args[1], True
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        scope = scope.with_type_parameters(type_parameters(scope, node))
    try:
        return TypeAlias(
            type=scope.type(text),
            distinct=distinct,
            doc=binding.doc,
            type_ignore=scope.source.losses.type_ignores(node),
        )
    except Unknown as problem:
        message = f"the alias '{binding.name}' is left out: {problem.message}"
        scope.source.losses.report(text, problem.rule, message)
        return None


def type_variable(scope: Scope, binding: Binding) -> TypeVariable:
    """Read a call of TypeVar, ParamSpec or TypeVarTuple."""
    call = getattr(binding.node, "value", None)
    assert isinstance(call, ast.Call)
    kind = _VARIABLES[typing_name(scope.path(call.func))]
    options = {keyword.arg: keyword.value for keyword in call.keywords}
    constraints = [_part(scope, node) for node in call.args[1:]]
    bound = _part(scope, options.get("bound"))
    whole = bound is None and len(constraints) > 1 and None not in constraints
    return TypeVariable(
        kind=kind,
        bound=bound if kind == "type-variable" else None,
        constraints=tuple(text for text in constraints if text) if whole else (),
        variance=_variance(options) if kind == "type-variable" else "invariant",
        default=_part(scope, options.get("default")),
    )


def _variance(
    options: dict[str | None, ast.expr],
) -> Literal["invariant", "covariant", "contravariant", "inferred"]:
    words: dict[str, Literal["covariant", "contravariant", "inferred"]] = {
        "covariant": "covariant",
        "contravariant": "contravariant",
        "infer_variance": "inferred",
    }
    for option, variance in words.items():
        match options.get(option):
            case ast.Constant(value=True):
                return variance
            case _:
                continue
    return "invariant"


def _part(scope: Scope, node: ast.expr | None) -> str | None:
    if node is None:
        return None
    try:
        return scope.type(node)
    except Unknown as problem:
        message = f"a type variable is left unrestricted: {problem.message}"
        scope.source.losses.report(node, problem.rule, message)
        return None


def type_parameters(scope: Scope, node: ast.AST) -> dict[str, Found]:
    """The type parameters a definition declares for itself, as type variables of its module."""
    return {
        parameter.name: Found(
            scope.source.name, _declared(scope.source, node, parameter)
        )
        for parameter in getattr(node, "type_params", ())
    }


def _declared(source: SourceModule, owner: ast.AST, parameter: ast.AST) -> str:
    """The name under which a type parameter becomes a type variable: its own, if no other has it."""
    name = wanted = str(getattr(parameter, "name", ""))
    mine = TypeParameter(parameter, isinstance(owner, ast.ClassDef))
    while name in source.body.bindings or not _same(
        source.type_parameters.setdefault(name, mine), mine
    ):
        name = f"{name}_{_owner_name(owner)}" if name == wanted else f"{name}_"
    return name


def _owner_name(owner: ast.AST) -> str:
    name = getattr(owner, "name", "")
    return name.id if isinstance(name, ast.Name) else str(name)


def _same(known: TypeParameter, mine: TypeParameter) -> bool:
    if known.node is mine.node:
        return True
    alike = ast.dump(known.node) == ast.dump(mine.node)
    return known.of_class == mine.of_class and alike


def declared_variable(scope: Scope, declared: TypeParameter) -> TypeVariable:
    """The type variable for a type parameter; in a class, type checkers work out its variance."""
    parameter = declared.node
    kind = _VARIABLES[type(parameter).__name__]
    bound = getattr(parameter, "bound", None)
    constraints: tuple[str, ...] = ()
    if isinstance(bound, ast.Tuple):
        constraints = tuple(filter(None, (_part(scope, one) for one in bound.elts)))
        bound = None
    inferred = declared.of_class and kind == "type-variable"
    return TypeVariable(
        kind=kind,
        bound=_part(scope, bound),
        constraints=constraints if len(constraints) > 1 else (),
        variance="inferred" if inferred else "invariant",
        default=_part(scope, getattr(parameter, "default_value", None)),
    )
