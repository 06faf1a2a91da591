"""Generated code, run: small specs are generated, imported, called, and given to black, ruff and the type checkers.

Each project below is one package. All of them are generated once and checked together, because a type checker takes
seconds to start and milliseconds for a package.
"""

from __future__ import annotations

import asyncio
import dataclasses
import importlib
import inspect
import json
import os
import pathlib
import re
import subprocess
import sys
import textwrap
import typing
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import black
import pytest

from codegen import build, walk
from codegen.diagnostics import Diagnostic
from codegen.emitters.python.members import has_init
from codegen.model import Class, Function, Module
from codegen.package import Package
from codegen.project import Settings
from codegen.readers import source


class Project(NamedTuple):
    """A package written as spec texts, with the cores it needs."""

    name: str
    specs: tuple[str, ...]
    cores: dict[str, str]
    lazy: bool = False


PROJECTS: dict[str, Project] = {}


def project(
    name: str,
    *specs: str,
    cores: str = "",
    files: Mapping[str, str] | None = None,
    lazy: bool = False,
) -> str:
    """Register a project; ``NAME`` in its texts stands for its name."""
    texts = tuple(textwrap.dedent(spec).replace("NAME", name) for spec in specs)
    modules = {
        path.replace("NAME", name): textwrap.dedent(text).replace("NAME", name).lstrip()
        for path, text in {
            **({"NAME_cores.py": cores} if cores else {}),
            **(files or {}),
        }.items()
    }
    PROJECTS[name] = Project(name, texts, modules, lazy)
    return name


KINDS = project(
    "kinds",
    """
    module: NAME
    functions:
      every:
        parameters:
          first: {type: int, kind: positional-only}
          second: {type: str, default: '"two"', kind: positional-only}
          third: {type: float, default: "3.0"}
          rest: {type: bytes, kind: var-positional}
          named: {type: bool, kind: keyword-only}
          optional: {type: str | None, default: None, kind: keyword-only}
          others: {type: Any, kind: var-keyword}
        returns: {type: "dict[str, Any]"}
        core: NAME_cores:every
      positional:
        parameters:
          first: {type: int, kind: positional-only}
          second: {type: int, default: 2, kind: positional-only}
        returns: {type: "tuple[int, int]"}
        core: NAME_cores:positional
      keyword:
        parameters:
          first: {type: int, kind: keyword-only}
          second: {type: int, default: 2, kind: keyword-only}
        returns: {type: "tuple[int, int]"}
        core: NAME_cores:keyword
      variadic:
        parameters:
          args: {type: int, kind: var-positional}
          last: {type: int, default: 0, kind: keyword-only}
        returns: {type: "tuple[int, ...]"}
        core: NAME_cores:variadic
      untyped:
        parameters:
          anything: {}
          args: {kind: var-positional}
          kwargs: {kind: var-keyword}
        core: NAME_cores:untyped
      NAME_cores:
        parameters:
          NAME_cores: {type: int}
          _NAME_cores: {type: int}
        returns: {type: int}
        core: NAME_cores:clash
      later:
        async: true
        parameters:
          value: {type: int}
        returns: {type: int}
        core: NAME_cores:later
      endless:
        parameters: {}
        returns: {type: NoReturn}
        core: NAME_cores:endless
      missing:
        returns: {type: int}
    """,
    cores="""
    from __future__ import annotations

    from typing import Any, NoReturn


    def every(
        first: int,
        second: str = "two",
        /,
        third: float = 3.0,
        *rest: bytes,
        named: bool,
        optional: str | None = None,
        **others: Any,
    ) -> dict[str, Any]:
        return {
            "first": first,
            "second": second,
            "third": third,
            "rest": rest,
            "named": named,
            "optional": optional,
            "others": others,
        }


    def positional(first: int, second: int = 2, /) -> tuple[int, int]:
        return first, second


    def keyword(*, first: int, second: int = 2) -> tuple[int, int]:
        return first, second


    def variadic(*args: int, last: int = 0) -> tuple[int, ...]:
        return (*args, last)


    def untyped(anything: Any, *args: Any, **kwargs: Any) -> None:
        del anything, args, kwargs


    def clash(NAME_cores: int, _NAME_cores: int) -> int:
        return NAME_cores + _NAME_cores


    async def later(value: int) -> int:
        return value + 1


    def endless() -> NoReturn:
        raise KeyboardInterrupt
    """,
)

LITERALS = project(
    "literals",
    """
    module: NAME
    classes:
      Colour:
        kind: enum
        attributes:
          RED: {value: 1}
          BLUE: {value: 2}
      Item10: {}
      Item9: {}
      item_a: {}
      itemB: {}
      Flags:
        kind: enum
        bases: [enum.Flag]
        attributes:
          A: {value: 1}
          B: {value: 2}
      Limits:
        attributes:
          TOP: {type: int, value: 10, class_variable: true}
      Point:
        dataclass: {frozen: true}
        parameters:
          x: {type: int, default: 0}
          y: {type: int, default: 0}
    functions:
      every:
        parameters:
          hexadecimal: {type: int, default: 0xFF}
          grouped: {type: int, default: 1_000_000}
          huge: {type: int, default: 0xFFFFFFFFFFFFFFFFFFFFFFFF}
          negative: {type: int, default: -1}
          doubly: {type: int, default: "- -1"}
          inverted: {type: int, default: ~(1 | 2)}
          real: {type: float, default: 1e-3}
          big_real: {type: float, default: 1e300}
          imaginary: {type: complex, default: 2j}
          truth: {type: bool, default: True}
          nothing: {type: None, default: None}
          dots: {type: Any, default: ...}
          text: {type: str, default: '"a"'}
          quoted: {type: str, default: "'say \\"hi\\"'"}
          both: {type: str, default: '"it''s \\"so\\""'}
          escapes: {type: str, default: '"\\t\\n\\\\ \\x00 \\u2028 ü"'}
          joined: {type: str, default: '"a" "b"'}
          raw: {type: bytes, default: 'b"\\x00\\xff''"'}
          plain_bytes: {type: bytes, default: b'abc'}
          pair: {type: "tuple[Any, ...]", default: "(1, (2,), ())"}
          items: {type: "list[int]", default: "[1, 2]"}
          unique: {type: "set[int]", default: "{3}"}
          mapping: {type: "dict[str, Any]", default: "{'a': {'b': [1, (2,)]}}"}
          member: {type: Colour, default: Colour.RED}
          flags: {type: Flags, default: ~(Flags.A | Flags.B)}
          limit: {type: int, default: Limits.TOP}
          point: {type: Point, default: "Point(1, y=-2)"}
          path: {type: pathlib.PurePosixPath, default: pathlib.PurePosixPath("/a")}
          kind: {type: "type[int]", default: int}
        returns: {type: "dict[str, Any]"}
    """,
)

CLASSES = project(
    "plain_classes",
    """
    module: NAME
    imports: [abc.ABC]
    classes:
      Empty: {}
      Documented:
        doc: Holds nothing.
      Point:
        doc: A point.
        parameters:
          x: {type: int, doc: Across.}
          y: {type: int, default: 0, doc: Up.}
          rest: {type: int, kind: var-positional}
          tag: {type: str, default: '""', kind: keyword-only}
          more: {type: str, kind: var-keyword}
      Nullary:
        parameters: {}
      Account:
        parameters:
          owner: {type: str}
        init_doc: Open an account.
        core: NAME_cores:open_account
        attributes:
          owner: {type: str, doc: Who it belongs to.}
          cents: {type: int, doc: What is in it.}
          currency: {type: str, value: '"EUR"', class_variable: true}
        properties:
          balance:
            type: float
            doc: The balance.
            core: NAME_cores:get_balance
            setter: NAME_cores:set_balance
            raises: {ValueError: It is negative.}
          label:
            type: str
            core: NAME_cores:label
          nothing:
            type: int
        methods:
          deposit:
            parameters:
              cents: {type: int}
              note: {type: str, default: '""', kind: keyword-only}
            core: NAME_cores:deposit
          fetch:
            async: true
            parameters:
              url: {type: str}
            returns: {type: str}
            core: NAME_cores:fetch
          named:
            binding: class
            parameters:
              owner: {type: str}
            returns: {type: Self}
            core: NAME_cores:named
          named_later:
            binding: class
            async: true
            parameters:
              owner: {type: str}
            returns: {type: Self}
            core: NAME_cores:named_later
          is_name:
            binding: static
            parameters:
              text: {type: str}
            returns: {type: bool}
            core: NAME_cores:is_name
          unfinished:
            parameters:
              anything: {type: int}
            returns: {type: int}
      Savings:
        bases: [Account]
      Shape:
        bases: [ABC]
        properties:
          name: {type: str, abstract: true}
          sides: {type: int, abstract: true, doc: How many.}
        methods:
          area:
            abstract: true
            returns: {type: float}
          scale:
            abstract: true
            doc: Scale it.
            parameters:
              by: {type: float}
    """,
    cores="""
    from __future__ import annotations

    from typing import TYPE_CHECKING, TypeVar

    if TYPE_CHECKING:
        from NAME import Account

    A = TypeVar("A", bound="Account")


    def open_account(self: Account, owner: str) -> None:
        self.owner = owner
        self.cents = 0


    def get_balance(self: Account) -> float:
        return self.cents / 100


    def set_balance(self: Account, value: float) -> None:
        if value < 0:
            raise ValueError(value)
        self.cents = round(value * 100)


    def label(self: Account) -> str:
        return f"{self.owner}: {self.balance} {self.currency}"


    def deposit(self: Account, cents: int, *, note: str = "") -> None:
        del note
        self.cents += cents


    async def fetch(self: Account, url: str) -> str:
        return f"{self.owner} {url}"


    def named(cls: type[A], owner: str) -> A:
        return cls(owner)


    async def named_later(cls: type[A], owner: str) -> A:
        return cls(owner)


    def is_name(text: str) -> bool:
        return text.isalpha()
    """,
)

