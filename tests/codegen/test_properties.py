"""What holds for every spec: writing and reading it changes nothing, and what it generates is Python."""

from __future__ import annotations

import ast
import sys
from types import ModuleType
from typing import Any
from unittest import mock

import black
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec import inspect

from codegen import build
from codegen.emitters import yaml as writer
from codegen.model import (
    Attribute,
    Class,
    Dataclass,
    Deprecation,
    Function,
    Module,
    Parameter,
    Property,
    Returns,
    TypeAlias,
    Variable,
)
from codegen.package import Package
from codegen.project import Settings
from codegen.readers import yaml as reader

often = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
sometimes = settings(often, max_examples=40)

# Every character a spec may hold, but for a few invisible ones that it may.
characters = st.characters(
    codec="utf-8",
    exclude_categories=("Cc", "Cf", "Cn", "Cs", "Zl", "Zp"),
    include_characters="\n\t\xad",
)
awkward = st.sampled_from(
    [
        *" \t\n\\'\"#:-?*&!|>%@`{}[],~",
        ": ",
        " #",
        "- ",
        "\n\n",
        "'''",
        '"""',
        "null",
        "---",
    ]
)
texts = st.lists(characters | awkward, max_size=12).map("".join)


def anything(expected: inspect.Type, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values of a type of the model, whether they make sense or not."""
    match expected:
        case inspect.Metadata(type=inner):
            return anything(inner, depth)
        case inspect.UnionType(types=members):
            return st.one_of([anything(member, depth) for member in members])
        case inspect.StructType(cls=cls, fields=fields):
            return st.fixed_dictionaries(
                {f.name: anything(f.type, depth + 1) for f in fields if f.required},
                optional={
                    f.name: anything(f.type, depth + 1)
                    for f in fields
                    if not f.required and depth < 4
                },
            ).map(lambda values: cls(**values))
        case inspect.DictType(value_type=value_type):
            return st.dictionaries(texts, anything(value_type, depth), max_size=2)
        case inspect.VarTupleType(item_type=item_type):
            return st.lists(anything(item_type, depth), max_size=2).map(tuple)
        case inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case inspect.StrType(pattern=str()):
            return st.sampled_from(["cores:run", "cores.deep.down:run_it"])
        case inspect.StrType():
            return texts
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType():
            return st.integers()
        case inspect.NoneType():
            return st.none()
    raise AssertionError(f"the model has no {expected}")


@often
@given(module=anything(inspect.type_info(Module)))
def test_reading_what_was_written_gives_the_same_module(module: Module) -> None:
    """Every module survives being written as a spec, whatever its texts hold."""
    text = writer.emit(module)
    found, problems = reader.read(reader.Document("m.yaml", text))

    assert problems == []
    assert found == module


@often
@given(doc=texts)
def test_texts_survive_exactly(doc: str) -> None:
    """Every text comes back character by character."""
    found, problems = reader.read(
        reader.Document("m.yaml", writer.emit(Module(module="m", doc=doc)))
    )

    assert problems == []
    assert found is not None
    assert found.doc == doc


NAMES = [
    *(
        "alpha",
        "beta",
        "_hidden",
        "LIMIT",
        "l",
        "x1",
        "Item",
        "Other",
        "aVeryLongName" * 5,
    ),
    *("list", "dict", "str", "type", "property", "staticmethod", "field", "object"),
    *("Any", "ClassVar", "Enum", "dataclass", "annotations", "print", "builtins"),
]
names = st.sampled_from(NAMES)
TYPED = [
    ("int", ["0", "-1", "0xFF", "1_000"]),
    ("str", ["''", '"a"', "'\"'", '"\\\\"', "'it' \"'s\""]),
    ("Optional[List[str]]", ["None"]),
    ("Union[int, str, None]", ["None", "1"]),
    ("Dict[str, Tuple[int, ...]] | None", ["None"]),
    ("typing.Sequence[bytes]", ["()", "(b'a', b'\"')"]),
    ("Callable[[int, str], Awaitable[None]]", ["print"]),
    ("Literal['a', \"b'\", 1]", ["'a'", "1"]),
    ("Type[int]", ["int", "bool"]),
    ("Any", ["...", "(1, ('b',))"]),
    ("datetime.timedelta", ["datetime.timedelta(seconds=1)"]),
    (
        "Union[" + ", ".join(f"Literal['{word * 4}']" for word in "abcdefgh") + "]",
        ["'aaaa'"],
    ),
]


@st.composite
def parameter(draw: st.DrawFn, kind: str, *, optional: bool) -> Parameter:
    """A parameter with a type and perhaps a default of that type."""
    text, values = draw(st.sampled_from(TYPED))
    default = draw(st.sampled_from(values)) if optional else None
    return Parameter(type=text, default=default, kind=kind, doc=draw(texts))  # type: ignore[arg-type]


@st.composite
def signatures(draw: st.DrawFn) -> dict[str, Parameter]:
    """Parameters of every kind, in an order Python allows."""
    free = draw(st.lists(names, unique=True, max_size=7))
    parameters: dict[str, Parameter] = {}

    def add(kind: str, most: int, *, optional: bool) -> None:
        for _ in range(draw(st.integers(0, min(most, len(free))))):
            parameters[free.pop()] = draw(parameter(kind, optional=optional))

    everything_required = draw(st.booleans())
    add("positional-only", 2, optional=not everything_required)
    add("positional-or-keyword", 2, optional=not everything_required)
    add("positional-or-keyword", 2, optional=True)
    add("var-positional", 1, optional=False)
    add("keyword-only", 2, optional=draw(st.booleans()))
    add("var-keyword", 1, optional=False)
    return parameters


deprecations = st.none() | st.builds(
    Deprecation, since=texts, remove_in=st.none() | texts, use=st.none() | texts
)
functions = st.builds(
    Function,
    doc=texts,
    parameters=signatures(),
    returns=st.builds(
        Returns, type=st.sampled_from([None, *(t for t, _ in TYPED)]), doc=texts
    ),
    raises=st.dictionaries(st.sampled_from(["ValueError", "KeyError"]), texts),
    binding=st.sampled_from(["instance", "class", "static"]),
    asynchronous=st.booleans(),
    deprecated=deprecations,
    core=st.sampled_from([None, "cores:run", "deep.down.cores:run"]),
)
pairs = st.builds(
    Function,
    doc=texts,
    parameters=signatures(),
    binding=st.sampled_from(["instance", "class", "static"]),
    sync_and_async=st.just(True),
    deprecated=deprecations,
    core=st.just("cores:run"),
)
properties = st.builds(
    Property,
    type=st.sampled_from([text for text, _ in TYPED]),
    doc=texts,
    core=st.just("cores:get"),
    setter=st.sampled_from([None, "cores:put"]),
)


@st.composite
def classes(draw: st.DrawFn, depth: int = 0) -> Class:
    """A plain class, dataclass, enum, protocol, exception or typed dict whose members have names of their own."""
    kind = draw(
        st.sampled_from(
            ["class", "data", "enum", "protocol", "exception", "typed-dict"]
        )
    )
    found = draw(st.lists(names, unique=True, max_size=7))
    groups: list[list[str]] = [[], [], [], []]
    for name in found:
        groups[draw(st.integers(0, 3))].append(name)
    fields, props, methods, nested = groups
    if kind == "typed-dict":
        return Class(
            kind=kind,
            doc=draw(texts),
            attributes={n: Attribute(type="int") for n in fields},
        )
    if kind == "enum":
        members = {
            f"M{index}": Attribute(value=str(index)) for index in range(len(fields))
        }
        return Class(kind=kind, doc=draw(texts), attributes=members)
    attributes = {}
    parameters = (
        draw(st.none() | signatures()) if kind in ("class", "exception") else None
    )
    options = None
    if kind == "data":
        options = Dataclass(frozen=draw(st.booleans()), kw_only=draw(st.booleans()))
        required = draw(st.integers(0, len(fields)))
        parameters = {
            name: draw(parameter("positional-or-keyword", optional=index >= required))
            for index, name in enumerate(fields)
        }
    else:
        attributes = {
            name: Attribute(type="List[int]", class_variable=kind != "protocol")
            for name in fields
        }
    return Class(
        kind="class" if kind == "data" else kind,  # type: ignore[arg-type]
        dataclass=options,
        doc=draw(texts),
        deprecated=draw(deprecations) if kind == "class" else None,
        parameters=parameters,
        attributes=attributes,
        properties={name: draw(properties) for name in props},
        methods={
            name: draw(functions if kind == "protocol" else functions | pairs)
            for name in methods
        },
        classes={name: draw(classes(depth + 1)) for name in nested if depth < 1},
    )


@st.composite
def modules(draw: st.DrawFn) -> Module:
    """A module of a few definitions, some of them in a private module."""
    found = draw(st.lists(names, unique=True, min_size=1, max_size=5))
    groups: list[list[str]] = [[], [], [], []]
    for name in found:
        groups[draw(st.integers(0, 3))].append(name)
    aliases, variables, made, called = groups
    return Module(
        module="made",
        doc=draw(texts),
        type_aliases={
            n: TypeAlias(type="Union[int, List[str]]", doc=draw(texts)) for n in aliases
        },
        variables={
            n: Variable(type="int", value="1", doc=draw(texts)) for n in variables
        },
        classes={n: draw(classes()) for n in made},
        functions={n: draw(functions | pairs) for n in called},
    )


@sometimes
@given(module=modules())
def test_what_is_generated_is_python(module: Module) -> None:
    """Packages parse, import and are as black would write them; stubs parse and are, too."""
    text = writer.emit(module)
    specs = build.read_specs({"made.yaml": text}, {})
    package = Package(specs.modules)
    made = Settings(package="made")
    findings = build.check(specs, package, made, {})
    assume(not findings)
    outputs = build.emit(package, made, frozenset(("package", "stubs")))
    source = outputs["made/__init__.py"].text
    stub = outputs["made-stubs/__init__.pyi"].text

    target = {black.TargetVersion.PY311}
    mode = black.Mode(target_versions=target)
    assert black.format_str(source, mode=mode) == source
    mode = black.Mode(target_versions=target, is_pyi=True)
    assert black.format_str(stub, mode=mode) == stub
    ast.parse(stub)
    with mock.patch.dict(sys.modules):
        helper = outputs.get("made/_deprecated.py")
        if helper is not None:
            _imported("made._deprecated", helper.text)
        imported = _imported("made", source)
    listed = imported.__dict__.get("__all__", [])
    assert all(hasattr(imported, name) for name in listed)


def _imported(name: str, source: str) -> ModuleType:
    """Run the text of a module as an import would."""
    module = ModuleType(name)
    module.__file__ = f"{name}.py"
    sys.modules[name] = module
    exec(compile(source, module.__file__, "exec"), module.__dict__)
    return module
