"""What those who use an API write about classes that are made of data: typed dicts, enums, named tuples, dataclasses.

Knows what Python and type checkers derive from fields. It must not know what changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from codegen.diff.surface import is_public
from codegen.emitters.python.signatures import is_plain
from codegen.model import Attribute, Class, Parameter
from codegen.package import Package, Symbol
from codegen.proving.programs import Program


class Key(NamedTuple):
    """A key of a typed dict: its type, and whether it must be there and can be assigned."""

    type: str | None
    required: bool
    writable: bool


def keys(view: Package, symbol: Symbol, cls: Class) -> dict[str, Key]:
    """All keys of a typed dict, inherited ones first."""
    found: dict[str, Key] = {}
    above = [ancestor for _, _, ancestor in view.ancestors(symbol.module, cls)]
    for owner in (*reversed(above), cls):
        for name, attribute in owner.attributes.items():
            found[name] = _key(attribute, owner.total)
    return found


def _key(attribute: Attribute, total: bool) -> Key:
    text = attribute.type or ""
    required = total
    if "NotRequired[" in text:
        required = False
    elif "Required[" in text:
        required = True
    return Key(attribute.type, required, "ReadOnly[" not in text)


def typed_dict(program: Program, symbol: Symbol, cls: Class) -> None:
    """Write such dicts as literals; read, assign and remove keys."""
    subject = symbol.public_path
    name = program.names.special(symbol.path)
    found = keys(program.package, symbol, cls)
    kinds = {key: program.type(symbol, found[key].type) for key in found}
    for chosen in (found, {key: one for key, one in found.items() if one.required}):
        takes = [f"{key}_: {kinds[key]}" for key in chosen]
        items = ", ".join(f'"{key}": {key}_' for key in chosen)
        program.use(subject, takes, [f"return {{{items}}}"], returns=name)
    _same_keys(program, subject, found, kinds, name)
    here = f"it: {name}"
    for key in cls.attributes:
        about, kind = f"{subject}.{key}", kinds[key]
        if found[key].required:
            program.use(about, [here], [f'value: {kind} = it["{key}"]'])
        else:
            program.use(about, [here], [f'value: {kind} | None = it.get("{key}")'])
            program.use(about, [here], [f'del it["{key}"]'])
        if found[key].writable:
            line = f'it["{key}"] = value'
            program.use(about, [here, f"value: {kind}"], [line])


def _same_keys(
    program: Program,
    subject: str,
    found: Mapping[str, Key],
    kinds: Mapping[str, str],
    name: str,
) -> None:
    """A typed dict of the user's own is accepted, whose keys can only be read where that is enough."""
    special = program.names.special
    own = program.unique("Mine")
    lines = [f"class {own}({special('typing.TypedDict')}):"]
    for key, one in found.items():
        kind = kinds[key]
        if not one.writable:
            kind = f"{special('typing_extensions.ReadOnly')}[{kind}]"
        if not one.required:
            kind = f"{special('typing.NotRequired')}[{kind}]"
        lines.append(f"    {key}: {kind}")
    head = f"def accept_{own.lower()}(it: {own}) -> {name}:"
    if any(not one.writable for one in found.values()):
        program.add(subject, "callers", [*lines, "", "", head, "    return it"])


def enum(program: Program, symbol: Symbol, cls: Class) -> None:
    """Name members and their values; handle each of them."""
    subject = symbol.public_path
    name = program.names.special(symbol.path)
    for member, attribute in cls.attributes.items():
        about = f"{subject}.{member}"
        if not is_public(member):
            continue
        program.use(about, [], [f"return {name}.{member}"], returns=name)
        value = attribute.value
        if value and is_plain(value) and value[0] in "\"'-0123456789":
            literal = f"{program.names.special('typing.Literal')}[{value}]"
            line = f"return {name}.{member}.value"
            program.use(about, [], [line], returns=literal)
    if any("Flag" in base for base in cls.bases) or not cls.attributes:
        return
    members = {member: name for member in cls.attributes if is_public(member)}
    lines = ["match it:"]
    for member in members:
        lines += [f"    case {name}.{member}:", "        pass"]
    never = program.names.special("typing.assert_never")
    lines += ["    case other:", f"        {never}(other)"]
    program.use(subject, [f"it: {name}"], lines)


def named_tuple(program: Program, symbol: Symbol, cls: Class) -> None:
    """Unpack such tuples, replace fields, and hand them on as plain tuples."""
    subject = symbol.public_path
    name = program.type(symbol, program.owner(symbol))
    fields = cls.parameters or {}
    if not fields:
        return
    kinds = [program.type(symbol, field.type) for field in fields.values()]
    takes = [f"it: {name}"]
    whole = f"{program.names.special('tuple')}[{', '.join(kinds)}]"
    program.use(subject, takes, ["return it"], returns=whole)
    targets = ", ".join(f"value_{index}" for index in range(len(kinds)))
    returned = f"return ({targets},)"
    program.use(subject, takes, [f"{targets}, = it", returned], returns=whole)
    for (field, _), kind in zip(fields.items(), kinds, strict=True):
        line = f"return it._replace({field}=value)"
        about = f"{subject}.{field}"
        program.use(about, [*takes, f"value: {kind}"], [line], returns=name)


def dataclass(program: Program, symbol: Symbol, cls: Class, owner: str) -> None:
    """Replace fields, match by position, order and hash instances."""
    subject = symbol.public_path
    options = cls.dataclass
    assert options is not None
    name = program.type(symbol, owner)
    here = f"it: {name}"
    fields = program.package.constructor(symbol.module, cls) or {}
    replace = program.names.special("dataclasses.replace")
    for field in cls.parameters or {}:
        if field in fields and is_public(field) and options.init:
            kind = program.type(symbol, fields[field].type, owner)
            line = f"return {replace}(it, {field}=value)"
            takes = [here, f"value: {kind}"]
            program.use(f"{subject}.{field}", takes, [line], returns=name)
    if options.match_args and options.init and "[" not in owner:
        _match(program, symbol, cls, fields, owner)
    if options.order:
        program.use(subject, [here], ["return it < it"], returns="bool")
    if (options.eq and options.frozen) or options.unsafe_hash:
        hashable = program.names.special("collections.abc.Hashable")
        program.use(subject, [here], ["return it"], returns=hashable)


def _match(
    program: Program,
    symbol: Symbol,
    cls: Class,
    fields: Mapping[str, Parameter],
    owner: str,
) -> None:
    positional = {
        name: field for name, field in fields.items() if field.kind != "keyword-only"
    }
    if not positional:
        return
    name = program.names.special(symbol.path)
    captured = ", ".join(f"value_{index}" for index in range(len(positional)))
    lines = ["match it:", f"    case {name}({captured}):"]
    own = cls.parameters or {}
    for index, (field, parameter) in enumerate(positional.items()):
        # A base says what its fields hold.
        if field not in own or not is_public(field):
            continue
        kind = program.type(symbol, parameter.type, owner)
        lines.append(f"        field_{index}: {kind} = value_{index}")
    lines.append("        pass")
    program.use(symbol.public_path, [f"it: {name}"], lines)
