"""What those who use an API write: imports, calls, reads, assignments, awaits, checks of instances.

Knows which uses a definition invites. It must not know what changed.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from codegen import spelling
from codegen.diff.surface import is_public
from codegen.model import (
    Attribute,
    Class,
    Function,
    Overload,
    Parameter,
    Property,
    TypeAlias,
    Variable,
)
from codegen.package import Symbol
from codegen.proving import data, generics
from codegen.proving.calls import calls, given, unpacked
from codegen.proving.programs import Program, signatures
from codegen.proving.shapes import (
    constructor,
    instance_variables,
    is_abstract,
    is_assignable,
    is_frozen,
    is_of_class,
    named_bases,
)
from codegen.proving.view import with_inherited

_NEVER_RETURNS = ("typing.NoReturn", "typing.Never")
# Called by Python itself, never by users.
_UNCALLED = (
    "__init__",
    "__new__",
    "__post_init__",
    "__init_subclass__",
    "__class_getitem__",
    "__set_name__",
)


def of_definition(program: Program, symbol: Symbol) -> None:
    """Add the programs of callers about one definition, other than that it can be imported."""
    match symbol.definition:
        case Class() as cls:
            _of_class(program, symbol, cls)
        case Function() as function:
            callee = program.names.special(symbol.path)
            of_callable(program, symbol, symbol.public_path, function, callee)
        case Variable() as variable:
            name = program.names.special(symbol.path)
            kind = program.type(symbol, variable.type)
            program.use(symbol.public_path, [], [f"value: {kind} = {name}"])
        case TypeAlias() as alias:
            _of_alias(program, symbol, alias)
        case _:
            pass


def takes(
    program: Program,
    symbol: Symbol,
    parameters: dict[str, Parameter],
    passed: Iterable[str],
    owner: str = "",
) -> list[str]:
    """The parameters of a program that calls something: one for each argument, of the type declared for it."""
    found: list[str] = []
    for name in sorted(passed, key=lambda name: unpacked(parameters[name])):
        parameter = parameters[name]
        stars = spelling.stars(parameter.kind) if unpacked(parameter) else ""
        kind = program.type(symbol, parameter.type, owner)
        found.append(f"{stars}{given(name)}: {kind}")
    return found


def of_callable(
    program: Program,
    symbol: Symbol,
    subject: str,
    function: Function,
    callee: str,
    first: str = "",
    owner: str = "",
) -> None:
    """Call something in every way; ``first`` is the parameter that holds what a method is called on."""
    for signature in signatures(function):
        here = first
        if isinstance(signature, Overload) and signature.receiver and first:
            here = f"it: {program.type(symbol, signature.receiver, owner)}"
        for call in calls(signature.parameters):
            about = f"{subject}.{call.about}" if call.about else subject
            arguments = takes(program, symbol, signature.parameters, call.passed, owner)
            receives = [here, *arguments] if here else arguments
            kind = _result_type(program, symbol, signature, receives, owner)
            head = f"result: {kind} = " if kind else ""
            if function.sync_and_async or not function.asynchronous:
                line = f"{head}{callee}({call.text})"
                program.use(about, receives, [line])
            if function.sync_and_async or function.asynchronous:
                awaited = f"{callee}.aio" if function.sync_and_async else callee
                line = f"{head}await {awaited}({call.text})"
                program.use(about, receives, [line], asynchronous=True)


def _result_type(
    program: Program,
    symbol: Symbol,
    signature: Function | Overload,
    receives: list[str],
    owner: str,
) -> str:
    """What a result was declared to be, spelled out; empty where nothing can be done with it."""
    returned = signature.returns.type or "None"
    decorated = isinstance(signature, Function) and signature.decorators
    if decorated or returned in ("None", *_NEVER_RETURNS):
        return ""
    form = returned.partition("[")[0].rpartition(".")[2]
    if form in ("TypeGuard", "TypeIs"):
        return "bool"
    kind = program.type(symbol, returned, owner)
    known = program.variables_in(" ".join(receives))
    # A type variable that nothing passed stands for means nothing in the program.
    return kind if program.variables_in(kind) <= known else ""


def _of_alias(program: Program, symbol: Symbol, alias: TypeAlias) -> None:
    """Values of the old type are values of the alias, and the other way round."""
    name = program.names.special(symbol.path)
    kind = program.type(symbol, alias.type)
    if alias.distinct:
        program.use(
            symbol.public_path,
            [f"value: {kind}"],
            [f"return {name}(value)"],
            returns=name,
        )
    else:
        program.use(
            symbol.public_path, [f"value: {kind}"], ["return value"], returns=name
        )
    program.use(symbol.public_path, [f"value: {name}"], ["return value"], returns=kind)


def _of_class(program: Program, symbol: Symbol, cls: Class) -> None:
    view = program.package
    owner = program.owner(symbol)
    subject = symbol.public_path
    cls = with_inherited(view, symbol, cls, everything=False)
    _bases(program, symbol, cls, owner)
    _instances(program, symbol, cls)
    construction(program, symbol, cls, owner)
    generics.variance(program, symbol, owner)
    generics.defaults(program, symbol)
    here = f"it: {program.type(symbol, owner)}"
    if cls.kind == "typed-dict":
        data.typed_dict(program, symbol, cls)
        return
    if cls.kind == "enum":
        data.enum(program, symbol, cls)
    if cls.kind == "named-tuple":
        data.named_tuple(program, symbol, cls)
    if cls.dataclass is not None:
        data.dataclass(program, symbol, cls, owner)
    for name, attribute in instance_variables(cls).items():
        if is_public(name):
            _attribute(program, symbol, cls, name, attribute, owner)
    for name, prop in cls.properties.items():
        if is_public(name):
            _property(program, symbol, cls, name, prop, owner)
    for name, method in cls.methods.items():
        if is_public(name) and name not in _UNCALLED:
            _method(program, symbol, f"{subject}.{name}", name, method, owner, here)


def _method(
    program: Program,
    symbol: Symbol,
    subject: str,
    name: str,
    method: Function,
    owner: str,
    here: str,
) -> None:
    callee = f"it.{name}"
    if method.receiver is not None:
        here = f"it: {program.type(symbol, method.receiver, owner)}"
    elif method.binding == "class":
        here = f"it: type[{program.type(symbol, owner)}]"
    elif method.binding == "static":
        callee, here = f"{program.names.special(symbol.path)}.{name}", ""
    of_callable(program, symbol, subject, method, callee, here, owner)


def _property(
    program: Program, symbol: Symbol, cls: Class, name: str, prop: Property, own: str
) -> None:
    subject = f"{symbol.public_path}.{name}"
    kind = program.type(symbol, prop.type, own)
    here = f"it: {program.type(symbol, prop.receiver or own, own)}"
    program.use(subject, [here], [f"value: {kind} = it.{name}"])
    if (prop.writable or prop.setter) and not is_frozen(cls):
        accepted = program.type(symbol, prop.accepts or prop.type, own)
        program.use(subject, [here, f"value: {accepted}"], [f"it.{name} = value"])
    if prop.deletable:
        program.use(subject, [here], [f"del it.{name}"])


def _attribute(
    program: Program,
    symbol: Symbol,
    cls: Class,
    name: str,
    attribute: Attribute,
    owner: str,
) -> None:
    subject = f"{symbol.public_path}.{name}"
    kind = program.type(symbol, attribute.type, owner)
    here = f"it: {program.type(symbol, owner)}"
    holder = "type(it)" if is_of_class(attribute) else "it"
    program.use(subject, [here], [f"value: {kind} = it.{name}"])
    if is_assignable(cls, attribute):
        line = f"{holder}.{name} = value"
        program.use(subject, [here, f"value: {kind}"], [line])


def construction(program: Program, symbol: Symbol, cls: Class, owner: str) -> None:
    """Make instances in every way the constructor allows."""
    function = constructor(program.package, symbol, cls)
    if function is None or is_abstract(program.package, symbol, cls):
        return
    name = program.names.special(symbol.path)
    made = structs.replace(
        function,
        returns=structs.replace(function.returns, type=owner),
        overloads=tuple(
            structs.replace(
                overload,
                receiver=None,
                returns=structs.replace(
                    overload.returns, type=overload.receiver or owner
                ),
            )
            for overload in function.overloads
        ),
    )
    # What type variables mean must be known where nothing that is passed says it.
    like = f"like: {program.type(symbol, owner)}" if "[" in owner else ""
    of_callable(program, symbol, symbol.public_path, made, name, like, owner)


def _bases(program: Program, symbol: Symbol, cls: Class, owner: str) -> None:
    """Instances are accepted where an instance of a base is asked for."""
    here = f"it: {program.type(symbol, owner)}"
    for base in named_bases(cls):
        kind = program.type(symbol, base)
        program.use(symbol.public_path, [here], ["return it"], returns=kind)


def _instances(program: Program, symbol: Symbol, cls: Class) -> None:
    """Ask whether something is an instance, or a subclass."""
    if cls.kind == "typed-dict" or (
        cls.kind == "protocol" and not cls.runtime_checkable
    ):
        return
    name = program.names.special(symbol.path)
    line = f"return isinstance(it, {name})"
    program.use(symbol.public_path, ["it: object"], [line], returns="bool")
    if cls.kind != "protocol":
        line = f"return issubclass(it, {name})"
        program.use(symbol.public_path, ["it: type[object]"], [line], returns="bool")
