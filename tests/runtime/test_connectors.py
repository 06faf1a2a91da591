"""Connectors: the registry, the metadata of jobs as bytes, phases, and what the service refuses."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import inspect
import json
import typing
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum, Flag, IntEnum
from typing import Any, Literal, NewType

import pytest
from flyteidl2.core.execution_pb2 import TaskExecution
from flyteidl2.core.tasks_pb2 import TaskTemplate as TaskTemplateMessage
from hypothesis import given
from hypothesis import strategies as st

from flyte._secret import Secret
from flyte.connectors import (
    AsyncConnector,
    ConnectorRegistry,
    ConnectorService,
    Resource,
    ResourceMeta,
)
from flyte.connectors._connector import (
    ConnectorRegistryKey,
    ConnectorSecretsMixin,
    FlyteConnectorNotFound,
)
from flyte.connectors.utils import convert_to_flyte_phase, is_terminal_phase
from flyte_runtime import connectors


@dataclass
class JobMeta(ResourceMeta):
    """The metadata of the connectors below."""

    job_id: str


class Connector(AsyncConnector):
    """A connector that does nothing."""

    name = "Example Connector"
    task_type_name = "example"
    metadata_type = JobMeta

    async def create(
        self, task_template: Any, output_prefix: str, *_: Any, **kwargs: Any
    ) -> JobMeta:
        """Start nothing."""
        return JobMeta(job_id=output_prefix)

    async def get(self, resource_meta: ResourceMeta, **kwargs: Any) -> Resource:
        """Report success."""
        return Resource(phase=TaskExecution.SUCCEEDED)

    async def delete(self, resource_meta: ResourceMeta, **kwargs: Any) -> None:
        """Delete nothing."""


def connector(task_type: str, version: int = 0, name: str = "Example") -> Connector:
    """Make a connector for a task type."""
    made = Connector()
    made.task_type_name = task_type
    made.task_type_version = version
    made.name = name
    return made


@pytest.fixture(autouse=True)
def empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a registry of its own."""
    monkeypatch.setattr(connectors, "_registered", {})


@contextmanager
def refused(error: type[Exception], message: str) -> Iterator[None]:
    """Expect an error with exactly this message."""
    with pytest.raises(error) as raised:
        yield
    assert str(raised.value) == message


# The registry


def test_connectors_can_be_registered_while_others_look() -> None:
    """A service answers while connectors are registered in another thread."""

    def register() -> None:
        for version in range(2000):
            one = Connector()
            one.task_type_version = version
            ConnectorRegistry.register(one)

    with ThreadPoolExecutor(1) as threads:
        registering = threads.submit(register)
        while not registering.done():
            connectors.list_connectors()
            assert not connectors.is_served("other")
            with contextlib.suppress(FlyteConnectorNotFound):
                ConnectorRegistry.get_connector("other")
        registering.result()
    assert len(connectors.list_connectors()[0].supported_task_categories) == 2000


def test_a_registered_connector_is_found() -> None:
    """A connector is found by its task type and version, version 0 by default."""
    first, second = connector("example"), connector("example", 1)

    ConnectorRegistry.register(first)
    ConnectorRegistry.register(second)

    assert ConnectorRegistry.get_connector("example") is first
    assert ConnectorRegistry.get_connector("example", 1) is second


def test_a_second_connector_for_a_task_type_is_refused() -> None:
    """A task type and version are served by one connector; the first one stays."""
    first = connector("example", name="First")
    ConnectorRegistry.register(first)

    with refused(
        ValueError,
        "a connector for task type 'example' version 0 is registered already: 'First'; "
        "pass override=True to replace it",
    ):
        ConnectorRegistry.register(connector("example", name="Second"))
    assert ConnectorRegistry.get_connector("example") is first


def test_an_override_replaces_the_connector_and_its_category() -> None:
    """A connector that replaces another takes its category over instead of doubling it."""
    ConnectorRegistry.register(connector("example", name="First"))
    ConnectorRegistry.register(connector("other", name="First"))
    replacement = connector("example", name="Second")

    for _ in range(2):
        ConnectorRegistry.register(replacement, override=True)

    assert ConnectorRegistry.get_connector("example") is replacement
    assert described() == {"Second": [("example", 0)], "First": [("other", 0)]}


