"""What the pages of every style share: which definitions and members they show, and where those come from.

Knows visibility and inheritance. It must not know how any page looks.
"""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

from codegen.model import Attribute, Class, Function, Module, Parameter, Property
from codegen.package import Package
from codegen.placement import is_shown

M = TypeVar("M", Function, Property, Attribute)

# Kinds whose instances are not made by a constructor that a spec describes.
_NO_CONSTRUCTOR = ("protocol", "enum", "typed-dict")


class Member(NamedTuple, Generic[M]):
    """A member a class shows: where its types are to be looked up, whose it is, and what it is."""

    module: str
    owner: str
    definition: M


class Members(NamedTuple):
    """What a class shows, its own first, then what it inherits, nearest first."""

    methods: dict[str, Member[Function]]
    properties: dict[str, Member[Property]]
    attributes: dict[str, Member[Attribute]]


class Field(NamedTuple):
    """A parameter of a constructor, and the module in whose scope its type is written."""

    module: str
    parameter: Parameter
    doc: str


def is_public(name: str) -> bool:
    """Whether a name is meant for users."""
    return not name.startswith("_")


def members(
    package: Package, module_name: str, name: str, cls: Class, *, dunder: bool = False
) -> Members:
    """Collect the public members of a class; a nearer definition hides a farther one of any sort."""
    found = Members({}, {}, {})
    hidden: set[str] = set()
    for owner_module, owner, source in (
        (module_name, name, cls),
        *package.ancestors(module_name, cls),
    ):
        # A class binds a name once, so no two of its own tables may show the same one.
        hidden_here = hidden | source.classes.keys()
        _collect(
            found.methods, source.methods, owner_module, owner, hidden_here, dunder
        )
        hidden_here |= source.methods.keys()
        _collect(
            found.properties,
            source.properties,
            owner_module,
            owner,
            hidden_here,
            dunder,
        )
        hidden_here |= source.properties.keys()
        _collect(
            found.attributes,
            source.attributes,
            owner_module,
            owner,
            hidden_here,
            dunder,
        )
        hidden = hidden_here | source.attributes.keys()
    return found


def _collect(
    table: dict[str, Member[M]],
    definitions: dict[str, M],
    module_name: str,
    owner: str,
    hidden: set[str],
    dunder: bool,
) -> None:
    for name, definition in definitions.items():
        shown = is_shown(name, definition.documented) or (
            dunder and name.endswith("__") and name not in ("__init__", "__post_init__")
        )
        if shown and name not in hidden:
            table[name] = Member(module_name, owner, definition)


def constructor(
    package: Package, module_name: str, cls: Class
) -> dict[str, Field] | None:
    """Return the parameters of a class's constructor; None when no class in its hierarchy has one.

    The text of a field is the class's own, else the nearest ancestor's.
    """
    if cls.kind in _NO_CONSTRUCTOR:
        return None
    parameters = package.constructor(module_name, cls)
    if parameters is None:
        return None
    if cls.parameters is not None and not cls.bases:
        return {name: Field(module_name, p, p.doc) for name, p in parameters.items()}
    sources = [(module_name, cls)]
    sources += [
        (module, base) for module, _, base in package.ancestors(module_name, cls)
    ]
    return {name: _field(name, p, sources) for name, p in parameters.items()}


def _field(name: str, parameter: Parameter, sources: list[tuple[str, Class]]) -> Field:
    home, doc = sources[0][0], parameter.doc
    for module_name, source in sources:
        given = (source.parameters or {}).get(name)
        if given is None:
            continue
        doc = doc or given.doc
        if given.type is not None:
            home = module_name
            break
    return Field(home, parameter, doc)


def is_exception(package: Package, module_name: str, cls: Class) -> bool:
    """Whether a class can be raised, as far as specs say."""
    if cls.kind == "exception":
        return True
    return any(
        ancestor.kind == "exception"
        for _, _, ancestor in package.ancestors(module_name, cls)
    )


def exported_classes(module: Module) -> dict[str, Class]:
    """The classes users can import from a module, in code-point order."""
    return {
        name: cls
        for name, cls in sorted(module.classes.items())
        if cls.exported and is_shown(name, cls.documented)
    }


def exported_functions(module: Module) -> dict[str, Function]:
    """The functions users can import from a module, in code-point order."""
    return {
        name: function
        for name, function in sorted(module.functions.items())
        if function.exported and is_shown(name, function.documented)
    }


def class_group(package: Package, module_name: str, cls: Class) -> str:
    """The heading under which a module lists a class."""
    if not cls.exported:
        return "Supporting classes"
    if cls.kind == "protocol":
        return "Protocols"
    if cls.kind == "enum":
        return "Enumerations"
    if is_exception(package, module_name, cls):
        return "Exceptions"
    return "Classes"
