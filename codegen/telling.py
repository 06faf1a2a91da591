"""What a package says, as far as a mirror can tell it: every fact in one form, under the name Python finds it by.

Knows that names, types and values of different spelling can mean the same, and that a definition is the same wherever
its spec stands. It must not know how a mirror is written or read: what it cannot tell is given as a table.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast

import msgspec

from codegen import spelling
from codegen.agreement import Facts, Ordered, Tree
from codegen.emitters.python import documentation as docstrings
from codegen.emitters.python.deprecation import deprecation_message
from codegen.layout import PythonModule, executable_order, python_modules
from codegen.model import Deprecation, Module, Parameter
from codegen.package import Package, definitions
from codegen.readers.source.docstrings import described
from codegen.types import ExpressionError

GROUPS = ("type_variables", "type_aliases", "variables", "classes", "functions")

_EVERYWHERE = ""
_TYPES = frozenset(("type", "accepts", "receiver", "bound"))
_VALUES = frozenset(("default", "value", "factory", "decorator"))
_WITH_DOCSTRINGS = ("classes", "functions", "methods", "properties")
UNCLEAR = "..."
_SIGNATURE = ("parameters", "returns", "receiver", "async")


def _always(value: str) -> bool:
    del value
    return True


class Untold(NamedTuple):
    """What a mirror cannot tell: keys of each group of elements, or of all below an empty name; and which values.

    A value that is not told comes back as ``...``. Fields are the parameters of dataclasses and named tuples; texts are
    told when the mirror has docstrings; some methods are told only where they have a core.
    """

    keys: Mapping[str, frozenset[str]]
    is_told: Callable[[str], bool] = _always
    defaults_of_fields: bool = True
    values_beside_types: bool = True
    bodies_of_overloads: bool = True
    texts: bool = True
    only_with_core: frozenset[str] = frozenset()


def told_by(package: Package, untold: Untold) -> dict[str, Facts]:
    """Every definition of a package by the name Python finds it under, and each module by its own with a colon."""
    found: dict[str, Facts] = {}
    files = python_modules(package)
    for name, module in package.modules.items():
        file = files[name]
        file.doc = module.doc.strip()
        file.definitions = executable_order(file, package)
        teller = _Teller(package, file, untold)
        for group in GROUPS:
            for key, definition in getattr(module, group).items():
                path = f"{definition.defined_in or name}.{key}"
                told = teller.element(group, msgspec.to_builtins(definition))
                found[path] = Facts(name, (group, key), told)
        found[f"{name}:"] = Facts(name, (), teller.module(module))
    return found


class _Teller:
    """What one spec says, every fact in one form."""

    def __init__(self, package: Package, file: PythonModule, untold: Untold) -> None:
        self._package = package
        self._file = file
        self._module = file.name
        self._untold = untold

    def module(self, module: Module) -> Tree:
        """The text of a module, and what can be imported from it."""
        shown: dict[str, str] = {}
        for key, definition in definitions(module):
            # One with a private name is there, and not offered.
            if definition.exported and not key.startswith("_"):
                shown[key] = f"{definition.defined_in or self._module}.{key}"
        for path in module.exports:
            symbol = self._package.lookup(path)
            shown[path.rpartition(".")[2]] = symbol.path if symbol else path
        tree = {"doc": _words(docstrings.module_text(self._file)), "exports": shown}
        return self._kept("modules", tree)

    def element(self, group: str, tree: Tree) -> Tree:
        """An element of a group without what is not told, everything else in one form."""
        tree = _spelled_out(group, tree)
        if "overloads" in tree and not self._untold.bodies_of_overloads:
            tree = {k: v for k, v in tree.items() if k not in _SIGNATURE}
        if self._untold.texts and group in _WITH_DOCSTRINGS:
            tree = _retold(group, tree)
        if group == "classes":
            tree = self._fields(tree)
        told = {key: self._said(group, key, value) for key, value in tree.items()}
        told = _deprecated(told)
        if "overloads" in tree:
            # Code says so once, where it runs, and stubs at each signature.
            told.pop("deprecated", None)
        beside_type = not self._untold.values_beside_types and "type" in told
        if beside_type or told.get("value") in (UNCLEAR, "None"):
            # A variable that is only declared is None, too.
            told.pop("value", None)
        return self._kept(group, told)

    def _fields(self, tree: Tree) -> Tree:
        """A class whose fields say no more than the mirror can tell, the texts of inherited ones apart."""
        methods = {
            name: method
            for name, method in tree.get("methods", {}).items()
            if "core" in method or name not in self._untold.only_with_core
        }
        # That of a dataclass is the core of its spec.
        methods.pop("__post_init__", None)
        tree = {**tree, "methods": methods}
        if "dataclass" not in tree and tree.get("kind") != "named-tuple":
            # What is passed to a constructor is kept under the same name.
            attributes = dict(tree.get("attributes", {}))
            for name in tree.get("parameters", {}):
                attributes.pop(name, None)
            return {**tree, "attributes": attributes}
        fields: dict[str, Tree] = {}
        inherited: Tree = {}
        for name, field in tree.get("parameters", {}).items():
            if "type" not in field:
                inherited[name] = {"doc": field.get("doc", "")}
            elif self._untold.defaults_of_fields or field.keys().isdisjoint(_VALUES):
                fields[name] = field
            else:
                rest = {k: v for k, v in field.items() if k not in _VALUES}
                fields[name] = {**rest, "default": UNCLEAR}
        if self._untold.texts:
            tree = {**tree, "inherited": inherited}
        attributes = tree.get("attributes", {})
        # One without a type would be no field.
        typed = {k: {"type": "typing.Any", **v} for k, v in attributes.items()}
        return {**tree, "parameters": fields, "attributes": typed}

    def _kept(self, group: str, tree: Tree) -> Tree:
        keys = self._untold.keys
        untold = keys.get(group, frozenset()) | keys.get(_EVERYWHERE, frozenset())
        return {
            key: value
            for key, value in tree.items()
            if key not in untold and value not in ("", {}, [], None)
        }

    def _said(self, group: str, key: str, value: Any) -> Any:
        if key in _TYPES or (key == "default" and group == "type_variables"):
            type_ = self._type(value)
            return None if group == "returns" and type_ == "None" else type_
        if key in _VALUES:
            return self._value(value)
        match key:
            case "bases":
                # Every class inherits from it, whether it says so or not.
                types = [self._type(item) for item in value]
                return [type_ for type_ in types if type_ != "object"]
            case "constraints":
                return [self._type(item) for item in value]
            case "decorators":
                return [self._spelled(spelling.spell_value, item) for item in value]
            case "keywords":
                return {
                    name: self._spelled(spelling.spell_value, item)
                    for name, item in value.items()
                }
            case "raises":
                # Docstrings call errors by their short names.
                return {n.rpartition(".")[2]: _words(text) for n, text in value.items()}
            case "overloads":
                return [self.element(key, item) for item in value]
            case "parameters":
                return self._parameters(value)
            case "deprecated":
                return _words(deprecation_message(msgspec.convert(value, Deprecation)))
            case "returns" | "dataclass":
                return self.element(key, value)
            case "inherited":
                texts = {name: _words(field["doc"]) for name, field in value.items()}
                return {name: text for name, text in texts.items() if text}
            case _ if isinstance(value, dict):
                members = cast("dict[str, Tree]", value)
                return {name: self.element(key, item) for name, item in members.items()}
            case _ if isinstance(value, str):
                return _words(value)
        return value

    def _parameters(self, parameters: dict[str, Tree]) -> Tree:
        found = Ordered()
        for name, parameter in parameters.items():
            typed = {"type": "typing.Any", **parameter}
            found[name] = self.element("parameters", typed)
        return found

    def _type(self, text: str) -> str:
        return self._spelled(spelling.spell_type, text)

    def _value(self, text: str) -> str:
        value = self._spelled(spelling.spell_value, text)
        return value if self._untold.is_told(value) else UNCLEAR

    def _spelled(self, spell: Callable[[str, spelling.Spell], str], text: str) -> str:
        try:
            return spell(text, self._name)
        except ExpressionError:
            return text

    def _name(self, name: str) -> str:
        return self._package.canonical(self._module, name) or name


def _words(text: str) -> str:
    """A text without the line breaks that its layout happens to have."""
    return " ".join(text.split())


class _Everything:
    def __contains__(self, name: object) -> bool:
        return True


def _spelled_out(group: str, tree: Tree) -> Tree:
    """An element with what its other keys imply."""
    if group == "variables" and "core" in tree:
        # The generated variable is the one of its core.
        return {**tree, "value": tree["core"].replace(":", ".")}
    if "setter" in tree:
        return {**tree, "writable": True}
    if "sync_and_async" in tree:
        # Its core is a coroutine, whether the spec says so or not.
        return {key: value for key, value in tree.items() if key != "async"}
    return tree


def _deprecated(told: Tree) -> Tree:
    """Take decorators that say that something is deprecated for what they are."""
    rest: list[str] = []
    for decorator in told.get("decorators", []):
        name, _, arguments = decorator.partition("(")
        match name.rpartition(".")[2]:
            case "deprecated":
                message = ast.literal_eval(arguments.removesuffix(")"))
                told = {**told, "deprecated": _words(message)}
            case "deprecated_parameters":
                pass
            case _:
                rest.append(decorator)
    return {**told, "decorators": rest} if "decorators" in told else told


def _retold(group: str, tree: Tree) -> Tree:
    """An element with the texts that can be read in its docstring."""
    given = dict(tree.get("parameters") or {})
    shown = {
        name: {k: item[k] for k in ("doc", "kind") if k in item}
        for name, item in given.items()
    }
    texts = msgspec.convert(shown, dict[str, Parameter])
    returns, raises = dict(tree.get("returns", {})), tree.get("raises", {})
    doc, result = tree.get("doc", ""), returns.pop("doc", "")
    text = docstrings.described(doc, texts, result, raises, 0)
    found = described(text, _Everything(), bool, attributes=group == "classes")
    parameters: Tree = {}
    for name in (*given, *(key for key in found.parameters if key not in given)):
        silent = {k: v for k, v in given.get(name, {}).items() if k != "doc"}
        said = found.parameters.get(name)
        parameters[name] = {**silent, "doc": said} if said else silent
    if found.returns:
        returns["doc"] = found.returns
    told = {**tree, "doc": found.doc, "raises": found.raises}
    if parameters or "parameters" in tree:
        told["parameters"] = parameters
    return {**told, "returns": returns} if returns else told