PAIRS = project(
    "pairs",
    """
    module: NAME
    type_variables:
      T: {}
    functions:
      run:
        doc: Run it.
        sync_and_async: true
        async: true
        parameters:
          first: {type: int, kind: positional-only, doc: The first.}
          rest: {type: int, kind: var-positional}
          asyncio: {type: int, default: 0, kind: keyword-only}
          named: {type: int, kind: var-keyword}
        returns: {type: int}
        core: NAME_cores:run
      forget:
        sync_and_async: true
        core: NAME_cores:forget
      old:
        sync_and_async: true
        deprecated: {since: "2.0", use: run}
        returns: {type: int}
        core: NAME_cores:old
      either:
        sync_and_async: true
        overloads:
          - parameters: {value: {type: int}}
            returns: {type: int}
          - parameters: {value: {type: str}}
            returns: {type: str}
        parameters: {value: {type: int | str}}
        returns: {type: int | str}
        core: NAME_cores:either
    classes:
      Job:
        parameters:
          number: {type: int}
        methods:
          run:
            sync_and_async: true
            parameters:
              add: {type: int, default: 1}
            returns: {type: int}
            core: NAME_cores:run_job
          old:
            sync_and_async: true
            deprecated: {since: "2.0"}
            returns: {type: int}
            core: NAME_cores:old_job
          start:
            binding: class
            sync_and_async: true
            parameters:
              number: {type: int}
            returns: {type: Job}
            core: NAME_cores:start
          check:
            binding: static
            sync_and_async: true
            parameters:
              number: {type: int}
            returns: {type: bool}
            core: NAME_cores:check
        classes:
          Step:
            methods:
              run:
                sync_and_async: true
                returns: {type: str}
                core: NAME_cores:run_step
              make:
                binding: class
                sync_and_async: true
                returns: {type: Job.Step}
                core: NAME_cores:make_step
      Box:
        bases: ["Generic[T]"]
        parameters:
          content: {type: T}
        methods:
          take:
            sync_and_async: true
            returns: {type: T}
            core: NAME_cores:take
    """,
    cores="""
    from __future__ import annotations

    from typing import TYPE_CHECKING, TypeVar

    if TYPE_CHECKING:
        from NAME import Box, Job

    T = TypeVar("T")


    async def run(first: int, /, *rest: int, asyncio: int = 0, **named: int) -> int:
        return first + sum(rest) + asyncio + sum(named.values())


    async def forget() -> None:
        return None


    async def old() -> int:
        return 1


    async def either(value: int | str) -> int | str:
        return value


    async def run_job(self: Job, add: int = 1) -> int:
        return self.number + add


    async def old_job(self: Job) -> int:
        return self.number


    async def start(cls: type[Job], number: int) -> Job:
        return cls(number)


    async def check(number: int) -> bool:
        return number > 0


    async def run_step(self: Job.Step) -> str:
        return type(self).__qualname__


    async def make_step(cls: type[Job.Step]) -> Job.Step:
        return cls()


    async def take(self: Box[T]) -> T:
        return self.content
    """,
)

ENUMS = project(
    "enums",
    """
    module: NAME
    classes:
      Phase:
        doc: A phase.
        kind: enum
        attributes:
          QUEUED: {value: 0, doc: Waiting.}
          RUNNING: {value: 0x1}
          DONE: {value: '"done"'}
          NEGATIVE: {value: -1}
          PAIR: {value: "(1, 'two')"}
        properties:
          terminal: {type: bool, core: "NAME_cores:terminal"}
        methods:
          parse:
            binding: class
            parameters: {text: {type: str}}
            returns: {type: Phase}
            core: NAME_cores:parse
      Automatic:
        kind: enum
        attributes:
          auto: {}
          SECOND: {}
      Name:
        kind: enum
        bases: [enum.StrEnum]
        attributes:
          LONG: {value: '"a value that is too long to be shown in a stub, or so"'}
      Number:
        kind: enum
        bases: [int]
        attributes:
          ONE: {value: 1}
    """,
    cores="""
    from __future__ import annotations

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from NAME import Phase


    def terminal(self: Phase) -> bool:
        return bool(self.value == "done")


    def parse(cls: type[Phase], text: str) -> Phase:
        return cls[text]
    """,
)

TYPED = project(
    "typed",
    """
    module: NAME
    imports: [datetime.timedelta]
    type_aliases:
      Later: {type: "Optional[Options]", doc: Refers to a class.}
      Amount: {type: "Union[int, float, None]"}
      Handler: {type: "Callable[[int, str], Awaitable[None]] | None"}
      Plain: {type: "str | None", doc: "   "}
      Size: {type: "Annotated[int, (1, 2), 'big']"}
    variables:
      DEFAULT:
        doc: The default.
        type: List[int]
        value: "[1, 2]"
      EMPTY: {type: "str | None", value: None}
      UNSET: {type: int | None}
      OPTIONS: {type: Options, value: "Options()"}
      registry: {type: "dict[str, int]", core: "NAME_cores:registry"}
      nested: {type: "dict[str, int]", core: "NAME_more.inner:registry"}
    classes:
      Options:
        doc: What to do.
        dataclass: {frozen: true}
        parameters: {}
      Movie:
        doc: A film.
        kind: typed-dict
        attributes:
          title: {type: str, doc: Its title.}
          year: {type: "NotRequired[int]"}
          list: {type: "list[str]"}
          length: {type: timedelta}
      Partial:
        kind: typed-dict
        total: false
        attributes:
          title: {type: "Required[str]"}
          year: {type: int}
      Sequel:
        kind: typed-dict
        bases: [Movie]
        attributes:
          part: {type: int}
      Nothing:
        kind: typed-dict
    """,
    cores="""
    registry: dict[str, int] = {}
    """,
    files={
        "NAME_more/__init__.py": "",
        "NAME_more/inner.py": "registry: dict[str, int] = dict(inner=1)\n",
    },
)

GENERICS = project(
    "generics",
    """
    module: NAME
    type_variables:
      T: {}
      K_co: {variance: covariant}
      C_contra: {variance: contravariant}
      B: {bound: "Union[int, Base]"}
      S: {constraints: [int, str]}
      P: {kind: param-spec}
      Ts: {kind: type-variable-tuple}
    classes:
      Source:
        kind: protocol
        runtime_checkable: true
        bases: ["Protocol[K_co]"]
        doc: What can be read.
        attributes:
          label: {type: str}
        properties:
          size: {type: int}
        methods:
          read:
            returns: {type: K_co}
          close:
            doc: Close it.
      Sink:
        kind: protocol
        bases: ["Generic[C_contra]"]
        methods:
          write:
            parameters: {item: {type: C_contra, kind: positional-only}}
      Both:
        kind: protocol
        bases: ["Source[T]", "Sink[T]"]
      Nothing:
        kind: protocol
      Base: {}
      Stack:
        bases: ["Generic[T]"]
        doc: A stack.
        parameters:
          items: {type: "T", kind: var-positional}
        methods:
          pop:
            returns: {type: T}
            core: NAME_cores:pop
          empty:
            binding: class
            returns: {type: Self}
            core: NAME_cores:empty
      Numbers:
        bases: ["Stack[int]"]
      Call:
        bases: ["Generic[P, T]"]
        parameters:
          function: {type: "Callable[P, T]"}
        methods:
          __call__:
            parameters:
              args: {type: P.args, kind: var-positional}
              kwargs: {type: P.kwargs, kind: var-keyword}
            returns: {type: T}
            core: NAME_cores:call
      Row:
        bases: ["Generic[*Ts]"]
        parameters:
          cells: {type: "Unpack[Ts]", kind: var-positional}
      Table:
        dataclass: {}
        bases: ["Generic[T]"]
        parameters:
          rows: {type: "list[T]", factory: list}
    functions:
      first:
        parameters: {items: {type: "Sequence[B]"}}
        returns: {type: B}
        core: NAME_cores:first
      double:
        parameters: {item: {type: S}}
        returns: {type: S}
        core: NAME_cores:double
    """,
    cores="""
    from __future__ import annotations

    from collections.abc import Sequence
    from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

    if TYPE_CHECKING:
        from NAME import B, Call, S, Stack

    T = TypeVar("T")
    P = ParamSpec("P")
    St = TypeVar("St", bound="Stack[Any]")


    def pop(self: Stack[T]) -> T:
        return self.items[-1]


    def empty(cls: type[St]) -> St:
        return cls()


    def call(self: Call[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return self.function(*args, **kwargs)


    def first(items: Sequence[B]) -> B:
        return items[0]


    def double(item: S) -> S:
        return item + item
    """,
)

