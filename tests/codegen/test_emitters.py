"""Generated code, run: small specs are generated, imported, called, and given to black, ruff and the type checkers.

Each project below is one package. All of them are generated once and checked together, because a type checker takes
seconds to start and milliseconds for a package.
"""

from __future__ import annotations

import ast
import asyncio
import dataclasses
import enum
import importlib
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import typing
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from codegen import build, rules
from codegen.diagnostics import Diagnostic
from codegen.model import Class, Function, Module, Parameter
from codegen.package import Package
from codegen.project import Settings
from codegen.readers import source

pytestmark = pytest.mark.xdist_group("emitters")


class Project(NamedTuple):
    """A package written as spec texts, with the cores it needs."""

    name: str
    specs: tuple[str, ...]
    cores: dict[str, str]


PROJECTS: dict[str, Project] = {}


def project(
    name: str, *specs: str, cores: str = "", files: Mapping[str, str] | None = None
) -> str:
    """Register a project; ``NAME`` in its texts stands for its name."""
    texts = tuple(textwrap.dedent(spec).replace("NAME", name) for spec in specs)
    modules = {
        path.replace("NAME", name): textwrap.dedent(text).replace("NAME", name).lstrip()
        for path, text in {**({"NAME_cores.py": cores} if cores else {}), **(files or {})}.items()
    }
    PROJECTS[name] = Project(name, texts, modules)
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
        bases: [int, enum.Enum]
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
    """
    ,
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
    settings = Settings(package=entry.name, cores="cores")
    specs = build.read_specs(texts, {})
    package = Package(specs.modules)
    cores = {
        name: source.read_core(name, f"{name}.py", text)
        for path, text in entry.cores.items()
        for name in [path.removesuffix(".py").replace("/", ".")]
    }
    findings = build.check(specs, package, settings, cores)
    outputs = {} if findings else build.emit(package, settings, frozenset(("package", "stubs")))
    write(root / "code", entry.cores)
    for path, output in outputs.items():
        write(root / ("stubs" if output.kind == "stubs" else "code"), {path: output.text})
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
    found = [f"{name}: {item.headline} {item.hint}" for name, items in tree.findings.items() for item in items]

    assert not found, "\n".join(found)


def test_imports(tree: Tree, load: Callable[[str], Any]) -> None:
    """Every module of every package can be imported, by itself, in an interpreter of its own."""
    names = [
        ".".join(path.relative_to(tree.code).with_suffix("").parts).removesuffix(".__init__")
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
    import black

    changed = {}
    for path in sorted([*tree.code.rglob("*.py"), *tree.stubs.rglob("*.pyi")]):
        if "_cores" in path.name or "_more" in path.parts or "_cores" in str(path.parent):
            continue
        text = path.read_text()
        mode = black.Mode(is_pyi=path.suffix == ".pyi")
        formatted = black.format_str(text, mode=mode)
        if formatted != text:
            import difflib
            changed[str(path.relative_to(tree.root))] = "".join(difflib.unified_diff(text.splitlines(True), formatted.splitlines(True), n=1))
    assert not changed, "\n".join(f"{k}\n{v}" for k, v in changed.items())


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
    command += ["--mypy-config-file", str(config), *PROJECTS]

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
