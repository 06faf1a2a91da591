"""Names: what may be called what, and whether every name that is used means something."""

from __future__ import annotations

import ast
import keyword
import re
import unicodedata
from collections.abc import Iterable, Iterator

from codegen import types
from codegen.checks.base import Context, Finding
from codegen.diagnostics import suggest
from codegen.model import Class, Definition, Function, Module
from codegen.package import BUILTIN_NAMES, definitions, imported
from codegen.project import is_dotted
from codegen.walk import Expression, Path, classes, expressions, functions

# Names that Python, a dataclass or the generator gives a meaning of its own; a spec says them by other means.
_RESERVED = frozenset(
    "__class__ __dict__ __slots__ __doc__ __module__ __getattribute__ __annotations__".split()
)
_RESERVED_IN_MODULES = frozenset(
    "__all__ __name__ __path__ __file__ __spec__ __loader__ __package__ __builtins__ __getattr__ __dir__".split()
)

# What a default may call beside the project's classes: types whose construction only makes a value.
_VALUE_TYPES = frozenset(
    "int float complex bool str bytes bytearray tuple list dict set frozenset object "
    "range slice datetime.date datetime.time datetime.datetime datetime.timedelta "
    "datetime.timezone decimal.Decimal fractions.Fraction pathlib.Path "
    "pathlib.PurePath pathlib.PurePosixPath uuid.UUID types.MappingProxyType "
    "enum.auto re.compile collections.OrderedDict collections.defaultdict "
    "collections.deque collections.Counter".split()
)


# Where a module keeps its definitions.
_GROUPS = ("type_variables", "type_aliases", "variables", "classes", "functions")

# Names become file names, and those have at most 255 bytes with their suffix.
_LONGEST_NAME = 200


def module_names(module: Module, context: Context) -> Iterator[Finding]:
    """Module names are importable and stay inside the package, so that no path leaves the output folder."""
    yield from _module_name(("module",), module.module, context)
    for group in _GROUPS:
        for name, definition in getattr(module, group).items():
            if definition.defined_in is not None:
                path = (group, name, "defined_in")
                yield from _module_name(path, definition.defined_in, context)


def _module_name(path: Path, name: str, context: Context) -> Iterator[Finding]:
    root = context.settings.package
    for part in name.split("."):
        hint = ""
        if not part.isidentifier() or keyword.iskeyword(part):
            hint = "each part between dots must be a Python identifier"
        elif unicodedata.normalize("NFKC", part) != part:
            hint = f"Python reads '{part}' as '{unicodedata.normalize('NFKC', part)}'"
        elif len(part.encode()) > _LONGEST_NAME:
            hint = f"each part becomes a file name of at most {_LONGEST_NAME} bytes"
        if hint:
            message = f"'{name}' is not the dotted name of a module"
            yield Finding("module-name", path, message, hint)
            return
    for other in context.package.homes:
        if other != name and other.casefold() == name.casefold():
            message = f"the modules '{name}' and '{other}' would share one file"
            hint = "many file systems do not tell upper case from lower case"
            yield Finding("path-collision", path, message, hint)
    if name != root and not name.startswith(root + "."):
        yield Finding(
            "module-name",
            path,
            f"'{name}' is not inside the package '{root}'",
            f"the setting 'package' says that every module is '{root}' or '{root}.…'",
        )


def page_names(module: Module, context: Context) -> Iterator[Finding]:
    """Names of modules and classes can be names of files."""
    del context
    if not all(part.isidentifier() for part in module.module.split(".")):
        message = f"'{module.module}' is not the dotted name of a module"
        hint = "each part between dots must be a Python identifier"
        yield Finding("module-name", ("module",), message, hint)
    for name in module.classes:
        if not name.isidentifier():
            message = f"'{name}' is not a Python identifier"
            yield Finding("bad-name", ("classes", name), message, key=True)


def element_names(module: Module, context: Context) -> Iterator[Finding]:
    """Every name that becomes Python code can stand there."""
    del context
    for group in _GROUPS:
        for name in getattr(module, group):
            yield from _name((group, name), name)
    for path, cls in classes(module):
        for group in ("attributes", "properties", "classes"):
            for name in getattr(cls, group):
                yield from _name((*path, group, name), name)
        for name, method in cls.methods.items():
            here = (*path, "methods", name)
            if name == "__init__" and not _says_more_than_parameters(cls, method):
                hint = "a class says its constructor with 'parameters' and 'core'"
                message = f"'{name}' is a name Python reserves"
                yield Finding("dunder-name", here, message, hint, key=True)
            else:
                yield from _name(here, name)
        for name in cls.parameters or {}:
            yield from _name((*path, "parameters", name), name)
    for path, function, owner in functions(module):
        # Metaclasses have both: the class that is made, and the metaclass that makes it.
        bound = owner is not None and not str(path[-1]).startswith("__")
        first = {"instance": "self", "class": "cls", "static": None}[function.binding]
        free = {"self", "cls"} - ({first} if bound else set())
        for name in function.parameters:
            if name not in free:
                yield from _name((*path, "parameters", name), name)
        for index, overload in enumerate(function.overloads):
            for name in overload.parameters:
                here = (*path, "overloads", index, "parameters", name)
                if name not in free:
                    yield from _name(here, name)


def _says_more_than_parameters(cls: Class, init: Function) -> bool:
    """Whether a constructor is more than what `parameters` of its class can say."""
    if cls.parameters is not None and cls.dataclass is None:
        return cls.kind == "named-tuple"
    if cls.dataclass is not None or cls.kind not in ("class", "exception"):
        return True
    more = init.overloads or init.receiver or init.decorators or init.deprecated
    return bool(more or init.abstract)


