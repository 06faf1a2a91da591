"""Expressions as values: what is accepted, which names are found, how they are spelled, and where refusals point."""

from __future__ import annotations

import ast

import pytest

from codegen import spelling, types
from codegen.model import Module
from codegen.package import Package

PACKAGE = Package({"m": Module(module="m")})


def modern(text: str) -> str:
    """A type in modern form, its names resolved as in a spec that imports nothing."""
    return spelling.spell_type(text, lambda name: PACKAGE.canonical("m", name) or name)


def same(text: str) -> str:
    """A value with its names left as they are."""
    return spelling.spell_value(text, lambda name: name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("int", "int"),
        ("None", "None"),
        ("List[int]", "list[int]"),
        ("typing.List[typing.Dict[str, int]]", "list[dict[str, int]]"),
        ("Tuple[int, ...]", "tuple[int, ...]"),
        ("Tuple[()]", "tuple[()]"),
        ("tuple[()]", "tuple[()]"),
        ("FrozenSet[Set[int]]", "frozenset[set[int]]"),
        ("Type[int]", "type[int]"),
        ("DefaultDict[str, int]", "collections.defaultdict[str, int]"),
        ("AbstractSet[int]", "collections.abc.Set[int]"),
        ("ContextManager[int]", "contextlib.AbstractContextManager[int]"),
        ("typing.Pattern[str]", "re.Pattern[str]"),
        ("Callable[[int, str], None]", "collections.abc.Callable[[int, str], None]"),
        ("Callable[[], int]", "collections.abc.Callable[[], int]"),
        ("Callable[..., Any]", "collections.abc.Callable[..., typing.Any]"),
        ("Literal['a', \"b\", 1, None]", 'typing.Literal["a", "b", 1, None]'),
        (
            "Annotated[List[int], (1, 2), 'x']",
            'typing.Annotated[list[int], (1, 2), "x"]',
        ),
        ("Generic[*Ts]", "typing.Generic[*Ts]"),
        ("a.b.C", "a.b.C"),
    ],
)
def test_types_are_spelled_in_modern_form(text: str, expected: str) -> None:
    """Aliases of typing become what replaced them; everything else stays."""
    assert modern(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Optional[int]", "int | None"),
        ("Union[int]", "int"),
        ("Union[int, str]", "int | str"),
        ("Union[int, None, str]", "int | None | str"),
        ("Optional[Union[int, str]]", "int | str | None"),
        ("Union[int, Union[str, Optional[bytes]]]", "int | str | bytes | None"),
        ("Optional[int | None]", "int | None"),
        ("int | Union[str, int]", "int | str"),
        (
            "typing.Union[typing.List[int], typing.Optional[int]]",
            "list[int] | int | None",
        ),
        ("List[Optional[int]]", "list[int | None]"),
        ("Optional[None]", "None"),
        ("(int | str) | bytes", "int | str | bytes"),
        ("int | (str | bytes)", "int | str | bytes"),
    ],
)
def test_unions_are_flat(text: str, expected: str) -> None:
    """Unions of every spelling become one, without repetition and with None last where it was optional."""
    assert modern(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0x1F", "31"),
        ("1_000", "1000"),
        ("0b101", "5"),
        ("- 1", "-1"),
        ("--1", "--1"),
        ("~(A | B)", "~(A | B)"),
        ("-(1 | 2)", "-(1 | 2)"),
        ("~A | B", "~A | B"),
        ("1e10", "10000000000.0"),
        ("1E+300", "1e300"),
        ("2J", "2j"),
        ("True", "True"),
        ("...", "..."),
        ("'a'", '"a"'),
        ("'a' 'b'", '"ab"'),
        ("b'\\xff'", 'b"\\xff"'),
        ("b'\"'", "b'\"'"),
        ("(1,)", "(1,)"),
        ("()", "()"),
        ("1, 2", "(1, 2)"),
        ("[1,2]", "[1, 2]"),
        ("{1,2}", "{1, 2}"),
        ("{'a':{'b':(1,)}}", '{"a": {"b": (1,)}}'),
        ("{}", "{}"),
        ("Port( 1,name='x' )", 'Port(1, name="x")'),
        ("a.B.C", "a.B.C"),
    ],
)
def test_values_are_spelled_as_black_writes_them(text: str, expected: str) -> None:
    """Literals keep their value and take one spelling."""
    assert same(text) == expected