def test_connectors_of_one_name_are_described_together() -> None:
    """The description of a connector lists each category it serves once."""
    ConnectorRegistry.register(connector("example", 0))
    ConnectorRegistry.register(connector("example", 1))
    ConnectorRegistry.register(connector("example", 1), override=True)

    assert described() == {"Example": [("example", 0), ("example", 1)]}
    assert connectors.get_connector_metadata("Example").name == "Example"


def test_an_unknown_name_is_not_described() -> None:
    """The error says which names there are."""
    ConnectorRegistry.register(connector("example"))

    with refused(
        FlyteConnectorNotFound,
        "no connector is registered under the name 'Exemple'; registered: 'Example'",
    ):
        connectors.get_connector_metadata("Exemple")


def described() -> dict[str, list[tuple[str, int]]]:
    """List the registered connectors with their categories."""
    return {
        one.name: [
            (served.name, served.version) for served in one.supported_task_categories
        ]
        for one in connectors.list_connectors()
    }


@pytest.mark.parametrize(
    ("registered", "wanted", "advice"),
    [
        ([], ("bigquery", 0), "none is registered at all"),
        (
            [("bigquery", 1), ("bigquery", 2)],
            ("bigquery", 0),
            "registered for this type: version 1, 2",
        ),
        (
            [("bigquery", 0), ("spark", 0)],
            ("bigqery", 0),
            "did you mean 'bigquery'? registered: 'bigquery', 'spark'",
        ),
        ([("spark", 0), ("spark", 1)], ("bigquery", 0), "registered: 'spark'"),
    ],
)
def test_a_missing_connector_is_explained(
    registered: list[tuple[str, int]], wanted: tuple[str, int], advice: str
) -> None:
    """The error names what is registered and what may have been meant; it is a ValueError."""
    for task_type, version in registered:
        ConnectorRegistry.register(connector(task_type, version))

    with pytest.raises(FlyteConnectorNotFound) as raised:
        ConnectorRegistry.get_connector(*wanted)

    assert isinstance(raised.value, ValueError)
    assert str(raised.value) == (
        f"no connector is registered for task type {wanted[0]!r} version {wanted[1]}; {advice}"
    )


class Nameless(Connector):
    """A connector that forgot its task type."""

    task_type_name = ""


class OddVersion(Connector):
    """A connector with a version that is none."""

    task_type_version = True


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (
            Connector,
            TypeError,
            "register an instance of Connector, not the class: Connector()",
        ),
        (
            object(),
            TypeError,
            "a connector must derive from AsyncConnector, got object",
        ),
        (
            Nameless(),
            ValueError,
            "Nameless must set task_type_name to the task type it serves",
        ),
        (
            OddVersion(),
            ValueError,
            "OddVersion.task_type_version must be an integer from 0, got True",
        ),
    ],
    ids=["class", "object", "nameless", "version"],
)
def test_what_is_no_connector_is_refused(
    value: Any, error: type[Exception], message: str
) -> None:
    """What could never serve a task is refused when it is registered."""
    with refused(error, message):
        ConnectorRegistry.register(value)


def test_keys_are_compared_by_value() -> None:
    """Two keys of the same type and version are one key."""
    assert len({ConnectorRegistryKey("a", 0), ConnectorRegistryKey("a", 0)}) == 1


# The base class


def test_a_connector_must_implement_its_life_cycle() -> None:
    """A class without create, get and delete cannot be instantiated."""
    assert AsyncConnector.__abstractmethods__ == {"create", "get", "delete"}
    make: Any = AsyncConnector
    with pytest.raises(TypeError):
        make()


@pytest.mark.parametrize("method", ["get_metrics", "get_logs"])
def test_metrics_and_logs_are_optional(method: str) -> None:
    """A connector without metrics or logs says so when it is asked."""
    with pytest.raises(NotImplementedError):
        asyncio.run(getattr(Connector(), method)(JobMeta("1")))


def test_defaults_of_connectors_and_resources() -> None:
    """The class attributes and the fields of a resource have the documented defaults."""
    assert (AsyncConnector.name, AsyncConnector.task_type_version) == (
        "Async Connector",
        0,
    )
    assert Resource(TaskExecution.RUNNING) == Resource(
        phase=TaskExecution.RUNNING,
        message=None,
        log_links=None,
        outputs=None,
        custom_info=None,
    )


