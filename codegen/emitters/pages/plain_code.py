"""Classes and functions as real Python: every default, every parameter kind, overloads and decorators.

Knows Python's declaration syntax. It must not know what else an entry of a page shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from codegen import spelling
from codegen.emitters.pages.parts import Field, Member
from codegen.emitters.pages.plain_links import Scope, Site
from codegen.emitters.python.formatting import bracketed
from codegen.model import Attribute, Class, Dataclass, Function, Overload, Parameter

EMPTY = {
    "list": "[]",
    "dict": "{}",
    "set": "set()",
    "tuple": "()",
    "frozenset": "frozenset()",
}
"""What factories that everybody knows make."""

IMPLIED_BASES = {"enum": "Enum", "exception": "Exception", "typed-dict": "TypedDict"}
"""What a class of some kinds inherits from where its spec says nothing."""

_DATACLASS_DEFAULTS = Dataclass()


def default_of(parameter: Parameter | Attribute, scope: Scope) -> str:
    """The value a caller gets by leaving a parameter out, as Python; empty when there is none."""
    value = parameter.default if isinstance(parameter, Parameter) else parameter.value
    if value is not None:
        return scope.value(value)
    if parameter.factory is None:
        return ""
    return EMPTY.get(parameter.factory) or f"{scope.value(parameter.factory)}()"


def items(fields: Mapping[str, Field], site: Site) -> list[str]:
    """The parameters of a declaration, with the ``/`` and ``*`` their kinds need."""
    written = (
        (field.parameter.kind, _item(name, field, site.scope(field.module)))
        for name, field in fields.items()
    )
    return spelling.with_marks(written, str)


def _item(name: str, field: Field, scope: Scope) -> str:
    parameter = field.parameter
    text = spelling.stars(parameter.kind) + name
    value = default_of(parameter, scope)
    if parameter.type is None:
        return f"{text}={value}" if value else text
    text += f": {scope.code(parameter.type)}"
    return f"{text} = {value}" if value else text


def declaration(
    site: Site, name: str, member: Member[Function], *, method: bool
) -> str:
    """A function or method as Python, every overload of it if it has some."""
    function = member.definition
    signatures: Iterable[Function | Overload] = function.overloads or (function,)
    written = [
        _declaration(site, name, member, signature, method=method)
        for signature in signatures
    ]
    return "\n".join(line for lines in written for line in lines)


def _declaration(
    site: Site,
    name: str,
    member: Member[Function],
    signature: Function | Overload,
    *,
    method: bool,
) -> list[str]:
    function, module_name = member.definition, member.module
    scope = site.scope(module_name)
    lines = ["@overload"] if function.overloads else []
    lines += [f"@{scope.value(text)}" for text in function.decorators]
    receiver: list[str] = []
    if method and function.binding != "static":
        receiver = ["self" if function.binding == "instance" else "cls"]
    if method and function.binding != "instance":
        lines.append(f"@{function.binding}method")
    if function.abstract:
        lines.append("@abstractmethod")
    fields = {
        key: Field(module_name, parameter, "")
        for key, parameter in signature.parameters.items()
    }
    returned = scope.code(signature.returns.type or "None")
    # One that can be called both ways blocks when it is called plainly.
    awaited = function.asynchronous and not function.sync_and_async
    head = f"{'async ' if awaited else ''}def {name}"
    parameters = [*receiver, *items(fields, site)]
    return lines + bracketed(head, parameters, f" -> {returned}: ...")


def class_declaration(
    site: Site,
    module_name: str,
    name: str,
    cls: Class,
    fields: dict[str, Field] | None,
) -> str:
    """A class as Python: decorators, bases, and what its instances are made from."""
    scope = site.scope(module_name)
    lines = [f"@{scope.value(text)}" for text in cls.decorators]
    if cls.runtime_checkable:
        lines.append("@runtime_checkable")
    if cls.dataclass is not None:
        lines.append(f"@dataclass{dataclass_options(cls.dataclass)}")
    bases = _bases(scope, cls)
    head = f"class {name.rpartition('.')[2]}"
    head_lines = bracketed(head, bases, ":") if bases else [f"{head}:"]
    body = _class_body(site, scope, cls, fields)
    if not body:
        head_lines[-1] += " ..."
    return "\n".join([*lines, *head_lines, *body])


def dataclass_options(options: Dataclass) -> str:
    """The arguments of a dataclass decorator: those that are not as they are by default."""
    given = [
        f"{option}={getattr(options, option)}"
        for option in options.__struct_fields__
        if getattr(options, option) != getattr(_DATACLASS_DEFAULTS, option)
    ]
    return f"({', '.join(given)})" if given else ""


def _bases(scope: Scope, cls: Class) -> list[str]:
    bases = [scope.code(base) for base in cls.bases]
    names = {base.partition("[")[0].rpartition(".")[2] for base in bases}
    if cls.kind == "protocol" and "Protocol" not in names:
        bases.append("Protocol")
    elif not bases and cls.kind in IMPLIED_BASES:
        bases.append(IMPLIED_BASES[cls.kind])
    if cls.kind == "typed-dict" and not cls.total:
        bases.append("total=False")
    return bases


def _class_body(
    site: Site, scope: Scope, cls: Class, fields: dict[str, Field] | None
) -> list[str]:
    if cls.kind == "enum":
        return [
            f"    {name} = {scope.value(attribute.value) if attribute.value else 'auto()'}"
            for name, attribute in cls.attributes.items()
        ]
    if cls.kind == "typed-dict":
        return [
            f"    {name}: {scope.code(attribute.type or 'typing.Any')}"
            for name, attribute in cls.attributes.items()
        ]
    if fields is None:
        return []
    parameters = ["self", *items(fields, site)]
    return bracketed("def __init__", parameters, " -> None: ...", "    ")