@pytest.mark.parametrize(
    "text", ["0x1F", "1_000", "-5", "1.5e-7", "b'\\x00\"'", "((1,), [2], {3})"]
)
def test_spelling_keeps_the_value(text: str) -> None:
    """Python reads the new spelling as the same value."""
    assert ast.literal_eval(same(text)) == ast.literal_eval(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", '""'),
        ("a", '"a"'),
        ("it's", '"it\'s"'),
        ('say "hi"', "'say \"hi\"'"),
        ("both ' and \"", '"both \' and \\""'),
        ('" " \'', "'\" \" \\''"),
        ("back\\slash", '"back\\\\slash"'),
        ("\t\n\x00\u2028", '"\\t\\n\\x00\\u2028"'),
        ("ü你🎉", '"ü你🎉"'),
    ],
)
def test_quoting(text: str, expected: str) -> None:
    """Strings have double quotes unless that needs more escapes, and nothing invisible."""
    assert spelling.quote(text) == expected
    assert ast.literal_eval(spelling.quote(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("List[a.b.C] | None", [("List", 0, 4), ("a.b.C", 5, 10)]),
        ("Literal['x', Mode.FAST]", [("Literal", 0, 7), ("Mode.FAST", 13, 22)]),
        ("Port(8080, name=N)", [("Port", 0, 4), ("N", 16, 17)]),
        ("'ü' | Name", [("Name", 6, 10)]),
        ("1", []),
    ],
)
def test_references(text: str, expected: list[tuple[str, int, int]]) -> None:
    """Names are found in their longest form, with the characters they occupy."""
    assert [tuple(found) for found in types.references(text)] == expected


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("", 0, "the expression is empty"),
        ("  ", 0, "the expression is empty"),
        ("list[", 4, "is not a Python expression"),
        ("int\nstr", 0, "written on one line"),
        ("list['int']", 5, "is quoted"),
        ("dict[str, f()]", 10, "a call cannot stand in a type"),
        ("dict[str, 3]", 10, "a literal cannot stand in a type"),
        ("int + str", 0, "an operation cannot stand in a type"),
        ("f().x", 0, "cannot take an attribute"),
        ("list[lambda: 0]", 5, "a lambda cannot stand in a type"),
        ("ü | 3", 4, "a literal cannot stand in a type"),
        ("Literal[f'x']", 8, "an f-string cannot stand in"),
        ("x" * 20_001, 0, "at most 20,000"),
        ("list[" * 160 + "int" + "]" * 160, 750, "deeper than 150 levels"),
    ],
)
def test_refused_types(text: str, offset: int, message: str) -> None:
    """What is no type is refused, and the offset is that of the part at fault."""
    with pytest.raises(types.ExpressionError) as caught:
        types.parse_type(text)

    assert message in caught.value.message
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("1 + 2", 0, "an operation cannot stand in a default"),
        ("[x for x in y]", 0, "a comprehension cannot stand in a default"),
        ("(1, lambda: 0)", 4, "a lambda cannot stand in a default"),
        ("f'x'", 0, "an f-string cannot stand in a default"),
        ("a[0]", 0, "a subscript cannot stand in a default"),
        ("x if y else z", 0, "a conditional expression cannot stand in a default"),
        ("().__class__", 0, "reaches into the interpreter"),
        ("int.__subclasses__()", 0, "only a class may be called"),
        ("f()()", 0, "only a class may be called"),
        ("Port(*args)", 5, "a starred expression cannot stand in a default"),
        ("Port(**kwargs)", 0, "plain arguments only"),
        ("Port(1, x=1 < 2)", 10, "a comparison cannot stand in a default"),
        ("(x := 1)", 1, "an assignment cannot stand in a default"),
        ("{**a}", 0, "takes plain keys only"),
        ("1e999", 0, "too large"),
        ("not x", 0, "an operation cannot stand in a default"),
    ],
)
def test_refused_values(text: str, offset: int, message: str) -> None:
    """What computes, or reaches where it should not, is refused with the offset of the part at fault."""
    with pytest.raises(types.ExpressionError) as caught:
        types.parse_value(text)

    assert message in caught.value.message
    assert caught.value.offset == offset