DATACLASSES = project(
    "datas",
    """
    module: NAME
    classes:
      Base:
        doc: The base.
        dataclass: {}
        core: NAME_cores:complete
        parameters:
          name: {type: str, doc: The name.}
          tags: {type: "List[str]", factory: list, doc: The tags.}
          size: {type: int, default: 1}
        attributes:
          _state: {type: "dict[str, int]", factory: dict}
          count: {type: int, value: 0}
          bare: {type: str}
          registry: {type: "list[str]", value: "['x']", class_variable: true}
      Derived:
        bases: [Base]
        dataclass: {}
        parameters:
          name: {doc: The name of the derived one.}
          size: {type: int, default: 2}
          extra: {type: "Optional[Derived]", default: None}
          required: {type: int, kind: keyword-only}
          optional: {type: int, default: 7, kind: keyword-only}
          made: {type: "dict[str, int]", factory: dict, kind: keyword-only}
      Frozen:
        dataclass: {frozen: true, order: true, slots: true}
        parameters:
          x: {type: int}
          y: {type: int, default: 0}
      Keyword:
        dataclass: {kw_only: true, repr: false, eq: false}
        parameters:
          x: {type: int, default: 0}
          y: {type: int}
      Hashable:
        dataclass: {unsafe_hash: true}
        parameters:
          x: {type: int}
      Empty:
        dataclass: {}
      Holder:
        dataclass: {}
        parameters:
          at: {type: Frozen, default: "Frozen(1, 2)"}
          keys: {type: Hashable, default: Hashable(3)}
          none: {type: "Tuple[int, ...]", factory: tuple}
          derived: {type: Empty, factory: Empty}
    """,
    cores="""
    from __future__ import annotations

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from NAME import Base


    def complete(self: Base) -> None:
        self.bare = self.name.upper()
    """,
)

EXCEPTIONS = project(
    "exceptions",
    """
    module: NAME
    classes:
      BaseError:
        kind: exception
        doc: Something went wrong.
      NotFound:
        kind: exception
        bases: [BaseError, LookupError]
        parameters:
          name: {type: str}
          place: {type: str | None, default: None, kind: keyword-only}
      Coded:
        kind: exception
        bases: [BaseError]
        core: NAME_cores:initialise
        parameters:
          code: {type: int}
        attributes:
          code: {type: int}
    """,
    cores="""
    from __future__ import annotations

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from NAME import Coded


    def initialise(self: Coded, code: int) -> None:
        Exception.__init__(self, f"code {code}")
        self.code = code
    """,
)

OVERLOADS = project(
    "overloads",
    """
    module: NAME
    functions:
      read:
        doc: Read it.
        overloads:
          - parameters:
              path: {type: str}
              binary: {type: "Literal[False]", default: False, kind: keyword-only}
            returns: {type: str}
          - parameters:
              path: {type: str}
              binary: {type: "Literal[True]", kind: keyword-only}
            returns: {type: bytes}
        parameters:
          path: {type: str}
          binary: {type: bool, default: False, kind: keyword-only}
        returns: {type: str | bytes}
        core: NAME_cores:read
    classes:
      Maker:
        methods:
          instance:
            overloads:
              - {parameters: {x: {type: int}}, returns: {type: int}}
              - {parameters: {x: {type: str}}, returns: {type: str}}
            parameters: {x: {type: int | str}}
            returns: {type: int | str}
            core: NAME_cores:instance
          make:
            binding: class
            overloads:
              - {parameters: {x: {type: int}}, returns: {type: int}}
              - {parameters: {x: {type: str}}, returns: {type: str}}
            parameters: {x: {type: int | str}}
            returns: {type: int | str}
            core: NAME_cores:make
          static:
            binding: static
            deprecated: {since: "1"}
            overloads:
              - {parameters: {x: {type: int}}, returns: {type: int}}
              - {parameters: {x: {type: str}}, returns: {type: str}}
            parameters: {x: {type: int | str}}
            returns: {type: int | str}
            core: NAME_cores:static
          later:
            async: true
            overloads:
              - {parameters: {x: {type: int}}, returns: {type: int}}
              - {parameters: {x: {type: str}}, returns: {type: str}}
            parameters: {x: {type: int | str}}
            returns: {type: int | str}
            core: NAME_cores:later
    """,
    cores="""
    from __future__ import annotations

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from NAME import Maker


    def read(path: str, *, binary: bool = False) -> str | bytes:
        return path.encode() if binary else path


    def instance(self: Maker, x: int | str) -> int | str:
        return x


    def make(cls: type[Maker], x: int | str) -> int | str:
        return x


    def static(x: int | str) -> int | str:
        return x


    async def later(self: Maker, x: int | str) -> int | str:
        return x
    """,
)

DEPRECATED = project(
    "old",
    """
    module: NAME
    functions:
      gone:
        deprecated: {since: "1.0", remove_in: "2.0", use: fresh}
        returns: {type: int}
        core: NAME_cores:gone
      wordy:
        deprecated:
          since: "1.0"
          use: something else, which has a long name and "quotes" and goes on for more than a line
        core: NAME_cores:wordy
    classes:
      Gone:
        deprecated: {since: "1.0"}
        parameters: {x: {type: int}}
      Kept:
        properties:
          size:
            type: int
            deprecated: {since: "1.0", use: length}
            core: NAME_cores:size
        methods:
          make:
            binding: class
            deprecated: {since: "1.0"}
            returns: {type: int}
            core: NAME_cores:make
          parse:
            binding: static
            deprecated: {since: "1.0"}
            returns: {type: int}
            core: NAME_cores:gone
    """,
    cores="""
    from __future__ import annotations

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from NAME import Kept


    def gone() -> int:
        return 1


    def wordy() -> None:
        return None


    def size(self: Kept) -> int:
        return 2


    def make(cls: type[Kept]) -> int:
        return 3
    """,
)

SHADOWS = project(
    "shadows",
    """
    module: NAME
    type_aliases:
      Alias: {type: "list[int]"}
    classes:
      Client:
        doc: Its methods have the names of builtins.
        attributes:
          str: {type: str, value: '"s"', class_variable: true}
        properties:
          type: {type: "type[int]", core: "NAME_cores:get_type"}
          property: {type: int, core: "NAME_cores:get_property"}
          size: {type: int, core: "NAME_cores:get_property", setter: "NAME_cores:set_size"}
        methods:
          list:
            parameters: {names: {type: "List[str]"}, kind: {type: "Type[int]"}}
            returns: {type: "list[str]"}
            core: NAME_cores:list_names
          staticmethod:
            returns: {type: int}
            core: NAME_cores:get_property
          classmethod:
            binding: class
            returns: {type: int}
            core: NAME_cores:get_class
          deprecated:
            deprecated: {since: "1"}
            returns: {type: int}
            core: NAME_cores:get_property
          int:
            binding: static
            parameters: {of: {type: "type[int]", default: int}}
            returns: {type: int}
            core: NAME_cores:as_int
          last:
            binding: static
            deprecated: {since: "1"}
            parameters: {of: {type: "type[int]", default: int}}
            returns: {type: "tuple[int, str]"}
            core: NAME_cores:last
      Record:
        dataclass: {}
        parameters:
          field: {type: str, default: '"f"'}
          list: {type: "list[int]", factory: list}
          dict: {type: "dict[str, int]", factory: dict}
          int: {type: int, default: 3}
          more: {type: "list[int]", factory: list}
          type: {type: str, default: '"t"'}
          str: {type: str, default: '"s"'}
          Alias: {type: Alias, factory: list}
          Colour: {type: Colour, default: Colour.RED}
        attributes:
          ClassVar: {type: int, value: 1, class_variable: true}
          Any: {class_variable: true, value: 2}
          other: {class_variable: true, value: 3}
      Colour:
        kind: enum
        attributes:
          RED: {value: 1}
      Any:
        doc: Not the one of typing.
        parameters: {of: {}}
      dataclass:
        dataclass: {}
        parameters: {x: {type: int}}
      Overloaded:
        methods:
          overload:
            overloads:
              - {parameters: {x: {type: int}}, returns: {type: int}}
              - {parameters: {x: {type: str}}, returns: {type: str}}
            parameters: {x: {type: int | str}}
            returns: {type: int | str}
            core: NAME_cores:over
          again:
            overloads:
              - {parameters: {x: {type: int}}, returns: {type: int}}
              - {parameters: {x: {type: str}}, returns: {type: str}}
            parameters: {x: {type: int | str}}
            returns: {type: int | str}
            core: NAME_cores:over
    functions:
      min:
        parameters: {values: {type: "list[int]"}}
        returns: {type: int}
        core: NAME_cores:minimum
    """,
    cores="""
    from __future__ import annotations

    import builtins
    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from NAME import Client, Overloaded


    def get_type(self: Client) -> type[int]:
        return int


    def get_property(self: Client) -> int:
        return 4


    def set_size(self: Client, value: int) -> None:
        self.__dict__["seen"] = value


    def list_names(self: Client, names: list[str], kind: type[int]) -> list[str]:
        return [*names, kind.__name__]


    def get_class(cls: type[Client]) -> int:
        return 5


    def as_int(of: type[int] = int) -> int:
        return of()


    def last(of: type[int] = int) -> tuple[int, str]:
        return of(), "last"


    def over(self: Overloaded, x: int | str) -> int | str:
        return x


    def minimum(values: list[int]) -> int:
        return builtins.min(values)
    """,
)

