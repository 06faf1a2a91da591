"""What those write who derive from the classes of an API, or whose own classes fit its protocols.

Knows what a subclass may do: override, extend the constructor, define what is abstract. It must not know what changed.
"""

from __future__ import annotations

from msgspec import structs

from codegen.diff.rules import Audience
from codegen.diff.surface import is_public
from codegen.emitters.python.members import receiver
from codegen.model import Attribute, Class, Function, Property
from codegen.package import Symbol
from codegen.proving.calls import calls, minimal
from codegen.proving.programs import Program, plain, signatures
from codegen.proving.shapes import (
    FINAL,
    constructor,
    instance_variables,
    is_assignable,
    is_final,
    is_of_class,
    is_open,
    named_bases,
)
from codegen.proving.uses import takes
from codegen.proving.view import with_inherited

_BODY = "raise NotImplementedError"
_NOT_OVERRIDDEN = ("__init__", "__new__", "__post_init__", "__init_subclass__")


def of_class(program: Program, symbol: Symbol, cls: Class) -> None:
    """Add the programs of those who derive from a class, or implement it if it is a protocol."""
    own = with_inherited(program.package, symbol, cls, everything=False)
    if cls.kind == "protocol":
        _overrides(program, symbol, own, "implementers")
        _implementation(program, symbol, cls)
        return
    base = program.type(symbol, program.owner(symbol))
    if cls.kind == "typed-dict":
        name = program.unique("Mine")
        lines = [f"class {name}({base}):", "    extra_key: int"]
        program.add(symbol.public_path, "subclassers", lines)
    if not is_open(cls):
        return
    _subclasses(program, symbol, cls, base)
    _instances(program, symbol, own, base)
    _constructors(program, symbol, own, base)
    _overrides(program, symbol, own, "subclassers")


def _subclasses(program: Program, symbol: Symbol, cls: Class, base: str) -> None:
    """A subclass that adds nothing but what it must can be made as before; a dataclass can be extended by a field."""
    subject = symbol.public_path
    name = program.unique("Mine")
    owner = program.owner(symbol)
    whole = with_inherited(program.package, symbol, cls, everything=True)
    lines = [f"class {name}({base}):"]
    lines += _members(program, symbol, whole, only_abstract=True) or ["    pass"]
    made = constructor(program.package, symbol, cls)
    if made is not None:
        signature = signatures(made)[0]
        call = minimal(signature.parameters)
        given = takes(program, symbol, signature.parameters, call.passed, owner)
        head = f"def make_{name.lower()}({', '.join(given)}) -> {base}:"
        lines += ["", "", head, f"    return {name}({call.text})"]
    program.add(subject, "subclassers", lines)
    if cls.dataclass is not None:
        _extended(program, symbol, cls, base)


def _extended(program: Program, symbol: Symbol, cls: Class, base: str) -> None:
    """A dataclass that adds a field, which must be passed wherever Python allows that."""
    assert cls.dataclass is not None
    subject, owner = symbol.public_path, program.owner(symbol)
    fields = program.package.constructor(symbol.module, cls) or {}
    decorator = program.names.special("dataclasses.dataclass")
    frozen = "(frozen=True)" if cls.dataclass.frozen else ""
    name = program.unique("Mine")
    required = all(field.required for field in fields.values())
    lines = [f"@{decorator}{frozen}", f"class {name}({base}):"]
    lines.append(f"    extra_field: int{'' if required else ' = 0'}")
    if cls.dataclass.init and "[" not in owner:
        call = minimal(fields)
        given = [*takes(program, symbol, fields, call.passed, owner), "extra: int"]
        arguments = ", ".join([*call.arguments, "extra_field=extra"])
        head = f"def make_{name.lower()}({', '.join(given)}) -> {base}:"
        lines += ["", "", head, f"    return {name}({arguments})"]
    program.add(subject, "subclassers", lines)