def test_a_connector_runs() -> None:
    """A connector creates a job whose metadata comes back through bytes."""
    meta = asyncio.run(Connector().create(TaskTemplateMessage(), "s3://bucket"))

    assert Connector.metadata_type.decode(meta.encode()) == meta


# Metadata of jobs


class Colour(Enum):
    """Members whose values JSON has, and one whose value it has not."""

    RED = "red"
    ONE = 1
    PAIR = (1, 2)


class Level(IntEnum):
    """Members that are numbers."""

    LOW = 1


class Access(Flag):
    """Members that can be combined."""

    READ = 1
    WRITE = 2


JobId = NewType("JobId", str)


@dataclass
class Node:
    """A dataclass that contains itself."""

    value: int
    following: Node | None = None


@dataclass(frozen=True)
class Pair:
    """A dataclass that is no metadata itself."""

    left: date
    right: bytes = b""


def meta_with(hint: Any, **options: Any) -> type[ResourceMeta]:
    """Make a class of metadata with one field."""
    return dataclasses.make_dataclass(
        "Meta", [("value", hint, field(**options))], bases=(ResourceMeta,)
    )


# The older spelling of unions is another type at run time.
OldOptional: Any = typing.Optional
OldUnion: Any = typing.Union

ROUND_TRIPS: list[tuple[Any, Any, Any]] = [
    (str, "text ☃", "text ☃"),
    (int, 2**80, 2**80),
    (float, 0.5, 0.5),
    (float, 3, 3),
    (bool, True, True),
    (type(None), None, None),
    (JobId, "id", "id"),
    (Any, {"a": [1, None, {"b": True}]}, {"a": [1, None, {"b": True}]}),
    (object, [1], [1]),
    (dict, {"a": 1}, {"a": 1}),
    (list, [1, "a"], [1, "a"]),
    (
        datetime,
        datetime(2024, 2, 29, 12, 30, 1, 5, UTC),
        "2024-02-29T12:30:01.000005+00:00",
    ),
    (
        datetime,
        datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=-5))),
        "2024-01-01T00:00:00-05:00",
    ),
    (datetime, datetime(2024, 1, 1), "2024-01-01T00:00:00"),
    (date, date(2024, 1, 1), "2024-01-01"),
    (
        timedelta,
        timedelta(days=999999999, microseconds=-1),
        86399999913599999999,
    ),
    (timedelta, timedelta(seconds=-1.5), -1500000),
    (bytes, b"\x00\xff", "AP8="),
    (Colour, Colour.RED, "red"),
    (Colour, Colour.ONE, 1),
    (Colour, Colour.PAIR, "PAIR"),
    (Level, Level.LOW, 1),
    (Access, Access.READ | Access.WRITE, 3),
    (Literal["a", 1], 1, 1),
    (OldOptional[date], None, None),
    (OldOptional[date], date(2024, 1, 1), "2024-01-01"),
    (OldUnion[float, int, str], 1, 1),
    (OldUnion[float, int, str], 1.0, 1.0),
    (OldUnion[float, int, str], "1", "1"),
    (int | None, 1, 1),
    (list[date], [date(2024, 1, 1)], ["2024-01-01"]),
    (tuple[int, bytes], (1, b"\xff"), [1, "/w=="]),
    (tuple[int, ...], (1, 2, 3), [1, 2, 3]),
    (tuple[()], (), []),
    (tuple, (1, "a"), [1, "a"]),
    (set[str], {"b", "a"}, ["a", "b"]),
    (frozenset[int], frozenset({1}), [1]),
    (dict[str, timedelta], {"a": timedelta(seconds=1)}, {"a": 1000000}),
    (dict[int, str], {1: "a"}, {"1": "a"}),
    (dict[date, int], {date(2024, 1, 1): 1}, {"2024-01-01": 1}),
    (dict[bool, int], {True: 1}, {"true": 1}),
    (dict[Colour, int], {Colour.ONE: 1}, {"1": 1}),
    (Pair, Pair(date(2024, 1, 1)), {"left": "2024-01-01", "right": ""}),
    (
        Node,
        Node(1, Node(2)),
        {"value": 1, "following": {"value": 2, "following": None}},
    ),
    (list[Node | None], [None, Node(1)], [None, {"value": 1, "following": None}]),
]


