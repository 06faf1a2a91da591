"""Single changes made to random specs: each is reported by exactly the rule that is about it, one without meaning by none.

``MUTATIONS`` is a table of rules and how to make the change each is about. A mutation looks for a place where it can be made
and raises Unfit where there is none; then another spec is made. Specs are made by a generator of random numbers whose seed
hypothesis draws, because drawing each part of them is slower by far.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from codegen import build
from codegen.diff.modules import compare
from codegen.emitters import yaml as writer
from codegen.model import (
    Attribute,
    Class,
    Dataclass,
    Deprecation,
    Element,
    Function,
    Module,
    Parameter,
    ParameterKind,
    Property,
    Returns,
    TypeAlias,
    TypeVariable,
    Variable,
)
from codegen.package import Package

E = TypeVar("E", bound=Element)
Mutation = Callable[[Random, Module], Module]

few = settings(max_examples=12, deadline=None, derandomize=True)
more = settings(few, max_examples=60)
seeds = st.integers(0, 2**32)


class Unfit(Exception):
    """There is no place for a change in this spec."""


def require(fits: object) -> None:
    """Give up where a change does not fit."""
    if not fits:
        raise Unfit


# No two of these accept a common value, but for what is written as a union; each with values.
TYPES = {
    "str": ["''", "'a'"],
    "bytes": ["b''", "b'a'"],
    "list[int]": ["..."],
    "dict[str, bytes]": ["..."],
    "int | str": ["0", "1"],
    "tuple[int, ...]": ["()", "(1,)"],
    "Literal['a', 'b']": ["'a'", "'b'"],
}
TEXTS = ("", "A text.", "Another text.\n")
NAMES = tuple(f"name_{index}" for index in range(40))


def some_type(random: Random) -> str:
    """One of the types."""
    return random.choice(sorted(TYPES))


def parameters(random: Random) -> dict[str, Parameter]:
    """Parameters of every kind, in an order Python allows."""
    free = iter(NAMES)
    found: dict[str, Parameter] = {}

    def add(kind: ParameterKind, most: int, *, optional: bool) -> None:
        for _ in range(random.randint(0, most)):
            text = some_type(random)
            default = random.choice(TYPES[text]) if optional else None
            found[next(free)] = Parameter(type=text, default=default, kind=kind)

    variadic = random.random() < 0.3
    add("positional-only", 2, optional=False)
    add("positional-or-keyword", 2, optional=False)
    add("positional-or-keyword", 2, optional=True)
    add("var-positional", int(variadic), optional=False)
    add("keyword-only", 2, optional=False)
    add("keyword-only", 2, optional=True)
    add("var-keyword", int(variadic), optional=False)
    return found


def function(random: Random) -> Function:
    """A function or method."""
    return Function(
        doc=random.choice(TEXTS),
        parameters=parameters(random),
        returns=Returns(type=some_type(random)),
        asynchronous=random.random() < 0.3,
    )


def method(random: Random) -> Function:
    """A method, sometimes a static one."""
    binding: Any = random.choice(("instance", "static"))
    return structs.replace(function(random), binding=binding)


def prop(random: Random) -> Property:
    """A property."""
    return Property(type=some_type(random), writable=random.random() < 0.5)


def attribute(random: Random) -> Attribute:
    """An attribute, or a key of a typed dict."""
    return Attribute(type=some_type(random))


def field(random: Random) -> Parameter:
    """A field of a dataclass or named tuple."""
    return Parameter(type=some_type(random))


def several(
    random: Random, prefix: str, make: Callable[[Random], E], least: int = 0
) -> dict[str, E]:
    """A few of something, called by a word and a number."""
    count = random.randint(least, 3)
    return {f"{prefix}_{index}": make(random) for index in range(count)}


def plain_class(random: Random) -> Class:
    """A class, sometimes with a constructor."""
    return Class(
        doc=random.choice(TEXTS),
        parameters=parameters(random) if random.random() < 0.5 else None,
        attributes=several(random, "attribute", attribute),
        properties=several(random, "property", prop),
        methods=several(random, "method", method),
    )


def module(random: Random) -> Module:
    """A module with definitions of every kind."""
    members = {f"M_{index}": Attribute(value=str(index)) for index in range(3)}
    classes = {
        **several(random, "Plain", plain_class, 1),
        "Proto": structs.replace(plain_class(random), kind="protocol", parameters=None),
        "Data": Class(
            dataclass=Dataclass(order=random.random() < 0.5),
            parameters=several(random, "field", field, 1),
        ),
        "Enum": Class(kind="enum", attributes=members),
        "Keys": Class(
            kind="typed-dict", attributes=several(random, "key", attribute, 1)
        ),
        "Record": Class(
            kind="named-tuple", parameters=several(random, "field", field, 2)
        ),
        "Base": Class(methods={"inherited": function(random)}),
        "Derived": Class(bases=("Base",)),
        "Box": Class(
            bases=("Generic[T]",), methods={"get": Function(returns=Returns(type="T"))}
        ),
    }
    return Module(
        module="made",
        type_variables={"T": TypeVariable(variance="covariant")},
        type_aliases=several(
            random, "Alias", lambda random: TypeAlias(type=some_type(random)), 1
        ),
        variables=several(
            random, "VARIABLE", lambda random: Variable(type=some_type(random)), 1
        ),
        classes=classes,
        functions=several(random, "function", function, 1),
    )


def rules(before: Module, after: Module) -> set[str]:
    """The rules that the diff reports."""
    return {change.rule for change in compare(_package(before), _package(after))}


def _package(module: Module) -> Package:
    return Package({module.module: module})


def change(element: E, key: str, name: str, value: Element | None) -> E:
    """An element with something put under a name of one of its groups, or taken out."""
    group = dict(getattr(element, key))
    if value is None:
        del group[name]
    else:
        group[name] = value
    return structs.replace(element, **{key: group})


def pick(
    random: Random, group: dict[str, E], fits: Callable[[E], bool]
) -> tuple[str, E]:
    """Something of a group that fits."""
    found = [(name, item) for name, item in group.items() if fits(item)]
    require(found)
    return random.choice(found)


def always(_: object) -> bool:
    """Everything fits."""
    return True


def is_fixed(function: Function) -> bool:
    """Whether nothing takes arguments that have no parameter of their own."""
    return not any("var-" in p.kind for p in function.parameters.values())


def in_function(work: Callable[[Random, Function], Function]) -> Mutation:
    """A change of a function of the module, or of a method."""

    def mutate(random: Random, module: Module) -> Module:
        places: list[tuple[dict[str, Function], Class | None, str]]
        places = [(module.functions, None, "")]
        places += [
            (cls.methods, cls, name)
            for name, cls in module.classes.items()
            if cls.methods and cls.kind != "protocol" and name != "Box"
        ]
        group, cls, owner = random.choice(places)
        name, function = pick(random, group, always)
        changed = work(random, function)
        if cls is None:
            return change(module, "functions", name, changed)
        return change(module, "classes", owner, change(cls, "methods", name, changed))

    return mutate


def in_parameter(
    fits: Callable[[Parameter], bool], work: Callable[[Random, Parameter], Parameter]
) -> Mutation:
    """A change of one parameter of a function or method."""

    def mutate(random: Random, function: Function) -> Function:
        name, parameter = pick(random, function.parameters, fits)
        return change(function, "parameters", name, work(random, parameter))

    return in_function(mutate)


def in_class(prefix: str, work: Callable[[Random, Class], Class]) -> Mutation:
    """A change of a class of one kind."""

    def mutate(random: Random, module: Module) -> Module:
        found = {n: c for n, c in module.classes.items() if n.startswith(prefix)}
        name, cls = pick(random, found, always)
        return change(module, "classes", name, work(random, cls))

    return mutate


def member(
    prefix: str,
    key: str,
    fits: Callable[[Any], bool],
    work: Callable[[Any], Element | None],
) -> Mutation:
    """A change of a member of a class of one kind; None takes it out."""

    def mutate(random: Random, cls: Class) -> Class:
        name, found = pick(random, getattr(cls, key) or {}, fits)
        return change(cls, key, name, work(found))

    return in_class(prefix, mutate)


def added(prefix: str, key: str, value: Element) -> Mutation:
    """A new member, behind the others."""
    return in_class(prefix, lambda _, cls: change(cls, key, "added", value))


def definition(
    key: str, fits: Callable[[Any], bool], work: Callable[[Any], Element | None]
) -> Mutation:
    """A change of a definition of the module; None takes it out."""

    def mutate(random: Random, module: Module) -> Module:
        name, found = pick(random, getattr(module, key), fits)
        return change(module, key, name, work(found))

    return mutate


def retyped(text: str) -> Callable[[Any], Any]:
    """The same with another type."""
    return lambda found: structs.replace(found, type=text)


def optional(found: Any) -> Any:
    """The same, but it may be None."""
    return structs.replace(found, type=f"{found.type} | None")


def other(found: Any) -> Any:
    """The same with a type that has nothing in common with its own."""
    return structs.replace(found, type="complex")


def is_union(found: Any) -> bool:
    """Whether there is something narrower in the table of types."""
    return bool(found.type == "int | str")


def is_variadic(parameter: Parameter) -> bool:
    """Whether a parameter takes any number of arguments."""
    return "var-" in parameter.kind


def is_static(function: Function) -> bool:
    """Whether a method is called without an instance."""
    return function.binding == "static"


def is_bound(function: Function) -> bool:
    """Whether a method needs an instance."""
    return function.binding == "instance"


def insert(function: Function, parameter: Parameter) -> Function:
    """A function with one more parameter, behind those of its kind."""
    kinds = {found.kind for found in function.parameters.values()}
    require(parameter.kind not in kinds or not is_variadic(parameter))
    order = (
        "positional-only",
        "positional-or-keyword",
        "var-positional",
        "keyword-only",
        "var-keyword",
    )
    found = [*function.parameters.items(), ("added", parameter)]
    found.sort(key=lambda item: order.index(item[1].kind))
    return structs.replace(function, parameters=dict(found))


def _add(default: str | None) -> Mutation:
    parameter = Parameter(type="str", default=default, kind="keyword-only")
    return in_function(lambda _, function: insert(function, parameter))


def _remove(random: Random, function: Function) -> Function:
    require(is_fixed(function))
    # What is passed by position only has no name that could be missed.
    name, _ = pick(
        random, function.parameters, lambda found: found.kind != "positional-only"
    )
    return change(function, "parameters", name, None)


def _rename(positional: bool) -> Mutation:
    def mutate(random: Random, function: Function) -> Function:
        require(is_fixed(function))
        found, _ = pick(
            random,
            function.parameters,
            lambda p: (p.kind == "positional-only") == positional,
        )
        renamed = {
            "renamed" if name == found else name: parameter
            for name, parameter in function.parameters.items()
        }
        return structs.replace(function, parameters=renamed)

    return in_function(mutate)


def _move(random: Random, function: Function) -> Function:
    items = list(function.parameters.items())
    places = [
        index
        for index in range(len(items) - 1)
        if items[index][1].kind == items[index + 1][1].kind == "positional-or-keyword"
        and items[index][1].required == items[index + 1][1].required
    ]
    require(places)
    index = random.choice(places)
    items[index : index + 2] = reversed(items[index : index + 2])
    return structs.replace(function, parameters=dict(items))


def _rekind(old: str, new: str, first: bool) -> Mutation:
    """The first or last parameter of a kind gets the kind beside it."""

    def mutate(random: Random, function: Function) -> Function:
        del random
        require(is_fixed(function))
        found = [n for n, p in function.parameters.items() if p.kind == old]
        require(found)
        name = found[0 if first else -1]
        parameter = function.parameters[name]
        before = list(function.parameters)[: list(function.parameters).index(name)]
        if "positional" in new and parameter.required:
            require(all(function.parameters[other].required for other in before))
        changed = structs.replace(parameter, kind=new)
        return change(function, "parameters", name, changed)

    return in_function(mutate)


def _returning(fits: Callable[[Returns], bool], work: Callable[[Any], Any]) -> Mutation:
    def mutate(random: Random, function: Function) -> Function:
        del random
        require(fits(function.returns))
        return structs.replace(function, returns=work(function.returns))

    return in_function(mutate)


def _replaced(fits: Callable[[Function], bool], **values: object) -> Mutation:
    def mutate(random: Random, function: Function) -> Function:
        del random
        require(fits(function))
        return structs.replace(function, **values)

    return in_function(mutate)


def options(**values: bool) -> Mutation:
    """Other options of a dataclass than its own."""

    def mutate(random: Random, cls: Class) -> Class:
        del random
        assert cls.dataclass is not None
        changed = structs.replace(cls.dataclass, **values)
        same = [
            key
            for key in values
            if getattr(changed, key) == getattr(cls.dataclass, key)
        ]
        require(not same)
        return structs.replace(cls, dataclass=changed)

    return in_class("Data", mutate)


def no_longer(key: str) -> Callable[[Any], bool]:
    """Whether something is still to be taken away."""
    return lambda found: bool(getattr(found, key))


def not_yet(key: str) -> Callable[[Any], bool]:
    """Whether something is still to be given."""
    return lambda found: not getattr(found, key)


def gives(**values: object) -> Callable[[Any], Any]:
    """The same with other values under some keys."""
    return lambda found: structs.replace(found, **values)


def gone(_: object) -> None:
    """Nothing any more."""


def _other_default(parameter: Parameter) -> Parameter:
    choices = [v for v in TYPES[str(parameter.type)] if v != parameter.default]
    require(choices)
    return structs.replace(parameter, default=choices[0])


def _variance(random: Random, module: Module) -> Module:
    del random
    return change(module, "type_variables", "T", TypeVariable())


def _bound(random: Random, module: Module) -> Module:
    del random
    variable = TypeVariable(variance="covariant", bound="str")
    return change(module, "type_variables", "T", variable)


MUTATIONS: list[tuple[str, Mutation]] = [
    ("parameter-removed", in_function(_remove)),
    ("parameter-added-required", _add(None)),
    ("parameter-added-optional", _add("'x'")),
    ("parameter-renamed", _rename(False)),
    ("parameter-renamed-positional", _rename(True)),
    ("parameter-moved", in_function(_move)),
    (
        "parameter-became-keyword-only",
        _rekind("positional-or-keyword", "keyword-only", False),
    ),
    (
        "parameter-became-positional-only",
        _rekind("positional-or-keyword", "positional-only", True),
    ),
    (
        "parameter-kind-widened",
        _rekind("keyword-only", "positional-or-keyword", True),
    ),
    (
        "parameter-kind-widened",
        _rekind("positional-only", "positional-or-keyword", False),
    ),
    (
        "parameter-became-required",
        in_parameter(
            lambda p: p.kind == "keyword-only" and not p.required,
            lambda _, p: structs.replace(p, default=None),
        ),
    ),
    (
        "parameter-became-optional",
        in_parameter(
            lambda p: p.kind == "keyword-only" and p.required,
            lambda _, p: structs.replace(p, default=TYPES[str(p.type)][0]),
        ),
    ),
    (
        "parameter-default-changed",
        in_parameter(
            lambda p: p.default is not None and p.default != "...",
            lambda _, p: _other_default(p),
        ),
    ),
    ("parameter-type-widened", in_parameter(always, lambda _, p: optional(p))),
    ("parameter-type-widened", in_parameter(always, lambda _, p: retyped("Any")(p))),
    ("parameter-type-narrowed", in_parameter(is_union, lambda _, p: retyped("int")(p))),
    ("parameter-type-changed", in_parameter(always, lambda _, p: other(p))),
    (
        "variadic-removed",
        in_function(
            lambda random, f: change(
                f, "parameters", pick(random, f.parameters, is_variadic)[0], None
            )
        ),
    ),
    (
        "variadic-added",
        in_function(lambda _, f: insert(f, Parameter(type="str", kind="var-keyword"))),
    ),
    ("return-widened", _returning(always, optional)),
    ("return-narrowed", _returning(is_union, retyped("int"))),
    ("return-changed", _returning(always, other)),
    ("return-undeclared", _returning(always, retyped("Any"))),
    ("became-async", _replaced(not_yet("asynchronous"), asynchronous=True)),
    ("became-sync", _replaced(no_longer("asynchronous"), asynchronous=False)),
    ("pair-added", _replaced(not_yet("asynchronous"), sync_and_async=True)),
    (
        "deprecation-added",
        _replaced(not_yet("deprecated"), deprecated=Deprecation(since="2.0")),
    ),
    ("export-removed", definition("functions", always, gone)),
    (
        "export-added",
        lambda _, module: change(module, "functions", "added", Function()),
    ),
    ("method-added", added("Plain", "methods", Function())),
    ("method-removed", member("Plain", "methods", always, gone)),
    ("abstract-method-added", added("Plain", "methods", Function(abstract=True))),
    ("property-added", added("Plain", "properties", Property(type="str"))),
    ("property-removed", member("Plain", "properties", always, gone)),
    (
        "property-type-widened",
        member("Plain", "properties", not_yet("writable"), optional),
    ),
    (
        "setter-added",
        member("Plain", "properties", not_yet("writable"), gives(writable=True)),
    ),
    (
        "setter-removed",
        member("Plain", "properties", no_longer("writable"), gives(writable=False)),
    ),
    ("deleter-added", member("Plain", "properties", always, gives(deletable=True))),
    ("attribute-added", added("Plain", "attributes", Attribute(type="str"))),
    ("attribute-removed", member("Plain", "attributes", always, gone)),
    ("attribute-type-widened", member("Plain", "attributes", always, optional)),
    (
        "attribute-type-narrowed",
        member("Plain", "attributes", is_union, retyped("int")),
    ),
    ("attribute-type-changed", member("Plain", "attributes", always, other)),
    (
        "binding-changed",
        member("Plain", "methods", is_static, gives(binding="instance")),
    ),
    ("binding-widened", member("Plain", "methods", is_bound, gives(binding="class"))),
    ("protocol-member-added", added("Proto", "methods", Function())),
    ("protocol-member-added", added("Proto", "attributes", Attribute(type="str"))),
    ("dataclass-became-frozen", options(frozen=True)),
    ("dataclass-order-added", options(order=True)),
    ("dataclass-order-removed", options(order=False)),
    ("match-args-changed", options(match_args=False)),
    ("equality-changed", options(eq=False)),
    ("enum-member-added", added("Enum", "attributes", Attribute(value="99"))),
    ("enum-member-removed", member("Enum", "attributes", always, gone)),
    ("enum-value-changed", member("Enum", "attributes", always, gives(value="77"))),
    ("key-added-required", added("Keys", "attributes", Attribute(type="str"))),
    (
        "key-added-optional",
        added("Keys", "attributes", Attribute(type="NotRequired[str]")),
    ),
    ("key-removed", member("Keys", "attributes", always, gone)),
    ("key-type-changed", member("Keys", "attributes", always, other)),
    ("key-type-widened", member("Keys", "attributes", always, optional)),
    (
        "key-became-optional",
        member(
            "Keys",
            "attributes",
            always,
            lambda key: structs.replace(key, type=f"NotRequired[{key.type}]"),
        ),
    ),
    ("base-removed", in_class("Derived", lambda _, c: structs.replace(c, bases=()))),
    (
        "base-added",
        in_class("Box", lambda _, c: structs.replace(c, bases=("Base", *c.bases))),
    ),
    ("variance-narrowed", _variance),
    ("bound-narrowed", _bound),
    ("alias-widened", definition("type_aliases", always, optional)),
    ("alias-changed", definition("type_aliases", always, other)),
    ("alias-narrowed", definition("type_aliases", is_union, retyped("int"))),
    ("variable-type-widened", definition("variables", always, optional)),
    ("variable-type-narrowed", definition("variables", is_union, retyped("int"))),
    ("variable-type-changed", definition("variables", always, other)),
]


@pytest.mark.parametrize(
    ("rule", "mutation"),
    MUTATIONS,
    ids=[f"{index}-{rule}" for index, (rule, _) in enumerate(MUTATIONS)],
)
@few
@given(seed=seeds)
def test_one_change_is_reported_by_its_rule_alone(
    rule: str, mutation: Mutation, seed: int
) -> None:
    """A single change of a random spec is found, and nothing else is."""
    random = Random(seed)
    before = after = module(random)
    for _ in range(200):
        try:
            after = mutation(random, before)
            break
        except Unfit:
            before = module(random)

    assert rules(before, after) == {rule}


@more
@given(seed=seeds)
def test_nothing_changed_is_nothing_reported(seed: int) -> None:
    """A spec is equal to itself, and to itself read back from text."""
    made = module(Random(seed))
    text = writer.emit(made)
    read = build.read_specs({"made.yaml": text}, {}).modules["made"]

    assert rules(made, made) == set()
    assert rules(made, read) == set()


def reordered(module: Module) -> Module:
    """Definitions and members in another order, where order has no meaning."""
    classes = {
        name: structs.replace(
            cls,
            methods=dict(reversed(cls.methods.items())),
            properties=dict(reversed(cls.properties.items())),
            attributes=dict(reversed(cls.attributes.items())),
        )
        for name, cls in reversed(module.classes.items())
    }
    return structs.replace(
        module,
        classes=classes,
        functions=dict(reversed(module.functions.items())),
        variables=dict(reversed(module.variables.items())),
        type_aliases=dict(reversed(module.type_aliases.items())),
    )


SPELLINGS = {
    "list[int]": "typing.List[int]",
    "int | str": "Union[str, int]",
    "dict[str, bytes]": "Dict[str, bytes]",
    "tuple[int, ...]": "typing.Tuple[int, ...]",
    "Literal['a', 'b']": "typing.Literal['b', \"a\"]",
}


def respelled(element: E) -> E:
    """The same with every type in an older spelling, and other texts."""
    changed: dict[str, Any] = {}
    for key in element.__struct_fields__:
        value = getattr(element, key)
        if key == "type" and value in SPELLINGS:
            changed[key] = SPELLINGS[value]
        elif key == "doc" and value:
            changed[key] = "Quite another text."
        elif isinstance(value, Element):
            changed[key] = respelled(value)
        elif isinstance(value, dict):
            changed[key] = {
                name: respelled(item) if isinstance(item, Element) else item
                for name, item in value.items()
            }
    return structs.replace(element, **changed)


@more
@given(seed=seeds)
def test_changes_without_meaning_are_not_reported(seed: int) -> None:
    """Order of definitions, spelling of types, texts, quotes and comments make no difference."""
    made = module(Random(seed))
    text = writer.emit(respelled(reordered(made)))
    text = "# A comment.\n" + text.replace("functions:\n", "'functions': # those\n")
    found = build.read_specs({"made.yaml": text}, {})

    assert found.diagnostics == []
    assert rules(made, found.modules["made"]) == set()