def _name(path: Path, name: str) -> Iterator[Finding]:
    if keyword.iskeyword(name):
        message = f"'{name}' is a Python keyword"
        yield Finding("keyword-name", path, message, f"use '{name}_'", key=True)
    elif not name.isidentifier():
        hint = "use letters, digits and underscores, not beginning with a digit"
        fixed = re.sub(r"\W+", "_", name).strip("_")
        if fixed.isidentifier():
            hint = f"did you mean '{fixed}'?"
        yield Finding(
            "bad-name", path, f"'{name}' is not a Python identifier", hint, key=True
        )
    elif unicodedata.normalize("NFKC", name) != name:
        same = unicodedata.normalize("NFKC", name)
        message = f"Python reads the name '{name}' as '{same}'"
        yield Finding("bad-name", path, message, f"write '{same}'", key=True)
    elif len(name.encode()) > _LONGEST_NAME:
        message = f"the name '{name[:20]}…' has {len(name.encode())} bytes"
        hint = f"at most {_LONGEST_NAME} bytes are allowed, so that file names fit"
        yield Finding("bad-name", path, message, hint, key=True)
    elif name.startswith("__") and name.endswith("__"):
        if {"functions", "methods"} & {*path} and "parameters" in path:
            return  # Such a parameter is nothing but a name.
        if name in _RESERVED or (len(path) == 2 and name in _RESERVED_IN_MODULES):
            message = f"'{name}' is a name Python reserves"
            yield Finding("dunder-name", path, message, key=True)
    elif name == "self" or (name == "cls" and "methods" in path):
        if "parameters" not in path:
            return
        yield Finding(
            "bad-name",
            path,
            f"'{name}' must not be listed among the parameters",
            "the instance or class a method is bound to follows from 'binding'",
            key=True,
        )


def unique_names(module: Module, context: Context) -> Iterator[Finding]:
    """No two elements of a module, of a class, or of a file claim the same name."""
    seen: dict[str, Path] = {}
    for group in _GROUPS:
        for name in getattr(module, group):
            yield from _once(seen, name, (group, name))
    for path, cls in classes(module):
        members: dict[str, Path] = {}
        for group in ("attributes", "properties", "methods", "classes"):
            for name in getattr(cls, group):
                yield from _once(members, name, (*path, group, name))
        if cls.dataclass is not None:
            for name in cls.parameters or {}:
                yield from _once(members, name, (*path, "parameters", name))
    for name, definition in definitions(module):
        paths = [f"{definition.defined_in or module.module}.{name}"]
        if definition.exported and definition.defined_in not in (None, module.module):
            paths.append(f"{module.module}.{name}")
        for dotted in paths:
            others = context.package.claims[dotted] - {module.module}
            taken = [f"defined by the spec of '{other}'" for other in sorted(others)]
            if dotted in context.package.homes:
                taken.append("the name of a module")
            for reason in taken:
                message = f"'{dotted}' is also {reason}"
                place = _path_of(module, name)
                yield Finding("duplicate-name", place, message, key=True)
    yield from _bound_once(module, context)


def _bound_once(module: Module, context: Context) -> Iterator[Finding]:
    """No import or re-export binds a name that means something else already."""
    own = {
        name: f"{definition.defined_in or module.module}.{name}"
        for name, definition in definitions(module)
    }
    bound = dict(own)
    for index, entry in enumerate(module.imports):
        local, path = imported(entry)
        if not is_dotted(path) or not is_dotted(local) or "." not in path:
            continue  # Reported as such.
        if bound.setdefault(local, path) not in (path, f"{module.module}.{local}"):
            message = f"'{local}' already means '{bound[local]}' in this spec"
            hint = f"write `{path} as Other`, or use the dotted name alone"
            yield Finding("duplicate-name", ("imports", index), message, hint)
    bound = own
    for index, path in enumerate(module.exports):
        name = path.rpartition(".")[2]
        if context.package.lookup(path) is None:
            continue
        if bound.setdefault(name, path) != path:
            message = f"'{name}' already means '{bound[name]}' in this module"
            yield Finding("duplicate-name", ("exports", index), message)
        elif f"{module.module}.{name}" in context.package.homes:
            message = f"'{module.module}.{name}' is also the name of a module"
            yield Finding("duplicate-name", ("exports", index), message)


def _path_of(module: Module, name: str) -> Path:
    for group in ("type_variables", "type_aliases", "variables", "classes"):
        if name in getattr(module, group):
            return (group, name)
    return ("functions", name)


def _once(seen: dict[str, Path], name: str, path: Path) -> Iterator[Finding]:
    if name in seen:
        kind = str(seen[name][-2]).replace("_", " ")
        message = f"'{name}' is also one of the {kind}"
        yield Finding(
            "duplicate-name", path, message, key=True, related_path=seen[name]
        )
    seen.setdefault(name, path)


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


def _of_expression(
    expression: Expression, module: Module, context: Context, suggesting: bool
) -> Iterator[Finding]:
    is_value = expression.role == "value"
    try:
        tree = (types.parse_value if is_value else types.parse_type)(expression.text)
    except types.ExpressionError as error:
        hint = error.hint
        if not hint and is_value and "is not a Python" in error.message:
            hint = "if a text is meant, quote it twice, as in '\"text\"'"
        yield Finding(
            "value-expression" if is_value else "type-expression",
            expression.path,
            error.message,
            hint,
            key=expression.key,
            offset=error.offset,
            length=1,
        )
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