@pytest.mark.parametrize(
    ("hint", "value", "written"),
    ROUND_TRIPS,
    ids=[str(hint) for hint, _, _ in ROUND_TRIPS],
)
def test_what_is_encoded_can_be_decoded(hint: Any, value: Any, written: Any) -> None:
    """A value of every supported type is written as documented and comes back as it was, with its type."""
    cls: Any = meta_with(hint)
    meta = cls(value)

    data = meta.encode()

    assert json.loads(data) == {"value": written}
    decoded = cls.decode(data)
    assert decoded == meta
    if hint is not float:
        assert type(decoded.value) is type(value)


@dataclass
class PlainMeta(ResourceMeta):
    """Metadata with fields that any version of the SDK can encode."""

    job_id: str
    attempt: int = 0
    labels: dict[str, str] = field(default_factory=dict)
    parent: dict[str, Any] | None = None


def test_plain_metadata_is_encoded_as_by_other_versions() -> None:
    """Plain fields are written as the JSON of `dataclasses.asdict`, which is what others read and write."""
    meta = PlainMeta("ä", 1, {"b": "1", "a": "2"}, {"x": [None]})
    data = json.dumps(dataclasses.asdict(meta)).encode("utf-8")

    assert meta.encode() == data
    assert PlainMeta.decode(data) == meta


def test_missing_fields_have_their_defaults() -> None:
    """Data of an older version lacks fields; their defaults are filled in."""
    assert PlainMeta.decode(b'{"job_id": "1"}') == PlainMeta("1")


def test_an_empty_class_has_empty_data() -> None:
    """Metadata without fields is an empty object."""
    assert ResourceMeta().encode() == b"{}"
    assert ResourceMeta.decode(b"{}") == ResourceMeta()


