"""References: whether every import, and every name in an expression, means something."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from codegen import types
from codegen.checks.base import Context, Finding
from codegen.diagnostics import suggest
from codegen.model import Class, Definition, Function, Module
from codegen.package import BUILTIN_NAMES, definitions, imported
from codegen.project import is_dotted
from codegen.walk import Expression, Path, expressions

# What a default may call beside the project's classes: types whose construction only makes a value.
_VALUE_TYPES = frozenset(
    "int float complex bool str bytes bytearray tuple list dict set frozenset object "
    "range slice datetime.date datetime.time datetime.datetime datetime.timedelta "
    "datetime.timezone decimal.Decimal fractions.Fraction pathlib.Path "
    "pathlib.PurePath pathlib.PurePosixPath uuid.UUID types.MappingProxyType "
    "enum.auto re.compile collections.OrderedDict collections.defaultdict "
    "collections.deque collections.Counter".split()
)


def imports(module: Module, context: Context) -> Iterator[Finding]:
    """Every import and re-export leads to something."""
    for index, entry in enumerate(module.imports):
        local, path = imported(entry)
        if not is_dotted(path) or not is_dotted(local) or "." not in path:
            yield Finding(
                "bad-import",
                ("imports", index),
                f"'{entry}' is not a dotted name",
                "write a.b.Name, or a.b.Name as Other",
            )
        elif context.package.canonical(module.module, local) is None:
            yield from _unknown_path(("imports", index), path, context)
    for index, path in enumerate(module.exports):
        if "." not in path or not context.package.is_known(path):
            yield from _unknown_path(("exports", index), path, context)
    homes = {module.module, *(one.defined_in for _, one in definitions(module))}
    for index, name in enumerate(module.unlisted):
        if name not in homes:
            message = f"this spec defines nothing in '{name}'"
            yield Finding("bad-import", ("unlisted", index), message)


def _unknown_path(path: Path, name: str, context: Context) -> Iterator[Finding]:
    root = context.settings.package
    if context.incomplete and name.startswith(root):
        return
    if name == root or name.startswith(root + "."):
        hint = suggest(name, context.package.symbols)
        message = f"nothing in this project is called '{name}'"
    else:
        first = name.partition(".")[0]
        hint = suggest(first, [root, *context.settings.external])
        hint = hint or f"if '{first}' is another distribution, add it to 'external'"
        message = f"'{name}' comes from a package that is not known"
    yield Finding("bad-import", path, message, hint)


def references(module: Module, context: Context) -> Iterator[Finding]:
    """Every expression parses, and every name in it means something."""
    # The same few types stand at most parameters; what is sound once is sound everywhere.
    sound: set[tuple[str, str]] = set()
    found = 0
    for expression in expressions(module):
        role = "factory" if expression.path[-1] == "factory" else expression.role
        if (role, expression.text) in sound:
            continue
        suggesting = found < _MOST_SUGGESTIONS
        problems = list(_of_expression(expression, module, context, suggesting))
        if problems:
            found += len(problems)
            yield from problems
        else:
            sound.add((role, expression.text))


def syntax(module: Module, context: Context) -> Iterator[Finding]:
    """Every expression parses, whatever its names mean."""
    del context
    for expression in expressions(module):
        parsed = _parsed(expression)
        if isinstance(parsed, Finding):
            yield parsed


def _of_expression(
    expression: Expression, module: Module, context: Context, suggesting: bool
) -> Iterator[Finding]:
    tree = _parsed(expression)
    if isinstance(tree, Finding):
        yield tree
        return
    if "(" in expression.text and not _is_decorator(expression):
        yield from _calls(tree, expression, module, context)
    if expression.path[-1] == "factory":
        yield from _factory(tree, expression, module, context)
    for reference in types.references(expression.text):
        if context.package.canonical(module.module, reference.name) is None:
            yield from _unknown_name(
                expression, reference, module, context, suggesting=suggesting
            )


def _parsed(expression: Expression) -> ast.expr | Finding:
    """The tree of an expression, or what is wrong with its text."""
    is_value = expression.role == "value"
    try:
        return (types.parse_value if is_value else types.parse_type)(expression.text)
    except types.ExpressionError as error:
        hint = error.hint
        if not hint and is_value and "is not a Python" in error.message:
            hint = "if a text is meant, quote it twice, as in '\"text\"'"
        return Finding(
            "value-expression" if is_value else "type-expression",
            expression.path,
            error.message,
            hint,
            key=expression.key,
            offset=error.offset,
            length=1,
        )


def _is_decorator(expression: Expression) -> bool:
    """Whether an expression decorates a definition, which is there to run when the package is imported."""
    return expression.path[-1] == "decorator" or expression.path[-2] == "decorators"


_PYTHON_WORDS = {
    "true": "True",
    "false": "False",
    "null": "None",
    "none": "None",
    "nan": 'float("nan")',
    "inf": 'float("inf")',
}


# Looking for a similar name takes time, and nobody reads hundreds of suggestions.
_MOST_SUGGESTIONS = 100


def _unknown_name(
    expression: Expression,
    reference: types.Reference,
    module: Module,
    context: Context,
    *,
    suggesting: bool,
) -> Iterator[Finding]:
    name = reference.name
    root = context.settings.package
    dotted = "." in name
    scope = context.package.scope(module.module)
    if context.incomplete and (name.startswith(root + ".") or name in scope):
        return
    if name in scope:
        return  # The import itself is already reported.
    hint = ""
    if not suggesting:
        pass
    elif expression.role == "value" and name.lower() in _PYTHON_WORDS:
        hint = f"defaults are Python: write {_PYTHON_WORDS[name.lower()]}"
    elif dotted and not name.startswith(root + "."):
        first = name.partition(".")[0]
        known = [*scope, root, *context.settings.external]
        hint = suggest(first, known) or suggest(name, context.package.symbols)
        hint = hint or f"if '{first}' is another distribution, add it to 'external'"
    else:
        hint = _nearest(name, scope, context)
        if not hint and expression.role == "value" and not dotted:
            hint = f"if a text is meant, quote it twice: '\"{name}\"'"
    yield Finding(
        "unknown-name",
        expression.path,
        f"'{name}' is not defined",
        hint,
        key=expression.key,
        offset=reference.start,
        length=reference.end - reference.start,
    )


def _nearest(name: str, scope: Iterable[str], context: Context) -> str:
    last = name.rpartition(".")[2]
    symbols = context.package.symbols
    elsewhere = sorted(path for path in symbols if path.rpartition(".")[2] == last)
    if elsewhere and "." not in name:
        return f"add '{elsewhere[0]}' to imports"
    if "." in name:
        return suggest(name, symbols)
    return suggest(name, [*scope, *BUILTIN_NAMES, *types.TYPING_NAMES])


def _calls(
    tree: ast.expr, expression: Expression, module: Module, context: Context
) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = types.dotted(node.func) or ""
        if _makes_a_value(name, module, context, Class):
            continue
        role = "default" if expression.role == "value" else "type"
        yield Finding(
            "unsafe-call",
            expression.path,
            f"a {role} cannot call '{name}'",
            "only classes of the project and plain value types are called; "
            "what computes belongs in a core",
            offset=node.col_offset,
            length=len(name),
        )


def _factory(
    tree: ast.expr, expression: Expression, module: Module, context: Context
) -> Iterator[Finding]:
    name = types.dotted(tree)
    if name is None:
        message = f"a factory is a name, not {types.shorten(expression.text)}"
        hint = "name the class that makes the value, such as list"
        yield Finding("value-expression", expression.path, message, hint)
    elif not _makes_a_value(name, module, context, Class, Function):
        yield Finding(
            "unsafe-call",
            expression.path,
            f"a factory cannot be '{name}'",
            "a factory is a class or function of the project or a plain value type",
        )


def _makes_a_value(
    name: str, module: Module, context: Context, *kinds: type[Definition]
) -> bool:
    """Whether calling a name does no more than making a value; unknown names are reported elsewhere."""
    path = context.package.canonical(module.module, name)
    if path is None or path in _VALUE_TYPES:
        return True
    symbol = context.package.lookup(path)
    return symbol is not None and isinstance(symbol.definition, kinds)