MODULES = project(
    "mods",
    """
    module: NAME
    imports: [NAME.other.Item as OtherItem, NAME._hidden.Base, NAME.other.Owner]
    exports: [NAME.other.Owner]
    classes:
      Derived:
        doc: Its base comes later, and a further one from a private module.
        bases: [Middle]
      Middle:
        bases: [Base]
        parameters:
          item: {type: Item}
          other: {type: "Optional[OtherItem]", default: None}
      Item:
        defined_in: NAME._item
        dataclass: {}
        parameters:
          owner: {type: "Owner | None", default: None}
          twin: {type: "OtherItem | None", default: None}
      Base:
        defined_in: NAME._hidden
        exported: false
        dataclass: {}
        parameters: {}
    """,
    """
    module: NAME.other
    doc: The other module.
    imports: [NAME.Item as FirstItem, NAME.Derived]
    classes:
      Item:
        bases: [FirstItem]
        doc: Of the same name as its base.
        dataclass: {}
        parameters:
          derived: {type: "NAME.Derived | None", default: None}
          sibling: {type: "Item | None", default: None}
      Owner:
        parameters: {}
        methods:
          items:
            returns: {type: "list[NAME.Item | Item | NAME.deep.down.Leaf]"}
    """,
    """
    module: NAME.deep.down
    classes:
      Leaf:
        parameters:
          owner: {type: NAME.Owner}
          item: {type: NAME.other.Item}
    """,
)

LONG = project(
    "long_lines",
    """
    module: NAME
    type_aliases:
      Everything:
        type: "Union[Literal['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta', 'iota', 'kappa'], int, None]"
      Function:
        type: "Callable[[int, str, bytes, float, complex, list[int], dict[str, str]], Awaitable[Optional[dict[str, list[int]]]]]"
    type_variables:
      AVeryLongTypeVariableName: {bound: "Union[AVeryLongClassNameNumberOne, AVeryLongClassNameNumberTwo]"}
      Constrained: {constraints: [AVeryLongClassNameNumberOne, AVeryLongClassNameNumberTwo, int, str, bytes]}
    variables:
      A_LONG_CONSTANT: {type: "dict[str, list[int]]", value: "{'first': [1, 2, 3], 'second': [4, 5, 6], 'third': [7, 8, 9]}"}
      A_LONG_TEXT: {type: str, value: '"a text that is longer than any line may be, and therefore cannot be made to fit, whatever is done"'}
    classes:
      AVeryLongClassNameNumberOne: {}
      AVeryLongClassNameNumberTwo:
        bases: [AVeryLongClassNameNumberOne]
      AVeryLongClassNameNumberThree:
        bases: [AVeryLongClassNameNumberTwo, "Generic[AVeryLongTypeVariableName]"]
        properties:
          a_property_with_a_long_name:
            type: "dict[str, AVeryLongClassNameNumberOne | AVeryLongClassNameNumberTwo | list[int] | None]"
            core: NAME_cores.with_a_rather_long_path.and_a_very_long_module_name:get
            setter: NAME_cores.with_a_rather_long_path.and_a_very_long_module_name:put
          brief: {type: "Literal['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta', 'iota']"}
        methods:
          a_method_with_a_long_name_that_runs_both_ways_and_then_some_more:
            sync_and_async: true
            parameters:
              parameter_number_one: {type: "Union[AVeryLongClassNameNumberOne, AVeryLongClassNameNumberTwo, None]", default: None}
            returns: {type: "dict[str, AVeryLongClassNameNumberOne | AVeryLongClassNameNumberTwo]"}
            core: NAME_cores.with_a_rather_long_path.and_a_very_long_module_name:both
          start_with_a_name_that_is_much_too_long_for_anybody_to_remember:
            binding: class
            sync_and_async: true
            core: NAME_cores.with_a_rather_long_path.and_a_very_long_module_name:start
          short:
            parameters:
              number: {type: int, default: 1}
          medium:
            parameters:
              first_parameter: {type: "Optional[int]", default: None}
              second_parameter: {type: "Optional[str]", default: None}
              third: {type: int, default: 0}
        classes:
          Inner:
            attributes:
              LEVELS: {type: "tuple[Literal['alpha'], Literal['beta'], Literal['gamma'], Literal['delta']]", value: "('alpha', 'beta', 'gamma', 'delta')", class_variable: true}
            dataclass: {}
            parameters:
              long_field_name_number_one: {type: "dict[str, AVeryLongClassNameNumberOne | None]", factory: dict}
              long_default: {type: "tuple[str, ...]", default: "('alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta')"}
    """,
    files={
        "NAME_cores/__init__.py": "",
        "NAME_cores/with_a_rather_long_path/__init__.py": "",
        "NAME_cores/with_a_rather_long_path/and_a_very_long_module_name.py": """
        from __future__ import annotations

        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from NAME import AVeryLongClassNameNumberOne as One
            from NAME import AVeryLongClassNameNumberTwo as Two


        def get(self: object) -> dict[str, One | Two | list[int] | None]:
            return {}


        def put(self: object, value: object) -> None:
            del self, value


        async def both(
            self: object, parameter_number_one: One | Two | None = None
        ) -> dict[str, One | Two]:
            return {} if parameter_number_one is None else {"": parameter_number_one}


        async def start(cls: object) -> None:
            del cls
        """,
    },
)

TEXTS = project(
    "texts",
    r'''
    module: NAME
    doc: "Ends with a \"quote\""
    variables:
      A: {type: int, value: 1, doc: "   "}
      B: {type: int, value: 1, doc: "\"quoted\""}
    functions:
      triple: {doc: "Holds \"\"\" in the middle."}
      triple_end: {doc: 'Ends with """'}
      triple_only: {doc: '"""'}
      starts: {doc: '"Starts" with a quote.'}
      ends: {doc: 'Ends with a "quote"'}
      ends_backslash: {doc: 'Ends with a backslash \'}
      ends_both: {doc: 'Ends with both \"'}
      escapes: {doc: 'A \n and a \x41 and a \N{DASH} and \u1234.'}
      tabs: {doc: "One\n\ttab\n\t\ttwo tabs"}
      unicode: {doc: "Grüße, 你好, 🎉, combining é."}
      indented: {doc: "First\n    second\n      third\n    fourth"}
      blank: {doc: "   "}
      spaces: {doc: "  Leading and trailing  \n  more   \n\n\n"}
      many:
        doc: |+

          Begins with an empty line.

              an indented block "quoted"

          Ends with empty lines.


      quoted_lines:
        doc: |
          "First line"
          "last line"
      last_backslash:
        doc: |
          Two lines,
          the last ends so: \
      crlf: {doc: "One\nTwo\n\nThree"}
      wide:
        doc: A single line that is longer than eighty-eight characters and that therefore cannot fit into a line of code.
      described:
        parameters:
          a: {type: int, doc: "Has \"\"\" and \\ and\na second line"}
          b: {type: int, doc: "Ends with \""}
          c:
            type: int
            doc: |
              Before:
              ```python
              if a:
                  b()
              ```
        returns: {type: int, doc: "Ends with \\"}
        raises:
          ValueError: 'Ends with """'
          KeyError: ""
      only_quote:
        returns: {type: int, doc: '"'}
    classes:
      Documented:
        doc: 'Ends with a "quote"'
        attributes:
          x: {type: int, doc: 'Ends with """'}
        properties:
          p: {type: int, doc: 'Ends with a backslash \'}
        methods:
          m: {doc: "\x27\x27\x27"}
    ''',
)

