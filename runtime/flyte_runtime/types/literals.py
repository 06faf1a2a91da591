"""Literals made of other literals: how choices, lists, dictionaries and unions travel between tasks.

Knows what a form is, and the messages of literals and their types. It must not know which Python type has which form, nor
what stands inside a struct.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

from flyte_runtime.types.errors import failure, kind_of, mismatch, type_name

if TYPE_CHECKING:
    from flyteidl2.core.literals_pb2 import Literal
    from flyteidl2.core.types_pb2 import LiteralType

MSGPACK = "msgpack"
# What the name of an enum is that was made from the values of a `typing.Literal`.
LITERAL_ENUM = "LiteralEnum"


class Form(NamedTuple):
    """The type of a literal, and how to get from a value to a literal and back; both name the place in their errors."""

    # The name by which variants of unions are told apart; all SDKs use the same ones.
    tag: str
    type: LiteralType
    write: Callable[[Any, str], Literal]
    read: Callable[[Literal, str], Any]


# Choices


def choice(values: Sequence[str], member: Callable[[str], Any], name: str) -> Form:
    """Make the form of an enum of texts; `member` makes what a reader gets."""
    from flyteidl2.core.literals_pb2 import Literal, Primitive
    from flyteidl2.core.literals_pb2 import Scalar as ScalarMessage
    from flyteidl2.core.types_pb2 import EnumType, LiteralType

    known = ", ".join(map(repr, values))

    def check(value: Any, where: str) -> str:
        if not isinstance(value, str) or value not in values:
            raise failure(f"{where}: expected one of {known}, got {_shown(value)}")
        return value

    def write(value: Any, where: str) -> Literal:
        if isinstance(value, Enum):
            if type(value).__name__ != name:
                raise failure(f"{where}: expected {name}, got {kind_of(value)}")
            value = value.value
        text = str.__str__(check(value, where))
        return Literal(scalar=ScalarMessage(primitive=Primitive(string_value=text)))

    def read(literal: Literal, where: str) -> Any:
        text = _text(literal)
        if text is None:
            raise failure(
                f"{where}: expected one of {known}, got {content_of(literal)}"
            )
        return member(check(text, where))

    return Form(
        "DefaultEnumTransformer",
        LiteralType(enum_type=EnumType(values=values)),
        write,
        read,
    )


def _text(literal: Literal) -> str | None:
    primitive = literal.scalar.primitive
    return primitive.string_value if primitive.HasField("string_value") else None


def _shown(value: Any) -> str:
    # Short texts only: that of an enum is probably misspelt, others may be anything.
    return repr(value) if isinstance(value, str) and len(value) < 60 else kind_of(value)


# Containers


def collection(item: Form) -> Form:
    """Make the form of a list."""
    from flyteidl2.core.literals_pb2 import Literal, LiteralCollection
    from flyteidl2.core.types_pb2 import LiteralType

    def write(value: Any, where: str) -> Literal:
        if not _is_list(value):
            raise mismatch(value, list, where)
        literals = [
            item.write(one, f"{where}[{index}]") for index, one in enumerate(value)
        ]
        return Literal(collection=LiteralCollection(literals=literals))

    def read(literal: Literal, where: str) -> Any:
        if not literal.HasField("collection"):
            raise unreadable(literal, list, where)
        return [
            item.read(one, f"{where}[{index}]")
            for index, one in enumerate(literal.collection.literals)
        ]

    return Form("Typed List", LiteralType(collection_type=item.type), write, read)


def mapping(item: Form) -> Form:
    """Make the form of a dictionary with texts for keys."""
    from flyteidl2.core.literals_pb2 import Literal, LiteralMap
    from flyteidl2.core.types_pb2 import LiteralType

    def write(value: Any, where: str) -> Literal:
        if not _is_dict(value):
            raise mismatch(value, dict, where)
        for key in value:
            if not isinstance(key, str):
                raise failure(f"{where}: expected keys of type str, got {kind_of(key)}")
        literals = {
            key: item.write(one, f"{where}[{key!r}]") for key, one in value.items()
        }
        return Literal(map=LiteralMap(literals=literals))

    def read(literal: Literal, where: str) -> Any:
        if not literal.HasField("map"):
            raise unreadable(literal, dict, where)
        return {
            key: item.read(one, f"{where}[{key!r}]")
            for key, one in literal.map.literals.items()
        }

    return Form("Typed Dict", LiteralType(map_value_type=item.type), write, read)


def alternatives(members: Sequence[tuple[Any, Form]]) -> Form:
    """Make the form of a union: a literal says which variant it is."""
    from flyteidl2.core.literals_pb2 import Literal, Union
    from flyteidl2.core.literals_pb2 import Scalar as ScalarMessage
    from flyteidl2.core.types_pb2 import LiteralType, UnionType

    expected = " | ".join(type_name(hint) for hint, _ in members)
    variants = [(form, _tagged(form)) for _, form in members]

    def write(value: Any, where: str) -> Literal:
        exact = [
            variant
            for (hint, _), variant in zip(members, variants, strict=True)
            if hint is type(value)
        ]
        written: list[Literal] = []
        for form, tagged in exact or variants:
            try:
                inner = form.write(value, where)
            except TypeError:
                continue
            union = Union(value=inner, type=tagged)
            written.append(Literal(scalar=ScalarMessage(union=union)))
        found = f"{expected}, got {kind_of(value)}"
        literal: Literal = _only(written, where, found)
        return literal

    def read(literal: Literal, where: str) -> Any:
        inner, forms = _candidates(literal, variants)
        values: list[Any] = []
        for form in forms:
            try:
                values.append(form.read(inner, where))
            except TypeError:
                continue
        return _only(values, where, f"{expected}, got {content_of(inner)}")

    union_type = UnionType(variants=[tagged for _, tagged in variants])
    return Form("Typed Union", LiteralType(union_type=union_type), write, read)


def _tagged(form: Form) -> LiteralType:
    from flyteidl2.core.types_pb2 import LiteralType, TypeStructure

    tagged = LiteralType()
    tagged.CopyFrom(form.type)
    tagged.structure.CopyFrom(TypeStructure(tag=form.tag))
    return tagged


def _candidates(
    literal: Literal, variants: Sequence[tuple[Form, LiteralType]]
) -> tuple[Literal, list[Form]]:
    """List the variants a literal may be, by as much of its type as any variant agrees with; all when it says nothing."""
    forms = [form for form, _ in variants]
    if not literal.scalar.HasField("union"):
        return literal, forms
    union = literal.scalar.union
    kind, tag = union.type, union.type.structure.tag
    same = [form for form, tagged in variants if tagged == kind]
    if same or not tag:
        return union.value, same or forms
    tagged = [form for form in forms if form.tag == tag]
    # Where classes are made from schemas, a model may have become a dataclass, but its name is kept.
    found = tagged or [form for form in forms if _are_structs(form.type, kind)]
    titled = [form for form in found if _title(form.type) == _title(kind)]
    return union.value, titled or found


def _are_structs(*kinds: LiteralType) -> bool:
    from flyteidl2.core.types_pb2 import SimpleType

    return all(kind.simple == SimpleType.STRUCT for kind in kinds)


def _title(kind: LiteralType) -> object:
    fields = kind.metadata.fields
    return fields["title"].string_value if "title" in fields else None


def _only(found: list[Any], where: str, expected: str) -> Any:
    if not found:
        raise failure(f"{where}: expected {expected}")
    if len(found) > 1:
        raise failure(f"{where}: ambiguous, fits several variants of {expected}")
    return found[0]


# Errors


def binary_content(literal: Literal, where: str) -> bytes | None:
    """Return the msgpack bytes of a literal, None when it is of another kind."""
    if not literal.scalar.HasField("binary"):
        return None
    binary = literal.scalar.binary
    if binary.tag != MSGPACK:
        raise pickled_content(where)
    return binary.value


def pickled_content(where: str) -> TypeError:
    return failure(f"{where}: what may be a pickle is never read")


def unreadable(literal: Literal, expected: Any, where: str) -> TypeError:
    return failure(
        f"{where}: expected {type_name(expected)}, got {content_of(literal)}"
    )


def content_of(literal: Literal) -> str:
    """Name what a literal holds, without repeating it."""
    name = literal.WhichOneof("value")
    if name != "scalar":
        return f"a literal with {name or 'nothing'}"
    inner = literal.scalar.WhichOneof("value")
    if inner == "primitive":
        inner = literal.scalar.primitive.WhichOneof("value")
    return f"a literal with {inner or 'nothing'}"


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return type(value) is list


def _is_dict(value: object) -> TypeGuard[dict[Any, Any]]:
    return type(value) is dict
