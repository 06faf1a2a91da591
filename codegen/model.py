"""The one intermediate representation: what a spec says about an API, as frozen values.

Knows the shape of modules, classes, functions and parameters, and nothing else: no YAML, no rendering, no disk. The
same types are the spec language (``readers.yaml`` converts into them), the JSON Schema (``codegen schema`` is derived
from them), and the cache format, so a fact about the language stands in one place: here. Elements do not know their
own names; a name is the key under which its owner keeps the element, in documented order.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Expression = Annotated[
    str, Meta(description="A Python type expression over importable names.")
]
Value = Annotated[
    str, Meta(description="A Python expression without side effects, as text.")
]
CoreReference = Annotated[
    str,
    Meta(
        description="A handwritten function, written package.module:function.",
        pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$",
    ),
]
ParameterKind = Literal[
    "positional-only",
    "positional-or-keyword",
    "var-positional",
    "keyword-only",
    "var-keyword",
]
PageStyle = Literal["2.0.0b31", "2.0.0b43", "2.0.0b44", "2.6", "plain"]
Summaries = Literal["line", "stop", "sentence"]
"""How style 2.6 shortens a text for a list: to the sentence, of that the first line; at any full stop; to the sentence."""


class Element(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """The base of every element: immutable, and strict about unknown keys."""


class Deprecation(Element, frozen=True, kw_only=True):
    """That something should no longer be used, since when, until when, and what to use instead."""

    since: str
    remove_in: str | None = None
    use: str | None = None


class Parameter(Element, frozen=True, kw_only=True):
    """A parameter of a callable, or a field of a dataclass.

    In a dataclass, a parameter without a type documents the inherited field of the same name.
    """

    type: Expression | None = None
    documented_as: str | None = None
    default: Value | None = None
    default_documented_as: str | None = None
    factory: Value | None = None
    kind: ParameterKind = "positional-or-keyword"
    doc: str = ""
    since: str | None = None
    deprecated: Deprecation | None = None

    @property
    def required(self) -> bool:
        """Whether a caller must pass it."""
        return (
            self.default is None
            and self.factory is None
            and self.kind not in ("var-positional", "var-keyword")
        )


class Returns(Element, frozen=True, kw_only=True):
    """What a callable returns."""

    type: Expression | None = None
    documented_as: str | None = None
    doc: str = ""


class Overload(Element, frozen=True, kw_only=True):
    """One alternative signature of an overloaded callable; ``receiver`` is the type of its ``self`` or ``cls``."""

    parameters: dict[str, Parameter] = field(default_factory=dict)
    returns: Returns = Returns()
    receiver: Expression | None = None
    decorators: tuple[Value, ...] = ()


class Definition(Element, frozen=True, kw_only=True):
    """What every named thing of a module or class has in common.

    Pages show it when ``documented`` says so; where that says nothing, when its name is public. ``type_ignore`` lists
    the error codes that type checkers are told to overlook in its stub; ``*`` stands for all.
    """

    doc: str = ""
    since: str | None = None
    deprecated: Deprecation | None = None
    defined_in: str | None = None
    exported: bool = True
    documented: bool | None = None
    type_ignore: tuple[str, ...] = ()


class Function(Definition, frozen=True, kw_only=True):
    """A function or method: its signature, its texts, and the core that does the work.

    ``receiver`` is the type of ``self`` or ``cls``, where that is not simply the class.
    """

    parameters: dict[str, Parameter] = field(default_factory=dict)
    returns: Returns = Returns()
    raises: dict[str, str] = field(default_factory=dict)
    notes: str = ""
    overloads: tuple[Overload, ...] = ()
    binding: Literal["instance", "class", "static"] = "instance"
    asynchronous: bool = field(default=False, name="async")
    sync_and_async: bool = False
    abstract: bool = False
    decorators: tuple[Value, ...] = ()
    receiver: Expression | None = None
    core: CoreReference | None = None
    sections_after: str | None = None


class Property(Definition, frozen=True, kw_only=True):
    """A computed attribute; writable when it says so or when ``setter`` names the core that stores it.

    ``accepts`` is the type of what can be assigned, where that is not the type it is read as. ``decorator`` is what
    makes it a property, where that is not ``property``.
    """

    type: Expression
    documented_as: str | None = None
    core: CoreReference | None = None
    setter: CoreReference | None = None
    writable: bool = False
    accepts: Expression | None = None
    deletable: bool = False
    raises: dict[str, str] = field(default_factory=dict)
    abstract: bool = False
    decorator: Value | None = None
    decorators: tuple[Value, ...] = ()
    receiver: Expression | None = None


class Attribute(Definition, frozen=True, kw_only=True):
    """A variable of a class: an enum member, a class variable, or instance state that callers do not pass."""

    type: Expression | None = None
    value: Value | None = None
    factory: Value | None = None
    class_variable: bool = False


class Dataclass(Element, frozen=True, kw_only=True):
    """The options of the ``dataclass`` decorator, with its own defaults."""

    eq: bool = True
    order: bool = False
    frozen: bool = False
    kw_only: bool = False
    slots: bool = False
    repr: bool = True
    unsafe_hash: bool = False
    init: bool = True
    match_args: bool = True
    weakref_slot: bool = False


class FrontMatter(Element, frozen=True, kw_only=True):
    """What stands above a page; and what is written in another way than its style does it.

    An empty ``version`` is not printed. ``final_line_ends`` are the line ends a page ends with, and ``line_ends`` what
    they are.
    """

    version: str | None = None
    variants: tuple[str, ...] = ()
    description: str | None = None
    icon: str | None = None
    weight: int = 0
    sidebar_expanded: bool = False
    final_line_ends: int | None = None
    line_ends: Literal["lf", "crlf"] = "lf"
    summaries: Summaries | None = None


class Page(FrontMatter, frozen=True, kw_only=True):
    """How the reference page of a module is written.

    ``documents`` is the module's name as the page prints it, where several specs describe one module. ``file`` is where
    the page stands below the folder of pages, and ``written`` whether it is written at all. A ``flattened`` module has
    no folder of its own name: its page and those of its classes stand side by side; on a ``flat`` page the classes follow
    the module, where the style does otherwise. ``property_types`` says whether
    types of properties and variables are shown, where that is not as the style does it, and ``listed`` whether lists of
    packages show the module, where that does not follow from what it holds. ``sorted_properties`` is false where
    properties and variables stand in the order of the spec.
    """

    style: PageStyle = "plain"
    title: str | None = None
    documents: str | None = None
    file: str | None = None
    written: bool = True
    flattened: bool = False
    flat: bool | None = None
    property_types: bool | None = None
    listed: bool | None = None
    sorted_properties: bool = True


class ClassPage(FrontMatter, frozen=True, kw_only=True):
    """What a class's own page has other than its module's, and whether a protocol's page shows a constructor."""

    file: str | None = None
    written: bool = True
    constructor: bool = True