NESTED = project(
    "nests",
    """
    module: NAME
    classes:
      Outer:
        doc: Holds others.
        dataclass: {}
        parameters:
          mode: {type: Outer.Mode, default: Outer.Mode.FAST}
          inner: {type: "Outer.Inner | None", default: None}
          options: {type: Outer.Options, factory: Outer.Options}
        classes:
          Mode:
            kind: enum
            attributes:
              FAST: {value: 1}
              SLOW: {value: 2}
          Options:
            dataclass: {}
            parameters:
              level: {type: int, default: 0}
          Better:
            bases: [Outer.Options]
            dataclass: {}
            parameters:
              extra: {type: int, default: 1}
          Inner:
            classes:
              Innermost:
                parameters:
                  depth: {type: int, default: 2}
                methods:
                  up:
                    returns: {type: Outer.Inner}
                    core: NAME_cores:up
              Nothing: {}
            methods:
              down:
                returns: {type: Outer.Inner.Innermost}
                core: NAME_cores:down
              unfinished: {}
        methods:
          set_mode:
            parameters: {mode: {type: Outer.Mode, default: Outer.Mode.SLOW}}
    functions:
      mode:
        parameters: {mode: {type: Outer.Mode, default: Outer.Mode.SLOW}}
        returns: {type: Outer.Mode}
    """,
    cores="""
    from __future__ import annotations

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from NAME import Outer


    def up(self: Outer.Inner.Innermost) -> Outer.Inner:
        from NAME import Outer

        return Outer.Inner()


    def down(self: Outer.Inner) -> Outer.Inner.Innermost:
        return self.Innermost(depth=3)
    """,
)

DECORATED = project(
    "decorated",
    """
    module: NAME
    imports: [functools.cache, functools.total_ordering, typing.final]
    functions:
      once:
        decorators: [cache]
        returns: {type: int}
        core: NAME_cores:once
    classes:
      Version:
        decorators: [final, total_ordering]
        parameters:
          number: {type: int}
        methods:
          __lt__:
            parameters: {other: {type: Version}}
            returns: {type: bool}
            core: NAME_cores:less
          __eq__:
            parameters: {other: {type: object}}
            returns: {type: bool}
            core: NAME_cores:equal
          __hash__:
            returns: {type: int}
            core: NAME_cores:hashed
          fixed:
            decorators: [final]
            returns: {type: int}
            core: NAME_cores:hashed
    """,
    cores="""
    from __future__ import annotations

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from NAME import Version

    calls: list[int] = []


    def once() -> int:
        calls.append(1)
        return len(calls)


    def less(self: Version, other: Version) -> bool:
        return self.number < other.number


    def equal(self: Version, other: object) -> bool:
        return isinstance(other, type(self)) and self.number == other.number


    def hashed(self: Version) -> int:
        return hash(self.number)
    """,
)


LAZY = project(
    "lazily",
    """
    module: NAME
    exports: [NAME.parts.Part]
    classes:
      Base: {defined_in: NAME._base}
      Whole: {bases: [Base]}
      Late: {defined_in: NAME._late, bases: [Whole]}
      AttributeError: {defined_in: NAME._late, kind: exception}
    functions:
      globals: {returns: {type: Late}}
      getattr: {defined_in: NAME._late, returns: {type: str}, core: "NAME_cores:text"}
      sorted: {defined_in: NAME._late}
    """,
    """
    module: NAME.parts
    doc: This module only passes on.
    classes:
      Part: {defined_in: NAME.parts._part, attributes: {whole: {type: NAME.Whole}}}
      Other: {defined_in: NAME.parts._part}
    """,
    cores="""
    def text() -> str:
        return "late"
    """,
    files={
        # Strict mypy objects to an ignored error that is none.
        "NAME_misspelt.py": """
        import NAME

        NAME.Lste  # type: ignore[attr-defined]
        NAME.parts.Prat  # type: ignore[attr-defined]
        """
    },
    lazy=True,
)


class Tree(NamedTuple):
    """Every project, generated: what was built and where it lies."""

    root: Path
    built: dict[str, Package]
    findings: dict[str, list[Diagnostic]]

    @property
    def code(self) -> Path:
        """The folder with the packages and their cores."""
        return self.root / "code"

    @property
    def stubs(self) -> Path:
        """The folder with the stub distributions."""
        return self.root / "stubs"


def write(root: Path, files: Mapping[str, str]) -> None:
    """Write a tree of texts."""
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())


def generate(
    entry: Project, root: Path
) -> tuple[Package, list[Diagnostic], dict[str, str]]:
    """Generate one project into ``root``; return its package, the findings and the texts."""
    texts = {}
    for text in entry.specs:
        module = re.search(r"^module: (.+)$", text, re.MULTILINE)
        assert module is not None
        texts[f"{module[1]}.yaml"] = text
    settings = Settings(package=entry.name, cores="cores", lazy=entry.lazy)
    specs = build.read_specs(texts, {})
    package = Package(specs.modules)
    cores = {
        name: source.read_core(name, f"{name}.py", text)
        for path, text in entry.cores.items()
        for name in [path.removesuffix(".py").replace("/", ".")]
    }
    findings = build.check(specs, package, settings, cores)
    outputs = (
        {}
        if findings
        else build.emit(package, settings, frozenset(("package", "stubs")))
    )
    write(root / "code", entry.cores)
    for path, output in outputs.items():
        write(
            root / ("stubs" if output.kind == "stubs" else "code"), {path: output.text}
        )
    return package, findings, {path: output.text for path, output in outputs.items()}


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    """All projects, generated side by side, with the folder of packages on the import path."""
    found = Tree(tmp_path_factory.mktemp("emitters"), {}, {})
    for name, entry in PROJECTS.items():
        found.built[name], found.findings[name], _ = generate(entry, found.root)
    sys.path.insert(0, str(found.code))
    importlib.invalidate_caches()
    yield found
    sys.path.remove(str(found.code))


@pytest.fixture
def load(tree: Tree) -> Callable[[str], Any]:
    """Import a module of a generated package."""
    del tree
    return importlib.import_module


# What stubtest takes for a difference: what Python adds to a class, and aliases and decorators it cannot look into.
MISUNDERSTOOD = r"""
.*\.__deprecated__
.*\.__init_subclass__
datas\.Frozen\._DT
decorated\.once
enums\.Number\.__new__
generics\.Ts
typed\.Size(\..*)?
"""
STRICT = """
disallow_any_generics = True
disallow_incomplete_defs = True
disallow_subclassing_any = True
disallow_untyped_decorators = True
disallow_untyped_defs = True
no_implicit_reexport = True
strict_equality = True
"""


def run(command: list[str], cwd: Path | None = None, **environment: str) -> str:
    """Run a tool; return what it printed, empty when it was content."""
    beside = Path(sys.executable).parent / command[0]
    result = subprocess.run(
        [str(beside) if beside.exists() else command[0], *command[1:]],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )
    return "" if result.returncode == 0 else result.stdout + result.stderr


def test_no_findings(tree: Tree) -> None:
    """No rule objects to any of these specs or their cores."""
    found = [
        f"{name}: {item.headline} {item.hint}"
        for name, items in tree.findings.items()
        for item in items
    ]

    assert not found, "\n".join(found)


def test_imports(tree: Tree, load: Callable[[str], Any]) -> None:
    """Every module of every package can be imported, by itself, in an interpreter of its own."""
    names = [
        ".".join(path.relative_to(tree.code).with_suffix("").parts).removesuffix(
            ".__init__"
        )
        for name in PROJECTS
        for path in sorted((tree.code / name).rglob("*.py"))
    ]
    script = (
        "import importlib, sys, traceback\n"
        "for name in sys.argv[1:]:\n"
        "    for loaded in [n for n in sys.modules if n.split('.')[0] == name.split('.')[0]]:\n"
        "        del sys.modules[loaded]\n"
        "    try:\n"
        "        importlib.import_module(name)\n"
        "    except Exception:\n"
        "        print(name, traceback.format_exc())\n"
        "        failed = True\n"
        "sys.exit('failed' in globals())\n"
    )

    assert run([sys.executable, "-c", script, *names], PYTHONPATH=str(tree.code)) == ""


def test_black_leaves_it_alone(tree: Tree) -> None:
    """Black has nothing to change in packages and stubs."""
    found = [
        path.relative_to(tree.root)
        for name in PROJECTS
        for folder in (tree.code / name, tree.stubs / f"{name}-stubs")
        for path in sorted(folder.rglob("*.py*"))
        if path.suffix in (".py", ".pyi") and not unchanged_by_black(path)
    ]

    assert found == []


def unchanged_by_black(path: Path) -> bool:
    """Whether a file is already as black would write it."""
    mode = black.Mode(
        target_versions={black.TargetVersion.PY311}, is_pyi=path.suffix == ".pyi"
    )
    text = path.read_text()
    return black.format_str(text, mode=mode) == text