def _instances(program: Program, symbol: Symbol, cls: Class, base: str) -> None:
    """Instances of a subclass are those of the bases, too, and what gives Self gives them."""
    owner = program.owner(symbol)
    arguments = program.type_parameters(symbol)
    for kind in [program.type(symbol, text) for text in named_bases(cls)]:
        name = program.unique("Mine")
        head = f"def accept_{name.lower()}(it: {name}{arguments}) -> {kind}:"
        lines = [f"class {name}({base}):", "    pass", "", "", head, "    return it"]
        program.add(symbol.public_path, "subclassers", lines)
    for method_name, method in cls.methods.items() if not arguments else ():
        returned = method.returns.type or ""
        if "typing.Self" not in returned or method.overloads or method.asynchronous:
            continue
        name = program.unique("Mine")
        call = minimal(method.parameters)
        given = takes(program, symbol, method.parameters, call.passed, owner)
        kind = program.type(symbol, returned, name)
        head = ", ".join([f"it: {name}", *given])
        lines = [f"class {name}({base}):", "    pass", "", ""]
        lines.append(f"def copy_{name.lower()}({head}) -> {kind}:")
        lines.append(f"    return it.{method_name}({call.text})")
        about = f"{symbol.public_path}.{method_name}"
        program.add(about, "subclassers", lines)


def _constructors(program: Program, symbol: Symbol, cls: Class, base: str) -> None:
    """A subclass calls the constructor from its own."""
    if cls.kind == "named-tuple":
        return
    made = constructor(program.package, symbol, cls)
    if made is None:
        return
    owner = program.owner(symbol)
    for signature in signatures(made):
        for call in calls(signature.parameters):
            about = symbol.public_path
            about = f"{about}.{call.about}" if call.about else about
            given = takes(program, symbol, signature.parameters, call.passed, owner)
            head = f"    def __init__({', '.join(['self', *given])}) -> None:"
            lines = [f"class {program.unique('Mine')}({base}):", head]
            lines.append(f"        super().__init__({call.text})")
            program.add(about, "subclassers", lines)


def _overrides(
    program: Program, symbol: Symbol, cls: Class, audience: Audience
) -> None:
    """A subclass for each member, which has that member as it was declared."""
    base = program.type(symbol, program.owner(symbol))
    single: list[tuple[str, Class]] = []
    empty = Class(kind=cls.kind)
    if cls.kind != "named-tuple":
        single += [
            (name, structs.replace(empty, attributes={name: attribute}))
            for name, attribute in instance_variables(cls).items()
        ]
        for name, attribute in instance_variables(cls).items():
            _inherited_use(program, symbol, cls, name, attribute)
    single += [
        (name, structs.replace(empty, properties={name: prop}))
        for name, prop in cls.properties.items()
    ]
    single += [
        (name, structs.replace(empty, methods={name: method}))
        for name, method in cls.methods.items()
    ]
    for name, member in single:
        if is_public(name):
            marked = audience == "subclassers"
            lines = _members(
                program, symbol, member, only_abstract=False, marked=marked
            )
            head = f"class {program.unique('Mine')}({base}):"
            if lines:
                about = f"{symbol.public_path}.{name}"
                program.add(about, audience, [head, *lines])


def _inherited_use(
    program: Program, symbol: Symbol, cls: Class, name: str, attribute: Attribute
) -> None:
    """A subclass reads and assigns what it inherits."""
    # What nobody may override is used by subclasses as by everybody else.
    if cls.kind == "protocol" or not is_public(name) or is_final(attribute):
        return
    owner = program.owner(symbol)
    subject, base = f"{symbol.public_path}.{name}", program.type(symbol, owner)
    kind = program.type(symbol, attribute.type, owner)
    uses = [("read(self)", kind, f"return self.{name}")]
    if is_assignable(cls, attribute) and not is_of_class(attribute):
        line = f"self.{name} = value"
        uses.append((f"assign(self, value: {kind})", "None", line))
    for head, returned, line in uses:
        lines = [f"class {program.unique('Mine')}({base}):"]
        lines += [f"    def {head} -> {returned}:", f"        {line}"]
        program.add(subject, "subclassers", lines)