class Overview(FrontMatter, frozen=True, kw_only=True):
    """A page about a module and those below it: a landing page, one with a directory, or an index.

    ``base`` is the way from this page to the folders of the modules, as its links say it.
    """

    kind: Literal["landing", "directory", "classes", "packages"] = "landing"
    title: str | None = None
    doc: str | None = None
    base: str | None = None


class Class(Definition, frozen=True, kw_only=True):
    """A class; ``parameters`` is None when it has no constructor of its own.

    ``stores`` says whether a constructor without a core keeps each parameter as the attribute of the same name.
    """

    kind: Literal[
        "class", "protocol", "enum", "exception", "typed-dict", "named-tuple"
    ] = "class"
    bases: tuple[Expression, ...] = ()
    keywords: dict[str, Value] = field(default_factory=dict)
    slots: tuple[str, ...] | None = None
    dataclass: Dataclass | None = None
    total: bool = True
    runtime_checkable: bool = False
    decorators: tuple[Value, ...] = ()
    parameters: dict[str, Parameter] | None = None
    stores: bool = True
    core: CoreReference | None = None
    init_doc: str = ""
    init_returns: str = ""
    init_raises: dict[str, str] = field(default_factory=dict)
    init_notes: str = ""
    raises: dict[str, str] = field(default_factory=dict)
    notes: str = ""
    page: ClassPage = ClassPage()
    attributes: dict[str, Attribute] = field(default_factory=dict)
    properties: dict[str, Property] = field(default_factory=dict)
    methods: dict[str, Function] = field(default_factory=dict)
    classes: dict[str, Class] = field(default_factory=dict)


class TypeVariable(Element, frozen=True, kw_only=True):
    """A type parameter declared for a module's generic classes and functions."""

    kind: Literal["type-variable", "param-spec", "type-variable-tuple"] = (
        "type-variable"
    )
    bound: Expression | None = None
    constraints: tuple[Expression, ...] = ()
    variance: Literal["invariant", "covariant", "contravariant", "inferred"] = (
        "invariant"
    )
    default: Expression | None = None
    defined_in: str | None = None
    exported: bool = True


class TypeAlias(Definition, frozen=True, kw_only=True):
    """A name for a type expression; a ``distinct`` one is a type of its own (``typing.NewType``)."""

    type: Expression
    distinct: bool = False
    documented_as: str | None = None


class Variable(Definition, frozen=True, kw_only=True):
    """A module variable: a constant with a value, or an object a core module provides."""

    type: Expression
    documented_as: str | None = None
    value: Value | None = None
    core: CoreReference | None = None


class Module(Element, frozen=True, kw_only=True):
    """A public module: everything its users may import, wherever it is defined.

    ``unlisted`` names the modules, this one or others that its definitions stand in, that have no ``__all__``.
    ``sources`` are the published pages the spec was made from, by their files in the project, with the SHA-256 digest that
    each had when the spec was last compared with it.
    """

    schema: str | None = field(default=None, name="$schema")
    module: str
    doc: str = ""
    page: Page = Page()
    sources: dict[str, str] = field(default_factory=dict)
    overviews: dict[str, Overview] = field(default_factory=dict)
    imports: tuple[str, ...] = ()
    exports: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    main: CoreReference | None = None
    type_variables: dict[str, TypeVariable] = field(default_factory=dict)
    type_aliases: dict[str, TypeAlias] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)
    classes: dict[str, Class] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
