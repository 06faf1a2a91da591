"""Names: what may be called what."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterator

from codegen.checks.base import Context, Finding
from codegen.model import Class, Function, Module
from codegen.package import definitions, imported
from codegen.project import is_dotted
from codegen.walk import Path, classes, functions

# Names that Python, a dataclass or the generator gives a meaning of its own; a spec says them by other means.
_RESERVED = frozenset(
    "__class__ __dict__ __slots__ __doc__ __module__ __getattribute__ __annotations__".split()
)
_RESERVED_IN_MODULES = frozenset(
    "__all__ __name__ __path__ __file__ __spec__ __loader__ __package__ __builtins__ __getattr__ __dir__".split()
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