def _implementation(program: Program, symbol: Symbol, cls: Class) -> None:
    """A class that does not derive from the protocol, but fits it."""
    arguments = program.type_parameters(symbol)
    name = program.unique("Mine")
    base = (
        f"({program.names.special('typing.Generic')}{arguments})" if arguments else ""
    )
    whole = with_inherited(program.package, symbol, cls, everything=True)
    lines = [f"class {name}{base}:"]
    lines += _members(program, symbol, whole, only_abstract=False) or ["    pass"]
    protocol = program.type(symbol, program.owner(symbol))
    head = f"def accept_{name.lower()}(it: {name}{arguments}) -> {protocol}:"
    lines += ["", "", head, "    return it"]
    program.add(symbol.public_path, "implementers", lines)


def _members(
    program: Program,
    symbol: Symbol,
    cls: Class,
    *,
    only_abstract: bool,
    marked: bool = False,
) -> list[str]:
    """The members of a class with bodies of somebody else's; ``marked`` ones say that they override something."""
    override = program.names.special("typing_extensions.override") if marked else ""
    lines: list[str] = []
    taken = frozenset((*cls.attributes, *cls.properties, *cls.methods))
    with program.names.inside("", taken):
        for name, attribute in instance_variables(cls).items():
            if not only_abstract and is_public(name):
                lines += _attribute(program, symbol, name, attribute)
        for name, prop in cls.properties.items():
            if is_public(name) and (prop.abstract or not only_abstract):
                lines += _property(program, symbol, name, prop, override)
        for name, method in cls.methods.items():
            if (
                is_public(name)
                and name not in _NOT_OVERRIDDEN
                and not method.sync_and_async
                and not any(text in FINAL for text in method.decorators)
                and (method.abstract or not only_abstract)
            ):
                lines += _method(program, symbol, name, method, override)
    return lines


def _attribute(
    program: Program, symbol: Symbol, name: str, attribute: Attribute
) -> list[str]:
    if is_final(attribute):
        return []
    kind = program.type(symbol, attribute.type)
    if is_of_class(attribute):
        kind = f"{program.names.special('typing.ClassVar')}[{kind}]"
    return [f"    {name}: {kind}"]


def _property(
    program: Program, symbol: Symbol, name: str, prop: Property, override: str
) -> list[str]:
    prop = structs.replace(
        prop, abstract=False, deprecated=None, decorators=(), receiver=None
    )
    lines = program.property_head(symbol, prop, "    ")
    lines += [f"    @{override}"] if override else []
    lines += program.property_reader(symbol, name, prop, "    ", f" {_BODY}")
    lines += program.property_writer(symbol, name, prop, "    ", " pass")
    lines += program.property_deleter(name, prop, "    ", " pass")
    return lines


def _method(
    program: Program, symbol: Symbol, name: str, method: Function, override: str
) -> list[str]:
    method = plain(method)
    first = receiver(method)
    lines: list[str] = []
    for overload in method.overloads:
        lines.append(f"    @{program.names.special('typing.overload')}")
        lines += program.binding(name, method, "    ")
        lines += program.signature(
            symbol,
            name,
            overload,
            receiver=first,
            asynchronous=method.asynchronous,
            indent="    ",
            end=": ...",
        )
    lines += program.binding(name, method, "    ")
    lines += [f"    @{override}"] if override else []
    if method.overloads:
        anything = program.names.special("typing.Any")
        word = "async def" if method.asynchronous else "def"
        given = f"*args: {anything}, **kwargs: {anything}"
        given = f"{first}, {given}" if first else given
        lines.append(f"    {word} {name}({given}) -> {anything}:")
    else:
        lines += program.signature(
            symbol,
            name,
            method,
            receiver=first,
            asynchronous=method.asynchronous,
            indent="    ",
        )
    return [*lines, f"        {_BODY}"]