def test_ruff_finds_nothing(tree: Tree) -> None:
    """Ruff finds no error, no unsorted import and no unsorted ``__all__``."""
    own = json.dumps([*PROJECTS, *(f"{name}_cores" for name in PROJECTS), "typed_more"])
    command = ["ruff", "check", "--isolated", "--no-cache", "--output-format=concise"]
    command += ["--select=E4,E7,E9,F,I,RUF022", "--target-version=py311"]
    command += ["--config", f"lint.isort.known-first-party={own}", str(tree.root)]

    assert not (found := run(command)), found


def test_mypy_accepts_packages(tree: Tree) -> None:
    """Mypy accepts packages and cores in strict mode."""
    command = [sys.executable, "-m", "mypy", "--strict", "--explicit-package-bases"]
    command += ["--cache-dir", str(tree.root / "mypy"), "--no-error-summary", "."]

    assert not (found := run(command, cwd=tree.code)), found


def test_stubtest_agrees(tree: Tree) -> None:
    """Stubs are strictly typed and say what the packages do."""
    config = tree.root / "stubtest.ini"
    config.write_text(f"[mypy]\ncache_dir = {tree.root / 'stubtest'}\n{STRICT}")
    command = [sys.executable, "-m", "mypy.stubtest", "--concise"]
    allowed = tree.root / "allowed.txt"
    allowed.write_text(MISUNDERSTOOD)
    command += ["--mypy-config-file", str(config), "--allowlist", str(allowed)]
    command += PROJECTS

    found = run(command, PYTHONPATH=f"{tree.stubs}{os.pathsep}{tree.code}")
    assert not found, found


def test_basedpyright_accepts_packages_and_stubs(tree: Tree) -> None:
    """Basedpyright accepts packages, cores and stubs in strict mode."""
    settings = {
        "include": ["code", "stubs"],
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "failOnWarnings": True,
        "executionEnvironments": [{"root": "code"}, {"root": "stubs"}],
    }
    (tree.root / "pyrightconfig.json").write_text(json.dumps(settings))
    found = run(["basedpyright", "--pythonpath", sys.executable], cwd=tree.root)

    assert not found, found


def test_signatures_are_those_of_the_specs(
    tree: Tree, load: Callable[[str], Any]
) -> None:
    """``inspect.signature`` gives every callable the names, kinds and defaults its spec has."""
    compared = 0
    for package in tree.built.values():
        for name, module in package.modules.items():
            for place, documented in callables(name, module):
                found: Any = getattr(load(name), place[0])
                for part in place[1:]:
                    found = inspect.getattr_static(found, part)
                for parameters, actual in signatures(found, documented):
                    compared += 1
                    assert described(actual) == parameters, (name, place)
    assert compared > 100


def callables(
    name: str, module: Module
) -> Iterator[tuple[tuple[str, ...], Function | Class]]:
    """Every function, method and constructor of a module, with the names that lead to it."""
    for path, function, _ in walk.functions(module):
        yield tuple(map(str, path[1::2])), function
    for path, cls in walk.classes(module):
        if has_init(cls) and cls.deprecated is None:
            yield (*map(str, path[1::2]), "__init__"), cls


def signatures(
    found: Any, documented: Function | Class
) -> Iterator[tuple[list[tuple[str, str, bool]], inspect.Signature]]:
    """The documented parameters with each signature that must have them."""
    parameters = [
        (name, parameter.kind, parameter.required)
        for name, parameter in (documented.parameters or {}).items()
    ]
    if isinstance(documented, Function) and documented.sync_and_async:
        helper = found
        if isinstance(found, property):
            assert found.fget is not None
            helper = found.fget.__annotations__["return"]
            helper = vars(sys.modules[found.fget.__module__])[helper.partition("[")[0]]
        else:
            helper = type(found)
        for name in ("__call__", "aio"):
            yield parameters, inspect.signature(getattr(helper, name))
    elif isinstance(found, staticmethod | classmethod):
        yield parameters, inspect.signature(found.__wrapped__)
    elif not hasattr(found, "cache_info"):
        yield parameters, inspect.signature(found)


def described(signature: inspect.Signature) -> list[tuple[str, str, bool]]:
    """A signature in the words of specs, which do not list the instance or class."""
    kinds = {
        "POSITIONAL_ONLY": "positional-only",
        "POSITIONAL_OR_KEYWORD": "positional-or-keyword",
        "VAR_POSITIONAL": "var-positional",
        "KEYWORD_ONLY": "keyword-only",
        "VAR_KEYWORD": "var-keyword",
    }
    return [
        (
            name,
            kinds[parameter.kind.name],
            parameter.default is parameter.empty
            and not parameter.kind.name.startswith("VAR"),
        )
        for name, parameter in signature.parameters.items()
        if name not in ("self", "cls")
    ]


def test_every_kind_of_argument_arrives(load: Callable[[str], Any]) -> None:
    """Delegation passes positional, variadic and keyword arguments to the core unchanged."""
    kinds = load(KINDS)

    assert kinds.every(1, "b", 2.0, b"x", b"y", named=True, other=5) == {
        "first": 1,
        "second": "b",
        "third": 2.0,
        "rest": (b"x", b"y"),
        "named": True,
        "optional": None,
        "others": {"other": 5},
    }
    assert kinds.every(1, named=False, optional="o")["optional"] == "o"
    assert kinds.positional(1) == (1, 2)
    assert kinds.keyword(second=4, first=3) == (3, 4)
    assert kinds.variadic(1, 2, last=3) == (1, 2, 3)
    assert kinds.untyped(1, 2, three=3) is None
    with pytest.raises(TypeError):
        kinds.positional(first=1)
    with pytest.raises(TypeError):
        kinds.keyword(1)


def test_parameters_may_be_called_like_the_core(load: Callable[[str], Any]) -> None:
    """A parameter with the name of the core's module does not hide the module."""
    assert load(KINDS).kinds_cores(kinds_cores=1, _kinds_cores=2) == 3


def test_async_functions_are_awaited(load: Callable[[str], Any]) -> None:
    """An ``async`` function is a coroutine function that awaits its core."""
    later = load(KINDS).later

    assert inspect.iscoroutinefunction(later)
    assert asyncio.run(later(1)) == 2


def test_functions_that_never_return(load: Callable[[str], Any]) -> None:
    """A function that returns ``NoReturn`` raises what its core raises."""
    with pytest.raises(KeyboardInterrupt):
        load(KINDS).endless()


def test_what_is_missing_says_so(load: Callable[[str], Any]) -> None:
    """A callable without a core raises NotImplementedError with its public name."""
    classes = load(CLASSES)
    account = classes.Account("me")

    with pytest.raises(
        NotImplementedError, match=r"^kinds\.missing is not implemented$"
    ):
        load(KINDS).missing()
    with pytest.raises(
        NotImplementedError, match=r"^plain_classes\.Account\.unfinished is"
    ):
        account.unfinished(1)
    with pytest.raises(
        NotImplementedError, match=r"^plain_classes\.Account\.nothing is"
    ):
        _ = account.nothing
    with pytest.raises(
        NotImplementedError, match=r"^nests\.Outer\.Inner\.unfinished is"
    ):
        load(NESTED).Outer.Inner().unfinished()


def test_defaults_keep_their_values(load: Callable[[str], Any]) -> None:
    """Every kind of literal, name and construction means the same in code as in the spec."""
    literals = load(LITERALS)
    found = {
        name: parameter.default
        for name, parameter in inspect.signature(literals.every).parameters.items()
    }

    assert found == {
        "hexadecimal": 255,
        "grouped": 1_000_000,
        "huge": 0xFFFFFFFFFFFFFFFFFFFFFFFF,
        "negative": -1,
        "doubly": 1,
        "inverted": ~3,
        "real": 0.001,
        "big_real": 1e300,
        "imaginary": 2j,
        "truth": True,
        "nothing": None,
        "dots": ...,
        "text": "a",
        "quoted": 'say "hi"',
        "both": 'it\'s "so"',
        "escapes": "\t\n\\ \x00 \u2028 ü",
        "joined": "ab",
        "raw": b"\x00\xff'",
        "plain_bytes": b"abc",
        "pair": (1, (2,), ()),
        "items": [1, 2],
        "unique": {3},
        "mapping": {"a": {"b": [1, (2,)]}},
        "member": literals.Colour.RED,
        "flags": literals.Flags(0),
        "limit": 10,
        "point": literals.Point(1, -2),
        "path": pathlib.PurePosixPath("/a"),
        "kind": int,
    }
    assert type(found["truth"]) is bool


def test_classes_construct_themselves(load: Callable[[str], Any]) -> None:
    """Without a core a constructor keeps its parameters; with one the core does what is needed."""
    classes = load(CLASSES)
    point = classes.Point(1, 2, 3, tag="t", colour="red")

    assert vars(point) == {
        "x": 1,
        "y": 2,
        "rest": (3,),
        "tag": "t",
        "more": {"colour": "red"},
    }
    assert vars(classes.Nullary()) == {}
    assert classes.Empty() is not None
    assert vars(classes.Account("me")) == {"owner": "me", "cents": 0}