@dataclass
class CountedMeta(ResourceMeta):
    """Metadata with a field that is not passed to its constructor, and with a check."""

    job_id: str
    calls: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Refuse an empty name."""
        if not self.job_id:
            raise ValueError("job_id must not be empty")


def test_fields_that_are_not_passed_come_back_too() -> None:
    """A field without a place in the constructor is restored as well."""
    meta = CountedMeta("1")
    meta.calls = 5

    assert CountedMeta.decode(meta.encode()).calls == 5


@pytest.mark.parametrize(
    ("cls", "data", "message"),
    [
        (
            PlainMeta,
            b"",
            "PlainMeta: the data is not JSON: Expecting value: line 1 column 1 (char 0)",
        ),
        (
            PlainMeta,
            b"\xff",
            "PlainMeta: the data is not JSON: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
        ),
        (PlainMeta, b"[]", "PlainMeta: expected an object, got an array"),
        (PlainMeta, b"null", "PlainMeta: expected an object, got null"),
        (PlainMeta, b"1", "PlainMeta: expected an object, got a number"),
        (PlainMeta, b"{}", "PlainMeta: missing field 'job_id'"),
        (
            PlainMeta,
            b'{"job_id": "1", "atempt": 1}',
            "PlainMeta: unknown field 'atempt'; did you mean 'attempt'?",
        ),
        (
            PlainMeta,
            b'{"job_id": "1", "x": 1, "y": 2}',
            "PlainMeta: unknown fields 'x', 'y'",
        ),
        (PlainMeta, b'{"job_id": 1}', "PlainMeta.job_id: expected str, got a number"),
        (
            PlainMeta,
            b'{"job_id": "1", "attempt": true}',
            "PlainMeta.attempt: expected int, got a boolean",
        ),
        (
            PlainMeta,
            b'{"job_id": "1", "labels": {"a": null}}',
            "PlainMeta.labels['a']: expected str, got null",
        ),
        (
            PlainMeta,
            b'{"job_id": "1", "parent": []}',
            "PlainMeta.parent: expected dict[str, typing.Any] | None, got an array",
        ),
        (CountedMeta, b'{"job_id": ""}', "CountedMeta: job_id must not be empty"),
        (
            meta_with(datetime),
            b'{"value": "yesterday"}',
            "Meta.value: not a datetime: Invalid isoformat string: 'yesterday'",
        ),
        (
            meta_with(timedelta),
            b'{"value": 1e3}',
            "Meta.value: expected timedelta, got a number",
        ),
        (
            meta_with(bytes),
            b'{"value": "?"}',
            "Meta.value: not a bytes: Only base64 data is allowed",
        ),
        (
            meta_with(Colour),
            b'{"value": "blue"}',
            'Meta.value: expected one of "red", 1, "PAIR", got a string',
        ),
        (
            meta_with(Colour),
            b'{"value": true}',
            'Meta.value: expected one of "red", 1, "PAIR", got a boolean',
        ),
        (
            meta_with(Access),
            b'{"value": 8}',
            "Meta.value: 8 is no combination of Access",
        ),
        (
            meta_with(Literal["a", 1]),
            b'{"value": 1.0}',
            "Meta.value: a number is none of ['a', 1]",
        ),
        (
            meta_with(tuple[int, str]),
            b'{"value": [1]}',
            "Meta.value: expected 2 elements, got 1",
        ),
        (
            meta_with(list[Node]),
            b'{"value": [{"value": 1, "following": {"value": "2"}}]}',
            "Meta.value[0].following: expected Node | None, got an object",
        ),
        (
            meta_with(dict[int, str]),
            b'{"value": {"a": "b"}}',
            "Meta.value, key 'a': expected int, got a string",
        ),
    ],
)
def test_garbage_is_refused(cls: type[ResourceMeta], data: bytes, message: str) -> None:
    """Data that does not fit is a ValueError that says where and why, and does not repeat the data."""
    with refused(ValueError, message):
        cls.decode(data)


@given(st.binary(max_size=50) | st.text(max_size=50).map(str.encode))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    """No bytes at all lead to another error than ValueError."""
    with contextlib.suppress(ValueError):
        PlainMeta.decode(data)


def test_deep_nesting_is_refused() -> None:
    """Data nested too deeply is refused like any other garbage."""
    with pytest.raises(ValueError, match="the data is not JSON"):
        PlainMeta.decode(b"[" * 100_000)


@dataclass
class First:
    """One of two dataclasses with the same fields."""

    value: int


@dataclass
class Second:
    """The other one."""

    value: int


@pytest.mark.parametrize(
    ("hint", "value", "message"),
    [
        (str, 1, "Meta.value: expected str, got int"),
        (int, True, "Meta.value: expected int, got bool"),
        (date, datetime(2024, 1, 1), "Meta.value: expected date, got datetime"),
        (bytes, bytearray(), "Meta.value: expected bytes, got bytearray"),
        (Colour, "red", "Meta.value: expected Colour, got str"),
        (Literal["a"], "b", "Meta.value: 'b' is none of ['a']"),
        (list[int], (1,), "Meta.value: expected list, got tuple"),
        (list[int], [1, "2"], "Meta.value[1]: expected int, got str"),
        (tuple[int], (1, 2), "Meta.value: expected a tuple of 1, got (1, 2)"),
        (Node, Pair(date(2024, 1, 1)), "Meta.value: expected Node, got Pair"),
        (int | None, "1", "Meta.value: expected int | None, got str"),
        (
            Any,
            {"a": [date(2024, 1, 1)]},
            "Meta.value['a'][0]: date is not a JSON type; annotate the field with it",
        ),
        (Any, {1: 2}, "Meta.value, key 1: expected str, got int"),
        (
            OldUnion[datetime, str],
            "2024-01-01",
            "Meta.value: JSON cannot tell the members of datetime | str apart for '2024-01-01'",
        ),
        (
            OldUnion[First, Second],
            Second(1),
            "Meta.value: JSON cannot tell the members of First | Second apart for Second(value=1)",
        ),
        (
            dict[str | int, int],
            {1: 1},
            "Meta.value, key 1: the key 1 cannot be told from others",
        ),
        (
            complex,
            1j,
            "Meta.value: resource metadata cannot hold values of type complex",
        ),
        (
            list[complex],
            [],
            "Meta.value: resource metadata cannot hold values of type complex",
        ),
        (
            "Undefined",
            1,
            "Meta: cannot resolve its annotations: name 'Undefined' is not defined",
        ),
    ],
    ids=str,
)
def test_what_could_not_be_read_back_is_not_written(
    hint: Any, value: Any, message: str
) -> None:
    """A value that does not fit its field, or that JSON would change, is a TypeError that names the field."""
    meta: Any = meta_with(hint)
    with refused(TypeError, message):
        meta(value).encode()


# Secrets of tasks


def test_secrets_are_requested_by_key() -> None:
    """Each key becomes a secret in its environment variable."""
    mixin = ConnectorSecretsMixin({"api-key": "API_KEY", "token": "TOKEN"})

    assert mixin.secrets == [
        Secret(key="api-key", as_env_var="API_KEY"),
        Secret(key="token", as_env_var="TOKEN"),
    ]


# Phases


@pytest.mark.parametrize(
    ("state", "phase"),
    [
        ("PENDING", TaskExecution.INITIALIZING),
        ("running", TaskExecution.RUNNING),
        ("terminating", TaskExecution.RUNNING),
        ("Done", TaskExecution.SUCCEEDED),
        ("completed", TaskExecution.SUCCEEDED),
        ("cancelled", TaskExecution.FAILED),
        ("TimedOut", TaskExecution.FAILED),
        ("internal_error", TaskExecution.RETRYABLE_FAILED),
    ],
)
def test_states_become_phases(state: str, phase: TaskExecution.Phase) -> None:
    """The names services give their states are understood in any case."""
    assert convert_to_flyte_phase(state) == phase


def test_an_unknown_state_is_refused() -> None:
    """The error lists the known states."""
    with refused(
        ValueError,
        "unrecognized state 'lost'; known: pending, running, terminating, done, succeeded, success, completed, "
        "failed, timeout, timedout, canceled, cancelled, skipped, internal_error",
    ):
        convert_to_flyte_phase("lost")


def test_terminal_phases() -> None:
    """Every phase that nothing follows is terminal, the retryable failure too."""
    terminal = {
        name for name, value in TaskExecution.Phase.items() if is_terminal_phase(value)
    }

    assert terminal == {"SUCCEEDED", "ABORTED", "FAILED", "RETRYABLE_FAILED"}


# The service and the executor

ARGUMENTS: dict[str, Any] = {
    "port": 8000,
    "prometheus_port": 9090,
    "worker": 10,
    "timeout": None,
    "modules": None,
}


def blocking(**arguments: Any) -> None:
    """Start the service from synchronous code."""
    ConnectorService.run(**arguments)


def awaiting(**arguments: Any) -> None:
    """Start the service from asynchronous code."""
    asyncio.run(ConnectorService.run.aio(**arguments))


BOTH_WAYS = pytest.mark.parametrize("run", [blocking, awaiting])


@BOTH_WAYS
@pytest.mark.parametrize(
    ("argument", "error", "message"),
    [
        ({"port": "80"}, TypeError, "port must be an int, got str"),
        ({"port": True}, TypeError, "port must be an int, got bool"),
        ({"port": 0}, ValueError, "port must be from 1 to 65535, got 0"),
        ({"port": 70000}, ValueError, "port must be from 1 to 65535, got 70000"),
        (
            {"prometheus_port": -1},
            ValueError,
            "prometheus_port must be from 1 to 65535, got -1",
        ),
        (
            {"prometheus_port": 8000},
            ValueError,
            "port and prometheus_port must differ, both are 8000; one port cannot serve both",
        ),
        ({"worker": 0}, ValueError, "worker must be at least 1, got 0"),
        ({"worker": 1.5}, TypeError, "worker must be an int, got float"),
        ({"timeout": 0}, ValueError, "timeout must be at least 1, got 0"),
        ({"timeout": "10"}, TypeError, "timeout must be an int, got str"),
        (
            {"modules": "a.b"},
            TypeError,
            "modules must be a list of module names, got str",
        ),
        (
            {"modules": [1]},
            TypeError,
            "modules must be a list of module names, got one of type int",
        ),
        (
            {"modules": ["a-b"]},
            ValueError,
            "modules: 'a-b' is not the name of a module",
        ),
        (
            {"modules": ["a", ""]},
            ValueError,
            "modules: '' is not the name of a module",
        ),
    ],
    ids=str,
)
def test_the_service_refuses_bad_arguments_first(
    run: Callable[..., None],
    argument: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    """Arguments are checked before anything is started."""
    with refused(error, message):
        run(**{**ARGUMENTS, **argument})


def test_life_cycle_methods_are_coroutines() -> None:
    """What a connector implements is asynchronous, abstract or not."""
    for name in ("create", "get", "delete", "get_metrics", "get_logs"):
        assert inspect.iscoroutinefunction(getattr(AsyncConnector, name)), name
