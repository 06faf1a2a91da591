"""What a class lets its users do: how instances are made, which variables they have and which can be assigned.

Knows what Python and type checkers make of a declaration. It must not know what a program looks like.
"""

from __future__ import annotations

from codegen.diff.surface import is_public
from codegen.model import Attribute, Class, Definition, Function, TypeVariable
from codegen.package import Package, Symbol
from codegen.proving.view import with_inherited

FINAL = ("final", "typing.final")
_SPECIAL_BASES = ("Generic", "Protocol", "NamedTuple", "TypedDict", "typing.TypedDict")


def instance_variables(cls: Class) -> dict[str, Attribute]:
    """The attributes of a class, declared or filled by its constructor; enum members are not among them."""
    if cls.kind in ("enum", "typed-dict"):
        return {}
    found: dict[str, Attribute] = {}
    stored = cls.dataclass is not None or cls.kind == "named-tuple"
    stored = stored or (cls.core is None and cls.stores)
    members = {*cls.properties, *cls.methods}
    for name, parameter in (cls.parameters or {}).items() if stored else ():
        if parameter.kind not in ("var-positional", "var-keyword") and (
            name not in members
            and (parameter.type is not None or cls.dataclass is None)
        ):
            found[name] = Attribute(type=parameter.type)
    return {**found, **cls.attributes}


def is_of_class(attribute: Attribute) -> bool:
    """Whether an attribute belongs to the class and not to its instances."""
    return attribute.class_variable or "ClassVar" in (attribute.type or "")


def is_final(attribute: Attribute) -> bool:
    """Whether an attribute is a constant."""
    text = attribute.type or ""
    return text.partition("[")[0].rpartition(".")[2] == "Final"


def is_assignable(cls: Class, attribute: Attribute) -> bool:
    """Whether users may assign an attribute."""
    if cls.kind == "named-tuple" or is_final(attribute):
        return False
    return is_of_class(attribute) or not is_frozen(cls)


def is_frozen(cls: Class) -> bool:
    """Whether attributes of instances cannot be assigned."""
    return cls.dataclass is not None and cls.dataclass.frozen


def constructor(view: Package, symbol: Symbol, cls: Class) -> Function | None:
    """How instances are made or initialised; None where that is not known, or not done with parameters."""
    if cls.kind in ("protocol", "enum", "typed-dict"):
        return None
    written = cls.methods.get("__init__")
    if written is not None:
        return written
    if "__new__" in cls.methods or (cls.dataclass and not cls.dataclass.init):
        return None
    parameters = view.constructor(symbol.module, cls)
    if cls.kind == "named-tuple":
        parameters = cls.parameters or {}
    if parameters is None:
        external = [
            base
            for base in cls.bases
            if view.find(symbol.module, base.partition("[")[0]) is None
            and base.partition("[")[0] not in (*_SPECIAL_BASES, "object", "abc.ABC")
        ]
        return None if external else Function()
    return Function(parameters=parameters)


def is_abstract(view: Package, symbol: Symbol, cls: Class) -> bool:
    """Whether a class has a method or property left that a subclass must define."""
    whole = with_inherited(view, symbol, cls, everything=True)
    methods, properties = whole.methods.values(), whole.properties.values()
    return any(method.abstract for method in methods) or any(
        prop.abstract for prop in properties
    )


def named_bases(cls: Class) -> list[str]:
    """The bases of a class that users can name and that have instances."""
    bases = list(cls.bases)
    if cls.kind == "exception" and not bases:
        bases = ["Exception"]
    forms = {base: base.partition("[")[0] for base in bases}
    return [
        base
        for base, form in forms.items()
        if form not in _SPECIAL_BASES and is_public(form)
    ]


def is_open(definition: Definition | TypeVariable) -> bool:
    """Whether something is a class whose behaviour users can inherit and override."""
    closed = ("enum", "protocol", "typed-dict")
    if not isinstance(definition, Class) or definition.kind in closed:
        return False
    return not any(name in FINAL for name in definition.decorators)