def test_properties_read_and_write(load: Callable[[str], Any]) -> None:
    """A property reads through its core and writes through its setter; without one it cannot be set."""
    account = load(CLASSES).Account("me")

    account.balance = 2.5
    assert account.balance == 2.5
    assert account.label == "me: 2.5 EUR"
    with pytest.raises(ValueError, match="-1"):
        account.balance = -1
    with pytest.raises(AttributeError):
        account.label = "other"


def test_methods_of_every_binding(load: Callable[[str], Any]) -> None:
    """Instance, class, static and async methods reach their cores with the right first argument."""
    classes = load(CLASSES)
    account = classes.Savings.named("me")

    assert type(account) is classes.Savings
    assert type(asyncio.run(classes.Savings.named_later("me"))) is classes.Savings
    assert account.deposit(150, note="n") is None
    assert account.cents == 150
    assert asyncio.run(account.fetch("u")) == "me u"
    assert classes.Account.is_name("me")
    assert not account.is_name("1")


def test_abstract_classes_stay_abstract(load: Callable[[str], Any]) -> None:
    """A class with abstract members cannot be constructed until a subclass defines them."""
    shape: Any = load(CLASSES).Shape

    assert shape.__abstractmethods__ == {"name", "sides", "area", "scale"}
    with pytest.raises(TypeError):
        shape()


def test_pairs_block_and_await(load: Callable[[str], Any]) -> None:
    """A pair returns its result when called and a coroutine from ``aio``, for functions and every binding."""
    pairs = load(PAIRS)
    job = pairs.Job(1)

    assert pairs.run(1, 2, asyncio=3, x=4) == 10
    assert asyncio.run(pairs.run.aio(1, 2, asyncio=3, x=4)) == 10
    assert pairs.forget() is None
    assert asyncio.run(pairs.forget.aio()) is None
    assert job.run(add=2) == 3
    assert asyncio.run(job.run.aio(2)) == 3
    assert pairs.Job.start(5).number == 5
    assert asyncio.run(pairs.Job.start.aio(5)).number == 5
    assert pairs.Job.check(1) is True
    assert asyncio.run(pairs.Job.check.aio(-1)) is False
    assert pairs.either("x") == "x"


def test_pairs_of_nested_and_generic_classes(load: Callable[[str], Any]) -> None:
    """Pairs work in nested classes, and keep the type arguments of generic ones."""
    pairs = load(PAIRS)

    assert pairs.Job.Step().run() == "Job.Step"
    assert isinstance(asyncio.run(pairs.Job.Step.make.aio()), pairs.Job.Step)
    assert pairs.Box("in").take() == "in"
    assert asyncio.run(pairs.Box("in").take.aio()) == "in"


def test_pairs_warn_once(load: Callable[[str], Any]) -> None:
    """A deprecated pair warns once in either form."""
    pairs = load(PAIRS)

    for old in (pairs.old, pairs.Job(1).old):
        with pytest.warns(DeprecationWarning, match="deprecated since 2.0") as caught:
            assert old() == 1
        assert len(caught) == 1
        with pytest.warns(DeprecationWarning, match="deprecated since 2.0") as caught:
            assert asyncio.run(old.aio()) == 1
        assert len(caught) == 1


def test_enums(load: Callable[[str], Any]) -> None:
    """Enum members have their documented values and order, and enums may have methods and other bases."""
    enums = load(ENUMS)

    assert {member.name: member.value for member in enums.Phase} == {
        "QUEUED": 0,
        "RUNNING": 1,
        "DONE": "done",
        "NEGATIVE": -1,
        "PAIR": (1, "two"),
    }
    assert enums.Phase.DONE.terminal
    assert enums.Phase.parse("DONE") is enums.Phase.DONE
    assert [member.value for member in enums.Automatic] == [1, 2]
    assert isinstance(enums.Name.LONG, str)
    assert enums.Number.ONE + 1 == 2


def test_typed_dicts(load: Callable[[str], Any]) -> None:
    """TypedDicts have their keys, inherited ones too, and know which are required."""
    typed = load(TYPED)

    assert list(typed.Movie.__annotations__) == ["title", "year", "list", "length"]
    assert set(typed.Sequel.__annotations__) == {*typed.Movie.__annotations__, "part"}
    assert typed.Movie.__total__
    assert not typed.Partial.__total__
    assert typed.Nothing() == {}
    assert typed.Movie(title="t", list=[]) == {"title": "t", "list": []}


def test_aliases_and_variables(load: Callable[[str], Any]) -> None:
    """Aliases are usable types; variables have their value, that of their core, or None."""
    typed = load(TYPED)

    assert typing.get_args(typed.Amount) == (int, float, type(None))
    assert typing.get_args(typed.Later) == (typed.Options, type(None))
    assert typed.Size.__metadata__ == ((1, 2), "big")
    assert typed.DEFAULT == [1, 2]
    assert typed.UNSET is None
    assert typed.Options() == typed.OPTIONS
    assert typed.registry is load("typed_cores").registry
    assert typed.nested is load("typed_more.inner").registry


def test_generics_and_protocols(load: Callable[[str], Any]) -> None:
    """Generic classes take arguments, and runtime-checkable protocols check members."""
    generics = load(GENERICS)

    class Good:
        label = "l"
        size = 1

        def read(self) -> int:
            return 1

        def close(self) -> None:
            return None

    assert isinstance(Good(), generics.Source)
    assert not isinstance(object(), generics.Source)
    assert generics.Stack[int](1, 2).pop() == 2
    assert type(generics.Numbers.empty()) is generics.Numbers
    assert generics.Call(lambda x, y: x + y)(1, y=2) == 3
    assert generics.Row[int, str](1, "a").cells == (1, "a")
    assert generics.Table[int]().rows == []
    assert generics.B.__bound__ == int | generics.Base
    assert generics.S.__constraints__ == (int, str)
    assert generics.K_co.__covariant__
    assert generics.C_contra.__contravariant__
    assert generics.double("a") == "aa"


def test_dataclasses(load: Callable[[str], Any]) -> None:
    """Dataclasses keep inherited positions, factories, keyword-only fields, options and state of their own."""
    datas = load(DATACLASSES)
    names = [field.name for field in dataclasses.fields(datas.Derived)]
    one, two = datas.Base("a"), datas.Base("a")

    assert names == [
        *("name", "tags", "size", "_state", "count", "bare"),
        *("extra", "required", "optional", "made"),
    ]
    assert str(inspect.signature(datas.Derived)) == (
        "(name: 'str', tags: 'list[str]' = <factory>, size: 'int' = 2, "
        "extra: 'Derived | None' = None, *, required: 'int', optional: 'int' = 7, "
        "made: 'dict[str, int]' = <factory>) -> None"
    )
    assert (one.bare, one.count, one._state) == ("A", 0, {})
    assert one.tags is not two.tags
    two._state["changed"] = 1
    assert one == two
    assert repr(one) == "Base(name='a', tags=[], size=1)"
    assert datas.Base.registry == ["x"]
    assert datas.Frozen(1) < datas.Frozen(2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        datas.Frozen(1).x = 2
    assert not hasattr(datas.Frozen(1), "__dict__")
    assert datas.Keyword(y=1) != datas.Keyword(y=1)
    with pytest.raises(TypeError):
        datas.Keyword(1, 2)
    assert hash(datas.Hashable(1)) == hash(datas.Hashable(1))
    assert datas.Holder() == datas.Holder(datas.Frozen(1, 2))


def test_exceptions(load: Callable[[str], Any]) -> None:
    """Exceptions inherit as documented and are raised with what they were given."""
    exceptions = load(EXCEPTIONS)
    error = exceptions.NotFound("n", place="p")

    assert isinstance(error, LookupError)
    assert (error.name, error.place) == ("n", "p")
    assert str(exceptions.Coded(5)) == "code 5"
    with pytest.raises(exceptions.BaseError):
        raise exceptions.Coded(6)


def test_overloads(load: Callable[[str], Any]) -> None:
    """Overloaded callables are registered with typing and run their one implementation."""
    overloads = load(OVERLOADS)

    assert overloads.read("p", binary=True) == b"p"
    assert overloads.Maker.make(1) == 1
    assert overloads.Maker().instance("x") == "x"
    assert asyncio.run(overloads.Maker().later(2)) == 2
    assert len(typing.get_overloads(overloads.read)) == 2
    assert len(typing.get_overloads(overloads.Maker.make.__func__)) == 2
    with pytest.warns(DeprecationWarning, match="deprecated since 1"):
        assert overloads.Maker.static("s") == "s"


def test_deprecations(load: Callable[[str], Any]) -> None:
    """What is deprecated warns with since when, until when and what to use instead."""
    old = load(DEPRECATED)

    with pytest.warns(
        DeprecationWarning,
        match=r"^deprecated since 1\.0; to be removed in 2\.0; use fresh instead$",
    ):
        assert old.gone() == 1
    with pytest.warns(DeprecationWarning, match='"quotes"'):
        old.wordy()
    with pytest.warns(DeprecationWarning, match="deprecated since 1"):
        assert old.Gone(1).x == 1
    with pytest.warns(DeprecationWarning, match="use length instead"):
        assert old.Kept().size == 2
    with pytest.warns(DeprecationWarning, match="deprecated since 1"):
        assert old.Kept.make() == 3
    with pytest.warns(DeprecationWarning, match="deprecated since 1"):
        assert old.Kept.parse() == 1


def test_members_named_like_builtins(load: Callable[[str], Any]) -> None:
    """Members called ``list``, ``property`` or ``field`` do not disturb the code around them."""
    shadows = load(SHADOWS)
    client = shadows.Client()
    record = shadows.Record()

    assert client.list(["a"], int) == ["a", "int"]
    assert (client.type, client.property, client.size) == (int, 4, 4)
    client.size = 9
    assert client.seen == 9
    assert (client.staticmethod(), client.classmethod()) == (4, 5)
    assert client.int() == 0
    with pytest.warns(DeprecationWarning, match="deprecated since 1"):
        assert client.last() == (0, "last")
    assert (record.list, record.dict, record.int, record.more) == ([], {}, 3, [])
    assert record.Colour is shadows.Colour.RED
    assert shadows.Record.ClassVar == 1
    assert shadows.dataclass(x=1) == shadows.dataclass(1)
    assert shadows.Overloaded().again("x") == "x"
    assert shadows.min([2, 1]) == 1


def test_modules_refer_to_each_other(load: Callable[[str], Any]) -> None:
    """Classes of one name, bases defined later and elsewhere, and circular annotations all work."""
    mods, other = load(MODULES), load("mods.other")

    assert mods.Item.__module__ == "mods._item"
    assert mods.Owner is other.Owner
    assert issubclass(other.Item, mods.Item)
    assert other.Item is not mods.Item
    assert mods.Derived.__mro__[1:3] == (mods.Middle, load("mods._hidden").Base)
    assert not hasattr(mods, "Base") or "Base" not in mods.__all__
    assert mods.__all__ == ["Derived", "Item", "Middle", "Owner"]
    assert load("mods.deep").__doc__ == "The package ``mods.deep``."


def test_nested_classes(load: Callable[[str], Any]) -> None:
    """Classes nest, inherit from siblings, and serve as types and defaults of their owner."""
    nests = load(NESTED)
    outer = nests.Outer()

    assert outer.mode is nests.Outer.Mode.FAST
    assert outer.options == nests.Outer.Options(level=0)
    assert nests.Outer.Better(1, extra=2).level == 1
    assert nests.Outer.Inner().down().depth == 3
    assert isinstance(nests.Outer.Inner.Innermost().up(), nests.Outer.Inner)
    default = inspect.signature(nests.Outer.set_mode).parameters["mode"].default
    assert default is nests.Outer.Mode.SLOW


def test_decorators(load: Callable[[str], Any]) -> None:
    """Decorators of a spec are applied to functions, methods and classes."""
    decorated = load(DECORATED)

    assert decorated.once() == decorated.once() == 1
    assert decorated.Version(1) >= decorated.Version(0)
    assert decorated.Version.__final__
    assert decorated.Version.fixed.__final__


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("triple", 'Holds """ in the middle.'),
        ("triple_end", 'Ends with """'),
        ("triple_only", '"""'),
        ("starts", '"Starts" with a quote.'),
        ("ends", 'Ends with a "quote"'),
        ("ends_backslash", "Ends with a backslash \\"),
        ("ends_both", 'Ends with both \\"'),
        ("escapes", r"A \n and a \x41 and a \N{DASH} and \u1234."),
        ("tabs", "One\n        tab\n                two tabs"),
        ("unicode", "Grüße, 你好, 🎉, combining é."),
        ("indented", "First\n    second\n      third\n    fourth"),
        ("blank", None),
        ("spaces", "Leading and trailing\n  more"),
        (
            "many",
            "Begins with an empty line.\n\n"
            '    an indented block "quoted"\n\nEnds with empty lines.',
        ),
        ("quoted_lines", '"First line"\n"last line"'),
        ("last_backslash", "Two lines,\nthe last ends so: \\"),
        (
            "described",
            'Args:\n    a: Has """ and \\ and a second line\n    b: Ends with "\n'
            "    c: Before:\n        ```python\n        if a:\n            b()\n        ```\n\n"
            'Returns:\n    Ends with \\\n\nRaises:\n    ValueError: Ends with """\n    KeyError:',
        ),
        ("only_quote", 'Returns:\n    "'),
    ],
)
def test_docstrings_say_what_the_spec_says(
    load: Callable[[str], Any], name: str, expected: str | None
) -> None:
    """Quotes, backslashes, tabs, indentation and any script survive in docstrings."""
    found = inspect.getdoc(getattr(load(TEXTS), name))

    # Black sets a last quote apart from the quotes that close the docstring.
    assert (found and found.removesuffix(" ")) == expected


def test_reexported_private_names_are_listed(tmp_path: Path) -> None:
    """A private name that is passed on stands in ``__all__``, where ruff and type checkers look for it."""
    spec = "module: passing\nclasses:\n  _Hidden: {defined_in: passing._inner}\n"
    _, findings, texts = generate(Project("passing", (spec,), {}), tmp_path)

    assert not findings
    assert '__all__ = ["_Hidden"]' in texts["passing/__init__.py"]
    assert "__all__" not in texts["passing/_inner.py"]


def test_exports_wait_until_they_are_used(tree: Tree) -> None:
    """What a module only passes on is not imported with it; what its own definitions are made of is."""
    program = (
        "import sys, lazily, lazily.parts\n"
        "def loaded(): return ' '.join(sorted(m for m in sys.modules if m.startswith('lazily')))\n"
        "print(loaded()); lazily.Late; print(loaded()); lazily.Part; print(loaded())"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(tree.code)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout.splitlines() == [
        "lazily lazily._base lazily.parts",
        "lazily lazily._base lazily._late lazily.parts",
        "lazily lazily._base lazily._late lazily.parts lazily.parts._part",
    ]


def test_late_exports_are_like_others(load: Callable[[str], Any]) -> None:
    """They resolve, are listed, and are missed with the usual error, in whatever way they are asked for."""
    for module in (load("lazily"), load("lazily.parts")):
        assert set(module.__all__) <= set(dir(module))
        found: dict[str, Any] = {}
        exec(f"from {module.__name__} import *", found)
        for name in module.__all__:
            assert getattr(module, name) is found[name]
            assert found[name].__name__ == name
        with pytest.raises(AttributeError, match="no attribute 'Prat'") as caught:
            _ = module.Prat
        assert (caught.value.name, caught.value.obj) == ("Prat", module)
    assert load("lazily").Part is load("lazily.parts._part").Part


def test_late_exports_close_no_circles(tmp_path: Path) -> None:
    """A private module may need the module that exports it, unless that imports it at once."""
    spec = "module: round\nclasses:\n  A: {}\n  B: {defined_in: round._b, bases: [A]}\n"
    eager = Project("round", (spec,), {})

    for entry, rules in ((eager, ["cyclic-import"]), (eager._replace(lazy=True), [])):
        _, findings, _ = generate(entry, tmp_path)
        assert [found.rule for found in findings] == rules


def test_private_names_are_not_mangled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Helpers and renamed imports keep names that Python does not mangle inside a class."""
    spec = """\
module: private
classes:
  _Job:
    methods:
      run: {sync_and_async: true, core: "private_cores:run"}
      make: {binding: class, sync_and_async: true, core: "private_cores:run"}
  _ClassVar: {}
  ClassVar:
    attributes:
      COUNT: {type: _ClassVar, class_variable: true}
functions:
  run: {sync_and_async: true, core: "private_cores:free"}
  _run: {sync_and_async: true, core: "private_cores:free"}
"""
    cores = "async def run(owner): ...\nasync def free(): ...\n"
    entry = Project("private", (spec,), {"private_cores.py": cores})
    _, findings, _ = generate(entry, tmp_path)
    monkeypatch.syspath_prepend(tmp_path / "code")
    private = importlib.import_module("private")

    assert not findings
    assert private._Job().run() is private._Job.make() is None
    assert type(private.run) is not type(private._run)
    assert private.run() is private._run() is None


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("A: {attributes: {x: {type: 'list[int]', factory: list}}}", "factory-place"),
        ("A: {runtime_checkable: true}", "kind-conflict"),
    ],
)
def test_what_code_cannot_say_is_refused(tmp_path: Path, body: str, rule: str) -> None:
    """A fact that generated code could not express is a finding, and is not dropped silently."""
    spec = f"module: refused\nclasses:\n  {body}\n"
    _, findings, _ = generate(Project("refused", (spec,), {}), tmp_path)

    assert [found.rule for found in findings] == [rule]
